#!/usr/bin/env python3
"""Profiles ONNX files with ONNX Runtime on one processor, for `neuralpower import`: real profiles for tests and for figures.

    profile_onnxruntime.py FOLDER [--level none|basic|extended|all] [--runs N] [--threads N] [--batch N] MODEL.onnx...

Files whose weights were left out (tests/data/onnx) get random ones, scaled so that values neither vanish nor explode. Writes
FOLDER/MODEL.LEVEL.json. Needs onnx and onnxruntime.
"""
import argparse
import pathlib

import numpy
import onnx
import onnxruntime
from onnx import numpy_helper


def load(path):
    """The model, weights that lie outside replaced."""
    model = onnx.load(path, load_external_data=False)
    random = numpy.random.default_rng(1)
    for tensor in model.graph.initializer:
        if tensor.data_location != onnx.TensorProto.EXTERNAL:
            continue
        shape = list(tensor.dims)
        fan = max(1, int(numpy.prod(shape[1:])))
        values = random.standard_normal(shape) * numpy.sqrt(2 / fan) if len(shape) > 1 else random.random(shape) + 0.1
        kind = onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type)
        tensor.CopyFrom(numpy_helper.from_array(values.astype(kind), tensor.name))
    return model


def profile(path, folder, asked):
    levels = onnxruntime.GraphOptimizationLevel
    options = onnxruntime.SessionOptions()
    options.enable_profiling = True
    options.profile_file_prefix = str(folder / path.stem)
    options.intra_op_num_threads, options.inter_op_num_threads = asked.threads, 1
    options.graph_optimization_level = {"none": levels.ORT_DISABLE_ALL, "basic": levels.ORT_ENABLE_BASIC,
                                        "extended": levels.ORT_ENABLE_EXTENDED, "all": levels.ORT_ENABLE_ALL}[asked.level]
    session = onnxruntime.InferenceSession(load(path).SerializeToString(), options, providers=["CPUExecutionProvider"])
    random = numpy.random.default_rng(0)
    feeds = {}
    for given in session.get_inputs():
        shape = [size if isinstance(size, int) and size > 0 else asked.batch for size in given.shape]
        feeds[given.name] = random.standard_normal(shape).astype(numpy.float32)
    for _ in range(asked.runs):
        session.run(None, feeds)
    written = pathlib.Path(session.end_profiling())
    return written.replace(folder / f"{path.stem}.{asked.level}.json")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("models", nargs="+", type=pathlib.Path)
    parser.add_argument("--level", default="none", choices=["none", "basic", "extended", "all"])
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--batch", type=int, default=1)
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    for path in asked.models:
        print(profile(path, asked.folder, asked), flush=True)


main()
