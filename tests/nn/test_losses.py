"""Losses beyond their rows: warnings, corner cases, layers, the graph they leave."""

import math
import warnings

import pytest

import rushlight as torch
from rushlight import nn
from rushlight.nn import functional as F


def message(function):
    """The first line of the one warning a call gives."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        function()
    assert len(caught) == 1
    return str(caught[0].message).split("\n")[0]


@pytest.mark.parametrize("loss", [F.mse_loss, F.l1_loss, F.smooth_l1_loss, F.huber_loss])
def test_targets_of_another_size_are_warned_about(loss):
    assert message(lambda: loss(torch.ones(4, 1), torch.ones(4))) == (
        "Using a target size (torch.Size([4])) that is different to the input size (torch.Size([4, 1])). "
        "This will likely lead to incorrect results due to broadcasting. Please ensure they have the same size."
    )


@pytest.mark.parametrize(
    "options, reduction",
    [
        ({"size_average": False}, "sum"),
        ({"reduce": False}, "none"),
        ({"size_average": True, "reduce": True}, "mean"),
    ],
)
def test_old_spelling_of_reduction(options, reduction):
    x, y = torch.ones(3), torch.zeros(3)
    text = f"size_average and reduce args will be deprecated, please use reduction='{reduction}' instead."
    assert message(lambda: F.mse_loss(x, y, **options)) == text
    assert message(lambda: nn.MSELoss(**options)) == text
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert F.mse_loss(x, y, **options).tolist() == F.mse_loss(x, y, reduction=reduction).tolist()
        assert nn.MSELoss(**options).reduction == reduction


def test_kl_div_warns_about_mean():
    assert message(lambda: F.kl_div(torch.zeros(2), torch.ones(2))).startswith(
        "reduction: 'mean' divides the total loss by both the batch size and the support size."
    )


def test_no_counted_target_gives_nan_but_no_gradient():
    x = torch.zeros(2, 3, requires_grad=True)
    loss = F.cross_entropy(x, torch.tensor([-100, -100]))
    assert math.isnan(loss.item())
    loss.backward()
    assert x.grad.tolist() == [[0, 0, 0], [0, 0, 0]]
    assert math.isnan(F.mse_loss(torch.ones(0), torch.ones(0)).item())
    assert F.cross_entropy(x, torch.tensor([-100, -100]), reduction="sum").item() == 0


def test_large_scores_do_not_overflow():
    x = torch.tensor([[1000.0, -1000.0]], requires_grad=True)
    loss = F.cross_entropy(x, torch.tensor([1]))
    loss.backward()
    assert loss.item() == 2000 and x.grad.tolist() == [[1, -1]]


def test_names_in_the_graph():
    x, y = torch.ones(2, 3, requires_grad=True), torch.zeros(2, 3)
    labels = torch.tensor([0, 1])
    names = {
        F.mse_loss(x, y): "MseLossBackward0",
        F.l1_loss(x, y): "MeanBackward0",
        F.smooth_l1_loss(x, y): "SmoothL1LossBackward0",
        F.huber_loss(x, y): "HuberLossBackward0",
        F.cross_entropy(x, labels): "NllLossBackward0",
        F.nll_loss(x, labels): "NllLossBackward0",
        F.cross_entropy(torch.ones(2, 3, 4, requires_grad=True), torch.zeros(2, 4, dtype=torch.long)): "NllLoss2DBackward0",
        F.binary_cross_entropy(x, y): "BinaryCrossEntropyBackward0",
        F.binary_cross_entropy_with_logits(x, y): "BinaryCrossEntropyWithLogitsBackward0",
        F.soft_margin_loss(x, y): "SoftMarginLossBackward0",
        F.multi_margin_loss(x, labels): "MultiMarginLossBackward0",
        F.layer_norm(x, (3,)): "NativeLayerNormBackward0",
        F.batch_norm(x, None, None, training=True): "NativeBatchNormBackward0",
        F.group_norm(torch.ones(2, 4, 3, requires_grad=True), 2): "NativeGroupNormBackward0",
    }
    assert {t: t.grad_fn.name() for t in names} == names
    assert repr(F.mse_loss(x, y)) == "tensor(1., grad_fn=<MseLossBackward0>)"


def test_second_and_third_derivatives_of_cross_entropy():
    x = torch.tensor([[0.3, -0.7, 1.2]], dtype=torch.float64, requires_grad=True)
    label = torch.tensor([2])
    p = torch.softmax(x.detach(), 1)[0]
    (first,) = torch.autograd.grad(F.cross_entropy(x, label), x, create_graph=True)
    (second,) = torch.autograd.grad(first[0, 0], x, create_graph=True)
    expected = [p[0] * (1 - p[0]), -p[0] * p[1], -p[0] * p[2]]
    assert torch.allclose(second[0], torch.stack(expected))
    (third,) = torch.autograd.grad(second[0, 1], x)
    # d/dx0 of -p0 p1
    assert third[0, 0].item() == pytest.approx((-p[0] * p[1] * (1 - 2 * p[0])).item())


def test_half_precision_is_summed_in_float32():
    x = torch.full((4096,), 1.0, dtype=torch.float16)
    assert F.mse_loss(x, torch.zeros(4096, dtype=torch.float16)).item() == 1
    assert F.cross_entropy(torch.zeros(5000, 2, dtype=torch.float16), torch.zeros(5000, dtype=torch.long)).item() == (
        pytest.approx(math.log(2), rel=1e-3)
    )


def test_batch_norm_keeps_running_statistics_as_torch_does():
    norm = nn.BatchNorm1d(2, momentum=0.25)
    x = torch.tensor([[1.0, 2.0], [3.0, 6.0], [5.0, 10.0]])
    norm(x)
    assert norm.running_mean.tolist() == [0.75, 1.5]  # 0.25 * mean
    assert norm.running_var.tolist() == [1.75, 4.75]  # 0.75 + 0.25 * unbiased variance
    assert norm.num_batches_tracked.item() == 1
    norm.eval()
    before = norm.running_mean.tolist()
    out = norm(x)
    assert norm.running_mean.tolist() == before and norm.num_batches_tracked.item() == 1
    assert torch.allclose(out, (x - norm.running_mean) / (norm.running_var + norm.eps).sqrt())
    average = nn.BatchNorm1d(2, momentum=None)
    average(x)
    average(3 * x)
    assert average.running_mean.tolist() == [6, 12]


def test_batch_norm_loads_state_without_a_count():
    norm = nn.BatchNorm1d(2)
    state = norm.state_dict()
    del state["num_batches_tracked"]
    state._metadata.clear()
    assert repr(norm.load_state_dict(state)) == "<All keys matched successfully>"


def test_sync_batch_norm_conversion():
    net = nn.Sequential(nn.BatchNorm1d(3), nn.Sequential(nn.BatchNorm2d(2, affine=False)))
    weight = net[0].weight
    net = nn.SyncBatchNorm.convert_sync_batchnorm(net)
    assert isinstance(net[0], nn.SyncBatchNorm) and isinstance(net[1][0], nn.SyncBatchNorm)
    assert net[0].weight is weight
