#!/usr/bin/env python3
"""Builds the Debian packages from what is under version control, in a clean copy, and asks lintian.

    check_package.py ROOT [FOLDER]      the packages are left in FOLDER

Fails when a package is not built or lintian finds an error or a warning. Skips (77) without dpkg-buildpackage, debhelper,
lintian, or git and a checkout.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

root = pathlib.Path(sys.argv[1]).resolve()
PACKAGES = ["libneuralpower-dev", "libneuralpower0", "neuralpower", "neuralpower-data", "neuralpower-onednn"]


def copy_tracked(target):
    listed = subprocess.run(["git", "-C", root, "ls-files", "-z"], check=True, capture_output=True).stdout.decode()
    for name in filter(None, listed.split("\0")):
        if (root / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, target / name, follow_symlinks=False)


def main():
    missing = [tool for tool in ("dpkg-buildpackage", "dh", "lintian", "git") if not shutil.which(tool)]
    if missing or not (root / ".git").exists():
        print(f"not here: {', '.join(missing) or 'a checkout'}")
        return 77
    with tempfile.TemporaryDirectory() as directory:
        source = pathlib.Path(directory) / "neuralpower"
        copy_tracked(source)
        environment = {**os.environ, "DEB_BUILD_OPTIONS": f"nocheck parallel={os.cpu_count()}"}
        built = subprocess.run(["dpkg-buildpackage", "-us", "-uc", "-b"], cwd=source, env=environment, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if built.returncode:
            print(built.stdout[-5000:])
            return True
        packages = [path for path in sorted(source.parent.glob("*.deb")) if "-dbgsym" not in path.name]
        names = sorted(path.name.split("_")[0] for path in packages)
        lintian = subprocess.run(["lintian", "--allow-root", "--fail-on", "error,warning",
                                  *map(str, source.parent.glob("*.changes"))], text=True, capture_output=True)
        print(", ".join(names))
        print(lintian.stdout + lintian.stderr, end="")
        for path in packages if len(sys.argv) > 2 else ():
            shutil.copy2(path, sys.argv[2])
        return bool(lintian.returncode) or names != PACKAGES


sys.exit(main())
