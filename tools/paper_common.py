"""What the parts of tools/paper.py share: the repository's tables, the program, and how figures are written."""

import csv
import functools
import json
import math
import os
import pathlib
import re
import subprocess
import tempfile
import textwrap

ROOT = pathlib.Path(__file__).resolve().parent.parent
UNITS = {"runtime_ms": "ms", "power_w": "W", "energy_mj": "mJ"}
KINDS = {"conv": ("Convolutional", "conv"), "fc": ("Fully connected", "fc"), "pool": ("Pooling", "maxpool")}
FILES = {"VGG-16": "vgg16", "AlexNet": "alex_v2", "NIN": "nin", "Overfeat": "overfeat", "CIFAR10-6conv": "cifar10_6conv"}
BATCH = {"VGG-16": 64}  # of the paper's networks; the others have 128


def read(path):
    with open(ROOT / path, newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def paper(number):
    return read(f"data/paper/table{number}.csv")


def ledger(name):
    return read(f"tests/regression/{name}.csv")


class Program:
    def __init__(self, path):
        self.path = path.resolve()
        self.environment = {
            **os.environ,
            "NEURALPOWER_PLATFORMS": str(ROOT / "platforms"),
            "NEURALPOWER_SHEETS": str(ROOT / "sheets"),
            "NO_COLOR": "1",
        }

    def text(self, *words, give=None):
        return subprocess.run(
            [self.path, *map(str, words)],
            check=True,
            capture_output=True,
            text=True,
            input=give,
            cwd=ROOT,
            env=self.environment,
        ).stdout

    def json(self, *words):
        return json.loads(self.text(words[0], "-q", "--json", *words[1:]))

    def predict(self, network, *words):
        return self.json("predict", network, *words)

    @functools.cache
    def paper_network(self, name, method, sheet="titan_x"):
        """One of Table 4's networks as the authors' copy of Paleo has it, from a data sheet."""
        return self.predict(f"tests/data/paleo/{FILES[name]}.json", "--method", method, "--platform", sheet)

    def fit_polynomials(self, rows, *words):
        with tempfile.TemporaryDirectory() as directory:
            return self.json("fit", rows, "--method", "paper", "-o", f"{directory}/p.json", *words)["models"]

    def errors(self, pairs, target="runtime_ms"):
        """RMSPE and the rest of (predicted, actual), by `evaluate --table`."""
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / "table.csv"
            path.write_text("target,predicted,actual\n" + "".join(f"{target},{p!r},{a!r}\n" for p, a in pairs))
            return self.json("evaluate", "--table", path)["summary"][0]


def claim(true, words):
    """Stops where the text would say what the figures no longer do."""
    assert true, f"docs/paper.md says: {words}; its figures do not. Change the text in tools/paper.py"


# ---- words ----


def num(value, digits=3):
    """So many significant digits, without an exponent up to a million."""
    value = float(value)
    if value == 0:
        return "0"
    places = digits - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, places)
    return f"{rounded:,.{max(places, 0)}f}".replace(",", " ") if abs(rounded) >= 1e4 else f"{rounded:.{max(places, 0)}f}"


def percent(fraction, places=2):
    return f"{100 * fraction:.{places}f} %"


def signed(fraction, places=1):
    if fraction > 9:
        return f"{num(1 + fraction)} times"
    words = f"{100 * fraction:+.{places}f} %"
    return words[1:] if float(words[:-2]) == 0 else words


def table(head, rows):
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


def error_of(row, column="predicted"):
    return float(row[column]) / float(row["actual"]) - 1


def wrapped(text):
    """Paragraphs and lists filled to the width of the other documents; tables, headings and pictures as they are."""
    for block in text.split("\n\n"):
        if block.startswith(("|", "#", "!")):
            yield block
        else:
            items = re.split(r"\n(?=- )", block.strip("\n"))
            yield "\n".join(
                textwrap.fill(
                    " ".join(item.split()).replace(" %", "\0%"),
                    128,
                    subsequent_indent="  " if item.startswith("- ") else "",
                    break_long_words=False,
                    break_on_hyphens=False,
                ).replace("\0", " ")
                for item in items
            )
