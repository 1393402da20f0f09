# The commands of the house. Everything they need is put into .venv on first use.
PYTHON ?= python3
MUNICIPALITY ?= Odense
WORKSPACE := $(if $(BORGER_WORKSPACE),$(BORGER_WORKSPACE)/)
SIMULATED := $(WORKSPACE)data/processed/SIMULEREDE_DATA/odense
DISTRICTS = $(foreach table,omraade omraadetype,--districts $(SIMULATED)/SIMULEREDE_DATA/befolkning_$(table).csv)
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime-ready
DEVELOPMENT := $(VENV)/.development-ready
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --constraint constraints.txt

.PHONY: help report demo dashboard quick test test-long coverage test-thorough test-nightly test-browser lint lab not-root notebooks docs audit clean

help:  ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

report: $(RUNTIME)  ## write reports/<municipality>/index.html (MUNICIPALITY=Aarhus; empty for the whole country)
	@$(BIN)/borger report "$(MUNICIPALITY)"

demo: $(RUNTIME)  ## from nothing: simulate the citizens of Odense, prepare their answers, write the report
	@$(BIN)/borger simulate Odense --n 5000 --seed 1
	@$(BIN)/borger prepare Odense $(SIMULATED) $(DISTRICTS)
	@$(BIN)/borger report Odense
	@echo "Look at $(WORKSPACE)reports/odense/index.html (the citizens: $(WORKSPACE)reports/odense/11_simulerede_data_borgernes_interesse.html)"
	@echo "Respondents, rejected rows, changes and weights: $(WORKSPACE)data/processed/odense/. All of it is SIMULEREDE DATA."

dashboard: $(RUNTIME)  ## open the interest dashboard on simulated citizens of Odense
	@test -e $(WORKSPACE)data/processed/odense/respondents.parquet || { $(BIN)/borger simulate Odense --n 5000 --seed 1 && $(BIN)/borger prepare Odense $(SIMULATED) $(DISTRICTS); }
	@$(BIN)/borger dashboard Odense

docs: $(DEVELOPMENT)  ## the documentation site, in build/docs: offline, every warning an error
	@$(PIP_INSTALL) --editable '.[docs]'
	@$(BIN)/python -m sphinx -W --keep-going -q -b html docs build/docs
	@echo "Look at build/docs/index.html"

audit: $(RUNTIME)  ## recompute every published number and say which hold
	@$(BIN)/borger audit

lab: not-root $(RUNTIME)  ## open JupyterLab on the notebooks
	@$(BIN)/jupyter lab --notebook-dir=notebooks $(LAB)

not-root:
	@test "$$(id -u)" != 0 || test -n "$(LAB)" || { echo "JupyterLab does not run as root. Run it as another user, or, in a container of your own: make lab LAB=--allow-root"; exit 1; }

# Tests start Python a hundred times: it is to keep what it has compiled.
unexport PYTHONDONTWRITEBYTECODE

# A file stays in one process; the order is that of tests/conftest.py.
PARALLEL := -n 2 --dist loadfile --no-loadscope-reorder -q
# Kernels and servers are waited for: a third process has the processors meanwhile.
WAITING := -n 3 --dist loadfile --no-loadscope-reorder -q
FAST := -m pytest -m "not browser and not thorough and not slow and not long" $(PARALLEL)
TRACED = $(BIN)/coverage run $(FAST) && $(BIN)/coverage combine --quiet && $(BIN)/coverage report

quick: $(DEVELOPMENT)  ## within a minute, for while you work: no kernels, whole surveys or attackers, a few examples
	@$(BIN)/python $(FAST) --hypothesis-profile quick

test: $(DEVELOPMENT)  ## what shows within minutes that it works, notebooks included (COVERAGE=yes: what is not slow as make coverage)
	@$(if $(COVERAGE),$(TRACED))
	@$(BIN)/python -m pytest -m "$(if $(COVERAGE),slow and )not browser and not thorough and not long" --nbval --nbval-kernel-name borger --nbval-kernel-startup-timeout 300 $(WAITING) tests notebooks/[01][0-9]_*.ipynb
	@command -v chromium >/dev/null && echo "The tests that click: make test-browser" || echo "Not run: the tests that click (make test-browser), for they need Chromium."
	@echo "Not run: what takes longer, as whole reports and batches that are killed: make test-long"

test-long: $(DEVELOPMENT)  ## the tests that take seconds each: whole reports, batches that are killed, whole surveys
	@$(BIN)/python -m pytest -m "long and not browser and not thorough" $(WAITING)

coverage: $(DEVELOPMENT)  ## which lines the tests run that are not slow, and fail below the floor in pyproject.toml
	@$(TRACED)

test-thorough: $(DEVELOPMENT)  ## everything where make test takes a part (every notebook cold and warm, twenty-five times the examples)
	@$(BIN)/python -m pytest -m "(thorough or hypothesis) and not browser and not nightly" --hypothesis-profile thorough $(PARALLEL)

test-nightly: $(DEVELOPMENT)  ## what takes many minutes: thousands of random surveys and forms, reloads, all shared runs (Chromium, Node, Java where they are)
	@BORGER_FUZZ=2000 $(BIN)/python -m pytest -m "nightly or (browser and thorough)" $(PARALLEL)
	@BORGER_FUZZ=2000 $(BIN)/python -m pytest -n 2 -q tests/survey/readers/test_readers_random.py

test-browser: $(DEVELOPMENT)  ## the tests that click: they need Chromium (Debian: apt-get install chromium)
	@$(BIN)/python -m pytest -m "browser and not thorough" $(WAITING)

lint: $(DEVELOPMENT)  ## style and types
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

notebooks: $(RUNTIME)  ## run the notebooks in place, so that their committed outputs are in step
	@$(BIN)/borger refresh-notebooks

clean:  ## remove the environment and everything that was made
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage

$(VENV)/.created:
	@command -v $(PYTHON) >/dev/null || { echo "borgerlib needs Python 3.11 or newer: no '$(PYTHON)' found. Name one: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "borgerlib needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) -V). Name another: make PYTHON=python3.12 …"; exit 1; }
	@echo "Making the environment in $(VENV) (once; a minute or two) …"
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(RUNTIME): $(VENV)/.created pyproject.toml constraints.txt
	@$(PIP_INSTALL) --editable .
	@touch $@

$(DEVELOPMENT): $(RUNTIME)
	@$(PIP_INSTALL) --editable '.[test]'
	@touch $@
