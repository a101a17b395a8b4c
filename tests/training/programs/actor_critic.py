"""An actor and a critic on a stick that is to be balanced: distributions, returns, smooth loss."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.distributions import Categorical, Normal

torch.manual_seed(543)


class Stick:
    """A stick on a cart; pushing left or right, some noise."""

    def reset(self):
        self.state = (torch.rand(4, dtype=torch.float64) * 0.1 - 0.05).tolist()
        return self.state

    def step(self, action, force):
        x, v, angle, w = self.state
        push = (10.0 if action == 1 else -10.0) * force
        inner = (push + 0.05 * w * w * math.sin(angle)) / 1.1
        turn = (9.8 * math.sin(angle) - math.cos(angle) * inner) / (0.5 * (4 / 3 - 0.1 * math.cos(angle) ** 2 / 1.1))
        go = inner - 0.05 * turn * math.cos(angle) / 1.1
        self.state = [x + 0.02 * v, v + 0.02 * go, angle + 0.02 * w, w + 0.02 * turn]
        return self.state, 1.0, abs(self.state[0]) > 2.4 or abs(self.state[2]) > 0.2095


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.base = nn.Linear(4, 32)
        self.action = nn.Linear(32, 2)
        self.force = nn.Linear(32, 1)
        self.value = nn.Linear(32, 1)
        self.spread = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        h = F.relu(self.base(x))
        return F.softmax(self.action(h), dim=-1), torch.sigmoid(self.force(h)), self.value(h)


stick, policy = Stick(), Policy()
optimizer = optim.Adam(policy.parameters(), lr=3e-2)
losses = []
for episode in range(10):
    state, saved, rewards = stick.reset(), [], []
    for _ in range(60):
        odds, mean, value = policy(torch.tensor(state, dtype=torch.float32))
        which, force = Categorical(odds), Normal(mean, F.softplus(policy.spread) * 0.2)
        action, strength = which.sample(), force.rsample()
        log_prob = which.log_prob(action) + force.log_prob(strength.detach()).sum()
        saved.append((log_prob, value, which.entropy()))
        state, reward, over = stick.step(action.item(), min(max(strength.item(), 0.2), 1.0))
        rewards.append(reward)
        if over:
            break
    total, returns = 0.0, []
    for r in reversed(rewards):
        total = r + 0.99 * total
        returns.insert(0, total)
    returns = torch.tensor(returns)
    returns = (returns - returns.mean()) / (returns.std() + 1e-6)
    of_policy = [-log_prob * (r - value.item()) - 0.01 * entropy for (log_prob, value, entropy), r in zip(saved, returns)]
    of_value = [F.smooth_l1_loss(value, r.reshape(1)) for (_, value, _), r in zip(saved, returns)]
    loss = torch.stack(of_policy).mean() + torch.stack(of_value).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
    print(f"episode {episode} lasted {len(rewards)} loss {loss.item():.4f}")
