# Every command of the repository, one each; `make` alone lists them.

PORT ?= 8000
ARCH ?=
PYTHON ?= $(shell command -v python3.13 || command -v python3)

VENV := .venv
CLOUD := .venv-cloud
BIN := $(VENV)/bin
PIP_INSTALL := -m pip install -qq --disable-pip-version-check --no-input --require-hashes
NOT_INSTALLED := { echo "The packages could not be installed: see above, and try again when the network is there."; exit 1; }
COMPILE := ../$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header --no-annotate \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links

export PYTHONPATH := $(CURDIR)/layers/core/python:$(CURDIR)

CHECK_PYTHON = $(if $(PYTHON),$(PYTHON),false) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null || \
	{ echo "Python 3.13 is needed: install it, or name it with 'make PYTHON=/path/to/python3.13 …'."; exit 1; }

.DEFAULT_GOAL := help
.PHONY: static/format static/lint static/types static/layers static/templates
.PHONY: help run demo test check static fuzz killed bench build openapi docs promises scale pictures format lock clean

help:  ## list the commands
	@echo "JobiPro's backend. Commands:"
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/.ready $(CLOUD)/.ready  ## start everything on this machine [PORT=8000]; Ctrl-C stops it
	@exec $(BIN)/python -m infra.local --port $(PORT)

demo: $(VENV)/.ready $(CLOUD)/.ready  ## play it through with people in real places [PORT=8000] [REQUESTS=60]
	@exec $(BIN)/python -m infra.demo --port $(PORT) $(if $(REQUESTS),--requests $(REQUESTS))

test:  ## all checks and all tests
	@$(MAKE) --no-print-directory --jobs=2 static $(CLOUD)/.ready
	@$(BIN)/python -m infra.chromium
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadscope

check: static  ## format, lint, types, layers, templates
	@$(BIN)/python -m pytest -q tests/infrastructure

static: static/format static/lint static/types static/layers static/templates

static/format: $(VENV)/.ready
	@echo "format";    $(BIN)/ruff format --check --quiet . || { echo "Not formatted: run 'make format'."; exit 1; }

static/lint: $(VENV)/.ready
	@echo "lint";      $(BIN)/ruff check --quiet .

static/types: $(VENV)/.ready
	@echo "types";     $(BIN)/mypy --no-error-summary

static/layers: $(VENV)/.ready
	@echo "layers";    $(BIN)/lint-imports --no-cache --no-logo

static/templates: $(VENV)/.ready
	@echo "templates"; $(BIN)/cfn-lint

fuzz: $(VENV)/.ready $(CLOUD)/.ready  ## send the API what nobody expects, at length [MINUTES=15 or CASES=100, SEED=…]
	@FUZZ_WEBHOOKS=100000 $(if $(SEED),FUZZ_SEED='$(SEED)') $(BIN)/python -m pytest -q tests/functional/test_strangers.py
	@exec $(BIN)/python -m tests.fuzz $(if $(MINUTES),--minutes '$(MINUTES)') $(if $(CASES),--cases '$(CASES)') $(if $(SEED),--seed '$(SEED)')

killed: $(VENV)/.ready $(CLOUD)/.ready  ## kill workers while messages go through [DELIVERIES=2000]
	@echo '$(or $(DELIVERIES),2000)' | grep -qxE '[2-9][0-9]|[1-9][0-9]{2,}' || { echo "DELIVERIES is a number from 20."; exit 1; }
	@JOBIPRO_DELIVERIES='$(or $(DELIVERIES),2000)' $(BIN)/python -m pytest -q tests/integration/test_killed_workers.py
	@cat build/killed.json

bench: $(VENV)/.ready $(CLOUD)/.ready  ## measure, about seven minutes [ONLY=starts,warm,sealing,matching,webhook,deliveries,events,contention,load]
	@exec $(BIN)/python -m tests.bench $(if $(ONLY),--only '$(ONLY)')

build: $(VENV)/.ready  ## stage what is deployed under build/ [ARCH=arm64|x86_64, the host's by default]
	@$(BIN)/python -m infra.build $(if $(ARCH),--arch $(ARCH))

openapi: $(VENV)/.ready  ## write docs/openapi.json from the routes and models
	@$(BIN)/python -m jobipro.http.openapi docs/openapi.json

docs: $(VENV)/.ready  ## write the tables in docs/ that come from the code
	@$(BIN)/python -m infra.docs

promises: $(VENV)/.ready  ## say which commitments are kept, what proves them; write docs/promises.md
	@$(BIN)/python -m infra.promises

scale: $(VENV)/.ready  ## reckon what it costs on AWS [PEOPLE=10000000 REQUESTS=2000000, a day]
	@$(BIN)/python -m infra.scale $(if $(PEOPLE),--people '$(PEOPLE)') $(if $(REQUESTS),--requests '$(REQUESTS)')

pictures: $(VENV)/.ready $(CLOUD)/.ready  ## take the screenshots in docs/pictures anew
	@$(BIN)/python -m tests.browser.pictures

format: $(VENV)/.ready  ## format the code and mend what the linter can
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .

lock: $(VENV)/.ready  ## resolve requirements/*.in anew into the locked *.txt
	@cd requirements && for name in deps geo pages payments media cloud dev; do $(COMPILE) --upgrade --output-file $$name.txt $$name.in; done
	@awk '/^chalice==/ { on = 1 } on { print } on && !/\\$$/ { exit }' requirements/dev.txt > requirements/chalice.txt

clean:  ## remove what the commands above made
	@rm -rf $(VENV) $(CLOUD) build .local .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# An environment is made anew when its lock changed, and counts as ready only once everything is in it.
$(VENV)/.ready: requirements/dev.txt
	@$(CHECK_PYTHON)
	@echo "Setting up the development environment (once; about a minute) …"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python $(PIP_INSTALL) -r requirements/dev.txt || $(NOT_INSTALLED)
	@touch $@

$(CLOUD)/.ready: requirements/cloud.txt
	@$(CHECK_PYTHON)
	@echo "Setting up the embedded cloud (once) …"
	@$(PYTHON) -m venv --clear $(CLOUD)
	@$(CLOUD)/bin/python $(PIP_INSTALL) -r requirements/cloud.txt || $(NOT_INSTALLED)
	@touch $@
