"""`torch.futures`: results that arrive later."""
from concurrent.futures import Future as _Result

__all__ = ["Future", "collect_all", "wait_all"]


class Future:
    """A value that arrives later: one thread sets it, others wait for it, and functions can be chained to it.

    Args:
        devices: of the tensors in the value; any may be.
    """

    def __init__(self, *, devices=None):
        self._devices = devices
        self._result = _Result()

    def done(self):
        """Whether the value, or an exception, is there."""
        return self._result.done()

    def wait(self):
        """Return the value when it is there; an exception that was set is raised."""
        return self._result.result()

    def value(self):
        """Return the value; RuntimeError when it is not there yet."""
        if not self.done():
            raise RuntimeError("Future is not completed: wait() for it")
        return self._result.result()

    def set_result(self, result):
        """Set the value, once; waiting threads go on and chained functions run."""
        if self.done():
            raise RuntimeError("Future already completed")
        self._result.set_result(result)

    def set_exception(self, result):
        """Set an exception in place of the value."""
        assert isinstance(result, Exception), f"{result} is of type {type(result)}, not an Exception."
        self._result.set_exception(result)

    def then(self, callback):
        """Return the future of `callback(self)`, called when the value is there."""
        made = Future()

        def run(_):
            try:
                made.set_result(callback(self))
            except Exception as error:
                made.set_exception(error)
        self._result.add_done_callback(run)
        return made

    def add_done_callback(self, callback):
        """Call `callback(self)` when the value is there."""
        self._result.add_done_callback(lambda _: callback(self))


def collect_all(futures):
    """Return the future of the list of futures, done when all of them are."""
    futures = list(futures)
    made = Future()
    left = [len(futures)]

    def arrived(_):
        left[0] -= 1
        if not left[0]:
            made.set_result(futures)
    if not futures:
        made.set_result(futures)
    for future in futures:
        future.add_done_callback(arrived)
    return made


def wait_all(futures):
    """Return the values of the futures when all are there; the first exception is raised."""
    return [future.wait() for future in futures]
