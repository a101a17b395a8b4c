"""Exponential families."""
from ..core import autograd
from .distribution import Distribution

__all__ = ["ExponentialFamily"]


class ExponentialFamily(Distribution):
    """A distribution of density h(x) exp(<theta, T(x)> - A(theta)).

    Subclasses give the natural parameters theta, the log normalizer A and the mean of log h.
    """

    @property
    def _natural_params(self):
        raise NotImplementedError

    def _log_normalizer(self, *natural_params):
        raise NotImplementedError

    @property
    def _mean_carrier_measure(self):
        raise NotImplementedError

    def entropy(self):
        """Return A(theta) - <theta, grad A(theta)> - E log h(x).

        Source: F. Nielsen and R. Nock, "Entropies and cross-entropies of exponential families", ICIP 2010.
        """
        result = -self._mean_carrier_measure
        natural = [p.detach().requires_grad_() for p in self._natural_params]
        normalizer = self._log_normalizer(*natural)
        gradients = autograd.grad(normalizer.sum(), natural, create_graph=True)
        result = result + normalizer
        for p, g in zip(natural, gradients):
            result = result - (p * g).reshape(self._batch_shape + (-1,)).sum(-1)
        return result
