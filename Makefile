# The commands of this project. `make help` lists them.

SETUP := sh scripts/setup.sh
PYTHON_IN_VENV := .venv/bin/python

# Homebrew's libraries are not on macOS's search path, and the shell drops a variable that is merely exported.
ifeq ($(shell uname -s),Darwin)
LIBRARIES := DYLD_FALLBACK_LIBRARY_PATH=/opt/homebrew/lib:/usr/local/lib:/usr/lib
endif

export PYTHON

.DEFAULT_GOAL := help
.PHONY: help demo test check format bench proof lock clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo '  More words for a command: make demo ARGS=--tour, make test ARGS="-k rounding"'
	@echo '  Another Python: make demo PYTHON=/path/to/python3.12'

demo: ## Set up and open a local Slack in the browser, with a ready agency in it
	@$(SETUP) run
	@$(LIBRARIES) .venv/bin/timebot demo $(ARGS)

test: ## Set up and run all tests, on SQLite and PostgreSQL
	@$(SETUP) dev
	@$(LIBRARIES) $(PYTHON_IN_VENV) -m pytest -n logical --maxprocesses 8 --dist worksteal $(ARGS)

check: ## Lint, types, import rule and house rules
	@$(SETUP) dev
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(PYTHON_IN_VENV) -m pytest -q tests/test_house.py

format: ## Put the code into shape
	@$(SETUP) dev
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

bench: ## Measure what must stay fast (tests/benchmarks)
	@$(SETUP) dev
	@for script in tests/benchmarks/[a-z]*.py; do \
	  [ -e "$$script" ] || { echo "There are no benchmarks yet."; break; }; \
	  name=$$(basename "$$script" .py); echo "== $$name"; \
	  $(LIBRARIES) $(PYTHON_IN_VENV) -m "tests.benchmarks.$$name" || exit 1; \
	done

proof: ## Kill, cut off and race the money path at every point; writes docs/proof.md
	@$(SETUP) dev
	@$(LIBRARIES) $(PYTHON_IN_VENV) -m tests.proof $(ARGS)

COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

lock: ## Resolve the dependencies again (needs uv); add ARGS=--upgrade for newer ones
	@command -v uv >/dev/null || { echo "make lock needs uv: https://docs.astral.sh/uv/" >&2; exit 1; }
	$(COMPILE) $(ARGS) --group build -o requirements/run.txt pyproject.toml
	$(COMPILE) $(ARGS) --group dev -c requirements/run.txt -o requirements/dev.txt pyproject.toml

clean: ## Remove .venv and caches; data in var/ stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dist
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
