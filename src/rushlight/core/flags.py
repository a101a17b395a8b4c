"""Rare modes that are on somewhere: what every call looks at to see that none is."""


class _Flags:
    """Rare modes, counted over all threads; ops look here only to see that nothing is on."""

    def __init__(self):
        self.special = 0            # how many of the modes below are on anywhere
        self.anomaly = False
        self.functions = 0          # how many things may take ops over (see overrides.py)
        self.check_nan = True


Flags = _Flags()
