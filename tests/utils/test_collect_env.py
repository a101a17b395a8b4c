"""The report on the machine."""
import platform
import sys


def test_report(rl, capsys):
    from rushlight.utils import collect_env

    collect_env.main()
    out = capsys.readouterr().out
    assert out.startswith(f"Collecting environment information...\nPyTorch version: {rl.__version__}\n")
    for line in (f"Python platform: {platform.platform()}", f"Is CUDA available: {rl.cuda.is_available()}", "[pip3] numpy=="):
        assert "\n" + line in out


def test_commands(rl):
    from rushlight.utils import collect_env as c

    assert c.run([sys.executable, "-c", "print(3)"]) == (0, "3", "")
    assert c.run_and_read_all(c.run, [sys.executable, "-c", "raise SystemExit(1)"]) is None
    assert c.run_and_parse_first_match(lambda _: (0, "gcc 12.2\nx", ""), "", "gcc (.*)") == "12.2"
    assert c.get_gpu_info(lambda _: (0, "GPU 0: H100 (UUID: 12)", "")) == "GPU 0: H100"
    assert c.get_clang_version(lambda _: (127, "", "")) is None
