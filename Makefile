# `make demo` and `make test` need nothing but Python 3.11 or newer and a network.
# On Python 3.11 for Linux the exact, hash-checked versions of the lock files are installed;
# elsewhere the ranges of pyproject.toml.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT ?= demo-report
JOBS ?= auto

# One thread a process: the tests already use one process a core.
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo test check bench docs simulations lock clean

help: ## Say what each target does
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1 ## \2/p' $(MAKEFILE_LIST) | awk -F ' ## ' '{ printf "%-20s %s\n", $$1, $$2 }'

demo: $(VENV)/.runtime ## Run the whole analysis on the bundled example and say where the report lies
	$(BIN)/consilience demo --out $(OUT)

test: $(VENV)/.dev ## Static checks, then every test
	$(MAKE) --no-print-directory check
	$(BIN)/pytest -n $(JOBS) --doctest-modules src tests

check: $(VENV)/.dev ## Style, types and layers only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev ## Measure speed and memory
	for script in benchmarks/bench_*.py; do $(BIN)/python "$$script"; done

docs: $(VENV)/.dev ## Build the documentation; a warning is an error
	$(BIN)/sphinx-build -W --keep-going -b html docs docs/_build/html
	@echo "The documentation is in docs/_build/html/index.html"

simulations: $(VENV)/.dev ## Run the long seeded simulations of size and coverage
	for script in simulations/*.py; do $(BIN)/python "$$script"; done

lock: $(VENV)/.dev ## Choose versions anew and write the lock files
	bash scripts/lock.sh $(BIN)

clean: ## Remove what the other targets made, except the environment
	rm -rf $(OUT) docs/_build docs/api build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/.runtime: requirements.lock pyproject.toml scripts/install.sh
	bash scripts/install.sh runtime $(PYTHON) $(VENV)
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml scripts/install.sh
	bash scripts/install.sh dev $(PYTHON) $(VENV)
	@touch $@ $(VENV)/.runtime
