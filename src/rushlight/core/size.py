"""`torch.Size`, the type of shapes."""


class Size(tuple):
    """The shape of a tensor: a tuple that prints as `torch.Size([2, 3])` and keeps its type."""

    def numel(self):
        """Return the product of the sizes."""
        n = 1
        for s in self:
            n *= s
        return n

    def __new__(cls, sizes=()):
        self = tuple.__new__(cls, sizes)
        for s in self:
            if type(s) is not int:
                return tuple.__new__(cls, [_index(s, i) for i, s in enumerate(self)])
        return self

    def __repr__(self):
        return "torch.Size([" + ", ".join(map(str, self)) + "])"

    def __getitem__(self, i):
        found = tuple.__getitem__(self, i)
        return sized(found) if type(i) is slice else found

    def __add__(self, other):
        if not isinstance(other, tuple):
            return NotImplemented
        return Size(tuple.__add__(self, other))

    def __radd__(self, other):
        if not isinstance(other, tuple):
            return NotImplemented
        return Size(tuple.__add__(other, self))

    def __mul__(self, n):
        return sized(tuple.__mul__(self, n))

    __rmul__ = __mul__

    def __reduce__(self):
        return (Size, (tuple(self),))


def _index(s, i):
    try:
        return s.__index__()
    except AttributeError:
        raise TypeError(f"torch.Size() takes an iterable of 'int' (item {i} is '{type(s).__name__}')") from None


def sized(sizes):
    """Return a Size of a sequence of ints, unchecked."""
    return tuple.__new__(Size, sizes)
