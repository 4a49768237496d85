#!/usr/bin/env python3
"""The suites that are shipped: which layers to measure so that a platform can be learned.

    tools/make_suites.py [--program build/neuralpower] [--check] [--report]

`paper`  layers of networks of the paper's time and of random networks like its authors', for a GPU
`full`   further kinds and the shapes of later networks; a campaign runs `paper`, then `full`
`quick`  a first model of a CPU: few rows that fill the space of usual layers evenly

No layer of the five test networks of the paper, at any batch, is in any of them; `quick` has none of ResNet-18 either. The
program is needed to read networks. --check compares with suites/ and docs/suites.md and fails when something
differs; --report shows costs.
"""
import argparse
import collections
import pathlib
import sys

import suite_sources as sources
from suite_layers import Chance, Spread, at, fc, global_pool, plain, window

ROOT = pathlib.Path(__file__).resolve().parent.parent
GUIDE = ROOT / "docs" / "suites.md"
MARKS = ("<!-- rows by kind: tools/make_suites.py -->", "<!-- end -->")
HEADS = {
    "paper": "layers of networks of the paper's time and of random networks like its authors', for a GPU",
    "full": "further kinds and the shapes of later networks, for a GPU; to be measured after `paper`, whose rows it does not repeat",
    "quick": "a first model of a CPU: few rows that fill the space of usual layers evenly",
}

# ---- what may be in a suite -----------------------------------------------------------------------------------------


def gpu_seconds(layer):
    """A cautious estimate for a large GPU in fp32; grouped convolutions run far below its peak."""
    speed = 40e12 if layer.g == 1 else 2e12
    return max(2 * layer.macs() / speed, layer.bytes() / 2e12) + 3e-6


def cpu_seconds(layer):
    """For one core or two of a CPU."""
    return max(layer.macs() / 42e9, layer.bytes() / 20e9) + 2e-6


def fits_gpu(layer):
    return gpu_seconds(layer) <= 0.015 and layer.bytes() <= 6e9


def fits_cpu(layer):
    return layer.macs() <= 1.7e9 and cpu_seconds(layer) <= 0.040 and layer.bytes() <= 400e6


class Suite:
    """Layers by their texts, in order; refuses what is excluded, too large, or there already."""

    def __init__(self, excluded, fits, others=()):
        self.excluded, self.fits = excluded, fits
        self.others = {text for other in others for text in other.layers}
        self.layers, self.counts = {}, collections.Counter()

    def add(self, layer, batch, group=None):
        """With the batch halved until the layer fits."""
        if layer.key() in self.excluded:
            return False
        while batch > 1 and not self.fits(layer.with_batch(batch)):
            batch //= 2
        layer = layer.with_batch(batch)
        if not self.fits(layer) or layer.text() in self.layers or layer.text() in self.others:
            return False
        self.layers[layer.text()] = layer
        self.counts[group or layer.kind] += 1
        return True


class Batches:
    """Batches in turn, shuffled anew each round."""

    def __init__(self, chance, menu):
        self.chance, self.menu, self.left = chance, menu, []

    def next(self):
        self.left = self.left or self.chance.shuffled(self.menu)
        return self.left.pop()


def unique(layers):
    """The first of each configuration, whatever its batch."""
    found = {}
    for layer in layers:
        found.setdefault(layer.key(), layer)
    return list(found.values())


# ---- paper ----------------------------------------------------------------------------------------------------------

GPU_BATCHES = [1, 2, 4, 8, 16, 32, 32, 64, 64, 64, 128, 128, 128]
SMALL_BATCHES = [16, 32, 64, 100, 128, 200, 200, 256]
PAPER_ROWS = {"conv": 900, "pool": 230, "fc": 130}
PAPER_GROUPS = {"conv": "conv", "maxpool": "pool", "avgpool": "pool", "fc": "fc"}


def make_paper(program, excluded):
    chance = Chance(2017)
    batches, small_batches = Batches(chance, GPU_BATCHES), Batches(chance, SMALL_BATCHES)
    suite = Suite(excluded, fits_gpu)
    named = [layer for path in sources.PAPER_NETWORKS for layer in sources.read_network(program, path)]
    for layer in unique(named + list(sources.written_networks())):
        if layer.kind in PAPER_GROUPS:
            suite.add(layer, batches.next(), PAPER_GROUPS[layer.kind])
    while any(suite.counts[group] < rows for group, rows in PAPER_ROWS.items()):
        layers, small = sources.random_network(chance)
        for layer in layers:
            group = PAPER_GROUPS[layer.kind]
            if suite.counts[group] < PAPER_ROWS[group]:
                suite.add(layer, (small_batches if small else batches).next(), group)
    return suite


# ---- full -----------------------------------------------------------------------------------------------------------


def group_of(layer):
    """The groups that `full` counts: kinds, and convolutions by their make."""
    if layer.kind != "conv":
        return layer.kind
    if layer.g > 1:
        return "depthwise" if layer.g == layer.c else "grouped"
    if (layer.h, layer.w) == (1, 1):
        return "squeezed"
    if layer.dh > 1:
        return "dilated"
    return "strip" if layer.kh != layer.kw else "conv"


# Group: rows, and where they come from when the networks have no more.
FULL_GROUPS = {
    "conv": (90, None),
    "squeezed": (12, None),
    "depthwise": (90, sources.depthwise),
    "grouped": (50, sources.grouped),
    "dilated": (35, sources.dilated),
    "strip": (45, sources.strip),
    "deconv": (40, sources.deconv),
    "fc": (50, sources.token_fc),
    "maxpool": (20, sources.pool("maxpool")),
    "avgpool": (35, sources.pool("avgpool")),
    "globalavgpool": (40, sources.global_average),
    "lrn": (35, sources.pointwise("lrn", 1000000)),
    "batchnorm": (45, sources.pointwise("batchnorm", 12)),
    "layernorm": (35, sources.layernorm),
    "relu": (45, sources.pointwise("relu")),
    "activation": (45, sources.pointwise("activation")),
    "eltwise": (50, sources.eltwise),
    "concat": (40, sources.concat),
    "softmax": (35, sources.softmax),
    "matmul": (40, sources.matmul),
}


def make_full(program, excluded, paper):
    chance = Chance(2018)
    batches = Batches(chance, GPU_BATCHES)
    suite = Suite(excluded, fits_gpu, [paper])
    named = [layer for path in sources.LATER_NETWORKS for layer in sources.read_network(program, path)]
    supply = collections.defaultdict(list)
    for layer in chance.shuffled(unique(named)):
        # Statistics per row, parts of a normalisation written out, are no layers of their own; for softmax see its function.
        if layer.kind != "softmax" and not (layer.h > 1 and layer.w == 1 and layer.kind in ("activation", "eltwise")):
            supply[group_of(layer)].append(layer)
    for group, (rows, draw) in FULL_GROUPS.items():
        least = rows * 6 // 10 if draw else rows  # from networks, as far as there are so many
        for layer in supply[group]:
            if suite.counts[group] < least:
                suite.add(layer, batches.next(), group)
        while draw and suite.counts[group] < rows:
            suite.add(draw(chance), batches.next(), group)
    return suite


# ---- quick ----------------------------------------------------------------------------------------------------------

SIZES = (4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16, 18, 20, 22, 24, 26, 28, 30, 32, 36, 40, 48, 54, 56, 64, 72, 80, 96, 112, 128,
         160, 192, 224)
WIDTHS = (8, 12, 16, 20, 24, 32, 40, 48, 50, 56, 64, 75, 80, 96, 112, 128, 144, 160, 176, 192, 224, 240, 256, 288, 320, 352, 384,
          448, 500, 512, 576, 640, 700, 768, 832, 896, 1000, 1024, 1280, 1536, 2048)
QUICK_BATCHES = (1, 1, 1, 1, 2, 2, 4, 4, 4, 8)
WINDOW_SIZES = (1,) * 6 + (3,) * 10 + (5,) * 4 + (7, 11)
POOLS = ((2, 2, 0), (2, 2, 0), (2, 2, 0), (3, 2, 0), (3, 2, 0), (3, 2, 1), (3, 1, 1), (3, 3, 0))
# Input size, channels, window, stride, padding.
FIRST = ((32, 32, 3, 1, 1), (32, 64, 5, 1, 2), (48, 96, 3, 1, 1), (64, 64, 3, 1, 1), (96, 48, 5, 2, 2), (112, 64, 7, 2, 3),
         (128, 32, 3, 2, 1), (160, 96, 7, 2, 3), (192, 48, 11, 4, 2), (200, 96, 11, 4, 0), (224, 32, 3, 2, 1), (227, 80, 11, 4, 0),
         (240, 64, 9, 4, 2), (256, 64, 7, 2, 3), (299, 32, 3, 2, 0), (224, 16, 5, 2, 2))
# Inputs, outputs: the largest have the weights of the large networks' first product.
LARGE_FC = ((8192, 4096), (9600, 4000), (10240, 3584), (12544, 2048), (16384, 2048), (20480, 1536), (25600, 1024), (28800, 1280),
            (32000, 960), (36864, 1024), (6400, 5120), (4608, 4608))
FC_INPUTS = (64, 96, 128, 192, 256, 320, 400, 512, 640, 784, 1000, 1280, 1536, 2048, 2560, 3072, 4000, 5000, 6144)
FC_OUTPUTS = (10, 10, 20, 50, 100, 128, 200, 256, 400, 512, 768, 1000, 1000, 1200, 1536, 2048, 3000, 4000)


# The ends of what is asked of a first model, which evenly spread points seldom reach; with their batches.
EDGES = ((fc(1000, 10), 1), (fc(96, 10), 4), (plain("relu", 512), 1), (plain("relu", 72, 112), 4), (plain("relu", 64, 144), 1),
         (plain("relu", 80, 112), 8), (window("maxpool", 80, 112, 80, 3, 2, 1), 4), (window("maxpool", 64, 128, 64, 3, 2, 1), 1),
         (global_pool(1000, 6), 8), (global_pool(512, 8), 4), (plain("softmax", 8), 1), (plain("softmax", 16), 4),
         (plain("batchnorm", 72, 112), 4), (plain("eltwise", 72, 80), 4), (plain("lrn", 80, 72), 4))


def spread_shape(u, v, least, most, least_size=4):
    """A size, and channels that go with it."""
    size = at([size for size in SIZES if size >= least_size], u)
    widths = [c for c in WIDTHS if least <= c * size * size <= most]
    return (at(widths, v), size) if widths else None


def spread_conv(u):
    """A convolution for a point; None where there is no usual one."""
    shape = spread_shape(u[0], u[1], 6000, 820000)
    if not shape:
        return None
    (c, size), k = shape, at(WINDOW_SIZES, u[3])
    if k > 5 and (c > 64 or size < 14):
        k = 3 if u[4] < 0.7 else 5
    s = 1 if u[4] < 0.78 or size < 12 else 4 if k == 11 else 2
    p = 0 if 0.68 < u[4] < 0.78 and size > 2 * k else k // 2
    layer = window("conv", c, size, c, k, s, p)
    widths = [o for o in WIDTHS if c / 4 <= o <= 4 * c and o * layer.oh * layer.ow <= 820000]
    return layer._replace(o=at(widths, u[2])) if widths else None


def spread_pool(kind):
    def make(u):
        shape = spread_shape(u[0], u[1], 4000, 820000, 6)
        return shape and window(kind, shape[0], shape[1], shape[0], *at(POOLS, u[2]), up=u[3] < 0.25)
    return make


def spread_plain(kind, least, most):
    def make(u):
        shape = spread_shape(u[0], u[1], least, most)
        return shape and plain(kind, *shape)
    return make


def spread_relu(u):
    return plain("relu", at(FC_INPUTS, u[1])) if u[2] < 0.2 else spread_plain("relu", 4000, 820000)(u)


def spread_concat(u):
    shape = spread_shape(u[0], u[1], 4000, 200000)
    n = at((2, 2, 3, 4), u[2])
    return shape and plain("concat", *shape, o=shape[0] * n if u[3] < 0.5 else shape[0] * n + 32, n=n)


def spread_fc(u):
    return fc(at(FC_INPUTS, u[0]), at(FC_OUTPUTS, u[1]))


def spread_softmax(u):
    if u[2] < 0.75:
        return plain("softmax", at((10, 100, 365, 1000, 4000, 10000), u[0]))
    return plain("softmax", at((10, 21, 100), u[0]), at((14, 32, 56), u[1]))


def spread_grouped(u):
    c, size = at(((32, 112), (96, 56), (144, 28), (192, 14), (384, 14), (96, 28), (256, 13), (512, 7)), u[0])
    groups = c if u[1] < 0.5 else at((2, 4, 32), u[2])
    return window("conv", c, size, c, at((3, 3, 5), u[3]), at((1, 1, 2), u[4]), 1 + at((0, 0, 1), u[3]), g=groups)


# Rows, and how a point becomes a layer.
QUICK_GROUPS = {
    "conv": (200, spread_conv),
    "grouped": (20, spread_grouped),
    "fc": (170, spread_fc),
    "maxpool": (100, spread_pool("maxpool")),
    "avgpool": (100, spread_pool("avgpool")),
    "globalavgpool": (22, lambda u: global_pool(at((64, 160, 256, 480, 640, 1024, 1280, 2048), u[0]), at((4, 6, 7, 8, 10, 14), u[1]))),
    "lrn": (40, spread_plain("lrn", 12000, 400000)),
    "batchnorm": (28, spread_plain("batchnorm", 4000, 820000)),
    "relu": (36, spread_relu),
    "eltwise": (30, spread_plain("eltwise", 4000, 820000)),
    "concat": (40, spread_concat),
    "softmax": (30, spread_softmax),
}


def make_quick(excluded):
    suite = Suite(excluded, fits_cpu)
    for i, (size, o, k, s, p) in enumerate(FIRST):
        suite.add(window("conv", 3, size, o, k, s, p), (1, 4, 2, 1)[i % 4], "first")
    for i, (c, o) in enumerate(LARGE_FC):
        suite.add(fc(c, o), (1, 4, 2, 1, 8)[i % 5])
    for layer, batch in EDGES:
        suite.add(layer, batch)
    for i, (group, (rows, make)) in enumerate(QUICK_GROUPS.items()):
        spread = Spread(1000 * i)
        while suite.counts[group] < rows:
            u = spread.point()
            layer = make(u)
            if layer:
                suite.add(layer, at(QUICK_BATCHES, u[5]), group)
    return suite


# ---- files ----------------------------------------------------------------------------------------------------------


KINDS = ("conv deconv fc maxpool avgpool globalavgpool lrn batchnorm layernorm relu activation eltwise concat softmax "
         "matmul").split()


def render(name, suite):
    by_kind = collections.defaultdict(list)
    for text, layer in suite.layers.items():
        by_kind[layer.kind].append(text)
    by_kind = {kind: by_kind[kind] for kind in KINDS if by_kind[kind]}
    counts = ", ".join(f"{kind} {len(texts)}" for kind, texts in by_kind.items())
    lines = [f"# suite: {name}", f"# what: {HEADS[name]}", f"# rows: {len(suite.layers)}: {counts}",
             "# made by: tools/make_suites.py"]
    for kind, texts in by_kind.items():
        lines += ["", *texts]
    return "\n".join(lines) + "\n"


def table(suites):
    """Rows by kind, for docs/suites.md."""
    counts = {name: collections.Counter(layer.kind for layer in suite.layers.values()) for name, suite in suites.items()}
    lines = ["| kind | " + " | ".join(f"`{name}`" for name in suites) + " |", "|---|" + "---:|" * len(suites)]
    for kind in KINDS:
        lines.append(f"| {kind} | " + " | ".join(str(counts[name][kind] or "") for name in suites) + " |")
    lines.append("| all | " + " | ".join(str(len(suite.layers)) for suite in suites.values()) + " |")
    return "\n".join(lines)


def with_table(text, suites):
    before, rest = text.split(MARKS[0])
    return f"{before}{MARKS[0]}\n{table(suites)}\n{MARKS[1]}{rest.split(MARKS[1])[1]}"


def report(name, suite, seconds):
    times = sorted(seconds(layer) for layer in suite.layers.values())
    print(f"{name}: {len(times)} rows, {dict(suite.counts)}")
    print("  estimated ms: " + ", ".join(f"p{p} {1e3 * times[min(len(times) - 1, len(times) * p // 100)]:.3g}"
                                         for p in (0, 10, 25, 50, 75, 90, 100)) + f"; one call of each {sum(times):.2g} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--program", default=str(ROOT / "build" / "neuralpower"))
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--report", action="store_true")
    options = parser.parse_args()
    test_layers = [layer for path in sources.TEST_NETWORKS for layer in sources.read_network(options.program, path)]
    excluded = {layer.key() for layer in test_layers + sources.PAPER_TEST_LAYERS}
    paper = make_paper(options.program, excluded)
    suites = {"paper": paper, "full": make_full(options.program, excluded, paper)}
    suites["quick"] = make_quick(excluded | {layer.key() for layer in sources.read_network(options.program, sources.RESNET_18)})
    files = {ROOT / "suites" / f"{name}.txt": render(name, suite) for name, suite in suites.items()}
    files[GUIDE] = with_table(GUIDE.read_text(), suites)
    if options.report:
        for name, suite in suites.items():
            report(name, suite, cpu_seconds if name == "quick" else gpu_seconds)
    stale = [path.name for path, text in files.items() if not path.exists() or path.read_text() != text]
    if not options.check:
        for path, text in files.items():
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        stale = []
    print(f"not what tools/make_suites.py makes: {', '.join(stale)}" if stale else f"{len(suites)} suites")
    return bool(stale)


if __name__ == "__main__":
    sys.exit(main())
