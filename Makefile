# Everything a person or CI types. `make setup` prepares, every other target sets up by itself what is missing.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory --no-builtin-rules
export NO_MKDOCS_2_WARNING := 1

VENV := .venv
PYTHON := $(VENV)/bin/python
TRANSLATIONS := $(wildcard grandstand/*/locale/*/LC_MESSAGES/django.po)

# What was done is remembered here, so that doing it again takes no time.
INSTALLED := $(VENV)/.installed
BROWSER := node_modules/.installed
VENDOR := node_modules/.copied
TRANSLATED := $(VENV)/.translated

.PHONY: help setup system demo serve test check bench soak docs lock clean

help: ## What there is
	@sed -nE 's/^([a-z]+):[^#]*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

setup: $(INSTALLED) $(BROWSER) $(VENDOR) $(TRANSLATED) ## Make .venv, fetch the browser libraries, compile the translations

system: ## Install what must come from the system: Chromium, PostgreSQL, fonts
	@scripts/system-packages

demo: setup ## Serve a fictitious Games on localhost:8000 (DATA=file.csv: over your own sessions)
	@exec $(VENV)/bin/grandstand demo $(if $(DATA),--data '$(DATA)') $(ARGS)

serve: setup ## Serve what is in GRANDSTAND_HOME on 127.0.0.1:8000
	@exec $(VENV)/bin/grandstand serve $(ARGS)

# pytest's closing line is the last thing this prints.
test: check ## The checks, then every test, in random order on two processes (ARGS=...: for pytest)
	@scripts/system-packages --needed
	@exec $(PYTHON) -m pytest -n 2 --dist worksteal $(ARGS)

check: setup ## Style, types, floors, migrations, translations, documentation
	@scripts/check

bench: setup ## Speed, as promised (NAME=holds)
	@exec $(VENV)/bin/grandstand bench $(or $(NAME),holds) $(ARGS)

soak: setup ## Properties, state machines, races and faults, long and with new examples (ARGS=...: for pytest)
	@scripts/system-packages --needed
	@exec env GRANDSTAND_SOAK=1 $(PYTHON) -m pytest -k "rules or machine or race or faults" --timeout 7200 $(ARGS)

docs: setup ## Build the documentation into site/
	@$(PYTHON) scripts/settings_page.py
	@exec $(PYTHON) -m mkdocs build --strict --quiet

lock: ## Resolve the dependencies anew, with hashes and without addresses
	@scripts/lock

clean: ## Remove what set-up and builds made; the data in GRANDSTAND_HOME stay
	rm -rf $(VENV) node_modules grandstand/ui/static/ui/vendor site build .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(PYTHON):
	@python=$$(scripts/find-python) && echo "Making $(VENV) with $$python" && "$$python" -m venv $(VENV)

$(INSTALLED): requirements/dev.txt pyproject.toml | $(PYTHON)
	@echo "Installing the libraries of requirements/dev.txt"
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(BROWSER): package.json package-lock.json
	@scripts/find-npm
	@echo "Fetching the browser libraries of package-lock.json"
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel error
	@touch $@

$(VENDOR): $(BROWSER) $(INSTALLED) $(wildcard grandstand/ui/management/commands/collect_vendor.py)
	@if [ -e grandstand/ui/management/commands/collect_vendor.py ]; then $(PYTHON) manage.py collect_vendor; fi
	@touch $@

$(TRANSLATED): $(TRANSLATIONS) $(INSTALLED)
	@$(PYTHON) scripts/compile_translations.py
	@touch $@
