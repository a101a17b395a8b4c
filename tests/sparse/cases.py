"""What PyTorch shows of sparse tensors: programs of one expression, whose printed text stands in `expected.json`.

`python tests/sparse/cases.py` writes that file anew, with PyTorch.
"""
import json
import pathlib
import re
import warnings

EXPECTED = pathlib.Path(__file__).with_name("expected.json")


class Given:
    """The tensors the programs start from, made anew for each."""

    def __init__(self, torch):
        self.torch = torch
        self.i = torch.tensor([[0, 1, 1], [2, 0, 2]])
        self.v = torch.tensor([3.0, 4.0, 5.0])
        self.s = torch.sparse_coo_tensor(self.i, self.v, (2, 3))
        self.twice = torch.sparse_coo_tensor(torch.tensor([[0, 0, 1], [1, 1, 0]]), self.v, (2, 2))
        self.csr = self.twice.to_sparse_csr()
        self.x = torch.sparse_coo_tensor(self.i, self.v, (2, 3), requires_grad=True)
        self.d = torch.arange(6.0).reshape(3, 2).requires_grad_()
        self.hybrid = torch.sparse_coo_tensor(self.i, torch.arange(6.0).reshape(3, 2), (2, 3, 2))


def grads(t, out):
    """The gradients of x and d when all elements of `out` are summed."""
    out = out if out.layout == t.torch.strided else t.torch.sparse.sum(out)
    out.sum().backward()
    return t.x.grad, t.d.grad


def embedding(t, optimizer, steps=3, **options):
    """Parameters and state after some steps of an optimizer on a sparse embedding."""
    torch = t.torch
    table = torch.nn.Embedding(5, 2, sparse=True)
    with torch.no_grad():
        table.weight.copy_(torch.linspace(-1, 1, 10).reshape(5, 2))
    made = getattr(torch.optim, optimizer)(table.parameters(), **options)
    for _ in range(steps):
        made.zero_grad()
        (table(torch.tensor([[3, 1], [3, 0]])) ** 2).sum().backward()
        made.step()
    return table.weight.detach(), made.state_dict()["state"]


def bag(t, **options):
    """The gradient of an EmbeddingBag."""
    b = t.torch.nn.EmbeddingBag(5, 2, sparse=True, **options)
    b(t.torch.tensor([[3, 1], [3, 0]])).sum().backward()
    return b.weight.grad


def rows(t, *lookups, **options):
    """The gradient of an Embedding after some lookups, each walked backward."""
    table = t.torch.nn.Embedding(5, 2, sparse=True, **options)
    for index in lookups:
        (table(t.torch.tensor(index)).sum() if index is not None else table.weight.sum()).backward()
    return table.weight.grad


COO = "torch.sparse_coo_tensor"
CASES = [
    # making them
    "t.s", "t.s.is_coalesced(), t.s.is_leaf, t.s.layout, t.s.is_sparse, t.s.type()", "t.s.coalesce()", "t.x", "t.hybrid",
    f"{COO}(t.i, t.v, (2, 3), dtype=torch.float64, requires_grad=True)", f"{COO}(t.i, torch.ones(3, 2, dtype=torch.int32))",
    f"{COO}(size=(2, 3)), {COO}((2, 3))", f"{COO}([[0, 1], [1, 0]], [1, 2.])", f"{COO}(torch.zeros(2, 0), [], (2, 3))",
    f"{COO}(torch.zeros(0, 3, dtype=torch.long), torch.ones(3), ())", f"{COO}(t.i, t.v, (2,))", f"{COO}(t.i, t.v[:2], (2, 3))",
    f"{COO}(-t.i, t.v)", f"{COO}(t.i, t.v, (2, 3, 4))", f"{COO}(t.i, t.v, (2, 2), check_invariants=True)",
    f"{COO}(-t.i, t.v, (2, 3), check_invariants=True)", f"{COO}(t.i, torch.ones(3, 2), (2, 3, 3))", f"{COO}(t.i)", f"{COO}()",
    f"{COO}(t.i.int(), t.v, (2, 3))._indices().dtype", f"{COO}(t.i, t.v, (2, 3), is_coalesced=True).indices()",
    f"{COO}(t.i, t.v.clone().requires_grad_(), (2, 3))",
    "torch.sparse_csr_tensor([0, 1, 2], [0, 1], [1, 2.], (2, 2), dtype=torch.float64)",
    "torch.sparse_csc_tensor([0, 1, 2], [1, 0], [1, 2.])", "torch.sparse_csr_tensor([0, 1, 2], [0, 5], [1, 2.], (2, 2), "
    "check_invariants=True)", "torch.sparse_csr_tensor([1, 1, 2], [0, 1], [1, 2.], (2, 2), check_invariants=True)",
    "torch.sparse_compressed_tensor([0, 1, 2], [0, 1], [1, 2.], (2, 2), layout=torch.sparse_csc)",
    "torch.sparse.FloatTensor(t.i, t.v, torch.Size([2, 3])), torch.sparse.FloatTensor(t.i, t.v), torch.sparse.FloatTensor(2, 3)",
    "isinstance(t.s, torch.sparse.FloatTensor), isinstance(t.s, torch.sparse.LongTensor), torch.sparse.FloatTensor",
    "torch.sparse.spdiags(torch.ones(2, 3), torch.tensor([0, 1]), (3, 3))",
    # what they hold
    "t.s.indices()", "t.s.values()", "t.s._indices(), t.s._values(), t.s._nnz()", "t.twice.coalesce().indices()",
    "t.hybrid.sparse_dim(), t.hybrid.dense_dim(), torch.ones(2).sparse_dim(), torch.ones(2).dense_dim()",
    "torch.ones(2).indices()", "torch.ones(2).values()", "torch.ones(2).coalesce()", "torch.ones(2).is_coalesced()",
    "t.csr.crow_indices(), t.csr.col_indices(), t.csr.values(), t.csr._nnz()", "t.s.crow_indices()", "t.csr.indices()",
    "t.csr.coalesce()", "torch.ones(2).crow_indices()", "t.s.numel(), t.s.size(0), t.s.dim(), t.s.shape, t.s.element_size()",
    # layouts
    "t.twice.to_dense(), t.csr.to_dense(), t.hybrid.to_dense()", "t.csr", "t.csr.to_sparse()", "t.s.to_sparse_csc()",
    "t.csr.to_sparse_csc().t()", "t.s.to_sparse(1)", "torch.ones(2, 2).to_sparse(1)", "torch.ones(2).to_sparse(3)",
    "torch.ones(2).to_sparse(0)", "torch.tensor(2.).to_sparse()", "torch.eye(2).to_sparse(layout=torch.sparse_csr)",
    "torch.eye(3).to_sparse().to_dense(dtype=torch.float64)", "t.s.to_sparse() is t.s, torch.zeros(2, 2).to_sparse()",
    "t.s.double(), t.s.long(), t.s.bool(), t.s.half(), t.s.to(torch.float64).dtype, t.s.cpu() is t.s", "t.s.clone(), t.x.detach()",
    "torch.zeros(2, 2).sparse_mask(t.twice), torch.ones(2).sparse_mask(t.s)", "torch.zeros_like(t.s)", "t.s.numpy()", "t.csr.numpy()",
    # arithmetic
    "t.s * 2, 2 * t.s, t.s / 2, t.s * torch.tensor(2.), -t.s, t.s.long() / 2", "t.s + t.s, t.twice + t.twice",
    "t.twice - t.twice.coalesce()", "t.twice.coalesce() + torch.eye(2).to_sparse()", "torch.ones(2, 3) + t.s",
    "torch.ones(2, 3) - t.s", "t.s + torch.ones(2, 3)", "t.s + 1", f"t.s + {COO}((3, 3))", "t.s + t.s.double()",
    "t.twice * t.twice", "t.twice * t.twice.t()", "t.s * t.s", "t.s * torch.arange(6.).reshape(2, 3)", "t.s / t.s", "1 / t.s",
    "t.twice.abs(), t.twice.sqrt(), t.twice.relu(), t.twice.pow(2), t.twice ** -1", "t.s.pow(0)",
    "t.s.sin(), t.s.log1p(), t.s.sign(), t.s.round(), t.s.floor(), t.s.isnan(), t.s.tanh()", "t.s.long().sqrt()",
    "t.csr * 2, t.csr + t.csr, -t.csr, t.csr.abs(), t.csr * t.csr, torch.ones(2, 2) + t.csr",
    "t.s.mul_(2), t.s.clone().zero_(), t.s.neg_(), t.s.add_(t.s), t.s.div_(4)", "torch.ones(2, 2).add_(t.twice, alpha=2)",
    "torch.ones(2, 2).sub_(t.twice)", "torch.ones(2, 2).mul_(t.twice)",
    # products
    "t.s @ t.d.detach(), torch.mm(t.s, t.d.detach()), torch.spmm(t.s, t.d.detach()), torch.sparse.mm(t.s, t.d.detach())",
    "t.s @ torch.ones(3), torch.mv(t.s, torch.arange(3.))", "t.d.detach() @ t.s", "t.twice @ t.twice, torch.sparse.mm(t.twice, "
    "t.twice)", "torch.sparse.addmm(torch.ones(2, 2), t.s, t.d.detach(), beta=2, alpha=3)", "torch.addmm(torch.ones(2, 2), t.s, "
    "t.d.detach())", "t.csr @ torch.ones(2, 2), t.csr @ torch.ones(2), t.csr @ t.csr", "torch.sparse.mm(t.s, torch.ones(2, 3))",
    "t.s @ torch.ones(2)", "torch.bmm(t.s.unsqueeze(0), t.d.detach().unsqueeze(0))",
    "torch.sparse.sampled_addmm(t.csr, torch.ones(2, 2), torch.ones(2, 2))",
    # shapes, reductions
    "t.s.t(), t.s.T, t.s.mT, t.s.transpose(0, 1), t.s.permute(1, 0)", "t.s.unsqueeze(0), t.s.unsqueeze(2), t.hybrid.transpose(0, 1)",
    "t.s[0], t.s[0, 2], t.s[:, 0], t.s[None], t.s[..., 2]", "t.s[5]", "t.s[torch.tensor([0])]", "t.s.index_select(0, "
    "torch.tensor([1, 0, 1])), t.s.index_select(1, torch.tensor([2, 0]))", "t.s.narrow_copy(1, 0, 2)", "t.s[0] is t.s, list(t.s)",
    "torch.cat([t.s, t.s]), torch.cat([t.s, t.s], 1), torch.stack([t.s, t.s])", "t.s.expand(2, 2, 3)",
    "t.s.sum(), t.s.sum(0), t.s.sum(1, keepdim=True), torch.sum(t.s, dtype=torch.float64)", "t.hybrid.sum(2), t.hybrid.sum((0, 1))",
    "t.s.sum(2)", "torch.sparse.sum(t.twice), torch.sparse.sum(t.s, 0), torch.sparse.sum(t.hybrid, (1, 2))", "t.twice.norm(), "
    "t.s.any(), len(t.s)", "torch.sparse.softmax(t.s, 1), torch.sparse.log_softmax(t.s, 0), torch.sparse.softmax(t.s, 1, "
    "dtype=torch.float64)", "t.csr.sum(0)", "t.csr.sum()", "t.csr[0]", "bool(t.s)", "t.s.__setitem__((0, 0), 1)",
    # gradients
    *[f"grads(t, {e})" for e in (
        "t.x @ t.d", "torch.sparse.mm(t.x, t.d)", "torch.mm(t.x, t.d)", "t.x @ t.d[:, 0]", "t.d @ t.x",
        "torch.sparse.addmm(torch.ones(2, 2), t.x, t.d, beta=0.5, alpha=3)", "t.x.to_dense()", "t.x.to_dense(masked_grad=False) * 2",
        "t.x.coalesce().values()", "torch.sparse.sum(t.x)", "torch.sparse.sum(t.x, 0)", "t.x.sum()", "torch.sparse.softmax(t.x, 1)",
        "torch.sparse.log_softmax(t.x, 1)", "t.x * 2", "t.x / 2", "t.x * t.d.t()", "t.d.t() * t.x", "t.d.t() + t.x", "t.d.t() - t.x",
        "t.x * t.x", "-t.x", "t.x.abs()", "t.x ** 2", "torch.relu(t.x)", "t.x.t()", "t.x.clone()", "t.x.double()", "t.x.coalesce()",
        "t.d.t().sparse_mask(t.s.coalesce())", "t.d.to_sparse()", "torch.bmm(t.x.unsqueeze(0), t.d.unsqueeze(0))", "t.x.sqrt()")],
    "t.x * 2, t.x @ t.d, t.x.coalesce(), torch.sparse.mm(t.x, t.d)", "t.x.mul_(2)",
    # embeddings and optimizers
    "rows(t, [[3, 1], [3, 0]])", "rows(t, [[3, 1], [3, 0]], [2], padding_idx=1)", "rows(t, [1, 2], None)", "rows(t, None, [1, 2])",
    "rows(t, [1, 2], scale_grad_by_freq=True)", "bag(t, mode='sum')", "bag(t, mode='mean')", "bag(t, mode='max')",
    *[f"embedding(t, {a})" for a in (
        "'SGD', lr=0.1", "'SGD', lr=0.1, momentum=0.9", "'SGD', lr=0.1, momentum=0.9, nesterov=True", "'SGD', lr=0.1, maximize=True",
        "'SGD', lr=0.1, weight_decay=0.1", "'Adagrad', lr=0.1", "'Adagrad', weight_decay=0.1", "'SparseAdam', lr=0.1",
        "'SparseAdam', lr=0.1, maximize=True", "'Adam'", "'AdamW'", "'RMSprop'", "'Adadelta'", "'Adamax'", "'NAdam'", "'RAdam'", "'ASGD'",
        "'Rprop'")],
    "torch.optim.SparseAdam([torch.ones(2)], lr=0)", "torch.optim.SparseAdam([torch.ones(2)], betas=(1., 0.))",
    "torch.optim.SparseAdam([torch.ones(2)], eps=-1)", "torch.optim.SparseAdam([torch.ones(2)])",
    "torch.optim.SparseAdam([torch.ones(2).to_sparse().requires_grad_()])", "torch.nn.Parameter(t.s)",
    *[f"t.s.{n}()" for n in ("exp", "cos", "sigmoid", "argmax", "nonzero", "masked_select", "trace")][:5],
]


def shown(torch, case):
    """Return the text of a case's result, or of its error's type and first line up to the first full stop."""
    t = Given(torch)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = eval(case, {"torch": torch, "t": t, "grads": grads, "embedding": embedding, "rows": rows, "bag": bag})
            return repr(found)
        except Exception as e:
            first = re.split(r"\. |\n", str(e))[0]
            return f"{type(e).__name__}: {first}"


if __name__ == "__main__":
    import torch as pytorch
    EXPECTED.write_text(json.dumps({c: shown(pytorch, c) for c in CASES}, indent=0) + "\n", encoding="utf-8")
