"""`torch.mtia`: a kind of device that there is never one of here."""
from ._absent import (device_count, empty_cache, is_available, is_initialized, manual_seed, manual_seed_all,  # noqa: F401
                      max_memory_allocated, memory_allocated, refusing)

init, synchronize, current_device, get_device_name = refusing("MTIA")
