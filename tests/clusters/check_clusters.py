#!/usr/bin/env python3
"""
Runs the examples for Spark and Ray on networks of bench/clusters.py: every run, also those that lose a worker, must have the
scores of one process. Makes a virtual environment in the build directory; skips (77) without Java 17 or a package index.

    check_clusters.py SOURCE BUILD PROGRAM
"""
import pathlib
import re
import shutil
import subprocess
import sys
import venv

SOURCE, BUILD, PROGRAM = (pathlib.Path(word).resolve() for word in sys.argv[1:4])
PLACE = BUILD / "clusters"
PACKAGES = ["pyarrow", "pyspark>=4", "ray[data]", "pandas<3"]


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


def java_version():
    if not shutil.which("java"):
        return 0
    said = subprocess.run(["java", "-version"], capture_output=True, text=True).stderr
    found = re.search(r'version "(\d+)', said)
    return int(found[1]) if found else 0


def main():
    if java_version() < 17:
        skip("Spark wants Java 17 or newer (Debian: default-jre-headless)")
    python = PLACE / "bin/python"
    if not python.exists():
        venv.create(PLACE, with_pip=True)
    pip = [python, "-m", "pip", "install", "-q"]
    got = subprocess.run([*pip, "--prefer-binary", *PACKAGES], capture_output=True, text=True)
    if got.returncode:
        skip("the packages of Spark and Ray cannot be installed: " + (got.stderr.strip().splitlines() or ["?"])[-1])
    subprocess.run([*pip, "--force-reinstall", "--no-deps", SOURCE], check=True)
    subprocess.run([*pip, "cffi"], check=True)
    sys.exit(subprocess.run([python, SOURCE / "bench/clusters.py", "--networks", "50000", "--rows", "2500", "--kill-after", "3",
                             "--program", PROGRAM], cwd=PLACE).returncode)


main()
