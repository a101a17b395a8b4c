"""Fractional max-pooling: windows at pseudo-random places, a sequence of steps whose mean is no whole number."""
from ..core.op import OPS, T, composite, op
from ..core.modes import no_grad
from ._dims import prod
from ._reduction import printed_as
from ._rules import not_for
from ._taps import expanded

FUNCTIONAL = "nn.functional"
_SIZES = {2: ("height", "width"), 3: ("time", "height", "width")}


def _starts(B, sample, size, out, kernel):
    """Return the first index of each window of a dimension: (..., out) for samples (...) in [0, 1)."""
    last = B.full((*sample.shape, 1), size - kernel, dtype=B.int64)
    if out == 1:
        return last
    # in the dtype of the samples, as torch computes it: rounding decides where a window begins
    one = B.ones((), dtype=sample.dtype)
    alpha = (one * (size - kernel)) / (one * (out - 1))
    sample = B.expand_dims(sample, axis=-1)
    places = B.astype(B.arange(out - 1), sample.dtype)
    found = B.astype((places + sample) * alpha, B.int64) - B.astype(sample * alpha, B.int64)
    return B.concat([found, last], axis=-1)


@op(ns=(), differentiable=False)
def fractional_places(B, input: T, samples: T, kernel, out):
    """Return the flat index of each window's maximum; the first of equal ones, the last nan."""
    n = len(kernel)
    not_for(B, input, "biuc", f"fractional_max_pool{n}d_out_frame")
    size = input.shape[-n:]
    order = (1, 0) if n == 2 else (0, 1, 2)          # torch draws the width first in two dimensions
    starts = [_starts(B, samples[..., order[k]], size[k], out[k], kernel[k]) for k in range(n)]
    lead, cells = input.shape[:-n], prod(out)
    flat = B.reshape(input, (*lead, prod(size)))
    best = where = None
    for tap in _taps(kernel):
        index = None
        for k in range(n):
            each = starts[k] + tap[k]
            each = B.reshape(each, (*lead, *[out[k] if j == k else 1 for j in range(n)]))
            index = each if index is None else index * size[k] + each
        index = B.reshape(B.broadcast_to(index, (*lead, *out)), (*lead, cells))
        value = B.take_along_axis(flat, index, axis=-1)
        if best is None:
            best, where = value, index
            continue
        better = (value > best) | (value != value)
        best, where = B.where(better, value, best), B.where(better, index, where)
    return B.reshape(where, (*lead, *out))


def _taps(kernel):
    if not kernel:
        return [()]
    return [(k, *rest) for k in range(kernel[0]) for rest in _taps(kernel[1:])]


def _option(name, what, value, n):
    found = expanded(value, n)
    if found is None:
        count = "three " if n == 3 else ""
        raise RuntimeError(f"{name}: {what} must either be a single Int or tuple of {count}Ints")
    return found


def _check(name, n, input, samples, kernel, out):
    """Raise torch's errors for what does not fit; in three dimensions the windows must leave one element over."""
    called = name if n == 2 else name + "_out"
    if input.dim() not in (n + 1, n + 2):
        raise RuntimeError(f"{called}(): Expected {n + 1}D or {n + 2}D tensor, but got: {list(input.shape)}")
    batched = input.dim() == n + 2
    for k in range(1 if batched else 0, input.dim()):
        if not input.shape[k]:
            raise RuntimeError(f"{called}(): Expected input to have non-zero size for non-batch dimensions, but got"
                               f"{list(input.shape)} with dimension {k} being empty.")
    for k, word in enumerate(_SIZES[n]):
        size = input.shape[-n + k]
        if out[k] + kernel[k] - 1 > size - (n == 3):
            raise RuntimeError(f"{called}(): pool {word} {kernel[k]} too large relative to input {word} {size}")
    if samples.dtype is not input.dtype:
        raise RuntimeError("Expect _random_samples to have the same dtype as input")
    if samples.dim() != 3:
        raise RuntimeError(f"Expect _random_samples to have 3 dimensions, got {samples.dim()}")
    if samples.size(0) < (input.size(0) if batched else 1):
        raise RuntimeError("Expect _random_samples.size(0) no less then input batch size.")
    if samples.size(1) != input.size(-n - 1):
        raise RuntimeError("Expect _random_samples.size(1) equals to input channel size.")
    if samples.size(2) != n:
        raise RuntimeError(f"Expect _random_samples.size(2) equals to {n}; got {samples.size(2)}.")


def _pool(n, input, kernel_size, output_size, output_ratio, return_indices, samples):
    name = f"fractional_max_pool{n}d"
    if output_size is None:
        if output_ratio is None:
            raise ValueError(f"{name} requires specifying either an output_size or an output_ratio")
        if len(output_ratio) != n:
            raise ValueError(f"{name} requires output_ratio to either be a single Int or tuple of Ints.")
        output_size = tuple([int(input.size(k - n) * output_ratio[k]) for k in range(n)])
    kernel, out = _option(name, "kernel_size", kernel_size, n), _option(name, "output_size", output_size, n)
    if samples is None:
        lead = (1 if input.dim() == n + 1 else input.size(0), input.size(-n - 1))
        samples = OPS.rand((*lead, n), dtype=input.dtype, device=input.device)
    _check(name, n, input, samples, kernel, out)
    with no_grad():
        use = samples[0] if input.dim() == n + 1 else samples[:input.size(0)]
        where = fractional_places(input.detach(), use.detach(), kernel, out)
    lead = tuple(input.shape[:-n])
    flat = input.reshape(*lead, prod(input.shape[-n:]))
    found = OPS.gather(flat, -1, where.reshape(*lead, prod(out))).reshape(where.shape)
    found = printed_as(found, f"FractionalMaxPool{n}DBackward0")
    return (found, where) if return_indices else found


@composite(ns=FUNCTIONAL, method=False)
def fractional_max_pool2d(input, kernel_size, output_size=None, output_ratio=None, return_indices=False,
                          _random_samples=None):
    """Return the maxima of windows at pseudo-random places of a (N, C, H, W) or (C, H, W) input.

    Args:
        kernel_size: the size of a window.
        output_size: how many windows; or
        output_ratio: how many in proportion to the input, each between 0 and 1.
        return_indices: also return where in its image each maximum was.
        _random_samples: (N, C, 2) numbers in [0, 1) that decide where the windows are.

    Source: Graham, "Fractional Max-Pooling", 2014.
    """
    return _pool(2, input, kernel_size, output_size, output_ratio, return_indices, _random_samples)


@composite(ns=FUNCTIONAL, method=False)
def fractional_max_pool3d(input, kernel_size, output_size=None, output_ratio=None, return_indices=False,
                          _random_samples=None):
    """Return the maxima of windows at pseudo-random places of a (N, C, D, H, W) input, as `fractional_max_pool2d`."""
    return _pool(3, input, kernel_size, output_size, output_ratio, return_indices, _random_samples)


def _publish_with_indices(n):
    def with_indices(input, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None):
        return _pool(n, input, kernel_size, output_size, output_ratio, True, _random_samples)

    with_indices.__doc__ = f"Return `fractional_max_pool{n}d` and the indices of its maxima, whatever `return_indices` says."
    composite(with_indices, ns=FUNCTIONAL, name=f"fractional_max_pool{n}d_with_indices", method=False)


for _n in (2, 3):
    _publish_with_indices(_n)
