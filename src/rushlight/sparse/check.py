"""The switch of `torch.sparse.check_sparse_tensor_invariants`."""
import functools


class check_sparse_tensor_invariants:
    """Switches the checks of new sparse tensors on or off, in torch; here they are always made, as a place outside of a
    tensor would read foreign memory. What it was switched to is remembered and told.

    Example:
        >>> with torch.sparse.check_sparse_tensor_invariants():
        ...     torch.sparse.check_sparse_tensor_invariants.is_enabled()
        True
    """

    _on = False

    def __init__(self, enable=True):
        self._wanted, self._before = enable, None

    @staticmethod
    def is_enabled():
        """Whether the checks are switched on."""
        return check_sparse_tensor_invariants._on

    @staticmethod
    def enable():
        """Switch the checks on."""
        check_sparse_tensor_invariants._on = True

    @staticmethod
    def disable():
        """Switch the checks off."""
        check_sparse_tensor_invariants._on = False

    def __enter__(self):
        if self._before is not None:
            raise RuntimeError("This context manager instance is already activated. Use a different context manager instance.")
        self._before = self.is_enabled()
        check_sparse_tensor_invariants._on = self._wanted
        return self

    def __exit__(self, *exc):
        check_sparse_tensor_invariants._on = self._before
        self._before = None

    def __call__(self, function):
        @functools.wraps(function)
        def checked(*args, **kwargs):
            with type(self)(self._wanted):
                return function(*args, **kwargs)
        return checked
