#!/usr/bin/env python3
"""Fails when a Lasso problem of the accuracy ledger is not solved to its optimum: every public set, layer type, target and
degree of `fit --method paper`, every lambda, all rows and each fold; see certify_lasso.c."""
import ast
import os
import pathlib
import subprocess
import sys
import tempfile

root, certify = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
data = pathlib.Path(os.environ.get("NP_SHARED", root / "../shared")) / "data"
SKIPPED = 77


def load_ledger():
    """The tool's own sets and how it cuts them out, so that none is forgotten here; its run is left out."""
    path = root / "tools/accuracy_ledger.py"
    module = ast.parse(path.read_text())
    module.body = [node for node in module.body if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call))]
    names = {"__file__": str(path), "__name__": "accuracy_ledger"}
    exec(compile(module, path, "exec"), names)
    return names["SETS"], names["write_subset"]


def main():
    sets, write_subset = load_ledger()
    here = [entry for entry in sets if (data / entry[1]).exists()]
    for name, file, _ in [entry for entry in sets if entry not in here]:
        print(f"{name} left out: data/{file} is not here")
    if not here:
        print("skipped: the public data sets are not here")
        return SKIPPED
    failed = []
    with tempfile.TemporaryDirectory() as directory:
        for name, file, keep in here:
            path = pathlib.Path(directory) / f"{name}.csv"
            write_subset(data / file, keep, path)
            run = subprocess.run([certify, path], stdout=subprocess.PIPE, text=True)
            print(f"{name}\n{run.stdout}", end="", flush=True)
            failed += [name] if run.returncode else []
    print(f"not certified: {', '.join(failed)}" if failed else "all optimal")
    return bool(failed)


sys.exit(main())
