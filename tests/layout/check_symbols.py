#!/usr/bin/env python3
"""Fails when the shared library exports a symbol that does not begin with np_."""
import subprocess
import sys

listing = subprocess.run(["nm", "-D", "--defined-only", sys.argv[1]], check=True, capture_output=True, text=True).stdout
names = [line.split()[2].split("@")[0] for line in listing.splitlines() if len(line.split()) == 3]
foreign = [name for name in names if not name.startswith("np_")]
print("\n".join(f"exported: {name}" for name in foreign) or f"{len(names)} symbols, all np_")
sys.exit(bool(foreign) or not names)
