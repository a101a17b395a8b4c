"""`torch.compile`, which gives back what runs as it was written, and says so once."""
import contextlib
import functools
import warnings

from ..core.overrides import TorchFunctionMode
from ..nn.module import Module
from .exc import InvalidBackend

_MODES = ("default", "lite", "reduce-overhead", "max-autotune-no-cudagraphs", "max-autotune")
_BACKENDS = ["cudagraphs", "inductor", "openxla", "tvm"]
_DEBUGGING = ["aot_eager", "eager"]


class _Said:
    once = False


def _say_once():
    if not _Said.once:
        _Said.once = True
        warnings.warn("torch.compile: Rushlight does not compile yet; what was given runs as it is written.", stacklevel=4)


def compile(model=None, *, fullgraph=False, dynamic=None, backend=None, mode=None, options=None, name=None, disable=False,
            recompile_limit=None, isolate_recompiles=False, shapes_spec=None):
    """Return the model or function in a form that is called as PyTorch's compiled form is. It is not compiled yet.

    Args:
        model: a Module or a function; without it the call returns a decorator.
        backend: a registered name, or a function.
        mode: "default", "reduce-overhead", "max-autotune", "max-autotune-no-cudagraphs" or "lite"; excludes `options`.
        disable: give the model back untouched.
        fullgraph, dynamic, options, name, recompile_limit, isolate_recompiles, shapes_spec: of the compilation; without
            one they have no effect.

    Returns: for a Module an `OptimizedModule`, whose `_orig_mod` it is; for a function one that calls it.

    Raises: RuntimeError for an unknown mode, or for both a mode and options; `InvalidBackend` at the first call.

    Example:
        >>> import warnings; warnings.simplefilter("ignore")
        >>> torch.compile(lambda x: x + 1)(torch.tensor(1.0))
        tensor(2.)
    """
    if mode is not None and options is not None:
        raise RuntimeError("Either mode or options can be specified, but both can't be specified at the same time.")
    if mode is not None and mode not in _MODES:
        raise RuntimeError(f"Unrecognized mode={mode}, should be one of: default, lite, reduce-overhead, "
                           "max-autotune-no-cudagraphs, max-autotune")
    if model is None:
        return lambda given: optimize(backend, disable=disable)(given)
    return optimize(backend, disable=disable)(model)


def optimize(backend=None, disable=False):
    """Return the decorator behind `torch.compile`.

    Args:
        backend: a registered name, or a function.
        disable: whether it gives back what it is given.
    """
    def decorate(given):
        if disable:
            return given
        if isinstance(given, Module):
            return OptimizedModule(given, backend)
        if isinstance(given, type):
            return given
        assert callable(given), f"A callable function is expected, but {type(given)} is provided."
        _say_once()

        @functools.wraps(given)
        def compiled(*args, **kwargs):
            _check_backend(backend)
            return given(*args, **kwargs)

        compiled._torchdynamo_orig_callable = given
        return compiled
    return decorate


def _check_backend(backend):
    if isinstance(backend, str) and backend not in _BACKENDS and backend not in _DEBUGGING:
        raise InvalidBackend(backend)


class OptimizedModule(Module):
    """What `torch.compile` makes of a module: it calls `_orig_mod`, whose parameters it lists under that name."""

    def __init__(self, mod, backend=None):
        _say_once()
        super().__init__()
        self.__dict__["_backend"] = backend
        self._modules["_orig_mod"] = mod

    def __call__(self, *args, **kwargs):
        _check_backend(self._backend)
        return self._modules["_orig_mod"](*args, **kwargs)

    def forward(self, *args, **kwargs):
        """Call the module."""
        return self._modules["_orig_mod"](*args, **kwargs)

    @property
    def training(self):
        return self._modules["_orig_mod"].training

    @training.setter
    def training(self, value):
        if "_orig_mod" in self.__dict__.get("_modules", ()):
            self._modules["_orig_mod"].training = value

    def __getattr__(self, name):
        if name == "_orig_mod":
            return self._modules["_orig_mod"]
        return getattr(self._modules["_orig_mod"], name)

    def __setattr__(self, name, value):
        if name == "training" or "_orig_mod" not in self.__dict__.get("_modules", ()):
            object.__setattr__(self, name, value) if name == "training" else super().__setattr__(name, value)
        else:
            setattr(self._modules["_orig_mod"], name, value)

    def __delattr__(self, name):
        delattr(self._modules["_orig_mod"], name)

    def __dir__(self):
        return sorted(set(super().__dir__()) | set(dir(self._modules["_orig_mod"])))

    def __len__(self):
        return len(self._modules["_orig_mod"])

    def __getitem__(self, index):
        return self._modules["_orig_mod"][index]

    def __iter__(self):
        return iter(self._modules["_orig_mod"])


def disable(fn=None, recursive=True, *, reason=None, wrapping=True):
    """Mark a function as one not to compile: it comes back as it is. Also a decorator with options.

    Args:
        fn: the function.
        recursive, reason, wrapping: of the compilation, which there is none of.
    """
    return allow_in_graph if fn is None else fn


def allow_in_graph(fn):
    """Give back the function, or the list of functions, that a compiler would not look into."""
    return fn


assume_constant_result = disallow_in_graph = forbid_in_graph = allow_in_graph


def graph_break(msg=""):
    """Do nothing: where a compiler would end a graph. `msg` says why."""


def is_compiling():
    """Whether a compiler is looking at this code: never."""
    return False


def is_dynamo_supported():
    """Whether PyTorch's compiler works here: no."""
    return False


def reset():
    """Forget compiled code; there is none."""


reset_code_caches = reset


def list_backends(exclude_tags=("debug", "experimental")):
    """Return the names that `backend` may be; with `exclude_tags=None` those for debugging too."""
    return sorted(_BACKENDS if exclude_tags else _BACKENDS + _DEBUGGING)


def register_backend(compiler_fn=None, name=None, tags=()):
    """Let `torch.compile(backend=name)` pass. Also a decorator.

    Args:
        compiler_fn: the backend, a function of a graph; it is not called.
        name: its name, the function's by default.
        tags: words such as "debug", for which `list_backends` leaves it out.
    """
    if compiler_fn is None:
        return functools.partial(register_backend, name=name, tags=tags)
    (_DEBUGGING if tags else _BACKENDS).append(name or compiler_fn.__name__)
    return compiler_fn


def _mark(t, index=None, **bounds):
    """Keep a remark on a tensor's sizes, for a compiler."""
    t.__dict__.setdefault("_dynamo_remarks", []).append((index, bounds))


mark_dynamic = maybe_mark_dynamic = mark_static = mark_static_address = _mark


class set_stance(contextlib.ContextDecorator):
    """Say how much is to be compiled, at once or within a block: "default", "force_eager", "eager_on_recompile", ..."""

    _STANCES = ("default", "eager_then_compile", "aot_eager_then_compile", "force_eager", "eager_on_recompile",
                "fail_on_recompile")
    current = "default"

    def __init__(self, stance="default", *, skip_guard_eval_unsafe=False, force_backend=None):
        if stance not in self._STANCES:
            raise RuntimeError(f"invalid torch.compile stance '{stance}'")
        if force_backend is not None and stance != "default":
            raise RuntimeError("non-default stance cannot have force_backend set")
        self.skip_guard_eval_unsafe = skip_guard_eval_unsafe
        self._before, set_stance.current = set_stance.current, stance

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        set_stance.current = self._before


class ExplainOutput:
    """What `explain` found: one graph, for nothing breaks it, with the functions of tensors that were called."""

    def __init__(self, ops):
        self.graphs, self.graph_count, self.graph_break_count = [], 1, 0
        self.break_reasons, self.ops_per_graph, self.op_count = [], [ops], len(ops)
        self.out_guards, self.compile_times = None, None

    def __str__(self):
        listed = "".join(f"\n    {op}" for op in self.ops_per_graph[0])
        return (f"Graph Count: {self.graph_count}\nGraph Break Count: {self.graph_break_count}\n"
                f"Op Count: {self.op_count}\nBreak Reasons:\nOps per Graph:\n  Ops 1:{listed}\n")


class _Recording(TorchFunctionMode):
    def __init__(self):
        self.ops = []

    def __torch_function__(self, func, types, args=(), kwargs=None):
        self.ops.append(func)
        return func(*args, **(kwargs or {}))


def explain(f):
    """Return a function that runs `f` and says which functions of tensors it called, as an `ExplainOutput`."""
    def run(*args, **kwargs):
        with _Recording() as found:
            f(*args, **kwargs)
        return ExplainOutput(found.ops)
    return run
