"""Recurrent layers: a whole sequence through one layer in one direction is one op.

The products of all inputs with the input weights are made at once; per step there remain one product with the state
and the gates. Packed sequences have `sizes`, how many sequences take part in each step: the rows of the state
beyond keep what they have, which is the last state of a sequence that ended (or, backwards, the first of one that
has not begun). The gradient is backpropagation through time with the saved gates; under `create_graph` the layer is
computed anew from ops of single steps, and their gradients are differentiable.
"""
from .. import dtypes
from ..core.op import OPS, T, op
from ._rules import wide, zeros_as
from ._through import recorded, through

__all__ = ["gru_layer", "lstm_layer", "rnn_layer"]


# ------------------------------------------------------------------ rows and steps

def _spans(sizes, reverse=False):
    """Return (start, stop) of each step's rows, in the order of computation."""
    spans, at = [], 0
    for n in sizes:
        spans.append((at, at + n))
        at += n
    return spans[::-1] if reverse else spans


def _steps(input, sizes):
    """Return how many sequences take part in each step; None in an unpacked input means all."""
    return (input.shape[1],) * input.shape[0] if sizes is None else sizes


def _flat(B, x):
    """Return (steps, sequences, features) as rows; packed rows as they are."""
    return x if x.ndim == 2 else B.reshape(x, (x.shape[0] * x.shape[1], x.shape[2]))


def _previous(B, rows, first, sizes, reverse):
    """Return the state before each step, as rows, from the states after the steps and the first one."""
    found, last, known = {}, 0, 0
    for start, stop in _spans(sizes, reverse):
        n = stop - start
        found[start] = [rows[last:last + min(n, known), :], first[known:n, :]]
        last, known = start, n
    parts = [part for start in sorted(found) for part in found[start] if part.shape[0]]
    return B.concat(parts or [first], axis=0)


def _widened(B, arrays):
    return [None if a is None else wide(B, a) for a in arrays]


def _narrow(B, arrays, dtype):
    return tuple([None if a is None else B.cast(a, dtype) for a in arrays])


def _shaped(B, rows, input):
    """Return rows in the form of the input: (steps, sequences, features) unless it is packed."""
    return rows if input.ndim == 2 else B.reshape(rows, (*input.shape[:2], rows.shape[1]))


def _sigmoid(B, x):
    return 1 / (1 + B.exp(-x))


def _input_gates(B, x, weight, *biases):
    gates = B.gemm(x, B.matrix_transpose(weight))
    for bias in biases:
        if bias is not None:
            gates += bias
    return gates


def _weight_gradients(B, needs, of_input, of_state, x, before, weight_ih, like):
    """Return the gradients of (input, weight_ih, weight_hh, bias_ih, bias_hh) from those of the two products' results."""
    dx, dw_ih, dw_hh, db_ih, db_hh = None, None, None, None, None
    if needs[0]:
        dx = _shaped(B, B.gemm(of_input, weight_ih), like)
    if needs[1]:
        dw_ih = B.gemm(B.matrix_transpose(of_input), x)
    if needs[2]:
        dw_hh = B.gemm(B.matrix_transpose(of_state), before)
    if needs[3]:
        db_ih = B.sum(of_input, axis=0)
    if needs[4]:
        db_hh = B.sum(of_state, axis=0)
    return dx, dw_ih, dw_hh, db_ih, db_hh


# ------------------------------------------------------------------ differentiable form

def _unrolled(step, x, first, sizes, reverse):
    """Return (rows of the first state after each step, last states), by ops that each have a gradient of their own.

    `step` takes the rows of a step of `x` and the states of the sequences in it.
    """
    states, found = list(first), {}
    for start, stop in _spans(sizes, reverse):
        n = stop - start
        new = step(x[start:stop], *[s[:n] for s in states])
        states = [OPS.cat([a, s[n:]]) if n < s.shape[0] else a for a, s in zip(new, states)]
        found[start] = new[0]
    return OPS.cat([found[k] for k in sorted(found)]), states


def _rows_of(x):
    return x.reshape(-1, x.shape[-1]) if x.dim() == 3 else x


def _formed(rows, x):
    return rows.reshape(*x.shape[:2], rows.shape[-1]) if x.dim() == 3 else rows


def _printed(args, sizes=6):
    return "StackBackward0" if args[sizes] is None else "CatBackward0"


# ------------------------------------------------------------------ Elman's layer

def _act(B, x, nonlinearity):
    return B.tanh(x) if nonlinearity == "tanh" else B.maximum(x, 0)


@op(ns=(), outputs=("out", "last"), grad_name=_printed)
def rnn_layer(B, input: T, h0: T, w_ih: T, w_hh: T, b_ih: T = None, b_hh: T = None, sizes=None, reverse=False,
              nonlinearity="tanh"):
    """Return the states after each step, and the last: h' = f(W_ih x + b_ih + W_hh h + b_hh), f tanh or relu."""
    dtype = input.dtype
    x, h, w_ih, w_hh, b_ih, b_hh = _widened(B, (input, h0, w_ih, w_hh, b_ih, b_hh))
    out = _input_gates(B, _flat(B, x), w_ih, b_ih, b_hh)
    weight = B.matrix_transpose(w_hh)
    h = B.copy(h)
    for start, stop in _spans(_steps(input, sizes), reverse):
        n = stop - start
        new = _act(B, out[start:stop, :] + B.gemm(h[:n, :], weight), nonlinearity)
        B.put(out, (slice(start, stop), ...), new)
        B.put(h, (slice(0, n), ...), new)
    return _narrow(B, (_shaped(B, out, input), h), dtype)


@op(ns=(), differentiable=False, outputs=("input", "h0", "w_ih", "w_hh", "b_ih", "b_hh"))
def rnn_layer_backward(B, grad_out: T, grad_last: T, input: T, h0: T, w_ih: T, w_hh: T, out: T, needs, sizes=None,
                       reverse=False, nonlinearity="tanh"):
    """Return the gradients of `rnn_layer`'s tensors."""
    dtype = input.dtype
    grad_out, dh, x, h0, w_ih, w_hh, out = _widened(B, (grad_out, grad_last, input, h0, w_ih, w_hh, out))
    rows, g = _flat(B, out), _flat(B, grad_out)
    slope = 1 - rows * rows if nonlinearity == "tanh" else B.astype(rows > 0, rows.dtype)
    dh = B.copy(dh)
    spans = _spans(_steps(input, sizes), reverse)
    for start, stop in spans[::-1]:
        n = stop - start
        d = slope[start:stop, :] * (dh[:n, :] + g[start:stop, :])
        B.put(slope, (slice(start, stop), ...), d)
        B.put(dh, (slice(0, n), ...), B.gemm(d, w_hh))
    before = _previous(B, rows, h0, _steps(input, sizes), reverse) if needs[3] else None
    needed = (needs[0], *needs[2:])
    dx, *rest = _weight_gradients(B, needed, slope, slope, _flat(B, x), before, w_ih, input)
    return _narrow(B, (dx, dh, *rest), dtype)


def _rnn_forward(sizes, reverse, nonlinearity):
    def forward(input, h0, w_ih, w_hh, b_ih, b_hh):
        def step(x, h):
            z = OPS.linear(x, w_ih, b_ih) + OPS.linear(h, w_hh, b_hh)
            return (z.tanh() if nonlinearity == "tanh" else z.relu(),)
        rows, (last,) = _unrolled(step, _rows_of(input), (h0,), _steps(input, sizes), reverse)
        return _formed(rows, input), last
    return forward


def _rnn_rule(g, input, h0, w_ih, w_hh, b_ih, b_hh, out, needs, sizes, reverse, nonlinearity):
    if recorded(g):
        return through(_rnn_forward(sizes, reverse, nonlinearity), g, (input, h0, w_ih, w_hh, b_ih, b_hh), needs)
    return rnn_layer_backward(*_zeros_for(g, (out, h0)), input, h0, w_ih, w_hh, out, needs, sizes, reverse, nonlinearity)


def _zeros_for(g, like):
    """Return gradients with zeros where nothing flowed."""
    return [zeros_as(x) if d is None else d for d, x in zip(g, like)]


rnn_layer.vjp_all(_rnn_rule)


# ------------------------------------------------------------------ long short-term memory

def _lstm_printed(args):
    plain = args[0].dtype is dtypes.float32 and args[7] is None and args[8] is None
    return "MkldnnRnnLayerBackward0" if plain else _printed(args, 8)


@op(ns=(), outputs=("out", "last", "last_cell", "gates", "cells"), returns=("out", "last", "last_cell"),
    grad_name=_lstm_printed)
def lstm_layer(B, input: T, h0: T, c0: T, w_ih: T, w_hh: T, b_ih: T = None, b_hh: T = None, w_hr: T = None, sizes=None,
               reverse=False):
    """Return the states after each step, the last state and the last cell.

    With (i, f, g, o) = W_ih x + b_ih + W_hh h + b_hh: c' = sigmoid(f) c + sigmoid(i) tanh(g), h' = sigmoid(o) tanh(c'),
    times W_hr if it is given. For the gradient, `gates` has what came out of sigmoid and tanh, `cells` all cells.
    """
    dtype = input.dtype
    x, h, c, w_ih, w_hh, b_ih, b_hh, w_hr = _widened(B, (input, h0, c0, w_ih, w_hh, b_ih, b_hh, w_hr))
    size = c.shape[1]
    gates = _input_gates(B, _flat(B, x), w_ih, b_ih, b_hh)
    weight, project = B.matrix_transpose(w_hh), None if w_hr is None else B.matrix_transpose(w_hr)
    h, c = B.copy(h), B.copy(c)
    out = B.empty((gates.shape[0], h.shape[1]), dtype=gates.dtype)
    cells = B.empty((gates.shape[0], size), dtype=gates.dtype)
    for start, stop in _spans(_steps(input, sizes), reverse):
        n, rows = stop - start, (slice(start, stop), ...)
        z = gates[start:stop, :] + B.gemm(h[:n, :], weight)
        g = B.tanh(z[:, 2 * size:3 * size])
        z = _sigmoid(B, z)
        B.put(z, (..., slice(2 * size, 3 * size)), g)
        B.put(gates, rows, z)
        cell = z[:, size:2 * size] * c[:n, :] + z[:, :size] * g
        new = z[:, 3 * size:] * B.tanh(cell)
        if project is not None:
            new = B.gemm(new, project)
        B.put(cells, rows, cell)
        B.put(out, rows, new)
        B.put(c, (slice(0, n), ...), cell)
        B.put(h, (slice(0, n), ...), new)
    return (*_narrow(B, (_shaped(B, out, input), h, c), dtype), gates, cells)


@op(ns=(), differentiable=False, outputs=("input", "h0", "c0", "w_ih", "w_hh", "b_ih", "b_hh", "w_hr"))
def lstm_layer_backward(B, grad_out: T, grad_last: T, grad_cell: T, input: T, h0: T, c0: T, w_ih: T, w_hh: T, out: T,
                        gates: T, cells: T, needs, w_hr: T = None, sizes=None, reverse=False):
    """Return the gradients of `lstm_layer`'s tensors.

    What each gate's gradient is multiplied by is computed for all steps at once, so a step is two products.
    """
    dtype = input.dtype
    grad_out, dh, dc, x, h0, c0, w_ih, w_hh, out, w_hr = _widened(
        B, (grad_out, grad_last, grad_cell, input, h0, c0, w_ih, w_hh, out, w_hr))
    steps, size, g_out = _steps(input, sizes), cells.shape[1], _flat(B, grad_out)
    i, f, g, o = [gates[:, k * size:(k + 1) * size] for k in range(4)]
    squashed = B.tanh(cells)
    into_cell = o * (1 - squashed * squashed)
    factors = B.stack([g * i * (1 - i), _previous(B, cells, c0, steps, reverse) * f * (1 - f), i * (1 - g * g),
                       squashed * o * (1 - o)], axis=1)
    of_state = None if w_hr is None else B.empty((gates.shape[0], w_hr.shape[0]), dtype=gates.dtype)
    dh, dc = B.copy(dh), B.copy(dc)
    for start, stop in _spans(steps, reverse)[::-1]:
        n, rows = stop - start, (slice(start, stop), ...)
        d = dh[:n, :] + g_out[start:stop, :]
        if of_state is not None:
            B.put(of_state, rows, d)
            d = B.gemm(d, w_hr)
        cell = dc[:n, :] + d * into_cell[start:stop, :]
        z = factors[start:stop, :, :]
        z = B.concat([z[:, :3, :] * B.expand_dims(cell, axis=1), z[:, 3:, :] * B.expand_dims(d, axis=1)], axis=1)
        B.put(factors, rows, z)
        B.put(dh, (slice(0, n), ...), B.gemm(B.reshape(z, (n, 4 * size)), w_hh))
        B.put(dc, (slice(0, n), ...), cell * f[start:stop, :])
    dz = B.reshape(factors, (factors.shape[0], 4 * size))
    before = _previous(B, _flat(B, out), h0, steps, reverse) if needs[4] else None
    needed = (needs[0], *needs[3:7])
    dx, *rest = _weight_gradients(B, needed, dz, dz, _flat(B, x), before, w_ih, input)
    dw_hr = B.gemm(B.matrix_transpose(of_state), o * squashed) if w_hr is not None and needs[7] else None
    return _narrow(B, (dx, dh, dc, *rest, dw_hr), dtype)


def _lstm_forward(sizes, reverse):
    def forward(input, h0, c0, w_ih, w_hh, b_ih, b_hh, w_hr):
        def step(x, h, c):
            z = OPS.linear(x, w_ih, b_ih) + OPS.linear(h, w_hh, b_hh)
            i, f, g, o = z.chunk(4, 1)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * c.tanh()
            return h if w_hr is None else OPS.linear(h, w_hr), c
        rows, (last, cell) = _unrolled(step, _rows_of(input), (h0, c0), _steps(input, sizes), reverse)
        return _formed(rows, input), last, cell
    return forward


def _lstm_rule(g, input, h0, c0, w_ih, w_hh, b_ih, b_hh, w_hr, out, gates, cells, needs, sizes, reverse):
    if recorded(g):
        return through(_lstm_forward(sizes, reverse), g, (input, h0, c0, w_ih, w_hh, b_ih, b_hh, w_hr), needs)
    return lstm_layer_backward(*_zeros_for(g, (out, h0, c0)), input, h0, c0, w_ih, w_hh, out, gates, cells, needs, w_hr,
                               sizes, reverse)


lstm_layer.vjp_all(_lstm_rule)


# ------------------------------------------------------------------ gated recurrent units

@op(ns=(), outputs=("out", "last", "gates"), returns=("out", "last"), grad_name=_printed)
def gru_layer(B, input: T, h0: T, w_ih: T, w_hh: T, b_ih: T = None, b_hh: T = None, sizes=None, reverse=False):
    """Return the states after each step, and the last.

    With a = W_ih x + b_ih and s = W_hh h + b_hh in three parts each: r = sigmoid(a_r + s_r), z = sigmoid(a_z + s_z),
    n = tanh(a_n + r s_n), h' = (1 - z) n + z h. For the gradient, `gates` has (r, z, n, s_n).
    """
    dtype = input.dtype
    x, h, w_ih, w_hh, b_ih, b_hh = _widened(B, (input, h0, w_ih, w_hh, b_ih, b_hh))
    size = h.shape[1]
    a = _input_gates(B, _flat(B, x), w_ih, b_ih)
    weight = B.matrix_transpose(w_hh)
    h = B.copy(h)
    out = B.empty((a.shape[0], size), dtype=a.dtype)
    gates = B.empty((a.shape[0], 4 * size), dtype=a.dtype)
    for start, stop in _spans(_steps(input, sizes), reverse):
        count, rows = stop - start, (slice(start, stop), ...)
        s = B.gemm(h[:count, :], weight)
        if b_hh is not None:
            s += b_hh
        rz = _sigmoid(B, a[start:stop, :2 * size] + s[:, :2 * size])
        n = B.tanh(a[start:stop, 2 * size:] + rz[:, :size] * s[:, 2 * size:])
        new = (h[:count, :] - n) * rz[:, size:] + n
        B.put(gates, rows, B.concat([rz, n, s[:, 2 * size:]], axis=1))
        B.put(out, rows, new)
        B.put(h, (slice(0, count), ...), new)
    return (*_narrow(B, (_shaped(B, out, input), h), dtype), gates)


@op(ns=(), differentiable=False, outputs=("input", "h0", "w_ih", "w_hh", "b_ih", "b_hh"))
def gru_layer_backward(B, grad_out: T, grad_last: T, input: T, h0: T, w_ih: T, w_hh: T, out: T, gates: T, needs,
                       sizes=None, reverse=False):
    """Return the gradients of `gru_layer`'s tensors."""
    dtype = input.dtype
    grad_out, dh, x, h0, w_ih, w_hh, out = _widened(B, (grad_out, grad_last, input, h0, w_ih, w_hh, out))
    steps, size, g_out = _steps(input, sizes), h0.shape[1], _flat(B, grad_out)
    r, z, n, s = [gates[:, k * size:(k + 1) * size] for k in range(4)]
    before = _previous(B, _flat(B, out), h0, steps, reverse)
    into_n = (1 - z) * (1 - n * n)
    # gradients of (a_r, a_z, a_n) and of s_n, each per unit of the gradient of h'
    factors = B.stack([into_n * s * r * (1 - r), (before - n) * z * (1 - z), into_n, into_n * r], axis=1)
    dh = B.copy(dh)
    for start, stop in _spans(steps, reverse)[::-1]:
        count, rows = stop - start, (slice(start, stop), ...)
        d = dh[:count, :] + g_out[start:stop, :]
        all_gates = factors[start:stop, :, :] * B.expand_dims(d, axis=1)
        B.put(factors, rows, all_gates)
        of_state = B.concat([all_gates[:, 0, :], all_gates[:, 1, :], all_gates[:, 3, :]], axis=1)
        B.put(dh, (slice(0, count), ...), B.gemm(of_state, w_hh) + d * z[start:stop, :])
    rows = factors.shape[0]
    of_input = B.reshape(factors[:, :3, :], (rows, 3 * size))
    of_state = B.concat([factors[:, 0, :], factors[:, 1, :], factors[:, 3, :]], axis=1)
    needed = (needs[0], *needs[2:])
    dx, *rest = _weight_gradients(B, needed, of_input, of_state, _flat(B, x), before, w_ih, input)
    return _narrow(B, (dx, dh, *rest), dtype)


def _gru_forward(sizes, reverse):
    def forward(input, h0, w_ih, w_hh, b_ih, b_hh):
        def step(x, h):
            a, s = OPS.linear(x, w_ih, b_ih).chunk(3, 1), OPS.linear(h, w_hh, b_hh).chunk(3, 1)
            r, z = (a[0] + s[0]).sigmoid(), (a[1] + s[1]).sigmoid()
            n = (a[2] + r * s[2]).tanh()
            return ((h - n) * z + n,)
        rows, (last,) = _unrolled(step, _rows_of(input), (h0,), _steps(input, sizes), reverse)
        return _formed(rows, input), last
    return forward


def _gru_rule(g, input, h0, w_ih, w_hh, b_ih, b_hh, out, gates, needs, sizes, reverse):
    if recorded(g):
        return through(_gru_forward(sizes, reverse), g, (input, h0, w_ih, w_hh, b_ih, b_hh), needs)
    return gru_layer_backward(*_zeros_for(g, (out, h0)), input, h0, w_ih, w_hh, out, gates, needs, sizes, reverse)


gru_layer.vjp_all(_gru_rule)
