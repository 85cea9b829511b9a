# make demo | ui | test | lint | bench | docs — each makes .venv and installs what it needs.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: demo ui test lint types bench docs clean

demo: $(VENV)/installed
	@$(BIN)/rag ingest corpora
	@echo
	$(BIN)/rag ask "кто что обещал на встрече"
	$(BIN)/rag ask "сколько дней отпуска переносится?"

ui: $(VENV)/installed
	$(BIN)/streamlit run ui/streamlit_app.py

test: lint types $(VENV)/installed-dev
	$(BIN)/python -m pytest

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/installed-dev
	$(BIN)/mypy

bench: $(VENV)/installed-bench
	$(BIN)/python benchmarks/ask.py
	$(BIN)/python benchmarks/quality.py
	$(BIN)/python benchmarks/ingest.py

docs: $(VENV)/installed-dev
	$(BIN)/python scripts/make_docs.py

clean:
	rm -rf $(VENV) .rag

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
		{ echo "rag needs Python 3.11, 3.12 or 3.13. Name one: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) -e .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(PIP) -e '.[dev]'
	@touch $@

$(VENV)/installed-bench: $(VENV)/installed-dev
	$(PIP) -e '.[dev,bench]'
	@touch $@
