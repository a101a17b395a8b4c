"""nn.Transformer, encoder and decoder, learns to turn sequences of unequal length around."""
import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence

torch.manual_seed(3)
PAD, BEGIN, WORDS, WIDTH = 0, 1, 20, 16


class Translator(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(WORDS, WIDTH, padding_idx=PAD)
        self.place = nn.Parameter(torch.randn(12, WIDTH) * 0.1)
        self.transformer = nn.Transformer(WIDTH, nhead=2, num_encoder_layers=1, num_decoder_layers=2, dim_feedforward=32,
                                          dropout=0.1, activation="gelu", batch_first=True, norm_first=True)
        self.head = nn.Linear(WIDTH, WORDS)
        for p in self.transformer.parameters():
            if p.dim() > 1:
                nn.init.xavier_uniform_(p)

    def forward(self, source, target):
        causal = self.transformer.generate_square_subsequent_mask(target.size(1))
        hidden = self.transformer(self.embed(source) + self.place[:source.size(1)],
                                  self.embed(target) + self.place[:target.size(1)], tgt_mask=causal,
                                  src_key_padding_mask=source == PAD, tgt_key_padding_mask=(target == PAD),
                                  memory_key_padding_mask=source == PAD)
        return self.head(hidden)


def batch(n):
    sources = [torch.randint(2, WORDS, (int(k),)) for k in torch.randint(3, 9, (n,))]
    turned = [torch.cat([torch.tensor([BEGIN]), s.flip(0)]) for s in sources]
    return pad_sequence(sources, batch_first=True, padding_value=PAD), pad_sequence(turned, True, PAD)


model = Translator()
criterion = nn.CrossEntropyLoss(ignore_index=PAD)
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3, eps=1e-9)
scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=5e-3, total_steps=20)
losses = []
for step in range(20):
    source, target = batch(6)
    optimizer.zero_grad()
    logits = model(source, target[:, :-1])
    loss = criterion(logits.transpose(1, 2), target[:, 1:])
    loss.backward()
    optimizer.step()
    scheduler.step()
    losses.append(loss.item())
    print(f"{step:2d} {loss.item():.4f} {scheduler.get_last_lr()[0]:.5f}")
