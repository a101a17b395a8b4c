"""Calls of `torch.testing` whose outcome was recorded from PyTorch: `python close_cases.py` records them anew.

Each is evaluated with `torch`, `np`, `T` (torch.tensor) and `close` (assert_close) or `make` (make_tensor, seeded).
"""
import json
import pathlib

CLOSE = """
close(T([1., 2, 3]), T([1., 2.1, 4]))
close(T([[1., 2, 3]]), T([[1., 2.1, 4]]), rtol=0, atol=1e-3)
close(T([1., 2]), T([1., 2.]), rtol=1)
close(T([1, 2]), T([1, 3]))
close(T([True, False]), T([True, True]))
close(T(1.), T(2.))
close(1., 2.)
close(1, 2)
close(1, 1.)
close(True, False)
close(1 + 1j, 2)
close(1.0, T(1.))
close(torch.ones(2), torch.ones(3))
close(torch.ones(2), torch.ones(2).double())
close(torch.ones(2), torch.ones(2).double(), check_dtype=False)
close(T(float('nan')), T(float('nan')))
close(T(float('nan')), T(float('nan')), equal_nan=True)
close(float('nan'), float('nan'))
close([torch.ones(1), torch.zeros(1)], [torch.ones(1), torch.ones(1)])
close([1.], [1., 2.])
close({'a': 1.}, {'b': 1.})
close({'a': 1., 'b': [1, 2]}, {'a': 1., 'b': [1, 3]})
close('a', 'b')
close(None, None)
close(None, 1)
close(torch.ones(2), [1., 1.])
close((1.,), [1.])
close(torch.ones(2), torch.ones(2) + 1, msg='hello')
close([torch.ones(2)], [torch.ones(2) + 1], msg=lambda m: 'PRE ' + m)
close(np.ones(2), np.array([1., 2.]))
close(np.ones(2), torch.ones(2))
close(np.float32(1), np.float32(2))
close(torch.nn.Parameter(torch.ones(2)), torch.ones(2))
close(torch.ones(2, 2), torch.ones(2, 2).t(), check_stride=True)
close(T([1e10, 1.]), T([1e10 * 1.01, 1.]))
close(T([0., 1]), T([0., float('inf')]))
close(T([1 + 1j]), T([1 + 2j]))
close(torch.empty(0), torch.empty(0))
close(torch.ones(2, dtype=torch.bfloat16), torch.ones(2, dtype=torch.bfloat16) * 1.1)
close([['a']], [['b']])
close(T([0, 0, 0], dtype=torch.uint8), T([0, 0, 255], dtype=torch.uint8))
close(T([1.]), T([1.0000001]), rtol=0., atol=0.)
close(5, 7, rtol=0.1, atol=0.)
close(5, 0)
close(T(5), T(0))
close({'a': 1}, [1])
close(b'a', b'b')
close([torch.ones(2), [torch.ones(2), torch.ones(2)]], [torch.ones(2), [torch.ones(2), torch.zeros(2)]])
close(torch.ones(2, dtype=torch.int8), torch.ones(2, dtype=torch.int16) * 3, check_dtype=False)
close(torch.ones(2, requires_grad=True), torch.zeros(2))
torch.testing.assert_allclose(torch.ones(2), [1., 2])
torch.testing.assert_allclose(1., 2, rtol=1)
""".strip().splitlines()

MAKE = """
make(2, 3, dtype=torch.float32)
make((3,), dtype=torch.float64, low=0, high=1)
make(3, dtype=torch.float16)
make(5, dtype=torch.int64)
make(5, dtype=torch.uint8, low=-5, high=300)
make(5, dtype=torch.int32, low=0.5, high=3.7)
make(5, dtype=torch.bool)
make(2, dtype=torch.complex64)
make(3, dtype=torch.float32, noncontiguous=True)
make(3, dtype=torch.int64, low=0, high=1, exclude_zero=True)
make(3, dtype=torch.float32, low=3, high=3)
make(3, dtype=torch.float32, low=float('-inf'))
make((), dtype=torch.float32, requires_grad=True)
make(2, dtype=torch.float32, low=3, high=1)
make(2, dtype=torch.int64, low=3, high=3)
make(2, dtype=torch.int64, requires_grad=True)
make(2, dtype=torch.float32, low=float('nan'))
make(2, dtype=torch.float32, memory_format=torch.channels_last, noncontiguous=True)
""".strip().splitlines()

FILE = pathlib.Path(__file__).with_name("close.json")


def outcome(torch, expression):
    """Return the text of the result, or of the exception with its type; of a class only the last name."""
    import warnings

    import numpy as np

    def make(*shape, **kwargs):
        torch.manual_seed(0)
        made = torch.testing.make_tensor(*shape, device="cpu", **kwargs)
        return f"{made} {made.stride()}"

    names = dict(torch=torch, np=np, T=torch.tensor, close=torch.testing.assert_close, make=make)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return str(eval(expression, names))
        except Exception as error:
            return f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    import torch
    FILE.write_text(json.dumps({e: outcome(torch, e) for e in CLOSE + MAKE}, indent=0) + "\n", encoding="utf-8")
