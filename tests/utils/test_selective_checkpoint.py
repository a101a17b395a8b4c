"""Selective checkpointing: kept results are not computed again, gradients are the same, memory is what is kept."""
from functools import partial

import pytest


def _net(rl):
    rl.manual_seed(0)
    return rl.nn.Sequential(rl.nn.Linear(4, 8), rl.nn.GELU(), rl.nn.Linear(8, 4), rl.nn.Dropout(0.5), rl.nn.Sigmoid())


@pytest.mark.parametrize("ops", [["addmm"], ["sigmoid"], ["addmm", "gelu", "dropout", "sigmoid"], []])
def test_gradients_are_the_same(rl, ops):
    from rushlight.utils import checkpoint as c

    seen = []

    def policy(context, op, *args, **kwargs):
        seen.append((context.is_recompute, op.__name__))
        return c.CheckpointPolicy.MUST_SAVE if op.__name__.removesuffix(".default") in ops else c.CheckpointPolicy.PREFER_RECOMPUTE

    found = []
    for context_fn in (None, partial(c.create_selective_checkpoint_contexts, policy)):
        net, x = _net(rl), rl.arange(12.0).reshape(3, 4).requires_grad_()
        rl.manual_seed(1)
        y = c.checkpoint(net, x, use_reentrant=False, context_fn=context_fn) if context_fn else net(x)
        (y * y).sum().backward()
        found.append([y.tolist(), x.grad.tolist(), *[p.grad.tolist() for p in net.parameters()]])
    assert found[0] == found[1]
    assert (False, "addmm.default") in seen
    assert (True, "addmm.default") in seen


def test_kept_results_are_not_computed_again(rl):
    from rushlight.utils import checkpoint as c

    for kept, expected in (("mm", 2.0), ("cos", 8.0)):      # data that change in between tell what was computed again
        x, b = rl.ones(2, 2), rl.ones(2, 2, requires_grad=True)
        context = partial(c.create_selective_checkpoint_contexts, [getattr(rl.ops.aten, kept).default])
        y = c.checkpoint(lambda x, b: rl.mm(x, x) * b, x, b, use_reentrant=False, context_fn=context)
        x.data.fill_(2.0)
        y.sum().backward()
        assert b.grad.tolist() == [[expected] * 2] * 2


def test_errors(rl):
    from rushlight.utils import checkpoint as c

    make = c.create_selective_checkpoint_contexts
    with pytest.raises(ValueError, match="Expected op in `op_list` to be an OpOverload but got"):
        make([rl.mm])
    with pytest.raises(TypeError, match="policy_fn_or_list must be either a function or a list of ops."):
        make(3)

    def writes(x):
        y = x.mm(x)
        y.add_(1)
        return y.sin()

    x = rl.ones(2, 2, requires_grad=True)
    kept = [rl.ops.aten.mm.default]
    y = c.checkpoint(writes, x, use_reentrant=False, context_fn=partial(make, kept)).sum()
    with pytest.raises(RuntimeError, match="Tensor cached during selective activation checkpoint has been mutated"):
        y.backward()
    y = c.checkpoint(lambda x: x.mm(x).sin(), x, use_reentrant=False, context_fn=partial(make, kept)).sum()
    y.backward(retain_graph=True)
    with pytest.raises(RuntimeError, match="Trying to backward an extra time"):
        y.backward()
