"""torch.backends.cpu: what the processor offers."""


def get_cpu_capability():
    """Return the instruction level the kernels were chosen for: "AVX512", "AVX2" or "DEFAULT"."""
    try:
        from ..native import probe
    except ImportError:
        return "NO COMPILED KERNELS"
    return {4: "AVX512", 3: "AVX2"}.get(probe.level(), "DEFAULT")
