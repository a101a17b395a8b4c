"""Print what an extra of pyproject.toml asks for, one requirement a line: `python tools/extra.py test`.

`pip install '.[test]'` would build the package once more for them.
"""
import pathlib
import sys

try:
    import tomllib
except ImportError:                     # Python 3.10: pip brings the same parser
    from pip._vendor import tomli as tomllib

project = tomllib.loads((pathlib.Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
for name in sys.argv[1:]:
    print("\n".join(project["optional-dependencies"][name]))
