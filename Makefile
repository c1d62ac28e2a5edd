# Two commands matter: `make run` and `make test`. `make help` lists the others.
# The first there is that is new enough.
PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3.13 python3.14 python3 python,\
  $(shell $(name) -c 'import sys; sys.version_info >= (3, 11) and print("$(name)")' 2>/dev/null)))
BIN := .venv/bin
DEV := .venv/.dev

.DEFAULT_GOAL := help
.PHONY: help setup run worker test lint types check freeze translations catalogue pictures rooms states live faults soak bench

help: ## list the targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

.venv/.run: requirements.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is missing: install it, or name it in PYTHON=..."; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv || { rm -rf .venv; \
	  echo "On Debian and Ubuntu: apt-get install $$(basename $(PYTHON))-venv, then make again"; exit 1; }
	$(BIN)/pip install -q --disable-pip-version-check -r requirements.txt
	touch $@

$(DEV): requirements-dev.txt .venv/.run
	$(BIN)/pip install -q --disable-pip-version-check -r requirements-dev.txt
	touch $@

setup: $(DEV) ## make the virtual environment with everything for development

translations: .venv/.run ## compile the translations
	@if [ -d service/web/translations ]; then $(BIN)/pybabel -q compile -d service/web/translations; fi

# Calls whose first argument is a sentence for people.
SENTENCES := _ lazy N_ Text Counted:1,2 NotFound WrongState NotPermitted OverLimit WrongInput \
	BadSignature LostClaim NotAsDocumented Stopping WrongAddress Unconfirmed Unreadable Temporary Permanent Rejected Unsupported Misconfigured WrongEntry

catalogue: .venv/.run ## bring the catalogue of sentences up to date, for translators
	@mkdir -p var
	$(BIN)/pybabel -q extract --sort-output -F babel.cfg --no-location --no-wrap $(SENTENCES:%=-k %) -o var/messages.pot .
	$(BIN)/pybabel -q update --ignore-pot-creation-date -i var/messages.pot -d service/web/translations -l id --no-fuzzy-matching --no-wrap

run: .venv/.run translations ## a whole Makegood with a sandbox shop, on SQLite, in one process
	$(BIN)/python -m service.embedded

worker: .venv/.run ## one worker, woken through Redis
	$(BIN)/python -m jobs.worker

test: $(DEV) translations ## the whole suite, in two processes
	$(BIN)/pytest -n 2 --dist loadgroup

lint: $(DEV) ## style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(DEV) ## types
	$(BIN)/mypy

check: lint types ## what CI asks before the tests: style, types, structure
	$(BIN)/pytest -q tests/structure

freeze: $(DEV) ## compile the pinned requirements
	$(BIN)/pip-compile -q --strip-extras --no-emit-index-url --no-emit-find-links requirements.in
	$(BIN)/pip-compile -q --strip-extras --no-emit-index-url --no-emit-find-links requirements-dev.in

live: $(DEV) translations ## against a real shop; SHOP=<settings file>, see docs/platforms/woocommerce.md
	@test -f "$(SHOP)" || { echo "make live SHOP=<settings file>: docs/platforms/woocommerce.md says what it holds"; exit 2; }
	LIVE_SHOP=$(abspath $(SHOP)) $(BIN)/pytest -q tests/live

pictures: $(DEV) translations ## take the pictures of the docs; needs chromium
	$(BIN)/python -m tests.browser.pictures

states: $(DEV) ## draw the states of all things that have a life, in docs/states
	@$(BIN)/python -m tests.structure.states

rooms: $(DEV) ## print the list of rooms for docs/architecture.md
	@$(BIN)/python -m tests.structure.rooms

faults: $(DEV) translations ## kill processes at every single point; FAULTS_VARIANTS=all takes the whole product of variants
	FAULTS_EVERY=1 $(BIN)/pytest -q -s -n 2 --dist loadgroup tests/faults

soak: $(DEV) ## real processes under a saboteur; SOAK_SECONDS (300)
	$(BIN)/python -m bench.soak

bench: $(DEV) ## figures of this machine; needs wrk and the servers of PostgreSQL and Redis
	$(BIN)/python -m bench $(FIGURES)
