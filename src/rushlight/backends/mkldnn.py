"""torch.backends.mkldnn: not used here."""
import contextlib

enabled = True
deterministic = False
allow_tf32 = True


def is_available():
    """Whether it is used: never; NumPy's own libraries and the kernels of this package do the work."""
    return False


@contextlib.contextmanager
def flags(enabled=False, deterministic=False, allow_tf32=True):
    """Set the flags within a block."""
    names = dict(enabled=enabled, deterministic=deterministic, allow_tf32=allow_tf32)
    before = {name: globals()[name] for name in names}
    globals().update(names)
    try:
        yield
    finally:
        globals().update(before)
