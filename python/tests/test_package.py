"""The package as a whole: its types, its binding, what is in the wheel, and that its documents' examples run."""
import importlib.metadata
import pathlib
import re
import subprocess
import sys

import pytest

import neuralpower

ROOT = pathlib.Path(__file__).parents[2]
PACKAGE = pathlib.Path(neuralpower.__file__).parent


def mypy(*words, cwd):
    return subprocess.run([sys.executable, "-m", "mypy", "--strict", *map(str, words)], cwd=cwd, capture_output=True, text=True)


def test_types_of_the_package(tmp_path):
    run = mypy(ROOT / "python/neuralpower", cwd=tmp_path)
    assert run.returncode == 0, run.stdout


USE = """
import neuralpower
p = neuralpower.predict("a.onnx", batch=4)
reveal_type(p.runtime_ms)
reveal_type(p.layers[0].energy_mj_interval)
reveal_type(neuralpower.rank(["a.onnx"], {"a": 0.1}).chosen)
reveal_type(neuralpower.sweep(b"").batches)
"""
REVEALED = ["float | None", "tuple[float, float] | None", "dict[float, str | None]", "list[neuralpower._records.SweepPoint]"]


def test_types_of_a_user(tmp_path):
    """The installed package is typed: right use passes, wrong use does not."""
    (tmp_path / "use.py").write_text(USE)
    run = mypy("use.py", cwd=tmp_path)
    assert run.returncode == 0, run.stdout
    assert re.findall(r'Revealed type is "(.*)"', run.stdout.replace("builtins.", "")) == REVEALED
    (tmp_path / "wrong.py").write_text("import neuralpower\nneuralpower.predict('a.onnx', batch='4')\nneuralpower.predict(3)\n")
    run = mypy("wrong.py", cwd=tmp_path)
    assert run.returncode == 1 and "wrong.py:2: error" in run.stdout and "wrong.py:3: error" in run.stdout


def test_everything_public_is_bound():
    headers = "".join(path.read_text() for path in (ROOT / "include/neuralpower").glob("*.h"))
    functions = set(re.findall(r"\b(np_\w+)\(", re.sub(r"/\*.*?\*/", "", headers, flags=re.S)))
    assert len(functions) > 80 and functions <= set(dir(neuralpower._core.lib))
    for status in re.findall(r"X\((NP_\w+), (\d+),", headers):
        assert getattr(neuralpower._core.lib, status[0]) == int(status[1])


def test_public_names():
    at_once = {name for name, value in vars(neuralpower).items() if not name.startswith("_") and (callable(value) or name.isupper())}
    assert set(neuralpower.__all__) == at_once | set(neuralpower._OF_TORCH) and len(set(neuralpower.__all__)) == len(neuralpower.__all__)
    assert all(getattr(neuralpower, name).__doc__ for name in at_once if name != "DEFAULT_PLATFORM")


def test_what_is_installed():
    """The data that the program has, and neither program nor tests; one requirement."""
    for folder in ("platforms", "sheets", "suites"):
        ours = {path.name for path in (ROOT / folder).iterdir() if path.name != ".gitkeep"}
        assert {path.name for path in (PACKAGE / folder).iterdir()} == ours
    files = [str(path) for path in importlib.metadata.files("neuralpower")]
    tops = {name.split("/")[0] for name in files}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"neuralpower"}
    assert not [name for name in files if "test" in name or name.endswith((".c", ".h", ".a"))]
    assert "neuralpower/py.typed" in files
    required = [word for word in importlib.metadata.requires("neuralpower") if "extra ==" not in word]
    assert [re.match(r"\w+", word)[0] for word in required] == ["cffi"]
    assert importlib.metadata.version("neuralpower") == neuralpower.__version__


def examples(path):
    return re.findall(r"^```python\n(.*?)^```", (ROOT / path).read_text(), re.M | re.S)


def run_examples(path, tmp_path):
    """All blocks of a document, one after the other, as one session. Files they write go to a folder of their own."""
    blocks = examples(path)
    assert blocks
    for folder in ("networks", "data"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    script = tmp_path / "examples.py"
    script.write_text("\n".join(blocks))
    run = subprocess.run([sys.executable, script], cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_example_of_the_readme(tmp_path):
    pytest.importorskip("torch")
    assert re.match(r"\d+ ms, \d+ mJ per item\n\S+\n$", run_examples("README.md", tmp_path))


def test_examples_of_the_manual(tmp_path):
    pytest.importorskip("torch")
    run_examples("docs/python.md", tmp_path)
