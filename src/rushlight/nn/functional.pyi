"""The functions of `torch.nn.functional`. Written by tools/make_stubs.py."""

from builtins import bool as _bool, complex as _complex, float as _float, int as _int, str as _str
from collections.abc import Iterator, Sequence
from typing import Any

from .. import Size, Tensor, dtype as _dtype

def adaptive_avg_pool1d(input: Tensor, output_size: Any) -> Tensor:
    """Return the means of `output_size` nearly equal parts of a (N, C, L) or (C, L) input's last dimension."""
def adaptive_avg_pool2d(input: Tensor, output_size: Any) -> Tensor:
    """Return the means of nearly equal parts of a (N, C, H, W) or (C, H, W) input."""
def adaptive_avg_pool3d(input: Tensor, output_size: Any) -> Tensor:
    """Return the means of nearly equal parts of a (N, C, D, H, W) input; see `adaptive_avg_pool2d`."""
def adaptive_max_pool1d(input: Tensor, output_size: Any, return_indices: _bool = ...) -> Any:
    """Return the maxima of `output_size` nearly equal parts of a (N, C, L) or (C, L) input's last dimension."""
def adaptive_max_pool1d_with_indices(input: Tensor, output_size: Any, return_indices: _bool = ...) -> Tensor:
    """Return `adaptive_max_pool1d` and its indices, whatever `return_indices` says."""
def adaptive_max_pool2d(input: Tensor, output_size: Any, return_indices: _bool = ...) -> Any:
    """Return the maxima of nearly equal parts of a (N, C, H, W) input; see `adaptive_max_pool1d`."""
def adaptive_max_pool2d_with_indices(input: Tensor, output_size: Any, return_indices: _bool = ...) -> Tensor:
    """Return `adaptive_max_pool2d` and its indices, whatever `return_indices` says."""
def adaptive_max_pool3d(input: Tensor, output_size: Any, return_indices: _bool = ...) -> Any:
    """Return the maxima of nearly equal parts of a (N, C, D, H, W) input; see `adaptive_max_pool1d`."""
def adaptive_max_pool3d_with_indices(input: Tensor, output_size: Any, return_indices: _bool = ...) -> Tensor:
    """Return `adaptive_max_pool3d` and its indices, whatever `return_indices` says."""
def affine_grid(theta: Any, size: Any, align_corners: Any = ...) -> Tensor:
    """Return the positions for `grid_sample` that a batch of affine maps gives."""
def alpha_dropout(input: Tensor, p: Any = ..., training: _bool = ..., inplace: _bool = ...) -> Tensor:
    """Return the input with elements set to SELU's lower limit with probability `p`; mean and variance stay."""
def avg_pool1d(input: Tensor, kernel_size: Any, stride: Any = ..., padding: Any = ..., ceil_mode: _bool = ..., count_include_pad: _bool = ...) -> Tensor:
    """Return the means of windows of a (N, C, L) or (C, L) input."""
def avg_pool2d(input: Tensor, kernel_size: Any, stride: Any = ..., padding: Any = ..., ceil_mode: _bool = ..., count_include_pad: _bool = ..., divisor_override: Any = ...) -> Tensor:
    """Return the means of windows of a (N, C, H, W) or (C, H, W) input; arguments as in `avg_pool1d`."""
def avg_pool3d(input: Tensor, kernel_size: Any, stride: Any = ..., padding: Any = ..., ceil_mode: _bool = ..., count_include_pad: _bool = ..., divisor_override: Any = ...) -> Tensor:
    """Return the means of windows of a (N, C, D, H, W) input; arguments as in `avg_pool2d`."""
def batch_norm(input: Tensor, running_mean: Any, running_var: Any, weight: Any = ..., bias: Any = ..., training: _bool = ..., momentum: Any = ..., eps: Any = ...) -> Tensor:
    """Return (x - mean) / sqrt(var + eps) * weight + bias for each channel of (N, C, ...)."""
def bilinear(input1: Any, input2: Any, weight: Any, bias: Any = ...) -> Tensor:
    """Return `input1^T weight[k] input2 + bias[k]` for each k."""
def binary_cross_entropy(input: Tensor, target: Any, weight: Any = ..., size_average: Any = ..., reduce: Any = ..., reduction: Any = ...) -> Tensor:
    """Return the mean binary cross entropy of probabilities."""
def binary_cross_entropy_with_logits(input: Tensor, target: Any, weight: Any = ..., size_average: Any = ..., reduce: Any = ..., reduction: Any = ..., pos_weight: Any = ...) -> Tensor:
    """Return the mean binary cross entropy of sigmoid(input), computed without overflow."""
def celu(input: Tensor, alpha: Any = ..., inplace: _bool = ...) -> Tensor:
    """Return max(input, 0) + min(alpha * (exp(input / alpha) - 1), 0)."""
def celu_(input: Tensor, alpha: Any = ...) -> Tensor:
    """Write `celu(input, alpha)` into input."""
def channel_shuffle(input: Tensor, groups: Any, *, out: Any = ...) -> Tensor:
    """Return (N, C, ...) with the channels of `groups` groups interleaved."""
def conv1d(input: Tensor, weight: Any, bias: Any = ..., stride: Any = ..., padding: Any = ..., dilation: Any = ..., groups: Any = ...) -> Tensor:
    """Return the convolution (cross-correlation) of a (N, C, L) or (C, L) input."""
def conv2d(input: Tensor, weight: Any, bias: Any = ..., stride: Any = ..., padding: Any = ..., dilation: Any = ..., groups: Any = ...) -> Tensor:
    """Return the convolution of a (N, C, H, W) or (C, H, W) input; arguments as in `conv1d`."""
def conv3d(input: Tensor, weight: Any, bias: Any = ..., stride: Any = ..., padding: Any = ..., dilation: Any = ..., groups: Any = ...) -> Tensor:
    """Return the convolution of a (N, C, D, H, W) or (C, D, H, W) input; arguments as in `conv1d`."""
def conv_tbc(input: Tensor, weight: Any, bias: Any, pad: Any = ...) -> Tensor:
    """Return the convolution in time of (time, batch, channels) with (width, channels, outputs)."""
def conv_transpose1d(input: Tensor, weight: Any, bias: Any = ..., stride: Any = ..., padding: Any = ..., output_padding: Any = ..., groups: Any = ..., dilation: Any = ...) -> Tensor:
    """Return the transposed convolution of a (N, C, L) or (C, L) input: the gradient of `conv1d`'s input."""
def conv_transpose2d(input: Tensor, weight: Any, bias: Any = ..., stride: Any = ..., padding: Any = ..., output_padding: Any = ..., groups: Any = ..., dilation: Any = ...) -> Tensor:
    """Return the transposed convolution of a (N, C, H, W) input; arguments as in `conv_transpose1d`."""
def conv_transpose3d(input: Tensor, weight: Any, bias: Any = ..., stride: Any = ..., padding: Any = ..., output_padding: Any = ..., groups: Any = ..., dilation: Any = ...) -> Tensor:
    """Return the transposed convolution of a (N, C, D, H, W) input; arguments as in `conv_transpose1d`."""
def cosine_embedding_loss(input1: Any, input2: Any, target: Any, margin: Any = ..., size_average: Any = ..., reduce: Any = ..., reduction: Any = ...) -> Tensor:
    """Return the mean of 1 - cos(input1, input2) where target is 1, of max(0, cos - margin) where it is -1."""
def cosine_similarity(x1: Any, x2: Any, dim: Any = ..., eps: Any = ...) -> Tensor:
    """Return x1 . x2 / (max(|x1|, eps) max(|x2|, eps)) along `dim`, broadcast."""
def cross_entropy(input: Tensor, target: Any, weight: Any = ..., size_average: Any = ..., ignore_index: Any = ..., reduce: Any = ..., reduction: Any = ..., label_smoothing: Any = ...) -> Tensor:
    """Return the mean cross entropy between softmax(input) and the target."""
def ctc_loss(log_probs: Any, targets: Any, input_lengths: Any, target_lengths: Any, blank: Any = ..., reduction: Any = ..., zero_infinity: _bool = ...) -> Tensor:
    """Return the loss of label sequences that are aligned with the input in every possible way."""
def dropout(input: Tensor, p: Any = ..., training: _bool = ..., inplace: _bool = ...) -> Tensor:
    """Return the input with elements set to zero with probability `p`, the others times 1/(1-p)."""
def dropout1d(input: Tensor, p: Any = ..., training: _bool = ..., inplace: _bool = ...) -> Tensor:
    """Return the input, (C, L) or (N, C, L), with whole channels dropped: see `dropout`."""
def dropout2d(input: Tensor, p: Any = ..., training: _bool = ..., inplace: _bool = ...) -> Tensor:
    """Return the input, (N, C, H, W), with whole channels dropped: see `dropout`."""
def dropout3d(input: Tensor, p: Any = ..., training: _bool = ..., inplace: _bool = ...) -> Tensor:
    """Return the input, (C, D, H, W) or (N, C, D, H, W), with whole channels dropped: see `dropout`."""
def elu(input: Tensor, alpha: Any = ..., inplace: _bool = ...) -> Tensor:
    """Return input where positive, else alpha * (exp(input) - 1)."""
def elu_(input: Tensor, alpha: Any = ...) -> Tensor:
    """Write `elu(input, alpha)` into input."""
def embedding(input: Tensor, weight: Any, padding_idx: Any = ..., max_norm: Any = ..., norm_type: Any = ..., scale_grad_by_freq: _bool = ..., sparse: _bool = ...) -> Tensor:
    """Return the rows of `weight` that `input` names."""
def embedding_bag(input: Tensor, weight: Any, offsets: Any = ..., max_norm: Any = ..., norm_type: Any = ..., scale_grad_by_freq: _bool = ..., mode: Any = ..., sparse: _bool = ..., per_sample_weights: Any = ..., include_last_offset: _bool = ..., padding_idx: Any = ...) -> Any:
    """Return the sums, means or maxima of bags of rows of `weight`."""
def feature_alpha_dropout(input: Tensor, p: Any = ..., training: _bool = ..., inplace: _bool = ...) -> Tensor:
    """`alpha_dropout` of whole channels, the second dimension of the input."""
def fold(input: Tensor, output_size: Any, kernel_size: Any, dilation: Any = ..., padding: Any = ..., stride: Any = ...) -> Tensor:
    """Return the sums of sliding blocks in an image of `output_size`: the transpose of `unfold`."""
def fractional_max_pool2d(input: Tensor, kernel_size: Any, output_size: Any = ..., output_ratio: Any = ..., return_indices: _bool = ...) -> Any:
    """Return the maxima of windows at pseudo-random places of a (N, C, H, W) or (C, H, W) input."""
def fractional_max_pool2d_with_indices(input: Tensor, kernel_size: Any, output_size: Any = ..., output_ratio: Any = ..., return_indices: _bool = ...) -> Tensor:
    """Return `fractional_max_pool2d` and the indices of its maxima, whatever `return_indices` says."""
def fractional_max_pool3d(input: Tensor, kernel_size: Any, output_size: Any = ..., output_ratio: Any = ..., return_indices: _bool = ...) -> Any:
    """Return the maxima of windows at pseudo-random places of a (N, C, D, H, W) input, as `fractional_max_pool2d`."""
def fractional_max_pool3d_with_indices(input: Tensor, kernel_size: Any, output_size: Any = ..., output_ratio: Any = ..., return_indices: _bool = ...) -> Tensor:
    """Return `fractional_max_pool3d` and the indices of its maxima, whatever `return_indices` says."""
def gaussian_nll_loss(input: Tensor, target: Any, var: Any, full: _bool = ..., eps: Any = ..., reduction: Any = ...) -> Tensor:
    """Return the mean negative log likelihood of normal values: (log(var) + (input - target)**2 / var) / 2."""
def gelu(input: Tensor, *, approximate: _str = ..., out: Any = ...) -> Tensor:
    """Return input * Phi(input), Phi being the distribution function of the standard normal."""
def glu(input: Tensor, dim: Any = ..., *, out: Any = ..., axis: Any = ...) -> Tensor:
    """Return a * sigmoid(b), a and b being the halves of input along `dim`."""
def grid_sample(input: Tensor, grid: Any, mode: Any = ..., padding_mode: Any = ..., align_corners: Any = ...) -> Tensor:
    """Return the input read at the positions of `grid`."""
def group_norm(input: Tensor, num_groups: Any, weight: Any = ..., bias: Any = ..., eps: Any = ...) -> Tensor:
    """Return (x - mean) / sqrt(var + eps) * weight + bias over groups of channels of each sample of (N, C, ...)."""
def gumbel_softmax(logits: Any, tau: Any = ..., hard: _bool = ..., eps: Any = ..., dim: Any = ...) -> Tensor:
    """Return a sample of the relaxed categorical distribution with the given logits."""
def hardshrink(input: Tensor, lambd: Any = ..., *, out: Any = ...) -> Tensor:
    """Return input where |input| > lambd (or nan), else 0."""
def hardsigmoid(input: Tensor, inplace: _bool = ...) -> Tensor:
    """Return min(max(input + 3, 0), 6) / 6."""
def hardswish(input: Tensor, inplace: _bool = ...) -> Tensor:
    """Return input * min(max(input + 3, 0), 6) / 6."""
def hardtanh(input: Tensor, min_val: Any = ..., max_val: Any = ..., inplace: _bool = ...) -> Tensor:
    """Return input limited to [min_val, max_val]; the gradient at the limits is 0."""
def hardtanh_(input: Tensor, min_val: Any = ..., max_val: Any = ...) -> Tensor:
    """Write `hardtanh(input, ...)` into input."""
def hinge_embedding_loss(input: Tensor, target: Any, margin: Any = ..., size_average: Any = ..., reduce: Any = ..., reduction: Any = ...) -> Tensor:
    """Return the mean of input where target is 1, of max(0, margin - input) where it is -1."""
def huber_loss(input: Tensor, target: Any, reduction: Any = ..., delta: Any = ..., weight: Any = ...) -> Tensor:
    """Return the mean of d**2/2 where |d| = |input - target| <= delta, of delta (|d| - delta/2) elsewhere."""
def instance_norm(input: Tensor, running_mean: Any = ..., running_var: Any = ..., weight: Any = ..., bias: Any = ..., use_input_stats: _bool = ..., momentum: Any = ..., eps: Any = ...) -> Tensor:
    """Return (x - mean) / sqrt(var + eps) * weight + bias for each channel of each sample of (N, C, ...)."""
def interpolate(input: Tensor, size: Any = ..., scale_factor: Any = ..., mode: Any = ..., align_corners: Any = ..., recompute_scale_factor: Any = ..., antialias: _bool = ...) -> Tensor:
    """Return the input resized."""
def kl_div(input: Tensor, target: Any, size_average: Any = ..., reduce: Any = ..., reduction: Any = ..., log_target: _bool = ...) -> Tensor:
    """Return the mean of target (log(target) - input), the Kullback-Leibler divergence."""
def l1_loss(input: Tensor, target: Any, size_average: Any = ..., reduce: Any = ..., reduction: Any = ..., weight: Any = ...) -> Tensor:
    """Return the mean absolute error; arguments as in `mse_loss`."""
def layer_norm(input: Tensor, normalized_shape: Any, weight: Any = ..., bias: Any = ..., eps: Any = ...) -> Tensor:
    """Return (x - mean) / sqrt(var + eps) * weight + bias over the last dimensions."""
def leaky_relu(input: Tensor, negative_slope: Any = ..., inplace: _bool = ...) -> Tensor:
    """Return input where positive, else negative_slope * input."""
def leaky_relu_(input: Tensor, negative_slope: Any = ...) -> Tensor:
    """Write `leaky_relu(input, ...)` into input."""
def linear(input: Tensor, weight: Tensor, bias: Tensor | None = ..., *, out: Any = ...) -> Tensor:
    """Return `input @ weight.T + bias`."""
def linear_cross_entropy(input: Tensor, linear_weight: Any, target: Any, *, linear_bias: Any = ..., weight: Any = ..., reduction: Any = ..., ignore_index: Any = ..., label_smoothing: Any = ..., options: Any = ...) -> Tensor:
    """Return `cross_entropy(linear(input, linear_weight, linear_bias), target)`."""
def local_response_norm(input: Tensor, size: Any, alpha: Any = ..., beta: Any = ..., k: Any = ...) -> Tensor:
    """Return x / (k + alpha/size * sum of x**2 over neighbouring channels)**beta for (N, C, ...)."""
def log_softmax(input: Tensor, dim: Any = ..., dtype: Any = ...) -> Tensor:
    """Return log(softmax(input, dim)) without loss of accuracy."""
def logsigmoid(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return log(sigmoid(input)) without overflow."""
def lp_pool1d(input: Tensor, norm_type: Any, kernel_size: Any, stride: Any = ..., ceil_mode: _bool = ...) -> Tensor:
    """Return (sum of x**p over a window)**(1/p) of a (N, C, L) or (C, L) input; the rest as in `avg_pool1d`."""
def lp_pool2d(input: Tensor, norm_type: Any, kernel_size: Any, stride: Any = ..., ceil_mode: _bool = ...) -> Tensor:
    """Return (sum of x**p over a window)**(1/p) of a (N, C, H, W) input; the rest as in `avg_pool2d`."""
def lp_pool3d(input: Tensor, norm_type: Any, kernel_size: Any, stride: Any = ..., ceil_mode: _bool = ...) -> Tensor:
    """Return (sum of x**p over a window)**(1/p) of a (N, C, D, H, W) input; the rest as in `avg_pool3d`."""
def margin_ranking_loss(input1: Any, input2: Any, target: Any, margin: Any = ..., size_average: Any = ..., reduce: Any = ..., reduction: Any = ...) -> Tensor:
    """Return the mean of max(0, -target (input1 - input2) + margin)."""
def max_pool1d(input: Tensor, kernel_size: Any, stride: Any = ..., padding: Any = ..., dilation: Any = ..., ceil_mode: _bool = ..., return_indices: _bool = ...) -> Any:
    """Return the maxima of windows of a (N, C, L) or (C, L) input."""
def max_pool1d_with_indices(input: Tensor, kernel_size: Any, stride: Any = ..., padding: Any = ..., dilation: Any = ..., ceil_mode: _bool = ..., return_indices: _bool = ...) -> Tensor:
    """Return `max_pool1d` and the indices of its maxima, whatever `return_indices` says."""
def max_pool2d(input: Tensor, kernel_size: Any, stride: Any = ..., padding: Any = ..., dilation: Any = ..., ceil_mode: _bool = ..., return_indices: _bool = ...) -> Any:
    """Return the maxima of windows of a (N, C, H, W) or (C, H, W) input; arguments as in `max_pool1d`."""
def max_pool2d_with_indices(input: Tensor, kernel_size: Any, stride: Any = ..., padding: Any = ..., dilation: Any = ..., ceil_mode: _bool = ..., return_indices: _bool = ...) -> Tensor:
    """Return `max_pool2d` and the indices of its maxima, whatever `return_indices` says."""
def max_pool3d(input: Tensor, kernel_size: Any, stride: Any = ..., padding: Any = ..., dilation: Any = ..., ceil_mode: _bool = ..., return_indices: _bool = ...) -> Any:
    """Return the maxima of windows of a (N, C, D, H, W) input; arguments as in `max_pool1d`."""
def max_pool3d_with_indices(input: Tensor, kernel_size: Any, stride: Any = ..., padding: Any = ..., dilation: Any = ..., ceil_mode: _bool = ..., return_indices: _bool = ...) -> Tensor:
    """Return `max_pool3d` and the indices of its maxima, whatever `return_indices` says."""
def max_unpool1d(input: Tensor, indices: Any, kernel_size: Any, stride: Any = ..., padding: Any = ..., output_size: Any = ...) -> Tensor:
    """Return zeros with the values of `max_pool1d` put back to the places its indices name."""
def max_unpool2d(input: Tensor, indices: Any, kernel_size: Any, stride: Any = ..., padding: Any = ..., output_size: Any = ...) -> Tensor:
    """Return zeros with the values of `max_pool2d` put back; arguments as in `max_unpool1d`."""
def max_unpool3d(input: Tensor, indices: Any, kernel_size: Any, stride: Any = ..., padding: Any = ..., output_size: Any = ...) -> Tensor:
    """Return zeros with the values of `max_pool3d` put back; arguments as in `max_unpool1d`."""
def mish(input: Tensor, inplace: _bool = ...) -> Tensor:
    """Return input * tanh(softplus(input))."""
def mse_loss(input: Tensor, target: Any, size_average: Any = ..., reduce: Any = ..., reduction: Any = ..., weight: Any = ...) -> Tensor:
    """Return the mean squared error."""
def multi_head_attention_forward(query: Any, key: Any, value: Any, embed_dim_to_check: Any, num_heads: Any, in_proj_weight: Any, in_proj_bias: Any, bias_k: Any, bias_v: Any, add_zero_attn: Any, dropout_p: Any, out_proj_weight: Any, out_proj_bias: Any, training: _bool = ..., key_padding_mask: Any = ..., need_weights: _bool = ..., attn_mask: Any = ..., use_separate_proj_weight: _bool = ..., q_proj_weight: Any = ..., k_proj_weight: Any = ..., v_proj_weight: Any = ..., static_k: Any = ..., static_v: Any = ..., average_attn_weights: _bool = ..., is_causal: _bool = ...) -> Any:
    """Return (output, weights or None) of attention in several heads, with projections before and after."""
def multi_margin_loss(input: Tensor, target: Any, p: Any = ..., margin: Any = ..., weight: Any = ..., size_average: Any = ..., reduce: Any = ..., reduction: Any = ...) -> Tensor:
    """Return the mean over samples of sum max(0, margin - x[y] + x[i])**p / C, over the classes i other than y."""
def multilabel_margin_loss(input: Tensor, target: Any, size_average: Any = ..., reduce: Any = ..., reduction: Any = ...) -> Tensor:
    """Return the mean over samples of sum max(0, 1 - (x[y] - x[i])) / C, over labels y and non-labels i."""
def multilabel_soft_margin_loss(input: Tensor, target: Any, weight: Any = ..., size_average: Any = ..., reduce: Any = ..., reduction: Any = ...) -> Tensor:
    """Return the mean binary cross entropy over classes, for targets of zeros and ones."""
def native_channel_shuffle(input: Tensor, groups: Any, *, out: Any = ...) -> Tensor:
    """Return (N, C, ...) with the channels of `groups` groups interleaved."""
def nll_loss(input: Tensor, target: Any, weight: Any = ..., size_average: Any = ..., ignore_index: Any = ..., reduce: Any = ..., reduction: Any = ...) -> Tensor:
    """Return minus the mean log-probability of the target classes."""
def normalize(input: Tensor, p: Any = ..., dim: Any = ..., eps: Any = ..., out: Any = ...) -> Tensor:
    """Return input / max(norm(input, p, dim), eps): vectors of length 1 along `dim`."""
def one_hot(input: Tensor, num_classes: Any = ..., *, out: Any = ...) -> Tensor:
    """Return int64 zeros with a one at the position each class number names, in a new last dimension."""
def pad(input: Tensor, pad: Any, mode: Any = ..., value: Any = ...) -> Tensor:
    """Return `input` padded at the ends of its last dimensions."""
def pairwise_distance(x1: Any, x2: Any, p: Any = ..., eps: Any = ..., keepdim: _bool = ...) -> Tensor:
    """Return the p-norm of x1 - x2 + eps over the last dimension."""
def pdist(input: Tensor, p: Any = ...) -> Tensor:
    """Return the p-norm distance of every pair of rows i < j, as one vector."""
def pixel_shuffle(input: Tensor, upscale_factor: Any, *, out: Any = ...) -> Tensor:
    """Return (..., C, H r, W r) from (..., C r^2, H, W): channels become pixels."""
def pixel_unshuffle(input: Tensor, downscale_factor: Any, *, out: Any = ...) -> Tensor:
    """Return (..., C r^2, H / r, W / r) from (..., C, H, W): the inverse of `pixel_shuffle`."""
def poisson_nll_loss(input: Tensor, target: Any, log_input: _bool = ..., full: _bool = ..., size_average: Any = ..., eps: Any = ..., reduce: Any = ..., reduction: Any = ...) -> Tensor:
    """Return the mean negative log likelihood of Poisson counts."""
def prelu(input: Tensor, weight: Any) -> Tensor:
    """Return input where positive, else weight * input, with a learnable weight."""
def relu(input: Tensor, inplace: _bool = ...) -> Tensor:
    """Return max(input, 0); see `torch.relu`."""
def relu6(input: Tensor, inplace: _bool = ...) -> Tensor:
    """Return min(max(input, 0), 6)."""
def relu_(input: Tensor) -> Tensor:
    """Write max(input, 0) into input; see `torch.relu`."""
def rms_norm(input: Tensor, normalized_shape: Any, weight: Any = ..., eps: Any = ...) -> Tensor:
    """Return x / sqrt(mean(x**2) + eps) * weight over the last dimensions."""
def rrelu(input: Tensor, lower: Any = ..., upper: Any = ..., training: _bool = ..., inplace: _bool = ...) -> Tensor:
    """Return input where positive, else a * input; in training a is drawn from U(lower, upper) for each element."""
def rrelu_(input: Tensor, lower: Any = ..., upper: Any = ..., training: _bool = ...) -> Tensor:
    """Write `rrelu(input, ...)` into input."""
def scaled_dot_product_attention(query: Any, key: Any, value: Any, attn_mask: Any = ..., dropout_p: Any = ..., is_causal: _bool = ..., scale: Any = ..., enable_gqa: _bool = ...) -> Tensor:
    """Return softmax(scale query key^T + mask) value."""
def selu(input: Tensor, inplace: _bool = ...) -> Tensor:
    """Return scale * (max(input, 0) + min(alpha * (exp(input) - 1), 0)) with the self-normalising constants."""
def selu_(input: Tensor) -> Tensor:
    """Write `selu(input)` into input."""
def sigmoid(input: Tensor) -> Tensor:
    """Return 1 / (1 + exp(-input)); see `torch.sigmoid`."""
def silu(input: Tensor, inplace: _bool = ...) -> Tensor:
    """Return input * sigmoid(input), also called swish."""
def smooth_l1_loss(input: Tensor, target: Any, size_average: Any = ..., reduce: Any = ..., reduction: Any = ..., beta: Any = ...) -> Tensor:
    """Return the mean of d**2/(2 beta) where |d| = |input - target| < beta, of |d| - beta/2 elsewhere."""
def soft_margin_loss(input: Tensor, target: Any, size_average: Any = ..., reduce: Any = ..., reduction: Any = ...) -> Tensor:
    """Return the mean of log(1 + exp(-target input))."""
def softmax(input: Tensor, dim: Any = ..., dtype: Any = ...) -> Tensor:
    """Return exp(input) / sum(exp(input), dim): positive numbers with sum 1 along `dim`."""
def softmin(input: Tensor, dim: Any = ..., dtype: Any = ...) -> Tensor:
    """Return softmax(-input, dim)."""
def softplus(input: Tensor, beta: Any = ..., threshold: Any = ..., *, out: Any = ...) -> Tensor:
    """Return log(1 + exp(beta * input)) / beta, a smooth relu; input itself where beta * input > threshold."""
def softshrink(input: Tensor, lambd: Any = ..., *, out: Any = ...) -> Tensor:
    """Return input moved towards 0 by `lambd`, and 0 within; nan stays."""
def softsign(input: Tensor) -> Tensor:
    """Return input / (1 + |input|)."""
def tanh(input: Tensor) -> Tensor:
    """Return the hyperbolic tangent; see `torch.tanh`."""
def tanhshrink(input: Tensor) -> Tensor:
    """Return input - tanh(input)."""
def threshold(input: Tensor, threshold: Any, value: Any, inplace: _bool = ..., *, out: Any = ...) -> Tensor:
    """Return input where it exceeds `threshold` (or is nan), else `value`."""
def threshold_(input: Tensor, threshold: Any, value: Any) -> Tensor:
    """Write `threshold(input, ...)` into input."""
def triplet_margin_loss(anchor: Any, positive: Any, negative: Any, margin: Any = ..., p: Any = ..., eps: Any = ..., swap: _bool = ..., size_average: Any = ..., reduce: Any = ..., reduction: Any = ...) -> Tensor:
    """Return the mean of max(0, d(anchor, positive) - d(anchor, negative) + margin), with the p-norm distance."""
def triplet_margin_with_distance_loss(anchor: Any, positive: Any, negative: Any, *, distance_function: Any = ..., margin: Any = ..., swap: _bool = ..., reduction: Any = ...) -> Tensor:
    """Return `triplet_margin_loss` with a distance of one's own (`pairwise_distance` by default)."""
def unfold(input: Tensor, kernel_size: Any, dilation: Any = ..., padding: Any = ..., stride: Any = ...) -> Tensor:
    """Return the sliding blocks of a (N, C, H, W) or (C, H, W) input as columns."""
def upsample(input: Tensor, size: Any = ..., scale_factor: Any = ..., mode: Any = ..., align_corners: Any = ...) -> Tensor:
    """Old name of `interpolate`."""
def upsample_bilinear(input: Tensor, size: Any = ..., scale_factor: Any = ...) -> Tensor:
    """`interpolate` bilinearly with aligned corners."""
def upsample_nearest(input: Tensor, size: Any = ..., scale_factor: Any = ...) -> Tensor:
    """`interpolate` by the nearest value."""
def __getattr__(name: _str) -> Any: ...
