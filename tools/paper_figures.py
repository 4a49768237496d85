"""Figures 1, 4 and 5, and Table 7 with its picture."""

import csv
import functools
import math
import pathlib
import tempfile

import paper_pictures as pictures
from paper_common import BATCH, FILES, ROOT, claim, ledger, num, paper, table

SAMPLED = 5000


# ---- Figure 1 ----


def sampled_energies(program):
    lines = program.text("sample", "--space", "cifar10", "--count", SAMPLED, "--seed", 1, "--lines")
    answers = program.text("predict", "--stream", "-", "--platform", "xeon-5120-pytorch", "-q", give=lines)
    return sorted(float(row["energy_per_item_mj"]) for row in csv.DictReader(answers.splitlines()))


def quantile(values, share):
    return values[round(share * (len(values) - 1))]


def error_classes(rows):
    """Class of one point of error -> architectures, least and most energy."""
    classes = {}
    for row in rows:
        count, least, most = classes.get(row["error"], (0, math.inf, 0))
        classes[row["error"]] = count + row["count"], min(least, row["least"]), max(most, row["most"])
    return classes


def section_figure1(program, out):
    rows = [
        {
            "error": int(r["error_percent"]),
            "step": int(r["energy_step"]),
            "count": int(r["architectures"]),
            "least": float(r["least_mj"]),
            "most": float(r["most_mj"]),
        }
        for r in ledger("paper/architectures")
    ]
    classes = {error: c for error, c in error_classes(rows).items() if c[0] >= 100}
    widest = max(classes, key=lambda error: classes[error][2] / classes[error][1])
    count, least, most = classes[widest]
    sampled = sampled_energies(program)
    total = sum(row["count"] for row in rows)
    lines = [
        [f"{error} to {error + 1} %", str(c[0]), num(c[1]), num(c[2]), f"{num(c[2] / c[1], 2)} x"]
        for error, c in sorted(classes.items())
    ]
    yield f"""## Figure 1: one accuracy, many energies

The paper samples networks for CIFAR-10, trains them, and finds that those of about 20 % error differ in energy by more than
40 times. Its points are not published, and nothing here trains networks. What can be shown:

- **Trained and measured**: {total} architectures of NAS-Bench-201, whose test errors on CIFAR-100 were trained and whose
  energy was measured on a Raspberry Pi 5 (HW-NAS-Bench-360, PyTorch Mobile). Among those of {widest} to {widest + 1} % error
  the dearest takes {num(most / least, 2)} times the cheapest. The space is narrower than the paper's: the number of cells and
  their widths are fixed.
- **Drawn as the authors drew theirs**: `neuralpower sample --space cifar10 --count {SAMPLED} --seed 1 --lines | neuralpower
  predict --stream -` on the Xeon. Predicted energy per image goes from {num(sampled[0])} to {num(sampled[-1])} mJ,
  {num(sampled[-1] / sampled[0], 2)} times; nine in ten lie within {num(quantile(sampled, 0.95) / quantile(sampled, 0.05), 2)}
  times. How many of them err alike is not known, so this is an upper bound of what Figure 1 shows, not the figure.

![Test error and measured energy of {total} architectures, and predicted energy of {SAMPLED} networks drawn at random](paper/figure1.svg)
"""
    yield "Classes of at least 100 architectures:\n"
    yield from table(["CIFAR-100 error", "architectures", "least, mJ", "most, mJ", "spread"], lines)
    draw_figure1(rows, widest, most / least, sampled, total, out)


def draw_figure1(rows, widest, spread, sampled, total, out):
    picture = pictures.Picture(
        "Figure 1: energy of architectures that err alike",
        f"Above, test error against measured energy of {total} architectures; the widest class spans {spread:.1f} times. "
        f"Below, predicted energy of {SAMPLED} networks drawn at random.",
    )
    step = 10**0.05
    shown = {(row["error"], row["step"]): row["count"] for row in rows if row["error"] < 60}
    left_out = total - sum(shown.values())
    pictures.counts(
        picture,
        "NAS-Bench-201 on a Raspberry Pi 5: test error on CIFAR-100 and measured energy",
        f"the stronger the colour, the more of the {total} architectures; {left_out} of 60 % and more are not shown",
        shown,
        (25, 60),
        lambda i: step**i,
        "mJ",
        (widest, f"{spread:.1f} times"),
    )
    low = math.floor(math.log10(sampled[0]) * 5)
    high = math.floor(math.log10(sampled[-1]) * 5)
    bins = [0] * (high - low + 1)
    for energy in sampled:
        bins[math.floor(math.log10(energy) * 5) - low] += 1
    labels = [f"{num(10 ** ((low + i) / 5), 2)}" for i in range(len(bins))]
    pictures.bars(
        picture,
        f"{SAMPLED} networks drawn as the authors drew theirs: predicted energy per image, 2x Xeon 5120",
        "how many of them, over mJ per image in steps of a fifth of a decade, each labelled by its lower end; batch 200",
        "",
        labels,
        [("networks", "default", bins)],
        height=110,
        slanted=False,
    )
    picture.write(out / "paper/figure1.svg")


# ---- Figures 4 and 5 ----


def timed(layers):
    """Layers that take time, as (name, layer)."""
    return [(layer["name"], layer) for layer in layers if layer["type"] not in ("dropout", "reshape", "softmax", "input")]


def titan_panel(program, picture, name, remark, extra=None):
    """Layers of one of the paper's networks by Paleo and by the roofline, with what is known of measurements."""
    paleo = dict(timed(program.paper_network(name, "paleo")["layers"]))
    ours = dict(timed(program.paper_network(name, "roofline")["layers"]))
    series = [
        ("Paleo", "paleo", [paleo[n]["runtime_ms"] for n in paleo]),
        ("roofline", "roofline", [ours[n]["runtime_ms"] for n in paleo]),
    ]
    if extra:
        series.insert(0, ("measured, as the text implies", "measured", [extra.get(n) for n in paleo]))
    pictures.bars(picture, f"{name} on the Titan X, batch {BATCH.get(name, 128)}", remark, "ms", list(paleo), series)


@functools.cache
def caffe_points(program, method, network):
    """Of one network's layers: name, predicted and measured ms."""
    text = (ROOT / "data/titan-x-caffe.csv").read_text().splitlines()
    rows = dict(enumerate(csv.DictReader(line for line in text if not line.startswith("#")), start=3))
    report = program.json("evaluate", "--verbose", "--method", method, "-p", "titan_x", "--layers", "data/titan-x-caffe.csv")
    points = [
        (line, predicted, actual)
        for cell in report["layers"]
        for line, predicted, actual in zip(*(cell["points"][key] for key in ("line", "predicted", "actual")))
    ]
    return [
        (rows[line]["layer"].split("/")[0], rows[line]["layer_type"], predicted, actual)
        for line, predicted, actual in sorted(points)
        if rows[line]["network"] == network and rows[line]["layer_type"] in ("conv", "fc", "maxpool")
    ]


def largest(pairs):
    return max(pairs, key=lambda pair: pair[1])[0]


def longest(layers):
    return largest((name, layer["runtime_ms"]) for name, layer in timed(layers))


def draw_figure4(program, out, layers):
    picture = pictures.Picture(
        "Figure 4: runtime of each layer",
        "NIN and VGG-16 on the Titan X by Paleo and by the roofline; AlexNet there as measured with Caffe; VGG-16 on two Xeons "
        "as measured and as predicted.",
    )
    titan_panel(program, picture, "NIN", "measured in the paper: conv4 takes longest; Paleo and the roofline say conv2")
    titan_panel(
        program,
        picture,
        "VGG-16",
        "measured in the paper: fc6 takes longest; Paleo and the roofline say conv1-2",
        {"fc6": fc6_measured()},
    )
    paleo, ours = caffe_points(program, "paleo", "alexnet_owt"), caffe_points(program, "roofline", "alexnet_owt")
    pictures.bars(
        picture,
        "AlexNet on the TITAN X with Caffe, batch 128",
        "measured by convnet-benchmarks; all agree on conv2",
        "ms",
        [p[0] for p in paleo],
        [
            ("measured", "measured", [p[3] for p in paleo]),
            ("Paleo", "paleo", [p[2] for p in paleo]),
            ("roofline", "roofline", [p[2] for p in ours]),
        ],
    )
    shown = [row for row in layers if row["type"] != "relu"]
    pictures.bars(
        picture,
        f"VGG-16 on 2x Xeon 5120, batch {layers[0]['batch']}",
        "held out: no row of these shapes was learned from",
        "ms",
        [row["layer"] for row in shown],
        [
            ("measured", "measured", [float(r["actual_runtime_ms"]) for r in shown]),
            ("default", "default", [float(r["default_runtime_ms"]) for r in shown]),
            ("paper's method", "polynomial", [float(r["paper_runtime_ms"]) for r in shown]),
        ],
    )
    picture.write(out / "paper/figure4.svg")


def fc6_measured():
    """Section 4.2.1: Paleo's 3.30 ms are -96.16 % of what was measured."""
    return 3.30 / (1 - 0.9616)


def section_figure4(program, out):
    layers = ledger("paper/layers")
    draw_figure4(program, out, layers)
    nin = {m: longest(program.paper_network("NIN", m)["layers"]) for m in ("paleo", "roofline")}
    claim(
        nin["roofline"] == "conv2" and longest(program.paper_network("VGG-16", "roofline")["layers"]) == "conv1-2",
        "the roofline misses both",
    )
    vgg = {m: dict(timed(program.paper_network("VGG-16", m)["layers"])) for m in ("paleo", "roofline")}
    caffe = caffe_points(program, "paleo", "vgg_a")
    fc6_caffe = next(actual for name, _, _, actual in caffe if name == "fc6")
    lines = []
    for key, words in (("alexnet_owt", "AlexNet"), ("overfeat", "OverFeat"), ("googlenet", "GoogLeNet"), ("vgg_a", "VGG-A")):
        paleo, ours = caffe_points(program, "paleo", key), caffe_points(program, "roofline", key)
        says = [largest((p[0], p[3]) for p in paleo), *(largest((p[0], p[2]) for p in points) for points in (paleo, ours))]
        claim(len(set(says)) == 1, f"Paleo finds the bottleneck of {words}")
        lines.append([words, *says, num(sum(p[3] for p in paleo)), num(sum(p[2] for p in paleo)), num(sum(p[2] for p in ours))])
    xeon = {c: largest([(r["layer"], float(r[f"{c}_runtime_ms"])) for r in layers]) for c in ("actual", "default", "paper")}
    yield f"""## Figure 4: runtime of each layer

Per-layer measurements were not published, so only the two that the text gives can be set beside Paleo:

| | the paper | here |
|---|---|---|
| NIN: the layer that Paleo takes for dominant (measured: conv4) | conv2 | {nin['paleo']}; the roofline takes {nin['roofline']} too |
| VGG-16 fc6 by Paleo | 3.30 ms | {vgg['paleo']['fc6']['runtime_ms']:.4f} ms; roofline {vgg['roofline']['fc6']['runtime_ms']:.2f} ms |
| VGG-16 fc6 as measured, from Paleo's error of -96.16 % | {fc6_measured():.1f} ms | no measurement of ours |
| VGG-16 fc6 by NeuralPower, from its error of -2.53 % | {fc6_measured() * (1 - 0.0253):.1f} ms | no model of ours |

![Runtime of each layer: NIN and VGG-16 on the Titan X, AlexNet there with Caffe, VGG-16 on two Xeons](paper/figure4.svg)

**The roofline misses both, as Paleo does.** A data sheet does not know that TensorFlow 1.0 took {fc6_measured():.0f} ms for a
product that takes Caffe {num(fc6_caffe)} ms on the same card: VGG-A's fc6 in `data/titan-x-caffe.csv`, the same product at
the same batch.

**Where layers were measured and published, Paleo finds the bottleneck.** The longest of convolutions, products and pools on
the TITAN X with Caffe, and their sum in ms (of GoogLeNet and VGG-A the roofline's fit had seen these rows):
"""
    yield from table(["CNN", "longest measured", "Paleo's", "roofline's", "sum measured", "Paleo", "roofline"], lines)
    at = "networks/vgg16.prototxt", "--batch", layers[0]["batch"], "--method", "paleo", "-p", "xeon_5120"
    xeon["paleo"] = longest(program.predict(*at)["layers"])
    claim(
        xeon["actual"] == xeon["default"] == xeon["paleo"] != xeon["paper"],
        "only the paper's method misses the Xeon's longest layer",
    )
    yield f"""So it is on the Xeons: VGG-16's longest layer is {xeon['actual']} as measured, by the default model and by Paleo; it
is the paper's method that takes {xeon['paper']}. Where measurements of layers are published, then, the paper's point that a
data sheet misjudges bottlenecks is one about TensorFlow 1.0. `neuralpower compare` shows whether the methods disagree for the
network and platform at hand.
"""


def section_figure5(program, out):
    layers = [row for row in ledger("paper/layers") if row["type"] != "relu"]
    picture = pictures.Picture(
        "Figure 5: power of each layer",
        "NIN and VGG-16 on the Titan X by the roofline; VGG-16 on two Xeons as measured and as predicted.",
    )
    power = {}
    for name in ("NIN", "VGG-16"):
        named = timed(program.paper_network(name, "roofline")["layers"])
        power[name] = dict((n, layer["power_w"]) for n, layer in named)
        pictures.bars(
            picture,
            f"{name} on the Titan X",
            "from the data sheet alone; the paper's measurements are not published",
            "W",
            list(power[name]),
            [("roofline", "roofline", list(power[name].values()))],
            height=120,
        )
    pictures.bars(
        picture,
        f"VGG-16 on 2x Xeon 5120, batch {layers[0]['batch']}",
        "held out: no row of these shapes was learned from",
        "W",
        [row["layer"] for row in layers],
        [
            ("measured", "measured", [float(r["actual_power_w"]) for r in layers]),
            ("default", "default", [float(r["default_power_w"]) for r in layers]),
            ("paper's method", "polynomial", [float(r["paper_power_w"]) for r in layers]),
        ],
        height=120,
    )
    picture.write(out / "paper/figure5.svg")
    conv = [watts for network in power.values() for name, watts in network.items() if name.startswith(("conv", "cccp"))]
    measured = [float(row["actual_power_w"]) for row in layers]
    yield f"""## Figure 5: power of each layer

The paper's figure has no numbers but the range of convolutions, 85.80 to 246.34 W, and that fc6 of VGG-16 draws little for
its time. The roofline puts convolutions of the two networks at {min(conv):.0f} to {max(conv):.0f} W and fc6 at
{power['VGG-16']['fc6']:.0f} W. It takes fc6 for nearly as busy as the rest, which in TensorFlow 1.0 it was not. On the Xeons
power says little: {min(measured):.1f} to {max(measured):.1f} W measured over the layers of VGG-16.

![Power of each layer: NIN and VGG-16 on the Titan X by the roofline, VGG-16 on two Xeons](paper/figure5.svg)
"""


# ---- Table 7 ----


def section_ranking(program, out):
    rank = program.json("rank", "--table", "data/paper/table07.csv")
    printed = {row["network"]: row for row in paper("07")}
    lines = []
    for network in rank["networks"]:
        row = printed[network["network"]]
        cells = [network["network"], row["error"], row["energy_per_item_mj"]]
        for i in range(4):
            cells.append(f"{row[f'm_alpha{i + 1}']}, {network['scores'][i]:.3f}")
        lines.append(cells)
    chosen = {}
    for i in range(4):
        best = next(n["network"] for n in rank["networks"] if n["places"][i] == 1)
        chosen.setdefault(best, []).append(str(i + 1))
    yield """## Table 7: the Energy-Precision Ratio

`neuralpower rank --table data/paper/table07.csv`: M = error^alpha x energy per image, from the printed errors and energies.
In each cell the printed M, then ours.

![M of each network as a multiple of the least, for alpha 1 to 4](paper/table7.svg)
"""
    yield from table(["CNN", "top-5 error", "EPI, mJ", "alpha 1", "alpha 2", "alpha 3", "alpha 4"], lines)
    yield "Chosen: " + "; ".join(
        f"{name} for alpha {', '.join(alphas)}" for name, alphas in chosen.items()
    ) + ", as the caption says. Last digits differ because the printed M were made from unrounded energies (7.594 J / 128 = 59.328 mJ).\n"
    claim(chosen == {"AlexNet": ["1", "2", "3"], "VGG-16": ["4"]}, "as the caption says")
    yield from energies_beside(program, printed)
    draw_ranking(rank, out)


def energies_beside(program, printed):
    """The same choice from energies that were predicted."""
    lines = []
    for words, energy in (
        ("measured, Titan X (the paper's)", lambda n: float(printed[n]["energy_per_item_mj"])),
        ("roofline, Titan X", lambda n: program.paper_network(n, "roofline")["totals"]["energy_per_item_mj"]),
        (
            "learned, 2x Xeon 5120",
            lambda n: program.predict(f"tests/data/paleo/{FILES[n]}.json", "-p", "xeon-5120-pytorch")["totals"][
                "energy_per_item_mj"
            ],
        ),
    ):
        values = {name: energy(name) for name in printed}
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / "table.csv"
            path.write_text(
                "network,error,energy_per_item_mj\n" + "".join(f"{n},{printed[n]['error']},{v!r}\n" for n, v in values.items())
            )
            rank = program.json("rank", "--table", path)
        best = [next(n["network"] for n in rank["networks"] if n["places"][i] == 1) for i in range(4)]
        lines.append([words, *(num(values[name]) for name in printed), *best])
    yield "Which network a prediction would have chosen, mJ per image:\n"
    yield from table(["energies", *printed, "alpha 1", "alpha 2", "alpha 3", "alpha 4"], lines)


def draw_ranking(rank, out):
    picture = pictures.Picture(
        "Table 7: M of each network, as a multiple of the least",
        "AlexNet has the least M for alpha 1, 2 and 3, VGG-16 for alpha 4.",
    )
    least = [min(n["scores"][i] for n in rank["networks"]) for i in range(4)]
    series = [
        (n["network"], kind, [n["scores"][i] / least[i] for i in range(4)])
        for n, kind in zip(rank["networks"], ("measured", "default", "polynomial"))
    ]
    pictures.bars(
        picture,
        "Energy-Precision Ratio of Table 7",
        "M as a multiple of the least; a bar of 1 is the network chosen",
        "x",
        [f"alpha {i}" for i in range(1, 5)],
        series,
        slanted=False,
    )
    picture.write(out / "paper/table7.svg")
