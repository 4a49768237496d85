"""The reports that the tests of pages look at, made by the program: each as a page and as JSON."""
import csv
import io
import json
import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

HOSTILE = ["</script><script>window.pwned = 1</script>", "<!--<script>", "\\\"quotes\\\" and 'more' &amp; <b>bold</b>",
           "\u5c64\u5c64\u5c64 \u0434\u0430 \U0001f600 e\u0301", "a\u202ereversed\u2066", "\u2028line\u2029break", "<img src=x onerror=alert(1)>",
           "very/long/" * 400, "x" * 3000, "javascript:alert(1)", "${1+1}`", "__proto__"]


def run(program, *words, **more):
    environment = {**os.environ, "NEURALPOWER_PLATFORMS": str(ROOT / "platforms"), "NEURALPOWER_SHEETS": str(ROOT / "sheets"), "NO_COLOR": "1", "COLUMNS": "120"}
    return subprocess.run([program, *map(str, words)], check=True, capture_output=True, text=True, encoding="utf-8", cwd=ROOT,
                          env=environment, **more).stdout


def convolution(name, below, above):
    return (f'layer {{ name: "{name}" type: "Convolution" bottom: "{below}" top: "{above}"\n'
            "  convolution_param { num_output: 16 kernel_size: 3 pad: 1 } }\n")


def chain(names, title):
    """A network of convolutions of these names, one behind the other."""
    text = f'name: "{title}"\nlayer {{ name: "data" type: "Input" top: "t0" input_param {{ shape {{ dim: 1 dim: 16 dim: 12 dim: 12 }} }} }}\n'
    return text + "".join(convolution(name, f"t{i}", f"t{i + 1}") for i, name in enumerate(names))


def count_rows(text):
    return len(list(csv.reader(io.StringIO(text, newline="")))) - 1


class Page:
    def __init__(self, program, folder, name, *words):
        self.name, self.path = name, folder / f"{name}.html"
        self.json_text = run(program, *words, "--json", "-q", "-v")
        run(program, *words, f"--html={self.path}", "-q")
        self.rows = count_rows(run(program, *words, "--csv", "-q"))
        self.report = json.loads(self.json_text)
        self.text = self.path.read_text(encoding="utf-8")

    def embedded(self):
        """What the page carries, as it stands there."""
        return re.search(r'<script type="application/json" id="report">\n(.*?)</script>', self.text, re.S)[1]


class DegreesPage(Page):
    """fit writes its pages where --degrees says."""

    def __init__(self, program, folder):
        self.name, self.path = "degrees", folder / "degrees.html"
        json_path = folder / "degrees.json"
        run(program, "fit", "data/jetson-pytorch.csv", "--method", "paper", "--degree", "2", "-q", f"--degrees={self.path}",
            f"--degrees={json_path}", "-o", folder / "learned.json")
        self.json_text = json_path.read_text(encoding="utf-8")
        self.rows = len(json.loads(self.json_text)["degrees"])
        self.report, self.text = json.loads(self.json_text), self.path.read_text(encoding="utf-8")


def make_pages(program, folder):
    """By name."""
    long, hostile = folder / "long.prototxt", folder / "hostile.prototxt"
    long.write_text(chain([f"stage{i // 100}/conv{i}" for i in range(1000)], "Thousand"))
    hostile.write_text(chain(HOSTILE, "</title><script>window.pwned = 2</script> \u202egnp.exe " + "w" * 300), encoding="utf-8")
    table = folder / "table.csv"
    table.write_text("layer_type,target,predicted,actual\n" + "".join(
        f'"<b>{i % 3}</b>",latency,{1 + i % 7},{1 + i % 5}\n' for i in range(60)))
    wanted = {
        "predict": ["predict", "networks/alexnet.prototxt", "--batch", "16"],
        "predict-google": ["predict", "networks/googlenet.prototxt", "--platform", "jetson-pytorch"],
        "predict-several": ["predict", "networks/alexnet.prototxt", "networks/vgg16.prototxt", "--batch", "1,8,64"],
        "predict-dark": ["predict", "tests/cli/data/lenet.prototxt", "--platform", "tests/cli/data/platforms/dark.json"],
        "predict-long": ["predict", long],
        "predict-hostile": ["predict", hostile],
        "evaluate-layers": ["evaluate", "-p", "jetson-pytorch", "--layers", "data/jetson-pytorch.csv"],
        "evaluate-networks": ["evaluate", "--networks", "data/measured-networks.csv"],
        "evaluate-table": ["evaluate", "--table", table],
    }
    wanted["compare"] = ["compare", "networks/alexnet.prototxt", "--batch", "16", "--platform", "xeon-5120-pytorch", "--sheet", "xeon_5120",
                         "--networks", "data/measured-networks.csv"]
    wanted["compare-hostile"] = ["compare", hostile, "--sheet", "titan_x"]
    errors = folder / "errors.csv"
    errors.write_text("network,error\nAlexNet,0.17\nVGG-16,0.073\nGoogLeNet,0.093\nResNet-50,0.068\nNIN,0.202\nMobileNet_V2,0.095\n")
    wanted["rank"] = ["rank", "networks/alexnet.prototxt", "networks/vgg16.prototxt", "networks/googlenet.prototxt",
                      "networks/nin.prototxt", "--error", errors]
    wanted["rank-table"] = ["rank", "--table", "data/paper/table07.csv", "--alpha", "1,2"]
    wanted["sweep"] = ["sweep", "networks/alexnet.prototxt", "--batch", "1,2,4,8,16,32,64,128"]
    wanted["sweep-several"] = ["sweep", "networks/alexnet.prototxt", "networks/googlenet.prototxt", "--batch", "1,4,16"]
    pages = {name: Page(program, folder, name, *words) for name, words in wanted.items()}
    pages["degrees"] = DegreesPage(program, folder)
    return pages


class NotebookPage:
    """What a notebook shows of a prediction and of a sweep, the latter's charts unfolded; by the Python package."""

    def __init__(self, folder):
        import neuralpower  # of the Python that runs this
        self.path = folder / "notebook.html"
        os.chdir(ROOT)  # reports name files as they were asked for
        prediction = neuralpower.predict("networks/alexnet.prototxt", platform="xeon-5120-pytorch", batch=16)._repr_html_()
        sweep = neuralpower.sweep("networks/alexnet.prototxt", platform="xeon-5120-pytorch", batch=[1, 2, 4, 8, 16, 32, 64, 128, 256])._repr_html_()
        unfolded = sweep.replace("<details>", "<details open>")
        for hindrance in (' loading="lazy"', ' sandbox="allow-scripts"'):  # a picture is taken once all of this process is drawn
            unfolded = unfolded.replace(hindrance, "")
        self.path.write_text(f'<!doctype html><meta charset="utf-8"><body style="font-family:sans-serif;margin:20px">{prediction}<hr>{unfolded}',
                             encoding="utf-8")
