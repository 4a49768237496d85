"""The view in a notebook: markup that is whole, says what the result says, loads nothing, and lets no name become markup."""
import html.parser
import pathlib
import re
import sys

import pytest

import neuralpower

ALEXNET = "networks/alexnet.prototxt"
VOID = {"br", "hr", "img", "meta", "link", "input"}


class Reader(html.parser.HTMLParser):
    """Collects texts and the content of frames; fails on a tag that does not match."""

    def __init__(self):
        super().__init__()
        self.open, self.words, self.frames, self.tags = [], [], [], set()

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        if tag not in VOID:
            self.open.append(tag)
        if tag == "iframe":
            self.frames.append(dict(attributes))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1:] != ["style"]:
            self.words.append(data)


def read(result):
    reader = Reader()
    reader.feed(result._repr_html_())
    assert not reader.open and "script" not in reader.tags
    return reader, " ".join(reader.words)


RESULTS = {
    "prediction": (lambda: neuralpower.predict(ALEXNET, batch=16),
                   ["AlexNet, batch 16, on xeon-5120-pytorch", "runtime", "conv2", "share of energy"]),
    "inspection": (lambda: neuralpower.inspect(ALEXNET), ["714 M", "61.1 M", "1x64x55x55"]),
    "sweep": (lambda: neuralpower.sweep(ALEXNET), ["AlexNet against the batch", "batch 64", "256"]),
    "evaluation": (lambda: neuralpower.evaluate("jetson-pytorch", layers="data/jetson-pytorch.csv"), ["23.0 %", "power_w", "800"]),
    "networks": (lambda: neuralpower.evaluate(networks="data/measured-networks.csv",
                                              files=[ALEXNET, "networks/vgg11.prototxt", "networks/vgg16.prototxt"]),
                 ["whole networks", "AlexNet"]),
    "ranking": (lambda: neuralpower.rank([ALEXNET, "networks/vgg16.prototxt"], {"alexnet": 0.43, "VGG-16": 0.28}),
                ["Energy-Precision Ratio", "alpha 1", "VGG-16", "Pareto"]),
    "platform": (neuralpower.load_platform, ["xeon-5120-pytorch", "RMSPE held out"]),
    "sheet": (lambda: neuralpower.load_platform("titan_x", method="roofline"), ["roofline"]),
}


@pytest.mark.parametrize("name", RESULTS)
def test_view(name):
    make, expected = RESULTS[name]
    result = make()
    reader, words = read(result)
    for text in expected:
        assert text in words
    has_page = name not in ("inspection", "platform", "sheet")
    assert [frame["srcdoc"] for frame in reader.frames] == ([result.to_html()] if has_page else [])
    assert all(frame["sandbox"] == "allow-scripts" for frame in reader.frames)
    outside = re.sub(r'srcdoc="[^"]*"', "", result._repr_html_())
    assert not re.search(r"https?://|url\(|@import|\bsrc=", outside)


def test_names_stay_names():
    name = "<script>alert(1)</script>&\u202e\u2066"
    network = f'name: "{name}" input: "data" input_shape {{ dim: 1 dim: 3 dim: 8 dim: 8 }}\n' \
        f'layer {{ name: "{name}" type: "ReLU" bottom: "data" top: "a" }}'
    for result in (neuralpower.predict(network.encode()), neuralpower.inspect(network.encode())):
        reader, words = read(result)
        assert words.count("<script>alert(1)</script>&\ufffd\ufffd") >= 2


def test_many_layers_are_cut():
    network = 'input: "t0" input_shape { dim: 1 dim: 3 dim: 8 dim: 8 }\n' + "".join(
        f'layer {{ name: "l{i}" type: "ReLU" bottom: "t{i}" top: "t{i + 1}" }}\n' for i in range(500))
    _, words = read(neuralpower.predict(network.encode()))
    assert "l399" in words and "l400" not in words and "100 more rows are not shown here" in words


def test_in_a_browser(tmp_path):
    """The frame draws its page with scripts, and nothing is asked of any network."""
    sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tests/pages"))
    browser = pytest.importorskip("browser")
    binary, driver, lack = browser.find_browser()
    if lack:
        pytest.skip(lack)
    view = tmp_path / "view.html"
    prediction = neuralpower.predict(ALEXNET, batch=16)
    runtime_ms = prediction.runtime_ms
    assert f"{runtime_ms:.0f} ms" in prediction._repr_html_()
    view.write_text("<!doctype html><meta charset=utf-8>" + prediction._repr_html_())
    with browser.Browser(binary, driver) as window:
        window.look(1000)
        window.open(view)
        bar = "return getComputedStyle(document.querySelectorAll('.np-bar i')[%d]).width"
        assert float(window.script(bar % 3)[:-2]) > 2 * float(window.script(bar % 2)[:-2]) > 0
        window.script("document.querySelector('details').open = true; document.querySelector('iframe').loading = 'eager'")
        window.ask("POST", window.session + "/frame", {"id": 0})
        assert window.script("return document.querySelectorAll('svg').length") > 0
        assert re.search(rf"{runtime_ms:.0f}\s*ms", window.script("return document.body.innerText"))
        assert all(url.startswith(("file:", "about:", "data:")) for url in window.requests())
        assert not [entry for entry in window.logs("browser") if entry["level"] == "SEVERE"]
