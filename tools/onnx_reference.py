"""What the generators of ONNX test files share: counting layers by forward hooks, and stripping weights.

Works with the onnx and torch of Debian 12 and with current ones.
"""

import math

from onnx import TensorProto, numpy_helper, shape_inference
from torch import nn, no_grad

import onnx_tables

CONVS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
DECONVS = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
FLOATS = (TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16, TensorProto.BFLOAT16)
INLINE_FLOAT_BYTES = 64  # constants up to these sizes stay in the file: shapes, axes, scalars
INLINE_INTEGER_BYTES = 1024


class LayerCounter:
    """Forward hooks on every convolution and linear module: one row per call, in the order of execution."""

    def __init__(self, model):
        self.rows = []
        self.handles = []
        for name, module in model.named_modules():
            if isinstance(module, CONVS + DECONVS + (nn.Linear,)):
                self.handles.append(module.register_forward_hook(self._hook(name)))

    def _hook(self, name):
        def record(module, inputs, output):
            self.rows.append(count_row(name, module, inputs[0], output))

        return record

    def close(self):
        for handle in self.handles:
            handle.remove()


def count_row(name, module, value, output):
    weights = module.weight.numel()
    if isinstance(module, nn.Linear):
        kind, macs = "fc", value.numel() * module.out_features
    elif isinstance(module, CONVS):
        kind, macs = "conv", output.numel() * weights // module.out_channels
    else:  # every input value meets every weight of its channel
        kind, macs = "deconv", value.numel() * weights // module.in_channels
    bias = 0 if module.bias is None else module.bias.numel()
    return {"kind": kind, "module": name, "macs": macs, "weights": weights, "bias": bias,
            "output": onnx_tables.shape_text(output.shape)}


def count_layers(model, inputs):
    counter = LayerCounter(model)
    with no_grad():
        model(*inputs)
    counter.close()
    return counter.rows


def summary(name, shape, rows, model, exported):
    """The row of a network in the table of sums. `constants` are the floating-point values of the file's initializers."""
    return {
        "network": name,
        "input": "input",
        "shape": onnx_tables.shape_text(shape),
        "convs": sum(row["kind"] == "conv" for row in rows),
        "fcs": sum(row["kind"] == "fc" for row in rows),
        "conv_fc_macs": sum(row["macs"] for row in rows),
        "conv_fc_weights": sum(row["weights"] for row in rows),
        "constants": sum(math.prod(t.dims) for t in exported.graph.initializer if t.data_type in FLOATS),
        "parameters": sum(p.numel() for p in model.parameters()),
    }


class WeightStripper:
    """Points every large constant at an external file that does not exist, as exporters store weights beside a model."""

    def __init__(self, location):
        self.location = location
        self.offset = 0

    def strip_model(self, model):
        for tensor in model.graph.initializer:
            self.strip_tensor(tensor)
        for nodes in [model.graph.node] + [function.node for function in model.functions]:
            for node in nodes:
                self.strip_node(node)

    def strip_tensor(self, tensor):
        size = tensor_bytes(tensor)
        if size > (INLINE_FLOAT_BYTES if tensor.data_type in FLOATS else INLINE_INTEGER_BYTES):
            make_external(tensor, self.location, self.offset, size)
            self.offset += size

    def strip_node(self, node):
        """Takes away, too, the text that names files of the machine that exported."""
        node.doc_string = ""
        if "metadata_props" in node.DESCRIPTOR.fields_by_name:
            kept = [(p.key, p.value) for p in node.metadata_props if "stack_trace" not in p.key]
            del node.metadata_props[:]
            for key, value in kept:
                node.metadata_props.add(key=key, value=value)
        for attribute in node.attribute:
            if attribute.HasField("t"):
                self.strip_tensor(attribute.t)


def strip_weights(model, location):
    WeightStripper(location).strip_model(model)


def tensor_bytes(tensor):
    if tensor.data_location == TensorProto.EXTERNAL:
        return next(int(entry.value) for entry in tensor.external_data if entry.key == "length")
    return len(tensor.raw_data) or numpy_helper.to_array(tensor).nbytes


def make_external(tensor, location, offset, size):
    for values in ("raw_data", "float_data", "int32_data", "int64_data", "double_data", "external_data"):
        tensor.ClearField(values)
    for key, value in (("location", location), ("offset", offset), ("length", size)):
        tensor.external_data.add(key=key, value=str(value))
    tensor.data_location = TensorProto.EXTERNAL


def known_shapes(model):
    """Shape of every value that ONNX's own shape inference can tell completely: name -> list of ints."""
    graph = shape_inference.infer_shapes(model, data_prop=True).graph
    shapes = {}
    for value in list(graph.input) + list(graph.value_info) + list(graph.output):
        if value.type.HasField("tensor_type") and value.type.tensor_type.HasField("shape"):
            dims = [d.dim_value if d.HasField("dim_value") else None for d in value.type.tensor_type.shape.dim]
            if None not in dims:
                shapes[value.name] = dims
    return shapes


def check_order(name, rows, model):
    """The tests read the tables in the file's order, so that must be the order of execution."""
    shapes = known_shapes(model)
    convs = [node.output[0] for node in model.graph.node if node.op_type == "Conv"]
    hooked = [row["output"] for row in rows if row["kind"] == "conv"]
    exported = [onnx_tables.shape_text(shapes[value]) for value in convs if value in shapes]
    if len(hooked) == len(exported) and hooked != exported:
        raise SystemExit("%s: the file's convolutions are not in the order of execution" % name)
