"""The layers that are compared with PyTorch: how each is made, and the shapes of a call.

`record_layers.py` writes what PyTorch makes of them to `layers.json`; `test_layers.py` compares with
that file and, where PyTorch is installed, with PyTorch.
"""

import zlib

SEED = 7

#: PyTorch's notes about where weights lie in memory.
BOOKKEEPING = {"_flat_weight_refs"}

#: constructor -> shapes of its input tensors; None for layers that are only constructed.
SPECS: dict[str, tuple | None] = {}


def _specs(shape, *constructors):
    for text in constructors:
        SPECS[text] = shape


_specs(((2, 3),), "Identity()", "Linear(3, 4)", "Linear(3, 4, bias=False)", "LazyLinear(3)", "Flatten()")
_specs(None, "Linear(3, 0)", "Linear(5, 6, dtype=torch.float64)")
_specs(((5, 2), (5, 3)), "Bilinear(2, 3, 4)", "Bilinear(2, 3, 4, bias=False)")
_specs(((4, 6),), "Unflatten(1, (2, 3))", "GLU()", "GLU(0)", "Softmin(1)", "Softmax(1)", "LogSoftmax(1)", "Softmax(0)")
_specs(((2, 3, 3, 4),), "Softmax2d()", "Flatten(1, 2)")
_specs(
    ((3, 4),),
    "Threshold(0.1, 20)", "ReLU()", "ReLU6()", "RReLU()", "Hardtanh()", "Hardtanh(-2, 2)", "Sigmoid()",
    "Hardsigmoid()", "Tanh()", "SiLU()", "Mish()", "Hardswish()", "ELU()", "ELU(2.0)", "CELU()", "CELU(2.0)",
    "SELU()", "GELU()", "GELU('tanh')", "Hardshrink()", "LeakyReLU()", "LeakyReLU(0.1)", "LogSigmoid()",
    "Softplus()", "Softplus(2, 3)", "Softshrink()", "PReLU()", "PReLU(4, 0.1)", "Softsign()", "Tanhshrink()",
)  # fmt: skip
_specs(
    None,
    "ReLU(True)", "ReLU6(True)", "Threshold(1, 2, True)", "ELU(2.0, True)", "SELU(True)", "SiLU(True)", "Mish(True)",
    "Hardtanh(-2, 2, True)", "LeakyReLU(0.1, True)", "CELU(2.0, True)", "RReLU(0.2, 0.4, True)", "Softmax()",
)  # fmt: skip
_specs(((3, 8),), "Dropout()", "Dropout(0.2)", "AlphaDropout()", "FeatureAlphaDropout()")
_specs(((2, 3, 4),), "Dropout1d()")
_specs(((2, 3, 3, 4),), "Dropout2d()")
_specs(((2, 3, 2, 2, 2),), "Dropout3d()")
_specs(
    (("int", 5, 2, 3),),
    "Embedding(5, 3)", "Embedding(5, 3, padding_idx=1)", "Embedding(5, 3, padding_idx=-1, max_norm=1.0, norm_type=1.0)",
    "Embedding(5, 3, scale_grad_by_freq=True)",
)  # fmt: skip
_specs((("int", 5, 2, 3),), "EmbeddingBag(5, 3)", "EmbeddingBag(5, 3, mode='sum', padding_idx=2)")
_specs(((2, 3),), "LayerNorm(3)", "LayerNorm([3], bias=False, eps=1e-3)", "RMSNorm(3)", "BatchNorm1d(3)", "LazyBatchNorm1d()",
       "BatchNorm1d(3, momentum=None, bias=False)")  # fmt: skip
_specs(((2, 3, 4),), "LayerNorm((3, 4), elementwise_affine=False)", "RMSNorm((3, 4), 1e-3)", "InstanceNorm1d(3)",
       "LazyInstanceNorm1d()", "LocalResponseNorm(2)")  # fmt: skip
_specs(((2, 4, 3),), "GroupNorm(2, 4)", "GroupNorm(2, 4, affine=False)", "GroupNorm(2, 4, bias=False)")
_specs(((2, 3, 3, 4),), "BatchNorm2d(3, affine=False)", "LazyBatchNorm2d()", "InstanceNorm2d(3, affine=True)",
       "LazyInstanceNorm2d()")  # fmt: skip
_specs(((2, 3, 2, 2, 3),), "BatchNorm3d(3, track_running_stats=False)", "LazyBatchNorm3d(affine=False)",
       "InstanceNorm3d(3, track_running_stats=True)", "LazyInstanceNorm3d()")  # fmt: skip
_specs(None, "SyncBatchNorm(3)")
_specs(((3, 4), (3, 4)), "PairwiseDistance()", "CosineSimilarity()")
_specs(((2, 3, 6),), "ConstantPad1d(2, 3)", "ZeroPad1d(1)", "ReflectionPad1d(1)", "ReplicationPad1d((1, 2))", "CircularPad1d(1)")
_specs(((2, 3, 3, 4),), "ConstantPad2d((1, 2, 3, 4), 3.5)", "ZeroPad2d(2)", "ReflectionPad2d(2)", "ReplicationPad2d(1)",
       "CircularPad2d(1)")  # fmt: skip
_specs(((1, 2, 3, 3, 3),), "ConstantPad3d(1, 0)", "ZeroPad3d(1)", "ReflectionPad3d(2)", "ReplicationPad3d(1)", "CircularPad3d(1)")
_specs(((1, 4, 4, 2),), "PixelShuffle(2)", "PixelUnshuffle(2)", "ChannelShuffle(2)")
_specs(((2, 2, 7),), "Conv1d(2, 4, 3)", "Conv1d(2, 4, 3, 2, 1, 2, 2, False)", "Conv1d(2, 3, 3, padding=1, padding_mode='circular')",
       "LazyConv1d(3, 3)", "MaxPool1d(2)", "MaxPool1d(3, 2, 1, 1, ceil_mode=True)", "AvgPool1d(2)", "AdaptiveAvgPool1d(3)",
       "AdaptiveMaxPool1d(3)", "ConvTranspose1d(2, 3, 3, 2, output_padding=1)")  # fmt: skip
_specs(((2, 2, 5, 4),), "Conv2d(2, 4, 3, padding=1)", "Conv2d(2, 4, (3, 2), stride=2, padding='valid', dilation=(1, 2), groups=2)",
       "Conv2d(2, 3, 3, padding='same', padding_mode='reflect')", "ConvTranspose2d(2, 3, 3, 2, 1, 1)",
       "ConvTranspose2d(2, 2, 3, groups=2, bias=False, dilation=2)", "LazyConv2d(3, 3)", "LazyConvTranspose2d(3, 3)",
       "MaxPool2d(2)", "MaxPool2d((2, 3), (1, 2), (0, 1))", "AvgPool2d(3, 2, 1)", "AvgPool2d(2, divisor_override=3)",
       "AdaptiveAvgPool2d((1, None))", "AdaptiveAvgPool2d(1)", "AdaptiveMaxPool2d((3, 2))", "Unfold(2)",
       "Upsample(scale_factor=2)", "Upsample(size=(2, 3), mode='bilinear')", "UpsamplingNearest2d(scale_factor=2)",
       "UpsamplingBilinear2d(3)", "LPPool2d(2, 2)")  # fmt: skip
_specs(((1, 2, 3, 4, 3),), "Conv3d(2, 2, 2, padding=(1, 0, 1))", "ConvTranspose3d(2, 2, 2)", "MaxPool3d(2, 1)", "AvgPool3d(2)",
       "AdaptiveAvgPool3d(2)", "AdaptiveMaxPool3d(2)", "Upsample(scale_factor=(1, 2, 1), mode='trilinear')")  # fmt: skip
_specs(((1, 8, 9),), "Fold((4, 4), 2)")
_specs(None, "MaxPool2d(2, return_indices=True, ceil_mode=True)", "MaxUnpool1d(2)", "MaxUnpool2d(2)", "MaxUnpool3d((1, 2, 3))",
       "LPPool1d(2, 3)", "LazyConv3d(3, 3)", "LazyConvTranspose3d(3, 3)", "LazyConvTranspose1d(3, 3)")  # fmt: skip
_specs(((3, 4), (3, 4)), "L1Loss()", "MSELoss()", "MSELoss(reduction='none')", "SmoothL1Loss()", "SmoothL1Loss(beta=0.3)",
       "HuberLoss()", "PoissonNLLLoss()", "SoftMarginLoss()", "HingeEmbeddingLoss()", "KLDivLoss(reduction='batchmean')",
       "BCEWithLogitsLoss()", "MultiLabelSoftMarginLoss()")  # fmt: skip
_specs(((3, 4), ("int", 4, 3)), "NLLLoss()", "CrossEntropyLoss()", "CrossEntropyLoss(ignore_index=1, label_smoothing=0.1)",
       "MultiMarginLoss()", "CrossEntropyLoss(torch.ones(4))")  # fmt: skip
_specs(((3, 4), (3, 4), (3, 4)), "TripletMarginLoss()", "TripletMarginWithDistanceLoss()", "MarginRankingLoss()")
_specs(((3, 4), ("int", 4, 3, 4)), "MultiLabelMarginLoss()")
_specs(None, "GaussianNLLLoss()", "BCELoss()", "CosineEmbeddingLoss()")
_specs(((4, 2, 3),), "RNN(3, 5)", "RNN(3, 4, 2, nonlinearity='relu', bidirectional=True)",
       "LSTM(3, 4, 2, dropout=0.5, bidirectional=True)", "LSTM(3, 4, proj_size=2, bias=False)", "GRU(3, 4, 2, batch_first=True)")  # fmt: skip
_specs(((2, 3),), "RNNCell(3, 4)", "RNNCell(3, 4, nonlinearity='relu', bias=False)", "LSTMCell(3, 4)", "GRUCell(3, 4)")
_specs(((3, 2, 4), (3, 2, 4), (3, 2, 4)), "MultiheadAttention(4, 2)", "MultiheadAttention(4, 2, kdim=4, vdim=4, bias=False)",
       "MultiheadAttention(4, 2, dropout=0.3, add_bias_kv=True, add_zero_attn=True, batch_first=True)")  # fmt: skip
_specs(((3, 2, 4),), "TransformerEncoderLayer(4, 2, 6, norm_first=True)",
       "TransformerEncoder(torch.nn.TransformerEncoderLayer(4, 2, 6, batch_first=True, activation='gelu', norm_first=True), 2)")  # fmt: skip
_specs(((3, 2, 4), (5, 2, 4)), "TransformerDecoderLayer(4, 2, 6, norm_first=True)",
       "TransformerDecoder(torch.nn.TransformerDecoderLayer(4, 2, 6, bias=False, norm_first=True), 2)")  # fmt: skip
_specs(None, "Transformer(4, 2, 1, 1, 6)", "TransformerEncoderLayer(4, 2, 6)", "CrossMapLRN2d(2, 0.1, 0.5)")
_specs(((4, 6), ("int", 9, 4)), "AdaptiveLogSoftmaxWithLoss(6, 9, [3, 5], div_value=2.0)", "LinearCrossEntropyLoss(6, 9, bias=True)")
_specs(((1, 2, 7, 7),), "FractionalMaxPool2d(2, 3)")
_specs(((1, 2, 5, 6, 7),), "FractionalMaxPool3d(2, output_ratio=(0.5, 0.5, 0.5))")
_specs(None, "CTCLoss(1, 'sum', True)", "FractionalMaxPool2d((2, 3), output_ratio=0.5, return_indices=True)",
       "LinearCrossEntropyLoss(4, 3, out_features=(2,), label_smoothing=0.1, ignore_index=2)")  # fmt: skip


def inputs(spec, torch):
    """The tensors of the call, the same numbers in every library."""
    import numpy as np

    rng = np.random.RandomState(zlib.crc32(spec.encode()))
    made = []
    for i, shape in enumerate(SPECS[spec]):
        if shape[0] == "int":
            made.append(torch.tensor(rng.randint(0, shape[1], shape[2:]).tolist()))
        else:
            wanted = i == 0 or "Loss" not in spec  # targets get no gradient
            made.append(torch.tensor(rng.uniform(-2, 2, shape).tolist(), requires_grad=wanted))
    return made


def build(spec, torch):
    """The layer, with the generator seeded before it."""
    torch.manual_seed(SEED)
    return eval("torch.nn." + spec, {"torch": torch})


def observe(spec, torch):
    """What there is to compare: text, attributes, state and its numbers, results and gradients."""
    layer = build(spec, torch)
    seen = {
        "repr": repr(layer),
        "attributes": sorted(layer.__dict__.keys() - torch.nn.Module().__dict__.keys() - BOOKKEEPING),
        "parameters": [[n, p.requires_grad] for n, p in layer.named_parameters()],
        "metadata": dict(layer.state_dict()._metadata),
        "state": _state(layer),
    }
    if SPECS[spec] is not None:
        given = inputs(spec, torch)
        out = layer(*given)
        results = _tensors(out)
        seen["result"] = [_numbers(r) for r in results] if len(results) > 1 else _numbers(out)
        if results[0].requires_grad:
            sum(r.float().pow(2).sum() for r in results if r.requires_grad).backward()
            seen["grads"] = [_numbers(t.grad) for t in given if t.grad is not None]
            seen["parameter_grads"] = {n: _numbers(p.grad) for n, p in layer.named_parameters() if p.grad is not None}
        if _state(layer) != seen["state"]:
            seen["state_after"] = _state(layer)
        if repr(layer) != seen["repr"]:
            seen["repr_after"] = repr(layer)
    seen["next_random"] = float(torch.rand(1))  # as many numbers were drawn
    return seen


def _tensors(out):
    """The tensors in a result, left to right."""
    return [t for part in out for t in _tensors(part)] if isinstance(out, tuple) else [out]


def _numbers(t):
    return {"shape": list(t.shape), "dtype": str(t.dtype), "values": t.detach().flatten().tolist()}


def _state(layer):
    return {
        n: repr(t) if type(t).__name__.startswith("Uninitialized") else _numbers(t)
        for n, t in layer.state_dict().items()
    }
