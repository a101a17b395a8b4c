"""First lines of errors that no row of the table holds; all are PyTorch's."""
import pytest

import rushlight as torch

F = torch.nn.functional
X = torch.ones


CASES = [
    (lambda: torch.gradient(X(3, 3), spacing=[1.0], dim=(0, 1)), RuntimeError,
     "torch.gradient expected spacing to be unspecified, a scalar or it's spacing and dim arguments to have the same length, "
     "but got a spacing argument of length 1 and a dim argument of length 2."),
    (lambda: torch.gradient(X(3, 3), spacing=[1.0]), RuntimeError,
     "torch.gradient expected spacing to be unspecified, a scalar, or a list of length equal to 'self.dim() = 2', since dim "
     "argument was not given, but got a list of length 1"),
    (lambda: torch.linspace(X(1), X(()), 3), RuntimeError,
     "linspace only supports 0-dimensional start and end tensors, but got start with 1 dimension(s) and end with 0 dimension(s)."),
    (lambda: torch.linspace(1, X(1), 3), RuntimeError,
     "linspace only supports 0-dimensional start and end tensors, but got end with 1 dimension(s)."),
    (lambda: torch.histogramdd(X(4, 3), [2, 2]), RuntimeError,
     "histogramdd: The size of bins must be equal to the innermost dimension of the input."),
    (lambda: torch.multinomial(X(()).expand(2 ** 24 + 1), 1), RuntimeError, "number of categories cannot exceed 2^24"),
    (lambda: torch.hsplit(X(4, 4), "a"), TypeError,
     "hsplit() received an invalid combination of arguments - got (Tensor, str), but expected one of:"),
    (lambda: torch.max(1, X(2)), TypeError,
     "max() received an invalid combination of arguments - got (int, Tensor), but expected one of:"),
    (lambda: torch.max(1), TypeError, "max(): argument 'input' (position 1) must be Tensor, not int"),
    (lambda: F.multi_margin_loss(X(0), torch.tensor([0])), RuntimeError,
     "Expected non-empty vector or matrix with optional 0-dim batch size, but got: [0]"),
    (lambda: torch.special.zeta(1, 2), TypeError,
     "special_zeta() received an invalid combination of arguments - got (int, int), but expected one of:"),
    (lambda: torch.special.entr(1), TypeError, "special_entr(): argument 'input' (position 1) must be Tensor, not int"),
    (lambda: torch.xlogy(1, 2), TypeError,
     "xlogy() received an invalid combination of arguments - got (int, int), but expected one of:"),
    (lambda: F.conv1d(X(1, 2, 4), X(2, 2, 2), groups=3), RuntimeError,
     "Given groups=3, expected weight to be at least 3 at dimension 0, but got weight of size [2, 2, 2] instead"),
    (lambda: F.conv1d(X(1, 3, 4), X(3, 1, 2), dilation=-1), RuntimeError, "dilation should be greater than zero"),
    (lambda: F.max_pool1d(X(1, 1, 4), 0), RuntimeError, "max_pool1d() kernel_size must be greater than zero, but got 0"),
    (lambda: F.max_pool1d(X(1, 1, 4), 2, padding=-1, return_indices=True), RuntimeError,
     "pad must be non-negative, but got pad: -1"),
    (lambda: F.max_pool2d(X(0, 1, 49), 2, padding=-1), RuntimeError, "pad must be non-negative, but got pad: -1"),
    (lambda: F.max_pool2d(X(1, 4, 4), 2, dilation=0), RuntimeError,
     "dilation should be greater than zero, but got dilationH: 0 dilationW: 0"),
    (lambda: F.max_pool3d(X(2, 1, 0, 4, 4), 1), RuntimeError,
     "max_pool3d_with_indices_out_cpu_template(): Expected input's non-batch dimensions to have positive length, but input has "
     "a shape of [2, 1, 0, 4, 4] and non-batch dimension 0 has length zero!"),
    (lambda: F.adaptive_avg_pool1d(X(1, 1, 4), ()), RuntimeError,
     "adaptive_avg_pool1d() argument 'output_size' should contain one int (got 0)"),
    (lambda: F.adaptive_avg_pool1d(X(1, 1, 4), -1), RuntimeError,
     "adaptive_avg_pool2d: elements of output_size must be greater than or equal to 0 but received {1, -1}"),
    (lambda: F.adaptive_avg_pool3d(X(1, 1, 4, 4, 4), (-1, 0, 2)), RuntimeError,
     "adaptive_avg_pool3d: elements of output_size must be greater than or equal to 0 but received {-1, 0,2}"),
    (lambda: F.adaptive_max_pool2d(X(1, 1, 4, 4), (-1, 0)), RuntimeError,
     "Trying to create tensor with negative dimension -1: [1, 1, -1, 0]"),
]


@pytest.mark.parametrize("call, kind, line", CASES, ids=[c[2][:45] for c in CASES])
def test_first_line(call, kind, line):
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value).split("\n")[0] == line
