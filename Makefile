# A fresh machine needs CPython 3.11 or newer with pip and venv, make, and a package index.
PYTHON ?= python3
BIN := .venv/bin
export PYTHONPATH :=
# Tests start the program some hundred times: it is compiled once, also where the surroundings forbid Python to write.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test serve check lint lock clean

# Each stamp stands for an environment that equals its lock.
.venv/demo.stamp: requirements.lock pyproject.toml
	@test -f .venv/dev.stamp || { $(MAKE) -s .venv/bin/python && ./scripts/sync.sh requirements.lock; }
	@touch $@

.venv/dev.stamp: requirements-dev.lock pyproject.toml
	@$(MAKE) -s .venv/bin/python && ./scripts/sync.sh requirements-dev.lock
	@touch $@

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "vc_issuer needs CPython 3.11 or newer")'
	@$(PYTHON) -m venv .venv

demo: .venv/demo.stamp
	$(BIN)/vc-issuer demo --out demo-out

serve: demo
	$(BIN)/vc-issuer --home demo-out/home serve

test: .venv/dev.stamp
	$(BIN)/python -m pytest -n auto

lint: .venv/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/interrogate -q src

check: lint
	$(BIN)/python -m pytest -n auto --cov --cov-report=term:skip-covered

lock:
	./scripts/lock.sh

clean:
	rm -rf .venv demo-out artifacts
