# Frontline. `make compare` and `make test` prepare everything they need.

VENV ?= .venv
# The Python that makes the virtual environment. Left empty, the first that will do is taken.
PYTHON ?=
BIN := $(VENV)/bin
STAMP := $(VENV)/.setup-done

.DEFAULT_GOAL := help
.PHONY: help setup compare test test-slow test-long lint reference

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

setup: $(STAMP) ## make the virtual environment .venv with everything in it

compare: $(STAMP) ## run the main job: three policies compared
	$(BIN)/frontline run configs/three-policies.toml

test: $(STAMP) ## run the tests
	$(BIN)/python -m pytest

test-slow: $(STAMP) ## run the slow tests
	$(BIN)/python -m pytest -m slow

test-long: $(STAMP) ## run the studies that CI leaves out
	$(BIN)/python -m pytest -m long

lint: $(STAMP) ## check style, formatting and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

reference: $(STAMP) ## regenerate results/reference/
	$(BIN)/frontline reference

# Redone only when one of these two files changes.
$(STAMP): pyproject.toml constraints.txt
	@if ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
	  for candidate in $(or $(PYTHON),python3.11 python3 python3.12 python3.13); do \
	    if "$$candidate" -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	        >/dev/null 2>&1; then \
	      echo "making $(VENV) with $$candidate"; \
	      exec "$$candidate" -m venv --clear $(VENV); \
	    fi; \
	  done; \
	  echo "Frontline needs Python 3.11, 3.12 or 3.13 with its venv module" >&2; \
	  echo "(on Debian and Ubuntu: the package python3-venv). Name one by: make setup PYTHON=..." >&2; \
	  exit 1; \
	fi
	$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch $@
