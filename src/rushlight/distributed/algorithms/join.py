"""`Join`: training where processes have different numbers of batches."""
from .. import distributed_c10d as dist

__all__ = ["Join", "JoinHook", "Joinable"]


class JoinHook:
    """What a process that is done does for those that are not."""

    def main_hook(self):
        """Called once for each batch that others still have."""

    def post_hook(self, is_last_joiner):
        """Called when all are done; the last one knows that it is (`is_last_joiner`)."""
        return is_last_joiner


class Joinable:
    """A base class of what may take part in `Join`."""


class Join:
    """Inside `with`, processes may run out of batches at different times.

    Args:
        joinables: what takes part.
        enable: False makes it do nothing.
        throw_on_early_termination: raise when another process is done.
    Raises: RuntimeError for more than one process: uneven batches are not joined here.
    """

    def __init__(self, joinables, enable=True, throw_on_early_termination=False):
        if not joinables:
            raise ValueError("The join context manager requires at least one joinable")
        if enable and dist.is_initialized() and dist.get_world_size() > 1:
            raise RuntimeError(f"Rushlight's Join does not let {dist.get_world_size()} processes run out of batches at different "
                               f"times (throw_on_early_termination={throw_on_early_termination}); give all the same number.")

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        return None
