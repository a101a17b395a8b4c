"""Exceptions of `torch.compile`."""


class TorchDynamoException(RuntimeError):
    """The base of the compiler's exceptions."""


class InvalidBackend(TorchDynamoException):
    """`torch.compile` was given the name of a backend that nobody has registered."""

    def __init__(self, name):
        super().__init__(f"Invalid backend: {name!r}, see `torch._dynamo.list_backends()` for available backends.")
