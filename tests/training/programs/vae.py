"""A variational autoencoder with convolutions."""
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(42)


class VAE(nn.Module):
    def __init__(self, latent=4):
        super().__init__()
        self.encode = nn.Sequential(nn.Conv2d(1, 8, 3, stride=2, padding=1), nn.ELU(), nn.Flatten(), nn.Linear(8 * 49, 32),
                                    nn.SiLU())
        self.mean, self.log_variance = nn.Linear(32, latent), nn.Linear(32, latent)
        self.decode = nn.Sequential(nn.Linear(latent, 8 * 49), nn.GELU(), nn.Unflatten(1, (8, 7, 7)),
                                    nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False),
                                    nn.Conv2d(8, 1, 3, padding=1))

    def forward(self, x):
        h = self.encode(x)
        mean, log_variance = self.mean(h), self.log_variance(h)
        z = mean + torch.randn_like(mean) * torch.exp(0.5 * log_variance)
        return self.decode(z), mean, log_variance


def loss_of(logits, x, mean, log_variance):
    rebuilt = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
    return rebuilt - 0.5 * torch.sum(1 + log_variance - mean.pow(2) - log_variance.exp())


grid = torch.arange(14.0)
centres = torch.rand(64, 2) * 8 + 3
pictures = torch.exp(-((grid[:, None] - centres[:, :1, None]) ** 2 + (grid - centres[:, 1:, None]) ** 2) / 6).unsqueeze(1)
loader = DataLoader(TensorDataset(pictures), batch_size=16, shuffle=True)
model = VAE()
optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-3, momentum=0.5)
losses = []
for epoch in range(5):
    for (x,) in loader:
        optimizer.zero_grad()
        logits, mean, log_variance = model(x)
        loss = loss_of(logits, x, mean, log_variance) / x.numel()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    print(f"epoch {epoch}: {sum(losses[-4:]) / 4:.4f}")
