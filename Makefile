# Two commands for everybody: `make practice` and `make test`. Both make their own virtual environment in .venv.
# `make help` lists all.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --constraint constraints.txt
PYTEST := $(BIN)/python -m pytest --numprocesses auto --maxschedchunk 2
CONSTRAINTS ?= constraints.txt

# What loads each package, without and with the practice extra, whose emulated AWS pins boto3's core to one release.
BOUNDED := tests/aws tests/choices tests/commands tests/credentials tests/documents tests/engine tests/knowledge tests/model tests/net \
    tests/packages tests/probes tests/resources tests/screens tests/snowplow/events tests/snowplow/pagecheck tests/snowplow/test_*.py tests/storage \
    --ignore=tests/storage/test_no_locks.py --ignore=tests/commands/test_cli_through_refusals.py
BOUNDED_IN_PRACTICE := tests/scenarios/test_whole_road.py tests/commands/test_cli_plain_walks.py \
    tests/commands/test_cli_through_refusals.py tests/practice

.PHONY: help practice test test-quick test-all test-plain bounds constraints quality bench matrices docs pictures calls live-trial coverage clean

practice: $(VENV)/.practice  ## set everything up on this machine, in an emulated AWS
	@SNOWPIXEL_STARTED_BY='make practice' $(BIN)/snowpixel practice

test: $(VENV)/.test  ## all tests; what needs a program that is missing here is skipped and named at the end
	@echo "All tests: usually 20 to 40 minutes on 2 cores; Ctrl-C stops. Quicker: make test-quick"
	@$(PYTEST)

test-quick: $(VENV)/.test  ## the tests that need no practice world, no process, and no screens: half of them
	@echo "The quick tests: usually 2 to 8 minutes on 2 cores; Ctrl-C stops."
	@$(PYTEST) -m quick -q

test-all: $(VENV)/.test  ## what the gate runs: the plain install, all tests, every interruption
	@echo "The plain install, all tests, every interruption: usually 30 to 60 minutes on 2 cores; Ctrl-C stops."
	@$(MAKE) --no-print-directory test-plain test
	@$(PYTEST) -q tests/matrices/test_kills.py

test-plain: $(BIN)/python  ## the tests that need no practice extra, installed without it and with the newest boto3
	@echo "The plain install and its tests: usually 2 to 4 minutes on 2 cores; Ctrl-C stops."
	@$(PYTHON) -m venv .venv-plain
	@.venv-plain/bin/python -m pip install --disable-pip-version-check --upgrade --editable . boto3 \
	    pytest pytest-timeout pytest-xdist hypothesis sqlglot trustme
	@SNOWPIXEL_REQUIRE_ALL= .venv-plain/bin/python -m pytest -m "not practice" --numprocesses auto -q \
	    tests/aws tests/documents/test_values_file.py tests/engine tests/knowledge tests/model tests/net tests/probes \
	    tests/resources tests/snowplow/events tests/snowplow/test_*.py tests/storage tests/test_*.py \
	    --ignore=tests/storage/test_no_locks.py

bounds: $(VENV)/.test  ## install and test the oldest and the newest packages that pyproject.toml allows, before a release
	@echo "The oldest packages, then the newest: usually 15 to 30 minutes on 2 cores; Ctrl-C stops."
	@rm -rf .venv-oldest .venv-newest
	@$(PYTHON) -m venv .venv-oldest
	@$(BIN)/python -m tests.packages oldest test > .venv-oldest/plain.txt
	@$(BIN)/python -m tests.packages oldest practice > .venv-oldest/practice.txt
	@.venv-oldest/bin/python -m pip install --disable-pip-version-check --constraint .venv-oldest/plain.txt hatchling
	@$(call try_bounds,.venv-oldest,--no-build-isolation --constraint .venv-oldest/plain.txt,--no-build-isolation --constraint .venv-oldest/practice.txt)
	@$(PYTHON) -m venv .venv-newest
	@$(call try_bounds,.venv-newest,--upgrade --upgrade-strategy eager,--upgrade --upgrade-strategy eager)

# Install the product without its practice extra and test it, then with it: folder, pip's options for either.
define try_bounds
$(1)/bin/python -m pip install --disable-pip-version-check $(2) '.[test]' trustme \
    && SNOWPIXEL_REQUIRE_ALL= $(1)/bin/python -m pytest -m "not practice" --numprocesses auto -q $(BOUNDED) \
    && $(1)/bin/python -m pip install --disable-pip-version-check $(3) '.[practice]' \
    && SNOWPIXEL_REQUIRE_ALL= $(1)/bin/python -m pytest --numprocesses auto -q $(BOUNDED_IN_PRACTICE)
endef

constraints: $(BIN)/python  ## write constraints.txt anew: the newest versions that go together, of all extras
	@rm -rf .venv-constraints
	@$(PYTHON) -m venv .venv-constraints
	@.venv-constraints/bin/python -m pip install --disable-pip-version-check '.[practice,test,quality]'
	@.venv-constraints/bin/python -m tests.packages constraints $(CONSTRAINTS)
	@rm -rf .venv-constraints
	@echo "Written: $(CONSTRAINTS). Run make test-all and make quality with it before you commit it."

quality: $(VENV)/.quality  ## lint, format, types, direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

coverage: $(VENV)/.test  ## run all tests and say which lines of the product they reach; what runs in processes of its own does not count
	@$(BIN)/python -m pytest --numprocesses auto --cov --cov-report=term --cov-report=html:build/coverage

bench: $(VENV)/.test  ## the measured figures
	@$(BIN)/python -m tests.bench

matrices: $(VENV)/.test  ## kills, faults, outages, drifts, and what is shown late, counted into docs/matrices.md; ARGS="--only kills": one chapter
	@$(BIN)/python -m tests.matrices $(ARGS)

docs: $(VENV)/.test  ## the pages of docs/ that are made from the code
	@$(BIN)/python -m tests.docs

calls: $(VENV)/.test  ## add calls of AWS that are new to tests/aws/calls.json, which the plain install checks
	@SNOWPIXEL_TESTS_CALLS=add $(BIN)/python -m pytest -q -n 0 tests/aws/test_calls_made.py

live-trial: $(VENV)/.test  ## what only the real AWS can answer: creates and removes a setup in your account, asks before each step
	@$(BIN)/python -m tests.live_trial $(ARGS)

pictures: $(VENV)/.test  ## make the README's pictures, and those that tests compare with, from the running product
	@$(BIN)/python -m tests.pictures

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("snowpixel needs Python 3.11 or newer; this is %d.%d. Name another one: make PYTHON=python3.12 ..." % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV) || { echo "Could not make a virtual environment. On Debian or Ubuntu: apt install python3-venv" >&2; rm -rf $(VENV); exit 1; }

$(VENV)/.practice: $(BIN)/python pyproject.toml constraints.txt
	@echo "Installing snowpixel and what it needs into $(VENV): once, and usually under a minute"
	@$(PIP_INSTALL) --editable '.[practice]'
	@touch $@

$(VENV)/.test: $(VENV)/.practice
	@$(PIP_INSTALL) --editable '.[practice,test]'
	@touch $@

$(VENV)/.quality: $(VENV)/.test
	@$(PIP_INSTALL) --editable '.[practice,test,quality]'
	@touch $@

help:  ## what make can do here
	@sed -n 's/^\([a-z-]*\):.*  ## /\1\t/p' $(MAKEFILE_LIST) | awk -F '\t' '{ printf "make %-11s %s\n", $$1, $$2 }'

clean:  ## remove what these commands have installed and left behind
	rm -rf $(VENV) .venv-plain .venv-oldest .venv-newest .venv-constraints build dist .pytest_cache .mypy_cache .ruff_cache
