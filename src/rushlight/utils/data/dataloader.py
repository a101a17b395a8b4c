"""The loader: batches of a dataset's samples, made in this process or by worker processes."""
import itertools
import os
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any, Generic, TypeVar


from ._utils.collate import default_collate, default_convert
from ._utils.fetch import IterableFetcher, MapFetcher
from ._utils.info import get_worker_info
from ._utils import position
from ._utils.worker import ExceptionWrapper, ExhaustedStream
from .dataset import IterableDataset
from .sampler import BatchSampler, RandomSampler, Sampler, SequentialSampler, draw_seed

__all__ = ["DataLoader", "default_collate", "default_convert", "get_worker_info"]

_T = TypeVar("_T", covariant=True)
_collate_fn_t = Callable[[list[_T]], Any]


class _DatasetKind:
    """Whether a dataset is asked by index or iterated over."""

    Map = 0
    Iterable = 1


class _InfiniteConstantSampler(Sampler):
    """None for ever: what an iterable dataset is asked with."""

    def __iter__(self):
        return itertools.repeat(None)


class DataLoader(Generic[_T]):
    """Batches of a dataset's samples; each iteration begins a new epoch.

    Args:
        dataset: a map from indices to samples, or an `IterableDataset`.
        batch_size: samples in a batch; None gives samples as they are, without a batch dimension.
        shuffle: a new random order each epoch.
        sampler: gives the indices, in place of `shuffle`.
        batch_sampler: gives lists of indices, in place of `batch_size`, `shuffle`, `sampler`, `drop_last`.
        num_workers: how many processes make the batches; 0 makes them here. The order of the batches is
            the same in either case.
        collate_fn: makes a batch of a list of samples: `default_collate`, or `default_convert` of a
            single sample when there are no batches.
        pin_memory: put batches into memory that is fast to copy to a GPU; without one this warns.
        drop_last: leave a last batch out that is not full.
        timeout: seconds to wait for a batch of the workers; 0 waits for ever.
        worker_init_fn: called with the worker's number in each worker, after seeding.
        multiprocessing_context: how workers are started: "fork", "spawn", "forkserver" or a context.
        generator: draws the seed of the workers, and the order of a shuffle; None for the default one.
        prefetch_factor: batches that each worker makes ahead, 2 by default.
        persistent_workers: keep the workers between epochs.
        in_order: False hands out the workers' batches as they come.

    Worker `i` seeds Rushlight, `random` and NumPy from a base seed plus `i`; the base seed is drawn once
    an iteration.

    Raises: ValueError for options that exclude each other. An exception in a worker is raised here with
        the worker's traceback in its text; RuntimeError when a worker dies or the time is up.

    Example:
        >>> loader = DataLoader(TensorDataset(torch.arange(5)), batch_size=2, shuffle=True)
        >>> len(loader)
        3
        >>> list(DataLoader(range(5), batch_size=2))
        [tensor([0, 1]), tensor([2, 3]), tensor([4])]

    Source: torch.utils.data.DataLoader; with the same seed the same batches in the same order.
    """

    __initialized = False
    __multiprocessing_context = None
    _iterator = None
    _place = None                       # where the next iteration begins, from load_state_dict
    _skip = 0                           # batches that the sampler is asked for in vain as an iteration begins
    _FIXED = frozenset(("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers"))

    def __init__(self, dataset, batch_size=1, shuffle=None, sampler=None, batch_sampler=None, num_workers=0,
                 collate_fn=None, pin_memory=False, drop_last=False, timeout=0, worker_init_fn=None,
                 multiprocessing_context=None, generator=None, *, prefetch_factor=None, persistent_workers=False,
                 pin_memory_device="", in_order=True):
        _check_worker_options(num_workers, timeout, prefetch_factor, persistent_workers)
        self.dataset = dataset
        self.num_workers = num_workers
        self.prefetch_factor = 2 if num_workers > 0 and prefetch_factor is None else prefetch_factor
        self.pin_memory = pin_memory
        self.pin_memory_device = pin_memory_device
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.multiprocessing_context = multiprocessing_context
        self.in_order = in_order
        if isinstance(dataset, IterableDataset):
            self._dataset_kind = _DatasetKind.Iterable
            _check_stream_options(shuffle, sampler, batch_sampler)
        else:
            self._dataset_kind = _DatasetKind.Map
            shuffle = bool(shuffle)
        _check_exclusive(batch_size, shuffle, sampler, batch_sampler, drop_last)
        if batch_sampler is not None:
            batch_size, drop_last = None, False
        if sampler is None:
            if self._dataset_kind == _DatasetKind.Iterable:
                sampler = _InfiniteConstantSampler()
            else:
                sampler = RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)
        if batch_size is not None and batch_sampler is None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.batch_size = batch_size
        self.drop_last = drop_last
        self.sampler = sampler
        self.batch_sampler = batch_sampler
        self.generator = generator
        if collate_fn is None:
            collate_fn = default_collate if self._auto_collation else default_convert
        self.collate_fn = collate_fn
        self.persistent_workers = persistent_workers
        self.__initialized = True
        self._IterableDataset_len_called = None
        self._progress = position.Progress()
        self.check_worker_number_rationality()

    @property
    def multiprocessing_context(self):
        """How workers are started; None for the default of `multiprocessing`."""
        return self.__multiprocessing_context

    @multiprocessing_context.setter
    def multiprocessing_context(self, context):
        self.__multiprocessing_context = _context(context, self.num_workers)

    def __setattr__(self, name, value):
        if self.__initialized and name in self._FIXED:
            raise ValueError(f"{name} attribute should not be set after {type(self).__name__} is initialized")
        super().__setattr__(name, value)

    def __getstate__(self):
        return {**self.__dict__, "_iterator": None}         # a copy has its own workers

    def __iter__(self):
        place, self._place = self._place, None
        if place is None:
            start = position.capture(self)
            iterator = self._iterate()
        else:
            start = place["start"]
            iterator = self._go_on(start, place["yielded"])
        progress = self._progress = position.Progress(start)
        progress.yielded = iterator._num_yielded
        iterator._progress = progress
        return iterator

    def _go_on(self, start, n):
        """Return an iterator that has handed out `n` batches of the epoch that began in the states `start`."""
        leave_out = self._dataset_kind == _DatasetKind.Map and (self.num_workers == 0 or position.is_pure(self))
        with position.at_the_start(self, start):
            self._skip = n if leave_out else 0
            try:
                iterator = self._iterate()
                for _ in range(n - self._skip):     # the streams and the workers' generators have to come along
                    iterator._next_data()
            except StopIteration:
                raise RuntimeError(f"the saved position is after {n} batches, which this loader does not have") from None
            finally:
                self._skip = 0
        iterator._num_yielded = n
        return iterator

    def state_dict(self):
        """Return where the loader stands in its epoch, for `load_state_dict` of a loader made the same way.

        With it the next run goes on with the same batches, also when workers had made some ahead.

        Source: the protocol of torchdata's StatefulDataLoader.
        """
        progress = self._progress
        now = {name: g.get_state() for name, g in position.generators(self).items()}
        if progress.finished:
            return {"start": None, "yielded": 0, "generators": now}
        return {"start": progress.start, "yielded": progress.yielded, "generators": now}

    def load_state_dict(self, state_dict):
        """Let the next iteration go on where another loader stood; those after it are whole epochs.

        A stream, and the random draws of workers, are brought along by making the batches anew; with workers that
        persist over epochs, only draws of the epoch at hand are.
        """
        if not isinstance(state_dict, dict) or not {"start", "yielded", "generators"} <= state_dict.keys():
            raise ValueError("not a state_dict of a DataLoader")
        for name, g in position.generators(self).items():
            if name in state_dict["generators"]:
                g.set_state(state_dict["generators"][name])
        self._place = None if state_dict["start"] is None else dict(state_dict)

    def _iterate(self):
        if not self.persistent_workers or not self.num_workers:
            return self._get_iterator()
        if self._iterator is None:
            self._iterator = self._get_iterator()
        else:
            self._iterator._reset(self)
        return self._iterator

    def _get_iterator(self):
        if self.num_workers == 0:
            return _SingleProcessDataLoaderIter(self)
        self.check_worker_number_rationality()
        return _MultiProcessingDataLoaderIter(self)

    @property
    def _auto_collation(self):
        return self.batch_sampler is not None

    @property
    def _index_sampler(self):
        return self.batch_sampler if self._auto_collation else self.sampler

    def __len__(self):
        if self._dataset_kind != _DatasetKind.Iterable:
            return len(self._index_sampler)
        n = self._IterableDataset_len_called = len(self.dataset)
        if self.batch_size is None:
            return n
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    def check_worker_number_rationality(self):
        """Warn when there are more workers than processors."""
        if not self.num_workers:
            return
        if hasattr(os, "sched_getaffinity"):
            most = len(os.sched_getaffinity(0))
        else:
            most = os.cpu_count()
        if most and self.num_workers > most:
            warnings.warn(f"This DataLoader will create {self.num_workers} worker processes in total. Our suggested max "
                          f"number of worker in current system is {most}, which is smaller than what this DataLoader is "
                          "going to create. Please be aware that excessive worker creation might get DataLoader running "
                          "slow or even freeze, lower the worker number to avoid potential slowness/freeze if necessary.",
                          stacklevel=3)


# ------------------------------------------------------------------ options


def _check_worker_options(num_workers, timeout, prefetch_factor, persistent_workers):
    if num_workers < 0:
        raise ValueError("num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.")
    if timeout < 0:
        raise ValueError("timeout option should be non-negative")
    if num_workers == 0 and prefetch_factor is not None:
        raise ValueError("prefetch_factor option could only be specified in multiprocessing.let num_workers > 0 to enable "
                         "multiprocessing, otherwise set prefetch_factor to None.")
    if prefetch_factor is not None and prefetch_factor < 0:
        raise ValueError("prefetch_factor option should be non-negative")
    if persistent_workers and num_workers == 0:
        raise ValueError("persistent_workers option needs num_workers > 0")


def _check_stream_options(shuffle, sampler, batch_sampler):
    if shuffle not in (None, False):
        raise ValueError(f"DataLoader with IterableDataset: expected unspecified shuffle option, but got shuffle={shuffle}")
    for name, value in (("sampler", sampler), ("batch_sampler", batch_sampler)):
        if value is not None:
            raise ValueError(f"DataLoader with IterableDataset: expected unspecified {name} option, but got {name}={value}")


def _check_exclusive(batch_size, shuffle, sampler, batch_sampler, drop_last):
    if sampler is not None and shuffle:
        raise ValueError("sampler option is mutually exclusive with shuffle")
    if batch_sampler is not None and (batch_size != 1 or shuffle or sampler is not None or drop_last):
        raise ValueError("batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last")
    if batch_sampler is None and batch_size is None and drop_last:
        raise ValueError("batch_size=None option disables auto-batching and is mutually exclusive with drop_last")


def _context(context, num_workers):
    """Return the start context that was asked for; the errors are torch's."""
    if context is None:
        return None
    if num_workers == 0:
        raise ValueError("multiprocessing_context can only be used with multi-process loading (num_workers > 0), but got "
                         f"num_workers={num_workers}")
    import multiprocessing

    if isinstance(context, str):
        known = multiprocessing.get_all_start_methods()
        if context not in known:
            raise ValueError("multiprocessing_context option should specify a valid start method in "
                             f"{known!r}, but got multiprocessing_context={context!r}")
        context = multiprocessing.get_context(context)
    if not isinstance(context, multiprocessing.context.BaseContext):
        raise TypeError("multiprocessing_context option should be a valid context object or a string specifying the start "
                        f"method, but got multiprocessing_context={context}")
    return context


# ------------------------------------------------------------------ iterators


class _BaseDataLoaderIter:
    """One epoch of a loader: draws the base seed, asks the sampler, counts what was handed out."""

    _progress = position.Progress()     # of an iterator that no loader's `__iter__` made

    def __init__(self, loader):
        self._dataset = loader.dataset
        self._dataset_kind = loader._dataset_kind
        self._index_sampler = loader._index_sampler
        self._num_workers = loader.num_workers
        self._timeout = loader.timeout
        self._collate_fn = loader.collate_fn
        self._pin_memory = loader.pin_memory and _accelerator()
        self._base_seed = draw_seed(loader.generator)
        kind = IterableFetcher if self._dataset_kind == _DatasetKind.Iterable else MapFetcher
        self._make_fetcher = partial(kind, auto_collation=loader._auto_collation, collate_fn=loader.collate_fn,
                                     drop_last=loader.drop_last)
        self._begin(loader)

    def _indices(self):
        return iter(self._index_sampler)

    def _begin(self, loader):
        self._sampler_iter = self._indices()
        for _ in range(loader._skip):
            next(self._sampler_iter)
        self._num_yielded = loader._skip
        self._reported = loader._IterableDataset_len_called

    def __iter__(self):
        return self

    def __len__(self):
        return len(self._index_sampler)

    def __next__(self):
        try:
            data = self._next_data()
        except StopIteration:
            self._progress.finished = True
            raise
        self._num_yielded += 1
        self._progress.yielded = self._num_yielded
        if self._reported is not None and self._num_yielded > self._reported:
            self._warn_length()
        return _pinned(data) if self._pin_memory else data

    def _warn_length(self):
        text = (f"Length of IterableDataset {self._dataset} was reported to be {self._reported}(when accessing "
                f"len(dataloader)), but {self._num_yielded} samples have been fetched. ")
        if self._num_workers > 0:
            text += ("For multiprocessing data-loading, this could be caused by not properly configuring the "
                     "IterableDataset replica at each worker. Please see "
                     "https://pytorch.org/docs/stable/data.html#torch.utils.data.IterableDataset for examples.")
        warnings.warn(text, stacklevel=3)


class _SingleProcessDataLoaderIter(_BaseDataLoaderIter):
    """Makes the batches in this process."""

    def __init__(self, loader):
        super().__init__(loader)
        if self._timeout != 0:
            raise AssertionError("_SingleProcessDataLoaderIter requires timeout == 0")
        self._fetcher = self._make_fetcher(self._dataset)

    def __next__(self):
        if self._reported is not None or self._pin_memory:
            return super().__next__()
        try:
            data = self._fetcher.fetch(next(self._sampler_iter))        # the same with fewer calls
        except StopIteration:
            self._progress.finished = True
            raise
        self._num_yielded = self._progress.yielded = self._num_yielded + 1
        return data

    def _indices(self):
        """Indices in arrays where the sampler has them so and the dataset is rows of tensors."""
        if self._dataset_kind == _DatasetKind.Map and type(self._index_sampler) is BatchSampler \
                and self._make_fetcher(self._dataset).takes_arrays:
            return self._index_sampler.arrays() or iter(self._index_sampler)
        return iter(self._index_sampler)

    def _next_data(self):
        return self._fetcher.fetch(next(self._sampler_iter))


class _MultiProcessingDataLoaderIter(_BaseDataLoaderIter):
    """Hands lists of indices to worker processes, some batches ahead, and puts what comes back in order.

    Batch `n` of a map goes to the workers in turn; a worker whose stream has ended is passed over.
    """

    def __init__(self, loader):
        super().__init__(loader)
        from ._utils.pool import WorkerPool

        self._in_order = loader.in_order
        self._persistent = loader.persistent_workers
        self._ahead = loader.prefetch_factor * loader.num_workers
        self._pool = WorkerPool(loader.multiprocessing_context, loader.num_workers, self._make_fetcher, self._dataset,
                                self._base_seed, loader.worker_init_fn)
        self._start_epoch()

    def _reset(self, loader):
        """Begin another epoch with the same workers."""
        self._begin(loader)
        self._pool.restart(self._timeout)
        self._start_epoch()

    def _start_epoch(self):
        self._active = [True] * self._num_workers
        self._turn = itertools.cycle(range(self._num_workers))
        self._sent = 0                  # the number of the next list of indices
        self._due = 0                   # the number of the batch to hand out next
        self._at = {}                   # number -> worker, of what is on its way
        self._here = {}                 # number -> batch, of what came too early
        for _ in range(self._ahead):
            self._send_indices()

    def _send_indices(self):
        worker = self._next_worker()
        if worker is None:
            return
        try:
            indices = next(self._sampler_iter)
        except StopIteration:
            return
        self._pool.send(worker, (self._sent, indices))
        self._at[self._sent] = worker
        self._sent += 1

    def _next_worker(self):
        if not any(self._active):
            return None
        if not self._in_order:          # the one with the least to do
            loads = list(self._at.values())
            return min((w for w in range(self._num_workers) if self._active[w]), key=loads.count)
        return next(w for w in self._turn if self._active[w])

    def _next_data(self):
        while True:
            number = self._choose()
            if number is None:
                if not self._persistent:
                    self._pool.close()
                raise StopIteration
            if number in self._here:
                data = self._here.pop(number)
                self._due = number + 1 if self._in_order else self._due
                self._send_indices()
                if isinstance(data, ExceptionWrapper):
                    data.reraise()
                return data
            self._receive()

    def _choose(self):
        """Return the number of the batch to hand out next, there or on its way; None at the end."""
        if not self._in_order:
            return next(iter(self._here), next(iter(self._at), None))
        while self._due < self._sent and self._due not in self._at and self._due not in self._here:
            self._due += 1              # its worker's stream had ended
        return self._due if self._due < self._sent else None

    def _receive(self):
        """Take one message of a worker in."""
        number, data = self._pool.receive(self._timeout)
        worker = self._at.pop(number)
        if not isinstance(data, ExhaustedStream):
            self._here[number] = data
            return
        self._active[worker] = False
        if not self._persistent:
            self._pool.dismiss(worker)
        for n in [n for n, w in self._at.items() if w == worker]:
            del self._at[n]             # the worker will not answer these
        self._send_indices()


# ------------------------------------------------------------------ memory for a GPU


def _accelerator():
    """Whether there is a GPU to pin memory for; warns when there is none."""
    from ... import cuda

    if cuda.is_available():
        return True
    warnings.warn("'pin_memory' argument is set as true but no accelerator is found, then device pinned memory won't be "
                  "used.", stacklevel=5)
    return False


def _pinned(data):
    """Return a batch with its tensors in pinned memory."""
    if hasattr(data, "pin_memory"):
        return data.pin_memory()
    if isinstance(data, dict):
        return type(data)({key: _pinned(value) for key, value in data.items()})
    if isinstance(data, tuple) and hasattr(data, "_fields"):
        return type(data)(*map(_pinned, data))
    if isinstance(data, (list, tuple)):
        return type(data)(map(_pinned, data))
    return data
