# All that CI does is `make check` and `make starter-toy`. Everything runs in .venv, which `make .venv` fills.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: check test torture soak fuzz lint types walls rules core wheel picture bench starter-toy clean audit sbom

check: lint types walls rules test core wheel audit sbom

.venv: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q -e '.[dev]'
	@touch .venv

test: .venv  # much of it is waiting, so there is room for more than one at a time
	$(BIN)/pytest -n 3

torture: .venv  # the fault tests at full size: hours
	COMPANION_TORTURE=1 $(BIN)/pytest tests/faults -q --timeout=7200

soak: .venv  # a working day of a gateway, in minutes; prints what it had of the system, hour by hour
	COMPANION_TORTURE=1 $(BIN)/pytest tests/faults/test_soak.py -q -s --timeout=7200

FUZZ_EXAMPLES ?= 100000

FUZZ_SECONDS ?= 60

fuzz: .venv  # every protocol with very many inputs, and every reader for a while by coverage; takes its time
	FUZZ_EXAMPLES=$(FUZZ_EXAMPLES) $(BIN)/python -m pytest -p tests.fuzz -q tests/sources/protocols
	$(BIN)/pip install -q -e '.[fuzz]'
	$(BIN)/python -m tests.faults.fuzz --seconds $(FUZZ_SECONDS)

lint: .venv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv  # for Windows too, where nothing was run
	$(BIN)/mypy --platform win32 --cache-dir .mypy_cache/win32
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

.venv/supply: .venv  # a place of their own: what they need is not what we ship
	$(PYTHON) -m venv .venv/supply
	.venv/supply/bin/pip install -q 'pip-audit>=2.7' 'cyclonedx-bom>=5'
	@touch .venv/supply

audit: .venv/supply  # known vulnerabilities of what is shipped; says loudly where nobody could be asked
	$(BIN)/python tools/supply_chain.py audit

sbom: .venv/supply  # a bill of materials, and a look at the licences
	$(BIN)/python tools/supply_chain.py bill build/sbom.json

picture: .venv
	$(BIN)/python docs/picture.py

bench: .venv  # every question, one after the other, into docs/performance.md; about twenty minutes of an idle machine
	$(BIN)/python bench/all.py

STARTER := tools/starter-model

$(STARTER)/.venv: $(STARTER)/requirements.txt
	$(PYTHON) -m venv $@
	$@/bin/pip install -q -r $<
	@touch $@

starter-toy: $(STARTER)/.venv  # the starter model's recipe at the size of a toy: a minute, and another for torch (its README: PIP_EXTRA_INDEX_URL)
	cd $(STARTER) && .venv/bin/python -m pytest

clean:
	rm -rf .venv $(STARTER)/.venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
