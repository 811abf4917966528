# CloudViz. `make` alone lists what there is. A fresh machine needs Python 3.11 or later and make, no root.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= $(shell command -v python3.11 || command -v python3)
UV := PYTHON=$(PYTHON) scripts/uv
RUN := $(UV) run --frozen --no-sync
WEB := $(PYTHON) scripts/web.py
# How many processes share the tests. Two suit two cores; each starts its own moto and PostgreSQL.
WORKERS ?= 2
# Passed on: make demo ARGS="--port 9000 --no-browser", make pytest ARGS="tests/unit -k ids".
ARGS ?=

help: ## list the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z][a-z-]*:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/.installed web ## start CloudViz with a bundled three-cloud estate and print a link that signs in
	.venv/bin/cloudviz demo $(ARGS)

install: .venv/.installed ## .venv/bin/cloudviz, without what only developers need
	@echo ".venv/bin/cloudviz --help tells what it does; . .venv/bin/activate lets you leave out the path"

test: lint web-test sdk-check pytest ## everything that must hold, on real parts (what CI runs)

# ---- the parts of `make test`

lint: .venv/.installed-dev ## ruff, formatting, mypy strict, import layers
	$(RUN) ruff check
	$(RUN) ruff format --check
	$(RUN) mypy
	$(RUN) lint-imports
	MYPYPATH=sdk/python/src $(RUN) mypy --config-file= --strict --python-version 3.10 --cache-dir .mypy_cache/sdk -p cloudviz_client

types: .venv/.installed-dev ## mypy alone
	$(RUN) mypy

format: .venv/.installed-dev ## let ruff format and sort imports
	$(RUN) ruff check --fix
	$(RUN) ruff format

openapi: .venv/.installed-dev ## write openapi.json, and what the SDKs are made of it
	$(RUN) python scripts/openapi.py
	$(WEB) run types sdk/js

man: .venv/.installed-dev ## write docs/cloudviz.1, the manual page, from the command line
	$(RUN) python scripts/man_page.py

docs-types: .venv/.installed-dev ## write docs/types, a page for each resource type, from the catalogue
	$(RUN) python scripts/type_pages.py

docs-reference: .venv/.installed-dev ## write docs/reference and docs/clouds/policies from the code
	$(RUN) python scripts/reference.py

docs: .venv/.installed-dev ## build the documentation as a site, strictly, into build/docs
	NO_MKDOCS_2_WARNING=1 $(RUN) mkdocs build --strict --quiet
	@echo build/docs/index.html

pytest: .venv/.installed-dev web sdk-modules browser ## the Python and browser tests; ARGS chooses some
	$(RUN) pytest -n $(WORKERS) --dist loadfile $(ARGS)

test-nightly: .venv/.installed-dev web sdk-modules browser ## the proofs that take minutes each, which `make test` leaves out
	$(RUN) pytest -n $(WORKERS) --dist loadfile --nightly -m nightly $(ARGS)

test-system: .venv/.installed-system web ## a whole installation on real parts: image, gateway, failures, backups
	@scripts/operators all
	$(RUN) pytest -n 0 --system-proof -m system_proof $(ARGS)

sdk-modules:
	@$(WEB) install sdk/js

browser:
	@scripts/browser
	@scripts/operators

# ---- the web app

web: ## build the web bundle and the page of HTML pictures when an input changed
	@$(WEB) build

web-test: ## type check and unit tests of the web app
	$(WEB) run test

sdk-check: ## type check of the JavaScript client, and that its types are those of openapi.json
	$(WEB) run check sdk/js

# ---- packages and figures

wheel: .venv/.installed-dev web ## dist/*.whl with the web bundle in it
	$(UV) build --wheel --quiet --out-dir dist
	@ls -l dist/*.whl

bench: .venv/.installed-dev web ## the headline figures, each with its ratio to a peer
	@for figure in $$(grep -l __main__ benchmarks/*.py); do $(RUN) python "$$figure" $(ARGS); done

pictures: .venv/.installed ## draw the pictures of the documents anew
	.venv/bin/cloudviz draw examples/shop.tfstate --title "A small shop" -o docs/pictures/shop.svg

gallery: .venv/.installed ## draw the twenty pictures of docs/gallery anew
	.venv/bin/python scripts/gallery.py

clean: ## remove what was built; environments stay
	rm -rf dist build .cache src/cloudviz/api/bundle src/cloudviz/diagram/render/viewer .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

distclean: clean ## remove environments as well
	rm -rf .venv .tools web/node_modules

# ---- environments, made when the lock file changes

.venv/.installed: pyproject.toml uv.lock
	$(UV) sync --frozen --no-dev --inexact --quiet
	@touch $@

.venv/.installed-dev: pyproject.toml uv.lock
	$(UV) sync --frozen --quiet
	@touch $@ .venv/.installed

.venv/.installed-system: pyproject.toml uv.lock
	$(UV) sync --frozen --group system --quiet
	@touch $@ .venv/.installed .venv/.installed-dev


.PHONY: help demo install test test-nightly test-system lint types format openapi man docs docs-reference docs-types pytest browser sdk-modules web web-test sdk-check wheel bench pictures clean distclean
