"""
Live torch models, measured: which operations are seen, what stands in the files, how a campaign goes on, and what comes out when
something breaks. How long anything takes is of no account here, so that a busy machine fails no test.
"""
import csv
import math
import warnings

import pytest

import neuralpower

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402

from neuralpower._torch_layers import BUILDERS, CONVERTERS, Layer, NotALayer, build  # noqa: E402
from neuralpower._torch_measure import layer_text, trace_torch  # noqa: E402


class Branches(nn.Module):
    """Modules and functions, in place and not, a branch that Python decides, and views."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(8)
        self.relu = nn.ReLU(inplace=True)
        self.depthwise = nn.Conv2d(8, 8, 3, padding=1, groups=8)
        self.drop = nn.Dropout(inplace=True)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(16, 10)

    def forward(self, x):
        x = self.relu(self.norm(self.conv(x)))
        y = functional.max_pool2d(functional.relu(self.depthwise(x)), 3, 2, ceil_mode=True)
        if x.shape[0] > 1:
            x = functional.avg_pool2d(x, 2)
        y += x
        x = torch.cat([x, y], 1)
        x = torch.flatten(self.pool(self.drop(x)), 1)
        return functional.softmax(self.fc(x), dim=1)


BRANCHES = [
    ("conv", "conv:2x3x32x32:8:k3:s2:p1"), ("norm", "batchnorm:2x8x16x16"), ("relu", "relu:2x8x16x16"),
    ("depthwise", "conv:2x8x16x16:8:k3:p1:g8"), ("relu", "relu:2x8x16x16"), ("max_pool2d", "maxpool:2x8x16x16:k3:s2:o8x8"),
    ("avg_pool2d", "avgpool:2x8x16x16:k2:s2"), ("add_", "eltwise:2x8x8x8"), ("cat", "concat:2x8x8x8:16"),
    ("pool", "globalavgpool:2x16x8x8"), ("fc", "fc:2x16:10"), ("softmax", "softmax:2x10"),
]


def test_same_keys_as_the_exported_model(tmp_path, program):
    """
    What the reader makes of the ONNX file that torch writes. Its exporter folds normalisation into convolutions, and writes a
    pool over all positions as a mean.
    """
    pytest.importorskip("onnxscript")
    image, network, rows = torch.randn(2, 3, 32, 32), tmp_path / "branches.onnx", tmp_path / "rows.csv"
    torch.onnx.export(Branches().eval(), image, network, dynamo=True, verbose=False)
    program("measure", "-q", network, "--device", "fake:time_us=1000,meter=2", "-o", rows)
    exported = {row["layer"] for row in rows_of(rows)}
    assert exported - {"reduce:2x16x8x8:o1x1"} == {layer for _, layer in BRANCHES} - {"batchnorm:2x8x16x16", "globalavgpool:2x16x8x8"}


def rows_of(path):
    return list(csv.DictReader(line for line in open(path) if line[0] != "#"))


def quick(model, inputs, path, **more):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return neuralpower.measure_torch(model, inputs, path, threads=1, power="off", **more)


def test_trace():
    model = Branches()
    found = trace_torch(model, torch.randn(2, 3, 32, 32))
    assert [layer_text(one.layer) for one in found.calls] == [layer for _, layer in BRANCHES]
    assert found.unknown == {}
    assert model.training and model.norm.training, "the model trains again"
    assert not model.conv._forward_hooks and not model.conv._forward_pre_hooks
    # A module that does one operation stands for it; functions stand for themselves.
    assert found.calls[0].function is model.conv and found.calls[5].function is functional.max_pool2d


def test_one_row_a_layer_then_none(tmp_path):
    path = tmp_path / "branches.csv"
    model, image = Branches(), torch.randn(2, 3, 32, 32)
    before = [weight.clone() for weight in model.parameters()]
    first = quick(model, image, path)
    layers = {layer for _, layer in BRANCHES}
    rows = rows_of(path)
    assert {row["layer"] for row in rows} == layers
    assert sum(row["pass"] == "1" for row in rows) == len(layers), "the same configuration is measured once"
    assert all(float(row["runtime_ms"]) > 0 and row["power_w"] == "" for row in rows)
    assert {(row["network"], row["software"], row["threads"]) for row in rows} == {
        ("Branches", f"pytorch {torch.__version__}", "1")}
    assert first.before == 0 and first.measured >= len(layers) + 1 and "as was asked" in first.no_power
    whole, = rows_of(first.networks)
    assert (whole["network"], whole["batch"]) == ("Branches", "2")
    assert float(whole["runtime_ms"]) > 0 and float(whole["sum_of_layers_ms"]) > 0
    assert all(torch.equal(a, b) for a, b in zip(before, model.parameters())) and model.training

    again = quick(model, image, path)
    assert again.measured == 0 and again.before == len(layers) + 1
    assert rows_of(path) == rows


def test_goes_on(tmp_path):
    path = tmp_path / "rows.csv"
    model, image = nn.Sequential(nn.ReLU(), nn.Sigmoid(), nn.Tanh()), torch.randn(1, 4, 8, 8)
    with pytest.raises(KeyboardInterrupt):
        quick(model, image, path, tell=_interrupt_after(2))
    assert len(rows_of(path)) >= 1
    quick(model, image, path)
    # Two activations have one configuration.
    assert {row["layer"] for row in rows_of(path)} == {"relu:1x4x8x8", "activation:1x4x8x8"}


def _interrupt_after(lines):
    seen = []

    def tell(line):
        seen.append(line)
        if len(seen) == lines:
            raise KeyboardInterrupt
    return tell


class Breaks(nn.Module):
    """Runs well a few times, and then does not."""

    def __init__(self, times):
        super().__init__()
        self.times = times

    def forward(self, x):
        self.times -= 1
        if self.times < 0:
            raise ZeroDivisionError("the model's own trouble")
        return torch.relu(x)


@pytest.mark.parametrize("times", [0, 1, 20])
def test_exceptions_pass_through(tmp_path, times):
    with pytest.raises(ZeroDivisionError, match="the model's own trouble"):
        quick(Breaks(times), torch.randn(1, 8), tmp_path / "rows.csv")


def test_other_device_is_refused(tmp_path):
    path = tmp_path / "rows.csv"
    quick(nn.ReLU(), torch.randn(1, 8), path)
    with pytest.raises(neuralpower.InputError, match="holds rows of") as error:
        quick(nn.ReLU(), torch.randn(1, 9), path, device_name="another")
    assert error.value.path == str(path)


def test_unknown_is_said(tmp_path):
    class Sorts(nn.Module):
        def forward(self, x):
            return torch.sort(torch.relu(x))[0]

    path = tmp_path / "rows.csv"
    with pytest.warns(UserWarning, match="sort: is not known"):
        result = neuralpower.measure_torch(Sorts(), torch.randn(1, 64), path, threads=1, power="off")
    assert result.unknown == {"sort: is not known": 1}
    assert "# left_out=sort: is not known (1 times)\n" in path.read_text()


def test_suite_and_fit(tmp_path):
    """Layers of a suite become rows that a platform is learned from, which then answers for a model."""
    suite, path = tmp_path / "small.txt", tmp_path / "suite.csv"
    sizes = [(c, s) for c in (4, 8, 16, 24) for s in (6, 8, 10, 12, 16, 20)]
    impossible = "avgpool:1x4x7x7:k3:p2\nrelu:1000000x1000x1000x1000\n"
    suite.write_text("".join(f"relu:1x{c}x{s}x{s}\n" for c, s in sizes) + impossible)
    result = neuralpower.measure_torch_suite(suite, path, threads=1, power="off")
    assert result.impossible == 2, "torch has no padding of two there, and no machine so much memory"
    assert any("left out" in note and "GB of memory" in note for note in result.notes)
    assert {row["layer"] for row in rows_of(path) if row["pass"] == "1"} == {f"relu:1x{c}x{s}x{s}" for c, s in sizes}
    platform = neuralpower.fit(path, name="torch here")
    assert not platform.has_power and platform.software == f"pytorch {torch.__version__}"
    estimate = neuralpower.estimate_torch(nn.Sequential(nn.ReLU(), nn.ReLU()), torch.randn(1, 8, 9, 9), platform)
    assert [one.source for one in estimate.layers] == ["model", "model"]
    assert estimate.energy_mj is None and estimate.power_w is None
    assert math.isclose(estimate.runtime_ms, 2 * estimate.layers[0].runtime_ms) and estimate.runtime_ms > 0


def shipped_layers():
    root = neuralpower._share.directories("suites")[0]
    texts = {line.split("#")[0].strip() for name in ("quick", "paper", "full") for line in (root / f"{name}.txt").open()}
    return sorted(texts - {""})


def read(text):
    """The layer that a text stands for."""
    config, err = neuralpower._core.ffi.new("np_layer_config *"), neuralpower._core.ffi.new("np_error *")
    assert neuralpower._core.lib.np_layer_text_read(text.encode(), config, err) == 0
    return neuralpower._torch_measure.layer_of(config)


def test_layers_come_back():
    """
    What is built for a layer of the suites is seen as that layer when it runs, on the device meta, where nothing is computed.
    Built layers of the other kinds are of a form that torch's names do not tell.
    """
    missing, kinds = 0, set()
    for text in shipped_layers()[::7]:
        layer = read(text)
        if layer.kind == "eltwise" and layer.inputs > 2:
            continue  # torch adds two at a time
        try:
            function, inputs = build(layer)
        except NotALayer:
            missing += 1
            continue
        if layer.kind == "avgpool" and isinstance(function, nn.AdaptiveAvgPool2d):
            continue  # known by its output alone: its windows are worked out
        module = function if isinstance(function, nn.Module) else _Calls(function)
        found = trace_torch(module, tuple(inputs))
        assert [layer_text(one.layer) for one in found.calls] == [text], text
        kinds.add(layer.kind)
    assert missing < 20
    assert kinds >= {"conv", "deconv", "fc", "maxpool", "avgpool", "globalavgpool", "lrn", "batchnorm", "layernorm", "relu",
                     "activation", "eltwise", "concat", "softmax", "matmul"}


class _Calls(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *inputs):
        return self.function(*inputs)


def test_kinds():
    """Every kind that is converted to can be built, and is one of the library's."""
    assert all(layer_text(Layer(kind, *[1] * 7)) for kind in BUILDERS)
    assert CONVERTERS
    with pytest.raises(NotALayer, match="other"):
        build(Layer("other", *[1] * 7))


@pytest.mark.parametrize("arguments, message", [({"power": "on"}, "auto or off"), ({"threads": 100000}, "threads")])
def test_arguments(tmp_path, arguments, message):
    with pytest.raises(neuralpower.ArgumentError, match=message):
        neuralpower.measure_torch(nn.ReLU(), torch.randn(1, 8), tmp_path / "rows.csv", **arguments)
    with pytest.raises(neuralpower.ArgumentError, match="no suite"):
        neuralpower.measure_torch_suite("quickly", tmp_path / "rows.csv")


def test_all_kinds_of_inputs(tmp_path):
    """Several inputs, whole numbers among them, and half precision."""
    class Gathers(nn.Module):
        def __init__(self):
            super().__init__()
            self.table = nn.Embedding(10, 8)

        def forward(self, x, index):
            return x + self.table(index)

    result = quick(Gathers(), (torch.randn(3, 8), torch.tensor([1, 2, 3])), tmp_path / "a.csv")
    assert {row["layer_type"] for row in rows_of(result.output)} == {"reshape", "eltwise"}
    half = quick(nn.ReLU(), torch.randn(3, 8, dtype=torch.bfloat16), tmp_path / "b.csv", whole=False)
    row = rows_of(half.output)[0]
    assert (row["dtype"], row["network"], half.networks) == ("bf16", "", None)
