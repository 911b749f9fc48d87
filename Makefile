# Everything that is done with this repository. CI (.ci/run) uses these targets and no others.

GO            ?= go
FUZZTIME      ?= 1m
GOLANGCI      := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
# The black-box tests build the server with the race detector, too. It leaves out the loops of password hashes and of
# RSA, which it makes several times slower, and which share nothing.
UNRACED       := crypto/internal/fips140/hmac crypto/internal/fips140/pbkdf2 crypto/internal/fips140/sha256 \
                 crypto/internal/fips140/bigmod crypto/sha1 golang.org/x/crypto/...
RACE_FLAGS    := -race $(UNRACED:%=-gcflags=%=-race=false)
# Who talks to a Django, plays an attack step by step, types in a browser or runs the commands of documents asks one thing
# after the other: there is no race to find, and it takes minutes. Those tests are for the target test.
RACE_SKIP     := (Of|From|In|To|With)Django|Allauth|OnBothSides|LinesOfTheDocuments|^TestAttack|InABrowser
RACE_SKIP     := $(RACE_SKIP)|^TestTheDemonstration|^TestDatabases|^TestAnotherSecretKeyIsNamed|^TestTutorials$$|^TestTheReadmes
RACE_SKIP     := $(RACE_SKIP)|^TestDescriptionIsValid|^TestForeignTokens
RACE_PACKAGES ?= ./...

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## Build ./watchword, stripped, optimised for what bench/server.pgo says is done most
	$(GO) build -pgo bench/server.pgo -trimpath -ldflags '-s -w' -o watchword .

.PHONY: static
static: ## Build ./watchword as in the image, for any Linux: static, by musl-gcc
	CC=musl-gcc CGO_ENABLED=1 $(GO) build -pgo bench/server.pgo -trimpath -tags 'netgo osusergo sqlite_omit_load_extension' \
		-ldflags '-s -w -linkmode external -extldflags "-static"' -o watchword .

.PHONY: profile
profile: ## Write bench/server.pgo anew; WATCHWORD_TEST_POSTGRES names the PostgreSQL to ask, too
	$(GO) test -trimpath -run '^$$' -bench Request -benchtime 6s -cpuprofile bench/server.pgo -o /dev/null .

.PHONY: run
run: ## Run the server on a SQLite database in ./data
	$(GO) run .

.PHONY: test
test: ## Run all tests; those that need what is missing (PostgreSQL, Django, Chromium, Node.js) are skipped
	$(GO) test -timeout 60m ./...

.PHONY: race
race: ## Run the tests with the race detector, but for those that ask one thing after the other
	$(GO) test $(RACE_FLAGS) -skip '$(RACE_SKIP)' -timeout 60m $(RACE_PACKAGES)

.PHONY: vet
vet: ## Check the formatting and run go vet
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "gofmt these files:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...

.PHONY: lint
lint: ## Run golangci-lint in its pinned version
	$(GO) run $(GOLANGCI) run

.PHONY: bench
bench: ## Measure the server; see bench/README.md
	bench/run.sh

.PHONY: fuzz
fuzz: ## Run every fuzz test for FUZZTIME
	@for package in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz'); do \
			echo "$$package $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$package || exit 1; \
		done; \
	done

.PHONY: docs
docs: ## Write the generated documentation anew
	$(GO) generate ./...

.PHONY: ci
ci: ## Do what CI does, installing what it needs (Debian, as root)
	.ci/run

.PHONY: clean
clean: ## Remove what was built
	rm -rf watchword bench/results
