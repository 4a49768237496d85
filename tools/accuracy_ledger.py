#!/usr/bin/env python3
"""The accuracy ledger: every public set of measured layers, both methods, runtime, power and energy, in-sample and held-out.

    tools/accuracy_ledger.py [--program build/neuralpower] [--shared ../shared] [--trees] [-o tests/regression/accuracy.csv]

Held-out figures are of ten-fold cross-validation with seed 1: for `default` everything, choices included, is learned again
without each fold; for `paper` lambda and degree are those that the folds prefer, as in the paper. Coverage is the share of
held-out rows within 90 % intervals that were calibrated on the others. Energy is the product of runtime and power. --trees also computes
scikit-learn's gradient boosted trees (log target, the same rows and folds, the features and terms of degree 1) and needs
numpy and scikit-learn; without it the rows of trees are kept as they stand in the ledger.
"""
import argparse
import csv
import gzip
import io
import json
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
COLUMNS = ["data", "type", "target", "method", "rows", "terms", "in_sample_rmspe", "held_out_rmspe", "held_out_mape", "coverage"]


TARGETS = ["runtime_ms", "power_w", "energy_mj"]


def has(**wanted):
    """A filter on rows: every column contains its text."""
    return lambda row: all(text in row.get(column, "") for column, text in wanted.items())


# name, file, which rows
SETS = [
    ("tx2-gpu", "tx2_conv/layers.csv", has(device="GPU")),
    ("tx2-cpu", "tx2_conv/layers.csv", has(device="CPU")),
    ("jetson", "neurstruc_jetson/layers.csv", has()),
    ("xeon-5120", "getzner_cpu/layers.csv", has()),
    ("raptorlake", "willowec_cpu/layers.csv", has(device="Raptor")),
    ("broadwell", "willowec_cpu/layers.csv", has(device="Broadwell")),
    ("v100-conv", "neusight/conv_layers.csv.gz", has(device="V100")),
    ("a100-conv", "neusight/conv_layers.csv.gz", has(device="A100")),
    ("v100-fc", "neusight/fc_layers.csv.gz", has(device="V100")),
    ("a100-fc", "neusight/fc_layers.csv.gz", has(device="A100")),
    ("titan-x-deepbench", "deepbench/conv_layers.csv", has(device="Maxwell", dtype="fp32", mode="train")),
]


def write_subset(source, keep, path):
    opener = gzip.open if source.suffix == ".gz" else open
    with opener(source, "rt", newline="") as file:
        reader = csv.DictReader(line for line in file if not line.startswith("#"))
        rows = [row for row in reader if keep(row)]
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, reader.fieldnames, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def run(*command):
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout


def percent(fraction):
    return f"{100 * fraction:.4g}"


def fit_rows(program, name, path, method):
    card = json.loads(run(program, "fit", "-q", "--method", method, "--json", "-o", path.with_suffix(".json"), path))
    for model in card["models"]:
        yield {"data": name, "type": model["type"], "target": model["target"], "method": method, "rows": model["rows"],
               "terms": "" if model["target"] == "energy_mj" else model["terms"], "in_sample_rmspe": percent(model["in_sample_rmspe"]),
               "coverage": percent(model["interval_coverage"]) if model["interval_coverage"] else "",
               "held_out_rmspe": percent(model["cross_validated_rmspe"]),
               "held_out_mape": percent(model["cross_validated_mape"])}


def tree_row(program, path, row):
    import numpy
    from sklearn.ensemble import HistGradientBoostingRegressor
    design = run(program, "features", path, "--type", row["type"], "--target", row["target"], "--degree", 1)
    table = numpy.loadtxt(io.StringIO(design), delimiter=",", skiprows=1)
    fold, actual, terms = table[:, 2].astype(int), table[:, 3], table[:, 4:]
    predicted = numpy.empty_like(actual)
    for k in range(10):
        model = HistGradientBoostingRegressor(max_iter=300, learning_rate=0.06, random_state=0)
        model.fit(terms[fold != k], numpy.log(actual[fold != k]))
        predicted[fold == k] = numpy.exp(model.predict(terms[fold == k]))
    error = predicted / actual - 1
    return {**row, "method": "trees", "terms": "", "in_sample_rmspe": "",
            "held_out_rmspe": percent(float(numpy.sqrt(numpy.mean(error ** 2)))),
            "held_out_mape": percent(float(numpy.mean(abs(error))))}


def old_trees(path):
    if not path.exists():
        return []
    with open(path, newline="") as file:
        return [row for row in csv.DictReader(file) if row["method"] == "trees"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/neuralpower")
    parser.add_argument("--shared", type=pathlib.Path, default=ROOT / "../shared")
    parser.add_argument("--trees", action="store_true")
    parser.add_argument("-o", dest="out", type=pathlib.Path, default=ROOT / "tests/regression/accuracy.csv")
    parser.add_argument("--trees-from", type=pathlib.Path, default=ROOT / "tests/regression/accuracy.csv")
    arguments = parser.parse_args()
    rows, trees = [], [] if arguments.trees else old_trees(arguments.trees_from)
    with tempfile.TemporaryDirectory() as directory:
        for name, file, keep in SETS:
            path = pathlib.Path(directory) / f"{name}.csv"
            write_subset(arguments.shared / "data" / file, keep, path)
            for method in ("paper", "default"):
                rows += fit_rows(arguments.program.resolve(), name, path, method)
            if arguments.trees:
                trees += [tree_row(arguments.program.resolve(), path, row)
                          for row in rows if row["data"] == name and row["method"] == "paper" and row["target"] != "energy_mj"]
    rows += trees
    order = [name for name, _, _ in SETS]
    rows.sort(key=lambda row: (order.index(row["data"]), row["type"], TARGETS.index(row["target"]),
                               ["paper", "default", "trees"].index(row["method"])))
    with open(arguments.out, "w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
