"""`einsum`: Einstein's summation, contracted pair by pair."""
import functools

from ..core.op import T, composite, op
from ..core.tensor import OPS, TensorBase
from ._dims import prod
from ._rules import cj
from .shape import diagonal, expand, permute, unsqueeze

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


# ------------------------------------------------------------------ reading the equation

def _read_terms(text, offset, operand):
    """Return the labels of one term as a list; Ellipsis stands for the broadcast dimensions."""
    where = "output" if operand is None else f"operand {operand}"
    found, k = [], 0
    while k < len(text):
        c = text[k]
        if c == " ":
            pass
        elif c == ".":
            if Ellipsis in found:
                raise RuntimeError(f"einsum(): found '.' for {where} {'for which' if operand is not None else 'but'} an "
                                   f"ellipsis {'was already found' if operand is not None else '(...) was already found'}")
            if text[k:k + 3] != "...":
                more = "" if operand is not None else " (...)"
                raise RuntimeError(f"einsum(): found '.' for {where} that is not part of any ellipsis{more}")
            found.append(Ellipsis)
            k += 2
        elif c in _LETTERS:
            found.append(c)
        else:
            raise RuntimeError(f"einsum(): invalid subscript given at index {offset + k} in the equation string, subscripts "
                               "must be in [a-zA-Z]")
        k += 1
    return found


def _read_equation(equation, count):
    """Return (terms of the operands, output term or None) of an equation."""
    left, arrow, right = equation.partition("->")
    terms, offset = [], 0
    for k, text in enumerate(left.split(",")):
        if k >= count:
            raise RuntimeError("einsum(): fewer operands were provided than specified in the equation")
        terms.append(_read_terms(text, offset, k))
        offset += len(text) + 1
    if len(terms) < count:
        raise RuntimeError("einsum(): more operands were provided than specified in the equation")
    return terms, (_read_terms(right, len(left) + 2, None) if arrow else None)


def _read_lists(args):
    """Return (operands, terms, output) of the form `einsum(x, [0, 1], y, [1, 2], [0, 2])`."""

    def letters(labels):
        found = []
        for label in labels:
            if label is not Ellipsis:
                label = label.__index__() if hasattr(label, "__index__") else _not_integer(label)
                if not 0 <= label < 52:
                    raise ValueError("einsum(): subscript in subscript list is not within the valid range [0, 52)")
                label = _LETTERS[label]
            found.append(label)
        return found

    output = letters(args[-1]) if len(args) % 2 else None
    pairs = args[:-1] if len(args) % 2 else args
    return list(pairs[::2]), [letters(labels) for labels in pairs[1::2]], output


def _not_integer(label):
    raise TypeError(f"'{type(label).__name__}' object cannot be interpreted as an integer")


def _check(operands, terms):
    """Return the number of dimensions the ellipsis stands for, after torch's checks of sizes."""
    width, sizes = 0, {}
    for k, (x, labels) in enumerate(zip(operands, terms)):
        named = sum([label is not Ellipsis for label in labels])
        if Ellipsis in labels:
            if named > x.ndim:
                raise RuntimeError(f"einsum(): the number of subscripts in the equation ({named}) is more than the number of "
                                   f"dimensions ({x.ndim}) for operand {k}")
            width = max(width, x.ndim - named)
        elif named != x.ndim:
            raise RuntimeError(f"einsum(): the number of subscripts in the equation ({named}) does not match the number of "
                               f"dimensions ({x.ndim}) for operand {k} and no ellipsis was given")
    for k, (x, labels) in enumerate(zip(operands, terms)):
        labels = _spread(labels, x.ndim, width)
        own = {}
        for label, n in zip(labels, x.shape):
            if label in own and own[label] != n:
                raise RuntimeError(f"einsum(): subscript {label} is repeated for operand {k} but the sizes don't match, {n} != "
                                   f"{own[label]}")
            own[label] = n
        for label, n in own.items():
            seen = sizes.get(label, 1)
            if n != seen and n != 1 and seen != 1:
                name = label if isinstance(label, str) else "..."
                raise RuntimeError(f"einsum(): subscript {name} has size {n} for operand {k} which does not broadcast with "
                                   f"previously seen size {seen}")
            sizes[label] = seen if n == 1 else n
    return width


def _spread(labels, ndim, width):
    """Return labels with the ellipsis replaced by integers, counted so that the last one is width - 1."""
    if Ellipsis not in labels:
        return list(labels)
    k = labels.index(Ellipsis)
    n = ndim - (len(labels) - 1)
    return labels[:k] + list(range(width - n, width)) + labels[k + 1:]


def _output(terms, output, width):
    """Return the output's labels; without `->` those seen once, in order of letters."""
    flat = [label for labels in terms for label in labels]
    if output is None:
        once = sorted({label for label in flat if isinstance(label, str) and flat.count(label) == 1})
        return list(range(width)) + once
    found = []
    for label in output:
        if label is Ellipsis:
            found.extend(range(width))
            continue
        if label in found:
            raise RuntimeError(f"einsum(): output subscript {label} appears more than once in the output")
        if label not in flat:
            raise RuntimeError(f"einsum(): output subscript {label} does not appear in the equation for any input operand")
        found.append(label)
    return found


# ------------------------------------------------------------------ contraction

def _without_repeats(x, labels):
    """Return the operand with dimensions of the same label replaced by their diagonal."""
    labels = list(labels)
    for label in dict.fromkeys(labels):
        while labels.count(label) > 1:
            i = labels.index(label)
            j = labels.index(label, i + 1)
            x = diagonal(x, 0, i, j)
            labels = labels[:i] + labels[i + 1:j] + labels[j + 1:] + [label]
    return x, labels


def _summed(x, labels, keep):
    """Return the operand summed over the labels that nobody else wants."""
    drop = tuple([k for k, label in enumerate(labels) if label not in keep])
    if not drop:
        return x, labels
    return OPS.sum(x, drop), [label for label in labels if label in keep]


def _pick_pair(terms, sizes):
    """Return the pair of operands whose product is smallest beside them; of two, the only pair."""
    if len(terms) == 2:
        return 0, 1

    def growth(pair):
        a, b = terms[pair[0]], terms[pair[1]]
        rest = set().union(*[t for k, t in enumerate(terms) if k not in pair])
        made = [label for label in dict.fromkeys(a + b) if label in rest]
        return (prod([sizes[x] for x in made]) - prod([sizes[x] for x in a]) - prod([sizes[x] for x in b]), pair)

    return min([(i, j) for i in range(len(terms) - 1) for j in range(i + 1, len(terms) - 1)], key=growth)


def _contract(operands, terms, output):
    """Contract the operands pair by pair down to `output`; the last of `terms` is the output."""
    operands, terms = list(operands), list(terms)
    sizes, chained = {}, len(operands) > 2
    for x, labels in zip(operands, terms):
        for label, n in zip(labels, x.shape):
            sizes[label] = max(sizes.get(label, 1), n) if n else 0
    while len(operands) > 1:
        i, j = _pick_pair(terms + [output], sizes) if len(operands) > 2 else (0, 1)
        rest = [t for k, t in enumerate(terms) if k not in (i, j)]
        wanted = set(output).union(*rest)
        a, la = _summed(operands[i], terms[i], wanted | set(terms[j]))
        b, lb = _summed(operands[j], terms[j], wanted | set(la))
        if rest:
            made = [label for label in dict.fromkeys(la + lb) if label in wanted]
        else:
            made = [label for label in output if label in la or label in lb]
        if a.dtype is not b.dtype and any(k not in wanted and k in lb and n > 1 for k, n in zip(la, a.shape)):
            raise RuntimeError(f"expected scalar type {a.dtype.short} but found {b.dtype.short}")
        made_from = _pair(a, b, tuple(la), tuple(lb), tuple(made), chained and not rest)
        operands = [x for k, x in enumerate(operands) if k not in (i, j)] + [made_from]
        terms = rest + [made]
    return operands[0], terms[0]


def _arranged(B, x, labels, order):
    """Return x with its dimensions in `order`; labels it lacks get size 1."""
    have = [label for label in order if label in labels]
    axes = tuple([labels.index(label) for label in have])
    x = x if axes == tuple(range(len(axes))) else B.permute_dims(x, axes)
    if len(have) == len(order):
        return x
    shape, sizes = [], iter(x.shape)
    for label in order:
        shape.append(next(sizes) if label in labels else 1)
    return B.reshape(x, tuple(shape))


def _pair_name(args):
    _, _, la, lb, made, _ = args
    return "ViewBackward0" if any(x in lb and x not in made for x in la) else "MulBackward0"


@op(ns=(), promote="common", name="_einsum_pair", grad_name=_pair_name)
def _pair(B, input: T, other: T, la, lb, made, in_order=False):
    """Return the einsum of two operands without repeated labels; every label of one is in the other or in `made`.

    in_order: whether the result must lie in C order.
    """
    both = [label for label in la if label in lb]
    batch = [label for label in both if label in made]
    inner = [label for label in both if label not in made]
    left = [label for label in la if label not in lb]
    right = [label for label in lb if label not in la]
    if not inner:
        return _arranged(B, input, la, made) * _arranged(B, other, lb, made)
    if any([input.shape[la.index(x)] != other.shape[lb.index(x)] for x in inner]):
        input, other = _stretched(B, input, la, other, lb, inner), _stretched(B, other, lb, input, la, inner)
    a = _arranged(B, input, la, batch + left + inner)
    b = _arranged(B, other, lb, batch + inner + right)
    n, k = len(batch), prod([input.shape[la.index(x)] for x in inner])
    rows, columns = a.shape[n:n + len(left)], b.shape[n + len(inner):]
    if len(left) != 1 or len(inner) != 1:
        a = B.reshape(a, a.shape[:n] + (prod(rows), k))
    if len(right) != 1 or len(inner) != 1:
        b = B.reshape(b, b.shape[:n] + (k, prod(columns)))
    found = B.gemm(a, b)
    if len(left) != 1 or len(right) != 1:
        found = B.reshape(found, found.shape[:n] + rows + columns)
    order = batch + left + right
    found = B.permute_dims(found, tuple([order.index(x) for x in made])) if tuple(order) != tuple(made) else found
    return B.c_order(found) if in_order else found


def _stretched(B, x, labels, other, their, inner):
    """Return x with its contracted dimensions of size 1 broadcast to the other operand's."""
    shape = [max(n, other.shape[their.index(x_label)]) if x_label in inner and n == 1 else n
             for n, x_label in zip(x.shape, labels)]
    return x if tuple(shape) == x.shape else B.broadcast_to(x, tuple(shape))


def _pair_rule(g, other, mine_shape, mine, theirs, made):
    """The gradient of one operand is again an einsum: of `g` and the other operand."""
    found = _pair(g, cj(other), made, theirs, mine)
    full = tuple([max(n, m) for n, m in zip(found.shape, mine_shape)])
    return expand(found, full) if full != tuple(found.shape) else found


_pair.vjp(input=lambda g, input_shape, other, la, lb, made: _pair_rule(g, other, input_shape, la, lb, made),
          other=lambda g, input, other_shape, la, lb, made: _pair_rule(g, input, other_shape, lb, la, made))


@functools.lru_cache(maxsize=1024)
def _plain_pair(equation, one, two):
    """Return (labels, labels, output) of two operands of these shapes for `_pair`, or None where there is more to do."""
    try:
        (la, lb), output = _read_equation(equation, 2)
    except RuntimeError:
        return None
    if Ellipsis in la or Ellipsis in lb or len(la) != len(one) or len(lb) != len(two):
        return None
    if output is None:
        output = _output([la, lb], None, 0)
    known = set(la) | set(lb)
    if len(set(la)) != len(la) or len(set(lb)) != len(lb) or len(set(output)) != len(output) or not set(output) <= known:
        return None
    if any([x not in output and (x not in la or x not in lb) for x in known]):
        return None
    sizes = dict(zip(la, one))
    if any([sizes.get(x, n) != n for x, n in zip(lb, two)]):
        return None
    return tuple(la), tuple(lb), tuple(output)


@composite(method=False)
def einsum(*args):
    """Return the sum of products that an equation over index letters names.

    Letters that are missing in the output are summed over; a letter repeated in one operand takes its
    diagonal; `...` stands for dimensions that broadcast; without `->` the output has the letters seen once,
    in alphabetical order. Operands may also be given as `einsum(x, [0, 1], y, [1, 2], [0, 2])`.

    Example:
        >>> torch.einsum("ij,jk->ik", torch.eye(2), torch.ones(2, 1))
        tensor([[1.],
                [1.]])
    """
    if len(args) < 2:
        raise ValueError("einsum(): must specify the equation string and at least one operand, or at least one operand and "
                         "its subscripts list")
    if len(args) == 3 and type(args[0]) is str and isinstance(args[1], TensorBase) and isinstance(args[2], TensorBase):
        plan = _plain_pair(args[0], args[1]._array.shape, args[2]._array.shape)
        if plan is not None and args[1]._array.dtype == args[2]._array.dtype:
            return _pair(args[1], args[2], *plan)
    if isinstance(args[0], str):
        operands = list(args[1]) if len(args) == 2 and isinstance(args[1], (list, tuple)) else list(args[1:])
        terms, output = _read_equation(args[0], len(operands))
    else:
        operands, terms, output = _read_lists(args)
    for x in operands:
        if not isinstance(x, TensorBase):
            raise TypeError(f"einsum(): argument 'operands' (position 2) must be tuple of Tensors, not {type(x).__name__}")
    width = _check(operands, terms)
    terms = [_spread(labels, x.ndim, width) for x, labels in zip(operands, terms)]
    output = _output(terms, output, width)
    pairs = [_without_repeats(x, labels) for x, labels in zip(operands, terms)]
    found, labels = _contract([x for x, _ in pairs], [labels for _, labels in pairs], output)
    before = len(labels)
    found, labels = _summed(found, labels, output)
    as_view = len(operands) == 1 and len(labels) == before
    for label in output:                        # broadcast dimensions that only other operands had
        if label not in labels:
            found, labels = unsqueeze(found, found.ndim), labels + [label]
    order = tuple([labels.index(label) for label in output])
    return permute(found, order) if as_view or order != tuple(range(len(order))) else found

