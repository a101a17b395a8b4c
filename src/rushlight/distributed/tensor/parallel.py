"""`torch.distributed.tensor.parallel`: plans for layers split over processes. They can be made and read, not carried out."""
from .placement_types import Replicate, Shard

__all__ = ["ColwiseParallel", "ParallelStyle", "RowwiseParallel", "SequenceParallel", "parallelize_module"]


class ParallelStyle:
    """How one layer is split over processes."""

    def __repr__(self):
        shown = ("input_layouts", "output_layouts", "use_local_output")
        return f"{type(self).__name__}({', '.join(f'{k}={getattr(self, k)!r}' for k in shown if hasattr(self, k))})"


class ColwiseParallel(ParallelStyle):
    """A linear or embedding layer whose outputs are split.

    Args:
        input_layouts, output_layouts: placements of what comes in (all of it by default) and goes out (its last dimension split).
        use_local_output: whether a plain tensor comes out.
    """

    def __init__(self, *, input_layouts=None, output_layouts=None, use_local_output=True):
        self.input_layouts = (input_layouts or Replicate(),)
        self.output_layouts = (output_layouts or Shard(-1),)
        self.desired_input_layouts = (Replicate(),)
        self.use_local_output = use_local_output


class RowwiseParallel(ParallelStyle):
    """A linear or embedding layer whose inputs are split.

    Args:
        input_layouts, output_layouts: placements of what comes in (its last dimension split) and goes out (all of it).
        use_local_output: whether a plain tensor comes out.
    """

    def __init__(self, *, input_layouts=None, output_layouts=None, use_local_output=True):
        self.input_layouts = (input_layouts or Shard(-1),)
        self.output_layouts = (output_layouts or Replicate(),)
        self.use_local_output = use_local_output


class SequenceParallel(ParallelStyle):
    """A layer that is the same everywhere and sees a slice of the sequence.

    Args:
        sequence_dim: the dimension of the sequence.
        use_local_output: whether a plain tensor comes out.
    """

    def __init__(self, *, sequence_dim=1, use_local_output=False):
        self.sequence_sharding = (Shard(sequence_dim),)
        self.use_local_output = use_local_output


def parallelize_module(module, device_mesh=None, parallelize_plan=None):
    """Raise RuntimeError: layers are not split over processes here.

    Args:
        module, device_mesh, parallelize_plan: what would be split, over what, and how.
    """
    raise RuntimeError(f"Rushlight does not split {type(module).__name__} over {device_mesh or 'processes'} by the plan "
                       f"{parallelize_plan}: layers run whole in each process. DistributedDataParallel splits the data.")
