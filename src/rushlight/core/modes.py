"""Grad mode, inference mode, anomaly mode: per thread, as decorators and as contexts."""
import functools
import inspect
import threading

from .flags import Flags


class _State(threading.local):
    grad = True
    inference = False
    multithreading = True
    autocast = None             # the dtype of automatic mixed precision, None when it is off
    autocast_device = "cpu"
    batch = None                # the innermost vmap that is open
    transforms = 0              # how many functions of torch.func are running
    forward = 0                 # how many walks transpose a backward pass: forward mode
    no_overrides = 0            # what of `__torch_function__` is off: 1 subclasses, 2 modes too

    def __init__(self):
        self.autocast_cache = {}
        self.function_modes = []        # the `TorchFunctionMode`s in force


state = _State()


def is_grad_enabled():
    """Whether operations on tensors that require grad are recorded in this thread."""
    return state.grad


def is_inference_mode_enabled():
    """Whether this thread is inside `inference_mode`."""
    return state.inference


class _Context:
    """A context manager that also decorates functions, generators and classes' methods."""

    def __call__(self, func):
        if inspect.isclass(func):
            raise TypeError("a grad mode decorates functions, not classes: decorate its methods")
        if inspect.isgeneratorfunction(func):
            return _wrap_generator(self._again, func)

        @functools.wraps(func)
        def wrapped(*args, **kwargs):
            with self._again():
                return func(*args, **kwargs)
        return wrapped

    def _again(self):
        return type(self)()


def _wrap_generator(context, func):
    """Run each step of a generator, and no code between the steps, inside a fresh context."""

    @functools.wraps(func)
    def wrapped(*args, **kwargs):
        gen = func(*args, **kwargs)
        try:
            with context():
                response = gen.send(None)
            while True:
                try:
                    request = yield response
                except GeneratorExit:
                    with context():
                        gen.close()
                    raise
                except BaseException as e:
                    with context():
                        response = gen.throw(e)
                else:
                    with context():
                        response = gen.send(request)
        except StopIteration as e:
            return e.value
    return wrapped


class no_grad(_Context):
    """Record no gradients inside: `with no_grad():`, `@no_grad()` or `@no_grad`."""

    _to = False

    def __new__(cls, func=None):
        self = object.__new__(cls)
        return self if func is None else self(func)

    def __init__(self, func=None):
        self._before = []

    def __enter__(self):
        self._before.append(state.grad)
        state.grad = self._to

    def __exit__(self, *exc):
        state.grad = self._before.pop()


class enable_grad(no_grad):
    """Record gradients inside, also within `no_grad`."""

    _to = True


class set_grad_enabled(_Context):
    """Switch grad mode at once, and back on leaving when used with `with`."""

    def __init__(self, mode):
        self._mode = mode
        self._before = state.grad
        state.grad = bool(mode)

    def __call__(self, func):
        state.grad = self._before
        return super().__call__(func)

    def _again(self):
        return type(self)(self._mode)

    def __enter__(self):
        state.grad = bool(self._mode)

    def __exit__(self, *exc):
        state.grad = self._before

    def __repr__(self):
        return f"torch.autograd.grad_mode.{type(self).__name__}(mode={self._mode})"


class inference_mode(_Context):
    """No gradients, and results that can never join a graph; `inference_mode(False)` leaves it."""

    def __new__(cls, mode=True):
        self = object.__new__(cls)
        if isinstance(mode, bool):
            return self
        self.__init__()
        return self(mode)

    def __init__(self, mode=True):
        self._mode = bool(mode)
        self._before = []

    def _again(self):
        return type(self)(self._mode)

    def __enter__(self):
        self._before.append((state.grad, state.inference))
        Flags.special += 1
        state.inference = self._mode
        state.grad = state.grad and not self._mode if self._mode else True

    def __exit__(self, *exc):
        Flags.special -= 1
        state.grad, state.inference = self._before.pop()


class set_detect_anomaly:
    """Keep each op's stack, say which forward call a failing backward belongs to, and stop at NaN."""

    def __init__(self, mode, check_nan=True):
        self._before = (Flags.anomaly, Flags.check_nan)
        self._set(bool(mode), check_nan)

    @staticmethod
    def _set(mode, check_nan):
        Flags.special += int(mode) - int(Flags.anomaly)
        Flags.anomaly, Flags.check_nan = mode, check_nan

    def __enter__(self):
        return None

    def __exit__(self, *exc):
        self._set(*self._before)


class detect_anomaly(set_detect_anomaly):
    """Context form of `set_detect_anomaly(True)`."""

    def __init__(self, check_nan=True):
        import warnings
        warnings.warn("Anomaly Detection has been enabled. This mode will increase the runtime and should "
                      "only be enabled for debugging.", stacklevel=2)
        super().__init__(True, check_nan)


def is_anomaly_enabled():
    """Whether anomaly detection is on."""
    return Flags.anomaly


def is_anomaly_check_nan_enabled():
    """Whether anomaly detection also looks for NaN."""
    return Flags.check_nan
