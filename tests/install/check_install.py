#!/usr/bin/env python3
"""Installs into an empty folder, moves it, and uses what is there: the program with its platforms, and the library through
pkg-config from C and, for the headers, C++. Fails when a step does."""
import os
import pathlib
import subprocess
import sys
import tempfile

root, build = (pathlib.Path(word).resolve() for word in sys.argv[1:3])


def run(*command, **more):
    return subprocess.run([str(word) for word in command], check=True, text=True, stdout=subprocess.PIPE, **more).stdout


def find(folder, name):
    return next(folder.rglob(name))


def main():
    with tempfile.TemporaryDirectory() as directory:
        staged, moved = pathlib.Path(directory) / "staged", pathlib.Path(directory) / "moved"
        run("meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", staged)
        prefix = find(staged, "bin").parent
        prefix.rename(moved)
        program = moved / "bin/neuralpower"
        network = root / "networks/alexnet.prototxt"
        first = run(program, "predict", "-q", "--csv", "--batch", "4", network, cwd=directory)
        libraries = find(moved, "neuralpower.pc").parent
        environment = {**os.environ, "PKG_CONFIG_PATH": str(libraries), "PKG_CONFIG_SYSROOT_DIR": ""}
        flags = run("pkg-config", f"--define-variable=prefix={moved}", "--cflags", "--libs", "neuralpower", env=environment).split()
        example = moved / "example"
        run("cc", "-std=c17", "-Wall", "-Wextra", "-Werror", root / "examples/predict.c", *flags, "-o", example)
        platform = moved / "share/neuralpower/platforms/xeon-5120-pytorch.json"
        second = run(example, network, platform, "4", env={**os.environ, "LD_LIBRARY_PATH": str(libraries.parent)})
        search = moved / "search"
        run("cc", "-std=c17", "-Wall", "-Wextra", "-Werror", root / "examples/search.c", *flags, "-o", search)
        found = run(search, platform, "5", "20", env={**os.environ, "LD_LIBRARY_PATH": str(libraries.parent)}).splitlines()
        runtime, macs = float(found[-2].split(" ms")[0]), float(found[-2].split("mJ, ")[1].split()[0])
        if not (0 < runtime <= 5 and macs >= 20):
            print(f"the search found nothing within its limits: {found[-2]}")
            return True
        missing = [name for name in ("quick", "paper", "full") if not (moved / f"share/neuralpower/suites/{name}.txt").exists()]
        missing += [] if (moved / "share/neuralpower/sheets/titan_x.json").exists() else ["sheets"]
        if missing:
            print(f"not installed: {', '.join(missing)}")
            return True
        layers = len(first.splitlines()) - 1
        print(f"the program predicts {layers} layers, the example {len(second.splitlines()) - 1}")
        return layers < 10 or layers != len(second.splitlines()) - 1


sys.exit(main())
