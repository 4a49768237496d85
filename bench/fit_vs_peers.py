#!/usr/bin/env python3
"""The Lasso solver beside R's cv.glmnet and scikit-learn's LassoCV: the same designs, folds and 100 lambdas, one core,
processor time (so that other work on the machine counts little).

    ninja -C build bench/lasso_bench
    bench/fit_vs_peers.py [--program build/bench/lasso_bench] [--rounds 3] [--peers glmnet,glmnet-all,sklearn] [--rows FACTOR]
                          [--certify] [--growth]

The workload is the selection of a platform's models: 3 layer types x 2 targets x degrees 1 to 3 = 18 problems of 5 to
972 columns over 858, 216 and 116 rows (the paper's numbers of samples), on random layers whose runtime and power follow a
roofline with noise. --rows multiplies the rows, --growth shows how time grows with them. A peer that is not installed is
left out. Peers run at their defaults: they stop before they have converged, so their models differ.
"""

import argparse
import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
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
    """Lines "file columns ms rmse terms [gap]" -> {(file, columns): [numbers]}, and what else was said."""
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


def read_design(path):
    with open(path, "rb") as file:
        rows, features, columns, degrees = np.fromfile(file, np.int32, 4)
        count = np.fromfile(file, np.int32, degrees)
        factors = np.fromfile(file, np.int32, 3 * columns).reshape(columns, 3)
        target = np.fromfile(file, float, rows)
        fold = np.fromfile(file, np.int32, rows)
        values = np.fromfile(file, float, rows * features).reshape(rows, features)
    x = np.stack([values[:, f[f >= 0]].prod(1) for f in factors], 1)
    return x, target, fold, count


def run_sklearn(paths):
    import warnings
    from sklearn.linear_model import LassoCV
    warnings.filterwarnings("ignore")
    result = {}
    for path in paths:
        x, y, fold, count = read_design(path)
        folds = [(np.flatnonzero(fold != f), np.flatnonzero(fold == f)) for f in range(10)]
        for columns in count:
            start = time.process_time()
            part = x[:, :columns]
            spread = part.std(0)
            part = (part - part.mean(0)) / np.where(spread > 0, spread, 1)
            model = LassoCV(eps=1e-4, n_alphas=100, cv=folds).fit(part, y)
            ms = 1e3 * (time.process_time() - start)
            rmse = model.mse_path_.mean(1).min() ** .5
            result[os.path.basename(path)[:-4], int(columns)] = [ms, rmse, np.count_nonzero(model.coef_)]
    return result, 0


def run_tool(name, options, paths, certify=False):
    if name == "ours":
        return run_program([options.program] + (["--certify"] if certify else []) + paths)
    if name == "sklearn":
        return run_sklearn(paths)
    mode = "all" if name == "glmnet-all" else "default"
    return run_program(["Rscript", os.path.join(ROOT, "bench/fit_vs_peers.R"), mode] + paths)


def median_of(runs, problem):
    return statistics.median(run[problem][0] for run in runs)


def compare(options, paths):
    tools, runs, memory = ["ours"] + options.peers, {}, float("inf")
    for round_number in range(options.rounds):
        for name in tools:
            if name == "sklearn" and round_number:
                continue  # minutes per round
            try:
                result, peak = run_tool(name, options, paths, options.certify and not round_number)
            except (OSError, subprocess.CalledProcessError, ImportError) as error:
                print("%s left out: %s" % (name, error))
                tools = [t for t in tools if t != name]
                continue
            memory = min(memory, peak or memory)  # certifying, in the first round, takes more than fitting
            runs.setdefault(name, []).append(result)
    problems = list(runs["ours"][0])
    print("%-16s %5s" % ("problem", "p") + "".join("%24s" % t for t in tools))
    print("%-16s %5s" % ("", "") + "%24s" % "ms / CV RMSE / terms" * len(tools))
    for problem in problems:
        cells = ["%9.1f %9.4g %4d" % (median_of(runs[t], problem), *runs[t][0][problem][1:3]) for t in tools]
        print("%-16s %5d" % problem + "".join("%24s" % c for c in cells))
    total = {t: sum(median_of(runs[t], p) for p in problems) for t in tools}
    print("%-22s" % "all, ms" + "".join("%24.0f" % total[t] for t in tools))
    print("%-22s" % "times ours" + "".join("%23.1fx" % (total[t] / total["ours"]) for t in tools))
    print("peak memory of ours: %.0f MB" % memory)
    if options.certify:
        print("worst relative duality gap, all lambdas and folds: %.1e" % max(r[3] for r in runs["ours"][0].values()))


def growth(options):
    print("    rows  conv runtime (168 columns), conv power (972 columns), degrees 1 to 3: ms; peak MB")
    for factor in (1, 4, 16, 64, 117):
        with tempfile.TemporaryDirectory() as folder:
            print("%8d" % int(858 * factor), end="")
            for path in [p for p in make_workload(folder, factor) if "conv" in p]:
                runs = [run_tool("ours", options, [path]) for _ in range(options.rounds)]
                print(" %9.1f %5.0f" % (sum(median_of([r for r, _ in runs], p) for p in runs[0][0]), runs[0][1]), end="")
            print(flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=os.path.join(ROOT, "build/bench/lasso_bench"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", default="glmnet,glmnet-all,sklearn")
    parser.add_argument("--rows", type=float, default=1)
    parser.add_argument("--certify", action="store_true")
    parser.add_argument("--growth", action="store_true")
    options = parser.parse_args()
    options.peers = [p for p in options.peers.split(",") if p]
    if options.growth:
        return growth(options)
    with tempfile.TemporaryDirectory() as folder:
        compare(options, make_workload(folder, options.rows))


if __name__ == "__main__":
    sys.exit(main())
