"""What programs see of single ops beside their values: signs of zeros, dtypes, warnings, texts; as PyTorch prints it."""
import warnings

import pytest

import rushlight as torch


def test_a_zero_remainder_has_the_sign_of_the_input():
    x = torch.tensor([-2., 2., -0., 4.])
    for found in (torch.remainder(x, 2), x % -2, x.clone().remainder_(2)):
        assert torch.signbit(found).tolist() == [True, False, True, False] and not found.any()
    assert torch.remainder(torch.tensor([-3.5, 3.5]), 2).tolist() == [0.5, 1.5]
    assert (torch.tensor([-2, 3]) % -2).tolist() == [0, -1]


def test_inner_promotes_with_a_number_only():
    assert torch.inner(torch.ones(2), torch.tensor(2)).dtype == torch.float32
    with pytest.raises(RuntimeError, match="both inputs should have same dtype"):
        torch.inner(torch.ones(2), torch.ones(2, dtype=torch.float64))


def test_numpy_under_no_grad():
    """Without recording a tensor that requires grad may be read: the bodies of autograd functions do."""
    x = torch.ones(2, requires_grad=True)
    with pytest.raises(RuntimeError, match=r"Can't call numpy\(\) on Tensor that requires grad"):
        x.numpy()
    with torch.no_grad():
        assert x.numpy().tolist() == [1, 1]


@pytest.mark.parametrize("name, call", [
    ("torch.qr is deprecated", lambda x: torch.qr(x)), ("torch.lu is deprecated", lambda x: torch.lu(x)),
    ("torch.cholesky is deprecated", lambda x: torch.cholesky(x)),
    ("torch.triangular_solve is deprecated", lambda x: torch.triangular_solve(x, x)),
    ("torch.lu_solve is deprecated", lambda x: torch.lu_solve(x, x, torch.tensor([1, 2], dtype=torch.int32))),
    ("index_reduce() is in beta", lambda x: x.index_reduce(0, torch.tensor([0]), x[:1], "prod")),
])
def test_warnings_given_once(name, call, monkeypatch):
    from rushlight import errors
    monkeypatch.setattr(errors, "_given", set())
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call(torch.eye(2))
        call(torch.eye(2))
    assert [str(w.message).startswith(name) for w in caught] == [True]


def test_reprs():
    assert repr(torch.set_grad_enabled(True)) == "torch.autograd.grad_mode.set_grad_enabled(mode=True)"
    handle = torch.ones(1, requires_grad=True).register_hook(lambda g: g)
    assert type(handle).__name__ == "RemovableHandle"


def test_hook_of_several_gradients_where_only_some_are_asked_for():
    a, b = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    c, d = a * b, a * b
    seen = []
    torch.autograd.graph.register_multi_grad_hook((a, b, c, d), lambda grads: seen.append([g is not None for g in grads]))
    c.sum().backward(retain_graph=True)
    c.sum().backward(inputs=(a,))
    assert seen == [[True, True, True, False], [True, False, True, False]]


def test_the_library_itself_calls_nothing_deprecated(monkeypatch):
    from rushlight import errors
    monkeypatch.setattr(errors, "_given", set())
    eye = torch.eye(3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        torch.nn.init.orthogonal_(torch.empty(3, 3))
        torch.distributions.MultivariateNormal(torch.zeros(3), precision_matrix=eye).sample()
        torch.distributions.MultivariateNormal(torch.zeros(3), eye).sample()
        torch.distributions.LowRankMultivariateNormal(torch.zeros(3), eye, torch.ones(3)).log_prob(torch.zeros(3))
        torch.distributions.Wishart(torch.tensor(4.), eye)
