"""Sampling at given positions: `grid_sample`, and `affine_grid` that makes the positions."""
import warnings

from ..core import autograd
from ..core.modes import enable_grad, no_grad, state
from ..core.op import T, composite, op
from ..core.tensor import make
from ._dims import prod
from ._reduction import printed_as
from ._through import recorded, through
from .create import linspace
from .pointwise_binary import clamp, fmod
from .pointwise_logic import where
from .resize import _cubic_weights

FUNCTIONAL = "nn.functional"
_PADDINGS = ("zeros", "border", "reflection")
_DEFAULT_CHANGED = ("Default grid_sample and affine_grid behavior has changed to align_corners=False since 1.3.0. Please "
                    "specify align_corners=True if the old behavior is desired. See the documentation of grid_sample for "
                    "details.")


# ------------------------------------------------------------------ positions

def _unnormalised(x, size, align):
    """Return positions in [0, size - 1] from those in [-1, 1]."""
    return (x + 1) * ((size - 1) / 2) if align else ((x + 1) * size - 1) / 2


def _reflected(x, size, align):
    """Return positions mirrored back at the first and the last pixel (or its edge) until they are inside."""
    low, high = (0, 2 * (size - 1)) if align else (-1, 2 * size - 1)
    if low == high:
        return x * 0
    low, span = low / 2, (high - low) / 2
    x = (x - low).abs()
    extra = fmod(x, span)
    even = fmod((x / span).floor(), 2) == 0
    return where(even, extra + low, span - extra + low)


def _placed(x, size, padding, align):
    """Return positions after the padding mode has moved those outside."""
    if padding == "reflection":
        x = _reflected(x, size, align)
    return x if padding == "zeros" else clamp(x, 0, size - 1)


def _values(flat, sizes, corner):
    """Return the input at whole positions, (N, C, L), with zeros outside; `corner` has x first."""
    inside, index = None, None
    for x, size in zip(reversed(corner), sizes):
        here = (x >= 0) & (x <= size - 1)
        inside = here if inside is None else inside & here
        x = clamp(x, 0, size - 1).long()        # whole before they are combined: halves cannot hold the products
        index = x if index is None else index * size + x
    n, channels, _ = flat.shape
    index = index.unsqueeze(1).expand(n, channels, index.shape[1])
    return flat.gather(2, index) * inside.unsqueeze(1).to(flat.dtype)


def _linear(flat, sizes, at):
    """Return the weighted mean of the corners of the cell around each position."""
    low = [x.detach().floor() for x in at]
    part = [x - f for x, f in zip(at, low)]
    total = None
    for corner in range(1 << len(at)):
        weight = None
        place = []
        for k in range(len(at)):
            upper = corner >> k & 1
            w = part[k] if upper else 1 - part[k]
            weight = w if weight is None else weight * w
            place.append(low[k] + 1 if upper else low[k])
        term = _values(flat, sizes, place) * weight.unsqueeze(1)
        total = term if total is None else total + term
    return total


def _cubic(flat, sizes, at, padding, align):
    """Return the bicubic sum over the 4 x 4 pixels around each position."""
    (x, y), (height, width) = at, sizes
    left, top = x.detach().floor(), y.detach().floor()
    across, down = _cubic_weights(x - left, -0.75), _cubic_weights(y - top, -0.75)
    total = None
    for j in range(4):
        row = _placed(top + (j - 1), height, padding, align)
        line = None
        for i in range(4):
            column = _placed(left + (i - 1), width, padding, align)
            term = _values(flat, sizes, [column, row]) * across[i].unsqueeze(1)
            line = term if line is None else line + term
        line = line * down[j].unsqueeze(1)
        total = line if total is None else total + line
    return total


# ------------------------------------------------------------------ grid_sample

def _check_grid(input, grid, mode):
    said = f"but got input with sizes {list(input.shape)} and grid with sizes {list(grid.shape)}"
    if input.shape[0] != grid.shape[0]:
        raise RuntimeError(f"grid_sampler(): expected grid and input to have same batch size, {said}")
    if grid.shape[-1] != input.ndim - 2:
        raise RuntimeError(f"grid_sampler(): expected grid to have size {input.ndim - 2} in last dimension, but got grid "
                           f"with sizes {list(grid.shape)}")
    for k, s in enumerate(input.shape[2:], 2):
        if not s:
            raise RuntimeError("grid_sampler(): expected input to have non-empty spatial dimensions, but input has sizes "
                               f"{list(input.shape)} with dimension {k} being empty")
    if input.ndim not in (4, 5) or grid.ndim != input.ndim:
        wanted = f"{input.ndim}D" if input.ndim in (4, 5) else "4D or 5D"
        raise RuntimeError(f"grid_sampler(): expected {wanted} input and grid with same number of dimensions, {said}")
    if mode == "bicubic" and input.ndim != 4:
        raise RuntimeError("grid_sampler(): bicubic interpolation only supports 4D input")
    if grid.dtype is not input.dtype:
        raise RuntimeError(f"expected scalar type {input.dtype.short} but found {grid.dtype.short}")


@composite(ns=FUNCTIONAL, method=False)
def grid_sample(input, grid, mode="bilinear", padding_mode="zeros", align_corners=None):
    """Return the input read at the positions of `grid`.

    Args:
        input: (N, C, H, W) or (N, C, D, H, W).
        grid: (N, H', W', 2) or (N, D', H', W', 3): positions x, y(, z) in [-1, 1].
        mode: "bilinear", "nearest" or "bicubic".
        padding_mode: "zeros", "border" or "reflection", for positions outside.
        align_corners: whether -1 and 1 are the centres of the corner pixels, or their outer edges.

    Returns: (N, C, H', W') or (N, C, D', H', W').
    """
    if mode not in ("bilinear", "nearest", "bicubic"):
        raise ValueError("nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: "
                         f"'{mode}'")
    if padding_mode not in _PADDINGS:
        raise ValueError("nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or 'reflection', but "
                         f"got: '{padding_mode}'")
    if align_corners is None:
        warnings.warn(_DEFAULT_CHANGED, stacklevel=2)
        align_corners = False
    _check_grid(input, grid, mode)
    if mode == "bilinear" and input.ndim == 4 and padding_mode != "reflection" and not state.transforms and state.batch is None:
        return _between(input, grid, padding_mode == "border", bool(align_corners))
    return printed_as(_sampled(input, grid, mode, padding_mode, align_corners), f"GridSampler{input.ndim - 2}DBackward0")


def _sampled(input, grid, mode, padding_mode, align_corners):
    """Return the input read at the positions of `grid`, in terms of other ops."""
    sizes = tuple(input.shape[2:])
    flat = input.reshape(*input.shape[:2], prod(sizes))
    places = grid.reshape(grid.shape[0], prod(grid.shape[1:-1]), len(sizes))
    at = [_unnormalised(places[..., k], size, align_corners) for k, size in enumerate(reversed(sizes))]
    if mode == "bicubic":
        found = _cubic(flat, sizes, at, padding_mode, align_corners)
    else:
        at = [_placed(x, size, padding_mode, align_corners) for x, size in zip(at, reversed(sizes))]
        if mode == "nearest":
            found = _values(flat, sizes, [x.detach().round() for x in at]) + 0 * at[0].unsqueeze(1)
        else:
            found = _linear(flat, sizes, at)
    return found.reshape(*input.shape[:2], *grid.shape[1:-1])


def _between_formula(input, grid, border, align):
    return _sampled(input, grid, "bilinear", "border" if border else "zeros", align)


@op(ns=(), method=False, name="_grid_sample", grad_name="GridSampler2DBackward0")
def _between(B, input: T, grid: T, border, align):
    """Return images (N, C, H, W) read between pixels at the positions of `grid`."""
    with no_grad():
        return _between_formula(make(input), make(grid), border, align)._array


@op(ns=(), method=False, differentiable=False, name="_grid_sample_back", outputs=("input", "grid"))
def _between_back(B, g: T, input: T, grid: T, border, align, of_input, of_grid):
    """Return the gradients of `_between` that are asked for, None for the other."""
    with enable_grad():
        tensors = [make(input), make(grid)]
        wanted = [x.requires_grad_() for x, need in zip(tensors, (of_input, of_grid)) if need]
        found = iter(autograd.grad(_between_formula(tensors[0], tensors[1], border, align), wanted, make(g)))
    return tuple([next(found)._array if need else None for need in (of_input, of_grid)])


def _between_rule(g, input, grid, border, align, needs):
    if recorded(g):
        return through(lambda x, at: (_between_formula(x, at, border, align),), (g,), (input, grid), needs)
    return _between_back(g, input, grid, border, align, needs[0], needs[1])


_between.vjp_all(_between_rule)


# ------------------------------------------------------------------ affine_grid

@composite(ns=FUNCTIONAL, method=False)
def affine_grid(theta, size, align_corners=None):
    """Return the positions for `grid_sample` that a batch of affine maps gives.

    Args:
        theta: (N, 2, 3) or (N, 3, 4) matrices.
        size: that of the output, (N, C, H, W) or (N, C, D, H, W).
        align_corners: as in `grid_sample`.

    Returns: (N, H, W, 2) or (N, D, H, W, 3).
    """
    if align_corners is None:
        warnings.warn(_DEFAULT_CHANGED, stacklevel=2)
        align_corners = False
    size = tuple(size)
    if not theta.dtype.is_floating_point:
        raise ValueError(f"Expected theta to have floating point type, but got {theta.dtype}")
    if len(size) not in (4, 5):
        raise NotImplementedError("affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, "
                                  f"respectively. Got size {_shown(size)}.")
    n = len(size) - 2
    if theta.dim() != 3 or theta.shape[-2:] != (n, n + 1):
        raise ValueError(f"Expected a batch of {n}D affine matrices of shape Nx{n}x{n + 1} for size {_shown(size)}. Got "
                         f"{theta.shape}.")
    if min(size) <= 0:
        raise ValueError(f"Expected non-zero, positive output size. Got {_shown(size)}")
    spatial = size[2:]
    base = theta.new_ones(*spatial, n + 1)
    for k, s in enumerate(reversed(spatial)):
        line = linspace(-1, 1, s, dtype=theta.dtype, device=theta.device) if s > 1 else theta.new_zeros(1)
        if not align_corners:
            line = line * (s - 1) / s              # rounded twice, as PyTorch does: whole positions are exact or not
        base[..., k] = line.reshape(-1, *[1] * k)
    base = base.reshape(1, -1, n + 1).expand(size[0], -1, -1)
    found = base.bmm(theta.transpose(1, 2)).reshape(size[0], *spatial, n)
    return printed_as(found, "AffineGridGeneratorBackward0")


def _shown(size):
    return f"torch.Size({list(size)})" if type(size).__name__ == "Size" else str(size)
