"""What a profile shows: events, their sums by name, and the table of both."""
from __future__ import annotations

import itertools
import json
from collections import defaultdict

__all__ = ["EventList", "FormattedTimesMixin", "FunctionEvent", "FunctionEventAvg", "Interval"]


def _format_time(us):
    """Return microseconds as text with a unit that fits."""
    if us >= 1e6:
        return f"{us / 1e6:.3f}s"
    return f"{us / 1e3:.3f}ms" if us >= 1e3 else f"{us:.3f}us"


def _format_share(part, total):
    if total == 0:
        return "--" if part == 0 else "NaN"
    return f"{part * 100.0 / total:.2f}%"


def _format_memory(n):
    """Return bytes as text with a unit that fits."""
    for power, unit in ((3, "GB"), (2, "MB"), (1, "KB")):
        if abs(n) >= 1024**power:
            return f"{n / 1024**power:.2f} {unit}"
    return f"{n} B"


class FormattedTimesMixin:
    """Times as text, and averages."""

    @property
    def cpu_time_str(self):
        """The average time as text."""
        return _format_time(self.cpu_time)

    @property
    def cpu_time_total_str(self):
        """The whole time as text."""
        return _format_time(self.cpu_time_total)

    @property
    def self_cpu_time_total_str(self):
        """The time outside of children as text."""
        return _format_time(self.self_cpu_time_total)

    @property
    def cpu_time(self):
        """The average time in us."""
        return 0.0 if self.count == 0 else self.cpu_time_total / self.count

    @property
    def device_time(self):
        """The average time on an accelerator, which is not measured: 0."""
        return self.device_time_total / max(self.count, 1)

    cuda_time = device_time


class Interval:
    """Start and end in us."""

    def __init__(self, start, end):
        self.start, self.end = start, end

    def elapsed_us(self):
        """Return the length."""
        return self.end - self.start


class FunctionEvent(FormattedTimesMixin):
    """One call of an op, a node, or a block that the program named.

    Attributes:
        name, thread: what ran where; time_range: when, in us.
        cpu_parent, cpu_children: the events around it and directly inside it.
        input_shapes: of its tensors, [] for other arguments.
        cpu_memory_usage: bytes of its results and of those inside it.
        stack: lines of the Python stack; flops: floating point operations, where they are known.
    """

    count = 1
    device_time_total = self_device_time_total = cuda_time_total = 0

    def __init__(self, id, name, thread, start_us, end_us, input_shapes=None, stack=None, is_user_annotation=False,
                 sequence_nr=-1, flops=0):
        self.id = id
        self.name = name
        self.thread = thread
        self.time_range = Interval(start_us, end_us)
        self.input_shapes = input_shapes
        self.stack = stack or []
        self.is_user_annotation = is_user_annotation
        self.sequence_nr = sequence_nr
        self.flops = flops
        self.cpu_children = []
        self.cpu_parent = None
        self.self_cpu_memory_usage = 0

    @property
    def key(self):
        """The name."""
        return self.name

    @property
    def cpu_time_total(self):
        """How long it took, in us."""
        return self.time_range.elapsed_us()

    @property
    def self_cpu_time_total(self):
        """How long it took outside of its children, in us."""
        return self.cpu_time_total - sum(child.cpu_time_total for child in self.cpu_children)

    @property
    def cpu_memory_usage(self):
        """Bytes of the results of this call and of all inside it."""
        return self.self_cpu_memory_usage + sum(child.cpu_memory_usage for child in self.cpu_children)

    def __repr__(self):
        return (f"<FunctionEvent id={self.id} name={self.name} cpu_time={self.cpu_time_str} "
                f"cpu_start_us={self.time_range.start} cpu_end_us={self.time_range.end} "
                f"cpu_children={[child.id for child in self.cpu_children]} input_shapes={self.input_shapes} "
                f"cpu_memory_usage={self.cpu_memory_usage} thread={self.thread}>")


_SUMS = ("cpu_time_total", "self_cpu_time_total", "cpu_memory_usage", "self_cpu_memory_usage", "count", "flops",
         "device_time_total", "self_device_time_total")


class FunctionEventAvg(FormattedTimesMixin):
    """The sum of the events of one name (and, where asked for, of the same shapes or stack)."""

    def __init__(self):
        self.key = None
        self.input_shapes = None
        self.stack = None
        self.is_user_annotation = False
        self.cpu_parent = None
        for name in _SUMS:
            setattr(self, name, 0)

    def add(self, other):
        """Add an event or another sum; return self."""
        if self.key is None:
            self.key, self.cpu_parent = other.key, other.cpu_parent
            self.input_shapes, self.stack = other.input_shapes, other.stack
            self.is_user_annotation = other.is_user_annotation
        for name in _SUMS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self

    __iadd__ = add

    def __repr__(self):
        return (f"<FunctionEventAvg key={self.key} self_cpu_time={self.self_cpu_time_total_str} cpu_time={self.cpu_time_str} "
                f" self_cuda_time={_format_time(0)} cuda_time={_format_time(0)} "
                f"input_shapes={'' if self.input_shapes is None else self.input_shapes} "
                f"cpu_memory_usage={self.cpu_memory_usage} cuda_memory_usage=0>")


class EventList(list):
    """Events, or their sums.

    Args:
        events: a list of them.
        profile_memory, with_flops: whether those were recorded, and are shown.
    """

    def __init__(self, events=(), *, profile_memory=False, with_flops=False):
        super().__init__(events)
        self._profile_memory, self._with_flops = profile_memory, with_flops

    def __str__(self):
        return self.table()

    @property
    def self_cpu_time_total(self):
        """The sum of the times that events took outside of their children, in us."""
        return sum(event.self_cpu_time_total for event in self)

    def _like(self, events):
        return EventList(events, profile_memory=self._profile_memory, with_flops=self._with_flops)

    def key_averages(self, group_by_input_shapes=False, group_by_stack_n=0):
        """Return the sums by name, and by shapes or by the top `group_by_stack_n` lines of the stack where asked for."""
        sums = defaultdict(FunctionEventAvg)
        for event in self:
            shapes = str(event.input_shapes) if group_by_input_shapes else ""
            sums[event.key, shapes, tuple(event.stack[:group_by_stack_n])].add(event)
        for total in sums.values():
            if not group_by_input_shapes:
                total.input_shapes = None
            total.stack = total.stack[:group_by_stack_n]
        return self._like(sums.values())

    def total_average(self):
        """Return the sum of all events, called "Total"."""
        total = FunctionEventAvg()
        for event in self:
            total.add(event)
            total.key = None
        total.key = "Total"
        return total

    def table(self, sort_by=None, row_limit=100, max_src_column_width=75, max_name_column_width=55,
              max_shapes_column_width=80, header=None, top_level_events_only=False):
        """Return the events as a table.

        Args:
            sort_by: an attribute ("cpu_time_total", "self_cpu_time_total", "count", "cpu_memory_usage" ...), largest
                first; None: in the order of first appearance.
            row_limit: how many rows at most, -1 for all.
            max_src_column_width, max_name_column_width, max_shapes_column_width: where texts are cut.
            header: a title.
            top_level_events_only: leave out what ran inside other events.
        """
        events = list(self)
        if sort_by is not None:
            for event in events:
                if not hasattr(event, sort_by):
                    raise AttributeError(f"'{type(event).__name__}' object has no attribute '{sort_by}'")
            events.sort(key=lambda event: getattr(event, sort_by), reverse=True)
        if not events:
            return ""
        columns = self._columns(events, max_src_column_width, max_name_column_width, max_shapes_column_width)
        if top_level_events_only:
            events = [event for event in events if event.cpu_parent is None]
        return _lines(columns, events if row_limit < 0 else events[:row_limit], header, top_level_events_only,
                      self.self_cpu_time_total)

    def _columns(self, events, src_width, name_width, shapes_width):
        """(title, width, function of an event) of each column."""
        total = self.self_cpu_time_total
        columns = [
            ("Name", min(max(len(e.key) for e in events) + 4, name_width), lambda e: _cut(e.key, name_width)),
            ("Self CPU %", 12, lambda e: _format_share(e.self_cpu_time_total, total)),
            ("Self CPU", 12, lambda e: e.self_cpu_time_total_str),
            ("CPU total %", 12, lambda e: _format_share(e.cpu_time_total, total)),
            ("CPU total", 12, lambda e: e.cpu_time_total_str),
            ("CPU time avg", 12, lambda e: e.cpu_time_str),
        ]
        if self._profile_memory:
            columns += [("CPU Mem", 12, lambda e: _format_memory(e.cpu_memory_usage)),
                        ("Self CPU Mem", 12, lambda e: _format_memory(e.self_cpu_memory_usage))]
        columns.append(("# of Calls", 12, lambda e: str(e.count)))
        if any(e.input_shapes for e in events):
            width = min(max(len(str(e.input_shapes)) for e in events) + 4, shapes_width)
            columns.append(("Input Shapes", width, lambda e: str(e.input_shapes)[:width]))
        if any(e.stack for e in events):
            width = min(max(len(line) for e in events for line in e.stack) + 4, src_width)
            columns.append(("Source Location", width, lambda e: _cut(e.stack[0] if e.stack else "", width)))
        if self._with_flops:
            columns.append(("Total MFLOPs", 12, lambda e: f"{e.flops / 1e6:.3f}" if e.flops else "--"))
        return columns

    def export_chrome_trace(self, path):
        """Write the events as a Chrome trace (JSON) to a file."""
        with open(path, "w", encoding="utf-8") as file:
            json.dump(chrome_trace(self), file)

    def export_stacks(self, path, metric="self_cpu_time_total"):
        """Write lines "frame;frame number" of the stacks, for flame graphs."""
        if metric not in ("self_cpu_time_total", "self_cuda_time_total", "self_xpu_time_total"):
            raise ValueError("metric should be one of: self_cpu_time_total, self_cuda_time_total, self_xpu_time_total")
        with open(path, "w", encoding="utf-8") as file:
            for event in self:
                value = int(getattr(event, metric, 0))
                if event.stack and value > 0:
                    file.write(";".join(line.translate(str.maketrans(" ;\t\n", "____")) for line in reversed(event.stack))
                               + f" {value}\n")


def _cut(text, width):
    return text[:width - 3] + "..." if len(text) >= width - 3 and len(text) > width - 4 else text


def _lines(columns, events, header, top_level, total):
    separator = "  ".join("-" * width for _, width, _ in columns) + "  "
    form = "  ".join(f"{{: >{width}}}" for _, width, _ in columns) + "  "
    lines = []
    if header is not None:
        lines += ["=" * (len(separator) - 2), header]
    if top_level:
        lines += ["=" * (len(separator) - 2), "This report only display top-level ops statistics"]
    lines += [separator, form.format(*[title for title, _, _ in columns]), separator]
    lines += [form.format(*[show(event) for _, _, show in columns]) for event in events]
    lines += [separator, f"Self CPU time total: {_format_time(total)}", ""]
    return "\n".join(lines)


def chrome_trace(events):
    """Return a Chrome trace of events as a dictionary."""
    import os

    pid = os.getpid()
    found = [{"ph": "M", "name": "process_name", "ts": 0, "pid": pid, "tid": 0, "args": {"name": "python"}}]
    for number, event in enumerate(events):
        details = {"External id": event.id, "Ev Idx": number}
        if event.input_shapes:
            details["Input Dims"] = event.input_shapes
        if event.stack:
            details["Call stack"] = ";".join(event.stack)
        if event.sequence_nr >= 0:
            details["Sequence number"] = event.sequence_nr
        found.append({"ph": "X", "cat": "user_annotation" if event.is_user_annotation else "cpu_op", "name": event.name,
                      "pid": pid, "tid": event.thread, "ts": event.time_range.start, "dur": event.cpu_time_total,
                      "args": details})
    return {"schemaVersion": 1, "deviceProperties": [], "displayTimeUnit": "ms", "traceEvents": found}


def in_order(events):
    """Return the events by their start, numbered, those around others first."""
    events = sorted(events, key=lambda e: (e.time_range.start, -e.time_range.end))
    for number, event in zip(itertools.count(1), events):
        event.id = number
    return events
