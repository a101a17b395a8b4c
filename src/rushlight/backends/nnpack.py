"""torch.backends.nnpack: not used here."""


def is_available():
    """Whether it is used: never; the kernels of this package do the work."""
    return False


def set_flags(_enabled):
    """Say whether it may be used, and return (what was said before,): never."""
    return (False,)
