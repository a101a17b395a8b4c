"""Names that PyTorch keeps for old programs: functions it removed and now only explains, elementwise Python callbacks."""
from ..core.op import composite, method
from ..core import tensor as tensors
from ..core import views
from ..backend import base as backends

_REMOVED = "This function was deprecated since version 1.9 and is now removed."
_ADVICE = {
    "solve": " `torch.solve` is deprecated in favor of `torch.linalg.solve`. `torch.linalg.solve` has its arguments reversed and "
             "does not return the LU factorization.",
    "lstsq": " `torch.lstsq` is deprecated in favor of `torch.linalg.lstsq`.",
    "symeig": " The default behavior has changed from using the upper triangular portion of the matrix by default to using the "
              "lower triangular portion.",
    "eig": " `torch.linalg.eig` returns complex tensors of dtype `cfloat` or `cdouble` rather than real tensors mimicking "
           "complex tensors.",
    "matrix_rank": "\nPlease use the `torch.linalg.matrix_rank` function instead. The parameter 'symmetric' was renamed in "
                   "`torch.linalg.matrix_rank()` to 'hermitian'.",
}
_NOW = {"symeig": "eigh"}


def _removed(name, advice):
    def refuse(*args, **kwargs):
        raise RuntimeError(f"{_REMOVED}{advice}\nIts place is taken by torch.linalg.{_NOW.get(name, name)}.")

    refuse.__name__ = refuse.__qualname__ = name
    refuse.__doc__ = f"Removed from PyTorch: raises RuntimeError, which names `torch.linalg.{_NOW.get(name, name)}`."
    return composite(refuse, method=name != "matrix_rank")


for _name, _advice in _ADVICE.items():
    _removed(_name, _advice)


def _write(self, name, values):
    """Store one Python number an element, outside the graph."""
    if tensors.wants_grad(self):
        raise RuntimeError(f"Can't call {name}() on Variable that requires grad. Use var.detach().{name}() instead.")
    B = backends.of_array(self._array)
    B.copyto(self._array, B.reshape(B.asarray(values, dtype=self._array.dtype), self._array.shape))
    views.bump(self, name)
    return self


def _numbers(x, shape):
    return x.expand(shape).reshape(-1).tolist()


@method
def apply_(self, callable):
    """Replace each element x by `callable(x)`, one Python call each (CPU only)."""
    return _write(self, "apply_", [callable(x) for x in _numbers(self.detach(), self.shape)])


@method
def map_(self, tensor, callable):
    """Replace each element x by `callable(x, y)`, y from another tensor, which broadcasts."""
    return _write(self, "map_", [callable(x, y) for x, y in zip(_numbers(self.detach(), self.shape),
                                                                _numbers(tensor.detach(), self.shape))])


@method
def map2_(self, tensor1, tensor2, callable):
    """Replace each element x by `callable(x, y, z)`, y and z from other tensors, which broadcast."""
    columns = [_numbers(x.detach(), self.shape) for x in (self, tensor1, tensor2)]
    return _write(self, "map2_", [callable(*row) for row in zip(*columns)])
