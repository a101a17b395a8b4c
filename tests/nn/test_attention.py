"""Attention and Transformer layers: masks, padding, dropout draws, and a training whose losses are PyTorch's."""

import warnings

import pytest

import rushlight as torch
from rushlight import nn
from rushlight.nn import functional as F
from rushlight.nn.attention import SDPBackend, bias, flex_attention, sdpa_kernel

BATCH_FIRST = "encoder_layer.self_attn.batch_first was not True(use batch_first for better inference performance)"


def test_causal_masks_are_one():
    torch.manual_seed(0)
    q, k, v = (torch.randn(2, 3, 4, 8) for _ in range(3))
    causal = F.scaled_dot_product_attention(q, k, v, is_causal=True)
    masked = F.scaled_dot_product_attention(q, k, v, bias.causal_upper_left(4, 4))
    block = flex_attention.create_block_mask(lambda b, h, i, j: i >= j, None, None, 4, 4)
    assert torch.allclose(causal, masked, atol=1e-6)
    assert torch.allclose(causal, flex_attention.flex_attention(q, k, v, block_mask=block), atol=1e-6)


def test_dropout_draws_pytorchs_numbers():
    torch.manual_seed(0)
    x = torch.ones(1, 2, 8)
    found = F.scaled_dot_product_attention(x, x, x, dropout_p=0.5)
    assert found[0, :, 0].tolist() == [0.0, 1.0]         # as PyTorch's, from the same seed


def test_backends_can_be_forbidden():
    x = torch.ones(1, 1, 2, 4)
    with sdpa_kernel([SDPBackend.MATH]):
        assert torch.backends.cuda.math_sdp_enabled() and not torch.backends.cuda.flash_sdp_enabled()
        F.scaled_dot_product_attention(x, x, x)
    with sdpa_kernel(SDPBackend.EFFICIENT_ATTENTION), pytest.raises(RuntimeError, match="No viable backend"):
        F.scaled_dot_product_attention(x, x, x)
    assert torch.backends.cuda.flash_sdp_enabled()
    with pytest.raises(AssertionError, match="Backend must be an instance of SDPBackend"), sdpa_kernel("MATH"):
        pass


@pytest.mark.parametrize("batch_first", [False, True])
def test_heads_do_not_see_padding(batch_first):
    torch.manual_seed(0)
    attention = nn.MultiheadAttention(8, 2, batch_first=batch_first)
    x = torch.randn(2, 5, 8)
    given = x if batch_first else x.transpose(0, 1)
    padding = torch.tensor([[False] * 5, [False, False, False, True, True]])
    out, weights = attention(given, given, given, key_padding_mask=padding)
    plain, none = attention(given, given, given, key_padding_mask=padding, need_weights=False)
    assert none is None and torch.allclose(out, plain, atol=1e-6)
    assert weights.shape == (2, 5, 5) and not weights[1, :, 3:].any()
    alone = attention(*[x[1, :3]] * 3)[0]
    assert torch.allclose((out if batch_first else out.transpose(0, 1))[1, :3], alone, atol=1e-6)


def test_masks_of_two_kinds_warn():
    attention, x = nn.MultiheadAttention(4, 2), torch.zeros(3, 1, 4)
    with pytest.warns(UserWarning, match="Support for mismatched key_padding_mask and attn_mask is deprecated"):
        attention(x, x, x, key_padding_mask=torch.zeros(1, 3, dtype=torch.bool), attn_mask=torch.zeros(3, 3))


def test_an_encoder_leaves_padding_out_in_evaluation():
    torch.manual_seed(0)
    model = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2).eval()
    x, padding = torch.randn(2, 4, 8), torch.tensor([[False] * 4, [False, False, True, True]])
    recorded = model(x, src_key_padding_mask=padding)
    assert recorded[1, 2:].abs().sum() > 0
    with torch.no_grad():
        found = model(x, src_key_padding_mask=padding)
        assert not found[1, 2:].any()
        assert torch.allclose(found[1, :2], recorded[1, :2], atol=1e-5)
        assert model(x, src_key_padding_mask=padding.flip(1))[1].abs().min() > 0      # not at the end: computed


def test_an_encoder_says_why_it_computes_padding():
    with pytest.warns(UserWarning) as caught:
        nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8), 1)
    assert str(caught[0].message) == "enable_nested_tensor is True, but self.use_nested_tensor is False because " + BATCH_FIRST
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, batch_first=True), 1)


# PyTorch's losses of the run below, from the same seed.
LOSSES = [2.5255, 2.3457, 2.3254, 2.3165, 2.1771]


@pytest.mark.filterwarnings("ignore")
def test_a_transformer_learns_as_in_pytorch():
    torch.manual_seed(1)
    embedding, body, head = nn.Embedding(12, 8), nn.Transformer(8, 2, 1, 1, 16, batch_first=True), nn.Linear(8, 12)
    parameters = [p for m in (embedding, body, head) for p in m.parameters()]
    optimizer = torch.optim.SGD(parameters, lr=0.1)
    x, y = torch.randint(12, (4, 7)), torch.randint(12, (4, 7))
    mask = nn.Transformer.generate_square_subsequent_mask(7)
    losses = []
    for _ in LOSSES:
        out = head(body(embedding(x), embedding(y), tgt_mask=mask))
        loss = F.cross_entropy(out.flatten(0, 1), y.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(round(loss.item(), 4))
    assert losses == pytest.approx(LOSSES, abs=2e-4)
