"""Networks made simpler for inference: batch norm folded into the layer before, dropout taken out."""
import copy

from ... import nn
from ...nn.utils.fusion import fuse_conv_bn_eval, fuse_linear_bn_eval
from .._symbolic_trace import symbolic_trace
from ..graph_module import GraphModule
from ..interpreter import Transformer

__all__ = ["fuse", "remove_dropout"]

_PAIRS = ((nn.Conv1d, nn.BatchNorm1d, fuse_conv_bn_eval), (nn.Conv2d, nn.BatchNorm2d, fuse_conv_bn_eval),
          (nn.Conv3d, nn.BatchNorm3d, fuse_conv_bn_eval), (nn.Linear, nn.BatchNorm1d, fuse_linear_bn_eval))


def fuse(model, inplace=False, no_trace=False):
    """Return the model with each batch norm in evaluation folded into the layer before it.

    Args:
        inplace: change the model's own modules.
        no_trace: the model is a `GraphModule` already.
    """
    model = model if inplace else copy.deepcopy(model)
    traced = model if no_trace and isinstance(model, GraphModule) else symbolic_trace(model)
    modules = dict(traced.named_modules())
    for first, second, fold in _PAIRS:
        for node in traced.graph.nodes:
            before = node.args[0] if node.op == "call_module" and node.args else None
            if type(modules.get(node.target)) is not second or getattr(before, "op", None) != "call_module":
                continue
            layer, norm = modules[before.target], modules[node.target]
            if type(layer) is not first or len(before.users) > 1 or not norm.track_running_stats:
                continue
            modules[before.target] = fold(layer, norm)
            owner, _, name = before.target.rpartition(".")
            setattr(traced.get_submodule(owner), name, modules[before.target])
            node.replace_all_uses_with(before)
            traced.graph.erase_node(node)
    return GraphModule(traced, traced.graph)


def remove_dropout(model):
    """Return the model without its dropout modules."""
    traced = symbolic_trace(model)

    class Without(Transformer):
        def call_module(self, target, args, kwargs):
            if isinstance(self.submodules[target], nn.Dropout):
                return args[0]
            return super().call_module(target, args, kwargs)

    return Without(traced).transform()
