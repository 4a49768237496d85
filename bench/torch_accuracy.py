#!/usr/bin/env python3
"""
How well a platform "PyTorch on this device" predicts torch models that it has not seen: measures the layers of a suite and some
training models, learns a platform, and compares what it says of other models with those models measured whole.

    pip install . torch torchvision
    bench/torch_accuracy.py DIRECTORY [--seconds 170] [--threads 1] [--passes 1]

Measuring stops after so many seconds; the same command goes on where it was, and prints the tables once all is there. No layer
of a test model is learned from, wherever it was measured.
"""
import argparse
import csv
import pathlib
import statistics
import time
import warnings

import torch
import torchvision

import neuralpower
from neuralpower._torch_measure import layer_text, trace_torch

TRAINING = ["mnasnet1_0:1", "googlenet:1", "shufflenet_v2_x1_0:2", "mnasnet1_0:4"]
TEST = ["alexnet:1", "vgg11:1", "resnet18:1", "squeezenet1_1:1", "mobilenet_v2:1", "alexnet:4", "resnet18:4", "squeezenet1_1:4",
        "mobilenet_v2:4", "vgg11:2"]


def make(spec):
    name, batch = spec.split(":")
    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return name, getattr(torchvision.models, name)(weights=None), torch.randn(int(batch), 3, 224, 224)


def measure(directory, threads, passes, end):
    """True once everything is there."""
    def left():
        return max(end - time.monotonic(), 0.001)

    train, test = directory / "train.csv", directory / "test.csv"
    if neuralpower.measure_torch_suite("quick", train, threads=threads, time_budget=left()).left:
        return False
    for path, specs, times in ((train, TRAINING, 1), (test, TEST, passes)):
        for spec in specs:
            name, model, image = make(spec)
            if neuralpower.measure_torch(model, image, path, name=name, threads=threads, passes=times, time_budget=left()).left:
                return False
    return True


def rows_of(path):
    with open(path) as file:
        return list(csv.DictReader(line for line in file if line[0] != "#"))


def learn(directory, unseen):
    """A platform from the rows of other layers than those."""
    kept = directory / "learned.csv"
    with open(directory / "train.csv") as rows:
        kept.write_text("".join(row for row in rows if row.split(",")[0] not in unseen))
    return neuralpower.fit(kept, name="torch-here")


def mape(pairs):
    return statistics.mean(abs(predicted / measured - 1) for predicted, measured in pairs)


def fair_rows(rows, key):
    """Over passes: the median of those without a flag, else of those not contended; else the least, as a fit takes it."""
    groups = {}
    for row in rows:
        if "anchor" not in row["flags"]:
            groups.setdefault(key(row), []).append(row)
    for group in groups.values():
        quiet = [row for row in group if not row["flags"]] or [row for row in group if "contended" not in row["flags"]]
        take = statistics.median if quiet else min
        yield quiet or group, take(float(row["runtime_ms"]) for row in quiet or group)


def report_layers(directory, platform, calls):
    by_kind = {}
    for quiet, measured in fair_rows(rows_of(directory / "test.csv"), lambda row: (row["layer"], row["network"])):
        kind, text = quiet[0]["layer_type"], quiet[0]["layer"]
        by_kind.setdefault(kind, []).append((calls[text], measured))
    print("\n| type | layers | MAPE |\n|---|---|---|")
    for kind, pairs in sorted(by_kind.items()):
        print(f"| {kind} | {len(pairs)} | {mape(pairs):.1%} |")
    print(f"| all | {sum(map(len, by_kind.values()))} | {mape([pair for pairs in by_kind.values() for pair in pairs]):.1%} |")


def report(directory):
    models = {spec: make(spec) for spec in TEST}
    unseen = {layer_text(one.layer) for _, model, image in models.values() for one in trace_torch(model, image).calls}
    platform = learn(directory, unseen)
    rows = fair_rows(rows_of(directory / "test-networks.csv"), lambda row: (row["network"], int(row["batch"])))
    whole = {(fair[0]["network"], int(fair[0]["batch"])): (fair, measured) for fair, measured in rows}
    calls, errors, sums = {}, [], []
    print("| network | batch | predicted, ms | measured, ms | error | sum of its layers, ms | |\n|---|---|---|---|---|---|---|")
    for name, model, image in models.values():
        estimate, (fair, measured) = neuralpower.estimate_torch(model, image, platform), whole[name, image.shape[0]]
        calls.update({one.layer: one.runtime_ms for one in estimate.layers})
        total = statistics.median(float(row["sum_of_layers_ms"]) for row in fair)
        errors.append((estimate.runtime_ms, measured))
        sums.append((total, measured))
        print(f"| {name} | {image.shape[0]} | {estimate.runtime_ms:.2f} | {measured:.2f} | {estimate.runtime_ms / measured - 1:+.1%} "
              f"| {total:.2f} ({total / measured - 1:+.1%}) | {fair[0]['flags'].replace(';', ', ')} |")
    print(f"| MAPE | | | | {mape(errors):.1%} | {mape(sums):.1%} | |")
    report_layers(directory, platform, calls)
    print(platform)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--seconds", type=float, default=170)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--passes", type=int, default=1, help="times that the test models are measured")
    arguments = parser.parse_args()
    arguments.directory.mkdir(exist_ok=True)
    if measure(arguments.directory, arguments.threads, arguments.passes, time.monotonic() + arguments.seconds):
        report(arguments.directory)
    else:
        print("time is up; the same command goes on")


if __name__ == "__main__":
    main()
