"""Names that PyTorch has a second time, and small questions about tensors and dtypes."""
import importlib

from .. import dtypes
from ..core.op import Registry, composite, method, publish
from ..core.tensor import Tensor, TensorBase
from ._factory import kind_of


@composite(method=False)
def result_type(tensor1, tensor2):
    """Return the dtype that an operation on two tensors or numbers has.

    Example:
        >>> torch.result_type(torch.tensor([1, 2], dtype=torch.int32), 1.0)
        torch.float32
    """
    dimensioned, zero_dim, numbers = [], [], []
    for i, value in enumerate((tensor1, tensor2)):
        if isinstance(value, TensorBase):
            (dimensioned if value.ndim else zero_dim).append(value.dtype)
        elif isinstance(value, (bool, int, float, complex)):
            numbers.append(dtypes.of_number(value))
        else:
            raise TypeError(f"result_type(): argument 'tensor{i + 1}' (position {i + 1}) must be Tensor, not {kind_of(value)}")
    return dtypes.combine(dimensioned, zero_dim, numbers)


@method
def dim_order(self, ambiguity_check=False):
    """Return the dimensions from the outermost in memory to the innermost.

    Args:
        ambiguity_check: raise RuntimeError when two orders describe the same memory.
    """
    steps = self.stride()
    if ambiguity_check and (len(set(steps)) < len(steps) or 1 in self.shape or 0 in self.shape):
        raise RuntimeError("The tensor does not have unique dim order, or cannot map to exact one of the given memory formats.")
    return tuple(sorted(range(self.dim()), key=lambda d: -steps[d]))


@method
def record_stream(self, stream):
    """Keep the memory until a stream's work is done: on the CPU it is, so only the stream's kind is looked at."""
    if not hasattr(stream, "synchronize"):
        raise TypeError(f"record_stream(): argument 's' (position 1) must be Stream, not {kind_of(stream)}")


@method
def __array_namespace__(self, *, api_version=None):
    """Return the module with the names of the Array API standard; ValueError for a version after 2024.12."""
    if api_version is not None and api_version not in ("2021.12", "2022.12", "2023.12", "2024.12"):
        raise ValueError(f"Unrecognized array API version: {api_version!r}")
    return importlib.import_module(__name__.partition(".")[0] + ".array_api")


@method
def __nonzero__(self):
    """`bool(x)` under the name of Python 2."""
    return bool(self)


@method
def __long__(self):
    """`int(x)` under the name of Python 2."""
    return int(self)


def _second_names():
    functional, own = Registry.namespaces["nn.functional"], Registry.namespaces["torch"]
    for name in ("adaptive_max_pool1d", "binary_cross_entropy_with_logits", "embedding_bag", "kl_div"):
        if name in functional and name not in own:
            publish("torch", name, functional[name])
    for name in ("detach_", "get_device"):
        publish("torch", name, vars(Tensor)[name])


_second_names()
