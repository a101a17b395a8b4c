"""The approximations of special functions are good to a few units in the last place of float64."""

import numpy as np
import pytest

import rushlight as torch

scipy_special = pytest.importorskip("scipy.special")

LINE = np.linspace(-25, 25, 4001)
POSITIVE = np.linspace(0.01, 60, 4001)
CASES = {
    "erf": (torch.special.erf, scipy_special.erf, LINE, 1e-15),
    "erfc": (torch.special.erfc, scipy_special.erfc, LINE, 5e-13),
    "erfcx": (torch.special.erfcx, scipy_special.erfcx, LINE[LINE > -20], 5e-13),
    "log_ndtr": (torch.special.log_ndtr, scipy_special.log_ndtr, LINE[LINE < 5], 1e-12),
    "erfinv": (torch.special.erfinv, scipy_special.erfinv, np.linspace(-1, 1, 4001)[1:-1], 5e-15),
    "ndtri": (torch.special.ndtri, scipy_special.ndtri, np.linspace(0, 1, 4001)[1:-1], 5e-14),
    "gammaln": (torch.special.gammaln, scipy_special.gammaln, POSITIVE[np.abs(POSITIVE - 1) > 0.02], 1e-13),
    "i0e": (torch.special.i0e, scipy_special.i0e, LINE, 5e-15),
    "i1e": (torch.special.i1e, scipy_special.i1e, LINE, 5e-14),
}


@pytest.mark.parametrize("name", CASES)
def test_relative_error(name):
    """Relative error against SciPy on a line of points."""
    ours, theirs, x, bound = CASES[name]
    expected = theirs(x)
    found = ours(torch.from_numpy(x)).numpy()
    scale = np.where(expected == 0, 1, np.abs(expected))
    assert np.max(np.abs(found - expected) / scale) < bound


def test_digamma_near_its_zero():
    """digamma keeps absolute accuracy where it vanishes."""
    x = np.linspace(1.2, 1.8, 601)
    assert np.max(np.abs(torch.digamma(torch.from_numpy(x)).numpy() - scipy_special.psi(x))) < 5e-15


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_polygamma(order):
    """polygamma on both sides of zero."""
    x = np.concatenate([np.linspace(0.1, 20, 300), np.linspace(-4.9, -4.1, 50)])
    expected = (-1.0) ** (order + 1) * scipy_special.gamma(order + 1) * np.array([_zeta(order + 1, v) for v in x])
    found = torch.polygamma(order, torch.from_numpy(x)).numpy()
    assert np.max(np.abs(found - expected) / np.abs(expected)) < 1e-11


def _zeta(s, q):
    total = 0.0
    while q < 1:
        total, q = total + float(q) ** -s, q + 1
    return total + scipy_special.zeta(s, q)


def test_float32_erf_is_good_to_float32():
    """The float32 polynomial of erf, which gelu uses, is good to a few of its own units."""
    x = np.linspace(-6, 6, 20001).astype("float32")
    found = torch.erf(torch.from_numpy(x)).numpy()
    expected = scipy_special.erf(x.astype("float64"))
    assert np.max(np.abs(found - expected)) < 5e-7
    assert np.max(np.abs(found)) <= 1
