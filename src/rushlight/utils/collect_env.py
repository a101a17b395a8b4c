"""What a report of a problem should say of the machine: `rushlight -m torch.utils.collect_env`, or `get_pretty_env_info`."""
import importlib.metadata
import locale
import os
import platform
import re
import subprocess
import sys
from collections import namedtuple

from .. import version

SystemEnv = namedtuple("SystemEnv", [
    "torch_version", "is_debug_build", "cuda_compiled_version", "gcc_version", "clang_version", "cmake_version", "os",
    "libc_version", "python_version", "python_platform", "is_cuda_available", "cuda_runtime_version",
    "cuda_module_loading", "nvidia_driver_version", "nvidia_gpu_models", "cudnn_version", "is_xpu_available",
    "pip_version", "pip_packages", "conda_packages", "hip_compiled_version", "hip_runtime_version",
    "miopen_runtime_version", "caching_allocator_config", "is_xnnpack_available", "cpu_info"])

_PACKAGES = re.compile("torch|rushlight|numpy|mypy|cupy|triton|onnx|optree|flake8|nvidia|cuda", re.IGNORECASE)


def run(command):
    """Run a command (a text for the shell, or a list); return its exit status, output and error output."""
    done = subprocess.run(command, shell=isinstance(command, str), capture_output=True, check=False,
                          encoding=locale.getpreferredencoding(), errors="replace")
    return done.returncode, done.stdout.strip(), done.stderr.strip()


def run_and_read_all(run_lambda, command):
    """Return a command's output; None when it fails."""
    status, out, _ = run_lambda(command)
    return out if status == 0 else None


def run_and_parse_first_match(run_lambda, command, regex):
    """Return the first group of a pattern in a command's output; None when it fails or nothing matches."""
    found = re.search(regex, run_and_read_all(run_lambda, command) or "")
    return found.group(1) if found else None


def get_gcc_version(run_lambda):
    """Return the version of GCC."""
    return run_and_parse_first_match(run_lambda, "gcc --version", r"gcc (.*)")


def get_clang_version(run_lambda):
    """Return the version of Clang."""
    return run_and_parse_first_match(run_lambda, "clang --version", r"clang version (.*)")


def get_cmake_version(run_lambda):
    """Return the version of CMake."""
    return run_and_parse_first_match(run_lambda, "cmake --version", r"cmake (.*)")


def get_nvidia_driver_version(run_lambda):
    """Return the version of the GPU's driver."""
    return run_and_parse_first_match(run_lambda, "nvidia-smi", r"Driver Version: (.*?) ")


def get_gpu_info(run_lambda):
    """Return the names of the GPUs, one a line."""
    out = run_and_read_all(run_lambda, "nvidia-smi -L")
    return None if out is None else re.sub(r" \(UUID: .+?\)", "", out)


def get_running_cuda_version(run_lambda):
    """Return the version of the CUDA compiler."""
    return run_and_parse_first_match(run_lambda, "nvcc --version", r"release .+ V(.*)")


def get_cpu_info(run_lambda):
    """Return what the system says of its processor."""
    command = {"linux": "lscpu", "darwin": "sysctl -n machdep.cpu.brand_string"}.get(sys.platform)
    return (run_and_read_all(run_lambda, command) if command else None) or platform.processor() or "None"


def get_os(run_lambda):
    """Return the operating system and the kind of processor."""
    if sys.platform == "darwin":
        return f"macOS {platform.mac_ver()[0]} ({platform.machine()})"
    name = platform.system() + " " + platform.release()
    if sys.platform == "linux":
        try:
            name = platform.freedesktop_os_release()["PRETTY_NAME"]
        except OSError:
            name = run_and_read_all(run_lambda, "uname -sr") or name
    return f"{name} ({platform.machine()})"


def get_libc_version():
    """Return the C library and its version; "N/A" where it is not Linux's."""
    return "-".join(platform.libc_ver()) if sys.platform == "linux" else "N/A"


def get_python_platform():
    """Return the platform in Python's words."""
    return platform.platform()


def get_pip_packages(run_lambda=run, patterns=None):
    """Return "pip3" and the installed packages that matter, one `name==version` a line; they are found without running pip."""
    del run_lambda
    pattern = _PACKAGES if patterns is None else re.compile("|".join(map(re.escape, patterns)), re.IGNORECASE)
    found = {f"{d.metadata['Name']}=={d.version}" for d in importlib.metadata.distributions()}
    return "pip3", "\n".join(sorted(line for line in found if pattern.search(line)))


def get_env_info():
    """Return the `SystemEnv` of this machine; None is what could not be found out."""
    from .. import cuda

    bits = sys.maxsize.bit_length() + 1
    return SystemEnv(
        torch_version=version.__version__, is_debug_build=str(bool(version.debug)), cuda_compiled_version=version.cuda or "None",
        gcc_version=get_gcc_version(run), clang_version=get_clang_version(run), cmake_version=get_cmake_version(run),
        os=get_os(run), libc_version=get_libc_version(),
        python_version=f"{sys.version} ({bits}-bit runtime)".replace("\n", " "), python_platform=get_python_platform(),
        is_cuda_available=str(cuda.is_available()), cuda_runtime_version=get_running_cuda_version(run),
        cuda_module_loading=os.environ.get("CUDA_MODULE_LOADING", "N/A") if cuda.is_available() else "N/A",
        nvidia_driver_version=get_nvidia_driver_version(run), nvidia_gpu_models=get_gpu_info(run), cudnn_version=None,
        is_xpu_available="False", pip_version="pip3", pip_packages=get_pip_packages()[1], conda_packages=None,
        hip_compiled_version="N/A", hip_runtime_version="N/A", miopen_runtime_version="N/A",
        caching_allocator_config=os.environ.get("PYTORCH_CUDA_ALLOC_CONF", "N/A"), is_xnnpack_available="False",
        cpu_info=get_cpu_info(run))


_LAYOUT = """PyTorch version: {torch_version}
Is debug build: {is_debug_build}
CUDA used to build PyTorch: {cuda_compiled_version}
ROCM used to build PyTorch: {hip_compiled_version}

OS: {os}
GCC version: {gcc_version}
Clang version: {clang_version}
CMake version: {cmake_version}
Libc version: {libc_version}

Python version: {python_version}
Python platform: {python_platform}
Is CUDA available: {is_cuda_available}
CUDA runtime version: {cuda_runtime_version}
CUDA_MODULE_LOADING set to: {cuda_module_loading}
GPU models and configuration: {nvidia_gpu_models}
Nvidia driver version: {nvidia_driver_version}
cuDNN version: {cudnn_version}
Is XPU available: {is_xpu_available}
HIP runtime version: {hip_runtime_version}
MIOpen runtime version: {miopen_runtime_version}
Is XNNPACK available: {is_xnnpack_available}
Caching allocator config: {caching_allocator_config}

CPU:
{cpu_info}

Versions of relevant libraries:
{pip_packages}
{conda_packages}"""


def pretty_str(envinfo):
    """Return a `SystemEnv` as the text of a report."""
    fields = {name: "Could not collect" if v in (None, "None") else str(v) for name, v in envinfo._asdict().items()}
    for name, mark in (("pip_packages", envinfo.pip_version), ("conda_packages", "conda")):
        fields[name] = "\n".join(f"[{mark}] {line}" for line in fields[name].splitlines())
    return _LAYOUT.format(**fields)


def get_pretty_env_info():
    """Return what a report of a problem should say of this machine, as text."""
    return pretty_str(get_env_info())


def main():
    """Print the report."""
    print("Collecting environment information...")
    print(get_pretty_env_info())


if __name__ == "__main__":
    main()
