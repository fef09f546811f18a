# Everything that is done with this repository. `make help` lists it.

CARGO_TARGET_DIR ?= target
PROGRAMS := $(CARGO_TARGET_DIR)/release
NEXTEST_PROFILE := $(if $(filter true,$(CI)),ci,default)
# One more than there are cores: crash tests and paced ones wait for much of their time.
TEST_THREADS := $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN) + 1 )))
# What is built once needs no state for building it again.
ifeq ($(CI),true)
export CARGO_INCREMENTAL := 0
endif
PREREQUISITES := scripts/prerequisites.sh

# Says which command runs, then runs it.
step = @printf '\n==> %s\n' "$(strip $(1))"; $(strip $(1))

.DEFAULT_GOAL := help
.PHONY: help run show test check bench golden clean-data static lints licences

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Build the service and run it with demo data; stop it with Ctrl-C
	$(call step, $(PREREQUISITES) rust postgresql)
	$(call step, cargo build --release --locked -p cli)
	@exec $(PROGRAMS)/fermata serve --demo

show: ## With `make run` in another terminal: watch 500 prospects go from draft to completed
	$(call step, $(PREREQUISITES) node)
	@scripts/show.sh $(PROGRAMS)/fermata

test: ## Install missing tools, then every check and every test
	$(call step, $(PREREQUISITES) rust lints postgresql pgbench node nginx schemathesis sigstore cargo-nextest)
	@$(MAKE) --no-print-directory --jobs 2 static
	$(call step, cargo nextest run --workspace --locked --profile $(NEXTEST_PROFILE) --test-threads $(TEST_THREADS))
	$(call step, cargo test --doc --workspace --locked)

check: ## The checks that run no test: format, lints, docs, licences
	$(call step, $(PREREQUISITES) rust lints)
	@$(MAKE) --no-print-directory --jobs 2 static

bench: ## Build with optimisation, then measure: beside pgbench, sleepers, permits, replay, pacing
	$(call step, $(PREREQUISITES) rust postgresql pgbench cargo-nextest)
	$(call step, cargo build --release --locked -p bench -p cli)
	@$(PROGRAMS)/fermata-bench
	$(call step, cargo nextest run --release --locked -p outbox --run-ignored only --no-capture)

golden: ## Write the golden files anew from the code; read the difference before you commit it
	$(call step, $(PREREQUISITES) rust postgresql node cargo-nextest)
	$(call step, env GOLDEN=write INSTA_UPDATE=always \
		cargo nextest run --workspace --locked --no-fail-fast -E 'not test(/crash/)')

clean-data: ## Delete the private database under FERMATA_DATA_DIR (default .fermata)
	@scripts/clean-data.sh "$${FERMATA_DATA_DIR:-.fermata}"

static: lints licences

lints:
	$(call step, cargo fmt --all --check)
	$(call step, cargo clippy --workspace --all-targets --locked -- -D warnings)
	$(call step, env RUSTDOCFLAGS=-Dwarnings cargo doc --workspace --no-deps --locked)

licences:
	$(call step, $(PREREQUISITES) cargo-deny)
	$(call step, cargo deny check licenses bans sources)
