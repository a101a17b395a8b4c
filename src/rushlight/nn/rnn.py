"""Recurrent layers: RNN, LSTM and GRU over sequences, and their cells for single steps."""

from __future__ import annotations

import math
import numbers
import warnings

from ..core.autocast import is_autocast_enabled
from ..core.tensor import OPS
from . import init
from .module import Module
from .parameter import Parameter
from .utils.rnn import PackedSequence

__all__ = ["GRU", "LSTM", "RNN", "GRUCell", "LSTMCell", "RNNBase", "RNNCell", "RNNCellBase"]

_GATES = {"LSTM": 4, "GRU": 3, "RNN_TANH": 1, "RNN_RELU": 1}


def apply_permutation(tensor, permutation, dim=1):
    """Return the entries of a dimension in the order of `permutation`."""
    return tensor.index_select(dim, permutation)


class RNNBase(Module):
    """Base class of RNN, LSTM and GRU.

    Args:
        mode: "RNN_TANH", "RNN_RELU", "LSTM" or "GRU".
        input_size: features of the input.
        hidden_size: features of the state.
        num_layers: layers one above the other.
        bias: whether the biases are there.
        batch_first: input and output are (batch, steps, features), not (steps, batch, features).
        dropout: probability of dropout between layers.
        bidirectional: also run backwards, and join both outputs.
        proj_size: LSTM only: project the state to so many features, 0 for not.

    Attributes:
        weight_ih_l[k], weight_hh_l[k], bias_ih_l[k], bias_hh_l[k], weight_hr_l[k]: of layer k, with
            "_reverse" behind for the other direction; uniform in +-1/sqrt(hidden_size).
    """

    def __init__(
        self,
        mode,
        input_size,
        hidden_size,
        num_layers=1,
        bias=True,
        batch_first=False,
        dropout=0.0,
        bidirectional=False,
        proj_size=0,
        device=None,
        dtype=None,
    ):
        super().__init__()
        self.mode = mode
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = float(dropout)
        self.bidirectional = bidirectional
        self.proj_size = proj_size
        self._check_sizes(dropout)
        self._flat_weights_names = []
        self._all_weights = []
        for layer in range(num_layers):
            for suffix in ("", "_reverse") if bidirectional else ("",):
                names = self._make_layer(layer, suffix, device, dtype)
                self._flat_weights_names += names
                self._all_weights.append(names)
        self._init_flat_weights()
        self.reset_parameters()

    def _check_sizes(self, dropout):
        if (
            not isinstance(dropout, numbers.Number)
            or not 0 <= dropout <= 1
            or isinstance(dropout, bool)
        ):
            raise ValueError(
                "dropout should be a number in range [0, 1] representing the probability of an element being zeroed"
            )
        if dropout > 0 and self.num_layers == 1:
            warnings.warn(
                "dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects "
                f"num_layers greater than 1, but got dropout={dropout} and num_layers={self.num_layers}",
                stacklevel=4,
            )
        kinds = {"input_size": int, "hidden_size": int, "bias": bool, "batch_first": bool}
        for name, kind in kinds.items():
            value = getattr(self, name)
            if not isinstance(value, kind):
                raise TypeError(
                    f"{name} should be of type {kind.__name__}, got: {type(value).__name__}"
                )
        for name in ("input_size", "hidden_size", "num_layers"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be greater than zero")
        if self.proj_size < 0:
            raise ValueError("proj_size should be a positive integer or zero to disable projections")
        if self.proj_size >= self.hidden_size:
            raise ValueError("proj_size has to be smaller than hidden_size")
        if self.mode not in _GATES:
            raise ValueError("Unrecognized RNN mode: " + self.mode)

    def _make_layer(self, layer, suffix, device, dtype):
        """Make the parameters of one layer in one direction; return their names."""
        rows = _GATES[self.mode] * self.hidden_size
        state = self.proj_size or self.hidden_size
        inputs = state * (2 if self.bidirectional else 1) if layer else self.input_size
        shapes = {"weight_ih": (rows, inputs), "weight_hh": (rows, state)}
        if self.bias:
            shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
        if self.proj_size:
            shapes["weight_hr"] = (self.proj_size, self.hidden_size)
        names = []
        for name, shape in shapes.items():
            names.append(f"{name}_l{layer}{suffix}")
            setattr(self, names[-1], Parameter(OPS.empty(shape, device=device, dtype=dtype)))
        return names

    def _init_flat_weights(self):
        self._flat_weights = [getattr(self, name, None) for name in self._flat_weights_names]

    def _update_flat_weights(self):
        self._init_flat_weights()

    def __setattr__(self, attr, value):
        names = self.__dict__.get("_flat_weights_names")
        if names and "_flat_weights" in self.__dict__ and attr in names:
            self._flat_weights[names.index(attr)] = value
        super().__setattr__(attr, value)

    def __setstate__(self, d):
        super().__setstate__(d)
        if "all_weights" in d:
            self._all_weights = d["all_weights"]
        self.__dict__.setdefault("proj_size", 0)
        if self._all_weights and not isinstance(self._all_weights[0][0], str):
            return
        self._flat_weights_names = [name for layer in self._all_weights for name in layer]
        self._init_flat_weights()

    def _apply(self, fn, recurse=True):
        found = super()._apply(fn, recurse)
        self._init_flat_weights()
        return found

    def flatten_parameters(self):
        """Do nothing: weights are not moved into one block, which only a GPU library asks for."""

    def reset_parameters(self):
        """Draw all parameters anew."""
        bound = 1.0 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    @property
    def all_weights(self):
        """The parameters, a list for each layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    # ------------------------------------------------------------ checks of a call

    def check_input(self, input, batch_sizes):
        """Raise unless the input has the right dtype, dimensions and features."""
        weight = self._flat_weights[0]
        if input.dtype is not weight.dtype and not is_autocast_enabled("cpu"):
            raise ValueError(
                f"RNN input dtype ({input.dtype}) does not match weight dtype ({weight.dtype}). "
                f"Convert input: input.to({weight.dtype}), or convert model: model.to({input.dtype})"
            )
        expected = 2 if batch_sizes is not None else 3
        if input.dim() != expected:
            raise RuntimeError(f"input must have {expected} dimensions, got {input.dim()}")
        if self.input_size != input.size(-1):
            raise RuntimeError(
                f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got {input.size(-1)}"
            )

    def get_expected_hidden_size(self, input, batch_sizes):
        """Return the shape of the state for this input."""
        return self._state_shape(input, batch_sizes, self.proj_size or self.hidden_size)

    def _state_shape(self, input, batch_sizes, features):
        if batch_sizes is not None:
            batch = int(batch_sizes[0])
        else:
            batch = input.size(0) if self.batch_first else input.size(1)
        return self.num_layers * (2 if self.bidirectional else 1), batch, features

    def check_hidden_size(self, hx, expected_hidden_size, msg="Expected hidden size {}, got {}"):
        """Raise unless a state has the expected shape."""
        if tuple(hx.shape) != tuple(expected_hidden_size):
            raise RuntimeError(msg.format(tuple(expected_hidden_size), list(hx.shape)))

    def check_forward_args(self, input, hidden, batch_sizes):
        """Raise unless input and state fit this layer."""
        self.check_input(input, batch_sizes)
        self.check_hidden_size(hidden, self.get_expected_hidden_size(input, batch_sizes))

    def permute_hidden(self, hx, permutation):
        """Return the state with the sequences in another order."""
        return hx if permutation is None else apply_permutation(hx, permutation)

    def extra_repr(self):
        shown = [f"{self.input_size}, {self.hidden_size}"]
        plain = {
            "proj_size": 0,
            "num_layers": 1,
            "bias": True,
            "batch_first": False,
            "dropout": 0,
            "bidirectional": False,
        }
        for name, default in plain.items():
            value = getattr(self, name)
            if value is not default and value != default:
                shown.append(f"{name}={value}")
        return ", ".join(shown)

    # ------------------------------------------------------------ the call

    def _unpacked(self, input, kind=""):
        """Return (data, batch_sizes, sorted indices, unsorted indices, batched) of either kind of input."""
        if isinstance(input, PackedSequence):
            return (*input, True)
        if input.dim() not in (2, 3):
            raise ValueError(
                f"{self._get_name()}: Expected input to be 2D or 3D, got {input.dim()}D{kind} instead"
            )
        batched = input.dim() == 3
        if not batched:
            input = input.unsqueeze(0 if self.batch_first else 1)
        return input, None, None, None, batched

    def _start(self, input, hx, batch_sizes, sorted_indices, batched):
        """Return the first state, zeros unless one is given."""
        if hx is None:
            shape = self.get_expected_hidden_size(input, batch_sizes)
            return OPS.zeros(shape, dtype=input.dtype, device=input.device)
        if batch_sizes is None:
            wanted, kind = (3, "batched 3-D") if batched else (2, "unbatched 2-D")
            if hx.dim() != wanted:
                raise RuntimeError(
                    f"For {kind} input, hx should also be {wanted}-D but got {hx.dim()}-D tensor"
                )
            if not batched:
                return hx.unsqueeze(1)
        return self.permute_hidden(hx, sorted_indices)

    def _compute(self, function, input, hx, batch_sizes):
        options = (self.num_layers, self.dropout, self.training, self.bidirectional)
        if batch_sizes is None:
            return function(input, hx, self._flat_weights, self.bias, *options, self.batch_first)
        return function(input, batch_sizes, hx, self._flat_weights, self.bias, *options)

    def _single_state(self, function, input, hx, kind=""):
        """The forward of the layers whose state is one tensor."""
        input, sizes, order, back, batched = self._unpacked(input, kind)
        hx = self._start(input, hx, sizes, order, batched)
        self.check_forward_args(input, hx, sizes)
        output, hidden = self._compute(function, input, hx, sizes)
        if sizes is not None:
            return PackedSequence(output, sizes, order, back), self.permute_hidden(hidden, back)
        if not batched:
            return output.squeeze(0 if self.batch_first else 1), hidden.squeeze(1)
        return output, self.permute_hidden(hidden, back)


class RNN(RNNBase):
    """h' = f(W_ih x + b_ih + W_hh h + b_hh) over a sequence, f tanh or relu.

    Args:
        nonlinearity: "tanh" or "relu"; the others as in RNNBase.

    Example:
        >>> output, hidden = nn.RNN(10, 20, 2)(torch.randn(5, 3, 10))
        >>> output.shape, hidden.shape
        (torch.Size([5, 3, 20]), torch.Size([2, 3, 20]))

    Source: Elman, "Finding Structure in Time", 1990.
    """

    def __init__(self, *args, **kwargs):
        _refuse_projection(kwargs)
        if len(args) > 3:
            nonlinearity = args[3]
            args = args[:3] + args[4:]
        else:
            nonlinearity = kwargs.pop("nonlinearity", "tanh")
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(
                f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'."
            )
        super().__init__("RNN_" + nonlinearity.upper(), *args, **kwargs)
        self.nonlinearity = nonlinearity

    def forward(self, input, hx=None):
        """Return (output, last states) for a tensor or a PackedSequence."""
        function = OPS.rnn_tanh if self.mode == "RNN_TANH" else OPS.rnn_relu
        return self._single_state(function, input, hx, " tensor")


def _refuse_projection(kwargs):
    if "proj_size" in kwargs:
        raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")


class LSTM(RNNBase):
    """Long short-term memory over a sequence: gates (i, f, g, o), c' = f c + i g, h' = o tanh(c').

    Args: as in RNNBase.

    Example:
        >>> output, (h, c) = nn.LSTM(10, 20, 2)(torch.randn(5, 3, 10))
        >>> output.shape, c.shape
        (torch.Size([5, 3, 20]), torch.Size([2, 3, 20]))

    Source: Hochreiter and Schmidhuber, "Long Short-Term Memory", 1997.
    """

    def __init__(self, *args, **kwargs):
        super().__init__("LSTM", *args, **kwargs)

    def get_expected_cell_size(self, input, batch_sizes):
        """Return the shape of the cells for this input."""
        return self._state_shape(input, batch_sizes, self.hidden_size)

    def check_forward_args(self, input, hidden, batch_sizes):
        """Raise unless input, state and cells fit this layer."""
        self.check_input(input, batch_sizes)
        sizes = (
            self.get_expected_hidden_size(input, batch_sizes),
            self.get_expected_cell_size(input, batch_sizes),
        )
        for k, size in enumerate(sizes):
            self.check_hidden_size(hidden[k], size, f"Expected hidden[{k}] size {{}}, got {{}}")

    def permute_hidden(self, hx, permutation):
        """Return state and cells with the sequences in another order."""
        if permutation is None:
            return hx
        return apply_permutation(hx[0], permutation), apply_permutation(hx[1], permutation)

    def _start(self, input, hx, batch_sizes, sorted_indices, batched):
        if hx is None:
            shapes = (
                self.get_expected_hidden_size(input, batch_sizes),
                self.get_expected_cell_size(input, batch_sizes),
            )
            return tuple(OPS.zeros(s, dtype=input.dtype, device=input.device) for s in shapes)
        if batch_sizes is None:
            wanted, kind = (3, "batched 3-D") if batched else (2, "unbatched 2-D")
            if hx[0].dim() != wanted or hx[1].dim() != wanted:
                raise RuntimeError(
                    f"For {kind} input, hx and cx should also be {wanted}-D but got "
                    f"({hx[0].dim()}-D, {hx[1].dim()}-D) tensors"
                )
            if not batched:
                return hx[0].unsqueeze(1), hx[1].unsqueeze(1)
        return self.permute_hidden(hx, sorted_indices)

    def forward(self, input, hx=None):
        """Return (output, (last states, last cells)) for a tensor or a PackedSequence."""
        input, sizes, order, back, batched = self._unpacked(input)
        hx = self._start(input, hx, sizes, order, batched)
        if sizes is None:
            self.check_forward_args(input, hx, sizes)
        output, *hidden = self._compute(OPS.lstm, input, hx, sizes)
        if sizes is not None:
            packed = PackedSequence(output, sizes, order, back)
            return packed, self.permute_hidden(tuple(hidden), back)
        if not batched:
            hidden = [h.squeeze(1) for h in hidden]
            return output.squeeze(0 if self.batch_first else 1), tuple(hidden)
        return output, tuple(hidden)


class GRU(RNNBase):
    """Gated recurrent units over a sequence: gates (r, z, n), h' = (1 - z) n + z h.

    Args: as in RNNBase, without proj_size.

    Example:
        >>> output, hidden = nn.GRU(10, 20, 2)(torch.randn(5, 3, 10))
        >>> output.shape, hidden.shape
        (torch.Size([5, 3, 20]), torch.Size([2, 3, 20]))

    Source: Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder", 2014.
    """

    def __init__(self, *args, **kwargs):
        _refuse_projection(kwargs)
        super().__init__("GRU", *args, **kwargs)

    def forward(self, input, hx=None):
        """Return (output, last states) for a tensor or a PackedSequence."""
        return self._single_state(OPS.gru, input, hx)


# ---------------------------------------------------------------- cells


class RNNCellBase(Module):
    """Base class of RNNCell, LSTMCell and GRUCell.

    Args:
        input_size, hidden_size: features of input and state.
        bias: whether the biases are there.
        num_chunks: how many gates.

    Attributes:
        weight_ih, weight_hh, bias_ih, bias_hh: uniform in +-1/sqrt(hidden_size).
    """

    def __init__(self, input_size, hidden_size, bias, num_chunks, device=None, dtype=None):
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.bias = bias
        rows = num_chunks * hidden_size
        shapes = {"weight_ih": (rows, input_size), "weight_hh": (rows, hidden_size)}
        for name, shape in shapes.items():
            setattr(self, name, Parameter(OPS.empty(shape, device=device, dtype=dtype)))
        for name in ("bias_ih", "bias_hh"):
            empty = OPS.empty((rows,), device=device, dtype=dtype) if bias else None
            self.register_parameter(name, Parameter(empty) if bias else None)
        self.reset_parameters()

    def extra_repr(self):
        text = f"{self.input_size}, {self.hidden_size}"
        if self.bias is not True:
            text += f", bias={self.bias}"
        if getattr(self, "nonlinearity", "tanh") != "tanh":
            text += f", nonlinearity={self.nonlinearity}"
        return text

    def reset_parameters(self):
        """Draw all parameters anew."""
        bound = 1.0 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def _step(self, function, input, hx):
        """Run a cell whose state is one tensor."""
        self._check(input, "input")
        if hx is not None:
            self._check(hx, "hidden")
        batched = input.dim() == 2
        if not batched:
            input = input.unsqueeze(0)
        if hx is None:
            hx = self._zeros(input)
        elif not batched:
            hx = hx.unsqueeze(0)
        found = function(input, hx, *self._weights())
        return found if batched else found.squeeze(0)

    def _check(self, x, name):
        if x.dim() not in (1, 2):
            raise ValueError(
                f"{self._get_name()}: Expected {name} to be 1D or 2D, got {x.dim()}D instead"
            )

    def _zeros(self, input):
        return OPS.zeros((input.size(0), self.hidden_size), dtype=input.dtype, device=input.device)

    def _weights(self):
        return self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh


class RNNCell(RNNCellBase):
    """One step of RNN: h' = f(W_ih x + b_ih + W_hh h + b_hh).

    Args:
        nonlinearity: f, "tanh" or "relu"; the others as in RNNCellBase.
    """

    def __init__(
        self, input_size, hidden_size, bias=True, nonlinearity="tanh", device=None, dtype=None
    ):
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input, hx=None):
        """Return the next state, (batch, hidden_size) or (hidden_size,)."""
        functions = {"tanh": OPS.rnn_tanh_cell, "relu": OPS.rnn_relu_cell}
        if self.nonlinearity not in functions:
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")
        return self._step(functions[self.nonlinearity], input, hx)


class LSTMCell(RNNCellBase):
    """One step of LSTM.

    Args: as in RNNCellBase.
    """

    def __init__(self, input_size, hidden_size, bias=True, device=None, dtype=None):
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)

    def forward(self, input, hx=None):
        """Return (next state, next cell)."""
        self._check(input, "input")
        for k, state in enumerate(hx or ()):
            self._check(state, f"hx[{k}]")
        batched = input.dim() == 2
        if not batched:
            input = input.unsqueeze(0)
        if hx is None:
            zeros = self._zeros(input)
            hx = zeros, zeros
        elif not batched:
            hx = hx[0].unsqueeze(0), hx[1].unsqueeze(0)
        h, c = OPS.lstm_cell(input, hx, *self._weights())
        return (h, c) if batched else (h.squeeze(0), c.squeeze(0))


class GRUCell(RNNCellBase):
    """One step of GRU.

    Args: as in RNNCellBase.
    """

    def __init__(self, input_size, hidden_size, bias=True, device=None, dtype=None):
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)

    def forward(self, input, hx=None):
        """Return the next state, (batch, hidden_size) or (hidden_size,)."""
        return self._step(OPS.gru_cell, input, hx)
