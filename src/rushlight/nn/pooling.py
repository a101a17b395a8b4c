"""Pooling layers."""

from __future__ import annotations

from . import functional as F
from .module import Module
from .tuples import _ntuple, _pair, _single, _triple

__all__ = [
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveAvgPool3d",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d",
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "FractionalMaxPool2d",
    "FractionalMaxPool3d",
    "LPPool1d",
    "LPPool2d",
    "LPPool3d",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "MaxUnpool1d",
    "MaxUnpool2d",
    "MaxUnpool3d",
]


class _MaxPoolNd(Module):
    _function = "max_pool1d"

    def __init__(
        self,
        kernel_size,
        stride=None,
        padding=0,
        dilation=1,
        return_indices=False,
        ceil_mode=False,
    ):
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = stride if stride is not None else kernel_size
        self.padding = padding
        self.dilation = dilation
        self.return_indices = return_indices
        self.ceil_mode = ceil_mode

    def forward(self, input):
        """Return the maxima (and, with `return_indices`, their places)."""
        return getattr(F, self._function)(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            ceil_mode=self.ceil_mode,
            return_indices=self.return_indices,
        )

    def extra_repr(self):
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode}"
        )


class MaxPool1d(_MaxPoolNd):
    """The maxima of windows of a (N, C, L) or (C, L) input.

    Args:
        kernel_size: the size of a window.
        stride: from window to window; kernel_size by default.
        padding: positions of -inf on both sides.
        dilation: from tap to tap inside a window.
        return_indices: also return where each maximum was.
        ceil_mode: let the last window reach over the end.
    """


class MaxPool2d(_MaxPoolNd):
    """The maxima of windows of a (N, C, H, W) or (C, H, W) input; see MaxPool1d.

    Example:
        >>> nn.MaxPool2d(2)(torch.ones(1, 3, 8, 8)).shape
        torch.Size([1, 3, 4, 4])
    """

    _function = "max_pool2d"


class MaxPool3d(_MaxPoolNd):
    """The maxima of windows of a (N, C, D, H, W) input; see MaxPool1d."""

    _function = "max_pool3d"


class _MaxUnpoolNd(Module):
    _function = "max_unpool1d"
    _tuple = staticmethod(_single)

    def __init__(self, kernel_size, stride=None, padding=0):
        super().__init__()
        self.kernel_size = self._tuple(kernel_size)
        self.stride = self._tuple(stride if stride is not None else kernel_size)
        self.padding = self._tuple(padding)

    def forward(self, input, indices, output_size=None):
        """Return zeros with the input put to the places that the pooling's indices name."""
        return getattr(F, self._function)(
            input, indices, self.kernel_size, self.stride, self.padding, output_size
        )

    def extra_repr(self):
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxUnpool1d(_MaxUnpoolNd):
    """The values of MaxPool1d put back where they were; see functional.max_unpool1d."""


class MaxUnpool2d(_MaxUnpoolNd):
    """The values of MaxPool2d put back where they were; see functional.max_unpool1d."""

    _function = "max_unpool2d"
    _tuple = staticmethod(_pair)


class MaxUnpool3d(_MaxUnpoolNd):
    """The values of MaxPool3d put back where they were; see functional.max_unpool1d."""

    _function = "max_unpool3d"
    _tuple = staticmethod(_triple)


class _AvgPoolNd(Module):
    def extra_repr(self):
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool1d(_AvgPoolNd):
    """The means of windows of a (N, C, L) or (C, L) input.

    Args:
        kernel_size: the size of a window.
        stride: from window to window; kernel_size by default.
        padding: zeros on both sides.
        ceil_mode: let the last window reach over the end.
        count_include_pad: count the zeros of the padding in the means.
    """

    def __init__(
        self, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True
    ):
        super().__init__()
        self.kernel_size = _single(kernel_size)
        self.stride = _single(stride if stride is not None else kernel_size)
        self.padding = _single(padding)
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad

    def forward(self, input):
        """Return the means."""
        return F.avg_pool1d(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
        )


class _AvgPoolWithDivisor(_AvgPoolNd):
    _function = "avg_pool2d"

    def __init__(
        self,
        kernel_size,
        stride=None,
        padding=0,
        ceil_mode=False,
        count_include_pad=True,
        divisor_override=None,
    ):
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = stride if stride is not None else kernel_size
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override

    def forward(self, input):
        """Return the means."""
        return getattr(F, self._function)(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
            self.divisor_override,
        )

    def __setstate__(self, state):
        super().__setstate__(state)
        for name, value in (
            ("padding", 0),
            ("ceil_mode", False),
            ("count_include_pad", True),
            ("divisor_override", None),
        ):
            self.__dict__.setdefault(name, value)


class AvgPool2d(_AvgPoolWithDivisor):
    """The means of windows of a (N, C, H, W) or (C, H, W) input; see AvgPool1d.

    Args:
        divisor_override: divide the sums by this instead.
    """


class AvgPool3d(_AvgPoolWithDivisor):
    """The means of windows of a (N, C, D, H, W) input; see AvgPool2d."""

    _function = "avg_pool3d"


class _LPPoolNd(Module):
    _function = "lp_pool1d"

    def __init__(self, norm_type, kernel_size, stride=None, ceil_mode=False):
        super().__init__()
        self.norm_type = norm_type
        self.kernel_size = kernel_size
        self.stride = stride
        self.ceil_mode = ceil_mode

    def forward(self, input):
        """Return the p-norms."""
        return getattr(F, self._function)(
            input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode
        )

    def extra_repr(self):
        return (
            f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, "
            f"ceil_mode={self.ceil_mode}"
        )


class LPPool1d(_LPPoolNd):
    """(sum of x^p over a window)^(1/p) of a (N, C, L) or (C, L) input.

    Args:
        norm_type: p.
        kernel_size, stride, ceil_mode: as in AvgPool1d.
    """


class LPPool2d(_LPPoolNd):
    """(sum of x^p over a window)^(1/p) of a (N, C, H, W) input; see LPPool1d."""

    _function = "lp_pool2d"


class LPPool3d(_LPPoolNd):
    """(sum of x^p over a window)^(1/p) of a (N, C, D, H, W) input; see LPPool1d."""

    _function = "lp_pool3d"


class _AdaptiveMaxPoolNd(Module):
    _function = "adaptive_max_pool1d"

    def __init__(self, output_size, return_indices=False):
        super().__init__()
        self.output_size = output_size
        self.return_indices = return_indices

    def forward(self, input):
        """Return the maxima (and, with `return_indices`, their places)."""
        return getattr(F, self._function)(input, self.output_size, self.return_indices)

    def extra_repr(self):
        return f"output_size={self.output_size}"


class AdaptiveMaxPool1d(_AdaptiveMaxPoolNd):
    """The maxima of `output_size` nearly equal parts of the last dimension.

    Args:
        output_size: the size to get.
        return_indices: also return where each maximum was.
    """


class AdaptiveMaxPool2d(_AdaptiveMaxPoolNd):
    """The maxima of nearly equal parts of the last two dimensions; see AdaptiveMaxPool1d."""

    _function = "adaptive_max_pool2d"


class AdaptiveMaxPool3d(_AdaptiveMaxPoolNd):
    """The maxima of nearly equal parts of the last three dimensions; see AdaptiveMaxPool1d."""

    _function = "adaptive_max_pool3d"


class _AdaptiveAvgPoolNd(Module):
    _function = "adaptive_avg_pool1d"

    def __init__(self, output_size):
        super().__init__()
        self.output_size = output_size

    def forward(self, input):
        """Return the means."""
        return getattr(F, self._function)(input, self.output_size)

    def extra_repr(self):
        return f"output_size={self.output_size}"


class AdaptiveAvgPool1d(_AdaptiveAvgPoolNd):
    """The means of `output_size` nearly equal parts of the last dimension."""


class AdaptiveAvgPool2d(_AdaptiveAvgPoolNd):
    """The means of nearly equal parts of the last two dimensions.

    Args:
        output_size: the sizes to get: one int for both, None to keep a size.

    Example:
        >>> nn.AdaptiveAvgPool2d((1, 1))(torch.ones(2, 3, 7, 7)).shape
        torch.Size([2, 3, 1, 1])
    """

    _function = "adaptive_avg_pool2d"


class AdaptiveAvgPool3d(_AdaptiveAvgPoolNd):
    """The means of nearly equal parts of the last three dimensions; see AdaptiveAvgPool2d."""

    _function = "adaptive_avg_pool3d"


class _FractionalMaxPoolNd(Module):
    _n = 2

    def __init__(
        self,
        kernel_size,
        output_size=None,
        output_ratio=None,
        return_indices=False,
        _random_samples=None,
    ):
        super().__init__()
        parse = _ntuple(self._n)
        self.kernel_size = parse(kernel_size)
        self.return_indices = return_indices
        self.register_buffer("_random_samples", _random_samples)
        self.output_size = parse(output_size) if output_size is not None else None
        self.output_ratio = parse(output_ratio) if output_ratio is not None else None
        if output_size is None and output_ratio is None:
            raise ValueError(
                f"{self._get_name()} requires specifying either an output size, or a pooling ratio"
            )
        if output_size is not None and output_ratio is not None:
            raise ValueError("only one of output_size and output_ratio may be specified")
        if self.output_ratio is not None and not all(0 < r < 1 for r in self.output_ratio):
            raise ValueError(f"output_ratio must be between 0 and 1 (got {output_ratio})")

    def forward(self, input):
        """Return the maxima, with their indices if `return_indices`."""
        return getattr(F, f"fractional_max_pool{self._n}d")(
            input,
            self.kernel_size,
            self.output_size,
            self.output_ratio,
            self.return_indices,
            _random_samples=self._random_samples,
        )


class FractionalMaxPool2d(_FractionalMaxPoolNd):
    """The maxima of windows at pseudo-random places of a (N, C, H, W) or (C, H, W) input.

    Args:
        kernel_size: the size of a window.
        output_size: how many windows; or
        output_ratio: how many in proportion to the input, each between 0 and 1.
        return_indices: also return where each maximum was.

    Source: Graham, "Fractional Max-Pooling", 2014.
    """


class FractionalMaxPool3d(_FractionalMaxPoolNd):
    """The maxima of windows at pseudo-random places of a (N, C, D, H, W) input; see FractionalMaxPool2d."""

    _n = 3
