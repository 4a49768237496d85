#!/usr/bin/env python3
"""Fails when a public header does not compile alone, as C17 and as C++17, or includes more than the C standard library."""
import pathlib
import re
import shutil
import subprocess
import sys

root = pathlib.Path(sys.argv[1])
ALLOWED = re.compile(r"neuralpower/|std(bool|def|int)\.h")
faults = []
for header in sorted((root / "include" / "neuralpower").glob("*.h")):
    for target in re.findall(r"#\s*include\s+[<\"]([^>\"]+)", header.read_text()):
        if not ALLOWED.match(target):
            faults.append(f"{header.name} includes {target}")
    for compiler, language, standard in (("gcc", "c", "c17"), ("g++", "c++", "c++17")):
        if not shutil.which(compiler):
            continue
        run = subprocess.run(
            [compiler, "-x", language, f"-std={standard}", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only",
             f"-I{root}/include", "-"],
            input=f"#include <neuralpower/{header.name}>\n", text=True, capture_output=True)
        if run.returncode:
            faults.append(f"{header.name} as {language}:\n{run.stderr}")
print("\n".join(faults) or "every public header compiles alone")
sys.exit(bool(faults))
