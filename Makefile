# Two commands for everybody: `make practice` and `make test`. Both make their own virtual environment in .venv.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: practice test quality bench matrices docs pictures clean

practice: $(VENV)/.practice  ## set everything up on this machine, in an emulated AWS
	@$(BIN)/snowpixel practice

test: $(VENV)/.test  ## run all tests; what needs a program that is missing here is skipped and named at the end
	@$(BIN)/python -m pytest --numprocesses auto

quality: $(VENV)/.quality  ## lint, format, types, direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.test  ## the measured figures
	@$(BIN)/python -m tests.bench

matrices: $(VENV)/.test  ## kills, faults and drifts, every one of them, counted into docs/matrices.md
	@$(BIN)/python -m tests.matrices

docs: $(VENV)/.test  ## the pages of docs/ that are made from the code
	@$(BIN)/python -m tests.docs

pictures: $(VENV)/.test  ## make the README's pictures, and those that tests compare with, from the running product
	@$(BIN)/python -m tests.pictures

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("snowpixel needs Python 3.11 or newer; this is %d.%d. Name another one: make PYTHON=python3.12 ..." % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV) || { echo "Could not make a virtual environment. On Debian or Ubuntu: apt install python3-venv" >&2; rm -rf $(VENV); exit 1; }

$(VENV)/.practice: $(BIN)/python pyproject.toml constraints.txt
	@echo "Installing snowpixel into $(VENV) ..."
	@$(PIP_INSTALL) --editable '.[practice]'
	@touch $@

$(VENV)/.test: $(VENV)/.practice
	@$(PIP_INSTALL) --editable '.[practice,test]'
	@touch $@

$(VENV)/.quality: $(VENV)/.test
	@$(PIP_INSTALL) --editable '.[practice,test,quality]'
	@touch $@

clean:
	rm -rf $(VENV) .venv-plain build dist .pytest_cache .mypy_cache .ruff_cache
