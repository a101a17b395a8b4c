"""Activation layers: one elementwise function each, with its options as attributes."""

from __future__ import annotations

import warnings

from ..core.tensor import OPS
from ..ops.activation import relu as _relu
from . import functional as F
from . import init as initializers
from .linear import NonDynamicallyQuantizableLinear
from .module import Module
from .parameter import Parameter

__all__ = [
    "CELU",
    "ELU",
    "GELU",
    "GLU",
    "SELU",
    "Hardshrink",
    "Hardsigmoid",
    "Hardswish",
    "Hardtanh",
    "LeakyReLU",
    "LogSigmoid",
    "LogSoftmax",
    "Mish",
    "MultiheadAttention",
    "PReLU",
    "RReLU",
    "ReLU",
    "ReLU6",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softmax2d",
    "Softmin",
    "Softplus",
    "Softshrink",
    "Softsign",
    "Tanh",
    "Tanhshrink",
    "Threshold",
]


def _inplace_str(module, lead=""):
    return f"{lead}inplace=True" if module.inplace else ""


class Threshold(Module):
    """x where x > threshold, else `value`.

    Args:
        threshold, value: as in the formula.
        inplace: change the input itself.
    """

    def __init__(self, threshold, value, inplace=False):
        super().__init__()
        self.threshold = threshold
        self.value = value
        self.inplace = inplace

    def forward(self, input):
        """Return the function of each element."""
        return F.threshold(input, self.threshold, self.value, self.inplace)

    def extra_repr(self):
        return f"threshold={self.threshold}, value={self.value}{_inplace_str(self, ', ')}"


class ReLU(Module):
    """max(0, x).

    Args:
        inplace: change the input itself.

    Example:
        >>> nn.ReLU()(torch.tensor([-1., 2.]))
        tensor([0., 2.])
    """

    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, input):
        """Return the function of each element."""
        return _relu.inplace(input) if self.inplace else _relu(input)

    def extra_repr(self):
        return _inplace_str(self)


class RReLU(Module):
    """x for x >= 0, else a x with a drawn from U(lower, upper) in training, their mean otherwise.

    Args:
        lower, upper: limits of the slope.
        inplace: change the input itself.
    """

    def __init__(self, lower=1.0 / 8, upper=1.0 / 3, inplace=False):
        super().__init__()
        self.lower = lower
        self.upper = upper
        self.inplace = inplace

    def forward(self, input):
        """Return the function of each element."""
        return F.rrelu(input, self.lower, self.upper, self.training, self.inplace)

    def extra_repr(self):
        return f"lower={self.lower}, upper={self.upper}{_inplace_str(self, ', ')}"


class Hardtanh(Module):
    """x limited to [min_val, max_val].

    Args:
        min_val, max_val: the limits.
        inplace: change the input itself.
        min_value, max_value: old names of the limits.
    """

    def __init__(self, min_val=-1.0, max_val=1.0, inplace=False, min_value=None, max_value=None):
        super().__init__()
        if min_value is not None:
            warnings.warn(
                "keyword argument `min_value` is deprecated and renamed to `min_val`",
                FutureWarning,
                stacklevel=2,
            )
            min_val = min_value
        if max_value is not None:
            warnings.warn(
                "keyword argument `max_value` is deprecated and renamed to `max_val`",
                FutureWarning,
                stacklevel=2,
            )
            max_val = max_value
        self.min_val = min_val
        self.max_val = max_val
        self.inplace = inplace
        if self.max_val <= self.min_val:
            raise AssertionError(
                f"max_val ({self.max_val}) must be greater than min_val ({self.min_val})"
            )

    def forward(self, input):
        """Return the function of each element."""
        return F.hardtanh(input, self.min_val, self.max_val, self.inplace)

    def extra_repr(self):
        return f"min_val={self.min_val}, max_val={self.max_val}{_inplace_str(self, ', ')}"


class ReLU6(Hardtanh):
    """min(max(0, x), 6).

    Args:
        inplace: change the input itself.
    """

    def __init__(self, inplace=False):
        super().__init__(0.0, 6.0, inplace)

    def extra_repr(self):
        return _inplace_str(self)


class Sigmoid(Module):
    """1 / (1 + e^-x)."""

    def forward(self, input):
        """Return the function of each element."""
        return input.sigmoid()


class Hardsigmoid(Module):
    """x/6 + 1/2, limited to [0, 1].

    Args:
        inplace: change the input itself.
    """

    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, input):
        """Return the function of each element."""
        return F.hardsigmoid(input, self.inplace)


class Tanh(Module):
    """The hyperbolic tangent."""

    def forward(self, input):
        """Return the function of each element."""
        return input.tanh()


class SiLU(Module):
    """x sigmoid(x), also called swish.

    Args:
        inplace: change the input itself.
    """

    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, input):
        """Return the function of each element."""
        return F.silu(input, inplace=self.inplace)

    def extra_repr(self):
        return _inplace_str(self)


class Mish(Module):
    """x tanh(softplus(x)).

    Args:
        inplace: change the input itself.
    """

    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, input):
        """Return the function of each element."""
        return F.mish(input, inplace=self.inplace)

    def extra_repr(self):
        return _inplace_str(self)


class Hardswish(Module):
    """x min(max(x + 3, 0), 6) / 6.

    Args:
        inplace: change the input itself.
    """

    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, input):
        """Return the function of each element."""
        return F.hardswish(input, self.inplace)


class ELU(Module):
    """x for x > 0, else alpha (e^x - 1).

    Args:
        alpha: the negative limit's size.
        inplace: change the input itself.
    """

    def __init__(self, alpha=1.0, inplace=False):
        super().__init__()
        self.alpha = alpha
        self.inplace = inplace

    def forward(self, input):
        """Return the function of each element."""
        return F.elu(input, self.alpha, self.inplace)

    def extra_repr(self):
        return f"alpha={self.alpha}{_inplace_str(self, ', ')}"


class CELU(Module):
    """max(0, x) + min(0, alpha (e^(x/alpha) - 1)).

    Args:
        alpha: as in the formula.
        inplace: change the input itself.
    """

    def __init__(self, alpha=1.0, inplace=False):
        super().__init__()
        self.alpha = alpha
        self.inplace = inplace

    def forward(self, input):
        """Return the function of each element."""
        return F.celu(input, self.alpha, self.inplace)

    def extra_repr(self):
        return f"alpha={self.alpha}{_inplace_str(self, ', ')}"


class SELU(Module):
    """scale (max(0, x) + min(0, alpha (e^x - 1))), with the two constants of the paper.

    Args:
        inplace: change the input itself.

    Source: Klambauer et al., Self-Normalizing Neural Networks (2017).
    """

    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, input):
        """Return the function of each element."""
        return F.selu(input, self.inplace)

    def extra_repr(self):
        return _inplace_str(self)


class GLU(Module):
    """a sigmoid(b), where a and b are the halves of the input along `dim`."""

    def __init__(self, dim=-1):
        super().__init__()
        self.dim = dim

    def forward(self, input):
        """Return a tensor of half the size along `dim`."""
        return F.glu(input, self.dim)

    def extra_repr(self):
        return f"dim={self.dim}"


class GELU(Module):
    """x Phi(x), with the normal distribution's Phi.

    Args:
        approximate: "none" for the exact function, "tanh" for its approximation by tanh.
    """

    def __init__(self, approximate="none"):
        super().__init__()
        self.approximate = approximate

    def forward(self, input):
        """Return the function of each element."""
        return F.gelu(input, approximate=self.approximate)

    def extra_repr(self):
        return f"approximate={self.approximate!r}"


class Hardshrink(Module):
    """x where |x| > lambd, else 0."""

    def __init__(self, lambd=0.5):
        super().__init__()
        self.lambd = lambd

    def forward(self, input):
        """Return the function of each element."""
        return F.hardshrink(input, self.lambd)

    def extra_repr(self):
        return f"{self.lambd}"


class LeakyReLU(Module):
    """x for x >= 0, else negative_slope x.

    Args:
        negative_slope: as in the formula.
        inplace: change the input itself.
    """

    def __init__(self, negative_slope=1e-2, inplace=False):
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, input):
        """Return the function of each element."""
        return F.leaky_relu(input, self.negative_slope, self.inplace)

    def extra_repr(self):
        return f"negative_slope={self.negative_slope}{_inplace_str(self, ', ')}"


class LogSigmoid(Module):
    """log(sigmoid(x)), without overflow."""

    def forward(self, input):
        """Return the function of each element."""
        return F.logsigmoid(input)


class Softplus(Module):
    """log(1 + e^(beta x)) / beta, and x itself where beta x > threshold.

    Args:
        beta, threshold: as in the formula.
    """

    def __init__(self, beta=1.0, threshold=20.0):
        super().__init__()
        self.beta = beta
        self.threshold = threshold

    def forward(self, input):
        """Return the function of each element."""
        return F.softplus(input, self.beta, self.threshold)

    def extra_repr(self):
        return f"beta={self.beta}, threshold={self.threshold}"


class Softshrink(Module):
    """x moved towards 0 by lambd, and 0 within +-lambd."""

    def __init__(self, lambd=0.5):
        super().__init__()
        self.lambd = lambd

    def forward(self, input):
        """Return the function of each element."""
        return F.softshrink(input, self.lambd)

    def extra_repr(self):
        return str(self.lambd)


class PReLU(Module):
    """x for x >= 0, else a x with a learned slope a, one for all channels or one for each.

    Args:
        num_parameters: 1, or the number of channels (dimension 1).
        init: the slope to start with.

    Attributes:
        weight: a, (num_parameters,).
    """

    def __init__(self, num_parameters=1, init=0.25, device=None, dtype=None):
        super().__init__()
        self.num_parameters = num_parameters
        self.init = init
        self.weight = Parameter(OPS.empty(num_parameters, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self):
        """Set the slopes to the value they started with."""
        initializers.constant_(self.weight, self.init)

    def forward(self, input):
        """Return the function of each element."""
        return F.prelu(input, self.weight)

    def extra_repr(self):
        return f"num_parameters={self.num_parameters}"


class Softsign(Module):
    """x / (1 + |x|)."""

    def forward(self, input):
        """Return the function of each element."""
        return F.softsign(input)


class Tanhshrink(Module):
    """x - tanh(x)."""

    def forward(self, input):
        """Return the function of each element."""
        return F.tanhshrink(input)


class _AlongDim(Module):
    """A function along one dimension, which old saved modules may lack."""

    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def __setstate__(self, state):
        super().__setstate__(state)
        self.__dict__.setdefault("dim", None)

    def extra_repr(self):
        return f"dim={self.dim}"


class Softmin(_AlongDim):
    """The softmax of -x along `dim`."""

    def forward(self, input):
        """Return the probabilities."""
        return F.softmin(input, self.dim, _stacklevel=5)


class Softmax(_AlongDim):
    """e^x divided by its sum along `dim`.

    Args:
        dim: the dimension that sums to 1; leaving it out is deprecated.
    """

    def forward(self, input):
        """Return the probabilities."""
        return F.softmax(input, self.dim, _stacklevel=5)


class Softmax2d(Module):
    """Softmax over the channels of a (C, H, W) or (N, C, H, W) input."""

    def forward(self, input):
        """Return the probabilities."""
        if input.dim() not in (3, 4):
            raise ValueError(
                f"Softmax2d: expected input to be 3D or 4D, got {input.dim()}D instead"
            )
        return F.softmax(input, -3, _stacklevel=5)


class LogSoftmax(_AlongDim):
    """The logarithm of the softmax along `dim`, computed without overflow."""

    def forward(self, input):
        """Return the logarithms of the probabilities."""
        return F.log_softmax(input, self.dim, _stacklevel=5)


class MultiheadAttention(Module):
    """Attention in several heads side by side, with linear layers before and after.

    Args:
        embed_dim: features of query and output, shared out over the heads.
        num_heads: how many.
        dropout: probability of dropout of the weights.
        bias: whether the linear layers have biases.
        add_bias_kv: learn one more key and value that all queries see.
        add_zero_attn: one more key and value of zeros.
        kdim, vdim: features of key and value, embed_dim by default.
        batch_first: tensors are (batch, steps, features), not (steps, batch, features).

    Attributes:
        in_proj_weight, in_proj_bias: of query, key and value, one below the other; with kdim or
            vdim the weights are q_proj_weight, k_proj_weight and v_proj_weight.
        out_proj: the linear layer behind.

    Example:
        >>> attention = nn.MultiheadAttention(16, 4, batch_first=True)
        >>> x = torch.rand(2, 5, 16)
        >>> output, weights = attention(x, x, x)
        >>> output.shape, weights.shape
        (torch.Size([2, 5, 16]), torch.Size([2, 5, 5]))

    Source: Vaswani et al., "Attention Is All You Need", 2017.
    """

    def __init__(
        self,
        embed_dim,
        num_heads,
        dropout=0.0,
        bias=True,
        add_bias_kv=False,
        add_zero_attn=False,
        kdim=None,
        vdim=None,
        batch_first=False,
        device=None,
        dtype=None,
    ):
        super().__init__()
        if embed_dim <= 0 or num_heads <= 0:
            raise ValueError(
                f"embed_dim and num_heads must be greater than 0, got embed_dim={embed_dim} "
                f"and num_heads={num_heads} instead"
            )
        self.embed_dim = embed_dim
        self.kdim = kdim if kdim is not None else embed_dim
        self.vdim = vdim if vdim is not None else embed_dim
        self._qkv_same_embed_dim = self.kdim == embed_dim and self.vdim == embed_dim
        self.num_heads = num_heads
        self.dropout = dropout
        self.batch_first = batch_first
        self.head_dim = embed_dim // num_heads
        if self.head_dim * num_heads != embed_dim:
            raise AssertionError("embed_dim must be divisible by num_heads")

        def parameter(name, *shape):
            empty = OPS.empty(shape, device=device, dtype=dtype) if shape else None
            self.register_parameter(name, Parameter(empty) if shape else None)

        same = self._qkv_same_embed_dim
        parameter("in_proj_weight", *((3 * embed_dim, embed_dim) if same else ()))
        for name, size in (("q", embed_dim), ("k", self.kdim), ("v", self.vdim)):
            parameter(f"{name}_proj_weight", *(() if same else (embed_dim, size)))
        parameter("in_proj_bias", *((3 * embed_dim,) if bias else ()))
        self.out_proj = NonDynamicallyQuantizableLinear(
            embed_dim, embed_dim, bias=bias, device=device, dtype=dtype
        )
        if add_bias_kv:
            parameter("bias_k", 1, 1, embed_dim)
            parameter("bias_v", 1, 1, embed_dim)
        else:
            self.bias_k = self.bias_v = None
        self.add_zero_attn = add_zero_attn
        self._reset_parameters()

    def _reset_parameters(self):
        for name in ("in", "q", "k", "v"):
            weight = getattr(self, f"{name}_proj_weight")
            if weight is not None:
                initializers.xavier_uniform_(weight)
        if self.in_proj_bias is not None:
            initializers.constant_(self.in_proj_bias, 0.0)
            initializers.constant_(self.out_proj.bias, 0.0)
        for extra in (self.bias_k, self.bias_v):
            if extra is not None:
                initializers.xavier_normal_(extra)

    def __setstate__(self, state):
        state.setdefault("_qkv_same_embed_dim", True)
        super().__setstate__(state)

    def forward(
        self,
        query,
        key,
        value,
        key_padding_mask=None,
        need_weights=True,
        attn_mask=None,
        average_attn_weights=True,
        is_causal=False,
    ):
        """Return (output, weights or None).

        Args:
            query, key, value: (steps, batch, features), see batch_first, or without the batch.
            key_padding_mask: (batch, steps of key), True or -inf for keys to leave out.
            need_weights, average_attn_weights: return the weights, as their mean over the heads.
            attn_mask: (steps, steps of key), or one for each sequence and head: True or -inf for
                what is not seen.
            is_causal: attn_mask is the causal one.
        """
        swapped = self.batch_first and query.dim() == 3
        if swapped:
            query, key, value = _swapped(query, key, value)
        separate = not self._qkv_same_embed_dim
        weights = ("q_proj_weight", "k_proj_weight", "v_proj_weight")
        output, attention = F.multi_head_attention_forward(
            query,
            key,
            value,
            self.embed_dim,
            self.num_heads,
            self.in_proj_weight,
            self.in_proj_bias,
            self.bias_k,
            self.bias_v,
            self.add_zero_attn,
            self.dropout,
            self.out_proj.weight,
            self.out_proj.bias,
            training=self.training,
            key_padding_mask=key_padding_mask,
            need_weights=need_weights,
            attn_mask=attn_mask,
            use_separate_proj_weight=separate,
            average_attn_weights=average_attn_weights,
            is_causal=is_causal,
            **({name: getattr(self, name) for name in weights} if separate else {}),
        )
        if swapped:
            output = output.transpose(1, 0)
            if key is query and value is query and not (self.training or output.requires_grad):
                output = output.contiguous()  # as torch's form for self-attention without gradients
        return output, attention

    def merge_masks(self, attn_mask, key_padding_mask, query):
        """Return (one mask for both, its kind: 0 attention, 1 padding, 2 both), or (None, None)."""
        if key_padding_mask is None:
            return attn_mask, None if attn_mask is None else 0
        if attn_mask is None:
            return key_padding_mask, 1
        batch, length = query.shape[:2]
        if attn_mask.dim() == 3:
            attn_mask = attn_mask.view(batch, -1, length, length)
        else:
            attn_mask = attn_mask.view(1, 1, length, length).expand(batch, self.num_heads, -1, -1)
        padding = key_padding_mask.view(batch, 1, 1, length).expand(-1, self.num_heads, -1, -1)
        return attn_mask + padding, 2


def _swapped(query, key, value):
    """Return the three with batch and steps exchanged; the same tensor stays the same."""
    q = query.transpose(1, 0)
    k = q if key is query else key.transpose(1, 0)
    return q, k, k if value is key else q if value is query else value.transpose(1, 0)
