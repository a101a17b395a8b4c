"""Where storages go when they are loaded: tags of devices, `map_location`, and what programs register."""
import bisect

from .. import cuda, devices
from ..ops.storage import TypedStorage, UntypedStorage

_PACKAGES = []                          # (priority, order, tagger, deserializer), by priority


def register_package(priority, tagger, deserializer):
    """Add a kind of device to those that storages are saved from and loaded to.

    Args:
        priority: the lower, the earlier it is asked.
        tagger: called with a storage, returns its tag or None.
        deserializer: called with a storage on the CPU and a tag, returns the storage there or None.
    """
    bisect.insort(_PACKAGES, (priority, len(_PACKAGES), tagger, deserializer))


def _cpu_tag(storage):
    return "cpu" if storage.device.type == "cpu" else None


def _cpu(storage, location):
    return storage if location == "cpu" else None


def _cuda_tag(storage):
    return str(storage.device) if storage.device.type == "cuda" else None


def _cuda(storage, location):
    if not location.startswith("cuda"):
        return None
    where = validate_cuda_device(location)
    return UntypedStorage(storage._array, device=devices.device("cuda", where))


def _meta_tag(storage):
    return "meta" if storage.device.type == "meta" else None


def _meta(storage, location):
    return UntypedStorage(storage._array, device=devices.device("meta")) if location == "meta" else None


register_package(10, _cpu_tag, _cpu)
register_package(20, _cuda_tag, _cuda)
register_package(22, _meta_tag, _meta)


def validate_cuda_device(location):
    """Return the index of a CUDA device's tag; RuntimeError, with torch's text, when it is not there."""
    where = devices.device(location)
    index = 0 if where.index is None else where.index
    if not cuda.is_available():
        raise RuntimeError("Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False. If you "
                           "are running on a CPU-only machine, please use torch.load with map_location=torch.device('cpu') "
                           "to map your storages to the CPU.")
    if index >= cuda.device_count():
        raise RuntimeError(f"Attempting to deserialize object on CUDA device {index} but torch.cuda.device_count() is "
                           f"{cuda.device_count()}. Please use torch.load with map_location to map your storages to an "
                           "existing device.")
    return index


def location_tag(storage):
    """Return the tag under which a storage's device is saved, such as 'cpu' or 'cuda:0'."""
    storage = storage.untyped() if isinstance(storage, TypedStorage) else storage
    for *_, tagger, _ in _PACKAGES:
        found = tagger(storage)
        if found:
            return found
    raise RuntimeError(f"don't know how to determine data location of {_type_name(storage)}")


def default_restore_location(storage, location):
    """Return a storage that was loaded to the CPU on the device of its tag."""
    for *_, deserializer in _PACKAGES:
        found = deserializer(storage, location)
        if found is not None:
            return found
    raise RuntimeError(f"don't know how to restore data location of {_type_name(storage)} (tagged with {location})")


def _type_name(storage):
    return f"torch.storage.{type(storage).__name__}"


def restorer(map_location):
    """Return the function (storage, tag) -> storage that a `map_location=` argument means."""
    if map_location is None:
        return default_restore_location
    if isinstance(map_location, dict):
        return lambda storage, location: default_restore_location(storage, str(map_location.get(location, location)))
    if isinstance(map_location, (str, bytes, devices.device)):
        where = map_location.decode() if isinstance(map_location, bytes) else str(map_location)
        return lambda storage, _: default_restore_location(storage, where)

    def restore(storage, location):
        found = map_location(storage, location)
        return default_restore_location(storage, location) if found is None else found

    return restore
