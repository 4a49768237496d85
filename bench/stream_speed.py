#!/usr/bin/env python3
"""How many networks `neuralpower predict --stream` predicts per second and core, beside a loop in Python.

    bench/stream_speed.py [--program build/neuralpower] [--networks 20000] [--runs 5] [--python 2000]

Each stream is written once and predicted --runs times; shown is the median of networks per second of processor time (user
and system) and the share of layers the predictor knew from before. The streams differ in how much networks share:

    one network      AlexNet again and again: the cost of reading and adding up
    neighbours       AlexNet with one of its layers changed at a time, as a search proposes them
    coarse           AlexNet with every width drawn from 16 choices
    cifar10, ...     what `neuralpower sample` draws
    wide             AlexNet with every width drawn from 96 to 6144 choices: its products hardly come again
    all new          the same for images of random height and width: hardly a layer comes again

The loop in Python reads as many networks in Paleo's JSON form, in one process with everything warm, and applies Paleo's
formulas (FLOPs over peak rate plus bytes over bandwidth, for convolutions, fully connected layers and poolings); it
predicts less (no power, no intervals) by a far simpler model.
"""
import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CONVS = [(11, 4, 2, True), (5, 1, 2, True), (3, 1, 1, False), (3, 1, 1, False), (3, 1, 1, True)]  # kernel, stride, pad, pool
WIDTHS = [64, 192, 384, 256, 256, 4096, 4096]


def alexnet(name, widths, height=224, width=224):
    layers = []
    for i, (kernel, stride, pad, pool) in enumerate(CONVS, 1):
        layers.append({"name": f"conv{i}", "type": "conv", "out": widths[i - 1], "kernel": kernel, "stride": stride, "pad": pad})
        layers.append({"name": f"relu{i}", "type": "relu"})
        if pool:
            layers.append({"name": f"pool{i}", "type": "maxpool", "kernel": 3, "stride": 2})
    for i in (6, 7):
        layers.append({"name": f"drop{i}", "type": "dropout"})
        layers.append({"name": f"fc{i}", "type": "fc", "out": widths[i - 1]})
        layers.append({"name": f"relu{i}", "type": "relu"})
    layers.append({"name": "fc8", "type": "fc", "out": 1000})
    return {"schema": "neuralpower/network/1", "name": name, "input": [16, 3, height, width], "layers": layers}


def neighbours(draw, count):
    widths = list(WIDTHS)
    for i in range(count):
        at = draw.randrange(len(widths))
        widths[at] = max(16, widths[at] + 16 * draw.randint(-4, 4))
        yield alexnet(f"n{i}", widths)
        if i % 50 == 49:
            widths = list(WIDTHS)


def make_streams(program, folder, count):
    draw = random.Random(1)
    streams = {
        "one network": (alexnet(f"a{i}", WIDTHS) for i in range(count)),
        "neighbours": neighbours(draw, count),
        "coarse": (alexnet(f"c{i}", [w * draw.randint(1, 16) // 8 for w in WIDTHS]) for i in range(count)),
        "wide": (alexnet(f"w{i}", [draw.randint(w // 2, 2 * w) for w in WIDTHS]) for i in range(count)),
        "all new": (alexnet(f"r{i}", [draw.randint(w // 2, 2 * w) for w in WIDTHS], draw.randint(180, 400),
                            draw.randint(180, 400)) for i in range(count)),
    }
    for name, networks in streams.items():
        path = os.path.join(folder, name.replace(" ", "_") + ".jsonl")
        with open(path, "w") as file:
            for network in networks:
                file.write(json.dumps(network, separators=(",", ":")) + "\n")
        yield name, path
    for space in ("cifar10", "mnist", "residual", "mobile"):
        path = os.path.join(folder, space + ".jsonl")
        subprocess.run([program, "sample", "--space", space, "--count", str(count), "--lines", "-o", path], check=True)
        yield space, path


def layers_of(path):
    with open(path) as file:
        lines = file.readlines()
    return sum(line.count('"type"') for line in lines) / len(lines), sum(map(len, lines)) / len(lines)


def measure(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return seconds, float(done.stderr.split("networks per second;")[1].split("%")[0])


# ---- Paleo's formulas, in plain Python ----

PEAK_GFLOPS, BANDWIDTH_GIB = 6144, 336.5


def to_paleo(network):
    """The network in Paleo's JSON form; layers it does not charge are left out."""
    n, c, h, w = network["input"]
    layers = {"data": {"parents": [], "type": "Input", "tensor": [n, h, w, c]}}
    last, channels, flat = "data", c, False
    for layer in network["layers"]:
        kernel, stride = layer.get("kernel", 1), layer.get("stride", 1)
        if layer["type"] == "conv":
            layers[layer["name"]] = {"parents": [last], "type": "Convolution", "filter": [kernel, kernel, channels, layer["out"]],
                                     "padding": "SAME" if layer.get("pad") else "VALID", "strides": [1, stride, stride, 1]}
            channels = layer["out"]
        elif layer["type"] == "maxpool":
            layers[layer["name"]] = {"parents": [last], "type": "Pooling", "ksize": [1, kernel, kernel, 1],
                                     "strides": [1, stride, stride, 1], "padding": "VALID"}
        elif layer["type"] == "fc":
            layers[layer["name"]] = {"parents": [last], "type": "InnerProduct", "num_outputs": layer["out"]}
        else:
            continue
        last = layer["name"]
    return {"name": network["name"], "layers": layers}


def transfer_ms(values):
    return 4 * values / 2**30 / BANDWIDTH_GIB * 1000


def window(size, kernel, stride, padding):
    if padding == "SAME":
        out = -(-size // stride)
        return out, ((out - 1) * stride + kernel - size) // 2
    return -(-(size - kernel + 1) // stride), 0


def paleo_ms(network):
    shapes, total = {}, 0.0
    for name, layer in network["layers"].items():
        kind = layer["type"]
        if kind == "Input":
            shapes[name] = layer["tensor"]
            continue
        n, h, w, c = shapes[layer["parents"][0]]
        if kind == "Convolution":
            kh, kw, _, out = layer["filter"]
            oh, ph = window(h, kh, layer["strides"][1], layer["padding"])
            ow, pw = window(w, kw, layer["strides"][2], layer["padding"])
            flops = 2 * n * oh * ow * out * kh * kw * c
            moved = (n * (h + 2 * ph) * (w + 2 * pw) * c, kh * kw * c * out, n * oh * ow * out)
        elif kind == "Pooling":
            _, kh, kw, _ = layer["ksize"]
            out, oh, ow = c, window(h, kh, layer["strides"][1], layer["padding"])[0], window(w, kw, layer["strides"][2],
                                                                                         layer["padding"])[0]
            flops, moved = 2 * kh * kw * c * oh * ow * n, (n * h * w * c, n * oh * ow * c)
        else:
            out, oh, ow, inputs = layer["num_outputs"], 1, 1, h * w * c
            flops, moved = 2 * n * inputs * out, (n * inputs, inputs * out, n * out)
        shapes[name] = (n, oh, ow, out)
        total += flops / 1e9 / PEAK_GFLOPS * 1000 + sum(map(transfer_ms, moved))
    return total


def measure_python(path, count, runs):
    with open(path) as file:
        texts = [json.dumps(to_paleo(json.loads(line))) for line, _ in zip(file, range(count))]
    rates = []
    for _ in range(runs):
        begin = time.process_time()
        for text in texts:
            paleo_ms(json.loads(text))
        rates.append(len(texts) / (time.process_time() - begin))
    return statistics.median(rates)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=os.path.join(ROOT, "build/neuralpower"))
    parser.add_argument("--platform", default="xeon-5120-pytorch")
    parser.add_argument("--networks", type=int, default=20000)
    parser.add_argument("--python", type=int, default=2000, help="networks of the loop in Python")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="neuralpower-bench-") as folder:
        python = None
        print(f"{'stream':14} {'layers':>7} {'bytes':>7} {'networks/s':>11} {'per layer':>10} {'known':>7}")
        for name, path in make_streams(arguments.program, folder, arguments.networks):
            if python is None:
                python = measure_python(path, arguments.python, arguments.runs)
            command = [arguments.program, "predict", "-q", "--statistics", "--platform", arguments.platform, "--stream", path]
            runs = [measure(command) for _ in range(arguments.runs)]
            rate = arguments.networks / statistics.median(seconds for seconds, _ in runs)
            layers, size = layers_of(path)
            print(f"{name:14} {layers:7.1f} {size:7.0f} {rate:11.0f} {1e9 / rate / layers:7.0f} ns {runs[0][1]:6.1f}%"
                  f"   {rate / python:6.1f} x Python")
        print(f"Python loop with Paleo's formulas, AlexNet: {python:.0f} networks/s")


if __name__ == "__main__":
    sys.exit(main())
