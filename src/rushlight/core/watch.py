"""Who looks on: the profiler at every op and node, and which backward walk is running."""
import threading


class _Watch:
    """The profiler's two functions, looked at only while `Flags.special` says that some mode is on.

    Attributes:
        on: whether anyone watches.
        op: called as `op(name, args, run)` with a function of the arguments.
        node: called as `node(node, grads, create_graph)`; it runs the node.
    """

    on = False
    op = node = None

    def __init__(self):
        self.local = threading.local()

    def takes(self):
        """Whether this call is to be shown to the watcher; the one that the watcher makes in turn is not."""
        if getattr(self.local, "passing", False):
            self.local.passing = False
            return False
        return True

    def let_pass(self):
        """Do not show the next call of this thread."""
        self.local.passing = True


WATCH = _Watch()


class _Walks(threading.local):
    current = None          # the nodes of the innermost backward walk that this thread runs, and those of them to run


WALKS = _Walks()
