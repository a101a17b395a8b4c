"""Build script: what is compiled, with which flags, and when it is not.

Project data live in `pyproject.toml`. This file adds the compiled modules:

- every `src/rushlight/core/X.py` with an `X.pxd` beside it, and the modules of `HOT`, under their own names;
- every `src/rushlight/native/X.pyx`, linked with `native/kernels/X.cpp` where there is one. That
  file is compiled once per instruction level (see `kernels/level.h`).

Without a working C++ compiler, or with `RUSHLIGHT_PURE=1`, or for an editable install, nothing is
compiled and the wheel is a pure one. `RUSHLIGHT_SANITIZE=1` builds with the address and
undefined-behaviour sanitizers.
"""

import os
import platform
import re
import shlex
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_ext import build_ext

ROOT = Path(__file__).resolve().parent
PACKAGE = Path("src", "rushlight")
KERNELS = PACKAGE / "native" / "kernels"
BUILDS = {"build", "build_ext", "bdist_wheel", "install", "install_lib", "bdist"}

WINDOWS = sys.platform == "win32"
MAC = sys.platform == "darwin"
SANITIZE = os.environ.get("RUSHLIGHT_SANITIZE") == "1"

# Values come first: no -ffast-math. The two -fno- options only give up errno and floating-point
# traps, which nothing here reads. Contraction to fused multiply-add is off so that a kernel gives
# what its body gives; a family where it pays (gemm, conv, rnn, attention) asks for it in FAMILY_FLAGS.
if WINDOWS:
    CXX_FLAGS = ["/O2", "/std:c++17", "/EHsc"]
    C_FLAGS = ["/O2"]
    KERNEL_FLAGS = []
    LINK_FLAGS = []
else:
    C_FLAGS = ["-O2", "-g0", "-fvisibility=hidden", "-fwrapv", "-Wno-unused-function"]
    CXX_FLAGS = [*C_FLAGS, "-std=c++17"]
    C_FLAGS.append("-fno-asynchronous-unwind-tables")  # no C++ frame ever unwinds through the core
    KERNEL_FLAGS = [
        # Every vector loop, but none twice for special cases: -O3 makes the kernels half as large again. What loops
        # call must then be marked RL_INLINE: a call that stays a call keeps its loop from being vectorised.
        "-O2", "-ftree-vectorize", "-fvect-cost-model=dynamic",
        "-fno-fast-math",  # before the next two: it would switch them back
        "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=off", "-fopenmp-simd", "-Wall",
    ]
    LINK_FLAGS = ["-Wl,-S,-x"] if MAC else ["-s", "-Wl,--build-id=none"]
if SANITIZE:
    SAN = ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined", "-g1"]
    CXX_FLAGS, KERNEL_FLAGS, LINK_FLAGS = CXX_FLAGS + SAN, KERNEL_FLAGS + SAN, SAN
FAMILY_FLAGS = {} if WINDOWS else {
    **{family: ["-ffp-contract=fast"] for family in ("gemm", "conv", "rnn", "attention")},
    "optim": ["-O3"],  # Adam and SGD gain a fifth; in other families it costs more bytes than it gains time
}

# Wrappers that are called for whole layers, not for single small ops: their own time is lost in the work.
SMALL_SHIMS = {
    "conv", "rnn", "attention", "windows", "resample", "special", "order", "memory",
    "random", "indexing", "norm", "optim", "loss",
    "probe", "threads",
}

# On processors without AVX2 small comes first in families whose vectors are written out, or whose loops that matter
# are marked as vector loops: -Os keeps those.
SMALL_BELOW_AVX2 = {
    "gemm", "conv", "rnn", "attention", "windows", "elementwise", "optim", "norm", "reduce", "loss", "resample",
}

X86_LEVELS = {
    2: ["-march=x86-64-v2"],
    3: ["-march=x86-64-v3"],
    4: ["-march=x86-64-v4", "-mprefer-vector-width=512"],
}

DIRECTIVES = {"language_level": 3, "binding": True}
# A None where a tensor is meant must raise, not end the process.
CORE_DIRECTIVES = {"annotation_typing": False, "nonecheck": True, "auto_pickle": False, **DIRECTIVES}
NATIVE_DIRECTIVES = {
    "boundscheck": False, "wraparound": False, "cdivision": True, "embedsignature": True, "embedsignature.format": "clinic",
    "initializedcheck": False, **DIRECTIVES,
    # Builtins, not Python-like functions: smaller, and a kernel's parameters are read from its text signature.
    # Closures have none, and are marked.
    "binding": False,
}


# Ordinary Python on the path of every training step, translated as it is. (Of layers and losses the same
# was measured: it gains nothing. Classes that users construct stay Python for the texts of their TypeErrors.)
HOT = ("optim/update",)


def modules():
    """Return the extension modules, as Cython source files, in a stable order."""
    found = [Extension("rushlight." + name.replace("/", "."), [relative(ROOT / PACKAGE / (name + ".py"))]) for name in HOT]
    for pxd in sorted((ROOT / PACKAGE / "core").glob("*.pxd")):
        source = pxd.with_suffix(".py")
        if source.exists():
            found.append(Extension(f"rushlight.core.{pxd.stem}", [relative(source)]))
    for pyx in sorted((ROOT / PACKAGE / "native").glob("*.pyx")):
        found.append(Extension(f"rushlight.native.{pyx.stem}", [relative(pyx)], language="c++"))
    return found


def relative(path):
    return Path(path).relative_to(ROOT).as_posix()


def is_core(ext):
    return not ext.name.startswith("rushlight.native.")


def stale(target, command, default_deps):
    """Tell whether `target` must be made again: a dependency is newer, or the command changed."""
    note = Path(f"{target}.cmd")
    if not os.path.exists(target) or not note.exists() or note.read_text() != command:
        return True
    made = os.path.getmtime(target)
    depfile = Path(target).with_suffix(".d")
    deps = list(default_deps)
    if depfile.exists():
        text = depfile.read_text().replace("\\\n", " ").partition(": ")[2]
        deps += shlex.split(text)
    return any(not os.path.exists(d) or os.path.getmtime(d) > made for d in deps)


class Build(build_ext):
    """Translate with Cython, compile object by object (only stale ones), link."""

    def finalize_options(self):
        super().finalize_options()
        self.parallel = self.parallel or min(os.cpu_count() or 1, 2)

    def run(self):
        self.translate()
        super().run()

    def translate(self):
        from Cython.Build import cythonize

        groups = [
            ([e for e in self.extensions if is_core(e)], CORE_DIRECTIVES),
            ([e for e in self.extensions if not is_core(e)], NATIVE_DIRECTIVES),
        ]
        note = Path("build", "cython", "directives")
        changed = not note.exists() or note.read_text() != repr(groups[0][1]) + repr(groups[1][1])
        for group, directives in groups:
            # Each element goes in alone: its translated twin keeps the order and the name.
            for ext, twin in zip(group, cythonize(
                list(group), include_path=["src"], build_dir="build/cython",
                compiler_directives=directives, quiet=True, emit_linenums=False, force=changed or None,
                nthreads=self.parallel if len(group) > 1 else 0,
            ), strict=True):
                ext.sources = twin.sources
        note.write_text(repr(groups[0][1]) + repr(groups[1][1]))

    def build_extension(self, ext):
        import numpy

        include = [numpy.get_include(), str(KERNELS), *(ext.include_dirs or [])]
        macros = [("NPY_NO_DEPRECATED_API", "NPY_1_7_API_VERSION"), ("RL_LEVELS", levels_mask(self.compiler))]
        family = ext.name.rpartition(".")[2]
        flags = C_FLAGS if is_core(ext) else [*CXX_FLAGS, *(["-Os"] if family in SMALL_SHIMS and not WINDOWS else [])]
        # The order matters: the linker keeps the first copy of a shared inline function, so the
        # baseline's comes before any that was compiled for a newer processor.
        objects = [self.object(ext.sources[0], "base", macros, include, flags)]
        kernel = KERNELS / f"{family}.cpp"
        if not is_core(ext) and kernel.exists():
            extra = CXX_FLAGS + KERNEL_FLAGS + FAMILY_FLAGS.get(family, [])
            for level, march in levels(self.compiler).items():
                define = [*macros, ("RL_LEVEL", str(level))]
                small = ["-Os"] if level == 2 and family in SMALL_BELOW_AVX2 and not WINDOWS else []
                objects.append(self.object(kernel.as_posix(), f"v{level}", define, include, extra + march + small))
        target = self.get_ext_fullpath(ext.name)
        command = " ".join([*objects, *LINK_FLAGS])
        if self.force or stale(target_note(self.build_temp, target), command, objects) or not os.path.exists(target):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            Path(target).unlink(missing_ok=True)  # else the linker is skipped when all objects are older
            self.compiler.link_shared_object(
                objects, target, extra_postargs=LINK_FLAGS, build_temp=self.build_temp,
                export_symbols=self.get_export_symbols(ext), target_lang=ext.language or "c",
            )
            note = target_note(self.build_temp, target)
            Path(note).write_text("")
            Path(f"{note}.cmd").write_text(command)

    def object(self, source, level, macros, include, flags):
        """Compile one file for one level unless its object is fresh; return the object."""
        command = repr((source, macros, include, flags, self.compiler.__class__.__name__))
        folder = os.path.join(self.build_temp, f"{level}-{zlib.crc32(command.encode()):08x}")
        target = self.compiler.object_filenames([source], output_dir=folder)[0]
        default = [source]
        depflags = [] if WINDOWS else ["-MMD", "-MF", str(Path(target).with_suffix(".d"))]
        if WINDOWS:
            default += [str(h) for h in KERNELS.glob("*.h*")]
        if self.force or stale(target, command, default):
            self.compiler.compile(
                [source], output_dir=folder, macros=macros, include_dirs=include,
                extra_postargs=flags + depflags,
            )
            Path(f"{target}.cmd").write_text(command)
        return target


def target_note(temp, target):
    """Return the empty file whose time says when `target` was linked (the target may be copied)."""
    return os.path.join(temp, re.sub(r"\W", "_", target) + ".linked")


def compiles(compiler, text, flags, suffix="cpp"):
    """Tell whether `text` compiles as C++ (or C) with `flags`; the compiler's own output is swallowed."""
    from setuptools.errors import CCompilerError

    saved = [os.dup(1), os.dup(2)]
    with tempfile.TemporaryDirectory() as folder, open(os.devnull, "w") as null:
        source = os.path.join(folder, f"probe.{suffix}")
        Path(source).write_text(text)
        try:
            os.dup2(null.fileno(), 1)
            os.dup2(null.fileno(), 2)
            compiler.compile([source], output_dir=folder, extra_postargs=flags)
            return True
        except (CCompilerError, OSError):
            return False
        finally:
            os.dup2(saved[0], 1)
            os.dup2(saved[1], 2)
            os.close(saved[0])
            os.close(saved[1])


_levels = {}


def levels(compiler):
    """Return {level: flags} of the instruction levels to build; {0: []} is the baseline alone."""
    if not _levels:
        x86 = platform.machine().lower() in ("x86_64", "amd64")
        universal = "-arch" in str(getattr(compiler, "compiler_so", ""))
        if x86 and not WINDOWS and not universal:
            for level, flags in X86_LEVELS.items():
                if compiles(compiler, "int f() { return 0; }\n", flags):
                    _levels[level] = flags
        if not _levels:
            _levels[0] = []
    return _levels


def levels_mask(compiler):
    """Return the bit mask of the levels built, the value of the macro RL_LEVELS."""
    return str(sum(1 << level for level in levels(compiler)))


def why_pure():
    """Return the reason for a pure build, or None when there is a working compiler."""
    if os.environ.get("RUSHLIGHT_PURE", "0") not in ("", "0"):
        return "RUSHLIGHT_PURE is set"
    if {"editable_wheel", "develop"} & set(sys.argv):
        return "an editable install runs from the sources"
    if not BUILDS & set(sys.argv):
        return None
    import sysconfig

    from setuptools.errors import CCompilerError, PlatformError

    try:
        from distutils.ccompiler import new_compiler
        from distutils.sysconfig import customize_compiler

        compiler = new_compiler()
        customize_compiler(compiler)
        compiler.add_include_dir(sysconfig.get_path("include"))
        probes = {"cpp": "#include <Python.h>\n#include <cmath>\n", "c": "#include <Python.h>\n"}
        if all(compiles(compiler, text, CXX_FLAGS[:1], suffix) for suffix, text in probes.items()):
            return None
    except (CCompilerError, PlatformError, OSError):
        pass
    return "no working C and C++ compiler with Python's headers was found"


class Wheel(bdist_wheel):
    """Packs the wheel at zip's highest level: 9 kB less."""

    def run(self):
        super().run()
        for _, _, path in self.distribution.dist_files:
            with zipfile.ZipFile(path) as wheel:
                members = [(info, wheel.read(info)) for info in wheel.infolist()]
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as wheel:
                for info, data in members:
                    wheel.writestr(info, data, zipfile.ZIP_DEFLATED, 9)


def main():
    os.chdir(ROOT)
    reason = why_pure()
    if reason:
        print(f"rushlight: building the pure-Python version ({reason})", file=sys.stderr)
        setup(cmdclass={"bdist_wheel": Wheel})
    else:
        setup(ext_modules=modules(), cmdclass={"build_ext": Build, "bdist_wheel": Wheel})


if __name__ == "__main__":
    main()
