"""What programs of before 0.4 and of their time call: `Variable`, `only_inputs`, `grad_variables`."""
import pytest

import rushlight as torch
from rushlight.autograd import Variable


def test_variable_is_a_tensor_that_shares_memory():
    x = torch.zeros(2)
    v = Variable(x, requires_grad=True)
    x.add_(1)
    assert type(v) is torch.Tensor and v.requires_grad and v.tolist() == [1, 1] and not x.requires_grad
    assert isinstance(x, Variable) and not Variable(torch.ones(1, requires_grad=True) * 2).requires_grad
    with pytest.raises(TypeError, match="^Variable data has to be a tensor, but got list"):
        Variable([1.0])
    with pytest.raises(ValueError, match="^Variable can't be volatile and require_grad at the same time!"):
        Variable(x, requires_grad=True, volatile=True)


def test_former_arguments_of_grad_and_backward():
    x, y = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    assert torch.autograd.grad((x * 2).sum(), x, only_inputs=True)[0].tolist() == [2, 2]
    with pytest.warns(FutureWarning, match="^only_inputs argument is deprecated"):
        torch.autograd.grad(x.sum(), x, only_inputs=False)
    with pytest.warns(FutureWarning, match="^`grad_variables` is deprecated"):
        torch.autograd.backward([x * 2], grad_variables=[torch.ones(2)])
    assert x.grad.tolist() == [2, 2]
    found = torch.autograd.grad((x * y * 3).sum(), {"a": x, "b": y})
    assert found["a"].tolist() == [3, 3] and sorted(found) == ["a", "b"]
    (x * y).sum().backward(inputs={"b": y})
    assert x.grad.tolist() == [2, 2] and y.grad.tolist() == [1, 1]


def test_batched_gradients_allow_what_is_unused():
    x, unused = torch.arange(3.0).requires_grad_(), torch.ones(1, requires_grad=True)
    found = torch.autograd.grad(x ** 2, (x, unused), torch.eye(3), is_grads_batched=True, allow_unused=True)
    assert found[0].diagonal().tolist() == [0, 2, 4] and found[1] is None
