# make demo   set up, then check a system as reports claim it to be, and the same system as it should be
# make test   set up, then pass every test; what needs a tool that is missing is skipped with a reason
# make lint   ruff, mypy, import contracts
#
# Needs Python >= 3.11 with venv, git and make. Everything goes into .venv; a second call is instant.

VENV := .venv
BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
INSTALL = $(BIN)/python -m pip install -qq --disable-pip-version-check --only-binary :all:
PYTEST_ARGS ?= -n auto

.PHONY: demo test lint oracles clean
.DELETE_ON_ERROR:

demo: $(VENV)/.run
	@$(BIN)/dockguard check --profile essential fixtures/learning-coach-as-claimed || [ $$? -eq 1 ]  # 1: findings
	@printf '\nThat is the profile essential; the default finds more. The same system with its claims kept:\n\n'
	@$(BIN)/dockguard check --profile strict fixtures/learning-coach || [ $$? -eq 1 ]

test: $(VENV)/.test
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest $(PYTEST_ARGS)

lint: $(VENV)/.lint
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy $$(find dockguard rules tools -name '*.py')  # by file: slugs are no names of packages
	@$(BIN)/lint-imports

oracles: $(VENV)/.run
	@$(INSTALL) --group oracles

clean:
	@rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.run: pyproject.toml
	@[ -n "$(PYTHON)" ] || { echo "dockguard needs Python >= 3.11 with venv (Debian: apt-get install python3-venv)" >&2; exit 1; }
	@echo "setting up $(VENV)" >&2
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	@$(INSTALL) 'pip>=25.1'  # reads dependency groups since then
	@$(INSTALL) -e .
	@touch $@

$(VENV)/.test: $(VENV)/.run
	@echo "setting up the tests" >&2
	@$(INSTALL) --group test --group ci
	@$(MAKE) --no-print-directory oracles || echo "the oracles cannot be installed here: their tests are skipped" >&2
	@touch $@

$(VENV)/.lint: $(VENV)/.run
	@$(INSTALL) --group lint --group test
	@touch $@
