"""torch.profiler: a profile with a schedule, tables per op, Chrome traces."""
from __future__ import annotations

import enum
import os
import socket
import time
import warnings

from ..autograd import profiler as _profiler
from ..autograd.profiler import KinetoStepTracker, record_function

__all__ = ["DeviceType", "KinetoStepTracker", "ProfilerAction", "ProfilerActivity", "kineto_available", "profile",
           "record_function", "schedule", "supported_activities", "tensorboard_trace_handler"]


class ProfilerAction(enum.Enum):
    """What a profile does in a step."""

    NONE = 0
    WARMUP = 1
    RECORD = 2
    RECORD_AND_SAVE = 3
    DEVICE_STOPPED = 4


class ProfilerActivity(enum.Enum):
    """What can be profiled; here that is the CPU."""

    CPU = 0
    XPU = 1
    MTIA = 2
    CUDA = 3
    HPU = 4
    PrivateUse1 = 5

    def __repr__(self):
        return f"<ProfilerActivity.{self.name}: {self.value}>"

    def __str__(self):
        return f"ProfilerActivity.{self.name}"


class DeviceType(enum.Enum):
    """Kinds of devices on which events run."""

    CPU = 0
    CUDA = 1


def supported_activities():
    """Return the set of activities that can be profiled."""
    return {ProfilerActivity.CPU}


def schedule(*, wait, warmup, active, repeat=0, skip_first=0, skip_first_wait=0):
    """Return a function of the step that says what to do: cycles of waiting, warming up and recording.

    Args:
        wait, warmup, active: the steps of each part of a cycle.
        repeat: how many cycles, 0 for no end.
        skip_first: steps before the first cycle; skip_first_wait: 1 leaves out the first cycle's waiting.

    Example:
        >>> plan = torch.profiler.schedule(wait=1, warmup=1, active=2, repeat=1)
        >>> [plan(step).name for step in range(5)]
        ['NONE', 'WARMUP', 'RECORD', 'RECORD_AND_SAVE', 'NONE']
    """
    if not (wait >= 0 and warmup >= 0 and active > 0 and repeat >= 0 and skip_first >= 0):
        raise AssertionError(
            f"Invalid profiler schedule arguments. Got wait={wait} (need >= 0), warmup={warmup} (need >= 0), "
            f"active={active} (need > 0), repeat={repeat} (need >= 0), skip_first={skip_first} (need >= 0).")
    if warmup == 0:
        warnings.warn("Profiler won't be using warmup, this can skew profiler results", stacklevel=2)

    def plan(step):
        if step < 0:
            raise AssertionError(f"Step must be non-negative. Got {step}.")
        if step < skip_first:
            return ProfilerAction.NONE
        step -= skip_first
        if skip_first_wait:
            step += wait
        cycle, step = divmod(step, wait + warmup + active)
        if repeat and cycle >= repeat or step < wait:
            return ProfilerAction.NONE
        if step < wait + warmup:
            return ProfilerAction.WARMUP
        return ProfilerAction.RECORD_AND_SAVE if step == wait + warmup + active - 1 else ProfilerAction.RECORD

    return plan


def _always(_step):
    return ProfilerAction.RECORD


def tensorboard_trace_handler(dir_name, worker_name=None, use_gzip=False):
    """Return an `on_trace_ready` that writes each trace into a folder, for TensorBoard.

    Args:
        dir_name: the folder, made when it is missing.
        worker_name: the first part of the file names; by default host and process.
        use_gzip: compress.
    """
    os.makedirs(dir_name, exist_ok=True)
    name = worker_name or f"{socket.gethostname()}_{os.getpid()}"

    def write(profile):
        end = ".pt.trace.json" + ".gz" * use_gzip
        profile.export_chrome_trace(os.path.join(dir_name, f"{name}.{time.time_ns()}{end}"))

    return write


class _KinetoProfile:
    """A profile that is started and stopped by hand.

    Args:
        activities: what to profile; only the CPU is measured.
        record_shapes, profile_memory, with_stack, with_flops: as in `torch.autograd.profiler.profile`.
        with_modules, experimental_config, execution_trace_observer: kept as attributes.
        acc_events: keep the events of earlier cycles.
        custom_trace_id_callback: makes the trace's id.
    """

    def __init__(self, *, activities=None, record_shapes=False, profile_memory=False, with_stack=False, with_flops=False,
                 with_modules=False, experimental_config=None, execution_trace_observer=None, acc_events=False,
                 custom_trace_id_callback=None, post_processing_timeout_s=None):
        self.activities = set(activities) if activities else supported_activities()
        self.record_shapes, self.profile_memory = record_shapes, profile_memory
        self.with_stack, self.with_flops, self.with_modules = with_stack, with_flops, with_modules
        self.experimental_config = experimental_config
        self.execution_trace_observer = execution_trace_observer
        self.acc_events = acc_events
        self.custom_trace_id_callback = custom_trace_id_callback
        self.post_processing_timeout_s = post_processing_timeout_s
        self.profiler = None
        self._metadata = {}
        self._kept = []

    def start(self):
        """Begin to record."""
        self.profiler = _profiler.profile(
            record_shapes=self.record_shapes, profile_memory=self.profile_memory, with_stack=self.with_stack,
            with_flops=self.with_flops, with_modules=self.with_modules, acc_events=self.acc_events,
            experimental_config=self.experimental_config, custom_trace_id_callback=self.custom_trace_id_callback)
        self.profiler.__enter__()

    def stop(self):
        """End recording."""
        if self.profiler is None:
            raise AssertionError("Profiler must be initialized before stopping trace")
        self.profiler.__exit__(None, None, None)
        if self.acc_events:
            events = self.profiler.function_events
            self._kept += events
            self.profiler._events = events._like(self._kept)

    def events(self):
        """Return the events, an EventList."""
        if self.profiler is None:
            raise AssertionError("Profiler must be initialized before accessing events")
        return self.profiler.function_events

    def key_averages(self, group_by_input_shape=False, group_by_stack_n=0):
        """Return the sums of the events by name, and by shapes or stack where asked for."""
        if self.profiler is None:
            raise AssertionError("Profiler must be initialized before getting key averages")
        return self.profiler.key_averages(group_by_input_shape, group_by_stack_n)

    def export_chrome_trace(self, path):
        """Write a Chrome trace to a file, compressed where its name ends in .gz."""
        if self.profiler is None:
            raise AssertionError("Profiler must be initialized before exporting chrome trace")
        self.profiler.export_chrome_trace(path)

    def export_stacks(self, path, metric="self_cpu_time_total"):
        """Write the stacks, for flame graphs."""
        if self.profiler is None:
            raise AssertionError("Profiler must be initialized before exporting stacks")
        self.profiler.export_stacks(path, metric)

    def add_metadata(self, key, value):
        """Note a text under a key."""
        self._metadata[key] = '"' + value.replace('"', '\\"') + '"'

    def add_metadata_json(self, key, value):
        """Note a text that is JSON under a key."""
        self._metadata[key] = value

    def toggle_collection_dynamic(self, enable, activities):
        """Have ops recorded, or not, from now on.

        Args:
            activities: for which activities; only the CPU's can be switched.
        """
        if self.profiler is None or ProfilerActivity.CPU not in set(activities):
            return
        recorder = self.profiler._recorder
        if enable and _profiler._Recorder.current is None:
            recorder.start()
        elif not enable and _profiler._Recorder.current is recorder:
            recorder.stop()


class profile(_KinetoProfile):
    """Record the ops and nodes that run inside, always or by a schedule.

    Args:
        activities: what to profile; only the CPU is measured.
        schedule: a function of the step, as `torch.profiler.schedule` makes one; `step()` counts.
        on_trace_ready: called with this profile at the end of each recording.
        record_shapes, profile_memory, with_stack, with_flops: what else to note of each event.

    Example:
        >>> with torch.profiler.profile() as prof:
        ...     y = torch.ones(3).exp()
        >>> [(a.key, a.count) for a in prof.key_averages() if "exp" in a.key]
        [('aten::exp', 1)]
    """

    def __init__(self, *, activities=None, schedule=None, on_trace_ready=None, record_shapes=False, profile_memory=False,
                 with_stack=False, with_flops=False, with_modules=False, experimental_config=None,
                 execution_trace_observer=None, acc_events=False, use_cuda=None, custom_trace_id_callback=None,
                 post_processing_timeout_s=None):
        activities = set(activities) if activities else supported_activities()
        if use_cuda is not None:
            warnings.warn("`use_cuda` is deprecated, use `activities` argument instead", FutureWarning, stacklevel=2)
            (activities.add if use_cuda else activities.discard)(ProfilerActivity.CUDA)
        if not activities:
            raise AssertionError("No valid profiler activities found")
        super().__init__(activities=activities, record_shapes=record_shapes, profile_memory=profile_memory,
                         with_stack=with_stack, with_flops=with_flops, with_modules=with_modules,
                         experimental_config=experimental_config, execution_trace_observer=execution_trace_observer,
                         acc_events=acc_events, custom_trace_id_callback=custom_trace_id_callback,
                         post_processing_timeout_s=post_processing_timeout_s)
        self.record_steps = schedule is not None
        self.schedule = schedule or _always
        self.on_trace_ready = on_trace_ready
        self.step_num = 0
        self.current_action = self.schedule(0)
        self._recording = False
        self._step_block = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exc):
        self.stop()
        return None

    def start(self):
        """Begin with the first step."""
        self._follow()

    def _follow(self):
        """Do what the plan says for the step that begins."""
        if self.current_action in (ProfilerAction.RECORD, ProfilerAction.RECORD_AND_SAVE) and not self._recording:
            super().start()
            self._recording = True
        if self._recording and self.record_steps:
            self._step_block = record_function(f"ProfilerStep#{self.step_num}")
            self._step_block.__enter__()

    def _end_step(self):
        if self._step_block is not None:
            self._step_block.__exit__(None, None, None)
            self._step_block = None

    def _save(self):
        super().stop()
        self._recording = False
        if self.on_trace_ready:
            self.on_trace_ready(self)

    def stop(self):
        """End the last step, and the recording where one runs."""
        self._end_step()
        if self._recording:
            self._save()

    def step(self):
        """Say that a step of the program ended and the next begins."""
        self._end_step()
        before = self.current_action
        self.step_num += 1
        self.current_action = self.schedule(self.step_num)
        going_on = before is ProfilerAction.RECORD and self.current_action in (
            ProfilerAction.RECORD, ProfilerAction.RECORD_AND_SAVE)
        if self._recording and not going_on:
            self._save()
        self._follow()

    def set_custom_trace_id_callback(self, callback):
        """Set what makes the trace's id."""
        self.custom_trace_id_callback = callback

    def get_trace_id(self):
        """Return the trace's id, None before anything was recorded."""
        return None if self.profiler is None else self.profiler.trace_id


def kineto_available():
    """Whether PyTorch's own recorder of traces is there: no, `profile` records here by itself."""
    return False
