"""torch.backends.cuda: flags of the CUDA backend; products are computed as the device's library does."""
import contextlib

from ..ops.attention import Ways as _Attention


class _MatMul:
    allow_tf32 = False
    allow_fp16_reduced_precision_reduction = True
    allow_bf16_reduced_precision_reduction = True
    fp32_precision = "none"


matmul = _MatMul()


def is_built():
    """Whether CUDA can be used when a GPU is there: CuPy is installed."""
    from importlib.util import find_spec
    return find_spec("cupy") is not None


def _switch(name, what):
    def enabled():
        return getattr(_Attention, name)

    def enable(enabled):
        setattr(_Attention, name, bool(enabled))

    enabled.__name__, enable.__name__ = f"{name}_sdp_enabled", f"enable_{name}_sdp"
    enabled.__doc__ = f"Whether {what} may be chosen, as set; there is one attention here."
    enable.__doc__ = f"Keep whether {what} may be chosen; there is one attention here."
    return enabled, enable


flash_sdp_enabled, enable_flash_sdp = _switch("flash", "the flash attention kernel")
mem_efficient_sdp_enabled, enable_mem_efficient_sdp = _switch("mem_efficient", "the memory-efficient attention kernel")
math_sdp_enabled, enable_math_sdp = _switch("math", "the plain attention")
cudnn_sdp_enabled, enable_cudnn_sdp = _switch("cudnn", "cuDNN's attention")


def is_flash_attention_available():
    """Whether the flash attention kernel was built in: no."""
    return False


@contextlib.contextmanager
def sdp_kernel(enable_flash=True, enable_math=True, enable_mem_efficient=True, enable_cudnn=True):
    """Keep, within a block, which attention kernels may be chosen."""
    before = (_Attention.flash, _Attention.math, _Attention.mem_efficient, _Attention.cudnn)
    _Attention.flash, _Attention.math = enable_flash, enable_math
    _Attention.mem_efficient, _Attention.cudnn = enable_mem_efficient, enable_cudnn
    try:
        yield
    finally:
        _Attention.flash, _Attention.math, _Attention.mem_efficient, _Attention.cudnn = before


def preferred_linalg_library(backend=None):
    """Keep the name of the library for linear algebra, and return it: the device's own is used."""
    if backend is not None:
        _Preferred.linalg = backend
    return _Preferred.linalg


class _Preferred:
    linalg = "default"
