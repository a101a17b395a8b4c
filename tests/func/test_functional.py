"""torch.autograd.functional: values, structures, strictness."""
import pytest


def tensors(rl):
    return rl.tensor([1.0, 2.0, 3.0]), rl.tensor([4.0, 5.0, 6.0])


def test_jacobian(rl):
    A = rl.autograd.functional
    x, y = tensors(rl)
    assert A.jacobian(lambda a: a * 2, x).tolist() == (2 * rl.eye(3)).tolist()
    assert isinstance(A.jacobian(lambda a: a * 2, (x,)), tuple)
    assert isinstance(A.jacobian(lambda a: (a * 2,), x), tuple)
    want = [[rl.diag(y).tolist(), rl.diag(x).tolist()], [[1.0] * 3, [0.0] * 3]]
    for options in ({}, {"vectorize": True}, {"vectorize": True, "strategy": "forward-mode"}):
        found = A.jacobian(lambda a, b: (a * b, a.sum()), (x, y), **options)
        assert [[j.tolist() for j in row] for row in found] == want
        assert not found[0][0].requires_grad
    leaf = x.clone().requires_grad_()
    A.jacobian(lambda a: a ** 2, leaf, create_graph=True).sum().backward()
    assert leaf.grad.tolist() == [2.0] * 3
    assert A.jacobian(lambda a: rl.ones(2), x).tolist() == [[0.0] * 3] * 2


def test_hessian_and_products(rl):
    A = rl.autograd.functional
    x, y = tensors(rl)
    cubes = lambda a: (a ** 3).sum()            # noqa: E731
    for options in ({}, {"vectorize": True}, {"vectorize": True, "outer_jacobian_strategy": "forward-mode"}):
        assert A.hessian(cubes, x, **options).tolist() == rl.diag(6 * x).tolist()
    (aa, ab), (ba, bb) = A.hessian(lambda a, b: (a ** 2 * b).sum(), (x, y))
    assert aa.tolist() == rl.diag(2 * y).tolist() and ab.tolist() == ba.tolist() == rl.diag(2 * x).tolist()
    assert not bb.any()
    for product in (A.hvp, A.vhp):
        value, found = product(cubes, x, y)
        assert value.item() == 36 and found.tolist() == [24.0, 60.0, 108.0]
        assert [g.tolist() for g in product(lambda a, b: (a ** 2 * b).sum(), (x, y), (y, y))[1]] == [
            [40.0, 70.0, 108.0], [8.0, 20.0, 36.0]]
        assert product(lambda a: a.sum(), x, y)[1].tolist() == [0.0] * 3
    assert [r.tolist() for r in A.vjp(lambda a: a * 2, x, y)] == [[2.0, 4.0, 6.0], [8.0, 10.0, 12.0]]
    assert A.vjp(lambda a: a.sum(), x)[1].tolist() == [1.0] * 3
    assert [r.tolist() for r in A.jvp(lambda a: a ** 2, x, y)] == [[1.0, 4.0, 9.0], [8.0, 20.0, 36.0]]
    leaf = x.clone().requires_grad_()
    A.jvp(lambda a: a ** 2, leaf, y, create_graph=True)[1].sum().backward()
    assert leaf.grad.tolist() == (2 * y).tolist()


_STRICT = "This is not allowed in strict mode."
ERRORS = [
    (lambda A, rl, x, y: A.jacobian(lambda a: 1, x), TypeError,
     "The outputs of the user-provided function given to jacobian must be either a Tensor or a tuple of Tensors but the given "
     "outputs of the user-provided function has type <class 'int'>."),
    (lambda A, rl, x, y: A.jacobian(lambda a, b: a, (x, 1)), TypeError,
     "The inputs given to jacobian must be either a Tensor or a tuple of Tensors but the value at index 1 has type <class 'int'>."),
    (lambda A, rl, x, y: A.jacobian(lambda a: rl.ones(2), x, strict=True), RuntimeError,
     "Output 0 of the user-provided function does not require gradients. The outputs must be computed in a differentiable manner "
     "from the input when running in strict mode."),
    (lambda A, rl, x, y: A.jacobian(lambda a, b: a, (x, y), strict=True), RuntimeError,
     "Output 0 of the user-provided function is independent of input 1. " + _STRICT),
    (lambda A, rl, x, y: A.jacobian(lambda a: a, x, strict=True, create_graph=True), RuntimeError,
     "The jacobian of the user-provided function is independent of input 0. This is not allowed in strict mode when "
     "create_graph=True."),
    (lambda A, rl, x, y: A.jacobian(lambda a: a, x, strict=True, vectorize=True), RuntimeError,
     "torch.autograd.functional.jacobian: `strict=True` and `vectorized=True` are not supported together. Please either set "
     "`strict=False` or `vectorize=False`."),
    (lambda A, rl, x, y: A.hessian(lambda a: a, x), RuntimeError,
     "The Tensor returned by the function given to hessian should contain a single element"),
    (lambda A, rl, x, y: A.hessian(lambda a: (a.sum(), a.sum()), x), RuntimeError,
     "The function given to hessian should return a single Tensor"),
    (lambda A, rl, x, y: A.vjp(lambda a: a * 2, x), RuntimeError,
     "The vector v can only be None if the user-provided function returns a single Tensor with a single element."),
    (lambda A, rl, x, y: A.vjp(lambda a: a * 2, x, rl.ones(2)), RuntimeError,
     "v has invalid size: should be torch.Size([3]) but got torch.Size([2])."),
    (lambda A, rl, x, y: A.vjp(lambda a: a * 2, x, (y, y)), RuntimeError, "The given v should contain a single Tensor."),
    (lambda A, rl, x, y: A.jvp(lambda a: a * 2, x), RuntimeError,
     "The vector v can only be None if the input to the user-provided function is a single Tensor with a single element."),
    (lambda A, rl, x, y: A.jvp(lambda a, b: a, (x, y), (y, y), strict=True), RuntimeError,
     "The output of the user-provided function is independent of input 1. " + _STRICT),
    (lambda A, rl, x, y: A.hvp(lambda a, b: (a ** 2).sum(), (x, y), (y, y), strict=True), RuntimeError,
     "The output of the user-provided function is independent of input 1. " + _STRICT),
    (lambda A, rl, x, y: A.vhp(lambda a: a.sum(), x, y, strict=True), RuntimeError,
     "While computing the hessian, found that the jacobian of the user-provided function with respect to input 0 is independent "
     "of the input. This is not allowed in strict mode. You should ensure that your function is twice differentiable and that the "
     "jacobian depends on the inputs (this would be violated by a linear function for example)."),
]


@pytest.mark.parametrize("call, kind, text", ERRORS)
def test_errors(rl, call, kind, text):
    with pytest.raises(kind) as e:
        call(rl.autograd.functional, rl, *tensors(rl))
    assert str(e.value).splitlines()[0] == text


@pytest.mark.parametrize("call, kind, _", ERRORS)
def test_errors_are_pytorchs(torch, call, kind, _):
    import torch.autograd.functional as A
    with pytest.raises(kind) as e:
        call(A, torch, *tensors(torch))
    assert str(e.value).splitlines()[0] == _
