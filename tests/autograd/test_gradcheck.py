"""`torch.autograd.gradcheck` and `gradgradcheck`: what they accept, refuse and say."""

import warnings

import pytest


def bad_square(torch):
    """x * x with a gradient of 3 g."""
    class Bad(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * x

        @staticmethod
        def backward(ctx, g):
            return g * 3
    return Bad.apply


def half_square(torch):
    """x * x whose gradient is right and whose second gradient is missing."""
    class Half(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, g):
            return 2 * g * ctx.saved_tensors[0].detach()
    return Half.apply


def restless(torch):
    """x * x with a gradient that differs a little from call to call."""
    calls = []

    class Restless(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, g):
            calls.append(1)
            return 2 * g * ctx.saved_tensors[0] * (1 + 1e-9 * len(calls))
    return Restless.apply


def x_of(torch, values=(1.0, 2.0), dtype="float64"):
    return torch.tensor(list(values), dtype=getattr(torch, dtype), requires_grad=True)


ACCEPTED = {
    "square": lambda t: t.autograd.gradcheck(lambda x: x * x, (x_of(t),)),
    "one tensor": lambda t: t.autograd.gradcheck(lambda x: x * x, x_of(t)),
    "fast": lambda t: t.autograd.gradcheck(lambda x: (x * x).sum(), (x_of(t),), fast_mode=True),
    "a number among the inputs": lambda t: t.autograd.gradcheck(lambda x, y: x * y, (x_of(t), 2.0)),
    "integer output": lambda t: t.autograd.gradcheck(lambda x: x.argmax(), (x_of(t),)),
    "some outputs detached": lambda t: t.autograd.gradcheck(lambda x: (x * 2, (x * x).detach()), (x_of(t),)),
    "empty": lambda t: t.autograd.gradcheck(lambda x: x * x, (x_of(t, ()),)),
    "0-d": lambda t: t.autograd.gradcheck(lambda x: x * x, (x_of(t).sum().detach().requires_grad_(),)),
    "identity": lambda t: t.autograd.gradcheck(lambda x: x, (x_of(t),)),
    "unused input": lambda t: t.autograd.gradcheck(lambda x, y: x * x, (x_of(t), x_of(t))),
    "forward mode": lambda t: t.autograd.gradcheck(lambda x: x.sin() * x.sum(), (x_of(t),), check_forward_ad=True),
    "forward mode alone": lambda t: t.autograd.gradcheck(
        lambda x: x * x, (x_of(t),), check_forward_ad=True, check_backward_ad=False),
    "forward mode, fast": lambda t: t.autograd.gradcheck(
        lambda x: x.sin() * x.sum(), (x_of(t),), check_forward_ad=True, fast_mode=True),
    "batched": lambda t: t.autograd.gradcheck(lambda x: x.exp(), (x_of(t),), check_batched_grad=True),
    "batched forward": lambda t: t.autograd.gradcheck(
        lambda x: x.exp(), (x_of(t),), check_forward_ad=True, check_batched_forward_grad=True),
    "complex": lambda t: t.autograd.gradcheck(lambda x: x * x, (x_of(t, (1 + 2j, 3 - 1j), "complex128"),)),
    "complex, fast": lambda t: t.autograd.gradcheck(lambda x: x * x, (x_of(t, (1 + 2j, 3 - 1j), "complex128"),), fast_mode=True),
    "complex to real": lambda t: t.autograd.gradcheck(lambda x: x.abs(), (x_of(t, (1 + 2j, 3 - 1j), "complex128"),)),
    "nondeterministic within tolerance": lambda t: t.autograd.gradcheck(restless(t), (x_of(t),), nondet_tol=1e-3),
    "gradgrad": lambda t: t.autograd.gradgradcheck(lambda x: x * x * x, (x_of(t),)),
    "gradgrad, fast": lambda t: t.autograd.gradgradcheck(lambda x: x * x * x, (x_of(t),), fast_mode=True),
    "gradgrad with gradients": lambda t: t.autograd.gradgradcheck(lambda x: x * x * x, (x_of(t),), (x_of(t),)),
    "gradgrad, strided": lambda t: t.autograd.gradgradcheck(lambda x: x * x, (x_of(t),), gen_non_contig_grad_outputs=True),
    "gradgrad of a linear map": lambda t: t.autograd.gradgradcheck(lambda x: x * 2, (x_of(t),)),
    "gradgrad, forward over reverse": lambda t: t.autograd.gradgradcheck(lambda x: x * x, (x_of(t),), check_fwd_over_rev=True),
}

REFUSED = {
    "wrong gradient": (lambda t: t.autograd.gradcheck(bad_square(t), (x_of(t),)),
                       "GradcheckError", "Jacobian mismatch for output 0 with respect to input 0,"),
    "wrong gradient, fast": (lambda t: t.autograd.gradcheck(bad_square(t), (x_of(t),), fast_mode=True),
                             "GradcheckError", "Jacobian mismatch for output 0 with respect to input 0,"),
    "wrong second output": (lambda t: t.autograd.gradcheck(lambda x, y: (x * y, bad_square(t)(y)), (x_of(t), x_of(t))),
                            "GradcheckError", "Jacobian mismatch for output 1 with respect to input 1,"),
    "wrong complex gradient": (lambda t: t.autograd.gradcheck(bad_square(t), (x_of(t, (1 + 2j, 3 - 1j), "complex128"),)),
                               "GradcheckError", "While considering the imaginary part of complex outputs only, Jacobian "
                                                 "mismatch for output 0 with respect to input 0,"),
    "single precision": (lambda t: t.autograd.gradcheck(lambda x: x * x, (x_of(t, dtype="float32"),)),
                         "GradcheckError", "Jacobian mismatch for output 0 with respect to input 0,"),
    "no input requires grad": (lambda t: t.autograd.gradcheck(lambda x: x * x, (x_of(t).detach(),)), "ValueError",
                               "gradcheck expects at least one input tensor to require gradient, but none of them have "
                               "requires_grad=True."),
    "stride 0": (lambda t: t.autograd.gradcheck(
        lambda x: x * x, (t.ones(1, dtype=t.float64).expand(3).requires_grad_(),)), "RuntimeError",
        "The 0th input has a dimension with stride 0. gradcheck only supports inputs that are non-overlapping to be able to "
        "compute the numerical gradients correctly. You should call .contiguous on the input before passing it to gradcheck."),
    "detached but not constant": (lambda t: t.autograd.gradcheck(lambda x: (x * x).detach(), (x_of(t),)),
                                  "GradcheckError", "Numerical gradient for function expected to be zero"),
    "nondeterministic": (lambda t: t.autograd.gradcheck(restless(t), (x_of(t),)), "GradcheckError",
                         "Backward is not reentrant, i.e., running backward with same input and grad_output multiple times "
                         "gives different values, although analytical gradient matches numerical gradient.The tolerance for "
                         "nondeterminism was 0.0."),
    "an output that is no tensor": (lambda t: t.autograd.gradcheck(lambda x: 3, (x_of(t),)),
                                    "AttributeError", "'int' object has no attribute 'requires_grad'"),
    "nothing to check": (lambda t: t.autograd.gradcheck(lambda x: x, (x_of(t),), check_backward_ad=False),
                         "AssertionError", "Expected at least one of check_forward_ad or check_backward_ad to be True"),
    "batched forward alone": (lambda t: t.autograd.gradcheck(lambda x: x, (x_of(t),), check_batched_forward_grad=True),
                              "AssertionError", "Setting check_batched_forward_grad=True requires check_forward_ad to be True"),
    "eps by position": (lambda t: t.autograd.gradcheck(lambda x: x, (x_of(t),), 1e-6),
                        "TypeError", "gradcheck() takes 2 positional arguments but 3 were given"),
    "wrong second gradient": (lambda t: t.autograd.gradgradcheck(half_square(t), (x_of(t),)),
                              "GradcheckError", "Jacobian mismatch for output 0 with respect to input 0,"),
    "gradgrad, nothing to check": (lambda t: t.autograd.gradgradcheck(lambda x: x, (x_of(t),), check_rev_over_rev=False),
                                   "AssertionError",
                                   "Expected at least one of check_fwd_over_rev or check_rev_over_rev to be True"),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_accepted(rl, case):
    assert ACCEPTED[case](rl) is True


def outcome(run, library):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(Exception) as caught:
            run(library)
    return type(caught.value).__name__, str(caught.value).split("\n")[0]


@pytest.mark.parametrize("case", REFUSED)
def test_refused(rl, case):
    run, *said = REFUSED[case]
    assert outcome(run, rl) == tuple(said)


@pytest.mark.parametrize("case", [*ACCEPTED, *REFUSED])
def test_torch_says_the_same(torch, case):
    """The tables above are PyTorch's own answers."""
    if case in ACCEPTED:
        assert ACCEPTED[case](torch) is True
    else:
        run, *said = REFUSED[case]
        assert outcome(run, torch) == tuple(said)


def test_message_shows_both_jacobians(rl):
    with pytest.raises(RuntimeError) as caught:
        rl.autograd.gradcheck(bad_square(rl), (x_of(rl),))
    assert str(caught.value) == (
        "Jacobian mismatch for output 0 with respect to input 0,\n"
        "numerical:tensor([[2.0000, 0.0000],\n        [0.0000, 4.0000]], dtype=torch.float64)\n"
        "analytical:tensor([[3., 0.],\n        [0., 3.]], dtype=torch.float64)\n")


def test_false_instead_of_raising(rl):
    assert rl.autograd.gradcheck(bad_square(rl), (x_of(rl),), raise_exception=False) is False
    assert rl.autograd.gradgradcheck(half_square(rl), (x_of(rl),), raise_exception=False) is False


def test_single_precision_warns(rl):
    with pytest.warns(UserWarning, match="Input #0 requires gradient and is not a double precision"):
        rl.autograd.gradcheck(lambda x: x * x, (x_of(rl, dtype="float32"),), raise_exception=False)


def test_inputs_are_put_back(rl):
    x = x_of(rl)
    before, version = x.tolist(), x._version
    rl.autograd.gradcheck(lambda x: x * x, (x,))
    assert (x.tolist(), x._version, x.grad) == (before, version, None)


def test_input_reached_through_a_closure(rl):
    x = x_of(rl)
    assert rl.autograd.gradcheck(lambda _: x * x, (x,))
