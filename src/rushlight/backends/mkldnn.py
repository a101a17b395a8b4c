"""torch.backends.mkldnn: not used here."""


def is_available():
    """Whether it is used: never; NumPy's own libraries and the kernels of this package do the work."""
    return False
