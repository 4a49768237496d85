#!/usr/bin/env python3
"""`neuralpower import` against what Python makes of the same files.

    check_import.py PROGRAM SOURCE

A real profile of ONNX Runtime: every kernel's median without its first run. The rows of data/jetson-pytorch.csv, put back into
the form of NeurstrucEnergy from which they came. The layers of networks, told as trtexec and EdgeProfiler tell them, must come
back with the sizes that `inspect` gives.
"""
import csv
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

SIZES = ["batch", "in_c", "in_h", "in_w", "out_c", "out_h", "out_w", "kernel_h", "kernel_w", "stride_h", "stride_w", "pad_h",
         "pad_w", "dilation_h", "dilation_w", "groups"]


def expect(what, got, wanted):
    if got != wanted:
        sys.exit(f"{what}: {got!r}, {wanted!r} was expected")


def close(what, got, wanted, most=1e-6):
    if not abs(float(got) / wanted - 1) <= most:
        sys.exit(f"{what}: {got}, {wanted} was expected")


class Run:
    def __init__(self, program, source, scratch):
        self.program, self.source, self.scratch = program, source, scratch

    def write(self, name, text):
        path = self.scratch / name
        path.write_text(text)
        return path

    def rows(self, *arguments):
        done = subprocess.run([self.program, "import", "-q", *map(str, arguments)], capture_output=True, text=True)
        if done.returncode:
            sys.exit(done.stderr)
        return list(csv.DictReader(done.stdout.splitlines()))

    def inspect(self, network):
        done = subprocess.run([self.program, "inspect", "-q", "--json", self.source / network], capture_output=True, check=True)
        return json.loads(done.stdout)["layers"]


def check_onnxruntime(run):
    path = run.source / "tests/data/profiles/alexnet_none.json"
    times = {}
    for event in json.loads(path.read_text()):
        if event["cat"] == "Node" and event["name"].endswith("_kernel_time"):
            times.setdefault(event["name"].removesuffix("_kernel_time"), []).append(event["dur"] / 1e3)
    rows = run.rows(path, "--network", run.source / "tests/data/onnx/alexnet.onnx")
    expect("rows of the profile", {row["layer"] for row in rows}, {name for name in times if "Flatten" not in name})
    for row in rows:
        close(row["layer"], row["runtime_ms"], statistics.median(times[row["layer"]][1:]))
    return len(rows)


def check_neurstruc(run):
    lines, wanted = ["data mean_power time forward_num energy silence_energy all_energy"], []
    with open(run.source / "data/jetson-pytorch.csv", newline="") as file:
        for row in csv.DictReader(line for line in file if not line.startswith("#")):
            size = {name: float(row[name] or 1) for name in SIZES}
            order = [size[name] for name in ("batch", "in_c", "in_h", "in_w", "batch", "out_c", "out_h", "out_w", "in_c", "out_c",
                                             "kernel_h", "kernel_w", "stride_h", "stride_w", "pad_h", "pad_w", "dilation_h",
                                             "dilation_w", "groups")]
            runs = 1000
            lines.append(" ".join([",".join(map(str, order)), row["power_w"], repr(float(row["runtime_ms"]) * runs / 1e3),
                                   str(runs), "0", "0", repr(float(row["energy_mj"]) / 1e3)]))
            wanted.append((size, row))
    rows = run.rows(run.write("conv2d.txt", "\n".join(lines) + "\n"))
    expect("rows of NeurstrucEnergy", len(rows), len(wanted))
    for got, (size, row) in zip(rows, wanted):
        expect(got["layer"], {name: float(got[name]) for name in SIZES}, size)
        for target in ("runtime_ms", "power_w", "energy_mj"):
            close(f"{got['layer']} {target}", got[target], float(row[target]))
    return len(rows)


def as_engine_layer(layer):
    """A convolution or pool, told as --exportLayerInfo does."""
    told = {"Name": layer["name"], "LayerType": "CaskConvolution", "Stride": layer["stride"],
            "Inputs": [{"Name": "x", "Dimensions": layer["inputs"][0], "Format/Datatype": "Row major linear FP32"}],
            "Outputs": [{"Name": "y", "Dimensions": layer["output"]}],
            "PrePadding": layer["padding"][:2], "PostPadding": layer["padding"][2:]}
    if layer["type"] == "conv":
        return told | {"ParameterType": "Convolution", "Kernel": layer["kernel"], "Dilation": layer["dilation"],
                       "Groups": layer["groups"], "OutMaps": layer["output"][1]}
    return told | {"ParameterType": "Pooling", "PoolingType": {"maxpool": "MAX", "avgpool": "AVERAGE"}[layer["type"]],
                   "WindowSize": layer["kernel"]}


def wanted_sizes(layer):
    sizes = dict(zip(SIZES, [*layer["inputs"][0], *layer["output"][1:], *layer["kernel"], *layer["stride"],
                             *layer["padding"][:2], *layer.get("dilation", [1, 1]), layer.get("groups", 1)]))
    return {name: float(value) for name, value in sizes.items()}


def check_engines(run):
    count = 0
    for network in ("tests/data/onnx/resnet18.onnx", "tests/data/onnx/mobilenet_v2.onnx", "networks/googlenet.prototxt"):
        layers = [layer for layer in run.inspect(network) if layer["type"] in ("conv", "maxpool", "avgpool")]
        info = run.write("layers.json", json.dumps({"Layers": [as_engine_layer(layer) for layer in layers]}))
        profile = run.write("profile.json", json.dumps([{"count": 7}] + [
            {"name": layer["name"], "timeMs": 1, "averageMs": 0.5 + i, "medianMs": 0.25 + i} for i, layer in enumerate(layers)]))
        table = run.write("map.csv", "\n".join(
            ["cycle,layer_name,layer_type,layer_power_including_idle_power_micro_watt,layer_run_time"] +
            [f"{cycle},{layer['name']},,{3000000 + i},{[9, 1 + i, 3 + i][cycle]}" for cycle in range(3)
             for i, layer in enumerate(layers)]))
        for rows, time in ((run.rows(profile, "--layer-info", info), 0.25), (run.rows(table, "--layer-info", info), 2)):
            expect(f"{network}: layers", [row["layer"] for row in rows], [layer["name"] for layer in layers])
            for i, (row, layer) in enumerate(zip(rows, layers)):
                if layer["type"] != row["layer_type"]:
                    expect(f"{network}: {row['layer']}", (layer["type"], row["layer_type"]), ("avgpool", "globalavgpool"))
                    continue
                expect(f"{network}: {row['layer']}", {name: float(row[name]) for name in SIZES}, wanted_sizes(layer))
                close(f"{network}: {row['layer']}", row["runtime_ms"], time + i)
                assert not row["power_w"] or abs(float(row["power_w"]) - (3 + 1e-6 * i)) < 1e-6
                count += 1
    return count


def main():
    program, source = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    with tempfile.TemporaryDirectory() as scratch:
        run = Run(program, source, pathlib.Path(scratch))
        print(f"{check_onnxruntime(run)} layers of ONNX Runtime, {check_neurstruc(run)} of NeurstrucEnergy, "
              f"{check_engines(run)} of engines: as in Python")


main()
