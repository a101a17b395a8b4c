"""Gradient rules as calls of native kernels: what a backward walk on plain arrays tries before the rules of the ops.

A rule's kernel registers as `op.input`, `op.all` for a rule of `vjp_all`. It takes the gradient and what the rule asks for, and
does the steps of the rule in their order; `NotImplemented`, which goes through from any kernel, lets the rule itself run.
"""


def of(kernels):
    """Return the rules' kernels, by name, made of those of the ops."""
    neg, mul, div = kernels["neg"], kernels["mul"], kernels["div"]

    def sub_other(g, alpha):
        return neg(g) if alpha == 1 else NotImplemented

    def div_input(g, other, rounding_mode):
        return div(g, other) if rounding_mode is None else NotImplemented

    def div_other(g, input, other, rounding_mode):
        return mul(neg(g), div(div(input, other), other)) if rounding_mode is None else NotImplemented

    def pow_input(g, input, exponent):
        return mul(mul(g, input), 2) if type(exponent) is int and exponent == 2 else NotImplemented

    found = {name + ".input": kernels[name + "_backward"]
             for name in ("relu", "tanh", "sigmoid", "gelu", "softmax", "log_softmax", "mse_loss", "clamp")}
    found.update({name + ".input": kernels["_unsafe_view"] for name in ("view", "squeeze", "unsqueeze", "_unsafe_view")})
    found.update({
        "sub.other": sub_other, "mul.input": mul, "mul.other": mul, "div.input": div_input, "div.other": div_other,
        "neg.input": neg, "exp.input": mul, "log.input": div, "pow.input": pow_input, "sum.input": kernels["spread"],
        "gather.input": kernels["_gather_back"], "linear.all": kernels["linear_backward"],
        "cross_entropy_forward.input": kernels["cross_entropy_backward"]})
    return found
