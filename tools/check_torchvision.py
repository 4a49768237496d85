#!/usr/bin/env python3
"""Exports torchvision's models one by one and compares what `neuralpower inspect` says with forward hooks.

    check_torchvision.py [--program build/neuralpower] [--opset N] [--open] [--dynamo] [MODEL...]

Not part of the tests: all models take an hour. For each model: the MACs of convolutions and of linear modules, in order,
the output shape of every convolution, and whether every layer is of a known kind. --open leaves the batch open, --dynamo
uses the torch.export-based exporter of a current PyTorch. Exit status 1 when a model differs.
"""

import argparse
import contextlib
import io
import json
import logging
import os
import subprocess
import sys
import tempfile
import traceback
import warnings

import torch
import torchvision

import onnx_reference as ref

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VIDEO = ("mc3", "mvit", "r2plus1d", "r3d", "s3d")
SEGMENTATION = ("deeplab", "fcn", "lraspp")
DETECTION = ("fasterrcnn", "fcos", "keypointrcnn", "maskrcnn", "retinanet", "ssd")
TOO_LARGE = ("regnet_y_128gf", "vit_h_14")  # beyond the 2 GB of one protocol buffer message
SIZES = {"inception_v3": 299, "vit_h_14": 518, "efficientnet_b7": 600}


class FirstOutput(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, value):
        return self.model(value)["out"]


def is_of(name, families):
    return name.startswith(families)


def names_of_all():
    skipped = ("quantized", "raft")
    return [n for n in torchvision.models.list_models() if not n.startswith(skipped) and n not in TOO_LARGE]


def build(name):
    arguments = {"weights_backbone": None} if is_of(name, SEGMENTATION + DETECTION) else {}
    torch.manual_seed(1)
    model = torchvision.models.get_model(name, weights=None, **arguments).eval()
    return FirstOutput(model).eval() if is_of(name, SEGMENTATION) else model


def example(name, batch):
    if is_of(name, VIDEO):
        size = 224 if name.startswith(("mvit", "s3d")) else 112
        return torch.zeros(batch, 3, 16, size, size)
    if is_of(name, DETECTION):
        return torch.rand(batch, 3, 320, 320)
    size = SIZES.get(name, 224)
    return torch.zeros(batch, 3, size, size)


def export(model, value, path, arguments):
    options = {"input_names": ["input"]}
    if arguments.dynamo:
        shapes = ({0: torch.export.Dim("batch", min=2, max=64)},) if arguments.open else None
        torch.onnx.export(model, (value,), path, dynamo=True, dynamic_shapes=shapes, verbose=False,
                          opset_version=arguments.opset, **options)
    else:
        axes = {"input": {0: "batch"}} if arguments.open else None
        torch.onnx.export(model, (value,), path, opset_version=arguments.opset, dynamic_axes=axes, **options)


def inspect(path, value, arguments):
    shape = "input:" + "x".join(str(d) for d in value.shape)
    command = [arguments.program, "inspect", "--json", path] + (["--shape", shape] if arguments.open else [])
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        raise RuntimeError("inspect: " + result.stderr.strip())
    return json.loads(result.stdout)


def rows_of(report, kinds):
    return [("x".join(str(d) for d in layer["output"]), layer["macs"]) for layer in report["layers"] if layer["type"] in kinds]


def is_subsequence(rows, all_rows):
    remaining = iter(all_rows)
    return all(row in remaining for row in rows)


def differences(name, hooks, report):
    """Convolutions must be equal; linear modules must be there in order (attention calls others without modules)."""
    found = []
    convs = [(row["output"], row["macs"]) for row in hooks if row["kind"] != "fc"]
    ours = rows_of(report, ("conv", "deconv"))
    if is_of(name, DETECTION):  # the heads run on as many boxes as the data give
        convs, ours = convs[:40], ours[:40]
    if convs != ours:
        at = next((i for i, (a, b) in enumerate(zip(convs, ours)) if a != b), min(len(convs), len(ours)))
        found.append("%d convolutions, hooks saw %d; first difference at %d: %s, hooks saw %s" % (
            len(ours), len(convs), at, ours[at:at + 1], convs[at:at + 1]))
    linear = [row["macs"] for row in hooks if row["kind"] == "fc"]
    products = [macs for _, macs in rows_of(report, ("fc",))]
    attention = any(word in name for word in ("vit", "swin"))
    if not is_of(name, DETECTION) and not (is_subsequence(linear, products) if attention else linear == products):
        found.append("fc MACs %s, hooks saw %s" % (products[:5], linear[:5]))
    if is_of(name, DETECTION):  # how many boxes there are hangs on the values: some layers are `other`, and warned of
        return found
    others = sorted({layer["name"] for layer in report["layers"] if layer["type"] == "other"})
    if others:
        found.append("%d layers of unknown kind: %s" % (len(others), ", ".join(others[:5])))
    return found + ["warning: " + w for w in report["warnings"][:3]]


def check(name, arguments, folder):
    model = build(name)
    value = example(name, 2 if arguments.open and arguments.dynamo else 1)
    hooks = ref.count_layers(model, ([value[0]],) if is_of(name, DETECTION) else (value,))
    path = os.path.join(folder, name + ".onnx")
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            export(model, [value[0]] if is_of(name, DETECTION) else value, path, arguments)
    except Exception as error:
        return ["not exported: " + str(error).strip().split("\n")[0][:200]], None
    report = inspect(path, value, arguments)
    return differences(name, hooks, report), report


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=os.path.join(ROOT, "build/neuralpower"))
    parser.add_argument("--opset", type=int)
    parser.add_argument("--open", action="store_true")
    parser.add_argument("--dynamo", action="store_true")
    parser.add_argument("names", nargs="*", metavar="MODEL")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    torch.set_num_threads(1)
    failures = 0
    for name in arguments.names or names_of_all():
        with tempfile.TemporaryDirectory() as folder:
            try:
                found, report = check(name, arguments, folder)
            except Exception:
                found, report = [traceback.format_exc(limit=-1).strip().split("\n")[-1]], None
        failures += bool(found)
        sums = "%5d layers %14d MACs" % (report["totals"]["layers"], report["totals"]["macs"]) if report else ""
        print("%-36s %s %s" % (name, "ok  " if not found else "DIFF", sums), flush=True)
        for text in found:
            print("    " + text, flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
