"""`torch.onnx`: the question that layers ask; there is no export yet."""


def is_in_onnx_export():
    """Whether an export is in progress: never."""
    return False
