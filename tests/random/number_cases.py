"""Programs whose random numbers are compared with PyTorch's: recorded ones in `numbers.json`, live where it is installed.

A case is a function of the library that returns a tensor; it runs after `manual_seed(SEED)`. Sizes lie
below and above each switch between algorithms: 16 for normals, 624 for the Mersenne Twister's block,
2**28 for the width of integers; layouts: contiguous, transposed, strided, permuted.
"""

SEED = 1234
SIZES = (0, 1, 2, 15, 16, 17, 33, 623, 1000)
FLOATS = ("float32", "float64", "float16", "bfloat16")
INTS = ("int64", "int32", "int16", "int8", "uint8")

EXACT, LIBM, LAPACK = "exact", "libm", "lapack"     # what decides the last digit

CASES = {}


def case(name, function, digits=EXACT):
    assert name not in CASES, name
    CASES[name] = (function, digits)


def dt(torch, name):
    return getattr(torch, name)


def layouts(torch, d):
    """Uninitialised tensors of 36 elements and more that are not contiguous."""
    d = dt(torch, d)
    return {"transposed": torch.empty(9, 4, dtype=d).t(), "strided": torch.empty(9, 8, dtype=d)[:, ::2],
            "permuted": torch.empty(3, 4, 5, dtype=d).permute(2, 0, 1), "small": torch.empty(3, 2, dtype=d).t(),
            "column": torch.empty(40, 3, dtype=d)[:, 1]}


def each(torch, x):
    """Fill `x` with a probability of its own for each place."""
    return x.bernoulli_((torch.arange(x.numel()) / x.numel()).reshape(x.shape))


LAYOUTS = ("transposed", "strided", "permuted", "small", "column")

# ---- uniform and normal
for n in SIZES:
    for d in ("float32", "float64"):
        case(f"rand {n} {d}", lambda torch, n=n, d=d: torch.rand(n, dtype=dt(torch, d)))
        case(f"randn {n} {d}", lambda torch, n=n, d=d: torch.randn(n, dtype=dt(torch, d)),
             EXACT if d == "float32" and n >= 16 else LIBM)
for d in ("float16", "bfloat16", "complex64", "complex128"):
    for n in (5, 8, 17, 100):
        case(f"rand {n} {d}", lambda torch, n=n, d=d: torch.rand(n, dtype=dt(torch, d)))
        case(f"randn {n} {d}", lambda torch, n=n, d=d: torch.randn(n, dtype=dt(torch, d)), LIBM)
for d in (*FLOATS, "complex64"):
    for kind in LAYOUTS:
        case(f"uniform_ {kind} {d}", lambda torch, d=d, kind=kind: layouts(torch, d)[kind].uniform_(-0.3, 0.7))
        case(f"normal_ {kind} {d}", lambda torch, d=d, kind=kind: layouts(torch, d)[kind].normal_(1.5, 0.2), LIBM)
for d in FLOATS:
    for low, high in ((-3, 5), (0.1, 0.3), (1.0, 1.001), (2, 2)):
        case(f"uniform_ {low} {high} {d}", lambda torch, d=d, low=low, high=high: torch.empty(1000, dtype=dt(torch, d)).uniform_(low, high))
    for mean, std in ((0, 0.02), (1.7, 0.3), (-5, 0)):
        case(f"normal_ {mean} {std} {d}", lambda torch, d=d, mean=mean, std=std: torch.empty(100, dtype=dt(torch, d)).normal_(mean, std),
             EXACT if d == "float32" else LIBM)
case("randn 4 5 6", lambda torch: torch.randn(4, 5, 6))
case("randn_like transposed", lambda torch: torch.randn_like(torch.empty(5, 4).t()), LIBM)
case("rand_like transposed", lambda torch: torch.rand_like(torch.empty(5, 4).t()))
case("randn many", lambda torch: torch.randn(100003))
case("the cached normal waits", lambda torch: torch.cat([torch.randn(3), torch.rand(2), torch.randn(20), torch.randn(2)]), LIBM)
case("normal tensors", lambda torch: torch.normal(torch.arange(30.0), torch.arange(1.0, 31.0) / 7))
case("normal tensor, number", lambda torch: torch.normal(torch.arange(30.0), 0.3))
case("normal number, tensor", lambda torch: torch.normal(0.7, torch.arange(30.0) / 9))
case("normal size", lambda torch: torch.normal(2.0, 3.0, (4, 6)))
case("normal complex", lambda torch: torch.empty(20, dtype=torch.complex64).normal_(2, 3))

# ---- integers
for high in (2, 10, 2**16, 2**28 - 1, 2**28, 2**31, 2**32 + 1, 2**63 - 1):
    case(f"randint {high}", lambda torch, high=high: torch.randint(high, (50,)))
case("randint -5 7", lambda torch: torch.randint(-5, 7, (40,)))
case("randint full", lambda torch: torch.randint(-2**63, 2**63 - 1, (40,)))
for d in (*INTS, "bool", *FLOATS, "uint16", "uint32", "uint64"):
    case(f"randint 2 {d}", lambda torch, d=d: torch.randint(2, (40,), dtype=dt(torch, d)))
for d in (*INTS, "bool", *FLOATS):
    case(f"random_ {d}", lambda torch, d=d: torch.empty(40, dtype=dt(torch, d)).random_())
for d in (*INTS, "float32", "float64"):
    case(f"random_ 3 None {d}", lambda torch, d=d: torch.empty(40, dtype=dt(torch, d)).random_(3, None))
for d in ("int64", "float32", "float64", "bfloat16"):
    case(f"random_ lowest None {d}", lambda torch, d=d: torch.empty(40, dtype=dt(torch, d)).random_(-2**63, None))
for kind in LAYOUTS:
    case(f"random_ {kind}", lambda torch, kind=kind: layouts(torch, "int64")[kind].random_(100))
case("randint_like", lambda torch: torch.randint_like(torch.empty(5, 4).t(), 3, 10))
for n in (0, 1, 2, 10, 1000):
    case(f"randperm {n}", lambda torch, n=n: torch.randperm(n))
for d in ("int32", "int16", "uint8", "float32"):
    case(f"randperm {d}", lambda torch, d=d: torch.randperm(100, dtype=dt(torch, d)))

# ---- other distributions
for d in (*FLOATS, "int64", "bool"):
    case(f"bernoulli_ {d}", lambda torch, d=d: torch.empty(700, dtype=dt(torch, d)).bernoulli_(0.3))
for kind in LAYOUTS:
    case(f"bernoulli_ {kind}", lambda torch, kind=kind: layouts(torch, "float32")[kind].bernoulli_(0.4))
    case(f"bernoulli_ each {kind}", lambda torch, kind=kind: each(torch, layouts(torch, "float32")[kind]))
for d in ("float32", "float64", "float16"):
    case(f"bernoulli {d}", lambda torch, d=d: torch.bernoulli((torch.arange(200) / 200).to(dt(torch, d))))
for d in FLOATS:
    case(f"exponential_ {d}", lambda torch, d=d: torch.empty(50, dtype=dt(torch, d)).exponential_(0.3), LIBM)
    case(f"geometric_ {d}", lambda torch, d=d: torch.empty(50, dtype=dt(torch, d)).geometric_(0.3))
    case(f"log_normal_ {d}", lambda torch, d=d: torch.empty(50, dtype=dt(torch, d)).log_normal_(0.3, 0.2), LIBM)
    case(f"cauchy_ {d}", lambda torch, d=d: torch.empty(50, dtype=dt(torch, d)).cauchy_(0.3, 0.2), LIBM)
case("geometric_ int8", lambda torch: torch.empty(50, dtype=torch.int8).geometric_(0.01))
case("poisson", lambda torch: torch.poisson(torch.arange(60.0)))
case("binomial", lambda torch: torch.binomial(torch.arange(60.0), torch.arange(60.0) / 60))
case("gamma", lambda torch: torch._standard_gamma(torch.arange(1, 60.0) / 10), LIBM)
case("gamma float64", lambda torch: torch._standard_gamma(torch.arange(1, 60.0).double() / 10), LIBM)
for d in ("float32", "float64"):
    for n in (1, 3):
        case(f"multinomial {n} {d}", lambda torch, n=n, d=d: torch.multinomial((torch.arange(40) % 7).reshape(5, 8).to(dt(torch, d)), n))
    case(f"multinomial replacement {d}", lambda torch, d=d: torch.multinomial((torch.arange(40) % 7).reshape(5, 8).to(dt(torch, d)), 30, replacement=True))
case("multinomial of a vector", lambda torch: torch.multinomial(torch.arange(100.0), 20))
case("multinomial transposed", lambda torch: torch.multinomial(torch.arange(1.0, 41.0).reshape(5, 8).t(), 3))

# ---- dropout
for name in ("dropout", "alpha_dropout", "feature_alpha_dropout", "dropout1d", "dropout2d", "dropout3d"):
    for p in (0.5, 0.3, 1.0):
        shape = (2, 5, 3, 4, 2) if name == "dropout3d" else (2, 5, 3, 4) if name == "dropout2d" else (2, 5, 6)
        case(f"{name} {p}", lambda torch, name=name, p=p, shape=shape: getattr(torch.nn.functional, name)(
            torch.ones(shape), p, True))
for d in ("float64", "float16", "bfloat16"):
    case(f"dropout {d}", lambda torch, d=d: torch.nn.functional.dropout(torch.ones(50, dtype=dt(torch, d)), 0.3))
case("dropout transposed", lambda torch: torch.nn.functional.dropout(torch.ones(7, 4).t(), 0.4))
case("feature_dropout", lambda torch: torch.feature_dropout(torch.ones(4, 6, 2), 0.4, True))
case("native_dropout", lambda torch: torch.native_dropout(torch.ones(4, 6), 0.3, True)[0])

# ---- initial values
for shape in ((3, 4), (20, 30), (6, 4, 3, 3)):
    for name in ("uniform_", "normal_", "xavier_uniform_", "xavier_normal_", "kaiming_uniform_", "kaiming_normal_", "trunc_normal_"):
        case(f"init.{name} {shape}", lambda torch, name=name, shape=shape: getattr(torch.nn.init, name)(torch.empty(shape)),
             LIBM if "normal" in name else EXACT)
for args in ((0, 1, 3, 4), (0, 1, -0.5, 0.5), (0, 1, 1, 9), (0, 0.02, -2, 2), (0, 1, 0, 3)):
    case(f"init.trunc_normal_ {args}", lambda torch, args=args: torch.nn.init.trunc_normal_(torch.empty(40), *args), LIBM)
case("init.kaiming_uniform_ of a Linear", lambda torch: torch.nn.init.kaiming_uniform_(torch.empty(20, 30), a=5**0.5))
case("init.sparse_", lambda torch: torch.nn.init.sparse_(torch.empty(8, 6), 0.3), LIBM)
case("init.orthogonal_", lambda torch: torch.nn.init.orthogonal_(torch.empty(6, 8)), LAPACK)
case("init.orthogonal_ tall", lambda torch: torch.nn.init.orthogonal_(torch.empty(8, 3, 2), gain=2.0), LAPACK)
