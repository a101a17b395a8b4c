"""Same seed, same numbers: against recorded PyTorch, and against PyTorch itself where it is installed."""

import base64
import contextlib
import copy
import json
import os
import pathlib
import pickle
import platform
import signal
import sys
import threading
import zlib

import numpy as np
import pytest

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE))
import number_cases as cases
import record

RECORDED = json.loads((HERE / "numbers.json").read_text())
GLIBC = platform.libc_ver()[0] == "glibc" and platform.machine() == "x86_64"
TOLERANCE = {"float64": 1e-13, "complex128": 1e-13, "float16": 2e-3, "bfloat16": 2e-2}


def close(found, wanted, why):
    """Equal first values up to the last digits, for what libm or LAPACK decides."""
    assert found["dtype"] == wanted["dtype"] and found["shape"] == wanted["shape"]
    tolerance = TOLERANCE.get(wanted["dtype"].removeprefix("torch."), 1e-6)
    np.testing.assert_allclose(np.array(found["values"], float), np.array(wanted["values"], float), rtol=tolerance,
                               atol=tolerance, err_msg=why)


def same(name, found, wanted):
    _, digits = cases.CASES[name]
    if digits == cases.LAPACK or (digits == cases.LIBM and not GLIBC):
        close(found, wanted, name)
    else:
        for key in ("dtype", "shape", "values", "crc"):
            assert found[key] == wanted[key], f"{name}: {key}"
    if all(n > 1 for n in wanted["shape"]):
        assert found["stride"] == wanted["stride"], name
    if digits != cases.LAPACK and (digits == cases.EXACT or GLIBC):
        assert found["state"] == wanted["state"], f"{name}: the generator's state afterwards"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", cases.CASES)
def test_recorded(rl, name):
    same(name, record.observe(rl, cases.CASES[name][0]), RECORDED["cases"][name])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", cases.CASES)
def test_live(torch, rl, name):
    function, digits = cases.CASES[name]
    for seed in (3, 2**40 + 5):
        torch.manual_seed(seed)
        rl.manual_seed(seed)
        wanted, found = record.numbers(function(torch)), record.numbers(function(rl))
        if digits == cases.LAPACK:
            np.testing.assert_allclose(found, wanted, atol=1e-5)
            continue
        np.testing.assert_array_equal(found, wanted)
        assert record.state_bytes(rl) == record.state_bytes(torch)


# ---- both builds -----------------------------------------------------------------------------------

def fills():
    """(name, fill of an array) of every native kernel and its twin in plain NumPy."""
    from rushlight.backend import draws
    for dtype in ("float32", "float64", "float16"):
        for n in (0, 1, 15, 16, 33, 5000):
            a = (dtype, n)
            yield ("uniform", *a), dtype, n, lambda s, x: draws.uniform(s, x, -0.3, 0.7)
            yield ("normal", *a), dtype, n, lambda s, x: draws.normal(s, x, 1.5, 0.2)
            yield ("noise", *a), dtype, n, lambda s, x: draws.noise(s, x, 0.3, 1.5)
            yield ("exponential", *a), dtype, n, lambda s, x: draws.exponential(s, x, 0.3)
            yield ("integers", *a), dtype, n, lambda s, x: draws.integers(s, x, -3, 1000)
    for n in (0, 1, 700, 5000):
        yield ("bernoulli", n), "bool", n, lambda s, x: draws.bernoulli(s, x, 0.3)
        yield ("integers", n), "int64", n, lambda s, x: draws.integers(s, x, -(2**62), 2**62 + 12345)
        yield ("permutation", n), "int64", n, lambda s, x: x.__setitem__(..., draws.permutation(s, x.size))


def test_native_kernels_give_what_plain_numpy_gives():
    from rushlight.backend import mt19937
    if mt19937.native is None:
        pytest.skip("the pure build has one form only")
    for name, dtype, n, fill in fills():
        results = []
        for use_native in (True, False):
            source = mt19937.Source(42, use_native)
            x = np.zeros(n, dtype)
            for _ in range(3):
                fill(source, x)
            results.append((x.tobytes(), source.pack()))
        assert results[0] == results[1], name


# ---- states ----------------------------------------------------------------------------------------

@pytest.mark.parametrize("seed", record.SEEDS)
def test_fresh_state_is_torchs(rl, seed):
    rl.manual_seed(seed)
    assert zlib.crc32(record.state_bytes(rl)) == RECORDED["states"]["fresh"][str(seed)]
    assert rl.initial_seed() == seed % 2**64


def test_a_state_saved_by_torch_goes_on_here(rl):
    data = bytearray(zlib.decompress(base64.b64decode(RECORDED["states"]["middle"])))
    state = rl.tensor(list(data), dtype=rl.uint8)
    rl.set_rng_state(state)
    assert record.state_bytes(rl) == bytes(data)
    for wanted, found in zip(RECORDED["states"]["next"], (rl.randn(3), rl.rand(5))):
        close(record.summary(found), wanted, "after the state")


def test_state_goes_to_torch_and_back(torch, rl):
    rl.manual_seed(8)
    rl.randn(1001)
    rl.randn(3)
    torch.set_rng_state(torch.tensor(list(record.state_bytes(rl)), dtype=torch.uint8))
    for draw in (lambda t: t.randn(5), lambda t: t.rand(700), lambda t: t.randn(40), lambda t: t.randint(5, (3,))):
        np.testing.assert_array_equal(draw(rl).numpy(), draw(torch).numpy())
    assert record.state_bytes(rl) == record.state_bytes(torch)


@pytest.mark.parametrize("drawn", (0, 1, 623, 624, 625, 1248))
def test_state_round_trip_at_the_block_ends(rl, drawn):
    rl.manual_seed(4)
    rl.rand(drawn)
    state = rl.get_rng_state()
    first = rl.rand(10)
    rl.set_rng_state(state)
    assert rl.get_rng_state().equal(state)
    assert rl.rand(10).equal(first)


def test_generators_do_not_disturb_each_other(rl):
    rl.manual_seed(1)
    wanted = rl.rand(4)
    rl.manual_seed(1)
    g = rl.Generator()
    assert g.initial_seed() == 67280421310721 and str(g.device) == "cpu"
    g.manual_seed(2)
    first, default = rl.randn(3, generator=g), rl.rand(4)
    assert default.equal(wanted)
    assert rl.randn(3, generator=g.manual_seed(2)).equal(first)
    other = g.clone_state()
    assert rl.rand(5, generator=g).equal(rl.rand(5, generator=other))
    for twin in (pickle.loads(pickle.dumps(g)), copy.deepcopy(g)):
        assert twin.get_state().equal(g.get_state())
    assert 0 <= g.seed() < 2**64 and g.initial_seed() < 2**64


def test_fork_rng_puts_the_state_back(rl):
    rl.manual_seed(1)
    state = rl.get_rng_state()
    with rl.random.fork_rng():
        rl.rand(5)
    assert rl.get_rng_state().equal(state)
    with contextlib.suppress(KeyError), rl.random.fork_rng():
        rl.rand(5)
        raise KeyError
    assert rl.get_rng_state().equal(state)
    with rl.random.fork_rng(enabled=False):
        rl.rand(5)
    assert not rl.get_rng_state().equal(state)


def test_threads_share_a_generator(rl):
    rl.manual_seed(1)
    wanted = sorted(rl.rand(40000).tolist())
    rl.manual_seed(1)
    parts = [[] for _ in range(4)]
    threads = [threading.Thread(target=lambda part: part.extend(rl.rand(10000).tolist()), args=(p,)) for p in parts]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sorted(x for part in parts for x in part) == wanted


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_process_draws_although_a_thread_held_the_lock(rl):
    source = rl.default_generator.source
    held, done = threading.Event(), threading.Event()

    def hold():
        with source.lock:
            held.set()
            done.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(10)
    pid = os.fork()
    if pid == 0:
        signal.alarm(10)
        rl.rand(3)
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    done.set()
    thread.join()
    assert status == 0


def test_seed_is_new_each_time(rl):
    assert rl.seed() != rl.seed()
    assert rl.initial_seed() == rl.default_generator.initial_seed()


# ---- gradients -------------------------------------------------------------------------------------

@pytest.mark.parametrize("name, args", [("uniform_", ()), ("normal_", ()), ("random_", ()), ("random_", (5,)),
                                        ("random_", (2, 5)),
                                        ("exponential_", ()), ("geometric_", (0.5,)), ("log_normal_", ()), ("cauchy_", ()),
                                        ("bernoulli_", ()), ("bernoulli_", ("half",))])
def test_fills_pass_no_gradient(torch, rl, name, args):
    names = []
    for lib in (torch, rl):
        x = lib.ones(3, requires_grad=True)
        y = x * 2
        assert getattr(y, name)(*[lib.full((3,), 0.5) if a == "half" else a for a in args]) is y
        names.append(type(y.grad_fn).__name__ if lib is torch else y.grad_fn.name())
        y.sum().backward()
        assert x.grad.tolist() == [0, 0, 0]
    assert names[0] == names[1]


def test_a_fill_counts_as_a_write(rl):
    x = rl.ones(3, requires_grad=True)
    y = rl.ones(3)
    z = x * y
    y.uniform_()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        z.sum().backward()


def test_the_gamma_gradient(rl):
    shape, number = (rl.tensor(v, dtype=rl.float64) for v in (2.5, 3.1))
    assert abs(rl._standard_gamma_grad(shape, number).item() - 1.18796384505) < 1e-9
    a = rl.full((4,), 2.0, requires_grad=True)
    rl._standard_gamma(a).sum().backward()
    assert (a.grad > 0).all()


@pytest.mark.parametrize("name", ("dropout", "alpha_dropout", "feature_alpha_dropout", "dropout1d"))
def test_dropout_is_linear_to_second_order(torch, rl, name):
    found = []
    for lib in (torch, rl):
        lib.manual_seed(3)
        x = lib.arange(24.0).reshape(2, 3, 4).requires_grad_()
        y = getattr(lib.nn.functional, name)(x, 0.4, True)
        (g,) = lib.autograd.grad((y**3).sum(), x, create_graph=True)
        (h,) = lib.autograd.grad(g.sum(), x)
        found.append((g.detach().numpy(), h.numpy(), type(y.grad_fn).__name__ if lib is torch else y.grad_fn.name()))
    np.testing.assert_allclose(found[1][0], found[0][0], rtol=1e-6)
    np.testing.assert_allclose(found[1][1], found[0][1], rtol=1e-6)
    assert found[0][2] == found[1][2]


def test_dropout_outside_training_is_the_input(rl):
    x = rl.ones(3)
    assert rl.nn.functional.dropout(x, 0.5, training=False) is x
    assert rl.nn.functional.dropout(x, 0.0) is x
    y = rl.ones(1000)
    assert rl.nn.functional.dropout(y, 0.5, inplace=True) is y and 300 < (y == 0).sum().item() < 700
