"""A program that a type checker accepts; it is checked, not run."""
import rushlight as torch
from rushlight import nn
import rushlight.nn.functional as F


class Net(nn.Module):
    def __init__(self, n: int) -> None:
        super().__init__()
        self.a = nn.Linear(n, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(self.a(x)).exp().sum(dim=1)


net = Net(3)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
x = torch.randn(2, 3, dtype=torch.float32, requires_grad=True)
loss = F.cross_entropy(net(x)[None], torch.zeros(1, dtype=torch.long))
opt.zero_grad()
loss.backward()
opt.step()
y: torch.Tensor = (x + 1) @ x.T
z: torch.Tensor = torch.cat([x, x], dim=0).view(-1).mean().detach().clamp(min=0)
n: int = x.numel() + len(x) + x.shape[0]
b: bool = torch.allclose(x, x)
with torch.no_grad():
    x[0] = 2
values, indices = x.max(dim=1)
torch.manual_seed(0)
