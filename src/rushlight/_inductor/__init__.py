"""`torch._inductor`: settings of a compiler that does not exist here, kept for programs that set them."""
from . import config


def cudagraph_mark_step_begin():
    """Do nothing: where a compiled program would begin a new step."""


def list_options():
    """Return the names of the settings."""
    return sorted(n for n in vars(config) if not n.startswith("_"))


def list_mode_options():
    """Return {mode: settings} of `torch.compile`'s modes."""
    return {"default": {}, "reduce-overhead": {"triton.cudagraphs": True},
            "max-autotune-no-cudagraphs": {"max_autotune": True, "coordinate_descent_tuning": True},
            "max-autotune": {"max_autotune": True, "triton.cudagraphs": True, "coordinate_descent_tuning": True}}
