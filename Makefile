# What there is to do here. Needs Python 3.11 or newer (with venv and pip), make and git.
# Everything that is installed goes below this folder: .uv (the installer), .venv (the program).

MAKEFLAGS += --no-builtin-rules --no-print-directory
.SUFFIXES:
.DEFAULT_GOAL := help
SHELL := /bin/sh

# Images of Python say so, to be smaller. Here it would have every process translate 2,000 modules
# anew, which takes it twice as long to start.
unexport PYTHONDONTWRITEBYTECODE

UV_VERSION := 0.13.8
UV = UV_CACHE_DIR=.uv/cache UV_PYTHON_DOWNLOADS=never UV_PYTHON="$$(cat .uv/python)" .uv/uv
BIN := .venv/bin
LOCK := pyproject.toml uv.lock

# A virtual environment knows where it lies and which Python it came from: one that was moved, or
# lost its Python, is made anew (from .uv/cache, without a network).
MADE_IN := $(shell cat .venv/.made-in 2>/dev/null)
ifneq ($(MADE_IN),)
ifneq ($(MADE_IN),$(shell $(BIN)/python -c 'import os; print(os.getcwd())' 2>/dev/null))
$(shell rm -rf .venv .uv/uv)
endif
endif

.PHONY: help run test check bench soak docs web clean

help:
	@echo "make run     start LoyalNest with its demo; Ctrl-C stops it"
	@echo "make test    run the tests"
	@echo "make check   format, lint, types, imports, manners"
	@echo "make bench   measure what the README claims; ONLY=name for one figure"
	@echo "make soak    kill every process a thousand times under load"
	@echo "make docs    write the pages that are generated from the program"
	@echo "make web     build what browsers run; make run does it by itself"
	@echo "make clean   remove what was installed here; the data in .loyalnest stays"

# What lies in .uv/cache is taken from there, whatever its age; the network is asked for the rest.
SYNC = sync() { $(UV) sync --offline "$$@" 2>/dev/null || $(UV) sync "$$@"; }; sync --frozen --quiet

# The second start needs no network: nothing is called unless the locked dependencies changed, and
# what browsers run is built again only when its sources did. Without it the rest still runs.
run: .venv/.installed
	@$(BIN)/python web/build.py || true
	@exec $(BIN)/loyalnest up --end-with-parent

# A file's tests run in one process and in their order, as they may share what the file has opened.
test: .venv/.installed-dev
	@$(BIN)/pytest -n auto --dist loadfile

check: .venv/.installed-dev
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/pytest tests/tidy
	$(BIN)/python docs/generate.py --check
	$(BIN)/python web/build.py --check

bench: .venv/.installed-dev
	@$(BIN)/python -m bench $(ONLY)

soak: .venv/.installed-dev
	@LOYALNEST_KILLS=1000 $(BIN)/pytest tests/invariants/test_kill.py

docs: .venv/.installed-dev
	@$(BIN)/python docs/generate.py

web: .venv/.installed
	@$(BIN)/python web/build.py

clean:
	rm -rf .venv .uv web/*/node_modules web/*/dist tests/node/node_modules

.venv/.installed: $(LOCK) .uv/uv
	@echo "Installing LoyalNest into .venv …"
	@$(SYNC) --no-dev --group demo --inexact
	@pwd -P > .venv/.made-in
	@touch $@

.venv/.installed-dev: $(LOCK) .uv/uv
	@echo "Installing LoyalNest and its tools into .venv …"
	@$(SYNC)
	@pwd -P > .venv/.made-in
	@touch .venv/.installed $@

.uv/uv:
	@for python in "$$PYTHON" python3 python3.14 python3.13 python3.12 python3.11 none; do \
		"$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' \
			2>/dev/null && break; \
	done; \
	if [ "$$python" = none ]; then \
		echo "LoyalNest needs Python 3.11 or newer with venv and pip (on Debian: apt install" \
			"python3-venv). If yours has another name: make run PYTHON=/path/to/python" >&2; \
		exit 1; \
	fi; \
	echo "Fetching the installer into .uv …"; \
	"$$python" -m venv --clear .uv/new && \
	.uv/new/bin/python -m pip install --quiet --no-cache-dir --disable-pip-version-check \
		uv==$(UV_VERSION) && \
	.uv/new/bin/python -c 'import sys; print(sys._base_executable)' > .uv/python && \
	mv .uv/new/bin/uv $@ && \
	rm -rf .uv/new
