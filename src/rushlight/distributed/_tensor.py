"""The former place of `torch.distributed.tensor`."""
from .tensor import DTensor, Partial, Placement, Replicate, Shard

__all__ = ["DTensor", "Partial", "Placement", "Replicate", "Shard"]
