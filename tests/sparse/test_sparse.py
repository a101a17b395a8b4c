"""Sparse tensors show what PyTorch shows: see `cases.py`."""
import copy
import io
import json
import pickle

import cases
import numpy as np
import oracle
import pytest

import rushlight as torch

EXPECTED = json.loads(cases.EXPECTED.read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", cases.CASES)
def test_case(case):
    assert cases.shown(torch, case) == EXPECTED[case]


def test_expectations_are_those_of_pytorch():
    pytorch = oracle.pytorch()
    if pytorch is None:
        pytest.skip("needs PyTorch")
    assert {c: cases.shown(pytorch, c) for c in cases.CASES} == EXPECTED


# ------------------------------------------------------------------ against dense tensors

def draw(shape, nnz, dense=(), dtype=torch.float64, seed=0):
    g = np.random.default_rng(seed)
    i = torch.tensor(np.array([g.integers(0, n, nnz) for n in shape]))
    return torch.sparse_coo_tensor(i, torch.tensor(g.standard_normal((nnz, *dense))), (*shape, *dense), dtype=dtype)


@pytest.mark.parametrize("shape, nnz, dense", [((7,), 9, ()), ((5, 4), 30, ()), ((3, 4, 5), 40, ()), ((6, 3), 12, (2,)), ((4,), 0, (3,))])
def test_computes_as_dense(shape, nnz, dense):
    a, b = draw(shape, nnz, dense), draw(shape, nnz, dense, seed=1)
    x, y = a.to_dense(), b.to_dense()
    full = tuple(x.shape)
    other = torch.linspace(-1, 1, max(x.numel(), 1), dtype=torch.float64)[:x.numel()].reshape(full)
    for sparse, plain in [(a + b, x + y), (a - 2 * b, x - 2 * y), (a * b, x * y), (a * other, x * other), (a.abs(), x.abs()),
                          (a.pow(3), x.pow(3)), (a.coalesce(), x), (a.clone().mul_(3), x * 3), (a.to_sparse_coo(), x),
                          (torch.cat([a, b]), torch.cat([x, y])), (torch.stack([a, b], 0), torch.stack([x, y], 0)),
                          (a.unsqueeze(0), x.unsqueeze(0)), (a.sparse_mask(b.coalesce()), x * (y != 0))]:
        assert sparse.is_sparse and sparse.shape == plain.shape
        assert torch.allclose(sparse.to_dense(), plain)
    for sparse, plain in [(other + a, other + x), (other - a, other - x), (a.sum(), x.sum()), (a.norm(), x.norm())]:
        assert not sparse.is_sparse
        assert torch.allclose(sparse, plain)
    for d in range(len(shape)):
        found = torch.sparse.sum(a, d)
        assert torch.allclose(found.to_dense(), x.sum(d))
        index = torch.tensor([shape[d] - 1, 0, 0])
        assert torch.allclose(a.index_select(d, index).to_dense(), x.index_select(d, index))
        assert torch.allclose(a.select(d, 1).to_dense(), x.select(d, 1))
        assert torch.allclose(a.narrow_copy(d, 1, 2).to_dense(), x.narrow(d, 1, 2))


@pytest.mark.parametrize("layout", [torch.sparse_coo, torch.sparse_csr, torch.sparse_csc])
@pytest.mark.parametrize("n, k, m, nnz", [(5, 4, 3, 11), (1, 6, 2, 3), (8, 8, 1, 0), (40, 30, 20, 2000)])
def test_products(layout, n, k, m, nnz):
    a = draw((n, k), nnz).to_sparse(layout=layout)
    x, b = a.to_dense(), torch.linspace(-2, 2, k * m, dtype=torch.float64).reshape(k, m)
    assert torch.allclose(a @ b, x @ b)
    assert torch.allclose(b.t() @ a.t(), (x @ b).t())
    assert torch.allclose(a @ b[:, 0], x @ b[:, 0])
    assert torch.allclose((a @ a.t()).to_dense(), x @ x.t())
    assert torch.allclose(a.t().to_dense(), x.t())


def test_a_product_larger_than_one_step():
    a = draw((50, 3000), 60000)
    b = torch.linspace(-1, 1, 3000 * 120, dtype=torch.float64).reshape(3000, 120)
    assert torch.allclose(a @ b, a.to_dense() @ b)


def test_gradients_of_values():
    a = draw((4, 5), 9).coalesce()
    b = torch.linspace(-1, 1, 10, dtype=torch.float64).reshape(5, 2)

    def f(v, w):
        s = torch.sparse_coo_tensor(a.indices(), v, a.shape)
        return (torch.sparse.mm(s * 2, w) + (s @ w).sin() + torch.sparse.sum(s * s, 1).to_dense()[:, None]
                + torch.sparse.softmax(s, 1).to_dense().sum())

    v = a.values().clone().requires_grad_()
    assert torch.autograd.gradcheck(f, (v, b.requires_grad_()))


def test_long_runs_of_one_place_are_added():
    s = torch.sparse_coo_tensor(torch.zeros(1, 1000, dtype=torch.long), torch.ones(1000), (3,))
    assert s.coalesce().values().tolist() == [1000.0]
    assert s.to_dense().tolist() == [1000.0, 0.0, 0.0]


# ------------------------------------------------------------------ memory, copies, files

def test_values_share_memory():
    v = torch.tensor([1.0, 2.0])
    s = torch.sparse_coo_tensor([[0, 1]], v, (2,))
    s._values().mul_(3)
    assert v.tolist() == [3.0, 6.0]
    assert s.detach()._values().data_ptr() == v.data_ptr()
    assert s.clone()._values().data_ptr() != v.data_ptr()


def everything():
    s = draw((3, 4), 6, (2,), torch.float32)
    flat = draw((3, 4), 6, dtype=torch.float32)
    return [s, s.coalesce(), flat.to_sparse_csr(), flat.to_sparse_csc(), torch.sparse_coo_tensor((2, 0))]


def same(a, b):
    return repr(a) == repr(b) and (not a.is_sparse or a.is_coalesced() == b.is_coalesced())


@pytest.mark.parametrize("k", range(5))
def test_copies_and_files(k):
    s = everything()[k]
    assert same(pickle.loads(pickle.dumps(s)), s)
    assert same(copy.deepcopy(s), s)
    file = io.BytesIO()
    torch.save({"a": s, "p": torch.nn.Parameter(s)}, file)
    file.seek(0)
    found = torch.load(file)
    assert same(found["a"], s) and isinstance(found["p"], torch.nn.Parameter)


def test_files_go_both_ways():
    pytorch = oracle.pytorch()
    if pytorch is None:
        pytest.skip("needs PyTorch")
    for s in everything():
        file = io.BytesIO()
        torch.save(s, file)
        file.seek(0)
        theirs = pytorch.load(file)
        assert repr(theirs) == repr(s)
        file = io.BytesIO()
        pytorch.save(theirs, file)
        file.seek(0)
        assert same(torch.load(file), s)


@pytest.mark.parametrize("layout, data", [
    (torch.sparse_coo, (torch.tensor([[5]]), torch.ones(1), (2,), False)), (torch.sparse_coo, (torch.tensor([[-1]]), torch.ones(1), (2,))),
    (torch.sparse_coo, (torch.tensor([[1, 0]]), torch.ones(2), (2,), True)), (torch.sparse_coo, (torch.ones(1, 1), torch.ones(1), (2,))),
    (torch.sparse_coo, (torch.tensor([[0]]), torch.ones(1), (1 << 40, 1 << 40))), (torch.sparse_coo, None), (None, (1, 2, 3)),
    (torch.sparse_csr, (torch.tensor([0, 9]), torch.tensor([0]), torch.ones(1), (1, 1))),
    (torch.sparse_csr, (torch.tensor([0, 1]), torch.tensor([7]), torch.ones(1), (1, 1))),
    (torch.sparse_csr, (torch.tensor([0, -1, 1]), torch.tensor([0]), torch.ones(1), (2, 1))),
    (torch.sparse_coo, ([[0]], [1.0], (2,)))])
def test_places_of_files_are_checked(layout, data):
    from rushlight.io.rebuild import rebuild_sparse_tensor
    with pytest.raises((RuntimeError, TypeError)):
        rebuild_sparse_tensor(layout, data)


def test_buffers_and_parameters():
    m = torch.nn.Module()
    m.register_buffer("a", draw((2, 2), 3, dtype=torch.float32))
    m.load_state_dict(m.state_dict())
    assert m.double().a.dtype is torch.float64 and m.a.is_sparse
    m.p = torch.nn.Parameter(draw((2, 2), 3))
    torch.sparse.sum(m.p).backward()
    assert m.p.grad.is_sparse


def test_invariants_switch():
    check = torch.sparse.check_sparse_tensor_invariants
    assert not check.is_enabled()
    with check():
        assert check.is_enabled()
        with check(False):
            assert not check.is_enabled()
    assert not check.is_enabled()


def test_places_that_no_dense_index_has_are_refused():
    with pytest.raises(RuntimeError, match="integer multiplication overflow"):
        torch.sparse_coo_tensor([[1 << 40], [1 << 40]], [1.0])
    for i in ([[2]], [[-1]]):
        with pytest.raises(RuntimeError):
            torch.sparse_coo_tensor(i, [1.0], (2,))
