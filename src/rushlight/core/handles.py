"""What registering a hook gives back."""


class RemovableHandle:
    """What a registered hook gives back: `remove()` takes it out again; also a context manager."""

    _next = 0

    def __init__(self, hooks, fn, front=False):
        RemovableHandle._next += 1
        self.id = RemovableHandle._next
        self.hooks = hooks
        if front:
            rest = dict(hooks)
            hooks.clear()
            hooks[self.id] = fn
            hooks.update(rest)
        else:
            hooks[self.id] = fn

    def remove(self):
        """Take the hook out; harmless when it is out already."""
        self.hooks.pop(self.id, None)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.remove()
