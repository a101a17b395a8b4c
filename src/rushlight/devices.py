"""`torch.device`: which memory a tensor lives in, and the parsing of device arguments."""
import re

_TYPES = ("cpu", "cuda", "ipu", "xpu", "mkldnn", "opengl", "opencl", "ideep", "hip", "ve", "fpga", "maia", "xla", "lazy",
          "vulkan", "mps", "meta", "hpu", "mtia", "privateuseone")
_FORM = re.compile(r"([a-z]+)(?::(0|[1-9][0-9]*))?\Z")


class device:
    """A kind of memory and, where there are several, its index: `device("cuda:1")`, `device("cuda", 1)`.

    Used with `with`, tensors are created there by default. Raises RuntimeError for an unknown kind.
    """

    __slots__ = ("type", "index", "_before")

    def __new__(cls, type=None, index=None):
        if isinstance(type, device):
            return type
        key = (type, index)
        found = _CACHE.get(key) if not isinstance(type, bool) else None
        if found is None:
            found = _parse(cls, type, index)
            _CACHE[key] = found
        return found

    def __repr__(self):
        return f"device(type='{self.type}')" if self.index is None else f"device(type='{self.type}', index={self.index})"

    def __str__(self):
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other):
        return isinstance(other, device) and self.type == other.type and self.index == other.index

    def __hash__(self):
        return hash((self.type, self.index))

    def __reduce__(self):
        return (device, (self.type,)) if self.index is None else (device, (self.type, self.index))

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __enter__(self):
        _STACK.append(_Default.device)
        _Default.device = self
        return self

    def __exit__(self, *exc):
        _Default.device = _STACK.pop()
        return False


_CACHE = {}
_STACK = []


def _parse(cls, type, index):
    if isinstance(type, int) and not isinstance(type, bool):
        type, index = "cuda", type
    if not isinstance(type, str):
        raise TypeError(f"device(): argument 'type' must be str, not {type.__class__.__name__}")
    match = _FORM.match(type)
    if not match:
        raise RuntimeError(f"Invalid device string: '{type}'")
    kind, number = match.groups()
    if kind not in _TYPES and kind not in EXTRA_TYPES:
        raise RuntimeError(f"Expected one of {', '.join(_TYPES)} device type at start of device string: {kind}")
    if number is not None:
        if index is not None:
            raise RuntimeError(f"type (string) must not include an index because index was passed explicitly: {type}")
        index = int(number)
    if index is not None and index < 0:
        raise RuntimeError(f"Device index must be -1 or non-negative, got {index}")
    self = object.__new__(cls)
    self.type, self.index = kind, index
    return self


EXTRA_TYPES = set()             # kinds added by a backend (the test-only "strict" one)
CPU = device("cpu")


class _Default:
    device = CPU


def get_default_device():
    """Return the device on which tensors are created when none is named."""
    return _Default.device


def set_default_device(device):
    """Create tensors on `device` from now on (None: the CPU)."""
    _Default.device = CPU if device is None else resolve(device)


def resolve(d):
    """Return the device object of a `device=` argument (None: the default one)."""
    if d is None:
        return _Default.device
    return d if type(d) is device else device(d)
