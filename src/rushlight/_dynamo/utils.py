"""`torch._dynamo.utils`: counters of compilations, all empty, and comparison of results."""
from collections import Counter, defaultdict

from ..core.tensor import OPS, Tensor

counters = defaultdict(Counter)


def same(ref, res, tol=1e-4, equal_nan=False):
    """Whether two results agree up to `tol`; containers are compared item by item."""
    if isinstance(ref, Tensor):
        return isinstance(res, Tensor) and bool(OPS.allclose(ref, res, atol=tol, rtol=tol, equal_nan=equal_nan))
    if isinstance(ref, (list, tuple)):
        return len(ref) == len(res) and all(same(a, b, tol, equal_nan) for a, b in zip(ref, res, strict=True))
    if isinstance(ref, dict):
        return ref.keys() == res.keys() and all(same(ref[k], res[k], tol, equal_nan) for k in ref)
    return type(ref) is type(res) and ref == res
