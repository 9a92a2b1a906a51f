# Two commands do everything: `make demo` and `make test`. They need git, make, python3 (3.11 or newer) with venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PACKAGES := niangjia tests benchmarks tools

.PHONY: demo test check setup format catalogues statecharts imports lock vendor clean

demo: $(READY)
	@exec $(BIN)/niangjia demo

test: $(READY)
	$(BIN)/python -m pytest -n auto --dist loadgroup

check: $(READY)
	$(BIN)/ruff format --check $(PACKAGES)
	$(BIN)/ruff check $(PACKAGES)
	$(BIN)/bandit -q -r niangjia -lll
	$(BIN)/djade --check --target-version 5.2 $$(git ls-files 'niangjia/*.html')
	$(BIN)/mypy niangjia tools benchmarks
	$(BIN)/lint-imports
	$(BIN)/python -m tools.migrations
	$(BIN)/python -m tools.catalogues check
	$(BIN)/niangjia statecharts --check

setup: $(READY)

$(READY): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Niangjia needs Python 3.11 or newer.")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

format: $(READY)
	$(BIN)/ruff format $(PACKAGES)
	$(BIN)/ruff check --fix $(PACKAGES)
	$(BIN)/djade --target-version 5.2 $$(git ls-files 'niangjia/*.html')

catalogues: $(READY)
	$(BIN)/python -m tools.catalogues update

statecharts: $(READY)
	$(BIN)/niangjia statecharts

imports: $(READY)
	$(BIN)/lint-imports --verbose

lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		pyproject.toml -o requirements/base.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		pyproject.toml --group dev -o requirements/dev.txt

vendor: $(READY)
	$(BIN)/python -m tools.vendor

clean:
	rm -rf $(VENV) dist build *.egg-info
