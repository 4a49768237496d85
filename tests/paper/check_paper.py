#!/usr/bin/env python3
"""docs/paper.md and its pictures are what tools/paper.py makes today, byte for byte, and the paper's published figures
come out: Paleo's column of Table 4, Table 7 for every alpha, the accuracies of Tables 4 to 6.

    check_paper.py ROOT PROGRAM
"""

import difflib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

root, program = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
PALEO = {"vgg16": "345.83", "alex_v2": "33.16", "nin": "45.68", "overfeat": "114.71", "cifar10_6conv": "28.75"}
ACCURACY = {"04": "88.23", "05": "88.34", "06": "97.21", "06-mended": "95.12"}
ERROR_AND_ENERGY = {"VGG-16": (0.073, 1178.9), "AlexNet": (0.17, 59.3), "NIN": (0.202, 89.6)}
PRINTED_M = {
    "VGG-16": (86.062, 6.283, 0.459, 0.033),
    "AlexNet": (10.086, 1.715, 0.291, 0.050),
    "NIN": (18.093, 3.655, 0.738, 0.149),
}
failures = []


def expect(true, words):
    if not true:
        failures.append(words)


def report(*words):
    out = subprocess.run(
        [program, *words[:1], "-q", "--json", *words[1:]],
        check=True,
        capture_output=True,
        text=True,
        cwd=root,
        env={**os.environ, "NEURALPOWER_SHEETS": str(root / "sheets")},
    ).stdout
    return json.loads(out)


def files(folder):
    return {path.relative_to(folder): path.read_text() for path in [folder / "paper.md", *sorted((folder / "paper").iterdir())]}


def check_bytes():
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run([sys.executable, root / "tools/paper.py", "--program", program, "-o", directory], check=True)
        made = files(pathlib.Path(directory))
    committed = files(root / "docs")
    expect(committed.keys() == made.keys(), f"files: {sorted(committed)} are committed, {sorted(made)} are made")
    for name in committed.keys() & made.keys():
        lines = difflib.unified_diff(
            committed[name].splitlines(), made[name].splitlines(), f"docs/{name}", "made now", lineterm="", n=0
        )
        expect(committed[name] == made[name], "\n".join(["run `make paper`:", *lines]))
    return committed


def check_page(committed):
    """Pictures are well-formed, say what they show, and are those that the page shows; links within the page lead somewhere."""
    text = committed[pathlib.Path("paper.md")]
    shown = {pathlib.Path(path) for path in re.findall(r"!\[[^]]+\]\(([^)]+)\)", text)}
    expect(shown == committed.keys() - {pathlib.Path("paper.md")}, f"pictures shown: {sorted(shown)}")
    for path in shown:
        picture = xml.etree.ElementTree.fromstring(committed[path])
        names = [child.tag.split("}")[1] for child in picture]
        expect(names[:2] == ["title", "desc"], f"{path} does not say what it shows")
    heads = {re.sub(r"[^a-z0-9 -]", "", head.lower()).replace(" ", "-") for head in re.findall(r"^#+ (.+)$", text, re.M)}
    for link in re.findall(r"\(#([^)]+)\)", text):
        expect(link in heads, f"no heading for #{link}")


def check_published():
    for name, printed in PALEO.items():
        ms = report("predict", f"tests/data/paleo/{name}.json", "--method", "paleo", "-p", "titan_x")["totals"]["runtime_ms"]
        expect(f"{ms:.2f}" == printed, f"Table 4, Paleo, {name}: {ms}, printed {printed}")
    for number, printed in ACCURACY.items():
        accuracy = report("evaluate", "--table", f"data/paper/table{number}.csv")["summary"][-1]["accuracy"]
        expect(f"{100 * accuracy:.2f}" == printed, f"Table {number}: accuracy {accuracy}, expected {printed} %")
    rank = report("rank", "--table", "data/paper/table07.csv", "--alpha", "1,2,3,4")
    for network in rank["networks"]:
        error, energy = ERROR_AND_ENERGY[network["network"]]
        for i, (score, printed) in enumerate(zip(network["scores"], PRINTED_M[network["network"]])):
            expect(
                abs(score / (error ** (i + 1) * energy) - 1) < 1e-12,
                f"Equation 9: {network['network']}, alpha {i + 1}: {score}",
            )
            # The printed M have three decimals and come from energies before these were rounded to 0.1 mJ.
            expect(
                abs(score - printed) <= 0.0005 + score * 0.05 / energy,
                f"Table 7, {network['network']}, alpha {i + 1}: {score}, printed {printed}",
            )
    chosen = [next(n["network"] for n in rank["networks"] if n["places"][i] == 1) for i in range(4)]
    expect(chosen == ["AlexNet", "AlexNet", "AlexNet", "VGG-16"], f"Table 7's caption: {chosen}")


check_page(check_bytes())
check_published()
print("\n".join(failures) or "docs/paper.md is up to date, and the paper's figures come out")
sys.exit(bool(failures))
