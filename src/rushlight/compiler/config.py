"""Settings of `torch.compile`, kept for programs that set and read them."""
from ..core.settings_bag import Bag as _Bag

_Bag.adopt(__name__, {"job_id": None, "force_disable_caches": False, "dynamic_sources": "", "unbacked_sources": ""})
