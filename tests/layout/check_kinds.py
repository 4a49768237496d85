#!/usr/bin/env python3
"""Fails when a layer kind of the public table is missing from a place that docs/adding-a-layer.md lists."""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
header = (root / "include/neuralpower/network.h").read_text()
kinds = re.findall(r'X\((NP_[A-Z]+), "([a-z]+)"', header)
infer = (root / "src/network/infer.c").read_text()
rule = re.search(r"np_flops_rule\(void\)\s*\{(.*?)\n\}", (root / "src/network/cost.c").read_text(), re.S).group(1)
rule = rule.replace('"\n', "").replace('"', "")
guide = (root / "docs/adding-a-layer.md").read_text()
faults = []
for enumerator, name in kinds:
    if f"[{enumerator}] =" not in infer:
        faults.append(f"{enumerator} has no row in INFER of src/network/infer.c")
    if not re.search(rf"\b{name}\b", rule):
        faults.append(f"np_flops_rule() does not speak of {name}")
for path in re.findall(r"`((?:include|src|tests|docs)/[\w/.]+)`", guide):
    if not (root / path).exists():
        faults.append(f"docs/adding-a-layer.md names {path}, which does not exist")
print("\n".join(faults) or f"{len(kinds)} kinds, each in its tables")
sys.exit(bool(faults) or not kinds)
