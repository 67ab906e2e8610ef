# Each target sets up what it needs (system packages by apt where it may, else one sentence that names them),
# then does its job. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
OUT ?= out
VENV := .venv
PY := $(VENV)/bin/python
export OMP_NUM_THREADS ?= 1
export PYTHONDONTWRITEBYTECODE ?= 1

.PHONY: help run demo test check bench fuzz faults gallery installer setup lock

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(VENV)/.run ## open the kiosk in this window system
	PYTHONDONTWRITEBYTECODE= $(PY) -m kiosk run --window

demo: $(VENV)/.run ## a scripted voter and official through the real windows; writes to OUT (out/)
	$(PY) -m kiosk demo --out $(OUT)

test: $(VENV)/.test ## the whole test suite
	QT_QPA_PLATFORM=offscreen $(PY) -m pytest -q -n 2 --dist loadfile

check: $(VENV)/.run ## formatting, lint, types, import contracts
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-cache

bench: $(VENV)/.test $(VENV)-peers ## measure; writes bench/results.json
	QT_QPA_PLATFORM=offscreen $(PY) -m bench

$(VENV)-peers: bench/peers.lock # readers to compare with; the bench goes on without them
	@rm -rf $@ && $(PY) -m venv $@ && $@/bin/pip install -q --no-deps --require-hashes -r bench/peers.lock && touch $@ \
		|| { rm -rf $@; echo "the MRZ readers to compare with could not be installed: they are left out of the bench"; }

faults: $(VENV)/.test ## the faults at full length (some minutes); writes docs/faults.md
	$(PY) -m tools.faults $(FAULTS)

fuzz: $(VENV)/.run ## ten thousand damaged files at the picture intake; writes docs/hostile-files.md
	$(PY) -m tools.fuzz_pictures --write docs/hostile-files.md

gallery: $(VENV)/.run ## every screen as PNG with an index page; GALLERY=--hints: the capture screen in every state
	QT_QPA_PLATFORM=offscreen $(PY) -m tools.gallery --out $(OUT)/gallery $(GALLERY)

installer: $(VENV)/.run ## a folder that runs without Python, in dist/kiosk, and its selftest
	$(PY) -m PyInstaller --noconfirm --log-level ERROR build_installer.spec
	QT_QPA_PLATFORM=offscreen dist/kiosk/kiosk selftest

setup: $(VENV)/.test ## install everything, run nothing

$(VENV)/.run: requirements.lock tools/setup.sh pyproject.toml
	@bash tools/setup.sh run
	@touch $@

$(VENV)/.test: $(VENV)/.run
	@bash tools/setup.sh test
	@touch $@

lock: ## resolve requirements.in anew (needs uv)
	uv pip compile --no-deps --generate-hashes --no-annotate --no-header --no-emit-index-url --universal \
		--python-version 3.11 requirements.in -o requirements.lock
