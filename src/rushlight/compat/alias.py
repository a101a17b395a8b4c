"""`install()`: from then on `import torch` gives Rushlight, in this process and in those it spawns.

Nothing is written to disk and no start-up hook exists: a finder at the front of `sys.meta_path`
answers for `torch` and its sub-modules with the modules of this package. Classes take PyTorch's module
paths (`torch.nn.modules.linear.Linear`): under them they are printed and pickled.
"""
import importlib
import importlib.machinery
import sys

from .. import names

_PACKAGE = "rushlight"
#: top-level names the alias answers for, and where they live
_NAMES = {"torch": _PACKAGE, "torchvision": _PACKAGE + ".vision", "functorch": _PACKAGE + "._functorch.package"}
#: names it answers for only where nothing else of that name is installed
_STAND_INS = {"safetensors": _PACKAGE + ".io.safetensors"}


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
        if top in _STAND_INS:           # its parts come from here too; it itself was not found elsewhere
            return _LAST.find_spec(name, path, target) if rest else None
        if top not in _NAMES:
            after = _patch_spawn if name == "multiprocessing.spawn" else _rename if top == _PACKAGE else None
            return None if after is None else _watch(self, name, path, after)
        real = _NAMES[top]
        rest = names.ours(rest) if top == "torch" else rest
        if rest:
            real += "." + rest
        try:
            module = importlib.import_module(real)
        except ModuleNotFoundError as e:
            if e.name is None or not real.startswith(e.name):
                raise
            if e.name == _NAMES[top]:       # the whole package is missing: programs that ask whether it is there hear no
                return None
            raise ModuleNotFoundError(f"No module named '{name}': Rushlight, which stands for '{top}' in this process, "
                                      "does not have it.", name=name) from None
        return importlib.machinery.ModuleSpec(name, _Loader(module), is_package=hasattr(module, "__path__"))

    def find_distributions(self, context=None):
        """Answer `importlib.metadata`, which asks each finder for the packages it knows."""
        from . import metadata

        return metadata.distributions(context or metadata.importlib.metadata.DistributionFinder.Context())


class _StandIns:
    """The last to be asked: finds our part of a package that is not installed."""

    def find_spec(self, name, path=None, target=None):
        top, _, rest = name.partition(".")
        if top not in _STAND_INS or rest and sys.modules[top].__name__ != _STAND_INS[top]:
            return None
        try:
            module = importlib.import_module(_STAND_INS[top] + ("." + rest if rest else ""))
        except ModuleNotFoundError:
            return None
        return importlib.machinery.ModuleSpec(name, _Loader(module), is_package=hasattr(module, "__path__"))


_FINDER = _Finder()
_LAST = _StandIns()


def install():
    """Make `import torch` mean Rushlight in this process.

    Raises RuntimeError when PyTorch itself has been imported before: two libraries under one name
    would mix their tensors.
    """
    if installed():
        return
    for top in _NAMES:
        found = sys.modules.get(top)
        if found is not None and not _is_ours(found):
            raise RuntimeError(f"{top} is imported already in this process, from {found.__file__}; call "
                               "rushlight.install() before the first import of it")
    sys.meta_path.insert(0, _FINDER)
    sys.meta_path.append(_LAST)
    sys.modules[_PACKAGE].__name__ = "torch"            # programs look at `torch.__name__`
    for name in [n for n in sys.modules if n.partition(".")[0] == _PACKAGE]:
        _rename(sys.modules[name])
    spawn = sys.modules.get("multiprocessing.spawn")
    if spawn is not None:
        _patch_spawn(spawn)


def _is_ours(module):
    return (module.__package__ or module.__name__).partition(".")[0] == _PACKAGE


def installed():
    """Whether the alias is in force."""
    return _FINDER in sys.meta_path


def uninstall():
    """Take the alias out again; modules that imported it keep what they have."""
    if installed():
        sys.meta_path.remove(_FINDER)
        sys.meta_path.remove(_LAST)
        sys.modules[_PACKAGE].__name__ = _PACKAGE
        while _renamed:
            cls, module = _renamed.pop()
            cls.__module__ = module
        for name in [n for n in sys.modules if n.partition(".")[0] in (*_NAMES, *_STAND_INS)]:
            if _is_ours(sys.modules[name]):
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


# ------------------------------------------------------------------ names of classes

_renamed = []           # (class, the module it had)


def _rename(module):
    """Give the classes defined in a module of this package PyTorch's module paths."""
    path = module.__spec__.name.partition(".")[2]
    for cls in list(vars(module).values()):
        if isinstance(cls, type) and (known := _own_path(cls, path)) is not None:
            theirs = names.theirs(known, cls.__qualname__)
            before, now = cls.__module__, "torch" + ("." + theirs if theirs else "")
            try:
                cls.__module__ = now
            except TypeError:           # a compiled class: nothing prints it
                continue
            _renamed.append((cls, before))
            if theirs and theirs == known:
                sys.modules.setdefault(now, sys.modules[before])     # `inspect` looks there for the source


def _own_path(cls, path):
    """Return the path of the module that a class of this package says it is from, when that is the one at `path`.

    The layers of `nn` say `nn.modules.<file>`, which is another name of `nn.<file>`.
    """
    package, _, known = cls.__module__.partition(".")
    if package != _PACKAGE or sys.modules.get(cls.__module__) is not sys.modules.get(f"{_PACKAGE}.{path}"):
        return None
    return known


def _watch(finder, name, path, after):
    """Let the ordinary finders find a module, and call `after` with it once it is loaded."""
    for other in sys.meta_path:
        if other is finder or not hasattr(other, "find_spec"):
            continue
        spec = other.find_spec(name, path)
        if spec is not None:
            if spec.loader is not None:
                def exec_module(module, run=spec.loader.exec_module):
                    run(module)
                    after(module)

                spec.loader.exec_module = exec_module
            return spec
    return None
