"""Recurrent layers: packed sequences, states, errors, copies, and a training whose losses are PyTorch's."""

import copy
import pickle

import pytest

import rushlight as torch
from rushlight import nn
from rushlight.nn.utils import rnn


@pytest.mark.parametrize("kind", ["RNN", "GRU", "LSTM"])
def test_packed_sequences_are_computed_one_by_one(kind):
    torch.manual_seed(0)
    layer = getattr(nn, kind)(3, 4, 2, bidirectional=True)
    sequences = [torch.randn(n, 3) for n in (2, 5, 3)]
    packed = rnn.pack_sequence(sequences, enforce_sorted=False)
    output, state = layer(packed)
    padded, lengths = rnn.pad_packed_sequence(output)
    assert lengths.tolist() == [2, 5, 3]
    for k, sequence in enumerate(sequences):
        alone, last = layer(sequence)
        assert torch.allclose(padded[: len(sequence), k], alone, atol=1e-6)
        assert not padded[len(sequence) :, k].any()
        for whole, one in zip(state, last, strict=True) if kind == "LSTM" else [(state, last)]:
            assert torch.allclose(whole[:, k], one, atol=1e-6)


@pytest.mark.parametrize("enforce_sorted", [True, False])
def test_packing_comes_undone(enforce_sorted):
    sequences = [torch.arange(6.0).view(3, 2), torch.ones(2, 2), torch.zeros(1, 2)]
    sequences = sequences if enforce_sorted else sequences[::-1]
    packed = rnn.pack_sequence(sequences, enforce_sorted)
    assert packed.batch_sizes.tolist() == [3, 2, 1]
    for a, b in zip(rnn.unpack_sequence(packed), sequences, strict=True):
        assert torch.equal(a, b)
    assert packed.to(torch.float64).data.dtype is torch.float64 and packed.to(torch.float32) is packed
    again = pickle.loads(pickle.dumps(packed))
    assert isinstance(again, rnn.PackedSequence) and torch.equal(again.data, packed.data)


def test_unpad_leaves_its_argument_alone():
    padded = rnn.pad_sequence([torch.ones(3), torch.ones(1)], padding_value=-1, padding_side="left")
    assert padded.tolist() == [[1, -1], [1, -1], [1, 1]]
    rnn.unpad_sequence(padded, torch.tensor([3, 1]))
    assert padded.shape == (3, 2)


ERRORS = [
    (lambda: nn.LSTM(3, 4)(torch.zeros(2, 4)), RuntimeError,
     "input.size(-1) must be equal to input_size. Expected 3, got 4"),
    (lambda: nn.LSTM(3, 4)(torch.zeros(2, 2, 2, 3)), ValueError, "LSTM: Expected input to be 2D or 3D, got 4D instead"),
    (lambda: nn.RNN(3, 4)(torch.zeros(3)), ValueError, "RNN: Expected input to be 2D or 3D, got 1D tensor instead"),
    (lambda: nn.GRU(3, 4)(torch.zeros(0, 2, 3)), RuntimeError, "Expected sequence length to be larger than 0 in RNN"),
    (lambda: nn.GRU(3, 4)(torch.zeros(2, 2, 3), torch.zeros(1, 1, 4)), RuntimeError,
     "Expected hidden size (1, 2, 4), got [1, 1, 4]"),
    (lambda: nn.GRU(3, 4)(torch.zeros(2, 3), torch.zeros(1, 1, 4)), RuntimeError,
     "For unbatched 2-D input, hx should also be 2-D but got 3-D tensor"),
    (lambda: nn.LSTM(3, 4)(torch.zeros(2, 2, 3), (torch.zeros(1, 2, 4), torch.zeros(1, 3, 4))), RuntimeError,
     "Expected hidden[1] size (1, 2, 4), got [1, 3, 4]"),
    (lambda: nn.LSTM(3, 4)(torch.zeros(2, 2, 3, dtype=torch.float64)), ValueError,
     "RNN input dtype (torch.float64) does not match weight dtype (torch.float32). Convert input: "
     "input.to(torch.float32), or convert model: model.to(torch.float64)"),
    (lambda: nn.GRU(3, 4, proj_size=2), ValueError, "proj_size argument is only supported for LSTM, not RNN or GRU"),
    (lambda: nn.LSTM(3, 4, bias=1), TypeError, "bias should be of type bool, got: int"),
    (lambda: nn.LSTM(3, 4.0), TypeError, "hidden_size should be of type int, got: float"),
    (lambda: nn.RNN(3, 4, nonlinearity="x"), ValueError, "Unknown nonlinearity 'x'. Select from 'tanh' or 'relu'."),
    (lambda: nn.LSTMCell(3, 4)(torch.zeros(2, 3), (torch.zeros(2, 4), torch.zeros(3, 4))), RuntimeError,
     "Input batch size 2 doesn't match hidden1 batch size 3"),
    (lambda: nn.GRUCell(3, 4)(torch.zeros(2, 2, 3)), ValueError, "GRUCell: Expected input to be 1D or 2D, got 3D instead"),
    (lambda: rnn.pad_sequence([]), RuntimeError, "received an empty list of sequences"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "text"), ERRORS, ids=[text[:40] for *_, text in ERRORS])
def test_errors_are_pytorchs(call, kind, text):
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value).splitlines()[0] == text


def test_dropout_of_one_layer_warns():
    with pytest.warns(UserWarning, match="dropout option adds dropout after all but last recurrent layer"):
        nn.GRU(3, 4, dropout=0.5)


def test_copies_compute_with_their_own_weights():
    layer = nn.LSTM(3, 4, 2)
    x = torch.randn(5, 2, 3)
    for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert torch.equal(other(x)[0], layer(x)[0])
        with torch.no_grad():
            other.weight_ih_l0.zero_()
        assert not torch.equal(other(x)[0], layer(x)[0])
    assert layer.double()(x.double())[0].dtype is torch.float64
    layer.weight_hh_l1 = nn.Parameter(torch.zeros(16, 4, dtype=torch.float64))
    assert layer._flat_weights[5] is layer.weight_hh_l1 and layer.all_weights[1][1] is layer.weight_hh_l1


def test_some_gradients_only():
    layer = nn.GRU(3, 4)
    layer.weight_ih_l0.requires_grad_(False)
    layer(torch.randn(5, 2, 3))[1].sum().backward()
    assert layer.weight_ih_l0.grad is None and layer.weight_hh_l0.grad.abs().sum() > 0


# PyTorch's losses of the run below, from the same seed.
LOSSES = [2.4571, 2.4442, 2.4298, 2.417, 2.4004]


def test_a_language_model_learns_as_in_pytorch():
    torch.manual_seed(1)
    embedding, body, head = nn.Embedding(12, 8), nn.LSTM(8, 16, 2, dropout=0.2, batch_first=True), nn.Linear(16, 12)
    parameters = [p for m in (embedding, body, head) for p in m.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=1e-2)
    x, y = torch.randint(12, (4, 7)), torch.randint(12, (4, 7))
    losses = []
    for _ in LOSSES:
        loss = nn.functional.cross_entropy(head(body(embedding(x))[0]).flatten(0, 1), y.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(round(loss.item(), 4))
    assert losses == pytest.approx(LOSSES, abs=1e-4)
