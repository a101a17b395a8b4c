"""`torch.jit`: scripting and tracing give back what runs as it was written; nothing is compiled here yet."""
from ._script import (Attribute, CompilationUnit, Error, Final, Future, RecursiveScriptModule, ScriptFunction, ScriptModule,
                      ScriptWarning, _overload, _overload_method, annotate, enable_onednn_fusion, export, fork, freeze,
                      ignore, interface, is_scripting, is_tracing, onednn_fusion_enabled, optimize_for_inference,
                      optimized_execution, run_frozen_optimizations, script, script_if_tracing, script_method,
                      set_fusion_strategy, strict_fusion, unused, wait)
from ._script import _isinstance as isinstance
from ._serialization import load, save
from ._trace import TopLevelTracedModule, TracedModule, TracerWarning, TracingCheckError, trace, trace_module
from . import annotations
