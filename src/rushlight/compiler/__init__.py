"""`torch.compiler`: the compiler's public controls. Nothing is compiled here: functions run as they are."""
from .._dynamo.eval_frame import (allow_in_graph, assume_constant_result, compile, disable, is_compiling, list_backends,
                                  reset, set_stance)
from . import config

is_dynamo_compiling = is_exporting = is_compiling


def cudagraph_mark_step_begin():
    """Do nothing: where a compiled program would begin a new step."""


def nested_compile_region(fn=None, options=None):
    """Give back the function that a compiler would treat as one piece; also a decorator with `options`."""
    return allow_in_graph if fn is None else fn


def substitute_in_graph(original_fn, *, can_constant_fold_through=False, skip_signature_check=False):
    """Return a decorator that gives back its function, which a compiler would take for `original_fn`.

    Args:
        original_fn: the function it stands for.
        can_constant_fold_through, skip_signature_check: of the compilation, which there is none of.
    """
    return allow_in_graph


def wrap_numpy(fn):
    """Return the function of NumPy arrays as one of tensors."""
    import functools

    from ..core.tensor import OPS, Tensor

    def tensors(found):
        if isinstance(found, (tuple, list)):
            return type(found)([tensors(v) for v in found])
        return OPS.as_tensor(found) if hasattr(found, "dtype") else found

    @functools.wraps(fn)
    def wrapped(*args, **kwargs):
        args = [a.numpy() if isinstance(a, Tensor) else a for a in args]
        kwargs = {k: a.numpy() if isinstance(a, Tensor) else a for k, a in kwargs.items()}
        return tensors(fn(*args, **kwargs))
    return wrapped
