"""Every document, table and page of the package is the program's own, to the last digit."""
import pathlib

import pytest

import neuralpower

NETWORKS = sorted(str(path) for folder in ("networks",) for path in pathlib.Path(__file__).parents[2].joinpath(folder).iterdir())
PLATFORMS = ("xeon-5120-pytorch", "jetson-pytorch", "raptorlake-pytorch")


@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: pathlib.Path(path).name)
def test_predict(path, document):
    for platform in PLATFORMS:
        for batch in (1, 7):
            expected = document("predict", path, "--batch", batch, "--platform", platform)
            assert neuralpower.predict(path, platform, batch=batch).to_dict() == expected


@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: pathlib.Path(path).name)
def test_inspect(path, document):
    assert neuralpower.inspect(path).to_dict() == document("inspect", path)
    assert neuralpower.inspect(path, batch=3).to_dict() == document("inspect", path, "--batch", 3)


def test_options(document):
    path = "networks/alexnet.prototxt"
    assert neuralpower.predict(path, method="roofline", platform="titan_x").to_dict() == \
        document("predict", path, "--method", "roofline", "--platform", "titan_x")
    assert neuralpower.predict(path, method="paleo", platform="Titan-X").to_dict() == \
        document("predict", path, "--method", "paleo", "--platform", "Titan-X")
    assert neuralpower.predict(path, interval=0.8).to_dict() == document("predict", path, "--interval", "80")
    name = neuralpower.load("networks/mobilenet_v2.onnx")
    assert name.batch == 1
    shape = neuralpower.inspect("networks/mobilenet_v2.onnx", shapes={"input": (2, 3, 192, 160)})
    assert shape.to_dict() == document("inspect", "networks/mobilenet_v2.onnx", "--shape", "input:2x3x192x160")


def test_bytes(document):
    """As a file on standard input, but for the name that stands for it."""
    content = pathlib.Path("networks/resnet50.onnx").read_bytes()
    expected = document("predict", "networks/resnet50.onnx", "--batch", 4)
    given = neuralpower.predict(content, batch=4, name="networks/resnet50.onnx")
    assert given.to_dict() == expected
    for kind in (bytearray, memoryview):
        assert neuralpower.predict(kind(content), batch=4, name="networks/resnet50.onnx").to_dict() == expected


def test_sweep(document):
    path = "networks/alexnet.prototxt"
    assert neuralpower.sweep(path).to_dict() == document("sweep", path)
    assert neuralpower.sweep(path, "jetson-pytorch", batch=(3, 5)).to_dict() == \
        document("sweep", path, "-p", "jetson-pytorch", "--batch", "3,5")


def test_rank_files(document, tmp_path):
    errors = tmp_path / "errors.csv"
    errors.write_text("network,error\nAlexNet,0.43\nVGG-16,28.4%\nGoogLeNet,0.31\nanother,0.5\n")
    files = ["networks/alexnet.prototxt", "networks/vgg16.prototxt", "networks/googlenet.prototxt"]
    expected = document("rank", *files, "--error", errors)
    assert neuralpower.rank(files, errors).to_dict() == expected
    assert neuralpower.rank(files, {"AlexNet": 0.43, "VGG-16": 0.284, "GoogLeNet": 0.31}).to_dict() == expected
    expected = document("rank", *files, "--error", errors, "--alpha", "1,2.5", "--batch", 8, "--max-runtime-ms", 500,
                        "--max-energy-mj", 5000, "--max-power-w", 90)
    ranking = neuralpower.rank(files, errors, alpha=(1, 2.5), batch=8, max_runtime_ms=500, max_energy_mj=5000, max_power_w=90)
    assert ranking.to_dict() == expected
    assert list(ranking.chosen.items()) == [(choice["alpha"], choice["network"]) for choice in expected["chosen"]]


def test_rank_table(document, tmp_path):
    table = tmp_path / "table.csv"
    table.write_text("network,error,energy_per_item_mj,runtime_ms\na,0.1,3,\nb,0.2,1,5\nc,0.3,,\n")
    with pytest.warns(neuralpower.LeftOutWarning, match="no energy_per_item_mj of network 'c'") as warned:
        ranking = neuralpower.rank(table=table)
    assert warned[0].filename == __file__
    assert ranking.to_dict() == document("rank", "--table", table)


def test_evaluate_layers(document, program):
    data = "data/jetson-pytorch.csv"
    evaluation = neuralpower.evaluate("jetson-pytorch", layers=data)
    assert evaluation.to_dict() == document("evaluate", "-p", "jetson-pytorch", "--layers", data)
    assert evaluation.points() == document("evaluate", "-p", "jetson-pytorch", "--layers", data, "--verbose")["layers"]


def test_evaluate_networks(document, tmp_path):
    table = "data/measured-networks.csv"
    files = ["networks/alexnet.prototxt", "networks/vgg11.prototxt", "networks/vgg16.prototxt"]
    expected = document("evaluate", "-p", "xeon-5120-pytorch", "--networks", table, *files)
    assert neuralpower.evaluate(networks=table, files=files).to_dict() == expected
    own = tmp_path / "own.csv"
    own.write_text("network,batch,runtime_ms\nAlexNet,16,323\nVGG-11,11,2543\n")
    expected = document("evaluate", "-p", "xeon-5120-pytorch", "--networks", own, files[0])
    with pytest.warns(neuralpower.LeftOutWarning, match="own.csv:3: no file is given for network 'VGG-11'") as warned:
        assert neuralpower.evaluate(networks=own, files=files[:1]).to_dict() == expected
    assert warned[0].filename == __file__


def test_evaluate_table(document, tmp_path):
    table = tmp_path / "table.csv"
    table.write_text("layer_type,target,predicted,actual\nconv,runtime_ms,1.1,1\nfc,runtime_ms,2,2.5\n")
    assert neuralpower.evaluate(table=table).to_dict() == document("evaluate", "--table", table)


@pytest.mark.parametrize("method", ("default", "paper"))
def test_fit(method, document, rows, tmp_path):
    expected = document("fit", rows, "-o", tmp_path / "program.json", "--method", method, "--name", "mine", *(["--degree", 2] if method == "paper" else []))
    platform = neuralpower.fit(rows, out=tmp_path / "package.json", method=method, name="mine", degree=2 if method == "paper" else 0)
    assert platform.to_dict() == expected
    assert (tmp_path / "package.json").read_bytes() == (tmp_path / "program.json").read_bytes()
    assert len(platform.models) == 3 and bool(platform.degrees) == (method == "paper")
    again = neuralpower.predict("networks/alexnet.prototxt", tmp_path / "package.json")
    assert again.to_json() == neuralpower.predict("networks/alexnet.prototxt", platform).to_json()


def test_platforms(document):
    documents = document("platforms")
    learned = {one["name"]: one for one in documents if one["schema"] == "neuralpower/platforms/1"}
    assert neuralpower.platforms() == list(learned)
    for name, expected in learned.items():
        assert neuralpower.load_platform(name).to_dict() == expected
    assert {one["name"] for one in documents} - set(learned) <= set(neuralpower.sheets())


def test_other_forms(program):
    words = ("predict", "networks/alexnet.prototxt", "--batch", "2")
    prediction = neuralpower.predict("networks/alexnet.prototxt", batch=2)
    assert prediction.to_json() == program(*words, "--json")
    assert prediction.to_csv() == program(*words, "--csv")
    assert prediction.to_html() == program(*words, "--html")
