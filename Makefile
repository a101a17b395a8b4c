# make run    train the FizzBuzz network of the course and play 1 to 100
# make test   the test suite, on the compiled and on the pure build
# make lint   ruff, mypy on the public API, the structure test
# make killtest  saves killed 200 times at random moments: no checkpoint may be lost
# make parity every sample of PyTorch's operator database; writes docs/coverage.md
# make examples  the examples of PyTorch's documentation in both libraries; writes docs/examples.md
# make bench  the table beside NumPy by hand, and beside PyTorch where it is installed
# Each target sets up what it needs in a local virtual environment.

PYTHON ?= python3
PIP = -m pip install --quiet --disable-pip-version-check
SOURCES := pyproject.toml setup.py $(shell find src -type f -not -name '*.pyc' -not -path '*/__pycache__/*' -not -path '*.egg-info/*' 2>/dev/null)
PYTEST_ARGS ?=
JOBS ?= 2

.PHONY: run test test-compiled test-pure killtest lint bench parity examples sanitize clean

run: .venv/.installed
	.venv/bin/python examples/fizzbuzz.py

test: test-compiled test-pure

test-compiled: .venv/.test
	.venv/bin/python -m pytest -q -n $(JOBS) tests $(PYTEST_ARGS)

test-pure: .venv-pure/.test
	.venv-pure/bin/python -m pytest -q -n $(JOBS) tests $(PYTEST_ARGS)

killtest: .venv/.test
	RUSHLIGHT_KILLS=200 .venv/bin/python -m pytest -q -s -n 0 tests/io/test_saving.py -k killed

lint: .venv/.lint
	.venv/bin/python -m ruff check .
	.venv/bin/python -m mypy
	.venv/bin/python -m pytest -q tests/test_structure.py

bench: .venv/.bench
	.venv/bin/python -m bench

parity: .venv/.bench
	.venv/bin/python tools/coverage.py

examples: .venv/.bench
	.venv/bin/python tools/examples.py

sanitize: .venv/.test
	.venv/bin/python tools/sanitize.py

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv-pure/bin/python:
	$(PYTHON) -m venv .venv-pure

.venv/.installed: .venv/bin/python $(SOURCES)
	.venv/bin/python $(PIP) .
	.venv/bin/rushlight --version
	@touch $@

.venv-pure/.installed: .venv-pure/bin/python $(SOURCES)
	RUSHLIGHT_PURE=1 .venv-pure/bin/python $(PIP) .
	.venv-pure/bin/rushlight --version
	@touch $@

.venv/.test: .venv/.installed
	.venv/bin/python tools/extra.py test > .venv/test.txt
	.venv/bin/python $(PIP) -r .venv/test.txt
	@touch $@

.venv-pure/.test: .venv-pure/.installed
	.venv-pure/bin/python tools/extra.py test > .venv-pure/test.txt
	.venv-pure/bin/python $(PIP) -r .venv-pure/test.txt
	@touch $@

.venv/.lint: .venv/.test
	.venv/bin/python tools/extra.py lint > .venv/lint.txt
	.venv/bin/python $(PIP) -r .venv/lint.txt
	@touch $@

# PyTorch is the measure: about 200 MB to download; the CPU build is enough.
.venv/.bench: .venv/.test
	.venv/bin/python $(PIP) 'torch==2.13.0' || echo "PyTorch could not be installed: its columns stay empty"
	@touch $@

clean:
	rm -rf .venv .venv-pure build dist src/*.egg-info
