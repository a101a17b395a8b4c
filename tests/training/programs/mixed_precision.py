"""A small convolutional network trained under autocast to bfloat16."""
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(14)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 8, 3, padding=1), nn.Conv2d(8, 16, 3, stride=2, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(16)
        self.fc1, self.fc2 = nn.Linear(16 * 16, 32), nn.Linear(32, 4)

    def forward(self, x):
        x = F.relu(self.conv1(x))
        x = F.avg_pool2d(F.relu(self.norm(self.conv2(x))), 1)
        return self.fc2(F.gelu(self.fc1(torch.flatten(x, 1))))


x = torch.randn(32, 1, 8, 8)
y = (x.mean((1, 2, 3)) > 0).long() + 2 * (x[:, 0, 0, 0] > 0).long()
model = Net()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
losses = []
for step in range(20):
    optimizer.zero_grad()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = model(x)
        loss = F.cross_entropy(logits, y)
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
    print(step, logits.dtype, loss.dtype, f"{loss.item():.4f}")
