"""What the tests of the package share: the program of the same build, whose JSON the package must equal."""
import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(os.environ.get("NP_SOURCE", pathlib.Path(__file__).parents[2]))
PROGRAM = pathlib.Path(os.environ.get("NP_BUILD", ROOT / "build")) / "neuralpower"


@pytest.fixture(autouse=True)
def at_root(monkeypatch):
    """Paths are those of the source tree, and only bundled platforms are found."""
    monkeypatch.chdir(ROOT)
    monkeypatch.delenv("NEURALPOWER_PLATFORMS", raising=False)
    monkeypatch.delenv("NEURALPOWER_SHEETS", raising=False)


def run(*words):
    """What the program writes on standard output."""
    return subprocess.run([PROGRAM, *map(str, words)], check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True).stdout


@pytest.fixture
def program():
    return run


@pytest.fixture
def document():
    """The program's JSON, parsed."""
    return lambda *words: json.loads(run(*words, "--json"))


@pytest.fixture
def rows(tmp_path):
    """The first rows of a data set: enough to learn from, few enough to be quick."""
    path = tmp_path / "rows.csv"
    path.write_text("".join((ROOT / "data/jetson-pytorch.csv").read_text().splitlines(keepends=True)[:130]))
    return path
