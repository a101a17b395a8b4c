"""`torch.func.rearrange`: dimensions by name, in the notation of einops."""
import re
from math import prod

from ..core.tensor import OPS, TensorBase

_DOTS = [Ellipsis]              # an ellipsis that stands alone
_TOKEN = re.compile(r"\s*(\.\.\.|[A-Za-z_]\w*|\d+|[()]|\S)")


def rearrange(tensor, pattern, **axes_lengths):
    """Return a tensor with its dimensions split, put in order and joined as a pattern says.

    Args:
        tensor: a tensor, or a sequence of them, which is stacked in front.
        pattern: "left -> right" of names, groups in parentheses, 1 or () for a dimension of size 1, and ... for all others.
        axes_lengths: sizes of names in groups; one in a group may be left out.
    Raises: ValueError for a pattern that does not fit.
    Example:
        >>> rearrange(torch.zeros(2, 3, 4), "a b (c d) -> (a c) b d", d=2).shape
        torch.Size([4, 3, 2])
    """
    if not isinstance(tensor, TensorBase):
        tensor = OPS.stack(list(tensor))
    left, right = _sides(pattern)
    ndim = tensor.ndim
    dots = ndim - sum(1 for group in left if group != _DOTS)
    if dots < 0 or (dots and _DOTS not in left):
        raise ValueError(f"Number of dimensions in pattern ({len(left)}) must be equal to the number of dimensions in the "
                         f"tensor ({ndim})")
    hidden = [f"...{k}" for k in range(dots)]
    left, right = _spelled(left, hidden, apart=True), _spelled(right, hidden, apart=False)
    _check_names(left, right, axes_lengths)
    sizes = {}
    for group, n in zip(left, tensor.shape):
        _measure(group, n, axes_lengths, sizes)
    names = [name for group in left for name in group]
    split = tensor.reshape([sizes[name] for name in names])
    order = [names.index(name) for group in right for name in group]
    return split.permute(order).reshape([prod([sizes[name] for name in group]) for group in right])


def _sides(pattern):
    parts = pattern.split("->")
    if len(parts) != 2:
        raise ValueError("Pattern must contain a single '->' separator")
    return [_groups(p) for p in parts]


def _groups(text):
    """Return one side of a pattern as a list of groups of names; a name alone is a group of one."""
    found, inside = [], None
    for token in _TOKEN.findall(text.strip()):
        if token == "(":
            if inside is not None:
                raise ValueError("Brackets are not balanced or are nested")
            inside = []
        elif token == ")":
            if inside is None:
                raise ValueError("Brackets are not balanced or are nested")
            found.append(inside)
            inside = None
        elif not (token == "..." or token[0].isalnum() or token[0] == "_"):
            raise ValueError(f"Unknown character '{token}'")
        else:
            names = [] if token == "1" else [token]
            if inside is None:
                found.append(_DOTS if token == "..." else names)
            else:
                inside.extend(names)
    if inside is not None:
        raise ValueError("Brackets are not balanced or are nested")
    return found


def _spelled(groups, hidden, apart):
    """Return groups with ... replaced by the names of the dimensions it stands for."""
    found = []
    for group in groups:
        if group == _DOTS:
            found.extend([[name] for name in hidden])
        elif "..." in group:
            if apart:
                raise ValueError("Ellipsis inside parentheses is not allowed on the left side")
            k = group.index("...")
            found.append(group[:k] + hidden + group[k + 1:])
        else:
            found.append(group)
    return found


def _check_names(left, right, lengths):
    sides = [[name for group in side for name in group] for side in (left, right)]
    for names in sides:
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"Indexing expression contains duplicate dimension '{name}'")
    odd = set(sides[0]) ^ set(sides[1])
    if odd:
        raise ValueError(f"Identifiers only on one side of rearrange expression (should be on both): {odd}")
    unknown = set(lengths) - set(sides[0])
    if unknown:
        raise ValueError(f"Identifiers not found in rearrange expression: {unknown}")


def _measure(group, n, lengths, sizes):
    """Find the sizes of the names of a group that together make n."""
    open_names = [name for name in group if name not in lengths]
    known = prod([lengths[name] for name in group if name in lengths])
    if len(open_names) > 1:
        raise ValueError(f"cannot infer the sizes of two dimensions at once {open_names[0]} and {open_names[1]}")
    if n % known if open_names else n != known:
        raise ValueError(f"inferred dimension does not evenly fit into larger dimension: {n} vs {known}")
    for name in group:
        sizes[name] = lengths.get(name, n // known)
