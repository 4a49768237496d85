"""Errors are exceptions with a place, and of the kinds that Python has."""
import pathlib
import pickle
import re

import pytest

import neuralpower

BAD = pathlib.Path(__file__).parents[2] / "tests/data/bad"
EXPECTED = [re.fullmatch(r"([^:]+):(\d+):(\d+): (.*)", line).groups() for line in (BAD / "expected.txt").read_text().splitlines()
            if not line.startswith("#")]
ALEXNET = "networks/alexnet.prototxt"


@pytest.mark.parametrize("name,line,column,message", EXPECTED, ids=[row[0] for row in EXPECTED])
def test_place_in_a_text(name, line, column, message):
    with pytest.raises(neuralpower.InputError) as caught:
        neuralpower.load(BAD / name)
    error = caught.value
    assert (error.path, error.line, error.column, error.message) == (str(BAD / name), int(line), int(column), message)
    assert error.offset is None and isinstance(error, ValueError)
    assert str(error) == f"{BAD / name}:{line}:{column}: {message}"


def test_place_in_a_binary_file(tmp_path):
    path = tmp_path / "cut.onnx"
    path.write_bytes(pathlib.Path("networks/resnet50.onnx").read_bytes()[:5000])
    for given, name in ((path, str(path)), (path.read_bytes(), "bytes")):
        with pytest.raises(neuralpower.InputError) as caught:
            neuralpower.predict(given)
        error = caught.value
        assert error.path == name and 0 < error.offset <= 5000 and error.line is None and error.column is None
        assert str(error).startswith(f"{name}: byte {error.offset}: ")


def test_place_in_a_table(tmp_path):
    path = tmp_path / "errors.csv"
    path.write_text("network,error\na,0.1\nb,much\n")
    with pytest.raises(neuralpower.InputError) as caught:
        neuralpower.rank([ALEXNET], path)
    assert caught.value.path == str(path) and caught.value.line == 3


@pytest.mark.parametrize("call,kind,words", [
    (lambda: neuralpower.predict("missing.onnx"), FileNotFoundError, "missing.onnx: cannot open"),
    (lambda: neuralpower.predict("networks"), OSError, "networks"),
    (lambda: neuralpower.predict(ALEXNET, "xeon-5120-pytorc"), ValueError, "did you mean 'xeon-5120-pytorch'"),
    (lambda: neuralpower.predict(ALEXNET, "titan_x"), ValueError, "there is a data sheet: method='roofline'"),
    (lambda: neuralpower.predict(ALEXNET, "none", method="paleo"), ValueError, "no data sheet 'none'"),
    (lambda: neuralpower.predict(ALEXNET, "titan_x", method="guess"), ValueError, "guess"),
    (lambda: neuralpower.predict(ALEXNET, batch=0), ValueError, "batch 0"),
    (lambda: neuralpower.predict(ALEXNET, interval=0.2), ValueError, "0.5"),
    (lambda: neuralpower.predict(ALEXNET, shapes={"nothing": (1, 3)}), ValueError, "'nothing'"),
    (lambda: neuralpower.predict(ALEXNET, example_inputs=1), ValueError, "example_inputs go with a torch.nn.Module"),
    (lambda: neuralpower.predict(ALEXNET, neuralpower.load_platform(), interval=0.8), ValueError, "already"),
    (lambda: neuralpower.predict(7), TypeError, "not int"),
    (lambda: neuralpower.predict(b""), ValueError, "empty"),
    (lambda: neuralpower.sweep(ALEXNET, batch=[]), ValueError, "no batch"),
    (lambda: neuralpower.rank([ALEXNET]), ValueError, "networks with their errors or a table"),
    (lambda: neuralpower.evaluate(layers="a.csv", files=[ALEXNET]), ValueError, "files go with networks"),
    (lambda: neuralpower.evaluate(layers="a.csv", table="b.csv"), ValueError, "a table goes with neither"),
    (lambda: neuralpower.rank([ALEXNET], {"alexnet": 0.4}, alpha=(1000,)), ValueError, "alpha"),
    (lambda: neuralpower.evaluate(), ValueError, "was expected"),
    (lambda: neuralpower.evaluate(table="t.csv", layers="l.csv"), ValueError, "a table goes with neither"),
    (lambda: neuralpower.fit([]), ValueError, "no file of measured layers"),
    (lambda: neuralpower.fit("README.md"), ValueError, "README.md"),
    (lambda: neuralpower.fit("data/jetson-pytorch.csv", device="no such device"), ValueError, "no such device"),
    (lambda: neuralpower.fit("data/jetson-pytorch.csv", method="magic"), ValueError, "magic"),
])
def test_kinds(call, kind, words):
    with pytest.raises(kind, match=re.escape(words)) as caught:
        call()
    assert isinstance(caught.value, neuralpower.NeuralPowerError) or kind is TypeError


@pytest.mark.filterwarnings("ignore::neuralpower.LeftOutWarning")
def test_no_network_has_an_error():
    with pytest.raises(neuralpower.InputError, match="error of none"):
        neuralpower.rank([ALEXNET], {"another": 0.4})


def test_unwritable(tmp_path):
    with pytest.raises(OSError):
        neuralpower.load_platform().save(tmp_path / "no/such/folder.json")


def test_unsupported_operator():
    network = b'layers { name: "x" type: "Exotic" bottom: "data" top: "x" } input: "data" input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 8'
    network = network.replace(b"layers", b"layer")
    assert "Exotic" in neuralpower.load(network).warnings[0]
    with pytest.raises(neuralpower.UnsupportedError, match="Exotic") as caught:
        neuralpower.load(network, strict=True)
    assert caught.value.status == "unsupported operator" and caught.value.line == 1


def test_errors_travel():
    """As worker processes send them."""
    for path in (BAD / EXPECTED[0][0], "missing.onnx"):
        with pytest.raises(neuralpower.NeuralPowerError) as caught:
            neuralpower.load(path)
        back = pickle.loads(pickle.dumps(caught.value))
        assert type(back) is type(caught.value) and str(back) == str(caught.value)
        assert (back.path, back.line, back.column, back.message, back.status) == \
            tuple(getattr(caught.value, name) for name in ("path", "line", "column", "message", "status"))


def test_names_that_are_not_utf8(tmp_path):
    path = bytes(tmp_path) + b"/\xff.prototxt"
    with pytest.raises(neuralpower.MissingFileError):
        neuralpower.load(__import__("os").fsdecode(path))


def test_left_out_rows_are_said(rows):
    lines = rows.read_text().splitlines(keepends=True)
    rows.write_text("".join(lines + [lines[-1].replace("conv", "magic", 1)]))
    with pytest.warns(neuralpower.LeftOutWarning, match=f"left out: 1 that cannot be used\n.*rows.csv:{len(lines) + 1}: ") as warned:
        neuralpower.evaluate("jetson-pytorch", layers=rows)
    assert warned[0].filename == __file__
