"""Settings of the compiler's back end. They are kept for programs that set and read them; nothing is compiled here."""
from types import SimpleNamespace as _Group

from ..core.settings_bag import Bag as _Bag

_Bag.adopt(__name__, {
    "debug": False, "max_autotune": False, "max_autotune_gemm": False, "coordinate_descent_tuning": False,
    "coordinate_descent_check_all_directions": False, "epilogue_fusion": True, "pattern_matcher": True,
    "force_fuse_int_mm_with_mul": False, "fx_graph_cache": True, "fallback_random": False, "freezing": False,
    "layout_optimization": True, "shape_padding": True, "permute_fusion": False, "size_asserts": True,
    "compile_threads": 1, "use_mixed_mm": True, "mixed_mm_choice": "heuristic", "post_grad_custom_post_pass": None,
    "post_grad_custom_pre_pass": None, "joint_graph_constant_folding": True, "profiler_mark_wrapper_call": False,
    "cpp": _Group(threads=-1, simdlen=None, min_chunk_size=4096, weight_prepack=True, enable_kernel_profile=False),
    "triton": _Group(cudagraphs=False, cudagraph_trees=True, unique_kernel_names=True, autotune_pointwise=True,
                     use_block_ptr=False),
    "cuda": _Group(arch=None, version=None, compile_opt_level="-O1"),
})
