# Everything installs into .venv; the constraints file pins every version.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt
DATA ?= data
MODEL ?= models/deepfake/6
FOLDS ?= 3
ROUNDS ?= 3
DURATION ?= 10
REQUESTS ?= 20000
FUZZ_SECONDS ?= 600
CONCURRENCY ?= 1 8 32 128

# Where it is set, each of the many processes compiles all of our modules anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test test-all test-slow test-browser screenshots test-container fuzz lint audit train train-default evaluate docker bench bench-training clean

help:  ## print the targets
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 18

run: $(VENV)/run.stamp  ## install, then serve the shipped model on port 8000
	$(BIN)/deepfake serve

# Three on two cores: they also wait, for processes and time limits.
test: $(VENV)/dev.stamp  ## install, then run the tests that a change is likely to break
	$(BIN)/pytest --numprocesses 3 --dist loadfile --durations 10 \
		-m 'not slow and not browser and not container'

test-all: test test-slow  ## and then the slow ones: trainings, clusters, killed nodes, fuzzing

test-slow: $(VENV)/dev.stamp  ## those alone
	$(BIN)/pytest --numprocesses 2 --dist loadfile --durations 10 \
		-m 'slow and not browser and not container'

test-browser: $(VENV)/dev.stamp  ## the page in a real Chromium, which must be on the PATH
	$(BIN)/pytest --numprocesses 2 --dist loadfile -m browser

screenshots: $(VENV)/dev.stamp  ## take the pictures in docs/ anew
	SCREENSHOTS=$(CURDIR)/docs $(BIN)/pytest -m browser

test-container: $(VENV)/dev.stamp  ## build the image and use it; needs a Docker engine
	$(BIN)/pytest -m container

fuzz: $(VENV)/dev.stamp  ## send whatever a machine can think of, FUZZ_SECONDS for each test
	FUZZ_SECONDS=$(FUZZ_SECONDS) FUZZ_SEED=$$(date +%s) $(BIN)/pytest tests/fuzz

lint: $(VENV)/dev.stamp  ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

audit: $(VENV)/dev.stamp .audit/stamp  ## look for known weaknesses; print licences; write build/sbom.json
	.audit/bin/bandit --quiet --severity-level medium --recursive deepfake_client service training benchmarks
	.audit/bin/pip-licenses --python $(BIN)/python --from mixed --order license
	@mkdir -p build
	.audit/bin/cyclonedx-py environment --output-file build/sbom.json $(BIN)/python
	@if $(BIN)/python -c 'import socket; socket.create_connection(("api.osv.dev", 443), 5)' 2>/dev/null; \
	then .audit/bin/pip-audit --vulnerability-service osv --path $(VENV)/lib/python3*/site-packages; \
	else echo 'skipped: the database of known weaknesses (osv.dev) cannot be reached'; fi

train: $(VENV)/dev.stamp  ## train the baseline on DATA into a new folder under runs/
	$(BIN)/python -m training train --data $(DATA)

train-default: $(VENV)/dev.stamp  ## train the default network on DATA from WEIGHTS; RESUME=runs/... goes on
	$(BIN)/python -m training train --data $(DATA) --out models/deepfake \
		--folds $(FOLDS) $(if $(EPOCHS),--epochs $(EPOCHS)) \
		$(if $(WEIGHTS),--weights $(WEIGHTS)) \
		$(if $(RESUME),--resume $(RESUME),--architecture texture_mobilenet)

evaluate: $(VENV)/dev.stamp  ## measure MODEL on the test split of DATA
	$(BIN)/python -m training evaluate --data $(DATA) --model $(MODEL)

docker:  ## build the image deepfake-detector
	docker build --tag deepfake-detector .

bench: $(VENV)/dev.stamp  ## print what serving costs, beside others, and what overload and time do to it
	$(BIN)/python -m benchmarks.serving --rounds $(ROUNDS) --seconds $(DURATION) \
		--concurrency $(CONCURRENCY) $(if $(ALONE),--alone)
	$(BIN)/python -m benchmarks.overload --rounds $(ROUNDS) --seconds $(DURATION)
	$(BIN)/python -m benchmarks.lifecycle --rounds $(ROUNDS) --seconds $(DURATION)
	$(BIN)/python -m benchmarks.endurance --requests $(REQUESTS) --seconds $(DURATION)

bench-training: $(VENV)/dev.stamp  ## print what the input pipeline and the network cost
	$(BIN)/python -m benchmarks.input_pipeline --rounds $(ROUNDS)
	$(BIN)/python -m benchmarks.model_cost --rounds $(ROUNDS)

clean:  ## remove what the other targets made, but not runs/
	rm -rf $(VENV) .audit build *.egg-info .mypy_cache .pytest_cache .ruff_cache

# In a place of its own: what looks at the packages is none of them.
.audit/stamp: constraints.txt
	$(PYTHON) -m venv .audit
	.audit/bin/pip install --quiet --disable-pip-version-check --constraint constraints.txt \
		bandit cyclonedx-bom pip-audit pip-licenses
	@touch $@

$(VENV)/run.stamp: pyproject.toml constraints.txt | $(BIN)/pip
	@echo 'Installing TensorFlow and the service; this takes a minute or two, once.'
	$(INSTALL) --editable '.[serve,c2pa,heic]'
	@touch $@

$(VENV)/dev.stamp: pyproject.toml constraints.txt | $(BIN)/pip
	@echo 'Installing TensorFlow, the service, training and tools; a few minutes, once.'
	$(INSTALL) --editable '.[training,dev]'
	@touch $@ $(VENV)/run.stamp

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo '$(PYTHON) is older than 3.11; name a newer one: make PYTHON=python3.12'; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo 'no virtual environment: on Debian, apt install python3-venv'; exit 1; }
