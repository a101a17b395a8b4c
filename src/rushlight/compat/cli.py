"""The command: `rushlight script.py [args]`, `rushlight -m module [args]`, `rushlight -c code`."""
import builtins
import os
import runpy
import sys
import types

from . import alias

USAGE = """\
usage: rushlight SCRIPT [ARGS ...]      run a PyTorch program on Rushlight
       rushlight -m MODULE [ARGS ...]   run a module as `python -m` does
       rushlight -c CODE [ARGS ...]     run a line of code
       rushlight inspect FILE           list the tensors of a checkpoint, .safetensors or .npz file
       rushlight convert A B            write the tensors of file A to file B in the format of its suffix
       rushlight --version              say which version and which build this is

Inside the program, and only there, `import torch` gives Rushlight."""


def main(argv=None):
    """Run the command line; returns the exit status."""
    argv = sys.argv[1:] if argv is None else argv
    if not argv or argv[0] in ("-h", "--help"):
        print(USAGE)
        return 0 if argv else 2
    if argv[0] in ("-V", "--version"):
        print(version())
        return 0
    if argv[0] == "-m":
        return _needs(argv, "module name") or run_module(argv[1], argv[2:])
    if argv[0] == "-c":
        return _needs(argv, "code") or run_code(argv[1], argv[2:])
    if argv[0] in _FILE_COMMANDS:
        return work_on_files(*argv)
    if argv[0].startswith("-") and argv[0] != "-":
        print(f"rushlight: unknown option {argv[0]}\n{USAGE}", file=sys.stderr)
        return 2
    return run_script(argv[0], argv[1:])


def _needs(argv, what):
    if len(argv) > 1:
        return 0
    print(f"rushlight: {argv[0]} needs a {what}\n{USAGE}", file=sys.stderr)
    return 2


#: command -> how many files it takes
_FILE_COMMANDS = {"inspect": 1, "convert": 2}


def work_on_files(command, *paths):
    """Do `inspect FILE` or `convert A B`; an error is one line."""
    if len(paths) != _FILE_COMMANDS[command]:
        print(f"rushlight: {command} takes {_FILE_COMMANDS[command]} file(s)\n{USAGE}", file=sys.stderr)
        return 2
    from ..io import convert

    try:
        if command == "inspect":
            print("\n".join(convert.inspect(*paths)))
        else:
            print(f"{convert.convert(*paths)} tensors written to {paths[1]}")
    except BrokenPipeError:             # `rushlight inspect FILE | head`
        sys.stdout = open(os.devnull, "w")
        return 0
    except Exception as e:
        reason = str(e).partition("\n")[0] or type(e).__name__
        print(f"rushlight: {reason}" if any(p in reason for p in paths) else f"rushlight: {paths[0]}: {reason}", file=sys.stderr)
        return 1
    return 0


def version():
    """Return the line that `--version` prints."""
    from ..version import own
    from ..backend.cpu import COMPILED
    build = "compiled core and kernels" if COMPILED else "pure Python: no compiled core in this installation"
    return f"rushlight {own} ({build}), Python {sys.version.split()[0]}"


def run_script(path, args):
    """Run a file as `__main__`, the way `python path args` would."""
    try:
        if path == "-":
            source, name = sys.stdin.read(), "<stdin>"
        else:
            name = path
            if os.path.isdir(path):
                return _guarded(lambda: _run_folder(path, args))
            with open(path, "rb") as f:
                source = f.read()
    except OSError as e:
        print(f"rushlight: can't open file {os.path.abspath(path)!r}: [Errno {e.errno}] {e.strerror}", file=sys.stderr)
        return 2
    sys.argv[:] = [path, *args]
    sys.path[0:1] = [""] if path == "-" else [os.path.dirname(os.path.realpath(path))]
    space = _fresh_main(name)
    return _guarded(lambda: exec(compile(source, name, "exec", dont_inherit=True), space))


def _run_folder(path, args):
    sys.argv[:] = [path, *args]
    _fresh_main(path)
    runpy.run_path(path, run_name="__main__")


def run_code(code, args):
    """Run a string as `__main__`, the way `python -c` would."""
    sys.argv[:] = ["-c", *args]
    sys.path[0:1] = [""]
    space = _fresh_main(None)
    return _guarded(lambda: exec(compile(code, "<string>", "exec", dont_inherit=True), space))


def run_module(name, args):
    """Run a module as `__main__`, the way `python -m` would."""
    sys.argv[:] = ["-m", *args]
    sys.path[0:1] = [os.getcwd()]
    _fresh_main(None)
    return _guarded(lambda: runpy._run_module_as_main(name))


def _fresh_main(file):
    """Put an empty `__main__` in place and return its names."""
    module = types.ModuleType("__main__")
    module.__builtins__ = builtins
    if file is not None:
        module.__file__ = file
        module.__cached__ = None
    sys.modules["__main__"] = module
    return module.__dict__


def _guarded(run):
    """Run the program; report what escapes it as the interpreter does, without our own frames."""
    alias.install()
    try:
        run()
    except SystemExit:
        raise
    except BaseException as e:
        _report(e)
        return 130 if isinstance(e, KeyboardInterrupt) else 1
    return 0


def _report(error):
    here = os.path.dirname(os.path.abspath(__file__)) + os.sep
    tb = error.__traceback__
    while tb is not None and os.path.abspath(tb.tb_frame.f_code.co_filename).startswith(here):
        tb = tb.tb_next
    sys.stdout.flush()
    sys.excepthook(type(error), error.with_traceback(tb), tb)
