"""Marks of how stable a function of `torch.fx` is."""


def compatibility(is_backward_compatible):
    """Return a decorator that notes in a function's docstring whether its signature is stable."""
    def mark(function):
        if not is_backward_compatible:
            function.__doc__ = (f"{function.__doc__ or ''}\n\n.. warning::\n"
                                "    This API is experimental and is *NOT* backward-compatible.\n")
        return function
    return mark
