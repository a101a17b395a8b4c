"""What torch asks of a tensor given as `out=`: its dtype, by family of ops, and a memory of its own.

Loaded when an `out=` is first used.
"""
from typing import Any

from .. import dtypes
from ..backend import guard
from ..backend.cpu import B as CPU

#: the names of C's types, by our dtypes'
C_NAMES = {
    "uint8": "unsigned char", "int8": "signed char", "int16": "short int", "int32": "int", "int64": "long int",
    "uint16": "short unsigned int", "uint32": "unsigned int", "uint64": "long unsigned int", "float16": "c10::Half",
    "bfloat16": "c10::BFloat16", "float32": "float", "float64": "double", "complex32": "c10::complex<c10::Half>",
    "complex64": "c10::complex<float>", "complex128": "c10::complex<double>", "float8_e4m3fn": "c10::Float8_e4m3fn",
    "float8_e5m2": "c10::Float8_e5m2",
}
_SPACE = "Expected out tensor to have dtype {c_want}, but got {c_got} instead"
_SCAN = "expected scalar_type {want} but found {got}"
_SOLVE = "expected scalar type {want} but found {got}"
_DOT = "result dtype {got} does not match input dtype {want}"
_BOTH = "Expected the dtype for input and out to match, but got {want} for input's dtype and {got} for out's dtype."
_PAIR = "Expected object of scalar type {want} but got scalar type {got} for argument 'out'"
_SAME = "{name}(): self and result must have the same scalar type"
_TRUTH = "{name} does not support non-boolean outputs."
_TRUTHS = "{name} only supports bool tensor for result, got: {got}"
_COMPLEX = "{name} expects a complex output tensor, but got {got}"
_REAL = "{name} expects a floating point output tensor, but got {got}"
_NORM = "{name} expected out tensor dtype {want} but got: {got}"

#: ops whose `out=` must have the very dtype of the result, and what torch says otherwise
EXACT: dict[str, Any] = dict.fromkeys("""
    addmm addmv baddbmm bmm mm matmul linear cross linalg_cross diag expand diagonal alias as_strided view permute
    split_with_sizes unbind unfold squeeze unsqueeze transpose t lu_unpack lu_solve max_dim min_dim argmax argmin isin
    softmax log_softmax aminmax topk sort msort qr svd triangular_solve gather take_along_dim index_copy index_add
    index_reduce scatter scatter_add scatter_reduce select_scatter slice_scatter diagonal_scatter tril triu det
    linalg_cholesky cholesky_ex eigh eigvalsh ldl_factor ldl_factor_ex ldl_solve matrix_power slogdet
    linalg_vector_norm lu_factor lu_factor_ex linalg_lu inv inv_ex solve solve_ex svdvals
    """.split(), _SPACE)
EXACT |= dict.fromkeys("ceil conj_physical floor frac gelu hardshrink neg round sgn sign softplus softshrink trunc".split(),
                       "Found dtype {got} but expected {want}")
EXACT |= {
    "cummax": _SCAN, "cummin": _SCAN, "logcumsumexp": _SCAN, "solve_triangular": _SOLVE, "logsigmoid": _SOLVE,
    "dot": _DOT, "vdot": _DOT, "amax": _BOTH, "amin": _BOTH, "complex": _PAIR, "polar": _PAIR,
    "index_select": _SAME, "masked_select": _SAME, "signbit": _TRUTH, "isposinf": _TRUTH, "isneginf": _TRUTH,
    "all": _TRUTHS, "any": _TRUTHS, "matrix_norm": "linalg." + _NORM, "norm": "linalg." + _NORM,
    "mv": "addmv input tensors must have the same dtype, but got {got}, {want}, and {want}",
    "where": "Expected out type to be {want} but got {got}",
    "take": "take(): self and out expected to have the same dtype, but got self.dtype = {want} and out.dtype = {got}",
    "nan_to_num": "nan_to_num: dtype of out: {got} should be same as input: {want}",
    "kthvalue": ("output values must be of same type as input", "output indices must be of scalar type Long"),
    "mode": ("expected scalar type '{want}' but got '{got}' for values output",
             "expected scalar type '{want}' but got '{got}' for indices output"),
    "frexp": ("torch.frexp() expects mantissa to have dtype {c_want} but got {c_got}",
              "torch.frexp() expects exponent to have {c_want} dtype but got {c_got}"),
    "histogram": ("torch.histogram: input tensor and hist tensor should have the same dtype, but got input {c_want} and hist "
                  "{c_got}",
                  "torch.histogram: input tensor and bin_edges tensor should have the same dtype, but got input {c_want} and "
                  "bin_edges {c_got} for dimension 0"),
    "ormqr": "torch.ormqr: Expected input and result to have the same dtype, but input has dtype{want} and result has dtype "
             "{got}",
    "multinomial": "multinomial expects {want} tensor out, got: {got}",
    "_hash_tensor": "Expected result to be of dtype uint64, but got {got}",
    "vecdot": "linalg.vecdot: Expected out of dtype{want} but found {got}",
    "multi_dot": "multi_dot(): expected out tensor to have dtype {c_want} but got {c_got}",
    "tensordot": "tensordot: Expected the output tensor to have dtype {want}, but got an output tensor with dtype {got}",
}
EXACT["histc"] = EXACT["histogram"][0]
#: ops of linear algebra that name themselves where a result cannot be cast, and how
CASTS = {"pinv": "linalg.pinv", "cond": "linalg.cond", "geqrf": "torch.geqrf", "lstsq": "torch.linalg.lstsq",
         "eig": "torch.linalg.eig", "eigvals": "torch.linalg.eigvals",
         "householder_product": "torch.linalg.householder_product"}
CASTS |= {name: name for name in "cholesky cholesky_inverse cholesky_solve tensorinv tensorsolve".split()}
PARTS = {"geqrf": ("a", "tau"), "eig": ("eigenvalues", "eigenvectors"), "eigvals": ("eigenvalues",),
         "lstsq": ("solution", "solution", "rank", "singular_values")}
#: ops that write while they still read: no part of an input may lie in `out=`, not even all of it
SEPARATE = frozenset("cross linalg_cross kthvalue masked_select max_dim min_dim aminmax topk mode outer gather index_select "
                     "take cat take_along_dim kron".split())
#: ops that may read and write memories that overlap, since they finish the one before the other
FREE = frozenset("""
    bmm mm mv matmul linear softmax log_softmax cummax cummin logsumexp tril triu std var mvlgamma
    expand diagonal alias as_strided view permute narrow split_with_sizes unbind unfold squeeze unsqueeze transpose t
    logsigmoid slice_scatter ndtr
    """.split())


def check_dtype(name, k, source, target):
    """RuntimeError, as torch's, when the k-th result, of dtype `source`, may not be stored in a tensor of `target`."""
    text = EXACT.get(name)
    if type(text) is tuple:
        text = text[k]
    if text is None and name.startswith("fft_"):
        text = _fft(name, source, target)
    if name in ("all", "any") and target is dtypes.uint8:
        return
    if text is not None:
        raise RuntimeError(text.format(
            name=name.removeprefix("fft_"), want=source.short, got=target.short, c_want=C_NAMES.get(source.name, source.name),
            c_got=C_NAMES.get(target.name, target.name)))
    if dtypes.can_cast(source, target):
        return
    if name == "cat" or name == "stack":
        raise TypeError(f"torch.cat(): input types can't be cast to the desired output type {target.short}")
    if name in CASTS:
        part = PARTS[name][k] if name in PARTS else "result"
        raise RuntimeError(f"{CASTS[name]}: Expected {part} to be safely castable from {source.short} dtype, but got {part} with "
                           f"dtype {target.short}")
    raise RuntimeError(f"result type {source.short} can't be cast to the desired output type {target.short}")


def _fft(name, source, target):
    """What a transform says of an output of the wrong kind."""
    if source.is_complex:
        return None if target.is_complex else _COMPLEX
    return None if target.is_floating_point else _REAL


def check_memory(name, out, inputs):
    """RuntimeError, as torch's, when `out` shares memory with an input that the op would still read."""
    if name in FREE:
        return
    for t in inputs:
        if _overlap(out, t, name in SEPARATE):
            raise RuntimeError("unsupported operation: some elements of the input tensor and the written-to tensor refer to a "
                               "single memory location. Please clone() the tensor before performing the operation.")


def _overlap(out, t, whole):
    """Whether two dense tensors share a part of their memory, or with `whole` all of it."""
    a, b = out._array, t._array
    if type(a) is not CPU.array_type or type(b) is not CPU.array_type or not a.size or not b.size:
        return False
    if not _dense(a) or not _dense(b):
        return False
    (low, high), (start, end) = guard.extent(a), guard.extent(b)
    if high <= start or end <= low:
        return False
    return whole or low != start or high != end or a.strides != b.strides


def _dense(array):
    """Whether the elements fill a memory without gaps, in any order of the axes."""
    low, high = guard.extent(array)
    return high - low == array.size * array.itemsize
