"""Attention: scaled dot products as one op, and the multi-head form with its projections."""
import warnings
from math import prod, sqrt

from .. import dtypes
from ..backend import base as backends
from ..core.op import OPS, T, composite, op
from ..core.tensor import TensorBase, make
from ..errors import must_be_tensor
from ._dims import broadcast_shape
from ._rules import c_name, not_for, wide
from ._through import recorded, through
from .dropout import _noise

FUNCTIONAL = "nn.functional"


# ------------------------------------------------------------------ scaled dot products

class Ways:
    """Which of torch's ways to attend may be used, and in which order; all of them are this one op."""

    flash = mem_efficient = math = cudnn = True
    order = ()


def _printed(args):
    query, mask, noise = args[0], args[3], args[4]
    fused = query.ndim == 4 and noise is None and not (mask is not None and mask.requires_grad)
    return "ScaledDotProductFlashAttentionForCpuBackward0" if fused else "UnsafeViewBackward0"


def _causal(B, rows, columns):
    """Return the mask of what a position may see: itself and what comes before."""
    return B.expand_dims(B.arange(rows), axis=1) >= B.expand_dims(B.arange(columns), axis=0)


@op(ns=(), outputs=("out", "logs"), returns="out", grad_name=_printed)
def attention(B, query: T, key: T, value: T, mask: T = None, noise: T = None, causal=False, scale=1.0):
    """Return softmax(scale query key^T + mask) value; rows that see nothing are 0.

    For the gradient, `logs` are the logarithms of the softmax's sums, from which it makes the weights anew; `noise` is
    what dropout multiplies them with.
    """
    not_for(B, query, "biuc", "softmax_lastdim_kernel_impl")
    dtype = query.dtype
    query, key, value = wide(B, query), wide(B, key), wide(B, value)
    scores = _scores(B, query, key, mask, causal, scale)
    weights, logs = _safe_softmax(B, scores)
    out = B.gemm(weights if noise is None else weights * wide(B, noise), value)
    return B.cast(out, dtype), B.reshape(logs, logs.shape[:-1])


def _scores(B, query, key, mask, causal, scale):
    scores = B.gemm(query, B.matrix_transpose(key))
    scores *= scale
    if causal:
        scores = B.where(_causal(B, *scores.shape[-2:]), scores, -B.inf)
    if mask is not None:
        scores = B.where(mask, scores, -B.inf) if B.kind(mask) == "b" else scores + wide(B, mask)
    return scores


def _safe_softmax(B, x):
    """Return softmax over the last dimension, 0 where a row is -inf throughout, and log(sum(exp(x))), there 0 too."""
    if not x.shape[-1]:
        return x, B.zeros((*x.shape[:-1], 1), dtype=x.dtype)
    top = B.max(x, axis=-1, keepdims=True)
    top = B.where(top == -B.inf, B.zeros_like(top), top)
    x = B.exp(x - top)
    total = B.sum(x, axis=-1, keepdims=True)
    total = B.where(total == 0, B.ones_like(total), total)
    x /= total
    return x, top + B.log(total)


@op(ns=(), differentiable=False, outputs=("query", "key", "value", "mask"))
def attention_backward(B, grad: T, query: T, key: T, value: T, mask: T = None, noise: T = None, out: T = None, logs: T = None,
                       causal=False, scale=1.0, needs=()):
    """Return the gradients of `attention`'s query, key, value and mask."""
    dtype = query.dtype
    grad, query, key, value = wide(B, grad), wide(B, query), wide(B, key), wide(B, value)
    weights = B.exp(_scores(B, query, key, mask, causal, scale) - B.expand_dims(logs, axis=-1))
    kept = weights if noise is None else weights * wide(B, noise)
    d_value = B.gemm(B.matrix_transpose(kept), grad) if needs[2] else None
    d = B.gemm(grad, B.matrix_transpose(value))
    if noise is not None:
        d = d * wide(B, noise)
    d = weights * d
    d -= weights * B.sum(d, axis=-1, keepdims=True)
    found = (B.gemm(d, key) * scale if needs[0] else None,
             B.gemm(B.matrix_transpose(d), query) * scale if needs[1] else None, d_value, d if needs[3] else None)
    return tuple([None if f is None else B.cast(f, dtype) for f in found])


def _again(causal, scale):
    """Return `attention` in terms of other ops."""
    def forward(query, key, value, mask, noise):
        scores = OPS.matmul(query, key.transpose(-2, -1)) * scale
        blind = None
        if causal:
            blind = OPS.triu(OPS.ones(scores.shape[-2:], dtype=dtypes.bool, device=scores.device), 1)
        elif mask is not None and mask.dtype is dtypes.bool:
            blind = mask.logical_not()
        elif mask is not None:
            scores = scores + mask
        if blind is not None:
            scores = scores.masked_fill(blind, -float("inf"))
        empty = (scores == -float("inf")).all(-1, True)
        weights = OPS.softmax(scores.masked_fill(empty, 0.0), -1).masked_fill(empty, 0.0)
        return (OPS.matmul(weights if noise is None else weights * noise, value),)
    return forward


def _attention_rule(g, query, key, value, mask, noise, out, logs, causal, scale, needs):
    g = g[0] if isinstance(g, tuple) else g
    if recorded(g):
        return through(_again(causal, scale), (g,), (query, key, value, mask, noise), needs)
    return (*attention_backward(g, query, key, value, mask, noise, out, logs, causal, scale, needs), None)


attention.vjp_all(_attention_rule)


def _check_attention(query, key, value, mask, causal):
    for name, t in (("query", query), ("key", key), ("value", value)):
        if not isinstance(t, TensorBase):
            position = ("query", "key", "value").index(name)
            raise TypeError(must_be_tensor("scaled_dot_product_attention", name, position, t))
    if min(query.dim(), key.dim(), value.dim()) < 2:
        raise RuntimeError(f"Expected query, key, and value to all be  at least 2 dimensional, but got query.dim: {query.dim()} "
                           f"key.dim: {key.dim()} and value.dim: {value.dim()} instead.")
    if query.dtype is not key.dtype or query.dtype is not value.dtype:
        raise RuntimeError("Expected query, key, and value to have the same dtype, but got query.dtype: "
                           f"{c_name(query.dtype)} key.dtype: {c_name(key.dtype)} and value.dtype: {c_name(value.dtype)} "
                           "instead.")
    if mask is not None:
        if mask.dtype is not dtypes.bool and mask.dtype is not query.dtype and mask.dtype is not dtypes.float32:
            raise RuntimeError("Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: "
                               f"{c_name(mask.dtype)} and  query.dtype: {c_name(query.dtype)} instead.")
        if causal:
            raise RuntimeError("_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True")
    if not query.dtype.is_floating_point and not query.dtype.is_complex:
        raise RuntimeError(f"expected scalar type Float but found {query.dtype.short}")


def _shared_heads(query, key, value):
    """Return key and value with every head repeated for the queries that share it."""
    heads = query.shape[-3]
    if heads % key.shape[-3] or heads % value.shape[-3]:
        raise RuntimeError("Number of heads in key and value must divide the number of heads in ")
    return (OPS.repeat_interleave(key, heads // key.shape[-3], -3),
            OPS.repeat_interleave(value, heads // value.shape[-3], -3))


@composite(ns=FUNCTIONAL, method=False)
def scaled_dot_product_attention(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None,
                                 enable_gqa=False):
    """Return softmax(scale query key^T + mask) value.

    Args:
        query, key, value: (..., L, E), (..., S, E), (..., S, Ev).
        attn_mask: (..., L, S), what is added, or a boolean mask of what is seen.
        dropout_p: probability of dropout of the weights; applied whenever it is above 0.
        is_causal: position i sees positions 0 ... i; excludes attn_mask.
        scale: 1/sqrt(E) by default.
        enable_gqa: groups of query heads share the fewer heads (dimension -3) of key and value.

    Example:
        >>> q = torch.ones(1, 2, 4)
        >>> torch.nn.functional.scaled_dot_product_attention(q, q, q, is_causal=True)
        tensor([[[1., 1., 1., 1.],
                 [1., 1., 1., 1.]]])

    Source: Vaswani et al., "Attention Is All You Need", 2017. A row that sees nothing is 0, as in torch.
    """
    _check_attention(query, key, value, attn_mask, is_causal)
    if not (Ways.math or Ways.flash):
        raise RuntimeError("No viable backend for scaled_dot_product_attention was found. This is likely due to turning off "
                           "both the math kernel and the fused kernels.")
    if enable_gqa:
        key, value = _shared_heads(query, key, value)
    if not 0 <= dropout_p <= 1:
        raise RuntimeError(f"dropout probability has to be between 0 and 1, but got {dropout_p:g}")
    shape = _score_shape(query, key, value)
    if attn_mask is not None:
        if attn_mask.dim() < 2:
            attn_mask.size(-2)              # raises torch's IndexError
        shape = broadcast_shape(shape, tuple(attn_mask.shape))
    scale = 1 / sqrt(query.shape[-1]) if scale is None and query.shape[-1] else 1.0 if scale is None else float(scale)
    noise = _weight_noise(query, shape, dropout_p) if dropout_p else None
    return attention(query, key, value, attn_mask, noise, bool(is_causal), scale)


def _score_shape(query, key, value):
    """Return the shape of query key^T; the products that do not exist raise torch's errors."""
    if query.shape[-1] != key.shape[-1]:
        OPS.matmul(query, OPS.transpose(key, -2, -1))
    batch = broadcast_shape(tuple(query.shape[:-2]), tuple(key.shape[:-2]))
    if key.shape[-2] != value.shape[-2] or batch != broadcast_shape(batch, tuple(value.shape[:-2])):
        OPS.matmul(OPS.matmul(query, OPS.transpose(key, -2, -1)), value)
    return (*batch, query.shape[-2], key.shape[-2])


def _weight_noise(query, shape, p):
    """Return what dropout multiplies weights of this shape with: PyTorch's numbers for the same seed."""
    B = backends.of_array(query._array)
    noise = B.zeros(shape, dtype=query._array.dtype)
    return make(_noise(B, noise, p) if p < 1 and prod(shape) else noise)


# ------------------------------------------------------------------ masks

def canonical_mask(mask, name, other, other_name, dtype):
    """Return a mask of what is left out as a float mask that is added; warn as torch does when two masks differ in kind."""
    if mask is None:
        return None
    if mask.dtype is not dtypes.bool and not mask.dtype.is_floating_point:
        raise AssertionError(f"only bool and floating types of {name} are supported")
    if other is not None and mask.dtype is not other.dtype:
        warnings.warn(f"Support for mismatched {name} and {other_name} is deprecated. Use same type for both instead.",
                      stacklevel=5)
    if mask.dtype is not dtypes.bool:
        return mask
    return OPS.zeros_like(mask, dtype=dtype).masked_fill_(mask, -float("inf"))


def _check_heads(query, key, value, padding, mask, heads):
    """Return whether the query has a batch; AssertionError where the numbers of dimensions do not fit."""
    if query.dim() not in (2, 3):
        raise AssertionError("query should be unbatched 2D or batched 3D tensor but received "
                             f"{query.dim()}-D query tensor")
    batched = query.dim() == 3
    kind, n = ("batched (3-D)", 3) if batched else ("unbatched (2-D)", 2)
    if key.dim() != n or value.dim() != n:
        raise AssertionError(f"For {kind} `query`, expected `key` and `value` to be {n}-D but found {key.dim()}-D and "
                             f"{value.dim()}-D tensors respectively")
    if padding is not None and padding.dim() != n - 1:
        raise AssertionError(f"For {kind} `query`, expected `key_padding_mask` to be `None` or {n - 1}-D but found "
                             f"{padding.dim()}-D tensor instead")
    if mask is not None:
        if mask.dim() not in (2, 3):
            raise AssertionError(f"For {kind} `query`, expected `attn_mask` to be `None`, 2-D or 3-D but found {mask.dim()}-D "
                                 "tensor instead")
        if not batched and mask.dim() == 3:
            expected = (heads, query.shape[0], key.shape[0])
            if tuple(mask.shape) != expected:
                raise AssertionError(f"Expected `attn_mask` shape to be {expected} but got {mask.shape}")
    return batched


def _head_mask(mask, heads, batch, length, source):
    """Return attn_mask as (1 or batch * heads, length, source); RuntimeError for another shape."""
    if mask is None:
        return None
    n = mask.dim()
    expected = (length, source) if n == 2 else (batch * heads, length, source)
    if n not in (2, 3):
        raise RuntimeError(f"attn_mask's dimension {n} is not supported")
    if tuple(mask.shape) != expected:
        raise RuntimeError(f"The shape of the {n}D attn_mask is {mask.shape}, but should be {expected}.")
    return mask.unsqueeze(0) if n == 2 else mask


# ------------------------------------------------------------------ projections

def _project(query, key, value, weight, bias, parts, embed):
    """Return the projections of query, key and value; equal inputs take one product for all."""
    if parts is not None:
        q, k, v = parts
        sizes = ((q, "q", embed), (k, "k", key.size(-1)), (v, "v", value.size(-1)))
        for w, name, size in sizes:
            if w is None:
                raise AssertionError(f"use_separate_proj_weight is True but {name}_proj_weight is None")
            if tuple(w.shape) != (embed, size):
                raise AssertionError(f"expecting {name}uery weights shape of {(embed, size)}, but got {w.shape}")
        b = (None,) * 3 if bias is None else bias.chunk(3)
        return OPS.linear(query, q, b[0]), OPS.linear(key, k, b[1]), OPS.linear(value, v, b[2])
    if weight is None:
        raise AssertionError("use_separate_proj_weight is False but in_proj_weight is None")
    if key is value and query is key:
        return _split(OPS.linear(query, weight, bias), 3)
    if key is value:
        b = (None, None) if bias is None else bias.split([embed, 2 * embed])
        w = weight.split([embed, 2 * embed])
        return (OPS.linear(query, w[0], b[0]), *_split(OPS.linear(key, w[1], b[1]), 2))
    b = (None,) * 3 if bias is None else bias.chunk(3)
    return tuple(OPS.linear(x, w, c) for x, w, c in zip((query, key, value), weight.chunk(3), b))


def _split(x, n):
    """Return the n parts of the last dimension, each contiguous."""
    parts = x.unflatten(-1, (n, x.size(-1) // n)).unsqueeze(0).transpose(0, -2).squeeze(-2).contiguous()
    return tuple(parts[k] for k in range(n))


def _by_head(x, batch, heads):
    """Return (steps, batch, features) as (batch * heads, steps, features of a head)."""
    return x.view(x.shape[0], batch * heads, x.shape[-1] // heads).transpose(0, 1)


def _static(x, name, batch_heads, size):
    """Return static_k or static_v, checked against the shape they must have."""
    for k, (what, expected) in enumerate((("size(0)", batch_heads), ("size(2)", size))):
        if x.size(2 * k) != expected:
            raise AssertionError(f"expecting {name}.{what} of {expected}, but got {x.size(2 * k)}")
    return x


class _Masks:
    """Padding mask and attention mask, which grow with the keys."""

    def __init__(self, attention, padding):
        self.attention, self.padding = attention, padding

    def grow(self):
        """Let everyone see one more key."""
        self.attention, self.padding = (None if m is None else OPS.pad(m, (0, 1)) for m in (self.attention, self.padding))

    def merged(self, batch, heads, source):
        """Return the one mask that is added to the scores."""
        if self.padding is None:
            return self.attention
        if tuple(self.padding.shape) != (batch, source):
            for k, expected in enumerate((batch, source)):
                if self.padding.shape[k] != expected:
                    raise AssertionError(f"Expected key_padded_mask.shape[{k}] to be {expected}, but got "
                                         f"{self.padding.shape[k]}")
        padding = self.padding.view(batch, 1, 1, source).expand(-1, heads, -1, -1).reshape(batch * heads, 1, source)
        return padding if self.attention is None else self.attention + padding


@composite(ns=FUNCTIONAL, method=False)
def multi_head_attention_forward(query, key, value, embed_dim_to_check, num_heads, in_proj_weight, in_proj_bias, bias_k,
                                 bias_v, add_zero_attn, dropout_p, out_proj_weight, out_proj_bias, training=True,
                                 key_padding_mask=None, need_weights=True, attn_mask=None, use_separate_proj_weight=False,
                                 q_proj_weight=None, k_proj_weight=None, v_proj_weight=None, static_k=None, static_v=None,
                                 average_attn_weights=True, is_causal=False):
    """Return (output, weights or None) of attention in several heads, with projections before and after.

    Args:
        query, key, value: (L, N, E), (S, N, Ek), (S, N, Ev), or without N.
        embed_dim_to_check, num_heads: E and the number of heads that share it.
        in_proj_weight, in_proj_bias: of query, key and value, one below the other; with `use_separate_proj_weight`
            the weights are q_proj_weight, k_proj_weight and v_proj_weight.
        bias_k, bias_v: one more key and value for all, (1, 1, E).
        add_zero_attn: one more key and value of zeros.
        dropout_p, training: dropout of the weights.
        key_padding_mask: (N, S), True or -inf for keys to leave out.
        attn_mask: (L, S) or (N num_heads, L, S), True for what is not seen, or what is added.
        static_k, static_v: keys and values already split by head.
        need_weights, average_attn_weights: return the weights, as their mean over the heads.
        is_causal: attn_mask is the causal one.

    Source: Vaswani et al., "Attention Is All You Need", 2017. With weights a row that sees nothing is nan, else 0.
    """
    batched = _check_heads(query, key, value, key_padding_mask, attn_mask, num_heads)
    if not batched:
        query, key, value = _with_batch(query, key, value)
        key_padding_mask = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
    length, batch, embed = query.shape
    padding = canonical_mask(key_padding_mask, "key_padding_mask", attn_mask, "attn_mask", query.dtype)
    if is_causal and attn_mask is None:
        raise RuntimeError("Need attn_mask if specifying the is_causal hint. You may use the Transformer module method "
                           "`generate_square_subsequent_mask` to create this mask.")
    if is_causal and padding is None and not need_weights:
        attn_mask = None
    else:
        attn_mask = canonical_mask(attn_mask, "attn_mask", None, "", query.dtype)
        is_causal = is_causal and padding is None
    head = _check_sizes(query, key, value, embed_dim_to_check, num_heads, use_separate_proj_weight)
    parts = (q_proj_weight, k_proj_weight, v_proj_weight) if use_separate_proj_weight else None
    q, k, v = _project(query, key, value, in_proj_weight, in_proj_bias, parts, embed)
    masks = _Masks(_head_mask(attn_mask, num_heads, batch, length, key.shape[0]), padding)
    if bias_k is not None and bias_v is not None:
        k, v = OPS.cat([k, bias_k.repeat(1, batch, 1)]), OPS.cat([v, bias_v.repeat(1, batch, 1)])
        masks.grow()
    q = _by_head(q, batch, num_heads)
    k = _by_head(k, batch, num_heads) if static_k is None else _static(static_k, "static_k", batch * num_heads, head)
    v = _by_head(v, batch, num_heads) if static_v is None else _static(static_v, "static_v", batch * num_heads, head)
    if add_zero_attn:
        zeros = OPS.zeros((batch * num_heads, 1, head), dtype=k.dtype, device=k.device)
        k, v = OPS.cat([k, zeros], 1), OPS.cat([v, zeros], 1)
        masks.grow()
    source = k.size(1)
    mask = masks.merged(batch, num_heads, source)
    p = dropout_p if training else 0.0
    if need_weights:
        weights = _weights(q, k, mask, p)
        out = OPS.bmm(weights, v).transpose(0, 1).contiguous().view(length * batch, embed)
    else:
        if mask is not None:
            mask = mask.unsqueeze(0) if mask.size(0) == 1 else mask.view(batch, num_heads, -1, source)
        q, k, v = (x.view(batch, num_heads, -1, head) for x in (q, k, v))
        out = scaled_dot_product_attention(q, k, v, mask, p, is_causal and mask is None)
        out = out.permute(2, 0, 1, 3).contiguous().view(batch * length, embed)
    out = OPS.linear(out, out_proj_weight, out_proj_bias)
    out = out.view(length, batch, out.size(1))
    if need_weights:
        weights = weights.view(batch, num_heads, length, source)
        weights = weights.mean(1) if average_attn_weights else weights
    else:
        weights = None
    if not batched:
        out, weights = out.squeeze(1), None if weights is None else weights.squeeze(0)
    return out, weights


def _weights(q, k, mask, p):
    """Return the weights of all heads, after dropout."""
    q = q * sqrt(1.0 / max(q.shape[-1], 1))
    k = k.transpose(-2, -1)
    scores = OPS.bmm(q, k) if mask is None else OPS.baddbmm(mask, q, k)
    weights = OPS.softmax(scores, -1)
    return OPS.dropout(weights, p, True) if p else weights


def _with_batch(query, key, value):
    """Return the three with a batch of one in the middle; the same tensor stays the same."""
    q = query.unsqueeze(1)
    k = q if key is query else key.unsqueeze(1)
    return q, k, k if value is key else q if value is query else value.unsqueeze(1)


def _check_sizes(query, key, value, embed, heads, separate):
    """Return the features of a head; AssertionError where sizes do not fit."""
    if query.shape[-1] != embed:
        raise AssertionError(f"was expecting embedding dimension of {embed}, but got {query.shape[-1]}")
    head = embed // heads
    if head * heads != embed:
        raise AssertionError(f"embed_dim {embed} not divisible by num_heads {heads}")
    if separate and key.shape[:2] != value.shape[:2]:
        raise AssertionError(f"key's sequence and batch dims {key.shape[:2]} do not match value's {value.shape[:2]}")
    if not separate and key.shape != value.shape:
        raise AssertionError(f"key shape {key.shape} does not match value shape {value.shape}")
    return head
