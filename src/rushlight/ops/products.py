"""Products of more than two matrices, and the smaller ones: kron, cross, trace, matrix_power, bilinear, cdist."""
import warnings

from .. import dtypes, formats
from ..core.inplace import finish_out
from ..core.op import T, composite, op, publish
from ..core.tensor import OPS, TensorBase
from ._dims import broadcast_shape, prod, wrap_dim
from ._rules import c_name, cj, not_for, wide
from .matmul import matmul, mm
from .shape import _on_diagonal, expand, permute, unsafe_view, unsqueeze, view

# ------------------------------------------------------------------ kron, cross, trace


@composite
def kron(input, other, *, out=None):
    """Return the Kronecker product: every element of `input` times all of `other`, as blocks."""
    if not isinstance(other, TensorBase):
        raise TypeError(f"kron(): argument 'other' (position 2) must be Tensor, not {type(other).__name__}")
    n = max(input.ndim, other.ndim)
    a = (1,) * (n - input.ndim) + tuple(input.shape)
    b = (1,) * (n - other.ndim) + tuple(other.shape)
    spread = OPS.mul(unsafe_view(input, tuple([k for s in a for k in (s, 1)])),
                     unsafe_view(other, tuple([k for s in b for k in (1, s)])))
    return finish_out("kron", unsafe_view(spread, tuple([p * q for p, q in zip(a, b)])), out, (input, other))


@op(ns=(), promote="common")
def linalg_cross(B, input: T, other: T, *, dim=-1):
    """Return the cross products of the vectors of length 3 along a dimension; the others broadcast."""
    if input.ndim != other.ndim:
        raise RuntimeError("linalg.cross: inputs must have the same number of dimensions.")
    k = wrap_dim(dim, input.ndim)
    if input.shape[k] != 3 or other.shape[k] != 3:
        raise RuntimeError(f"linalg.cross: inputs dimension {dim} must have length 3. Got {input.shape[k]} and "
                           f"{other.shape[k]}")
    broadcast_shape(input.shape, other.shape)
    a1, a2 = B.roll(input, -1, axis=k), B.roll(input, 1, axis=k)
    b1, b2 = B.roll(other, -1, axis=k), B.roll(other, 1, axis=k)
    return B.c_order(a1 * b2 - a2 * b1)


publish("linalg", "cross", linalg_cross)
linalg_cross.vjp(input=lambda g, other, dim: linalg_cross(cj(other), g, dim=dim),
                 other=lambda g, input, dim: linalg_cross(g, cj(input), dim=dim))


@composite
def cross(input, other, dim=None, *, out=None):
    """Return `linalg.cross` along `dim`, by default the first dimension of size 3."""
    if dim is None:
        warnings.warn("Using torch.cross without specifying the dim arg is deprecated.\nPlease either pass the dim "
                      "explicitly or simply use torch.linalg.cross.\nThe default value of dim will change to agree with "
                      "that of linalg.cross in a future release.", stacklevel=2)
        dim = next((k for k, s in enumerate(input.shape) if s == 3), None)
        if dim is None:
            raise RuntimeError("no dimension of size 3 in input")
    return finish_out("cross", linalg_cross(input, other, dim=dim), out, (input, other))


@op
def trace(B, input: T):
    """Return the sum of a matrix's diagonal; integers are summed in int64."""
    if input.ndim != 2:
        raise RuntimeError(f"trace: expected a matrix, but got tensor with dim {input.ndim}")
    not_for(B, input, "b", "trace")
    return B.sum(B.diagonal(input, 0, 0, 1), dtype=B.int64 if B.kind(input) in "iu" else None)


trace.vjp(input=lambda g, input_shape: _on_diagonal(expand(g, (min(input_shape),)), tuple(input_shape), 0, 0, 1))


# ------------------------------------------------------------------ powers and chains

def check_square(name, A):
    """Raise as torch does unless `A` is a batch of square matrices."""
    if len(A.shape) < 2:
        raise RuntimeError(f"{name}: The input tensor A must have at least 2 dimensions.")
    n, m = A.shape[-2:]
    if n != m:
        raise RuntimeError(f"{name}: A must be batches of square matrices, but they are {n} by {m} matrices")


def nothing_of(x):
    """Return zeros of a tensor's shape that depend on it with a gradient of zero."""
    return OPS.masked_fill(x, OPS.ones_like(x, dtype=dtypes.bool), 0)


@composite(ns=("torch", "linalg"))
def matrix_power(input, n, *, out=None):
    """Return the n-th power of square matrices, by repeated squaring; negative powers invert first."""
    if not isinstance(n, int):
        raise TypeError(f"linalg_matrix_power(): argument 'n' (position 2) must be int, not {type(n).__name__}")
    check_square("linalg.matrix_power", input)
    if n < 0:
        input, n = OPS.linalg_inv(input), -n
    if n == 0:
        one = OPS.eye(input.shape[-1], dtype=input.dtype, device=input.device)
        return finish_out("matrix_power", OPS.add(nothing_of(input), one), out)
    if n == 1:
        return finish_out("matrix_power", input.clone(memory_format=formats.contiguous_format), out)
    result = None
    while n:
        if n & 1:
            result = input if result is None else matmul(result, input)
        n >>= 1
        if n:
            input = matmul(input, input)
    return finish_out("matrix_power", result, out)


def _best_order(sizes):
    """Return split points that multiply a chain of matrices with the fewest scalar products.

    Source: Cormen et al., Introduction to Algorithms, 15.2.
    """
    n = len(sizes) - 1
    cost = [[0] * n for _ in range(n)]
    split = [[0] * n for _ in range(n)]
    for length in range(1, n):
        for i in range(n - length):
            j = i + length
            cost[i][j], split[i][j] = min([(cost[i][k] + cost[k + 1][j] + sizes[i] * sizes[k + 1] * sizes[j + 1], k)
                                           for k in range(i, j)])
    return split


def _multiplied(tensors, split, i, j):
    if i == j:
        return tensors[i]
    k = split[i][j]
    return mm(_multiplied(tensors, split, i, k), _multiplied(tensors, split, k + 1, j))


@composite(ns="linalg")
def multi_dot(tensors, *, out=None):
    """Return the product of two or more matrices in the cheapest order; the first and last may be vectors."""
    tensors = list(tensors)
    if len(tensors) < 2:
        raise RuntimeError(f"multi_dot(): expected at least 2 tensors but got {len(tensors)}")
    shape = []
    for k, name in ((0, "first"), (len(tensors) - 1, "last")):
        if tensors[k].ndim not in (1, 2):
            raise RuntimeError(f"multi_dot(): the {name} tensor must be 1D or 2D but got {tensors[k].ndim}D")
    if tensors[0].ndim == 2:
        shape.append(tensors[0].shape[0])
    else:
        tensors[0] = unsqueeze(tensors[0], 0)
    if tensors[-1].ndim == 2:
        shape.append(tensors[-1].shape[1])
    else:
        tensors[-1] = unsqueeze(tensors[-1], 1)
    for k, x in enumerate(tensors):
        if x.ndim != 2:
            raise RuntimeError(f"multi_dot(): tensor {k} must be 2D but got {x.ndim}D")
    for k, (a, b) in enumerate(zip(tensors, tensors[1:])):
        if a.dtype is not b.dtype:
            raise RuntimeError(f"multi_dot(): all tensors must have be the same dtype but tensor 0 is {tensors[0].dtype.short} "
                               f"and tensor {k + 1} {b.dtype.short}")
        if a.shape[1] != b.shape[0]:
            raise RuntimeError(f"multi_dot(): tensors {k} and {k + 1} with shapes {list(a.shape)} and {list(b.shape)} cannot "
                               "be multiplied")
    sizes = [tensors[0].shape[0]] + [x.shape[1] for x in tensors]
    return finish_out("multi_dot", view(_multiplied(tensors, _best_order(sizes), 0, len(tensors) - 1), tuple(shape)), out)


@composite(method=False)
def chain_matmul(*matrices, out=None):
    """Return the product of the matrices in the cheapest order (deprecated: use `linalg.multi_dot`)."""
    warnings.warn("torch.chain_matmul is deprecated and will be removed in a future PyTorch release. Use "
                  "torch.linalg.multi_dot instead, which accepts a list of two or more tensors rather than multiple "
                  "parameters.", stacklevel=2)
    if not matrices:
        raise RuntimeError("chain_matmul(): Expected one or more matrices")
    return matrices[0].clone() if len(matrices) == 1 else multi_dot(matrices, out=out)


# ------------------------------------------------------------------ bilinear

@composite(ns=("torch", "nn.functional"), method=False)
def bilinear(input1, input2, weight, bias=None):
    """Return `input1^T weight[k] input2 + bias[k]` for each k.

    Args:
        input1: (..., n).  input2: (..., m).  weight: (p, n, m).  bias: (p) or None.

    Returns: (..., p).
    """
    given = {"input1": input1, "input2": input2, "weight": weight, "bias": bias}
    if len({x.dtype for x in given.values() if x is not None}) > 1:
        raise RuntimeError("All tensors must have the same dtype, got "
                           + ", ".join([f"{k}: {c_name(x.dtype)}" for k, x in given.items() if x is not None]))
    if input1.ndim != input2.ndim:
        raise RuntimeError(f"bilinear(): input dimensions do not match: got {input1.ndim} and {input2.ndim}")
    for k in range(input1.ndim - 1):
        if input1.shape[k] != input2.shape[k]:
            raise RuntimeError(f"bilinear(): input batch dimensions do not match at dim {k}: got {input1.shape[k]} and "
                               f"{input2.shape[k]}")
    for number, x in ((1, input1), (2, input2)):
        wrap_dim(number, weight.ndim)
        if x.shape[-1] != weight.shape[number]:
            raise RuntimeError(f"bilinear(): input{number} size does not match weight size: got {x.shape[-1]} but expected "
                               f"{weight.shape[number]}")
    if bias is not None and bias.shape[0] != weight.shape[0]:
        raise RuntimeError(f"bilinear(): bias size does not match weight size: got {bias.shape[0]} but expected "
                           f"{weight.shape[0]}")
    p, n, m = weight.shape
    lead = tuple(input1.shape[:-1])
    half = matmul(input1, unsafe_view(permute(weight, (1, 0, 2)), (n, p * m)))
    found = OPS.sum(OPS.mul(unsafe_view(half, lead + (p, m)), unsqueeze(input2, -2)), -1, dtype=weight.dtype)
    return found if bias is None else OPS.add(found, bias)


# ------------------------------------------------------------------ cdist

_MODES = ("use_mm_for_euclid_dist_if_necessary", "use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist")


@composite(method=False)
def cdist(x1, x2, p=2.0, compute_mode="use_mm_for_euclid_dist_if_necessary"):
    """Return the p-norm distances between the rows of two batches.

    Args:
        x1: (..., n, k).  x2: (..., m, k); leading dimensions broadcast.
        compute_mode: whether p = 2 goes through a matrix product (faster, less exact for near points).

    Returns: (..., n, m).
    """
    if compute_mode not in _MODES:
        raise ValueError(f"{compute_mode} is not a valid value for compute_mode")
    for number, x in ((1, x1), (2, x2)):
        if not x.dtype.is_floating_point:
            raise RuntimeError(f"cdist only supports floating-point dtypes, X{number} got: {x.dtype.short}")
    for number, x in ((1, x1), (2, x2)):
        if x.ndim < 2:
            raise RuntimeError(f"cdist only supports at least 2D tensors, X{number} got: {x.ndim}D")
    if x1.shape[-1] != x2.shape[-1]:
        raise RuntimeError(f"X1 and X2 must have the same number of columns. X1: {x1.shape[-1]} X2: {x2.shape[-1]}")
    if p < 0:
        raise RuntimeError("cdist only supports non-negative p values")
    if x1.dtype is not x2.dtype:
        raise RuntimeError(f"expected scalar type {x1.dtype.short} but found {x2.dtype.short}")
    broadcast_shape(tuple(x1.shape[:-2]), tuple(x2.shape[:-2]))
    mode = _MODES.index(compute_mode)
    by_product = p == 2 and (mode == 1 or mode == 0 and max(x1.shape[-2], x2.shape[-2]) > 25)
    return _cdist(x1, x2, float(p), by_product)


@op(ns=(), name="_cdist", grad_name="CdistBackward0")
def _cdist(B, x1: T, x2: T, p, by_product):
    """Return the distances between rows."""
    a, b = wide(B, x1), wide(B, x2)
    if by_product:
        one, two = B.sum(a * a, axis=-1)[..., None], B.sum(b * b, axis=-1)[..., None]
        left = B.concat([a * -2, one, B.ones(one.shape, dtype=a.dtype)], axis=-1)
        right = B.concat([b, B.ones(two.shape, dtype=a.dtype), two], axis=-1)
        squares = B.gemm(left, right.mT)             # |a|^2 + |b|^2 - 2 a b in one product
        return B.cast(B.sqrt(B.where(squares < 0, B.zeros((), dtype=a.dtype), squares)), x1.dtype)
    apart = B.abs(a[..., :, None, :] - b[..., None, :, :])
    if p == 0:
        found = B.sum(B.cast(apart != 0, a.dtype), axis=-1)
    elif p == 1:
        found = B.sum(apart, axis=-1)
    elif p == 2:
        found = B.sqrt(B.sum(apart * apart, axis=-1))
    elif p == float("inf"):
        found = B.max(apart, axis=-1) if apart.shape[-1] else B.zeros(apart.shape[:-1], dtype=a.dtype)
    else:
        found = B.sum(apart ** p, axis=-1) ** (1 / p)
    return B.cast(found, x1.dtype)


def _cdist_weights(g, x1, x2, p, out):
    """Return the gradient of the distances with respect to x1[i] - x2[j], of shape (..., n, m, k)."""
    apart = unsqueeze(x1, -2) - unsqueeze(x2, -3)
    if p == 1:
        return unsqueeze(g, -1) * OPS.sign(apart)
    if p == float("inf"):
        largest = OPS.eq(OPS.abs(apart), unsqueeze(out, -1))
        return unsqueeze(g, -1) * OPS.sign(apart) * largest
    zero = OPS.eq(out, 0)
    scale = OPS.masked_fill(g / OPS.masked_fill(out, zero, 1) ** (p - 1), zero, 0)
    size = OPS.abs(apart)
    if p < 2:                               # |0| ** (p - 1) times sign(0) is 0, its power may be inf
        size = OPS.masked_fill(size, OPS.eq(apart, 0), 1)
    return unsqueeze(scale, -1) * OPS.sign(apart) * size ** (p - 1)


LARGE = 1 << 20                 # differences from which the gradient for p = 2 goes through matrix products


def _cdist_rule(g, x1, x2, p, out, needs):
    if p == 0:
        return x1 * 0, x2 * 0
    if p == 2 and prod(out.shape) * x1.shape[-1] > LARGE:
        zero = OPS.eq(out, 0)
        scale = OPS.masked_fill(g / OPS.masked_fill(out, zero, 1), zero, 0)
        first = x1 * OPS.sum(scale, -1, True) - matmul(scale, x2) if needs[0] else None
        turned = scale.mT
        second = x2 * OPS.sum(turned, -1, True) - matmul(turned, x1) if needs[1] else None
        return first, second
    weights = _cdist_weights(g, x1, x2, p, out)
    return (OPS.sum(weights, -2) if needs[0] else None), (-OPS.sum(weights, -3) if needs[1] else None)


_cdist.vjp_all(_cdist_rule)
