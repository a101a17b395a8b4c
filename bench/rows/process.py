"""What a process pays for the library itself: import time, size on disk, memory that grows."""

import pathlib
import subprocess
import sys

from bench.table import special

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

IMPORT = "import time, numpy; a = time.perf_counter(); import {0}; print(time.perf_counter() - a)"

GROWTH = """
import resource, {0} as torch
model = torch.nn.Sequential(torch.nn.Linear(10, 100), torch.nn.ReLU(), torch.nn.Linear(100, 4))
optimizer = torch.optim.Adam(model.parameters())
x, y = torch.randn(128, 10), torch.randint(0, 4, (128,))
def train(n):
    for _ in range(n):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
def used():
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * resource.getpagesize()
train(500)
before = used()
train(10000)
print(used() - before)
"""

SIZE = "import {0}; print({0}.__path__[0])"


def _run(contender, text):
    found = subprocess.run([sys.executable, "-c", text.format(contender.library)], env=contender.environment(), text=True,
                           capture_output=True, timeout=300)
    return found.stdout.strip().splitlines()[-1] if found.returncode == 0 and found.stdout.strip() else None


def _skip(contender):
    """These do not depend on threads: one column a library is enough."""
    if contender.library == "torch":
        return contender.threads > 1
    return contender.library == "numpy" or contender.title == "rushlight 1"


@special("import, beyond `import numpy`", "ms")
def import_time(contender):
    if _skip(contender):
        return None
    times = [_run(contender, IMPORT) for _ in range(7)]
    return min(float(t) for t in times) * 1e3 if all(times) else None


@special("installed size", "MB")
def installed_size(contender):
    if _skip(contender):
        return None
    where = _run(contender, SIZE)
    if where is None:
        return None
    return sum(p.stat().st_size for p in pathlib.Path(where).rglob("*") if p.is_file() and "__pycache__" not in p.parts) / 1e6


@special("wheel", "MB")
def wheel_size(contender):
    built = sorted((ROOT / "dist").glob("rushlight-*.whl"), key=lambda p: p.stat().st_mtime)
    return built[-1].stat().st_size / 1e6 if built and contender.title == "rushlight" else None


@special("memory growth over 10,000 training steps", "kB")
def memory_growth(contender):
    if _skip(contender) or not pathlib.Path("/proc/self/statm").exists():
        return None
    grown = _run(contender, GROWTH)
    return int(grown) / 1e3 if grown is not None else None
