"""Some steps of a DCGAN: transposed convolutions, batch norm, two optimizers."""
import torch
import torch.nn as nn

torch.manual_seed(999)
NOISE, WIDTH = 16, 8

generator = nn.Sequential(
    nn.ConvTranspose2d(NOISE, WIDTH * 4, 4, 1, 0, bias=False), nn.BatchNorm2d(WIDTH * 4), nn.ReLU(True),
    nn.ConvTranspose2d(WIDTH * 4, WIDTH * 2, 4, 2, 1, bias=False), nn.BatchNorm2d(WIDTH * 2), nn.ReLU(True),
    nn.ConvTranspose2d(WIDTH * 2, 1, 4, 2, 1, bias=False), nn.Tanh())
critic = nn.Sequential(
    nn.Conv2d(1, WIDTH, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, inplace=True),
    nn.Conv2d(WIDTH, WIDTH * 2, 4, 2, 1, bias=False), nn.BatchNorm2d(WIDTH * 2), nn.LeakyReLU(0.2, inplace=True),
    nn.Conv2d(WIDTH * 2, 1, 4, 1, 0, bias=False), nn.Sigmoid())


def weights_init(m):
    name = type(m).__name__
    if "Conv" in name:
        nn.init.normal_(m.weight.data, 0.0, 0.02)
    elif "BatchNorm" in name:
        nn.init.normal_(m.weight.data, 1.0, 0.02)
        nn.init.constant_(m.bias.data, 0)


generator.apply(weights_init)
critic.apply(weights_init)
criterion = nn.BCELoss()
of_critic = torch.optim.Adam(critic.parameters(), lr=2e-3, betas=(0.5, 0.999))
of_generator = torch.optim.Adam(generator.parameters(), lr=2e-3, betas=(0.5, 0.999))
pictures = torch.linspace(-1, 1, 16).outer(torch.linspace(1, -1, 16)).expand(8, 1, 16, 16)
losses = []
for step in range(20):
    real = pictures + 0.1 * torch.randn(8, 1, 16, 16)
    label = torch.full((8,), 1.0)
    critic.zero_grad()
    loss_real = criterion(critic(real).view(-1), label)
    loss_real.backward()
    fake = generator(torch.randn(8, NOISE, 1, 1))
    label.fill_(0.0)
    loss_fake = criterion(critic(fake.detach()).view(-1), label)
    loss_fake.backward()
    of_critic.step()

    generator.zero_grad()
    label.fill_(1.0)
    loss = criterion(critic(fake).view(-1), label)
    loss.backward()
    of_generator.step()
    losses += [(loss_real + loss_fake).item(), loss.item()]
    print(f"[{step:2d}] critic {losses[-2]:.4f} generator {losses[-1]:.4f}")
