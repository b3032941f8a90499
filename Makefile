# `make demo PYTHON=python3.12` uses another Python than python3.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BACKENDS := .venv-backends
WORKSHEETS := .venv-worksheets
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# Every import of TensorFlow would otherwise greet the terminal with its own log.
export TF_CPP_MIN_LOG_LEVEL := 3

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test lint fidelity kills zoo files backends worksheets notebooks bench accuracy tasks transfer docs generated clean

help:
	@echo "make demo       build the Network in Network of specs/nin.yaml"
	@echo "make test       every check: ruff, mypy, import-linter, pytest"
	@echo "make fidelity   the long comparison of every layer with Keras"
	@echo "make kills      kill trainings and studies at many moments, and go on"
	@echo "make zoo        prove specs/zoo and its scripts with Keras, all or MODELS=..."
	@echo "make files      prove that what Keras saves of its models comes back as specs"
	@echo "make backends   run the tutorials' scripts on JAX and PyTorch too"
	@echo "make worksheets hold worksheets against nbgrader, all or SPECS=..."
	@echo "make bench      measure speed, and write it to benchmarks/RESULTS.md"
	@echo "make notebooks  run the tutorials' notebooks, in all languages"
	@echo "make accuracy   train the tutorials on the real data in the folder DATA"
	@echo "make tasks      train a model for each task on DATA, beside the same by hand"
	@echo "make transfer   hold transfer learning against training from nothing, on DATA"
	@echo "make generated  write the scripts of generated/ again from specs/"
	@echo "make docs       write the generated pages of docs/ again"
	@echo "make clean      remove what the build and the tests left behind"

demo: $(VENV)/installed
	$(BIN)/cnnspec build specs/nin.yaml

# Two workers, since each imports TensorFlow (seconds, and some 500 MB). A file goes to
# whichever is free, so that what its tests share is made once.
test: lint
	$(BIN)/python -m pytest -q -n 2 --dist loadfile

lint: $(VENV)/installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff check --isolated --extend-select E501 generated
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

fidelity: $(VENV)/installed-dev
	CNNSPEC_FIDELITY=long $(BIN)/python -m pytest -q -n 2 --dist loadfile \
	    tests/test_against_keras.py tests/test_runs_as_told.py \
	    tests/test_settings_against_keras.py tests/test_weight_axes_against_keras.py

# Those of Ray are skipped where it isn't installed: pip install '.[ray]'.
kills: $(VENV)/installed-dev
	CNNSPEC_FIDELITY=long $(BIN)/python -m pytest -q -n 2 --dist loadfile \
	    tests/test_train.py tests/emit/test_resume.py tests/emit/test_fine_tuning.py \
	    tests/study/test_kills.py tests/study/test_ray.py

# One model after the other, each in a process of its own: 17 minutes on two cores,
# and at most 5.5 GB of memory, with EfficientNetB7.
zoo: $(VENV)/installed
	$(BIN)/python -m tests.zoo $(MODELS)

# The 40 models of keras.applications and all specs, saved by Keras as JSON, .keras and .h5.
files: $(VENV)/installed
	$(BIN)/python -m tests.read $(MODELS)

# Two processes over loopback, and six tutorials on three backends: half an hour. DATA is
# a folder of real data, as benchmarks/accuracy.py takes it; without it they are made up.
backends: $(VENV)/installed-dev $(BACKENDS)/installed
	$(BACKENDS)/bin/python -m pytest -q tests/backends
	$(BIN)/python benchmarks/backends.py $(if $(DATA),--data $(DATA)) \
	    --python tensorflow=$(BIN)/python --python jax=$(BACKENDS)/bin/python \
	    --python torch=$(BACKENDS)/bin/python

# nbgrader takes 340 MB; twelve worksheets some five minutes.
worksheets: $(VENV)/installed-dev $(WORKSHEETS)/installed
	$(BIN)/python -m tests.worksheets $(WORKSHEETS) $(SPECS)

# On a few samples, in ten minutes. With FRESH=--fresh each has an environment of its own,
# which has nothing but what the first cell installs: an hour, and a fast network.
notebooks: $(VENV)/installed-dev
	$(BIN)/python -m tests.emit.notebooks $(FRESH) $(NAMES)

# An hour or two on two cores.
accuracy: $(VENV)/installed-dev
	$(BIN)/python benchmarks/accuracy.py $(DATA)

# Ten minutes.
tasks: $(VENV)/installed-dev
	$(BIN)/python benchmarks/tasks.py $(DATA)

# Two minutes.
transfer: $(VENV)/installed-dev
	$(BIN)/python benchmarks/transfer.py $(DATA)

bench: $(VENV)/installed-dev
	$(BIN)/python benchmarks/bench.py

docs: $(VENV)/installed
	$(BIN)/cnnspec layers --format markdown > docs/layers.md.new
	mv docs/layers.md.new docs/layers.md
	sed '/^## Every code$$/q' docs/errors.md > docs/errors.md.new
	echo >> docs/errors.md.new
	$(BIN)/cnnspec explain --format markdown >> docs/errors.md.new
	mv docs/errors.md.new docs/errors.md
	$(BIN)/python -m tests.zoo.page > docs/zoo.md.new
	mv docs/zoo.md.new docs/zoo.md
	$(BIN)/python -m tests.api_page > docs/api.md.new
	mv docs/api.md.new docs/api.md
	$(BIN)/python -m tests.pictures_page

generated: $(VENV)/installed
	$(BIN)/cnnspec build specs/*.yaml --to script -o generated --force > /dev/null
	$(BIN)/cnnspec build specs/zoo/*.yaml --to script -o generated/zoo --force > /dev/null

clean:
	rm -rf dist build .hypothesis .import_linter_cache .mypy_cache .pytest_cache \
	    .ruff_cache generated/*.keras generated/*.png docs/*.md.new
	find cnnspec tests benchmarks generated -name __pycache__ -type d \
	    -prune -exec rm -rf {} + 2>/dev/null || true

# A venv that failed half-way still holds a python, so it is taken away again.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	    || { echo "cnnspec needs Python 3.11, 3.12 or 3.13, and '$(PYTHON)' is not one:" \
	              "name one, as in: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(BACKENDS)/installed: tests/backends/requirements.txt pyproject.toml
	@echo "Installing JAX and PyTorch in $(BACKENDS) (the first time: minutes)"
	@$(PYTHON) -m venv $(BACKENDS) || { rm -rf $(BACKENDS); exit 1; }
	@$(BACKENDS)/bin/python -m pip install --quiet --disable-pip-version-check \
	    --requirement $<
	@touch $@

$(WORKSHEETS)/installed: tests/worksheets/requirements.txt
	@echo "Installing nbgrader in $(WORKSHEETS) (the first time: minutes)"
	@$(PYTHON) -m venv $(WORKSHEETS) || { rm -rf $(WORKSHEETS); exit 1; }
	@$(WORKSHEETS)/bin/python -m pip install --quiet --disable-pip-version-check \
	    --requirement $<
	@touch $@

$(VENV)/installed: pyproject.toml | $(BIN)/python
	@echo "Installing cnnspec with TensorFlow in $(VENV) (the first time: minutes)"
	@$(PIP) --editable '.[tensorflow]'
	@touch $@

$(VENV)/installed-dev: pyproject.toml | $(BIN)/python
	@echo "Installing cnnspec with its tests' tools in $(VENV) (the first time: minutes)"
	@$(PIP) --editable '.[dev]'
	@touch $@ $(VENV)/installed
