"""torch.__config__: how this installation was built."""


def show():
    """Return a text on the build: compiled or pure, instruction level, NumPy's version."""
    import numpy

    from .version import own
    from .backend.cpu import COMPILED
    from .backends.cpu import get_cpu_capability
    return (f"Rushlight {own}, built with:\n"
            f"  - core: {'compiled' if COMPILED else 'pure Python'}\n"
            f"  - CPU capability usage: {get_cpu_capability()}\n"
            f"  - NumPy {numpy.__version__}\n")


def parallel_info():
    """Return a text on the threads in use."""
    from .settings import get_num_threads
    return f"ATen/Parallel:\n\tat::get_num_threads() : {get_num_threads()}\n"
