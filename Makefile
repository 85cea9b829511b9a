# make demo | ui | test | lint | bench | fuzz | docs | screenshots — each makes .venv and installs what it needs.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
# llama-index and haystack cannot stand beside constraints.txt
APART  := .venv-bench
# the compiled Milvus Lite, which tests and benchmarks start, cannot stand beside the newer one
CORE   := $(VENV)/milvus-core
FUZZ_SECONDS ?= 60
# one more than the processors it is meant for: a test waits for other processes now and then
TEST_PROCESSES ?= 3

.PHONY: demo ui test lint types suite bench fuzz docs screenshots clean

demo: $(VENV)/installed
	@$(BIN)/rag ingest corpora
	@echo
	$(BIN)/rag ask "кто что обещал на встрече"
	$(BIN)/rag ask "сколько дней отпуска переносится?"

ui: $(VENV)/installed
	$(BIN)/rag ui

# types and tests side by side: tests wait for processes and servers much of the time
test: lint
	@$(MAKE) --no-print-directory --jobs 2 types suite

suite: $(VENV)/installed-dev
	$(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/installed-dev
	$(BIN)/mypy

bench: $(VENV)/installed-bench $(APART)/installed
	$(BIN)/python benchmarks/ask.py
	$(BIN)/python benchmarks/answer.py
	$(BIN)/python benchmarks/quality.py
	$(BIN)/python benchmarks/meetings.py
	$(BIN)/python benchmarks/ingest.py
	$(BIN)/python benchmarks/search.py --sizes 1000,10000,100000

fuzz: $(VENV)/installed-dev
	$(BIN)/python -m fuzz.run --seconds $(FUZZ_SECONDS)

docs: $(VENV)/installed-dev
	$(BIN)/python scripts/make_docs.py

screenshots: $(VENV)/installed-dev
	$(BIN)/python scripts/make_screenshots.py

clean:
	rm -rf $(VENV) $(APART) .rag

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
		{ echo "rag needs Python 3.11, 3.12 or 3.13. Name one: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) -e .
	@touch $@

$(VENV)/installed-dev: pyproject.toml constraints.txt | $(VENV)/bin/python $(CORE)/installed
	$(PIP) -e '.[dev]'
	@touch $(VENV)/installed $@

$(VENV)/installed-bench: $(VENV)/installed-dev
	$(PIP) -e '.[dev,bench]'
	@touch $@

# there is none for every system: what needs it is skipped then
$(CORE)/installed: constraints-core.txt | $(VENV)/bin/python
	-$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check \
		--no-deps --no-compile --target $(CORE) -r constraints-core.txt && touch $@

$(APART)/installed: constraints-bench.txt | $(VENV)/bin/python
	$(VENV)/bin/python -m venv $(APART)
	$(APART)/bin/python -m pip install --quiet --disable-pip-version-check -r constraints-bench.txt
	@touch $@
