"""Writes the C source of the extension module neuralpower._core from the public headers, so that it cannot drift from them:

    make_core.py NEURALPOWER.h CORE.c DEPENDENCIES.d -- CC...

The compiler preprocesses neuralpower.h, and all that it declares becomes an attribute of `_core.lib`. To add a function to
the binding, declare it in a public header: nothing is to be done here. A header may use what cffi reads: the C language
without inline functions.
"""
import pathlib
import subprocess
import sys
import tempfile

import cffi

# Types of these are known to cffi; what else the real ones declare is not for the binding.
STANDARD_HEADERS = ("stdbool.h", "stddef.h", "stdint.h")
# For texts that the library hands over.
EXTRA = "void free(void *memory);"


def preprocess(compiler, header):
    """The declarations of the header without comments and macros, and the files they came from."""
    with tempfile.TemporaryDirectory() as directory:
        empty = pathlib.Path(directory)
        for name in STANDARD_HEADERS:
            (empty / name).touch()
        flags = ["-E", "-P", "-undef", "-nostdinc", "-isystem", empty, "-I", header.parent.parent]
        dependencies = empty / "dependencies"
        run = subprocess.run([*compiler, *flags, "-MMD", "-MF", dependencies, "-MT", "OUTPUT", header],
                             check=True, text=True, stdout=subprocess.PIPE)
        return run.stdout, dependencies.read_text()


def main():
    header, source, depfile = (pathlib.Path(word) for word in sys.argv[1:4])
    declarations, dependencies = preprocess(sys.argv[5:], header)
    builder = cffi.FFI()
    builder.cdef(declarations + EXTRA)
    builder.set_source("neuralpower._core", "#include <neuralpower/neuralpower.h>\n#include <stdlib.h>\n")
    builder.emit_c_code(str(source))
    depfile.write_text(dependencies.replace("OUTPUT", str(source), 1))


main()
