"""Gradients against finite differences: `torch.autograd.gradcheck` and `gradgradcheck`.

The arithmetic is done in NumPy on copies of the outputs; an input is perturbed where it lies and
put back, so the function may also reach it through a closure.
"""
import warnings

import numpy as np

from ..backend import base as backends
from .autograd import grad as _grad
from .tensor import TensorBase, make


class GradcheckError(RuntimeError):
    """Raised by `gradcheck` and `gradgradcheck` when a gradient is wrong."""


_NONDET = (
    "Backward is not reentrant, i.e., running backward with same input and grad_output multiple times gives "
    "different values, although analytical gradient matches numerical gradient."
    "The tolerance for nondeterminism was {}.\n\n"
    "Where that is to be expected (a random or unordered backward), pass `nondet_tol=<tol>`.")
_UNDEFINED = ('Expected all input grads to be undefined or zero when all output grads are undefined or zero. '
              'Please look at "Notes about undefined output gradients" in "tools/autograd/derivatives.yaml"')


def gradcheck(func, inputs, *, eps=1e-6, atol=1e-5, rtol=1e-3, raise_exception=True, nondet_tol=0.0,
              check_undefined_grad=True, check_grad_dtypes=False, check_batched_grad=False,
              check_batched_forward_grad=False, check_forward_ad=False, check_backward_ad=True, fast_mode=False,
              masked=None):
    """Check the gradients of `func` at `inputs` against central finite differences.

    Formula: (f(x + eps) - f(x - eps)) / (2 eps) for each entry, within atol + rtol * |numerical|. A
    complex input is moved along both axes; real and imaginary parts of complex outputs are checked
    one after the other.
    Args:
        func: takes `inputs`, returns a tensor or a tuple of them.
        inputs: tensors; those that require grad should be float64 or complex128.
        raise_exception: False returns False where a gradient is wrong.
        nondet_tol: how far two runs of the same backward may differ.
        check_undefined_grad: also leave the gradients of some outputs out.
        check_grad_dtypes: gradients must have their input's dtype.
        check_batched_grad: also compare the rows of a batch of output gradients with single ones.
        check_forward_ad, check_batched_forward_grad: also check Jacobian-vector products, which come
            from differentiating the backward pass twice.
        fast_mode: check v^T J u for one random pair u, v instead of every entry of J.
        masked: None or a boolean, for sparse inputs; dense ones give the same either way.
    Returns: True, or False (see `raise_exception`).
    Raises: GradcheckError where a gradient is wrong; ValueError when no input requires grad.
    Example:
        >>> x = torch.tensor([1., 2.], dtype=torch.float64, requires_grad=True)
        >>> torch.autograd.gradcheck(lambda x: x * x, (x,))
        True
    """
    assert check_forward_ad or check_backward_ad, \
        "Expected at least one of check_forward_ad or check_backward_ad to be True"
    assert not (check_batched_grad and not check_backward_ad), \
        "Setting check_batched_grad=True requires check_backward_ad to be True"
    assert not (check_batched_forward_grad and not check_forward_ad), \
        "Setting check_batched_forward_grad=True requires check_forward_ad to be True"
    if masked not in (None, False, True):
        raise ValueError(f"gradcheck: expected masked to be None or a bool, got {masked!r}")
    check = _Check(func, inputs, eps, atol, rtol, nondet_tol, check_grad_dtypes)
    try:
        if not check.outputs():
            check.no_differentiable_outputs()
            return True
        for direction in ("backward",) * check_backward_ad + ("forward",) * check_forward_ad:
            for part in check.parts():
                check.compare(part, direction, fast_mode)
        if check_batched_grad:
            check.batched("backward")
        if check_batched_forward_grad:
            check.batched("forward")
        if check_backward_ad and check_undefined_grad:
            check.undefined()
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(func, inputs, grad_outputs=None, *, eps=1e-6, atol=1e-5, rtol=1e-3,
                  gen_non_contig_grad_outputs=False, raise_exception=True, nondet_tol=0.0, check_undefined_grad=True,
                  check_grad_dtypes=False, check_batched_grad=False, check_fwd_over_rev=False, check_rev_over_rev=True,
                  fast_mode=False, masked=False):
    """Check the second derivatives of `func`: the gradients of its gradients, see `gradcheck`.

    Args:
        grad_outputs: the gradients that flow into the outputs; None draws them from [-1, 1).
        gen_non_contig_grad_outputs: draw them with a stride of two.
        check_rev_over_rev, check_fwd_over_rev: how the second derivative is taken.
    Returns: True, or False (see `raise_exception`).
    Raises: GradcheckError where a gradient is wrong.
    """
    assert check_fwd_over_rev or check_rev_over_rev, \
        "Expected at least one of check_fwd_over_rev or check_rev_over_rev to be True"
    assert not (check_batched_grad and not check_rev_over_rev), \
        "Setting check_batched_grad=True requires check_rev_over_rev to be True"
    inputs = _tuple(inputs)
    if grad_outputs is None:
        grad_outputs = tuple(_random_gradient(x, gen_non_contig_grad_outputs) for x in _differentiable(func(*inputs)))
    else:
        grad_outputs = _tuple(grad_outputs)
    count = len(grad_outputs)

    def gradients(*args):
        args, flowing = args[:-count], args[-count:]
        outputs = _differentiable(func(*args))
        wanted = tuple(x for x in args if isinstance(x, TensorBase) and x.requires_grad)
        return tuple(g for g in _grad(outputs, wanted, flowing, create_graph=True, allow_unused=True) if g is not None)

    return gradcheck(gradients, inputs + grad_outputs, eps=eps, atol=atol, rtol=rtol, raise_exception=raise_exception,
                     nondet_tol=nondet_tol, check_undefined_grad=check_undefined_grad, check_grad_dtypes=check_grad_dtypes,
                     check_batched_grad=check_batched_grad, check_forward_ad=check_fwd_over_rev,
                     check_backward_ad=check_rev_over_rev, fast_mode=fast_mode, masked=masked)


class _Check:
    """One function at one point, and the ways to look at its Jacobian."""

    def __init__(self, func, inputs, eps, atol, rtol, nondet_tol, check_grad_dtypes):
        self.func, self.args = func, _tuple(inputs)
        self.eps, self.atol, self.rtol = eps, atol, rtol
        self.nondet_tol, self.check_grad_dtypes = nondet_tol, check_grad_dtypes
        self.inputs = _check_inputs(self.args)
        self.select = _differentiable

    def outputs(self, part=None):
        """The outputs that require grad, or the real or imaginary part of the complex ones."""
        return tuple(_part(x, part) for x in self.select(self.func(*self.args)))

    def parts(self):
        """What to look at: everything, or first the imaginary and then the real part of complex outputs."""
        return ("imaginary", "real") if any(x.is_complex() for x in self.outputs()) else (None,)

    # ---- one comparison

    def compare(self, part, direction, fast):
        """Raise unless every Jacobian, or its product with random vectors, agrees."""
        prefix = f"While considering the {part} part of complex outputs only, " if part else ""
        prefix += "Jacobian computed with forward mode mismatch" if direction == "forward" else "Jacobian mismatch"
        if fast:
            self.compare_fast(part, direction, prefix)
            return
        numerical, analytical = self.numerical(part), self.analytical(part, direction)
        for i in range(len(self.outputs(part))):
            for j in range(len(self.inputs)):
                n, a = numerical[j][i], analytical[j][i]
                if not _close(a, n, self.rtol, self.atol):
                    raise GradcheckError(f"{prefix} for output {i} with respect to input {j},\nnumerical:{_shown(n)}\n"
                                         f"analytical:{_shown(a)}\n")
        if direction == "backward":
            self.reentrant(part, analytical)

    def compare_fast(self, part, direction, prefix):
        rng = np.random.RandomState(42)
        us = [_unit(x, rng) for x in self.inputs]
        vs = [_unit(x, rng)[0] for x in self.outputs(part)]
        numerical = [[_product(column, v) for column, v in zip(columns, vs)] for columns in
                     (self.numerical_along(part, j, u) for j, u in enumerate(us))]
        analytical = self.analytical_fast(part, direction, us, vs)
        for i, v in enumerate(vs):
            for j, u in enumerate(us):
                n, a = numerical[j][i], analytical[j][i]
                if not _close(np.asarray(a), np.asarray(n), self.rtol, self.atol * float(sum(u).sum()) * float(v.sum())):
                    raise GradcheckError(f"{prefix} for output {i} with respect to input {j},\nnumerical:{n}\nanalytical:{a}\n"
                                         + self.slow_report(part, direction, i, j))
        if direction == "backward" and not np.array_equal(analytical, self.analytical_fast(part, direction, us, vs)):
            self.reentrant(part, self.analytical(part, direction))

    def slow_report(self, part, direction, i, j):
        n, a = self.numerical(part)[j][i], self.analytical(part, direction)[j][i]
        said = ("\nThese are the products v^T J u with random u and v (fast mode). Entry by entry (slow mode):\n\n"
                f"Numerical:\n {_shown(n)}\nAnalytical:\n{_shown(a)}\n\n"
                f"The max per-element difference (slow mode) is: {float(np.abs(n - a).max(initial=0))}.\n")
        if _close(a, n, self.rtol, self.atol):
            said += "Slow mode accepts these Jacobians: the input may be near a kink, or need another eps or atol.\n"
        return said

    def reentrant(self, part, first):
        """Raise when a second backward gives other numbers than the first."""
        again = self.analytical(part, "backward")
        for one, two in zip(first, again):
            for a, b in zip(one, two):
                if np.abs(a - b).max(initial=0) > self.nondet_tol:
                    raise GradcheckError(_NONDET.format(self.nondet_tol))

    # ---- numerical

    def numerical(self, part):
        """Jacobians [input][output], entries of the input by entries of the output."""
        found = []
        for j, x in enumerate(self.inputs):
            rows = []
            for at in np.ndindex(*x.shape):
                step = np.zeros(tuple(x.shape))
                step[at] = 1
                rows.append(self.numerical_along(part, j, (step, step) if x.is_complex() else (step,), ravel=True))
            outputs = self.raw_outputs(part)
            found.append([np.array([row[i] for row in rows]).reshape(_count(x), o.size)
                          for i, o in enumerate(outputs)])
        return found

    def numerical_along(self, part, j, u, ravel=False):
        """The derivative of each output along u in input j; along (u[0], i u[1]) when that is complex."""
        along = self.difference(part, j, u[0])
        if len(u) == 2:
            along = [a + 1j * b for a, b in zip(along, self.difference(part, j, 1j * u[1]))]
        return [a.reshape(-1) for a in along] if ravel else along

    def difference(self, part, j, step):
        array = self.inputs[j]._array
        backend = backends.of_array(array)
        before = np.array(backend.to_numpy(array))
        try:
            ends = []
            for sign in (-1, 1):
                backend.copyto(array, backend.from_numpy((before + sign * self.eps * step).astype(before.dtype)))
                ends.append(self.raw_outputs(part))
        finally:
            backend.copyto(array, backend.from_numpy(before))
        return [(high - low) / (2 * self.eps) for low, high in zip(*ends)]

    def raw_outputs(self, part):
        """The outputs' numbers."""
        return [_numbers(x) for x in self.outputs(part)]

    # ---- analytical

    def analytical(self, part, direction):
        """Jacobians [input][output] by one backward pass (or Jacobian-vector product) for each entry."""
        outputs = self.outputs(part)
        found = [[np.zeros((_count(x), _count(o)), np.result_type(_real(x), _real(o), x._array.dtype)) for o in outputs]
                 for x in self.inputs]
        if direction == "forward":
            self.fill_forward(part, found)
            return found
        for i, out in enumerate(outputs):
            for k, at in enumerate(np.ndindex(*out.shape)):
                weights = np.zeros(tuple(out.shape))
                weights[at] = 1
                for j, g in enumerate(self.pull(out, weights)):
                    found[j][i][:, k] = g.reshape(-1)
        return found

    def fill_forward(self, part, found):
        for j, x in enumerate(self.inputs):
            for k, at in enumerate(np.ndindex(*x.shape)):
                step = np.zeros(tuple(x.shape))
                step[at] = 1
                for i, column in enumerate(self.push(part, j, (step, step) if x.is_complex() else (step,))):
                    found[j][i][k] = column.reshape(-1)

    def analytical_fast(self, part, direction, us, vs):
        """v^T J u for each pair, [input][output]."""
        if direction == "forward":
            return [[_product(c, v) for c, v in zip(self.push(part, j, u), vs)] for j, u in enumerate(us)]
        columns = [[_along(g, u) for g, u in zip(self.pull(out, v), us)] for out, v in zip(self.outputs(part), vs)]
        return [list(one) for one in zip(*columns)]

    def pull(self, out, weights):
        """The gradients of one output, contracted with `weights`, as numbers (zero where none flows)."""
        gradients = _grad((out,), self.inputs, (_like(out, weights),), retain_graph=True, allow_unused=True)
        found = []
        for x, g in zip(self.inputs, gradients):
            if g is None:
                found.append(np.zeros(tuple(x.shape), x._array.dtype))
                continue
            if tuple(g.shape) != tuple(x.shape):
                raise GradcheckError("Analytical gradient has incorrect size")
            if self.check_grad_dtypes and g.dtype != x.dtype:
                raise GradcheckError("Gradient has dtype mismatch")
            found.append(_numbers(g))
        return found

    def push(self, part, j, u):
        """Jacobian-vector products of each output along u in input j (see `numerical_along`)."""
        outputs, x, found = self.outputs(part), self.inputs[j], []
        for out in outputs:
            dual = _dual(out)
            g, = _grad((out,), (x,), (dual,), create_graph=True, allow_unused=True)
            if g is None or not g.requires_grad:
                found.append(np.zeros(tuple(out.shape), x._array.dtype))
                continue
            total = 0
            for factor, step in zip((1, 1j), u):
                back, = _grad((g,), (dual,), (_like(g, step * factor),), retain_graph=True, allow_unused=True)
                if back is not None:
                    total = total + factor * _numbers(back)
            found.append(np.zeros(tuple(out.shape), x._array.dtype) + total)
        return found

    # ---- the other checks

    def no_differentiable_outputs(self):
        """Raise when an output that claims to need no grad does depend on an input."""
        self.select = _tuple
        for j, x in enumerate(self.inputs):
            for column in self.numerical_along(None, j, (np.ones(tuple(x.shape)),) * (2 if x.is_complex() else 1)):
                if np.any(column != 0):
                    raise GradcheckError("Numerical gradient for function expected to be zero")

    def batched(self, direction):
        """Raise unless a batch of vectors gives the batch of single products."""
        for out in self.outputs():
            if direction == "backward":
                self.batch_of(out, self.inputs)
                continue
            for x in self.inputs:
                dual = _dual(out)
                g, = _grad((out,), (x,), (dual,), create_graph=True, allow_unused=True)
                if g is not None and g.requires_grad:
                    self.batch_of(g, (dual,))

    def batch_of(self, out, wrt):
        rng = np.random.RandomState(7)
        rows = [rng.uniform(-1, 1, tuple(out.shape)) for _ in range(2)]
        options = {"retain_graph": True, "allow_unused": True}
        single = [_grad((out,), wrt, (_like(out, row),), **options) for row in rows]
        together = _grad((out,), wrt, (_like(out, np.stack(rows)),), is_grads_batched=True, **options)
        for j, g in enumerate(together):
            if g is not None and not _close(_numbers(g), np.stack([_numbers(row[j]) for row in single]), self.rtol, self.atol):
                raise GradcheckError(f"batched and single gradients with respect to input {j} differ")

    def undefined(self):
        """Raise unless zero output gradients, some of them left out, give zero input gradients."""
        for out in self.outputs():
            zero = _like(out, np.zeros(tuple(out.shape)))
            gradients = _grad((out,), self.inputs, (zero,), retain_graph=True, allow_unused=True)
            if any(g is not None and np.any(_numbers(g) != 0) for g in gradients):
                warnings.warn("Backwards compatibility: New undefined gradient support checking feature is enabled by "
                              "default, but it may break existing callers of this function. If this is true for you, you "
                              'can call this function with "check_undefined_grad=False" to disable the feature',
                              stacklevel=4)
                raise GradcheckError(_UNDEFINED)


# ---- small parts


def _tuple(x):
    return tuple(x) if isinstance(x, (tuple, list)) else (x,)


def _differentiable(result):
    return tuple(x for x in _tuple(result) if x.requires_grad)


def _check_inputs(args):
    """The tensors that require grad; warns about single precision, refuses overlapping memory."""
    found = []
    for i, x in enumerate(args):
        if not (isinstance(x, TensorBase) and x.requires_grad):
            continue
        if x._array.dtype.itemsize < (16 if x.is_complex() else 8):
            warnings.warn(f"Input #{i} requires gradient and is not a double precision floating point or complex. This "
                          "check will likely fail if all the inputs are not of double precision floating point or complex. ",
                          stacklevel=4)
        if any(stride == 0 and n > 1 for stride, n in zip(x.stride(), x.shape)):
            raise RuntimeError(f"The {i}th input has a dimension with stride 0. gradcheck only supports inputs that are "
                               "non-overlapping to be able to compute the numerical gradients correctly. You should call "
                               ".contiguous on the input before passing it to gradcheck.")
        found.append(x)
    if not found:
        raise ValueError("gradcheck expects at least one input tensor to require gradient, but none of them have "
                         "requires_grad=True.")
    return tuple(found)


def _part(x, part):
    if part is None or not x.is_complex():
        return x
    return x.real if part == "real" else x.imag


def _numbers(x):
    """A copy of the tensor's values in NumPy; types NumPy lacks become float32."""
    found = np.array(backends.of_array(x._array).to_numpy(x._array))
    return found.astype(np.float32) if found.dtype.kind == "V" else found


def _like(x, numbers):
    """A tensor of x's dtype and device with these numbers."""
    backend = backends.of_array(x._array)
    return make(backend.from_numpy(np.asarray(numbers).astype(backend.to_numpy(x._array).dtype)))


def _dual(out):
    """An output gradient that is itself differentiated: its gradient is a Jacobian-vector product."""
    dual = _like(out, np.ones(tuple(out.shape)))
    dual.requires_grad = True
    return dual


def _random_gradient(x, strided):
    shape = tuple(x.shape)
    wide = shape[:-1] + (2 * shape[-1],) if strided and shape else shape
    found = _like(x, np.zeros(wide)).uniform_(-1, 1)
    if wide != shape:
        found = make(found._array[..., ::2])
    found.requires_grad = True
    return found


def _count(x):
    return int(np.prod(tuple(x.shape), dtype=np.int64))


def _real(x):
    return x._array.real.dtype


def _unit(x, rng):
    """Random vectors of length one in x's shape: one for a real x, one for each axis of a complex x."""
    found = []
    for _ in range(2 if x.is_complex() else 1):
        u = np.asarray(rng.uniform(size=tuple(x.shape)))
        found.append(u / (np.linalg.norm(u) or 1))
    return tuple(found)


def _product(column, v):
    return (column * v).sum().item()


def _along(g, u):
    if len(u) == 2:
        return complex((g.real * u[0]).sum(), (g.imag * u[1]).sum())
    return float((g.real * u[0]).sum())


def _close(a, n, rtol, atol):
    return bool(np.all(np.abs(a - n) <= atol + rtol * np.abs(n))) if a.size else True


def _shown(jacobian):
    return repr(make(np.ascontiguousarray(jacobian)))
