#!/usr/bin/env python3
"""How long one `neuralpower predict` takes, the whole process, and how much memory: beside Python's onnx.load.

    bench/predict_speed.py [--program build/neuralpower] [--runs 51] [--huge]

Prints medians of wall and processor time, with a warm page cache; where they differ much the machine was busy. The ONNX
files hold random weights; they are written once by tools/make_sample_onnx.py into a temporary folder (--models DIR keeps
them). --huge adds a 528 MB file. Needs python3-onnx for the ONNX part; without it only the prototxt is timed. `true` is
the cost of starting any process; its memory is that of this script, below which the kernel reports no process that the
script starts.
"""

import argparse
import importlib.util
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LOAD = "import onnx, sys, time; t = time.perf_counter(); onnx.load(sys.argv[1]); print(1e3 * (time.perf_counter() - t))"


class Run:
    """Median wall and processor time (ms) and largest resident memory (MB) of a command."""

    def __init__(self, command, runs):
        self.times, self.processor, self.answers, self.memory = [], [], [], 0
        for _ in range(runs + 1):
            self._once(command)
        self.ms = statistics.median(self.times[1:])  # the first run warms the page cache
        self.cpu_ms = statistics.median(self.processor[1:])

    def _once(self, command):
        read, write = os.pipe()
        start = time.perf_counter()
        # posix_spawn: the cost of forking this interpreter must not count
        pid = os.posix_spawnp(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, write, 1),
                                                                            (os.POSIX_SPAWN_CLOSE, read)])
        os.close(write)
        with os.fdopen(read) as stream:
            answer = stream.read()
        _, status, usage = os.wait4(pid, 0)
        self.times.append(1e3 * (time.perf_counter() - start))
        if status != 0:
            raise SystemExit("%s failed: status %d" % (" ".join(command), os.waitstatus_to_exitcode(status)))
        self.processor.append(1e3 * (usage.ru_utime + usage.ru_stime))
        self.answers.append(answer)
        self.memory = max(self.memory, usage.ru_maxrss / 1024)


def line(what, run, aim="", ms=None):
    cpu = "%8.2f ms" % run.cpu_ms if ms is None else ""
    print("%-48s %8.2f ms %11s %7.1f MB  %s" % (what, run.ms if ms is None else ms, cpu, run.memory, aim))


def make_models(folder, names):
    missing = [name for name in names if not os.path.exists(os.path.join(folder, name + ".onnx"))]
    if missing:
        command = [sys.executable, os.path.join(ROOT, "tools/make_sample_onnx.py"), "--weights", folder] + missing
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def time_onnx(path, program, runs):
    size = os.path.getsize(path) / 2**20
    ours = Run([program, "predict", "-q", path], runs)
    line("neuralpower predict %s (%.0f MB)" % (os.path.basename(path), size), ours, "aim: 20 ms, 30 MB")
    load = Run([sys.executable, "-c", LOAD, path], max(3, runs // 10))
    loading = statistics.median(float(answer) for answer in load.answers[1:])
    line("  python: onnx.load alone", load, ms=loading)
    line("  python: start, import onnx, load", load)
    print("  onnx.load alone takes %.1f times as long, the process %.1f times, and %.1f times the memory" % (
        loading / ours.ms, load.ms / ours.ms, load.memory / ours.memory))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=os.path.join(ROOT, "build/neuralpower"))
    parser.add_argument("--models", metavar="DIR", help="where the ONNX files are, or are written")
    parser.add_argument("--runs", type=int, default=51)
    parser.add_argument("--huge", action="store_true", help="also a 528 MB file")
    arguments = parser.parse_args()
    print("%-48s %11s %11s %10s" % ("", "wall", "processor", "resident"))
    line("true (start of a process)", Run(["true"], arguments.runs))
    prototxt = os.path.join(ROOT, "networks/alexnet.prototxt")
    line("neuralpower predict alexnet.prototxt", Run([arguments.program, "predict", "-q", prototxt], arguments.runs), "aim: 5 ms")
    if importlib.util.find_spec("onnx") is None:
        print("python3-onnx is not installed: no ONNX files to time")
        return
    folder = arguments.models or tempfile.mkdtemp(prefix="neuralpower-bench-")
    try:
        names = ["resnet50", "vgg16"] if arguments.huge else ["resnet50"]
        make_models(folder, names)
        for name in names:
            time_onnx(os.path.join(folder, name + ".onnx"), arguments.program, arguments.runs)
    finally:
        if not arguments.models:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
