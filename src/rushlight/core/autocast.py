"""Automatic mixed precision: which ops run in half precision, which in float32, and the casting.

Inside `torch.autocast` every op passes `prepare`, which casts its tensor arguments by an op that
autograd records, so that gradients arrive in the parameters' own dtype. The lists follow what torch
does on the CPU: products in half precision, losses and a few others in float32, and what joins
several tensors in the widest dtype among them; everything else runs as its inputs come. float64
tensors are left alone.
"""
import functools
import warnings

from .. import dtypes
from ..devices import device as _device
from .modes import Flags, state
from .tensor import OPS, TensorBase

LOWER = frozenset((
    "_einsum_pair", "addbmm", "addmm", "baddbmm", "bmm", "conv1d", "conv2d", "conv3d", "conv_nd",
    "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "conv_transpose_nd", "linear", "matmul", "mm",
    "prelu", "scaled_dot_product_attention", "vecdot"))
FULL = frozenset((
    "adaptive_avg_pool3d", "avg_pool3d", "binary_cross_entropy", "binary_cross_entropy_with_logits", "cdist",
    "cholesky", "cosine_embedding_loss", "cross_entropy_forward", "ctc_loss", "fft", "fft2",
    "fftn", "grid_sample", "hfft", "hinge_embedding_loss", "huber_loss", "ifft", "ifft2", "ifftn", "inv", "irfft",
    "kl_div", "l1_loss", "linalg_cholesky_ex", "linalg_eig", "linalg_eigh", "linalg_inv_ex", "linalg_lstsq",
    "linalg_qr", "linalg_solve_ex", "linalg_svd", "margin_ranking_loss", "mse_loss", "multi_margin_loss",
    "nanquantile", "nll_loss", "nll_loss_forward", "pinv", "poisson_nll_loss", "prod", "quantile", "rfft", "rfft2",
    "rfftn", "smooth_l1_loss", "soft_margin_loss", "stft", "svd", "svdvals", "trace", "triplet_margin_loss"))
WIDEST = frozenset(("cat", "concat", "stack", "index_copy"))

_HALVES = (dtypes.float16, dtypes.bfloat16)
_DEFAULTS = {"cpu": dtypes.bfloat16, "cuda": dtypes.float16}


class _Cache:
    """Casts of leaf parameters made in the outermost context, so that each is cast once."""

    enabled = True
    nesting = 0


def prepare(op, args):
    """Return the arguments with their tensors cast for this op, or None when they may stay."""
    name = op.name
    target = state.autocast if name in LOWER else dtypes.float32 if name in FULL else None
    if target is None and name not in WIDEST:
        return None
    tensors = [t for i in op.slots for t in (args[i] if isinstance(args[i], (list, tuple)) else (args[i],))]
    eligible = [t for t in tensors if isinstance(t, TensorBase) and (t.dtype in _HALVES or t.dtype is dtypes.float32)]
    if any(isinstance(t, TensorBase) and t.dtype is dtypes.float64 for t in tensors):
        return None
    if target is None:
        target = dtypes.float32 if any(t.dtype is dtypes.float32 for t in eligible) else state.autocast
        if not any(t.dtype is dtypes.float32 for t in eligible) or all(t.dtype is dtypes.float32 for t in eligible):
            return None
    if all(t.dtype is target for t in eligible):
        return None
    return tuple([_cast_argument(a, target) if i in op.slots else a for i, a in enumerate(args)])


def _cast_argument(a, target):
    if isinstance(a, (list, tuple)):
        return [_cast_argument(t, target) for t in a]
    if not isinstance(a, TensorBase) or a.dtype is target or not (a.dtype in _HALVES or a.dtype is dtypes.float32):
        return a
    keep = _Cache.enabled and a._req and a._node is None and target is not dtypes.float32
    if keep and (found := state.autocast_cache.get(id(a))) is not None and found[0] is a and found[1] == a._version:
        return found[2]
    made = OPS.to(a, target)
    if keep and made._node is not None:
        state.autocast_cache[id(a)] = (a, a._version, made)
    return made


def casting(function):
    """Let a composite of the lists get its tensors cast, and run without autocasting itself."""
    name = function.__name__
    if name not in LOWER and name not in FULL:
        return function

    @functools.wraps(function)
    def run(*args, **kwargs):
        if not Flags.special or state.autocast is None:
            return function(*args, **kwargs)
        target = state.autocast if name in LOWER else dtypes.float32
        args = [_cast_eligible(a, target) for a in args]
        kwargs = {k: _cast_eligible(a, target) for k, a in kwargs.items()}
        before = enter(None)
        try:
            return function(*args, **kwargs)
        finally:
            leave(before)
    return run


def _cast_eligible(a, target):
    return _cast_argument(a, target) if isinstance(a, TensorBase) else a


def enter(dtype):
    """Switch autocasting to `dtype` (None: off) in this thread; return what `leave` needs."""
    before = state.autocast
    state.autocast = dtype
    Flags.special += (dtype is not None) - (before is not None)
    _Cache.nesting += 1
    return before


def leave(before):
    """Go back to what was before `enter`; the outermost leaving forgets the cast parameters."""
    Flags.special += (before is not None) - (state.autocast is not None)
    state.autocast = before
    _Cache.nesting -= 1
    if _Cache.nesting == 0:
        clear_autocast_cache()


def is_autocast_enabled(device_type=None):
    """Whether autocasting is on, for CUDA when no device type is given."""
    kind = "cuda" if device_type is None else _device(device_type).type
    return state.autocast is not None and state.autocast_device == kind


def is_autocast_cpu_enabled():
    """Whether autocasting is on for the CPU; the older name."""
    warnings.warn("torch.is_autocast_cpu_enabled() is deprecated. Please use torch.is_autocast_enabled('cpu') instead.",
                  DeprecationWarning, stacklevel=2)
    return is_autocast_enabled("cpu")


def get_autocast_dtype(device_type):
    """Return the dtype that autocasting uses on a device: bfloat16 on the CPU, float16 on CUDA, unless set."""
    kind = _device(device_type).type
    if is_autocast_enabled(kind):
        return state.autocast
    return _DEFAULTS.get(kind, dtypes.float16)


def set_autocast_dtype(device_type, dtype):
    """Set the dtype that `torch.autocast(device_type)` uses when it is given none."""
    _DEFAULTS[_device(device_type).type] = dtype


def is_autocast_cache_enabled():
    """Whether casts of parameters are kept until the outermost `autocast` ends."""
    return _Cache.enabled


def set_autocast_cache_enabled(enabled):
    """Say whether casts of parameters are kept until the outermost `autocast` ends."""
    _Cache.enabled = bool(enabled)


def clear_autocast_cache():
    """Forget the casts of parameters."""
    state.autocast_cache = {}
