# Each target builds .venv on demand; it is built again only when pyproject.toml or constraints.txt change.
# Another Python: make PYTHON=python3.13 test
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev
DOCS := $(VENV)/.docs

.PHONY: help demo test test-all bench lint format docs clean
.DEFAULT_GOAL := help

help:
	@echo "make demo      fit, assess and explain a model of a real table; the files go to demo-output/"
	@echo "make test      the tests"
	@echo "make test-all  the tests and the slow ones"
	@echo "make bench     speed and accuracy beside other programs"
	@echo "make lint      style, types and the order of the layers"
	@echo "make format    rewrite the sources in the house style"
	@echo "make docs      the documentation as HTML in docs/_build/html"
	@echo "make clean     remove everything that these targets have made"

demo: $(RUNTIME)
	@$(VENV)/bin/ridgeline demo --out demo-output

test: $(DEV)
	$(PY) -m pytest

test-all: $(DEV)
	$(PY) -m pytest -m "slow or not slow"

bench: $(DEV)
	$(PY) -m benchmarks

lint: $(DEV)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/lint-imports
	$(VENV)/bin/pyright

format: $(DEV)
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

docs: $(DOCS)
	$(PY) -m sphinx -W -b html docs docs/_build/html

clean:
	rm -rf $(VENV) build dist demo-output docs/_build .pytest_cache .ruff_cache .import_linter_cache .hypothesis \
	  benchmarks/out benchmarks/.cache benchmarks/.envs
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The build backend is installed first and used as it is, so that it is pinned by the constraints like all the rest.
$(RUNTIME): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	  || { echo "ridgeline needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	@test -x $(PY) || echo "Setting up $(VENV): this happens once and takes a minute."
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "Python's venv module does not work here (on Debian and Ubuntu: apt install python3-venv)." >&2; exit 1; }
	@$(PIP) hatchling editables
	@$(PIP) --no-build-isolation --editable .
	@touch $@

$(DEV): $(RUNTIME)
	@$(PIP) --no-build-isolation --editable ".[dev]"
	@touch $@

$(DOCS): $(RUNTIME)
	@$(PIP) --no-build-isolation --editable ".[docs]"
	@touch $@
