"""What part of a tensor each process of a mesh has."""
import dataclasses

__all__ = ["Partial", "Placement", "Replicate", "Shard"]


class Placement:
    """What part of a tensor each process has."""

    def is_shard(self, dim=None):
        """Whether each has a slice (of dimension `dim`)."""
        return isinstance(self, Shard) and dim in (None, self.dim)

    def is_replicate(self):
        """Whether each has all of it."""
        return isinstance(self, Replicate)

    def is_partial(self, reduce_op=None):
        """Whether each has a term of a sum (or of another `reduce_op`)."""
        return isinstance(self, Partial) and reduce_op in (None, self.reduce_op)


@dataclasses.dataclass(frozen=True)
class Shard(Placement):
    """Each process has a slice along dimension `dim`."""

    dim: int

    def __str__(self):
        return f"S({self.dim})"


@dataclasses.dataclass(frozen=True)
class Replicate(Placement):
    """Each process has all of it."""

    def __str__(self):
        return "R"


@dataclasses.dataclass(frozen=True, repr=False)
class Partial(Placement):
    """Each process has a tensor, and together, combined by `reduce_op`, they are it."""

    reduce_op: str = "sum"

    def __repr__(self):
        return f"Partial({self.reduce_op})"

    def __str__(self):
        return f"P({self.reduce_op})"
