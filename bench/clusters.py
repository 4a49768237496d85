#!/usr/bin/env python3
"""
Scores the same networks in one process, on Apache Spark and on Ray Data, each with two workers on this machine, by the programs
of examples/ as they are; once more each with a worker killed (SIGKILL) while it scores. Fails unless every run has every
network once, with the same scores to the last bit.

    bench/clusters.py [--networks 1000000] [--program build/neuralpower] [--only one,spark,spark-kill,ray,ray-kill] [--keep DIR]

Wants pyarrow, pyspark (and Java 17) and ray[data] beside neuralpower in the Python that runs it. Times are of whole runs, start
and end of the cluster included; processor time is that of all processes of a run, looked at twice a second.
"""
import argparse
import hashlib
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

import pyarrow.compute
import pyarrow.parquet

ROOT = pathlib.Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"

# How each is started; what the command line of a process that scores has in it, and of the one above it that is killed.
RUNS = {
    "one": (["arrow_search.py"], "arrow_search.py", None),
    "spark": (["spark_search.py", "--master", "local-cluster[2,1,1024]"], "pyspark.daemon", "CoarseGrainedExecutorBackend"),
    "ray": (["ray_search.py", "--cpus", "2"], "MapBatches(score)", "MapBatches(score)"),
}
# Ray gives way to all others by default: on a busy machine its workers would hardly begin, and it would start more of them.
SETTINGS = {"RAY_worker_niceness": "0"}


def make_networks(program, count, folder, rows):
    sample = subprocess.Popen([program, "sample", "-q", "--space", "cifar10", "--count", str(count), "--lines"],
                              stdout=subprocess.PIPE)
    subprocess.run([sys.executable, EXAMPLES / "networks_to_parquet.py", folder, "--rows", str(rows)], stdin=sample.stdout,
                   check=True, stdout=subprocess.DEVNULL)
    if sample.wait():
        sys.exit("neuralpower sample failed")


# ---- processes

def processes():
    """Parent, processor seconds and command line of each process of this machine, by number."""
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text().rpartition(")")[2].split()
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue  # it has ended
        ticks = os.sysconf("SC_CLK_TCK")
        found[int(entry.name)] = (int(stat[1]), (int(stat[11]) + int(stat[12])) / ticks, line)
    return found


def below(root, table):
    """The processes that `root` started, and those they started."""
    wanted, size = {root}, 0
    while size != len(wanted):
        size = len(wanted)
        wanted |= {number for number, (parent, _, _) in table.items() if parent in wanted}
    return wanted - {root}


class Watch:
    """Follows a run to its end: the processor seconds of all it starts, and the worker that is killed on the way."""

    def __init__(self, process, scores, kills, after_seconds):
        self.process, self.scores, self.kills, self.after_seconds = process, scores, kills, after_seconds
        self.seconds = {}
        self.killed = None

    def look(self):
        table = processes()
        tree = below(self.process.pid, table) | {self.process.pid} & table.keys()
        self.seconds.update({number: table[number][1] for number in tree})
        busy = {number: table[number][1] for number in tree if self.scores in table[number][2]}
        if self.kills and not self.killed and sum(busy.values()) > self.after_seconds:
            worker = max(busy, key=busy.get)
            while worker in tree and self.kills not in table[worker][2]:
                worker = table[worker][0]
            if worker in tree:
                os.kill(worker, signal.SIGKILL)
                self.killed = worker

    def to_the_end(self):
        while self.process.poll() is None:
            self.look()
            time.sleep(0.5)
        if self.kills and not self.killed:
            sys.exit("the run was over before a worker could be killed")
        return self.process.returncode


# ---- runs

def digest(folder):
    """How many rows and ids there are, and a hash of all scores in the order of the ids."""
    table = pyarrow.parquet.read_table(folder).sort_by("id").combine_chunks()
    total = hashlib.sha256()
    for name in table.column_names:
        column = table.column(name)
        total.update(name.encode() + str(column.null_count).encode())
        if name == "error":
            total.update("\n".join(text or "" for text in column.to_pylist()).encode())
        else:
            total.update(pyarrow.compute.is_valid(column).to_numpy().tobytes())
            total.update(pyarrow.compute.fill_null(column, 0).to_numpy().tobytes())
    return table.num_rows, pyarrow.compute.count_distinct(table.column("id")).as_py(), total.hexdigest()


def run(name, networks, scores, log, kill_after):
    """Seconds, processor seconds, and the worker that was killed."""
    words, busy, kills = RUNS[name.removesuffix("-kill")]
    begin = time.monotonic()
    with open(log, "w") as output:
        process = subprocess.Popen([sys.executable, EXAMPLES / words[0], networks, scores, *words[1:]], stdout=output,
                                   stderr=output, start_new_session=True, env={**os.environ, **SETTINGS})
        watch = Watch(process, busy, kills if name.endswith("-kill") else None, kill_after)
        try:
            status = watch.to_the_end()
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
    if status:
        sys.exit(f"{name}: failed\n{pathlib.Path(log).read_text()[-4000:]}")
    return time.monotonic() - begin, sum(watch.seconds.values()), watch.killed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", type=int, default=1000000)
    parser.add_argument("--rows", type=int, default=12500, help="in each file (%(default)s)")
    parser.add_argument("--program", default=ROOT / "build/neuralpower")
    parser.add_argument("--only", default="one,spark,spark-kill,ray,ray-kill", help="runs, the first being what the others are held to")
    parser.add_argument("--kill-after", type=float, default=20, help="processor seconds of what scores (%(default)s)")
    parser.add_argument("--keep", help="a folder for networks, scores and logs, used again; else a temporary one")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(args.keep or temporary)
        networks = folder / f"networks-{args.networks}"
        if not networks.exists():
            make_networks(args.program, args.networks, networks, args.rows)
        first, bad = None, False
        for name in args.only.split(","):
            scores = folder / f"scores-{name}"
            wall, processor, killed = run(name, networks, scores, folder / f"{name}.log", args.kill_after)
            rows, ids, found = digest(scores)
            first = first or found
            good = rows == ids == args.networks and found == first
            bad |= not good
            print(f"{name:10} {rows} rows, {ids} ids, {found[:16]}, {wall:.1f} s, {1e6 * wall / args.networks:.1f} us each, "
                  f"{processor:.1f} s of processors{f', worker {killed} killed' if killed else ''}"
                  f"{'' if good else ': NOT THE SAME'}", flush=True)
    sys.exit(bad)


if __name__ == "__main__":
    main()
