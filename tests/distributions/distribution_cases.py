"""What is compared with PyTorch: parameters for every distribution, and what is observed of each.

`observe(torch)` runs the same on PyTorch and on the library under test. Values are nested lists of
numbers; an exception is the text "Type: first line".
"""

from __future__ import annotations

import math
import warnings

INF, NAN = math.inf, math.nan


def _matrix(t, n):
    """A positive definite matrix."""
    rows = [[2.0 + i if i == j else 0.3 / (1 + abs(i - j)) for j in range(n)] for i in range(n)]
    return t(rows)


def two(name, *sets):
    """A family of two parameters, by position."""
    return [(name, lambda D, t, a=a, b=b: getattr(D, name)(t(a) if isinstance(a, list) else a, t(b) if isinstance(b, list)
                                                          else b)) for a, b in sets]


def one(name, *sets, key=None):
    """A family of one parameter, by position or by name."""
    def make(D, t, a):
        value = t(a) if isinstance(a, list) else a
        return getattr(D, name)(**{key: value}) if key else getattr(D, name)(value)
    return [(name, lambda D, t, a=a: make(D, t, a)) for a in sets]


LOCATED = [(0.0, 1.0), ([0.5, -2.0], [0.3, 4.0]), ([[0.1], [3.0]], [1.0, 2.0, 1e-2])]
POSITIVE = [(1.5, 2.0), ([0.5, 3.0], [4.0, 0.7]), ([[0.8], [12.0]], [1.0, 2.0, 20.0])]
SHARES = [[0.2, 0.3, 0.5], [[1.0, 2.0, 3.0], [0.0, 1.0, 4.0]]]
SCORES = [[0.5, -1.0, 2.0], [[0.0, 0.0, 0.0], [3.0, -2.0, 1.0]]]
CHANCES = [0.3, [0.1, 0.5, 0.9], [[0.2], [0.7]]]
ODDS = [0.4, [-3.0, 0.0, 5.0]]

CASES = [
    *one("Bernoulli", *CHANCES), *one("Bernoulli", [0.0, 1.0]), *one("Bernoulli", *ODDS, key="logits"),
    *two("Beta", *POSITIVE),
    ("Binomial", lambda D, t: D.Binomial(5, t([0.2, 0.7]))),
    ("Binomial", lambda D, t: D.Binomial(t([3.0, 40.0]), t([0.5, 0.6]))),
    ("Binomial", lambda D, t: D.Binomial(4, logits=t([-1.0, 2.0]))),
    *one("Categorical", *SHARES), *one("Categorical", *SCORES, key="logits"),
    *two("Cauchy", *LOCATED), *one("Chi2", 3.0, [0.5, 7.0]),
    *one("ContinuousBernoulli", 0.3, [0.1, 0.5, 0.5005, 0.97]), *one("ContinuousBernoulli", *ODDS, key="logits"),
    *one("Dirichlet", [1.0, 2.0, 3.0], [[0.3, 0.7], [5.0, 0.2]], [0.5, 0.5, 0.2]),
    *one("Exponential", 2.0, [0.5, 3.0]), *two("FisherSnedecor", (3.0, 5.0), ([1.0, 6.0], [2.0, 9.0])),
    *two("Gamma", *POSITIVE),
    ("GeneralizedPareto", lambda D, t: D.GeneralizedPareto(0.0, 1.0, 0.3)),
    ("GeneralizedPareto", lambda D, t: D.GeneralizedPareto(t([0.0, 1.0, 2.0]), t([1.0, 2.0, 1.0]), t([0.0, -0.5, 0.8]))),
    *one("Geometric", 0.3, [0.1, 0.6]), *one("Geometric", 0.4, [-2.0, 1.0], key="logits"),
    *two("Gumbel", *LOCATED), *one("HalfCauchy", 1.0, [0.5, 3.0]), *one("HalfNormal", 1.0, [0.5, 3.0]),
    ("Independent", lambda D, t: D.Independent(D.Normal(t([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]), 1.0), 1)),
    ("Independent", lambda D, t: D.Independent(D.Bernoulli(t([[0.2, 0.4], [0.6, 0.8]])), 2)),
    ("Independent", lambda D, t: D.Independent(D.Bernoulli(t([0.2, 0.4])), 0)),
    *two("InverseGamma", *POSITIVE), *two("Kumaraswamy", *POSITIVE),
    ("LKJCholesky", lambda D, t: D.LKJCholesky(3, t([0.5, 2.0]))), ("LKJCholesky", lambda D, t: D.LKJCholesky(2, 1.0)),
    *two("Laplace", *LOCATED), *two("LogNormal", *LOCATED[:2]),
    ("LogisticNormal", lambda D, t: D.LogisticNormal(0.5, 2.0)),
    ("LogisticNormal", lambda D, t: D.LogisticNormal(t([0.0, 0.5, -1.0]), t([1.0, 0.4, 2.0]))),
    ("LowRankMultivariateNormal", lambda D, t: D.LowRankMultivariateNormal(
        t([1.0, 2.0, 3.0]), t([[0.5, 0.1], [0.2, 1.0], [0.0, 0.7]]), t([1.0, 0.5, 2.0]))),
    ("LowRankMultivariateNormal", lambda D, t: D.LowRankMultivariateNormal(
        t([[1.0, 2.0, 3.0], [0.0, 0.0, 0.0]]), t([[0.5, 0.1], [0.2, 1.0], [0.0, 0.7]]), t([1.0, 0.5, 2.0]))),
    ("MixtureSameFamily", lambda D, t: D.MixtureSameFamily(D.Categorical(t([0.2, 0.3, 0.5])),
                                                           D.Normal(t([-1.0, 0.0, 2.0]), t([0.5, 1.0, 2.0])))),
    ("MixtureSameFamily", lambda D, t: D.MixtureSameFamily(
        D.Categorical(t([[0.2, 0.8], [0.5, 0.5]])),
        D.Independent(D.Normal(t([[[-1.0, 0.0, 1.0], [1.0, 2.0, 3.0]]] * 2), t([0.5, 1.0, 2.0])), 1))),
    ("MixtureSameFamily", lambda D, t: D.MixtureSameFamily(D.Categorical(t([0.4, 0.6])), D.Poisson(t([1.0, 5.0])))),
    ("Multinomial", lambda D, t: D.Multinomial(5, t([0.2, 0.3, 0.5]))),
    ("Multinomial", lambda D, t: D.Multinomial(3, logits=t(SCORES[1]))),
    ("MultivariateNormal", lambda D, t: D.MultivariateNormal(t([1.0, 2.0, 3.0]), _matrix(t, 3))),
    ("MultivariateNormal", lambda D, t: D.MultivariateNormal(t([[1.0, 2.0], [0.0, 5.0]]), precision_matrix=_matrix(t, 2))),
    ("MultivariateNormal", lambda D, t: D.MultivariateNormal(
        t([1.0, 2.0]), scale_tril=t([[[1.0, 0.0], [0.5, 2.0]], [[3.0, 0.0], [-1.0, 0.5]]]))),
    ("NegativeBinomial", lambda D, t: D.NegativeBinomial(t([3.0, 0.5]), t([0.4, 0.8]))),
    ("NegativeBinomial", lambda D, t: D.NegativeBinomial(5, logits=t([-1.0, 0.5]))),
    *two("Normal", *LOCATED), ("Normal", lambda D, t: D.Normal(t([0.0] * 20), 2.0)),
    *one("OneHotCategorical", *SHARES), *one("OneHotCategorical", *SCORES, key="logits"),
    *one("OneHotCategoricalStraightThrough", *SHARES),
    *two("Pareto", (1.5, 3.5), ([0.5, 3.0], [4.0, 0.7]), ([[0.8], [12.0]], [1.0, 2.0, 20.0])),
    *one("Poisson", 2.0, [0.0, 0.3, 30.0]),
    ("RelaxedBernoulli", lambda D, t: D.RelaxedBernoulli(t(0.7), t([0.2, 0.9]))),
    ("RelaxedBernoulli", lambda D, t: D.RelaxedBernoulli(t([1.0, 0.1]), logits=t([0.2, 0.9]))),
    ("LogitRelaxedBernoulli", lambda D, t: D.relaxed_bernoulli.LogitRelaxedBernoulli(t(0.7), t([0.2, 0.9]))),
    ("RelaxedOneHotCategorical", lambda D, t: D.RelaxedOneHotCategorical(t(0.7), t([0.2, 0.5, 0.3]))),
    ("RelaxedOneHotCategorical", lambda D, t: D.RelaxedOneHotCategorical(t(0.4), logits=t(SCORES[1]))),
    ("StudentT", lambda D, t: D.StudentT(5.0)),
    ("StudentT", lambda D, t: D.StudentT(t([0.5, 1.5, 8.0]), t([0.0, 1.0, 2.0]), 2.0)),
    ("TransformedDistribution", lambda D, t: D.TransformedDistribution(
        D.Normal(t([0.0, 1.0]), 1.0), [D.AffineTransform(1.0, -2.0), D.TanhTransform()])),
    ("TransformedDistribution", lambda D, t: D.TransformedDistribution(
        D.Normal(t([0.0, 1.0]), 1.0), D.StickBreakingTransform())),
    *two("Uniform", (0.0, 1.0), ([-1.0, 2.0], [0.5, 2.5])),
    *two("VonMises", ([0.5], [2.0]), ([0.5, -3.0, 1.0], [1e-2, 4.0, 50.0])),
    *two("Weibull", *POSITIVE),
    ("Wishart", lambda D, t: D.Wishart(t([5.0]), _matrix(t, 3))),
    ("Wishart", lambda D, t: D.Wishart(4.5, precision_matrix=_matrix(t, 2))),
    ("Wishart", lambda D, t: D.Wishart(t([5.0, 7.0]), scale_tril=t([[1.0, 0.0], [0.5, 2.0]]))),
]

NAMES = [f"{name}-{sum(n == name for n, _ in CASES[:i])}" for i, (name, _) in enumerate(CASES)]


def plain(value):
    """A result as nested lists, texts and numbers."""
    if hasattr(value, "tolist"):
        return value.detach().tolist() if hasattr(value, "detach") else value.tolist()
    if isinstance(value, (tuple, list)):
        return [plain(v) for v in value]
    return value if isinstance(value, (bool, int, float, str)) or value is None else repr(value)


def attempt(function):
    """A result, or the text of the exception."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return plain(function())
        except Exception as e:
            text = str(e).splitlines()
            return f"{type(e).__name__}: {text[0] if text else ''}"


def maker(torch, leaves, dtype="float32"):
    """A function that makes parameters, and keeps them as leaves of the graph."""
    def t(value):
        made = torch.tensor(value, dtype=getattr(torch, dtype), requires_grad=True)
        leaves.append(made)
        return made
    return t


def gradients(torch, result, leaves):
    """The gradient of a weighted sum of a result with respect to each leaf."""
    weights = torch.arange(1.0, result.numel() + 1).reshape(result.shape)
    return torch.autograd.grad((result * weights).sum(), leaves, allow_unused=True)


def _drawn(torch, d, method, *shape):
    torch.manual_seed(7)
    return getattr(d, method)(*shape)


def observe_case(torch, index):
    """Everything of one case, by name."""
    D, leaves = torch.distributions, []
    make = CASES[index][1]
    d = make(D, maker(torch, leaves))
    seen = {"repr": repr(d), "shapes": [list(d.batch_shape), list(d.event_shape)], "support": attempt(lambda: d.support),
            "traits": [d.has_rsample, d.has_enumerate_support]}
    for name in ("mean", "mode", "variance", "stddev"):
        seen[name] = attempt(lambda name=name: getattr(d, name))
    for name in ("entropy", "perplexity", "enumerate_support"):
        seen[name] = attempt(lambda name=name: getattr(d, name)())
    for shape in ((), (2,), (3, 2)):
        seen[f"sample{shape}"] = attempt(lambda shape=shape: _drawn(torch, d, "sample", shape))
    seen["rsample"] = attempt(lambda: _drawn(torch, d, "rsample", (2,)))
    seen["state"] = attempt(lambda: (_drawn(torch, d, "sample", (5,)), torch.rand(1))[1])
    value = _drawn(torch, d, "sample", (2,)).detach()
    value.requires_grad_(value.is_floating_point())
    seen["log_prob"] = attempt(lambda: d.log_prob(value))
    seen["cdf"] = attempt(lambda: d.cdf(value))
    seen["icdf"] = attempt(lambda: d.icdf(torch.full(d.batch_shape, 0.3)))
    seen["outside"] = attempt(lambda: d.log_prob(torch.full(tuple(d.batch_shape) + tuple(d.event_shape), NAN)))
    seen["wrong shape"] = attempt(lambda: d.log_prob(torch.zeros(7, 5)))
    wide = (2,) + tuple(d.batch_shape)
    seen["expanded"] = attempt(lambda: [str(d.expand(wide)), list(d.expand(wide).batch_shape)])
    seen["expanded log_prob"] = attempt(lambda: d.expand(wide).log_prob(value))
    seen["expanded sample"] = attempt(lambda: _drawn(torch, d.expand(wide), "sample"))
    seen["log_prob grad"] = attempt(lambda: gradients(torch, d.log_prob(value), [*leaves, value][:len(leaves) + value.requires_grad]))
    seen["entropy grad"] = attempt(lambda: gradients(torch, make_again(torch, make, again := []).entropy(), again))
    seen["rsample grad"] = attempt(lambda: _rsample_grad(torch, make))
    seen["float64"] = attempt(lambda: _in_double(torch, make))
    return seen


def make_again(torch, make, leaves, dtype="float32"):
    """The distribution from fresh parameters, which land in `leaves`."""
    return make(torch.distributions, maker(torch, leaves, dtype))


def _rsample_grad(torch, make):
    leaves = []
    d = make_again(torch, make, leaves)
    return gradients(torch, _drawn(torch, d, "rsample", (2,)), leaves)


def _in_double(torch, make):
    d = make_again(torch, make, [], "float64")
    value = _drawn(torch, d, "sample", (2,))
    return [value, d.log_prob(value)]


def pairs():
    """The cases of which divergences are taken: one or two of each family."""
    return [i for i, name in enumerate(NAMES) if int(name.split("-")[1]) < 2]


def observe_kl(torch):
    """The divergence of every pair of the same or of registered families."""
    D, seen = torch.distributions, {}
    made = {i: CASES[i][1](D, maker(torch, [])) for i in pairs()}
    for i, p in made.items():
        for j, q in made.items():
            found = attempt(lambda p=p, q=q: D.kl_divergence(p, q))
            if not (isinstance(found, str) and found.startswith("NotImplementedError: No KL")):
                seen[f"{NAMES[i]}|{NAMES[j]}"] = found
    return seen


def observe(torch):
    """Everything."""
    return {**{name: observe_case(torch, i) for i, name in enumerate(NAMES)}, "kl": observe_kl(torch)}


# ------------------------------------------------------------------ constraints, transforms, errors

def transforms(torch):
    """One or more of each transform, with an input."""
    D, t = torch.distributions, torch.tensor
    v, m = t([0.3, -0.2, 1.5]), t([[0.3, -0.2], [0.7, 1.1]])
    return {
        "abs": (D.AbsTransform(), v), "affine": (D.AffineTransform(1.0, -2.0), v),
        "affine event": (D.AffineTransform(t([1.0, 2.0, 3.0]), t([2.0, -1.0, 0.5]), event_dim=1), v),
        "exp": (D.ExpTransform(), v), "power": (D.PowerTransform(t(2.0)), v.abs()), "sigmoid": (D.SigmoidTransform(), v * 20),
        "softplus": (D.SoftplusTransform(), v * 5), "tanh": (D.TanhTransform(), v), "softmax": (D.SoftmaxTransform(), v),
        "stick": (D.StickBreakingTransform(), v), "corr": (D.CorrCholeskyTransform(), v),
        "lower": (D.LowerCholeskyTransform(), m), "definite": (D.PositiveDefiniteTransform(), m),
        "reshape": (D.ReshapeTransform((3,), (1, 3)), v), "identity": (D.identity_transform, v),
        "independent": (D.IndependentTransform(D.ExpTransform(), 1), v),
        "cdf": (D.CumulativeDistributionTransform(D.Normal(0.5, 2.0)), v),
        "cat": (D.CatTransform([D.ExpTransform(), D.SigmoidTransform()], -1, [2, 1]), v),
        "stack": (D.StackTransform([D.ExpTransform(), D.SigmoidTransform(), D.identity_transform]), v),
        "compose": (D.ComposeTransform([D.ExpTransform(), D.AffineTransform(1.0, 2.0)]), v),
        "compose event": (D.ComposeTransform([D.ExpTransform(), D.StickBreakingTransform()]), v),
    }


def observe_transform(transform, x):
    """Values, log determinants, shapes and sets of a transform and of its inverse."""
    seen = {}
    for side, f, given in (("", transform, x), ("inverse ", transform.inv, attempt_tensor(lambda: transform(x)))):
        seen[side + "repr"] = repr(f)
        seen[side + "value"] = attempt(lambda f=f, given=given: f(given))
        seen[side + "log det"] = attempt(lambda f=f, given=given: f.log_abs_det_jacobian(given, f(given)))
        for name in ("domain", "codomain", "bijective", "sign", "event_dim"):
            seen[side + name] = attempt(lambda f=f, name=name: getattr(f, name))
        for shape in ((), (3,), (1, 3), (4, 3, 3)):
            seen[f"{side}shape{shape}"] = attempt(lambda f=f, shape=shape: [list(f.forward_shape(shape)),
                                                                              list(f.inverse_shape(shape))])
    seen["equal"] = [transform == transform, transform.inv == transform.inv, transform.inv == transform,
                     transform.with_cache(1)._cache_size]
    return seen


def attempt_tensor(function):
    """A tensor, or None where the call raises."""
    try:
        return function()
    except Exception:
        return None


def constraint_table(torch):
    """Constraints with values to check."""
    C, t = torch.distributions.constraints, torch.tensor
    pair, square = t([[0.5, 1.0], [-1.0, 0.0]]), t([[[2.0, 0.5], [0.5, 1.0]], [[1.0, 0.0], [-1.0, 0.5]],
                                                   [[0.6, 0.0], [0.8, 0.6]], [[1.0, 2.0], [2.0, 1.0]]])
    found = {name: (getattr(C, name), square if getattr(C, name).event_dim == 2 else pair) for name in (
        "boolean", "corr_cholesky", "lower_cholesky", "lower_triangular", "nonnegative", "nonnegative_integer", "one_hot",
        "positive", "positive_semidefinite", "positive_definite", "positive_integer", "real", "real_vector", "simplex",
        "square", "symmetric", "unit_interval")}
    found.update({
        "greater_than": (C.greater_than(t([0.0, 0.5])), pair), "greater_than_eq": (C.greater_than_eq(0), pair),
        "less_than": (C.less_than(0.5), pair), "interval": (C.interval(-1, 0.5), pair),
        "half_open": (C.half_open_interval(0.0, 1.0), pair), "integer_interval": (C.integer_interval(-1, 0), pair),
        "multinomial": (C.multinomial(1), pair), "cat": (C.cat([C.real, C.positive], -1), pair),
        "stack": (C.stack([C.positive, C.real]), pair), "independent": (C.independent(C.positive, 1), pair),
        "deep": (C.independent(C.real, 3), pair)})
    return found


def failures(torch):
    """Calls that fail, with PyTorch's messages, and reprs."""
    D, t = torch.distributions, torch.tensor
    U = D.utils
    return [
        lambda: D.Normal(0.0, -1.0), lambda: D.Normal(t([0.0, 1.0]), t([-1.0, NAN])), lambda: D.Normal("a", 1.0),
        lambda: D.Normal(0.0, 1.0).log_prob(1.0), lambda: D.Normal(t([0.0, 1.0]), 1.0).log_prob(torch.zeros(3)),
        lambda: D.Normal(torch.zeros(2), torch.ones(3)), lambda: D.Normal(0.0, 1.0).sample(3),
        lambda: D.Normal(0, t(1)), lambda: D.Distribution.set_default_validate_args(3), lambda: D.Categorical(),
        lambda: D.Categorical(t([0.5]), t([0.5])), lambda: D.Categorical(t(0.5)), lambda: D.Categorical(logits=t(0.5)),
        lambda: D.Categorical(t([-0.5, 1.0])), lambda: D.Categorical(logits=t([0.5, NAN])),
        lambda: D.Categorical(t([0.5, 1.0])).log_prob(t(5)), lambda: D.Categorical(t([0.5, 1.0])).rsample(),
        lambda: D.Categorical(t([0.5, 1.0])).cdf(t(1)), lambda: D.Bernoulli(), lambda: D.Bernoulli(1.5),
        lambda: D.Gamma(0.0, 1.0), lambda: D.Distribution(validate_args=False).mean,
        lambda: D.Distribution(validate_args=False).mode, lambda: D.Distribution(validate_args=False).expand((2,)),
        lambda: D.kl_divergence(D.Normal(0.0, 1.0), D.Cauchy(0.0, 1.0)), lambda: D.register_kl(3, D.Cauchy),
        lambda: D.Uniform(1.0, 0.0), lambda: D.MultivariateNormal(t(0.0), t([[1.0]])), lambda: D.MultivariateNormal(t([0.0])),
        lambda: D.MultivariateNormal(t([0.0]), t([1.0])), lambda: D.MultivariateNormal(t([0.0]), scale_tril=t([1.0])),
        lambda: D.MultivariateNormal(t([0.0, 0.0]), t([[1.0, 2.0], [2.0, 1.0]])),
        lambda: D.MultivariateNormal(t([0.0, 0.0]), scale_tril=t([[1.0, 2.0], [0.0, 1.0]])),
        lambda: D.MultivariateNormal(t([0.0, 0.0]), torch.eye(2)).log_prob(torch.zeros(3)),
        lambda: D.Multinomial(t([3, 4]), t([0.5, 0.5])), lambda: D.Binomial(t([3, 4]), t(0.5)).enumerate_support(),
        lambda: D.Binomial(-1, t(0.5)), lambda: D.Dirichlet(t(1.0)), lambda: D.Dirichlet(t([1.0, 2.0])).log_prob(t([0.2, 0.9])),
        lambda: D.Independent(D.Normal(torch.zeros(2), 1.0), 3),
        lambda: D.MixtureSameFamily(D.Normal(0.0, 1.0), D.Normal(torch.zeros(5), 1.0)),
        lambda: D.MixtureSameFamily(D.Categorical(torch.ones(5)), 3),
        lambda: D.MixtureSameFamily(D.Categorical(torch.ones(2, 5)), D.Normal(torch.zeros(3, 5), 1.0)),
        lambda: D.MixtureSameFamily(D.Categorical(torch.ones(4)), D.Normal(torch.zeros(5), 1.0)),
        lambda: D.TransformedDistribution(D.Normal(0.0, 1.0), 3), lambda: D.TransformedDistribution(D.Normal(0.0, 1.0), [3]),
        lambda: D.TransformedDistribution(D.Normal(0.0, 1.0), [D.StickBreakingTransform()]),
        lambda: D.Wishart(t(1.0), torch.eye(3)), lambda: D.Wishart(t(4.0)), lambda: D.Wishart(t(4.0), t([1.0])),
        lambda: D.LKJCholesky(1), lambda: D.LKJCholesky(3, t([-1.0, 2.0])),
        lambda: D.LowRankMultivariateNormal(t(0.0), t([[1.0]]), t([1.0])),
        lambda: D.LowRankMultivariateNormal(t([0.0]), t([1.0]), t([1.0])),
        lambda: D.LowRankMultivariateNormal(t([0.0, 1.0]), torch.ones(3, 1), t([1.0, 1.0])),
        lambda: D.LowRankMultivariateNormal(t([0.0, 1.0]), torch.ones(2, 1), t([1.0])),
        lambda: D.LowRankMultivariateNormal(torch.zeros(3, 2), torch.ones(3, 2, 1), torch.ones(4, 2)),
        lambda: D.OneHotCategorical(t([0.5, 0.5])).log_prob(t([1.0, 1.0])), lambda: D.Geometric(t([0.5, 0.0])),
        lambda: D.NegativeBinomial(3), lambda: D.ContinuousBernoulli(1.5, validate_args=True),
        lambda: D.StudentT(-1.0), lambda: D.HalfNormal(-1.0), lambda: D.VonMises(t(0.0), -1.0),
        lambda: D.ExpTransform(cache_size=2), lambda: D.ReshapeTransform((2,), (3,)), lambda: D.CatTransform([3]),
        lambda: D.biject_to(D.constraints.boolean), lambda: D.transform_to(3), lambda: D.constraints.dependent.check(t(1.0)),
        lambda: D.constraints.dependent.event_dim, lambda: D.constraints.independent(3, 1), lambda: D.Uniform.support,
        lambda: D.Normal(torch.zeros(2, 3), 1.0), lambda: D.Poisson(2), lambda: U.broadcast_all(1, 2.5),
        lambda: U.broadcast_all("a", 1), lambda: U.clamp_probs(t([0.0, 1.0])), lambda: U.probs_to_logits(t([0.2, 0.8]), True),
        lambda: U.logits_to_probs(t([0.2, 0.8])), lambda: U.tril_matrix_to_vec(torch.arange(9.0).reshape(3, 3), -1),
        lambda: U.vec_to_tril_matrix(torch.arange(6.0)), lambda: U.vec_to_tril_matrix(torch.arange(5.0)),
        lambda: U.tril_matrix_to_vec(torch.zeros(3, 3), 3), lambda: isinstance(D.Bernoulli.probs, property),
    ]


def observe_behaviour(torch):
    """Transforms, constraints with what is registered for them, and failures."""
    D = torch.distributions
    sets = {}
    for name, (constraint, value) in constraint_table(torch).items():
        sets[name] = [repr(constraint), constraint.event_dim, constraint.is_discrete, attempt(lambda c=constraint, v=value: c.check(v)),
                      attempt(lambda c=constraint: repr(D.biject_to(c))), attempt(lambda c=constraint: repr(D.transform_to(c)))]
    return {"transforms": {k: observe_transform(f, x) for k, (f, x) in transforms(torch).items()}, "constraints": sets,
            "failures": [attempt(f) for f in failures(torch)]}
