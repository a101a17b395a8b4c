"""What the corpus of checkpoints holds: each case makes an object with `torch` or Rushlight, the same values in both.

`CASES` maps a name to (maker, options of `save`, options of `load`).
"""

import argparse
import collections
import datetime
import decimal
import fractions
import functools
import pathlib
import types
import uuid

import numpy as np

DTYPES = ("bool", "uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64", "float16", "bfloat16", "float32",
          "float64", "complex64", "complex128", "float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz")
CASES = {}


def case(name=None, *, unsafe=False, save=None, load=None, recorded=False):
    """Register a maker; `unsafe` needs weights_only=False, `recorded` is checked in as written by PyTorch."""

    def register(make):
        key = name or make.__name__
        CASES[key] = make, dict(save or {}), {**(load or {}), **({"weights_only": False} if unsafe else {})}
        if recorded:
            RECORDED.append(key)
        return make

    return register


RECORDED = []


def counting(t, n, dtype="float32"):
    return t.arange(n).to(getattr(t, dtype))


for _name in DTYPES:
    case(f"dtype_{_name}", recorded=_name in ("bfloat16", "uint16", "complex64", "bool"))(
        lambda t, d=_name: {"x": counting(t, 6, d), "empty": t.zeros(0, 2, dtype=getattr(t, d)), "scalar": counting(t, 2, d)[1]})


@case(recorded=True)
def views(t):
    x = counting(t, 24).reshape(2, 3, 4)
    return [x, x[1], x.transpose(0, 2), x[:, 1:, ::2], x.expand(5, 2, 3, 4), x.as_strided((2, 2), (1, 5), 3), x.view(-1)[7]]


@case(recorded=True)
def shared(t):
    x = counting(t, 10)
    return {"a": x, "b": x, "tail": x[5:], "other": counting(t, 10), "nested": [{"again": x[:2]}]}


@case()
def part_of_large(t):
    return counting(t, 100)[10:12]


@case()
def requires_grad(t):
    return [counting(t, 3).requires_grad_(), counting(t, 3), counting(t, 3).double().requires_grad_()]


@case(recorded=True)
def parameters(t):
    return [t.nn.Parameter(counting(t, 4).reshape(2, 2)), t.nn.Parameter(counting(t, 2), requires_grad=False)]


@case()
def parameter_with_state(t):
    p = t.nn.Parameter(counting(t, 2))
    p.tag, p.list = "head", [1, 2]
    return p


@case()
def tensor_with_state(t):
    x = counting(t, 2)
    x.tag = {"a": (1, 2)}
    return x


@case()
def tied_parameters(t):
    p = t.nn.Parameter(counting(t, 4))
    return {"a": p, "b": p, "data": p.detach()}


@case()
def memory_formats(t):
    x = counting(t, 48).reshape(2, 3, 2, 4)
    return [x.to(memory_format=t.channels_last), x.permute(3, 1, 0, 2)]


@case(recorded=True)
def containers(t):
    return {"list": [1, [2, [3, [counting(t, 2)]]]], "tuple": (), "one": (1,), "many": (1, 2, 3, 4, 5), "dict": {1: 2, "a": {}},
            "set": {1, 2, 3}, "none": None, "yes": True, "no": False, "bytes": b"\x00\xffab",
            "bytearray": bytearray(b"xyz"), "str": "Grüße, 世界 \U0001f525\n'\"", "float": [0.1, -0.0, 1e300, float("inf")],
            "int": [0, 255, 256, 65535, 65536, -1, 2**31, -(2**31), 2**63, 2**70, -(2**70), 10**40], "complex": 1 - 2j}


@case(recorded=True)
def ordered(t):
    made = collections.OrderedDict([("b", counting(t, 2)), ("a", 1)])
    made._metadata = collections.OrderedDict([("", {"version": 1})])
    return made


@case()
def counter(t):
    return collections.Counter({3: 1, 7: 2})


@case(recorded=True)
def values_of_the_library(t):
    return {"size": t.Size([1, 2]), "dtype": t.bfloat16, "device": t.device("cpu"), "layout": t.strided, "class": t.Tensor,
            "zero": t.Size([])}


@case()
def every_dtype_as_value(t):
    return [getattr(t, d) for d in DTYPES]


@case()
def recursive(t):
    x = [counting(t, 2)]
    x.append({"self": x})
    return x


@case()
def long_list(t):
    return list(range(3000))


@case()
def many_tensors(t):
    return {f"layer.{i}": t.full((3,), float(i)) for i in range(200)}


@case()
def same_strings(t):
    return [{"name": "weight", "value": counting(t, 1)} for _ in range(20)]


@case()
def large_tensor(t):
    return counting(t, 20_000)


@case()
def sizes_of_zero(t):
    return [t.zeros(0), t.zeros(3, 0), t.zeros(0, 5), t.zeros(())]


@case()
def storages(t):
    x = counting(t, 4)
    return {"x": x, "typed": x.storage()}


@case()
def rng_state(t):
    g = t.Generator().manual_seed(7)
    return g.get_state()


@case()
def python_rng_state(t):
    import random

    return random.Random(3).getstate()


@case()
def top_level_tensor(t):
    return counting(t, 3)


@case()
def top_level_number(t):
    return 3.5


# ------------------------------------------------------------------ models, optimizers


def filled(t, module):
    with t.no_grad():
        for i, p in enumerate(module.parameters()):
            p.copy_((counting(t, p.numel()).reshape(p.shape) + i) / 8)
    return module


def small(t):
    nn = t.nn
    return filled(t, nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 2, bias=False)))


@case(recorded=True)
def state_dict(t):
    return small(t).state_dict()


@case()
def state_dict_with_vars(t):
    return small(t).state_dict(keep_vars=True)


def trained(t, make_optimizer, steps=2):
    model = small(t)
    optimizer = make_optimizer(model.parameters())
    for _ in range(steps):
        optimizer.zero_grad()
        for i, p in enumerate(model.parameters()):
            p.grad = t.full_like(p, 0.5 + i)
        optimizer.step()
    return model, optimizer


OPTIMIZERS = {"SGD": dict(lr=0.125, momentum=0.5), "Adam": dict(lr=0.125, amsgrad=True), "AdamW": dict(lr=0.125),
              "RMSprop": dict(lr=0.125, momentum=0.5, centered=True), "Adagrad": dict(lr=0.125), "Adamax": dict(lr=0.125)}
for _name, _options in OPTIMIZERS.items():
    case(f"optimizer_{_name}", recorded=_name == "Adam")(
        lambda t, n=_name, o=_options: trained(t, lambda p: getattr(t.optim, n)(p, **o))[1].state_dict())


@case()
def scheduler_states(t):
    _, optimizer = trained(t, lambda p: t.optim.SGD(p, lr=0.5))
    s = t.optim.lr_scheduler
    made = [s.StepLR(optimizer, 3), s.MultiStepLR(optimizer, [2, 5]), s.ExponentialLR(optimizer, 0.5),
            s.CosineAnnealingLR(optimizer, 5)]
    return [{k: v for k, v in m.state_dict().items() if k != "_last_lr"} for m in made]


@case()
def training(t):
    model, optimizer = trained(t, lambda p: t.optim.Adam(p, lr=0.125))
    return {"epoch": 3, "model": model.state_dict(), "optimizer": optimizer.state_dict(), "loss": 0.25, "best": None}


@case(unsafe=True, recorded=True)
def whole_model(t):
    return small(t).eval()


@case(unsafe=True)
def whole_models(t):
    nn = t.nn
    return nn.ModuleDict({"conv": filled(t, nn.Conv2d(2, 3, 3, padding=1)), "emb": filled(t, nn.Embedding(4, 2, padding_idx=0)),
                          "norm": filled(t, nn.LayerNorm(3)), "act": nn.GELU(), "drop": nn.Dropout(0.25),
                          "pool": nn.MaxPool2d(2), "flat": nn.Flatten(), "list": nn.ModuleList([nn.Tanh(), nn.Identity()]),
                          "pl": nn.ParameterList([nn.Parameter(counting(t, 2))])})


@case(unsafe=True)
def whole_optimizer(t):
    return trained(t, lambda p: t.optim.SGD(p, lr=0.125, momentum=0.5))[1]


@case(unsafe=True)
def functions(t):
    return [t.relu, t.nn.functional.relu, t.nn.functional.cross_entropy, t.nn.init.zeros_]


@case(unsafe=True)
def standard_library(t):
    return {"ns": argparse.Namespace(lr=0.5, path="x"), "empty": b"", "simple": types.SimpleNamespace(a=1), "path": pathlib.PurePosixPath("a/b"),
            "when": datetime.datetime(2020, 1, 2, 3, 4, 5), "day": datetime.date(2020, 1, 2), "delta": datetime.timedelta(3, 4),
            "dd": collections.defaultdict(list, {"a": [1]}), "deque": collections.deque([1, 2], 5), "frozen": frozenset([1, 2]),
            "slice": slice(1, None, 2), "range": range(3), "dec": decimal.Decimal("1.5"), "frac": fractions.Fraction(1, 3),
            "uuid": uuid.UUID(int=5), "partial": functools.partial(t.nn.functional.relu, inplace=False)}


@case(unsafe=True, recorded=True)
def numpy_values(t):
    return {"a": np.arange(6.0).reshape(2, 3), "f": np.asfortranarray(np.arange(6).reshape(2, 3)), "s": np.float32(1.5),
            "i": np.int64(7), "b": np.array([True, False]), "big": np.arange(3, dtype=">i4"), "str": np.array(["ab", "c"]),
            "dtype": np.dtype("f8"), "obj": np.array([1, "a", None], dtype=object), "empty": np.zeros((0, 2))}


@case(unsafe=True)
def generator(t):
    g = t.Generator().manual_seed(7)
    t.rand(3, generator=g)
    return g


@case(unsafe=True)
def return_types(t):
    return counting(t, 4).reshape(2, 2).max(0)


# ------------------------------------------------------------------ other formats

#: written by PyTorch in the old format, but not read by it
UNREADABLE = {"legacy_dtype_uint16"}

for _source in ("views", "shared", "containers", "state_dict", "training", "parameters", "dtype_bfloat16", "dtype_uint16"):
    _made, _, _how = CASES[_source]
    case(f"legacy_{_source}", save={"_use_new_zipfile_serialization": False}, load=_how,
         recorded=_source in ("views", "state_dict"))(_made)
for _protocol in (3, 4, 5):
    for _source in ("containers", "training"):
        _made, _, _how = CASES[_source]
        # PyTorch's own weights-only reader knows protocol 2 alone
        case(f"protocol{_protocol}_{_source}", save={"pickle_protocol": _protocol}, load={"weights_only": False},
             recorded=_protocol == 4 and _source == "training")(_made)
case("legacy_whole_model", save={"_use_new_zipfile_serialization": False}, unsafe=True, recorded=True)(CASES["whole_model"][0])
