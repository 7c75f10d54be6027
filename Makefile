# provision: everything a developer types. Each target sets up what it needs.
.DEFAULT_GOAL := help
.PHONY: help demo test chaos mutate clients parity check fmt bench shape record docs lock clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
CORE := provision/manifest/*,provision/plan/*,provision/stages/*,provision/oauth/*,provision/vault/*

# More processes than two cores need: half of the time a test waits for a child or a server.
SIDE_BY_SIDE := -n 4 --dist worksteal

# Compiled modules are kept whatever the caller's shell says: a run without them costs seconds.
export PYTHONDONTWRITEBYTECODE :=

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "provision needs Python 3.11 or newer; this is $$($(PYTHON) --version). Type: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "Python's venv module is missing. Type: sudo apt-get install -y python3-venv"; exit 1; }
	@echo "Setting up $(VENV) (once) …"
	@$(PYTHON) -m venv --clear $(VENV)
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > $(VENV)/uv.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $(VENV)/uv.txt
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@$(BIN)/python -c 'import provision.cli.app, provision.graph.sdk_imports as l; l.warm_up().join()'
	@touch $(READY)

demo: $(READY) ## the whole job on the embedded sandbox, offline
	@$(BIN)/provision demo

test: $(READY) ## run the tests
	@$(BIN)/python -m pytest -q $(SIDE_BY_SIDE)

chaos: $(READY) ## kill, lose, throttle and race every request of every command (CHAOS="--command rotate")
	@$(BIN)/python -m tests.chaos $(CHAOS)

mutate: $(READY) ## change plan, oauth and vault a little: do the unit tests notice?
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --no-deps -r tools/locks/mutmut.txt
	@$(BIN)/python tools/mutate.py $(MUTATE)

clients: $(READY) ## install the real clients that make parity runs, into .clients
	@$(BIN)/python tools/install_clients.py

parity: $(READY) ## how true the sandbox is: recorded answers (or RECORDINGS=files), each real client
ifdef RECORDINGS
	@$(BIN)/python -m tests.parity $(RECORDINGS)
else
	@$(BIN)/python -m pytest -q --installed tests/parity tests/clients
endif

check: $(READY) ## lint, types, layers, sizes, coverage
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo --no-cache
	@$(BIN)/python tools/shape.py --enforce
	@$(BIN)/python -m pytest -q $(SIDE_BY_SIDE) --cov --cov-report=
	@$(BIN)/coverage report --skip-covered
	@$(BIN)/coverage report --include='$(CORE)' --fail-under=95

fmt: $(READY) ## format the code
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

bench: $(READY) ## print speed and size, against the bars
	@$(BIN)/python tools/bench.py

shape: $(READY) ## print sizes, duplicates and missing docstrings by folder
	@$(BIN)/python tools/shape.py

record: $(READY) ## record the cassettes anew, against the sandbox
	@$(BIN)/python -m pytest -q tests/contract --record-mode=rewrite -k cassette
	@$(BIN)/python tools/provenance.py

docs: $(READY) ## write the generated parts of docs/reference
	@$(BIN)/python tools/reference.py

lock: $(READY) ## resolve the dependencies anew, without download addresses
	@$(BIN)/uv pip compile pyproject.toml --quiet --all-extras --group dev --universal --generate-hashes \
	  --no-header --no-annotate --no-emit-index-url --no-emit-find-links -o requirements.lock
	@$(BIN)/python tools/install_clients.py --lock
	@echo "mutmut>=3.8" | $(BIN)/uv pip compile - --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --no-emit-index-url --no-emit-find-links -c requirements.lock -o tools/locks/mutmut.txt

clean: ## remove what the targets made
	@rm -rf $(VENV) .clients mutants .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage*
