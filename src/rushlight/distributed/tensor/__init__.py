"""`torch.distributed.tensor`: how a tensor would be spread over processes. No tensor is: only the terms are here."""
from . import parallel, placement_types
from .placement_types import Partial, Placement, Replicate, Shard

__all__ = ["DTensor", "Partial", "Placement", "Replicate", "Shard", "parallel", "placement_types"]


class DTensor:
    """A tensor spread over processes; no object is one."""
