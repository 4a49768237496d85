"""Results as objects: attributes, tables of pandas, texts, and that nothing of a document lacks an attribute."""
import copy
import dataclasses
import gc
import pickle
import re

import pandas
import pytest

import neuralpower

ALEXNET = "networks/alexnet.prototxt"


def test_attributes_are_the_documents():
    prediction = neuralpower.predict(ALEXNET, batch=16)
    totals, coverage = prediction.to_dict()["totals"], prediction.to_dict()["coverage"]
    for name in ("runtime_ms", "power_w", "energy_mj", "energy_per_item_mj", "items_per_s"):
        assert getattr(prediction, name) == totals[name] > 0
    for name in ("runtime_ms_interval", "power_w_interval", "energy_mj_interval"):
        assert list(getattr(prediction, name)) == totals[name]
    assert (prediction.runtime_coverage, prediction.energy_coverage) == (coverage["runtime_ms"], coverage["energy_mj"])
    assert prediction.warnings == prediction.to_dict()["warnings"]
    network, platform = prediction.network, prediction.platform
    assert {"name": network.name, "file": network.file, "format": network.format, "batch": network.batch} == \
        prediction.to_dict()["network"]
    assert platform.name == "xeon-5120-pytorch" and platform.has_power and platform.interval == 0.9 and platform.method == "model"


def records(rows):
    """Records of every result beside the objects they were made from."""
    prediction, sweep = neuralpower.predict("networks/resnet50.onnx"), neuralpower.sweep(ALEXNET)
    yield prediction.layers, prediction.to_dict()["layers"]
    yield sweep.batches, sweep.to_dict()["batches"]
    inspection = neuralpower.inspect("networks/resnet50.onnx")
    yield inspection.layers, inspection.to_dict()["layers"]
    yield [inspection.totals], [inspection.to_dict()["totals"]]
    for evaluation in (neuralpower.evaluate("jetson-pytorch", layers=rows),
                       neuralpower.evaluate(networks="data/measured-networks.csv",
                                            files=[ALEXNET, "networks/vgg11.prototxt", "networks/vgg16.prototxt"])):
        for name in ("layers", "networks", "summary"):
            yield getattr(evaluation, name), evaluation.to_dict()[name]
    ranking = neuralpower.rank([ALEXNET, "networks/vgg16.prototxt"], {"alexnet": 0.4, "vgg16": 0.3})
    yield ranking.networks, ranking.to_dict()["networks"]
    platform = neuralpower.fit(rows, method="paper", degree=1)
    for name in ("models", "degrees"):
        yield getattr(platform, name), platform.to_dict()[name]


def thaw(value):
    return [thaw(item) for item in value] if isinstance(value, (tuple, list)) else value


def test_records_have_all_of_a_document(rows):
    seen = set()
    for made, objects in records(rows):
        assert len(made) == len(objects)
        for record, source in zip(made, objects):
            seen.add(type(record).__name__)
            fields = {field.name.rstrip("_"): thaw(getattr(record, field.name)) for field in dataclasses.fields(record)}
            assert {key: fields[key] for key in source} == source
    assert len(seen) == 10


def test_missing_is_none_not_zero():
    prediction = neuralpower.predict(ALEXNET, "titan_x", method="paleo")
    assert prediction.runtime_ms > 0
    assert prediction.power_w is None and prediction.energy_mj is None and prediction.energy_mj_interval is None
    assert prediction.energy_coverage is None and prediction.layers[0].power_w is None
    assert "not known" in prediction._repr_html_()
    sweep = neuralpower.sweep(ALEXNET, neuralpower.load_platform("titan_x", method="paleo"), batch=[1, 2])
    assert sweep.least_energy_per_item is None and sweep.most_items_per_s in (1, 2)
    assert "not known" in sweep._repr_html_()


def test_pandas():
    prediction = neuralpower.predict(ALEXNET, batch=16)
    table = prediction.to_pandas()
    layers = prediction.to_dict()["layers"]
    assert list(table["name"]) == [layer["name"] for layer in layers]
    assert list(table["energy_mj"]) == [layer["energy_mj"] for layer in layers]
    assert list(table["runtime_ms_low"]) == [layer["runtime_ms_interval"][0] for layer in layers]
    sweep = neuralpower.sweep(ALEXNET, batch=[1, 2])
    assert list(sweep.to_pandas()["batch"]) == [1, 2]
    assert list(neuralpower.inspect(ALEXNET).to_pandas()["params"])[0] == 23296
    assert len(neuralpower.load_platform().to_pandas()) == len(neuralpower.load_platform().models)


def test_pandas_takes_names_for_names():
    text = 'name: "1" input: "data" input_shape { dim: 1 dim: 3 dim: 8 dim: 8 }\n' + \
        'layer { name: "NA" type: "ReLU" bottom: "data" top: "a" }\nlayer { name: "007" type: "ReLU" bottom: "a" top: "b" }\n'
    table = neuralpower.predict(text.encode()).to_pandas()
    assert list(table["name"]) == ["NA", "007"] and list(table["network"]) == ["1", "1"]


def test_needs_pandas_only_for_tables(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    prediction = neuralpower.predict(ALEXNET)
    with pytest.raises(ImportError, match="pip install pandas"):
        prediction.to_pandas()


def test_texts(program):
    prediction = neuralpower.predict(ALEXNET, batch=16)
    values = [f"{prediction.to_dict()['totals'][name]:.4g}" for name in ("runtime_ms", "power_w", "energy_mj")]
    assert repr(prediction) == "<Prediction of AlexNet, batch 16, on xeon-5120-pytorch: {} ms, {} W, {} mJ>".format(*values)
    assert "bottlenecks: conv2" in str(prediction)
    for result in (neuralpower.inspect(ALEXNET), neuralpower.sweep(ALEXNET), neuralpower.load_platform(),
                   neuralpower.load(ALEXNET), neuralpower.rank([ALEXNET], {"alexnet": 0.4}),
                   neuralpower.evaluate("jetson-pytorch", layers="data/jetson-pytorch.csv")):
        assert re.fullmatch(r"<\w+ .*\S>", repr(result))


def test_handles_outlive_their_makers():
    """What the library refers to is kept, whoever else lets go of it."""
    expected = neuralpower.predict(ALEXNET, batch=2).to_json()
    prediction = neuralpower.predict(neuralpower.load(ALEXNET, batch=2), neuralpower.load_platform())
    sweep = neuralpower.sweep(ALEXNET, batch=[1, 2])
    evaluation = neuralpower.evaluate("jetson-pytorch", layers="data/jetson-pytorch.csv")
    ranking = neuralpower.rank([ALEXNET], {"alexnet": 0.4}, alpha=(1, 3))
    gc.collect()
    for _ in range(50):
        neuralpower.predict("networks/lenet.prototxt").to_json()  # takes what was freed
    assert prediction.to_json() == expected
    assert sweep.predictions[1].to_json() == expected
    assert evaluation.to_dict()["data"] == "data/jetson-pytorch.csv"
    assert ranking.alphas == [1, 3] and ranking.to_dict()["data"] == "xeon-5120-pytorch"


def test_a_loaded_network_has_its_shapes():
    network = neuralpower.load(ALEXNET, batch=4)
    assert neuralpower.predict(network).network is network
    assert neuralpower.predict(network, batch=4).network.batch == 4
    with pytest.raises(neuralpower.ArgumentError, match="has its shapes already"):
        neuralpower.predict(network, batch=8)


def test_platforms_of_the_environment(monkeypatch, tmp_path):
    neuralpower.load_platform().save(tmp_path / "mine.json")
    monkeypatch.setenv("NEURALPOWER_PLATFORMS", f"/nowhere:{tmp_path}")
    assert neuralpower.platforms()[0] == "mine"
    assert neuralpower.predict(ALEXNET, "mine").to_json() == neuralpower.predict(ALEXNET).to_json()


def test_what_travels():
    """Memory of the library cannot be pickled, and says what can; a copy of what never changes is the thing itself."""
    prediction = neuralpower.predict(ALEXNET)
    for held in (prediction, prediction.network, prediction.platform, neuralpower.sweep(ALEXNET, batch=[1])):
        assert copy.copy(held) is held and copy.deepcopy(held) is held
        with pytest.raises(TypeError, match=rf"a {type(held).__name__} holds memory .* to_dict\(\)"):
            pickle.dumps(held)
    assert pickle.loads(pickle.dumps(prediction.layers)) == prediction.layers
