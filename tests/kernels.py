"""Switching native kernels off, and counting the calls they accept."""

from rushlight.backend.cpu import B as CPU
from rushlight.core.op import Registry


class Kernels:
    """Switches the native kernels off, or counts the calls they accept; both undone by `restore`."""

    def __init__(self):
        self.table = dict(CPU.kernels)
        self.ops = [(op, op.kernel) for op in Registry.ops.values() if op.kernel is not None]
        self.accepted = dict.fromkeys(self.table, 0)

    def off(self):
        def refuse(*args, **kwargs):
            return NotImplemented
        CPU.kernels.update(dict.fromkeys(self.table, refuse))
        for op, _ in self.ops:
            op.kernel = refuse
        forget_rules()

    def count(self):
        names = {}                      # one kernel may stand for an op and for gradient rules
        for name, kernel in self.table.items():
            names.setdefault(kernel, []).append(name)

        def counting(kernel):
            def call(*args, **kwargs):
                result = kernel(*args, **kwargs)
                for name in names[kernel]:
                    self.accepted[name] += result is not NotImplemented
                return result
            return call
        CPU.kernels.update({name: counting(kernel) for name, kernel in self.table.items()})
        for op, kernel in self.ops:
            op.kernel = counting(kernel)
        forget_rules()

    def restore(self):
        CPU.kernels.update(self.table)
        for op, kernel in self.ops:
            op.kernel = kernel
        forget_rules()


def forget_rules():
    """Let every op look up the kernels of its gradient rules again."""
    for op in Registry.ops.values():
        op.plans.clear()
