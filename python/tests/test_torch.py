"""torch modules: the same numbers as the program's on the ONNX file that torch writes, without the weights."""
import os
import subprocess
import sys
import warnings

import pytest

import neuralpower

torch = pytest.importorskip("torch")
import models  # noqa: E402  needs torch


IMAGE = torch.zeros(1, 3, 224, 224)
MODELS = {
    "resnet18": (models.ResNet, (IMAGE,)),
    "mobilenet_v2": (models.MobileNet, (IMAGE,)),
    "tied": (models.Tied, (torch.zeros(1, 12, dtype=torch.int64),)),
}


@pytest.mark.parametrize("name", MODELS)
def test_as_the_file_torch_writes(name, document, tmp_path):
    make, inputs = MODELS[name]
    model, path = make().eval(), tmp_path / f"{name}.onnx"
    torch.onnx.export(model, inputs, path, dynamo=True, verbose=False)
    content = neuralpower._torch.export(model, inputs)
    for batch in (1, 8):
        assert neuralpower.predict(content, batch=batch, name=str(path)).to_dict() == document("predict", path, "--batch", batch)
    assert neuralpower.inspect(content, name=str(path)).to_dict() == document("inspect", path)
    weights = sum(weight.nbytes for weight in model.parameters())
    assert len(content) < weights / 10, "weights are not copied"


@pytest.fixture(scope="module")
def resnet():
    """As a trained one, whose statistics are not those it begins with: the exporter leaves out what is zero."""
    model = models.ResNet()
    for part in model.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(part.bias, 0.1, 1)
            part.running_mean.uniform_(0.1, 1)
    return model


def test_module(resnet):
    resnet.train()
    resnet.layer1.eval()
    before = {name: part.training for name, part in resnet.named_modules()}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        prediction = neuralpower.predict(resnet, example_inputs=IMAGE, batch=16)
    assert {name: part.training for name, part in resnet.named_modules()} == before
    assert (prediction.network.name, prediction.network.format, prediction.network.batch) == ("ResNet", "onnx", 16)
    assert prediction.runtime_coverage > 0.9
    direct = neuralpower.predict(resnet, example_inputs=IMAGE.expand(16, -1, -1, -1), name="ResNet")
    assert direct.to_json() == prediction.to_json(), "a batch of the examples or of the library is the same"
    totals = neuralpower.inspect(resnet, example_inputs=(IMAGE,)).totals
    convolutions = [part for part in resnet.modules() if isinstance(part, torch.nn.Conv2d)]
    # batch normalisation is folded into the convolutions, each of which gets a bias by it
    learned = sum(part.weight.numel() + part.out_channels for part in convolutions) + 512 * 1000 + 1000
    assert totals.params == learned


def nameless(result):
    """All but the layers' names: what an exporter calls a node depends on which constants it could fold."""
    document = result.to_dict()
    for layer in document["layers"]:
        del layer["name"]
    return document


def test_module_on_meta(resnet):
    """A module that was never given memory, and inputs neither."""
    with torch.device("meta"):
        model = models.ResNet()
        image = torch.empty(1, 3, 224, 224)
    prediction = neuralpower.predict(model, example_inputs=image)
    assert all(weight.is_meta for weight in model.parameters())
    assert nameless(prediction) == nameless(neuralpower.predict(resnet, example_inputs=IMAGE))
    with torch.device("meta"):
        tied = models.Tied()
    ids = {"ids": torch.zeros(1, 12, dtype=torch.int64)}
    real = models.Tied()
    for weight in real.parameters():
        torch.nn.init.normal_(weight)  # the exporter leaves out biases that are zero, as they are before training
    assert nameless(neuralpower.inspect(tied, example_inputs=ids)) == nameless(neuralpower.inspect(real, example_inputs=ids))


def test_sweep_and_rank(resnet):
    sweep = neuralpower.sweep(resnet, example_inputs=IMAGE, batch=[1, 4])
    assert [point.batch for point in sweep.batches] == [1, 4]
    ranking = neuralpower.rank({"resnet": resnet, "alex": "networks/alexnet.prototxt"}, {"ResNet": 0.3, "alex": 0.4}, batch=4,
                               example_inputs=IMAGE)
    assert [network.network for network in ranking.networks] == ["ResNet", "alex"]
    assert ranking.networks[0].energy_per_item_mj == sweep.predictions[1].energy_per_item_mj


def test_errors(resnet):
    with pytest.raises(neuralpower.ArgumentError, match="example_inputs are needed for ResNet"):
        neuralpower.predict(resnet)
    with pytest.raises(neuralpower.InputError, match="torch cannot export ResNet with these example_inputs: .*channels") as caught:
        neuralpower.predict(resnet, example_inputs=torch.zeros(1, 4, 224, 224))
    assert caught.value.__cause__ is not None and "\x1b" not in str(caught.value)


class Forms(torch.nn.Module):
    """Takes a mapping and, by name, a scale; gives several results."""

    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(8, 4)

    def forward(self, given, *, scale=None):
        out = self.linear(given["x"]) + given["y"]
        return {"out": out if scale is None else out * scale, "half": out[:, :2]}


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_forms_of_inputs(dtype):
    """A mapping as a positional argument, keyword arguments, several results, other types of weights."""
    model = Forms().to(dtype)
    given = {"x": torch.zeros(2, 8, dtype=dtype), "y": torch.ones(4, dtype=dtype)}
    plain = neuralpower.inspect(model, example_inputs=(given,))
    scaled = neuralpower.inspect(model, example_inputs={"given": given, "scale": torch.ones(1, dtype=dtype)})
    for inspection in (plain, scaled):
        assert next(layer for layer in inspection.layers if layer.type == "fc").macs == 2 * 8 * 4
        assert inspection.totals.weight_bytes >= (8 * 4 + 4) * dtype.itemsize
    assert len(scaled.layers) == len(plain.layers) + 1
    warned = any(" was measured with fp32" in warning for warning in neuralpower.predict(model, example_inputs=(given,)).warnings)
    assert warned == (dtype.itemsize != 4)


def test_says_what_to_install(resnet, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxscript", None)
    with pytest.raises(ImportError, match="pip install onnxscript"):
        neuralpower.predict(resnet, example_inputs=IMAGE)


def test_is_not_imported_for_files():
    """Nor is pandas: both only when they are asked for."""
    script = "import sys, neuralpower; neuralpower.predict('networks/alexnet.prototxt')._repr_html_(); " \
        "sys.exit(any(name in sys.modules for name in ('torch', 'pandas', 'numpy', 'onnx', 'IPython')))"
    subprocess.run([sys.executable, "-c", script], check=True, env=os.environ)
