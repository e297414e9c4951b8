# Thin: every target is a script in framework/setup or a preset of CMakePresets.json.
SHELL := /bin/bash
.DEFAULT_GOAL := build
.NOTPARALLEL:
setup := framework/setup

.PHONY: build demo test bench peers package sanitize fuzz reference clean help

build: ## configure and build; the program is build/release/bin/melgraph
	@$(setup)/build.sh release

demo: ## build, then the default graph over the example sounds
	@$(setup)/demo.sh

test: ## build, then all tests
	@$(setup)/test.sh

bench: ## build, then all benchmarks; PYTHON=... names the Python of the peers
	@$(setup)/bench.sh

peers: ## a virtual environment with what the benchmarks compare with
	@$(setup)/peers.sh

package: ## a portable tarball, build/melgraph-VERSION-linux-x86_64.tar.xz
	@$(setup)/package.sh

sanitize: ## all tests under the address, undefined-behaviour and thread sanitizers
	@$(setup)/sanitize.sh

fuzz: ## the fuzz targets, FUZZ_SECONDS each (1200)
	@$(setup)/fuzz.sh

reference: build ## compare with librosa and torchaudio, where Python has them
	@$(setup)/reference.sh

clean: ## remove build/; downloads in the cache folder stay
	@rm -rf build

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
