"""`DistributedDataParallel`: the same model in every process of a group, with gradients averaged over them."""
import contextlib

from ...core.engine import queue_callback
from ...core.modes import no_grad
from ...core.tensor import OPS
from ..module import Module


class DistributedDataParallel(Module):
    """Calls `module`; after each backward pass its gradients are the mean over all processes.

    Parameters and buffers start as in the first process. Gradients travel together at the end of the pass.

    Args:
        module: the model, with a parameter that requires a gradient.
        device_ids, output_device: None on the CPU, or the one device of the module.
        broadcast_buffers: whether buffers are sent from the first process before each forward pass in training.
        process_group: the processes; all by default.
        find_unused_parameters: parameters without a gradient count as zero in either case.
        dim, bucket_cap_mb, check_reduction, gradient_as_bucket_view, static_graph: how PyTorch's gradients travel; here
            they always go as one message.

    Raises: RuntimeError for a module without such a parameter; ValueError without a group.
    """

    def __init__(self, module, device_ids=None, output_device=None, dim=0, broadcast_buffers=True, init_sync=True,
                 process_group=None, bucket_cap_mb=None, find_unused_parameters=False, check_reduction=False,
                 gradient_as_bucket_view=False, static_graph=False):
        from ... import distributed
        super().__init__()
        if not any(p.requires_grad for p in module.parameters()):
            raise RuntimeError("DistributedDataParallel is not needed when a module doesn't have any parameter that requires a "
                               "gradient.")
        self._distributed = distributed
        self.process_group = distributed.distributed_c10d._world(process_group)
        self.module = module
        self.device_ids, self.output_device, self.dim = device_ids, output_device, dim
        self.device = next(iter(module.parameters())).device
        self.broadcast_buffers, self.find_unused_parameters = broadcast_buffers, find_unused_parameters
        self.require_backward_grad_sync = True
        self._waiting = False
        if init_sync:
            self._send_state([*module.parameters(), *module.buffers()])
        for p in module.parameters():
            if p.requires_grad:
                p.register_post_accumulate_grad_hook(self._arrived)

    def _send_state(self, tensors):
        if self.process_group.size() > 1:
            first = self.process_group._ranks[0]
            with no_grad():
                for t in tensors:
                    self._distributed.broadcast(t, first, group=self.process_group)

    def _arrived(self, _parameter):
        if self.require_backward_grad_sync and not self._waiting:
            self._waiting = True
            queue_callback(self._average)

    def _average(self):
        """Replace the gradients by their mean over the processes, in one message a dtype."""
        self._waiting = False
        if self.process_group.size() == 1:
            return
        by_dtype = {}
        for p in self.module.parameters():
            if p.requires_grad:
                by_dtype.setdefault(p.dtype, []).append(p)
        with no_grad():
            for parameters in by_dtype.values():
                flat = OPS.cat([OPS.zeros_like(p).reshape(-1) if p.grad is None else p.grad.reshape(-1) for p in parameters])
                self._distributed.all_reduce(flat, self._distributed.ReduceOp.AVG, group=self.process_group)
                for p, mean in zip(parameters, flat.split([p.numel() for p in parameters]), strict=True):
                    if p.grad is None:
                        p.grad = mean.reshape(p.shape).clone()
                    else:
                        p.grad.copy_(mean.reshape(p.shape))

    def forward(self, *args, **kwargs):
        """Call the module."""
        if self.broadcast_buffers and self.training and self.require_backward_grad_sync:
            self._send_state(list(self.module.buffers()))
        return self.module(*args, **kwargs)

    @contextlib.contextmanager
    def no_sync(self):
        """Within it gradients add up in each process alone; the next backward pass outside averages the sums."""
        before, self.require_backward_grad_sync = self.require_backward_grad_sync, False
        try:
            yield
        finally:
            self.require_backward_grad_sync = before

    @contextlib.contextmanager
    def join(self, divide_by_initial_world_size=True, enable=True, throw_on_early_termination=False):
        """A block of training for processes with equally many batches.

        Args:
            divide_by_initial_world_size: the mean is over all processes, which is what True asks for.
            enable: whether to check that the number of batches is the same everywhere, at the end.
            throw_on_early_termination: whether an unequal number raises RuntimeError, rather than a wait.
        """
        if not divide_by_initial_world_size or throw_on_early_termination:
            raise RuntimeError("DistributedDataParallel.join(): processes with fewer batches than others are not supported yet")
        yield
        if enable:
            self._distributed.barrier(self.process_group)

    def __getstate__(self):
        state = self.__dict__.copy()
        for name in ("process_group", "_distributed"):
            del state[name]
        return state

    def __setstate__(self, state):
        from ... import distributed
        self.__dict__.update(state, _distributed=distributed, process_group=distributed.distributed_c10d._world())
