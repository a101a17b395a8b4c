"""The names of `import rushlight as torch`. Written by tools/make_stubs.py."""

from builtins import bool as _bool, complex as _complex, float as _float, int as _int, str as _str
from collections.abc import Iterator, Sequence
from typing import Any

from . import autograd as autograd, backends as backends, cuda as cuda, linalg as linalg, nn as nn, optim as optim
from . import random as random, special as special, utils as utils
from .amp import autocast as autocast
from .compat import install as install
from .core.generator import Generator as Generator
from .core.modes import (enable_grad as enable_grad, inference_mode as inference_mode, no_grad as no_grad,
                         set_grad_enabled as set_grad_enabled)
from .core.tensor import Size as Size
from .devices import device as device, device as _device
from .dtypes import dtype as dtype, dtype as _dtype, finfo as finfo, iinfo as iinfo

__version__: _str
e: _float
inf: _float
nan: _float
pi: _float
newaxis: None
bfloat16: _dtype
bool: _dtype
cdouble: _dtype
cfloat: _dtype
chalf: _dtype
complex128: _dtype
complex32: _dtype
complex64: _dtype
double: _dtype
float: _dtype
float16: _dtype
float32: _dtype
float64: _dtype
float8_e4m3fn: _dtype
float8_e4m3fnuz: _dtype
float8_e5m2: _dtype
float8_e5m2fnuz: _dtype
half: _dtype
int: _dtype
int16: _dtype
int32: _dtype
int64: _dtype
int8: _dtype
long: _dtype
short: _dtype
uint16: _dtype
uint32: _dtype
uint64: _dtype
uint8: _dtype
channels_last: Any
channels_last_3d: Any
contiguous_format: Any
jagged: Any
preserve_format: Any
sparse_bsc: Any
sparse_bsr: Any
sparse_coo: Any
sparse_csc: Any
sparse_csr: Any
strided: Any

class Tensor:
    """A multi-dimensional array that differentiates itself."""
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    @property
    def shape(self) -> Size: ...
    @property
    def dtype(self) -> _dtype: ...
    @property
    def device(self) -> _device: ...
    @property
    def ndim(self) -> _int: ...
    requires_grad: _bool
    @property
    def is_leaf(self) -> _bool: ...
    grad: Tensor | None
    @property
    def itemsize(self) -> _int: ...
    @property
    def nbytes(self) -> _int: ...
    @property
    def output_nr(self) -> _int: ...
    @property
    def grad_fn(self) -> Any: ...
    @property
    def layout(self) -> Any: ...
    @property
    def _version(self) -> _int: ...
    data: Tensor
    @property
    def T(self) -> Tensor: ...
    @property
    def mT(self) -> Tensor: ...
    @property
    def H(self) -> Tensor: ...
    @property
    def mH(self) -> Tensor: ...
    @property
    def real(self) -> Tensor: ...
    @property
    def imag(self) -> Tensor: ...
    @property
    def is_cuda(self) -> _bool: ...
    @property
    def is_cpu(self) -> _bool: ...
    def __add__(self, other: Any) -> Tensor: ...
    def __radd__(self, other: Any) -> Tensor: ...
    def __sub__(self, other: Any) -> Tensor: ...
    def __rsub__(self, other: Any) -> Tensor: ...
    def __mul__(self, other: Any) -> Tensor: ...
    def __rmul__(self, other: Any) -> Tensor: ...
    def __truediv__(self, other: Any) -> Tensor: ...
    def __rtruediv__(self, other: Any) -> Tensor: ...
    def __floordiv__(self, other: Any) -> Tensor: ...
    def __rfloordiv__(self, other: Any) -> Tensor: ...
    def __mod__(self, other: Any) -> Tensor: ...
    def __rmod__(self, other: Any) -> Tensor: ...
    def __pow__(self, other: Any) -> Tensor: ...
    def __rpow__(self, other: Any) -> Tensor: ...
    def __matmul__(self, other: Any) -> Tensor: ...
    def __rmatmul__(self, other: Any) -> Tensor: ...
    def __and__(self, other: Any) -> Tensor: ...
    def __rand__(self, other: Any) -> Tensor: ...
    def __or__(self, other: Any) -> Tensor: ...
    def __ror__(self, other: Any) -> Tensor: ...
    def __xor__(self, other: Any) -> Tensor: ...
    def __rxor__(self, other: Any) -> Tensor: ...
    def __lshift__(self, other: Any) -> Tensor: ...
    def __rlshift__(self, other: Any) -> Tensor: ...
    def __rshift__(self, other: Any) -> Tensor: ...
    def __rrshift__(self, other: Any) -> Tensor: ...
    def __iadd__(self, other: Any) -> Tensor: ...
    def __isub__(self, other: Any) -> Tensor: ...
    def __imul__(self, other: Any) -> Tensor: ...
    def __itruediv__(self, other: Any) -> Tensor: ...
    def __ifloordiv__(self, other: Any) -> Tensor: ...
    def __imod__(self, other: Any) -> Tensor: ...
    def __ipow__(self, other: Any) -> Tensor: ...
    def __iand__(self, other: Any) -> Tensor: ...
    def __ior__(self, other: Any) -> Tensor: ...
    def __ixor__(self, other: Any) -> Tensor: ...
    def __ilshift__(self, other: Any) -> Tensor: ...
    def __irshift__(self, other: Any) -> Tensor: ...
    def __lt__(self, other: Any) -> Tensor: ...
    def __le__(self, other: Any) -> Tensor: ...
    def __gt__(self, other: Any) -> Tensor: ...
    def __ge__(self, other: Any) -> Tensor: ...
    def __neg__(self) -> Tensor: ...
    def __pos__(self) -> Tensor: ...
    def __abs__(self) -> Tensor: ...
    def __invert__(self) -> Tensor: ...
    def __eq__(self, other: Any) -> Tensor: ...  # type: ignore[override]
    def __ne__(self, other: Any) -> Tensor: ...  # type: ignore[override]
    def __getitem__(self, index: Any) -> Tensor: ...
    def __setitem__(self, index: Any, value: Any) -> None: ...
    def __iter__(self) -> Iterator[Tensor]: ...
    def __len__(self) -> _int: ...
    def __bool__(self) -> _bool: ...
    def __int__(self) -> _int: ...
    def __float__(self) -> _float: ...
    def __index__(self) -> _int: ...
    def __hash__(self) -> _int: ...
    def __contains__(self, element: Any) -> _bool: ...
    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = ..., kwargs: Any = ...) -> Any: ...
    def _indices(self) -> Tensor:
        """Return the places of a sparse tensor as they are, coalesced or not."""
    def _is_view(self) -> Tensor:
        """Whether this tensor is a differentiable view of another."""
    @staticmethod
    def _make_subclass(*args: Any, **kwargs: Any) -> Any: ...
    def _nnz(self) -> Tensor:
        """Return how many places a sparse tensor holds."""
    def _typed_storage(self) -> Tensor:
        """Return the tensor's memory as elements of its dtype."""
    def _values(self) -> Tensor:
        """Return the values of a sparse tensor as they are, in its memory and outside the graph."""
    def abs(self, *, out: Any = ...) -> Tensor:
        """Return the absolute value; of a complex number its modulus, a real one."""
    def abs_(self) -> Tensor:
        """In-place form of `abs`."""
    def absolute(self, *, out: Any = ...) -> Tensor:
        """Return the absolute value; of a complex number its modulus, a real one."""
    def absolute_(self) -> Tensor:
        """In-place form of `abs`."""
    def acos(self, *, out: Any = ...) -> Tensor:
        """Return the angle in [0, pi] whose cosine is input; nan outside [-1, 1]."""
    def acos_(self) -> Tensor:
        """In-place form of `acos`: writes the result into `input` and returns it."""
    def acosh(self, *, out: Any = ...) -> Tensor:
        """Return the inverse hyperbolic cosine; nan below 1."""
    def acosh_(self) -> Tensor:
        """In-place form of `acosh`: writes the result into `input` and returns it."""
    def add(self, other: Any, *, alpha: Any = ..., out: Any = ...) -> Tensor:
        """Return input + alpha * other."""
    def add_(self, other: Any, *, alpha: Any = ...) -> Tensor:
        """In-place form of `add`: writes the result into `input` and returns it."""
    def addbmm(self, batch1: Tensor, batch2: Tensor, *, beta: Any = ..., alpha: Any = ..., out: Any = ...) -> Tensor:
        """Return `beta * input + alpha * sum_i(batch1[i] @ batch2[i])`."""
    def addbmm_(self, batch1: Tensor, batch2: Tensor, *, beta: Any = ..., alpha: Any = ...) -> Tensor:
        """In-place form of `addbmm`: writes the result into `input` and returns it."""
    def addcdiv(self, tensor1: Any, tensor2: Any, *, value: Any = ..., out: Any = ...) -> Tensor:
        """Return input + value * tensor1 / tensor2; two integer tensors are refused as quotient."""
    def addcdiv_(self, tensor1: Any, tensor2: Any, *, value: Any = ...) -> Tensor:
        """In-place form of `addcdiv`: writes the result into `input` and returns it."""
    def addcmul(self, tensor1: Any, tensor2: Any, *, value: Any = ..., out: Any = ...) -> Tensor:
        """Return input + value * tensor1 * tensor2."""
    def addcmul_(self, tensor1: Any, tensor2: Any, *, value: Any = ...) -> Tensor:
        """In-place form of `addcmul`: writes the result into `input` and returns it."""
    def addmm(self, mat1: Tensor, mat2: Tensor, *, beta: Any = ..., alpha: Any = ..., out: Any = ...) -> Tensor:
        """Return `beta * input + alpha * (mat1 @ mat2)`; `input` broadcasts, and is not read when beta is 0."""
    def addmm_(self, mat1: Tensor, mat2: Tensor, *, beta: Any = ..., alpha: Any = ...) -> Tensor:
        """In-place form of `addmm`: writes the result into `input` and returns it."""
    def addmv(self, mat: Tensor, vec: Tensor, *, beta: Any = ..., alpha: Any = ..., out: Any = ...) -> Tensor:
        """Return `beta * input + alpha * (mat @ vec)`."""
    def addmv_(self, mat: Tensor, vec: Tensor, *, beta: Any = ..., alpha: Any = ...) -> Tensor:
        """In-place form of `addmv`: writes the result into `input` and returns it."""
    def addr(self, vec1: Any, vec2: Any, *, beta: Any = ..., alpha: Any = ..., out: Any = ...) -> Tensor:
        """Return `beta * input + alpha * outer(vec1, vec2)`."""
    def addr_(self, vec1: Any, vec2: Any, *, beta: Any = ..., alpha: Any = ...) -> Tensor:
        """In-place form of `addr`: writes the result into `input` and returns it."""
    def adjoint(self) -> Tensor:
        """Return the tensor with its last two dimensions exchanged and its values conjugated."""
    def all(self, dim: Any = ..., keepdim: _bool = ..., *, out: Any = ..., axis: Any = ..., keepdims: Any = ...) -> Tensor:
        """Return whether all elements are nonzero (nan is); true of none. uint8 in, uint8 out."""
    def allclose(self, other: Any, rtol: Any = ..., atol: Any = ..., equal_nan: _bool = ...) -> _bool:
        """Return whether all elements are close (see `isclose`), as a bool."""
    def amax(self, dim: Any = ..., keepdim: _bool = ..., *, out: Any = ..., axis: Any = ..., keepdims: Any = ...) -> Tensor:
        """Return the largest elements over one or several dimensions; ties share the gradient."""
    def amin(self, dim: Any = ..., keepdim: _bool = ..., *, out: Any = ..., axis: Any = ..., keepdims: Any = ...) -> Tensor:
        """Return the smallest elements over one or several dimensions; ties share the gradient."""
    def aminmax(self, *, dim: Any = ..., keepdim: _bool = ..., out: Any = ..., axis: Any = ..., keepdims: Any = ...) -> Any:
        """Return the named tuple (min, max) over one dimension or all."""
    def angle(self, *, out: Any = ...) -> Tensor:
        """Return the argument of complex numbers in radians; of real ones 0, or pi where negative. nan stays."""
    def any(self, dim: Any = ..., keepdim: _bool = ..., *, out: Any = ..., axis: Any = ..., keepdims: Any = ...) -> Tensor:
        """Return whether some element is nonzero (nan is); false of none. uint8 in, uint8 out."""
    def apply_(self, callable: Any) -> Any:
        """Replace each element x by `callable(x)`, one Python call each (CPU only)."""
    def arccos(self, *, out: Any = ...) -> Tensor:
        """Return the angle in [0, pi] whose cosine is input; nan outside [-1, 1]."""
    def arccos_(self) -> Tensor:
        """In-place form of `acos`: writes the result into `input` and returns it."""
    def arccosh(self, *, out: Any = ...) -> Tensor:
        """Return the inverse hyperbolic cosine; nan below 1."""
    def arccosh_(self) -> Tensor:
        """In-place form of `acosh`: writes the result into `input` and returns it."""
    def arcsin(self, *, out: Any = ...) -> Tensor:
        """Return the angle in [-pi/2, pi/2] whose sine is input; nan outside [-1, 1]."""
    def arcsin_(self) -> Tensor:
        """In-place form of `asin`: writes the result into `input` and returns it."""
    def arcsinh(self, *, out: Any = ...) -> Tensor:
        """Return the inverse hyperbolic sine."""
    def arcsinh_(self) -> Tensor:
        """In-place form of `asinh`: writes the result into `input` and returns it."""
    def arctan(self, *, out: Any = ...) -> Tensor:
        """Return the angle in (-pi/2, pi/2) whose tangent is input."""
    def arctan2(self, other: Tensor, *, out: Any = ...) -> Tensor:
        """Return the angle of the point (other, input) in (-pi, pi]. The gradient at the origin is 0."""
    def arctan2_(self, other: Tensor) -> Tensor:
        """In-place form of `atan2`: writes the result into `input` and returns it."""
    def arctan_(self) -> Tensor:
        """In-place form of `atan`: writes the result into `input` and returns it."""
    def arctanh(self, *, out: Any = ...) -> Tensor:
        """Return the inverse hyperbolic tangent; inf at 1, nan outside [-1, 1]."""
    def arctanh_(self) -> Tensor:
        """In-place form of `atanh`: writes the result into `input` and returns it."""
    def argmax(self, dim: Any = ..., keepdim: _bool = ..., *, out: Any = ..., axis: Any = ..., keepdims: Any = ...) -> Tensor:
        """Return the position of the (first) largest element, in the flattened tensor when `dim` is None."""
    def argmin(self, dim: Any = ..., keepdim: _bool = ..., *, out: Any = ..., axis: Any = ..., keepdims: Any = ...) -> Tensor:
        """Return the position of the (first) smallest element, in the flattened tensor when `dim` is None."""
    def argsort(self, dim: Any = ..., descending: _bool = ..., *, stable: _bool = ...) -> Tensor:
        """Return the indices that sort a tensor along a dimension."""
    def argwhere(self) -> Tensor:
        """Return `nonzero(input)`."""
    def as_strided(self, size: Any, stride: Any, storage_offset: Any = ...) -> Tensor:
        """Return the view of the tensor's storage with the given sizes, strides and offset (in elements)."""
    def as_strided_(self, size: Any, stride: Any, storage_offset: Any = ...) -> Tensor:
        """In-place form of `as_strided`."""
    def as_strided_scatter(self, src: Any, size: Any, stride: Any, storage_offset: Any = ...) -> Tensor:
        """Return a copy with what `as_strided(size, stride, storage_offset)` sees replaced by `src`."""
    def as_subclass(self, cls: Any) -> Tensor:
        """Return the tensor as an instance of a subclass of Tensor: same memory, same graph."""
    def asin(self, *, out: Any = ...) -> Tensor:
        """Return the angle in [-pi/2, pi/2] whose sine is input; nan outside [-1, 1]."""
    def asin_(self) -> Tensor:
        """In-place form of `asin`: writes the result into `input` and returns it."""
    def asinh(self, *, out: Any = ...) -> Tensor:
        """Return the inverse hyperbolic sine."""
    def asinh_(self) -> Tensor:
        """In-place form of `asinh`: writes the result into `input` and returns it."""
    def atan(self, *, out: Any = ...) -> Tensor:
        """Return the angle in (-pi/2, pi/2) whose tangent is input."""
    def atan2(self, other: Tensor, *, out: Any = ...) -> Tensor:
        """Return the angle of the point (other, input) in (-pi, pi]. The gradient at the origin is 0."""
    def atan2_(self, other: Tensor) -> Tensor:
        """In-place form of `atan2`: writes the result into `input` and returns it."""
    def atan_(self) -> Tensor:
        """In-place form of `atan`: writes the result into `input` and returns it."""
    def atanh(self, *, out: Any = ...) -> Tensor:
        """Return the inverse hyperbolic tangent; inf at 1, nan outside [-1, 1]."""
    def atanh_(self) -> Tensor:
        """In-place form of `atanh`: writes the result into `input` and returns it."""
    def backward(self, gradient: Any = ..., retain_graph: Any = ..., create_graph: _bool = ..., inputs: Any = ...) -> None:
        """Accumulate the gradients of this tensor into the leaves it was computed from."""
    def baddbmm(self, batch1: Tensor, batch2: Tensor, *, beta: Any = ..., alpha: Any = ..., out: Any = ...) -> Tensor:
        """Return `beta * input + alpha * (batch1 @ batch2)` for batches of matrices; `input` broadcasts."""
    def baddbmm_(self, batch1: Tensor, batch2: Tensor, *, beta: Any = ..., alpha: Any = ...) -> Tensor:
        """In-place form of `baddbmm`: writes the result into `input` and returns it."""
    def bernoulli(self, p: Any = ..., *, generator: Any = ..., out: Any = ...) -> Tensor:
        """Return ones with the probabilities in the input, zeros elsewhere, in its dtype."""
    def bernoulli_(self, p: Any = ..., *, generator: Any = ...) -> Tensor:
        """Fill with ones where u < p, zeros elsewhere, and return the tensor."""
    def bfloat16(self, memory_format: Any = ...) -> Tensor:
        """Return the tensor as torch.bfloat16: itself if it is so already."""
    def bincount(self, weights: Tensor | None = ..., minlength: Any = ..., *, out: Any = ...) -> Tensor:
        """Return how often each of 0 ... max(input) occurs, or the sum of its weights."""
    def bitwise_and(self, other: Any, *, out: Any = ...) -> Tensor:
        """Return the bitwise and of integers, the logical and of booleans."""
    def bitwise_and_(self, other: Any) -> Tensor:
        """In-place form of `bitwise_and`: writes the result into `input` and returns it."""
    def bitwise_left_shift(self, other: Any, *, out: Any = ...) -> Tensor:
        """Return input * 2**other for integers; 0 where other is negative or as large as the number of bits."""
    def bitwise_left_shift_(self, other: Any) -> Tensor:
        """In-place form of `bitwise_left_shift`: writes the result into `input` and returns it."""
    def bitwise_not(self, *, out: Any = ...) -> Tensor:
        """Return the integers with every bit flipped, the booleans negated."""
    def bitwise_not_(self) -> Tensor:
        """In-place form of `bitwise_not`: writes the result into `input` and returns it."""
    def bitwise_or(self, other: Any, *, out: Any = ...) -> Tensor:
        """Return the bitwise or of integers, the logical or of booleans."""
    def bitwise_or_(self, other: Any) -> Tensor:
        """In-place form of `bitwise_or`: writes the result into `input` and returns it."""
    def bitwise_right_shift(self, other: Any, *, out: Any = ...) -> Tensor:
        """Return input shifted right arithmetically; 0 or -1 where other is negative or exceeds the number of bits."""
    def bitwise_right_shift_(self, other: Any) -> Tensor:
        """In-place form of `bitwise_right_shift`: writes the result into `input` and returns it."""
    def bitwise_xor(self, other: Any, *, out: Any = ...) -> Tensor:
        """Return the bitwise exclusive or of integers, the logical one of booleans."""
    def bitwise_xor_(self, other: Any) -> Tensor:
        """In-place form of `bitwise_xor`: writes the result into `input` and returns it."""
    def bmm(self, mat2: Tensor, *, out: Any = ...) -> Tensor:
        """Return the product of two batches of matrices: (b, n, k) by (b, k, m) gives (b, n, m)."""
    def bool(self, memory_format: Any = ...) -> Tensor:
        """Return the tensor as torch.bool: itself if it is so already."""
    def broadcast_to(self, size: Any) -> Tensor:
        """Return `input.expand(size)`."""
    def byte(self, memory_format: Any = ...) -> Tensor:
        """Return the tensor as torch.uint8: itself if it is so already."""
    def cauchy_(self, *args: Any, **kwargs: Any) -> Tensor:
        """Fill with Cauchy numbers, median + sigma * tan(pi * (u - 1/2)), and return the tensor."""
    def ccol_indices(self) -> Tensor:
        """Return the ccol_indices of a compressed sparse matrix."""
    def cdouble(self, memory_format: Any = ...) -> Tensor:
        """Return the tensor as torch.complex128: itself if it is so already."""
    def ceil(self, *, out: Any = ...) -> Tensor:
        """Return the smallest whole number not below input. The gradient is 0."""
    def ceil_(self) -> Tensor:
        """In-place form of `ceil`: writes the result into `input` and returns it."""
    def cfloat(self, memory_format: Any = ...) -> Tensor:
        """Return the tensor as torch.complex64: itself if it is so already."""
    def chalf(self, memory_format: Any = ...) -> Tensor:
        """Return the tensor as torch.complex32: itself if it is so already."""
    def char(self, memory_format: Any = ...) -> Tensor:
        """Return the tensor as torch.int8: itself if it is so already."""
    def cholesky(self, upper: _bool = ..., *, out: Any = ...) -> Tensor:
        """Return the Cholesky factor (deprecated: use `linalg.cholesky`)."""
    def cholesky_inverse(self, upper: _bool = ..., *, out: Any = ...) -> Tensor:
        """Return the inverse of A, given its Cholesky factor."""
    def cholesky_solve(self, L: Any, upper: _bool = ..., *, out: Any = ...) -> Tensor:
        """Return X with A X = input, given A's Cholesky factor."""
    def chunk(self, chunks: Any, dim: Any = ...) -> tuple[Tensor, ...]:
        """Return a tuple of at most `chunks` views of equal size; the last may be smaller."""
    def clamp(self, min: Any = ..., max: Any = ..., *, out: Any = ...) -> Tensor:
        """Return input limited to [min, max]; where min > max, max. nan stays."""
    def clamp_(self, min: Any = ..., max: Any = ...) -> Tensor:
        """In-place form of `clamp`: writes the result into `input` and returns it."""
    def clamp_max(self, max: Any, *, out: Any = ...) -> Tensor:
        """Return the smaller of input and max; nan stays."""
    def clamp_max_(self, max: Any) -> Tensor:
        """In-place form of `clamp_max`: writes the result into `input` and returns it."""
    def clamp_min(self, min: Any, *, out: Any = ...) -> Tensor:
        """Return the larger of input and min; nan stays."""
    def clamp_min_(self, min: Any) -> Tensor:
        """In-place form of `clamp_min`: writes the result into `input` and returns it."""
    def clip(self, min: Any = ..., max: Any = ..., *, out: Any = ...) -> Tensor:
        """Return input limited to [min, max]; where min > max, max. nan stays."""
    def clip_(self, min: Any = ..., max: Any = ...) -> Tensor:
        """In-place form of `clamp`: writes the result into `input` and returns it."""
    def clone(self, *, memory_format: Any = ..., out: Any = ...) -> Tensor:
        """Return a copy; strides without gaps are kept (`memory_format=torch.contiguous_format`: C order)."""
    def coalesce(self) -> Tensor:
        """Return the sparse tensor with its places in order and the values of one place added up; itself if it is so."""
    def col_indices(self) -> Tensor:
        """Return the col_indices of a compressed sparse matrix."""
    def combinations(self, r: Any = ..., with_replacement: _bool = ...) -> Tensor:
        """Return the combinations of r elements of a vector, as rows in `itertools.combinations`' order."""
    def conj(self) -> Tensor:
        """Return the complex conjugate; a real tensor itself."""
    def conj_physical(self, *, out: Any = ...) -> Tensor:
        """Return the complex conjugate in new memory; a real tensor itself."""
    def conj_physical_(self) -> Tensor:
        """In-place form of `conj_physical`."""
    def contiguous(self, memory_format: Any = ...) -> Tensor:
        """Return the tensor itself if it is contiguous in C order (or the given format), else a copy that is."""
    def copy_(self, other: Any, non_blocking: _bool = ...) -> Tensor:
        """Write another tensor, broadcast and converted, into this one's memory, and return it."""
    def copysign(self, other: Any, *, out: Any = ...) -> Tensor:
        """Return the magnitude of input with the sign of other (-0 counts as negative)."""
    def copysign_(self, other: Any) -> Tensor:
        """In-place form of `copysign`: writes the result into `input` and returns it."""
    def corrcoef(self) -> Tensor:
        """Return the Pearson correlation coefficients of variables (rows), clipped to [-1, 1]."""
    def cos(self, *, out: Any = ...) -> Tensor:
        """Return the cosine of an angle in radians."""
    def cos_(self) -> Tensor:
        """In-place form of `cos`: writes the result into `input` and returns it."""
    def cosh(self, *, out: Any = ...) -> Tensor:
        """Return the hyperbolic cosine."""
    def cosh_(self) -> Tensor:
        """In-place form of `cosh`: writes the result into `input` and returns it."""
    def count_nonzero(self, dim: Any = ..., *, out: Any = ..., axis: Any = ...) -> Tensor:
        """Return the number of nonzero elements as int64."""
    def cov(self, *, correction: Any = ..., fweights: Any = ..., aweights: Any = ...) -> Tensor:
        """Return the covariance matrix of variables (rows) over observations (columns)."""
    def cpu(self, memory_format: Any = ...) -> Tensor:
        """Return the tensor in the memory of the CPU: itself if it is there."""
    def cross(self, other: Any, dim: Any = ..., *, out: Any = ...) -> Tensor:
        """Return `linalg.cross` along `dim`, by default the first dimension of size 3."""
    def crow_indices(self) -> Tensor:
        """Return the crow_indices of a compressed sparse matrix."""
    def cuda(self, device: Any = ..., non_blocking: _bool = ..., memory_format: Any = ...) -> Tensor:
        """Return the tensor on a GPU: itself if it is there."""
    def cummax(self, dim: Any = ..., *, out: Any = ..., axis: Any = ...) -> Any:
        """Return the named tuple (values, indices) of the largest elements so far; of equal ones the last."""
    def cummin(self, dim: Any = ..., *, out: Any = ..., axis: Any = ...) -> Any:
        """Return the named tuple (values, indices) of the smallest elements so far; of equal ones the last."""
    def cumprod(self, dim: Any = ..., *, dtype: Any = ..., out: Any = ..., axis: Any = ...) -> Tensor:
        """Return the running products along a dimension; of integers as int64."""
    def cumprod_(self, dim: Any = ..., *, dtype: Any = ..., axis: Any = ...) -> Tensor:
        """In-place form of `cumprod`: writes the result into `input` and returns it."""
    def cumsum(self, dim: Any = ..., *, dtype: Any = ..., out: Any = ..., axis: Any = ...) -> Tensor:
        """Return the running sums along a dimension; of integers as int64."""
    def cumsum_(self, dim: Any = ..., *, dtype: Any = ..., axis: Any = ...) -> Tensor:
        """In-place form of `cumsum`: writes the result into `input` and returns it."""
    def data_ptr(self) -> _int:
        """Return the address of the first element (0 when there is none)."""
    def deg2rad(self, *, out: Any = ...) -> Tensor:
        """Return degrees in radians."""
    def deg2rad_(self) -> Tensor:
        """In-place form of `deg2rad`: writes the result into `input` and returns it."""
    def dense_dim(self) -> Tensor:
        """Return how many dimensions are dense."""
    def det(self) -> Tensor:
        """Return `linalg.det(input)`."""
    def detach(self) -> Tensor:
        """Return a tensor of the same memory outside the graph; a write to one is seen in the other."""
    def detach_(self) -> Tensor:
        """Take this tensor out of its graph in place."""
    def diag(self, diagonal: Any = ..., *, out: Any = ...) -> Tensor:
        """Return the matrix with a vector on its diagonal, or a copy of a matrix's diagonal."""
    def diag_embed(self, offset: Any = ..., dim1: Any = ..., dim2: Any = ..., *, out: Any = ...) -> Tensor:
        """Return tensors that are zero but for a diagonal of dim1 and dim2, which holds the last dimension of `input`."""
    def diagflat(self, offset: Any = ...) -> Tensor:
        """Return the matrix with the flattened input on its diagonal."""
    def diagonal(self, offset: Any = ..., dim1: Any = ..., dim2: Any = ..., *, out: Any = ...) -> Tensor:
        """Return the view of a diagonal of two dimensions, which becomes the last one."""
    def diagonal_scatter(self, src: Any, offset: Any = ..., dim1: Any = ..., dim2: Any = ..., *, out: Any = ...) -> Tensor:
        """Return a copy with a diagonal replaced by `src`."""
    def diff(self, n: Any = ..., dim: Any = ..., prepend: Any = ..., append: Any = ..., *, out: Any = ...) -> Tensor:
        """Return the n-th differences of neighbours along a dimension (of booleans the exclusive or)."""
    def digamma(self, *, out: Any = ...) -> Tensor:
        """Return the derivative of log(gamma(input)); nan at the negative integers, -inf at 0."""
    def digamma_(self) -> Tensor:
        """In-place form of `digamma`: writes the result into `input` and returns it."""
    def dim(self) -> _int:
        """Return the number of dimensions."""
    def dim_order(self, ambiguity_check: _bool = ...) -> Tensor:
        """Return the dimensions from the outermost in memory to the innermost."""
    def dist(self, other: Any, p: Any = ...) -> Tensor:
        """Return the norm of order p of input - other."""
    def div(self, other: Any, *, rounding_mode: Any = ..., out: Any = ...) -> Tensor:
        """Return input / other, in a float dtype unless rounded."""
    def div_(self, other: Any, *, rounding_mode: Any = ...) -> Tensor:
        """In-place form of `div`: writes the result into `input` and returns it."""
    def divide(self, other: Any, *, rounding_mode: Any = ..., out: Any = ...) -> Tensor:
        """Return input / other, in a float dtype unless rounded."""
    def divide_(self, other: Any, *, rounding_mode: Any = ...) -> Tensor:
        """In-place form of `div`: writes the result into `input` and returns it."""
    def dot(self, tensor: Tensor, *, out: Any = ...) -> Tensor:
        """Return the sum of the products of two vectors of the same length, a 0-d tensor."""
    def double(self, memory_format: Any = ...) -> Tensor:
        """Return the tensor as torch.float64: itself if it is so already."""
    def dsplit(self, indices_or_sections: Any) -> tuple[Tensor, ...]:
        """Return `tensor_split` along dimension 2; a number of sections must divide its size."""
    def eig(self, *args: Any, **kwargs: Any) -> Any:
        """Removed from PyTorch: raises RuntimeError, which names `torch.linalg.eig`."""
    def element_size(self) -> _int:
        """Return the bytes of one element."""
    def eq(self, other: Any, *, out: Any = ...) -> Tensor:
        """Return whether the elements are equal; nan equals nothing."""
    def eq_(self, other: Any) -> Tensor:
        """In-place form of `eq`: writes the result into `input` and returns it."""
    def equal(self, other: Any) -> _bool:
        """Return whether two tensors have the same shape and equal elements, as a bool."""
    def erf(self, *, out: Any = ...) -> Tensor:
        """Return the error function, 2/sqrt(pi) times the integral of exp(-t**2) from 0 to input."""
    def erf_(self) -> Tensor:
        """In-place form of `erf`: writes the result into `input` and returns it."""
    def erfc(self, *, out: Any = ...) -> Tensor:
        """Return 1 - erf(input), accurate where that is small."""
    def erfc_(self) -> Tensor:
        """In-place form of `erfc`: writes the result into `input` and returns it."""
    def erfinv(self, *, out: Any = ...) -> Tensor:
        """Return the inverse of erf: inf at 1, nan outside [-1, 1]."""
    def erfinv_(self) -> Tensor:
        """In-place form of `erfinv`: writes the result into `input` and returns it."""
    def exp(self, *, out: Any = ...) -> Tensor:
        """Return e**input."""
    def exp2(self, *, out: Any = ...) -> Tensor:
        """Return 2**input."""
    def exp2_(self) -> Tensor:
        """In-place form of `exp2`: writes the result into `input` and returns it."""
    def exp_(self) -> Tensor:
        """In-place form of `exp`: writes the result into `input` and returns it."""
    def expand(self, *size: Any, implicit: _bool = ..., **kwargs: Any) -> Tensor:
        """Return a view broadcast to the given sizes; -1 keeps a size, new dimensions come first."""
    def expand_as(self, other: Any) -> Tensor:
        """Return `input.expand(other.size())`."""
    def expm1(self, *, out: Any = ...) -> Tensor:
        """Return e**input - 1, accurate near zero."""
    def expm1_(self) -> Tensor:
        """In-place form of `expm1`: writes the result into `input` and returns it."""
    def exponential_(self, *args: Any, **kwargs: Any) -> Tensor:
        """Fill with exponential numbers of rate `lambd`, -log1p(-u) / lambd, and return the tensor."""
    def fill_(self, value: Any) -> Tensor:
        """Write a number, or the value of a 0-d tensor, into every element, and return the tensor."""
    def fill_diagonal_(self, fill_value: Any, wrap: _bool = ...) -> Tensor:
        """Store a number on the main diagonal in place; `wrap` goes on below a tall matrix's last column."""
    def fix(self, *, out: Any = ...) -> Tensor:
        """Return input without its fraction. The gradient is 0."""
    def fix_(self) -> Tensor:
        """In-place form of `trunc`: writes the result into `input` and returns it."""
    def flatten(self, start_dim: Any = ..., end_dim: Any = ...) -> Tensor:
        """Return the dimensions start_dim to end_dim as one; a view where one exists. 0-d becomes 1-d."""
    def flip(self, *dims: Any, **kwargs: Any) -> Tensor:
        """Return `torch.flip(self, dims)`."""
    def fliplr(self) -> Tensor:
        """Return the tensor with dimension 1 reversed."""
    def flipud(self) -> Tensor:
        """Return the tensor with dimension 0 reversed."""
    def float(self, memory_format: Any = ...) -> Tensor:
        """Return the tensor as torch.float32: itself if it is so already."""
    def float_power(self, exponent: Any, *, out: Any = ...) -> Tensor:
        """Return input**exponent computed in float64 (complex128 for complex operands)."""
    def float_power_(self, exponent: Any) -> Tensor:
        """In-place form of `float_power`, for float64 and complex128."""
    def floor(self, *, out: Any = ...) -> Tensor:
        """Return the largest whole number not above input. The gradient is 0."""
    def floor_(self) -> Tensor:
        """In-place form of `floor`: writes the result into `input` and returns it."""
    def floor_divide(self, other: Any, *, out: Any = ...) -> Tensor:
        """Return the quotient rounded down; integers raise for a zero divisor."""
    def floor_divide_(self, other: Any) -> Tensor:
        """In-place form of `floor_divide`: writes the result into `input` and returns it."""
    def fmax(self, other: Tensor, *, out: Any = ...) -> Tensor:
        """Return the larger of two elements; the other one where one is nan."""
    def fmin(self, other: Tensor, *, out: Any = ...) -> Tensor:
        """Return the smaller of two elements; the other one where one is nan."""
    def fmod(self, other: Any, *, out: Any = ...) -> Tensor:
        """Return input - other * trunc(input / other), which has the sign of input (C's fmod)."""
    def fmod_(self, other: Any) -> Tensor:
        """In-place form of `fmod`: writes the result into `input` and returns it."""
    def frac(self, *, out: Any = ...) -> Tensor:
        """Return input - trunc(input), which has the sign of input."""
    def frac_(self) -> Tensor:
        """In-place form of `frac`: writes the result into `input` and returns it."""
    def frexp(self, *, out: Any = ...) -> Any:
        """Split into a mantissa in (-1, -0.5] or [0.5, 1) and an int32 exponent: input = mantissa * 2**exponent."""
    def gather(self, dim: Any = ..., index: Tensor = ..., *, sparse_grad: _bool = ..., out: Any = ..., axis: Any = ...) -> Tensor:
        """Return the elements of `input` that `index` names along a dimension: out[i][j] = input[index[i][j]][j] for dim 0."""
    def gcd(self, other: Tensor, *, out: Any = ...) -> Tensor:
        """Return the greatest common divisor, not negative; gcd(0, 0) is 0."""
    def gcd_(self, other: Tensor) -> Tensor:
        """In-place form of `gcd`: writes the result into `input` and returns it."""
    def ge(self, other: Any, *, out: Any = ...) -> Tensor:
        """Return whether input >= other."""
    def ge_(self, other: Any) -> Tensor:
        """In-place form of `ge`: writes the result into `input` and returns it."""
    def geometric_(self, *args: Any, **kwargs: Any) -> Tensor:
        """Fill with the number of trials up to the first success, ceil(log(u) / log1p(-p)); return the tensor."""
    def geqrf(self, *, out: Any = ...) -> Any:
        """Return (a, tau): R in the upper triangle of `a`, Householder vectors below; see `linalg.householder_product`."""
    def ger(self, vec2: Any, *, out: Any = ...) -> Tensor:
        """Return the matrix of the products input[i] * vec2[j]."""
    def get_device(self) -> _int:
        """Return the number of the GPU the tensor is on, -1 for the CPU."""
    def greater(self, other: Any, *, out: Any = ...) -> Tensor:
        """Return whether input > other."""
    def greater_(self, other: Any) -> Tensor:
        """In-place form of `gt`: writes the result into `input` and returns it."""
    def greater_equal(self, other: Any, *, out: Any = ...) -> Tensor:
        """Return whether input >= other."""
    def greater_equal_(self, other: Any) -> Tensor:
        """In-place form of `ge`: writes the result into `input` and returns it."""
    def gt(self, other: Any, *, out: Any = ...) -> Tensor:
        """Return whether input > other."""
    def gt_(self, other: Any) -> Tensor:
        """In-place form of `gt`: writes the result into `input` and returns it."""
    def half(self, memory_format: Any = ...) -> Tensor:
        """Return the tensor as torch.float16: itself if it is so already."""
    def hardshrink(self, lambd: Any = ..., *, out: Any = ...) -> Tensor:
        """Return input where |input| > lambd (or nan), else 0."""
    def hash_tensor(self, dim: Any = ..., *, keepdim: _bool = ..., mode: Any = ..., out: Any = ...) -> Tensor:
        """Return a hash of the values: the exclusive or of their bits, floats taken in double precision."""
    def heaviside(self, values: Tensor, *, out: Any = ...) -> Tensor:
        """Return 0 where input is negative or nan, 1 where positive, and `values` where it is 0."""
    def heaviside_(self, values: Tensor) -> Tensor:
        """In-place form of `heaviside`: writes the result into `input` and returns it."""
    def histc(self, bins: Any = ..., min: Any = ..., max: Any = ..., *, out: Any = ...) -> Tensor:
        """Return the counts of elements in `bins` intervals of equal width between min and max (0, 0: the data's)."""
    def histogram(self, bins: Any, *, range: Any = ..., weight: Any = ..., density: _bool = ..., out: Any = ...) -> Any:
        """Return (hist, bin_edges): counts between edges, summed weights, or (`density`) a density."""
    def hsplit(self, indices_or_sections: Any) -> tuple[Tensor, ...]:
        """Return `tensor_split` along dimension 1; a number of sections must divide its size."""
    def hypot(self, other: Tensor, *, out: Any = ...) -> Tensor:
        """Return sqrt(input**2 + other**2) without overflow."""
    def hypot_(self, other: Tensor) -> Tensor:
        """In-place form of `hypot`: writes the result into `input` and returns it."""
    def i0(self, *, out: Any = ...) -> Tensor:
        """Return the modified Bessel function of the first kind of order 0."""
    def i0_(self) -> Tensor:
        """In-place form of `i0`: writes the result into `input` and returns it."""
    def igamma(self, other: Tensor, *, out: Any = ...) -> Tensor:
        """Return the regularised lower incomplete gamma function P(input, other); needs SciPy."""
    def igamma_(self, other: Tensor) -> Tensor:
        """In-place form of `igamma`: writes the result into `input` and returns it."""
    def igammac(self, other: Tensor, *, out: Any = ...) -> Tensor:
        """Return the regularised upper incomplete gamma function, 1 - igamma(input, other); needs SciPy."""
    def igammac_(self, other: Tensor) -> Tensor:
        """In-place form of `igammac`: writes the result into `input` and returns it."""
    def index_add(self, dim: Any = ..., index: Tensor = ..., source: Tensor = ..., *, alpha: Any = ..., out: Any = ..., axis: Any = ...) -> Tensor:
        """Return `input` with the slices of `alpha * source` added at the positions `index` of a dimension."""
    def index_add_(self, dim: Any = ..., index: Tensor = ..., source: Tensor = ..., *, alpha: Any = ..., axis: Any = ...) -> Tensor:
        """In-place form of `index_add`: writes the result into `input` and returns it."""
    def index_copy(self, dim: Any = ..., index: Tensor = ..., source: Tensor = ..., *, out: Any = ..., axis: Any = ...) -> Tensor:
        """Return `input` with the positions `index` of a dimension replaced by the slices of `source`."""
    def index_copy_(self, dim: Any = ..., index: Tensor = ..., source: Tensor = ..., *, axis: Any = ...) -> Tensor:
        """In-place form of `index_copy`: writes the result into `input` and returns it."""
    def index_fill(self, dim: Any, index: Any, value: Any, *, out: Any = ...) -> Tensor:
        """Return `input` with a number (or a 0-d tensor) at the positions `index` of a dimension."""
    def index_fill_(self, dim: Any, index: Any, value: Any) -> Tensor:
        """In-place form of `index_fill`."""
    def index_put(self, indices: Any, values: Any, accumulate: _bool = ...) -> Tensor:
        """Return `input` with `values` stored (or added, without loss of repeated places) at `indices`, a tuple of tensors."""
    def index_put_(self, indices: Any, values: Any, accumulate: _bool = ...) -> Tensor:
        """In-place form of `index_put`."""
    def index_reduce(self, dim: Any = ..., index: Tensor = ..., source: Tensor = ..., reduce: Any = ..., *, include_self: _bool = ..., out: Any = ..., axis: Any = ...) -> Tensor:
        """Return `input` with the slices of `source` combined at the positions `index` of a dimension."""
    def index_reduce_(self, dim: Any = ..., index: Tensor = ..., source: Tensor = ..., reduce: Any = ..., *, include_self: _bool = ..., axis: Any = ...) -> Tensor:
        """In-place form of `index_reduce`: writes the result into `input` and returns it."""
    def index_select(self, dim: Any = ..., index: Tensor = ..., *, out: Any = ..., axis: Any = ...) -> Tensor:
        """Return the positions `index` (a vector, or one number) of a dimension, in that order."""
    def indices(self) -> Tensor:
        """Return the places (sparse_dim, nnz) of a coalesced sparse tensor."""
    def inner(self, other: Tensor, *, out: Any = ...) -> Tensor:
        """Return the sums of products over the last dimension of both: shape input.shape[:-1] + other.shape[:-1]."""
    def int(self, memory_format: Any = ...) -> Tensor:
        """Return the tensor as torch.int32: itself if it is so already."""
    def inverse(self, *, out: Any = ...) -> Tensor:
        """Return `linalg.inv(input)`."""
    def is_coalesced(self) -> Tensor:
        """Whether a sparse tensor's places are known to be in order and to occur once."""
    def is_complex(self) -> _bool:
        """Whether the dtype is a complex one."""
    def is_conj(self) -> _bool:
        """Return whether a conjugation is pending, which it never is here."""
    def is_contiguous(self, memory_format: Any = ...) -> _bool:
        """Whether the elements lie in order and without gaps, as the memory format asks."""
    def is_floating_point(self) -> _bool:
        """Whether the dtype is a floating one."""
    def is_inference(self) -> _bool:
        """Whether the tensor was made in inference mode."""
    @property
    def is_ipu(self) -> Any: ...
    @property
    def is_maia(self) -> Any: ...
    @property
    def is_meta(self) -> Any: ...
    @property
    def is_mkldnn(self) -> Any: ...
    @property
    def is_mps(self) -> Any: ...
    @property
    def is_mtia(self) -> Any: ...
    def is_neg(self) -> _bool:
        """Return whether a negation is pending, which it never is here."""
    @property
    def is_nested(self) -> Any: ...
    def is_nonzero(self) -> _bool:
        """Whether the only element is not zero; RuntimeError for any other number of elements."""
    def is_pinned(self, device: Any = ...) -> _bool:
        """Whether the memory is page-locked for a GPU: never here."""
    @property
    def is_quantized(self) -> Any: ...
    def is_same_size(self, other: Any) -> _bool:
        """Whether two tensors have the same shape."""
    def is_set_to(self, tensor: Any) -> _bool:
        """Whether two tensors look at the same memory with the same sizes and strides."""
    def is_shared(self) -> _bool:
        """Whether the memory is shared between processes: after `share_memory_`, and always on a GPU."""
    def is_signed(self) -> _bool:
        """Whether the dtype has negative numbers."""
    @property
    def is_sparse(self) -> Any: ...
    @property
    def is_sparse_csr(self) -> Any: ...
    @property
    def is_vulkan(self) -> Any: ...
    @property
    def is_xla(self) -> Any: ...
    @property
    def is_xpu(self) -> Any: ...
    def isclose(self, other: Tensor, rtol: Any = ..., atol: Any = ..., equal_nan: _bool = ..., *, out: Any = ...) -> Tensor:
        """Return whether |input - other| <= atol + rtol * |other|."""
    def isfinite(self, *, out: Any = ...) -> Tensor:
        """Return whether each element is neither infinite nor nan."""
    def isinf(self, *, out: Any = ...) -> Tensor:
        """Return whether each element is inf or -inf (for complex ones: a part of it is)."""
    def isnan(self, *, out: Any = ...) -> Tensor:
        """Return whether each element is not a number (for complex ones: a part of it is not)."""
    def isneginf(self, *, out: Any = ...) -> Tensor:
        """Return whether each element is -inf."""
    def isposinf(self, *, out: Any = ...) -> Tensor:
        """Return whether each element is inf."""
    def isreal(self, *, out: Any = ...) -> Tensor:
        """Return whether each element has no imaginary part; always true for real dtypes."""
    def istft(self, n_fft: Any, hop_length: Any = ..., win_length: Any = ..., window: Any = ..., center: _bool = ..., normalized: _bool = ..., onesided: Any = ..., length: Any = ..., return_complex: _bool = ...) -> Tensor:
        """Return the signal of short-time Fourier transforms: the inverse of `stft`, by least squares."""
    def item(self) -> Any:
        """Return the value of a tensor of one element as a Python number."""
    def kron(self, other: Any, *, out: Any = ...) -> Tensor:
        """Return the Kronecker product: every element of `input` times all of `other`, as blocks."""
    def kthvalue(self, k: Any, dim: Any = ..., keepdim: _bool = ..., *, out: Any = ..., axis: Any = ..., keepdims: Any = ...) -> Any:
        """Return (value, index) of the k-th smallest element along a dimension; k counts from 1."""
    def lcm(self, other: Tensor, *, out: Any = ...) -> Tensor:
        """Return the least common multiple, not negative; 0 where one of them is 0."""
    def lcm_(self, other: Tensor) -> Tensor:
        """In-place form of `lcm`: writes the result into `input` and returns it."""
    def ldexp(self, other: Tensor, *, out: Any = ...) -> Tensor:
        """Return input * 2**other."""
    def ldexp_(self, other: Tensor) -> Tensor:
        """In-place form of `ldexp`: writes the result into `input` and returns it."""
    def le(self, other: Any, *, out: Any = ...) -> Tensor:
        """Return whether input <= other."""
    def le_(self, other: Any) -> Tensor:
        """In-place form of `le`: writes the result into `input` and returns it."""
    def lerp(self, end: Any, weight: Any, *, out: Any = ...) -> Tensor:
        """Return input + weight * (end - input); exact at both ends."""
    def lerp_(self, end: Any, weight: Any) -> Tensor:
        """In-place form of `lerp`: writes the result into `input` and returns it."""
    def less(self, other: Any, *, out: Any = ...) -> Tensor:
        """Return whether input < other."""
    def less_(self, other: Any) -> Tensor:
        """In-place form of `lt`: writes the result into `input` and returns it."""
    def less_equal(self, other: Any, *, out: Any = ...) -> Tensor:
        """Return whether input <= other."""
    def less_equal_(self, other: Any) -> Tensor:
        """In-place form of `le`: writes the result into `input` and returns it."""
    def lgamma(self, *, out: Any = ...) -> Tensor:
        """Return log|gamma(input)|; inf at 0 and the negative integers. Also `torch.special.gammaln`."""
    def lgamma_(self) -> Tensor:
        """In-place form of `lgamma`: writes the result into `input` and returns it."""
    def log(self, *, out: Any = ...) -> Tensor:
        """Return the natural logarithm; -inf at 0, nan below."""
    def log10(self, *, out: Any = ...) -> Tensor:
        """Return the logarithm to base 10."""
    def log10_(self) -> Tensor:
        """In-place form of `log10`: writes the result into `input` and returns it."""
    def log1p(self, *, out: Any = ...) -> Tensor:
        """Return log(1 + input), accurate near zero."""
    def log1p_(self) -> Tensor:
        """In-place form of `log1p`: writes the result into `input` and returns it."""
    def log2(self, *, out: Any = ...) -> Tensor:
        """Return the logarithm to base 2."""
    def log2_(self) -> Tensor:
        """In-place form of `log2`: writes the result into `input` and returns it."""
    def log_(self) -> Tensor:
        """In-place form of `log`: writes the result into `input` and returns it."""
    def log_normal_(self, *args: Any, **kwargs: Any) -> Tensor:
        """Fill with exp of normal numbers of this mean and std, and return the tensor."""
    def log_softmax(self, dim: Any = ..., dtype: Any = ..., *, out: Any = ..., axis: Any = ...) -> Tensor:
        """Return log(softmax(input, dim)) without loss of accuracy."""
    def logaddexp(self, other: Tensor, *, out: Any = ...) -> Tensor:
        """Return log(exp(input) + exp(other)) without overflow."""
    def logaddexp2(self, other: Tensor, *, out: Any = ...) -> Tensor:
        """Return log2(2**input + 2**other) without overflow."""
    def logcumsumexp(self, dim: Any = ..., *, out: Any = ..., axis: Any = ...) -> Tensor:
        """Return log(cumsum(exp(input), dim)) without overflow."""
    def logdet(self) -> Tensor:
        """Return the logarithm of the determinants: -inf where they are zero, nan where negative."""
    def logical_and(self, other: Tensor, *, out: Any = ...) -> Tensor:
        """Return whether both elements are nonzero."""
    def logical_and_(self, other: Tensor) -> Tensor:
        """In-place form of `logical_and`: writes the result into `input` and returns it."""
    def logical_not(self, *, out: Any = ...) -> Tensor:
        """Return whether the element is zero."""
    def logical_not_(self) -> Tensor:
        """In-place form of `logical_not`: writes the result into `input` and returns it."""
    def logical_or(self, other: Tensor, *, out: Any = ...) -> Tensor:
        """Return whether at least one of the elements is nonzero."""
    def logical_or_(self, other: Tensor) -> Tensor:
        """In-place form of `logical_or`: writes the result into `input` and returns it."""
    def logical_xor(self, other: Tensor, *, out: Any = ...) -> Tensor:
        """Return whether exactly one of the elements is nonzero."""
    def logical_xor_(self, other: Tensor) -> Tensor:
        """In-place form of `logical_xor`: writes the result into `input` and returns it."""
    def logit(self, eps: Any = ..., *, out: Any = ...) -> Tensor:
        """Return log(x / (1 - x)), the inverse of sigmoid."""
    def logit_(self, eps: Any = ...) -> Tensor:
        """In-place form of `logit`: writes the result into `input` and returns it."""
    def logsumexp(self, dim: Any = ..., keepdim: _bool = ..., *, out: Any = ..., axis: Any = ..., keepdims: Any = ...) -> Tensor:
        """Return log(sum(exp(input), dim)) without overflow; -inf of no elements."""
    def long(self, memory_format: Any = ...) -> Tensor:
        """Return the tensor as torch.int64: itself if it is so already."""
    def lstsq(self, *args: Any, **kwargs: Any) -> Any:
        """Removed from PyTorch: raises RuntimeError, which names `torch.linalg.lstsq`."""
    def lt(self, other: Any, *, out: Any = ...) -> Tensor:
        """Return whether input < other."""
    def lt_(self, other: Any) -> Tensor:
        """In-place form of `lt`: writes the result into `input` and returns it."""
    def lu(self, pivot: _bool = ..., get_infos: _bool = ..., out: Any = ...) -> Any:
        """Return (LU, pivots) or (LU, pivots, info) (deprecated: use `linalg.lu_factor`)."""
    def map2_(self, tensor1: Any, tensor2: Any, callable: Any) -> Tensor:
        """Replace each element x by `callable(x, y, z)`, y and z from other tensors, which broadcast."""
    def map_(self, tensor: Any, callable: Any) -> Any:
        """Replace each element x by `callable(x, y)`, y from another tensor, which broadcasts."""
    def masked_fill(self, mask: Any, value: Any, *, out: Any = ...) -> Tensor:
        """Return input with `value` where the mask is true."""
    def masked_fill_(self, mask: Any, value: Any) -> Tensor:
        """In-place form of `masked_fill`: writes the result into `input` and returns it."""
    def masked_scatter(self, mask: Any, source: Any) -> Tensor:
        """Return `input` with the elements of `source`, in order, where a boolean mask is true; the first two broadcast."""
    def masked_scatter_(self, mask: Any, source: Any) -> Tensor:
        """In-place form of `masked_scatter`."""
    def masked_select(self, mask: Any, *, out: Any = ...) -> Tensor:
        """Return the elements where a boolean mask is true, in one dimension; the two broadcast."""
    def matmul(self, other: Tensor, *, out: Any = ...) -> Tensor:
        """Return the matrix product of two tensors, broadcast over leading dimensions."""
    def matrix_exp(self) -> Tensor:
        """Return `linalg.matrix_exp(input)`."""
    def matrix_power(self, n: Any, *, out: Any = ...) -> Tensor:
        """Return the n-th power of square matrices, by repeated squaring; negative powers invert first."""
    def max(self, dim: Any = ..., keepdim: _bool = ..., *, other: Any = ..., out: Any = ...) -> Any:
        """Return the largest element, the largest along a dimension, or the larger of two."""
    def maximum(self, other: Tensor, *, out: Any = ...) -> Tensor:
        """Return the larger of two elements; nan if one is nan. The gradient of a tie is shared equally."""
    def mean(self, dim: Any = ..., keepdim: _bool = ..., *, dtype: Any = ..., out: Any = ..., axis: Any = ..., keepdims: Any = ...) -> Tensor:
        """Return the mean; nan of no elements. Integers need a floating `dtype`."""
    def median(self, dim: Any = ..., keepdim: _bool = ..., *, out: Any = ...) -> Any:
        """Return the median, the lower one of two; nan if there is one."""
    def min(self, dim: Any = ..., keepdim: _bool = ..., *, other: Any = ..., out: Any = ...) -> Any:
        """Return the smallest element, the smallest along a dimension, or the smaller of two; see `max`."""
    def minimum(self, other: Tensor, *, out: Any = ...) -> Tensor:
        """Return the smaller of two elements; nan if one is nan. The gradient of a tie is shared equally."""
    def mm(self, mat2: Tensor, *, out: Any = ...) -> Tensor:
        """Return the matrix product of two matrices, without broadcasting."""
    def mode(self, dim: Any = ..., keepdim: _bool = ..., *, out: Any = ..., axis: Any = ..., keepdims: Any = ...) -> Any:
        """Return the named tuple (values, indices) of the most frequent elements along a dimension."""
    def moveaxis(self, source: Any, destination: Any) -> Tensor:
        """Return a view with dimension(s) `source` moved to the position(s) `destination`; the rest keep their order."""
    def movedim(self, source: Any, destination: Any) -> Tensor:
        """Return a view with dimension(s) `source` moved to the position(s) `destination`; the rest keep their order."""
    def msort(self, *, out: Any = ...) -> Tensor:
        """Return the values in ascending order along dimension 0."""
    def mul(self, other: Any, *, out: Any = ...) -> Tensor:
        """Return input * other."""
    def mul_(self, other: Any) -> Tensor:
        """In-place form of `mul`: writes the result into `input` and returns it."""
    def multinomial(self, num_samples: Any, replacement: _bool = ..., *, generator: Any = ..., out: Any = ...) -> Tensor:
        """Return indices drawn with the weights in each row of the input, int64."""
    def multiply(self, other: Any, *, out: Any = ...) -> Tensor:
        """Return input * other."""
    def multiply_(self, other: Any) -> Tensor:
        """In-place form of `mul`: writes the result into `input` and returns it."""
    def mv(self, vec: Tensor, *, out: Any = ...) -> Tensor:
        """Return the product of a matrix (n, m) and a vector (m), of shape (n)."""
    def mvlgamma(self, p: Any, *, out: Any = ...) -> Tensor:
        """Return the log of the multivariate gamma function of dimension p."""
    def mvlgamma_(self, p: Any) -> Tensor:
        """In-place form of `mvlgamma`: writes the result into `input` and returns it."""
    def nan_to_num(self, nan: Any = ..., posinf: Any = ..., neginf: Any = ..., *, out: Any = ...) -> Tensor:
        """Replace nan by `nan` (0), inf by `posinf` (the largest finite number), -inf by `neginf` (the smallest)."""
    def nan_to_num_(self, nan: Any = ..., posinf: Any = ..., neginf: Any = ...) -> Tensor:
        """In-place form of `nan_to_num`: writes the result into `input` and returns it."""
    def nanmean(self, dim: Any = ..., keepdim: _bool = ..., *, dtype: Any = ..., out: Any = ...) -> Tensor:
        """Return the mean of the elements that are not nan; nan where there are none."""
    def nanmedian(self, dim: Any = ..., keepdim: _bool = ..., *, out: Any = ...) -> Any:
        """Return the median of the elements that are not nan; see `median`."""
    def nanquantile(self, q: Any, dim: Any = ..., keepdim: _bool = ..., *, interpolation: Any = ..., out: Any = ...) -> Tensor:
        """Return the quantiles of the elements that are not nan; see `quantile`."""
    def nansum(self, dim: Any = ..., keepdim: _bool = ..., *, dtype: Any = ..., out: Any = ..., axis: Any = ..., keepdims: Any = ...) -> Tensor:
        """Return the sum with nan counted as 0."""
    def narrow(self, dim: Any, start: Any, length: Any) -> Tensor:
        """Return the view of `length` positions of a dimension from `start` (an int or a 0-d tensor)."""
    def narrow_copy(self, *args: Any, out: Any = ..., **kwargs: Any) -> Tensor:
        """Return a copy of `narrow(input, ...)`."""
    def ndimension(self) -> _int:
        """Return the number of dimensions."""
    def ne(self, other: Any, *, out: Any = ...) -> Tensor:
        """Return whether the elements differ."""
    def ne_(self, other: Any) -> Tensor:
        """In-place form of `ne`: writes the result into `input` and returns it."""
    def neg(self, *, out: Any = ...) -> Tensor:
        """Return -input; booleans are refused."""
    def neg_(self) -> Tensor:
        """In-place form of `neg`: writes the result into `input` and returns it."""
    def negative(self, *, out: Any = ...) -> Tensor:
        """Return -input; booleans are refused."""
    def negative_(self) -> Tensor:
        """In-place form of `neg`: writes the result into `input` and returns it."""
    def nelement(self) -> _int:
        """Return the number of elements."""
    def new(self, *args: Any, **kwargs: Any) -> Tensor:
        """Return a tensor of this one's dtype by the rules of `Tensor(...)`. Prefer the `new_*` methods."""
    def new_empty(self, *args: Any, size: Any = ..., dtype: Any = ..., layout: Any = ..., device: Any = ..., pin_memory: _bool = ..., requires_grad: _bool = ...) -> Tensor:
        """Return `torch.empty(*size)` with this tensor's dtype and device."""
    def new_empty_strided(self, size: Any, stride: Any, *, dtype: Any = ..., layout: Any = ..., device: Any = ..., pin_memory: _bool = ..., requires_grad: _bool = ...) -> Tensor:
        """Return `torch.empty_strided(size, stride)` with this tensor's dtype and device."""
    def new_full(self, size: Any, fill_value: Any, *, dtype: Any = ..., layout: Any = ..., device: Any = ..., pin_memory: _bool = ..., requires_grad: _bool = ...) -> Tensor:
        """Return `torch.full(size, fill_value)` with this tensor's dtype and device."""
    def new_ones(self, *args: Any, size: Any = ..., dtype: Any = ..., layout: Any = ..., device: Any = ..., pin_memory: _bool = ..., requires_grad: _bool = ...) -> Tensor:
        """Return `torch.ones(*size)` with this tensor's dtype and device."""
    def new_tensor(self, data: Any, *, dtype: Any = ..., device: Any = ..., requires_grad: _bool = ..., layout: Any = ..., pin_memory: _bool = ...) -> Tensor:
        """Return a copy of the data with this tensor's dtype and device where none is given."""
    def new_zeros(self, *args: Any, size: Any = ..., dtype: Any = ..., layout: Any = ..., device: Any = ..., pin_memory: _bool = ..., requires_grad: _bool = ...) -> Tensor:
        """Return `torch.zeros(*size)` with this tensor's dtype and device."""
    def nextafter(self, other: Tensor, *, out: Any = ...) -> Tensor:
        """Return the next representable number after input towards other."""
    def nextafter_(self, other: Tensor) -> Tensor:
        """In-place form of `nextafter`: writes the result into `input` and returns it."""
    def nonzero(self, *, out: Any = ..., as_tuple: _bool = ...) -> Any:
        """Return the positions of the elements that are not zero: one row each, or (`as_tuple`) a vector a dimension."""
    def nonzero_static(self, *, size: Any, fill_value: Any = ...) -> Any:
        """Return the first `size` rows of `nonzero`, with rows of `fill_value` where there are fewer."""
    def norm(self, p: Any = ..., dim: Any = ..., keepdim: _bool = ..., out: Any = ..., dtype: Any = ...) -> Tensor:
        """Return the norm of the elements over `dim` (all by default)."""
    def normal_(self, *args: Any, **kwargs: Any) -> Tensor:
        """Fill with normal numbers and return the tensor."""
    def not_equal(self, other: Any, *, out: Any = ...) -> Tensor:
        """Return whether the elements differ."""
    def not_equal_(self, other: Any) -> Tensor:
        """In-place form of `ne`: writes the result into `input` and returns it."""
    def numel(self) -> _int:
        """Return the number of elements."""
    def numpy(self, *, force: _bool = ...) -> Any:
        """Return a NumPy array that shares the tensor's memory."""
    def orgqr(self, tau: Any, *, out: Any = ...) -> Tensor:
        """Return `linalg.householder_product(input, tau)`."""
    def ormqr(self, tau: Any, other: Any, left: _bool = ..., transpose: _bool = ..., *, out: Any = ...) -> Tensor:
        """Return Q other (left) or other Q, or with Q^H (transpose), for Q given by Householder vectors."""
    def outer(self, vec2: Any, *, out: Any = ...) -> Tensor:
        """Return the matrix of the products input[i] * vec2[j]."""
    def permute(self, *dims: Any, **kwargs: Any) -> Tensor:
        """Return `torch.permute(self, dims)`."""
    def pin_memory(self, device: Any = ...) -> Tensor:
        """Return the tensor in page-locked memory; RuntimeError without a GPU."""
    def pinverse(self, rcond: Any = ...) -> Tensor:
        """Return `linalg.pinv(input, rcond)`."""
    def polygamma(self, n: Any) -> Tensor:
        """Return the n-th derivative of digamma(input), n being an int >= 0."""
    def polygamma_(self, n: Any) -> Tensor:
        """In-place form of `polygamma`."""
    def positive(self) -> Tensor:
        """Return input itself; booleans are refused."""
    def pow(self, exponent: Any, *, out: Any = ...) -> Tensor:
        """Return input**exponent."""
    def pow_(self, exponent: Any) -> Tensor:
        """In-place form of `pow`: writes the result into `input` and returns it."""
    def prelu(self, weight: Any) -> Tensor:
        """Return input where positive, else weight * input, with a learnable weight."""
    def prod(self, dim: Any = ..., keepdim: _bool = ..., *, dtype: Any = ..., out: Any = ..., axis: Any = ..., keepdims: Any = ...) -> Tensor:
        """Return the product, over all elements or along one dimension; of integers as int64."""
    def put(self, index: Tensor, source: Tensor, accumulate: _bool = ..., *, out: Any = ...) -> Tensor:
        """Return `input` with `source` stored (or added) at flat positions; negative ones count from the end."""
    def put_(self, index: Tensor, source: Tensor, accumulate: _bool = ...) -> Tensor:
        """In-place form of `put`: writes the result into `input` and returns it."""
    def qr(self, some: _bool = ..., *, out: Any = ...) -> Any:
        """Return `linalg.qr` (deprecated), reduced or, with some=False, complete."""
    def quantile(self, q: Any, dim: Any = ..., keepdim: _bool = ..., *, interpolation: Any = ..., out: Any = ...) -> Tensor:
        """Return the quantiles of the elements, over all or along a dimension; nan where there is a nan."""
    def rad2deg(self, *, out: Any = ...) -> Tensor:
        """Return radians in degrees."""
    def rad2deg_(self) -> Tensor:
        """In-place form of `rad2deg`: writes the result into `input` and returns it."""
    def random_(self, *args: Any, **kwargs: Any) -> Tensor:
        """Fill with whole numbers and return the tensor: `random_()`, `random_(to)` or `random_(from, to)`."""
    def ravel(self) -> Tensor:
        """Return the elements in one dimension, a view where one exists."""
    def reciprocal(self, *, out: Any = ...) -> Tensor:
        """Return 1 / input; inf at 0."""
    def reciprocal_(self) -> Tensor:
        """In-place form of `reciprocal`: writes the result into `input` and returns it."""
    def record_stream(self, stream: Any) -> Tensor:
        """Keep the memory until a stream's work is done: on the CPU it is, so only the stream's kind is looked at."""
    def register_hook(self, hook: Any) -> Any:
        """Call `hook(grad)` when the gradient of this tensor is computed; it may return another."""
    def register_post_accumulate_grad_hook(self, hook: Any) -> Any:
        """Call `hook(param)` after the gradient of this leaf was accumulated."""
    def relu(self, *, out: Any = ...) -> Tensor:
        """Return max(input, 0); nan stays. The gradient at 0 is 0."""
    def relu_(self) -> Tensor:
        """In-place form of `relu`: writes the result into `input` and returns it."""
    def remainder(self, other: Any, *, out: Any = ...) -> Tensor:
        """Return input - other * floor(input / other), which has the sign of other (Python's %); a zero has that of input."""
    def remainder_(self, other: Any) -> Tensor:
        """In-place form of `remainder`: writes the result into `input` and returns it."""
    def renorm(self, p: Any, dim: Any, maxnorm: Any, *, out: Any = ...) -> Tensor:
        """Return input with the slices along `dim` whose norm of order p exceeds `maxnorm` scaled down to it."""
    def renorm_(self, p: Any, dim: Any, maxnorm: Any) -> Tensor:
        """In-place form of `renorm`."""
    def repeat(self, *repeats: Any, **kwargs: Any) -> Tensor:
        """Return the tensor repeated `repeats[k]` times along dimension k; extra counts add leading dimensions."""
    def repeat_interleave(self, repeats: Any = ..., dim: Any = ..., *, output_size: Any = ...) -> Tensor:
        """Return each element (or each position of `dim`) repeated: `repeats` times, or `repeats[k]` times."""
    def requires_grad_(self, requires_grad: _bool = ...) -> Tensor:
        """Set whether gradients are recorded for this leaf, and return it."""
    def reshape(self, *shape: Any, **kwargs: Any) -> Tensor:
        """Return `torch.reshape(self, shape)`."""
    def reshape_as(self, other: Any) -> Tensor:
        """Return `input.reshape(other.shape)`."""
    def resize(self, *sizes: Any) -> Tensor:
        """Return the tensor with other sizes but the same number of elements (deprecated: use `reshape`)."""
    def resize_(self, *sizes: Any, memory_format: Any = ...) -> Tensor:
        """Change the sizes in place; elements keep their order in memory, new ones are uninitialised."""
    def resize_as(self, tensor: Any) -> Tensor:
        """Return `resize` to the sizes of another tensor (deprecated)."""
    def resize_as_(self, the_template: Any, *, memory_format: Any = ...) -> Tensor:
        """Change the sizes in place to those of another tensor."""
    def resolve_conj(self) -> Tensor:
        """Return input: conjugation is never pending here."""
    def resolve_neg(self) -> Tensor:
        """Return input: negation is never pending here."""
    def retain_grad(self) -> None:
        """Keep the gradient of this non-leaf in `.grad` during backward."""
    @property
    def retains_grad(self) -> Any: ...
    def roll(self, shifts: Any, dims: Any = ..., *, out: Any = ...) -> Tensor:
        """Return the elements shifted along dimensions, around the end; without `dims`, of the flattened tensor."""
    def rot90(self, k: Any = ..., dims: Any = ..., *, out: Any = ...) -> Tensor:
        """Return the tensor rotated by k quarter turns in the plane of two dimensions, from the first to the second."""
    def round(self, *, decimals: Any = ..., out: Any = ...) -> Tensor:
        """Round to the nearest number of `decimals` decimals, halves to the even one. The gradient is 0."""
    def round_(self, *, decimals: Any = ...) -> Tensor:
        """In-place form of `round`: writes the result into `input` and returns it."""
    def row_indices(self) -> Tensor:
        """Return the row_indices of a compressed sparse matrix."""
    def rsqrt(self, *, out: Any = ...) -> Tensor:
        """Return 1 / sqrt(input); inf at 0, nan below."""
    def rsqrt_(self) -> Tensor:
        """In-place form of `rsqrt`: writes the result into `input` and returns it."""
    def rsub(self, other: Any, *, alpha: Any = ..., out: Any = ...) -> Tensor:
        """Return other - alpha * input."""
    def scatter(self, dim: Any, index: Any, src: Any = ..., *, value: Any = ..., reduce: Any = ..., out: Any = ...) -> Tensor:
        """Return a copy with elements of `src` (or a number) stored where `index` says: out[index[i][j]][j] = src[i][j] for dim 0."""
    def scatter_(self, dim: Any, index: Any, src: Any = ..., *, value: Any = ..., reduce: Any = ...) -> Tensor:
        """In-place form of `scatter`."""
    def scatter_add(self, dim: Any = ..., index: Tensor = ..., src: Tensor = ..., *, out: Any = ..., axis: Any = ...) -> Tensor:
        """Return `input` with the elements of `src` added where `index` says; see `scatter`."""
    def scatter_add_(self, dim: Any = ..., index: Tensor = ..., src: Tensor = ..., *, axis: Any = ...) -> Tensor:
        """In-place form of `scatter_add`: writes the result into `input` and returns it."""
    def scatter_reduce(self, dim: Any = ..., index: Tensor = ..., src: Tensor = ..., reduce: Any = ..., *, include_self: _bool = ..., out: Any = ..., axis: Any = ...) -> Tensor:
        """Return `input` with the elements of `src` combined where `index` says; see `scatter`."""
    def scatter_reduce_(self, dim: Any = ..., index: Tensor = ..., src: Tensor = ..., reduce: Any = ..., *, include_self: _bool = ..., axis: Any = ...) -> Tensor:
        """In-place form of `scatter_reduce`: writes the result into `input` and returns it."""
    def select(self, dim: Any = ..., index: Any = ..., *, out: Any = ..., axis: Any = ...) -> Tensor:
        """Return the view of position `index` of dimension `dim`, without that dimension."""
    def select_scatter(self, src: Any, dim: Any, index: Any, *, out: Any = ...) -> Tensor:
        """Return a copy with position `index` of a dimension replaced by `src`."""
    def set_(self, source: Any = ..., storage_offset: Any = ..., size: Any = ..., stride: Any = ...) -> Tensor:
        """Make the tensor share memory, sizes and strides with `source`: a tensor, a storage, or nothing."""
    def sgn(self, *, out: Any = ...) -> Tensor:
        """Return input / |input|, and 0 at 0: the sign, or the direction of a complex number."""
    def sgn_(self) -> Tensor:
        """In-place form of `sgn`: writes the result into `input` and returns it."""
    def share_memory_(self) -> Tensor:
        """Move the tensor's memory to where other processes can map it, and return the tensor."""
    def short(self, memory_format: Any = ...) -> Tensor:
        """Return the tensor as torch.int16: itself if it is so already."""
    def sigmoid(self, *, out: Any = ...) -> Tensor:
        """Return 1 / (1 + exp(-input)), in (0, 1); also `torch.special.expit`."""
    def sigmoid_(self) -> Tensor:
        """In-place form of `sigmoid`: writes the result into `input` and returns it."""
    def sign(self, *, out: Any = ...) -> Tensor:
        """Return -1, 0 or 1, and 0 for nan; booleans stay as they are. The gradient is 0."""
    def sign_(self) -> Tensor:
        """In-place form of `sign`: writes the result into `input` and returns it."""
    def signbit(self, *, out: Any = ...) -> Tensor:
        """Return whether the sign bit is set, as it is for -0."""
    def sin(self, *, out: Any = ...) -> Tensor:
        """Return the sine of an angle in radians."""
    def sin_(self) -> Tensor:
        """In-place form of `sin`: writes the result into `input` and returns it."""
    def sinc(self, *, out: Any = ...) -> Tensor:
        """Return sin(pi x) / (pi x), and 1 at x = 0."""
    def sinc_(self) -> Tensor:
        """In-place form of `sinc`: writes the result into `input` and returns it."""
    def sinh(self, *, out: Any = ...) -> Tensor:
        """Return the hyperbolic sine."""
    def sinh_(self) -> Tensor:
        """In-place form of `sinh`: writes the result into `input` and returns it."""
    def size(self, dim: Any = ...) -> Any:
        """Return the sizes as a `torch.Size`, or the size of one dimension."""
    def slice_scatter(self, src: Any, dim: Any = ..., start: Any = ..., end: Any = ..., step: Any = ..., *, out: Any = ...) -> Tensor:
        """Return a copy with `input[start:end:step]` along a dimension replaced by `src`."""
    def slogdet(self) -> Any:
        """Return `linalg.slogdet(input)`."""
    def smm(self, mat2: Any) -> Tensor:
        """Return the product of two matrices of which this one is sparse."""
    def softmax(self, dim: Any = ..., dtype: Any = ..., *, out: Any = ..., axis: Any = ...) -> Tensor:
        """Return exp(input) / sum(exp(input), dim): positive numbers with sum 1 along `dim`."""
    def solve(self, *args: Any, **kwargs: Any) -> Tensor:
        """Removed from PyTorch: raises RuntimeError, which names `torch.linalg.solve`."""
    def sort(self, dim: Any = ..., descending: _bool = ..., *, stable: Any = ...) -> Any:
        """Return `torch.sort(self, dim, descending)`."""
    def sparse_dim(self) -> Tensor:
        """Return how many dimensions are sparse; 0 for a dense tensor."""
    def sparse_mask(self, mask: Any) -> Tensor:
        """Return the tensor's elements at the places of the sparse tensor `mask`."""
    def sparse_resize_(self, size: Any, sparse_dim: Any, dense_dim: Any) -> Tensor:
        """Give a sparse tensor another size, larger in no other way than its places allow; return it."""
    def sparse_resize_and_clear_(self, size: Any, sparse_dim: Any, dense_dim: Any) -> Tensor:
        """Give a sparse tensor another size and no places; return it."""
    def split(self, split_size: Any, dim: Any = ...) -> tuple[Tensor, ...]:
        """Return `torch.split(self, split_size, dim)`."""
    def split_with_sizes(self, split_sizes: Any, dim: Any = ..., *, out: Any = ..., axis: Any = ...) -> tuple[Tensor, ...]:
        """Return a tuple of views with the given sizes along a dimension."""
    def sqrt(self, *, out: Any = ...) -> Tensor:
        """Return the square root; nan below zero. The gradient at 0 is inf."""
    def sqrt_(self) -> Tensor:
        """In-place form of `sqrt`: writes the result into `input` and returns it."""
    def square(self, *, out: Any = ...) -> Tensor:
        """Return input**2; integers stay integers, booleans become int64."""
    def square_(self) -> Tensor:
        """In-place form of `square`: writes the result into `input` and returns it."""
    def squeeze(self, dim: Any = ..., *, out: Any = ..., axis: Any = ...) -> Tensor:
        """Return a view without dimensions of size 1: all of them, or `dim` (an int or a tuple) where it is one."""
    def squeeze_(self, dim: Any = ...) -> Tensor:
        """In-place form of `squeeze`."""
    def std(self, dim: Any = ..., unbiased: Any = ..., keepdim: _bool = ..., *, correction: Any = ..., out: Any = ...) -> Tensor:
        """Return the standard deviation, the square root of `var`. The gradient is 0 where it is 0."""
    def stft(self, n_fft: Any, hop_length: Any = ..., win_length: Any = ..., window: Any = ..., center: _bool = ..., pad_mode: Any = ..., normalized: _bool = ..., onesided: Any = ..., return_complex: Any = ..., align_to_window: Any = ...) -> Tensor:
        """Return the Fourier transforms of overlapping windows of a signal."""
    def storage(self) -> Any:
        """Return the tensor's memory as elements of its dtype."""
    def storage_offset(self) -> Any:
        """Return how many elements lie between the start of the storage and the first element."""
    def storage_type(self) -> Any:
        """Return the old class of the tensor's storage, such as `torch.FloatStorage`."""
    def stride(self, dim: Any = ...) -> Any:
        """Return the strides in elements, all or of one dimension."""
    def sub(self, other: Any, *, alpha: Any = ..., out: Any = ...) -> Tensor:
        """Return input - alpha * other; booleans are refused."""
    def sub_(self, other: Any, *, alpha: Any = ...) -> Tensor:
        """In-place form of `sub`: writes the result into `input` and returns it."""
    def subtract(self, other: Any, *, alpha: Any = ..., out: Any = ...) -> Tensor:
        """Return input - alpha * other; booleans are refused."""
    def subtract_(self, other: Any, *, alpha: Any = ...) -> Tensor:
        """In-place form of `sub`: writes the result into `input` and returns it."""
    def sum(self, dim: Any = ..., keepdim: _bool = ..., *, dtype: Any = ..., out: Any = ..., axis: Any = ..., keepdims: Any = ...) -> Tensor:
        """Return the sum; of integers and booleans as int64."""
    def sum_to_size(self, *size: Any) -> Tensor:
        """Return the sum over the dimensions in which `size` broadcasts to the shape; the tensor itself where none does."""
    def svd(self, some: _bool = ..., compute_uv: _bool = ..., *, out: Any = ...) -> Any:
        """Return (U, S, V) with input = U diag(S) V^H (deprecated: use `linalg.svd`)."""
    def swapaxes(self, axis0: Any, axis1: Any) -> Tensor:
        """Return `transpose(input, axis0, axis1)`."""
    def swapaxes_(self, axis0: Any, axis1: Any) -> Tensor:
        """In-place form of `swapaxes`."""
    def swapdims(self, dim0: Any, dim1: Any) -> Tensor:
        """Return `transpose(input, dim0, dim1)`."""
    def swapdims_(self, axis0: Any, axis1: Any) -> Tensor:
        """In-place form of `swapaxes`."""
    def symeig(self, *args: Any, **kwargs: Any) -> Tensor:
        """Removed from PyTorch: raises RuntimeError, which names `torch.linalg.eigh`."""
    def t(self, *, out: Any = ...) -> Tensor:
        """Return the transpose of a matrix; tensors of fewer dimensions come back as they are."""
    def t_(self) -> Tensor:
        """In-place form of `t`."""
    def take(self, index: Tensor, *, out: Any = ...) -> Tensor:
        """Return the elements of the flattened tensor at `index`, in the shape of `index`; negative ones count from the end."""
    def take_along_dim(self, indices: Any, dim: Any = ..., *, out: Any = ...) -> Tensor:
        """Return `gather` of tensors that broadcast but for `dim`; without `dim`, of the flattened tensors."""
    def tan(self, *, out: Any = ...) -> Tensor:
        """Return the tangent of an angle in radians."""
    def tan_(self) -> Tensor:
        """In-place form of `tan`: writes the result into `input` and returns it."""
    def tanh(self, *, out: Any = ...) -> Tensor:
        """Return the hyperbolic tangent, in (-1, 1)."""
    def tanh_(self) -> Tensor:
        """In-place form of `tanh`: writes the result into `input` and returns it."""
    def tensor_split(self, indices_or_sections: Any, dim: Any = ...) -> tuple[Tensor, ...]:
        """Return a tuple of views: `sections` nearly equal ones, the first ones larger, or cut at the given indices."""
    def tile(self, *dims: Any, **kwargs: Any) -> Tensor:
        """Return `torch.tile(self, dims)`."""
    def to(self, *args: Any, **kwargs: Any) -> Tensor:
        """Return the tensor with another dtype or on another device; itself when nothing changes."""
    def to_dense(self, dtype: Any = ..., *, masked_grad: Any = ...) -> Tensor:
        """Return the tensor with all its elements in memory: itself, unless it is sparse or gets another dtype."""
    def to_sparse(self, sparse_dim: Any = ..., *, layout: Any = ..., blocksize: Any = ..., dense_dim: Any = ...) -> Tensor:
        """Return the tensor with only the elements that are not zero."""
    def to_sparse_coo(self) -> Tensor:
        """Return the tensor in the layout of coordinates."""
    def to_sparse_csc(self, dense_dim: Any = ...) -> Tensor:
        """Return a matrix in the layout of compressed columns."""
    def to_sparse_csr(self, dense_dim: Any = ...) -> Tensor:
        """Return a matrix in the layout of compressed rows."""
    def tolist(self) -> Any:
        """Return the values as nested lists of Python numbers; those of a 0-d tensor as a number."""
    def topk(self, k: Any, dim: Any = ..., largest: _bool = ..., sorted: _bool = ..., *, out: Any = ..., axis: Any = ...) -> Any:
        """Return (values, indices) of the k largest or smallest elements along a dimension, in order."""
    def trace(self, *, out: Any = ...) -> Tensor:
        """Return the sum of a matrix's diagonal; integers are summed in int64."""
    def transpose(self, dim0: Any, dim1: Any, *, out: Any = ...) -> Tensor:
        """Return a view with two dimensions exchanged."""
    def transpose_(self, dim0: Any, dim1: Any) -> Tensor:
        """In-place form of `transpose`."""
    def triangular_solve(self, A: Any, upper: _bool = ..., transpose: _bool = ..., unitriangular: _bool = ..., *, out: Any = ...) -> Any:
        """Return (solution, clone of A) of A X = input for triangular A (deprecated: use `linalg.solve_triangular`)."""
    def tril(self, diagonal: Any = ..., *, out: Any = ...) -> Tensor:
        """Return the lower triangle of matrices, zero above the given diagonal (0: main, positive: above it)."""
    def tril_(self, diagonal: Any = ...) -> Tensor:
        """In-place form of `tril`: writes the result into `input` and returns it."""
    def triu(self, diagonal: Any = ..., *, out: Any = ...) -> Tensor:
        """Return the upper triangle of matrices, zero below the given diagonal (0: main, positive: above it)."""
    def triu_(self, diagonal: Any = ...) -> Tensor:
        """In-place form of `triu`: writes the result into `input` and returns it."""
    def true_divide(self, other: Any, *, out: Any = ...) -> Tensor:
        """Return input / other in a float dtype: `div` without rounding."""
    def true_divide_(self, other: Any) -> Tensor:
        """In-place form of `true_divide`."""
    def trunc(self, *, out: Any = ...) -> Tensor:
        """Return input without its fraction. The gradient is 0."""
    def trunc_(self) -> Tensor:
        """In-place form of `trunc`: writes the result into `input` and returns it."""
    def type(self, dtype: Any = ..., non_blocking: _bool = ...) -> Any:
        """Return the tensor's type name, such as 'torch.FloatTensor', or the tensor converted to a type."""
    def type_as(self, other: Any) -> Tensor:
        """Return the tensor in the dtype and on the device of another."""
    def unbind(self, dim: Any = ..., *, out: Any = ..., axis: Any = ...) -> tuple[Tensor, ...]:
        """Return a tuple of the views along a dimension, without it."""
    def unflatten(self, dim: Any, sizes: Any) -> Tensor:
        """Return `dim` split into several dimensions; one size may be -1."""
    def unfold(self, dimension: Any, size: Any, step: Any) -> Tensor:
        """Return the view of all windows of `size` along a dimension, every `step`; the window is the last dimension."""
    def uniform_(self, *args: Any, **kwargs: Any) -> Tensor:
        """Fill with uniform numbers of [from_, to) and return the tensor."""
    def unique(self, sorted: _bool = ..., return_inverse: _bool = ..., return_counts: _bool = ..., dim: Any = ...) -> Any:
        """Return the distinct elements (or slices of `dim`) in ascending order."""
    def unique_consecutive(self, return_inverse: _bool = ..., return_counts: _bool = ..., dim: Any = ...) -> Any:
        """Return the elements (or slices of `dim`) without repetitions of the one just before."""
    def unsafe_chunk(self, chunks: Any, dim: Any = ...) -> tuple[Tensor, ...]:
        """Return `chunk` as tensors that autograd does not tie to each other."""
    def unsafe_split(self, split_size: Any, dim: Any = ...) -> tuple[Tensor, ...]:
        """Return `split` as tensors that autograd does not tie to each other."""
    def unsafe_split_with_sizes(self, split_sizes: Any, dim: Any = ...) -> tuple[Tensor, ...]:
        """Return `split_with_sizes` as tensors that autograd does not tie to each other."""
    def unsqueeze(self, dim: Any = ..., *, out: Any = ..., axis: Any = ...) -> Tensor:
        """Return a view with a dimension of size 1 inserted at `dim`."""
    def unsqueeze_(self, dim: Any) -> Tensor:
        """In-place form of `unsqueeze`."""
    def untyped_storage(self) -> Any:
        """Return the tensor's memory as bytes; tensors that share memory return equal storages."""
    def values(self) -> Tensor:
        """Return the values of a coalesced sparse tensor; gradients flow through them."""
    def var(self, dim: Any = ..., unbiased: Any = ..., keepdim: _bool = ..., *, correction: Any = ..., out: Any = ...) -> Tensor:
        """Return the variance: the sum of squared distances from the mean over max(0, n - correction)."""
    def vdot(self, other: Tensor, *, out: Any = ...) -> Tensor:
        """Return `dot` with the first vector conjugated."""
    def view(self, *shape: Any, size: Any = ..., dtype: Any = ...) -> Tensor:
        """Return a view with another shape (`x.view(2, -1)`) or another dtype (`x.view(torch.int32)`)."""
    def view_as(self, other: Any) -> Tensor:
        """Return `input.view(other.size())`."""
    def view_as_complex(self, *, out: Any = ...) -> Tensor:
        """Return a complex view of pairs (real, imaginary) that lie in a last dimension of size 2."""
    def view_as_real(self, *, out: Any = ...) -> Tensor:
        """Return a real view with a last dimension of size 2: the real and the imaginary parts."""
    def vsplit(self, indices_or_sections: Any) -> tuple[Tensor, ...]:
        """Return `tensor_split` along dimension 0; a number of sections must divide its size."""
    def where(self, condition: Any, other: Any) -> Any:
        """Return elements of `input` where the condition is true and of `other` elsewhere."""
    def xlogy(self, other: Any, *, out: Any = ...) -> Tensor:
        """Return input * log(other), and 0 where input is 0 and other is not nan."""
    def xlogy_(self, other: Any) -> Tensor:
        """In-place form of `xlogy`: writes the result into `input` and returns it."""
    def zero_(self) -> Tensor:
        """Write zeros into every element, and return the tensor."""

class BFloat16Storage:
    """The old class of storages of torch.bfloat16."""
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def __getattr__(self, name: _str) -> Any: ...
class BFloat16Tensor:
    """The old constructor of CPU tensors of torch.bfloat16: of sizes, or of data."""
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def __getattr__(self, name: _str) -> Any: ...
class BoolStorage:
    """The old class of storages of torch.bool."""
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def __getattr__(self, name: _str) -> Any: ...
class BoolTensor:
    """The old constructor of CPU tensors of torch.bool: of sizes, or of data."""
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def __getattr__(self, name: _str) -> Any: ...
class ByteStorage:
    """The old class of storages of torch.uint8."""
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def __getattr__(self, name: _str) -> Any: ...
class ByteTensor:
    """The old constructor of CPU tensors of torch.uint8: of sizes, or of data."""
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def __getattr__(self, name: _str) -> Any: ...
class CharStorage:
    """The old class of storages of torch.int8."""
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def __getattr__(self, name: _str) -> Any: ...
class CharTensor:
    """The old constructor of CPU tensors of torch.int8: of sizes, or of data."""
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def __getattr__(self, name: _str) -> Any: ...
class ComplexDoubleStorage:
    """The old class of storages of torch.complex128."""
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def __getattr__(self, name: _str) -> Any: ...
class ComplexFloatStorage:
    """The old class of storages of torch.complex64."""
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def __getattr__(self, name: _str) -> Any: ...
class DoubleStorage:
    """The old class of storages of torch.float64."""
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def __getattr__(self, name: _str) -> Any: ...
class DoubleTensor:
    """The old constructor of CPU tensors of torch.float64: of sizes, or of data."""
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def __getattr__(self, name: _str) -> Any: ...
class FloatStorage:
    """The old class of storages of torch.float32."""
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def __getattr__(self, name: _str) -> Any: ...
class FloatTensor:
    """The old constructor of CPU tensors of torch.float32: of sizes, or of data."""
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def __getattr__(self, name: _str) -> Any: ...
class HalfStorage:
    """The old class of storages of torch.float16."""
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def __getattr__(self, name: _str) -> Any: ...
class HalfTensor:
    """The old constructor of CPU tensors of torch.float16: of sizes, or of data."""
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def __getattr__(self, name: _str) -> Any: ...
class IntStorage:
    """The old class of storages of torch.int32."""
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def __getattr__(self, name: _str) -> Any: ...
class IntTensor:
    """The old constructor of CPU tensors of torch.int32: of sizes, or of data."""
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def __getattr__(self, name: _str) -> Any: ...
class LongStorage:
    """The old class of storages of torch.int64."""
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def __getattr__(self, name: _str) -> Any: ...
class LongTensor:
    """The old constructor of CPU tensors of torch.int64: of sizes, or of data."""
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def __getattr__(self, name: _str) -> Any: ...
class ShortStorage:
    """The old class of storages of torch.int16."""
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def __getattr__(self, name: _str) -> Any: ...
class ShortTensor:
    """The old constructor of CPU tensors of torch.int16: of sizes, or of data."""
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def __getattr__(self, name: _str) -> Any: ...
class SymBool:
    """A truth value that PyTorch's compiler does not know yet; no object is one."""
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def __getattr__(self, name: _str) -> Any: ...
class SymFloat:
    """A number that PyTorch's compiler does not know yet; no object is one."""
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def __getattr__(self, name: _str) -> Any: ...
class SymInt:
    """An integer that PyTorch's compiler does not know yet. Here all are known: no object is one."""
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def __getattr__(self, name: _str) -> Any: ...
class TypedStorage:
    """The elements of a memory, all of one dtype."""
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def __getattr__(self, name: _str) -> Any: ...
class UntypedStorage:
    """The bytes of a memory; `UntypedStorage(n)` makes n of them, `UntypedStorage(list)` those."""
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def __getattr__(self, name: _str) -> Any: ...
def _assert(condition: Any, message: Any) -> Tensor:
    """Raise AssertionError with the message unless the condition holds."""
def _check(cond: Any, message: Any = ...) -> Tensor:
    """Raise RuntimeError with what `message()` gives unless `cond` holds."""
def _check_index(cond: Any, message: Any = ...) -> Tensor:
    """`_check` with IndexError."""
def _check_is_size(i: Any, message: Any = ..., *, max: Any = ...) -> Tensor:
    """Raise RuntimeError unless `i` can be a size: not negative, and at most `max`."""
def _check_not_implemented(cond: Any, message: Any = ...) -> Tensor:
    """`_check` with NotImplementedError."""
def _check_tensor_all(cond: Any, message: Any = ...) -> Tensor:
    """Raise RuntimeError unless every element of a boolean tensor holds."""
def _check_type(cond: Any, message: Any = ...) -> Tensor:
    """`_check` with TypeError."""
def _check_value(cond: Any, message: Any = ...) -> Tensor:
    """`_check` with ValueError."""
def _check_with(error: Any, cond: Any, message: Any = ...) -> Tensor:
    """Raise an exception of the class `error` with what `message()` gives unless `cond` holds."""
def _dirichlet_grad(x: Tensor, alpha: Tensor, total: Tensor, *, out: Any = ...) -> Tensor:
    """Return the scaled derivative of a beta number `x` with respect to its parameter `alpha`, the other one fixed."""
def _pack_padded_sequence(input: Tensor, lengths: Any, batch_first: Any) -> Tensor:
    """Return (rows of all sequences step by step, number of sequences in each step) of a padded tensor."""
def _pad_packed_sequence(data: Any, batch_sizes: Any, batch_first: Any, padding_value: Any, total_length: Any) -> Tensor:
    """Return (padded tensor, lengths) of packed rows: what `_pack_padded_sequence` was given."""
def _sample_dirichlet(input: Tensor, generator: Any = ..., *, out: Any = ...) -> Tensor:
    """Return numbers of a Dirichlet distribution along the last dimension, of the concentrations in the input."""
def _standard_gamma(input: Tensor, generator: Any = ..., *, out: Any = ...) -> Tensor:
    """Return a gamma number of scale 1 for each shape parameter in the input."""
def _standard_gamma_grad(input: Tensor, output: Tensor, *, out: Any = ...) -> Tensor:
    """Return the derivative of a gamma number `output` with respect to its shape parameter `input`."""
def _unsafe_view(input: Tensor, size: Any, *, out: Any = ...) -> Tensor:
    """Return the elements in another shape: a copy where needed. For results nobody else holds."""
def abs(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the absolute value; of a complex number its modulus, a real one."""
def abs_(input: Tensor) -> Tensor:
    """In-place form of `abs`: writes the result into `input` and returns it."""
def absolute(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the absolute value; of a complex number its modulus, a real one."""
def absolute_(input: Tensor) -> Tensor:
    """In-place form of `abs`: writes the result into `input` and returns it."""
def acos(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the angle in [0, pi] whose cosine is input; nan outside [-1, 1]."""
def acos_(input: Tensor) -> Tensor:
    """In-place form of `acos`: writes the result into `input` and returns it."""
def acosh(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the inverse hyperbolic cosine; nan below 1."""
def acosh_(input: Tensor) -> Tensor:
    """In-place form of `acosh`: writes the result into `input` and returns it."""
def adaptive_avg_pool1d(input: Tensor, output_size: Any) -> Tensor:
    """Return the means of `output_size` nearly equal parts of a (N, C, L) or (C, L) input's last dimension."""
def adaptive_max_pool1d(input: Tensor, output_size: Any) -> Any:
    """Return the maxima of nearly equal parts of the last dimension, and where they were."""
def add(input: Any, other: Any, *, alpha: Any = ..., out: Any = ...) -> Tensor:
    """Return input + alpha * other."""
def add_(input: Any, other: Any, *, alpha: Any = ...) -> Tensor:
    """In-place form of `add`: writes the result into `input` and returns it."""
def addbmm(input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Any = ..., alpha: Any = ..., out: Any = ...) -> Tensor:
    """Return `beta * input + alpha * sum_i(batch1[i] @ batch2[i])`."""
def addbmm_(input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Any = ..., alpha: Any = ...) -> Tensor:
    """In-place form of `addbmm`: writes the result into `input` and returns it."""
def addcdiv(input: Any, tensor1: Any, tensor2: Any, *, value: Any = ..., out: Any = ...) -> Tensor:
    """Return input + value * tensor1 / tensor2; two integer tensors are refused as quotient."""
def addcdiv_(input: Any, tensor1: Any, tensor2: Any, *, value: Any = ...) -> Tensor:
    """In-place form of `addcdiv`: writes the result into `input` and returns it."""
def addcmul(input: Any, tensor1: Any, tensor2: Any, *, value: Any = ..., out: Any = ...) -> Tensor:
    """Return input + value * tensor1 * tensor2."""
def addcmul_(input: Any, tensor1: Any, tensor2: Any, *, value: Any = ...) -> Tensor:
    """In-place form of `addcmul`: writes the result into `input` and returns it."""
def addmm(input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: Any = ..., alpha: Any = ..., out: Any = ...) -> Tensor:
    """Return `beta * input + alpha * (mat1 @ mat2)`; `input` broadcasts, and is not read when beta is 0."""
def addmm_(input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: Any = ..., alpha: Any = ...) -> Tensor:
    """In-place form of `addmm`: writes the result into `input` and returns it."""
def addmv(input: Tensor, mat: Tensor, vec: Tensor, *, beta: Any = ..., alpha: Any = ..., out: Any = ...) -> Tensor:
    """Return `beta * input + alpha * (mat @ vec)`."""
def addmv_(input: Tensor, mat: Tensor, vec: Tensor, *, beta: Any = ..., alpha: Any = ...) -> Tensor:
    """In-place form of `addmv`: writes the result into `input` and returns it."""
def addr(input: Any, vec1: Any, vec2: Any, *, beta: Any = ..., alpha: Any = ..., out: Any = ...) -> Tensor:
    """Return `beta * input + alpha * outer(vec1, vec2)`."""
def addr_(input: Any, vec1: Any, vec2: Any, *, beta: Any = ..., alpha: Any = ...) -> Tensor:
    """In-place form of `addr`: writes the result into `input` and returns it."""
def adjoint(input: Tensor) -> Tensor:
    """Return the tensor with its last two dimensions exchanged and its values conjugated."""
def affine_grid_generator(theta: Any, size: Any, align_corners: Any) -> Tensor:
    """Return `nn.functional.affine_grid`."""
def alias(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return a view of all of the tensor."""
def alias_copy(input: Tensor, *args: Any, out: Any = ..., **kwargs: Any) -> Tensor:
    """Return a copy of `alias(input, ...)`."""
def all(input: Tensor, dim: Any = ..., keepdim: _bool = ..., *, out: Any = ..., axis: Any = ..., keepdims: Any = ...) -> Tensor:
    """Return whether all elements are nonzero (nan is); true of none. uint8 in, uint8 out."""
def allclose(input: Tensor, other: Any, rtol: Any = ..., atol: Any = ..., equal_nan: _bool = ...) -> _bool:
    """Return whether all elements are close (see `isclose`), as a bool."""
def alpha_dropout(input: Tensor, p: Any = ..., train: Any = ...) -> Tensor:
    """Return the input with elements dropped with probability `p` if `train`: see `torch.nn.functional`."""
def alpha_dropout_(input: Tensor, p: Any = ..., train: Any = ...) -> Tensor:
    """Return the input with elements dropped with probability `p` if `train`, written into it: see `torch.nn.functional`."""
def amax(input: Tensor, dim: Any = ..., keepdim: _bool = ..., *, out: Any = ..., axis: Any = ..., keepdims: Any = ...) -> Tensor:
    """Return the largest elements over one or several dimensions; ties share the gradient."""
def amin(input: Tensor, dim: Any = ..., keepdim: _bool = ..., *, out: Any = ..., axis: Any = ..., keepdims: Any = ...) -> Tensor:
    """Return the smallest elements over one or several dimensions; ties share the gradient."""
def aminmax(input: Tensor, *, dim: Any = ..., keepdim: _bool = ..., out: Any = ..., axis: Any = ..., keepdims: Any = ...) -> Any:
    """Return the named tuple (min, max) over one dimension or all."""
def angle(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the argument of complex numbers in radians; of real ones 0, or pi where negative. nan stays."""
def any(input: Tensor, dim: Any = ..., keepdim: _bool = ..., *, out: Any = ..., axis: Any = ..., keepdims: Any = ...) -> Tensor:
    """Return whether some element is nonzero (nan is); false of none. uint8 in, uint8 out."""
def arange(*args: Any, start: Any = ..., end: Any = ..., step: Any = ..., out: Any = ..., dtype: Any = ..., layout: Any = ..., device: Any = ..., pin_memory: _bool = ..., requires_grad: _bool = ...) -> Tensor:
    """Return start, start + step, ... below end, as a 1-d tensor."""
def arccos(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the angle in [0, pi] whose cosine is input; nan outside [-1, 1]."""
def arccos_(input: Tensor) -> Tensor:
    """In-place form of `acos`: writes the result into `input` and returns it."""
def arccosh(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the inverse hyperbolic cosine; nan below 1."""
def arccosh_(input: Tensor) -> Tensor:
    """In-place form of `acosh`: writes the result into `input` and returns it."""
def arcsin(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the angle in [-pi/2, pi/2] whose sine is input; nan outside [-1, 1]."""
def arcsin_(input: Tensor) -> Tensor:
    """In-place form of `asin`: writes the result into `input` and returns it."""
def arcsinh(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the inverse hyperbolic sine."""
def arcsinh_(input: Tensor) -> Tensor:
    """In-place form of `asinh`: writes the result into `input` and returns it."""
def arctan(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the angle in (-pi/2, pi/2) whose tangent is input."""
def arctan2(input: Tensor, other: Tensor, *, out: Any = ...) -> Tensor:
    """Return the angle of the point (other, input) in (-pi, pi]. The gradient at the origin is 0."""
def arctan2_(input: Tensor, other: Tensor) -> Tensor:
    """In-place form of `atan2`: writes the result into `input` and returns it."""
def arctan_(input: Tensor) -> Tensor:
    """In-place form of `atan`: writes the result into `input` and returns it."""
def arctanh(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the inverse hyperbolic tangent; inf at 1, nan outside [-1, 1]."""
def arctanh_(input: Tensor) -> Tensor:
    """In-place form of `atanh`: writes the result into `input` and returns it."""
def are_deterministic_algorithms_enabled() -> _bool:
    """Return the flag set by `use_deterministic_algorithms`."""
def argmax(input: Tensor, dim: Any = ..., keepdim: _bool = ..., *, out: Any = ..., axis: Any = ..., keepdims: Any = ...) -> Tensor:
    """Return the position of the (first) largest element, in the flattened tensor when `dim` is None."""
def argmin(input: Tensor, dim: Any = ..., keepdim: _bool = ..., *, out: Any = ..., axis: Any = ..., keepdims: Any = ...) -> Tensor:
    """Return the position of the (first) smallest element, in the flattened tensor when `dim` is None."""
def argsort(input: Tensor, dim: Any = ..., descending: _bool = ..., *, stable: _bool = ...) -> Tensor:
    """Return the indices that sort a tensor along a dimension."""
def argwhere(input: Tensor) -> Tensor:
    """Return `nonzero(input)`."""
def as_strided(input: Tensor, size: Any, stride: Any, storage_offset: Any = ...) -> Tensor:
    """Return the view of the tensor's storage with the given sizes, strides and offset (in elements)."""
def as_strided_(input: Tensor, size: Any, stride: Any, storage_offset: Any = ...) -> Tensor:
    """In-place form of `as_strided`."""
def as_strided_copy(input: Tensor, *args: Any, out: Any = ..., **kwargs: Any) -> Tensor:
    """Return a copy of `as_strided(input, ...)`."""
def as_strided_scatter(input: Tensor, src: Any, size: Any, stride: Any, storage_offset: Any = ...) -> Tensor:
    """Return a copy with what `as_strided(size, stride, storage_offset)` sees replaced by `src`."""
def as_tensor(data: Any, dtype: Any = ..., device: Any = ...) -> Tensor:
    """Return the data as a tensor, without a copy where dtype and device allow."""
def asarray(obj: Any, *, dtype: Any = ..., device: Any = ..., copy: Any = ..., requires_grad: Any = ...) -> Tensor:
    """Return a tensor of any object: tensor, array, DLPack producer, buffer, number, sequence."""
def asin(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the angle in [-pi/2, pi/2] whose sine is input; nan outside [-1, 1]."""
def asin_(input: Tensor) -> Tensor:
    """In-place form of `asin`: writes the result into `input` and returns it."""
def asinh(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the inverse hyperbolic sine."""
def asinh_(input: Tensor) -> Tensor:
    """In-place form of `asinh`: writes the result into `input` and returns it."""
def atan(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the angle in (-pi/2, pi/2) whose tangent is input."""
def atan2(input: Tensor, other: Tensor, *, out: Any = ...) -> Tensor:
    """Return the angle of the point (other, input) in (-pi, pi]. The gradient at the origin is 0."""
def atan2_(input: Tensor, other: Tensor) -> Tensor:
    """In-place form of `atan2`: writes the result into `input` and returns it."""
def atan_(input: Tensor) -> Tensor:
    """In-place form of `atan`: writes the result into `input` and returns it."""
def atanh(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the inverse hyperbolic tangent; inf at 1, nan outside [-1, 1]."""
def atanh_(input: Tensor) -> Tensor:
    """In-place form of `atanh`: writes the result into `input` and returns it."""
def atleast_1d(*tensors: Any) -> Any:
    """Return each tensor with at least one dimension."""
def atleast_2d(*tensors: Any) -> Any:
    """Return each tensor with at least two dimensions; a vector becomes a row."""
def atleast_3d(*tensors: Any) -> Any:
    """Return each tensor with at least three dimensions: (n) becomes (1, n, 1), (n, m) becomes (n, m, 1)."""
def avg_pool1d(input: Tensor, kernel_size: Any, stride: Any = ..., padding: Any = ..., ceil_mode: _bool = ..., count_include_pad: _bool = ...) -> Tensor:
    """Return the means of windows of a (N, C, L) or (C, L) input."""
def baddbmm(input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Any = ..., alpha: Any = ..., out: Any = ...) -> Tensor:
    """Return `beta * input + alpha * (batch1 @ batch2)` for batches of matrices; `input` broadcasts."""
def baddbmm_(input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Any = ..., alpha: Any = ...) -> Tensor:
    """In-place form of `baddbmm`: writes the result into `input` and returns it."""
def bartlett_window(window_length: Any, periodic: _bool = ..., *, dtype: Any = ..., layout: Any = ..., device: Any = ..., pin_memory: _bool = ..., requires_grad: _bool = ...) -> Tensor:
    """Return the Bartlett window 1 - |2 i / n - 1|, a triangle."""
def batch_norm(input: Tensor, weight: Any, bias: Any, running_mean: Any, running_var: Any, training: Any, momentum: Any, eps: Any, cudnn_enabled: Any) -> Tensor:
    """`nn.functional.batch_norm` in the order of torch's own function; `cudnn_enabled` is for CUDA alone."""
def bernoulli(input: Tensor, p: Any = ..., *, generator: Any = ..., out: Any = ...) -> Tensor:
    """Return ones with the probabilities in the input, zeros elsewhere, in its dtype."""
def bilinear(input1: Any, input2: Any, weight: Any, bias: Any = ...) -> Tensor:
    """Return `input1^T weight[k] input2 + bias[k]` for each k."""
def binary_cross_entropy_with_logits(input: Tensor, target: Any, weight: Any = ..., pos_weight: Any = ..., reduction: Any = ...) -> Tensor:
    """Return `nn.functional.binary_cross_entropy_with_logits` with the reduction as a number: 0 none, 1 mean, 2 sum."""
def bincount(input: Tensor, weights: Tensor | None = ..., minlength: Any = ..., *, out: Any = ...) -> Tensor:
    """Return how often each of 0 ... max(input) occurs, or the sum of its weights."""
def binomial(count: Tensor, prob: Tensor, generator: Any = ..., *, out: Any = ...) -> Tensor:
    """Return a binomial number for each pair of a count and a success probability, which broadcast."""
def bitwise_and(input: Any, other: Any, *, out: Any = ...) -> Tensor:
    """Return the bitwise and of integers, the logical and of booleans."""
def bitwise_and_(input: Any, other: Any) -> Tensor:
    """In-place form of `bitwise_and`: writes the result into `input` and returns it."""
def bitwise_left_shift(input: Any, other: Any, *, out: Any = ...) -> Tensor:
    """Return input * 2**other for integers; 0 where other is negative or as large as the number of bits."""
def bitwise_left_shift_(input: Any, other: Any) -> Tensor:
    """In-place form of `bitwise_left_shift`: writes the result into `input` and returns it."""
def bitwise_not(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the integers with every bit flipped, the booleans negated."""
def bitwise_not_(input: Tensor) -> Tensor:
    """In-place form of `bitwise_not`: writes the result into `input` and returns it."""
def bitwise_or(input: Any, other: Any, *, out: Any = ...) -> Tensor:
    """Return the bitwise or of integers, the logical or of booleans."""
def bitwise_or_(input: Any, other: Any) -> Tensor:
    """In-place form of `bitwise_or`: writes the result into `input` and returns it."""
def bitwise_right_shift(input: Any, other: Any, *, out: Any = ...) -> Tensor:
    """Return input shifted right arithmetically; 0 or -1 where other is negative or exceeds the number of bits."""
def bitwise_right_shift_(input: Any, other: Any) -> Tensor:
    """In-place form of `bitwise_right_shift`: writes the result into `input` and returns it."""
def bitwise_xor(input: Any, other: Any, *, out: Any = ...) -> Tensor:
    """Return the bitwise exclusive or of integers, the logical one of booleans."""
def bitwise_xor_(input: Any, other: Any) -> Tensor:
    """In-place form of `bitwise_xor`: writes the result into `input` and returns it."""
def blackman_window(window_length: Any, periodic: _bool = ..., *, dtype: Any = ..., layout: Any = ..., device: Any = ..., pin_memory: _bool = ..., requires_grad: _bool = ...) -> Tensor:
    """Return the Blackman window 0.42 - 0.5 cos(2 pi i / n) + 0.08 cos(4 pi i / n)."""
def block_diag(*tensors: Any) -> Tensor:
    """Return the matrix with the given matrices (vectors are rows) along its diagonal, zeros elsewhere."""
def bmm(input: Tensor, mat2: Tensor, *, out: Any = ...) -> Tensor:
    """Return the product of two batches of matrices: (b, n, k) by (b, k, m) gives (b, n, m)."""
def broadcast_shapes(*shapes: Any) -> Size:
    """Return the `torch.Size` that shapes (tuples or ints) broadcast to."""
def broadcast_tensors(*tensors: Any) -> tuple[Tensor, ...]:
    """Return views of the tensors, all broadcast to their common shape."""
def broadcast_to(input: Tensor, size: Any) -> Tensor:
    """Return `input.expand(size)`."""
def bucketize(input: Tensor, boundaries: Any, *, out_int32: _bool = ..., right: _bool = ..., out: Any = ...) -> Tensor:
    """Return which of the intervals between ascending boundaries each value falls into; see `searchsorted`."""
def cartesian_prod(*tensors: Any) -> Tensor:
    """Return all combinations of one element from each vector, as rows (a single vector as it is)."""
def cat(tensors: Sequence[Tensor], dim: Any = ..., *, out: Any = ..., axis: Any = ...) -> Tensor:
    """Return the tensors joined along an existing dimension, in their common dtype."""
def cdist(x1: Any, x2: Any, p: Any = ..., compute_mode: Any = ...) -> Tensor:
    """Return the p-norm distances between the rows of two batches."""
def ceil(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the smallest whole number not below input. The gradient is 0."""
def ceil_(input: Tensor) -> Tensor:
    """In-place form of `ceil`: writes the result into `input` and returns it."""
def celu(input: Tensor, alpha: Any = ..., inplace: _bool = ...) -> Tensor:
    """Return max(input, 0) + min(alpha * (exp(input / alpha) - 1), 0)."""
def celu_(input: Tensor, alpha: Any = ...) -> Tensor:
    """Write `celu(input, alpha)` into input."""
def chain_matmul(*matrices: Any, out: Any = ...) -> Tensor:
    """Return the product of the matrices in the cheapest order (deprecated: use `linalg.multi_dot`)."""
def channel_shuffle(input: Tensor, groups: Any, *, out: Any = ...) -> Tensor:
    """Return (N, C, ...) with the channels of `groups` groups interleaved."""
def cholesky(input: Tensor, upper: _bool = ..., *, out: Any = ...) -> Tensor:
    """Return the Cholesky factor (deprecated: use `linalg.cholesky`)."""
def cholesky_inverse(L: Any, upper: _bool = ..., *, out: Any = ...) -> Tensor:
    """Return the inverse of A, given its Cholesky factor."""
def cholesky_solve(input: Tensor, L: Any, upper: _bool = ..., *, out: Any = ...) -> Tensor:
    """Return X with A X = input, given A's Cholesky factor."""
def chunk(input: Tensor, chunks: Any, dim: Any = ...) -> tuple[Tensor, ...]:
    """Return a tuple of at most `chunks` views of equal size; the last may be smaller."""
def clamp(input: Any, min: Any = ..., max: Any = ..., *, out: Any = ...) -> Tensor:
    """Return input limited to [min, max]; where min > max, max. nan stays."""
def clamp_(input: Any, min: Any = ..., max: Any = ...) -> Tensor:
    """In-place form of `clamp`: writes the result into `input` and returns it."""
def clamp_max(input: Any, max: Any, *, out: Any = ...) -> Tensor:
    """Return the smaller of input and max; nan stays."""
def clamp_max_(input: Any, max: Any) -> Tensor:
    """In-place form of `clamp_max`: writes the result into `input` and returns it."""
def clamp_min(input: Any, min: Any, *, out: Any = ...) -> Tensor:
    """Return the larger of input and min; nan stays."""
def clamp_min_(input: Any, min: Any) -> Tensor:
    """In-place form of `clamp_min`: writes the result into `input` and returns it."""
def clip(input: Any, min: Any = ..., max: Any = ..., *, out: Any = ...) -> Tensor:
    """Return input limited to [min, max]; where min > max, max. nan stays."""
def clip_(input: Any, min: Any = ..., max: Any = ...) -> Tensor:
    """In-place form of `clamp`: writes the result into `input` and returns it."""
def clone(input: Tensor, *, memory_format: Any = ..., out: Any = ...) -> Tensor:
    """Return a copy; strides without gaps are kept (`memory_format=torch.contiguous_format`: C order)."""
def column_stack(tensors: Any, *, out: Any = ...) -> Tensor:
    """Return the tensors joined along dimension 1; vectors are columns."""
def combinations(input: Tensor, r: Any = ..., with_replacement: _bool = ...) -> Tensor:
    """Return the combinations of r elements of a vector, as rows in `itertools.combinations`' order."""
def compiled_with_cxx11_abi() -> Any:
    """Whether the native code uses C++'s present string ABI: yes, where there is any."""
def complex(real: Tensor, imag: Tensor, *, out: Any = ...) -> Tensor:
    """Return real + imag * j."""
def concat(tensors: Sequence[Tensor], dim: Any = ..., *, out: Any = ..., axis: Any = ...) -> Tensor:
    """Return the tensors joined along an existing dimension, in their common dtype."""
def concatenate(tensors: Sequence[Tensor], dim: Any = ..., *, out: Any = ..., axis: Any = ...) -> Tensor:
    """Return the tensors joined along an existing dimension, in their common dtype."""
def cond(pred: Any, true_fn: Any, false_fn: Any, operands: Any = ...) -> Any:
    """Call one of two functions with the operands: the first where `pred` holds."""
def conj(input: Tensor) -> Tensor:
    """Return the complex conjugate; a real tensor itself."""
def conj_physical(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the complex conjugate in new memory; a real tensor itself."""
def conj_physical_(input: Tensor) -> Tensor:
    """In-place form of `conj_physical`."""
def constant_pad_nd(input: Tensor, pad: Any, value: Any = ..., *, out: Any = ...) -> Tensor:
    """Return `input` with `value` around it; negative widths cut."""
def conv1d(input: Tensor, weight: Any, bias: Any = ..., stride: Any = ..., padding: Any = ..., dilation: Any = ..., groups: Any = ...) -> Tensor:
    """Return the convolution (cross-correlation) of a (N, C, L) or (C, L) input."""
def conv2d(input: Tensor, weight: Any, bias: Any = ..., stride: Any = ..., padding: Any = ..., dilation: Any = ..., groups: Any = ...) -> Tensor:
    """Return the convolution of a (N, C, H, W) or (C, H, W) input; arguments as in `conv1d`."""
def conv3d(input: Tensor, weight: Any, bias: Any = ..., stride: Any = ..., padding: Any = ..., dilation: Any = ..., groups: Any = ...) -> Tensor:
    """Return the convolution of a (N, C, D, H, W) or (C, D, H, W) input; arguments as in `conv1d`."""
def conv_tbc(input: Tensor, weight: Any, bias: Any, pad: Any = ...) -> Tensor:
    """Return the convolution in time of (time, batch, channels) with (width, channels, outputs)."""
def conv_transpose1d(input: Tensor, weight: Any, bias: Any = ..., stride: Any = ..., padding: Any = ..., output_padding: Any = ..., groups: Any = ..., dilation: Any = ...) -> Tensor:
    """Return the transposed convolution of a (N, C, L) or (C, L) input: the gradient of `conv1d`'s input."""
def conv_transpose2d(input: Tensor, weight: Any, bias: Any = ..., stride: Any = ..., padding: Any = ..., output_padding: Any = ..., groups: Any = ..., dilation: Any = ...) -> Tensor:
    """Return the transposed convolution of a (N, C, H, W) input; arguments as in `conv_transpose1d`."""
def conv_transpose3d(input: Tensor, weight: Any, bias: Any = ..., stride: Any = ..., padding: Any = ..., output_padding: Any = ..., groups: Any = ..., dilation: Any = ...) -> Tensor:
    """Return the transposed convolution of a (N, C, D, H, W) input; arguments as in `conv_transpose1d`."""
def convolution(input: Tensor, weight: Any, bias: Any, stride: Any, padding: Any, dilation: Any, transposed: Any, output_padding: Any, groups: Any) -> Tensor:
    """Return the convolution, or the transposed one, in as many dimensions as the weight has less two."""
def copysign(input: Any, other: Any, *, out: Any = ...) -> Tensor:
    """Return the magnitude of input with the sign of other (-0 counts as negative)."""
def copysign_(input: Any, other: Any) -> Tensor:
    """In-place form of `copysign`: writes the result into `input` and returns it."""
def corrcoef(input: Tensor) -> Tensor:
    """Return the Pearson correlation coefficients of variables (rows), clipped to [-1, 1]."""
def cos(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the cosine of an angle in radians."""
def cos_(input: Tensor) -> Tensor:
    """In-place form of `cos`: writes the result into `input` and returns it."""
def cosh(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the hyperbolic cosine."""
def cosh_(input: Tensor) -> Tensor:
    """In-place form of `cosh`: writes the result into `input` and returns it."""
def cosine_embedding_loss(input1: Any, input2: Any, target: Any, margin: Any = ..., size_average: Any = ..., reduce: Any = ..., reduction: Any = ...) -> Tensor:
    """Return the mean of 1 - cos(input1, input2) where target is 1, of max(0, cos - margin) where it is -1."""
def cosine_similarity(x1: Any, x2: Any, dim: Any = ..., eps: Any = ...) -> Tensor:
    """Return x1 . x2 / (max(|x1|, eps) max(|x2|, eps)) along `dim`, broadcast."""
def count_nonzero(input: Tensor, dim: Any = ..., *, out: Any = ..., axis: Any = ...) -> Tensor:
    """Return the number of nonzero elements as int64."""
def cov(input: Tensor, *, correction: Any = ..., fweights: Any = ..., aweights: Any = ...) -> Tensor:
    """Return the covariance matrix of variables (rows) over observations (columns)."""
def cross(input: Tensor, other: Any, dim: Any = ..., *, out: Any = ...) -> Tensor:
    """Return `linalg.cross` along `dim`, by default the first dimension of size 3."""
def ctc_loss(log_probs: Any, targets: Any, input_lengths: Any, target_lengths: Any, blank: Any = ..., reduction: Any = ..., zero_infinity: _bool = ...) -> Tensor:
    """Return the CTC loss; as `nn.functional.ctc_loss`, with the reduction as a number: 0 none, 1 mean, 2 sum."""
def cummax(input: Tensor, dim: Any = ..., *, out: Any = ..., axis: Any = ...) -> Any:
    """Return the named tuple (values, indices) of the largest elements so far; of equal ones the last."""
def cummin(input: Tensor, dim: Any = ..., *, out: Any = ..., axis: Any = ...) -> Any:
    """Return the named tuple (values, indices) of the smallest elements so far; of equal ones the last."""
def cumprod(input: Tensor, dim: Any = ..., *, dtype: Any = ..., out: Any = ..., axis: Any = ...) -> Tensor:
    """Return the running products along a dimension; of integers as int64."""
def cumprod_(input: Tensor, dim: Any = ..., *, dtype: Any = ..., axis: Any = ...) -> Tensor:
    """In-place form of `cumprod`: writes the result into `input` and returns it."""
def cumsum(input: Tensor, dim: Any = ..., *, dtype: Any = ..., out: Any = ..., axis: Any = ...) -> Tensor:
    """Return the running sums along a dimension; of integers as int64."""
def cumsum_(input: Tensor, dim: Any = ..., *, dtype: Any = ..., axis: Any = ...) -> Tensor:
    """In-place form of `cumsum`: writes the result into `input` and returns it."""
def cumulative_trapezoid(y: Any, x: Any = ..., *, dx: Any = ..., dim: Any = ...) -> Tensor:
    """Return the running integrals of samples along a dimension, one fewer than samples."""
default_generator: Any
def deg2rad(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return degrees in radians."""
def deg2rad_(input: Tensor) -> Tensor:
    """In-place form of `deg2rad`: writes the result into `input` and returns it."""
def det(input: Tensor) -> Tensor:
    """Return `linalg.det(input)`."""
def detach(input: Tensor) -> Tensor:
    """Return a tensor of the same memory outside the graph; a write to one is seen in the other."""
def detach_(self: Tensor) -> Tensor:
    """Take this tensor out of its graph in place."""
def detach_copy(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return `detach` in memory of its own."""
def diag(input: Tensor, diagonal: Any = ..., *, out: Any = ...) -> Tensor:
    """Return the matrix with a vector on its diagonal, or a copy of a matrix's diagonal."""
def diag_embed(input: Tensor, offset: Any = ..., dim1: Any = ..., dim2: Any = ..., *, out: Any = ...) -> Tensor:
    """Return tensors that are zero but for a diagonal of dim1 and dim2, which holds the last dimension of `input`."""
def diagflat(input: Tensor, offset: Any = ...) -> Tensor:
    """Return the matrix with the flattened input on its diagonal."""
def diagonal(input: Tensor, offset: Any = ..., dim1: Any = ..., dim2: Any = ..., *, out: Any = ...) -> Tensor:
    """Return the view of a diagonal of two dimensions, which becomes the last one."""
def diagonal_copy(input: Tensor, *args: Any, out: Any = ..., **kwargs: Any) -> Tensor:
    """Return a copy of `diagonal(input, ...)`."""
def diagonal_scatter(input: Tensor, src: Any, offset: Any = ..., dim1: Any = ..., dim2: Any = ..., *, out: Any = ...) -> Tensor:
    """Return a copy with a diagonal replaced by `src`."""
def diff(input: Tensor, n: Any = ..., dim: Any = ..., prepend: Any = ..., append: Any = ..., *, out: Any = ...) -> Tensor:
    """Return the n-th differences of neighbours along a dimension (of booleans the exclusive or)."""
def digamma(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the derivative of log(gamma(input)); nan at the negative integers, -inf at 0."""
def digamma_(input: Tensor) -> Tensor:
    """In-place form of `digamma`: writes the result into `input` and returns it."""
def dist(input: Tensor, other: Any, p: Any = ...) -> Tensor:
    """Return the norm of order p of input - other."""
def div(input: Any, other: Any, *, rounding_mode: Any = ..., out: Any = ...) -> Tensor:
    """Return input / other, in a float dtype unless rounded."""
def div_(input: Any, other: Any, *, rounding_mode: Any = ...) -> Tensor:
    """In-place form of `div`: writes the result into `input` and returns it."""
def divide(input: Any, other: Any, *, rounding_mode: Any = ..., out: Any = ...) -> Tensor:
    """Return input / other, in a float dtype unless rounded."""
def divide_(input: Any, other: Any, *, rounding_mode: Any = ...) -> Tensor:
    """In-place form of `div`: writes the result into `input` and returns it."""
def dot(input: Tensor, tensor: Tensor, *, out: Any = ...) -> Tensor:
    """Return the sum of the products of two vectors of the same length, a 0-d tensor."""
def dropout(input: Tensor, p: Any = ..., train: Any = ...) -> Tensor:
    """Return the input with elements dropped with probability `p` if `train`: see `torch.nn.functional`."""
def dropout_(input: Tensor, p: Any = ..., train: Any = ...) -> Tensor:
    """Return the input with elements dropped with probability `p` if `train`, written into it: see `torch.nn.functional`."""
def dsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Return `tensor_split` along dimension 2; a number of sections must divide its size."""
def dstack(tensors: Any, *, out: Any = ...) -> Tensor:
    """Return the tensors joined along dimension 2, after `atleast_3d`."""
def eig(*args: Any, **kwargs: Any) -> Any:
    """Removed from PyTorch: raises RuntimeError, which names `torch.linalg.eig`."""
def einsum(*args: Any) -> Tensor:
    """Return the sum of products that an equation over index letters names."""
def embedding(weight: Tensor, indices: Tensor, padding_idx: Any = ..., scale_grad_by_freq: _bool = ..., sparse: _bool = ..., *, out: Any = ...) -> Tensor:
    """Return the rows of `weight` (n, d) that `indices` names: a tensor of shape indices.shape + (d,)."""
def embedding_bag(input: Tensor, weight: Any, offsets: Any = ..., max_norm: Any = ..., norm_type: Any = ..., scale_grad_by_freq: _bool = ..., mode: Any = ..., sparse: _bool = ..., per_sample_weights: Any = ..., include_last_offset: _bool = ..., padding_idx: Any = ...) -> Any:
    """Return the sums, means or maxima of bags of rows of `weight`."""
def embedding_renorm_(input: Tensor, indices: Any, max_norm: Any, norm_type: Any) -> Tensor:
    """Scale the rows that `indices` name so that their norms are at most `max_norm`, in place."""
def empty(*args: Any, size: Any = ..., out: Any = ..., dtype: Any = ..., layout: Any = ..., device: Any = ..., pin_memory: _bool = ..., requires_grad: _bool = ..., memory_format: Any = ...) -> Tensor:
    """Return a tensor whose elements are whatever its memory held."""
def empty_like(input: Tensor, *, dtype: Any = ..., layout: Any = ..., device: Any = ..., pin_memory: _bool = ..., requires_grad: _bool = ..., memory_format: Any = ...) -> Tensor:
    """Return an uninitialised tensor of the input's shape, dtype, device and order of memory."""
def empty_permuted(size: Any, physical_layout: Any, *, dtype: Any = ..., layout: Any = ..., device: Any = ..., requires_grad: _bool = ..., pin_memory: _bool = ...) -> Tensor:
    """Return uninitialised memory of a size, whose dimensions lie in memory in the order `physical_layout`."""
def empty_strided(size: Any, stride: Any, *, dtype: Any = ..., layout: Any = ..., device: Any = ..., requires_grad: _bool = ..., pin_memory: _bool = ...) -> Tensor:
    """Return an uninitialised tensor with these sizes and strides, in elements."""
def eq(input: Any, other: Any, *, out: Any = ...) -> Tensor:
    """Return whether the elements are equal; nan equals nothing."""
def eq_(input: Any, other: Any) -> Tensor:
    """In-place form of `eq`: writes the result into `input` and returns it."""
def equal(input: Tensor, other: Any) -> _bool:
    """Return whether two tensors have the same shape and equal elements, as a bool."""
def erf(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the error function, 2/sqrt(pi) times the integral of exp(-t**2) from 0 to input."""
def erf_(input: Tensor) -> Tensor:
    """In-place form of `erf`: writes the result into `input` and returns it."""
def erfc(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return 1 - erf(input), accurate where that is small."""
def erfc_(input: Tensor) -> Tensor:
    """In-place form of `erfc`: writes the result into `input` and returns it."""
def erfinv(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the inverse of erf: inf at 1, nan outside [-1, 1]."""
def erfinv_(input: Tensor) -> Tensor:
    """In-place form of `erfinv`: writes the result into `input` and returns it."""
def exp(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return e**input."""
def exp2(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return 2**input."""
def exp2_(input: Tensor) -> Tensor:
    """In-place form of `exp2`: writes the result into `input` and returns it."""
def exp_(input: Tensor) -> Tensor:
    """In-place form of `exp`: writes the result into `input` and returns it."""
def expand_copy(input: Tensor, *args: Any, out: Any = ..., **kwargs: Any) -> Tensor:
    """Return a copy of `expand(input, ...)`."""
def expm1(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return e**input - 1, accurate near zero."""
def expm1_(input: Tensor) -> Tensor:
    """In-place form of `expm1`: writes the result into `input` and returns it."""
def eye(n: Any, m: Any = ..., *, out: Any = ..., dtype: Any = ..., layout: Any = ..., device: Any = ..., pin_memory: _bool = ..., requires_grad: _bool = ...) -> Tensor:
    """Return a matrix with ones on the diagonal and zeros elsewhere."""
def feature_alpha_dropout(input: Tensor, p: Any = ..., train: Any = ...) -> Tensor:
    """Return the input with channels dropped with probability `p` if `train`: see `torch.nn.functional`."""
def feature_alpha_dropout_(input: Tensor, p: Any = ..., train: Any = ...) -> Tensor:
    """Return the input with channels dropped with probability `p` if `train`, written into it: see `torch.nn.functional`."""
def feature_dropout(input: Tensor, p: Any = ..., train: Any = ...) -> Tensor:
    """Return the input with channels dropped with probability `p` if `train`: see `torch.nn.functional`."""
def feature_dropout_(input: Tensor, p: Any = ..., train: Any = ...) -> Tensor:
    """Return the input with channels dropped with probability `p` if `train`, written into it: see `torch.nn.functional`."""
def fill(input: Tensor, value: Any) -> Tensor:
    """Return a tensor like the input filled with a number or a 0-d tensor, which gets the gradient."""
def fill_(input: Tensor, value: Any) -> Tensor:
    """Write a number, or the value of a 0-d tensor, into every element, and return the tensor."""
def fix(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return input without its fraction. The gradient is 0."""
def fix_(input: Tensor) -> Tensor:
    """In-place form of `trunc`: writes the result into `input` and returns it."""
def flatten(input: Tensor, start_dim: Any = ..., end_dim: Any = ...) -> Tensor:
    """Return the dimensions start_dim to end_dim as one; a view where one exists. 0-d becomes 1-d."""
def flip(input: Tensor, dims: Any, *, out: Any = ...) -> Tensor:
    """Return a copy with the order of the given dimensions reversed."""
def fliplr(input: Tensor) -> Tensor:
    """Return the tensor with dimension 1 reversed."""
def flipud(input: Tensor) -> Tensor:
    """Return the tensor with dimension 0 reversed."""
def float_power(input: Any, exponent: Any, *, out: Any = ...) -> Tensor:
    """Return input**exponent computed in float64 (complex128 for complex operands)."""
def floor(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the largest whole number not above input. The gradient is 0."""
def floor_(input: Tensor) -> Tensor:
    """In-place form of `floor`: writes the result into `input` and returns it."""
def floor_divide(input: Any, other: Any, *, out: Any = ...) -> Tensor:
    """Return the quotient rounded down; integers raise for a zero divisor."""
def floor_divide_(input: Any, other: Any) -> Tensor:
    """In-place form of `floor_divide`: writes the result into `input` and returns it."""
def fmax(input: Tensor, other: Tensor, *, out: Any = ...) -> Tensor:
    """Return the larger of two elements; the other one where one is nan."""
def fmin(input: Tensor, other: Tensor, *, out: Any = ...) -> Tensor:
    """Return the smaller of two elements; the other one where one is nan."""
def fmod(input: Any, other: Any, *, out: Any = ...) -> Tensor:
    """Return input - other * trunc(input / other), which has the sign of input (C's fmod)."""
def fmod_(input: Any, other: Any) -> Tensor:
    """In-place form of `fmod`: writes the result into `input` and returns it."""
def frac(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return input - trunc(input), which has the sign of input."""
def frac_(input: Tensor) -> Tensor:
    """In-place form of `frac`: writes the result into `input` and returns it."""
def frexp(input: Tensor, *, out: Any = ...) -> Any:
    """Split into a mantissa in (-1, -0.5] or [0.5, 1) and an int32 exponent: input = mantissa * 2**exponent."""
def frobenius_norm(input: Tensor, dim: Any, keepdim: _bool = ...) -> Tensor:
    """Return the square root of the sum of squares over `dim`."""
def from_dlpack(ext_tensor: Any, *, device: Any = ..., copy: Any = ...) -> Tensor:
    """Return a tensor that shares the memory of another library's array, through DLPack."""
def from_numpy(ndarray: Any) -> Tensor:
    """Return a tensor that shares the array's memory, whatever its strides, negative ones included."""
def frombuffer(buffer: Any, *, dtype: Any, count: Any = ..., offset: Any = ..., requires_grad: _bool = ...) -> Tensor:
    """Return a 1-d tensor over the memory of a Python buffer, which it shares."""
def full(size: Any, fill_value: Any, *, out: Any = ..., dtype: Any = ..., layout: Any = ..., device: Any = ..., pin_memory: _bool = ..., requires_grad: _bool = ...) -> Tensor:
    """Return a tensor filled with one number."""
def full_like(input: Tensor, fill_value: Any, *, dtype: Any = ..., layout: Any = ..., device: Any = ..., pin_memory: _bool = ..., requires_grad: _bool = ..., memory_format: Any = ...) -> Tensor:
    """Return a tensor like the input, filled with one number converted to its dtype."""
def gather(input: Tensor, dim: Any = ..., index: Tensor = ..., *, sparse_grad: _bool = ..., out: Any = ..., axis: Any = ...) -> Tensor:
    """Return the elements of `input` that `index` names along a dimension: out[i][j] = input[index[i][j]][j] for dim 0."""
def gcd(input: Tensor, other: Tensor, *, out: Any = ...) -> Tensor:
    """Return the greatest common divisor, not negative; gcd(0, 0) is 0."""
def gcd_(input: Tensor, other: Tensor) -> Tensor:
    """In-place form of `gcd`: writes the result into `input` and returns it."""
def ge(input: Any, other: Any, *, out: Any = ...) -> Tensor:
    """Return whether input >= other."""
def ge_(input: Any, other: Any) -> Tensor:
    """In-place form of `ge`: writes the result into `input` and returns it."""
def geqrf(input: Tensor, *, out: Any = ...) -> Any:
    """Return (a, tau): R in the upper triangle of `a`, Householder vectors below; see `linalg.householder_product`."""
def ger(input: Any, vec2: Any, *, out: Any = ...) -> Tensor:
    """Return the matrix of the products input[i] * vec2[j]."""
def get_deterministic_debug_mode() -> _int:
    """Return 0, 1 or 2; see `set_deterministic_debug_mode`."""
def get_device(self: Tensor) -> _int:
    """Return the number of the GPU the tensor is on, -1 for the CPU."""
def get_device_module(device: Any = ...) -> Any:
    """Return the module with a device's functions: `torch.cuda` or `torch.cpu`; without a device, of the accelerator."""
def get_float32_matmul_precision() -> _str:
    """Return what `set_float32_matmul_precision` keeps."""
def get_num_interop_threads() -> _int:
    """Return the number set by `set_num_interop_threads`; operations run one after the other here."""
def get_num_threads() -> _int:
    """Return how many threads one operation may use."""
def get_rng_state() -> Any:
    """Return the state of the default CPU generator, a uint8 tensor of 5056 bytes."""
def gradient(input: Tensor, *, spacing: Any = ..., dim: Any = ..., edge_order: Any = ...) -> Any:
    """Return a tuple of derivatives of a sampled function along dimensions, by central differences."""
def greater(input: Any, other: Any, *, out: Any = ...) -> Tensor:
    """Return whether input > other."""
def greater_(input: Any, other: Any) -> Tensor:
    """In-place form of `gt`: writes the result into `input` and returns it."""
def greater_equal(input: Any, other: Any, *, out: Any = ...) -> Tensor:
    """Return whether input >= other."""
def greater_equal_(input: Any, other: Any) -> Tensor:
    """In-place form of `ge`: writes the result into `input` and returns it."""
def grid_sampler(input: Tensor, grid: Any, interpolation_mode: Any, padding_mode: Any, align_corners: Any) -> Tensor:
    """Return `nn.functional.grid_sample` with numbers for modes."""
def grid_sampler_2d(input: Tensor, grid: Any, interpolation_mode: Any, padding_mode: Any, align_corners: Any) -> Tensor:
    """Return `grid_sampler` of images."""
def grid_sampler_3d(input: Tensor, grid: Any, interpolation_mode: Any, padding_mode: Any, align_corners: Any) -> Tensor:
    """Return `grid_sampler` of volumes."""
def group_norm(input: Tensor, num_groups: Any, weight: Any = ..., bias: Any = ..., eps: Any = ..., cudnn_enabled: _bool = ...) -> Tensor:
    """`nn.functional.group_norm` under torch's own name; `cudnn_enabled` is for CUDA alone."""
def gru(*args: Any, **kwargs: Any) -> Any:
    """Return (output, last states) of a GRU; arguments as in `torch.lstm`, with one tensor for hx."""
def gru_cell(input: Tensor, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = ..., b_hh: Any = ...) -> Tensor:
    """Return the state after one step of a GRU; arguments as in `rnn_tanh_cell`, for the gates (r, z, n)."""
def gt(input: Any, other: Any, *, out: Any = ...) -> Tensor:
    """Return whether input > other."""
def gt_(input: Any, other: Any) -> Tensor:
    """In-place form of `gt`: writes the result into `input` and returns it."""
def hamming_window(window_length: Any, periodic: _bool = ..., alpha: Any = ..., beta: Any = ..., *, dtype: Any = ..., layout: Any = ..., device: Any = ..., pin_memory: _bool = ..., requires_grad: _bool = ...) -> Tensor:
    """Return the Hamming window alpha - beta cos(2 pi i / n)."""
def hann_window(window_length: Any, periodic: _bool = ..., *, dtype: Any = ..., layout: Any = ..., device: Any = ..., pin_memory: _bool = ..., requires_grad: _bool = ...) -> Tensor:
    """Return the Hann window 0.5 - 0.5 cos(2 pi i / n)."""
def hardshrink(input: Tensor, lambd: Any = ..., *, out: Any = ...) -> Tensor:
    """Return input where |input| > lambd (or nan), else 0."""
def hash_tensor(input: Tensor, dim: Any = ..., *, keepdim: _bool = ..., mode: Any = ..., out: Any = ...) -> Tensor:
    """Return a hash of the values: the exclusive or of their bits, floats taken in double precision."""
def heaviside(input: Tensor, values: Tensor, *, out: Any = ...) -> Tensor:
    """Return 0 where input is negative or nan, 1 where positive, and `values` where it is 0."""
def heaviside_(input: Tensor, values: Tensor) -> Tensor:
    """In-place form of `heaviside`: writes the result into `input` and returns it."""
def hinge_embedding_loss(input: Tensor, target: Any, margin: Any = ..., size_average: Any = ..., reduce: Any = ..., reduction: Any = ...) -> Tensor:
    """Return the mean of input where target is 1, of max(0, margin - input) where it is -1."""
def histc(input: Tensor, bins: Any = ..., min: Any = ..., max: Any = ..., *, out: Any = ...) -> Tensor:
    """Return the counts of elements in `bins` intervals of equal width between min and max (0, 0: the data's)."""
def histogram(input: Tensor, bins: Any, *, range: Any = ..., weight: Any = ..., density: _bool = ..., out: Any = ...) -> Any:
    """Return (hist, bin_edges): counts between edges, summed weights, or (`density`) a density."""
def histogramdd(input: Tensor, bins: Any, *, range: Any = ..., weight: Any = ..., density: _bool = ..., out: Any = ...) -> Any:
    """Return (hist, bin_edges) of points in D dimensions (the last dimension of `input`); see `histogram`."""
def hsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Return `tensor_split` along dimension 1; a number of sections must divide its size."""
def hstack(tensors: Any, *, out: Any = ...) -> Tensor:
    """Return the tensors joined along dimension 1, or 0 where they are vectors."""
def hypot(input: Tensor, other: Tensor, *, out: Any = ...) -> Tensor:
    """Return sqrt(input**2 + other**2) without overflow."""
def hypot_(input: Tensor, other: Tensor) -> Tensor:
    """In-place form of `hypot`: writes the result into `input` and returns it."""
def i0(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the modified Bessel function of the first kind of order 0."""
def i0_(input: Tensor) -> Tensor:
    """In-place form of `i0`: writes the result into `input` and returns it."""
def igamma(input: Tensor, other: Tensor, *, out: Any = ...) -> Tensor:
    """Return the regularised lower incomplete gamma function P(input, other); needs SciPy."""
def igamma_(input: Tensor, other: Tensor) -> Tensor:
    """In-place form of `igamma`: writes the result into `input` and returns it."""
def igammac(input: Tensor, other: Tensor, *, out: Any = ...) -> Tensor:
    """Return the regularised upper incomplete gamma function, 1 - igamma(input, other); needs SciPy."""
def igammac_(input: Tensor, other: Tensor) -> Tensor:
    """In-place form of `igammac`: writes the result into `input` and returns it."""
def imag(input: Tensor) -> Tensor:
    """Return the imaginary parts of a complex tensor as a view."""
def index_add(input: Tensor, dim: Any = ..., index: Tensor = ..., source: Tensor = ..., *, alpha: Any = ..., out: Any = ..., axis: Any = ...) -> Tensor:
    """Return `input` with the slices of `alpha * source` added at the positions `index` of a dimension."""
def index_add_(input: Tensor, dim: Any = ..., index: Tensor = ..., source: Tensor = ..., *, alpha: Any = ..., axis: Any = ...) -> Tensor:
    """In-place form of `index_add`: writes the result into `input` and returns it."""
def index_copy(input: Tensor, dim: Any = ..., index: Tensor = ..., source: Tensor = ..., *, out: Any = ..., axis: Any = ...) -> Tensor:
    """Return `input` with the positions `index` of a dimension replaced by the slices of `source`."""
def index_copy_(input: Tensor, dim: Any = ..., index: Tensor = ..., source: Tensor = ..., *, axis: Any = ...) -> Tensor:
    """In-place form of `index_copy`: writes the result into `input` and returns it."""
def index_fill(input: Tensor, dim: Any, index: Any, value: Any, *, out: Any = ...) -> Tensor:
    """Return `input` with a number (or a 0-d tensor) at the positions `index` of a dimension."""
def index_put(input: Tensor, indices: Any, values: Any, accumulate: _bool = ...) -> Tensor:
    """Return `input` with `values` stored (or added, without loss of repeated places) at `indices`, a tuple of tensors."""
def index_put_(input: Tensor, indices: Any, values: Any, accumulate: _bool = ...) -> Tensor:
    """In-place form of `index_put`."""
def index_reduce(input: Tensor, dim: Any = ..., index: Tensor = ..., source: Tensor = ..., reduce: Any = ..., *, include_self: _bool = ..., out: Any = ..., axis: Any = ...) -> Tensor:
    """Return `input` with the slices of `source` combined at the positions `index` of a dimension."""
def index_reduce_(input: Tensor, dim: Any = ..., index: Tensor = ..., source: Tensor = ..., reduce: Any = ..., *, include_self: _bool = ..., axis: Any = ...) -> Tensor:
    """In-place form of `index_reduce`: writes the result into `input` and returns it."""
def index_select(input: Tensor, dim: Any = ..., index: Tensor = ..., *, out: Any = ..., axis: Any = ...) -> Tensor:
    """Return the positions `index` (a vector, or one number) of a dimension, in that order."""
def initial_seed() -> _int:
    """Return the seed of the default CPU generator."""
def inner(input: Tensor, other: Tensor, *, out: Any = ...) -> Tensor:
    """Return the sums of products over the last dimension of both: shape input.shape[:-1] + other.shape[:-1]."""
def instance_norm(input: Tensor, weight: Any, bias: Any, running_mean: Any, running_var: Any, use_input_stats: Any, momentum: Any, eps: Any, cudnn_enabled: Any) -> Tensor:
    """`nn.functional.instance_norm` in the order of torch's own function; `cudnn_enabled` is for CUDA alone."""
def inverse(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return `linalg.inv(input)`."""
def is_complex(input: Tensor) -> _bool:
    """Whether the dtype is a complex one."""
def is_conj(input: Tensor) -> _bool:
    """Return whether a conjugation is pending, which it never is here."""
def is_deterministic_algorithms_warn_only_enabled() -> Tensor:
    """Return the `warn_only` flag set by `use_deterministic_algorithms`."""
def is_floating_point(input: Tensor) -> _bool:
    """Whether the dtype is a floating one."""
def is_inference(input: Tensor) -> _bool:
    """Whether the tensor was made in inference mode."""
def is_neg(input: Tensor) -> _bool:
    """Return whether a negation is pending, which it never is here."""
def is_nonzero(input: Tensor) -> _bool:
    """Whether the only element is not zero; RuntimeError for any other number of elements."""
def is_same_size(input: Tensor, other: Any) -> _bool:
    """Whether two tensors have the same shape."""
def is_signed(input: Tensor) -> _bool:
    """Whether the dtype has negative numbers."""
def is_storage(obj: Any) -> _bool:
    """Whether an object is a storage."""
def is_tensor(obj: Any) -> _bool:
    """Whether `obj` is a tensor."""
def is_vulkan_available() -> _bool:
    """Whether there is a Vulkan device: never."""
def is_warn_always_enabled() -> _bool:
    """Return the flag set by `set_warn_always`."""
def isclose(input: Tensor, other: Tensor, rtol: Any = ..., atol: Any = ..., equal_nan: _bool = ..., *, out: Any = ...) -> Tensor:
    """Return whether |input - other| <= atol + rtol * |other|."""
def isfinite(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return whether each element is neither infinite nor nan."""
def isin(elements: Any, test_elements: Any, *, assume_unique: _bool = ..., invert: _bool = ..., out: Any = ...) -> Tensor:
    """Return a boolean tensor: whether each element equals one of `test_elements`. Either may be a number."""
def isinf(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return whether each element is inf or -inf (for complex ones: a part of it is)."""
def isnan(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return whether each element is not a number (for complex ones: a part of it is not)."""
def isneginf(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return whether each element is -inf."""
def isposinf(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return whether each element is inf."""
def isreal(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return whether each element has no imaginary part; always true for real dtypes."""
def istft(input: Tensor, n_fft: Any, hop_length: Any = ..., win_length: Any = ..., window: Any = ..., center: _bool = ..., normalized: _bool = ..., onesided: Any = ..., length: Any = ..., return_complex: _bool = ...) -> Tensor:
    """Return the signal of short-time Fourier transforms: the inverse of `stft`, by least squares."""
def kaiser_window(window_length: Any, periodic: _bool = ..., beta: Any = ..., *, dtype: Any = ..., layout: Any = ..., device: Any = ..., pin_memory: _bool = ..., requires_grad: _bool = ...) -> Tensor:
    """Return the Kaiser window I0(beta sqrt(1 - (2 i / n - 1)**2)) / I0(beta)."""
def kl_div(input: Tensor, target: Any, reduction: Any = ..., *, log_target: _bool = ...) -> Tensor:
    """Return `nn.functional.kl_div` with the reduction as a number: 0 none, 1 mean, 2 sum."""
def kron(input: Tensor, other: Any, *, out: Any = ...) -> Tensor:
    """Return the Kronecker product: every element of `input` times all of `other`, as blocks."""
def kthvalue(input: Tensor, k: Any, dim: Any = ..., keepdim: _bool = ..., *, out: Any = ..., axis: Any = ..., keepdims: Any = ...) -> Any:
    """Return (value, index) of the k-th smallest element along a dimension; k counts from 1."""
def layer_norm(input: Tensor, normalized_shape: Any, weight: Any = ..., bias: Any = ..., eps: Any = ..., cudnn_enable: _bool = ...) -> Tensor:
    """`nn.functional.layer_norm` under torch's own name; `cudnn_enable` is for CUDA alone."""
def lcm(input: Tensor, other: Tensor, *, out: Any = ...) -> Tensor:
    """Return the least common multiple, not negative; 0 where one of them is 0."""
def lcm_(input: Tensor, other: Tensor) -> Tensor:
    """In-place form of `lcm`: writes the result into `input` and returns it."""
def ldexp(input: Tensor, other: Tensor, *, out: Any = ...) -> Tensor:
    """Return input * 2**other."""
def ldexp_(input: Tensor, other: Tensor) -> Tensor:
    """In-place form of `ldexp`: writes the result into `input` and returns it."""
def le(input: Any, other: Any, *, out: Any = ...) -> Tensor:
    """Return whether input <= other."""
def le_(input: Any, other: Any) -> Tensor:
    """In-place form of `le`: writes the result into `input` and returns it."""
def lerp(input: Any, end: Any, weight: Any, *, out: Any = ...) -> Tensor:
    """Return input + weight * (end - input); exact at both ends."""
def lerp_(input: Any, end: Any, weight: Any) -> Tensor:
    """In-place form of `lerp`: writes the result into `input` and returns it."""
def less(input: Any, other: Any, *, out: Any = ...) -> Tensor:
    """Return whether input < other."""
def less_(input: Any, other: Any) -> Tensor:
    """In-place form of `lt`: writes the result into `input` and returns it."""
def less_equal(input: Any, other: Any, *, out: Any = ...) -> Tensor:
    """Return whether input <= other."""
def less_equal_(input: Any, other: Any) -> Tensor:
    """In-place form of `le`: writes the result into `input` and returns it."""
def lgamma(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return log|gamma(input)|; inf at 0 and the negative integers. Also `torch.special.gammaln`."""
def lgamma_(input: Tensor) -> Tensor:
    """In-place form of `lgamma`: writes the result into `input` and returns it."""
def linspace(start: Any, end: Any, steps: Any, *, out: Any = ..., dtype: Any = ..., layout: Any = ..., device: Any = ..., pin_memory: _bool = ..., requires_grad: _bool = ...) -> Tensor:
    """Return `steps` evenly spaced numbers from start to end, both included."""
def lobpcg(A: Any, k: Any = ..., B: Any = ..., X: Any = ..., n: Any = ..., iK: Any = ..., niter: Any = ..., tol: Any = ..., largest: Any = ..., method: Any = ..., tracker: Any = ..., ortho_iparams: Any = ..., ortho_fparams: Any = ..., ortho_bparams: Any = ...) -> Any:
    """Return (the k largest or smallest eigenvalues, eigenvectors) of symmetric positive definite matrices."""
def log(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the natural logarithm; -inf at 0, nan below."""
def log10(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the logarithm to base 10."""
def log10_(input: Tensor) -> Tensor:
    """In-place form of `log10`: writes the result into `input` and returns it."""
def log1p(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return log(1 + input), accurate near zero."""
def log1p_(input: Tensor) -> Tensor:
    """In-place form of `log1p`: writes the result into `input` and returns it."""
def log2(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the logarithm to base 2."""
def log2_(input: Tensor) -> Tensor:
    """In-place form of `log2`: writes the result into `input` and returns it."""
def log_(input: Tensor) -> Tensor:
    """In-place form of `log`: writes the result into `input` and returns it."""
def log_softmax(input: Tensor, dim: Any = ..., dtype: Any = ..., *, out: Any = ..., axis: Any = ...) -> Tensor:
    """Return log(softmax(input, dim)) without loss of accuracy."""
def logaddexp(input: Tensor, other: Tensor, *, out: Any = ...) -> Tensor:
    """Return log(exp(input) + exp(other)) without overflow."""
def logaddexp2(input: Tensor, other: Tensor, *, out: Any = ...) -> Tensor:
    """Return log2(2**input + 2**other) without overflow."""
def logcumsumexp(input: Tensor, dim: Any = ..., *, out: Any = ..., axis: Any = ...) -> Tensor:
    """Return log(cumsum(exp(input), dim)) without overflow."""
def logdet(input: Tensor) -> Tensor:
    """Return the logarithm of the determinants: -inf where they are zero, nan where negative."""
def logical_and(input: Tensor, other: Tensor, *, out: Any = ...) -> Tensor:
    """Return whether both elements are nonzero."""
def logical_and_(input: Tensor, other: Tensor) -> Tensor:
    """In-place form of `logical_and`: writes the result into `input` and returns it."""
def logical_not(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return whether the element is zero."""
def logical_not_(input: Tensor) -> Tensor:
    """In-place form of `logical_not`: writes the result into `input` and returns it."""
def logical_or(input: Tensor, other: Tensor, *, out: Any = ...) -> Tensor:
    """Return whether at least one of the elements is nonzero."""
def logical_or_(input: Tensor, other: Tensor) -> Tensor:
    """In-place form of `logical_or`: writes the result into `input` and returns it."""
def logical_xor(input: Tensor, other: Tensor, *, out: Any = ...) -> Tensor:
    """Return whether exactly one of the elements is nonzero."""
def logical_xor_(input: Tensor, other: Tensor) -> Tensor:
    """In-place form of `logical_xor`: writes the result into `input` and returns it."""
def logit(input: Tensor, eps: Any = ..., *, out: Any = ...) -> Tensor:
    """Return log(x / (1 - x)), the inverse of sigmoid."""
def logit_(input: Tensor, eps: Any = ...) -> Tensor:
    """In-place form of `logit`: writes the result into `input` and returns it."""
def logspace(start: Any, end: Any, steps: Any, base: Any = ..., *, out: Any = ..., dtype: Any = ..., layout: Any = ..., device: Any = ..., pin_memory: _bool = ..., requires_grad: _bool = ...) -> Tensor:
    """Return base ** x for `steps` evenly spaced x from start to end."""
def logsumexp(input: Tensor, dim: Any = ..., keepdim: _bool = ..., *, out: Any = ..., axis: Any = ..., keepdims: Any = ...) -> Tensor:
    """Return log(sum(exp(input), dim)) without overflow; -inf of no elements."""
def lstm(*args: Any, **kwargs: Any) -> Any:
    """Return (output, last states, last cells) of an LSTM; see `torch.nn.LSTM`."""
def lstm_cell(input: Tensor, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = ..., b_hh: Any = ...) -> Tensor:
    """Return (state, cell) after one step of an LSTM."""
def lstsq(*args: Any, **kwargs: Any) -> Any:
    """Removed from PyTorch: raises RuntimeError, which names `torch.linalg.lstsq`."""
def lt(input: Any, other: Any, *, out: Any = ...) -> Tensor:
    """Return whether input < other."""
def lt_(input: Any, other: Any) -> Tensor:
    """In-place form of `lt`: writes the result into `input` and returns it."""
def lu(A: Any, pivot: _bool = ..., get_infos: _bool = ..., out: Any = ...) -> Any:
    """Return (LU, pivots) or (LU, pivots, info) (deprecated: use `linalg.lu_factor`)."""
def lu_solve(b: Any, LU_data: Any, LU_pivots: Any, *, out: Any = ...) -> Tensor:
    """Return `linalg.lu_solve(LU_data, LU_pivots, b)`."""
def lu_unpack(LU_data: Any, LU_pivots: Any, unpack_data: _bool = ..., unpack_pivots: _bool = ..., *, out: Any = ...) -> Any:
    """Return (P, L, U) of what `linalg.lu_factor` returns; a part that is not asked for is empty."""
def manual_seed(seed: Any) -> None:
    """Seed the default generators of all devices with `int(seed)`; return the CPU's."""
def margin_ranking_loss(input1: Any, input2: Any, target: Any, margin: Any = ..., size_average: Any = ..., reduce: Any = ..., reduction: Any = ...) -> Tensor:
    """Return the mean of max(0, -target (input1 - input2) + margin)."""
def masked_fill(input: Any, mask: Any, value: Any, *, out: Any = ...) -> Tensor:
    """Return input with `value` where the mask is true."""
def masked_fill_(input: Any, mask: Any, value: Any) -> Tensor:
    """In-place form of `masked_fill`: writes the result into `input` and returns it."""
def masked_scatter(input: Tensor, mask: Any, source: Any) -> Tensor:
    """Return `input` with the elements of `source`, in order, where a boolean mask is true; the first two broadcast."""
def masked_select(input: Tensor, mask: Any, *, out: Any = ...) -> Tensor:
    """Return the elements where a boolean mask is true, in one dimension; the two broadcast."""
def matmul(input: Tensor, other: Tensor, *, out: Any = ...) -> Tensor:
    """Return the matrix product of two tensors, broadcast over leading dimensions."""
def matrix_exp(input: Tensor) -> Tensor:
    """Return `linalg.matrix_exp(input)`."""
def matrix_power(input: Tensor, n: Any, *, out: Any = ...) -> Tensor:
    """Return the n-th power of square matrices, by repeated squaring; negative powers invert first."""
def matrix_rank(*args: Any, **kwargs: Any) -> Tensor:
    """Removed from PyTorch: raises RuntimeError, which names `torch.linalg.matrix_rank`."""
def max(input: Tensor, dim: Any = ..., keepdim: _bool = ..., *, other: Any = ..., out: Any = ...) -> Any:
    """Return the largest element, the largest along a dimension, or the larger of two."""
def max_pool1d(input: Tensor, kernel_size: Any, stride: Any = ..., padding: Any = ..., dilation: Any = ..., ceil_mode: _bool = ...) -> Any:
    """Return `nn.functional.max_pool1d`."""
def max_pool1d_with_indices(input: Tensor, kernel_size: Any, stride: Any = ..., padding: Any = ..., dilation: Any = ..., ceil_mode: _bool = ..., return_indices: _bool = ...) -> Tensor:
    """Return `max_pool1d` and the indices of its maxima, whatever `return_indices` says."""
def max_pool2d(input: Tensor, kernel_size: Any, stride: Any = ..., padding: Any = ..., dilation: Any = ..., ceil_mode: _bool = ...) -> Any:
    """Return `nn.functional.max_pool2d`."""
def max_pool3d(input: Tensor, kernel_size: Any, stride: Any = ..., padding: Any = ..., dilation: Any = ..., ceil_mode: _bool = ...) -> Any:
    """Return `nn.functional.max_pool3d`."""
def maximum(input: Tensor, other: Tensor, *, out: Any = ...) -> Tensor:
    """Return the larger of two elements; nan if one is nan. The gradient of a tie is shared equally."""
def mean(input: Tensor, dim: Any = ..., keepdim: _bool = ..., *, dtype: Any = ..., out: Any = ..., axis: Any = ..., keepdims: Any = ...) -> Tensor:
    """Return the mean; nan of no elements. Integers need a floating `dtype`."""
def median(input: Tensor, dim: Any = ..., keepdim: _bool = ..., *, out: Any = ...) -> Any:
    """Return the median, the lower one of two; nan if there is one."""
def meshgrid(*tensors: Any, indexing: Any = ...) -> tuple[Tensor, ...]:
    """Return the coordinate grids of vectors, as views."""
def min(input: Tensor, dim: Any = ..., keepdim: _bool = ..., *, other: Any = ..., out: Any = ...) -> Any:
    """Return the smallest element, the smallest along a dimension, or the smaller of two; see `max`."""
def minimum(input: Tensor, other: Tensor, *, out: Any = ...) -> Tensor:
    """Return the smaller of two elements; nan if one is nan. The gradient of a tie is shared equally."""
def mm(input: Tensor, mat2: Tensor, *, out: Any = ...) -> Tensor:
    """Return the matrix product of two matrices, without broadcasting."""
def mode(input: Tensor, dim: Any = ..., keepdim: _bool = ..., *, out: Any = ..., axis: Any = ..., keepdims: Any = ...) -> Any:
    """Return the named tuple (values, indices) of the most frequent elements along a dimension."""
def moveaxis(input: Tensor, source: Any, destination: Any) -> Tensor:
    """Return a view with dimension(s) `source` moved to the position(s) `destination`; the rest keep their order."""
def movedim(input: Tensor, source: Any, destination: Any) -> Tensor:
    """Return a view with dimension(s) `source` moved to the position(s) `destination`; the rest keep their order."""
def msort(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the values in ascending order along dimension 0."""
def mul(input: Any, other: Any, *, out: Any = ...) -> Tensor:
    """Return input * other."""
def mul_(input: Any, other: Any) -> Tensor:
    """In-place form of `mul`: writes the result into `input` and returns it."""
def multinomial(input: Tensor, num_samples: Any, replacement: _bool = ..., *, generator: Any = ..., out: Any = ...) -> Tensor:
    """Return indices drawn with the weights in each row of the input, int64."""
def multiply(input: Any, other: Any, *, out: Any = ...) -> Tensor:
    """Return input * other."""
def multiply_(input: Any, other: Any) -> Tensor:
    """In-place form of `mul`: writes the result into `input` and returns it."""
def mv(input: Tensor, vec: Tensor, *, out: Any = ...) -> Tensor:
    """Return the product of a matrix (n, m) and a vector (m), of shape (n)."""
def mvlgamma(input: Tensor, p: Any, *, out: Any = ...) -> Tensor:
    """Return the log of the multivariate gamma function of dimension p."""
def mvlgamma_(input: Tensor, p: Any) -> Tensor:
    """In-place form of `mvlgamma`: writes the result into `input` and returns it."""
def nan_to_num(input: Tensor, nan: Any = ..., posinf: Any = ..., neginf: Any = ..., *, out: Any = ...) -> Tensor:
    """Replace nan by `nan` (0), inf by `posinf` (the largest finite number), -inf by `neginf` (the smallest)."""
def nan_to_num_(input: Tensor, nan: Any = ..., posinf: Any = ..., neginf: Any = ...) -> Tensor:
    """In-place form of `nan_to_num`: writes the result into `input` and returns it."""
def nanmean(input: Tensor, dim: Any = ..., keepdim: _bool = ..., *, dtype: Any = ..., out: Any = ...) -> Tensor:
    """Return the mean of the elements that are not nan; nan where there are none."""
def nanmedian(input: Tensor, dim: Any = ..., keepdim: _bool = ..., *, out: Any = ...) -> Any:
    """Return the median of the elements that are not nan; see `median`."""
def nanquantile(input: Tensor, q: Any, dim: Any = ..., keepdim: _bool = ..., *, interpolation: Any = ..., out: Any = ...) -> Tensor:
    """Return the quantiles of the elements that are not nan; see `quantile`."""
def nansum(input: Tensor, dim: Any = ..., keepdim: _bool = ..., *, dtype: Any = ..., out: Any = ..., axis: Any = ..., keepdims: Any = ...) -> Tensor:
    """Return the sum with nan counted as 0."""
def narrow(input: Tensor, dim: Any, start: Any, length: Any) -> Tensor:
    """Return the view of `length` positions of a dimension from `start` (an int or a 0-d tensor)."""
def narrow_copy(input: Tensor, *args: Any, out: Any = ..., **kwargs: Any) -> Tensor:
    """Return a copy of `narrow(input, ...)`."""
def native_batch_norm(input: Tensor, weight: Any, bias: Any, running_mean: Any, running_var: Any, training: Any, momentum: Any, eps: Any) -> Any:
    """Return (the batch norm, means, 1 / standard deviations) of a (N, C, ...) input; no statistics outside of training."""
def native_channel_shuffle(input: Tensor, groups: Any, *, out: Any = ...) -> Tensor:
    """Return (N, C, ...) with the channels of `groups` groups interleaved."""
def native_dropout(input: Tensor, p: Any, train: Any) -> Any:
    """Return (the input with elements dropped, the mask of those that stayed); train None means True."""
def native_group_norm(input: Tensor, weight: Any, bias: Any, N: Any, C: Any, HxW: Any, group: Any, eps: Any) -> Any:
    """Return (the group norm, means, 1 / standard deviations) of a (N, C, ...) input with HxW values a channel."""
def native_layer_norm(input: Tensor, normalized_shape: Any, weight: Any, bias: Any, eps: Any) -> Any:
    """Return (layer norm, mean, 1/sqrt(var + eps)); the statistics have size 1 in the normalised dimensions."""
def ne(input: Any, other: Any, *, out: Any = ...) -> Tensor:
    """Return whether the elements differ."""
def ne_(input: Any, other: Any) -> Tensor:
    """In-place form of `ne`: writes the result into `input` and returns it."""
def neg(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return -input; booleans are refused."""
def neg_(input: Tensor) -> Tensor:
    """In-place form of `neg`: writes the result into `input` and returns it."""
def negative(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return -input; booleans are refused."""
def negative_(input: Tensor) -> Tensor:
    """In-place form of `neg`: writes the result into `input` and returns it."""
def nextafter(input: Tensor, other: Tensor, *, out: Any = ...) -> Tensor:
    """Return the next representable number after input towards other."""
def nextafter_(input: Tensor, other: Tensor) -> Tensor:
    """In-place form of `nextafter`: writes the result into `input` and returns it."""
def nonzero(input: Tensor, *, out: Any = ..., as_tuple: _bool = ...) -> Any:
    """Return the positions of the elements that are not zero: one row each, or (`as_tuple`) a vector a dimension."""
def nonzero_static(input: Tensor, *, size: Any, fill_value: Any = ...) -> Any:
    """Return the first `size` rows of `nonzero`, with rows of `fill_value` where there are fewer."""
def norm(input: Tensor, p: Any = ..., dim: Any = ..., keepdim: _bool = ..., out: Any = ..., dtype: Any = ...) -> Tensor:
    """Return the norm of the elements over `dim` (all by default)."""
def norm_except_dim(v: Any, pow: Any = ..., dim: Any = ...) -> Any:
    """Return the norms of a tensor's slices along a dimension, with the other dimensions of size 1; of all of it for -1."""
def normal(mean: Any, std: Any = ..., size: Any = ..., *, generator: Any = ..., out: Any = ..., dtype: Any = ..., layout: Any = ..., device: Any = ..., pin_memory: _bool = ..., requires_grad: _bool = ...) -> Tensor:
    """Return normal numbers; mean and std are tensors, or numbers with a `size`."""
def not_equal(input: Any, other: Any, *, out: Any = ...) -> Tensor:
    """Return whether the elements differ."""
def not_equal_(input: Any, other: Any) -> Tensor:
    """In-place form of `ne`: writes the result into `input` and returns it."""
def nuclear_norm(input: Tensor, dim: Any = ..., keepdim: _bool = ...) -> Tensor:
    """Return the sum of the singular values of a matrix, or of the matrices in two dimensions."""
def numel(input: Tensor) -> _int:
    """Return the number of elements."""
def ones(*args: Any, size: Any = ..., out: Any = ..., dtype: Any = ..., layout: Any = ..., device: Any = ..., pin_memory: _bool = ..., requires_grad: _bool = ...) -> Tensor:
    """Return a tensor of ones."""
def ones_like(input: Tensor, *, dtype: Any = ..., layout: Any = ..., device: Any = ..., pin_memory: _bool = ..., requires_grad: _bool = ..., memory_format: Any = ...) -> Tensor:
    """Return ones of the input's shape, dtype, device and order of memory."""
def orgqr(input: Tensor, tau: Any, *, out: Any = ...) -> Tensor:
    """Return `linalg.householder_product(input, tau)`."""
def ormqr(input: Tensor, tau: Any, other: Any, left: _bool = ..., transpose: _bool = ..., *, out: Any = ...) -> Tensor:
    """Return Q other (left) or other Q, or with Q^H (transpose), for Q given by Householder vectors."""
def outer(input: Any, vec2: Any, *, out: Any = ...) -> Tensor:
    """Return the matrix of the products input[i] * vec2[j]."""
def pairwise_distance(x1: Any, x2: Any, p: Any = ..., eps: Any = ..., keepdim: _bool = ...) -> Tensor:
    """Return the p-norm of x1 - x2 + eps over the last dimension."""
def pca_lowrank(A: Any, q: Any = ..., center: _bool = ..., niter: Any = ...) -> Any:
    """Return (U, S, V), the principal components of rows of A: `svd_lowrank` of A without its columns' means."""
def pdist(input: Tensor, p: Any = ...) -> Tensor:
    """Return the p-norm distance of every pair of rows i < j, as one vector."""
def permute(input: Tensor, dims: Any, *, out: Any = ...) -> Tensor:
    """Return a view with the dimensions in another order."""
def permute_copy(input: Tensor, *args: Any, out: Any = ..., **kwargs: Any) -> Tensor:
    """Return a copy of `permute(input, ...)`."""
def pinverse(input: Tensor, rcond: Any = ...) -> Tensor:
    """Return `linalg.pinv(input, rcond)`."""
def pixel_shuffle(input: Tensor, upscale_factor: Any, *, out: Any = ...) -> Tensor:
    """Return (..., C, H r, W r) from (..., C r^2, H, W): channels become pixels."""
def pixel_unshuffle(input: Tensor, downscale_factor: Any, *, out: Any = ...) -> Tensor:
    """Return (..., C r^2, H / r, W / r) from (..., C, H, W): the inverse of `pixel_shuffle`."""
def poisson(input: Tensor, generator: Any = ..., *, out: Any = ...) -> Tensor:
    """Return a Poisson number for each rate in the input, in its dtype."""
def poisson_nll_loss(input: Tensor, target: Any, log_input: _bool = ..., full: _bool = ..., size_average: Any = ..., eps: Any = ..., reduce: Any = ..., reduction: Any = ...) -> Tensor:
    """Return the mean negative log likelihood of Poisson counts."""
def polar(abs: Tensor, angle: Tensor, *, out: Any = ...) -> Tensor:
    """Return abs * (cos(angle) + sin(angle) * j)."""
def polygamma(n: Any, input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the n-th derivative of digamma(input), n being an int >= 0."""
def positive(input: Tensor) -> Tensor:
    """Return input itself; booleans are refused."""
def pow(input: Any, exponent: Any, *, out: Any = ...) -> Tensor:
    """Return input**exponent."""
def pow_(input: Any, exponent: Any) -> Tensor:
    """In-place form of `pow`: writes the result into `input` and returns it."""
def prelu(input: Tensor, weight: Any) -> Tensor:
    """Return input where positive, else weight * input, with a learnable weight."""
def prod(input: Tensor, dim: Any = ..., keepdim: _bool = ..., *, dtype: Any = ..., out: Any = ..., axis: Any = ..., keepdims: Any = ...) -> Tensor:
    """Return the product, over all elements or along one dimension; of integers as int64."""
def put(input: Tensor, index: Tensor, source: Tensor, accumulate: _bool = ..., *, out: Any = ...) -> Tensor:
    """Return `input` with `source` stored (or added) at flat positions; negative ones count from the end."""
def put_(input: Tensor, index: Tensor, source: Tensor, accumulate: _bool = ...) -> Tensor:
    """In-place form of `put`: writes the result into `input` and returns it."""
def qr(input: Tensor, some: _bool = ..., *, out: Any = ...) -> Any:
    """Return `linalg.qr` (deprecated), reduced or, with some=False, complete."""
def quantile(input: Tensor, q: Any, dim: Any = ..., keepdim: _bool = ..., *, interpolation: Any = ..., out: Any = ...) -> Tensor:
    """Return the quantiles of the elements, over all or along a dimension; nan where there is a nan."""
def rad2deg(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return radians in degrees."""
def rad2deg_(input: Tensor) -> Tensor:
    """In-place form of `rad2deg`: writes the result into `input` and returns it."""
def rand(*args: Any, size: Any = ..., generator: Any = ..., out: Any = ..., dtype: Any = ..., layout: Any = ..., device: Any = ..., pin_memory: _bool = ..., requires_grad: _bool = ...) -> Tensor:
    """Return a tensor of uniform numbers of [0, 1)."""
def rand_like(input: Tensor, *, generator: Any = ..., dtype: Any = ..., layout: Any = ..., device: Any = ..., pin_memory: _bool = ..., requires_grad: _bool = ..., memory_format: Any = ...) -> Tensor:
    """Return uniform numbers of [0, 1) in the input's shape, dtype, device and order of memory."""
def randint(*args: Any, low: Any = ..., high: Any = ..., size: Any = ..., generator: Any = ..., out: Any = ..., dtype: Any = ..., layout: Any = ..., device: Any = ..., pin_memory: _bool = ..., requires_grad: _bool = ...) -> Tensor:
    """Return a tensor of whole numbers of low .. high - 1: `randint(high, size)` or `randint(low, high, size)`."""
def randint_like(input: Tensor, *args: Any, low: Any = ..., high: Any = ..., generator: Any = ..., dtype: Any = ..., layout: Any = ..., device: Any = ..., pin_memory: _bool = ..., requires_grad: _bool = ..., memory_format: Any = ...) -> Tensor:
    """Return whole numbers of low .. high - 1 in the input's shape, dtype, device and order of memory."""
def randn(*args: Any, size: Any = ..., generator: Any = ..., out: Any = ..., dtype: Any = ..., layout: Any = ..., device: Any = ..., pin_memory: _bool = ..., requires_grad: _bool = ...) -> Tensor:
    """Return a tensor of standard normal numbers (complex ones: of variance 1 in all, half in each part)."""
def randn_like(input: Tensor, *, generator: Any = ..., dtype: Any = ..., layout: Any = ..., device: Any = ..., pin_memory: _bool = ..., requires_grad: _bool = ..., memory_format: Any = ...) -> Tensor:
    """Return standard normal numbers in the input's shape, dtype, device and order of memory."""
def randperm(n: Any, *, generator: Any = ..., out: Any = ..., dtype: Any = ..., layout: Any = ..., device: Any = ..., pin_memory: _bool = ..., requires_grad: _bool = ...) -> Tensor:
    """Return a random permutation of 0 .. n-1."""
def range(start: Any = ..., end: Any = ..., step: Any = ..., *, out: Any = ..., dtype: Any = ..., layout: Any = ..., device: Any = ..., pin_memory: _bool = ..., requires_grad: _bool = ...) -> Tensor:
    """Return start, start + step, ... up to and including end. Deprecated: use `arange`."""
def ravel(input: Tensor) -> Tensor:
    """Return the elements in one dimension, a view where one exists."""
def real(input: Tensor) -> Tensor:
    """Return the real parts as a view; a real tensor itself."""
def reciprocal(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return 1 / input; inf at 0."""
def reciprocal_(input: Tensor) -> Tensor:
    """In-place form of `reciprocal`: writes the result into `input` and returns it."""
def relu(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return max(input, 0); nan stays. The gradient at 0 is 0."""
def relu_(input: Tensor) -> Tensor:
    """In-place form of `relu`: writes the result into `input` and returns it."""
def remainder(input: Any, other: Any, *, out: Any = ...) -> Tensor:
    """Return input - other * floor(input / other), which has the sign of other (Python's %); a zero has that of input."""
def remainder_(input: Any, other: Any) -> Tensor:
    """In-place form of `remainder`: writes the result into `input` and returns it."""
def renorm(input: Tensor, p: Any, dim: Any, maxnorm: Any, *, out: Any = ...) -> Tensor:
    """Return input with the slices along `dim` whose norm of order p exceeds `maxnorm` scaled down to it."""
def repeat_interleave(input: Tensor, repeats: Any = ..., dim: Any = ..., *, output_size: Any = ...) -> Tensor:
    """Return each element (or each position of `dim`) repeated: `repeats` times, or `repeats[k]` times."""
def reshape(input: Tensor, shape: Any) -> Tensor:
    """Return the elements in another shape: a view where one exists, else a copy; one size may be -1."""
def resize_as_(input: Tensor, the_template: Any, *, memory_format: Any = ...) -> Tensor:
    """Change the sizes in place to those of another tensor."""
def resolve_conj(input: Tensor) -> Tensor:
    """Return input: conjugation is never pending here."""
def resolve_neg(input: Tensor) -> Tensor:
    """Return input: negation is never pending here."""
def result_type(tensor1: Any, tensor2: Any) -> _dtype:
    """Return the dtype that an operation on two tensors or numbers has."""
def rms_norm(input: Tensor, normalized_shape: Any, weight: Any = ..., eps: Any = ...) -> Tensor:
    """Return x / sqrt(mean(x**2) + eps) * weight over the last dimensions."""
def rnn_relu(*args: Any, **kwargs: Any) -> Any:
    """Return (output, last states) of an Elman network with relu; arguments as in `torch.gru`."""
def rnn_relu_cell(input: Tensor, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = ..., b_hh: Any = ...) -> Tensor:
    """Return relu(W_ih x + b_ih + W_hh h + b_hh); arguments as in `rnn_tanh_cell`."""
def rnn_tanh(*args: Any, **kwargs: Any) -> Any:
    """Return (output, last states) of an Elman network with tanh; arguments as in `torch.gru`."""
def rnn_tanh_cell(input: Tensor, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = ..., b_hh: Any = ...) -> Tensor:
    """Return tanh(W_ih x + b_ih + W_hh h + b_hh)."""
def roll(input: Tensor, shifts: Any, dims: Any = ..., *, out: Any = ...) -> Tensor:
    """Return the elements shifted along dimensions, around the end; without `dims`, of the flattened tensor."""
def rot90(input: Tensor, k: Any = ..., dims: Any = ..., *, out: Any = ...) -> Tensor:
    """Return the tensor rotated by k quarter turns in the plane of two dimensions, from the first to the second."""
def round(input: Tensor, *, decimals: Any = ..., out: Any = ...) -> Tensor:
    """Round to the nearest number of `decimals` decimals, halves to the even one. The gradient is 0."""
def round_(input: Tensor, *, decimals: Any = ...) -> Tensor:
    """In-place form of `round`: writes the result into `input` and returns it."""
def row_stack(tensors: Any, *, out: Any = ...) -> Tensor:
    """Return the tensors joined along dimension 0; vectors are rows."""
def rrelu(input: Tensor, lower: Any = ..., upper: Any = ..., training: _bool = ..., inplace: _bool = ...) -> Tensor:
    """Return input where positive, else a * input; in training a is drawn from U(lower, upper) for each element."""
def rrelu_(input: Tensor, lower: Any = ..., upper: Any = ..., training: _bool = ...) -> Tensor:
    """Write `rrelu(input, ...)` into input."""
def rsqrt(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return 1 / sqrt(input); inf at 0, nan below."""
def rsqrt_(input: Tensor) -> Tensor:
    """In-place form of `rsqrt`: writes the result into `input` and returns it."""
def rsub(input: Any, other: Any, *, alpha: Any = ..., out: Any = ...) -> Tensor:
    """Return other - alpha * input."""
def scalar_tensor(s: Any, *, dtype: Any = ..., layout: Any = ..., device: Any = ..., pin_memory: _bool = ..., requires_grad: _bool = ...) -> Tensor:
    """Return a 0-d tensor of a number, in the default dtype."""
def scatter(input: Tensor, dim: Any, index: Any, src: Any = ..., *, value: Any = ..., reduce: Any = ..., out: Any = ...) -> Tensor:
    """Return a copy with elements of `src` (or a number) stored where `index` says: out[index[i][j]][j] = src[i][j] for dim 0."""
def scatter_add(input: Tensor, dim: Any = ..., index: Tensor = ..., src: Tensor = ..., *, out: Any = ..., axis: Any = ...) -> Tensor:
    """Return `input` with the elements of `src` added where `index` says; see `scatter`."""
def scatter_add_(input: Tensor, dim: Any = ..., index: Tensor = ..., src: Tensor = ..., *, axis: Any = ...) -> Tensor:
    """In-place form of `scatter_add`: writes the result into `input` and returns it."""
def scatter_reduce(input: Tensor, dim: Any = ..., index: Tensor = ..., src: Tensor = ..., reduce: Any = ..., *, include_self: _bool = ..., out: Any = ..., axis: Any = ...) -> Tensor:
    """Return `input` with the elements of `src` combined where `index` says; see `scatter`."""
def scatter_reduce_(input: Tensor, dim: Any = ..., index: Tensor = ..., src: Tensor = ..., reduce: Any = ..., *, include_self: _bool = ..., axis: Any = ...) -> Tensor:
    """In-place form of `scatter_reduce`: writes the result into `input` and returns it."""
def searchsorted(sorted_sequence: Any, input: Tensor, *, out_int32: _bool = ..., right: _bool = ..., side: Any = ..., sorter: Any = ..., out: Any = ...) -> Tensor:
    """Return the positions where values would be inserted into an ascending sequence (or the rows of one)."""
def seed() -> _int:
    """Seed the default generators with a number of the system's choice and return it."""
def segment_reduce(data: Any, reduce: Any, *, lengths: Any = ..., indices: Any = ..., offsets: Any = ..., axis: Any = ..., unsafe: _bool = ..., initial: Any = ...) -> Tensor:
    """Return the sum, mean, max, min or product of consecutive pieces of a dimension."""
def select(input: Tensor, dim: Any = ..., index: Any = ..., *, out: Any = ..., axis: Any = ...) -> Tensor:
    """Return the view of position `index` of dimension `dim`, without that dimension."""
def select_copy(input: Tensor, *args: Any, out: Any = ..., **kwargs: Any) -> Tensor:
    """Return a copy of `select(input, ...)`."""
def select_scatter(input: Tensor, src: Any, dim: Any, index: Any, *, out: Any = ...) -> Tensor:
    """Return a copy with position `index` of a dimension replaced by `src`."""
def selu(input: Tensor, inplace: _bool = ...) -> Tensor:
    """Return scale * (max(input, 0) + min(alpha * (exp(input) - 1), 0)) with the self-normalising constants."""
def selu_(input: Tensor) -> Tensor:
    """Write `selu(input)` into input."""
def set_default_tensor_type(t: Any) -> Tensor:
    """Set the default dtype by the name of a tensor type, such as `torch.DoubleTensor` (deprecated)."""
def set_deterministic_debug_mode(debug_mode: Any) -> Tensor:
    """Set determinism by level: 0 or "default", 1 or "warn", 2 or "error"."""
def set_float32_matmul_precision(precision: Any) -> None:
    """Keep the precision; float32 products are always computed in float32 here."""
def set_flush_denormal(mode: Any) -> Tensor:
    """Say whether the smallest numbers become zero. They are always kept here: returns whether that is what was asked."""
def set_num_interop_threads(n: Any) -> None:
    """Keep a number of inter-operation threads; operations run one after the other here."""
def set_num_threads(n: Any) -> None:
    """Let one operation use up to `n` threads; RuntimeError unless n is positive."""
def set_printoptions(precision: Any = ..., threshold: Any = ..., edgeitems: Any = ..., linewidth: Any = ..., profile: Any = ..., sci_mode: Any = ...) -> None:
    """Set how tensors are printed, for the whole process."""
def set_rng_state(new_state: Any) -> Tensor:
    """Set the state of the default CPU generator."""
def set_warn_always(b: Any) -> Tensor:
    """Keep whether warnings given once are given always."""
def sgn(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return input / |input|, and 0 at 0: the sign, or the direction of a complex number."""
def sgn_(input: Tensor) -> Tensor:
    """In-place form of `sgn`: writes the result into `input` and returns it."""
def sigmoid(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return 1 / (1 + exp(-input)), in (0, 1); also `torch.special.expit`."""
def sigmoid_(input: Tensor) -> Tensor:
    """In-place form of `sigmoid`: writes the result into `input` and returns it."""
def sign(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return -1, 0 or 1, and 0 for nan; booleans stay as they are. The gradient is 0."""
def sign_(input: Tensor) -> Tensor:
    """In-place form of `sign`: writes the result into `input` and returns it."""
def signbit(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return whether the sign bit is set, as it is for -0."""
def sin(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the sine of an angle in radians."""
def sin_(input: Tensor) -> Tensor:
    """In-place form of `sin`: writes the result into `input` and returns it."""
def sinc(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return sin(pi x) / (pi x), and 1 at x = 0."""
def sinc_(input: Tensor) -> Tensor:
    """In-place form of `sinc`: writes the result into `input` and returns it."""
def sinh(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the hyperbolic sine."""
def sinh_(input: Tensor) -> Tensor:
    """In-place form of `sinh`: writes the result into `input` and returns it."""
def slice_copy(input: Tensor, *args: Any, out: Any = ..., **kwargs: Any) -> Tensor:
    """Return a copy of `slice(input, ...)`."""
def slice_scatter(input: Tensor, src: Any, dim: Any = ..., start: Any = ..., end: Any = ..., step: Any = ..., *, out: Any = ...) -> Tensor:
    """Return a copy with `input[start:end:step]` along a dimension replaced by `src`."""
def slogdet(input: Tensor) -> Any:
    """Return `linalg.slogdet(input)`."""
def softmax(input: Tensor, dim: Any = ..., dtype: Any = ..., *, out: Any = ..., axis: Any = ...) -> Tensor:
    """Return exp(input) / sum(exp(input), dim): positive numbers with sum 1 along `dim`."""
def solve(*args: Any, **kwargs: Any) -> Tensor:
    """Removed from PyTorch: raises RuntimeError, which names `torch.linalg.solve`."""
def sort(input: Tensor, dim: Any = ..., descending: _bool = ..., *, stable: Any = ..., out: Any = ...) -> Any:
    """Return (values, indices) in ascending or descending order along a dimension."""
def sparse_compressed_tensor(compressed_indices: Any, plain_indices: Any, values: Any, size: Any = ..., *, layout: Any = ..., **options: Any) -> Tensor:
    """Return a sparse matrix of layout `torch.sparse_csr` or `torch.sparse_csc` (see `sparse_csr_tensor`)."""
def sparse_coo_tensor(*args: Any, dtype: Any = ..., device: Any = ..., pin_memory: _bool = ..., requires_grad: _bool = ..., check_invariants: Any = ..., is_coalesced: Any = ..., **named: Any) -> Tensor:
    """Return a tensor that is zero but at given places; values of one place add up."""
def sparse_csc_tensor(*args: Any, dtype: Any = ..., device: Any = ..., pin_memory: _bool = ..., requires_grad: _bool = ..., check_invariants: Any = ..., **named: Any) -> Tensor:
    """Return a sparse matrix by its ccol_indices, row_indices, values and, where it is not theirs, size."""
def sparse_csr_tensor(*args: Any, dtype: Any = ..., device: Any = ..., pin_memory: _bool = ..., requires_grad: _bool = ..., check_invariants: Any = ..., **named: Any) -> Tensor:
    """Return a sparse matrix by its crow_indices, col_indices, values and, where it is not theirs, size."""
def split(tensor: Any, split_size_or_sections: Any, dim: Any = ...) -> tuple[Tensor, ...]:
    """Return a tuple of views: of one size (the last may be smaller), or of a list of sizes."""
def split_copy(input: Tensor, *args: Any, out: Any = ..., **kwargs: Any) -> Tensor:
    """Return a copy of `split(input, ...)`."""
def split_with_sizes(input: Tensor, split_sizes: Any, dim: Any = ..., *, out: Any = ..., axis: Any = ...) -> tuple[Tensor, ...]:
    """Return a tuple of views with the given sizes along a dimension."""
def split_with_sizes_copy(input: Tensor, *args: Any, out: Any = ..., **kwargs: Any) -> Tensor:
    """Return a copy of `split_with_sizes(input, ...)`."""
def spmm(input: Tensor, mat2: Tensor, *, out: Any = ...) -> Tensor:
    """Return the matrix product of two matrices, without broadcasting."""
def sqrt(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the square root; nan below zero. The gradient at 0 is inf."""
def sqrt_(input: Tensor) -> Tensor:
    """In-place form of `sqrt`: writes the result into `input` and returns it."""
def square(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return input**2; integers stay integers, booleans become int64."""
def square_(input: Tensor) -> Tensor:
    """In-place form of `square`: writes the result into `input` and returns it."""
def squeeze(input: Tensor, dim: Any = ..., *, out: Any = ..., axis: Any = ...) -> Tensor:
    """Return a view without dimensions of size 1: all of them, or `dim` (an int or a tuple) where it is one."""
def squeeze_copy(input: Tensor, *args: Any, out: Any = ..., **kwargs: Any) -> Tensor:
    """Return a copy of `squeeze(input, ...)`."""
def stack(tensors: Sequence[Tensor], dim: Any = ..., *, out: Any = ..., axis: Any = ...) -> Tensor:
    """Return the tensors joined along a new dimension; all have the same shape."""
def std(input: Tensor, dim: Any = ..., unbiased: Any = ..., keepdim: _bool = ..., *, correction: Any = ..., out: Any = ...) -> Tensor:
    """Return the standard deviation, the square root of `var`. The gradient is 0 where it is 0."""
def std_mean(input: Tensor, dim: Any = ..., unbiased: Any = ..., keepdim: _bool = ..., *, correction: Any = ...) -> Any:
    """Return (standard deviation, mean); see `var`."""
def stft(input: Tensor, n_fft: Any, hop_length: Any = ..., win_length: Any = ..., window: Any = ..., center: _bool = ..., pad_mode: Any = ..., normalized: _bool = ..., onesided: Any = ..., return_complex: Any = ..., align_to_window: Any = ...) -> Tensor:
    """Return the Fourier transforms of overlapping windows of a signal."""
def sub(input: Any, other: Any, *, alpha: Any = ..., out: Any = ...) -> Tensor:
    """Return input - alpha * other; booleans are refused."""
def sub_(input: Any, other: Any, *, alpha: Any = ...) -> Tensor:
    """In-place form of `sub`: writes the result into `input` and returns it."""
def subtract(input: Any, other: Any, *, alpha: Any = ..., out: Any = ...) -> Tensor:
    """Return input - alpha * other; booleans are refused."""
def subtract_(input: Any, other: Any, *, alpha: Any = ...) -> Tensor:
    """In-place form of `sub`: writes the result into `input` and returns it."""
def sum(input: Tensor, dim: Any = ..., keepdim: _bool = ..., *, dtype: Any = ..., out: Any = ..., axis: Any = ..., keepdims: Any = ...) -> Tensor:
    """Return the sum; of integers and booleans as int64."""
def svd(input: Tensor, some: _bool = ..., compute_uv: _bool = ..., *, out: Any = ...) -> Any:
    """Return (U, S, V) with input = U diag(S) V^H (deprecated: use `linalg.svd`)."""
def svd_lowrank(A: Any, q: Any = ..., niter: Any = ..., M: Any = ...) -> Any:
    """Return (U, S, V) with U diag(S) V^H close to A - M, of rank q, by randomised subspace iteration."""
def swapaxes(input: Tensor, axis0: Any, axis1: Any) -> Tensor:
    """Return `transpose(input, axis0, axis1)`."""
def swapdims(input: Tensor, dim0: Any, dim1: Any) -> Tensor:
    """Return `transpose(input, dim0, dim1)`."""
def sym_float(a: Any) -> Any:
    """Return a number as a float."""
def sym_int(a: Any) -> Any:
    """Return a number cut to an integer."""
def sym_ite(b: Any, t: Any, f: Any) -> Any:
    """Return `t` where `b` holds, else `f`."""
def sym_max(a: Any, b: Any) -> Any:
    """Return the greater of two numbers, as a float if one is."""
def sym_min(a: Any, b: Any) -> Any:
    """Return the smaller of two numbers, as a float if one is."""
def sym_not(a: Any) -> Any:
    """Return the negation."""
def sym_sqrt(a: Any) -> Any:
    """Return the square root."""
def sym_sum(args: Any) -> Any:
    """Return the sum of numbers."""
def symeig(*args: Any, **kwargs: Any) -> Tensor:
    """Removed from PyTorch: raises RuntimeError, which names `torch.linalg.eigh`."""
def t(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the transpose of a matrix; tensors of fewer dimensions come back as they are."""
def t_copy(input: Tensor, *args: Any, out: Any = ..., **kwargs: Any) -> Tensor:
    """Return a copy of `t(input, ...)`."""
def take(input: Tensor, index: Tensor, *, out: Any = ...) -> Tensor:
    """Return the elements of the flattened tensor at `index`, in the shape of `index`; negative ones count from the end."""
def take_along_dim(input: Tensor, indices: Any, dim: Any = ..., *, out: Any = ...) -> Tensor:
    """Return `gather` of tensors that broadcast but for `dim`; without `dim`, of the flattened tensors."""
def tan(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the tangent of an angle in radians."""
def tan_(input: Tensor) -> Tensor:
    """In-place form of `tan`: writes the result into `input` and returns it."""
def tanh(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the hyperbolic tangent, in (-1, 1)."""
def tanh_(input: Tensor) -> Tensor:
    """In-place form of `tanh`: writes the result into `input` and returns it."""
def tensor(data: Any, *, dtype: Any = ..., device: Any = ..., requires_grad: _bool = ..., pin_memory: _bool = ...) -> Tensor:
    """Return a tensor of a copy of the data."""
def tensor_split(input: Tensor, indices_or_sections: Any, dim: Any = ...) -> tuple[Tensor, ...]:
    """Return a tuple of views: `sections` nearly equal ones, the first ones larger, or cut at the given indices."""
def tensordot(a: Any, b: Any, dims: Any = ..., out: Any = ...) -> Tensor:
    """Return the sums of products over several dimensions of two tensors."""
def threshold(input: Tensor, threshold: Any, value: Any, inplace: _bool = ..., *, out: Any = ...) -> Tensor:
    """Return input where it exceeds `threshold` (or is nan), else `value`."""
def threshold_(input: Tensor, threshold: Any, value: Any) -> Tensor:
    """Write `threshold(input, ...)` into input."""
def tile(input: Tensor, dims: Any) -> Tensor:
    """Return the tensor repeated; missing counts are 1, as in `numpy.tile`."""
def to_dlpack(tensor: Any) -> Tensor:
    """Return a DLPack capsule of the tensor's memory, which one consumer may take."""
def topk(input: Tensor, k: Any, dim: Any = ..., largest: _bool = ..., sorted: _bool = ..., *, out: Any = ..., axis: Any = ...) -> Any:
    """Return (values, indices) of the k largest or smallest elements along a dimension, in order."""
def trace(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the sum of a matrix's diagonal; integers are summed in int64."""
def transpose(input: Tensor, dim0: Any, dim1: Any, *, out: Any = ...) -> Tensor:
    """Return a view with two dimensions exchanged."""
def transpose_copy(input: Tensor, *args: Any, out: Any = ..., **kwargs: Any) -> Tensor:
    """Return a copy of `transpose(input, ...)`."""
def trapezoid(y: Any, x: Any = ..., *, dx: Any = ..., dim: Any = ...) -> Tensor:
    """Return the integral of samples along a dimension by the trapezoidal rule, at points x or `dx` apart."""
def trapz(y: Any, x: Any = ..., *, dx: Any = ..., dim: Any = ...) -> Tensor:
    """Return the integral of samples along a dimension by the trapezoidal rule, at points x or `dx` apart."""
def triangular_solve(input: Tensor, A: Any, upper: _bool = ..., transpose: _bool = ..., unitriangular: _bool = ..., *, out: Any = ...) -> Any:
    """Return (solution, clone of A) of A X = input for triangular A (deprecated: use `linalg.solve_triangular`)."""
def tril(input: Tensor, diagonal: Any = ..., *, out: Any = ...) -> Tensor:
    """Return the lower triangle of matrices, zero above the given diagonal (0: main, positive: above it)."""
def tril_(input: Tensor, diagonal: Any = ...) -> Tensor:
    """In-place form of `tril`: writes the result into `input` and returns it."""
def tril_indices(row: Any, col: Any, offset: Any = ..., *, dtype: Any = ..., device: Any = ..., layout: Any = ..., pin_memory: _bool = ...) -> Tensor:
    """Return the indices of the lower triangle of a row x col matrix, as a 2 x N tensor."""
def triplet_margin_loss(anchor: Any, positive: Any, negative: Any, margin: Any = ..., p: Any = ..., eps: Any = ..., swap: _bool = ..., size_average: Any = ..., reduce: Any = ..., reduction: Any = ...) -> Tensor:
    """Return the mean of max(0, d(anchor, positive) - d(anchor, negative) + margin), with the p-norm distance."""
def triu(input: Tensor, diagonal: Any = ..., *, out: Any = ...) -> Tensor:
    """Return the upper triangle of matrices, zero below the given diagonal (0: main, positive: above it)."""
def triu_(input: Tensor, diagonal: Any = ...) -> Tensor:
    """In-place form of `triu`: writes the result into `input` and returns it."""
def triu_indices(row: Any, col: Any, offset: Any = ..., *, dtype: Any = ..., device: Any = ..., layout: Any = ..., pin_memory: _bool = ...) -> Tensor:
    """Return the indices of the upper triangle of a row x col matrix, as a 2 x N tensor."""
def true_divide(input: Tensor, other: Any, *, out: Any = ...) -> Tensor:
    """Return input / other in a float dtype: `div` without rounding."""
def trunc(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return input without its fraction. The gradient is 0."""
def trunc_(input: Tensor) -> Tensor:
    """In-place form of `trunc`: writes the result into `input` and returns it."""
def typename(obj: Any) -> _str:
    """Return the type of an object as torch names it: "torch.FloatTensor", "int", ..."""
def unbind(input: Tensor, dim: Any = ..., *, out: Any = ..., axis: Any = ...) -> tuple[Tensor, ...]:
    """Return a tuple of the views along a dimension, without it."""
def unbind_copy(input: Tensor, *args: Any, out: Any = ..., **kwargs: Any) -> Tensor:
    """Return a copy of `unbind(input, ...)`."""
def unflatten(input: Tensor, dim: Any, sizes: Any) -> Tensor:
    """Return `dim` split into several dimensions; one size may be -1."""
def unfold_copy(input: Tensor, *args: Any, out: Any = ..., **kwargs: Any) -> Tensor:
    """Return a copy of `unfold(input, ...)`."""
def unique(input: Tensor, sorted: _bool = ..., return_inverse: _bool = ..., return_counts: _bool = ..., dim: Any = ...) -> Any:
    """Return the distinct elements (or slices of `dim`) in ascending order."""
def unique_consecutive(input: Tensor, return_inverse: _bool = ..., return_counts: _bool = ..., dim: Any = ...) -> Any:
    """Return the elements (or slices of `dim`) without repetitions of the one just before."""
def unravel_index(indices: Any, shape: Any) -> Tensor:
    """Return the coordinates, one tensor a dimension, of flat positions in an array of `shape`."""
def unsafe_chunk(input: Tensor, chunks: Any, dim: Any = ...) -> tuple[Tensor, ...]:
    """Return `chunk` as tensors that autograd does not tie to each other."""
def unsafe_split(input: Tensor, split_size: Any, dim: Any = ...) -> tuple[Tensor, ...]:
    """Return `split` as tensors that autograd does not tie to each other."""
def unsafe_split_with_sizes(input: Tensor, split_sizes: Any, dim: Any = ...) -> tuple[Tensor, ...]:
    """Return `split_with_sizes` as tensors that autograd does not tie to each other."""
def unsqueeze(input: Tensor, dim: Any = ..., *, out: Any = ..., axis: Any = ...) -> Tensor:
    """Return a view with a dimension of size 1 inserted at `dim`."""
def unsqueeze_copy(input: Tensor, *args: Any, out: Any = ..., **kwargs: Any) -> Tensor:
    """Return a copy of `unsqueeze(input, ...)`."""
def use_deterministic_algorithms(mode: Any, *, warn_only: _bool = ...) -> None:
    """Keep the flag. Every algorithm here is deterministic, for any number of threads."""
def vander(x: Any, N: Any = ..., increasing: _bool = ...) -> Any:
    """Return the Vandermonde matrix of a vector, by default with the powers falling from N - 1 to 0."""
def var(input: Tensor, dim: Any = ..., unbiased: Any = ..., keepdim: _bool = ..., *, correction: Any = ..., out: Any = ...) -> Tensor:
    """Return the variance: the sum of squared distances from the mean over max(0, n - correction)."""
def var_mean(input: Tensor, dim: Any = ..., unbiased: Any = ..., keepdim: _bool = ..., *, correction: Any = ...) -> Any:
    """Return (variance, mean); see `var`."""
def vdot(input: Tensor, other: Tensor, *, out: Any = ...) -> Tensor:
    """Return `dot` with the first vector conjugated."""
def view_as_complex(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return a complex view of pairs (real, imaginary) that lie in a last dimension of size 2."""
def view_as_complex_copy(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return `view_as_complex` in memory of its own."""
def view_as_real(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return a real view with a last dimension of size 2: the real and the imaginary parts."""
def view_as_real_copy(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return `view_as_real` in memory of its own."""
def view_copy(input: Tensor, *args: Any, out: Any = ..., **kwargs: Any) -> Tensor:
    """Return a copy of `view(input, ...)`."""
def vsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Return `tensor_split` along dimension 0; a number of sections must divide its size."""
def vstack(tensors: Any, *, out: Any = ...) -> Tensor:
    """Return the tensors joined along dimension 0; vectors are rows."""
def where(condition: Any, input: Any = ..., other: Any = ..., *, out: Any = ...) -> Any:
    """Return elements of `input` where the condition is true and of `other` elsewhere."""
def while_loop(cond_fn: Any, body_fn: Any, carried_inputs: Any) -> Any:
    """Call `body_fn` on its own results, from `carried_inputs` on, while `cond_fn` of them holds."""
def xlogy(input: Any, other: Any, *, out: Any = ...) -> Tensor:
    """Return input * log(other), and 0 where input is 0 and other is not nan."""
def xlogy_(input: Any, other: Any) -> Tensor:
    """In-place form of `xlogy`: writes the result into `input` and returns it."""
def zero_(input: Tensor) -> Tensor:
    """Write zeros into every element, and return the tensor."""
def zeros(*args: Any, size: Any = ..., out: Any = ..., dtype: Any = ..., layout: Any = ..., device: Any = ..., pin_memory: _bool = ..., requires_grad: _bool = ...) -> Tensor:
    """Return a tensor of zeros."""
def zeros_like(input: Tensor, *, dtype: Any = ..., layout: Any = ..., device: Any = ..., pin_memory: _bool = ..., requires_grad: _bool = ..., memory_format: Any = ...) -> Tensor:
    """Return zeros of the input's shape, dtype, device and order of memory."""
def can_cast(from_: Any, to: Any) -> _bool:
    """Whether torch lets `from_` be stored into `to` (never to a lower category)."""
def clear_autocast_cache() -> Tensor:
    """Forget the casts of parameters."""
def get_autocast_dtype(device_type: Any) -> Tensor:
    """Return the dtype that autocasting uses on a device: bfloat16 on the CPU, float16 on CUDA, unless set."""
def get_default_device() -> Any:
    """Return the device on which tensors are created when none is named."""
def get_default_dtype() -> Any:
    """Return the dtype that floating literals and constructors take (float32 at start)."""
def is_anomaly_check_nan_enabled() -> Tensor:
    """Whether anomaly detection also looks for NaN."""
def is_anomaly_enabled() -> Tensor:
    """Whether anomaly detection is on."""
def is_autocast_cache_enabled() -> Tensor:
    """Whether casts of parameters are kept until the outermost `autocast` ends."""
def is_autocast_cpu_enabled() -> Tensor:
    """Whether autocasting is on for the CPU; the older name."""
def is_autocast_enabled(device_type: Any = ...) -> Tensor:
    """Whether autocasting is on, for CUDA when no device type is given."""
def is_grad_enabled() -> _bool:
    """Whether operations on tensors that require grad are recorded in this thread."""
def is_inference_mode_enabled() -> Tensor:
    """Whether this thread is inside `inference_mode`."""
def promote_types(type1: Any, type2: Any) -> _dtype:
    """Return the smallest dtype that torch gives an operation on both."""
def set_autocast_cache_enabled(enabled: Any) -> Tensor:
    """Say whether casts of parameters are kept until the outermost `autocast` ends."""
def set_autocast_dtype(device_type: Any, dtype: Any) -> Tensor:
    """Set the dtype that `torch.autocast(device_type)` uses when it is given none."""
def set_default_device(device: Any) -> None:
    """Create tensors on `device` from now on (None: the CPU)."""
def set_default_dtype(d: Any) -> None:
    """Set the dtype of floating literals; TypeError for a non-floating one."""
def save(obj: Any, f: Any, *args: Any, **kwargs: Any) -> None: ...
def load(f: Any, map_location: Any = ..., *args: Any, **kwargs: Any) -> Any: ...
def compile(model: Any = ..., **kwargs: Any) -> Any: ...
def __getattr__(name: _str) -> Any: ...
