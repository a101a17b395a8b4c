"""Whether an object of PyTorch and one of Rushlight are the same, memory sharing included."""

import collections
import functools

import numpy as np


class Comparer:
    """`same(a, b)` raises AssertionError with the place of the first difference."""

    def __init__(self, exact):
        self.exact = exact
        self.storages = ({}, {})
        self.seen = set()

    def same(self, a, b, where="object"):
        if (id(a), id(b)) in self.seen:
            return
        self.seen.add((id(a), id(b)))
        assert type(a).__name__ == type(b).__name__ or callable(a), f"{where}: {type(a)} and {type(b)}"
        kind = type(a).__name__
        if isinstance(a, type):
            assert a.__name__ == b.__name__, where
        elif hasattr(a, "requires_grad") and hasattr(a, "untyped_storage"):
            self.tensors(a, b, where)
        elif kind == "Size":
            assert tuple(a) == tuple(b), where
        elif isinstance(a, dict):
            self.mappings(a, b, where)
        elif isinstance(a, (list, tuple, collections.deque)):
            assert len(a) == len(b), where
            for i, (x, y) in enumerate(zip(a, b)):
                self.same(x, y, f"{where}[{i}]")
        elif isinstance(a, np.ndarray):
            assert a.dtype.newbyteorder("=") == b.dtype.newbyteorder("=") and a.shape == b.shape and a.tolist() == b.tolist(), where
        elif isinstance(a, functools.partial):
            self.same([a.args, a.keywords], [b.args, b.keywords], where)
        elif kind == "Generator":
            self.tensors(a.get_state(), b.get_state(), where)
        elif kind == "TypedStorage":
            assert a.tolist() == b.tolist() and str(a.dtype) == str(b.dtype), where
        elif hasattr(a, "state_dict"):
            assert type(a).__name__ == type(b).__name__ and repr(a) == repr(b), where
            self.same(a.state_dict(), b.state_dict(), where)
        elif callable(a) and not isinstance(a, type):
            assert a.__name__ == b.__name__, where
        elif kind in ("dtype", "device", "layout", "float"):
            assert repr(a) == repr(b), where
        else:
            assert a == b, f"{where}: {a!r} and {b!r}"

    def mappings(self, a, b, where):
        keys = [[k for k in d if isinstance(k, (str, int, float, tuple, type(None)))] for d in (a, b)]
        assert keys[0] == keys[1] and len(a) == len(b), f"{where}: keys {list(a)} and {list(b)}"
        for (k, x), y in zip(a.items(), b.values()):
            self.same(x, y, f"{where}[{k!r}]")
        for attribute in ("_metadata", "default_factory"):
            if hasattr(a, attribute):
                self.same(getattr(a, attribute), getattr(b, attribute), where)

    def tensors(self, a, b, where):
        for what in ("shape", "dtype", "requires_grad", "device"):
            assert str(getattr(a, what)) == str(getattr(b, what)), f"{where}: {what} {getattr(a, what)} and {getattr(b, what)}"
        assert a.untyped_storage().nbytes() == b.untyped_storage().nbytes(), f"{where}: size of the storage"
        if a.numel():
            assert tuple(a.stride()) == tuple(b.stride()) and a.storage_offset() == b.storage_offset(), f"{where}: strides"
            numbers = [seen.setdefault(t.untyped_storage().data_ptr(), len(seen)) for seen, t in zip(self.storages, (a, b))]
            assert numbers[0] == numbers[1], f"{where}: sharing"
        if self.exact:
            assert bytes(list(a.untyped_storage())) == bytes(list(b.untyped_storage())), f"{where}: bytes"
        else:
            assert np.allclose(a.detach().numpy(), b.detach().numpy(), rtol=1e-6, atol=1e-6), f"{where}: values"
        ignored = {"_array", "_root", "_grad", "_req", "_node", "_nr", "_counter", "_base", "_replay", "_seen", "_hooks",
                   "_flags", "_acc"}
        mine, other = ({k: v for k, v in vars(t).items() if k not in ignored} if hasattr(t, "__dict__") else {} for t in (a, b))
        self.mappings(mine, other, where + " attributes")


def same(a, b, exact=True):
    """Compare two objects; AssertionError names the place where they differ. Not `exact`: rounding may differ."""
    Comparer(exact).same(a, b)
