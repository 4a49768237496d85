#!/usr/bin/env python3
"""The energy gate in a repository: the step of examples/ci/github.yml, run on one commit after the other.

    check_repository.py PROGRAM SOURCE

A repository with one network and its baseline gets a commit that changes nothing that costs, one within the tolerance, one
that makes the network dearer, and one that renames it. Each has its exit status, its annotations and its JUnit file.
Skips (77) where git is not installed.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

STEP = "Check energy"
NETWORK = """name: "tiny"
layer {{ name: "data" type: "Input" top: "data" input_param {{ shape {{ dim: 1 dim: 8 dim: 56 dim: 56 }} }} }}
layer {{ name: "conv" type: "Convolution" bottom: "data" top: "conv"
        convolution_param {{ num_output: {outputs} kernel_size: 3 pad: 1 }} }}
"""


def step_command(source):
    """The shell lines of the workflow's step, by PyYAML where it is there, else by their indentation."""
    text = (source / "examples/ci/github.yml").read_text()
    found = re.search(rf"- name: {STEP}\n +run: \|\n((?: {{10}}.*\n)+)", text)
    lines = "".join(line[10:] for line in found.group(1).splitlines(True))
    try:
        import yaml
    except ImportError:
        print("PyYAML is not installed: the workflow's YAML is not checked")
        return lines
    workflow = yaml.safe_load(text)
    steps = workflow["jobs"]["gate"]["steps"]
    assert workflow["name"] == "energy" and all("uses" in step or "run" in step for step in steps)
    assert "pull_request" in workflow[True], "YAML reads `on` as true"
    assert next(step for step in steps if step.get("name") == STEP)["run"] == lines
    return lines


class Repository:
    def __init__(self, folder, program, source):
        self.folder, self.source = folder, source
        tools = folder / "tools"
        tools.mkdir()
        (tools / "neuralpower").symlink_to(program)
        kept = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
        self.environment = {**kept, "PATH": f"{tools}:{os.environ['PATH']}", "HOME": str(folder), "LC_ALL": "C.UTF-8",
                            "GIT_CONFIG_NOSYSTEM": "1", "NEURALPOWER_PLATFORMS": str(source / "platforms")}
        self.work = folder / "work"
        (self.work / "networks").mkdir(parents=True)
        self.shell("git init -q -b main && git config user.name Tester && git config user.email tester@example.org")

    def shell(self, command, check=True):
        return subprocess.run(["bash", "-e", "-c", command], cwd=self.work, env=self.environment, capture_output=True,
                              text=True, check=check)

    def commit(self, message, files):
        for name, text in files.items():
            (self.work / name).write_text(text)
        self.shell(f"git add -A && git commit -q -m '{message}' && git clean -fdxq")

    def gate(self, command):
        """Exit status, annotations as (kind, file, message), and the JUnit suite."""
        done = self.shell(command, check=False)
        annotations = re.findall(r"^::(\w+) file=([^,]*),title=[^:]*::(.*)$", done.stderr, re.M)
        junit = self.work / "energy.xml"
        suite = xml.etree.ElementTree.parse(junit).getroot()[0] if junit.exists() else None
        return done.returncode, annotations, suite, done.stdout + done.stderr


def network(outputs):
    return {"networks/tiny.prototxt": NETWORK.format(outputs=outputs)}


def expect(what, got, wanted):
    if got != wanted:
        sys.exit(f"{what}: {got!r}, {wanted!r} was expected")


def main():
    program, source = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    if not shutil.which("git") or not shutil.which("bash"):
        print("skipped: git or bash is not installed")
        return 77
    step = step_command(source)
    loose = step.replace(" --strict", "")
    assert loose != step
    with tempfile.TemporaryDirectory() as scratch:
        r = Repository(pathlib.Path(scratch), program, source)
        r.commit("A network", {**network(63), ".gitignore": "energy.xml\n"})
        r.shell("neuralpower predict networks/*.prototxt --platform jetson-pytorch --json=networks/energy.json")
        r.commit("Its baseline", {})

        r.commit("A file that costs nothing", {"notes": "words\n"})
        status, annotations, suite, said = r.gate(step)
        expect("nothing changed: status", (status, annotations), (0, []))
        expect("nothing changed: tests, failures", (suite.get("tests"), suite.get("failures")), ("2", "0"))

        r.commit("A little dearer", network(64))
        status, annotations, suite, said = r.gate(step)
        expect("within the tolerance: status", (status, annotations), (0, []))

        r.commit("Dearer", network(128))
        status, annotations, suite, said = r.gate(step)
        expect("dearer: status", status, 1)
        expect("dearer: annotations", [(kind, file) for kind, file, _ in annotations],
               [("error", "networks/tiny.prototxt")] * 2)
        assert "is over the baseline's" in annotations[1][2], said
        expect("dearer: failures", suite.get("failures"), "2")
        expect("dearer: messages", [case[0].get("message") in said for case in suite], [True, True])
        kind, file, _ = annotations[0]
        assert (r.work / file).is_file(), "an annotation points at a file of the repository"

        # The interval of this platform is wide: without --strict the same commit is a warning.
        status, annotations, suite, said = r.gate(loose)
        expect("dearer, not strict: status", status, 0)
        expect("dearer, not strict: annotations", {kind for kind, _, _ in annotations}, {"warning"})
        # ... but not when the network costs several times as much.
        r.commit("Far dearer", network(2048))
        expect("far dearer, not strict: status", r.gate(loose)[0], 1)

        r.shell("git mv networks/tiny.prototxt networks/small.prototxt")
        r.commit("Another name", {})
        status, annotations, suite, said = r.gate(step)
        expect("renamed: status", status, 1)
        assert "nothing was compared" in said

        r.shell("neuralpower check networks/*.prototxt --platform jetson-pytorch --max-energy-mj 1e9"
                " --json=networks/energy.json")
        r.commit("A new baseline, by check", {})
        expect("new baseline: status", r.gate(step)[0], 0)

        # Energy that is not known must not pass.
        r.environment["NEURALPOWER_PLATFORMS"] = str(source / "tests/cli/data/platforms")
        status, _, _, said = r.gate("neuralpower check networks/*.prototxt --platform dark --max-energy-mj 1e9")
        expect("no power: status", status, 1)
        assert "energy cannot be checked" in said
    print("9 checks of a repository: as expected")
    return 0


sys.exit(main())
