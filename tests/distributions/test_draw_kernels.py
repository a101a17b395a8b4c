"""The kernels of draws by rejection give the numbers of their Python reference, and leave the stream where it does."""

import numpy as np
import pytest
import rushlight  # noqa: F401  (the backend is imported by it)

from rushlight.backend import rejection
from rushlight.backend.mt19937 import Source, native

pytestmark = pytest.mark.skipif(native is None, reason="the pure build has no kernels")

SHAPES = np.concatenate([np.random.RandomState(0).gamma(1, 2, 500) + 1e-3, [0.0, 1e-3, 1.0, 1e6, np.nan]])
RATES = np.concatenate([np.random.RandomState(0).gamma(2, 5, 500), [0.0, 9.999, 10.0, 1e5]])


@pytest.mark.parametrize("draw, args", [("gamma", (SHAPES,)), ("gamma", (SHAPES.astype(np.float32).astype(float), np.float32)),
                                        ("poisson", (RATES,))])
def test_kernel_and_reference(draw, args):
    fast, slow = Source(3), Source(3, use_native=False)
    for _ in range(2):
        a, b = getattr(rejection, draw)(fast, *args), getattr(rejection, draw)(slow, *args)
        assert np.array_equal(a, b, equal_nan=True)
    assert fast.pack() == slow.pack()


def test_bad_arguments_are_refused():
    source = Source(3)
    for parameters in (np.ones(3, np.float32), np.ones(4), np.ones(6)[::2], [1.0, 2.0, 3.0]):
        with pytest.raises(ValueError):
            native.gamma(source.state, parameters, np.empty(3), False, None)
        with pytest.raises(ValueError):
            native.poisson(source.state, parameters, np.empty(3))
