#!/usr/bin/env python3
"""The ledgers behind docs/paper.md: the paper's protocol on public data that this program does not ship.

    tools/paper_ledger.py [--program build/neuralpower] [--shared ../shared] [-o tests/regression/paper]

models.csv         Tables 2, 3, 8, 10: models of layers by --method paper, with the authors' features and the text's, and
                   Paleo's errors on the same rows where the device has a sheet
networks.csv       Tables 4 to 6: networks of the Xeon as data/measured-networks.csv quotes them, by models without their shapes
layers.csv         Figures 4 and 5: every layer of VGG-16 there, by the same models
architectures.csv  Figure 1: how many trained architectures have which error and which measured energy (NAS-Bench-201)
"""

import argparse
import csv
import gzip
import json
import math
import pathlib
import tempfile

import accuracy_ledger
import network_ledger
from accuracy_ledger import ROOT, run

TARGETS = ["runtime_ms", "power_w", "energy_mj"]
SHEETS = {
    "tx2-gpu": "jetson_tx2",
    "xeon-5120": "xeon_5120",
    "v100-conv": "v100",
    "v100-fc": "v100",
    "a100-conv": "a100",
    "a100-fc": "a100",
    "titan-x-deepbench": "titan_x",
}
QUOTED_BATCH = {"vgg16": 18}  # of the network whose layers are shown
SHOWN = ("conv", "fc", "maxpool", "relu")


def digits(value, count=4):
    return "" if value is None else f"{value:.{count}g}"


def write(path, rows):
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


# ---- Tables 2, 3, 8, 10 ----


def paleo_errors(program, sheet, path):
    """Type of layer -> RMSPE in percent and RMSE in ms of Paleo on measured rows."""
    report = json.loads(
        run(
            program,
            "evaluate",
            "-q",
            "--json",
            "--method",
            "paleo",
            "--platform",
            ROOT / "sheets" / f"{sheet}.json",
            "--layers",
            path,
        )
    )
    return {cell["type"]: (100 * cell["rmspe"], cell["rmse"]) for cell in report["layers"] if cell["target"] == "runtime_ms"}


def model_rows(program, shared):
    for name, file, keep in accuracy_ledger.SETS:
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / "rows.csv"
            accuracy_ledger.write_subset(shared / "data" / file, keep, path)
            paleo = paleo_errors(program, SHEETS[name], path) if name in SHEETS else {}
            for features in ("authors", "text"):
                card = json.loads(
                    run(
                        program,
                        "fit",
                        "-q",
                        "--method",
                        "paper",
                        "--features",
                        features,
                        "--json",
                        "-o",
                        path.with_suffix(".json"),
                        path,
                    )
                )
                for model in card["models"]:
                    if model["target"] == "energy_mj":
                        continue
                    theirs = paleo.get(model["type"]) if model["target"] == "runtime_ms" else None
                    yield {
                        "data": name,
                        "type": model["type"],
                        "target": model["target"],
                        "features": features,
                        "rows": model["rows"],
                        "degree": model["degree"],
                        "terms": model["terms"],
                        "in_sample_rmspe": digits(100 * model["in_sample_rmspe"]),
                        "in_sample_rmse": digits(model["in_sample_rmse"]),
                        "held_out_rmspe": digits(100 * model["cross_validated_rmspe"]),
                        "held_out_rmse": digits(model["cross_validated_rmse"]),
                        "paleo_rmspe": digits(theirs and theirs[0]),
                        "paleo_rmse": digits(theirs and theirs[1]),
                    }


# ---- Tables 4 to 6, Figures 4 and 5 ----


def quoted_rows(network):
    """(batch, runtime) as text of the runs that data/measured-networks.csv quotes; some batches were measured twice."""
    with open(ROOT / "data/measured-networks.csv", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return {(row["batch"], row["runtime_ms"]) for row in rows if row["file"].endswith(network_ledger.NETWORKS[network])}


def keep_quoted(path, network):
    rows, quoted = network_ledger.read(path), quoted_rows(network)
    rows = [row for row in rows if (row["batch"], row["runtime_ms"]) in quoted]
    assert len(rows) == len(quoted), f"{network}: not all quoted runs are in the data"
    network_ledger.write(path, list(rows[0]), rows)


def network_rows(program, data, network, directory):
    """The quoted runs by each method; the methods' platforms stay in the directory."""
    cells = {}
    for method in ("paper", "default"):
        where = directory / method
        where.mkdir()
        list(network_ledger.network_rows(program, data, network, method, where))
        keep_quoted(where / "networks.csv", network)
        report = json.loads(
            run(
                program,
                "evaluate",
                "-q",
                "--json",
                "-p",
                where / "platform.json",
                "--networks",
                where / "networks.csv",
                "--layers",
                where / "own.csv",
            )
        )
        for cell in report["networks"]:
            cells.setdefault((cell["batch"], TARGETS.index(cell["target"])), {})[method] = cell
    for (batch, target), by in sorted(cells.items()):
        yield {
            "network": network,
            "batch": batch,
            "target": TARGETS[target],
            "paper": digits(by["paper"]["predicted"]),
            "default": digits(by["default"]["predicted"]),
            "sum_of_layers": digits(by["paper"]["sum_of_layers"]),
            "actual": digits(by["paper"]["actual"]),
        }


def layer_rows(program, data, network, directory):
    """Layers in order, each as measured alone and as predicted."""
    batch = QUOTED_BATCH[network]
    measured = [
        row
        for row in network_ledger.read(data / "network_layers.csv")
        if row["network"] == network and int(row["batch"]) == batch
    ]
    measured = [row for row in sorted(measured, key=lambda row: int(row["layer_idx"])) if row["layer_type"] in SHOWN]
    by = {
        method: json.loads(
            run(
                program,
                "predict",
                "-q",
                "--json",
                "--batch",
                batch,
                "-p",
                directory / method / "platform.json",
                ROOT / "networks" / network_ledger.NETWORKS[network],
            )
        )["layers"]
        for method in ("paper", "default")
    }
    predicted = [pair for pair in zip(by["paper"], by["default"]) if pair[0]["type"] in SHOWN]
    assert [row["layer_type"] for row in measured] == [ours["type"] for ours, _ in predicted]
    for row, (ours, better) in zip(measured, predicted):
        yield {
            "network": network,
            "batch": batch,
            "layer": ours["name"],
            "type": row["layer_type"],
            **{
                f"{column}_{unit}": digits(float(value), 3)
                for unit in ("runtime_ms", "power_w")
                for column, value in (("paper", ours[unit]), ("default", better[unit]), ("actual", row[unit]))
            },
        }


# ---- Figure 1 ----

STEP = 10**0.05  # of energy, from one cell to the next


def architecture_rows(shared):
    """Counts over classes of one point of error and cells of energy, with each class's extremes."""
    with gzip.open(shared / "data/hw_nas_bench_360/networks.csv.gz", "rt", newline="") as file:
        rows = [
            (100 - float(row["accuracy"]), float(row["energy_mj"]))
            for row in csv.DictReader(file)
            if row["device"] == "pi5" and row["task"] == "cifar100" and row["software"] == "torchmobile"
        ]
    cells = {}
    for error, energy in rows:
        key = math.floor(error), math.floor(math.log(energy) / math.log(STEP))
        count, least, most = cells.get(key, (0, math.inf, 0))
        cells[key] = count + 1, min(least, energy), max(most, energy)
    for (error, step), (count, least, most) in sorted(cells.items()):
        yield {
            "error_percent": error,
            "energy_step": step,
            "architectures": count,
            "least_mj": digits(least),
            "most_mj": digits(most),
        }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/neuralpower")
    parser.add_argument("--shared", type=pathlib.Path, default=ROOT / "../shared")
    parser.add_argument("-o", dest="out", type=pathlib.Path, default=ROOT / "tests/regression/paper")
    arguments = parser.parse_args()
    program, out = arguments.program.resolve(), arguments.out
    out.mkdir(exist_ok=True)
    write(out / "models.csv", list(model_rows(program, arguments.shared)))
    write(out / "architectures.csv", list(architecture_rows(arguments.shared)))
    networks, layers = [], []
    for network in network_ledger.NETWORKS:
        with tempfile.TemporaryDirectory() as directory:
            data = arguments.shared / "data/getzner_cpu"
            networks += network_rows(program, data, network, pathlib.Path(directory))
            if network in QUOTED_BATCH:
                layers += layer_rows(program, data, network, pathlib.Path(directory))
    write(out / "networks.csv", networks)
    write(out / "layers.csv", layers)


if __name__ == "__main__":
    main()
