"""Matrix products: mm, matmul, linear and their relatives.

The bodies are NumPy's matmul after torch's checks; half precision is accumulated in float32. The
compiled build registers kernels for `mm`, `matmul`, `addmm`, `linear` and `linear_backward`.
"""
from ..core.inplace import finish_out
from ..core.op import T, composite, op
from ..core.tensor import OPS
from ._dims import broadcast_shape, expand_shape, prod, wrap_dims
from ._rules import c_name, cj, wide
from .shape import check_rank, expand, permute, unsafe_view, view

# ------------------------------------------------------------------ checks

def _short(B, x):
    return B.torch_dtype(x).short


def _c_name(B, x):
    return c_name(B.torch_dtype(x))


def _no_bool(B, x, kernel):
    if B.kind(x) == "b":
        raise NotImplementedError(f"\"{kernel}\" not implemented for 'Bool'")


def _check_mm(B, a, b):
    """Raise as torch does when the matrices `a` and `b` cannot be multiplied."""
    if a.shape[1] != b.shape[0]:
        raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({a.shape[0]}x{a.shape[1]} and "
                           f"{b.shape[0]}x{b.shape[1]})")
    if a.dtype != b.dtype:
        raise RuntimeError(f"expected m1 and m2 to have the same dtype, but got: {_c_name(B, a)} != {_c_name(B, b)}")
    _no_bool(B, a, "addmm_impl_cpu_")


def _check_batches(a, b, dim):
    """Raise as torch does for batches that are not three-dimensional."""
    for k, x in enumerate((a, b), 1):
        if not x.ndim:
            raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
        if x.ndim != 3:
            raise RuntimeError(f"batch{k} must be a 3D tensor")


def _check_bmm(B, a, b, dim=None):
    if dim is None:
        for k, x in enumerate((a, b), 1):
            if x.ndim != 3:
                raise RuntimeError(f"batch{k} must be a 3D tensor")
    else:
        _check_batches(a, b, dim)
    if a.shape[0] != b.shape[0] or a.shape[2] != b.shape[1]:
        raise RuntimeError("Expected size for first two dimensions of batch2 tensor to be: "
                           f"[{a.shape[0]}, {a.shape[2]}] but got: [{b.shape[0]}, {b.shape[1]}].")
    if a.dtype != b.dtype:
        raise RuntimeError(f"expected scalar type {_short(B, a)} but found {_short(B, b)}")
    _no_bool(B, a, "bmm")


def _check_mv(B, mat, vec, input=None):
    if not mat.ndim and input is None:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    if mat.ndim != 2 or vec.ndim != 1:
        n = 1 if input is None else input.ndim
        raise RuntimeError(f"vector + matrix @ vector expected, got {n}, {mat.ndim}, {vec.ndim}")
    m, n = mat.shape
    size = m if input is None else (1 if input.ndim == 0 else input.shape[0])
    if n != vec.shape[0] or size not in (m, 1):
        raise RuntimeError(f"size mismatch, got input ({size}), mat ({m}x{n}), vec ({vec.shape[0]})")
    first = vec if input is None else input
    if mat.dtype != vec.dtype or first.dtype != mat.dtype:
        raise RuntimeError("addmv input tensors must have the same dtype, but got "
                           f"{_short(B, first)}, {_short(B, mat)}, and {_short(B, vec)}")
    _no_bool(B, mat, "addmv_impl_cpu")


def _check_dot(B, a, b):
    if a.ndim != 1 or b.ndim != 1:
        raise RuntimeError(f"1D tensors expected, but got {a.ndim}D and {b.ndim}D tensors")
    if a.dtype != b.dtype:
        raise RuntimeError("dot : expected both vectors to have same dtype, but found "
                           f"{_short(B, a)} and {_short(B, b)}")
    if a.shape != b.shape:
        n, m = a.shape[0], b.shape[0]
        raise RuntimeError(f"inconsistent tensor size, expected tensor [{n}] and src [{m}] to have the same number of "
                           f"elements, but got {n} and {m} elements respectively")


def _check_same(B, input, other):
    if input.dtype != other.dtype:
        raise RuntimeError(f"self and mat2 must have the same dtype, but got {_short(B, input)} and {_short(B, other)}")


def _check_addmm(B, input, mat1, mat2):
    """Raise as torch does when what is added, and the factors, have several dtypes."""
    _check_same(B, input, mat2)
    if mat1.dtype != mat2.dtype:
        raise RuntimeError(f"mat1 and mat2 must have the same dtype, but got {_short(B, mat1)} and {_short(B, mat2)}")


def _scalar(B, x, value):
    """Return a multiplier as torch takes it for the array's dtype: truncated for integers."""
    return int(value) if B.kind(x) in "iu" else value


def _times(x, value):
    return x if type(value) in (int, float) and value == 1 else x * value


def _plus(B, input, product, beta, alpha):
    """Return `beta * input + alpha * product`; nan and inf in `input` do not count when beta is 0.

    A product in float32 for half precision is rounded once, at the end.
    """
    beta, alpha = _scalar(B, product, beta), _scalar(B, product, alpha)
    product = _times(product, alpha)
    if beta == 0:
        return B.cast(product, input.dtype)
    return B.cast(_times(B.cast(input, product.dtype), beta) + product, input.dtype)


def _fits(B, input, shape):
    """Check that `input` expands to `shape`."""
    if input.shape != shape:
        check_rank(B, input, shape)
        expand_shape(input.shape, shape)


# ------------------------------------------------------------------ products of two

def _outer_product(a, b):
    """a[i] * b[j] of the last dimensions."""
    return a[..., :, None] * b[..., None, :]


@op
def mm(B, input: T, mat2: T):
    """Return the matrix product of two matrices, without broadcasting.

    Args:
        input: (n, k).  mat2: (k, m), of the same dtype.

    Returns: (n, m).

    Raises: RuntimeError when sizes or dtypes differ.
    """
    if input.ndim != 2:
        raise RuntimeError("self must be a matrix")
    if mat2.ndim != 2:
        raise RuntimeError("mat2 must be a matrix")
    _check_mm(B, input, mat2)
    return B.product(input, mat2)


mm.vjp(input=lambda g, mat2: mm(g, cj(mat2).mT), mat2=lambda g, input: mm(cj(input).mT, g))


@op
def bmm(B, input: T, mat2: T):
    """Return the product of two batches of matrices: (b, n, k) by (b, k, m) gives (b, n, m)."""
    _check_bmm(B, input, mat2)
    return B.product(input, mat2)


bmm.vjp(input=lambda g, mat2: bmm(g, cj(mat2).mT), mat2=lambda g, input: bmm(cj(input).mT, g))


@op
def mv(B, input: T, vec: T):
    """Return the product of a matrix (n, m) and a vector (m), of shape (n)."""
    _check_mv(B, input, vec)
    return B.product(input, vec)


mv.vjp(input=lambda g, vec: _outer_product(g, cj(vec)), vec=lambda g, input: mv(cj(input).mT, g))


@op
def dot(B, input: T, tensor: T):
    """Return the sum of the products of two vectors of the same length, a 0-d tensor."""
    _check_dot(B, input, tensor)
    _no_bool(B, input, "dot")
    return B.product(input, tensor)


dot.vjp(input=lambda g, tensor: g * cj(tensor), tensor=lambda g, input: g * cj(input))


@op
def vdot(B, input: T, other: T):
    """Return `dot` with the first vector conjugated."""
    _check_dot(B, input, other)
    _no_bool(B, input, "vdot")
    return B.product(B.conj(input) if B.kind(input) == "c" else input, other)


vdot.vjp(input=lambda g, other: cj(g) * other, other=lambda g, input: g * input)


def _matmul_name(args):
    a, b = args[0].ndim, args[1].ndim
    if a <= 2 and b <= 2:
        return {(2, 2): "MmBackward0", (2, 1): "MvBackward0", (1, 1): "DotBackward0"}.get((a, b), "SqueezeBackward4")
    return "UnsafeViewBackward0"


@op(grad_name=_matmul_name, ns=("torch", "linalg"))
def matmul(B, input: T, other: T):
    """Return the matrix product of two tensors, broadcast over leading dimensions.

    Vectors are taken as a row on the left and as a column on the right, and that dimension is
    dropped from the result: (n) @ (n) is 0-d, (n, m) @ (m) is (n), (b, n, m) @ (m, p) is (b, n, p).

    Raises: RuntimeError when sizes do not fit, dtypes differ, or a tensor is 0-d.

    Example:
        >>> torch.matmul(torch.tensor([[1., 2.], [3., 4.]]), torch.tensor([1., 1.]))
        tensor([3., 7.])
    """
    a, b = input.ndim, other.ndim
    if a == 2 and b == 2:
        _check_mm(B, input, other)
        return B.product(input, other)
    if a == 0 or b == 0:
        raise RuntimeError(f"both arguments to matmul need to be at least 1D, but they are {a}D and {b}D")
    if a == 1 and b == 1:
        _check_dot(B, input, other)
        _no_bool(B, input, "dot")
    elif b <= 2:
        return _fold(B, input, other)
    elif a == 1:
        return B.squeeze(_batched(B, input[None, :], other), axis=-2)
    else:
        return _batched(B, input, other)
    return B.product(input, other)


def _fold(B, input, other):
    """Multiply by a vector or a matrix with all leading dimensions of `input` as rows: one call of BLAS."""
    lead = input.shape[:-1]
    rows = input if input.ndim == 2 else B.reshape(input, (prod(lead), input.shape[-1]))
    if other.ndim == 1:
        _check_mv(B, rows, other)
    else:
        _check_mm(B, rows, other)
    return B.reshape(B.product(rows, other), lead + other.shape[1:])


def _batched(B, a, b):
    lead = broadcast_shape(a.shape[:-2], b.shape[:-2])
    if a.shape[-1] != b.shape[-2]:
        n = prod(lead)
        raise RuntimeError("Expected size for first two dimensions of batch2 tensor to be: "
                           f"[{n}, {a.shape[-1]}] but got: [{n}, {b.shape[-2]}].")
    if a.dtype != b.dtype:
        raise RuntimeError(f"expected scalar type {_short(B, a)} but found {_short(B, b)}")
    _no_bool(B, a, "bmm")
    return B.product(a, b)


def _matmul_input(g, input_shape, other):
    """The engine sums the result down to the shape of `input`."""
    other = cj(other)
    if len(other.shape) == 1:
        return g[..., None] * other
    if len(input_shape) == 1:
        return matmul(other, g[..., None])[..., 0]
    return matmul(g, other.mT)


def _matmul_other(g, input, other_shape):
    input = cj(input)
    if len(input.shape) == 1:
        return input * g if len(other_shape) == 1 else input[:, None] * g[..., None, :]
    if len(other_shape) == 1:
        return matmul(input.mT, g[..., None])[..., 0]
    if len(other_shape) == 2 and len(input.shape) > 2:      # one product instead of a batch and a sum
        rows = prod(input.shape[:-1])
        return mm(unsafe_view(input, (rows, input.shape[-1])).mT, unsafe_view(g, (rows, g.shape[-1])))
    return matmul(input.mT, g)


matmul.vjp(input=_matmul_input, other=_matmul_other)


def _inner_dtypes(args):
    """Refuse two dtypes; the product with a 0-d tensor promotes them."""
    a, b = args[0], args[1]
    if a.ndim and b.ndim and a.shape[-1] == b.shape[-1] and a.dtype != b.dtype:
        raise RuntimeError("both inputs should have same dtype")


@op(promote="common", numbers=False, check=_inner_dtypes,
    grad_name=lambda args: "ViewBackward0" if args[0].ndim and args[1].ndim else "MulBackward0")
def inner(B, input: T, other: T):
    """Return the sums of products over the last dimension of both: shape input.shape[:-1] + other.shape[:-1].

    With a 0-d tensor it is the product of the two.
    """
    if input.ndim == 0 or other.ndim == 0:
        return input * other
    if input.shape[-1] != other.shape[-1]:
        raise RuntimeError("inner() the last dimension must match on both input tensors but got shapes "
                           f"{list(input.shape)} and {list(other.shape)}")
    return B.tensordot(input, other, axes=((-1,), (-1,)))


def _inner_input(g, input_shape, other):
    if not input_shape or not len(other.shape):
        return g * cj(other) if input_shape else tensordot(g, cj(other), len(other.shape))
    return tensordot(g, cj(other), len(other.shape) - 1)


def _inner_other(g, input, other_shape):
    if not other_shape or not len(input.shape):
        return g * cj(input) if other_shape else tensordot(g, cj(input), len(input.shape))
    lead = len(input.shape) - 1
    dims = tuple(range(lead))
    return tensordot(g, cj(input), (dims, dims))


inner.vjp(input=_inner_input, other=_inner_other)


@composite(method=False)
def tensordot(a, b, dims=2, out=None):
    """Return the sums of products over several dimensions of two tensors.

    Args:
        dims: a number n (the last n dimensions of `a` with the first n of `b`), or two lists of dimensions.
    """
    first, second = _contracted(a, b, dims)
    if a.dtype is not b.dtype:
        raise RuntimeError("both inputs should have same dtype")
    one = [k for k in range(len(a.shape)) if k not in first]
    two = [k for k in range(len(b.shape)) if k not in second]
    for p, q in zip(first, second):
        if a.shape[p] == 1 or b.shape[q] == 1:          # a size of 1 meets any other
            a = OPS.sum(a, p, True, dtype=a.dtype) if a.shape[p] != 1 else a
            b = OPS.sum(b, q, True, dtype=b.dtype) if b.shape[q] != 1 else b
        elif a.shape[p] != b.shape[q]:
            raise RuntimeError(f"contracted dimensions need to match, but first has size {a.shape[p]} in dim "
                               f"{_said(dims, 0, p, first)} and second has size {b.shape[q]} in dim "
                               f"{_said(dims, 1, q, second)}")
    k = prod([a.shape[p] for p in first])
    rows = unsafe_view(permute(a, (*one, *first)), (prod([a.shape[p] for p in one]), k))
    columns = unsafe_view(permute(b, (*second, *two)), (k, prod([b.shape[q] for q in two])))
    shape = tuple([a.shape[p] for p in one] + [b.shape[q] for q in two])
    return finish_out("tensordot", view(mm(rows, columns), shape), out)


def _contracted(a, b, dims):
    """Return the dimensions of `a` and of `b` to sum over, counted from the front."""
    if hasattr(dims, "tolist"):
        dims = dims.tolist()
    n, m = len(a.shape), len(b.shape)
    if isinstance(dims, int):
        if dims < 0:
            raise RuntimeError(f"tensordot expects dims >= 0, but got dims={dims}")
        if dims > min(n, m):
            raise RuntimeError(f"tensordot expects dims < ndim_a or ndim_b, but got dims={dims}")
        return tuple(range(n - dims, n)), tuple(range(dims))
    first, second = [(d,) if isinstance(d, int) else tuple(d) for d in dims]
    if len(first) != len(second):
        raise RuntimeError("both dimension lists should have same length")
    return wrap_dims(first, n), wrap_dims(second, m)


def _said(dims, side, found, all_found):
    """Return a contracted dimension as the caller's `dims` says it."""
    if isinstance(dims, int):
        return found - dims - all_found[0] if side == 0 else found
    given = dims[side]
    return given if isinstance(given, int) else list(given)[all_found.index(found)]


@op(promote="common", grad_name="MulBackward0", aliases=("ger",))
def outer(B, input: T, vec2: T):
    """Return the matrix of the products input[i] * vec2[j]."""
    for name, x in (("self", input), ("vec2", vec2)):
        if x.ndim != 1:
            raise RuntimeError(f"outer: Expected 1-D argument {name}, but got {x.ndim}-D")
    if B.kind(input) == "b":
        return input[:, None] & vec2[None, :]
    return input[:, None] * vec2[None, :]


outer.vjp(input=lambda g, vec2: OPS.sum(g * cj(vec2), 1), vec2=lambda g, input: OPS.sum(g * cj(input)[:, None], 0))


@composite(ns="linalg")
def vecdot(x, y, *, dim=-1, out=None):
    """Return the sums of conj(x) * y over one dimension; the others broadcast."""
    if x.dtype is not y.dtype:
        raise RuntimeError("linalg.vecdot: Expected x and y to have the same dtype, but found x of type "
                           f"{x.dtype.short} and y of type {y.dtype.short} instead")
    return finish_out("vecdot", OPS.sum(OPS.mul(cj(x), y), dim), out)


# ------------------------------------------------------------------ products with a sum

@op(inplace=True)
def addmm(B, input: T, mat1: T, mat2: T, *, beta=1, alpha=1):
    """Return `beta * input + alpha * (mat1 @ mat2)`; `input` broadcasts, and is not read when beta is 0."""
    for name, m in (("mat1", mat1), ("mat2", mat2)):
        if m.ndim != 2:
            raise RuntimeError(f"{name} must be a matrix, got {m.ndim}-D tensor")
    _check_addmm(B, input, mat1, mat2)
    _fits(B, input, (mat1.shape[0], mat2.shape[1]))
    _check_mm(B, mat1, mat2)
    return _plus(B, input, B.product(mat1, mat2), beta, alpha)


addmm.vjp(
    input=lambda g, beta: _times(g, cj(beta)),
    mat1=lambda g, mat2, alpha: _times(mm(g, cj(mat2).mT), cj(alpha)),
    mat2=lambda g, mat1, alpha: _times(mm(cj(mat1).mT, g), cj(alpha)),
)


@op(inplace=True)
def addmv(B, input: T, mat: T, vec: T, *, beta=1, alpha=1):
    """Return `beta * input + alpha * (mat @ vec)`."""
    _check_mv(B, mat, vec, input)
    return _plus(B, input, B.product(mat, vec), beta, alpha)


addmv.vjp(
    input=lambda g, beta: _times(g, cj(beta)),
    mat=lambda g, vec, alpha: _times(_outer_product(g, cj(vec)), cj(alpha)),
    vec=lambda g, mat, alpha: _times(mv(cj(mat).mT, g), cj(alpha)),
)


@op(inplace=True)
def addbmm(B, input: T, batch1: T, batch2: T, *, beta=1, alpha=1):
    """Return `beta * input + alpha * sum_i(batch1[i] @ batch2[i])`."""
    _check_batches(batch1, batch2, 1)
    (b, n, k), (b2, k2, m) = batch1.shape, batch2.shape
    if b != b2:
        raise RuntimeError(f"batch1 and batch2 must have same number of batches, got {b} and {b2}")
    if k != k2:
        raise RuntimeError(f"Incompatible matrix sizes for bmm ({n}x{k} and {k2}x{m})")
    _fits(B, input, (n, m))
    _check_same(B, input, batch2)
    _check_mm(B, batch1[0, :, :] if b else B.zeros((n, k), dtype=batch1.dtype),
              batch2[0, :, :] if b else B.zeros((k, m), dtype=batch2.dtype))
    left = B.reshape(B.permute_dims(batch1, (1, 0, 2)), (n, b * k))
    return _plus(B, input, B.gemm(left, B.reshape(batch2, (b * k, m))), beta, alpha)


addbmm.vjp(
    input=lambda g, beta: _times(g, cj(beta)),
    batch1=lambda g, batch2, alpha: _times(matmul(g, cj(batch2).mT), cj(alpha)),
    batch2=lambda g, batch1, alpha: _times(matmul(cj(batch1).mT, g), cj(alpha)),
)


@op(inplace=True)
def baddbmm(B, input: T, batch1: T, batch2: T, *, beta=1, alpha=1):
    """Return `beta * input + alpha * (batch1 @ batch2)` for batches of matrices; `input` broadcasts."""
    _check_bmm(B, batch1, batch2, 0)
    _fits(B, input, (batch1.shape[0], batch1.shape[1], batch2.shape[2]))
    if input.dtype != batch1.dtype:
        raise RuntimeError(f"Input dtypes must be the same, got: input {_c_name(B, input)}, batch1: "
                           f"{_c_name(B, batch1)}, batch2: {_c_name(B, batch2)}")
    return _plus(B, input, B.gemm(wide(B, batch1), wide(B, batch2)), beta, alpha)


baddbmm.vjp(
    input=lambda g, beta: _times(g, cj(beta)),
    batch1=lambda g, batch2, alpha: _times(bmm(g, cj(batch2).mT), cj(alpha)),
    batch2=lambda g, batch1, alpha: _times(bmm(cj(batch1).mT, g), cj(alpha)),
)


@op(promote="common", inplace=True)
def addr(B, input: T, vec1: T, vec2: T, *, beta=1, alpha=1):
    """Return `beta * input + alpha * outer(vec1, vec2)`."""
    for name, x in (("vec1", vec1), ("vec2", vec2)):
        if x.ndim != 1:
            raise RuntimeError(f"addr: Expected 1-D argument {name}, but got {x.ndim}-D")
    _fits(B, input, vec1.shape + vec2.shape)
    if B.kind(input) == "b":
        product = vec1[:, None] & vec2[None, :] & bool(alpha)
        return (input & bool(beta)) | product
    return _plus(B, input, vec1[:, None] * vec2[None, :], beta, alpha)


addr.vjp(
    input=lambda g, beta: _times(g, cj(beta)),
    vec1=lambda g, vec2, alpha: _times(mv(g, cj(vec2)), cj(alpha)),
    vec2=lambda g, vec1, alpha: _times(mv(g.mT, cj(vec1)), cj(alpha)),
)


# ------------------------------------------------------------------ linear

def _linear_name(args):
    input, weight, bias = args
    if len(input._array.shape) == 2:
        return "AddmmBackward0" if bias is not None else "MmBackward0" if weight.ndim == 2 else "MvBackward0"
    if bias is not None and (bias.ndim > 1 or input.ndim > 2 and not input.is_contiguous()):
        return "AddBackward0"
    if weight.ndim == 1 and input.ndim == 1:
        return "DotBackward0" if bias is None else "AddBackward0"
    if bias is None:
        return "SqueezeBackward4" if input.ndim == 1 else "UnsafeViewBackward0"
    return "ViewBackward0"


@op(ns="nn.functional", grad_name=_linear_name)
def linear(B, input: T, weight: T, bias: T = None):
    """Return `input @ weight.T + bias`.

    Args:
        input: (..., k).  weight: (m, k), or (k) which drops the last dimension.  bias: (m) or None.

    Returns: (..., m).

    Raises: RuntimeError when sizes do not fit or dtypes differ.
    """
    if input.ndim == 2 and weight.ndim == 2 and _fit_at_once(input, weight, bias):
        if bias is not None and input.dtype.itemsize == 2:          # half precision: rounded once
            return B.cast(B.product(wide(B, input), wide(B, weight).T) + wide(B, bias), input.dtype)
        out = B.product(input, B.permute_dims(weight, (1, 0)))
        if bias is not None:
            out += bias
        return out
    if input.ndim == 0 or weight.ndim == 0:
        raise RuntimeError(f"both arguments to linear need to be at least 1D, but they are {input.ndim}D and "
                           f"{weight.ndim}D")
    if weight.ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {weight.ndim}D")
    if weight.ndim == 1:
        return _linear_by_vector(B, input, weight, bias)
    lead = input.shape[:-1]
    rows = input if input.ndim == 2 else B.reshape(input, (prod(lead), input.shape[-1]))
    if bias is not None:
        _check_addmm(B, bias, rows, weight)
    _check_mm(B, rows, weight.T)
    out = B.product(rows, weight.T) if bias is None else B.product(wide(B, rows), wide(B, weight).T)
    out = out if input.ndim == 2 else B.reshape(out, lead + weight.shape[:1])
    if bias is not None:
        _fits(B, bias, (rows.shape[0], out.shape[-1]) if bias.ndim == 1 else out.shape)
        out += bias
    return B.cast(out, input.dtype)


def _fit_at_once(input, weight, bias):
    """Whether nothing is to be checked any more: the sizes fit and the dtypes are one."""
    return (input.shape[1] == weight.shape[1] and input.dtype == weight.dtype
            and (bias is None or bias.shape == weight.shape[:1] and bias.dtype == weight.dtype))


def _linear_by_vector(B, input, weight, bias):
    if bias is not None and not (input.ndim == 1 and bias.ndim == 0):
        raise RuntimeError("mat2 must be a matrix, got 1-D tensor")
    if input.ndim == 1:
        _check_dot(B, input, weight)
        out = B.product(input, weight)
        return out if bias is None else out + bias
    return _fold(B, input, weight)


@op(ns=(), outputs=("grad_input", "grad_weight", "grad_bias"))
def linear_backward(B, grad: T, input: T, weight: T, bias_shape, wanted):
    """Return the gradients of `linear` with respect to its inputs, None for one that is not wanted; of a matrix and a vector."""
    need_input, need_weight, need_bias = wanted
    rows = prod(input.shape[:-1])
    g2 = grad if grad.ndim == 2 else B.reshape(grad, (rows, weight.shape[0]))
    grad_input = grad_weight = grad_bias = None
    if need_input:
        right = B.conj(weight) if B.kind(weight) == "c" else weight
        grad_input = B.product(g2, right)
        grad_input = grad_input if input.ndim == 2 else B.reshape(grad_input, input.shape)
    if need_weight:
        x2 = input if input.ndim == 2 else B.reshape(input, (rows, input.shape[-1]))
        grad_weight = B.product(g2.T, B.conj(x2) if B.kind(x2) == "c" else x2)
    if need_bias:
        grad_bias = B.cast(B.column_sums(wide(B, g2)), g2.dtype)        # half precision: rounded once
    return grad_input, grad_weight, grad_bias


def _linear_rule(g, input, weight, bias_shape, needs):
    if len(weight.shape) == 1 or needs[2] and bias_shape != weight.shape[:1]:
        return _linear_rule_general(g, input, weight, needs)
    return linear_backward(g, input, weight, bias_shape, needs)


def _linear_rule_general(g, input, weight, needs):
    """By the parts: a vector for a weight, or a bias that broadcasts (the engine sums its gradient)."""
    if len(weight.shape) == 1:
        vector = len(input.shape) == 1
        return (_matmul_input(g, input.shape, weight) if needs[0] else None,
                (g * cj(input) if vector else _matmul_other(g, input, weight.shape)) if needs[1] else None,
                g if needs[2] else None)
    found = linear_backward(g, input, weight, (), (needs[0], needs[1], False))
    return found[0], found[1], g


linear.vjp_all(_linear_rule)


def _linear_second(g, grad, input, weight, needs):
    by_input, by_weight, by_bias = g
    d_grad = d_input = d_weight = None
    if by_input is not None:
        if needs[0]:
            d_grad = linear(by_input, weight)
        if needs[2]:
            d_weight = _matmul_other(cj(by_input), cj(grad), weight.shape)
    if by_weight is not None:
        if needs[0]:
            more = linear(input, by_weight)
            d_grad = more if d_grad is None else d_grad + more
        if needs[1]:
            d_input = matmul(grad, cj(by_weight))
    if by_bias is not None and needs[0]:
        d_grad = expand(by_bias, grad.shape) if d_grad is None else d_grad + by_bias
    return d_grad, d_input, d_weight


linear_backward.vjp_all(_linear_second)
