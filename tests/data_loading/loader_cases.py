"""What is asked of both libraries, as text: `t` is the library, `D` its `utils.data`, `np` NumPy, `c` collections."""

import collections


class Plain:
    """A dataset without a length."""

    def __getitem__(self, i):
        return i


Pair = collections.namedtuple("Pair", "a b")


def streams(D):
    """(a stream of five numbers, one that says it has a length) for a library."""
    class Five(D.IterableDataset):
        def __iter__(self):
            return iter(range(5))

    class Sized(Five):
        def __len__(self):
            return 3

    return Five, Sized


CONSTRUCTION = """
L(ds, num_workers=-1)
L(ds, timeout=-1)
L(ds, prefetch_factor=2)
L(ds, num_workers=1, prefetch_factor=-1)
L(ds, persistent_workers=True)
L(Five(), shuffle=True)
L(Five(), shuffle=3)
L(Five(), sampler=[1])
L(Five(), batch_sampler=[1])
L(ds, sampler=[1], shuffle=True)
L(ds, batch_sampler=[[1]], batch_size=2)
L(ds, batch_sampler=[[1]], shuffle=True)
L(ds, batch_sampler=[[1]], sampler=[1])
L(ds, batch_sampler=[[1]], drop_last=True)
L(ds, batch_size=None, drop_last=True)
L(ds, batch_size=0)
L(ds, batch_size=2.5)
L(ds, batch_size=True)
L(ds, drop_last=1)
L([], shuffle=True)
L(Plain(), shuffle=True)
len(L(Plain()))
len(L(Five()))
L(ds, multiprocessing_context="fork")
L(ds, num_workers=1, multiprocessing_context=3)
setattr(L(ds), "batch_size", 3)
setattr(L(ds), "dataset", 3)
list(L(ds, timeout=2))
L(ds, num_workers="a")
L(ds, num_workers=4000).num_workers
list(L(ds, pin_memory=True))[0]
L(ds, num_workers=2).prefetch_factor
L(ds, num_workers=2, prefetch_factor=3).prefetch_factor
len(L([]))
list(L([]))
len(L(Sized()))
len(L(Sized(), batch_size=2))
len(L(Sized(), batch_size=2, drop_last=True))
D.Dataset()[0]
len(D.Dataset())
isinstance(Five(), D.Dataset)
len(Five() + Five())
len(Sized() + Sized())
list(Five() + Five())
list(D.ChainDataset([ds]))
D.TensorDataset(t.arange(3), t.arange(2))
D.TensorDataset(t.tensor(3))
D.TensorDataset(t.arange(3))[5]
D.TensorDataset(t.arange(3))[-1]
D.TensorDataset(t.arange(3))[0:2]
D.StackDataset()
D.StackDataset(ds, b=ds)
D.StackDataset(ds, [1])
D.StackDataset(a=ds, b=range(10))[1]
D.StackDataset(ds, range(10)).__getitems__([1, 2])
D.StackDataset(a=ds, b=range(10)).__getitems__([1, 2])
D.ConcatDataset([])
D.ConcatDataset([Five()])
D.ConcatDataset([ds, ds])[15]
D.ConcatDataset([ds, ds])[-1]
D.ConcatDataset([ds, ds])[-21]
D.ConcatDataset([ds, ds]).cummulative_sizes
D.Subset(ds, [1, 2])[[0, 1]]
D.Subset(ds, [1, 2])[5]
D.Subset(ds, [1, 2]).__getitems__([0, 1])
lengths(ds, [3, 3])
lengths(ds, [.3, .3, .4])
lengths(range(11), [.25, .25, .5])
lengths(range(2), [.1, .1, .8])
lengths(ds, [.1, .1])
lengths(ds, [1.5, -.5])
lengths(ds, [1])
lengths(ds, [])
lengths(ds, [0, 10])
lengths(ds, [-1, 11])
D.RandomSampler([])
D.RandomSampler(range(3), replacement=3)
D.RandomSampler(range(3), num_samples=0)
D.RandomSampler(range(3), num_samples=2.5)
D.WeightedRandomSampler([1, 2], 0)
D.WeightedRandomSampler([1, 2], True)
D.WeightedRandomSampler([1, 2], 2, 3)
D.WeightedRandomSampler([[1, 2]], 2)
list(D.WeightedRandomSampler([1, 2], 5, False))
list(D.WeightedRandomSampler([-1, 2], 2))
D.BatchSampler(range(3), 0, True)
D.BatchSampler(range(3), 2, 1)
len(D.BatchSampler(range(5), 2, True)), len(D.BatchSampler(range(5), 2, False))
iter(D.Sampler())
len(D.Sampler())
D.distributed.DistributedSampler(ds, 2, 2)
D.distributed.DistributedSampler(ds, 2, -1)
"""

COLLATING = """
D.default_collate([1, 2])
D.default_collate([True, False])
D.default_collate([1., 2])
D.default_collate([1, 2.5])
D.default_collate(["a", "b"])
D.default_collate([b"a"])
D.default_collate([np.float32(2)])
D.default_collate([np.int16(2), np.int16(3)])
D.default_collate([np.bool_(2)])
D.default_collate([np.ones(2), np.ones(2)])
D.default_collate([np.array(2)])
D.default_collate([t.tensor(1), t.tensor(2)])
D.default_collate([t.ones(2), t.ones(2).double()])
D.default_collate([(1, 2), (3, 4)])
D.default_collate([[1, 2], [3, 4]])
D.default_collate([Pair(1, 2), Pair(3, 4)])
D.default_collate([{"a": 1}, {"a": 2, "c": 3}])
D.default_collate([c.OrderedDict(a=1)])
D.default_collate([c.defaultdict(int, a=1)])
D.default_collate([c.deque([1, 2]), c.deque([1, 2])])
D.default_collate([range(2), range(2)])
D.default_collate([{"a": (1, "x")}, {"a": (2, "y")}])
D.default_collate((1, 2))
D.default_collate([])
D.default_collate([1j])
D.default_collate([None])
D.default_collate([Plain()]).__class__
D.default_collate([np.array(["a"])])
D.default_collate([np.array([None])])
D.default_collate([np.ones(2), np.ones(3)])
D.default_collate([(1, 2), (3,)])
D.default_collate([(1,), (3, 4)])
D.default_collate([{"a": 1}, {"b": 2}])
D.default_collate([{1, 2}])
D.default_collate([(None,)])
D.default_convert(np.ones(2))
D.default_convert(np.str_("a"))
D.default_convert(np.array(["a"]))
D.default_convert(np.float32(2))
D.default_convert([np.ones(2), (np.int64(3), "a", Pair(np.ones(1), 2))])
D.default_convert({"a": np.ones(2)})
D.default_convert(c.deque([np.ones(1)]))
D.default_convert(range(2))
D.default_convert(b"a")
"""

ORDERS = """
list(D.RandomSampler(range(7)))
list(D.RandomSampler(range(7), generator=g))
list(D.RandomSampler(range(7), num_samples=16, generator=g))
list(D.RandomSampler(range(7), replacement=True, num_samples=40))
list(D.SubsetRandomSampler([3, 5, 8, 1]))
list(D.WeightedRandomSampler([.1, .9, .4, .7, 3., .6], 5))
list(D.WeightedRandomSampler([.1, .9, .4, .7, 3., .6], 5, replacement=False, generator=g))
list(D.BatchSampler(D.RandomSampler(range(7)), 3, True))
[p.indices for p in D.random_split(range(9), [.5, .5])]
[p.indices for p in D.random_split(range(9), [4, 3, 2], g)]
list(D.distributed.DistributedSampler(range(10), 3, 1))
list(D.distributed.DistributedSampler(range(10), 3, 1, seed=4, drop_last=True))
list(D.distributed.DistributedSampler(range(10), 3, 2, shuffle=False))
list(D.distributed.DistributedSampler(range(2), 7, 6, shuffle=False))
list(D.distributed.DistributedSampler(range(2), 7, 6, shuffle=False, drop_last=True))
epochs(L(ds, 3))
epochs(L(ds, 3, shuffle=True))
epochs(L(ds, 4, shuffle=True, drop_last=True))
epochs(L(ds, 3, shuffle=True, generator=g))
epochs(L(ds, 3, sampler=D.RandomSampler(ds, num_samples=5)))
epochs(L(ds, 3, sampler=D.SubsetRandomSampler([4, 2, 9])))
epochs(L(ds, batch_size=None, shuffle=True))
epochs(L(ds, batch_sampler=[[1, 2], [3]]))
epochs(L(D.Subset(ds, [4, 2, 9, 0]), 3, shuffle=True))
epochs(L(D.Subset(D.Subset(ds, [4, 2, 9, 0]), [1, -1]), 2))
epochs(L(D.ConcatDataset([ds, ds]), 6, shuffle=True))
epochs(L(D.StackDataset(x=ds, y=range(10)), 6, shuffle=True))
epochs(L(range(10), 4, shuffle=True))
epochs(L(ds, 2, sampler=[-1, 2, np.int64(3)]))
epochs(L(Five(), 2))
epochs(L(Five(), 2, drop_last=True))
epochs(L(Five(), None))
epochs(L(ds, 3, collate_fn=lambda samples: len(samples)))
"""
