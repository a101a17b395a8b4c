"""Recurrent networks of several layers and directions, and single cells, made of the ops in `rnn.py`."""
from ..core.op import OPS, composite
from ..core.tensor import TensorBase
from ..errors import invalid_combination
from ._reduction import printed_as
from .rnn import gru_layer, lstm_layer, rnn_layer

_PADDED = ("input", "hx", "params", "has_biases", "num_layers", "dropout", "train", "bidirectional", "batch_first")
_PACKED = ("data", "batch_sizes", "hx", "params", "has_biases", "num_layers", "dropout", "train", "bidirectional")


# ------------------------------------------------------------------ whole networks

def _arguments(name, args, kwargs):
    """Return (input, sizes, states, weights, the other options) of one of torch's two forms of arguments."""
    packed = "batch_sizes" in kwargs or (len(args) > 2 and isinstance(args[2], TensorBase)) or (
        name == "lstm" and len(args) > 1 and isinstance(args[1], TensorBase))
    names = _PACKED if packed else _PADDED
    given = dict(zip(names, args), **kwargs)
    if len(args) > len(names) or given.keys() != set(names) or not isinstance(given[names[0]], TensorBase):
        raise TypeError(invalid_combination(name, args))
    input = given[names[0]]
    return (input, given["batch_sizes"].tolist() if packed else None, given["hx"], given["params"], given["has_biases"],
            given["num_layers"], given["dropout"], given["train"], given["bidirectional"],
            not packed and given["batch_first"])


def _network(name, layer, args, kwargs, options=()):
    """Run all layers; return (output, last states), one last state for each state of the layer."""
    input, sizes, states, weights, biases, layers, p, train, bidirectional, batch_first = _arguments(name, args, kwargs)
    states = (states,) if isinstance(states, TensorBase) else tuple(states)
    if name == "lstm" and len(states) != 2:
        raise RuntimeError("lstm expects two hidden states")
    directions = 2 if bidirectional else 1
    each, left = divmod(len(weights), layers * directions)
    if left or each - (4 if biases else 2) not in ((0, 1) if name == "lstm" else (0,)):
        raise RuntimeError("got an incorrect number of RNN parameters")
    if batch_first:
        input = OPS.transpose(input, 0, 1)
    if not input.shape[0]:
        raise RuntimeError("Expected sequence length to be larger than 0 in RNN")
    sizes = None if sizes is None else tuple(sizes)
    x, lasts = input, []
    for k in range(layers):
        found = []
        for d in range(directions):
            j = k * directions + d
            first = [OPS.select(s, 0, j) for s in states]
            own = _ordered(weights[j * each:(j + 1) * each], biases)
            out, *last = _run(layer, x, first, own, sizes, d == 1, options)
            found.append(out)
            lasts.append(last)
        x = found[0] if directions == 1 else OPS.cat(found, -1)
        if p and train and k < layers - 1:
            x = OPS.dropout(x, p, True)
    lasts = [OPS.stack(s) for s in zip(*lasts)]
    if not batch_first:
        return x, lasts
    x = OPS.transpose(x, 0, 1)
    return (x if name == "lstm" else printed_as(x, "TransposeBackward1")), lasts


def _ordered(weights, biases):
    """Return the weights of a layer as (w_ih, w_hh, b_ih, b_hh, further ones)."""
    return tuple(weights) if biases else (*weights[:2], None, None, *weights[2:])


def _run(layer, x, first, weights, sizes, reverse, options):
    """Run one layer in one direction, with torch's errors for what does not fit together."""
    w_ih, h0 = weights[0], first[0]
    if x.dtype is not w_ih.dtype or h0.dtype is not w_ih.dtype:
        other = x if x.dtype is not w_ih.dtype else h0
        raise RuntimeError(f"mat1 and mat2 must have the same dtype, but got {other.dtype.short} and "
                           f"{w_ih.dtype.short}")
    if x.shape[-1] != w_ih.shape[1]:
        raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({x.numel() // x.shape[-1]}x{x.shape[-1]} and "
                           f"{w_ih.shape[1]}x{w_ih.shape[0]})")
    n = sizes[0] if sizes else x.shape[1]
    if h0.shape[0] != n:
        raise RuntimeError(f"The size of tensor a ({h0.shape[0]}) must match the size of tensor b ({n}) at non-singleton "
                           "dimension 0")
    if layer is lstm_layer:
        return layer(x, *first, *weights[:4], weights[4] if len(weights) > 4 else None, sizes, reverse)
    return layer(x, *first, *weights, sizes, reverse, *options)


@composite(method=False)
def lstm(*args, **kwargs):
    """Return (output, last states, last cells) of an LSTM; see `torch.nn.LSTM`.

    Args: input (steps, batch, features), hx (two tensors), params (the weights layer by layer), has_biases,
        num_layers, dropout, train, bidirectional, batch_first; or data, batch_sizes of a PackedSequence, hx, params, ...

    Source: Hochreiter and Schmidhuber, "Long Short-Term Memory", 1997.
    """
    out, (h, c) = _network("lstm", lstm_layer, args, kwargs)
    return out, h, c


@composite(method=False)
def gru(*args, **kwargs):
    """Return (output, last states) of a GRU; arguments as in `torch.lstm`, with one tensor for hx.

    Source: Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder", 2014.
    """
    out, (h,) = _network("gru", gru_layer, args, kwargs)
    return out, h


@composite(method=False)
def rnn_tanh(*args, **kwargs):
    """Return (output, last states) of an Elman network with tanh; arguments as in `torch.gru`."""
    out, (h,) = _network("rnn_tanh", rnn_layer, args, kwargs, ("tanh",))
    return out, h


@composite(method=False)
def rnn_relu(*args, **kwargs):
    """Return (output, last states) of an Elman network with relu; arguments as in `torch.gru`."""
    out, (h,) = _network("rnn_relu", rnn_layer, args, kwargs, ("relu",))
    return out, h


# ------------------------------------------------------------------ cells

_GATES = {rnn_layer: 1, gru_layer: 3, lstm_layer: 4}


def _check_cell(gates, input, states, w_ih, w_hh):
    if input.shape[-1] != w_ih.shape[1]:
        raise RuntimeError(f"input has inconsistent input_size: got {input.shape[-1]} expected {w_ih.shape[1]}")
    for k, h in enumerate(states):
        if input.shape[0] != h.shape[0]:
            raise RuntimeError(f"Input batch size {input.shape[0]} doesn't match hidden{k} batch size {h.shape[0]}")
        if h.shape[1] != w_hh.shape[1]:
            raise RuntimeError(f"hidden{k} has inconsistent hidden_size: got {h.shape[1]}, expected {w_hh.shape[1]}")
    size = w_hh.shape[1]
    for name, w in (("weight_ih", w_ih), ("weight_hh", w_hh)):
        if w.shape[0] != gates * size:
            raise RuntimeError(f"{name} first dim must be {gates} * hidden_size = {gates * size}, but got {w.shape[0]}")


def _cell(layer, input, states, weights, options=()):
    _check_cell(_GATES[layer], input, states, *weights[:2])
    return _run(layer, input, states, weights, (input.shape[0],), False, options)[1:]


@composite(method=False)
def lstm_cell(input, hx, w_ih, w_hh, b_ih=None, b_hh=None):
    """Return (state, cell) after one step of an LSTM.

    Args:
        input: (batch, features).
        hx: (state, cell), each (batch, hidden).
        w_ih, w_hh, b_ih, b_hh: weights and biases of the gates (i, f, g, o), (4 hidden, ...).
    """
    if isinstance(hx, TensorBase) or not isinstance(hx, (tuple, list)):
        raise TypeError(f"lstm_cell(): argument 'hx' (position 2) must be tuple of Tensors, not {type(hx).__name__}")
    if len(hx) != 2:
        raise RuntimeError("lstm_cell expects two hidden states")
    h, c = _cell(lstm_layer, input, list(hx), (w_ih, w_hh, b_ih, b_hh))
    return printed_as(h, "MulBackward0"), c


@composite(method=False)
def gru_cell(input, hx, w_ih, w_hh, b_ih=None, b_hh=None):
    """Return the state after one step of a GRU; arguments as in `rnn_tanh_cell`, for the gates (r, z, n)."""
    return printed_as(*_cell(gru_layer, input, [hx], (w_ih, w_hh, b_ih, b_hh)), "AddBackward0")


@composite(method=False)
def rnn_tanh_cell(input, hx, w_ih, w_hh, b_ih=None, b_hh=None):
    """Return tanh(W_ih x + b_ih + W_hh h + b_hh).

    Args:
        input: x, (batch, features).
        hx: h, (batch, hidden).
        w_ih, w_hh, b_ih, b_hh: the weights and biases.
    """
    return printed_as(*_cell(rnn_layer, input, [hx], (w_ih, w_hh, b_ih, b_hh), ("tanh",)), "TanhBackward0")


@composite(method=False)
def rnn_relu_cell(input, hx, w_ih, w_hh, b_ih=None, b_hh=None):
    """Return relu(W_ih x + b_ih + W_hh h + b_hh); arguments as in `rnn_tanh_cell`."""
    return printed_as(*_cell(rnn_layer, input, [hx], (w_ih, w_hh, b_ih, b_hh), ("relu",)), "ReluBackward0")
