#!/usr/bin/env python3
"""Compiles our declarations of a vendor's library together with the vendor's own, where its header is installed; a
difference does not compile. Not a part of the build, which must not depend on what a vendor's header says.

    check_declarations.py SOURCE_DIR nvml|cudart|cublas|cudnn COMPILER...
"""
import glob
import os
import pathlib
import re
import subprocess
import sys
import tempfile

SKIPPED = 77
HEADERS = {"nvml": "nvml.h", "cudart": "cuda_runtime_api.h", "cublas": "cublas_v2.h", "cudnn": "cudnn.h"}
PACKAGES = {"nvml": "nvidia-nvml-dev", "cudart": "nvidia-cuda-runtime", "cublas": "nvidia-cublas", "cudnn": "nvidia-cudnn-cu13"}
# The oldest release of each that has all we declare: a macro of its headers and the least value.
OLDEST = {"nvml": ("nvml.h", "NVML_API_VERSION", 12), "cudnn": ("cudnn_version.h", "CUDNN_MAJOR", 9),
          "cudart": ("cuda_runtime_api.h", "CUDART_VERSION", 12000), "cublas": ("cublas_api.h", "CUBLAS_VER_MAJOR", 12)}


def directories():
    """Where headers may lie: the same places in which libraries are looked for at run time."""
    for root in filter(None, os.environ.get("NP_CUDA_PATH", "").split(":")):
        yield root
        yield f"{root}/include"
    for prefix in filter(None, (os.environ.get("NP_CUDA_PATH"), os.environ.get("VIRTUAL_ENV"), os.environ.get("CONDA_PREFIX"),
                                os.path.expanduser("~/.local"), "/usr/local", "/usr")):
        for pattern in ("lib/python3*/site-packages/nvidia/*/include", "lib/python3*/dist-packages/nvidia/*/include"):
            yield from sorted(glob.glob(f"{prefix}/{pattern}"))
        yield f"{prefix}/include"
    yield "/usr/local/cuda/include"
    yield from sorted(glob.glob("/usr/local/cuda-*/include"), reverse=True)


def find(header):
    return next((d for d in directories() if os.path.isfile(f"{d}/{header}")), None)


def skip(reason):
    print("skipped:", reason)
    return SKIPPED


def release(name, directory):
    header, macro, _ = OLDEST[name]
    path = pathlib.Path(directory, header)
    match = re.search(rf"^#\s*define\s+{macro}\s+(\d+)", path.read_text(errors="replace"), re.M) if path.is_file() else None
    return int(match.group(1)) if match else 0


def main():
    root, name, compiler = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
    home = find(HEADERS[name])
    if not home:
        return skip(f"no {HEADERS[name]} here: `pip install {PACKAGES[name]}` or NP_CUDA_PATH")
    if release(name, home) < OLDEST[name][2]:
        return skip(f"{home}/{HEADERS[name]} is of an older release than we declare")
    # Headers of one library include those of others, which may lie elsewhere.
    others = [d for d in (find(h) for h in ("cuda_runtime_api.h", "crt/host_defines.h")) if d]
    for header, package in (("cuda_runtime_api.h", "nvidia-cuda-runtime"), ("crt/host_defines.h", "nvidia-cuda-crt")):
        if name != "nvml" and not find(header):
            return skip(f"no {header} here: `pip install {package}`")
    includes = [argument for d in dict.fromkeys([home, *others]) for argument in ("-isystem", d)]
    with tempfile.TemporaryDirectory() as scratch:
        command = [*compiler, "-std=gnu17", "-Wall", "-Werror", "-Wno-deprecated-declarations", *includes, "-I", str(root / "src"),
                   "-I", str(root / "tests/cuda"), "-c", str(root / f"tests/cuda/declare_{name}.c"), "-o", f"{scratch}/out.o"]
        result = subprocess.run(command, capture_output=True, text=True)
    print(result.stderr or f"{home}/{HEADERS[name]}: our declarations are the vendor's")
    return result.returncode and 1


sys.exit(main())
