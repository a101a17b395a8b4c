"""Pooling, resizing and normalisation of images, forward and backward."""

from bench.table import rand, row


def _pair(title, size, call, numbers=1):
    """Add a row for a call and one for its gradient; `call(torch, x, *parameters)`, parameters of the channels' size."""
    def tensors(torch):
        return [torch.from_numpy(rand(*size)), *[torch.from_numpy(rand(size[1], seed=k)) for k in range(1, numbers)]]

    @row(title)
    def forward(torch):
        x = tensors(torch)
        return lambda: call(torch, *x)

    @row(f"{title}, gradient", tol=(1e-3, 1e-4))
    def backward(torch):
        x = tensors(torch)
        y = call(torch, x[0].requires_grad_(), *x[1:])
        g = torch.from_numpy(rand(*y.shape, seed=9))
        return lambda: torch.autograd.grad(y, x[0], g, retain_graph=True)[0]


_pair("max_pool2d 64x32x24x24, 2", (64, 32, 24, 24), lambda t, x: t.nn.functional.max_pool2d(x, 2))
_pair("max_pool2d 4x64x112x112, 3 stride 2", (4, 64, 112, 112), lambda t, x: t.nn.functional.max_pool2d(x, 3, 2, 1))
_pair("avg_pool2d 64x32x24x24, 2", (64, 32, 24, 24), lambda t, x: t.nn.functional.avg_pool2d(x, 2))
_pair("adaptive_avg_pool2d 8x64x28x28 to 7x7", (8, 64, 28, 28), lambda t, x: t.nn.functional.adaptive_avg_pool2d(x, 7))
_pair("unfold 8x16x32x32, 3", (8, 16, 32, 32), lambda t, x: t.nn.functional.unfold(x, 3, padding=1))
_pair("interpolate nearest 8x64x28x28 twice", (8, 64, 28, 28), lambda t, x: t.nn.functional.interpolate(x, scale_factor=2))
_pair("interpolate bilinear 8x3x224x224 to 112", (8, 3, 224, 224),
      lambda t, x: t.nn.functional.interpolate(x, size=(112, 112), mode="bilinear", align_corners=False))
_pair("batch_norm 64x32x26x26", (64, 32, 26, 26),
      lambda t, x, w, b: t.nn.functional.batch_norm(x, None, None, w, b, training=True), 3)
_pair("group_norm 8x64x56x56", (8, 64, 56, 56), lambda t, x, w, b: t.nn.functional.group_norm(x, 8, w, b), 3)
