"""utils.weak, utils.swap_tensors, utils.set_module."""

import gc
import weakref

import pytest


def test_weak_dictionary(rl):
    found = rl.utils.weak.WeakTensorKeyDictionary()
    a, b = rl.ones(2), rl.ones(2)
    found[a], found[b] = 1, 2
    assert found[a] == 1 and found[b] == 2 and len(found) == 2 and rl.ones(2) not in found and 3 not in found
    assert [k is a or k is b for k in found] == [True, True] and found.copy()[b] == 2
    del a
    gc.collect()
    assert list(found.values()) == [2]
    found[b] += 1
    assert found.pop(b) == 3 and not found
    ref = rl.utils.weak.TensorWeakRef(b)
    assert ref() is b


def test_swap_tensors(rl):
    a, p = rl.ones(2), rl.nn.Parameter(rl.zeros(3))
    a.note = 1
    rl.utils.swap_tensors(a, p)
    assert type(a) is rl.nn.Parameter and type(p) is rl.Tensor and a.shape == (3,) and a.requires_grad and not p.requires_grad
    assert p.note == 1 and not hasattr(a, "note")
    (a * 2).sum().backward()
    assert a.grad.tolist() == [2.0] * 3
    held = weakref.ref(p)
    with pytest.raises(RuntimeError, match="Cannot swap t2 because it has weakref associated with it"):
        rl.utils.swap_tensors(a, held())


def test_set_module(rl):
    class Here:
        pass

    rl.utils.set_module(Here, "there")
    assert Here.__module__ == "there"
    with pytest.raises(TypeError, match="should be a string"):
        rl.utils.set_module(Here, 3)
