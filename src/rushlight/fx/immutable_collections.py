"""Lists and dicts in a node's arguments: they can't be changed in place, as the graph would not learn of it."""

__all__ = ["immutable_dict", "immutable_list"]

_HELP = """\
If you are attempting to modify the kwargs or args of a torch.fx.Node object,
instead create a new copy of it and assign the copy to the node:

    new_args = ...  # copy and mutate args
    node.args = new_args
"""


def _refuse(self, *args, **kwargs):
    raise TypeError(f"'{type(self).__name__}' object does not support mutation. {_HELP}")


def _closed(name, base, methods):
    return type(name, (base,), {**dict.fromkeys(methods, _refuse), "__module__": __name__,
                                "__doc__": f"A {base.__name__} that refuses to be changed.",
                                "__reduce__": lambda self: (type(self), (base(self),)),
                                "__hash__": lambda self: hash(tuple(self.items() if base is dict else self))})


immutable_list = _closed("immutable_list", list, (
    "__delitem__", "__iadd__", "__imul__", "__setitem__", "append", "clear", "extend", "insert", "pop", "remove", "reverse",
    "sort"))
immutable_dict = _closed("immutable_dict", dict, (
    "__delitem__", "__ior__", "__setitem__", "clear", "pop", "popitem", "setdefault", "update"))
