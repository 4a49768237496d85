#!/usr/bin/env python3
"""Installs into an empty folder, moves it, and uses what is there.

The program predicts with the platforms beside it. Every program of examples/ is compiled against the installed headers and
library by what pkg-config says, as C17 and as C++17, with the shared and with the static library, is run, and says what the
program says. Fails when a step does.
"""
import csv
import io
import itertools
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

root, build = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
COMPILERS = {"c17": ["cc", "-x", "c", "-std=c17"], "c++17": ["c++", "-x", "c++", "-std=c++17"]}
NETWORK = root / "networks/alexnet.prototxt"
ROWS = root / "data/jetson-pytorch.csv"
ROW_COUNT = 150  # of them, so that learning takes a second


def run(*command, **more):
    return subprocess.run([str(word) for word in command], check=True, text=True, stdout=subprocess.PIPE, **more).stdout


class Tree:
    """What was installed, moved to where nothing knows of it."""

    def __init__(self, directory):
        staged, self.prefix = directory / "staged", directory / "moved"
        run("meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", staged)
        next(staged.rglob("bin")).parent.rename(self.prefix)
        self.program = self.prefix / "bin/neuralpower"
        self.packages = next(self.prefix.rglob("neuralpower.pc")).parent
        self.platform = self.prefix / "share/neuralpower/platforms/xeon-5120-pytorch.json"

    def flags(self, *more):
        environment = {**os.environ, "PKG_CONFIG_PATH": str(self.packages), "PKG_CONFIG_SYSROOT_DIR": ""}
        return run("pkg-config", f"--define-variable=prefix={self.prefix}", *more, "--cflags", "--libs", "neuralpower",
                   env=environment).split()

    def forget_shared(self):
        for path in self.packages.parent.glob("libneuralpower.so*"):
            path.unlink()

    def say(self, *words):
        """What the program says as CSV, one dictionary a row."""
        return list(csv.DictReader(io.StringIO(run(self.program, *words, "-q", "--csv"))))

    def total(self, *words):
        return json.loads(run(self.program, "predict", NETWORK, *words, "-q", "--json"))["totals"]["runtime_ms"]

    def missing(self):
        wanted = [f"share/neuralpower/suites/{name}.txt" for name in ("quick", "paper", "full")]
        wanted += ["share/neuralpower/sheets/titan_x.json", "share/man/man1/neuralpower.1", "share/man/man1/neuralpower-predict.1",
                   "share/man/man3/neuralpower.3", "share/bash-completion/completions/neuralpower",
                   "share/zsh/site-functions/_neuralpower", "share/fish/vendor_completions.d/neuralpower.fish"]
        return [f"{path} is not installed" for path in wanted if not (self.prefix / path).exists()]


# ---- what each example must say, given how it is run: the faults that it has ----


def check_predict(tree, execute):
    lines = execute("predict", NETWORK, tree.platform, "4").splitlines()
    layers = tree.say("predict", NETWORK, "--batch", "4")
    total = float(re.search(r"total +([\d.]+) ms", lines[-1])[1])
    wanted = sum(float(layer["runtime_ms"] or 0) for layer in layers)
    if len(layers) < 10 or len(lines) != len(layers) + 1 or abs(total - wanted) > 1e-3 * wanted:
        yield f"predict: {len(lines) - 1} layers, {total} ms; the program says {len(layers)}, {wanted} ms"


def check_fit(tree, execute):
    platform, rows = tree.prefix / "mine.json", tree.prefix / "rows.csv"
    rows.write_text("".join(ROWS.read_text().splitlines(keepends=True)[:ROW_COUNT + 1]))
    said = execute("fit", rows, platform, NETWORK)
    wanted = f"AlexNet: {tree.total('--platform', platform):.4f} ms"
    if wanted not in said or not re.search(r"^conv +runtime_ms +1\d\d rows, held-out error [\d.]+ %$", said, re.M):
        yield f"fit: says {said!r}, the program {wanted!r}"


def check_custom_device(tree, execute):
    lines = execute("custom_device", NETWORK, "8000", "300", "20", "120").splitlines()
    figures = ["--peak-gflops", "8000", "--bandwidth", "300", "--idle-power", "20", "--limit-power", "120"]
    for line, (method, batch) in zip(lines, itertools.product(("paleo", "roofline"), (1, 8, 64))):
        wanted = f"{method:8} batch {batch:2}: {tree.total('--method', method, '--batch', batch, *figures):9.4f} ms"
        if not line.startswith(wanted):
            yield f"custom_device: says {line!r}, the program {wanted!r}"
    if len(lines) != 6:
        yield f"custom_device: {len(lines)} lines"


def check_search(tree, execute):
    found = execute("search", tree.platform, "5", "20").splitlines()[-2]
    runtime, macs = float(found.split(" ms")[0]), float(found.split("mJ, ")[1].split()[0])
    if not (0 < runtime <= 5 and macs >= 20):
        yield f"search: found nothing within its limits: {found}"


CHECKS = {"predict": check_predict, "fit": check_fit, "custom_device": check_custom_device, "search": check_search}


def check_examples(tree, linking, flags, environment):
    def execute(name, *words):
        return run(tree.prefix / name, *words, env={**os.environ, **environment})

    for language, compiler in COMPILERS.items():
        for source in sorted((root / "examples").glob("*.c")):
            run(*compiler, *WARNINGS, source, "-x", "none", *flags, "-o", tree.prefix / source.stem)
            yield from (f"{language}, {linking}: {fault}" for fault in CHECKS[source.stem](tree, execute))


def check_unmounted(tree):
    """Without /proc, as in a chroot, it finds its platforms by how it was started, and looks where it was to be installed."""
    covered = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", 'mount -t tmpfs none /proc && exec "$@"', "sh"]
    if subprocess.run([*covered, "true"], capture_output=True).returncode:
        print("no name space can be made here: not tried without /proc")
        return
    words, wanted = ["predict", NETWORK, "-q", "--json"], run(tree.program, "predict", NETWORK, "-q", "--json")
    for start, more in (([tree.program], {}), (["bin/neuralpower"], {"cwd": tree.prefix}),
                        (["neuralpower"], {"env": {**os.environ, "PATH": f"{tree.program.parent}:{os.environ['PATH']}"}})):
        if run(*covered, *start, *words, **more) != wanted:
            yield f"without /proc, {start} says something else"
    said = subprocess.run([*covered, tree.program, "predict", NETWORK, "-p", "nobodys"], capture_output=True, text=True).stderr
    places = re.findall(r"looked in (.*)", said)
    if len(places) != 3 or not re.fullmatch(r"/.*/share/neuralpower/platforms", places[-1]) or str(tree.prefix) in places[-1]:
        yield f"without /proc it looked in {places}"


def main():
    with tempfile.TemporaryDirectory() as directory:
        tree = Tree(pathlib.Path(directory))
        faults = tree.missing() + list(check_unmounted(tree))
        faults += check_examples(tree, "shared", tree.flags(), {"LD_LIBRARY_PATH": str(tree.packages.parent)})
        tree.forget_shared()
        faults += check_examples(tree, "static", tree.flags("--static"), {})
        print("\n".join(faults) or f"{len(CHECKS)} examples as {' and '.join(COMPILERS)}, shared and static")
        return bool(faults)


sys.exit(main())
