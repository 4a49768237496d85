#!/usr/bin/env python3
"""Writes the sample networks in ONNX from the published architectures. Needs only python3-onnx (which brings numpy).

    make_sample_onnx.py                          networks/resnet50.onnx and networks/mobilenet_v2.onnx, without weights
    make_sample_onnx.py --weights DIR [NAME...]  DIR/NAME.onnx with random weights inside: resnet50 (98 MB), vgg16 (528 MB)...

Batch normalisation is folded into the convolutions before it, as in a model exported for inference: each convolution has
a bias. The batch is left open (`batch`). Without weights, every tensor points at an external file that does not exist.

ResNet-50: He et al., Deep Residual Learning for Image Recognition, 2016; the stride of a stage lies in the 3x3
convolution, as everyone deploys it. MobileNetV2: Sandler et al., MobileNetV2: Inverted Residuals and Linear Bottlenecks,
2018. VGG-16: Simonyan and Zisserman, Very Deep Convolutional Networks for Large-Scale Image Recognition, 2015.
"""

import argparse
import math
import os

import numpy
from onnx import TensorProto, checker, helper, save

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Graph:
    """A chain of nodes under construction. Each method adds a node and returns the name of its output."""

    def __init__(self, name, with_weights):
        self.name = name
        self.with_weights = with_weights
        self.random = numpy.random.default_rng(1)
        self.nodes, self.tensors = [], []
        self.offset = 0

    def weight(self, name, dims):
        tensor = TensorProto(name=name, dims=dims, data_type=TensorProto.FLOAT)
        size = 4 * math.prod(dims)
        if self.with_weights:
            tensor.raw_data = self.random.normal(0, 0.02, math.prod(dims)).astype("<f4").tobytes()
        else:
            tensor.data_location = TensorProto.EXTERNAL
            for key, value in (("location", self.name + ".weights"), ("offset", self.offset), ("length", size)):
                tensor.external_data.add(key=key, value=str(value))
        self.offset += size
        self.tensors.append(tensor)
        return name

    def constant(self, name, value):
        if all(tensor.name != name for tensor in self.tensors):
            self.tensors.append(helper.make_tensor(name, TensorProto.FLOAT, [], [value]))
        return name

    def node(self, op, name, inputs, **attributes):
        self.nodes.append(helper.make_node(op, inputs, [name], name, **attributes))
        return name

    def conv(self, name, value, cin, cout, kernel, stride=1, groups=1):
        inputs = [value, self.weight(name + ".weight", [cout, cin // groups, kernel, kernel]), self.weight(name + ".bias", [cout])]
        return self.node("Conv", name, inputs, kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[kernel // 2] * 4,
                         group=groups)

    def relu(self, name, value):
        return self.node("Relu", name, [value])

    def relu6(self, name, value):
        return self.node("Clip", name, [value, self.constant("zero", 0.0), self.constant("six", 6.0)])

    def fc(self, name, value, cin, cout):
        inputs = [value, self.weight(name + ".weight", [cout, cin]), self.weight(name + ".bias", [cout])]
        return self.node("Gemm", name, inputs, transB=1)

    def model(self, value, classes):
        self.nodes[-1].output[0] = "output"
        image = helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", 3, 224, 224])
        result = helper.make_tensor_value_info("output", TensorProto.FLOAT, ["batch", classes])
        graph = helper.make_graph(self.nodes, TITLES[self.name], [image], [result], self.tensors)
        return helper.make_model(graph, producer_name="neuralpower samples", ir_version=8,
                                 opset_imports=[helper.make_opsetid("", 13)])


def resnet50(g):
    x = g.relu("stem.relu", g.conv("stem.conv", "input", 3, 64, 7, 2))
    x = g.node("MaxPool", "stem.pool", [x], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    cin = 64
    for stage, (width, blocks) in enumerate(((64, 3), (128, 4), (256, 6), (512, 3)), 1):
        for block in range(blocks):
            stride = 2 if block == 0 and stage > 1 else 1
            x = bottleneck(g, "stage%d.block%d" % (stage, block + 1), x, cin, width, stride)
            cin = 4 * width
    x = g.node("Flatten", "flatten", [g.node("GlobalAveragePool", "pool", [x])])
    return g.fc("fc", x, cin, 1000)


def bottleneck(g, name, x, cin, width, stride):
    y = g.relu(name + ".relu1", g.conv(name + ".conv1", x, cin, width, 1))
    y = g.relu(name + ".relu2", g.conv(name + ".conv2", y, width, width, 3, stride))
    y = g.conv(name + ".conv3", y, width, 4 * width, 1)
    if cin != 4 * width:
        x = g.conv(name + ".shortcut", x, cin, 4 * width, 1, stride)
    return g.relu(name + ".relu3", g.node("Add", name + ".add", [y, x]))


def mobilenet_v2(g):
    x = g.relu6("stem.relu6", g.conv("stem.conv", "input", 3, 32, 3, 2))
    cin, index = 32, 0
    for expansion, cout, repeats, first_stride in ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1),
                                                   (6, 160, 3, 2), (6, 320, 1, 1)):
        for repeat in range(repeats):
            index += 1
            x = inverted_residual(g, "block%d" % index, x, cin, cout, expansion, 1 if repeat else first_stride)
            cin = cout
    x = g.relu6("last.relu6", g.conv("last.conv", x, cin, 1280, 1))
    x = g.node("Flatten", "flatten", [g.node("GlobalAveragePool", "pool", [x])])
    return g.fc("fc", x, 1280, 1000)


def inverted_residual(g, name, x, cin, cout, expansion, stride):
    y, hidden = x, cin * expansion
    if expansion > 1:
        y = g.relu6(name + ".expand.relu6", g.conv(name + ".expand", y, cin, hidden, 1))
    y = g.relu6(name + ".depthwise.relu6", g.conv(name + ".depthwise", y, hidden, hidden, 3, stride, hidden))
    y = g.conv(name + ".project", y, hidden, cout, 1)
    return g.node("Add", name + ".add", [x, y]) if stride == 1 and cin == cout else y


def vgg16(g):
    x, cin = "input", 3
    for stage, (width, convs) in enumerate(((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)), 1):
        for index in range(1, convs + 1):
            name = "conv%d_%d" % (stage, index)
            x, cin = g.relu(name + ".relu", g.conv(name, x, cin, width, 3)), width
        x = g.node("MaxPool", "pool%d" % stage, [x], kernel_shape=[2, 2], strides=[2, 2])
    x = g.node("Flatten", "flatten", [x])
    x = g.relu("fc6.relu", g.fc("fc6", x, 512 * 7 * 7, 4096))
    x = g.relu("fc7.relu", g.fc("fc7", x, 4096, 4096))
    return g.fc("fc8", x, 4096, 1000)


BUILDERS = {"resnet50": resnet50, "mobilenet_v2": mobilenet_v2, "vgg16": vgg16}
TITLES = {"resnet50": "ResNet-50", "mobilenet_v2": "MobileNetV2", "vgg16": "VGG-16"}


def write(name, folder, with_weights):
    graph = Graph(name, with_weights)
    model = graph.model(BUILDERS[name](graph), 1000)
    path = os.path.join(folder, name + ".onnx")
    save(model, path)
    if with_weights:
        checker.check_model(path)
    print("%s: %d nodes, %d parameters, %d bytes" % (path, len(graph.nodes), graph.offset // 4, os.path.getsize(path)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", metavar="DIR", help="write here, with random weights")
    parser.add_argument("names", nargs="*", metavar="NAME", help=" ".join(BUILDERS))
    arguments = parser.parse_args()
    names = arguments.names or (BUILDERS if arguments.weights else ["resnet50", "mobilenet_v2"])
    for name in names:
        write(name, arguments.weights or os.path.join(ROOT, "networks"), bool(arguments.weights))


if __name__ == "__main__":
    main()
