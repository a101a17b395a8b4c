"""torch.autograd.profiler: what ran, for how long, called by the ops themselves while a profile is on."""
from __future__ import annotations

import contextlib
import functools
import threading
import time
import traceback

from ..core.modes import Flags
from ..core.tensor import TensorBase
from ..core.watch import WATCH
from .profiler_util import EventList, FunctionEvent, FunctionEventAvg, chrome_trace, in_order

__all__ = ["EventList", "FunctionEvent", "FunctionEventAvg", "KinetoStepTracker", "emit_itt", "emit_nvtx", "profile",
           "record_function"]

_FLOPS = {"mm", "matmul", "addmm", "linear", "bmm", "baddbmm", "addbmm"}


class _Recorder:
    """Notes events while it is the one in force; there is at most one."""

    current = None

    def __init__(self, record_shapes, profile_memory, with_stack, with_flops):
        self.record_shapes, self.profile_memory = record_shapes, profile_memory
        self.with_stack, self.with_flops = with_stack, with_flops
        self.events = []
        self.local = threading.local()

    def start(self):
        """Have ops and nodes call this recorder."""
        if _Recorder.current is not None:
            raise RuntimeError("Profiler is already enabled on this thread")
        _Recorder.current = self
        WATCH.op, WATCH.node, WATCH.on = self.op, self.node, True
        Flags.special += 1

    def stop(self):
        """Let them go on alone again."""
        Flags.special -= 1
        WATCH.on = False
        WATCH.op = WATCH.node = _Recorder.current = None

    def open(self, name, shapes=None, user=False, sequence_nr=-1, flops=0):
        """Begin an event of this thread, inside the one that is open."""
        event = FunctionEvent(0, name, threading.get_native_id(), 0.0, 0.0, shapes, self.stack() if self.with_stack else None,
                              user, sequence_nr, flops)
        event.cpu_parent = getattr(self.local, "event", None)
        self.local.event = event
        event.time_range.start = time.perf_counter() * 1e6
        return event

    def close(self, event):
        """End an event."""
        event.time_range.end = time.perf_counter() * 1e6
        self.local.event = event.cpu_parent
        if event.cpu_parent is not None:
            event.cpu_parent.cpu_children.append(event)
        self.events.append(event)

    def stack(self):
        """The Python stack, innermost first, without the library's own files."""
        return [f"{f.filename}({f.lineno}): {f.name}" for f in reversed(traceback.extract_stack()[:-2])
                if "/rushlight/" not in f.filename]

    def op(self, name, args, run):
        """Run an op inside an event."""
        event = self.open("aten::" + name, [_shape(a) for a in args] if self.record_shapes else None,
                          flops=_flops(name, args) if self.with_flops else 0)
        WATCH.let_pass()
        try:
            result = run(args)
            if self.profile_memory:
                event.self_cpu_memory_usage = _bytes(result, args)
            return result
        finally:
            self.close(event)

    def node(self, node, grads, create_graph):
        """Run a node of a backward inside an event, which is inside one of the engine."""
        outer = self.open("autograd::engine::evaluate_function: " + node.name(), sequence_nr=node.seq)
        inner = self.open(node.name(), sequence_nr=node.seq)
        try:
            return node.run(grads, create_graph)
        finally:
            self.close(inner)
            self.close(outer)

    def finished(self):
        """Return the events in order of their start."""
        events, self.events = in_order(self.events), []
        return EventList(events, profile_memory=self.profile_memory, with_flops=self.with_flops)


def _shape(a):
    if isinstance(a, TensorBase):
        return list(a.shape)
    return [_shape(x) for x in a] if isinstance(a, (list, tuple)) and a and isinstance(a[0], TensorBase) else []


def _bytes(result, args):
    """Bytes of the results that are no views and no argument written to."""
    results = result if isinstance(result, (list, tuple)) else (result,)
    return sum(t._array.nbytes for t in results
               if isinstance(t, TensorBase) and t._base is None and not any(t is a for a in args))


def _flops(name, args):
    """Two for each product of a matrix product, else 0."""
    if name not in _FLOPS:
        return 0
    shapes = [a.shape for a in args if isinstance(a, TensorBase)]
    a, b = shapes[1:3] if name in ("addmm", "baddbmm", "addbmm") else shapes[:2]
    if not a or not b:
        return 0
    columns = b[0] if name == "linear" else b[-1] if len(b) > 1 else 1
    n = 2 * columns
    for size in a:
        n *= size
    return n


class record_function(contextlib.ContextDecorator):
    """Give a block (or, as a decorator, a function) a name in profiles.

    Example:
        >>> with torch.profiler.record_function("preparation"):
        ...     x = torch.ones(2)
    """

    def __init__(self, name, args=None):
        self.name, self.args = name, args
        self.open = []

    def __enter__(self):
        recorder = _Recorder.current
        self.open.append((recorder, recorder and recorder.open(self.name, [] if recorder.record_shapes else None, True)))
        return self

    def __exit__(self, *exc):
        recorder, event = self.open.pop()
        if recorder is not None:
            recorder.close(event)

    def __call__(self, function):
        name, args = self.name, self.args

        @functools.wraps(function)
        def wrapped(*a, **kw):
            with record_function(name, args):
                return function(*a, **kw)
        return wrapped


class profile:
    """Record the ops and nodes that run inside.

    Args:
        enabled: False makes it do nothing.
        record_shapes: note the shapes of inputs; with_flops: count the operations of matrix products.
        profile_memory: note the bytes of results.
        with_stack: note where in the program each event began.
        use_cuda, use_device, use_kineto, use_cpu, with_modules, acc_events: kept as attributes; times are those of the CPU.

    Example:
        >>> with torch.autograd.profiler.profile() as prof:
        ...     y = torch.ones(2, 2) @ torch.ones(2, 2)
        >>> [event.name for event in prof.function_events if "mm" in event.name or "matmul" in event.name]
        ['aten::matmul']
    """

    def __init__(self, enabled=True, *, use_cuda=False, use_device=None, record_shapes=False, with_flops=False,
                 profile_memory=False, with_stack=False, with_modules=False, use_kineto=False, use_cpu=True,
                 experimental_config=None, acc_events=False, custom_trace_id_callback=None):
        self.enabled = enabled
        self.use_device = "cuda" if use_cuda else use_device
        self.record_shapes = record_shapes or with_flops
        self.with_flops = with_flops
        self.profile_memory = profile_memory
        self.with_stack = with_stack
        self.with_modules = with_modules
        self.use_kineto = use_kineto
        self.use_cpu = use_cpu
        self.experimental_config = experimental_config
        self.acc_events = acc_events
        self.trace_id = custom_trace_id_callback() if custom_trace_id_callback else ""
        self.entered = False
        self._recorder = None
        self._events = None

    def __enter__(self):
        if not self.enabled:
            return self
        if self.entered:
            raise RuntimeError("Profiler context manager is not reentrant")
        self.entered = True
        self._start()
        return self

    def _start(self):
        self._recorder = _Recorder(self.record_shapes, self.profile_memory, self.with_stack, self.with_flops)
        self._recorder.start()

    def __exit__(self, *exc):
        if self.enabled:
            self._recorder.stop()
        return False

    @property
    def function_events(self):
        """The events, an EventList."""
        if self._events is None:
            if self._recorder is None:
                raise RuntimeError("Profiler didn't finish running")
            self._events = self._recorder.finished()
        return self._events

    def __repr__(self):
        return "<unfinished torch.autograd.profile>" if self._recorder is None else repr(self.function_events)

    def __str__(self):
        return "<unfinished torch.autograd.profile>" if self._recorder is None else str(self.function_events)

    def table(self, sort_by=None, row_limit=100, max_src_column_width=75, max_name_column_width=55,
              max_shapes_column_width=80, header=None, top_level_events_only=False):
        """Return the events as a table; see `EventList.table`."""
        return self.function_events.table(sort_by, row_limit, max_src_column_width, max_name_column_width,
                                          max_shapes_column_width, header, top_level_events_only)

    def key_averages(self, group_by_input_shape=False, group_by_stack_n=0):
        """Return the sums of the events by name; see `EventList.key_averages`."""
        return self.function_events.key_averages(group_by_input_shape, group_by_stack_n)

    def total_average(self):
        """Return the sum of all events."""
        return self.function_events.total_average()

    @property
    def self_cpu_time_total(self):
        """The sum of the times that events took outside of their children, in us."""
        return self.function_events.self_cpu_time_total

    def export_chrome_trace(self, path):
        """Write a Chrome trace to a file, compressed where its name ends in .gz."""
        import gzip
        import json

        with (gzip.open if str(path).endswith(".gz") else open)(path, "wt", encoding="utf-8") as file:
            json.dump(chrome_trace(self.function_events), file)

    def export_stacks(self, path, metric="self_cpu_time_total"):
        """Write the stacks, for flame graphs."""
        self.function_events.export_stacks(path, metric)


class _Emit:
    """Marks ranges for an external tool; without one listening it does nothing."""

    def __init__(self, enabled=True, record_shapes=False):
        self.enabled, self.record_shapes = enabled, record_shapes
        self.entered = False

    def __enter__(self):
        if self.enabled and self.entered:
            raise RuntimeError(f"{self._what} annotation context manager is not reentrant")
        self.entered = self.enabled
        return self

    def __exit__(self, *exc):
        return False


class emit_nvtx(_Emit):
    """Mark each op for NVIDIA's profilers: nothing to do on a CPU."""

    _what = "NVTX"


class emit_itt(_Emit):
    """Mark each op for Intel's profilers: nothing listens."""

    _what = "ITT"


class KinetoStepTracker:
    """Counts the steps of training that programs report, by who reports them; the largest count is the step."""

    _current_step = 0
    _steps: dict = {}

    @classmethod
    def init_step_count(cls, requester):
        """Begin to count for a requester."""
        cls._steps[requester] = cls._current_step

    @classmethod
    def erase_step_count(cls, requester):
        """Forget a requester; return whether it was known."""
        return cls._steps.pop(requester, None) is not None

    @classmethod
    def increment_step(cls, requester):
        """Count one step of a requester; return the step."""
        if requester not in cls._steps:
            cls.init_step_count(requester)
        cls._steps[requester] += 1
        cls._current_step = max(cls._current_step, *cls._steps.values())
        return cls._current_step

    @classmethod
    def current_step(cls):
        """Return the step."""
        return cls._current_step
