"""Gradient rules as calls of native kernels: what a backward walk on plain arrays tries before the rules of the ops.

A rule's kernel registers as `op.input`, `op.all` for a rule of `vjp_all`. It takes the gradient and what the rule asks for, and
does the steps of the rule in their order; `NotImplemented`, which goes through from any kernel, lets the rule itself run.
"""


def of(kernels):
    """Return the rules' kernels, by name, made of those of the ops."""
    neg, mul, div = kernels["neg"], kernels["mul"], kernels["div"]
    clamp, linear, cross_entropy = (kernels[name + "_backward"] for name in ("clamp", "linear", "cross_entropy"))

    def add_other(g, alpha):
        return g if alpha == 1 else NotImplemented

    def sub_other(g, alpha):
        return neg(g) if alpha == 1 else NotImplemented

    def div_other(g, input, other, rounding_mode):
        return mul(neg(g), div(div(input, other, rounding_mode), other))

    def pow_input(g, input, exponent):
        return mul(mul(g, input), 2) if type(exponent) is int and exponent == 2 else NotImplemented

    def clamp_all(g, input, min, max, needs):
        found = NotImplemented if needs[1] or needs[2] else clamp(g, input, min, max)
        return found if found is NotImplemented else (found, None, None)

    def cross_entropy_input(g, probs, target, weight, total_weight, ignore_index, reduction):
        if g[0] is None or g[1] is not None:
            return NotImplemented
        return cross_entropy(g[0], probs, total_weight, target, weight, ignore_index, reduction)

    def linear_all(g, input, weight, bias_shape, needs):
        if needs[2] and bias_shape != weight.shape[:1]:
            return NotImplemented
        return linear(g, input, weight, *needs)

    found = {name + ".input": kernels[name + "_backward"]
             for name in ("relu", "tanh", "sigmoid", "gelu", "softmax", "log_softmax", "mse_loss")}
    found.update({name + ".input": kernels["_unsafe_view"] for name in ("view", "squeeze", "unsqueeze", "_unsafe_view")})
    found.update({
        "add.other": add_other, "sub.other": sub_other, "mul.input": mul, "mul.other": mul, "div.input": div, "div.other": div_other,
        "neg.input": neg, "exp.input": mul, "log.input": div, "pow.input": pow_input, "clamp.all": clamp_all,
        "sum.input": kernels["spread"], "gather.input": kernels["_gather_back"], "linear.all": linear_all,
        "cross_entropy_forward.input": cross_entropy_input})
    return found
