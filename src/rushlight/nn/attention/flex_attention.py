"""`torch.nn.attention.flex_attention`: attention whose scores a function of the program changes.

The function is called once, with indices that broadcast to (batch, heads, queries, keys), so it sees all
scores at a time; where torch compiles it into a kernel, here it is made of ordinary ops.
"""

from __future__ import annotations

from math import sqrt

from ... import dtypes
from ...core.tensor import OPS

__all__ = [
    "BlockMask",
    "and_masks",
    "create_block_mask",
    "create_mask",
    "flex_attention",
    "noop_mask",
    "or_masks",
]

_DEFAULT_SPARSE_BLOCK_SIZE = 128


def noop_mask(_batch, _head, _token_q, _token_kv):
    """Return the mask under which everything is seen."""
    return OPS.ones((), dtype=dtypes.bool)


def _indices(batch, heads, queries, keys, device):
    """Return the four indices, each along a dimension of its own."""
    sizes = (batch, heads, queries, keys)
    return [
        OPS.arange(0, n, device=device).view([n if j == k else 1 for j in range(4)])
        for k, n in enumerate(sizes)
    ]


def create_mask(mod_fn, B, H, Q_LEN, KV_LEN, device="cpu"):
    """Return a mask (B, H, Q_LEN, KV_LEN) of what `mod_fn(b, h, q_idx, kv_idx)` says is seen.

    Args:
        mod_fn: a function of index tensors that returns booleans.
        B, H: batch and heads; None for 1.
        Q_LEN, KV_LEN: lengths of queries and keys.
    """
    shape = (1 if B is None else B, 1 if H is None else H, Q_LEN, KV_LEN)
    return mod_fn(*_indices(*shape, device)).expand(shape)


def and_masks(*mask_mods):
    """Return the mask function of what all of these let see."""

    def mask_mod(b, h, q_idx, kv_idx):
        found = b.new_ones((), dtype=dtypes.bool)
        for mod in mask_mods:
            found = found & mod(b, h, q_idx, kv_idx)
        return found

    return mask_mod


def or_masks(*mask_mods):
    """Return the mask function of what any of these lets see."""

    def mask_mod(b, h, q_idx, kv_idx):
        found = b.new_zeros((), dtype=dtypes.bool)
        for mod in mask_mods:
            found = found | mod(b, h, q_idx, kv_idx)
        return found

    return mask_mod


class BlockMask:
    """A mask of (batch, heads, queries, keys) with its function, as `create_block_mask` makes it.

    Attributes:
        mask_mod: the function.
        shape: batch, heads and the lengths.
        seq_lengths: the lengths.
        BLOCK_SIZE: the sizes of the blocks by which its sparsity is counted.
    """

    def __init__(self, mask_mod, mask, block_size):
        self.mask_mod = mask_mod
        self.BLOCK_SIZE = block_size
        self._mask = mask

    @property
    def shape(self):
        """Batch, heads, queries, keys."""
        return tuple(self._mask.shape)

    @property
    def seq_lengths(self):
        """The lengths of queries and keys."""
        return self.shape[2:]

    def numel(self):
        """Return the number of elements of the mask."""
        return self._mask.numel()

    def to(self, device):
        """Return the mask on a device."""
        return BlockMask(self.mask_mod, self._mask.to(device), self.BLOCK_SIZE)

    def to_dense(self):
        """Return which blocks have something to see, int32 (batch, heads, query blocks, key blocks)."""
        batch, heads, queries, keys = self.shape
        rows, columns = self.BLOCK_SIZE
        padded = OPS.pad(self._mask, (0, -keys % columns, 0, -queries % rows))
        blocks = padded.reshape(batch, heads, padded.size(2) // rows, rows, padded.size(3) // columns, columns)
        return blocks.any(-1).any(3).to(dtypes.int32)

    def sparsity(self):
        """Return the percentage of blocks with nothing to see."""
        dense = self.to_dense()
        return 100 * (1 - dense.sum().item() / dense.numel())


def create_block_mask(
    mask_mod, B, H, Q_LEN, KV_LEN, device=None, BLOCK_SIZE=_DEFAULT_SPARSE_BLOCK_SIZE, _compile=False
):
    """Return the BlockMask of a mask function; arguments as in `create_mask`."""
    size = (BLOCK_SIZE, BLOCK_SIZE) if isinstance(BLOCK_SIZE, int) else tuple(BLOCK_SIZE)
    mask = create_mask(mask_mod, B, H, Q_LEN, KV_LEN, "cpu" if device is None else device)
    return BlockMask(mask_mod, mask, size)


def _check(query, key, value):
    if query.dim() != 4 or key.dim() != 4 or value.dim() != 4:
        raise NotImplementedError("NYI: query, key, and value must be 4D tensors")
    if query.size(-1) != key.size(-1):
        raise ValueError("Expect query and key/value to have the same embedding dimension ")


def flex_attention(
    query,
    key,
    value,
    score_mod=None,
    block_mask=None,
    scale=None,
    enable_gqa=False,
    return_lse=False,
):
    """Return softmax(score_mod(scale query key^T)) value.

    Args:
        query, key, value: (batch, heads, steps, features).
        score_mod: a function of (score, b, h, q_idx, kv_idx).
        block_mask: a BlockMask of what is seen.
        scale: 1/sqrt(features) by default.
        enable_gqa: groups of query heads share the fewer heads of key and value.
        return_lse: also return the logarithms of the softmax's denominators.
    """
    _check(query, key, value)
    heads = query.size(1)
    if key.size(1) != heads:
        if not enable_gqa or heads % key.size(1):
            raise ValueError(
                f"Expect query and key/value to have the same number of heads but got Hq={heads} and "
                f"Hkv={key.size(1)}. Try setting enable_gqa=True for GQA."
            )
        key = key.repeat_interleave(heads // key.size(1), 1)
        value = value.repeat_interleave(heads // value.size(1), 1)
    scale = 1 / sqrt(query.size(-1)) if scale is None else scale
    scores = OPS.matmul(query, key.transpose(-2, -1)) * scale
    if score_mod is not None:
        scores = score_mod(scores, *_indices(*scores.shape, scores.device))
    if block_mask is not None:
        scores = scores.masked_fill(~block_mask._mask, -float("inf"))
    blind = (scores == -float("inf")).all(-1, True)
    weights = OPS.softmax(scores.masked_fill(blind, 0.0), -1).masked_fill(blind, 0.0)
    out = OPS.matmul(weights, value)
    return (out, scores.logsumexp(-1)) if return_lse else out
