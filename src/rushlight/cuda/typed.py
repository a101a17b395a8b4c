"""`torch.cuda.FloatTensor` and its kin: the old constructors of CUDA tensors."""
from ..backend import cuda as _backend
from ..core.tensor import TensorBase
from ..ops.data import TYPED


class cudatensortype(type):
    """Their class, for which `isinstance` asks for the dtype and the device."""

    def __instancecheck__(cls, instance):
        return isinstance(instance, TensorBase) and instance.dtype is cls.dtype and instance.device.type == "cuda"

    def __call__(cls, *args, **kwargs):
        if not _backend.find()[1]:
            raise TypeError(f"type torch.cuda.{cls.__name__} not available. Torch not compiled with CUDA enabled.")
        return TYPED[cls.dtype](*args, **kwargs).cuda()


def _typed(dtype, cpu):
    return cudatensortype(cpu.__name__, (), {
        "dtype": dtype, "is_cuda": True, "is_sparse": False, "__module__": "torch.cuda",
        "__doc__": f"The old constructor of CUDA tensors of {dtype}: of sizes, or of data."})


CUDA_TYPED = {cpu.__name__: _typed(dtype, cpu) for dtype, cpu in TYPED.items()}
