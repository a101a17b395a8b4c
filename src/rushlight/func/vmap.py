"""vmap: run a function of one sample on a batch of them at once.

Inside, a tensor looks like one sample; its array holds the batch (`backend/batched.py`). Ops, gradients
and nested transforms run on such arrays as on any others.
"""
import functools

from ..core.modes import state
from ..core.tensor import OPS, TensorBase
from ..utils import _pytree as pytree
from .levels import Batch, Levels
from .links import begin_batch, enter_batch, leave_batch

_RANDOMNESS = ("error", "different", "same")


def vmap(func, in_dims=0, out_dims=0, randomness="error", *, chunk_size=None):
    """Return a function that maps `func` over a dimension of its arguments.

    Args:
        in_dims: which dimension of each argument is the batch: an int, None (not mapped), or a tuple of
            such in the structure of the arguments.
        out_dims: where the batch comes in each result; None for a result that is the same for all samples.
        randomness: "error", "different" or "same": what random numbers samples get.
        chunk_size: how many samples at a time; None for all.
    Keyword arguments are not mapped.
    Example:
        >>> torch.vmap(torch.dot)(torch.eye(2), torch.ones(2, 2))
        tensor([1., 1.])
    """
    if randomness not in _RANDOMNESS:
        raise RuntimeError(f"Only allowed values for randomness are 'error', 'different', or 'same'. Got {randomness}")
    if chunk_size is not None and not chunk_size > 0:
        raise ValueError(f"vmap: chunk_size should be None or greater than 0. (got {chunk_size})")

    @functools.wraps(func)
    def wrapped(*args, **kwargs):
        leaves, dims, spec, size = _read(func, in_dims, args, kwargs)
        if chunk_size is None or size <= chunk_size:
            return _run(func, leaves, dims, spec, size, out_dims, randomness)
        return _in_chunks(func, leaves, dims, spec, size, out_dims, randomness, chunk_size)
    return wrapped


# ------------------------------------------------------------------ arguments

def name_of(func):
    """Return how a function is called in messages."""
    return getattr(func, "__name__", None) or repr(func)


def _read(func, in_dims, args, kwargs):
    """Return (leaves, dimension or None for each, their spec, batch size); errors as torch's."""
    name = name_of(func)
    if not isinstance(in_dims, (int, tuple)):
        raise ValueError(f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): expected `in_dims` to be int or a (potentially "
                         f"nested) tuple matching the structure of inputs, got: {type(in_dims)}.")
    if not args and not kwargs:
        raise ValueError(f"vmap({name})(<inputs>): got no inputs. Maybe you forgot to add inputs, or you are trying to vmap over "
                         "a function with no inputs. The latter is unsupported.")
    leaves, spec = pytree.tree_flatten(args)
    dims = pytree._broadcast_to_and_flatten(in_dims, spec)
    if dims is None:
        raise ValueError(f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): in_dims is not compatible with the structure of "
                         f"`inputs`. in_dims has structure {pytree.tree_structure(in_dims)} but inputs has structure {spec}.")
    more, _ = pytree.tree_flatten(kwargs)
    both = pytree.tree_structure((args, kwargs))
    dims = [_checked(name, in_dims, x, d) for x, d in zip(leaves, dims)] + [None] * len(more)
    leaves = leaves + more
    sizes = [x.shape[d] for x, d in zip(leaves, dims) if d is not None]
    if not sizes:
        raise ValueError("vmap: Expected at least one Tensor to vmap over")
    if any(n != sizes[0] for n in sizes):
        raise ValueError("vmap: Expected all tensors to have the same size in the mapped dimension, got sizes "
                         f"{sizes} for the mapped dimension")
    return leaves, dims, both, sizes[0]


def _checked(name, in_dims, x, d):
    start = f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): Got in_dim={d} for "
    if d is None:
        return None
    if not isinstance(d, int):
        raise ValueError(start + "an input but in_dim must be either an integer dimension or None.")
    if not isinstance(x, TensorBase):
        raise ValueError(start + f"an input but the input is of type {type(x)}. We cannot vmap over non-Tensor arguments, please "
                         "use None as the respective in_dim")
    if not -x.ndim <= d < x.ndim:
        raise ValueError(start + f"some input, but that input is a Tensor of dimensionality {x.ndim} so expected in_dim to "
                         f"satisfy -{x.ndim} <= in_dim < {x.ndim}.")
    return d % x.ndim


# ------------------------------------------------------------------ the run

class open_batch:
    """A vmap while it runs: a level of its own."""

    def __init__(self, size, randomness):
        self.batch = Batch(None, size, randomness)

    def __enter__(self):
        self.batch.level = begin_batch()
        Levels.open.append(self.batch)
        self.before, state.batch = state.batch, self.batch
        state.transforms += 1
        return self.batch

    def __exit__(self, *exc):
        Levels.open.pop()
        state.batch = self.before
        state.transforms -= 1


def _run(func, leaves, dims, spec, size, out_dims, randomness):
    with open_batch(size, randomness) as batch:
        mapped = [x if d is None else enter_batch(x, d, batch.level, size) for x, d in zip(leaves, dims)]
        args, kwargs = spec.unflatten(mapped)
        return _results(func, func(*args, **kwargs), out_dims, batch)


def _results(func, output, out_dims, batch):
    """Return the results with the batch as a plain dimension."""
    name = name_of(func)
    leaves, spec = pytree.tree_flatten(output)
    dims = _out_dims(name, out_dims, output, spec)
    found = []
    for x, d in zip(leaves, dims):
        if not isinstance(x, TensorBase):
            if d is None:
                found.append(x)
                continue
            raise ValueError(f"vmap({name}, ...): `{name}` must only return Tensors, got type {type(x)}. Did you mean to set "
                             "out_dims= to None for output?")
        if d is None:
            if batch.level in getattr(x._array, "levels", ()):
                raise ValueError(f"vmap({name}, ...): `{name}` can not return a BatchedTensor when out_dim is None")
            found.append(x)
            continue
        n = x.ndim + 1
        if not -n <= d < n:
            raise IndexError(f"Dimension out of range (expected to be in range of [{-n}, {n - 1}], but got {d})")
        found.append(leave_batch(x, d % n, batch.level, batch.size))
    return spec.unflatten(found)


def _out_dims(name, out_dims, output, spec):
    if not pytree.tree_all(lambda d: d is None or isinstance(d, int), out_dims):
        raise ValueError(f"vmap({name}, ..., out_dims={out_dims}): `out_dims` must be an int, None or a python collection of "
                         "ints representing where in the outputs the vmapped dimension should appear.")
    if isinstance(output, TensorBase) and isinstance(out_dims, tuple) and len(out_dims) == 1:
        out_dims = out_dims[0]
    dims = pytree._broadcast_to_and_flatten(out_dims, spec)
    if dims is None:
        raise ValueError(f"vmap({name}, ..., out_dims={out_dims})(<inputs>): out_dims is not compatible with the structure of "
                         f"`outputs`. out_dims has structure {pytree.tree_structure(out_dims)} but outputs has structure {spec}.")
    return dims


def _in_chunks(func, leaves, dims, spec, size, out_dims, randomness, chunk):
    """Run `chunk` samples at a time and join the results."""
    parts = []
    for start in range(0, size, chunk):
        n = min(chunk, size - start)
        piece = [x if d is None else OPS.narrow(x, d, start, n) for x, d in zip(leaves, dims)]
        parts.append(_run(func, piece, dims, spec, n, out_dims, randomness))
    flat = [pytree.tree_flatten(p) for p in parts]
    spec = flat[0][1]
    places = pytree._broadcast_to_and_flatten(out_dims, spec)
    if places is None:
        places = [out_dims[0]]
    joined = [column[0] if d is None else OPS.cat(list(column), d) for d, column in zip(places, zip(*[p[0] for p in flat]))]
    return spec.unflatten(joined)
