"""A causal Transformer encoder as a language model: dropout, AdamW, a warm-up schedule."""
import math

import torch
from torch import nn

torch.manual_seed(1234)
WORDS, WIDTH, LENGTH, BATCH = 50, 32, 20, 8


class Positions(nn.Module):
    def __init__(self, width, length=100, dropout=0.1):
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        at = torch.arange(length).unsqueeze(1)
        rate = torch.exp(torch.arange(0, width, 2) * (-math.log(10000.0) / width))
        table = torch.zeros(length, 1, width)
        table[:, 0, 0::2] = torch.sin(at * rate)
        table[:, 0, 1::2] = torch.cos(at * rate)
        self.register_buffer("table", table)

    def forward(self, x):
        return self.dropout(x + self.table[:x.size(0)])


class LanguageModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(WORDS, WIDTH)
        self.positions = Positions(WIDTH)
        layer = nn.TransformerEncoderLayer(WIDTH, nhead=4, dim_feedforward=64, dropout=0.1)
        self.encoder = nn.TransformerEncoder(layer, num_layers=2, enable_nested_tensor=False)
        self.head = nn.Linear(WIDTH, WORDS)

    def forward(self, x):
        mask = nn.Transformer.generate_square_subsequent_mask(len(x))
        h = self.positions(self.embed(x) * math.sqrt(WIDTH))
        return self.head(self.encoder(h, mask=mask, is_causal=True))


start = torch.randint(0, WORDS, (BATCH,))
data = (start + 7 * torch.arange(LENGTH + 1).unsqueeze(1)) % WORDS
model = LanguageModel()
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, betas=(0.9, 0.98), weight_decay=0.01)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1.0, (step + 1) / 5))
losses = []
for step in range(20):
    logits = model(data[:-1])
    loss = nn.functional.cross_entropy(logits.reshape(-1, WORDS), data[1:].reshape(-1), label_smoothing=0.1)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    scheduler.step()
    losses.append(loss.item())
    print(f"step {step:2d} loss {loss.item():.4f}")
model.eval()
with torch.no_grad():
    losses.append(nn.functional.cross_entropy(model(data[:-1]).view(-1, WORDS), data[1:].reshape(-1)).item())
print(f"evaluated: {losses[-1]:.4f}")
