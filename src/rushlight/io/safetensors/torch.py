"""`safetensors.torch`: dictionaries of tensors, and models, in safetensors files."""
import io
from collections import defaultdict

from ...backend import base as backends
from ...backend import guard
from ...core.modes import no_grad
from ...core.tensor import Tensor, make
from ..atomic import replacing
from . import safe_open
from .format import NAMES, Reader, SafetensorError, write

__all__ = ["load", "load_file", "load_model", "safe_open", "save", "save_file", "save_model"]


# ------------------------------------------------------------------ dictionaries

def save(tensors, metadata=None):
    """Return the bytes of a safetensors file.

    Args:
        tensors: {name: tensor}, contiguous, none sharing memory with another.
        metadata: {str: str} kept in the header.

    Raises: RuntimeError for tensors that share memory, ValueError for what is no contiguous tensor.
    """
    buffer = io.BytesIO()
    write(_arrays(tensors), buffer, metadata)
    return buffer.getvalue()


def save_file(tensors, filename, metadata=None):
    """Write {name: tensor} to a file, which is replaced whole or not at all; see `save`."""
    arrays = _arrays(tensors)
    with replacing(filename) as f:
        write(arrays, f, metadata)


def load(data):
    """Return {name: tensor} of a file's bytes."""
    reader = Reader(io.BytesIO(data))
    return {name: make(reader.array(name)) for name in sorted(reader.entries)}


def load_file(filename, device="cpu", *, backend="mmap"):
    """Return {name: tensor} of a file.

    Args:
        backend: of the original package, which reads in several ways; here there is one.
    """
    if not isinstance(backend, str):
        raise TypeError(f"backend must be str, not {type(backend).__name__}")
    with safe_open(filename, framework="pt", device=device) as f:
        return f.get_tensors(f.offset_keys())


def write_apart(tensors, file):
    """Write {name: tensor} to an open file, each whole, also those that share memory or lie in another order."""
    found = {name: (t.dtype, _on_host(t.detach().contiguous())) for name, t in tensors.items()}
    for name, (dtype, _) in found.items():
        if dtype not in NAMES:
            raise SafetensorError(f"Key `{name}`: safetensors files cannot hold {dtype}")
    write(found, file)


def _arrays(tensors):
    """Return {name: (dtype, array)} of tensors that may be saved."""
    if not isinstance(tensors, dict):
        raise ValueError(f"Expected a dict of [str, torch.Tensor] but received {type(tensors)}")
    for name, t in tensors.items():
        if not isinstance(t, Tensor):
            raise ValueError(f"Key `{name}` is invalid, expected torch.Tensor but received {type(t)}")
        if t.dtype not in NAMES:
            raise SafetensorError(f"Key `{name}`: safetensors files cannot hold {t.dtype}")
    shared = [names for names in _shared(tensors) if len(names) > 1]
    if shared:
        raise RuntimeError(f"""
            Some tensors share memory, this will lead to duplicate memory on disk and potential differences when loading them \
again: {shared}.
            A potential way to correctly save your model is to use `save_model`.
            More information at https://huggingface.co/docs/safetensors/torch_shared_tensors
            """)
    for name, t in tensors.items():
        if not t.is_contiguous():
            raise ValueError(f"You are trying to save a non contiguous tensor: `{name}` which is not allowed. It either means "
                             "you are trying to save tensors which are reference of each other in which case it's recommended "
                             "to save only the full tensors, and reslice at load time, or simply call `.contiguous()` on your "
                             "tensor to pack it before saving.")
    return {name: (t.dtype, _on_host(t)) for name, t in tensors.items()}


def _on_host(t):
    x = t._array
    return backends.of_array(x).to_numpy(x)


def _shared(tensors):
    """Return sets of names whose tensors overlap in memory."""
    spans = defaultdict(list)
    for name, t in tensors.items():
        if t.numel() and t.device.type == "cpu":
            low, high = guard.extent(t._array)
            spans[t.untyped_storage()].append((low, high, name))
    found = []
    for group in spans.values():
        group.sort()
        names, end = set(), -1
        for low, high, name in group:
            if low >= end and names:
                found.append(names)
                names = set()
            names.add(name)
            end = max(end, high)
        found.append(names)
    return found


# ------------------------------------------------------------------ models

def save_model(model, filename, metadata=None, force_contiguous=True):
    """Write a model's state_dict; of tensors that share memory one is kept, and the others' names in the metadata.

    Args:
        force_contiguous: copy tensors whose elements do not lie in order; otherwise they are refused.
    """
    state = model.state_dict()
    metadata = dict(metadata or {})
    for name, others in _doubles(state).items():
        for other in others:
            metadata.setdefault(other, name)
            del state[other]
    if force_contiguous:
        state = {name: t.contiguous() for name, t in state.items()}
    try:
        save_file(dict(state), filename, metadata=metadata)
    except ValueError as e:
        raise ValueError(f"{e} Or use save_model(..., force_contiguous=True), read the docs for potential caveats.") from None


def load_model(model, filename, strict=True, device="cpu", *, backend="mmap"):
    """Copy a file's tensors into a model; return (missing names, unexpected names).

    Raises: RuntimeError when `strict` and there are any.
    """
    state = load_file(filename, device=device, backend=backend)
    doubles = _doubles(model.state_dict(), preferred=state.keys())
    with no_grad():
        missing, unexpected = model.load_state_dict(state, strict=False)
    missing = set(missing)
    for others in doubles.values():
        for other in others:
            if other in missing:
                missing.remove(other)
            elif strict:
                unexpected.append(other)
    if strict and (missing or unexpected):
        text = f"Error(s) in loading state_dict for {type(model).__name__}:"
        for kind, names in (("Missing", missing), ("Unexpected", unexpected)):
            if names:
                listed = ", ".join(f'"{n}"' for n in sorted(names))
                text += f"\n    {kind} key(s) in state_dict: {listed}"
        raise RuntimeError(text)
    return missing, unexpected


def _doubles(state, preferred=()):
    """Return {name kept: [names of the same memory that are left out]}."""
    found = {}
    for names in _shared(state):
        if len(names) < 2:
            continue
        whole = [n for n in names if _is_whole(state[n])]
        if not whole:
            raise RuntimeError("Error while trying to find names to remove to save state dict, but found no suitable name to "
                               f"keep for saving amongst: {names}. None is covering the entire storage.Refusing to save/load the "
                               "model since you could be storing much more memory than needed. Please refer to "
                               "https://huggingface.co/docs/safetensors/torch_shared_tensors for more information. Or open an "
                               "issue.")
        keep = sorted([n for n in whole if n in preferred] or whole)[0]
        found[keep] = sorted(names - {keep})
    return found


def _is_whole(t):
    return t.numel() * t.dtype.itemsize == t.untyped_storage().nbytes()


def storage_ptr(tensor):
    """Return the address of a tensor's memory."""
    return tensor.untyped_storage().data_ptr()


def storage_size(tensor):
    """Return the bytes of a tensor's memory."""
    return tensor.untyped_storage().nbytes()
