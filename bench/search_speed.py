#!/usr/bin/env python3
"""How many networks in memory are predicted per second and core, as a search asks for them, beside loops in Python.

    ninja -C build bench/predict_rate
    bench/search_speed.py [--program build/bench/predict_rate] [--platform FILE] [--runs 5]

bench/predict_rate.c says what its cases are. The loops in Python, one process, everything warm, processor time:

    Paleo      Paleo's formulas (FLOPs over peak rate plus bytes over bandwidth, for convolutions, fully connected layers and
               poolings) over AlexNet in Paleo's JSON form, already read: no power, no intervals
    nn-Meter   nn-Meter's way with a kernel's latency: a random forest for each kind of fused kernel (convolution with ReLU,
               pooling, fully connected with ReLU) with the parameters that nn-Meter publishes for convolutions on a processor
               (320 trees, depth 70, 6 features each), features as there (size, channels, kernel, stride, FLOPs, parameters), one
               call for each kind and network, and the sum: no power, no intervals. The forests are scikit-learn's, learned
               here from 2000 random kernels each whose latency is Paleo's with some noise: as large as real ones, but not
               nn-Meter's own, which are not shipped with it; detecting the kernels is left out. "at once" is the
               same for 500 networks in one call for each kind, which a search can do for a generation.

Without scikit-learn (any virtual environment will do) nn-Meter's part is left out, which is said.
"""
import argparse
import os
import random
import re
import statistics
import subprocess
import sys
import time

import stream_speed

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
AT_ONCE = 500


def rate(count, runs, work):
    """The median over runs of networks per second of processor time."""
    rates = []
    for _ in range(runs):
        begin = time.process_time()
        work()
        rates.append(count / (time.process_time() - begin))
    return statistics.median(rates)


def random_alexnets(count):
    draw = random.Random(1)
    return [stream_speed.alexnet("n", [draw.randint(w // 2, 2 * w) for w in stream_speed.WIDTHS]) for _ in range(count)]


def paleo_rate(networks, runs):
    networks = [stream_speed.to_paleo(network) for network in networks]
    return rate(len(networks), runs, lambda: [stream_speed.paleo_ms(network) for network in networks])


# ---- nn-Meter's way ----


def kernels_of(network):
    """Features of each kind of kernel: convolution and its ReLU are one, as are fc and its ReLU."""
    n, channels, size, _ = network["input"]
    kinds = {"conv-relu": [], "maxpool": [], "fc-relu": []}
    for layer in network["layers"]:
        kernel, stride = layer.get("kernel", 1), layer.get("stride", 1)
        if layer["type"] == "conv":
            out = (size + 2 * layer["pad"] - kernel) // stride + 1
            flops, params = 2 * n * out * out * layer["out"] * kernel * kernel * channels, kernel * kernel * channels * layer["out"]
            kinds["conv-relu"].append([size, channels, layer["out"], kernel, stride, flops / 2e6, params / 1e6])
            size, channels = out, layer["out"]
        elif layer["type"] == "maxpool":
            out = (size - kernel) // stride + 1
            kinds["maxpool"].append([size, channels, channels, kernel, stride])
            size = out
        elif layer["type"] == "fc":
            inputs = channels * size * size
            kinds["fc-relu"].append([inputs, layer["out"], 2 * n * inputs * layer["out"] / 2e6, inputs * layer["out"] / 1e6])
            channels, size = layer["out"], 1
    return kinds


def learn_forests():
    from sklearn.ensemble import RandomForestRegressor

    draw, forests = random.Random(2), {}
    rows = {kind: [] for kind in ("conv-relu", "maxpool", "fc-relu")}
    while min(map(len, rows.values())) < 2000:
        for network in random_alexnets(100):
            network["input"][2] = draw.randint(180, 400)
            for kind, kernels in kernels_of(network).items():
                rows[kind] += kernels
    for kind, kernels in rows.items():
        kernels = draw.sample(kernels, 2000)
        latency = [row[-2] * draw.lognormvariate(0, 0.1) for row in kernels]
        forests[kind] = RandomForestRegressor(n_estimators=320, max_depth=70, max_features=min(6, len(kernels[0])),
                                              min_samples_split=2, min_samples_leaf=1, random_state=10).fit(kernels, latency)
    return forests


def nn_meter_ms(forests, networks):
    """As one call for each kind, of all networks given."""
    kinds = {}
    for network in networks:
        for kind, kernels in kernels_of(network).items():
            kinds.setdefault(kind, []).extend(kernels)
    return sum(sum(forests[kind].predict(kernels)) for kind, kernels in kinds.items())


def nn_meter_rates(networks, runs):
    forests = learn_forests()
    alone = rate(10, runs, lambda: [nn_meter_ms(forests, [network]) for network in networks[:10]])
    return alone, rate(AT_ONCE, runs, lambda: nn_meter_ms(forests, networks[:AT_ONCE]))


# ---- side by side ----


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=os.path.join(ROOT, "build/bench/predict_rate"))
    parser.add_argument("--platform", default=os.path.join(ROOT, "platforms/xeon-5120-pytorch.json"))
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    networks = random_alexnets(2000)
    peers = {"Paleo": paleo_rate(networks, arguments.runs)}
    try:
        peers["nn-Meter"], peers["nn-Meter at once"] = nn_meter_rates(networks, arguments.runs)
    except ImportError:
        print("scikit-learn is not there: no loop in nn-Meter's way", file=sys.stderr)
    print(f"{'':36} {'networks/s':>11}" + "".join(f" {'x ' + name:>18}" for name in peers))
    for name, peer in peers.items():
        print(f"{'Python, ' + name:36} {peer:11.1f}")
    done = subprocess.run([arguments.program, arguments.platform], check=True, stdout=subprocess.PIPE, text=True)
    for line in done.stdout.splitlines():
        what, value, allocations = re.match(r"(.*\S) +(\d+) networks/s .*, (\d+) allocations", line).groups()
        print(f"{what:36} {value:>11}" + "".join(f" {float(value) / peer:18.1f}" for peer in peers.values()) +
              (f"  {allocations} allocations" if allocations != "0" else ""))


if __name__ == "__main__":
    sys.exit(main())
