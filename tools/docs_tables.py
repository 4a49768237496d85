#!/usr/bin/env python3
"""The tables of docs/ that are made from results, written anew between their marks; with --check, compared.

    tools/docs_tables.py [--check] [--program build/neuralpower]
"""
import argparse
import csv
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGETS = {"runtime_ms": "runtime", "power_w": "power", "energy_mj": "energy"}


def read(name):
    with open(ROOT / "tests/regression" / name, newline="") as file:
        return list(csv.DictReader(file))


def layers():
    """A line per data set, type and target: held-out RMSPE of each method."""
    lines = ["| rows of | type | target | rows | paper | default | terms | 90 % intervals hold | boosted trees |",
             "|---|---|---|---|---|---|---|---|---|"]
    cells = {}
    for row in read("accuracy.csv"):
        cells.setdefault((row["data"], row["type"], row["target"]), {})[row["method"]] = row
    for (data, kind, target), by in cells.items():
        ours, trees = by["default"], by.get("trees", {})
        held = [by["paper"]["held_out_rmspe"], ours["held_out_rmspe"], ours["terms"], ours["coverage"],
                trees.get("held_out_rmspe", "")]
        lines.append(f"| {data} | {kind} | {TARGETS[target]} | {ours['rows']} | " + " | ".join(held) + " |")
    return lines


def networks():
    lines = ["| network | method | target | mean absolute error | bias | of the sum of its measured layers |", "|---|---|---|---|---|---|"]
    for row in read("networks.csv"):
        lines.append(f"| {row['network']} | {row['method']} | {TARGETS[row['target']]} | {row['mean_abs_error']} | {row['bias']} | "
                     f"{row['sum_of_layers_mean_abs_error']} |")
    return lines


def cards(program):
    environment = {**os.environ, "NEURALPOWER_PLATFORMS": str(ROOT / "platforms"), "NO_COLOR": "1"}
    names = sorted(path.stem for path in (ROOT / "platforms").glob("*.json"))
    text = subprocess.run([program, "platforms", *names], check=True, capture_output=True, text=True, env=environment).stdout
    return ["```text", *text.rstrip().splitlines(), "```"]


def flags():
    """A line per flag of a measured row, from the table that defines them."""
    source = (ROOT / "src/dataset/flags.h").read_text()
    rows = re.findall(r'X\(\w+, "(\w+)", (true|false), +"([^"]+)"\)', source)
    assert rows, "no table of flags"
    return ["| flag | left out | meaning |", "|---|---|---|",
            *(f"| `{name}` | {'yes' if drop == 'true' else ''} | {meaning} |" for name, drop, meaning in rows)]


def filled(text, name, lines):
    """The text with the lines between <!-- name --> and <!-- end -->."""
    mark = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.S)
    assert mark.search(text), f"no mark for {name}"
    return mark.sub(lambda m: m.group(1) + "\n".join(lines) + "\n" + m.group(2), text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/neuralpower")
    arguments = parser.parse_args()
    tables = {"method.md": {"layers": layers(), "networks": networks(), "platforms": cards(arguments.program.resolve())},
              "measuring.md": {"flags": flags()}}
    for name, parts in tables.items():
        path = ROOT / "docs" / name
        old = text = path.read_text()
        for mark, lines in parts.items():
            text = filled(text, mark, lines)
        if not arguments.check:
            path.write_text(text)
        elif text != old:
            sys.exit(f"docs/{name} is not of these results: run tools/docs_tables.py")


main()
