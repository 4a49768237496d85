"""Layers for the tools that make suites: their text (include/neuralpower/layer_config.h), their costs, their names in
`neuralpower inspect --json`. Random choices that are the same with every version of Python."""
from collections import namedtuple
from math import prod

FIELDS = "kind b c h w o oh ow kh kw sh sw ph pw dh dw g n"
WINDOWS = ("conv", "deconv", "maxpool", "avgpool")
USUAL_INPUTS = {"eltwise": 2, "concat": 2, "matmul": 2}


class Layer(namedtuple("Layer", FIELDS, defaults=[1] * 10 + [0, 0, 1, 1, 1, 1])):
    """The fields of np_layer_config, by one or two letters."""

    __slots__ = ()

    def usual_output(self):
        if self.kind not in WINDOWS:
            return (self.h, self.w) if self.kind not in ("fc", "globalavgpool") else (1, 1)
        axes = ((self.h, self.kh, self.sh, self.ph, self.dh), (self.w, self.kw, self.sw, self.pw, self.dw))
        if self.kind == "deconv":
            return tuple((size - 1) * s - 2 * p + d * (k - 1) + 1 for size, k, s, p, d in axes)
        return tuple((size + 2 * p - d * (k - 1) - 1) // s + 1 for size, k, s, p, d in axes)

    def text(self):
        spatial = self.kind in WINDOWS or self.kind == "globalavgpool" or (self.h, self.w) != (1, 1)
        words = [self.kind, f"{self.b}x{self.c}" + (f"x{self.h}x{self.w}" if spatial else "")]
        if self.kind in ("conv", "deconv", "fc", "matmul") or self.o != self.c:
            words.append(str(self.o))
        pairs = [("k", self.kh, self.kw, 0 if self.kind in WINDOWS else 1), ("s", self.sh, self.sw, 1),
                 ("p", self.ph, self.pw, 0), ("d", self.dh, self.dw, 1), ("g", self.g, self.g, 1)]
        words += [f"{letter}{a}" + (f"x{b}" if a != b else "") for letter, a, b, usual in pairs if a != usual or b != usual]
        if (self.oh, self.ow) != self.usual_output():
            words.append(f"o{self.oh}x{self.ow}")
        if self.n != USUAL_INPUTS.get(self.kind, 1):
            words.append(f"x{self.n}")
        return ":".join(words)

    def with_batch(self, batch):
        """The same layer in a pass over `batch` items; it was one of a pass over one."""
        return self._replace(b=self.b * batch)

    def key(self):
        """What is the same at every batch. A convolution over its whole input is a product."""
        whole = self.kind == "conv" and (self.oh, self.ow) == (1, 1) and (self.kh, self.kw) == (self.h, self.w)
        if self.kind == "fc" or (whole and self.g == 1):
            return ("fc", self.c * self.h * self.w, self.o)
        return self._replace(b=1)

    def macs(self):
        outputs = self.b * self.o * self.oh * self.ow
        if self.kind == "conv":
            return outputs * self.kh * self.kw * self.c // self.g
        if self.kind == "deconv":
            return self.b * self.c * self.h * self.w * self.kh * self.kw * self.o // self.g
        if self.kind == "fc":
            return outputs * self.c * self.h * self.w
        return outputs * self.c if self.kind == "matmul" else 0

    def bytes(self):
        """Of inputs, outputs and weights, four each."""
        weights = {"conv": self.kh * self.kw * self.c * self.o // self.g, "fc": self.c * self.h * self.w * self.o}
        weights["deconv"] = weights["conv"]
        inputs = self.b * self.c * self.h * self.w * (self.n if self.kind == "eltwise" else 1)
        outputs = self.b * self.o * self.oh * self.ow
        second = {"matmul": self.b * self.c * self.o, "concat": outputs - inputs}
        return 4 * (inputs + outputs + weights.get(self.kind, 0) + second.get(self.kind, 0))


# ---- making layers --------------------------------------------------------------------------------------------------


def window(kind, c, h, o, k, s=1, p=0, d=1, g=1, w=None, up=False):
    """A conv, deconv or pool; k, s and p are numbers or pairs. `up`: sizes of pools rounded up, as Caffe does."""
    (kh, kw), (sh, sw), (ph, pw) = (x if isinstance(x, tuple) else (x, x) for x in (k, s, p))
    layer = Layer(kind, 1, c, h, w or h, o, 1, 1, kh, kw, sh, sw, ph, pw, d, d, g)
    oh, ow = layer.usual_output()
    if up:
        oh, ow = (min(-(-(size + 2 * pad - ker) // st) + 1, -(-(size + pad) // st))
                  for size, pad, ker, st in ((layer.h, ph, kh, sh), (layer.w, pw, kw, sw)))
    return layer._replace(oh=oh, ow=ow)


def plain(kind, c, h=1, w=None, o=None, n=None):
    """A layer whose output has the input's height and width."""
    return Layer(kind, 1, c, h, w or h, o or c, h, w or h, n=n or USUAL_INPUTS.get(kind, 1))


def fc(c, o):
    return Layer("fc", 1, c, 1, 1, o)


def global_pool(c, h):
    return Layer("globalavgpool", 1, c, h, h, c)


# ---- from `neuralpower inspect --json` ------------------------------------------------------------------------------


def split(shape):
    """[n, c, ..., w] as src/network/layer_config.c sees it."""
    rank = len(shape)
    return (shape[0] if rank else 1, shape[1] if rank > 1 else 1, prod(shape[2:-1]) if rank > 3 else 1,
            shape[-1] if rank > 2 else 1)


def from_json(row):
    """The configuration of a row of `inspect --json`; None where a layer alone would not be what the network runs."""
    kind, inputs, output = row["type"], row["inputs"], row["output"]
    if not inputs or len(row.get("kernel") or []) not in (0, 2):
        return None
    if kind == "fc":
        taken = row["macs"] // prod(inputs[0])
        batch = prod(output) // taken
        return Layer("fc", batch, prod(inputs[0]) // batch, 1, 1, taken)
    if kind == "matmul":
        rows = output[-2] if len(output) > 1 else 1
        return Layer("matmul", prod(output[:-2]), row["macs"] // prod(output), rows, 1, output[-1], rows, 1, n=2)
    if kind == "eltwise" and (len(inputs) < 2 or any(shape != output for shape in inputs)):
        return None
    if kind == "concat" and (len(inputs) < 2 or split(inputs[0])[2:] != split(output)[2:]):
        return None
    (b, c, h, w), (_, o, oh, ow) = split(inputs[0]), split(output)
    layer = Layer(kind, b, c, h, w, o, oh, ow, n=len(inputs))
    if row.get("kernel"):
        (kh, kw), (sh, sw), (dh, dw), pads = row["kernel"], row["stride"], row["dilation"], row["padding"]
        if pads[:2] != pads[2:]:
            return None
        layer = layer._replace(kh=kh, kw=kw, sh=sh, sw=sw, ph=pads[0], pw=pads[1], dh=dh, dw=dw, g=row.get("groups") or 1)
    return layer


# ---- chance ---------------------------------------------------------------------------------------------------------


class Chance:
    """splitmix64"""

    def __init__(self, seed):
        self.state = seed

    def below(self, limit):
        self.state = (self.state + 0x9E3779B97F4A7C15) % 2**64
        z = self.state
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB % 2**64
        return (z ^ (z >> 31)) % limit

    def between(self, least, most):
        return least + self.below(most - least + 1)

    def pick(self, items):
        return items[self.below(len(items))]

    def shuffled(self, items):
        items = list(items)
        for i in range(len(items) - 1, 0, -1):
            j = self.below(i + 1)
            items[i], items[j] = items[j], items[i]
        return items


class Spread:
    """Points that fill the unit cube evenly, however many are taken and wherever it starts (Roberts' sequence in six
    dimensions)."""

    def __init__(self, start):
        self.count = start
        base, self.steps = 1 / 1.1127756842787055, []  # the root of x^7 = x + 1
        for _ in range(6):
            self.steps.append((self.steps[-1] if self.steps else 1) * base)

    def point(self):
        self.count += 1
        return [(0.5 + self.count * step) % 1 for step in self.steps]


def at(menu, u):
    """The item of a menu at u in [0, 1)."""
    return menu[int(u * len(menu))]
