"""Build the native kernels with the address and undefined-behaviour sanitizers and run their tests.

    python tools/sanitize.py [pytest arguments]      # default: tests/native

The build goes to build/sanitize and leaves every other build alone. Needs GCC or Clang and what
`pip install .[test]` installs. Any report of a sanitizer ends the run with an error.
"""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BASE = ROOT / "build" / "sanitize"


def runtime(compiler):
    """Return the path of the address sanitizer's library, which must be loaded before everything else."""
    for name in ("libasan.so", "libclang_rt.asan-x86_64.so", "libclang_rt.asan.so"):
        found = subprocess.run([*compiler, f"-print-file-name={name}"], capture_output=True, text=True).stdout.strip()
        if os.path.isabs(found):
            return os.path.realpath(found)
    raise SystemExit("the compiler has no address sanitizer")


def main():
    compiler = (os.environ.get("CXX") or sysconfig.get_config_var("CXX") or "c++").split()
    library = BASE / "lib"
    subprocess.run(
        [sys.executable, "setup.py", "-q", "build", "--build-base", str(BASE), "--build-lib", str(library)],
        cwd=ROOT, env={**os.environ, "RUSHLIGHT_SANITIZE": "1"}, check=True,
    )
    # Python and NumPy never free everything at exit, so leaks are not looked for. Their own
    # allocators would hide an overrun inside a larger block, so malloc takes their place.
    # So would blocks that NumPy's arrays share with one another; the tests of these call them directly.
    env = {
        **os.environ, "RUSHLIGHT_ALLOCATOR": "0", "PYTHONPATH": str(library),
        "LD_PRELOAD": runtime(compiler), "PYTHONMALLOC": "malloc",
        "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=0:exitcode=99",
        "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    }
    arguments = sys.argv[1:] or ["tests/native"]
    run = subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments], cwd=ROOT, env=env)
    raise SystemExit(run.returncode)


if __name__ == "__main__":
    main()
