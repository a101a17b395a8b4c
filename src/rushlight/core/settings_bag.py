"""Modules of settings: flags with defaults that a program sets, patches for a while, and reads back."""
import contextlib
import sys
import types


class Bag(types.ModuleType):
    """A module whose flags can also be changed within a block: `config.patch(verbose=True)`."""

    @classmethod
    def adopt(cls, name, flags):
        """Make the module `name` a bag with these flags."""
        module = sys.modules[name]
        module.__class__ = cls
        vars(module).update(flags)

    @contextlib.contextmanager
    def patch(self, changes=None, value=None, /, **more):
        """Set flags within a block or a decorated function.

        Args:
            changes: {flag: value}, or the name of one flag.
            value: the value of that one.
            more: flags by keyword.
        """
        changed = {changes: value} if isinstance(changes, str) else dict(changes or {}, **more)
        before = {name: getattr(self, name) for name in changed}
        vars(self).update(changed)
        try:
            yield
        finally:
            vars(self).update(before)
