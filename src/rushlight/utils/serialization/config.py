"""`torch.utils.serialization.config`: the settings of saving and loading, attributes of `save` and `load`."""
import mmap as _mmap


class load:
    """Settings of `torch.load`."""

    mmap = False                        # what `mmap=None` means
    endianness = None                   # see set_default_load_endianness
    mmap_flags = getattr(_mmap, "MAP_PRIVATE", 2)
    calculate_storage_offsets = False   # PyTorch's shortcut past the local headers; they are always read here


class save:
    """Settings of `torch.save`."""

    compute_crc32 = True
    use_pinned_memory_for_d2h = False   # makes no difference to what is saved
    storage_alignment = 64              # bytes
