"""`install()`: from then on `import torch` gives Rushlight, in this process and in those it spawns.

Nothing is written to disk and no start-up hook exists: a finder at the front of `sys.meta_path`
answers for `torch` and its sub-modules with the modules of this package.
"""
import importlib
import importlib.machinery
import sys

_PACKAGE = "rushlight"
#: top-level names the alias answers for, and where they live
_NAMES = {"torch": _PACKAGE, "torchvision": _PACKAGE + ".vision"}


class _Loader:
    """Hands out a module that is imported already, as it is."""

    def __init__(self, module):
        self.module = module
        self.spec = module.__spec__

    def create_module(self, spec):
        return self.module

    def exec_module(self, module):
        module.__spec__ = self.spec         # the import system has just put the alias's spec there


class _Finder:
    """Finds `torch.a.b` as `rushlight.a.b`; a missing one is named in the error."""

    def find_spec(self, name, path=None, target=None):
        top, _, rest = name.partition(".")
        if top not in _NAMES:
            return _watch_spawn(self, name) if name == "multiprocessing.spawn" else None
        real = _NAMES[top] + ("." + rest if rest else "")
        try:
            module = importlib.import_module(real)
        except ModuleNotFoundError as e:
            if e.name is None or not real.startswith(e.name):
                raise
            raise ModuleNotFoundError(f"No module named '{name}': Rushlight, which stands for '{top}' in this process, "
                                      "does not have it.", name=name) from None
        return importlib.machinery.ModuleSpec(name, _Loader(module), is_package=hasattr(module, "__path__"))


_FINDER = _Finder()


def install():
    """Make `import torch` mean Rushlight in this process.

    Raises RuntimeError when PyTorch itself has been imported before: two libraries under one name
    would mix their tensors.
    """
    if installed():
        return
    for top in _NAMES:
        found = sys.modules.get(top)
        if found is not None and not found.__name__.startswith(_PACKAGE):
            raise RuntimeError(f"{top} is imported already in this process, from {found.__file__}; call "
                               "rushlight.install() before the first import of it")
    sys.meta_path.insert(0, _FINDER)
    spawn = sys.modules.get("multiprocessing.spawn")
    if spawn is not None:
        _patch_spawn(spawn)


def installed():
    """Whether the alias is in force."""
    return _FINDER in sys.meta_path


def uninstall():
    """Take the alias out again; modules that imported it keep what they have."""
    if installed():
        sys.meta_path.remove(_FINDER)
        for name in [n for n in sys.modules if n.partition(".")[0] in _NAMES]:
            if sys.modules[name].__name__.startswith(_PACKAGE):
                del sys.modules[name]


# ------------------------------------------------------------------ spawned processes
# A spawned child imports the parent's main module anew. What prepares it is pickled; one entry
# whose unpickling calls install() is enough to have the alias there first.

class _InstallInChild:
    def __reduce__(self):
        return (install, ())


def _patch_spawn(spawn):
    original = spawn.get_preparation_data
    if getattr(original, "rushlight", False):
        return

    def get_preparation_data(name):
        data = original(name)
        return {"rushlight": _InstallInChild(), **data} if installed() else data

    get_preparation_data.rushlight = True
    spawn.get_preparation_data = get_preparation_data


def _watch_spawn(finder, name):
    """Let the ordinary finders find `multiprocessing.spawn`, and patch it once it is loaded."""
    for other in sys.meta_path:
        if other is finder or not hasattr(other, "find_spec"):
            continue
        spec = other.find_spec(name, sys.modules["multiprocessing"].__path__)
        if spec is not None:
            def exec_module(module, run=spec.loader.exec_module):
                run(module)
                _patch_spawn(module)

            spec.loader.exec_module = exec_module
            return spec
    return None
