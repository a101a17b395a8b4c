"""Process groups and what their members do together. On the CPU, over TCP; a group of one computes at once."""
import datetime
import enum
import functools
import os
import pickle
import threading

import numpy as np

from ..backend import base as backends
from ..core import views
from ..core.tensor import OPS, Tensor
from . import transport

default_pg_timeout = datetime.timedelta(minutes=30)
_ABSENT = "Default process group has not been initialized, please make sure to call init_process_group."


class RedOpType(enum.Enum):
    """How tensors of several processes are combined."""

    SUM = 0
    AVG = 1
    PRODUCT = 2
    MIN = 3
    MAX = 4
    BAND = 5
    BOR = 6
    BXOR = 7

    def __repr__(self):
        return f"<RedOpType.{self.name}: {self.value}>"


class ReduceOp:
    """How tensors of several processes are combined: SUM, AVG, PRODUCT, MIN, MAX, BAND, BOR, BXOR."""

    RedOpType = RedOpType
    SUM, AVG, PRODUCT, MIN, MAX, BAND, BOR, BXOR = RedOpType

    def __new__(cls, op):
        return RedOpType(op)


_COMBINE = {RedOpType.SUM: np.add, RedOpType.AVG: np.add, RedOpType.PRODUCT: np.multiply, RedOpType.MIN: np.minimum,
            RedOpType.MAX: np.maximum, RedOpType.BAND: np.bitwise_and, RedOpType.BOR: np.bitwise_or,
            RedOpType.BXOR: np.bitwise_xor}


class Backend(str):
    """The name of a way to communicate: "gloo" here."""

    UNDEFINED, GLOO, NCCL, UCC, MPI, XCCL = "undefined", "gloo", "nccl", "ucc", "mpi", "xccl"

    def __new__(cls, name):
        return str.__new__(cls, name.lower())


class Work:
    """A communication under way; `wait` for it before its tensors are used."""

    def __init__(self, task, at_once):
        self._error = None
        self._thread = None
        if at_once:
            task()
        else:
            self._thread = threading.Thread(target=self._run, args=(task,), daemon=True)
            self._thread.start()

    def _run(self, task):
        try:
            task()
        except Exception as error:
            self._error = error

    def wait(self, timeout=None):
        """Wait until it is done, at most `timeout` (a timedelta); True, or the error raised here."""
        if self._thread is not None:
            self._thread.join(None if timeout is None else timeout.total_seconds())
            if self._thread.is_alive():
                raise RuntimeError("Timed out waiting for a communication")
        if self._error is not None:
            raise self._error
        return True

    def is_completed(self):
        """Whether it is done."""
        return self._thread is None or not self._thread.is_alive()

    def is_success(self):
        """Whether it is done without error."""
        return self.is_completed() and self._error is None


class ProcessGroup:
    """Processes that communicate; `ranks` are their numbers in the whole program."""

    def __init__(self, number, ranks, me, backend, link):
        self._number, self._ranks, self._me = number, tuple(ranks), me
        self._backend, self._link = backend, link
        self._tags = 0
        self.group_name = str(number)

    def rank(self):
        """Return this process's place in the group."""
        return self._ranks.index(self._me)

    def size(self):
        """Return how many processes there are."""
        return len(self._ranks)

    def name(self):
        """Return the name of the backend."""
        return self._backend

    def _next_tag(self):
        self._tags += 1
        return self._tags

    # ---- bytes

    def _send(self, place, tag, data):
        self._link.send(self._ranks[place], self._number, tag, data)

    def _receive(self, place, tag):
        return self._link.receive(self._ranks[place], self._number, tag)

    def _to_root(self, tag, data, root=0):
        """Return every process's bytes, in order, at the root; None elsewhere."""
        if self.size() == 1:
            return [data]
        if self.rank() != root:
            self._send(root, tag, data)
            return None
        return [data if place == root else self._receive(place, tag) for place in range(self.size())]

    def _from_root(self, tag, data, root=0):
        """Return the root's bytes everywhere."""
        if self.size() == 1:
            return data
        if self.rank() != root:
            return self._receive(root, tag)
        for place in range(self.size()):
            if place != root:
                self._send(place, tag, data)
        return data

    def _each_to_each(self, tag, parts):
        """Send `parts[place]` to every process; return what came from each."""
        if self.size() == 1:
            return parts
        for place, part in enumerate(parts):
            self._send(place, tag, part)
        return [self._receive(place, tag) for place in range(self.size())]


class _Groups:
    world = None
    count = 0


class _GroupMeta(type):
    @property
    def WORLD(cls):
        return _Groups.world


class group(metaclass=_GroupMeta):
    """`group.WORLD` is the group of all processes."""

    NON_GROUP_MEMBER = -100


GroupMember = group


def _world(given=None):
    if given is not None and given is not group.WORLD:
        return given
    if _Groups.world is None:
        raise ValueError(_ABSENT)
    return _Groups.world


# ------------------------------------------------------------------ beginning and end

def is_available():
    """Whether this package can be used: yes."""
    return True


def is_initialized():
    """Whether there is a group of all processes."""
    return _Groups.world is not None


def is_gloo_available():
    """Whether communication over TCP on the CPU, under the name of PyTorch's gloo, is there: yes."""
    return True


def is_nccl_available():
    """Whether NCCL is used: no."""
    return False


is_mpi_available = is_ucc_available = is_xccl_available = is_nccl_available


def is_backend_available(backend):
    """Whether a backend of this name is there."""
    return backend.lower() == Backend.GLOO


def is_torchelastic_launched():
    """Whether PyTorch's launcher started this process."""
    return os.environ.get("TORCHELASTIC_RUN_ID") is not None


def init_process_group(backend=None, init_method=None, timeout=None, world_size=-1, rank=-1, store=None, group_name="",
                       pg_options=None, device_id=None):
    """Join the group of all processes; returns when every one has.

    Args:
        backend: "gloo" (the default), which here means TCP on the CPU.
        init_method: where they meet: "env://" (variables MASTER_ADDR, MASTER_PORT, RANK, WORLD_SIZE; the default),
            "tcp://host:port" or "file:///path".
        timeout: a timedelta; 30 minutes by default.
        world_size, rank: how many processes, and which this is; by default of the environment.
        store, pg_options, device_id: None: there is nothing that they could say here.
        group_name: a name, kept.

    Raises: ValueError for a second call or a missing variable; RuntimeError for NCCL, or when others do not come in time.
    """
    if _Groups.world is not None:
        raise ValueError("trying to initialize the default process group twice!")
    for name, value in (("store", store), ("pg_options", pg_options), ("device_id", device_id)):
        if value is not None:
            raise RuntimeError(f"init_process_group(): Rushlight's groups take no {name}")
    backend = _checked_backend(backend)
    seconds = (timeout or default_pg_timeout).total_seconds()
    rank, world_size, address = _meeting(init_method or "env://", rank, world_size, seconds)
    link = transport.Transport(address, rank, world_size, seconds) if world_size > 1 else None
    _Groups.world = ProcessGroup(0, range(world_size), rank, backend, link)
    _Groups.world.group_name = group_name or "0"
    _Groups.count = 0


def _checked_backend(backend):
    names = [part.rpartition(":")[2].lower() for part in (backend or Backend.GLOO).split(",")]
    if Backend.GLOO in names:
        return Backend(Backend.GLOO)
    for name in names:
        if name in (Backend.NCCL, Backend.MPI, Backend.UCC, Backend.XCCL):
            raise RuntimeError(f"Distributed package doesn't have {name.upper()} built in")
    raise AssertionError(f"Unknown backend type {names[0]}")


def _meeting(method, rank, world_size, seconds):
    """Return (rank, world size, address of the first process)."""
    if method == "env://":
        rank = int(_variable("RANK")) if rank < 0 else rank
        world_size = int(_variable("WORLD_SIZE")) if world_size < 0 else world_size
        address = (_variable("MASTER_ADDR"), int(_variable("MASTER_PORT")))
    elif method.startswith("tcp://"):
        host, _, port = method[len("tcp://"):].partition("?")[0].rpartition(":")
        address = (host, int(port))
    elif method.startswith("file://"):
        address = None
    else:
        raise RuntimeError(f"No rendezvous handler for {method.partition('://')[0]}://")
    if rank < 0 or world_size < 0:
        raise ValueError(f"Error initializing torch.distributed using {method.partition('://')[0]}:// rendezvous: "
                         f"{'rank' if rank < 0 else 'world size'} parameter missing")
    if address is None and world_size > 1:
        address = transport.meet_at_file(method[len("file://"):], rank, seconds)
    return rank, world_size, address


def _variable(name):
    found = os.environ.get(name)
    if found is None:
        raise ValueError(f"Error initializing torch.distributed using env:// rendezvous: environment variable {name} expected, "
                         "but not set")
    return found


def destroy_process_group(group=None):
    """Leave a group; without one, the group of all processes."""
    assert _Groups.world is not None, "Process group cannot be None"
    if group is None or group is _Groups.world:
        if _Groups.world._link is not None:
            barrier()
            _Groups.world._link.close()
        _Groups.world = None


def new_group(ranks=None, timeout=None, backend=None, pg_options=None, use_local_synchronization=False, group_desc=None,
              device_id=None):
    """Return a group of some of the processes; all processes call this, in the same order.

    Args:
        ranks: their numbers; None for all.
        backend: as for `init_process_group`.
        group_desc: a description, kept.
        timeout, pg_options, use_local_synchronization, device_id: the defaults: a group shares the first one's connections.
    """
    for name, value in (("timeout", timeout), ("pg_options", pg_options), ("device_id", device_id)):
        if value is not None:
            raise RuntimeError(f"new_group(): Rushlight's groups take no {name} of their own")
    if use_local_synchronization:
        raise RuntimeError("new_group(): use_local_synchronization cannot be True: all processes count the groups")
    world = _world()
    _checked_backend(backend)
    _Groups.count += 1
    ranks = range(world.size()) if ranks is None else sorted(ranks)
    if world._me not in ranks:
        return group.NON_GROUP_MEMBER
    made = ProcessGroup(_Groups.count, ranks, world._me, world._backend, world._link)
    made.group_desc = group_desc or "undefined"
    return made


def get_rank(group=None):
    """Return this process's number in the group, -1 when it is not in it."""
    found = _world(group)
    return -1 if found == GroupMember.NON_GROUP_MEMBER else found.rank()


def get_world_size(group=None):
    """Return how many processes are in the group, -1 when this one is not in it."""
    found = _world(group)
    return -1 if found == GroupMember.NON_GROUP_MEMBER else found.size()


def get_backend(group=None):
    """Return the name of the group's backend."""
    return _world(group)._backend


def get_process_group_ranks(group):
    """Return the numbers, in the whole program, of the processes of a group."""
    return list(_world(group)._ranks)


def get_global_rank(group, group_rank):
    """Return the number in the whole program of a group's process."""
    ranks = _world(group)._ranks
    if not 0 <= group_rank < len(ranks):
        raise ValueError(f"Group rank {group_rank} is not part of group {group}")
    return ranks[group_rank]


def get_group_rank(group, global_rank):
    """Return the number in a group of a process of the whole program."""
    ranks = _world(group)._ranks
    if global_rank not in ranks:
        raise ValueError(f"Global rank {global_rank} is not part of group {group}")
    return ranks.index(global_rank)


def get_node_local_rank(fallback_rank=None):
    """Return the process's number on its machine, of the variable LOCAL_RANK."""
    found = os.environ.get("LOCAL_RANK", fallback_rank)
    if found is None:
        raise RuntimeError("LOCAL_RANK is not in the environment. Consider passing fallback_rank to allow "
                           "`get_node_local_rank` to work, assuming you are not running in an environment which sets LOCAL_RANK.")
    return int(found)


# ------------------------------------------------------------------ tensors and bytes

def _check_tensor(value, name):
    if not isinstance(value, Tensor):
        raise TypeError(f"Invalid function argument. Expected parameter `{name}` of type torch.Tensor\n"
                        f"             but got {type(value)} instead.")


def _check_tensors(value, name):
    if not isinstance(value, list) or not all(isinstance(t, Tensor) for t in value):
        raise TypeError(f"Invalid function argument. Expected parameter `{name}` of type List[torch.Tensor]\n"
                        f"             but got {type(value)} with elements of type {[type(t) for t in value]}.")


def _host(t):
    return np.ascontiguousarray(backends.of_array(t._array).to_numpy(t._array))


def _bytes(t):
    return _host(t).reshape(-1).view(np.uint8)


def _array(data, dtype):
    """Return bytes, or an array of them, as a flat array."""
    return np.asarray(memoryview(data)).view(dtype)


def _store(t, data):
    """Write bytes into a tensor's memory."""
    x = _array(data, _host(t).dtype).reshape(t._array.shape)
    backend = backends.of_array(t._array)
    backend.copyto(t._array, x if backend.device_type == "cpu" else backend.from_numpy(x))
    views.bump(t, "copy_")


def _collective(function):
    """Make a public function of one that prepares a communication and returns the task and the group.

    It is None for a process outside the group. With `async_op` the caller gets a `Work` at once.
    """
    @functools.wraps(function)
    def call(*args, group=None, async_op=False, **kwargs):
        found = _world(group)
        if found == GroupMember.NON_GROUP_MEMBER:
            return None
        work = Work(function(found, *args, **kwargs), at_once=not async_op or found.size() == 1)
        return work if async_op else None
    return call


def _root(found, source, name):
    """Return the place in the group of a process given by its number in the program."""
    if source not in found._ranks:
        raise RuntimeError(f"ProcessGroupGloo::{name}: invalid root rank: {source}")
    return found._ranks.index(source)


def _combined(parts, like, op):
    kind = op.op if hasattr(op, "op") else op
    arrays = [_array(part, like.dtype) for part in parts]
    total = arrays[0].copy()
    for a in arrays[1:]:
        total = _COMBINE[kind](total, a).astype(like.dtype, copy=False)
    if kind is RedOpType.AVG:
        total = (total / len(arrays)).astype(like.dtype)
    return total


# ------------------------------------------------------------------ collectives

@_collective
def _all_reduce(found, tensor, op=ReduceOp.SUM):
    _check_tensor(tensor, "tensor")
    tag = found._next_tag()

    def task():
        if found.size() == 1:
            return
        parts = found._to_root(tag, _bytes(tensor))
        total = None if parts is None else _combined(parts, _host(tensor), op).view(np.uint8)
        _store(tensor, found._from_root(tag, total))
    return task


def all_reduce(tensor, op=ReduceOp.SUM, group=None, async_op=False):
    """Combine the tensor over all processes, in place, the same everywhere.

    Args:
        tensor: of one size and dtype in all processes.
        op: SUM by default.
        group: the processes; all by default.
        async_op: return a `Work` to wait for.
    """
    return _all_reduce(tensor, op, group=group, async_op=async_op)


@_collective
def _reduce(found, tensor, dst, op=ReduceOp.SUM):
    _check_tensor(tensor, "tensor")
    tag, root = found._next_tag(), _root(found, dst, "reduce")

    def task():
        parts = found._to_root(tag, _bytes(tensor), root)
        if parts is not None and len(parts) > 1:
            _store(tensor, _combined(parts, _host(tensor), op).view(np.uint8))
    return task


def reduce(tensor, dst=None, op=ReduceOp.SUM, group=None, async_op=False, group_dst=None):
    """Combine the tensor over all processes, in place at process `dst` (`group_dst` counts within the group)."""
    return _reduce(tensor, _number(group, dst, group_dst), op, group=group, async_op=async_op)


def _number(group, number, place):
    """Return a process's number in the program, given so or by its place in the group."""
    return _world(group)._ranks[place] if number is None and place is not None else 0 if number is None else number


@_collective
def _broadcast(found, tensor, src):
    _check_tensor(tensor, "tensor")
    tag, root = found._next_tag(), _root(found, src, "broadcast")

    def task():
        data = found._from_root(tag, _bytes(tensor), root)
        if found.rank() != root:
            _store(tensor, data)
    return task


def broadcast(tensor, src=None, group=None, async_op=False, group_src=None):
    """Give the tensor in every process the values it has in process `src` (`group_src` counts within the group)."""
    return _broadcast(tensor, _number(group, src, group_src), group=group, async_op=async_op)


@_collective
def _all_gather(found, tensor_list, tensor):
    _check_tensors(tensor_list, "tensor_list")
    _check_tensor(tensor, "tensor")
    if len(tensor_list) != found.size():
        raise RuntimeError(f"ProcessGroupGloo::allgather: invalid output tensor list at index 0 (expected length {found.size()}, "
                           f"got {len(tensor_list)})")
    for i, t in enumerate(tensor_list):
        if t.numel() != tensor.numel():
            raise RuntimeError(f"ProcessGroupGloo::allgather: invalid tensor size at index {i} (expected "
                               f"({', '.join(map(str, tensor.shape))}), got ({', '.join(map(str, t.shape))}))")
    tag = found._next_tag()

    def task():
        for t, data in zip(tensor_list, found._each_to_each(tag, [_bytes(tensor)] * found.size()), strict=True):
            _store(t, data)
    return task


def all_gather(tensor_list, tensor, group=None, async_op=False):
    """Store every process's tensor, in order, in the tensors of the list, in all processes."""
    return _all_gather(tensor_list, tensor, group=group, async_op=async_op)


def all_gather_into_tensor(output_tensor, input_tensor, group=None, async_op=False):
    """Store every process's tensor, one after the other along the first dimension, in one tensor."""
    parts = output_tensor.view(get_world_size(group), *input_tensor.shape).unbind(0)
    return all_gather(list(parts), input_tensor, group, async_op)


@_collective
def _gather(found, tensor, gather_list, dst):
    _check_tensor(tensor, "tensor")
    tag, root = found._next_tag(), _root(found, dst, "gather")
    if found.rank() == root and not gather_list:
        raise ValueError("Argument ``gather_list`` must be specified on destination rank.")
    if found.rank() != root and gather_list:
        raise ValueError("Argument ``gather_list`` must NOT be specified on non-destination ranks.")

    def task():
        parts = found._to_root(tag, _bytes(tensor), root)
        for t, data in zip(gather_list or (), parts or (), strict=True):
            _store(t, data)
    return task


def gather(tensor, gather_list=None, dst=None, group=None, async_op=False, group_dst=None):
    """Store every process's tensor, in order, in the tensors of a list at process `dst`."""
    return _gather(tensor, gather_list, _number(group, dst, group_dst), group=group, async_op=async_op)


@_collective
def _scatter(found, tensor, scatter_list, src):
    _check_tensor(tensor, "tensor")
    tag, root = found._next_tag(), _root(found, src, "scatter")
    if found.rank() == root and not scatter_list:
        raise ValueError("Argument ``scatter_list`` must be specified on source rank.")

    def task():
        if found.rank() == root:
            for place, t in enumerate(scatter_list):
                if place != root:
                    found._send(place, tag, _bytes(t))
            _store(tensor, _bytes(scatter_list[root]))
        else:
            _store(tensor, found._receive(root, tag))
    return task


def scatter(tensor, scatter_list=None, src=None, group=None, async_op=False, group_src=None):
    """Give each process the tensor of its place in the list of process `src`."""
    return _scatter(tensor, scatter_list, _number(group, src, group_src), group=group, async_op=async_op)


@_collective
def _all_to_all(found, outputs, inputs):
    _check_tensors(outputs, "output_tensor_list")
    _check_tensors(inputs, "input_tensor_list")
    tag = found._next_tag()

    def task():
        for t, data in zip(outputs, found._each_to_each(tag, [_bytes(t) for t in inputs]), strict=True):
            _store(t, data)
    return task


def all_to_all(output_tensor_list, input_tensor_list, group=None, async_op=False):
    """Send the i-th tensor of one list to the i-th process, and store what comes from each in the other list."""
    return _all_to_all(output_tensor_list, input_tensor_list, group=group, async_op=async_op)


def all_to_all_single(output, input, output_split_sizes=None, input_split_sizes=None, group=None, async_op=False):
    """`all_to_all` of the parts of one tensor along its first dimension, equal ones unless sizes are given."""
    n = get_world_size(group)
    parts = [list(t.split(sizes or t.shape[0] // n)) for t, sizes in ((output, output_split_sizes), (input, input_split_sizes))]
    return all_to_all(*parts, group=group, async_op=async_op)


@_collective
def _reduce_scatter(found, output, input_list, op=ReduceOp.SUM):
    _check_tensor(output, "output")
    _check_tensors(input_list, "input_list")
    tag = found._next_tag()

    def task():
        parts = found._each_to_each(tag, [_bytes(t) for t in input_list])
        _store(output, _combined(parts, _host(output), op).view(np.uint8))
    return task


def reduce_scatter(output, input_list, op=ReduceOp.SUM, group=None, async_op=False):
    """Combine the i-th tensors of all processes' lists, and store the result at the i-th process."""
    return _reduce_scatter(output, input_list, op, group=group, async_op=async_op)


def reduce_scatter_tensor(output, input, op=ReduceOp.SUM, group=None, async_op=False):
    """`reduce_scatter` of the parts of one tensor along its first dimension."""
    return reduce_scatter(output, list(input.chunk(get_world_size(group))), op, group, async_op)


def barrier(group=None, async_op=False, device_ids=None):
    """Wait until every process is here; `device_ids` of GPUs make no difference on the CPU."""
    if device_ids is not None and not isinstance(device_ids, list):
        raise TypeError("Invalid function argument: device_ids type should be List[int]")
    return _all_reduce(OPS.zeros(1), group=group, async_op=async_op)


def monitored_barrier(group=None, timeout=None, wait_all_ranks=False):
    """`barrier`, with the group's time limit for `timeout` None; a process that does not come is named by no one."""
    if timeout is not None or wait_all_ranks:
        raise RuntimeError("monitored_barrier(): the time limit is the group's, and the first missing process ends the wait")
    barrier(group)


# ------------------------------------------------------------------ one to one

def _partner(group, number, place, what):
    found = _world(group)
    number = _number(group, number, place)
    if number == found._me:
        raise ValueError(f"Invalid {what} rank: {what} rank should not be the same as the rank of the current process.")
    return found, found._ranks.index(number)


def isend(tensor, dst=None, group=None, tag=0, group_dst=None):
    """Send a tensor to process `dst`; returns a `Work`."""
    _check_tensor(tensor, "tensor")
    found, place = _partner(group, dst, group_dst, "destination")
    data = bytes(_bytes(tensor))
    return Work(lambda: found._send(place, -1 - tag, data), at_once=False)


def send(tensor, dst=None, group=None, tag=0, group_dst=None):
    """Send a tensor to process `dst`, which calls `recv` with the same `tag`."""
    isend(tensor, dst, group, tag, group_dst).wait()


def irecv(tensor, src=None, group=None, tag=0, group_src=None):
    """Store what process `src` sends in the tensor; returns a `Work`."""
    _check_tensor(tensor, "tensor")
    found, place = _partner(group, src, group_src, "source")
    return Work(lambda: _store(tensor, found._receive(place, -1 - tag)), at_once=False)


def recv(tensor, src=None, group=None, tag=0, group_src=None):
    """Store what process `src` sends in the tensor; returns its number."""
    if src is None and group_src is None:
        raise RuntimeError("recv(): the sending process must be named by src")
    irecv(tensor, src, group, tag, group_src).wait()
    return _number(group, src, group_src)


# ------------------------------------------------------------------ Python objects

def all_gather_object(object_list, obj, group=None):
    """Store every process's object, in order, in the list. Objects go by pickle: use it among trusted processes."""
    found = _world(group)
    data = found._each_to_each(found._next_tag(), [pickle.dumps(obj)] * found.size())
    object_list[:] = [pickle.loads(d) for d in data]


def gather_object(obj, object_gather_list=None, dst=None, group=None, group_dst=None):
    """Store every process's object, in order, in the list of process `dst`."""
    found = _world(group)
    parts = found._to_root(found._next_tag(), pickle.dumps(obj), _root(found, _number(group, dst, group_dst), "gather"))
    if parts is not None:
        object_gather_list[:] = [pickle.loads(p) for p in parts]


def broadcast_object_list(object_list, src=None, group=None, device=None, group_src=None):
    """Give the list in every process the objects it has in process `src`; `device` may be the CPU."""
    assert device is None or str(device) == "cpu", "objects are sent from the CPU"
    found = _world(group)
    root = _root(found, _number(group, src, group_src), "broadcast")
    data = found._from_root(found._next_tag(), pickle.dumps(object_list), root)
    if found.rank() != root:
        object_list[:] = pickle.loads(data)


def scatter_object_list(scatter_object_output_list, scatter_object_input_list=None, src=None, group=None, group_src=None):
    """Store in `scatter_object_output_list[0]` the object of this process's place in the list of process `src`."""
    found = _world(group)
    box = [scatter_object_input_list]
    broadcast_object_list(box, src, group, group_src=group_src)
    scatter_object_output_list[0] = box[0][found.rank()]
