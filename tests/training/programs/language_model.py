"""An LSTM language model over characters: truncated backpropagation through time, clipped gradients."""
import torch
import torch.nn as nn

TEXT = ("a rushlight is made of the pith of a rush, dipped in fat or grease and left to dry; it gives a small, clear light, "
        "burns for half an hour and costs next to nothing. who has many of them may read through the night. ") * 8
CHARS = sorted(set(TEXT))
BATCH, STEPS, HIDDEN = 4, 16, 48

torch.manual_seed(1)


class LanguageModel(nn.Module):
    def __init__(self, size, hidden, layers=2, dropout=0.2):
        super().__init__()
        self.drop = nn.Dropout(dropout)
        self.embed = nn.Embedding(size, hidden)
        self.lstm = nn.LSTM(hidden, hidden, layers, dropout=dropout)
        self.decode = nn.Linear(hidden, size)
        self.decode.weight = self.embed.weight
        nn.init.uniform_(self.embed.weight, -0.1, 0.1)
        nn.init.zeros_(self.decode.bias)

    def forward(self, x, state):
        out, state = self.lstm(self.drop(self.embed(x)), state)
        return self.decode(self.drop(out)), state

    def begin(self, batch):
        zeros = next(self.parameters()).new_zeros(self.lstm.num_layers, batch, self.lstm.hidden_size)
        return zeros, zeros.clone()


data = torch.tensor([CHARS.index(c) for c in TEXT])
data = data[:len(data) // BATCH * BATCH].view(BATCH, -1).t().contiguous()
model = LanguageModel(len(CHARS), HIDDEN)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=4.0)
state = model.begin(BATCH)
losses = []
for step in range(20):
    i = step * STEPS % (len(data) - STEPS - 1)
    x, y = data[i:i + STEPS], data[i + 1:i + 1 + STEPS]
    state = tuple(h.detach() for h in state)
    optimizer.zero_grad()
    logits, state = model(x, state)
    loss = criterion(logits.view(-1, len(CHARS)), y.reshape(-1))
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 0.25)
    optimizer.step()
    losses.append(loss.item())
    print(f"step {step:2d} | loss {loss.item():.4f} | ppl {loss.exp().item():.2f}")

model.eval()
with torch.no_grad():
    logits, _ = model(data[:STEPS], model.begin(BATCH))
    losses.append(criterion(logits.view(-1, len(CHARS)), data[1:STEPS + 1].reshape(-1)).item())
print(f"evaluated: {losses[-1]:.4f}")
