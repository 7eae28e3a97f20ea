# Needs make and Python >= 3.11. Another Python than python3: make run PYTHON=/path/to/python3.12
PYTHON ?= python3
# What is installed besides the package; with the optional backends too: make test-all
USUAL := notebooks,test
EXTRAS ?= $(USUAL)
PY := .venv/bin/python
STAMP := .venv/installed$(if $(filter-out $(USUAL),$(EXTRAS)),-$(EXTRAS))
NOTEBOOKS := $(wildcard notebooks/*.ipynb)
# The tests that passed in the last `make test`, which `make test-all` does not repeat; older than a file here, it is void.
PASSED := .venv/passed
SOURCES := pyproject.toml constraints.txt conftest.py Makefile README.md ARCHITECTURE.md environment.yml \
	$(shell find cesym tests notebooks benchmarks -name '.*' -prune -o -type f ! -name '*.pyc' -print)

# A user's own kernels, start-up files, matplotlibrc or PYTHONPATH must not change what a notebook prints.
export JUPYTER_PATH := $(CURDIR)/.venv/share/jupyter
export IPYTHONDIR := $(CURDIR)/.venv/var/ipython
export MPLCONFIGDIR := $(CURDIR)/.venv/var/matplotlib
unexport PYTHONPATH
unexport MPLBACKEND

# Encrypted transport on loopback, or each kernel starts with a warning that it has none.
EXECUTE = JUPYTER_NO_CONFIG=1 $(PY) -m nbconvert --execute --to notebook \
	--ExecutePreprocessor.kernel_name=python3 --ExecutePreprocessor.timeout=120 \
	--ExecutePreprocessor.record_timing=False --KernelManager.transport_encryption=auto

.PHONY: help run test test-all more lab notebooks clean
help:
	@echo "make run        derive and recheck every theorem, execute the notebooks into build/"
	@echo "make test       ruff, mypy, unit tests, doctests, and the notebooks' stored outputs"
	@echo "make test-all   also all that takes longer, or needs the optional backends, which it installs"
	@echo "make lab        open the notebooks in JupyterLab"
	@echo "make notebooks  execute the notebooks in place (their stored outputs change)"
	@echo "make clean      remove all that make made, .venv included"

run: $(STAMP)
	@$(PY) -m cesym check
	@rm -rf build/notebooks
	@$(if $(NOTEBOOKS),$(EXECUTE) --output-dir=build/notebooks $(NOTEBOOKS),echo "There are no notebooks yet.")
	@echo "Every theorem was rechecked and every notebook executed into build/notebooks/. To open the notebooks: make lab"

# pytest comes last, so that its summary is the last thing to read.
PYTEST = $(PY) -m pytest -n auto --dist loadfile --no-loadscope-reorder --nbval --nbval-current-env --nbval-cell-timeout=120 --passed=$(PASSED) \
	tests cesym $(wildcard notebooks)

test: $(STAMP)
	@rm -f $(PASSED)
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@$(PYTEST) $(PYTEST_ARGS)

$(PASSED): $(SOURCES)
	@$(MAKE) --no-print-directory test

test-all: $(PASSED)
	@$(MAKE) --no-print-directory more EXTRAS=notebooks,test,backends

more: $(STAMP)
	@$(PY) -m mypy
	@$(PYTEST) -m '' $(PYTEST_ARGS)

lab: $(STAMP)
	@$(PY) -m jupyterlab $(LAB_ARGS) notebooks

notebooks: $(STAMP)
	@$(if $(NOTEBOOKS),$(EXECUTE) --inplace $(NOTEBOOKS),echo "There are no notebooks yet.")

clean:
	@rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache
	@find cesym tests notebooks \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} + 2>/dev/null || true

# The stamp holds the folder it was made for: a copied or renamed folder would otherwise go on
# using the package in the old one. A Python that was removed since makes a new .venv too.
READY := $(shell test -x $(PY) && cat '$(STAMP)' 2>/dev/null)
MADE_FOR := $(shell test -x $(PY) && cat .venv/installed* 2>/dev/null | head -n 1)
ifneq "$(READY)" "$(CURDIR)"
.PHONY: $(STAMP)
endif

$(STAMP): pyproject.toml constraints.txt
	@command -v "$(PYTHON)" >/dev/null || { echo "cesym: '$(PYTHON)' is not a command here; install Python 3.11 or later, or name yours: make run PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "cesym: needs Python 3.11 or later, and '$(PYTHON)' is older; name another: make run PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { echo "cesym: '$(PYTHON)' cannot make a virtual environment; on Debian and Ubuntu 'apt install python3-venv' mends that, or name another: make run PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "Setting up .venv (once; about a minute)"
	@if [ "$(MADE_FOR)" != "$(CURDIR)" ]; then "$(PYTHON)" -m venv --clear .venv; fi
	@$(PY) -m pip install -qq --disable-pip-version-check -c constraints.txt -e '.[$(EXTRAS)]'
	@$(PY) -c 'import matplotlib.font_manager'  # its slow first import would print into a notebook
	@printf '%s\n' "$(CURDIR)" > '$(STAMP)'
