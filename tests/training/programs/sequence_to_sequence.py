"""A GRU reads packed sequences of unequal length, another writes them with attention; teacher forcing now and then."""
import random

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

torch.manual_seed(7)
random.seed(7)
WORDS, WIDTH, PAD = 18, 24, 0


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(WORDS, WIDTH, padding_idx=PAD)
        self.gru = nn.GRU(WIDTH, WIDTH, bidirectional=True, batch_first=True)
        self.bridge = nn.Linear(2 * WIDTH, WIDTH)

    def forward(self, x, lengths):
        packed = pack_padded_sequence(self.embed(x), lengths, batch_first=True, enforce_sorted=False)
        out, h = self.gru(packed)
        out, _ = pad_packed_sequence(out, batch_first=True)
        return out, torch.tanh(self.bridge(torch.cat([h[0], h[1]], dim=1)))


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(WORDS, WIDTH, padding_idx=PAD)
        self.query, self.key, self.score = nn.Linear(WIDTH, WIDTH), nn.Linear(2 * WIDTH, WIDTH), nn.Linear(WIDTH, 1, bias=False)
        self.cell = nn.GRUCell(3 * WIDTH, WIDTH)
        self.out = nn.Linear(4 * WIDTH, WORDS)
        self.dropout = nn.Dropout(0.1)

    def forward(self, word, h, memory, mask):
        energy = self.score(torch.tanh(self.query(h).unsqueeze(1) + self.key(memory))).squeeze(2)
        weights = F.softmax(energy.masked_fill(mask, float("-inf")), dim=1)
        context = torch.bmm(weights.unsqueeze(1), memory).squeeze(1)
        word = self.dropout(self.embed(word))
        h = self.cell(torch.cat([word, context], 1), h)
        return F.log_softmax(self.out(torch.cat([h, context, word], 1)), dim=1), h


encoder, decoder = Encoder(), Decoder()
optimizers = [torch.optim.Adam(m.parameters(), lr=0.01) for m in (encoder, decoder)]
criterion = nn.NLLLoss(ignore_index=PAD)
losses = []
for step in range(20):
    sources = [torch.randint(2, WORDS, (random.randint(3, 8),)) for _ in range(6)]
    lengths = torch.tensor([len(s) for s in sources])
    x, y = pad_sequence(sources, batch_first=True), pad_sequence([s.flip(0) for s in sources], batch_first=True)
    memory, h = encoder(x, lengths)
    mask = x == PAD
    word, loss = torch.ones(6, dtype=torch.long), 0
    forced = random.random() < 0.7
    for t in range(y.size(1)):
        scores, h = decoder(word, h, memory, mask)
        loss = loss + criterion(scores, y[:, t]) if (y[:, t] != PAD).any() else loss
        word = y[:, t] if forced else scores.topk(1)[1].squeeze(1).detach()
    for optimizer in optimizers:
        optimizer.zero_grad()
    loss.backward()
    for optimizer, m in zip(optimizers, (encoder, decoder)):
        nn.utils.clip_grad_norm_(m.parameters(), 5.0)
        optimizer.step()
    losses.append(loss.item() / y.size(1))
    print(f"{step:2d} {losses[-1]:.4f}")
