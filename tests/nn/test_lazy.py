"""Lazy modules before they have seen a shape."""

import pytest


def test_a_lazy_module_moves_to_another_dtype_before_it_has_a_shape(rl):
    layer = rl.nn.LazyConv1d(4, 3).to(rl.float64)
    assert (layer.weight.dtype, layer.weight.is_meta, layer.weight.ndim) == (rl.float64, False, 1)
    assert layer(rl.ones(1, 2, 8, dtype=rl.float64)).shape == (1, 4, 6)
    with pytest.raises(ValueError, match="Attempted to use an uninitialized parameter"):
        rl.nn.LazyLinear(3).weight.sum()
