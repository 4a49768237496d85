#!/usr/bin/env python3
"""Runs a command on another machine, as far as /proc and /sys go: a record of tests/data/machines laid out as a tree.

    on_machine.py MACHINE [--still] COMMAND...

Its energy counters count while the command runs, as real ones do; with --still they stand still.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading

MACHINES = pathlib.Path(__file__).resolve().parent.parent / "data" / "machines"


def lay_out(record, root):
    parts = re.split(r"^==> (/\S+) <==\n", record.read_text(), flags=re.M)
    for path, text in zip(parts[1::2], parts[2::2]):
        file = root / path[1:]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.rstrip("\n") + "\n")


def count(files, stop):
    """A thousand counts every millisecond; a reader never sees half a number."""
    counters = [[os.open(file, os.O_WRONLY), int(file.read_text())] for file in files]
    while not stop.wait(0.001):
        for counter in counters:
            counter[1] += 1000
            os.pwrite(counter[0], f"{counter[1]}\n".encode(), 0)


def main():
    words = sys.argv[2:]
    still = words[0] == "--still"
    with tempfile.TemporaryDirectory() as root:
        lay_out(MACHINES / f"{sys.argv[1]}.txt", pathlib.Path(root))
        stop = threading.Event()
        files = [] if still else sorted(pathlib.Path(root).rglob("energy_uj"))
        counting = threading.Thread(target=count, args=(files, stop))
        counting.start()
        done = subprocess.run(words[still:], env={**os.environ, "NP_SYSFS_ROOT": root})
        stop.set()
        counting.join()
    return done.returncode


sys.exit(main())
