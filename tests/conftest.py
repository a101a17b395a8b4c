"""Paths, warnings and the fixtures every test may use."""

import pathlib
import sys
import warnings

import pytest

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE))
if not any((pathlib.Path(p) / "rushlight" / "__init__.py").exists() for p in sys.path if p):
    sys.path.insert(0, str(HERE.parent / "src"))


@pytest.fixture
def torch():
    """The real PyTorch; the test is skipped where it is not installed."""
    import oracle

    return oracle.need_pytorch()


@pytest.fixture
def rl():
    """The library under test."""
    import rushlight

    return rushlight


@pytest.fixture(autouse=True)
def _fresh_state():
    """No test sees another's default dtype, grad mode or warning filters."""
    with warnings.catch_warnings():
        yield
