"""Every distribution against what PyTorch gave: reprs, shapes, moments, seeded draws, densities, gradients, divergences."""

import copy
import gzip
import json
import math
import pathlib
import pickle
import subprocess
import sys

import distribution_cases as cases
import pytest

RECORDED = json.loads(gzip.open(pathlib.Path(__file__).parent / "distributions.json.gz").read())

TOLERANCE = {
    # PyTorch's slopes of gamma and beta draws are approximations, good to 0.2 %; ours are exact
    "rsample grad": 3e-3,
}
BETTER = {
    # (case, what): where PyTorch raises by mistake
    **{(f"Wishart-{i}", "rsample grad"): "PyTorch changes a mask in place that its backward needs" for i in range(3)},
    ("GeneralizedPareto-1", "float64"): "PyTorch compares with a float32 zero",
}
LOOSE = {("Beta-2", "log_prob grad"): 1e-4}         # a difference of large terms


def close(a, b, rtol):
    """Whether two trees of numbers and texts agree."""
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(close(x, y, rtol) for x, y in zip(a, b))
    if isinstance(a, float) and isinstance(b, float):
        return a == b or (math.isnan(a) and math.isnan(b)) or abs(a - b) <= rtol * abs(a) + rtol * 0.1
    return a == b


def compare(title, expected, seen):
    wrong = [f"{what}: PyTorch {expected[what]!r:.200}, here {seen[what]!r:.200}" for what in expected
             if (title, what) not in BETTER
             and not close(expected[what], seen[what], TOLERANCE.get(what, LOOSE.get((title, what), 2e-5)))]
    assert not wrong, title + "\n" + "\n".join(wrong)


@pytest.mark.parametrize("index", range(len(cases.CASES)), ids=cases.NAMES)
def test_case(rl, index):
    name = cases.NAMES[index]
    compare(name, RECORDED[name], cases.observe_case(rl, index))


@pytest.mark.parametrize("index", range(len(cases.CASES)), ids=cases.NAMES)
def test_record_is_what_pytorch_gives(torch, index):
    """Where PyTorch is installed: the record is true."""
    name = cases.NAMES[index]
    seen = cases.observe_case(torch, index)
    assert all(close(RECORDED[name][k], seen[k], 2e-5) for k in ("repr", "mean", "sample(3, 2)", "log_prob"))


def test_divergences_of_all_pairs(rl):
    expected, seen = RECORDED["kl"], cases.observe_kl(rl)
    assert expected.keys() == seen.keys()
    # Where shapes do not fit, which of the two is named first depends on the order of a sum.
    wrong = [f"{k}: PyTorch {v!r:.150}, here {seen[k]!r:.150}" for k, v in expected.items() if not close(v, seen[k], 2e-5)
             and not (isinstance(v, str) and str(seen[k]).startswith(v[:30]))]
    assert not wrong, "\n".join(wrong)


def test_transforms(rl):
    for name, (f, x) in cases.transforms(rl).items():
        compare(name, RECORDED["behaviour"]["transforms"][name], cases.observe_transform(f, x))


def test_constraints_and_failures(rl):
    expected, seen = RECORDED["behaviour"], json.loads(json.dumps(cases.observe_behaviour(rl)))
    compare("constraints", expected["constraints"], seen["constraints"])
    for i, (a, b) in enumerate(zip(expected["failures"], seen["failures"], strict=True)):
        assert close(a, b, 1e-6), (i, a, b)


# ------------------------------------------------------------------ what needs no record

def test_the_slopes_of_gamma_and_dirichlet_draws(rl):
    """d x / d a is -(dF/da) / p: checked against differences of the distribution function."""
    a, eps = rl.tensor([0.5, 2.0, 30.0], dtype=rl.float64), 1e-5
    x = rl.tensor([0.3, 2.5, 28.0], dtype=rl.float64)
    change = (rl.special.gammainc(a + eps, x) - rl.special.gammainc(a - eps, x)) / (2 * eps)
    density = rl.distributions.Gamma(a, rl.ones_like(a)).log_prob(x).exp()
    assert rl.allclose(rl._standard_gamma_grad(a, x), -change / density, rtol=1e-6)
    # Beta(a, 1) has F = x**a, so the slope is -x log(x) / a, divided by 1 - x; Beta(1, b) likewise by symmetry.
    for x in (1e-3, 0.2, 0.5, 0.77, 0.999):
        for a in (0.05, 1.0, 3.0, 200.0):
            found = rl._dirichlet_grad(rl.tensor([x], dtype=rl.float64), rl.tensor([a], dtype=rl.float64),
                                       rl.tensor([a + 1], dtype=rl.float64)).item()
            assert found == pytest.approx(-x * math.log(x) / a / (1 - x), rel=1e-9), (x, a)


def test_copies_and_pickles(rl):
    D = rl.distributions
    for index in range(len(cases.CASES)):
        d = cases.CASES[index][1](D, rl.tensor)
        for again in (copy.deepcopy(d), pickle.loads(pickle.dumps(d))):
            assert repr(again) == repr(d) and again.batch_shape == d.batch_shape
    f = D.TanhTransform(cache_size=1)
    assert f.inv.inv is f and pickle.loads(pickle.dumps(f)) == f


def test_own_subclasses(rl):
    D = rl.distributions

    class Shifted(D.Normal):
        def __init__(self, loc):
            super().__init__(loc, 1.0)

    with pytest.raises(NotImplementedError, match="Subclass Shifted of Normal that defines a custom __init__"):
        Shifted(0.0).expand((2,))

    class Plain(D.Normal):
        """No constructor of its own: `expand` works."""

    assert type(Plain(0.0, 1.0).expand((2,))) is Plain

    @D.register_kl(Plain, Plain)
    def _(p, q):
        return p.loc * 0 + 42

    assert D.kl_divergence(Plain(0.0, 1.0), Plain(0.0, 1.0)) == 42
    assert D.kl_divergence(Plain(0.0, 1.0), D.Normal(0.0, 1.0)) == 0
    with pytest.warns(UserWarning, match="does not define `arg_constraints`"):
        type("Bare", (D.Distribution,), {})()


def test_default_validation(rl):
    D = rl.distributions
    try:
        D.Distribution.set_default_validate_args(False)
        D.Normal(0.0, -1.0)
        with pytest.raises(ValueError):
            D.Normal(0.0, -1.0, validate_args=True)
    finally:
        D.Distribution.set_default_validate_args(True)
    assert D.Normal(0.0, -1.0, validate_args=False).expand((2,)).batch_shape == (2,)


def test_transforms_keep_the_last_pair(rl):
    f = rl.distributions.TanhTransform(cache_size=1)
    x = rl.tensor([20.0])
    assert f.inv(f(x)) is x and rl.isinf(rl.distributions.TanhTransform().inv(f(x)))


def test_names_and_paths(rl):
    D = rl.distributions
    for module, name in (("normal", "Normal"), ("studentT", "StudentT"), ("relaxed_bernoulli", "LogitRelaxedBernoulli"),
                         ("relaxed_categorical", "ExpRelaxedCategorical"), ("constraint_registry", "biject_to"),
                         ("kl", "register_kl"), ("utils", "lazy_property"), ("exp_family", "ExponentialFamily")):
        assert hasattr(getattr(D, module), name)
    assert all(hasattr(D, n) for n in D.__all__) and len(D.__all__) == len(set(D.__all__))


def test_imported_on_first_use(rl):
    code = "import sys, rushlight; assert not any('rushlight.distributions' in m for m in sys.modules)"
    path = str(pathlib.Path(rl.__file__).parent.parent)
    subprocess.run([sys.executable, "-c", f"import sys; sys.path.insert(0, {path!r}); {code}"], check=True)


def test_an_actor_learns(rl):
    """REINFORCE with a Categorical finds the best of three arms."""
    rl.manual_seed(0)
    logits = rl.zeros(3, requires_grad=True)
    optimizer = rl.optim.Adam([logits], lr=0.1)
    for _ in range(150):
        d = rl.distributions.Categorical(logits=logits)
        action = d.sample((16,))
        loss = -(d.log_prob(action) * (action == 2).float()).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert rl.distributions.Categorical(logits=logits).probs[2] > 0.9
