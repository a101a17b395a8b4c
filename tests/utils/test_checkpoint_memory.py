"""A checkpointed model holds less memory between forward and backward, and gives the same gradients."""

import tracemalloc


def held(rl, run):
    """Bytes that a forward leaves behind, and the gradient."""
    x = rl.linspace(-1, 1, 40_000).requires_grad_()
    tracemalloc.start()
    y = run(x)
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    y.sum().backward()
    return size, x.grad


def test_memory(rl):
    layers = [f for _ in range(6) for f in (rl.sin, rl.nn.LayerNorm(40_000), rl.tanh)]
    checkpoint = rl.utils.checkpoint

    def plain(x):
        for layer in layers:
            x = layer(x)
        return x

    checkpoint.checkpoint(rl.sin, rl.ones(1, requires_grad=True), use_reentrant=True).backward()    # imports what it needs
    much, want = held(rl, plain)
    for reentrant in (False, True):
        little, got = held(rl, lambda x, r=reentrant: checkpoint.checkpoint(plain, x, use_reentrant=r))
        assert rl.equal(got, want)
        assert much > 12 * 160_000 and little < 1.5 * 160_000


def test_a_dropped_graph_frees_what_was_computed_again(rl):
    import gc
    import weakref

    big = []

    def f(x):
        y = x.exp()
        big.append(weakref.ref(y))
        return y.sin()

    y = rl.utils.checkpoint.checkpoint(f, rl.ones(3, requires_grad=True), use_reentrant=False)
    y.sum().backward()
    del y
    gc.collect()
    assert all(r() is None for r in big)
