"""Packed sequences: sequences of several lengths, longest first, laid step after step into one tensor without padding."""
from ..core.op import OPS, T, composite, op
from ..core.tensor import make
from ..backend.cpu import B as CPU
from .. import dtypes
from ._reduction import printed_as


def _spots(sizes, batch):
    """Return the place of each packed row among the rows of the padded (steps * batch, ...) form, as a list."""
    return [t * batch + b for t, n in enumerate(sizes) for b in range(n)]


@op(ns=(), grad_name="PackPaddedSequenceBackward0")
def take_rows(B, input: T, spots):
    """Return the entries `spots` of the first dimension."""
    return B.take(input, B.asarray(spots, dtype=B.int64), axis=0)


@op(ns=())
def spread_rows(B, input: T, spots, total, value=0):
    """Return `total` entries in the first dimension: those of `input` at `spots`, `value` elsewhere."""
    out = B.full((total, *input.shape[1:]), value, dtype=input.dtype)
    return B.add_at(out, (B.asarray(spots, dtype=B.int64),), input) if not value else B.put(
        out, (B.asarray(spots, dtype=B.int64), ...), input)


take_rows.vjp(input=lambda g, input_shape, spots: spread_rows(g, spots, input_shape[0]))
spread_rows.vjp(input=lambda g, spots: take_rows(g, spots))


def _check_lengths(lengths):
    if lengths.dim() != 1 or lengths.dtype is not dtypes.int64:
        raise RuntimeError(f"'lengths' argument should be a 1D CPU int64 tensor, but got {lengths.dim()}D "
                           f"{lengths.device} {lengths.dtype.short} tensor")


@composite(method=False)
def _pack_padded_sequence(input, lengths, batch_first):
    """Return (rows of all sequences step by step, number of sequences in each step) of a padded tensor.

    Args:
        input: (steps, batch, ...), or (batch, steps, ...) with `batch_first`.
        lengths: of each sequence, in falling order.
    """
    _check_lengths(lengths)
    steps, batch = input.size(1 if batch_first else 0), input.size(0 if batch_first else 1)
    if not input.numel():
        raise RuntimeError("Cannot pack empty tensors.")
    found = lengths.tolist()
    if len(found) != batch:
        raise RuntimeError(f"Expected `len(lengths)` to be equal to batch_size, but got {len(found)} (batch_size={batch})")
    if found[-1] <= 0:
        raise RuntimeError("Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0")
    if any(a < b for a, b in zip(found, found[1:])):
        raise RuntimeError("`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass "
                           "`enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this requirement "
                           "if you do not need ONNX exportability.")
    if found[0] > steps:
        raise RuntimeError(f"a sequence has length {found[0]}, and the padded tensor only {steps} steps")
    if batch_first:
        input = OPS.transpose(input, 0, 1)
    sizes = [sum(n > t for n in found) for t in range(found[0])]
    rows = OPS.reshape(input, (steps * batch, *input.shape[2:]))
    return take_rows(rows, tuple(_spots(sizes, batch))), make(CPU.asarray(sizes, dtype=CPU.int64))


@composite(method=False)
def _pad_packed_sequence(data, batch_sizes, batch_first, padding_value, total_length):
    """Return (padded tensor, lengths) of packed rows: what `_pack_padded_sequence` was given.

    Args:
        data, batch_sizes: as it returned them.
        padding_value: what stands after the end of the shorter sequences.
        total_length: steps of the result, if not the longest length.
    """
    _check_lengths(batch_sizes)
    sizes = batch_sizes.tolist()
    batch, steps = sizes[0], len(sizes)
    if total_length is not None and total_length > 0:
        if total_length < steps:
            raise ValueError("Expected total_length to be at least the length of the longest sequence in input, but got "
                             f"total_length={total_length} and max sequence length being {steps}")
        steps = total_length
    if data.shape[0] != sum(sizes):
        data = OPS.narrow(data, 0, 0, sum(sizes))
    rows = spread_rows(data, tuple(_spots(sizes, batch)), steps * batch, padding_value)
    out = printed_as(OPS.reshape(rows, (steps, batch, *data.shape[1:])), "torch::autograd::CopySlices")
    lengths = make(CPU.asarray([sum(n > b for n in sizes) for b in range(batch)], dtype=CPU.int64))
    return (OPS.transpose(out, 0, 1) if batch_first else out), lengths


def pad_sequence(sequences, batch_first=False, padding_value=0.0, padding_side="right"):
    """Return the tensors side by side in one, the shorter ones padded; `nn.utils.rnn.pad_sequence` says more."""
    if padding_side not in ("left", "right"):
        raise RuntimeError(f"Expected padding_side to be one of left or right, but got {padding_side}.")
    if not sequences:
        raise RuntimeError("received an empty list of sequences")
    steps, trailing = max(s.size(0) for s in sequences), tuple(sequences[0].shape[1:])
    first = [0 if padding_side == "right" else steps - s.size(0) for s in sequences]
    n = len(sequences)
    if batch_first:
        spots = [k * steps + at + t for k, (s, at) in enumerate(zip(sequences, first)) for t in range(s.size(0))]
    else:
        spots = [(at + t) * n + k for k, (s, at) in enumerate(zip(sequences, first)) for t in range(s.size(0))]
    dtype = sequences[0].dtype
    rows = [(s if s.dtype is dtype else s.to(dtype)).expand(s.size(0), *trailing) for s in sequences]
    out = spread_rows(OPS.cat(rows) if n > 1 else rows[0], tuple(spots), steps * n, padding_value)
    shape = (n, steps, *trailing) if batch_first else (steps, n, *trailing)
    return printed_as(OPS.reshape(out, shape), "torch::autograd::CopySlices")


composite(pad_sequence, ns=(), name="pad_sequence", method=False)
