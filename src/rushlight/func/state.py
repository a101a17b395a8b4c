"""Models as functions: stacked parameters, modules without state of their own, and what vmap needs of them."""
from ..core.tensor import OPS, make
from ..nn.batchnorm import _BatchNorm
from ..nn.utils.stateless import functional_call_of_dicts as functional_call

__all__ = ["debug_unwrap", "functional_call", "functionalize", "replace_all_batch_norm_modules_", "stack_module_state"]


def stack_module_state(models):
    """Return (parameters, buffers) of models of one kind, stacked: {name: tensor with the models in front}.

    The parameters are new leaves that require grad where those of the models do.
    Args:
        models: a sequence of modules of the same class, in the same mode.
    Raises: RuntimeError for no model, different classes or modes.
    """
    models = list(models)
    if not models:
        raise RuntimeError("stack_module_state: Expected at least one model, got 0.")
    if not (all(m.training for m in models) or all(not m.training for m in models)):
        raise RuntimeError("stack_module_state: Expected all models to have the same training/eval mode.")
    if not all(type(m) is type(models[0]) for m in models):
        raise RuntimeError("stack_module_state: Expected all models to be of the same class.")
    params = {name: _stacked([dict(m.named_parameters())[name] for m in models], True)
              for name, _ in models[0].named_parameters()}
    buffers = {name: _stacked([dict(m.named_buffers())[name] for m in models], False)
               for name, _ in models[0].named_buffers()}
    return params, buffers


def _stacked(tensors, parameters):
    wants = [t.requires_grad for t in tensors]
    if not parameters:
        return OPS.stack(tensors)
    if any(wants) and not all(wants):
        raise RuntimeError("Expected all parameters to have the same .requires_grad")
    return OPS.stack(tensors).detach().requires_grad_(wants[0])


def functionalize(func, *, remove="mutations"):
    """Return a function that gives what `func` gives; arguments that `func` writes to are written to.

    In-place operations are differentiated as they are here, so there is nothing to take out.
    Args:
        remove: "mutations" or "mutations_and_views".
    """
    if remove not in ("mutations", "mutations_and_views"):
        raise RuntimeError("functionalize(f, remove='...'): Valid options for argument \"remove\" are: [\"mutations\", "
                           "\"mutations_and_views\"], got remove='" + str(remove) + "'")

    def wrapped(*args, **kwargs):
        return func(*args, **kwargs)
    wrapped.__name__ = getattr(func, "__name__", "wrapped")
    return wrapped


def debug_unwrap(tensor, *, recurse=True):
    """Return the whole batch behind a tensor inside vmap, for a look at it; other tensors come back as they are.

    Args:
        recurse: take all levels of nested vmaps off rather than the innermost.
    """
    from ..backend.batched_array import BatchedArray
    array = tensor._array
    if type(array) is not BatchedArray:
        return tensor
    n = 0 if recurse else len(array.levels) - 1
    return make(array.data if not n else BatchedArray(array.data, array.levels[:n]))


def replace_all_batch_norm_modules_(root):
    """Make every batch norm below `root` use the batch's statistics and keep none; return `root`."""
    for module in root.modules():
        if isinstance(module, _BatchNorm) and module.track_running_stats:
            module.running_mean = module.running_var = module.num_batches_tracked = None
            module.track_running_stats = False
    return root


