"""`torch.serialization`: saving and loading, and what goes with them.

Loading runs nothing from a file, whatever `weights_only` says; saving replaces a file whole or not at all.
"""
import contextlib
import enum
import io
import mmap as _mmap
import os
import pickle
import sys
import warnings
from collections.abc import Callable

from .devices import device
from .io import allowed, legacy, zipformat
from .io.allowed import SafeGlobals
from .io.atomic import replacing
from .io.budget import get_memory_allowance, set_memory_allowance
from .io.locations import (default_restore_location, location_tag, register_package, restorer, validate_cuda_device)
from .io.names import ours
from .storage import UntypedStorage
from .utils.serialization import config as _config

__all__ = [
    "LoadEndianness", "SourceChangeWarning", "add_safe_globals", "check_module_version_greater_or_equal",
    "clear_safe_globals", "default_restore_location", "get_crc32_options", "get_default_load_endianness",
    "get_default_mmap_options", "get_memory_allowance", "get_safe_globals", "get_unsafe_globals_in_checkpoint", "load",
    "location_tag", "normalize_storage_type", "register_package", "safe_globals", "save", "set_crc32_options",
    "set_default_load_endianness", "set_default_mmap_options", "set_memory_allowance", "skip_data", "storage_to_tensor_type",
    "validate_cuda_device",
]

DEFAULT_PROTOCOL = 2
INT_SIZE, LONG_SIZE, SHORT_SIZE = 4, 8, 2
MAGIC_NUMBER, PROTOCOL_VERSION = legacy._MAGIC, legacy._PROTOCOL
STORAGE_KEY_SEPARATOR = ","
MAP_SHARED = getattr(_mmap, "MAP_SHARED", 1)
MAP_PRIVATE = getattr(_mmap, "MAP_PRIVATE", 2)
#: the types of what `load` is told about devices
MAP_LOCATION = Callable[[UntypedStorage, str], UntypedStorage] | device | str | dict[str, str] | None
_ZIP = b"PK\3\4"


class SourceChangeWarning(Warning):
    """PyTorch's warning that a module's source text has changed; never issued here."""


class LoadEndianness(enum.Enum):
    """The byte order that a checkpoint without a record of it is read in."""

    NATIVE = 1
    LITTLE = 2
    BIG = 3


class _Options:
    endianness = None
    skip = False


# ------------------------------------------------------------------ saving


def save(obj, f, pickle_module=pickle, pickle_protocol=DEFAULT_PROTOCOL, _use_new_zipfile_serialization=True,
         _disable_byteorder_record=False):
    """Write an object to a file in PyTorch's format; `torch.load` of either library reads it.

    A path is replaced whole or not at all: the content is written beside it, forced to the disk, then
    renamed. Tensors that share memory share it again after loading.

    Args:
        f: a path, or an object with `write`.
        pickle_module: `pickle`; another one is refused, since PyTorch's names for classes come from here.
        pickle_protocol: 2 to 5.
        _use_new_zipfile_serialization: False writes the format from before PyTorch 1.6.

    Raises: RuntimeError when the folder is missing, pickle.PicklingError for what has no name.

    Example:
        >>> buffer = io.BytesIO()
        >>> torch.save({"a": torch.ones(2)}, buffer)
        >>> _ = buffer.seek(0)
        >>> torch.load(buffer)
        {'a': tensor([1., 1.])}
    """
    if pickle_module is not pickle:
        raise ValueError("torch.save(): argument 'pickle_module' must be Python's pickle: another pickler does not know "
                         "PyTorch's names for Rushlight's classes")
    if type(pickle_protocol) is not int or not 2 <= pickle_protocol <= pickle.HIGHEST_PROTOCOL:
        raise ValueError(f"torch.save(): argument 'pickle_protocol' must be 2 to {pickle.HIGHEST_PROTOCOL}, not "
                         f"{pickle_protocol!r}")
    if _disable_byteorder_record and not _use_new_zipfile_serialization:
        raise ValueError("the byte order is always recorded in the old format")
    with _writable(f) as (file, root):
        if _use_new_zipfile_serialization:
            zipformat.save_zip(obj, file, root, pickle_protocol, _config.save.storage_alignment, get_crc32_options(),
                               _Options.skip, not _disable_byteorder_record)
        else:
            legacy.save_legacy(obj, file, pickle_protocol)


@contextlib.contextmanager
def _writable(f):
    """Yield (open file, name of the archive's folder)."""
    if isinstance(f, (str, os.PathLike)):
        folder = os.path.dirname(os.fspath(f))
        if folder and not os.path.isdir(folder):
            raise RuntimeError(f"Parent directory {folder} does not exist.")
        with replacing(f) as file:
            yield file, zipformat.root_name(f)
    elif hasattr(f, "write"):
        yield f, "archive"
        if hasattr(f, "flush"):
            f.flush()
    else:
        raise AttributeError("expected 'f' to be string, path, or a file-like object with a 'write' attribute")


# ------------------------------------------------------------------ loading


def load(f, map_location=None, pickle_module=None, *, weights_only=None, mmap=None, **pickle_load_args):
    """Return the object that `torch.save` of either library wrote.

    Loading never runs code from the file: objects of an allow-list are built by an interpreter. Sizes and
    offsets are checked before anything is allocated; memory stays below the file's size and 16 MiB
    (`torch.serialization.set_memory_allowance`).

    Args:
        f: a path, or an object with `read` and `seek`.
        map_location: a device, a dict of devices by tag, or a function (storage, tag) -> storage.
        weights_only: True (the default) allows PyTorch's list; False also the library's modules, optimizers
            and schedules, some containers of the standard library, NumPy's arrays, and module classes of the
            program that have been imported. Other classes are allowed by `add_safe_globals`.
        mmap: map the file into memory instead of reading it; changes stay in this process.
        encoding: of strings that Python 2 wrote.

    Raises: pickle.UnpicklingError for a name that is not allowed, or a damaged pickle; RuntimeError for a
        damaged archive; EOFError for a file that ends too early.
    """
    if pickle_module is not None and pickle_module is not pickle:
        raise RuntimeError("Can not safely load weights when explicit pickle_module is specified")
    if pickle_module is not None and weights_only:
        raise RuntimeError("Can not safely load weights when explicit pickle_module is specified")
    if weights_only is None:
        weights_only = _weights_only_by_default(pickle_module)
    encoding = _encoding(pickle_load_args)
    mmap = _config.load.mmap if mmap is None else mmap
    restore = restorer(map_location)
    if isinstance(f, (str, os.PathLike)):
        with open(f, "rb") as file:
            return _load(file, os.fspath(f), restore, weights_only, mmap, encoding)
    if mmap:
        raise ValueError("f must be a file path in order to use the mmap argument")
    _check_seekable(f)
    return _load(f, None, restore, weights_only, False, encoding)


def _weights_only_by_default(pickle_module):
    force, no_force = (os.environ.get(f"TORCH_FORCE_{n}WEIGHTS_ONLY_LOAD", "0").lower() in ("1", "y", "yes", "true")
                       for n in ("", "NO_"))
    if force and no_force:
        raise RuntimeError("Only one of `TORCH_FORCE_WEIGHTS_ONLY_LOAD` or `TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD` should be set, "
                           "but both were set.")
    return pickle_module is None and not no_force or force


def _encoding(options):
    from .io.unpickler import known_encoding

    found = known_encoding(options.pop("encoding", "utf-8"))
    options.pop("errors", None)
    options.pop("fix_imports", None)
    if options:
        raise TypeError(f"'{next(iter(options))}' is an invalid keyword argument for torch.load()")
    return found


def _check_seekable(f):
    for name in ("seek", "tell", "read"):
        if not hasattr(f, name):
            raise AttributeError(f"'{type(f).__name__}' object has no attribute '{name}'. You can only torch.load from a file "
                                 "that is seekable. Please pre-load the data into a buffer like io.BytesIO and try to load "
                                 "from it instead.")
    try:
        f.seek(f.tell())
    except io.UnsupportedOperation as e:
        raise type(e)(f"{e}. You can only torch.load from a file that is seekable. Please pre-load the data into a buffer "
                      "like io.BytesIO and try to load from it instead.") from None


def _load(file, path, restore, weights_only, mmap, encoding):
    start = file.tell()
    head = file.read(4)
    file.seek(start)
    try:
        if head == _ZIP:
            mapping = _mapping() if mmap else None
            return zipformat.load_zip(file, restore, weights_only, path, mapping, _Options.skip, encoding, _default_order())
        if mmap:
            raise RuntimeError(f"mmap can only be used with files saved with `torch.save({path}, "
                               "_use_new_zipfile_serialization=True), please torch.save your checkpoint with this option in "
                               "order to use mmap.")
        return legacy.load_legacy(file, restore, weights_only, encoding)
    except pickle.UnpicklingError as e:
        if not weights_only:
            raise
        raise pickle.UnpicklingError(_weights_only_text(str(e))) from None


def _mapping():
    shared = get_default_mmap_options() == MAP_SHARED
    return lambda path: zipformat.private_map(path, shared)


def _default_order():
    found = _Options.endianness
    if found in (None, LoadEndianness.NATIVE):
        return sys.byteorder if found else None
    return "little" if found is LoadEndianness.LITTLE else "big"


_REMEDY = ("In PyTorch 2.6, we changed the default value of the `weights_only` argument in `torch.load` from `False` to `True`. "
           "Re-running `torch.load` with `weights_only` set to `False` will likely succeed, but it can result in arbitrary "
           "code execution. Do it only if you got the file from a trusted source.")
_HERE = ("\n\nHere, in Rushlight, no setting runs code from a file: weights_only=False allows the library's own classes and "
         "module classes that the program has imported; any other class is allowed by "
         "torch.serialization.add_safe_globals([...]).")


def _weights_only_text(why):
    """Return torch's message around the reason, its first line word for word."""
    if why.startswith("Unsupported global"):
        return ("Weights only load failed. This file can still be loaded, to do so you have two options, \033[1mdo those steps "
                f"only if you trust the source of the checkpoint\033[0m. \n\t(1) {_REMEDY}\n\t(2) Alternatively, to load with "
                "`weights_only=True` please check the recommended steps in the following error message.\n\tWeightsUnpickler "
                f"error: {why}{_HERE}")
    if why.startswith("Trying to load unsupported GLOBAL"):
        return f"Weights only load failed. {_REMEDY}\n\n\n{why}{_HERE}"
    return f"Weights only load failed. {_REMEDY}\nWeightsUnpickler error: \n\n{why}{_HERE}"


# ------------------------------------------------------------------ what may be loaded


def add_safe_globals(safe_globals):
    """Allow classes or functions in files: a list of them, or of (class, "module.name in the file") pairs.

    What is registered is called as pickle would call it: the program vouches for it.
    """
    found = list(safe_globals)
    for entry in found:
        allowed.path_of(entry)
    SafeGlobals.entries = SafeGlobals.entries + [e for e in found if e not in SafeGlobals.entries]


def get_safe_globals():
    """Return the list of what `add_safe_globals` registered."""
    return list(SafeGlobals.entries)


def clear_safe_globals():
    """Forget what `add_safe_globals` registered."""
    SafeGlobals.entries = []


class safe_globals:
    """Inside `with`, allow classes or functions in files as `add_safe_globals` does."""

    def __init__(self, safe_globals):
        self.safe_globals = safe_globals

    def __enter__(self):
        self.before = SafeGlobals.entries
        add_safe_globals(self.safe_globals)

    def __exit__(self, *exc):
        SafeGlobals.entries = self.before


def get_unsafe_globals_in_checkpoint(f):
    """Return the names in a zip checkpoint that `weights_only=True` would refuse, nothing being loaded."""
    with contextlib.ExitStack() as stack:
        if isinstance(f, (str, os.PathLike)):
            f = stack.enter_context(open(f, "rb"))
        _check_seekable(f)
        start = f.tell()
        head = f.read(4)
        f.seek(start)
        if head != _ZIP:
            raise ValueError("Expected input to be a checkpoint returned by torch.save")
        named = zipformat.globals_of(f)
    names, unsafe = allowed.Names(True), []
    for path in dict.fromkeys(named):
        module, _, name = path.rpartition(".")
        try:
            names.find(module, name)
        except pickle.UnpicklingError:
            unsafe.append(path.removeprefix("__builtin__.").removeprefix("builtins."))
    return unsafe


class skip_data:
    """Inside `with`, `save` leaves the storages' content blank and `load` does not read it (zeros).

    Args:
        materialize_fake_tensors: accepted for PyTorch's sake; there are no fake tensors here.
    """

    def __init__(self, materialize_fake_tensors=False):
        if materialize_fake_tensors:
            warnings.warn("there are no fake tensors to materialize", stacklevel=2)

    def __enter__(self):
        self.before, _Options.skip = _Options.skip, True

    def __exit__(self, *exc):
        _Options.skip = self.before


# ------------------------------------------------------------------ settings


def get_default_load_endianness():
    """Return the byte order of checkpoints that do not say theirs; None means little."""
    return _Options.endianness


def set_default_load_endianness(endianness):
    """Set the byte order of checkpoints that do not say theirs: a `LoadEndianness` or None."""
    if endianness is not None and not isinstance(endianness, LoadEndianness):
        raise TypeError("Invalid argument type in function set_default_load_endianness")
    _Options.endianness = endianness


def get_crc32_options():
    """Return whether saving computes the checksums of storages."""
    return _config.save.compute_crc32


def set_crc32_options(compute_crc32):
    """Set whether saving computes the checksums of storages; without, damage is not found on loading."""
    _config.save.compute_crc32 = bool(compute_crc32)


def get_default_mmap_options():
    """Return how `load(mmap=True)` maps files: `mmap.MAP_PRIVATE` or `mmap.MAP_SHARED`."""
    return _config.load.mmap_flags


class set_default_mmap_options:
    """Set how `load(mmap=True)` maps files, for good or inside `with`: MAP_PRIVATE, or MAP_SHARED to write through."""

    def __init__(self, flags):
        if flags not in (MAP_PRIVATE, MAP_SHARED):
            raise ValueError("Invalid argument in function set_default_mmap_options, expected mmap.MAP_PRIVATE or "
                             f"mmap.MAP_SHARED, but got {flags}")
        self.before, _config.load.mmap_flags = _config.load.mmap_flags, flags

    def __enter__(self):
        return None

    def __exit__(self, *exc):
        _config.load.mmap_flags = self.before


# ------------------------------------------------------------------ small helpers that programs use


def normalize_storage_type(storage_type):
    """Return the class of the torch namespace that has a storage class's name."""
    from .core.op import Registry

    return Registry.namespaces["torch"][storage_type.__name__]


def storage_to_tensor_type(storage):
    """Return the old tensor class of a storage, such as `torch.FloatTensor`; AttributeError where there is none."""
    found = ours("torch", storage.type().rpartition(".")[2].replace("Storage", "Tensor"))
    if found is None:
        raise AttributeError(f"module 'torch.storage' has no attribute '{type(storage).__name__.replace('Storage', 'Tensor')}'")
    return found


def check_module_version_greater_or_equal(module, req_version_tuple, error_if_malformed=True):
    """Whether a module's `__version__` is at least that of a tuple of numbers."""
    try:
        found = tuple(type(req)(field) for req, field in zip(req_version_tuple, module.__version__.split(".")))
    except (AttributeError, ValueError) as e:
        message = f"'{module.__name__}' module version string is malformed '{getattr(module, '__version__', None)}' and cannot " \
                  f"be compared with tuple {req_version_tuple}"
        if error_if_malformed:
            raise RuntimeError(message) from e
        warnings.warn(message + ", but continuing assuming that requirement is met", stacklevel=2)
        return True
    return found >= tuple(req_version_tuple)
