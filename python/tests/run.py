#!/usr/bin/env python3
"""
Installs the package as a user does, in a virtual environment under the build directory, and runs its tests there:

    run.py SOURCE BUILD

`pip install .` the first time; later what was built is used again. PyTorch is that for the CPU, of its own index or of where
pip looks besides; without it the tests of modules skip and say so. Exit status 77, which is "skipped", where pip reaches no index or Python lacks
what an environment needs.
"""
import hashlib
import os
import pathlib
import re
import subprocess
import sys
import sysconfig

SOURCE, BUILD = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
VENV = BUILD / "python-venv"
PYTHON = VENV / "bin/python"
TOOLS = ["meson-python>=0.16", "meson", "ninja", "cffi>=1.17"]
TORCH = ["torch==2.13.0+cpu", "onnxscript>=0.5"]
TORCH_INDEX = "https://download.pytorch.org/whl/cpu"
# Nothing of the outer build may reach the inner one, which is a user's.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in ("CC", "CFLAGS", "LDFLAGS", "PYTHONPATH", "DESTDIR")}
ENVIRONMENT.update({"PATH": f"{VENV / 'bin'}:{os.environ['PATH']}", "NP_SOURCE": str(SOURCE), "NP_BUILD": str(BUILD)})


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


def pip(*words):
    run = subprocess.run([PYTHON, "-m", "pip", "--disable-pip-version-check", *words], cwd=SOURCE, env=ENVIRONMENT, text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return run.returncode == 0, run.stdout


def test_requirements():
    """The extra `test` of pyproject.toml, which is the only list of them."""
    return re.findall(r'"([^"]+)"', re.search(r"^test = \[(.*?)\]", (SOURCE / "pyproject.toml").read_text(), re.M | re.S)[1])


def make_environment(stamp, wanted):
    """A fresh environment with the package, as a user gets it, and then what the tests want."""
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], capture_output=True, text=True)
    if made.returncode:
        skip(f"no virtual environment can be made (Debian: python3-venv): {made.stdout.strip()[:200]}")
    reached, said = pip("download", "--quiet", "--no-deps", "--retries", "1", "--dest", str(VENV / "reached"), "cffi")
    if not reached:
        skip(f"pip reaches no index: {said.strip()[-300:]}")
    for words in (["install", "--quiet", "."], ["install", "--quiet", *TOOLS, *test_requirements()]):
        done, said = pip(*words)
        if not done:
            sys.exit(f"pip {' '.join(words)} failed:\n{said}")
    done, said = pip("install", "--quiet", "--extra-index-url", TORCH_INDEX, *TORCH)
    if not done:
        print(f"no PyTorch for the CPU, so the tests of torch modules are skipped: {said.strip()[-300:]}")
    stamp.write_text(wanted)
    return done


def update_package():
    done, said = pip("install", "--quiet", "--no-deps", "--no-build-isolation", f"--config-settings=build-dir={BUILD / 'python-wheel'}", ".")
    if not done:
        sys.exit(f"pip install . failed:\n{said}")


def main():
    if not pathlib.Path(sysconfig.get_paths()["include"], "Python.h").exists():
        skip("there is no Python.h (Debian: python3-dev)")
    stamp = VENV / "requirements"
    wanted = hashlib.sha256("\n".join([sys.version, *TOOLS, *TORCH, *test_requirements()]).encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        update_package()
    else:
        make_environment(stamp, wanted)
    words = ["-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", str(SOURCE / "python/tests")]
    return subprocess.run([PYTHON, *words], cwd=SOURCE, env=ENVIRONMENT).returncode


sys.exit(main())
