"""Recurrent networks, attention, and whole training steps of networks made of them."""

from bench.table import rand, randint, row


def _fill(torch, model):
    """Give every parameter the same numbers in every library, of the size that they have at first."""
    with torch.no_grad():
        for i, p in enumerate(model.parameters()):
            bound = 1.0 / p.shape[-1] ** 0.5
            p.copy_(torch.from_numpy(rand(*p.shape, seed=100 + i, low=-bound, high=bound) + (p.dim() == 1)))
    return model


def _gradients(torch, model, loss):
    """Return the loss and what it does to a few parameters: the gradient of the whole, taken anew in every step."""
    parameters = list(model.parameters())

    def step():
        found = loss()
        gradients = torch.autograd.grad(found, parameters)
        return [found, gradients[0], gradients[-1]]
    return step


def _recurrent(kind, layers, steps, batch, features, size):
    title = f"{layers}-layer {kind} (batch {batch}, {steps} steps, {features}->{size})"

    @row(title, tol=(1e-3, 1e-3))
    def training(torch):
        model = _fill(torch, getattr(torch.nn, kind)(features, size, layers))
        x = torch.from_numpy(rand(steps, batch, features))
        return _gradients(torch, model, lambda: model(x)[0].square().sum())

    @row(f"{title}, no gradient")
    def inference(torch):
        model = _fill(torch, getattr(torch.nn, kind)(features, size, layers))
        x = torch.from_numpy(rand(steps, batch, features))

        def step():
            with torch.no_grad():
                return model(x)[0]
        return step


_recurrent("LSTM", 2, 50, 16, 128, 256)
_recurrent("LSTM", 1, 10, 4, 10, 20)
_recurrent("GRU", 2, 50, 16, 128, 256)
_recurrent("RNN", 1, 10, 4, 10, 20)


def _attention(batch, heads, length, features, causal):
    title = f"attention {batch} x {heads} heads x {length} x {features}{', causal' if causal else ''}"

    def arrays(torch):
        return [torch.from_numpy(rand(batch, heads, length, features, seed=i)) for i in range(3)]

    @row(title)
    def forward(torch):
        q, k, v = arrays(torch)
        return lambda: torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=causal)

    @row(f"{title}, forward and backward")
    def backward(torch):
        tensors = [x.requires_grad_() for x in arrays(torch)]
        g = torch.from_numpy(rand(batch, heads, length, features, seed=3))
        attend = torch.nn.functional.scaled_dot_product_attention
        return lambda: list(torch.autograd.grad(attend(*tensors, is_causal=causal), tensors, g))


for _causal in (False, True):
    _attention(8, 8, 128, 32, _causal)
    _attention(8, 4, 64, 32, _causal)
    _attention(1, 8, 1024, 64, _causal)


@row("Transformer encoder layer (8 x 128 x 256, 8 heads, 1024)", tol=(1e-3, 1e-3))
def encoder_layer(torch):
    model = _fill(torch, torch.nn.TransformerEncoderLayer(256, 8, 1024, dropout=0.0, batch_first=True))
    x = torch.from_numpy(rand(8, 128, 256))
    return _gradients(torch, model, lambda: model(x).square().mean())


def gpt(torch, layers=4, width=128, heads=4, length=64, words=256):
    """A small GPT: pre-norm blocks, learned positions, GELU, an output layer without bias."""
    nn, F = torch.nn, torch.nn.functional

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

        def forward(self, x):
            b, t, c = x.shape
            q, k, v = (y.view(b, t, heads, c // heads).transpose(1, 2) for y in self.qkv(self.norm1(x)).split(c, dim=2))
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + self.out(y.transpose(1, 2).contiguous().view(b, t, c))
            return x + self.down(F.gelu(self.up(self.norm2(x))))

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.words, self.places = nn.Embedding(words, width), nn.Embedding(length, width)
            self.blocks = nn.ModuleList(Block() for _ in range(layers))
            self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, words, bias=False)

        def forward(self, tokens):
            x = self.words(tokens) + self.places(torch.arange(tokens.shape[1]))
            for block in self.blocks:
                x = block(x)
            return self.head(self.norm(x))

    return Model()


@row("GPT training step (4 layers, 128 wide, batch 8 x 64, AdamW)", steps=3, tol=(1e-3, 1e-3))
def gpt_step(torch):
    model = _fill(torch, gpt(torch))
    tokens, targets = (torch.from_numpy(randint(256, 8, 64, seed=i)) for i in range(2))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)

    def step():
        loss = torch.nn.functional.cross_entropy(model(tokens).view(-1, 256), targets.view(-1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss
    return step
