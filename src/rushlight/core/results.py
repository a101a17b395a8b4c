"""Named results: tuples whose fields have names and that print as torch's `torch.return_types`."""


def make_result_type(name, fields):
    """Return a tuple subclass with the given fields, printed as `torch.return_types.name(...)`."""

    def new(cls, values, *rest):
        values = (values,) + rest if rest else values
        if len(values) != len(fields):
            raise TypeError(f"torch.return_types.{name}() takes a {len(fields)}-sequence ({len(values)}-sequence given)")
        return tuple.__new__(cls, values)

    def show(self):
        parts = ",\n".join(f"{f}={v!r}" for f, v in zip(fields, self))
        return f"torch.return_types.{name}(\n{parts})"

    def reduce(self):
        return _rebuild, (name, fields, tuple(self))

    space = {"__new__": new, "__repr__": show, "__reduce__": reduce, "__slots__": (), "n_fields": len(fields),
             "n_sequence_fields": len(fields), "n_unnamed_fields": 0, "_fields": fields,
             "__match_args__": fields, "__module__": "torch.return_types",
             "__doc__": f"Result of `torch.{name}`: ({', '.join(fields)})."}
    for i, field in enumerate(fields):
        space[field] = property(lambda self, i=i: tuple.__getitem__(self, i))
    made = type(name, (tuple,), space)
    _MADE[name, fields] = made
    return made


_MADE = {}


def _rebuild(name, fields, values):
    return (_MADE.get((name, fields)) or make_result_type(name, fields))(values)
