"""The `reduction` argument of losses: its check, its old spelling, and how it is applied."""
import warnings

__all__ = ["MEAN", "NONE", "SUM", "check_reduction", "legacy_reduction", "printed_as", "reduce_array", "reduce_tensor"]

NONE, MEAN, SUM = "none", "mean", "sum"


def check_reduction(reduction):
    """Return a reduction's name; ValueError for an unknown one."""
    if reduction != MEAN and reduction != SUM and reduction != NONE:
        raise ValueError(f"{reduction} is not a valid value for reduction")
    return reduction


def legacy_reduction(size_average, reduce, warn=True):
    """Return the reduction that the old arguments `size_average` and `reduce` mean, with torch's warning."""
    size_average = True if size_average is None else size_average
    reduce = True if reduce is None else reduce
    found = "none" if not reduce else "mean" if size_average else "sum"
    if warn:
        warnings.warn(f"size_average and reduce args will be deprecated, please use reduction='{found}' instead.",
                      stacklevel=3)
    return found


def reduce_array(B, x, reduction):
    """Apply a reduction to an array; the mean of nothing is nan."""
    if reduction == NONE:
        return x
    total = B.sum(x)
    if reduction == SUM:
        return total
    return total / x.size if x.size else total * B.nan


def reduce_tensor(x, reduction):
    """Apply a reduction to a tensor."""
    check_reduction(reduction)
    return x if reduction == NONE else x.mean() if reduction == MEAN else x.sum()


def printed_as(loss, name):
    """Let the node of a loss that is made of several ops print under torch's name for all of them."""
    node = loss.grad_fn
    if node is not None:
        node.grad_name = name
    return loss
