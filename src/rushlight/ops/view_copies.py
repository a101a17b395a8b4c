"""`torch.view_copy` and its kin: what a view op sees, in a memory of its own."""
from .. import dtypes, formats
from ..core.inplace import finish_out
from ..core.op import composite
from ..core.tensor import OPS
from . import shape
from .rearrange import clone


def _fresh(found):
    if isinstance(found, tuple):
        return tuple([_fresh(x) for x in found])
    return clone(found, memory_format=formats.contiguous_format)


def _copying(name, view, method=False):
    """Publish `name_copy`: a copy of what the view function returns."""

    def copied(input, *args, out=None, **kwargs):
        found = finish_out(name, _fresh(view(input, *args, **kwargs)), out)
        return None if isinstance(out, (tuple, list)) else found      # as in PyTorch: lists are written, not returned

    copied.__name__ = copied.__qualname__ = name + "_copy"
    copied.__doc__ = f"Return a copy of `{name}(input, ...)`."
    return composite(copied, method=method)


def _view(input, size=None, dtype=None):
    size = dtype if size is None else size
    return OPS.view(input, size) if isinstance(size, dtypes.dtype) else shape.reshape(input, size)


def _unfold(input, dimension, size, step):
    return shape.unfold_dim(input, dimension, size, step)


for _name, _function in {
        "alias": shape.alias_view, "as_strided": shape.as_strided, "diagonal": shape.diagonal, "expand": shape.broadcast_to,
        "permute": shape.permute, "select": shape.select, "slice": shape.slice_view, "split": shape.split,
        "split_with_sizes": shape.split_with_sizes, "squeeze": shape.squeeze, "t": shape.t, "transpose": shape.transpose,
        "unbind": shape.unbind, "unfold": _unfold, "unsqueeze": shape.unsqueeze, "view": _view}.items():
    _copying(_name, _function)
_copying("narrow", shape.narrow, method=True)


@composite
def unsafe_split(input, split_size, dim=0):
    """Return `split` as tensors that autograd does not tie to each other."""
    return tuple([shape.alias_view(x) for x in shape.split(input, split_size, dim)])


@composite
def unsafe_split_with_sizes(input, split_sizes, dim=0):
    """Return `split_with_sizes` as tensors that autograd does not tie to each other."""
    return tuple([shape.alias_view(x) for x in shape.split_with_sizes(input, tuple(split_sizes), dim)])


@composite
def unsafe_chunk(input, chunks, dim=0):
    """Return `chunk` as tensors that autograd does not tie to each other."""
    return tuple([shape.alias_view(x) for x in shape.chunk(input, chunks, dim)])
