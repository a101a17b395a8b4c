"""Distributions that take probabilities or logits, and compute the other of the two when it is asked for."""
from .utils import lazy_property, logits_to_probs, probs_to_logits


class Binary:
    """`probs` and `logits` (log odds) of a yes or no; `_param` is the one that was given."""

    @lazy_property
    def logits(self):
        """The log odds."""
        return probs_to_logits(self.probs, is_binary=True)

    @lazy_property
    def probs(self):
        """The probabilities."""
        return logits_to_probs(self.logits, is_binary=True)

    @property
    def param_shape(self):
        """The shape of the probabilities."""
        return self._param.size()

    def _keep_param(self, new):
        new._param = new.probs if "probs" in new.__dict__ else new.logits
        return new


class FromCategorical:
    """`probs` and `logits` of the distribution of indices that draws are made from, `_categorical`."""

    @property
    def _param(self):
        return self._categorical._param

    @property
    def logits(self):
        """The normalized logarithms of the probabilities."""
        return self._categorical.logits

    @property
    def probs(self):
        """The normalized probabilities."""
        return self._categorical.probs

    @property
    def param_shape(self):
        """The shape of the probabilities."""
        return self._categorical.param_shape
