"""`torch.storage`: the classes of storages."""
from .ops.storage import TypedStorage, UntypedStorage

__all__ = ["TypedStorage", "UntypedStorage"]


def _load_from_bytes(b):
    """Return what `torch.save` wrote into bytes: how plain pickles of PyTorch keep a storage."""
    import io

    from .serialization import load
    return load(io.BytesIO(b), weights_only=False)
