"""Texts of unequal length, their words' vectors averaged, and one linear layer: EmbeddingBag, random_split, StepLR."""
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset
from torch.utils.data.dataset import random_split

torch.manual_seed(11)
WORDS, CLASSES = 60, 4


class Texts(Dataset):
    def __init__(self, n):
        self.labels = torch.randint(0, CLASSES, (n,)).tolist()
        self.texts = [torch.cat([torch.randint(0, WORDS, (3,)), torch.randint(15 * k, 15 * k + 15, (int(m),))])
                      for k, m in zip(self.labels, torch.randint(2, 9, (n,)))]

    def __len__(self):
        return len(self.texts)

    def __getitem__(self, i):
        return self.labels[i], self.texts[i]


def collate(samples):
    labels = torch.tensor([label for label, _ in samples])
    offsets = torch.tensor([0] + [len(text) for _, text in samples[:-1]]).cumsum(dim=0)
    return labels, torch.cat([text for _, text in samples]), offsets


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.EmbeddingBag(WORDS, 16, mode="mean")
        self.fc = nn.Linear(16, CLASSES)
        self.embedding.weight.data.uniform_(-0.5, 0.5)
        self.fc.weight.data.uniform_(-0.5, 0.5)
        self.fc.bias.data.zero_()

    def forward(self, text, offsets):
        return self.fc(self.embedding(text, offsets))


texts = Texts(120)
train, valid = random_split(texts, [0.8, 0.2])
model = Classifier()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=5.0)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.5)
losses = []
for epoch in range(4):
    model.train()
    for labels, text, offsets in DataLoader(train, batch_size=16, shuffle=True, collate_fn=collate):
        optimizer.zero_grad()
        loss = criterion(model(text, offsets), labels)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 0.1)
        optimizer.step()
        losses.append(loss.item())
    model.eval()
    with torch.no_grad():
        right = sum((model(text, offsets).argmax(1) == labels).sum().item()
                    for labels, text, offsets in DataLoader(valid, batch_size=8, collate_fn=collate))
    scheduler.step()
    print(f"epoch {epoch} loss {losses[-1]:.4f} right {right}/{len(valid)}")
