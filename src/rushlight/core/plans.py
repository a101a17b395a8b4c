"""What an op knows of itself: its signature, its gradient rules, and what a rule asks for."""
from ..backend.cpu import B as CPU, UFUNCS
from .engine import Plan
from .kinds import (COMMON, DTYPE, FLOAT, INPUT, LIST, NEEDS, NO_PROMOTION, OPTION, OPTIONAL, OUTPUT, SHAPE, TENSOR,
                    VALUE)
from .registry import T, Ts
from .signature import (camel as _camel, defaults as _defaults, names as _names, positional, positions as _positions)

_PROMOTIONS = {None: NO_PROMOTION, "common": COMMON, "float": FLOAT}


def configure(op, body, options):
    """Fill in an op from its body and the options of `@op`."""
    op.name = options["name"] or body.__name__
    op.__name__ = op.__qualname__ = op.name
    op.__doc__ = body.__doc__
    op.__module__ = "torch"
    op.body = positional(body)
    op.promote = _PROMOTIONS[options["promote"]]
    op.apart = options["apart"]
    op.legacy = options["legacy"]
    op.numbers = options["numbers"]
    op.check = options["check"]
    op.widens = options["widens"]
    op.view = options["view"]
    op.writer = None
    if options["writes"]:
        op.writer = write = op.body
        op.body = lambda B, target, *rest: write(B, B.copy(target), *rest)
    op.outputs = options["outputs"]
    op.n_outputs = len(op.outputs) if op.outputs else 1
    op.returns = _positions(op.outputs, options["returns"])
    op.shown = None if op.returns is None else (op.returns,) if type(op.returns) is int else op.returns
    op.result_type = None
    op.differentiable = options["differentiable"]
    op.grad_name = options["grad_name"] or _camel(op.name) + "Backward0"
    op.kernel = CPU.kernels.get(op.name)
    op.kernel_writes = op.kernel is not None and "out" in _names(op.kernel)
    op.ufunc = UFUNCS.get(op.name)
    op.rules = {}
    op.rule_all = None
    op.plans = {}
    read_signature(op, body)


def read_signature(op, body):
    """Note the parameters of a body: their names, kinds and defaults."""
    op.params = _names(body)[1:]
    op.n_params = len(op.params)
    op.n_positional = body.__code__.co_argcount - 1
    given = _defaults(body)
    op.needed = tuple([p not in given for p in op.params])
    op.kinds = tuple([_kind(body.__annotations__.get(p), p in given) for p in op.params])
    op.n_plain = op.n_params if op.n_positional == op.n_params else -1
    op.enough = max([i + 1 for i in range(op.n_params) if op.needed[i]], default=0)
    op.defaults = tuple([given.get(p) for p in op.params])
    op.bindings = {}            # (number of arguments, *keywords) -> the keywords' places, of calls that were right
    op.tails = tuple([op.defaults[i:] for i in range(op.n_params + 1)])
    op.slots = tuple(i for i, k in enumerate(op.kinds) if k != OPTION)
    if op.numbers is None:
        op.numbers = op.promote != NO_PROMOTION and len(op.slots) > 1
    op.promoted = tuple(i for i in op.slots if op.params[i] not in op.apart)
    op.has_list = LIST in op.kinds
    op.keyword_only = tuple([i >= op.n_positional for i in range(op.n_params)])


def _kind(annotation, optional):
    if annotation is T:
        return OPTIONAL if optional else TENSOR
    return LIST if annotation is Ts else OPTION


# ------------------------------------------------------------------ gradient rules

def vjp(op, rules):
    """Give the gradient rule of each named input; the rule's parameters say what to save."""
    for name, rule in rules.items():
        if name not in op.params or op.kinds[op.params.index(name)] == OPTION:
            raise TypeError(f"{op.name}.vjp: '{name}' is no tensor parameter of {op.name}({', '.join(op.params)})")
        op.rules[op.params.index(name)] = (rule, sources(op, rule))
    op.plans.clear()
    return op


def vjp_all(op, rule):
    """Give one rule that returns the gradients of all tensor parameters as a tuple."""
    op.rule_all = (rule, sources(op, rule))
    op.plans.clear()
    return op


def sources(op, rule):
    """Resolve the parameter names of a rule after `g`; an unknown one is an error at import."""
    names = _names(rule)
    if names[:1] != ("g",):
        raise TypeError(f"{op.name}: a gradient rule's first parameter is 'g', not {names[:1]}")
    return tuple(source(op, name) for name in names[1:])


def source(op, name):
    """Return (what, which) a parameter of a rule stands for."""
    if name in op.params:
        i = op.params.index(name)
        return (INPUT if op.kinds[i] != OPTION else VALUE, i)
    if name == "needs":
        return (NEEDS, 0)
    if op.outputs is None and name == "out":
        return (OUTPUT, 0)
    if op.outputs is not None and name in op.outputs:
        return (OUTPUT, op.outputs.index(name))
    for suffix, what in (("_shape", SHAPE), ("_dtype", DTYPE)):
        if name.endswith(suffix) and name[:-len(suffix)] in op.params:
            return (what, op.params.index(name[:-len(suffix)]))
    raise TypeError(f"{op.name}: the gradient rule asks for '{name}', which is neither a parameter "
                    f"({', '.join(op.params)}), nor an output, a shape or a dtype of one")


def make_plan(op, mask):
    """Return (and keep) what to save and to run when the inputs in `mask` require grad."""
    saves, rules = [], []

    def positions(sources):
        for s in sources:
            if s not in saves:
                saves.append(s)
        return tuple(saves.index(s) for s in sources)

    if op.rule_all is not None:
        rule, sources = op.rule_all
        rules.append((-1, rule, positions(sources), CPU.kernels.get(op.name + ".all")))
    else:
        for slot, i in enumerate(op.slots):
            if mask >> slot & 1 and i in op.rules:
                rule, sources = op.rules[i]
                rules.append((slot, rule, positions(sources), CPU.kernels.get(f"{op.name}.{op.params[i]}")))
    plan = Plan(tuple(saves), tuple(rules), any(s in (INPUT, OUTPUT) for s, _ in saves),
                tuple([bool(mask >> slot & 1) for slot in range(len(op.slots))]))
    op.plans[mask] = plan
    return plan
