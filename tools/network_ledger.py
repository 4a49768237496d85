#!/usr/bin/env python3
"""Whole networks predicted from models that never saw their layers' shapes.

    tools/network_ledger.py [--program build/neuralpower] [--shared ../shared] [-o tests/regression/networks.csv]

For each network measured whole on the Xeon 5120 platform: a platform is learned from the single layers and from the layers
of the other networks, without any row whose shape (everything but the batch) occurs in this network; then the network is
predicted at every batch it was measured at. Beside it the error of the sum of its measured layers.
"""
import argparse
import csv
import json
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
COLUMNS = ["network", "method", "training_rows", "batches", "target", "mean_abs_error", "bias", "sum_of_layers_mean_abs_error"]
NETWORKS = {"alexnet": "alexnet.prototxt", "vgg11": "vgg11.prototxt", "vgg16": "vgg16.prototxt"}
WINDOW = ["in_c", "in_h", "in_w", "out_c", "kernel_h", "kernel_w", "stride_h", "stride_w", "pad_h", "pad_w", "out_h", "out_w"]


def shape(row):
    """What makes two rows the same layer at another batch; an activation is the number of its values."""
    if row["layer_type"] in ("relu", "dropout", "fc"):
        size = 1
        for column in ("in_c", "in_h", "in_w"):
            size *= int(float(row[column] or 1))
        return row["layer_type"], size, row["out_c"] if row["layer_type"] == "fc" else ""
    return (row["layer_type"], *(row[column] for column in WINDOW))


def read(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def write(path, columns, rows):
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def run(*command):
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout


def network_rows(program, data, network, method, directory):
    layers, network_layers = read(data / "layers.csv"), read(data / "network_layers.csv")
    own = [row for row in network_layers if row["network"] == network]
    shapes = {shape(row) for row in own}
    training = [row for row in layers + [r for r in network_layers if r["network"] != network] if shape(row) not in shapes]
    columns = list(layers[0])
    write(directory / "training.csv", columns, training)
    write(directory / "own.csv", list(network_layers[0]), own)
    measured = [{**row, "file": str(ROOT / "networks" / NETWORKS[network])} for row in read(data / "networks.csv")
                if row["network"] == network]
    write(directory / "networks.csv", ["network", "file", "run", "device", "software", "dtype", "batch", "runtime_ms",
                                       "power_w", "energy_mj"], measured)
    run(program, "fit", "-q", "--method", method, "-o", directory / "platform.json", directory / "training.csv")
    report = json.loads(run(program, "evaluate", "-q", "--json", "-p", directory / "platform.json", "--networks",
                            directory / "networks.csv", "--layers", directory / "own.csv"))
    for target in ("runtime_ms", "power_w", "energy_mj"):
        cells = [cell for cell in report["networks"] if cell["target"] == target]
        sums = [abs(c["sum_of_layers"] / c["actual"] - 1) for c in cells if c["sum_of_layers"] is not None]
        yield {"network": network, "method": method, "training_rows": len(training), "batches": len(cells), "target": target,
               "mean_abs_error": percent(mean(abs(c["error"]) for c in cells)), "bias": percent(mean(c["error"] for c in cells)),
               "sum_of_layers_mean_abs_error": percent(mean(sums)) if sums else ""}


def mean(values):
    values = list(values)
    return sum(values) / len(values)


def percent(fraction):
    return f"{100 * fraction:.3g}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/neuralpower")
    parser.add_argument("--shared", type=pathlib.Path, default=ROOT / "../shared")
    parser.add_argument("-o", dest="out", type=pathlib.Path, default=ROOT / "tests/regression/networks.csv")
    arguments = parser.parse_args()
    rows = []
    for network in NETWORKS:
        for method in ("paper", "default"):
            with tempfile.TemporaryDirectory() as directory:
                rows += network_rows(arguments.program.resolve(), arguments.shared / "data/getzner_cpu", network, method,
                                     pathlib.Path(directory))
    write(arguments.out, COLUMNS, rows)


if __name__ == "__main__":
    main()
