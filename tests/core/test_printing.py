"""The text of tensors: generated cases against recorded texts (and live PyTorch), and the rules by name."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
import printing_cases

CHUNK = 50


@pytest.mark.parametrize("start", range(0, printing_cases.COUNT, CHUNK))
def test_text_is_the_recorded_one(rl, start):
    texts = printing_cases.recorded()
    for n in range(start, start + CHUNK):
        assert printing_cases.text(rl, n) == texts[n], f"case {n}: {printing_cases.case(n)}"


def test_recording_is_pytorchs(torch):
    texts = printing_cases.recorded()
    for n in range(0, printing_cases.COUNT, 7):
        assert printing_cases.text(torch, n) == texts[n], f"case {n}: record again with printing_cases.py"


@pytest.mark.parametrize("start", range(1000, 1300, CHUNK))
def test_text_is_pytorchs(rl, torch, start):
    for n in range(start, start + CHUNK):
        assert printing_cases.text(rl, n) == printing_cases.text(torch, n), f"case {n}: {printing_cases.case(n)}"


def test_float_columns(rl):
    assert repr(rl.tensor([1.0, 2.0])) == "tensor([1., 2.])"
    assert repr(rl.tensor([1.0, 2.5])) == "tensor([1.0000, 2.5000])"
    assert repr(rl.tensor([1.0, -1000.0])) == "tensor([    1., -1000.])"
    assert repr(rl.tensor([1.0, 1001.0])) == "tensor([1.0000e+00, 1.0010e+03])"
    assert repr(rl.tensor([1e-5])) == "tensor([1.0000e-05])"
    assert repr(rl.tensor(1.0)) == "tensor(1.)"
    assert repr(rl.tensor([float("nan"), 1.0, float("-inf")])) == "tensor([nan, 1., -inf])"
    assert repr(rl.tensor([float("inf"), 1.5])) == "tensor([   inf, 1.5000])"
    assert repr(rl.tensor([0.0, -0.0])) == "tensor([0., -0.])"


def test_nested_rows(rl):
    assert repr(rl.arange(8).view(2, 2, 2)) == ("tensor([[[0, 1],\n         [2, 3]],\n\n"
                                                "        [[4, 5],\n         [6, 7]]])")


def test_summary(rl):
    assert repr(rl.arange(1001)) == "tensor([   0,    1,    2,  ...,  998,  999, 1000])"
    text = repr(rl.zeros(40, 40))
    assert text.splitlines()[0] == "tensor([[0., 0., 0.,  ..., 0., 0., 0.],"
    assert text.splitlines()[3] == "        ..."  + ","


def test_empty(rl):
    assert repr(rl.empty(0)) == "tensor([])"
    assert repr(rl.empty(0, 3)) == "tensor([], size=(0, 3))"
    assert repr(rl.empty(0, dtype=rl.int64)) == "tensor([], dtype=torch.int64)"
    assert repr(rl.empty(2, 0, requires_grad=True)) == "tensor([], size=(2, 0), requires_grad=True)"


def test_dtype_follows_the_default(rl):
    assert repr(rl.zeros(1, dtype=rl.float64)) == "tensor([0.], dtype=torch.float64)"
    assert repr(rl.zeros(1, dtype=rl.int32)) == "tensor([0], dtype=torch.int32)"
    try:
        rl.set_default_dtype(rl.float64)
        assert repr(rl.zeros(1)) == "tensor([0.])"
        assert repr(rl.zeros(1, dtype=rl.float32)) == "tensor([0.], dtype=torch.float32)"
        assert repr(rl.zeros(1, dtype=rl.complex128)) == "tensor([0.+0.j])"
        assert repr(rl.zeros(1, dtype=rl.complex64)) == "tensor([0.+0.j], dtype=torch.complex64)"
    finally:
        rl.set_default_dtype(rl.float32)


def test_graph(rl):
    x = rl.ones(2, requires_grad=True)
    assert repr(x) == "tensor([1., 1.], requires_grad=True)"
    assert repr(x + 1) == "tensor([2., 2.], grad_fn=<AddBackward0>)"
    assert repr((x + 1).detach()) == "tensor([2., 2.])"
    assert repr(x.double()) == "tensor([1., 1.], dtype=torch.float64, grad_fn=<ToCopyBackward0>)"


def test_suffixes_wrap(rl):
    x = rl.arange(11.0, dtype=rl.float16)
    assert repr(x) == ("tensor([ 0.,  1.,  2.,  3.,  4.,  5.,  6.,  7.,  8.,  9., 10.],\n"
                       "       dtype=torch.float16)")


def test_classes(rl):
    class Special(rl.Tensor):
        pass

    assert repr(Special([1.0])) == "Special([1.])"
    assert f"{Special([1.0])}" == "Special([1.])"
    assert repr(rl.nn.Parameter(rl.ones(2))) == "Parameter containing:\ntensor([1., 1.], requires_grad=True)"


def test_format(rl):
    assert f"{rl.tensor(1.2345):.2f}" == "1.23"
    assert f"{rl.tensor(3)}" == "3"
    assert f"{rl.ones(2)}" == "tensor([1., 1.])"
    with pytest.raises(TypeError, match="unsupported format string passed to Tensor.__format__"):
        format(rl.ones(2), ".2f")


def test_options(rl):
    from rushlight.core import printing

    assert printing.get_printoptions() == {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80,
                                           "sci_mode": None}
    with printing.printoptions(precision=2):
        assert repr(rl.tensor([1.2345])) == "tensor([1.23])"
    assert repr(rl.tensor([1.2345])) == "tensor([1.2345])"
    with pytest.raises(TypeError):
        rl.set_printoptions(digits=3)


def test_large_arrays_print_without_python_work_per_element(rl):
    import time

    from rushlight.core import printing

    x = rl.from_numpy(np.random.RandomState(0).standard_normal((300, 300)).astype(np.float32))
    with printing.printoptions(profile="full"):
        start = time.perf_counter()
        repr(x)
        assert time.perf_counter() - start < 1.0
