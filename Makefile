# Everyday work on JVTrack; `make` alone lists what there is.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.PHONY: help setup demo test chaos chaos-quick chaos-search chaos-system pythons check check-types check-rules format schemas up down bench-smoke
.PHONY: alerts dashboards bench compose-test operations-drill restore-drill clean

# Compiled modules are kept where a plain `jvtrack` finds them too: without them it takes seconds to start.
unexport PYTHONPYCACHEPREFIX PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
UV = $(shell command -v uv || echo .local/uv/bin/uv)
CODE := shared services jvtrack deploy tests $(wildcard bench examples)
# What `make test` runs: a folder, a file or a test.
TESTS ?= tests
# What pytest is told beside it.
PYTEST_OPTIONS ?=
# COVERAGE=yes counts what the tests take of domains and backbone, and refuses an untested line of a domain.
COUNTED := $(if $(filter-out 0 no false,$(COVERAGE)),--cov --cov-report=)
# All tests are shared out to a worker per core and one more, for they often wait, each with servers of its own;
# tests that share something stay together.
WORKERS := $(if $(filter tests,$(TESTS)),--numprocesses=$(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 1))) --dist=loadgroup --no-loadscope-reorder)
# What `make bench` is told beside its phases: --anew, --repetitions 1, --rows-max 1000000.
BENCH_OPTIONS ?=
ENVIRONMENT := .local/environment.stamp
SERVERS := .local/servers.stamp
GATES := .local/gates.stamp
PEERS := .local/peers.stamp
# Even a killed make leaves no stack behind: the kernel tells its child, which stops in order.
LEASH := $(if $(shell command -v setpriv),setpriv --pdeathsig=TERM --)

help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(ENVIRONMENT) $(SERVERS) ## Get what the system runs on: uv, the Python environment, PostgreSQL, Kafka's jars.

demo: setup ## Run the main job from nothing, with its proof; KEEP=1 leaves everything running.
	@$(LEASH) $(BIN)/jvtrack demo $(if $(filter-out 0 no false,$(KEEP)),--keep)

test: setup $(GATES) ## Run every test on real Kafka and PostgreSQL; TESTS=tests/unit runs some, COVERAGE=yes counts the lines of domains.
	@$(BIN)/pytest $(TESTS) $(COUNTED) $(WORKERS) $(PYTEST_OPTIONS)
ifeq ($(if $(COUNTED),$(TESTS)),tests)
	@echo "coverage of domain: $$($(BIN)/coverage report --format=total --include='services/*/domain/*') %"
	@$(BIN)/coverage report --include='services/*/domain/*' --fail-under=100 > .local/domain-lines.txt \
	  || { cat .local/domain-lines.txt; echo "Some line or branch of a domain is not tested." >&2; exit 1; }
endif

chaos: chaos-search chaos-system ## Disturb everything at full length, in hours; an interrupted run goes on with the same command.

# The mutants of real servers stand beside the tests of what they break.
SEARCHED := tests/faults tests/unit/test_demand_protocol.py tests/unit/test_lending_protocol.py \
  tests/integration/backbone/test_mutants.py tests/integration/backbone/test_batches.py tests/integration/inventory/test_mutants.py \
  tests/integration/orders/test_long_order_files.py

chaos-search: setup $(GATES) ## Search the faults of single parts whole, for an hour or more; `make test` does a cut of it.
	@JVTRACK_CHAOS=whole $(BIN)/pytest $(SEARCHED) $(WORKERS) $(PYTEST_OPTIONS) -rP

chaos-quick: setup ## Disturb the whole system under load for three minutes, and judge it from its data; SEED=7 repeats a run.
	@$(LEASH) $(BIN)/python -m tests.faults.chaos --quick $(if $(SEED),--seed $(SEED)) $(if $(BROKERS),--brokers $(BROKERS))

chaos-system: setup ## Disturb the whole system at full length, with one broker, then with three; SEED=7 repeats a run, BROKERS=3 does one.
	@for brokers in $(or $(BROKERS),1 3); do \
	  $(LEASH) $(BIN)/python -m tests.faults.chaos --brokers "$$brokers" $(if $(SEED),--seed $(SEED)); done

pythons: setup $(GATES) ## Run the unit tests on every other Python from 3.11 to 3.13 that is on this machine.
	@scripts/other-pythons.sh

check: $(GATES) ## Run every gate that needs no server: format, lint, types, layers, sizes, unused code, frozen schemas, lock file.
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target check-types check-rules

check-types: $(GATES)
	@$(BIN)/mypy

check-rules: $(GATES)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports --no-logo
# The client is a library: what it offers is used by others. Fields, enum members and attributes are read by pydantic, SQLAlchemy and clients; ruff finds unused local variables.
	@! { $(BIN)/vulture $(CODE) || true; } | grep -vE 'unused (variable|attribute)|^jvtrack/client/'
# The published shapes are compared here; that any value of them is read both ways takes longer and is for the tests.
	@$(BIN)/pytest --quiet --no-header tests/architecture tests/contract --ignore tests/contract/test_published_values.py
	@$(UV) lock --check --quiet || { echo "uv.lock is out of date: run uv lock." >&2; exit 1; }

alerts: ## Check Prometheus' rules with promtool, and what they make of what processes show.
	@scripts/bootstrap.sh prometheus
	@cd deploy/prometheus && PATH="$(CURDIR)/.local/prometheus/usr/bin:$$PATH" && promtool check config --lint=all prometheus.yml && promtool test rules rules_test.yml

dashboards: setup $(GATES) ## Ask a real Prometheus every query of every panel while a system works; nothing may be empty, nothing may fire.
	@scripts/bootstrap.sh prometheus
	@PATH="$(CURDIR)/.local/prometheus/usr/bin:$$PATH" $(LEASH) $(BIN)/python -m tests.dashboards

format: $(GATES) ## Format the code and mend what the linter can mend.
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

schemas: $(GATES) ## Publish the JSON Schemas of every fact; a change that would break a reader is refused.
	@$(BIN)/python -m tests.contract.publish

up: setup ## Run the system on this machine in the foreground; Ctrl-C stops it, data stay.
	@$(LEASH) $(BIN)/jvtrack up

down: $(ENVIRONMENT) ## Stop every system that runs here, a kept demo too; JVTRACK_NAMESPACE=demo stops one.
	@$(BIN)/jvtrack down $(if $(JVTRACK_NAMESPACE),,--all)

bench-smoke: setup ## Measure speed and cost on this machine, in minutes, and print the figures.
	@$(BIN)/python -m bench.smoke

bench: setup $(PEERS) ## Measure JVTrack beside its peers and the machine's limits, in an hour, and write docs/BENCHMARKS.md; PHASES=growth runs one.
	@$(LEASH) $(BIN)/python -m bench.compare $(if $(PHASES),--phases $(PHASES)) $(BENCH_OPTIONS)

compose-test: $(ENVIRONMENT) ## Build the containers, run the demo against them, verify, and take them down; CLUSTER=1 runs several of each.
	@scripts/compose-test.sh

operations-drill: setup $(GATES) ## Cause what operators deal with, and time until monitor says so in words and until all is well.
	@$(LEASH) $(BIN)/python -m tests.operations

restore-drill: setup $(GATES) ## Lose a database and Kafka's log on a stack of its own, bring both back, and prove the books.
	@$(LEASH) $(BIN)/python -m tests.drill

clean: ## Stop every system that runs here and forget its data, the environment and every cache.
	@if [ -x $(BIN)/jvtrack ]; then $(BIN)/jvtrack down --all; fi
	@rm -rf .local .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
	@find . -name __pycache__ -prune -exec rm -rf {} +

$(ENVIRONMENT): pyproject.toml uv.lock scripts/bootstrap.sh
	@scripts/bootstrap.sh environment
	@touch $@

$(GATES): $(ENVIRONMENT)
	@scripts/bootstrap.sh gates
	@touch $@

$(PEERS): $(SERVERS) bench/peers/debezium-pom.xml
	@scripts/bootstrap.sh peers
	@touch $@

# Servers that were left out, because others are named, may be wanted the next time.
$(SERVERS): $(ENVIRONMENT) deploy/local/pom.xml
	@scripts/bootstrap.sh servers
	@[[ -n "$${JVTRACK_KAFKA-}$${JVTRACK_POSTGRES-}" ]] || touch $@
