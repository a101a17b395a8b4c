"""`torch.jit.save` and `load`: the original module, in PyTorch's checkpoint format."""
import os
import zipfile

from ._script import RecursiveScriptModule, ScriptFunction, ScriptModule
from ._trace import TopLevelTracedModule

_MARK = "rushlight.jit"
_KINDS = {"script": RecursiveScriptModule, "trace": TopLevelTracedModule, "function": ScriptFunction, "own": None}


def save(m, f, _extra_files=None):
    """Write a scripted or traced module or function to a file, for `load` of this library.

    The module's class is named, not written: where the file is loaded the program must have imported it.

    Args:
        m: what `script` or `trace` gave.
        f: a path, or an object with `write`.
        _extra_files: {name: text} kept along.
    """
    from ..serialization import save as write
    kind = next(k for k, cls in _KINDS.items() if cls is None or isinstance(m, cls) and
                (k != "script" or not isinstance(m, TopLevelTracedModule)))
    inner = m.__wrapped__ if kind == "function" else m if kind == "own" else m._original
    if not isinstance(m, (ScriptModule, ScriptFunction)):
        raise AttributeError(f"'{type(m).__name__}' object has no attribute 'save'")
    write({_MARK: kind, "content": inner, "files": dict(_extra_files or {})}, f)


def load(f, map_location=None, _extra_files=None, _restore_shapes=False):
    """Return what `torch.jit.save` of this library wrote. Nothing in a file is run.

    Args:
        f: a path, or an object with `read` and `seek`.
        map_location: where tensors go, as for `torch.load`.
        _extra_files: a dict whose values are filled in.

    Raises: ValueError for a missing file; RuntimeError for an archive of PyTorch's own, which holds compiled code.
    """
    from ..serialization import load as read
    if isinstance(f, (str, os.PathLike)) and not os.path.exists(f):
        raise ValueError(f"The provided filename {f} does not exist")
    if isinstance(f, (str, os.PathLike)) and os.path.isdir(f):
        raise ValueError(f"The provided filename {f} is a directory")
    if _restore_shapes:
        raise RuntimeError("torch.jit.load(): shapes of a trace are not recorded, so _restore_shapes cannot be True")
    _refuse_torchscript(f)
    found = read(f, map_location=map_location, weights_only=False)
    if not isinstance(found, dict) or _MARK not in found:
        raise RuntimeError("torch.jit.load(): this is a checkpoint, not a scripted module: read it with torch.load()")
    for name in _extra_files or ():
        if name in found["files"]:
            _extra_files[name] = found["files"][name]
    make = _KINDS[found[_MARK]]
    return found["content"] if make is None else make(found["content"])


def _refuse_torchscript(f):
    try:
        with zipfile.ZipFile(f) as archive:
            compiled = any(name.partition("/")[2].startswith("code/") for name in archive.namelist())
    except zipfile.BadZipFile:
        raise RuntimeError("PytorchStreamReader failed reading zip archive: failed finding central directory") from None
    finally:
        if hasattr(f, "seek"):
            f.seek(0)
    if compiled:
        raise RuntimeError("torch.jit.load(): this archive was written by PyTorch's own torch.jit.save and holds TorchScript "
                           "code, which Rushlight does not run. Save the model's state_dict() with torch.save there, and "
                           "load it into the model's class here.")
