#!/usr/bin/env python3
"""Writes the ONNX seeds of the corpus: a few hundred bytes each, one for each thing the reader does beyond a plain graph."""
import pathlib

import numpy as np
import onnx
from onnx import TensorProto as T, helper as h, numpy_helper

OUT = pathlib.Path(__file__).parent / "onnx"


def weights(name, *shape):
    return numpy_helper.from_array(np.zeros(shape, np.float32), name)


def ints(name, *values):
    return numpy_helper.from_array(np.array(values, np.int64), name)


def save(name, nodes, inputs, outputs, initializers, **more):
    graph = h.make_graph(nodes, name, inputs, outputs, initializers, **more)
    model = h.make_model(graph, opset_imports=[h.make_opsetid("", 13)])
    model.ir_version, model.producer_name = 7, "seed"
    (OUT / f"{name}.onnx").write_bytes(model.SerializeToString())


def image(*shape):
    return [h.make_tensor_value_info("x", T.FLOAT, shape)]


def result(name):
    return [h.make_tensor_value_info(name, T.FLOAT, None)]


def windows():
    save("windows", [
        h.make_node("Conv", ["x", "w", "b"], ["c"], "conv", kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[2, 2], group=1),
        h.make_node("BatchNormalization", ["c", "b", "b", "b", "b"], ["n"], "norm"),
        h.make_node("Relu", ["n"], ["r"], "relu"),
        h.make_node("MaxPool", ["r"], ["p"], "pool", kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1),
        h.make_node("ConvTranspose", ["p", "w2"], ["t"], "up", strides=[2, 2]),
        h.make_node("AveragePool", ["t"], ["a"], "mean", kernel_shape=[2, 2], auto_pad="SAME_UPPER"),
        h.make_node("GlobalAveragePool", ["a"], ["g"], "global"),
        h.make_node("Flatten", ["g"], ["f"], "flat"),
        h.make_node("Gemm", ["f", "w3"], ["y"], "fc", transB=1),
    ], image(1, 3, 8, 8), result("y"), [weights("w", 4, 3, 3, 3), weights("b", 4), weights("w2", 4, 2, 2, 2), weights("w3", 5, 2)])


def shapes():
    save("shapes", [
        h.make_node("Shape", ["x"], ["s"]),
        h.make_node("Gather", ["s", "first"], ["n"], axis=0),
        h.make_node("Unsqueeze", ["n", "i0"], ["u"]),
        h.make_node("Concat", ["u", "rest"], ["target"], axis=0),
        h.make_node("Reshape", ["x", "target"], ["v"]),
        h.make_node("Slice", ["v", "i0", "i2", "i1"], ["l"]),
        h.make_node("Split", ["l", "parts"], ["a", "b"], axis=1),
        h.make_node("Transpose", ["b"], ["t"], perm=[0, 1]),
        h.make_node("MatMul", ["a", "w"], ["m"]),
        h.make_node("Add", ["m", "m"], ["y"]),
    ], image("batch", 2, 3), result("y"), [numpy_helper.from_array(np.array(0, np.int64), "first"), ints("i0", 0), ints("i1", 1), ints("i2", 4), ints("rest", -1), ints("parts", 1, 3),
                                           weights("w", 1, 4)])


def branches():
    branch = h.make_graph([h.make_node("Relu", ["x"], ["o1"])], "then", [], result("o1"))
    other = h.make_graph([h.make_node("Sigmoid", ["x"], ["o2"])], "else", [], result("o2"))
    save("branches", [
        h.make_node("Constant", [], ["yes"], value=h.make_tensor("c", T.BOOL, [], [True])),
        h.make_node("If", ["yes"], ["z"], then_branch=branch, else_branch=other),
        h.make_node("Identity", ["z"], ["k"]),
        h.make_node("Clip", ["k"], ["y"]),
        h.make_node("Unknown", ["y"], ["strange"], domain="some.where"),
    ], image(2, 3), result("y"), [])


def external():
    absent = T(name="w", data_type=T.FLOAT, dims=[4, 3], data_location=T.EXTERNAL)
    absent.external_data.add(key="location", value="weights.bin")
    absent.external_data.add(key="length", value="48")
    save("external", [h.make_node("Gemm", ["x", "w"], ["y"], "fc", transB=1), h.make_node("Softmax", ["y"], ["z"], axis=-1)],
         image(2, 3) + [h.make_tensor_value_info("w", T.FLOAT, [4, 3])], result("z"), [absent],
         value_info=[h.make_tensor_value_info("y", T.FLOAT, [2, 4])])


windows()
shapes()
branches()
external()
print("wrote", ", ".join(f"{p.name} ({p.stat().st_size} bytes)" for p in sorted(OUT.glob("*.onnx"))), "with onnx", onnx.__version__)
