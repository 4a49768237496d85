#!/usr/bin/env python3
"""Fails when the accuracy ledgers, made again, differ from the committed ones; a change of accuracy must show in a diff."""
import difflib
import os
import pathlib
import subprocess
import sys
import tempfile

root, program = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
shared = pathlib.Path(os.environ.get("NP_SHARED", root / "../shared"))
SKIPPED = 77

if not (shared / "data/getzner_cpu").is_dir():
    print("skipped: the public data sets are not here")
    sys.exit(SKIPPED)
different = []
with tempfile.TemporaryDirectory() as directory:
    made = pathlib.Path(directory)
    for tool, out in (("accuracy_ledger.py", "accuracy.csv"), ("network_ledger.py", "networks.csv"), ("paper_ledger.py", "paper")):
        subprocess.run([sys.executable, root / "tools" / tool, "--program", program, "--shared", shared, "-o", made / out], check=True)
    for ledger in sorted(path.relative_to(made) for path in made.rglob("*.csv")):
        old, new = ((folder / ledger).read_text().splitlines() for folder in (root / "tests/regression", made))
        different += difflib.unified_diff(old, new, f"tests/regression/{ledger}", "made now", lineterm="", n=0)
print("\n".join(different) or "the ledgers are as committed")
sys.exit(bool(different))
