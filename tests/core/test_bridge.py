"""NumPy's memory is our memory: sharing in both directions, whatever the dtype and the strides."""

from __future__ import annotations

import copy
import pickle
import warnings

import numpy as np
import pytest

NAMES = ("float16", "float32", "float64", "complex64", "complex128", "int8", "int16", "int32", "int64", "uint8", "uint16",
         "uint32", "uint64", "bool")

LAYOUTS = {
    "plain": lambda a: a,
    "transposed": lambda a: a.T,
    "strided": lambda a: a[::2, 1::2],
    "negative": lambda a: a[::-1],
    "all negative": lambda a: a[::-1, ::-2],
    "one element": lambda a: a[1:2, 1:2],
    "0-d": lambda a: a[1, 2, ...],
    "new axis": lambda a: a[None, :, None],
}


def numbers(dtype, shape=(4, 6)):
    return (np.arange(np.prod(shape)) % 2 if dtype == "bool" else np.arange(np.prod(shape))).reshape(shape).astype(dtype)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", NAMES)
def test_from_numpy_shares(rl, dtype, layout):
    base = numbers(dtype)
    a = LAYOUTS[layout](base)
    t = rl.from_numpy(a)
    assert t.dtype is getattr(rl, dtype)
    assert tuple(t.shape) == a.shape
    assert all(s == b // a.itemsize for s, b, n in zip(t.stride(), a.strides, a.shape, strict=True) if n > 1)
    assert t.tolist() == a.tolist()
    assert t.data_ptr() == a.__array_interface__["data"][0]
    with np.nditer(a, op_flags=["readwrite"]) as it:        # NumPy writes, the tensor sees it
        for x in it:
            x[...] = not x if dtype == "bool" else x + 1
    assert t.tolist() == a.tolist()
    before = a.copy()
    t.fill_(1)                                              # the tensor writes, NumPy sees it
    assert (a == np.ones((), dtype)).all() and not (before == a).all() or before.size == 1
    if a.size < base.size:
        assert not (base == np.ones((), dtype)).all()       # and nothing outside was touched


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", NAMES)
def test_numpy_shares(rl, dtype, layout):
    t = rl.from_numpy(LAYOUTS[layout](numbers(dtype)))
    a = t.numpy()
    assert type(a) is np.ndarray and a.dtype == dtype
    a[...] = 0
    assert not t.any()
    t.fill_(1)
    assert (a == 1).all()


@pytest.mark.parametrize("shape", [(0,), (0, 3), (2, 0, 4)])
def test_empty_arrays(rl, shape):
    t = rl.from_numpy(np.empty(shape, np.float32))
    assert tuple(t.shape) == shape and t.numpy().shape == shape


def test_two_tensors_of_one_array_share(rl):
    a = np.zeros(3, np.float32)
    s, t = rl.from_numpy(a), rl.from_numpy(a[::-1])
    s[0] = 5
    assert t.tolist() == [0.0, 0.0, 5.0]


def test_the_array_objects_are_separate(rl):
    a = np.zeros((2, 3))
    t = rl.from_numpy(a)
    a.shape = (6,)
    assert tuple(t.shape) == (2, 3)
    b = t.numpy()
    b.shape = (3, 2)
    assert tuple(t.shape) == (2, 3)


def test_the_memory_outlives_its_owner(rl):
    t = rl.from_numpy(np.arange(1000.0))
    a = rl.arange(1000.0).numpy()
    junk = [np.zeros(1000) for _ in range(10)]
    assert t.sum().item() == a.sum() == 499500 and len(junk) == 10


def test_arithmetic_on_negative_strides(rl):
    a = np.arange(12.0).reshape(3, 4)[::-1, ::-1]
    t = rl.from_numpy(a)
    assert (t + t).tolist() == (a + a).tolist()
    assert t.t().tolist() == a.T.tolist()
    assert t.clone().tolist() == a.tolist()
    assert (t @ t.t()).tolist() == (a @ a.T).tolist()
    assert t[1:, ::2].tolist() == a[1:, ::2].tolist()
    t += 1
    assert a.base.ravel()[0] == 1.0 or a[-1, -1] == 1.0


def test_subclasses_of_arrays(rl):
    t = rl.from_numpy(np.ma.masked_array([1.0, 2.0], [False, True]))
    assert t.tolist() == [1.0, 2.0]
    assert type(rl.from_numpy(np.ones(3).view(np.recarray)).numpy()) is np.ndarray


def test_read_only_arrays_are_shared_with_one_warning(rl):
    from rushlight.ops import bridge

    a = np.broadcast_to(np.ones(1, np.float32), (3,))
    bridge._Warned.read_only = False
    with pytest.warns(UserWarning, match="The given NumPy array is not writable"):
        t = rl.from_numpy(a)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rl.from_numpy(a)
    assert t.stride() == (0,) and (t * 2).tolist() == [2.0, 2.0, 2.0]
    with pytest.raises((ValueError, RuntimeError)):
        t.add_(1)


@pytest.mark.parametrize("bad, error, text", [
    ([1], TypeError, "expected np.ndarray (got list)"),
    (np.array("a"), TypeError, ("can't convert np.ndarray of type numpy.str_. The only supported types are: float64, "
     "float32, float16, complex64, complex128, int64, int32, int16, int8, uint64, uint32, uint16, uint8, and bool.")),
    (np.array([None]), TypeError, "can't convert np.ndarray of type numpy.object_."),
    (np.array([1], ">i4"), ValueError, "given numpy array has byte order different from the native byte order."),
])
def test_from_numpy_refuses(rl, bad, error, text):
    with pytest.raises(error) as caught:
        rl.from_numpy(bad)
    assert str(caught.value).startswith(text)


def test_numpy_refuses_what_requires_grad(rl):
    x = rl.ones(2, requires_grad=True)
    for y in (x, x * 2):
        with pytest.raises(RuntimeError, match="Can't call numpy.. on Tensor that requires grad. Use "
                                               "tensor.detach...numpy.. instead."):
            y.numpy()
        with pytest.raises(RuntimeError, match="Can't call numpy"):
            np.asarray(y)
        assert y.numpy(force=True).shape == y.detach().numpy().shape == (2,)


def test_array_protocol(rl):
    t = rl.arange(3)
    a = np.asarray(t)
    a[0] = 9
    assert t.tolist() == [9, 1, 2]
    assert np.asarray(t, dtype=np.float32).dtype == np.float32
    b = np.array(t)
    b[0] = 0
    assert t[0].item() == 9
    assert np.stack([t, t]).shape == (2, 3)
    assert np.allclose(rl.ones(2), np.ones(2))


def test_numpy_functions_give_tensors(rl):
    for made in (np.add(rl.ones(2), 1), np.add(np.ones(2), rl.ones(2)), np.sin(rl.ones(2)), rl.ones(2) + np.ones(2)):
        assert isinstance(made, rl.Tensor)
    assert np.add(np.ones(2), rl.ones(2)).dtype is rl.float64
    assert np.less(rl.ones(2), 2).dtype is rl.uint8
    assert (np.float64(2) * rl.ones(2)).dtype is rl.float32
    with pytest.raises(TypeError):
        np.ones(2) + rl.ones(2)


# ---- buffers -------------------------------------------------------------------------------------


def test_frombuffer_shares(rl):
    memory = bytearray(8)
    t = rl.frombuffer(memory, dtype=rl.int16, offset=2)
    t[0] = 258
    assert memory[2:4] == bytes([2, 1])
    memory[4] = 7
    assert t.tolist() == [258, 7, 0]
    assert rl.frombuffer(memory, dtype=rl.uint8, count=2, offset=2).tolist() == [2, 1]


@pytest.mark.parametrize("options, text", [
    ({"count": 3}, ("requested buffer length (3 * 4 bytes) after offset (0 bytes) must not be greater than actual buffer "
     "length (8 bytes)")),
    ({"offset": 9}, "offset (9 bytes) must be non-negative and no greater than buffer length (8 bytes) minus 1"),
    ({"offset": -1}, "offset (-1 bytes) must be non-negative and no greater than buffer length (8 bytes) minus 1"),
    ({"offset": 1}, "buffer length (7 bytes) after offset (1 bytes) must be a multiple of element size (4)"),
    ({"count": 0}, "both buffer length (8) and count (0) must not be 0"),
    ({"count": 1 << 62, "offset": 4}, "requested buffer length"),
])
def test_frombuffer_stays_inside(rl, options, text):
    with pytest.raises(ValueError) as caught:
        rl.frombuffer(bytearray(8), dtype=rl.float32, **options)
    assert str(caught.value).startswith(text)


def test_frombuffer_refuses_what_is_no_buffer(rl):
    with pytest.raises(ValueError, match="object does not implement Python buffer protocol."):
        rl.frombuffer([1], dtype=rl.float32)


# ---- DLPack --------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", NAMES)
def test_dlpack_with_numpy(rl, dtype):
    a = numbers(dtype)[::2, ::-1]
    t = rl.from_dlpack(a)
    assert t.dtype is getattr(rl, dtype) and t.tolist() == a.tolist()
    t.fill_(0)
    assert not a.any()
    b = np.from_dlpack(t)
    b[...] = 1
    assert t.all()


def test_dlpack_capsules(rl):
    from rushlight.utils import dlpack

    x = rl.arange(4)
    y = dlpack.from_dlpack(dlpack.to_dlpack(x))
    y[0] = 7
    assert x.tolist() == [7, 1, 2, 3]
    with pytest.raises(RuntimeError, match="from_dlpack received an invalid capsule"):
        rl.from_dlpack([1])
    capsule = dlpack.to_dlpack(x)
    rl.from_dlpack(capsule)
    with pytest.raises(RuntimeError, match="from_dlpack received an invalid capsule"):
        rl.from_dlpack(capsule)
    with pytest.raises(BufferError, match="Can't export tensors that require gradient, use tensor.detach"):
        np.from_dlpack(rl.ones(1, requires_grad=True))
    assert x.__dlpack_device__() == (1, 0)


def test_dlpack_with_pytorch(rl, torch):
    for dtype in NAMES:
        theirs = torch.arange(6).to(getattr(torch, dtype)).reshape(2, 3).t()
        ours = rl.from_dlpack(theirs)
        assert ours.dtype is getattr(rl, dtype) and ours.stride() == theirs.stride()
        theirs.fill_(1)
        assert ours.tolist() == theirs.tolist()
        back = torch.from_dlpack(ours)
        ours.fill_(0)
        assert not back.any() and back.data_ptr() == theirs.data_ptr()


# ---- as_tensor, asarray --------------------------------------------------------------------------


def test_as_tensor_shares_where_it_can(rl):
    a = np.ones(3, np.float32)
    assert rl.as_tensor(a).data_ptr() == rl.asarray(a).data_ptr() == rl.from_numpy(a).data_ptr()
    assert rl.as_tensor(a, dtype=rl.float64).data_ptr() != rl.as_tensor(a).data_ptr()
    x = rl.ones(2, requires_grad=True)
    assert rl.as_tensor(x) is x
    assert rl.tensor(a).data_ptr() != rl.as_tensor(a).data_ptr()
    assert rl.asarray(a, copy=True).data_ptr() != rl.as_tensor(a).data_ptr()
    with pytest.raises(ValueError, match="can't alias tensor with dtype 'Float' into dtype 'Double'."):
        rl.asarray(a, dtype=rl.float64, copy=False)
    with pytest.raises(ValueError, match="can't alias arbitrary sequence into a tensor."):
        rl.asarray([1], copy=False)


# ---- storages, copies, pickles -------------------------------------------------------------------


def test_storages_of_views_are_equal(rl):
    x = rl.arange(6.0).view(2, 3)
    assert x[1].untyped_storage().data_ptr() == x.untyped_storage().data_ptr() == x.data_ptr()
    assert x[1].storage_offset() == 3 and x[1, 1:].storage_offset() == 4
    assert x.t().untyped_storage() == x.untyped_storage()
    assert x.untyped_storage().nbytes() == 24 and x.storage().size() == 6
    x.storage()[1] = 9.0
    assert x[0, 1].item() == 9.0
    assert x.clone().untyped_storage() != x.untyped_storage()
    assert rl.from_numpy(np.arange(4)[::-1]).storage_offset() == 3


def test_deepcopy(rl):
    x = rl.arange(6.0).view(2, 3)
    both = copy.deepcopy({"x": x, "row": x[1], "t": x.t()})
    both["x"].fill_(5)
    assert both["row"].tolist() == [5.0, 5.0, 5.0] and both["t"].stride() == (1, 3)
    assert x.tolist() == [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
    leaf = rl.ones(2, requires_grad=True)
    leaf.grad = rl.zeros(2)
    leaf.note = ["mine"]
    twin = copy.deepcopy(leaf)
    assert twin.requires_grad and twin.grad is not leaf.grad and twin.note == ["mine"] and twin.note is not leaf.note
    with pytest.raises(RuntimeError, match="Only Tensors created explicitly by the user"):
        copy.deepcopy(leaf * 2)


@pytest.mark.parametrize("dtype", [*NAMES, "bfloat16"])
def test_pickle(rl, dtype):
    if dtype == "bfloat16":
        pytest.importorskip("ml_dtypes")
    x = rl.from_numpy(numbers("bool" if dtype == "bool" else "int64")).to(getattr(rl, dtype))
    for t in (x, x.t(), x[0, 0], x[:0]):
        back = pickle.loads(pickle.dumps(t))
        assert back.dtype is t.dtype and back.tolist() == t.tolist()


def test_pickle_keeps_grad_flag_class_and_attributes(rl):
    x = rl.ones(2, requires_grad=True)
    x.note = "mine"
    back = pickle.loads(pickle.dumps(x))
    assert back.requires_grad and back.note == "mine" and back.is_leaf
    assert pickle.loads(pickle.dumps(x * 2)).requires_grad
    assert pickle.loads(pickle.dumps(rl.Tensor)) is rl.Tensor
    assert repr(type(x)) == "<class 'torch.Tensor'>"
    assert copy.copy(x).data_ptr() == x.data_ptr()


# ---- subclasses ----------------------------------------------------------------------------------


def test_subclasses_share(rl):
    class Special(rl.Tensor):
        pass

    x = rl.ones(2)
    y = x.as_subclass(Special)
    assert type(y) is Special and y.data_ptr() == x.data_ptr() and type(y.as_subclass(rl.Tensor)) is rl.Tensor
    y[0] = 5
    assert x.tolist() == [5.0, 1.0]
    assert type(Special([1, 2])) is Special and Special(2, 3).shape == (2, 3)
    assert rl.Tensor._make_subclass(Special, x, True).requires_grad
    leaf = rl.ones(2, requires_grad=True)
    assert repr(leaf.as_subclass(Special)) == "Special([1., 1.], grad_fn=<AliasBackward0>)"
    leaf.as_subclass(Special).sum().backward()
    assert leaf.grad.tolist() == [1.0, 1.0]
    with pytest.raises(TypeError, match="Creating a Tensor subclass from a class that does not inherit from Tensor"):
        x.as_subclass(int)
