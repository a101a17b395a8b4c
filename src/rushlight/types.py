"""`torch.types`: names for the kinds of values that functions take."""
import os
from collections.abc import Sequence
from typing import IO

from .core.tensor import Size, Tensor
from .devices import device as _device
from .symbols import SymBool, SymFloat, SymInt

_TensorOrTensors = Tensor | Sequence[Tensor]
_bool, _int, _float, _complex = bool, int, float, complex
_size = Size | list | tuple
BoolLikeType = bool | SymBool
Device = _device | str | int | None
FileLike = str | os.PathLike | IO[bytes]
FloatLikeType = float | SymFloat
IntLikeType = int | SymInt
Number = int | float | bool
PySymType = SymInt | SymFloat | SymBool
