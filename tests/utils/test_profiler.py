"""torch.profiler: what it records, its table and traces, its schedule; and that it costs nothing when off."""

import gzip
import json

import pytest


def model(rl):
    return rl.nn.Sequential(rl.nn.Linear(3, 4), rl.nn.ReLU()), rl.ones(2, 3)


def test_events_and_table(rl):
    profiler, (m, x) = rl.profiler, model(rl)
    with profiler.profile(activities=[profiler.ProfilerActivity.CPU], record_shapes=True, profile_memory=True, with_flops=True) as prof:
        with profiler.record_function("mine"):
            m(x).sum().backward()
        x.add_(1)
    names = [e.name for e in prof.events()]
    assert names[0] == "mine" and "aten::linear" in names and "ReluBackward0" in names and names[-1] == "aten::add_"
    mine = prof.events()[0]
    assert mine.is_user_annotation and mine.cpu_parent is None and len(mine.cpu_children) >= 4
    assert 0 <= mine.self_cpu_time_total < mine.cpu_time_total
    linear = next(e for e in prof.events() if e.name == "aten::linear")
    assert linear.input_shapes == [[2, 3], [4, 3], [4]] and linear.cpu_memory_usage == 32 and linear.flops == 48
    table = prof.key_averages().table(sort_by="cpu_time_total", row_limit=2).split("\n")
    assert table[1].split() == ("Name Self CPU % Self CPU CPU total % CPU total CPU time avg CPU Mem Self CPU Mem # of Calls Total MFLOPs").split()
    assert table[3].split()[0] == "mine" and len(table) == 8 and table[6].startswith("Self CPU time total: ")
    assert len({len(line) for line in table[:6]}) == 1
    grouped = prof.key_averages(group_by_input_shape=True)
    assert any(a.input_shapes == [[2, 3], [4, 3], [4]] for a in grouped)
    with pytest.raises(AttributeError, match="'FunctionEventAvg' object has no attribute 'foo'"):
        prof.key_averages().table(sort_by="foo")
    assert prof.events().total_average().key == "Total" and "mine" in str(prof.key_averages())


def test_traces(rl, tmp_path):
    m, x = model(rl)
    handler = rl.profiler.tensorboard_trace_handler(str(tmp_path / "log"), "w", use_gzip=True)
    with rl.profiler.profile(on_trace_ready=handler, with_stack=True) as prof:
        m(x)
    prof.export_chrome_trace(str(tmp_path / "trace.json"))
    trace = json.loads((tmp_path / "trace.json").read_text())
    spans = {e["name"]: e for e in trace["traceEvents"] if e["ph"] == "X"}
    assert spans["aten::linear"]["cat"] == "cpu_op" and spans["aten::linear"]["dur"] > 0
    written, = (tmp_path / "log").iterdir()
    assert written.name.startswith("w.") and written.name.endswith(".pt.trace.json.gz")
    assert json.loads(gzip.decompress(written.read_bytes()))["traceEvents"][0]["ph"] == "M"
    assert any(__file__ in line for e in prof.events() for line in e.stack)
    prof.export_stacks(str(tmp_path / "stacks"))
    assert "Source Location" in prof.key_averages(group_by_stack_n=2).table()


def test_schedule(rl):
    schedule, profile = rl.profiler.schedule, rl.profiler.profile
    with pytest.raises(AssertionError, match="Invalid profiler schedule arguments. Got wait=-1"):
        schedule(wait=-1, warmup=0, active=0)
    with pytest.warns(UserWarning, match="won't be using warmup"):
        schedule(wait=0, warmup=0, active=1)
    m, x = model(rl)
    ready = []
    plan = schedule(wait=1, warmup=1, active=2, repeat=2, skip_first=1)
    assert [plan(i).name for i in range(10)] == ["NONE", "NONE", "WARMUP", "RECORD", "RECORD_AND_SAVE"] + ["NONE", "WARMUP", "RECORD", "RECORD_AND_SAVE", "NONE"]
    with profile(schedule=plan, on_trace_ready=lambda p: ready.append((p.step_num, [e.name for e in p.events() if "Step" in e.name]))) as prof:
        for _ in range(12):
            m(x)
            prof.step()
    assert ready == [(5, ["ProfilerStep#3", "ProfilerStep#4"]), (9, ["ProfilerStep#7", "ProfilerStep#8"])]
    with pytest.raises(AssertionError, match="Profiler must be initialized before getting key averages"):
        profile().key_averages()


def test_autograd_profiler(rl):
    m, x = model(rl)

    @rl.autograd.profiler.record_function("decorated")
    def run():
        m(x)

    with rl.autograd.profiler.profile() as prof:
        run()
        with pytest.raises(RuntimeError, match="already enabled"), rl.autograd.profiler.profile():
            pass
    run()
    assert [e.name for e in prof.function_events] == ["decorated", "aten::linear", "aten::relu"]
    assert "decorated" in prof.table() and "aten::relu" in str(prof)
    with rl.autograd.profiler.profile(enabled=False) as prof:
        run()
    assert str(prof) == "<unfinished torch.autograd.profile>"
    with rl.autograd.profiler.emit_nvtx():
        run()


def test_an_error_ends_its_event(rl):
    from rushlight.core.watch import WATCH

    with rl.profiler.profile() as prof, pytest.raises(RuntimeError):
        rl.ones(2, 3) @ rl.ones(2, 3)
    assert not WATCH.on and prof.events()[-1].name == "aten::matmul"
    before = len(prof.events())
    rl.ones(2).exp()
    assert len(prof.events()) == before
