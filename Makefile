# The commands a person types. The build itself is Meson's: see meson.build.
#
#   make          builds build/neuralpower and build/libneuralpower
#   make demo     installs what is missing, builds, predicts AlexNet and shows what was measured for it
#   make check    installs what is missing, builds with gcc and clang, runs all tests, once more under sanitizers
#   make check-long   the long tests too: fuzzing, refitting, the accuracy ledger
#   make check-bare   as root: what README promises, in a fresh Debian (packages, examples, source, Python)
#   make paper    writes docs/paper.md and its pictures: the paper's tables and figures beside this program's
#   make install  installs under PREFIX (default /usr/local)

PREFIX ?= /usr/local
DESTDIR ?=
NINJA = ninja $(if $(JOBS),-j$(JOBS))

all: build/build.ninja
	$(NINJA) -C build

build/build.ninja:
	meson setup --werror --prefix $(PREFIX) build

build-sanitize/build.ninja:
	CC=clang meson setup --werror -Db_sanitize=address,undefined -Db_lundef=false build-sanitize

deps:
	scripts/install-deps build

deps-check:
	scripts/install-deps build check

demo: deps
	$(MAKE) all
	scripts/demo

check: deps-check
	scripts/check

check-long: deps-check
	scripts/install-deps package long
	scripts/check --long

check-bare:
	scripts/install-deps build package bare
	tests/package/on_bare_debian

paper: all
	python3 tools/paper.py

install: all
	DESTDIR=$(DESTDIR) meson install -C build

format:
	git ls-files '*.c' '*.h' | xargs clang-format -i

clean:
	rm -rf build build-sanitize

.PHONY: all deps deps-check demo check check-long check-bare paper install format clean
