"""Every row of the table against every check: `pytest tests/test_ops.py -k "exp-grad"` runs one.

The checks are described in `table.py`; those that look only at Rushlight itself (finite
differences, kernel against body, negative strides, the strict backend) are here, those that
compare with PyTorch are in `observe.py`.
"""

from __future__ import annotations

import warnings

import observe
import oracle
import pytest
import table
from kernels import Kernels
from observe import Call, Refused

import rushlight as rl
from rushlight.backend import base
from rushlight.backend.cpu import B as CPU
from rushlight.core.tensor import make

ROWS = table.load()
SKIPS_ALLOWED = 120
"""Skipped (row, check) pairs, each with its reason in the row. It may only go down."""


def _pairs():
    torch = oracle.pytorch()
    for row in ROWS.values():
        for check in table.CHECKS:
            if check in row.skip:
                continue
            if check in observe.OBSERVED:
                cases = observe.CASES[check](torch, row) if torch else oracle.recorded().get(f"{row.id}/{check}", {"": 0})
                applies = any(True for _ in cases)
            else:
                applies = {"gradcheck": row.grad, "gradgradcheck": row.gradgrad, "kernel": bool(CPU.kernels)}.get(check, True)
            if applies:
                yield pytest.param(row, check, id=f"{row.id}-{check}")


@pytest.mark.parametrize(("row", "check"), list(_pairs()))
def test_op(row, check):
    own = OWN.get(check)
    if own is not None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            problems = own(row)
    else:
        problems = observe.differences(row, check, observe.observe(rl, row, check), oracle.expected(row, check))
        if check == "layouts":
            problems += negative_strides(row)
    assert not problems, f"{row.file}.py, row {row.name!r}, {check}:\n" + "\n".join(problems)


def test_skips_are_few(capsys):
    """The run prints every skip with its reason; their number has a cap."""
    skips = [(row.id, check, reason) for row in ROWS.values() for check, reason in row.skip.items()]
    with capsys.disabled():
        print(f"\n{len(skips)} of at most {SKIPS_ALLOWED} checks skipped in {len(ROWS)} rows")
        for ident, check, reason in skips:
            print(f"  {ident}: {check}: {reason}")
    assert all(reason for *_, reason in skips)
    assert len(skips) <= SKIPS_ALLOWED


def test_recording_is_current():
    """Every row's calls are the ones that were recorded (run tests/record_samples.py after a change)."""
    old = [row.id for row in ROWS.values() if oracle.recorded().get(f"{row.id}/digest") != observe.digest(row)]
    assert not old, f"run tests/record_samples.py; rows not recorded as they stand: {', '.join(old)}"


# ---- checks of Rushlight alone -------------------------------------------------------------------


def negative_strides(row):
    """Inputs that run backwards through memory (which PyTorch cannot hold) give the contiguous result."""
    problems = []
    for i, sample in enumerate(row.samples):
        if not any(arg.shape for arg in table.leaves(sample)):
            continue
        for grad in (False, True) if row.grad else (False,):
            want, got = (observe.attempt(_result, row, sample, layout, grad) for layout in ("contiguous", "negative"))
            if observe._is_error(want):
                continue
            said = observe._told(got) if observe._is_error(got) else observe._tree(
                row, observe.without_layout(got), observe.without_layout(want))
            if said:
                problems.append(f"{i}/negative{'/grad' if grad else ''}: {said}")
    return problems


def _result(row, sample, layout, grad, dtype="float32", move=None):
    call = Call(rl, row, sample, layout=layout, grad=grad, dtype=dtype, move=move)
    out = call.run()
    if not grad:
        return observe.encode(rl, out, row.values)
    try:
        return observe.without_layout([observe.encode(rl, g) for g in call.gradients(out)])
    except Refused:
        return []


def gradcheck(row):
    return _finite_differences(row, rl.autograd.gradcheck)


def gradgradcheck(row):
    return _finite_differences(row, rl.autograd.gradgradcheck)


def _finite_differences(row, check):
    """First or second derivatives of every sample, in float64, against finite differences.

    Samples with numbers of their own are left out: they are ties and other kinks, where no difference exists; so are
    empty ones, which have nothing to differ."""
    problems = []
    for i, sample in enumerate(row.samples):
        if any(arg.kind == "float" and (arg.values is not None or 0 in arg.shape) for arg in table.leaves(sample)):
            continue
        call = Call(rl, row, sample, dtype="float64", grad=True)
        inputs = [x for x in call.tensors if x.requires_grad]
        if not inputs or not any(x.requires_grad for x in _double_outputs(call.run())):
            continue
        try:
            check(lambda *_, call=call: _double_outputs(call.run()), inputs, fast_mode=True)
        except Exception as error:
            problems.append(f"{i}: {type(error).__name__}: {error}")
    return problems


def _double_outputs(out):
    """The outputs whose precision allows a finite difference."""
    return tuple(x for x in observe.tensors_in(rl, out) if x.dtype in (rl.float64, rl.complex128))


# ---- kernels and devices --------------------------------------------------------------------------


def kernel(row):
    """With and without native kernels, over layouts and dtypes, values and gradients agree."""
    kernels, problems = Kernels(), []
    for i, sample in enumerate(row.samples):
        for dtype, layout in (("float32", "contiguous"), ("float64", "sliced"), ("float32", "fortran"), ("float32", "negative")):
            for grad in (False, True) if row.grad else (False,):
                got = observe.attempt(_result, row, sample, layout, grad, dtype)
                try:
                    kernels.off()
                    want = observe.attempt(_result, row, sample, layout, grad, dtype)
                finally:
                    kernels.restore()
                if observe._is_error(want):
                    said = "" if observe._is_error(got) and got[1] == want[1] else f"body: {want}, kernel: {observe._told(got)}"
                else:
                    said = observe._told(got) if observe._is_error(got) else observe._tree(row, got, want)
                if said:
                    problems.append(f"{i}/{dtype}/{layout}{'/grad' if grad else ''}: {said}")
    return problems


@pytest.mark.skipif(not CPU.kernels, reason="the pure build has no kernels")
def test_every_kernel_takes_some_row():
    """A kernel that refuses every sample of the table is tested by nothing."""
    kernels = Kernels()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            kernels.count()
            for row in ROWS.values():
                for sample in row.samples:
                    observe.attempt(_result, row, sample, "contiguous", row.grad)
        finally:
            kernels.restore()
    never = sorted(name for name, n in kernels.accepted.items() if not n and name not in OUTSIDE_THE_TABLE)
    assert not never, f"kernels that no row reaches: {never}"


OUTSIDE_THE_TABLE = {"adagrad_step", "adam_step", "rmsprop_step", "sgd_step", "count_steps",  # tests/test_other_kernels.py
                     "copy_into"}                                                  # tests/native/test_pointwise.py


def strict(row):
    """The bodies and rules on array-api-strict's second device: the CPU's values and gradients, no call into NumPy."""
    return elsewhere(row, observe.strict_backend())


def cuda(row):
    """The same over the CUDA backend, on a module that stands for CuPy."""
    backend = observe.cuda_backend()
    base.register(backend)
    try:
        return elsewhere(row, backend)
    finally:
        del base._BY_DEVICE["cuda"], base._BY_ARRAY[backend.array_type]


def elsewhere(row, backend):
    """How values and gradients on a make-believe device differ from the CPU's."""
    problems = []

    def move(x):
        return make(backend.from_numpy(x.detach()._array)).requires_grad_(x.requires_grad)

    for i, sample in enumerate(row.samples):
        if not table.leaves(sample) or any(arg.dtype in (*observe.THROUGH_FLOAT, "float16") for arg in table.leaves(sample)):
            continue
        for grad in (False, True) if row.grad else (False,):
            want = observe.attempt(_result, row, sample, "contiguous", grad)
            got = observe.attempt(_result, row, sample, "contiguous", grad, "float32", move)
            if observe._is_error(want):
                continue
            said = observe._told(got) if observe._is_error(got) else observe._tree(
                row, observe.without_layout(got), observe.without_layout(want))
            if said:
                problems.append(f"{i}{'/grad' if grad else ''}: {said}")
    return problems


OWN = {"gradcheck": gradcheck, "gradgradcheck": gradgradcheck, "kernel": kernel, "strict": strict, "cuda": cuda}
