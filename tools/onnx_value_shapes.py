#!/usr/bin/env python3
"""Runs whole ONNX models with onnxruntime and records the shape of every value that flows through them.

Needs onnx, onnxruntime and numpy. For each MODEL.onnx writes tests/reference/onnx/MODEL.shapes.csv: value,shape in the
order of the file. Left out: what depends on constants only, and integer vectors, that is, the arithmetic on shapes.
"""

import argparse
import os

import numpy as np
import onnx
import onnxruntime

import onnx_tables

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NUMPY_TYPE = {"tensor(float)": np.float32, "tensor(int64)": np.int64, "tensor(float16)": np.float16}


def activations(graph):
    """Names of the values that depend on an input, in the order of the file."""
    constants = {tensor.name for tensor in graph.initializer}
    names = []
    for node in graph.node:
        if all(name in constants for name in node.input if name) and not node.op_type.startswith("Random"):
            constants.update(node.output)
        else:
            names += [name for name in node.output if name]
    return names


def session_with_every_output(path):
    """A session that answers every activation of the main graph; nothing is fused or folded away."""
    model = onnx.load(path)
    names = activations(model.graph)
    given = {value.name for value in model.graph.output}
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names if name not in given)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"]), names


def inputs_of(session, path, shapes):
    """Zeros of the declared shape; open dimensions come from the tables of the exporters, else they are 1."""
    given = shapes.get(os.path.splitext(os.path.basename(path))[0], {})
    values = {}
    for value in session.get_inputs():
        dims = given.get(value.name) or [d if isinstance(d, int) and d > 0 else 1 for d in value.shape]
        values[value.name] = np.full(dims, 0.5, NUMPY_TYPE[value.type])
    return values


def is_shape_arithmetic(value):
    return value.dtype.kind in "iub" and value.ndim <= 1


def record(path, folder, shapes):
    session, names = session_with_every_output(path)
    results = session.run(names, inputs_of(session, path, shapes))
    found = {n: r.shape for n, r in zip(names, results) if isinstance(r, np.ndarray) and not is_shape_arithmetic(r)}
    name = os.path.splitext(os.path.basename(path))[0]
    onnx_tables.write_shapes(os.path.join(folder, name + ".shapes.csv"), found)
    print("%-40s %5d values" % (name, len(found)), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+", metavar="MODEL.onnx")
    parser.add_argument("-o", metavar="DIR", default=os.path.join(ROOT, "tests/reference/onnx"), dest="folder")
    arguments = parser.parse_args()
    shapes = onnx_tables.read_input_shapes(os.path.join(ROOT, "tests/reference/onnx"))
    for path in arguments.models:
        record(path, arguments.folder, shapes)


if __name__ == "__main__":
    main()
