"""Special functions."""

from table import inf, ints, nan, row, s, t

FLOATS = ("float64", "float16", "bfloat16")
REAL = (*FLOATS, "int64", "bool")
UNARY = [s(t(3, 4)), s(t()), s(t(0, 2))]
SPECIAL = [0.0, 1.0, -1.0, inf, -inf, nan]

row("erf", UNARY, special=SPECIAL, dtypes=REAL)
row("erf far and near", [s(t(64, low=-6, high=6)), s(t(64, low=-1e-3, high=1e-3))], torch="erf", dtypes=("float64",))
row("erfc", [*UNARY, s(t(64, low=-9, high=25))], special=SPECIAL, dtypes=REAL)
row("erfinv", [*UNARY, s(t(64, low=-0.9999, high=0.9999))], domain=(-0.9, 0.9), special=[0.0, 1.0, -1.0, 2.0, nan], dtypes=REAL)
row("special.erfcx", [*UNARY, s(t(32, low=-5, high=60))], special=[0.0, 1.0, -1.0, inf, -inf, nan], dtypes=REAL)
HALF = {"tol": (1.6e-2, 1e-3), "tol_reason": "PyTorch rounds intermediate results to half precision"}
row("special.ndtr", UNARY, special=SPECIAL, dtypes=FLOATS, **HALF)
row("special.ndtri", [*UNARY, s(t(64, low=1e-6, high=1 - 1e-6))], domain=(0.05, 0.95), special=[0.0, 1.0, 2.0, nan], dtypes=REAL)
row("special.log_ndtr", [*UNARY, s(t(32, low=-3, high=10))], special=[0.0, -1.0, 5.0, nan], dtypes=REAL)
row("special.entr", UNARY, domain=(0.1, 2), special=[0.0, 1.0, -1.0, inf, nan], dtypes=REAL)
row("lgamma", [*UNARY, s(t(64, low=-9.9, high=60))], domain=(0.2, 4), special=[0.0, 1.0, 2.0, -1.5, inf, nan], dtypes=REAL)
row("digamma", [*UNARY, s(t(32, low=0.1, high=60)), s(t(8, low=-3.9, high=-3.1))], domain=(0.3, 4), special=[0.0, 1.0, -1.5, inf, nan], dtypes=REAL)
row("polygamma", [s(1, t(3, 4)), s(0, t(3)), s(2, t(3)), s(4, t(3))], domain=(0.5, 4), dtypes=REAL, method=False, raises=[s(-1, t(3))])
row("polygamma as method", [s(t(3))], domain=(0.5, 4), dtypes=(), fn=lambda torch, x: x.polygamma(1))
row("mvlgamma", [s(t(3, 4), 1), s(t(3), 3)], domain=(1.5, 6), dtypes=FLOATS, raises=[s(t(3), 0)])
row("igamma", [s(t(3, dtype="float64", requires_grad=False), t(3)), s(t(3, requires_grad=False), t())], domain=(0.5, 4), dtypes=("float64",))
row("igammac", [s(t(3, dtype="float64", requires_grad=False), t(3))], domain=(0.5, 4), dtypes=("float64",))
row("special.zeta", [s(t(3, 4, low=1.5, high=5, requires_grad=False), t(4)), s(2.0, t(3)), s(t(3, low=1.5, high=5, requires_grad=False), 2)],
    domain=(0.5, 5), dtypes=("float64",))
for name in ("i0", "special.i0e", "special.i1", "special.i1e"):
    row(name, [*UNARY, s(t(64, low=-30, high=30))], domain=(0.1, 3), special=[0.0, 1.0, -1.0, 20.0], dtypes=FLOATS, **HALF)
row("special.spherical_bessel_j0", UNARY, special=[0.0, 1.0, inf], dtypes=("float64",), grad=False)
for name in ("airy_ai", "bessel_j0", "bessel_j1", "bessel_y0", "bessel_y1", "modified_bessel_i0", "modified_bessel_i1",
             "modified_bessel_k0", "modified_bessel_k1", "scaled_modified_bessel_k0", "scaled_modified_bessel_k1"):
    row("special." + name, [s(t(3, 4)), s(t(8, low=5, high=20))], domain=(0.1, 4), dtypes=("float64",), grad=False,
        tol=(1e-5, 1e-5), tol_reason="PyTorch's series for Bessel and Airy functions lose digits near their zeros")
for name in ("chebyshev_polynomial_t", "chebyshev_polynomial_u", "chebyshev_polynomial_v", "chebyshev_polynomial_w",
             "shifted_chebyshev_polynomial_t", "shifted_chebyshev_polynomial_u", "shifted_chebyshev_polynomial_v",
             "shifted_chebyshev_polynomial_w", "hermite_polynomial_h", "hermite_polynomial_he", "laguerre_polynomial_l",
             "legendre_polynomial_p"):
    row("special." + name, [s(t(3, 4), 3), s(t(4), ints(4, high=6)), s(2.0, ints(4, high=4, dtype="int64")), s(t(3), t(3, low=0, high=5))],
        domain=(0.05, 0.95), dtypes=("float64",), grad=False)
for name in ("expit", "gammaln", "psi", "multigammaln", "erf", "exp2", "log1p", "round", "sinc", "logit"):
    row("special." + name, [s(t(3, 4), *((1,) if name == "multigammaln" else ()))], domain=(0.2, 0.8), dtypes=("float64",))
