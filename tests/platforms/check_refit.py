#!/usr/bin/env python3
"""Fails when learning the bundled platforms again, twice and on other numbers of threads, does not give the same bytes."""
import os
import pathlib
import subprocess
import sys
import tempfile

root, program = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()


def main():
    faults, compared = [], 0
    only = sys.argv[3] if len(sys.argv) > 3 else ""
    with tempfile.TemporaryDirectory() as directory:
        made = subprocess.run(["sh", root / "scripts/make-platforms", directory], check=True, capture_output=True, text=True,
                              env={**os.environ, "NEURALPOWER": str(program), "ONLY": only}).stdout
        for path in sorted(pathlib.Path(directory).glob("*.json")):
            compared += 1
            if path.read_bytes() != (root / "platforms" / path.name).read_bytes():
                faults.append(f"{path.name}: a refit gives other bytes than platforms/{path.name}")
        rows = root / "data/jetson-pytorch.csv"
        texts = []
        for threads in ("1", "2", "3"):
            out = pathlib.Path(directory) / f"threads-{threads}.json"
            subprocess.run([program, "fit", "-q", "--method", "paper", "--threads", threads, "-o", out, rows], check=True,
                           capture_output=True)
            texts.append(out.read_bytes())
        if len(set(texts)) != 1:
            faults.append("fits on 1, 2 and 3 threads differ")
    print(made, end="")
    print("\n".join(faults) or f"{compared} platforms refitted, all bytes equal")
    return bool(faults) or compared < (1 if only else 2)


sys.exit(main())
