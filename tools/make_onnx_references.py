#!/usr/bin/env python3
"""Exports torchvision models to ONNX, stored without their weights, and counts their layers by forward hooks.

For Debian 12's python3-torch, python3-torchvision and python3-onnx (1.13, 0.14, 1.12). Writes

  tests/data/onnx/NAME.onnx           the graph; constants above 64 bytes (integers: 1 KB) in a file that is not there
  tests/reference/onnx/NAME.csv       a row per call of a convolution or linear module, in the order of execution
  tests/reference/onnx/torchvision.csv  a row per network: its input, and sums

and, with --keep DIR, the whole models as DIR/NAME.onnx, for tools/onnx_value_shapes.py.
Weights are random and seeded: what is tested is shapes and counts.
"""

import argparse
import io
import os
import warnings
from dataclasses import dataclass, field

import onnx
import torch
import torchvision

import onnx_reference as ref
import onnx_tables

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


@dataclass
class Case:
    model: str
    opset: int = 13
    suffix: str = ""  # of the file's name
    shape: tuple = (1, 3, 224, 224)
    arguments: dict = field(default_factory=dict)  # of the model
    export: dict = field(default_factory=dict)
    script: bool = False  # TorchScript: lists become sequences
    randomise: bool = True  # else equal biases are stored once, behind Identity nodes

    @property
    def name(self):
        return self.model + self.suffix


# Open dimensions
BATCH = {"input": {0: "batch"}}
IMAGE = {"input": {0: "batch", 2: "height", 3: "width"}}
KEEP_BATCHNORM = {"training": torch.onnx.TrainingMode.PRESERVE, "do_constant_folding": False}

CASES = [
    Case("alexnet"),
    Case("vgg16_bn"),
    Case("resnet18"),
    Case("resnet50"),
    Case("densenet121"),
    Case("googlenet"),
    Case("inception_v3", shape=(1, 3, 299, 299)),
    Case("squeezenet1_0"),
    Case("mobilenet_v2"),
    Case("mobilenet_v3_small"),
    Case("efficientnet_b0"),
    Case("vit_b_16"),
    Case("swin_t"),
    # other families
    Case("mobilenet_v3_large", opset=14),
    Case("shufflenet_v2_x1_0"),
    Case("regnet_y_400mf"),
    Case("resnext50_32x4d"),
    Case("mnasnet1_0", opset=11),
    Case("convnext_tiny"),
    Case("efficientnet_v2_s", shape=(1, 3, 384, 384)),
    Case("r2plus1d_18", shape=(1, 3, 16, 112, 112)),
    Case("fcn_resnet50", shape=(1, 3, 320, 480)),
    Case("deeplabv3_mobilenet_v3_large", shape=(1, 3, 320, 480)),
    Case("lraspp_mobilenet_v3_large", shape=(1, 3, 320, 480)),
    # ways to export
    Case("alexnet", opset=7, suffix="_opset7"),
    Case("mobilenet_v2", opset=9, suffix="_opset9"),
    Case("resnet18", suffix="_shared", randomise=False),
    Case("mobilenet_v3_large", suffix="_shared", randomise=False, opset=14),
    Case("resnet18", suffix="_batch", export={"dynamic_axes": BATCH}),
    Case("resnet18", suffix="_inputs", export={"keep_initializers_as_inputs": True}, opset=8),
    Case("resnet18", suffix="_batchnorm", export=KEEP_BATCHNORM, opset=15),
    # this exporter numbers the values inside functions anew at each run
    Case("resnet18", suffix="_functions", export={"export_modules_as_functions": True}, opset=15),
    Case("densenet121", suffix="_script", script=True),
    Case("googlenet", suffix="_transform", arguments={"transform_input": True}),
    Case("densenet121", suffix="_batch", export={"dynamic_axes": BATCH}, opset=16),
    Case("shufflenet_v2_x1_0", suffix="_batch", export={"dynamic_axes": BATCH}),
    Case("vit_b_16", suffix="_opset17", opset=17, export={"dynamic_axes": BATCH}),
    Case("convnext_tiny", suffix="_opset17", opset=17),
    Case("mobilenet_v3_small", suffix="_image", export={"dynamic_axes": IMAGE}),
    Case("fcn_resnet50", suffix="_image", export={"dynamic_axes": IMAGE}, shape=(1, 3, 320, 480), opset=12),
    Case("deeplabv3_mobilenet_v3_large", suffix="_image", export={"dynamic_axes": IMAGE}, shape=(1, 3, 320, 480)),
]


def build(case):
    """Weights are random numbers of a fixed seed, so that no two tensors are equal and the exporter merges none."""
    torch.manual_seed(1)
    arguments = dict(case.arguments)
    if is_segmentation(case):
        arguments["weights_backbone"] = None
    model = torchvision.models.get_model(case.model, weights=None, **arguments).eval()
    if case.arguments.get("transform_input"):
        model.transform_input = True
    if case.randomise:
        with torch.no_grad():
            for value in list(model.parameters()) + [b for b in model.buffers() if b.is_floating_point()]:
                value.copy_(torch.rand_like(value) * 0.1 + 0.01)
    return FirstOutput(model).eval() if is_segmentation(case) else model


def is_segmentation(case):
    return case.model.startswith(("fcn", "deeplab", "lraspp"))


class FirstOutput(torch.nn.Module):
    """Segmentation models answer a dictionary; what counts is the map named `out`."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, value):
        return self.model(value)["out"]


def export(model, case):
    stream = io.BytesIO()
    model = torch.jit.script(model) if case.script else model
    torch.onnx.export(model, (torch.zeros(case.shape),), stream, opset_version=case.opset, input_names=["input"],
                      **case.export)
    return onnx.load_from_string(stream.getvalue())


def make(case, arguments):
    model = build(case)
    rows = ref.count_layers(model, (torch.zeros(case.shape),))
    exported = export(model, case)
    ref.check_order(case.name, rows, exported)
    if arguments.keep:
        onnx.save(exported, os.path.join(arguments.keep, case.name + ".onnx"))
    row = ref.summary(case.name, case.shape, rows, model, exported)
    ref.strip_weights(exported, case.name + ".weights")
    path = os.path.join(ROOT, "tests/data/onnx", case.name + ".onnx")
    onnx.save(exported, path)
    onnx_tables.write_rows(os.path.join(ROOT, "tests/reference/onnx", case.name + ".csv"), rows, onnx_tables.ROW_FIELDS)
    print("%-40s %7d bytes %4d nodes %4d layers %14d MACs" % (
        case.name, os.path.getsize(path), len(exported.graph.node), len(rows), row["conv_fc_macs"]), flush=True)
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", metavar="DIR", help="also store the whole models here")
    parser.add_argument("names", nargs="*", help="only these, without the table of sums")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    for folder in ("tests/data/onnx", "tests/reference/onnx"):
        os.makedirs(os.path.join(ROOT, folder), exist_ok=True)
    cases = [case for case in CASES if not arguments.names or case.name in arguments.names]
    totals = []
    for case in cases:
        totals.append(make(case, arguments))
    if not arguments.names:
        onnx_tables.write_rows(os.path.join(ROOT, "tests/reference/onnx/torchvision.csv"), totals, onnx_tables.TOTAL_FIELDS)


if __name__ == "__main__":
    main()
