#!/usr/bin/env python3
"""Runs the transcripts of cases/*.txt against the program and compares what it says.

    run_cases.py PROGRAM [--bless] [TRANSCRIPT...]

A transcript is a list of cases; lines that begin with none of these marks are comments:
    $ command        for the shell, in a fresh copy of data/, `neuralpower` on the path
    | line           standard output, exactly
    |~ text          ... or only a text that must be in it
    ! text           a text that must be in standard error; without any, standard error must be empty
    = 3              the exit status, when it is not 0
--bless writes what the program says now into the transcripts (cases with |~ keep their texts): read the diff.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


class Case:
    def __init__(self, command, line):
        self.command, self.line = command, line
        self.out, self.parts, self.errors, self.status = [], [], [], 0

    def read(self, line):
        """Takes a line of the transcript; False when it is not part of a case."""
        if line.startswith("|~ "):
            self.parts.append(line[3:])
        elif line.startswith("|"):
            self.out.append(line[2:])
        elif line.startswith("! "):
            self.errors.append(line[2:])
        elif line.startswith("= "):
            self.status = int(line[2:])
        else:
            return False
        return True

    def run(self, environment, directory):
        done = subprocess.run(["sh", "-c", self.command], cwd=directory, env=environment, capture_output=True, timeout=300,
                              stdin=subprocess.DEVNULL)
        text = [stream.decode("utf-8", "backslashreplace").replace(environment["NP_SOURCE"], "$NP_SOURCE")
                for stream in (done.stdout, done.stderr)]
        return text[0], text[1], done.returncode

    def faults(self, out, error, status):
        if status != self.status:
            yield f"exit status {status}, {self.status} was expected"
        if not self.parts and out.splitlines() != self.out:
            yield "standard output differs"
        yield from (f"standard output lacks: {part}" for part in self.parts if part not in out)
        yield from (f"standard error lacks: {part}" for part in self.errors if part not in error)
        if error and not self.errors:
            yield "standard error should be empty"

    def write(self):
        yield "$ " + self.command
        yield from (f"|~ {part}" for part in self.parts)
        yield from (f"| {line}".rstrip() for line in self.out)
        yield from (f"! {line}" for line in self.errors)
        if self.status:
            yield f"= {self.status}"

    def bless(self, out, error, status):
        if not self.parts:
            self.out = out.splitlines()
        if any(part not in error for part in self.errors) or (error and not self.errors):
            self.errors = error.splitlines()
        self.status = status


def read_transcript(path):
    """Comments and cases in order."""
    items = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.startswith("$ "):
            items.append(Case(line[2:], number))
        elif not items or isinstance(items[-1], str) or not items[-1].read(line):
            items.append(line)
    return items


def environment_for(program, scratch):
    tools = scratch / "bin"
    tools.mkdir()
    (tools / "neuralpower").symlink_to(program)
    kept = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
    return {**kept, "PATH": f"{tools}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8", "COLUMNS": "80", "HOME": str(scratch),
            "NEURALPOWER_PLATFORMS": "platforms", "NP_SOURCE": str(HERE.parent.parent)}


def report(path, case, faults, out, error):
    print(f"{path.name}:{case.line}: $ {case.command}")
    for fault in faults:
        print(f"    {fault}")
    print("".join(f"    | {line}\n" for line in out.splitlines()[:40]) +
          "".join(f"    ! {line}\n" for line in error.splitlines()[:40]), end="")


def check(path, program, bless):
    """Number of cases and of those that fail."""
    items = read_transcript(path)
    cases = [item for item in items if isinstance(item, Case)]
    failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        environment = environment_for(program, pathlib.Path(scratch))
        for number, case in enumerate(cases):
            directory = pathlib.Path(scratch) / str(number)
            shutil.copytree(HERE / "data", directory)
            out, error, status = case.run(environment, directory)
            if bless:
                case.bless(out, error, status)
            faults = list(case.faults(out, error, status))
            if faults:
                failed += 1
                report(path, case, faults, out, error)
    if bless:
        lines = [line for item in items for line in ([item] if isinstance(item, str) else item.write())]
        path.write_text("\n".join(lines) + "\n")
    return len(cases), failed


def main():
    words = [word for word in sys.argv[1:] if word != "--bless"]
    program = pathlib.Path(words[0]).resolve()
    paths = [pathlib.Path(word) for word in words[1:]] or sorted((HERE / "cases").glob("*.txt"))
    total = failed = 0
    for path in paths:
        counts = check(path, program, "--bless" in sys.argv)
        total += counts[0]
        failed += counts[1]
    print(f"{total} cases, {failed} failed")
    return bool(failed or not total)


sys.exit(main())
