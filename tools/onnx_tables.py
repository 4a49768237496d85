"""The reference tables of the ONNX tests: how they are written and read. Needs nothing but Python."""

import csv
import glob
import os

ROW_FIELDS = ["kind", "module", "macs", "weights", "bias", "output"]
TOTAL_FIELDS = ["network", "input", "shape", "convs", "fcs", "conv_fc_macs", "conv_fc_weights", "constants", "parameters"]
TOTAL_FILES = ("torchvision.csv", "dynamo.csv")


def shape_text(shape):
    return "x".join(str(d) for d in shape)


def write_rows(path, rows, fields):
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, fields, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_shapes(path, shapes):
    write_rows(path, [{"value": name, "shape": shape_text(dims)} for name, dims in shapes.items()], ["value", "shape"])


def read_input_shapes(folder):
    """The input shapes in the tables of sums: network -> {input: [dims]}."""
    shapes = {}
    for path in glob.glob(os.path.join(folder, "*.csv")):
        if os.path.basename(path) not in TOTAL_FILES:
            continue
        with open(path, newline="") as file:
            for row in csv.DictReader(file):
                shapes[row["network"]] = {row["input"]: [int(d) for d in row["shape"].split("x")]}
    return shapes
