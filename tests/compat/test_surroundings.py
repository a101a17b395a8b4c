"""What programs ask around their computations: versions, flags, devices that are not there, checks."""
import pytest

import rushlight as torch
from rushlight.torch_version import TorchVersion


@pytest.mark.parametrize("left, right, sign", [
    ("2.13.0", "2.9", 1), ("2.13.0", "2.13", 0), ("2.1.0+cpu", "2.1.0", 1), ("2.0.0a1", "2.0.0", -1), ("2.1", (2, 1), 0),
    ("2.1.0.dev20230101", "2.1.0", -1), ("2.10.0", (2, 9, 1), 1), ("1.13.1", "2.0", -1),
])
def test_versions_compare_by_numbers(left, right, sign):
    v = TorchVersion(left)
    assert (v > right, v == right, v < right) == (sign > 0, sign == 0, sign < 0)
    assert v >= right if sign >= 0 else v <= right


def test_the_version():
    assert torch.__version__ > "2.0" and torch.__version__ >= (2, 13) and isinstance(torch.__version__, str)
    assert torch.__version__ != "unknown" and torch.__version__.split(".")[0] == "2"
    assert torch.version.cuda is None and torch.version.hip is None and torch.version.debug is False


def test_devices_that_are_not_there():
    for name in ("mps", "xpu", "mtia"):
        module = getattr(torch, name)
        assert not module.is_available() and module.device_count() == 0
    assert not torch.backends.mps.is_available() and torch.cpu.is_available() and torch.cpu.device_count() == 1
    with pytest.raises(RuntimeError, match="Cannot execute emptyCache.. without MPS backend."):
        torch.mps.empty_cache()
    with pytest.raises(AssertionError, match="Torch not compiled with XPU enabled"):
        torch.xpu.synchronize()
    with torch.cpu.stream(torch.cpu.current_stream()):
        torch.cpu.synchronize()
    if not torch.cuda.is_available():
        assert torch.accelerator.current_accelerator() is None and torch.accelerator.device_count() == 0
        with pytest.raises(RuntimeError, match="Cannot access accelerator device when none is available."):
            torch.accelerator.synchronize()
        assert torch.get_device_module() is torch.cpu


def test_flags_keep_what_is_set():
    with torch.backends.cudnn.flags(enabled=True, benchmark=True):
        assert torch.backends.cudnn.benchmark
    with torch.backends.cuda.sdp_kernel(enable_flash=False):
        assert not torch.backends.cuda.flash_sdp_enabled() and torch.backends.cuda.math_sdp_enabled()
    assert torch.backends.cuda.flash_sdp_enabled()
    with torch.backends.mkldnn.flags(enabled=False):
        assert not torch.backends.mkldnn.enabled
    with pytest.raises(TypeError, match=r"_set_deterministic_algorithms\(\): argument 'mode' \(position 1\) must be bool"):
        torch.use_deterministic_algorithms(1)
    with pytest.raises(RuntimeError, match="expected one of `default`, `warn`, `error`, but got foo"):
        torch.set_deterministic_debug_mode("foo")
    with pytest.raises(TypeError, match="set_num_interop_threads expects an int, but got str"):
        torch.set_num_interop_threads("a")


def test_checks_and_symbols():
    torch._check(True)
    torch._assert(True, "fine")
    with pytest.raises(RuntimeError, match="^why$"):
        torch._check(False, lambda: "why")
    with pytest.raises(RuntimeError, match="Expected cond to be True, but got False"):
        torch._check_is_size(-1)
    with pytest.raises(AssertionError, match="^why$"):
        torch._assert(False, "why")
    assert torch.sym_int(2.5) == 2 and torch.sym_max(1, 2) == 2 and not isinstance(1, torch.SymInt)
    x = torch.ones(2)
    assert torch.cond(torch.tensor(False), lambda a: a, lambda a: -a, (x,)).tolist() == [-1, -1]
    assert torch.while_loop(lambda i, s: i < 3, lambda i, s: (i + 1, s + i), (0, 0)) == (3, 3)


def test_names_of_the_compiled_module():
    assert torch._C._get_tracing_state() is None
    assert torch._C._nn._parse_to("cpu") == (torch.device("cpu"), None, False, None)
    assert torch._C._nn._parse_to(torch.float32, non_blocking=True) == (None, torch.float32, True, None)
    assert torch._C._jit_set_profiling_mode(False) is True and torch._C._jit_set_profiling_mode(True) is False
    assert torch._C._LinAlgError is torch.linalg.LinAlgError
    assert isinstance(torch.ones(1), torch._C.TensorBase)

def test_no_export_is_in_progress():
    assert not torch.onnx.is_in_onnx_export()
