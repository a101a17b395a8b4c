"""The parts of data parallelism where there is only the CPU: what works, and torch's errors for what cannot."""
import pytest


def test_what_is_not_a_tensor_goes_to_all(rl):
    p = rl.nn.parallel
    assert p.scatter((1, {"a": [2]}, []), [0, 1]) == [(1, {"a": [2]}, [])] * 2
    assert p.gather([None, None], "cpu") is None
    assert p.replicate(rl.nn.Linear(2, 2), []) == []


@pytest.mark.parametrize("kind, text, call", [
    (ValueError, "Expected a non cpu device, but got: cpu", lambda p, x, m: p.scatter((x,), ["cpu", "cpu"])),
    (AssertionError, "Gather function not implemented for CPU tensors", lambda p, x, m: p.gather([(x,), (x,)], "cpu")),
    (ValueError, "All dicts must have the same number of keys", lambda p, x, m: p.gather([{"a": x}, {}], "cpu")),
    (ValueError, "Expected a non cpu device, but got: cpu", lambda p, x, m: p.replicate(m, ["cpu"])),
    (AssertionError, "Broadcast function not implemented for CPU tensors", lambda p, x, m: p.replicate(m, [0])),
    (ValueError, "Expected a cuda device, but got: cpu", lambda p, x, m: p.parallel_apply([m], [x], devices=["cpu"])),
    (AssertionError, "The number of modules 2 is not equal to the number of inputs 1",
     lambda p, x, m: p.parallel_apply([m, m], [x])),
])
def test_errors(rl, kind, text, call):
    with pytest.raises(kind) as e:
        call(rl.nn.parallel, rl.ones(2, 2), rl.nn.Linear(2, 2))
    assert str(e.value) == text
