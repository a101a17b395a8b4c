"""`torch.__version__`: a text that compares as a version."""
import re

from .version import __version__ as _text

_RELEASE = re.compile(r"v?(\d+(?:\.\d+)*)[-_.]?(a|b|rc|dev|post)?[-_.]?(\d*)(?:\+(.*))?$", re.IGNORECASE)
_STAGES = {"dev": -4, "a": -3, "b": -2, "rc": -1, None: 0, "post": 1}


class TorchVersion(str):
    """A version: equal to its text, and ordered against texts and tuples of numbers by its numbers.

    Example:
        >>> TorchVersion("2.10.0") > "2.9" and TorchVersion("2.10.0") >= (2, 10)
        True
    """

    __slots__ = ()

    def _compare(self, other, answer):
        mine, theirs = _key(self), _key(".".join(map(str, other)) if isinstance(other, (tuple, list)) else other)
        return answer((mine > theirs) - (mine < theirs))

    def __gt__(self, other):
        return self._compare(other, lambda sign: sign > 0)

    def __lt__(self, other):
        return self._compare(other, lambda sign: sign < 0)

    def __ge__(self, other):
        return self._compare(other, lambda sign: sign >= 0)

    def __le__(self, other):
        return self._compare(other, lambda sign: sign <= 0)

    def __eq__(self, other):
        try:
            return self._compare(other, lambda sign: sign == 0)
        except (TypeError, ValueError):
            return str.__eq__(self, other) is True

    def __ne__(self, other):
        return not self == other

    __hash__ = str.__hash__


def _key(text):
    """Return what orders versions: the numbers without trailing zeros, the stage, its number, a local part."""
    if not isinstance(text, str):
        raise TypeError(f"a version is compared with a text or a tuple of numbers, not {type(text).__name__}")
    found = _RELEASE.match(str.__str__(text))
    if found is None:
        raise ValueError(f"Invalid version: '{text}'")
    numbers, stage, count, local = found.groups()
    release = [int(n) for n in numbers.split(".")]
    while release and release[-1] == 0:
        release.pop()
    return tuple(release), _STAGES[stage and stage.lower()], int(count or 0), local or ""


__version__ = TorchVersion(_text)
