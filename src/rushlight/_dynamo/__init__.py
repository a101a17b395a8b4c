"""`torch._dynamo`: what programs take from the compiler's front end. Nothing is compiled here: functions run as they are."""
from . import config, eval_frame, exc, utils
from .eval_frame import (OptimizedModule, allow_in_graph, assume_constant_result, disable, disallow_in_graph, explain,
                         forbid_in_graph, graph_break, is_compiling, is_dynamo_supported, list_backends, mark_dynamic,
                         mark_static, mark_static_address, maybe_mark_dynamic, optimize, register_backend, reset,
                         reset_code_caches, set_stance)
