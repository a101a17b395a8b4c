"""Convolution layers."""

from __future__ import annotations

import math

from ..core.modes import no_grad
from ..core.tensor import OPS
from . import functional as F
from . import init
from .lazy import LazyModuleMixin
from .module import Module
from .parameter import Parameter, UninitializedParameter
from .tuples import _pair, _reverse_repeat_tuple, _single, _triple

__all__ = [
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
    "LazyConv1d",
    "LazyConv2d",
    "LazyConv3d",
    "LazyConvTranspose1d",
    "LazyConvTranspose2d",
    "LazyConvTranspose3d",
]

_PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


class _ConvNd(Module):
    """What all convolutions share: options, weight, bias and their initial values."""

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride,
        padding,
        dilation,
        transposed,
        output_padding,
        groups,
        bias,
        padding_mode,
        device=None,
        dtype=None,
    ):
        super().__init__()
        if groups <= 0:
            raise ValueError("groups must be a positive integer")
        if in_channels % groups != 0:
            raise ValueError("in_channels must be divisible by groups")
        if out_channels % groups != 0:
            raise ValueError("out_channels must be divisible by groups")
        if isinstance(padding, str):
            if padding not in ("same", "valid"):
                raise ValueError(
                    f"Invalid padding string {padding!r}, should be one of {{'same', 'valid'}}"
                )
            if padding == "same" and any(s != 1 for s in stride):
                raise ValueError("padding='same' is not supported for strided convolutions")
        if padding_mode not in _PADDING_MODES:
            raise ValueError(
                "padding_mode must be one of {'zeros', 'reflect', 'replicate', 'circular'}, "
                f"but got padding_mode='{padding_mode}'"
            )
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = kernel_size
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.transposed = transposed
        self.output_padding = output_padding
        self.groups = groups
        self.padding_mode = padding_mode
        self._reversed_padding_repeated_twice = self._padding_widths()
        ends = (
            (in_channels, out_channels // groups)
            if transposed
            else (out_channels, in_channels // groups)
        )
        self.weight = Parameter(OPS.empty((*ends, *kernel_size), device=device, dtype=dtype))
        if bias:
            self.bias = Parameter(OPS.empty(out_channels, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def _padding_widths(self):
        """The padding as `functional.pad` takes it: both sides of each dimension, the last one first."""
        if not isinstance(self.padding, str):
            return _reverse_repeat_tuple(self.padding, 2)
        widths = [0] * (2 * len(self.kernel_size))
        if self.padding == "same":
            for i, (d, k) in enumerate(
                zip(reversed(self.dilation), reversed(self.kernel_size), strict=True)
            ):
                total = d * (k - 1)
                widths[2 * i] = total // 2
                widths[2 * i + 1] = total - total // 2
        return widths

    def reset_parameters(self):
        """Draw weight and bias anew, uniform in +-1/sqrt(inputs of one output)."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan_in, _ = init._calculate_fan_in_and_fan_out(self.weight)
            if fan_in != 0:
                bound = 1 / math.sqrt(fan_in)
                init.uniform_(self.bias, -bound, bound)

    def extra_repr(self):
        text = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        if self.padding != (0,) * len(self.padding):
            text += f", padding={self.padding}"
        if self.dilation != (1,) * len(self.dilation):
            text += f", dilation={self.dilation}"
        if self.output_padding != (0,) * len(self.output_padding):
            text += f", output_padding={self.output_padding}"
        if self.groups != 1:
            text += f", groups={self.groups}"
        if self.bias is None:
            text += ", bias=False"
        if self.padding_mode != "zeros":
            text += f", padding_mode={self.padding_mode}"
        return text

    def __setstate__(self, state):
        super().__setstate__(state)
        self.__dict__.setdefault("padding_mode", "zeros")


class _Conv(_ConvNd):
    """A convolution of one to three dimensions; a subclass names its function and its tuples."""

    _tuple = staticmethod(_single)
    _function = "conv1d"

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        dilation=1,
        groups=1,
        bias=True,
        padding_mode="zeros",
        device=None,
        dtype=None,
    ):
        tuple_of = self._tuple
        super().__init__(
            in_channels,
            out_channels,
            tuple_of(kernel_size),
            tuple_of(stride),
            padding if isinstance(padding, str) else tuple_of(padding),
            tuple_of(dilation),
            False,
            tuple_of(0),
            groups,
            bias,
            padding_mode,
            device,
            dtype,
        )

    def _conv_forward(self, input, weight, bias):
        convolve = getattr(F, self._function)
        if self.padding_mode == "zeros":
            return convolve(
                input, weight, bias, self.stride, self.padding, self.dilation, self.groups
            )
        around = F.pad(input, self._reversed_padding_repeated_twice, mode=self.padding_mode)
        return convolve(around, weight, bias, self.stride, 0, self.dilation, self.groups)

    def forward(self, input):
        """Return the convolution of the input."""
        own = self._parameters
        if "weight" in own and "bias" in own:
            return self._conv_forward(input, own["weight"], own["bias"])
        return self._conv_forward(input, self.weight, self.bias)


class Conv1d(_Conv):
    """Convolution (cross-correlation) of a (N, C, L) or (C, L) input.

    Args:
        in_channels, out_channels: C before and after.
        kernel_size: the size of the window.
        stride, padding, dilation: as in functional.conv1d; padding also "valid" or "same".
        groups: how many groups of channels are convolved apart.
        bias: whether a bias is added.
        padding_mode: "zeros", "reflect", "replicate" or "circular".

    Attributes:
        weight: (out_channels, in_channels / groups, kernel_size).
        bias: (out_channels,).
    """


class Conv2d(_Conv):
    """Convolution of a (N, C, H, W) or (C, H, W) input; see Conv1d.

    Example:
        >>> nn.Conv2d(3, 8, 3, padding=1)(torch.ones(2, 3, 32, 32)).shape
        torch.Size([2, 8, 32, 32])
    """

    _tuple = staticmethod(_pair)
    _function = "conv2d"


class Conv3d(_Conv):
    """Convolution of a (N, C, D, H, W) or (C, D, H, W) input; see Conv1d."""

    _tuple = staticmethod(_triple)
    _function = "conv3d"


class _ConvTranspose(_ConvNd):
    """A transposed convolution of one to three dimensions."""

    _tuple = staticmethod(_single)
    _function = "conv_transpose1d"

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        output_padding=0,
        groups=1,
        bias=True,
        dilation=1,
        padding_mode="zeros",
        device=None,
        dtype=None,
    ):
        if padding_mode != "zeros":
            raise ValueError(
                f'Only "zeros" padding mode is supported for {type(self).__name__}'
            )
        tuple_of = self._tuple
        super().__init__(
            in_channels,
            out_channels,
            tuple_of(kernel_size),
            tuple_of(stride),
            tuple_of(padding),
            tuple_of(dilation),
            True,
            tuple_of(output_padding),
            groups,
            bias,
            padding_mode,
            device,
            dtype,
        )

    def _output_padding(self, input, output_size):
        """Return the output_padding that gives `output_size`; ValueError when none does."""
        if output_size is None:
            return self.output_padding
        n = len(self.kernel_size)
        has_batch = input.dim() == n + 2
        lead = 2 if has_batch else 1
        if len(output_size) == lead + n:
            output_size = output_size[lead:]
        if len(output_size) != n:
            raise ValueError(
                f"ConvTranspose{n}D: for {input.dim()}D input, output_size must have {n} or "
                f"{lead + n} elements (got {len(output_size)})"
            )
        low = [
            (input.size(d + lead) - 1) * self.stride[d]
            - 2 * self.padding[d]
            + self.dilation[d] * (self.kernel_size[d] - 1)
            + 1
            for d in range(n)
        ]
        high = [low[d] + self.stride[d] - 1 for d in range(n)]
        if any(not a <= size <= b for size, a, b in zip(output_size, low, high, strict=True)):
            raise ValueError(
                f"requested an output size of {output_size}, but valid sizes range from {low} to "
                f"{high} (for an input of {input.size()[2:]})"
            )
        return [size - a for size, a in zip(output_size, low, strict=True)]

    def forward(self, input, output_size=None):
        """Return the transposed convolution.

        Args:
            output_size: the size to get, where the stride leaves several.
        """
        return getattr(F, self._function)(
            input,
            self.weight,
            self.bias,
            self.stride,
            self.padding,
            self._output_padding(input, output_size),
            self.groups,
            self.dilation,
        )


class ConvTranspose1d(_ConvTranspose):
    """Transposed convolution of a (N, C, L) or (C, L) input: the gradient of Conv1d's input.

    Args:
        in_channels, out_channels: C before and after.
        kernel_size, stride, padding, dilation, groups: those of the convolution it transposes.
        output_padding: added to one side of the output's size.
        bias: whether a bias is added.

    Attributes:
        weight: (in_channels, out_channels / groups, kernel_size).
        bias: (out_channels,).
    """


class ConvTranspose2d(_ConvTranspose):
    """Transposed convolution of a (N, C, H, W) or (C, H, W) input; see ConvTranspose1d."""

    _tuple = staticmethod(_pair)
    _function = "conv_transpose2d"


class ConvTranspose3d(_ConvTranspose):
    """Transposed convolution of a (N, C, D, H, W) or (C, D, H, W) input; see ConvTranspose1d."""

    _tuple = staticmethod(_triple)
    _function = "conv_transpose3d"


class _LazyConvXdMixin(LazyModuleMixin):
    """A convolution that takes in_channels from its first input."""

    def reset_parameters(self):
        """Draw the parameters, once they have a size."""
        if not self.has_uninitialized_params() and self.in_channels != 0:
            super().reset_parameters()

    def initialize_parameters(self, input, *args, **kwargs):
        """Take in_channels from the channels of `input`."""
        if not self.has_uninitialized_params():
            return
        n = len(self.kernel_size)
        if input.dim() not in (n + 1, n + 2):
            raise RuntimeError(
                f"Expected {n + 1}D (unbatched) or {n + 2}D (batched) input to "
                f"{type(self).__name__}, but got input of size: {input.shape}"
            )
        self.in_channels = input.shape[-n - 1]
        if self.in_channels % self.groups != 0:
            raise ValueError("in_channels must be divisible by groups")
        ends = (
            (self.in_channels, self.out_channels // self.groups)
            if self.transposed
            else (self.out_channels, self.in_channels // self.groups)
        )
        with no_grad():
            self.weight.materialize((*ends, *self.kernel_size))
            if self.bias is not None:
                self.bias.materialize((self.out_channels,))
        self.reset_parameters()

    def _without_input(self, out_channels, bias, device, dtype):
        self.weight = UninitializedParameter(device=device, dtype=dtype)
        self.out_channels = out_channels
        if bias:
            self.bias = UninitializedParameter(device=device, dtype=dtype)


class _LazyConv(_LazyConvXdMixin):
    def __init__(
        self,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        dilation=1,
        groups=1,
        bias=True,
        padding_mode="zeros",
        device=None,
        dtype=None,
    ):
        super().__init__(
            0, 0, kernel_size, stride, padding, dilation, groups, False, padding_mode, device, dtype
        )
        self._without_input(out_channels, bias, device, dtype)


class _LazyConvTranspose(_LazyConvXdMixin):
    def __init__(
        self,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        output_padding=0,
        groups=1,
        bias=True,
        dilation=1,
        padding_mode="zeros",
        device=None,
        dtype=None,
    ):
        super().__init__(
            0,
            0,
            kernel_size,
            stride,
            padding,
            output_padding,
            groups,
            False,
            dilation,
            padding_mode,
            device,
            dtype,
        )
        self._without_input(out_channels, bias, device, dtype)


class LazyConv1d(_LazyConv, Conv1d):
    """A Conv1d that takes in_channels from its first input."""

    cls_to_become = Conv1d


class LazyConv2d(_LazyConv, Conv2d):
    """A Conv2d that takes in_channels from its first input."""

    cls_to_become = Conv2d


class LazyConv3d(_LazyConv, Conv3d):
    """A Conv3d that takes in_channels from its first input."""

    cls_to_become = Conv3d


class LazyConvTranspose1d(_LazyConvTranspose, ConvTranspose1d):
    """A ConvTranspose1d that takes in_channels from its first input."""

    cls_to_become = ConvTranspose1d


class LazyConvTranspose2d(_LazyConvTranspose, ConvTranspose2d):
    """A ConvTranspose2d that takes in_channels from its first input."""

    cls_to_become = ConvTranspose2d


class LazyConvTranspose3d(_LazyConvTranspose, ConvTranspose3d):
    """A ConvTranspose3d that takes in_channels from its first input."""

    cls_to_become = ConvTranspose3d
