# Two commands do everything: `make run` and `make test`. Both install what is missing.
# The runner, its tests and the programs beside them share one build folder: what one of them has compiled, the
# others do not compile again. Whether messages are coloured is part of what was built, so it is said here: a
# terminal and a pipe share a build.
SWIFT_BUILD = swift build -c release --no-color-diagnostics
RUNNER = .build/release/runner
PREFIX ?= /usr/local
STRATEGY ?= strategies/market_maker.lua
FIRST_BUILD = the first build takes 5 to 9 minutes on two cores, 1.2 GB of memory, 0.4 GB of disk; later ones seconds
FIRST_TESTS = the first build of the tests takes 5 to 12 minutes on two cores, 1.2 GB of memory, 0.6 GB of disk
SEEDS ?= 5000
FIRST ?= 1
simulate: SEEDS = 1000

.PHONY: run build test exclusivity differential simulate lint tidy sanitize fuzz bench instructions install install-debug dist setup clean

## run: build, then trade on the embedded exchange until Ctrl-C (STRATEGY=… picks another script)
run: build
	@exec $(RUNNER) $(STRATEGY) $(ARGS)

## build: the runner, optimised, Swift's library linked in
build: setup
	@test -e $(RUNNER) || echo "$(FIRST_BUILD)"
	@scripts/build $(SWIFT_BUILD) --product runner

## test: all tests, against the program as it ships (ARGS="--filter NAME")
test: setup
	@scripts/setup python3
	@test -e .build/release/moonrunnerPackageTests.xctest || echo "$(FIRST_TESTS)"
	@$(SWIFT_BUILD) --build-tests
	@scripts/run_tests $(ARGS)

## exclusivity: the tests again in a build that notices overlapping accesses, where the program does not look
exclusivity: setup
	@scripts/setup python3
	@scripts/exclusivity $(ARGS)

## differential: generated scripts, the quick ways against plain ones (SEEDS=5000 FIRST=1)
differential: setup
	@$(SWIFT_BUILD) --product differential
	@.build/release/differential --first $(FIRST) --seeds $(SEEDS) $(ARGS)

## simulate: accounts killed, cut off and started again in virtual time (SEEDS=1000 FIRST=1, ARGS=--trace for one of them)
simulate: setup
	@$(SWIFT_BUILD) --product simulate
	@.build/release/simulate --first $(FIRST) --seeds $(SEEDS) $(ARGS)

## lint: formatting rules, as CI checks them
lint:
	@swift format lint --strict --recursive Package.swift Sources Tests Benchmarks
	@echo "lint: clean"

## tidy: sizes, layers, unused names, links, promises, words: what scripts/tidy.allowed does not list
tidy:
	@scripts/setup python3
	@scripts/tidy $(ARGS)

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

## instructions: what the runner takes, counted under valgrind, against Benchmarks/instructions.txt
instructions: build
	@scripts/setup python3 valgrind strip
	@$(SWIFT_BUILD) --product CompareDepthScanners
	@$(SWIFT_BUILD) --product MakeOrders
	@scripts/instructions $(ARGS)

## install: puts the runner under PREFIX, strategies, examples and licences into its share/moonrunner
install: build
	@scripts/install "$(DESTDIR)$(PREFIX)"

## install-debug: the same, with the debug information for debuggers and profilers beside the runner
install-debug: build
	@scripts/install --debug "$(DESTDIR)$(PREFIX)"

## dist: a tarball that runs without anything installed, with checksum and list of parts, in .build/dist
dist: build
	@scripts/setup python3
	@scripts/dist

setup:
	@scripts/setup

clean:
	rm -rf .build
