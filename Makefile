# Two commands do everything: `make run` and `make test`. Both install what is missing.
# Swift's library is linked into the runner: half the start-up time, nothing to install beside it.
# The testing library exists only as a shared one, so tests have a build folder of their own.
# Whether messages are coloured is part of what was built: said here, a terminal and a pipe share a build.
PLAIN = --no-color-diagnostics
SWIFT_BUILD = swift build -c release $(PLAIN) --static-swift-stdlib --scratch-path .build/static
# Tests run optimised, as the program does: the recorded data they read is large. But overlapping
# accesses end them, where the program does not look.
SWIFT_TEST = MOONRUNNER_CHECK_EXCLUSIVITY=1 swift test -c release $(PLAIN)
RUNNER = $$($(SWIFT_BUILD) --show-bin-path)/runner
PREFIX ?= /usr/local
STRATEGY ?= strategies/market_maker.lua
FIRST_BUILD = the first build takes 10 to 20 minutes on two cores, 1.2 GB of memory, 0.7 GB of disk; later ones seconds
FIRST_TESTS = the first build of the tests takes 10 to 20 minutes on two cores, 1.2 GB of memory, 0.7 GB of disk
SEEDS ?= 5000
FIRST ?= 1

.PHONY: run build test differential lint sanitize fuzz bench install setup clean

## run: build, then trade on the embedded exchange until Ctrl-C (STRATEGY=… picks another script)
run: build
	@exec $(RUNNER) $(STRATEGY) $(ARGS)

## build: the runner, optimised, Swift's library linked in
build: setup
	@test -e .build/static/release/runner || echo "$(FIRST_BUILD)"
	@$(SWIFT_BUILD) --product runner

## test: all tests
test: setup
	@scripts/setup python3
	@test -e .build/release/runner || echo "$(FIRST_TESTS)"
	@$(SWIFT_TEST) $(ARGS)

## differential: generated scripts, the quick ways against plain ones (SEEDS=5000 FIRST=1), as the program ships
differential: setup
	@$(SWIFT_BUILD) --product differential
	@$$($(SWIFT_BUILD) --show-bin-path)/differential --first $(FIRST) --seeds $(SEEDS) $(ARGS)

## lint: formatting rules, as CI checks them
lint:
	@swift format lint --strict --recursive Package.swift Sources Tests Benchmarks
	@echo "lint: clean"

## sanitize: the C part under AddressSanitizer and UndefinedBehaviorSanitizer
sanitize: setup
	@scripts/setup cc
	@scripts/sanitize

## fuzz: generated programs in the C part, with collections at odd moments and poisoned memory (ARGS="--minutes 60")
fuzz: setup
	@scripts/setup cc
	@scripts/fuzz $(ARGS)

## bench: speed against the bare C loop, as ratios of one run
bench: build
	@Benchmarks/run

## install: puts the runner under PREFIX, strategies and examples into its share/moonrunner
install: build
	install -d "$(DESTDIR)$(PREFIX)/bin" "$(DESTDIR)$(PREFIX)/share/moonrunner"
	install -m 755 "$(RUNNER)" "$(DESTDIR)$(PREFIX)/bin/runner"
	cp -r strategies examples "$(DESTDIR)$(PREFIX)/share/moonrunner/"

setup:
	@scripts/setup

clean:
	swift package clean
