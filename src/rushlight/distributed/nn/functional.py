"""Collectives with gradients: the backward pass of each is the collective that sends things the other way."""
from ...autograd.function import Function
from ...core.tensor import OPS
from .. import distributed_c10d as dist
from ..distributed_c10d import ReduceOp, group as _group

__all__ = ["all_gather", "all_reduce", "all_to_all", "all_to_all_single", "broadcast", "gather", "reduce", "reduce_scatter",
           "scatter"]


def all_reduce(tensor, op=ReduceOp.SUM, group=None):
    """Return the processes' tensors combined, everywhere; gradients are combined the same way."""
    return _AllReduce.apply(op, _group.WORLD if group is None else group, tensor)


def reduce(tensor, dst, op=ReduceOp.SUM, group=None):
    """Return the processes' tensors combined at process `dst` (others: their part, unspecified); gradients come from there."""
    return _Reduce.apply(dst, op, _group.WORLD if group is None else group, tensor)


def broadcast(tensor, src, group=None):
    """Return process `src`'s tensor everywhere; gradients are added up there."""
    return _Broadcast.apply(src, _group.WORLD if group is None else group, tensor)


def all_gather(tensor, group=None):
    """Return a tuple of all processes' tensors, which may differ in shape; each gets the sum of its gradients."""
    group = _group.WORLD if group is None else group
    shapes = [None] * dist.get_world_size(group)
    dist.all_gather_object(shapes, tuple(tensor.shape), group)
    return _AllGather.apply(group, shapes, tensor)


def gather(tensor, dst=0, group=None):
    """Return a tuple of all processes' tensors at process `dst` (zeros elsewhere); gradients are sent back from there."""
    return _Gather.apply(dst, _group.WORLD if group is None else group, tensor)


def scatter(tensors, src=0, group=None):
    """Return this process's part of the list of tensors at process `src`; gradients are collected there."""
    return _Scatter.apply(src, _group.WORLD if group is None else group, *tensors)


def reduce_scatter(output, input_list, op=ReduceOp.SUM, group=None):
    """Return this process's part of the lists combined; gradients are gathered.

    Args:
        output: a tensor of the result's shape; it is filled.
        input_list: a tensor for each process.
    """
    return _ReduceScatter.apply(op, _group.WORLD if group is None else group, output, *input_list)


def all_to_all(output_tensor_list, input_tensor_list, group=None):
    """Return a tuple of what each process sent to this one; gradients go back to the senders.

    Args:
        output_tensor_list: tensors of the results' shapes; they are filled.
        input_tensor_list: a tensor for each process.
    """
    return _AllToAll.apply(_group.WORLD if group is None else group, output_tensor_list, *input_tensor_list)


def all_to_all_single(output, input, output_split_sizes=None, input_split_sizes=None, group=None):
    """Return what each process sent to this one, joined along the first dimension; gradients go back to the senders.

    Args:
        output: a tensor of the result's shape; it is filled.
        input: what this process sends, its first dimension split among the processes.
        output_split_sizes, input_split_sizes: lengths of the parts; equal parts by default.
    """
    return _AllToAllSingle.apply(_group.WORLD if group is None else group, output, output_split_sizes, input_split_sizes, input)


def _place(group):
    return dist.get_rank(group)


def _owned(tensor):
    """A copy that a collective may write into."""
    return tensor.detach().clone().contiguous()


class _AllReduce(Function):
    @staticmethod
    def forward(ctx, op, group, tensor):
        ctx.op, ctx.group = op, group
        tensor = _owned(tensor)
        dist.all_reduce(tensor, op, group)
        return tensor

    @staticmethod
    def backward(ctx, g):
        return None, None, _AllReduce.apply(ctx.op, ctx.group, g)


class _Reduce(Function):
    @staticmethod
    def forward(ctx, dst, op, group, tensor):
        ctx.dst, ctx.group = dst, group
        tensor = _owned(tensor)
        dist.reduce(tensor, dst, op, group)
        return tensor

    @staticmethod
    def backward(ctx, g):
        return None, None, None, _Broadcast.apply(ctx.dst, ctx.group, g)


class _Broadcast(Function):
    @staticmethod
    def forward(ctx, src, group, tensor):
        ctx.src, ctx.group = src, group
        tensor = _owned(tensor)
        dist.broadcast(tensor, src, group)
        return tensor

    @staticmethod
    def backward(ctx, g):
        total = _Reduce.apply(ctx.src, ReduceOp.SUM, ctx.group, g)
        return None, None, total if dist.get_rank() == ctx.src else OPS.zeros_like(total)


class _AllGather(Function):
    @staticmethod
    def forward(ctx, group, shapes, tensor):
        ctx.group = group
        parts = [OPS.empty(s, dtype=tensor.dtype, device=tensor.device) for s in shapes]
        dist.all_gather(parts, tensor.detach().contiguous(), group)
        return tuple(parts)

    @staticmethod
    def backward(ctx, *gs):
        mine = gs[_place(ctx.group)]
        return None, None, _ReduceScatter.apply(ReduceOp.SUM, ctx.group, OPS.empty_like(mine), *gs)


class _Gather(Function):
    @staticmethod
    def forward(ctx, dst, group, tensor):
        ctx.dst, ctx.group = dst, group
        parts = [OPS.zeros_like(tensor) for _ in range(dist.get_world_size(group))]
        dist.gather(tensor.detach().contiguous(), parts if dist.get_rank() == dst else None, dst, group)
        return tuple(parts)

    @staticmethod
    def backward(ctx, *gs):
        return None, None, _Scatter.apply(ctx.dst, ctx.group, *gs)


class _Scatter(Function):
    @staticmethod
    def forward(ctx, src, group, *tensors):
        ctx.src, ctx.group = src, group
        out = OPS.zeros_like(tensors[0]).contiguous()
        dist.scatter(out, [_owned(t) for t in tensors] if dist.get_rank() == src else None, src, group)
        return out

    @staticmethod
    def backward(ctx, g):
        return (None, None, *_Gather.apply(ctx.src, ctx.group, g))


class _ReduceScatter(Function):
    @staticmethod
    def forward(ctx, op, group, output, *input_list):
        ctx.group = group
        output = OPS.empty_like(output.detach()).contiguous()
        dist.reduce_scatter(output, [_owned(t) for t in input_list], op, group)
        return output

    @staticmethod
    def backward(ctx, g):
        shapes = [None] * dist.get_world_size(ctx.group)
        dist.all_gather_object(shapes, tuple(g.shape), ctx.group)
        return (None, None, None, *_AllGather.apply(ctx.group, shapes, g))


class _AllToAll(Function):
    @staticmethod
    def forward(ctx, group, outputs, *inputs):
        ctx.group, ctx.shapes = group, [t.shape for t in inputs]
        parts = [OPS.empty_like(t.detach()).contiguous() for t in outputs]
        dist.all_to_all(parts, [_owned(t) for t in inputs], group)
        return tuple(parts)

    @staticmethod
    def backward(ctx, *gs):
        like = [OPS.empty(s, dtype=gs[0].dtype, device=gs[0].device) for s in ctx.shapes]
        return (None, None, *_AllToAll.apply(ctx.group, like, *gs))


class _AllToAllSingle(Function):
    @staticmethod
    def forward(ctx, group, output, output_split_sizes, input_split_sizes, input):
        ctx.group, ctx.shape = group, input.shape
        ctx.sizes = input_split_sizes, output_split_sizes
        output = OPS.empty_like(output.detach()).contiguous()
        dist.all_to_all_single(output, _owned(input), output_split_sizes, input_split_sizes, group)
        return output

    @staticmethod
    def backward(ctx, g):
        like = OPS.empty(ctx.shape, dtype=g.dtype, device=g.device)
        return None, None, None, None, _AllToAllSingle.apply(ctx.group, like, *ctx.sizes, g)
