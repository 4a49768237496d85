#!/usr/bin/env python3
"""The Lasso solver beside R's cv.glmnet and scikit-learn's LassoCV: the same designs, folds and 100 lambdas, one core,
processor time (so that other work on the machine counts little).

    ninja -C build bench/lasso_bench
    bench/fit_vs_peers.py --claims [--program build/bench/lasso_bench] [--rounds 3] [--most-columns 972]
    bench/fit_vs_peers.py [--peers glmnet,glmnet-all,sklearn] [--rows FACTOR] [--certify]
    bench/fit_vs_peers.py --growth

The workload is the selection of a platform's models: 3 layer types x 2 targets x degrees 1 to 3 = 18 problems of 5 to
972 columns over 858, 216 and 116 rows (the paper's numbers of samples), on random layers whose runtime and power follow a
roofline with noise. --rows multiplies the rows, --growth shows how time and memory grow with them, and --claims does what
docs/method.md quotes: the workload, the same with 20,000 rows of conv, and the growth. --most-columns keeps peers from
larger problems, which take them minutes each with many rows; ratios are of the problems that a peer solved.

A peer that is not installed is left out. Peers run at their defaults: they stop before they have converged, so their models
differ. Ours has the products of all degrees ready when the first of a file is solved: their time is in that line.
"""

import argparse
import itertools
import os
import statistics
import subprocess
import sys
import tempfile

import numpy as np

BENCH = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(BENCH)
ONE_CORE = {**os.environ, **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")}


def conv(rng, n):
    batch = rng.choice([1, 2, 4, 8, 16, 32, 64, 128], n)
    side = rng.choice([7, 8, 13, 14, 16, 27, 28, 32, 56, 112, 224], n)
    kernel = rng.choice([1, 3, 5, 7, 11], n, p=[.25, .45, .15, .1, .05])
    c_in = rng.choice([3, 16, 32, 64, 96, 128, 192, 256, 384, 512], n)
    c_out = rng.choice([16, 32, 64, 96, 128, 192, 256, 384, 512], n)
    stride = rng.choice([1, 2], n, p=[.75, .25])
    pad = kernel // 2 + 1
    out = np.maximum(side // stride, 1)
    macs = 1.0 * batch * out * out * kernel * kernel * c_in * c_out
    moved = 1.0 * batch * (side * side * c_in + out * out * c_out) + kernel * kernel * c_in * c_out
    special = [macs, 1.0 * batch * out * out * kernel * kernel * c_in, 1.0 * batch * out * out * c_out,
               1.0 * batch * side * side * c_in]
    return [batch, side, c_in, c_out, kernel, stride, pad, out], special, macs, moved


def pool(rng, n):
    batch = rng.choice([1, 2, 4, 8, 16, 32, 64, 128], n)
    kernel = rng.choice([2, 3, 4, 5], n)
    stride = rng.choice([1, 2, 3], n)
    side = rng.choice([8, 13, 14, 27, 28, 55, 56, 112], n)
    channels = rng.choice([16, 32, 64, 96, 128, 192, 256, 512], n)
    out = side // stride
    work = 1.0 * batch * out * out * channels * kernel * kernel
    moved = 1.0 * batch * channels * (side * side + out * out)
    return [batch, side, channels, kernel, stride, out], [work, 1.0 * batch * side * side * channels,
                                                          1.0 * batch * out * out * channels], work, moved


def fc(rng, n):
    batch = rng.choice([1, 2, 4, 8, 16, 32, 64, 128], n)
    c_in = rng.integers(16, 9216, n)
    c_out = rng.integers(10, 4097, n)
    macs = 1.0 * batch * c_in * c_out
    return [batch, c_in, c_out], [macs, 1.0 * c_in * c_out], macs, 1.0 * c_in * c_out + batch * (c_in + c_out)


def write_design(path, special, base, target, fold):
    """The columns as lists of features: the special ones, then the products of one, two and three base features."""
    factors = [(len(base) + i,) for i in range(len(special))]
    count = []
    for degree in (1, 2, 3):
        factors += itertools.combinations_with_replacement(range(len(base)), degree)
        count.append(len(factors))
    features = np.stack(base + special, 1).astype(float)
    with open(path, "wb") as file:
        np.array([len(target), features.shape[1], len(factors), len(count)] + count, np.int32).tofile(file)
        np.array([(f + (-1, -1))[:3] for f in factors], np.int32).tofile(file)
        target.astype(float).tofile(file)
        fold.astype(np.int32).tofile(file)
        np.ascontiguousarray(features).tofile(file)


def make_workload(folder, factor):
    rng = np.random.default_rng(1)
    paths = []
    for name, make, rows in (("conv", conv, 858), ("pool", pool, 216), ("fc", fc, 116)):
        n = int(rows * factor)
        base, special, work, moved = make(rng, n)
        base = [b.astype(float) for b in base]
        fold = rng.permutation(n) % 10
        runtime = (.02 + np.maximum(work / 2e9, moved / 5e7)) * np.exp(.1 * rng.standard_normal(n))
        power = (60 + 180 * (1 - np.exp(-work / moved / 50)) * (work / (work + 1e8))) * np.exp(.04 * rng.standard_normal(n))
        # power models have the logarithms beside the sizes: 16 features for conv, 12 for pool, 6 for fc
        for target, values, features in (("runtime", runtime, base), ("power", power, base + [np.log2(b) for b in base])):
            paths.append(os.path.join(folder, "%s.%s.bin" % (name, target)))
            write_design(paths[-1], special, features, values, fold)
    return paths


def run_program(command):
    """Lines "file columns ms rmse terms [gap]" -> {(file, columns): [numbers]}, and the peak memory in MB."""
    out = subprocess.run(command, check=True, env=ONE_CORE, stdout=subprocess.PIPE, text=True).stdout
    result, memory = {}, 0
    for words in map(str.split, out.splitlines()):
        if words[0] == "peak_mb":
            memory = float(words[1])
        else:
            name = os.path.basename(words[0])[:-4]
            result[name, int(words[1])] = [float(w) for w in words[2:] if w != "unsettled"]
            if "unsettled" in words:
                print("not optimal:", name, words[1])
    return result, memory


def command_of(name, options, certify=False):
    if name == "ours":
        return [options.program] + (["--certify"] if certify else [])
    most = str(options.most_columns)
    if name == "sklearn":
        return [sys.executable, os.path.join(BENCH, "fit_vs_peers_sklearn.py"), most]
    return ["Rscript", os.path.join(BENCH, "fit_vs_peers.R"), "all" if name == "glmnet-all" else "default", most]


def run_rounds(options, paths):
    """Tools take turns, so that a slow spell of the machine meets all of them -> {tool: [results]}, {tool: least peak}."""
    runs, memory, absent = {}, {}, set()
    for round_number in range(options.rounds):
        for name in ["ours"] + options.peers:
            once = name == "sklearn" or options.rows > 4  # minutes per round
            if name in absent or (name != "ours" and once and round_number):
                continue
            try:
                result, peak = run_program(command_of(name, options, options.certify and not round_number) + paths)
            except (OSError, subprocess.CalledProcessError) as error:
                print("%s left out: %s" % (name, error))
                absent.add(name)
                continue
            memory[name] = min(memory.get(name, peak), peak)  # certifying, in the first round, takes more than fitting
            runs.setdefault(name, []).append(result)
    return runs, memory


def median_of(runs, problem):
    return statistics.median(run[problem][0] for run in runs)


def total(runs, problems):
    return sum(median_of(runs, p) for p in problems)


def print_problems(runs, problems):
    print("%-16s %5s" % ("problem", "p") + "".join("%26s" % t for t in runs))
    print("%-16s %5s" % ("", "") + "%26s" % "ms / CV RMSE / terms" * len(runs))
    for problem in problems:
        cells = ["%11.1f %9.4g %4d" % (median_of(r, problem), *r[0][problem][1:3]) if problem in r[0] else "not run"
                 for r in runs.values()]
        print("%-16s %5d" % problem + "".join("%26s" % c for c in cells))


def compare(options, factor):
    options.rows = factor
    with tempfile.TemporaryDirectory() as folder:
        runs, memory = run_rounds(options, make_workload(folder, factor))
    problems = list(runs["ours"][0])
    rows = "/".join(str(int(n * factor)) for n in (858, 216, 116))
    print("%s rows; processor ms, medians of rounds; rounds: %s" %
          (rows, ", ".join("%s %d" % (t, len(r)) for t, r in runs.items())))
    print_problems(runs, problems)
    for name, run in runs.items():
        solved = [p for p in problems if p in run[0]]
        ours, its = total(runs["ours"], solved), total(run, solved)
        print("%-12s %2d of %d problems: %9.0f ms, ours %7.0f ms, ratio %6.1f; peak memory %4.0f MB" %
              (name, len(solved), len(problems), its, ours, its / ours, memory[name]))
    if options.certify:
        print("worst relative duality gap, all lambdas and folds: %.1e" % max(r[3] for r in runs["ours"][0].values()))


def growth(options):
    print("    rows; conv runtime (168 columns), conv power (972 columns), degrees 1 to 3: processor ms, medians; peak MB")
    took = {}
    for rows in (858, 3125, 6250, 12500, 25000, 50000, 100000):
        with tempfile.TemporaryDirectory() as folder:
            print("%8d" % rows, end="")
            for path in [p for p in make_workload(folder, rows / 858) if "conv" in p]:
                runs = [run_program(command_of("ours", options) + [path]) for _ in range(options.rounds)]
                ms = total([r for r, _ in runs], runs[0][0])
                took.setdefault(os.path.basename(path), []).append(ms)
                print(" %9.1f %5.0f" % (ms, min(peak for _, peak in runs)), end="")
            print(flush=True)
    print("8 times the rows, 12500 to 100000: " + ", ".join("%.1f" % (t[-1] / t[-4]) for t in took.values()) + " times as long")


def claims(options):
    peers = options.peers
    options.peers = [p for p in peers if p in ("glmnet", "sklearn")]
    print("== The workload. Claimed: cv.glmnet takes 15 times as long at least, LassoCV 150 times; under 100 MB")
    compare(options, 1)
    options.peers = [p for p in peers if p == "glmnet"]
    print("\n== Many rows. Claimed: cv.glmnet takes 150 times as long at least; under 100 MB", flush=True)
    compare(options, 20000 / 858)
    print("\n== Growth. Claimed: linear in the rows up to 100,000; under 100 MB", flush=True)
    growth(options)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=os.path.join(ROOT, "build/bench/lasso_bench"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", default="glmnet,glmnet-all,sklearn")
    parser.add_argument("--rows", type=float, default=1)
    parser.add_argument("--certify", action="store_true")
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--claims", action="store_true")
    parser.add_argument("--most-columns", type=int, default=972)
    options = parser.parse_args()
    options.peers = [p for p in options.peers.split(",") if p]
    if options.claims:
        claims(options)
    elif options.growth:
        growth(options)
    else:
        compare(options, options.rows)


if __name__ == "__main__":
    sys.exit(main())
