"""torch.backends.opt_einsum: whether `einsum` looks for a good order of products. It always does, by itself."""
enabled = False
strategy = None


def is_available():
    """Whether the package opt_einsum is used: never."""
    return False


def get_opt_einsum():
    """Return the package: None, it is not used."""
    return None
