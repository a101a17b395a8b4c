"""Every row of the table inside vmap, under grad inside vmap, and in forward mode.

A row's sample and two more near it are mapped at once and one by one. Tangents are held against gradients:
<cotangent, jvp(tangent)> = <vjp(cotangent), tangent>.
"""
import warnings

import numpy as np
import pytest
import table

ROWS = [r for r in table.load().values() if r.values and r.file not in ("random", "create", "sampled")]
FILES = sorted({r.file for r in ROWS})

#: what torch refuses inside vmap too: results of varying shape, writes of a batch into what has none, random numbers
REFUSED = {
    "argwhere", "embedding_renorm_", "getitem_of_masks", "gumbel_softmax", "index_put", "legacy_add_", "lobpcg", "masked_select",
    "nonzero", "setitem_of_integers_and_slices", "setitem_of_one_place_twice", "setitem_of_tensors_and_masks",
    "setitem_through_a_view", "unique", "where_of_one", "Tensor.resize_", "narrow", "nn.functional.rrelu_in_training",
}
#: what looks at values outside of any op here, and so is refused
OUTSIDE = {"histogram", "histogramdd", "istft", "nn.functional.ctc_loss", "nn.functional.embedding_bag", "segment_reduce_max",
           "segment_reduce_mean", "segment_reduce_min", "segment_reduce_prod", "segment_reduce_sum"}
#: rules that are no transpose: rounding to a narrow type, a gradient scaled by frequency
NO_TRANSPOSE = {"Tensor.to_lower_precision", "nn.functional.embedding_with_a_gradient_of_its_own"}


def tensors(rl, row, sample, k):
    """The sample's tensors, moved a little for each k."""
    found = []
    for array, arg in zip(row.arrays(sample), table.leaves(sample)):
        if arg.kind == "float" and np.isrealobj(array):
            array = (array + 0.01 * k if arg.values is None and arg.make is None else array).astype(np.float64)
        found.append(rl.tensor(array))
    return found


def caller(rl, row, sample):
    def call(*given):
        rest = iter(given)
        args, kwargs = table.rebuild(sample, lambda _: next(rest), rl)
        out = rl.utils._pytree.tree_leaves(row.function(rl)(*args, **kwargs))
        return [x for x in out if isinstance(x, rl.Tensor)]
    return call


def close(a, b, what):
    assert a.shape == b.shape and a.dtype == b.dtype, what
    np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), rtol=1e-5, atol=1e-6, err_msg=str(what))


def usable(rl, row, call, given):
    """The outputs of a plain call, or None where this check says nothing about the row."""
    try:
        return call(*[x.clone() for x in given])
    except (RuntimeError, TypeError, ValueError, NotImplementedError, IndexError, ImportError):
        return None         # a sample for other dtypes than float64; test_ops.py has it


@pytest.mark.parametrize("file", FILES)
def test_vmap(rl, file):
    warnings.simplefilter("ignore")
    for row in ROWS:
        if row.file != file or row.id in REFUSED or row.id in OUTSIDE or not table.leaves(row.samples[0]):
            continue
        call = caller(rl, row, row.samples[0])
        batch = [tensors(rl, row, row.samples[0], k) for k in range(3)]
        for mapped in {tuple(range(len(batch[0]))), (0,), (len(batch[0]) - 1,)}:
            rows = [[batch[k if i in mapped else 0][i] for i in range(len(batch[0]))] for k in range(3)]
            want = [usable(rl, row, call, r) for r in rows]
            if None in want or any(x.shape != y.shape for x, y in zip(want[0], want[1])):
                continue
            stacked = [rl.stack([r[i] for r in rows]) if i in mapped else rows[0][i] for i in range(len(rows[0]))]
            dims = tuple(0 if i in mapped else None for i in range(len(stacked)))
            if not want[0]:
                continue
            found = rl.vmap(lambda *x, call=call: tuple(call(*[a.clone() for a in x])), in_dims=dims)(*stacked)
            for j, x in enumerate(found):
                close(x, rl.stack([w[j] for w in want]), (row.id, mapped, j))


def floating(x):
    return x.is_floating_point() or x.is_complex()


def inner(a, b):
    return float((a.conj() * b).real.sum() if a.is_complex() else (a * b).sum())


@pytest.mark.parametrize("file", FILES)
def test_gradients_and_tangents(rl, file):
    warnings.simplefilter("ignore")
    for row in ROWS:
        args = table.leaves(row.samples[0])
        places = [i for i, a in enumerate(args) if a.kind == "float" and a.requires_grad is not False]
        if row.file != file or not row.gradgrad or not places:
            continue
        every = caller(rl, row, row.samples[0])
        batch = [tensors(rl, row, row.samples[0], k) for k in range(3)]

        def call(*given, every=every, batch=batch, places=places):
            full = list(batch[0])
            for i, x in zip(places, given):
                full[i] = x * 1.0
            return [x for x in every(*full) if floating(x)]
        own = [[batch[k][i] for i in places] for k in range(3)]
        plain = usable(rl, row, call, [x.requires_grad_() for x in [y.clone() for y in own[0]]])
        if not plain or not any(x.requires_grad for x in plain):
            continue
        if row.id not in NO_TRANSPOSE:
            transposed(rl, row, call, own[0])
        if row.id not in REFUSED and row.id not in OUTSIDE:
            gradients_of_each(rl, row, call, own)


def transposed(rl, row, call, given):
    rl.manual_seed(0)
    along = [rl.randn_like(x) for x in given]
    out, tangents = rl.func.jvp(call, tuple(given), tuple(along))
    back = [rl.randn_like(x) for x in out]
    gradients = rl.func.vjp(call, *given)[1](back)
    forward = sum(inner(a, b) for a, b in zip(back, tangents))
    assert np.isclose(forward, sum(inner(a, b) for a, b in zip(gradients, along)), rtol=1e-5, atol=1e-6, equal_nan=True), row.id


def gradients_of_each(rl, row, call, own):
    def loss(given):
        return sum((x.abs() if x.is_complex() else x).sin().sum() for x in call(*given))
    want = []
    for given in own:
        leaves = [x.clone().requires_grad_() for x in given]
        want.append(rl.autograd.grad(loss(leaves), leaves, materialize_grads=True))
    found = rl.vmap(rl.func.grad(loss))([rl.stack(column) for column in zip(*own)])
    for j, g in enumerate(found):
        close(g, rl.stack([w[j] for w in want]), (row.id, "gradient", j))
