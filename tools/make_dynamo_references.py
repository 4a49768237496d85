#!/usr/bin/env python3
"""Exports small networks with PyTorch's torch.export-based exporter, stored without weights, and counts their layers.

Needs a current torch (2.13 was used) with onnx and onnxscript. Writes tests/data/onnx/dynamo_NAME.onnx and
tests/reference/onnx/dynamo_NAME.csv, with the sums in dynamo.csv, as make_onnx_references.py does; --keep DIR stores
the whole models for tools/onnx_value_shapes.py.
"""

import argparse
import os
import warnings
from dataclasses import dataclass

import onnx
import torch

import onnx_reference as ref
import onnx_tables
import small_networks as nets

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


@dataclass
class Case:
    name: str
    model: type
    shape: tuple
    dynamic: tuple = ()  # the open dimensions, by position: their names
    opset: int = None
    optimize: bool = True


CASES = [
    Case("residual", nets.Residual, (1, 3, 96, 96)),
    Case("residual_batch", nets.Residual, (2, 3, 96, 96), ("batch",)),
    Case("residual_raw", nets.Residual, (1, 3, 96, 96), optimize=False),
    Case("mobile", nets.Mobile, (1, 3, 96, 96)),
    Case("mobile_image", nets.Mobile, (2, 3, 96, 128), ("batch", None, "height", "width")),
    Case("shuffle", nets.Shuffle, (1, 3, 63, 63)),
    Case("shuffle_batch", nets.Shuffle, (2, 3, 63, 63), ("batch",)),
    Case("shuffle_raw", nets.Shuffle, (2, 3, 63, 63), ("batch",), optimize=False),
    Case("transformer", nets.Transformer, (1, 3, 64, 64)),
    Case("transformer_batch", nets.Transformer, (2, 3, 64, 64), ("batch",)),
    Case("transformer_raw", nets.Transformer, (2, 3, 64, 64), ("batch",), optimize=False),
    Case("transformer_attention", nets.Transformer, (2, 3, 64, 64), ("batch",), opset=23),
    Case("unet", nets.UNet, (1, 3, 50, 70)),
    Case("unet_image", nets.UNet, (2, 3, 50, 70), ("batch", None, "height", "width")),
    Case("unet_raw", nets.UNet, (2, 3, 50, 70), ("batch", None, "height", "width"), optimize=False),
]


def build(case):
    torch.manual_seed(1)
    model = case.model().eval()
    with torch.no_grad():  # no two tensors are equal, so that none are merged
        for value in list(model.parameters()) + [b for b in model.buffers() if b.is_floating_point()]:
            value.copy_(torch.rand_like(value) * 0.1 + 0.01)
    return model


def export(model, case):
    shapes = None
    if case.dynamic:
        shapes = ({i: torch.export.Dim(name, min=2, max=1024) for i, name in enumerate(case.dynamic) if name},)
    program = torch.onnx.export(model, (torch.zeros(case.shape),), dynamo=True, input_names=["input"], dynamic_shapes=shapes,
                                opset_version=case.opset, optimize=case.optimize, verbose=False)
    return program.model_proto


def make(case, arguments):
    model = build(case)
    rows = ref.count_layers(model, (torch.zeros(case.shape),))
    exported = export(model, case)
    name = "dynamo_" + case.name
    ref.check_order(name, rows, exported)
    if arguments.keep:
        onnx.save(exported, os.path.join(arguments.keep, name + ".onnx"))
    row = ref.summary(name, case.shape, rows, model, exported)
    ref.strip_weights(exported, name + ".weights")
    path = os.path.join(ROOT, "tests/data/onnx", name + ".onnx")
    onnx.save(exported, path)
    onnx_tables.write_rows(os.path.join(ROOT, "tests/reference/onnx", name + ".csv"), rows, onnx_tables.ROW_FIELDS)
    print("%-40s %7d bytes opset %d %4d nodes %2d functions %4d layers" % (
        name, os.path.getsize(path), exported.opset_import[0].version, len(exported.graph.node), len(exported.functions),
        len(rows)), flush=True)
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", metavar="DIR", help="also store the whole models here")
    parser.add_argument("names", nargs="*", help="only these, without the table of sums")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    cases = [case for case in CASES if not arguments.names or case.name in arguments.names]
    totals = [make(case, arguments) for case in cases]
    if not arguments.names:
        onnx_tables.write_rows(os.path.join(ROOT, "tests/reference/onnx/dynamo.csv"), totals, onnx_tables.TOTAL_FIELDS)


if __name__ == "__main__":
    main()
