"""torch.backends.cuda: flags of the CUDA backend; products are computed as the device's library does."""


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


def flash_sdp_enabled():
    """Whether the flash attention kernel may be chosen; there is one attention here."""
    return False


def math_sdp_enabled():
    """Whether the plain attention may be chosen."""
    return True


def mem_efficient_sdp_enabled():
    """Whether the memory-efficient attention kernel may be chosen; there is one attention here."""
    return False
