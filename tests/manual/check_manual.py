#!/usr/bin/env python3
"""Manual pages and completions say what --help says, and are read without a complaint.

    check_manual.py ROOT BUILD

Every command and option of --help is in its page and in every shell's completions; every variable of the environment that the
source reads is in neuralpower(1); every public function is in a page of section 3. groff and mandoc have no warning.
"""
import pathlib
import re
import shutil
import subprocess
import sys

root, build = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
pages = build / "manual"
skipped = []


def run(*command, **more):
    return subprocess.run([str(word) for word in command], text=True, capture_output=True, **more)


def plain(path):
    """What a page says, without roff."""
    text = path.read_text()
    for roff, character in (("\\-", "-"), ("\\fB", ""), ("\\fR", ""), ("\\fI", ""), ("\\(aq", "'"), ("\\(dq", '"'), ("\\&", "")):
        text = text.replace(roff, character)
    return text


def help_of(*words):
    return run(build / "neuralpower", *words, "--help").stdout


def commands():
    return re.findall(r"^  ([a-z]+) +\S", help_of(), re.M)


def options(command):
    """Option -> its other name or None."""
    found = re.findall(r"^  (?:(-\w), )?(--?[a-z][a-z-]*)(?=[ \[]|$)", help_of(command), re.M)
    return {name: alias for alias, name in found}


def check_command(command, shells):
    page = plain(pages / f"neuralpower-{command}.1")
    taken = options(command)
    if "--help" not in taken:
        yield f"{command} --help lists no options"
    for name, alias in taken.items():
        if not re.search(rf"^(?:{alias}, )?{name}(?=[ \[\n])", page, re.M):
            yield f"neuralpower-{command}(1) lacks {name}"
        for shell, lines in shells.items():
            mine = lines[command]
            fish_name = f"-l {name[2:]} " if name.startswith("--") else f"-s {name[1:]} "
            words = [fish_name] + ([f"-s {alias[1:]} "] if alias else []) if shell == "fish" else [name] + ([alias] if alias else [])
            yield from (f"{shell}: {command} lacks {word}" for word in words if word not in mine)


def completions():
    """Shell -> command -> the part of its completions that is about that command."""
    bash, zsh, fish = ((pages / name).read_text() for name in ("neuralpower", "_neuralpower", "neuralpower.fish"))
    names = commands()
    return {
        "bash": {c: next(line for line in bash.splitlines() if line.startswith(f"\t{c},-*)")) for c in names},
        "zsh": {c: re.search(rf"^\t\t{c}\)\n(.*?);;", zsh, re.M | re.S)[1] for c in names},
        "fish": {c: "\n".join(l for l in fish.splitlines() if f"seen_subcommand_from {c}'" in l) for c in names},
    }


def check_environment():
    text = plain(pages / "neuralpower.1")
    for path in sorted([*root.glob("src/*/*.c"), *root.glob("cli/*.c")]):
        if path.name == "manual.c":
            continue
        for name in re.findall(r'"((?:NP|NEURALPOWER)_[A-Z_]+)"', path.read_text()):
            if name not in text:
                yield f"neuralpower(1) lacks {name}, which {path.relative_to(root)} reads"


def check_api():
    written = "".join(path.read_text() for path in pages.glob("*.3"))
    for header in sorted(root.glob("include/neuralpower/*.h")):
        names = re.findall(r"^NP_API[^(]*?\b(np_\w+)\(", header.read_text(), re.M)
        yield from (f"section 3 lacks {name} of {header.name}" for name in names if f"{name}(" not in written)


def check_roff():
    for path in sorted([*pages.glob("*.1"), *pages.glob("*.3")]):
        if shutil.which("man") and shutil.which("groff"):
            done = run("man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", path,
                       env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "MANWIDTH": "80"})
            if done.stderr or done.returncode:
                yield f"man: {path.name}: {done.stderr}"
        if shutil.which("mandoc"):
            done = run("mandoc", "-T", "lint", "-W", "warning", path)
            if done.stdout or done.returncode:
                yield f"mandoc: {done.stdout}{done.stderr}"
    skipped.extend(tool for tool in ("man", "groff", "mandoc") if not shutil.which(tool))


def main():
    names = commands()
    shells = completions()
    faults = [] if len(names) >= 10 else [f"--help lists {len(names)} commands"]
    for command in names:
        faults += check_command(command, shells)
    faults += [*check_environment(), *check_api(), *check_roff()]
    print("\n".join(faults) or f"{len(names)} commands" + (f"; not here: {', '.join(skipped)}" if skipped else ""))
    return bool(faults)


sys.exit(main())
