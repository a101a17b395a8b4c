"""Functions that PyTorch offers beside the ones most programs call: other argument orders, copies of views, hashes."""
from math import prod

from .. import dtypes, formats
from ..core.op import T, composite, op
from ..core.tensor import OPS, TensorBase
from ._dims import wrap_dims
from ._factory import as_dtype, backend_for, finish, kind_of
from ._rules import axes, not_for
from .conv import conv1d, conv2d, conv3d, conv_transpose1d, conv_transpose2d, conv_transpose3d
from .grid import affine_grid, grid_sample
from .loss import binary_cross_entropy_with_logits as _bce_with_logits
from .loss import kl_div as _kl_div
from .norm import batch_norm_inference, group_norm_forward
from .pointwise_complex import view_as_complex, view_as_real
from .pool import adaptive_max_pool1d as _adaptive_max_pool1d
from .reduce_norm import vector_norm

_REDUCTIONS = ("none", "mean", "sum")
_MODES, _PADDINGS = ("bilinear", "nearest", "bicubic"), ("zeros", "border", "reflection")


# ------------------------------------------------------------------ options as numbers

@composite(method=False)
def kl_div(input, target, reduction=0, *, log_target=False):
    """Return `nn.functional.kl_div` with the reduction as a number: 0 none, 1 mean, 2 sum."""
    return _kl_div(input, target, reduction=_REDUCTIONS[reduction], log_target=log_target)


@composite(method=False)
def binary_cross_entropy_with_logits(input, target, weight=None, pos_weight=None, reduction=0):
    """Return `nn.functional.binary_cross_entropy_with_logits` with the reduction as a number: 0 none, 1 mean, 2 sum."""
    return _bce_with_logits(input, target, weight, reduction=_REDUCTIONS[reduction], pos_weight=pos_weight)


@composite(method=False)
def grid_sampler(input, grid, interpolation_mode, padding_mode, align_corners):
    """Return `nn.functional.grid_sample` with numbers for modes.

    Args:
        interpolation_mode: 0 bilinear, 1 nearest, 2 bicubic.
        padding_mode: 0 zeros, 1 border, 2 reflection.
    """
    return grid_sample(input, grid, _MODES[interpolation_mode], _PADDINGS[padding_mode], align_corners)


@composite(method=False)
def grid_sampler_2d(input, grid, interpolation_mode, padding_mode, align_corners):
    """Return `grid_sampler` of images."""
    return grid_sampler(input, grid, interpolation_mode, padding_mode, align_corners)


@composite(method=False)
def grid_sampler_3d(input, grid, interpolation_mode, padding_mode, align_corners):
    """Return `grid_sampler` of volumes."""
    return grid_sampler(input, grid, interpolation_mode, padding_mode, align_corners)


@composite(method=False)
def affine_grid_generator(theta, size, align_corners):
    """Return `nn.functional.affine_grid`."""
    return affine_grid(theta, size, align_corners)


@composite(method=False)
def adaptive_max_pool1d(input, output_size):
    """Return the maxima of nearly equal parts of the last dimension, and where they were."""
    return _adaptive_max_pool1d(input, output_size, True)


@composite(method=False)
def convolution(input, weight, bias, stride, padding, dilation, transposed, output_padding, groups):
    """Return the convolution, or the transposed one, in as many dimensions as the weight has less two."""
    n = weight.ndim - 3
    if transposed:
        run = (conv_transpose1d, conv_transpose2d, conv_transpose3d)[n]
        return run(input, weight, bias, stride, padding, output_padding, groups, dilation)
    return (conv1d, conv2d, conv3d)[n](input, weight, bias, stride, padding, dilation, groups)


@composite(ns=("torch", "nn.functional"), method=False)
def conv_tbc(input, weight, bias, pad=0):
    """Return the convolution in time of (time, batch, channels) with (width, channels, outputs)."""
    return conv1d(input.permute(1, 2, 0), weight.permute(2, 1, 0), bias, padding=pad).permute(2, 0, 1).contiguous()


# ------------------------------------------------------------------ norms with their statistics

@composite(method=False)
def native_group_norm(input, weight, bias, N, C, HxW, group, eps):
    """Return (the group norm, means, 1 / standard deviations) of a (N, C, ...) input with HxW values a channel."""
    _same_count("native_group_norm", input, N * C * HxW)
    out = group_norm_forward(input, group, weight, bias, eps)
    values = input.reshape(N, group, C // group * HxW)
    values = values.float() if values.dtype.itemsize == 2 else values
    mean, rstd = _moments(values, -1, eps)
    return out, mean.to(input.dtype), rstd.to(input.dtype)


def _same_count(name, input, n):
    if input.numel() != n:
        raise RuntimeError(f"{name}: the sizes stand for {n} values, but input has {input.numel()}")


def _moments(x, dim, eps):
    mean = x.mean(dim)
    return mean, (x.var(dim, correction=0) + eps).rsqrt()


@composite(method=False)
def native_batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps):
    """Return (the batch norm, means, 1 / standard deviations) of a (N, C, ...) input; no statistics outside of training."""
    if not training:
        out = batch_norm_inference(input, running_mean, running_var, weight, bias, eps)
        return out, input.new_empty(0), input.new_empty(0)
    out = OPS.batch_norm(input, weight, bias, running_mean, running_var, True, momentum, eps, False)
    dims = (0, *range(2, input.ndim))
    mean, rstd = _moments(input.detach().float() if input.dtype.itemsize == 2 else input.detach(), dims, eps)
    kept = input.dtype if weight is None else weight.dtype
    return out, mean.to(kept), rstd.to(kept)


@composite(method=False)
def norm_except_dim(v, pow=2, dim=0):
    """Return the norms of a tensor's slices along a dimension, with the other dimensions of size 1; of all of it for -1."""
    if dim == -1:
        return vector_norm(v, pow)
    if dim == 0:
        return vector_norm(v.reshape(v.size(0), -1), pow, 1).reshape(-1, *[1] * (v.ndim - 1))
    rest = tuple([d for d in range(v.ndim) if d != dim % v.ndim])
    return vector_norm(v, pow, rest, True)


@composite(method=False)
def embedding_renorm_(input, indices, max_norm, norm_type):
    """Scale the rows that `indices` name so that their norms are at most `max_norm`, in place."""
    rows = indices.reshape(-1).unique()
    picked = input.detach()[rows]
    norms = vector_norm(picked, norm_type, 1, True)
    factor = OPS.where(norms > max_norm, max_norm / (norms + 1e-7), OPS.ones_like(norms))
    input.detach()[rows] = picked * factor
    return input


# ------------------------------------------------------------------ copies of views

@composite(method=False)
def detach_copy(input, *, out=None):
    """Return `detach` in memory of its own."""
    return _copied(input.detach(), out)


@composite(method=False)
def view_as_complex_copy(input, *, out=None):
    """Return `view_as_complex` in memory of its own."""
    return _copied(view_as_complex(input), out)


@composite(method=False)
def view_as_real_copy(input, *, out=None):
    """Return `view_as_real` in memory of its own."""
    return _copied(view_as_real(input), out)


def _copied(view, out):
    return view.clone(memory_format=formats.contiguous_format) if out is None else out.copy_(view)


# ------------------------------------------------------------------ dtypes, devices, memory

@composite(method=False)
def result_type(tensor1, tensor2):
    """Return the dtype that an operation on two tensors or numbers has.

    Example:
        >>> torch.result_type(torch.tensor([1, 2]), 1.0)
        torch.float32
    """
    groups = ([], [], [])
    for x in (tensor1, tensor2):
        if isinstance(x, TensorBase):
            groups[0 if x.ndim else 1].append(x.dtype)
        else:
            groups[2].append(dtypes.of_number(x))
    return dtypes.combine(*groups)


@composite(method=False)
def get_device(input):
    """Return the number of the device a tensor is on, -1 for the CPU."""
    return input.get_device()


@composite(method=False)
def empty_permuted(size, physical_layout, *, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False):
    """Return uninitialised memory of a size, whose dimensions lie in memory in the order `physical_layout`."""
    if not isinstance(size, (tuple, list)):
        raise TypeError(f"empty_permuted(): argument 'size' (position 1) must be tuple of ints, not {kind_of(size)}")
    order = tuple(physical_layout)
    if len(order) != len(size):
        raise RuntimeError("Number of dimensions in size does not match the length of the physical_layout; i.e. len(size) = "
                           f"{len(size)} is not equal to len(physical_layout) = {len(order)}")
    for k, d in enumerate(order):
        if not 0 <= d < len(size):
            raise RuntimeError(f"Dimension out of range (expected to be between 0 and {len(size) - 1}, but got {d} at index "
                               f"{k}).  NB: negative dims not currently supported; file an issue if you want it.")
        if d in order[:k]:
            raise RuntimeError("Duplicate dim not allowed")
    B = backend_for("empty_permuted", device, layout if layout is not formats.strided else None, pin_memory)
    d = dtypes.get_default_dtype() if dtype is None else as_dtype("empty_permuted", dtype)
    array = B.empty(tuple([size[k] for k in order]), dtype=B.dt(d))
    back = tuple(sorted(range(len(order)), key=order.__getitem__))
    return finish("empty_permuted", B.permute_dims(array, back), requires_grad)


# ------------------------------------------------------------------ hashes

@op(name="_hash_tensor", ns=(), differentiable=False)
def _hash(B, input: T, dim, keepdim):
    not_for(B, input, "c", "xor_sum_cpu")
    if B.kind(input) == "f":
        bits = B.view_dtype(B.c_order(B.astype(input, B.float64)[..., None]), B.uint64)[..., 0]
    else:
        bits = B.astype(B.astype(input, B.int64) if B.kind(input) != "u" else input, B.uint64)
    axis = axes(dim, input.ndim)
    reduced = tuple(range(input.ndim)) if axis is None else wrap_dims(axis, input.ndim)
    kept = [d for d in range(input.ndim) if d not in reduced]
    n = prod([input.shape[d] for d in reduced])
    rows = B.reshape(B.permute_dims(bits, (*kept, *reduced)), (*[input.shape[d] for d in kept], n))
    while n > 1:                        # halves on halves
        half = n // 2
        rows = B.concat([B.bitwise_xor(rows[..., :half], rows[..., half:2 * half]), rows[..., 2 * half:]], axis=-1)
        n = rows.shape[-1]
    found = rows[..., 0] if n else B.zeros(rows.shape[:-1], dtype=B.uint64)
    return B.reshape(found, tuple([1 if d in reduced else s for d, s in enumerate(input.shape)])) if keepdim else B.copy(found)


@composite
def hash_tensor(input, dim=(), *, keepdim=False, mode=0, out=None):
    """Return a hash of the values: the exclusive or of their bits, floats taken in double precision.

    Args:
        dim: the dimensions to take together; all by default.
        mode: 0, the only kind of hash there is.
    """
    if mode != 0:
        raise RuntimeError(f"Unknown hash_tensor mode: {mode}")
    if not input.numel() and (dim is None or dim == ()):
        raise RuntimeError("hash_tensor: Expected reduction dim to be specified for input.numel() == 0. Specify the reduction "
                           "dim with the 'dim' argument.")
    return _hash(input, dim, keepdim) if out is None else _hash(input, dim, keepdim, out=out)
