"""The types that TorchScript annotations are written with."""
from typing import Any, Dict, List, Optional, Tuple, Union

from ..core.tensor import Tensor

__all__ = ["Any", "Dict", "List", "Optional", "Tensor", "Tuple", "Union"]
