"""The version, under the names of `torch.version`.

`own` is Rushlight's. `__version__` starts with the PyTorch release whose behaviour is matched, since
programs compare it with the releases they know.
"""

own = "0.1.0"
__version__ = "2.13.0+rushlight" + own
debug = False
cuda = None
hip = None
xpu = None
git_version = "unknown"
