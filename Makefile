# All that CI does is `make check`. Everything runs in .venv, which `make .venv` fills.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: check test torture fuzz lint types walls rules core wheel picture bench clean

check: lint types walls rules test core wheel

.venv: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q -e '.[dev]'
	@touch .venv

test: .venv
	$(BIN)/pytest

torture: .venv  # the fault tests at full size: hours
	COMPANION_TORTURE=1 $(BIN)/pytest tests/faults -q --timeout=7200

FUZZ_EXAMPLES ?= 100000

fuzz: .venv  # every protocol with very many inputs; takes its time
	FUZZ_EXAMPLES=$(FUZZ_EXAMPLES) $(BIN)/python -m pytest -p tests.fuzz -q tests/sources/protocols

lint: .venv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv
	$(BIN)/mypy

walls: .venv
	$(BIN)/lint-imports

rules: .venv
	$(BIN)/companion checklist check
	$(BIN)/companion practice --check

core: .venv  # the core is fully covered by its own tests
	$(BIN)/pytest tests/core --cov=companion.core --cov-branch --cov-fail-under=100 --cov-report=term-missing:skip-covered

wheel: .venv  # what is installed works as what is checked out: checklists, model and demo are inside
	PYTHON=$(PYTHON) bench/wheel.sh

picture: .venv
	$(BIN)/python docs/picture.py

bench: .venv
	$(BIN)/python bench/ticks.py
	$(BIN)/python bench/detect.py
	$(BIN)/python bench/speech.py
	$(BIN)/python bench/concurrency.py
	$(BIN)/python bench/cost.py
	$(BIN)/python bench/broadcast.py

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
