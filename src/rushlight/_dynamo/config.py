"""Settings of the compiler's front end. They are kept for programs that set and read them; nothing is compiled here."""
from ..core.settings_bag import Bag as _Bag

_Bag.adopt(__name__, {
    "cache_size_limit": 8, "recompile_limit": 8, "accumulated_cache_size_limit": 256, "suppress_errors": False,
    "verbose": False, "capture_scalar_outputs": False, "capture_dynamic_output_shape_ops": False,
    "inline_inbuilt_nn_modules": True, "automatic_dynamic_shapes": True, "assume_static_by_default": True,
    "disable": False, "optimize_ddp": True, "guard_nn_modules": True, "allow_rnn": False, "log_level": 30,
    "force_parameter_static_shapes": True, "specialize_int": False, "error_on_recompile": False,
})
