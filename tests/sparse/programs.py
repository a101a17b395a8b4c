"""Training loops on sparse tensors, whose losses stand in `test_programs.py`."""


def graph_convolution(torch, steps=20):
    """Two layers on a ring with chords: the losses of some steps."""
    torch.manual_seed(0)
    n = 12
    edges = [(k, (k + j) % n) for k in range(n) for j in (0, 1, 5, n - 1)]
    index = torch.tensor(edges).t()
    degree = torch.bincount(index[0]).float()
    weight = 1 / (degree[index[0]] * degree[index[1]]).sqrt()
    adjacency = torch.sparse_coo_tensor(index, weight, (n, n)).coalesce()
    features, labels = torch.randn(n, 6), torch.arange(n) % 3
    first, second = torch.nn.Linear(6, 8), torch.nn.Linear(8, 3)
    optimizer = torch.optim.Adam([*first.parameters(), *second.parameters()], lr=0.05)
    losses = []
    for step in range(steps):
        optimizer.zero_grad()
        product = torch.spmm if step % 2 else torch.sparse.mm
        hidden = torch.relu(product(adjacency, first(features)))
        loss = torch.nn.functional.cross_entropy(adjacency @ second(hidden), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def word_vectors(torch, optimizer="SparseAdam", steps=20):
    """Skip-grams with negative samples on two sparse tables: the losses of some steps."""
    torch.manual_seed(1)
    words = 30
    inside, outside = (torch.nn.Embedding(words, 8, sparse=True) for _ in range(2))
    made = getattr(torch.optim, optimizer)([*inside.parameters(), *outside.parameters()], lr=0.05)
    losses = []
    for _ in range(steps):
        centre, context, noise = (torch.randint(0, words, size) for size in ((16,), (16,), (16, 4)))
        made.zero_grad()
        v = inside(centre)
        good = (v * outside(context)).sum(1)
        bad = torch.bmm(outside(noise), v.unsqueeze(2)).squeeze(2)
        loss = -(torch.nn.functional.logsigmoid(good) + torch.nn.functional.logsigmoid(-bad).sum(1)).mean()
        loss.backward()
        made.step()
        losses.append(loss.item())
    return losses
