"""In-place forms and `out=`: an op's result written into a memory that exists."""
import warnings

from .. import dtypes, errors
from ..backend import base as backends
from ..backend.cpu import B as CPU, SILENT, hush, unhush
from . import arguments, tensor as tensor_module, views
from .kinds import FLOAT, INPUT, LIST, NO_PROMOTION, OPTION
from .modes import state
from .tensor import INFERENCE, TensorBase, make

_ndarray = CPU.array_type


def apply(op, args):
    """Run the op on `args` and store the result in the first tensor's memory; return that tensor."""
    slot = op.slots[0]
    t = args[slot]
    if not isinstance(t, TensorBase):
        raise TypeError(errors.must_be_tensor(op.name + "_", op.params[slot], slot, t))
    track = False
    for i in op.slots:
        a = args[i]
        if isinstance(a, TensorBase) and tensor_module.wants_grad(a):
            track = True
    if t._flags & INFERENCE and not state.inference:
        raise RuntimeError("Inplace update to inference tensor outside InferenceMode is not allowed.You can make a "
                           "clone to get a normal tensor before doing inplace update.See "
                           "https://github.com/pytorch/rfcs/pull/17 for more details.")
    track = track and state.grad and op.differentiable
    if track:
        views.check_inplace(t)
    if t._root is not None:
        refuse_overlap(t._array)
    if track:
        return _tracked(op, args, t, slot)
    _compute(op, args, t)
    views.bump(t, op.name + "_")
    return t


def refuse_overlap(array):
    """Raise as torch does for a write into an expanded array, several elements of which share a place."""
    strides = getattr(array, "strides", ())
    if 0 in strides and any([s == 0 and n > 1 for s, n in zip(strides, array.shape)]) and 0 not in array.shape:
        raise RuntimeError("unsupported operation: more than one element of the written-to tensor refers to a single memory "
                           "location. Please clone() the tensor before performing the operation.")


def _tracked(op, args, t, slot):
    """The recorded in-place call: the rule sees the old values, the node becomes t's history."""
    old = args
    if _needs_old(op, slot):
        kept = make(backends.of_array(t._array).copy(t._array))
        kept._node, kept._nr, kept._req = tensor_module.node_of(t), t._nr, t._req
        old = args[:slot] + (kept,) + args[slot + 1:]
    _, values = _compute(op, args, t)
    views.bump(t, op.name + "_")
    shadow = make(t._array)
    shadow._counter = t._counter
    op.record(old, values, t._array, shadow)
    views.rebase(t, shadow._node)
    return t


def _needs_old(op, slot):
    """Whether any rule of the op asks for the input that is about to be overwritten."""
    rules = [op.rule_all] if op.rule_all is not None else list(op.rules.values())
    return any((INPUT, slot) in sources for _, sources in rules)


def _compute(op, args, t):
    """Write op(*args) into t's array; returns (result, values)."""
    target = t._array
    values = [a._array if isinstance(a, TensorBase) else a for a in args]
    if type(target) is _ndarray and _same_types(op, args, values, target):
        out = _direct(op, values, target)
        if out is not None:
            return target, values
        result = op.run(values)
        _store(op, t, result, CPU)
        return result, values
    values = _prepared(op, args, t)
    backend = backends.of_array(target)
    if backend is CPU and (other := _sparse_among(values)) is not None:
        other.write(op, target, values)
        return target, values
    if op.writer is not None and values[op.slots[0]] is target:
        return _write(op, backend, values), values
    if backend is CPU:
        result = op.run(values)
    else:
        result = backend.run(op.body, values)
        if not isinstance(result, backend.array_type):
            result = backend.asarray(result)
    _store(op, t, result, backend)
    return result, values


def _sparse_among(values):
    """Return the backend of a sparse array among the values, None where there is none."""
    for a in values:
        if type(a) is not _ndarray and (backend := backends.of_array(a)) is not None and backend.sparse:
            return backend
    return None


def _same_types(op, args, values, target):
    """Whether nothing needs promotion: arrays of the target's dtype and shape, and plain numbers."""
    dtype = target.dtype
    if op.promote == NO_PROMOTION:
        return op.kernel_writes and dtype.kind in "fViu" and _all_of(op, values, dtype)
    floating = dtype.kind == "f"
    if op.promote == FLOAT and not floating:
        return False
    for i in op.slots:
        a = values[i]
        if type(a) is _ndarray:
            if a.dtype is not dtype:
                return False
        elif type(a) is not int and not (type(a) is float and floating):
            return False
        elif not floating:
            return False
    return True


def _all_of(op, values, dtype):
    """Whether every tensor argument is an array of the dtype."""
    for i in op.slots:
        if type(values[i]) is not _ndarray or values[i].dtype is not dtype:
            return False
    return True


def _direct(op, values, target):
    """Compute straight into the target by kernel or ufunc; None when neither can."""
    if op.kernel_writes and op.kernel(*values, target) is not NotImplemented:
        return target
    if op.ufunc is not None and op.ufunc.nin == len(op.slots) and _plain(op, values):
        token = hush(SILENT)
        try:
            return op.ufunc(*[values[i] for i in op.slots], out=target)
        except (ValueError, TypeError):
            return None             # the general path gives torch's error
        finally:
            unhush(token)
    return None


def _plain(op, values):
    """Whether every option has its default value (alpha=1, rounding_mode=None)."""
    for i in range(op.n_params):
        if op.kinds[i] == OPTION and values[i] != op.defaults[i]:
            return False
    return True


def _write(op, backend, values):
    """Run a kernel or body that writes into its first argument."""
    if backend.void or (op.kernel_writes and backend is CPU and op.kernel(*values, values[op.slots[0]]) is not NotImplemented):
        return values[op.slots[0]]
    token = hush(SILENT)
    try:
        return op.writer(backend, *values)
    except backends.NeedsLoop as e:
        return backends.of_array(values[op.slots[0]]).copyto(values[op.slots[0]], e.backend.run(op.body, values))
    except Exception as e:
        return op.explain(values, e)
    finally:
        unhush(token)


def _prepared(op, args, t):
    """Unwrap, check and promote the arguments as an ordinary call does."""
    args = arguments.check_arguments(op, args)
    values = [a._array if isinstance(a, TensorBase) else a for a in args]
    backend = None
    for i in op.slots:
        a = args[i]
        if isinstance(a, TensorBase):
            backend = arguments.same_backend(backend, a)
        elif op.kinds[i] == LIST:
            values[i] = [x._array for x in a]
    if backend is not CPU and not backend.takes_cpu:
        arguments.bring_zero_dim(op, args, values, backend)
    if op.promote:
        arguments.promote_values(op, args, values)
    return values


def _store(op, t, result, backend):
    """Put a result into t's memory after checking shape and category."""
    target = t._array
    if result.shape != target.shape:
        raise RuntimeError(f"output with shape {list(target.shape)} doesn't match the broadcast shape "
                           f"{list(result.shape)}")
    if result.dtype is not target.dtype:
        check_cast(backend.torch_dtype(result), t.dtype)
    backend.copyto(target, result)


def check_cast(source, target):
    """RuntimeError, as torch's, when a result of one dtype may not be stored in another."""
    if source is not target and not dtypes.can_cast(source, target):
        raise RuntimeError(f"result type {source.short} can't be cast to the desired output type {target.short}")


def into(op, args, out):
    """Compute the op and store the result(s) in `out` (a tensor or a tuple of them); return `out`."""
    outs = out if isinstance(out, (tuple, list)) else (out,)
    for o in outs:
        if not isinstance(o, TensorBase):
            raise TypeError(f"{op.name}(): argument 'out' must be Tensor, not {type(o).__name__}")
    tracked = state.grad and (any(tensor_module.wants_grad(o) for o in outs) or any(
        isinstance(args[i], TensorBase) and tensor_module.wants_grad(args[i]) for i in op.slots))
    if tracked and op.differentiable:
        raise RuntimeError(f"{op.name}(): functions with out=... arguments don't support automatic differentiation, "
                           "but one of the arguments requires grad.")
    before = state.grad
    state.grad = False
    try:
        result = op.apply(args)
    finally:
        state.grad = before
    store_out(op.name, result, out, _tensors(args))
    return out if not isinstance(result, tuple) or op.result_type is None else op.result_type(tuple(out))


def _tensors(args):
    """The tensors among arguments and in their lists."""
    found = []
    for a in args:
        if isinstance(a, TensorBase):
            found.append(a)
        elif type(a) in (list, tuple):
            found += [x for x in a if isinstance(x, TensorBase)]
    return found


def store_out(name, result, out, inputs=()):
    """Store tensors in the tensors of `out=`: resized where shapes differ, cast where allowed.

    `inputs` are the tensors that torch still reads while it writes, with which `out` may share no memory.
    """
    from . import outs as rules

    results = result if isinstance(result, (tuple, list)) else (result,)
    outs = out if isinstance(out, (tuple, list)) else (out,)
    if len(results) != len(outs):
        raise TypeError(f"{name}(): argument 'out' must be a tuple of {len(results)} tensors")
    for k, (r, o) in enumerate(zip(results, outs)):
        if r.dtype is not o.dtype:
            rules.check_dtype(name, k, r.dtype, o.dtype)
        if name in rules.SEPARATE:
            refuse_overlap(o._array)
        rules.check_memory(name, o, inputs)
        resize_out(o, r._array.shape)
        refuse_overlap(o._array)
        backends.of_array(o._array).copyto(o._array, r._array)
        views.bump(o, name)
    return out


def resize_out(o, shape):
    """Give an `out=` tensor the result's shape; torch warns unless it was empty."""
    if o._array.shape == shape:
        return
    if o._array.size:
        warnings.warn(f"An output with one or more elements was resized since it had shape {list(o._array.shape)}, "
                      f"which does not match the required output shape {list(shape)}. This behavior is deprecated, "
                      "and in a future PyTorch release outputs will not be resized unless they have zero elements. "
                      "You can explicitly reuse an out tensor t by resizing it, inplace, to zero elements with "
                      "t.resize_(0).", stacklevel=4)
    backend = backends.of_array(o._array)
    o._array = backend.empty(shape, dtype=o._array.dtype)
    o._root = None


def finish_out(name, result, out, inputs=()):
    """For composites: return the result, or `out` with the result stored in it."""
    return result if out is None else store_out(name, result, out, inputs)
