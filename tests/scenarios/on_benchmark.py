"""torch.utils.benchmark: measurements, tables, units, errors."""

import importlib

from seen import scenario


def made(B, times, **options):
    return B.Measurement(10, [t * 10 for t in times], B.TaskSpec(stmt="x+y", setup="pass", **options))


def module(torch):
    return importlib.import_module(f"{torch.__name__}.utils.benchmark")


@scenario
def measurements(torch, see):
    B = module(torch)
    for times in ([1e-6], [1e-6, 1e-6], [1e-3, 1e-3, 1e-3, 1e-3, 1.1e-3], [1e-6, 1.2e-6, 1.1e-6, 1.3e-6, 2e-6], [1e-6, 3e-6, 8e-6, 1e-7, 5e-4]):
        for options in ({}, {"label": "L", "sub_label": "s", "description": "d", "num_threads": 4}, {"sub_label": "s", "env": "E"}):
            m = made(B, times, **options)
            see(repr(m), m.median, m.mean, m.iqr, m.significant_figures, m.has_warnings, m.title, m.env, m.as_row_name, m.meets_confidence())
    see(B.TaskSpec(stmt="a\nb", setup="q\nr", sub_label="s").summarize(), B.TaskSpec(stmt="a", setup="q", description="d").summarize())
    see([B.select_unit(x) for x in (1e-9, 1e-5, 1e-3, 1, 100)], B.trim_sigfig(123456.0, 3), B.unit_to_english("us"), list(B.ordered_unique([3, 1, 3])))
    m = B.Timer("x + 1", "x = 1", label="l").timeit(10)
    see(m.number_per_run, len(m.raw_times), m.title, m.task_spec.setup)
    m = B.Timer("x + y", globals={"x": 1, "y": 2}, num_threads=2).blocked_autorange(min_run_time=0.002)
    see(m.num_threads, m.median < 1e-3)
    see(B.Timer("torch.ones(1)").adaptive_autorange(0.5, max_run_time=0.2).median < 1)
    see.error(B.Timer("1").repeat)
    see.error(B.Timer("1").autorange)
    see.error(B.Timer, 3)
    see.error(B.Compare, [3])


@scenario
def tables(torch, see):
    B, rows = module(torch), []
    for name, times in (("a", [1e-6, 1.01e-6] * 3), ("bb", [2.2e-4, 2.3e-4])):
        for threads in (1, 2):
            for column in ("d1", "d2"):
                rows.append(made(B, [t * threads * (1.5 if column == "d2" else 1) for t in times], label="Lab", sub_label=name, description=column,
                                 num_threads=threads))
    more = [made(B, [1.2345e-6] * 8, sub_label="a", description="d"), made(B, [123.456e-6] * 8, sub_label="b", description="d"),
            made(B, [2.2e-3], sub_label="a", description="long description"), made(B, [1e-6], label="other", sub_label="zz", description="d")]
    for results in (rows, more):
        see(str(B.Compare(results)))
        table = B.Compare(results)
        table.trim_significant_figures()
        see(str(table))
    for rowwise in (False, True):
        table = B.Compare(rows)
        table.colorize(rowwise)
        see(str(table))


@scenario
def fuzzer(torch, see):
    B = module(torch)
    f = B.Fuzzer([B.FuzzedParameter("k0", 1, 100, "loguniform"), B.FuzzedParameter("k1", 1, 100, "uniform")],
                 [B.FuzzedTensor("x", size=("k0", "k1"), min_elements=3, max_elements=5000)], seed=1)
    for tensors, _, params in f.take(5):
        see(1 <= params["k0"] <= 100, 3 <= tensors["x"].numel() <= 5000, list(tensors["x"].shape) == [params["k0"], params["k1"]])
