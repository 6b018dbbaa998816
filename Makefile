# Two commands do everything on a fresh machine with Python 3.11 or later:
#
#   make compare    runs the main job: every preset scheme in a municipal bureau, compared
#   make test       passes the tests
#
# Each makes .venv in this checkout where it is missing or out of date. `make PYTHON=python3.12 ...` picks another Python.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
ARGS ?=
OUT ?= results/municipal_comparison
PYTEST_WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help compare test test-fast format lint types layers browser bench docs notebooks check constraints clean

help: ## list the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | awk -F '\t' '{printf "  make %-12s %s\n", $$1, $$2}'

compare: $(READY) ## run the main job into results/municipal_comparison (more options: make compare ARGS="--replicates 200")
	$(BIN)/python -m experiments.cli compare --out "$(OUT)" $(ARGS)

test: $(READY) ## pass all tests
	$(BIN)/python -m pytest -n $(PYTEST_WORKERS) --dist loadfile $(ARGS)

test-fast: $(READY) ## pass the tests that take no more than a few seconds each
	$(BIN)/python -m pytest -n $(PYTEST_WORKERS) --dist loadfile -m "not slow" $(ARGS)

notebooks: $(READY) ## put the notebooks into notebooks/, to be double-clicked (ARGS=--run: with what comes out)
	$(BIN)/cadresim notebooks notebooks --overwrite $(ARGS)

format: $(READY) ## put the code into its form
	$(BIN)/python -m ruff format sim experiments tests docs
	$(BIN)/python -m ruff check --fix sim experiments tests docs

lint: $(READY) ## check form and common faults
	$(BIN)/python -m ruff format --check sim experiments tests docs
	$(BIN)/python -m ruff check sim experiments tests docs

types: $(READY) ## check types
	$(BIN)/python -m mypy

layers: $(READY) ## check that imports go down only
	$(BIN)/lint-imports

browser: $(READY) ## get what browser tests need and is lacking (Chromium where this is root, axe-core from npm)
	$(BIN)/python -m tests.browser

bench: $(READY) ## measure speed and variance reduction
	$(BIN)/python -m tests.bench $(ARGS)

docs: $(READY) ## build the documentation into build/docs/html (warnings and broken links are errors)
	$(BIN)/python -m docs.made $(ARGS)

check: lint types layers docs test ## everything that must hold before a commit

constraints: $(READY) ## write constraints.txt anew (needs uv); free of addresses, so it can be committed
	uv pip compile --universal --python-version 3.11 --all-extras --no-header --no-annotate --upgrade pyproject.toml -o constraints.txt

# The stamp is younger than what it depends on once the environment matches both files. An environment whose
# Python is gone or too old is made anew; any other is only brought up to date.
$(READY): pyproject.toml constraints.txt
	@command -v "$(PYTHON)" >/dev/null 2>&1 || { \
	  echo "cadresim needs Python 3.11 or later, and there is no '$(PYTHON)' here. Name yours: make PYTHON=/path/to/python ..." >&2; exit 2; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "cadresim needs Python 3.11 or later, and '$(PYTHON)' is $$("$(PYTHON)" -V 2>&1). Name another: make PYTHON=python3.12 ..." >&2; exit 2; }
	@if "$(BIN)/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then :; else \
	  echo "Making $(VENV) (once, a minute or two) ..."; \
	  "$(PYTHON)" -m venv --clear "$(VENV)" || { \
	    echo "Could not make $(VENV). On Debian and Ubuntu the package python3-venv is needed." >&2; exit 2; }; fi
	"$(BIN)/python" -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch "$@"

clean: ## remove what can be made again (never results)
	rm -rf $(VENV) build dist .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis *.egg-info
	find sim experiments tests -type d -name __pycache__ -prune -exec rm -rf {} +
