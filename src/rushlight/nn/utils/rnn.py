"""Packed sequences: batches of sequences of several lengths, for the layers in `nn.rnn`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ...core.tensor import OPS, Tensor
from ...ops import packing

__all__ = [
    "PackedSequence",
    "invert_permutation",
    "pack_padded_sequence",
    "pad_packed_sequence",
    "pad_sequence",
    "unpad_sequence",
    "pack_sequence",
    "unpack_sequence",
]


class PackedSequence_(NamedTuple):
    """The fields of PackedSequence."""

    data: Tensor
    batch_sizes: Tensor
    sorted_indices: Tensor | None
    unsorted_indices: Tensor | None


class PackedSequence(PackedSequence_):
    """Sequences of several lengths in one tensor: the first step of all, then the second, ...

    Made by `pack_padded_sequence` and `pack_sequence`, understood by RNN, LSTM and GRU.

    Attributes:
        data: (sum of the lengths, ...).
        batch_sizes: how many sequences have a first step, a second one, ...; int64, on the CPU.
        sorted_indices: how the sequences were put in falling order of length, None if they were.
        unsorted_indices: how to put them back.
    """

    def __new__(cls, data, batch_sizes=None, sorted_indices=None, unsorted_indices=None):
        fields = _packed_sequence_init_args(data, batch_sizes, sorted_indices, unsorted_indices)
        return super().__new__(cls, *fields)

    def to(self, *args, **kwargs):
        """Return the sequence with `data.to(...)`, the indices on the same device."""
        data = self.data.to(*args, **kwargs)
        if data is self.data:
            return self
        return type(self)(
            data,
            self.batch_sizes,
            bind(self.sorted_indices, lambda t: t.to(data.device)),
            bind(self.unsorted_indices, lambda t: t.to(data.device)),
        )

    def pin_memory(self):
        """Return the sequence in memory that a GPU reads fast."""
        return type(self)(
            self.data.pin_memory(),
            self.batch_sizes,
            bind(self.sorted_indices, lambda t: t.pin_memory()),
            bind(self.unsorted_indices, lambda t: t.pin_memory()),
        )

    def cuda(self, *args, **kwargs):
        """Return the sequence on the GPU."""
        example = OPS.empty((), dtype=self.data.dtype, device=self.data.device).to(*args, **kwargs)
        if example.is_cuda:
            return self.to(*args, **kwargs)
        kwargs["device"] = "cuda"
        return self.to(*args, **kwargs)

    def cpu(self, *args, **kwargs):
        """Return the sequence on the CPU."""
        example = OPS.empty((), dtype=self.data.dtype, device=self.data.device).to(*args, **kwargs)
        if example.device.type == "cpu":
            return self.to(*args, **kwargs)
        kwargs["device"] = "cpu"
        return self.to(*args, **kwargs)

    def double(self):
        """Return the sequence with float64 data."""
        return self._cast("double")

    def float(self):
        """Return the sequence with float32 data."""
        return self._cast("float")

    def half(self):
        """Return the sequence with float16 data."""
        return self._cast("half")

    def long(self):
        """Return the sequence with int64 data."""
        return self._cast("long")

    def int(self):
        """Return the sequence with int32 data."""
        return self._cast("int")

    def short(self):
        """Return the sequence with int16 data."""
        return self._cast("short")

    def char(self):
        """Return the sequence with int8 data."""
        return self._cast("char")

    def byte(self):
        """Return the sequence with uint8 data."""
        return self._cast("byte")

    def _cast(self, name):
        return self.to(dtype=getattr(self.data, name)().dtype)

    @property
    def is_cuda(self):
        """Whether the data are on a GPU."""
        return self.data.is_cuda

    def is_pinned(self):
        """Whether the data are in pinned memory."""
        return self.data.is_pinned()


PackedSequence_.__name__ = PackedSequence_.__qualname__ = "PackedSequence"


def bind(optional, fn):
    """Return `fn(optional)`, or None for None."""
    return None if optional is None else fn(optional)


def _packed_sequence_init_args(data, batch_sizes=None, sorted_indices=None, unsorted_indices=None):
    if unsorted_indices is None:
        unsorted_indices = invert_permutation(sorted_indices)
    if batch_sizes is None:
        if not isinstance(data, (list, tuple)) or len(data) != 2:
            raise AssertionError("Expected data to be a list or tuple of length 2")
        data, batch_sizes = data
    elif batch_sizes.device.type != "cpu":
        raise ValueError(
            "batch_sizes should always be on CPU. Instances of PackedSequence should never be created manually. "
            "They should be instantiated by functions like pack_sequence and pack_padded_sequences in "
            "nn.utils.rnn. https://pytorch.org/docs/stable/nn.html#torch.nn.utils.rnn.pack_sequence"
        )
    return data, batch_sizes, sorted_indices, unsorted_indices


def invert_permutation(permutation):
    """Return the permutation that undoes this one; None for None.

    Example:
        >>> nn.utils.rnn.invert_permutation(torch.tensor([2, 0, 1]))
        tensor([1, 2, 0])
    """
    if permutation is None:
        return None
    places = OPS.arange(0, permutation.numel(), device=permutation.device)
    return OPS.empty_like(permutation).scatter_(0, permutation, places.to(permutation.dtype))


def pack_padded_sequence(input, lengths, batch_first=False, enforce_sorted=True):
    """Return a padded batch as a PackedSequence.

    Args:
        input: (steps, batch, ...), or (batch, steps, ...) with `batch_first`.
        lengths: of each sequence, a list or a tensor.
        enforce_sorted: the lengths fall from the first to the last; False sorts them.

    Raises: RuntimeError for lengths that are not positive, or do not fall.
    """
    if not isinstance(lengths, Tensor):
        lengths = OPS.tensor(lengths)
    lengths = lengths.to("cpu", OPS.arange(0).dtype)
    sorted_indices = None
    if not enforce_sorted:
        lengths, sorted_indices = OPS.sort(lengths, descending=True)
        sorted_indices = sorted_indices.to(input.device)
        input = input.index_select(0 if batch_first else 1, sorted_indices)
    data, batch_sizes = packing._pack_padded_sequence(input, lengths, batch_first)
    return PackedSequence(data, batch_sizes, sorted_indices, None)


def pad_packed_sequence(sequence, batch_first=False, padding_value=0.0, total_length=None):
    """Return (padded batch, lengths) of a PackedSequence: what `pack_padded_sequence` was given.

    Args:
        batch_first: return (batch, steps, ...) instead of (steps, batch, ...).
        padding_value: what stands after the end of a sequence.
        total_length: steps of the result, if not those of the longest sequence.
    """
    padded, lengths = packing._pad_packed_sequence(
        sequence.data, sequence.batch_sizes, batch_first, padding_value, total_length
    )
    order = sequence.unsorted_indices
    if order is None:
        return padded, lengths
    return padded.index_select(0 if batch_first else 1, order), lengths[order.cpu()]


def pad_sequence(sequences, batch_first=False, padding_value=0.0, padding_side="right"):
    """Return sequences (length, ...) in one tensor (longest, count, ...), padded at the end.

    Args:
        batch_first: return (count, longest, ...).
        padding_value: what the shorter ones are padded with.
        padding_side: "right" or "left".

    Example:
        >>> nn.utils.rnn.pad_sequence([torch.ones(1), torch.ones(2)], batch_first=True)
        tensor([[1., 0.],
                [1., 1.]])
    """
    if not isinstance(sequences, Iterable):
        raise RuntimeError(
            f"pad_sequence: Expected iterable for input sequences, but got arg of type: {type(sequences)}"
        )
    found = sequences.unbind(0) if isinstance(sequences, Tensor) else tuple(sequences)
    return packing.pad_sequence(found, batch_first, padding_value, padding_side)


def unpad_sequence(padded_sequences, lengths, batch_first=False):
    """Return the list of sequences that `pad_sequence` was given, from its result and their lengths."""
    batch = padded_sequences if batch_first else padded_sequences.transpose(0, 1)
    return [seq[:length] for seq, length in zip(batch, lengths.tolist(), strict=True)]


def pack_sequence(sequences, enforce_sorted=True):
    """Return a list of sequences (length, ...) as a PackedSequence; `enforce_sorted` as in
    `pack_padded_sequence`.
    """
    lengths = OPS.tensor([s.size(0) for s in sequences])
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences):
    """Return the list of sequences in a PackedSequence."""
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)
