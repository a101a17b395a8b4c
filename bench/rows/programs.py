"""Whole programs: a training step, or an epoch, of the networks people start with."""

import io
import pathlib
import tempfile

from bench.table import rand, randint, row
from bench.rows.course import fizzbuzz_by_hand, fizzbuzz_data, fizzbuzz_model


def _first(model, count=8):
    """A few numbers of each parameter: what must be equal after the steps."""
    return [p.detach().reshape(-1)[:count] for p in model.parameters()]


def _train(model, optimizer, loss):
    """The step of every training loop."""
    def step():
        optimizer.zero_grad()
        value = loss()
        value.backward()
        optimizer.step()
        return [value, *_first(model)]
    return step


# ---- FizzBuzz and its data ------------------------------------------------------------------------


def _epoch_by_hand(np):
    step = fizzbuzz_by_hand(np)

    def epoch():
        for _ in range(7):
            loss = step()
        return loss
    return epoch


@row("FizzBuzz, an epoch of 7 batches of 128", numpy=_epoch_by_hand, steps=5, target=8.0,
     flops=7 * 128 * 2 * (2 * 10 * 100 + 3 * 100 * 4))
def fizzbuzz_epoch(torch):
    x, y, model, loss_of, optimizer = fizzbuzz_model(torch)

    def epoch():
        for start in range(0, 896, 128):
            loss = loss_of(model(x[start:start + 128]), y[start:start + 128])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return loss
    return epoch


@row("DataLoader, a shuffled epoch of 923 examples in batches of 128", steps=2, target=1.2)
def loader_epoch(torch):
    digits, classes, _ = fizzbuzz_data()
    data = torch.utils.data.TensorDataset(torch.from_numpy(digits), torch.from_numpy(classes))
    loader = torch.utils.data.DataLoader(data, batch_size=128, shuffle=True)

    def epoch():
        for x, y in loader:
            last = x, y
        return list(last)
    return epoch


@row("DataLoader, an epoch of 1,000 pairs made one by one", steps=2, target=1.2)
def dataset_epoch(torch):
    class Pairs(torch.utils.data.Dataset):
        def __len__(self):
            return 1000

        def __getitem__(self, index):
            return torch.tensor([index, index + 1.0]), index % 10

    loader = torch.utils.data.DataLoader(Pairs(), batch_size=50)

    def epoch():
        for x, y in loader:
            last = x, y
        return list(last)
    return epoch


# ---- convolutions --------------------------------------------------------------------------------


def _convnet(torch, kind, **options):
    nn, f = torch.nn, torch.nn.functional

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1, self.conv2 = nn.Conv2d(1, 32, 3, 1), nn.Conv2d(32, 64, 3, 1)
            self.dropout1, self.dropout2 = nn.Dropout(0.25), nn.Dropout(0.5)
            self.fc1, self.fc2 = nn.Linear(9216, 128), nn.Linear(128, 10)

        def forward(self, x):
            x = f.max_pool2d(f.relu(self.conv2(f.relu(self.conv1(x)))), 2)
            x = self.dropout2(f.relu(self.fc1(torch.flatten(self.dropout1(x), 1))))
            return f.log_softmax(self.fc2(x), dim=1)

    x, y = torch.from_numpy(rand(64, 1, 28, 28)), torch.from_numpy(randint(10, 64))
    torch.manual_seed(1)
    model = Net()
    return _train(model, getattr(torch.optim, kind)(model.parameters(), **options), lambda: f.nll_loss(model(x), y))


_CONVNET = 64 * 2 * (2 * 26 * 26 * 32 * 9 + 3 * 24 * 24 * 64 * 32 * 9 + 3 * 9216 * 128)

row("MNIST convnet, a step (batch 64, Adadelta)", steps=2, tol=(1e-3, 1e-3), flops=_CONVNET, target=1.2)(
    lambda torch: _convnet(torch, "Adadelta", lr=1.0))
row("MNIST convnet, a step (batch 64, SGD)", steps=2, tol=(1e-3, 1e-3), flops=_CONVNET, target=1.2)(
    lambda torch: _convnet(torch, "SGD", lr=0.01))


@row("ResNet-18 block, a step (4x64x56x56)", steps=2, tol=(1e-3, 1e-3), target=1.2, flops=3 * 2 * 2 * 4 * 56 * 56 * 64 * 64 * 9)
def resnet_block(torch):
    nn = torch.nn

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1, self.bn1 = nn.Conv2d(64, 64, 3, padding=1, bias=False), nn.BatchNorm2d(64)
            self.conv2, self.bn2 = nn.Conv2d(64, 64, 3, padding=1, bias=False), nn.BatchNorm2d(64)
            self.relu = nn.ReLU(inplace=True)

        def forward(self, x):
            return self.relu(self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x))))) + x)

    torch.manual_seed(1)
    model, x = Block(), torch.from_numpy(rand(4, 64, 56, 56)).requires_grad_(True)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    return _train(model, optimizer, lambda: model(x).square().mean())


# ---- sequences -----------------------------------------------------------------------------------


def _recurrent(torch, kind):
    torch.manual_seed(1)
    model, x = getattr(torch.nn, kind)(128, 256, num_layers=2), torch.from_numpy(rand(50, 16, 128))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    return _train(model, optimizer, lambda: model(x)[0].square().mean())


for _kind, _gates in (("LSTM", 4), ("GRU", 3)):
    row(f"{_kind} of 2 layers, a step (16 sequences of 50, 128 to 256)", steps=2, tol=(1e-3, 1e-4), target=1.2,
        flops=2 * 16 * 50 * _gates * 256 * (2 * 128 + 3 * 256 + 3 * 256 + 3 * 256))(
            lambda torch, kind=_kind: _recurrent(torch, kind))


@row("Transformer encoder layer, a step (8x128x256, 8 heads, 1024)", steps=2, tol=(1e-3, 1e-3), target=1.2,
     flops=3 * 2 * 8 * 128 * (4 * 256 * 256 + 2 * 256 * 1024 + 2 * 128 * 256))
def transformer_layer(torch):
    torch.manual_seed(1)
    model = torch.nn.TransformerEncoderLayer(256, 8, 1024, dropout=0.0, batch_first=True)
    x = torch.from_numpy(rand(8, 128, 256))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    return _train(model, optimizer, lambda: model(x).square().mean())


def _gpt(torch, vocabulary=65, width=128, heads=4, layers=4, context=64):
    nn, f = torch.nn, torch.nn.functional

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.attend, self.project = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.widen, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

        def attention(self, x):
            n, t, _ = x.shape
            q, k, v = (part.view(n, t, heads, width // heads).transpose(1, 2) for part in self.attend(x).split(width, dim=2))
            y = f.scaled_dot_product_attention(q, k, v, is_causal=True)
            return self.project(y.transpose(1, 2).reshape(n, t, width))

        def forward(self, x):
            x = x + self.attention(self.norm1(x))
            return x + self.narrow(f.gelu(self.widen(self.norm2(x))))

    class GPT(nn.Module):
        def __init__(self):
            super().__init__()
            self.tokens, self.places = nn.Embedding(vocabulary, width), nn.Embedding(context, width)
            self.blocks = nn.Sequential(*[Block() for _ in range(layers)])
            self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, vocabulary, bias=False)

        def forward(self, tokens):
            x = self.tokens(tokens) + self.places(torch.arange(tokens.shape[1]))
            return self.head(self.norm(self.blocks(x)))

    return GPT()


@row("small GPT, a step (4 layers of 128, batch 8 of 64, AdamW)", steps=2, tol=(1e-3, 1e-3), target=1.2,
     flops=3 * 2 * 8 * 64 * (4 * (12 * 128 * 128 + 2 * 64 * 128) + 128 * 65))
def gpt(torch):
    torch.manual_seed(1)
    model = _gpt(torch)
    tokens = torch.from_numpy(randint(65, 8, 65))
    x, y = tokens[:, :-1], tokens[:, 1:]
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-4)
    return _train(model, optimizer,
                  lambda: torch.nn.functional.cross_entropy(model(x).reshape(-1, 65), y.reshape(-1)))


# ---- one example at a time -------------------------------------------------------------------------


@row("actor-critic, a step (batch 1, 4-64-2, Adam)", steps=20, target=8.0,
     limit="A third is the backward walk (its rules are Python, 2.6 us a node), a third the distribution; in a tight loop "
           "of its own each part takes half as long.")
def actor_critic(torch):
    nn = torch.nn

    class Policy(nn.Module):
        def __init__(self):
            super().__init__()
            self.body, self.actor, self.critic = nn.Linear(4, 64), nn.Linear(64, 2), nn.Linear(64, 1)

        def forward(self, x):
            x = torch.relu(self.body(x))
            return torch.softmax(self.actor(x), dim=-1), self.critic(x)

    torch.manual_seed(1)
    model, states, at = Policy(), rand(100, 4), 0
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)

    def step():
        nonlocal at
        probabilities, value = model(torch.from_numpy(states[at]))
        at = (at + 1) % 100
        choice = torch.distributions.Categorical(probabilities)
        action = choice.sample()
        reward = 1.0 if action.item() == at % 2 else 0.0
        advantage = reward - value.item()
        loss = -choice.log_prob(action) * advantage + torch.nn.functional.smooth_l1_loss(value, torch.tensor([reward]))
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
        return loss
    return step


# ---- files -----------------------------------------------------------------------------------------


def _state(torch):
    torch.manual_seed(1)
    model = torch.nn.Sequential(torch.nn.Linear(1000, 500), torch.nn.ReLU(), torch.nn.Linear(500, 10))
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.from_numpy(rand(4, 1000))).sum().backward()
    optimizer.step()
    return {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 1}


@row("checkpoint of 6 MB: save to memory, load", target=1.2,
     limit="Half is copying and the checksum at the speed of memory, half the pickle, written and read by Python.")
def checkpoint_memory(torch):
    state = _state(torch)

    def step():
        file = io.BytesIO()
        torch.save(state, file)
        file.seek(0)
        return torch.load(file)["model"]["2.bias"]
    return step


@row("checkpoint of 6 MB: save to a file, load", target=1.2,
     limit="The file is forced to the disk before it replaces the old one, which PyTorch does not do.")
def checkpoint_file(torch):
    state, folder = _state(torch), tempfile.TemporaryDirectory()
    path = pathlib.Path(folder.name) / "checkpoint.pt"

    def step(folder=folder):                                   # the folder lives as long as the step
        torch.save(state, path)
        return torch.load(path)["model"]["2.bias"]
    return step
