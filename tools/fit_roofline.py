#!/usr/bin/env python3
"""Fits the constants of the roofline (src/baseline/roofline_fit.c) to measurements by others.

    fit_roofline.py PROGRAM DATA_DIRECTORY [--paper NETWORKS_DIRECTORY] [--write]

PROGRAM is a built `neuralpower` (it tells the layers of the sample networks), DATA_DIRECTORY holds the public data sets by
folder. Only sets whose licence is stated are used; data/README.md and docs/baselines.md say which and under which terms.
No row of AlexNet, VGG-16, NIN, OverFeat or CIFAR10-6conv is used, by whomever it was measured: these are what the paper's
Tables 4 to 6 test with. Prints how far the formula is from every device's rows when that device took no part in the fit;
the intervals come from those errors. With --write the constants are written, and tests/data/roofline.csv, which holds what
this program computes for some layers, for the C program to be compared with.
"""
import csv
import gzip
import json
import math
import pathlib
import random
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LAUNCHES = (0.006, 0.012, 0.024)  # ms, tried
LEVELS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
CLASSES = ("conv", "conv_1x1", "conv_3x3", "conv_grouped", "product", "pool", "pointwise")
PRODUCTS = CLASSES[:5]
EXCLUDED = ("alexnet", "overfeat", "vgg16", "nin", "cifar10_6conv")

DEEPBENCH = {"GeForce GTX TITAN X (Maxwell)": "titan_x", "Tesla M40": "m40", "TITAN X (Pascal)": "titan_x_pascal",
             "TITAN Xp": "titan_xp", "GeForce GTX 1080 Ti": "gtx_1080_ti", "Tesla P100": "p100", "Tesla T4": "t4",
             "Tesla V100": "v100"}
NEUSIGHT = {"Tesla P4": "p4", "Tesla P100-PCIE-16GB": "p100", "Tesla T4": "t4", "Tesla V100-PCIE-32GB": "v100",
            "A100-PCIE-40GB": "a100_pcie_40gb"}
TORCHVISION = {"GeForce RTX 2080 Ti": "rtx_2080_ti", "TITAN RTX": "titan_rtx", "TITAN V": "titan_v", "TITAN Xp": "titan_xp",
               "GeForce GTX 1080 Ti": "gtx_1080_ti"}
TORCH7 = {**DEEPBENCH, "GeForce GTX 1080": "gtx_1080"}
# Not among the sheets: peak GFLOP/s and GB/s as of the sheets of other processors (Intel ARK).
CPUS = {"Intel Core i9-10940x (CPU)": (14 * 3.3 * 64, 93.9), "Intel Core i7-12700h (CPU)": (6 * 2.3 * 32 + 8 * 1.7 * 16, 76.8)}
CPU_LAUNCH = 0.005
ZEUS = {"Tesla V100": ("v100", 250), "A40": ("a40", 300), "Quadro RTX 6000": ("quadro_rtx_6000", 260), "Tesla P100": ("p100", 250)}


def sheet(name):
    return json.loads((ROOT / "sheets" / f"{name}.json").read_text())


def rows_of(path):
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", newline="") as file:
        yield from csv.DictReader(file)


# ---- layers ----

class Layer:
    """What the formula sees of a layer: its class, product and bytes; sizes in values."""

    def __init__(self, kind, outputs, inner, columns, operations, values, positions=1):
        self.kind, self.outputs, self.inner, self.columns = kind, float(outputs), float(inner), float(columns)
        self.positions = float(positions)  # per image
        self.operations, self.bytes = float(operations), 4.0 * values


def conv(n, c, h, w, k, kh, kw, stride, groups, oh, ow):
    if groups == 1 and oh == ow == 1 and (kh, kw) == (h, w):
        return product(n, c * h * w, k)  # covers its whole input
    inner, columns = c // groups * kh * kw, k // groups
    kind = ("conv_grouped" if groups > 1 else "conv_1x1" if kh == kw == 1 else
            "conv_3x3" if kh == kw == 3 and stride == 1 else "conv")
    outputs = n * oh * ow * k
    return Layer(kind, outputs, inner, columns, 2.0 * outputs * inner, n * c * h * w + k * inner + outputs, oh * ow)


def product(rows, inner, columns):
    return Layer("product", rows * columns, inner, columns, 2.0 * rows * inner * columns,
                 rows * inner + inner * columns + rows * columns)


def pool(n, c, h, w, kh, kw, oh, ow):
    return Layer("pool", n * c * oh * ow, 1, 1, 1.0 * n * c * oh * ow * kh * kw, n * c * (h * w + oh * ow))


def pointwise(values):
    return Layer("pointwise", values / 2, 1, 1, 0, values)


def number(row, key):
    return int(row[key]) if row.get(key) else 1


def layer_of(row):
    kind = row["layer_type"]
    n, c, k = number(row, "batch"), number(row, "in_c"), number(row, "out_c")
    h, w, oh, ow = (number(row, key) for key in ("in_h", "in_w", "out_h", "out_w"))
    if kind == "conv":
        stride = max(number(row, "stride_h"), number(row, "stride_w"))
        return conv(n, c, h, w, k, number(row, "kernel_h"), number(row, "kernel_w"), stride, number(row, "groups"), oh, ow)
    if kind == "fc":
        return product(n, c * h * w, k)
    if kind in ("maxpool", "avgpool"):
        return pool(n, c, h, w, number(row, "kernel_h"), number(row, "kernel_w"), oh, ow)
    return pointwise(n * (c * h * w + k * oh * ow))


def prod(values):
    result = 1
    for value in values:
        result *= value
    return result


def network_layer(entry):
    """A layer of `inspect --json`; None where the work is free."""
    kind, inputs, output = entry["type"], entry["inputs"], entry["output"]
    if entry.get("free") or kind in ("dropout", "reshape") and not entry["flops"]:
        return None
    if kind == "conv":
        n, c, h, w = inputs[0]
        return conv(n, c, h, w, output[1], *entry["kernel"], max(entry["stride"]), entry.get("groups", 1), *output[2:])
    if kind in ("fc", "matmul"):
        columns = output[-1]
        return product(prod(output) // columns, entry["macs"] // prod(output), columns)
    if kind in ("maxpool", "avgpool"):
        return pool(*inputs[0], *entry["kernel"], *output[2:])
    if kind == "globalavgpool":
        return pool(*inputs[0], *inputs[0][2:], 1, 1)
    return pointwise(sum(prod(i) for i in inputs) + prod(output))


LAYERS = {}


def network_layers(program, path, batch=None):
    """The layers of a network file, at its own batch or another; each asked for once."""
    if (path, batch) not in LAYERS:
        LAYERS[path, batch] = inspect_layers(program, path, batch)
    return LAYERS[path, batch]


def inspect_layers(program, path, batch):
    batches = ["--batch", str(batch)] if batch else []
    text = subprocess.run([program, "inspect", str(path), *batches, "--json", "-q"], check=True, capture_output=True,
                          text=True).stdout
    return [layer for layer in map(network_layer, json.loads(text)["layers"]) if layer]


# ---- the formula; src/baseline/roofline.c has the same ----

class Rates:
    """Of one class: shares of the peaks that a large layer reaches, and the sizes at which half of it is lost."""
    NAMES = ("compute", "memory", "outputs", "inner", "columns", "positions")

    def __init__(self, compute, memory, outputs=0.0, inner=0.0, columns=0.0, positions=0.0):
        self.compute, self.memory, self.outputs, self.inner, self.columns = compute, memory, outputs, inner, columns
        self.positions = positions

    def values(self):
        return [getattr(self, name) for name in self.NAMES]


def compute_ms(layer, rates, peak):
    if not layer.operations:
        return 0.0
    lost = (1 + rates.outputs * peak / layer.outputs) * (1 + rates.inner / layer.inner) * (1 + rates.columns / layer.columns) * (
        1 + rates.positions / layer.positions)
    return layer.operations / (peak * 1e6 * rates.compute) * lost


def memory_ms(layer, rates, bandwidth):
    return layer.bytes / (bandwidth * 1e6 * rates.memory)


def runtime_ms(layer, rates, launch, peak, bandwidth):
    return launch + math.hypot(compute_ms(layer, rates, peak), memory_ms(layer, rates, bandwidth))


# ---- devices: what of the peak they sustain ----

HEADROOM = 1.25  # W per TFLOP/s and nm: with less, the power limit does not sustain the boost clock
OLD_NM = 28      # Maxwell, and Kepler before it, reach less of their peak


class Device:
    def __init__(self, throttle, old):
        self.throttle, self.old = throttle, old

    def share(self, figures):
        limit, process = figures.get("limit_w"), figures.get("process_nm")
        share = self.old if process and process >= OLD_NM else 1.0
        if limit and process:
            share *= min(1.0, limit / (figures["peak_gflops"] / 1000 * process) / HEADROOM) ** self.throttle
        return share


# ---- the measurements ----

class Row:
    def __init__(self, layer, device, source, actual):
        self.layer, self.device, self.source, self.actual = layer, device, source, actual
        self.figures = SHEETS.get(device) or sheet(device)
        SHEETS[device] = self.figures
        self.peak, self.bandwidth = self.figures["peak_gflops"], self.figures["bandwidth_gbs"]
        self.weight = 1.0


SHEETS = {}


def sheet_figures(name, device):
    """The peak that is sustained, and the bandwidth."""
    figures = sheet(name)
    return figures["peak_gflops"] * device.share(figures), figures["bandwidth_gbs"]


def sustain(rows, device):
    for row in rows:
        row.peak = row.figures["peak_gflops"] * device.share(row.figures)


def sampled(rows, count, seed):
    rows = list(rows)
    random.Random(seed).shuffle(rows)
    return rows[:count]


def read_layers(data):
    for row in rows_of(data / "deepbench" / "conv_layers.csv"):
        if row["device"] in DEEPBENCH and row["dtype"] == "fp32":
            yield Row(layer_of(row), DEEPBENCH[row["device"]], "deepbench", float(row["runtime_ms"]))
    for row in rows_of(data / "deepbench" / "gemm.csv"):
        if row["device"] in DEEPBENCH and row["dtype"] == "fp32":
            m, n, k = (int(row[key]) for key in ("gemm_m", "gemm_n", "gemm_k"))
            yield Row(product(n, k, m), DEEPBENCH[row["device"]], "deepbench", float(row["runtime_ms"]))
    for file, seed in (("conv_layers.csv.gz", 1), ("fc_layers.csv.gz", 2)):
        found = [row for row in rows_of(data / "neusight" / file) if row["device"] in NEUSIGHT]
        for device in sorted(NEUSIGHT):
            for row in sampled((r for r in found if r["device"] == device), 500, seed):
                yield Row(layer_of(row), NEUSIGHT[device], "neusight", float(row["runtime_ms"]))
    for row in rows_of(data / "convnet_benchmarks" / "caffe_network_layers.csv"):
        if row["network"] in ("vgg_a", "googlenet"):
            yield Row(layer_of(row), "titan_x", "convnet", float(row["runtime_ms"]))
    for row in rows_of(data / "convnet_benchmarks" / "conv_layers.csv"):
        if "cudnn" in row["software"]:
            yield Row(layer_of(row), "titan_x", "convnet", float(row["runtime_ms"]))


def balance(rows):
    """Every set of a device counts the same within a class, however many rows it has."""
    counts = {}
    for row in rows:
        key = (row.layer.kind, row.device, row.source)
        counts[key] = counts.get(key, 0) + 1
    for row in rows:
        row.weight = counts[(row.layer.kind, row.device, row.source)] ** -0.5


# ---- fitting ----

def huber(error):
    size = abs(error)
    return error * error / 2 if size <= 0.5 else 0.5 * (size - 0.25)


def minimise(function, start, step=0.4, rounds=400):
    """Nelder and Mead's simplex."""
    simplex = [list(start)] + [[x + (step if i == k else 0) for i, x in enumerate(start)] for k in range(len(start))]
    scored = sorted((function(point), point) for point in simplex)
    for _ in range(rounds):
        worst = scored[-1]
        centre = [sum(point[i] for _, point in scored[:-1]) / len(start) for i in range(len(start))]
        def along(t):
            point = [c + t * (w - c) for c, w in zip(centre, worst[1])]
            return function(point), point
        tried = along(-1)
        if tried[0] < scored[0][0]:
            tried = min(tried, along(-2))
        elif tried[0] >= scored[-2][0]:
            tried = along(0.5)
        if tried[0] < worst[0]:
            scored[-1] = tried
        else:
            best = scored[0][1]
            scored = [scored[0]] + [(function(p), p) for p in ([(a + b) / 2 for a, b in zip(q, best)] for _, q in scored[1:])]
        scored.sort()
        if scored[-1][0] - scored[0][0] < 1e-7:
            break
    return scored[0][1]


def bounded(logs, kind):
    """No share of the bandwidth above 1, none of the peak above 3 (what Winograd's algorithm saves at most, and some)."""
    values = [math.exp(max(-14.0, min(9.0, x))) for x in logs]
    rates = Rates(min(values[0], 3.0), min(values[1], 1.0))
    if kind in PRODUCTS:
        rates.outputs, rates.inner, rates.columns = values[2:5]
    if kind == "conv_3x3":
        rates.positions = values[5]
    return rates


def fit_class(kind, rows, launch):
    rows = [row for row in rows if row.layer.kind == kind]
    total = sum(row.weight for row in rows)
    start = [math.log(0.7), math.log(0.7)] + ([math.log(2.0), math.log(20.0), math.log(8.0)] if kind in PRODUCTS else [])
    start += [math.log(4.0)] if kind == "conv_3x3" else []

    def loss(logs):
        rates = bounded(logs, kind)
        return sum(row.weight * huber(math.log(runtime_ms(row.layer, rates, launch, row.peak, row.bandwidth) / row.actual))
                   for row in rows) / total
    best = minimise(loss, minimise(loss, start), 0.2)
    return bounded(best, kind), loss(best) * total


def fit_all(rows, launches):
    best = None
    for launch in launches:
        fitted, loss = {}, 0.0
        for kind in CLASSES:
            if any(row.layer.kind == kind for row in rows):
                fitted[kind], part = fit_class(kind, rows, launch)
                loss += part
        if best is None or loss < best[0]:
            best = (loss, launch, fitted)
    launch, fitted = best[1:]
    fitted.setdefault("pool", Rates(1.0, 0.6))
    fitted.setdefault("pointwise", Rates(1.0, 0.8))
    fitted["conv_grouped"] = fitted["conv"]
    return launch, fitted


def fit_device(rows, launch, fitted):
    """The two constants of devices, the classes' being what they are."""
    def loss(logs):
        sustain(rows, Device(math.exp(logs[0]), math.exp(logs[1])))
        return sum(row.weight * huber(error_of(row, launch, fitted)) for row in rows)
    best = minimise(loss, [math.log(0.5), math.log(0.9)], 0.3, 60)
    return Device(float(f"{math.exp(best[0]):.4g}"), float(f"{math.exp(best[1]):.4g}"))


def fit_both(rows, launches):
    """Classes and devices in turn."""
    sustain(rows, Device(0.5, 0.9))
    launch, fitted = fit_all(rows, launches)
    for _ in range(2):
        device = fit_device(rows, launch, fitted)
        sustain(rows, device)
        launch, fitted = fit_all(rows, (launch,))
    return launch, fitted, device


def error_of(row, launch, fitted):
    return math.log(runtime_ms(row.layer, fitted[row.layer.kind], launch, row.peak, row.bandwidth) / row.actual)


def rmspe(errors):
    return math.sqrt(sum((math.exp(e) - 1) ** 2 for e in errors) / len(errors))


def leave_devices_out(rows, networks_but, tell):
    """{device: [(class, log error)]}, each device predicted by constants that never saw it."""
    left = {}
    for name in sorted({row.device for row in rows}):
        others = [row for row in rows if row.device != name]
        launch, fitted, device, _, _ = fit_whole(others, lambda found, name=name: networks_but(found, name), LAUNCHES[-1:])
        rest = [row for row in rows if row.device == name]
        sustain(rest, device)
        left[name] = [(row.layer.kind, error_of(row, launch, fitted)) for row in rest]
        if name == "titan_x" and tell:
            tell(launch, fitted, device)
    return left


def between_devices(left):
    """How much of the spread of errors is common to a device's layers: the correlation of the errors within one."""
    means = {device: sum(e for _, e in errors) / len(errors) for device, errors in left.items()}
    between = sum(m * m for m in means.values()) / len(means)
    within = [sum((e - means[d]) ** 2 for _, e in errors) / len(errors) for d, errors in left.items()]
    return between / (between + sum(within) / len(within))


# ---- grouped convolutions and CPUs: by whole networks ----

SAMPLES = {"resnet50": "resnet50.onnx", "mobilenet_v2": "mobilenet_v2.onnx", "mobilenetv2_100": "mobilenet_v2.onnx",
           "resnet-50": "resnet50.onnx", "vgg11": "vgg11.prototxt", "googlenet-v1": "googlenet.prototxt"}


def read_networks(data):
    """(network file, batch, device or CPU figures, source, runtime)"""
    for row in rows_of(data / "pytorch_gpu_benchmark" / "networks.csv"):
        if row["device"] in TORCHVISION and row["dtype"] == "fp32" and row["network"] in SAMPLES:
            yield SAMPLES[row["network"]], 12, TORCHVISION[row["device"]], "pytorch_gpu_benchmark", float(row["runtime_ms"])
    for row in rows_of(data / "cnn_benchmarks" / "networks.csv"):
        if row["network"] in SAMPLES and row["software"] != "Torch7, cuDNN none" and row["device"] in TORCH7:
            yield SAMPLES[row["network"]], int(row["batch"]), TORCH7[row["device"]], "cnn_benchmarks", float(row["runtime_ms"])
    for row in rows_of(data / "timm_benchmarks" / "networks.csv.gz"):
        if row["device"] in CPUS and row["network"] in ("resnet50", "mobilenetv2_100") and row["img_size"] == "224":
            yield SAMPLES[row["network"]], int(row["batch"]), row["device"], "timm", float(row["runtime_ms"])


def network_ms(layers, launch, fitted, figures, scale=(1.0, 1.0)):
    peak, bandwidth = figures
    total = 0.0
    for layer in layers:
        rates = fitted[layer.kind]
        total += launch + math.hypot(compute_ms(layer, rates, peak) / scale[0], memory_ms(layer, rates, bandwidth) / scale[1])
    return total


def load_networks(program, data, sustained):
    cache, found = {}, []
    for file, batch, device, source, actual in read_networks(data):
        if (file, batch) not in cache:
            cache[file, batch] = network_layers(program, ROOT / "networks" / file, batch)
        figures = CPUS[device] if device in CPUS else sheet_figures(device, sustained)
        found.append((file, batch, device, source, actual, cache[file, batch], figures))
    return found


def framework_factor(networks, launch, fitted):
    """
    How much longer whole networks take than the sum of layers fitted to layers measured alone: frameworks choose slower
    algorithms than kernel benchmarks, add biases, and a mean is above the median that a fit of logarithms finds. Each
    device counts the same.
    """
    devices = {}
    for file, _, device, _, actual, layers, figures in networks:
        if device not in CPUS and not file.startswith("mobilenet"):
            predicted = network_ms(layers, launch, fitted, figures)
            devices.setdefault(device, []).append(math.log(actual / predicted))
    return math.exp(sum(sum(logs) / len(logs) for logs in devices.values()) / len(devices))


def slowed(fitted, factor):
    """The same classes, slower by a factor."""
    result = {}
    for kind, rates in fitted.items():
        result[kind] = Rates(*rates.values())
        result[kind].compute /= factor
        result[kind].memory /= factor
    return result


def fit_whole(rows, program_networks, launches):
    """Classes and devices from layers, then the factor of frameworks and grouped convolutions from whole networks."""
    launch, fitted, device = fit_both(rows, launches)
    networks = program_networks(device)
    factor = framework_factor(networks, launch, fitted)
    fitted = slowed(fitted, factor)
    fitted["conv_grouped"] = fit_grouped(networks, launch, fitted)
    return launch, rounded(fitted), device, networks, factor


def fit_grouped(networks, launch, fitted):
    """Two numbers for grouped convolutions, from MobileNet v2 alone; sizes as for the other convolutions do not apply."""
    chosen = [n for n in networks if n[0].startswith("mobilenet") and n[2] not in CPUS]

    def loss(logs):
        rates = {**fitted, "conv_grouped": Rates(min(math.exp(logs[0]), 1.0), min(math.exp(logs[1]), 1.0))}
        return sum(huber(math.log(network_ms(layers, launch, rates, figures) / actual))
                   for _, _, _, _, actual, layers, figures in chosen) + 0.01 * (logs[0] - math.log(0.3)) ** 2 + 0.01 * (
                       logs[1] - math.log(0.5)) ** 2
    logs = minimise(loss, [math.log(0.3), math.log(0.5)])
    return Rates(min(math.exp(logs[0]), 1.0), min(math.exp(logs[1]), 1.0))


def fit_cpu(networks, fitted):
    chosen = [n for n in networks if n[2] in CPUS]

    def loss(logs):
        scale = (math.exp(logs[0]), min(math.exp(logs[1]), 1.5))
        return sum(huber(math.log(network_ms(layers, CPU_LAUNCH, fitted, figures, scale) / actual))
                   for _, _, _, _, actual, layers, figures in chosen) + 0.01 * logs[1] ** 2
    logs = minimise(loss, [math.log(0.7), 0.0])
    return math.exp(logs[0]), min(math.exp(logs[1]), 1.5)


# ---- power ----

IDLE_SHARE = 0.1  # of the limit; vendors seldom state idle power, and it matters little to a busy device
# Student's t with three degrees of freedom, two-sided at LEVELS: four devices tell little of how far others may be.
T3 = (0.765, 0.978, 1.250, 1.638, 2.353, 3.182, 5.841)


def uses(layers, launch, fitted, figures):
    """Shares of the time not spent launching, of the peak rate and of the bandwidth in use."""
    peak, bandwidth = figures
    total = network_ms(layers, launch, fitted, figures)
    return (1 - launch * len(layers) / total, sum(layer.operations for layer in layers) / (total * peak * 1e6),
            sum(layer.bytes for layer in layers) / (total * bandwidth * 1e6))


def read_power(program, data, launch, fitted, sustained):
    """[(device, share of the way from idle to limit, uses)] of ResNet-50 in training at the full limit, batch 32 to 128."""
    sums = {}
    for row in rows_of(data / "zeus_training_power" / "networks.csv"):
        if row["network"] == "resnet50" and row["device"] in ZEUS and int(row["batch"]) in (32, 64, 128) \
                and float(row["power_limit_w"]) == ZEUS[row["device"]][1]:
            sums.setdefault(row["device"], []).append(float(row["power_w"]))
    layers = network_layers(program, ROOT / "networks" / "resnet50.onnx", 64)
    for device, watts in sorted(sums.items()):
        name, limit = ZEUS[device]
        yield (name, limit, sum(watts) / len(watts), uses(layers, launch, fitted, sheet_figures(name, sustained)))


def power_of(limit, use, constants):
    busy, compute, memory = constants
    idle = IDLE_SHARE * limit
    return idle + (limit - idle) * min(1.0, busy * use[0] + compute * use[1] + memory * use[2])


def fit_power(points):
    """Three constants from four devices: held towards equal parts, which decides where the devices do not."""
    def loss(logs):
        constants = [math.exp(x) for x in logs]
        return sum(math.log(power_of(limit, use, constants) / watts) ** 2 for _, limit, watts, use in points) + \
            0.003 * sum((x - math.log(0.4)) ** 2 for x in logs)
    return [math.exp(x) for x in minimise(loss, [math.log(0.4)] * 3)]


def leave_power_out(points):
    return [math.log(power_of(left[1], left[3], fit_power([p for p in points if p is not left])) / left[2]) for left in points]


# ---- the paper's networks, which took no part ----

PAPER = {"vgg16": (368.42, 204.80), "alex_v2": (39.02, 194.62), "nin": (50.66, 226.34), "overfeat": (197.99, 172.30),
         "cifar10_6conv": (50.09, 188.34)}


def check_paper(program, nets, launch, fitted, device, title):
    errors = []
    for name, (actual, _) in PAPER.items():
        predicted = network_ms(network_layers(program, nets / f"{name}.json"), launch, fitted, sheet_figures("titan_x", device))
        errors.append(math.log(predicted / actual))
        print(f"  {name:14} {predicted:8.2f} ms, measured {actual:8.2f} {predicted / actual - 1:+7.1%}")
    print(f"  Table 4, {title}: RMSPE {rmspe(errors):.1%}")


def report(rows, launch, fitted):
    print(f"{len(rows)} rows, launch {launch} ms")
    for kind in CLASSES:
        errors = [error_of(row, launch, fitted) for row in rows if row.layer.kind == kind]
        print(f"  {kind:13}", " ".join(f"{x:9.4g}" for x in fitted[kind].values()), f"{len(errors):5} rows",
              f"RMSPE {rmspe(errors):6.1%}" if errors else "")


def report_networks(networks, launch, fitted, cpu):
    for file, batch, device, source, actual, layers, figures in networks:
        of_cpu = device in CPUS
        predicted = network_ms(layers, CPU_LAUNCH if of_cpu else launch, fitted, figures, cpu if of_cpu else (1.0, 1.0))
        print(f"  {file:18} {batch:4} {device:27} {source:22} {predicted:9.2f} {actual:9.2f} {predicted / actual - 1:+7.1%}")


# ---- what is written ----

HEAD = """/*
 * The constants of the roofline. Written by tools/fit_roofline.py, not by hand, from measurements by others, all under
 * stated licences: DeepBench (Apache-2.0), NeuSight, convnet-benchmarks and pytorch-gpu-benchmark (MIT), timm's benchmarks
 * and Zeus (Apache-2.0). docs/baselines.md has the rows, the devices and the errors.
 */
#include "baseline/roofline.h"
"""
MEMBERS = {"conv": "NP_ROOF_CONV", "conv_1x1": "NP_ROOF_CONV_1X1", "conv_3x3": "NP_ROOF_CONV_3X3",
           "conv_grouped": "NP_ROOF_CONV_GROUPED", "product": "NP_ROOF_PRODUCT", "pool": "NP_ROOF_POOL",
           "pointwise": "NP_ROOF_POINTWISE"}


def rounded(fitted):
    """Constants with four digits, so that what is written is what was judged."""
    return {kind: Rates(*(float(f"{x:.4g}") for x in rates.values())) for kind, rates in fitted.items()}


def floats(values):
    return ", ".join(f"{x:.4g}" for x in values)


def constants_text(name, comment, launch, fitted, device, scale, power, correlation, spread, power_spread):
    lines = [f"/* {comment} */", f"const np_roof {name} = {{", "        .rates =", "                {"]
    for kind in CLASSES:
        lines.append(f"                        [{MEMBERS[kind]}] = {{{floats(fitted[kind].values())}}},")
    lines += ["                },", f"        .launch_ms = {launch:.4g},", f"        .compute = {scale[0]:.4g},",
              f"        .memory = {scale[1]:.4g},", f"        .throttle = {device.throttle:.4g},", f"        .old = {device.old:.4g},",
              f"        .busy = {power[0]:.4g},", f"        .power_compute = {power[1]:.4g},",
              f"        .power_memory = {power[2]:.4g},", f"        .idle_share = {IDLE_SHARE},",
              f"        .correlation = {{{floats([correlation, 1, correlation])}}},", f"        .spread = {{{{{floats(spread)}}}}},",
              f"        .power_spread = {{{{{floats(power_spread)}}}}},", "};", ""]
    return "\n".join(lines)


GOLDEN = ("conv:16x64x56x56:128:k5:p2", "conv:1x3x224x224:64:k7:s2:p3", "conv:64x256x56x56:64:k1", "conv:8x128x28x28:128:k3:p1",
          "conv:4x96x112x112:96:k3:p1:g96", "fc:128x9216:4096", "fc:1x4096:1000", "maxpool:32x64x112x112:k3:s2:p1",
          "relu:64x256x56x56")


def golden_layer(text):
    parts = text.split(":")
    kind, sizes = parts[0], [int(x) for x in parts[1].split("x")] + [1, 1]
    n, c, h, w = sizes[:4]
    more = {p[0]: int(p[1:]) for p in parts[2:] if p[0].isalpha()}
    k, s, p, g = more.get("k", 1), more.get("s", 1), more.get("p", 0), more.get("g", 1)
    oh = ow = (h + 2 * p - k) // s + 1
    if kind == "conv":
        return conv(n, c, h, w, int(parts[2]), k, k, s, g, oh, ow)
    if kind == "fc":
        return product(n, c, int(parts[2]))
    return pool(n, c, h, w, k, k, oh, ow) if kind == "maxpool" else pointwise(2 * n * c * h * w)


def layer_power(layer, launch, runtime, figures, limit, idle, power):
    used = (power[0] * (1 - launch / runtime) + power[1] * layer.operations / (runtime * figures[0] * 1e6) +
            power[2] * layer.bytes / (runtime * figures[1] * 1e6))
    return idle + (limit - idle) * min(1.0, used)


def golden_text(launch, fitted, device, cpu, power):
    lines = ["# What tools/fit_roofline.py computes: ms and W", "layer,sheet,bytes,runtime_ms,power_w"]
    for name in ("titan_x", "gtx_1070", "h100", "l4", "epyc_7763"):
        s = sheet(name)
        of_cpu = s["kind"] == "cpu"
        figures = sheet_figures(name, Device(0.0, 1.0) if of_cpu else device)
        for text in GOLDEN:
            layer, scale, start = golden_layer(text), cpu if of_cpu else (1.0, 1.0), CPU_LAUNCH if of_cpu else launch
            runtime = network_ms([layer], start, fitted, figures, scale)
            idle = s["idle_w"] or IDLE_SHARE * s["limit_w"]
            watts = "" if of_cpu else f"{layer_power(layer, launch, runtime, figures, s['limit_w'], idle, power):.12g}"
            lines.append(f"{text},{name},{layer.bytes:.0f},{runtime:.12g},{watts}")
    return "\n".join(lines) + "\n"


def write_all(launch, fitted, device, cpu, power, correlation, spread, power_spread):
    nothing = [0.0] * len(LEVELS)
    (ROOT / "src" / "baseline" / "roofline_fit.c").write_text(HEAD + "\n" + constants_text(
        "NP_ROOF_GPU", "Of GPUs.", launch, fitted, device, (1.0, 1.0), power, correlation, spread, power_spread) + "\n" + constants_text(
        "NP_ROOF_CPU", "Of CPUs: two devices took part, too few for intervals, and none with its power.", CPU_LAUNCH, fitted,
        Device(0.0, 1.0), cpu, (0.0, 0.0, 0.0), 1, nothing, nothing))
    (ROOT / "tests" / "data" / "roofline.csv").write_text(golden_text(launch, fitted, device, cpu, power))


def pooled(left, level):
    """The quantile of absolute errors over all devices, each device counting the same."""
    weighted = sorted((abs(e), 1 / len(errors)) for errors in left.values() for _, e in errors)
    reached, total = 0.0, float(len(left))
    for error, weight in weighted:
        reached += weight
        if reached >= level * total:
            return error
    return weighted[-1][0]


def option(name):
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else None


def main():
    program, data = sys.argv[1], pathlib.Path(sys.argv[2])
    nets = option("--paper") and pathlib.Path(option("--paper"))
    rows = list(read_layers(data))
    balance(rows)
    launch, fitted, device, networks, factor = fit_whole(rows, lambda found: load_networks(program, data, found), LAUNCHES)
    cpu = tuple(float(f"{x:.4g}") for x in fit_cpu(networks, fitted))
    report(rows, launch, fitted)
    print("frameworks", factor, "cpu", cpu, "throttle", device.throttle, "old", device.old)
    report_networks(networks, launch, fitted, cpu)
    points = list(read_power(program, data, launch, fitted, device))
    power, power_errors = [float(f"{x:.4g}") for x in fit_power(points)], leave_power_out(points)
    for point, error in zip(points, power_errors):
        print(f"  {point[0]:16} {point[2]:6.1f} W of {point[1]}, uses", " ".join(f"{x:.2f}" for x in point[3]),
              f"left out {math.exp(error) - 1:+.1%}")
    print("power", power)
    if nets:
        check_paper(program, nets, launch, fitted, device, "constants of all devices")
    left = leave_devices_out(
        rows, lambda found, name: [n for n in load_networks(program, data, found) if n[2] != name], nets and (lambda *found: check_paper(program, nets, *found, "TITAN X left out")))
    for name, errors in left.items():
        print(f"  {name:16} {len(errors):5} rows, left out: RMSPE {rmspe([e for _, e in errors]):6.1%}, "
              f"mean log error {sum(e for _, e in errors) / len(errors):+.3f}")
    spread = [math.exp(pooled(left, level)) for level in LEVELS]
    deviation = math.sqrt(sum(e * e for e in power_errors) / len(power_errors))
    power_spread = [math.exp(t * deviation * math.sqrt(1.25)) for t in T3]
    correlation = between_devices(left)
    print("correlation", correlation, "factors", floats(spread), "of power", floats(power_spread))
    if "--write" in sys.argv:
        write_all(launch, fitted, device, cpu, power, correlation, spread, power_spread)


if __name__ == "__main__":
    main()
