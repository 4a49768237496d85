#!/usr/bin/env python3
"""Runs every command line of the documentation: those of README.md, CONTRIBUTING.md, python/README.md and docs/*.md, and the
examples of every command's --help, which are those of the manual pages.

    check_commands.py ROOT BUILD [WORD...]     only those that contain a word

A fenced block that names no language is of command lines, each of which must end with status 0; when it begins with "$ ", only
lines that do so are, and what follows is what they print. Within a sentence or a table, a command line stands between
backquotes and is `neuralpower COMMAND` with arguments. Devices are computed ones, names that stand for anything stand for
something: SUBSTITUTIONS and, within sentences, PLACEHOLDERS. What is not run is in NOT_RUN, with the reason.
"""
import csv
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

root, build = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
only = sys.argv[3:]

NOT_RUN = [
    (r"^make( |$)", "builds, or is what runs this test"),
    (r"^ninja ", "builds"),
    (r"^scripts/install-deps|pip install", "installs"),
    (r"^(VIRTUAL_ENV=\S+ )?meson test", "runs tests, from within a test"),
    (r"^build/bench/", "a bench: minutes, on a machine that does nothing else"),
    (r"^export NP_\w+_LIB|^S=build/tests/stubs", "stands for an NVIDIA GPU; the device is a computed one here"),
    (r"^dpkg-buildpackage|^(sudo )?apt|^lintian", "builds or installs packages: tests/package does"),
    (r"^cc |^c\+\+ ", "compiles against an installed library: tests/install does"),
    (r"^examples/\w+\.py ", "needs Python's pyarrow, Spark or Ray: tests/clusters does"),
    (r"/bin/pytest ", "runs tests, from within a test"),
]

SUBSTITUTIONS = [
    (r"--device (cpu|cuda:0)", "--device fake:watts=250,noise=0.01,tick=0.1"),
    (r"(--platform|-p) NAME", r"\1 xeon-5120-pytorch"),
    (r"--count 100000", "--count 100"),  # of a stream as long as one likes
]

PLACEHOLDERS = [
    (r"\bFILE\.\.\.|(?<=sweep )FILE\b|(?<=--network )FILE\b", "alexnet.onnx"),
    (r"\.csv\.\.\.", ".csv"),
    (r"--type T\b", "--type conv"),
    (r"--platform SHEET", "--platform titan_x"),
    (r"--sheet NAME", "--sheet titan_x"),
    (r"--space NAME", "--space mobile"),
    (r"--count N\b", "--count 3"),
    (r"--seed S\b", "--seed 7"),
    (r"--max-energy-mj N\b", "--max-energy-mj 5000"),
    (r"(\d),\.\.\.|(\d)\.\.\.", r"\1\2"),
    (r"\bPROFILE\b", "profile.json"),
]

STATUSES = {"doctor": (0, 5), "check": (0, 1)}  # 5: there is no device here; 1: a network is over the limit


class Command:
    def __init__(self, place, line, printed=(), placeholders=()):
        self.place, self.line, self.printed = place, line, printed
        self.substitutions = [*placeholders, *SUBSTITUTIONS]

    def not_run(self):
        return next((reason for pattern, reason in NOT_RUN if re.search(pattern, self.line)), None)

    def substituted(self):
        line = self.line
        for pattern, text in self.substitutions:
            line = re.sub(pattern, text, line)
        return line


def read_block(path, first, lines):
    """The commands of a fenced block."""
    found, i, prompt = [], 0, lines[0].startswith("$ ")
    while i < len(lines):
        line, start = lines[i], i
        i += 1
        if not line or (prompt and not line.startswith("$ ")):
            continue
        while line.endswith("\\"):
            line, i = line[:-1] + lines[i].strip(), i + 1
        printed = lines[i:] if prompt else []
        line = re.sub(r"\s+#.*$", "", line.removeprefix("$ "))
        found.append(Command(f"{path.relative_to(root)}:{first + start}", line, printed))
    return found


def read_document(path):
    """Blocks of commands; each of those within a sentence is one of its own."""
    lines = path.read_text().splitlines()
    fences = [i for i, line in enumerate(lines) if line.startswith("```")]
    assert len(fences) % 2 == 0, f"{path}: a fenced block does not end"
    for begin, end in zip(fences[::2], fences[1::2]):
        if lines[begin] == "```":
            yield read_block(path, begin + 2, lines[begin + 1:end])
        lines[begin:end + 1] = [""] * (end + 1 - begin)
    for i, line in enumerate(lines):
        for command in re.findall(r"`(neuralpower [a-z]+ [^`]+)`", line):
            yield [Command(f"{path.relative_to(root)}:{i + 1}", command, placeholders=PLACEHOLDERS)]


def read_help(environment):
    """The examples of every command, each a block."""
    def say(*words):
        return subprocess.run([build / "neuralpower", *words, "--help"], check=True, text=True, capture_output=True, env=environment).stdout
    names = re.findall(r"^  ([a-z]+) +\S", say(), re.M)
    for name in names:
        examples = re.findall(r"^  (neuralpower .*)$", say(name).partition("examples:")[2], re.M)
        if not examples:
            print(f"neuralpower {name} --help: no examples")
        yield from ([Command(f"neuralpower {name} --help", line)] for line in examples)


def furnish(here):
    """What the command lines speak of, under the names they use."""
    here.mkdir()
    for folder in ("networks", "data"):
        shutil.copytree(root / folder, here / folder)
    for network in (root / "networks").glob("*.prototxt"):
        shutil.copy(network, here)
    shutil.copy(root / "networks/mobilenet_v2.onnx", here / "model.onnx")
    shutil.copy(root / "tests/data/onnx/alexnet.onnx", here)
    shutil.copy(root / "tests/data/profiles/alexnet_none.json", here / "profile.json")
    data = root / "tests/cli/data"
    for source, name in ((data / "nin.json", "net.json"), (data / "candidates.csv", "candidates.csv"), (data / "table.csv", "predicted.csv"),
                         (root / "data/measured-networks.csv", "networks.csv")):
        shutil.copy(source, here / name)
    (here / "measured.csv").write_text("network,batch,runtime_ms\nNIN,1,30\n")
    rows = (root / "data/jetson-pytorch.csv").read_text().splitlines(keepends=True)[:121]
    with open(root / "data/jetson-pytorch.csv", newline="") as file:
        more = list(csv.DictReader(line for line in file if not line.startswith("#")))[:120]
    with open(here / "more.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, more[0])
        writer.writeheader()
        writer.writerows({**row, "device": "my CPU", "software": "ONNX Runtime", "dtype": "fp32"} for row in more)
    names = [path.stem for path in sorted((root / "networks").glob("*.prototxt"))]
    errors = "network,error\n" + "".join(f"{name},0.{i + 1}\n" for i, name in enumerate(names))
    for case in (str.lower, str.upper):
        (here / f"{case('rows')}.csv").write_text("".join(rows))
        (here / f"{case('errors')}.csv").write_text(errors)
    space = [build / "neuralpower", "sample", "--space", "mobile", "--count", "3", "--lines", "-o", here / "NETS.jsonl"]
    subprocess.run(space, check=True)
    (here / "build").symlink_to(build)


def run_block(block, environment, directory):
    """Faults; what a block's lines set and write, its later lines have."""
    settings = ""
    for command in block:
        if command.not_run():
            continue
        line = command.substituted()
        if re.fullmatch(r"(export )?[A-Z_]+=\S+( [A-Z_]+=\S+)*", line):
            settings += line + "\n"
            continue
        done = subprocess.run(["bash", "-o", "pipefail", "-c", settings + line], cwd=directory, env=environment, text=True, capture_output=True,
                              stdin=subprocess.DEVNULL)
        name = re.search(r"neuralpower (\w+)", line)
        if done.returncode not in STATUSES.get(name and name[1], (0,)):
            yield f"{command.place}: $ {line}\nexit status {done.returncode}\n{done.stderr[-1000:]}"
        elif command.printed and not "\n".join(command.printed).startswith(done.stdout.rstrip("\n")):
            yield f"{command.place}: $ {line}\nprints something else than what follows it:\n{done.stdout[:1000]}"


def main():
    with tempfile.TemporaryDirectory() as scratch:
        tools, directory = pathlib.Path(scratch) / "bin", pathlib.Path(scratch)
        tools.mkdir()
        (tools / "neuralpower").symlink_to(build / "neuralpower")
        environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8", "COLUMNS": "80", "HOME": scratch}
        documents = [root / "README.md", root / "CONTRIBUTING.md", root / "python/README.md", *sorted((root / "docs").glob("*.md"))]
        blocks = [block for path in documents for block in read_document(path)] + list(read_help(environment))
        if only:
            blocks = [block for block in blocks if any(word in c.line or word in c.place for c in block for word in only)]
        faults = []
        for block in blocks:
            here = directory / re.sub(r"\W+", "_", block[0].place.split(":")[0])  # one for each document
            if not here.exists():
                furnish(here)
            faults += run_block(block, environment, here)
        commands = [command for block in blocks for command in block]
        for command in commands:
            if command.not_run():
                print(f"{command.place}: not run: {command.line}: {command.not_run()}")
        print("\n".join(faults))
        ran = sum(not command.not_run() for command in commands)
        print(f"{ran} of {len(commands)} command lines were run, {len(faults)} failed")
        return bool(faults) or not ran


sys.exit(main())
