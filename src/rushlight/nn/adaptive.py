"""AdaptiveLogSoftmaxWithLoss: softmax over many classes, the rare ones in clusters with fewer features."""

from __future__ import annotations

from collections import namedtuple

from ..core.tensor import OPS
from . import functional as F
from .container import ModuleList, Sequential
from .linear import Linear
from .module import Module

__all__ = ["AdaptiveLogSoftmaxWithLoss"]

_ASMoutput = namedtuple("_ASMoutput", ["output", "loss"])


class AdaptiveLogSoftmaxWithLoss(Module):
    """Log-probabilities of targets, and their loss, where classes are numbered by falling frequency.

    The first cluster (the head) scores the frequent classes and each other cluster; a class of another
    cluster takes the cluster's score plus its own within it.

    Args:
        in_features: features of the input.
        n_classes: how many classes.
        cutoffs: the first class of each cluster but the first, rising.
        div_value: cluster k has in_features / div_value^k features.
        head_bias: whether the head has a bias.

    Attributes:
        head, tail: the linear layers.

    Source: Grave et al., "Efficient softmax approximation for GPUs", 2017.
    """

    def __init__(
        self,
        in_features,
        n_classes,
        cutoffs,
        div_value=4.0,
        head_bias=False,
        device=None,
        dtype=None,
    ):
        super().__init__()
        cutoffs = list(cutoffs)
        if not cutoffs:
            raise ValueError("cutoffs should be a sequence of length larger than 0")
        if (
            cutoffs != sorted(cutoffs)
            or min(cutoffs) <= 0
            or max(cutoffs) > n_classes - 1
            or len(set(cutoffs)) != len(cutoffs)
            or any(int(c) != c for c in cutoffs)
        ):
            raise ValueError(
                "cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where each "
                "value is between 1 and n_classes-1"
            )
        made = {"device": device, "dtype": dtype}
        self.in_features = in_features
        self.n_classes = n_classes
        self.cutoffs = [*cutoffs, n_classes]
        self.div_value = div_value
        self.head_bias = head_bias
        self.shortlist_size = self.cutoffs[0]
        self.n_clusters = len(self.cutoffs) - 1
        self.head_size = self.shortlist_size + self.n_clusters
        self.head = Linear(in_features, self.head_size, bias=head_bias, **made)
        self.tail = ModuleList()
        for k in range(self.n_clusters):
            size = int(in_features // (div_value ** (k + 1)))
            first = Linear(in_features, size, bias=False, **made)
            classes = self.cutoffs[k + 1] - self.cutoffs[k]
            self.tail.append(Sequential(first, Linear(size, classes, bias=False, **made)))

    def reset_parameters(self):
        """Draw all parameters anew."""
        self.head.reset_parameters()
        for first, second in self.tail:
            first.reset_parameters()
            second.reset_parameters()

    def forward(self, input_, target_):
        """Return (log-probabilities of the targets, minus their mean), as a named tuple (output, loss)."""
        single = target_.dim() == 0
        self._check_call(input_, target_)
        input = input_.unsqueeze(0) if single else input_
        target = target_.unsqueeze(0) if single else target_
        self._check_range(target)
        head = F.log_softmax(self.head(input), dim=1)
        # Classes of other clusters read the cluster's score in the head; then add their own.
        columns = target
        parts = []
        for k, cluster in enumerate(self.tail):
            low, high = self.cutoffs[k], self.cutoffs[k + 1]
            rows = ((target >= low) & (target < high)).nonzero().squeeze(1)
            if not rows.numel():
                continue
            columns = columns.index_fill(0, rows, self.shortlist_size + k)
            own = F.log_softmax(cluster(input.index_select(0, rows)), dim=1)
            own = own.gather(1, (target[rows] - low).unsqueeze(1)).squeeze(1)
            parts.append((rows, own))
        output = OPS.zeros((target.size(0),), dtype=head.dtype, device=head.device)
        for rows, own in parts:
            output = output.index_copy(0, rows, own)
        output = output + head.gather(1, columns.unsqueeze(1)).squeeze(1)
        loss = (-output).mean()
        return _ASMoutput(output.squeeze(0) if single else output, loss)

    def _check_call(self, input, target):
        if target.dim() == 1:
            if input.size(0) != target.size(0):
                raise RuntimeError(
                    "Input and target should have the same size in the batch dimension."
                )
            if input.dim() != 2:
                raise RuntimeError(
                    f"1D target tensor expects 2D input tensors, but found inputs with size {input.size()}"
                )
        elif target.dim() == 0:
            if input.dim() != 1:
                raise RuntimeError(
                    f"0D target tensor expects 1D input tensors, but found inputs with size {input.size()}"
                )
        else:
            raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")

    def _check_range(self, target):
        if target.numel() and (int(target.min()) < 0 or int(target.max()) >= self.n_classes):
            raise RuntimeError(
                f"Target values should be in [0, {self.n_classes - 1}], but values in range "
                f"[{target.min().item()}, {target.max().item()}] were found. "
            )

    def _get_full_log_prob(self, input, head_output):
        head = F.log_softmax(head_output, dim=1)
        found = [head[:, : self.shortlist_size]]
        for k, cluster in enumerate(self.tail):
            own = F.log_softmax(cluster(input), dim=1)
            found.append(own + head[:, self.shortlist_size + k].unsqueeze(1))
        return OPS.cat(found, 1)

    def log_prob(self, input):
        """Return the log-probabilities of all classes, (batch, n_classes)."""
        return self._get_full_log_prob(input, self.head(input))

    def predict(self, input):
        """Return the most likely class of each row; clusters are only looked into where they win."""
        head = self.head(input)
        output = head.argmax(dim=1)
        other = output >= self.shortlist_size
        if not bool(other.any()):
            return output
        if bool(other.all()):
            return self._get_full_log_prob(input, head).argmax(dim=1)
        full = self._get_full_log_prob(input[other], head[other])
        return output.masked_scatter(other, full.argmax(dim=1))
