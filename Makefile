# Everything a developer types. `make help` lists it.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON_BIN := .venv/bin/python
# Our own packages, for programs that are run from here; none of it reaches the embedded AWS.
RUN := PYTHONPATH=.:layers/clients $(PYTHON_BIN)
SAGE_JS_SDK := @intacct/intacct-sdk@2.2.1
SAM := SAM_CLI_TELEMETRY=0 .local/sam/bin/sam
ENVIRONMENT ?= sandbox
NAME ?= demo

##@ Every day

.PHONY: help
help: ## List the targets
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: setup
setup: ## Make .venv, .local/sam and .local/ministack from hashed requirements
	@pids=(); failed=0; \
	.ci/make-environment .venv .ci/dev.txt & pids+=($$!); \
	.ci/make-environment .local/sam .ci/sam.txt & pids+=($$!); \
	.ci/make-environment .local/ministack .ci/ministack.txt & pids+=($$!); \
	for pid in "$${pids[@]}"; do wait "$$pid" || failed=1; done; \
	exit $$failed
	@for packages in .venv/lib/python*/site-packages; do \
		echo "$(CURDIR)/layers/clients" > "$$packages/cartledger.pth"; done

.PHONY: run
run: setup ## Show the whole product on this machine (ONCE=1: do not stay up; KEEP=1: keep the state)
	@$(RUN) -m local.demo

.PHONY: up
up: setup ## Start the local stack and leave it running (KEEP=1: go on with its state, and keep it)
	@$(RUN) -m local.stack up --name $(NAME) $(if $(filter-out 0,$(KEEP)),--keep)

.PHONY: down
down: ## End the local stack (KEEP=0: drop its kept state as well)
	@$(RUN) -m local.stack down --name $(NAME) $(if $(filter 0,$(KEEP)),--forget)

.PHONY: status
status: ## Say where the local stack listens
	@$(RUN) -m local.stack status --name $(NAME)

##@ Before you push

.PHONY: test
test: setup ## Everything that must be green: lint, then every test, the deployed stack last
	@$(MAKE) lint
	@.venv/bin/pytest -q -n auto --dist worksteal -m 'not e2e'
	@.venv/bin/pytest -q -m e2e

.PHONY: lint
lint: setup ## Formatting, lint, types, import contracts, the template
	@.venv/bin/ruff format --check --quiet || { echo "run: make format" >&2; exit 1; }
	@.venv/bin/ruff check --quiet
	@.venv/bin/mypy
	@PYTHONPATH=.:layers/clients .venv/bin/lint-imports
	@.venv/bin/cfn-lint template.yaml
	@.venv/bin/pytest -q tests/template

.PHONY: format
format: setup ## Format the code and fix what can be fixed
	@.venv/bin/ruff format
	@.venv/bin/ruff check --fix

.PHONY: bench
bench: setup ## Measure size, cold starts, memory and requests per order
	@.ci/make-environment .local/bench .ci/bench.txt
	@$(RUN) -m tests.benchmarks
	@$(RUN) -m tests.benchmarks.gl_export
	@$(RUN) -m tests.benchmarks.proof_costs
	@if command -v npm >/dev/null; then \
		npm install --silent --no-audit --no-fund --prefix .local/bench/js $(SAGE_JS_SDK); fi
	@$(RUN) -m tests.benchmarks.sdk_comparison

.PHONY: simulate
simulate: setup ## Live drawn histories of faults (SEEDS=1000 FIRST=0 JOBS=2 WAY=direct; SEED=n replays one, SHRINK=n shortens it)
	@$(RUN) -m tests.simulation --seeds $(or $(SEEDS),1000) --first $(or $(FIRST),0) \
		--jobs $(or $(JOBS),2) --way $(or $(WAY),direct) $(if $(SEED),--seed $(SEED)) $(if $(SHRINK),--shrink $(SHRINK))

.PHONY: lives
lives: setup ## Hold drawn order lives to every invariant of the books (SEEDS=20000 FIRST=0 JOBS=2)
	@$(RUN) -m tests.lives --seeds $(or $(SEEDS),20000) --first $(or $(FIRST),0) --jobs $(or $(JOBS),2)

.PHONY: fuzz
fuzz: setup ## Feed every cart's reader bent documents and answers (INPUTS=1000000 PRODUCTS=40000 EVENTS=200000 JOBS=2): nothing may escape
	@$(RUN) -m tests.fuzz --inputs $(or $(INPUTS),1000000) --products $(or $(PRODUCTS),40000) --events $(or $(EVENTS),200000) --jobs $(or $(JOBS),2)

.PHONY: paging
paging: setup ## Poll carts whose orders and products change meanwhile (SEEDS=500 JOBS=2): none lost, none doubled
	@$(RUN) -m tests.paging --seeds $(or $(SEEDS),500) --jobs $(or $(JOBS),2)

.PHONY: convergence
convergence: setup ## Edit stock and items on both sides (SEEDS=10000 FIRST=0 JOBS=2): they come to their owner's values and stay
	@$(RUN) -m tests.convergence --seeds $(or $(SEEDS),10000) --first $(or $(FIRST),0) --jobs $(or $(JOBS),2)

.PHONY: changes
changes: setup ## Follow a company that changes meanwhile (SEEDS=500 FIRST=0 JOBS=2): nothing lost, nothing buried alive
	@$(RUN) -m tests.changes --seeds $(or $(SEEDS),500) --first $(or $(FIRST),0) --jobs $(or $(JOBS),2)

.PHONY: proofs
proofs: setup ## Prove seeded days with late events, crashes and a planted cent (SEEDS=2000 FIRST=0 JOBS=2)
	@$(RUN) -m tests.proofs --seeds $(or $(SEEDS),2000) --first $(or $(FIRST),0) --jobs $(or $(JOBS),2)

.PHONY: days
days: setup ## Export drawn days: late, corrected, closed, broken off; the books must be right (SEEDS=2000)
	@$(RUN) -m tests.days --seeds $(or $(SEEDS),2000) --first $(or $(FIRST),0) --jobs $(or $(JOBS),2)

.PHONY: mutants
mutants: setup ## Put defects into the product and show that the simulator sees each (SEEDS=1000)
	@$(RUN) -m tests.simulation.mutation --seeds $(or $(SEEDS),1000) --jobs $(or $(JOBS),2)

.PHONY: undo
undo: setup ## Undo every order's life over both protocols, with a lost answer at every request
	@UNDO_ALL=1 $(RUN) -m pytest -q tests/unit/undo

.PHONY: chaos
chaos: setup ## Kill parts of the local stack while orders flow; the books must be right (ORDERS=30 SEED=1)
	@$(RUN) -m local.chaos --orders $(or $(ORDERS),30) --seed $(or $(SEED),1)

##@ Deployment

.PHONY: build
build: setup ## Build the layers for the cloud (LAYER_PYTHON=3.13 LAYER_ARCHITECTURE=arm64)
	@find functions -name __pycache__ -prune -exec rm -r {} +
	@LAYER_PIP="$(CURDIR)/$(PYTHON_BIN)" $(SAM) build --config-env $(ENVIRONMENT)

.PHONY: deploy
deploy: build ## Deploy to the account of your AWS profile (ENVIRONMENT=sandbox or production)
	@$(SAM) deploy --config-env $(ENVIRONMENT)

##@ Now and then

.PHONY: lock
lock: ## Renew the pins from the .in files
	@.ci/make-environment .local/uv .ci/uv.txt
	@compile() { echo "lock: $$2"; .local/uv/bin/uv pip compile --quiet --upgrade --generate-hashes \
		--no-header --universal --python-version 3.11 "$$1" --output-file "$$2" "$${@:3}"; }; \
	compile layers/dependencies/requirements.in layers/dependencies/requirements.txt && \
	compile .ci/dev.in .ci/dev.txt --constraint layers/dependencies/requirements.txt && \
	compile .ci/sam.in .ci/sam.txt && \
	compile .ci/ministack.in .ci/ministack.txt && \
	compile .ci/bench.in .ci/bench.txt; \
	compile .ci/uv.in .ci/uv.txt

.PHONY: clean
clean: ## Remove what was built and installed, except kept state of local stacks
	@rm -rf .venv .aws-sam .local/sam .local/ministack .local/bench .local/uv .local/builds
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -prune -exec rm -r {} +
