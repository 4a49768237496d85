"""Where the layers of suites come from: networks that the program reads, networks written down here, random networks, and
single layers of usual shapes."""
import json
import pathlib
import subprocess

from suite_layers import Layer, fc, from_json, global_pool, plain, window

ROOT = pathlib.Path(__file__).resolve().parent.parent
ONNX = ROOT / "tests" / "data" / "onnx"

# ---- networks in files ----------------------------------------------------------------------------------------------

TEST_NETWORKS = [ROOT / "networks" / f"{name}.prototxt" for name in ("vgg16", "alexnet", "nin", "overfeat", "cifar10_6conv")]
RESNET_18 = ONNX / "resnet18.onnx"

# Networks of the paper's time, of which its authors' files hold most.
PAPER_NETWORKS = [ROOT / "networks" / name for name in ("googlenet.prototxt", "lenet.prototxt", "vgg11.prototxt", "resnet50.onnx")]
PAPER_NETWORKS += [ONNX / name for name in ("inception_v3.onnx", "densenet121.onnx", "squeezenet1_0.onnx",
                                            "light/light_bvlc_alexnet.onnx", "light/light_zfnet512.onnx",
                                            "light/light_inception_v2.onnx")]
LATER_NETWORKS = [ONNX / f"{name}.onnx" for name in (
    "mobilenet_v2", "mobilenet_v3_large", "mobilenet_v3_small", "mnasnet1_0", "efficientnet_b0", "efficientnet_v2_s",
    "shufflenet_v2_x1_0", "light/light_shufflenet", "resnext50_32x4d", "regnet_y_400mf", "resnet18_batchnorm",
    "densenet121", "inception_v3", "googlenet", "light/light_inception_v1", "deeplabv3_mobilenet_v3_large", "fcn_resnet50",
    "lraspp_mobilenet_v3_large", "convnext_tiny_opset17", "swin_t", "vit_b_16_opset17", "dynamo_transformer")]


def read_network(program, path):
    """The layers of a network file that have a configuration, at batch 1."""
    run = subprocess.run([program, "inspect", "--quiet", "--json", "--batch", "1", path], check=True, stdout=subprocess.PIPE)
    layers = (from_json(row) for row in json.loads(run.stdout)["layers"])
    return [layer for layer in layers if layer]


# ---- networks written down ------------------------------------------------------------------------------------------


class Chain:
    """A network without branches, written down layer by layer."""

    def __init__(self, c, size):
        self.c, self.size, self.layers = c, size, []

    def _window(self, *args, **more):
        layer = window(*args, **more)
        self.layers.append(layer)
        self.c, self.size = layer.o, layer.oh
        return self

    def conv(self, o, k, s=1, p=0, g=1):
        return self._window("conv", self.c, self.size, o, k, s, p, g=g)

    def pool(self, k, s, p=0, kind="maxpool", up=True):
        return self._window(kind, self.c, self.size, self.c, k, s, p, up=up)

    def fc(self, o):
        self.layers.append(fc(self.c * self.size * self.size, o))
        self.c, self.size = o, 1
        return self


# The test networks as the paper's own files have them, where they differ from the files of networks/.
PAPER_TEST_LAYERS = (
    Chain(3, 224).conv(64, 11, 4).pool(3, 2, up=False).conv(192, 5, 1, 2).pool(3, 2, up=False).conv(384, 3, 1, 1)
    .conv(384, 3, 1, 1).conv(256, 3, 1, 1).pool(3, 2, up=False).fc(4096).fc(4096).fc(1000).layers
    + Chain(1000, 5).pool(5, 1, kind="avgpool").layers)


def caffenet(groups):
    return (Chain(3, 227).conv(96, 11, 4).pool(3, 2).conv(256, 5, 1, 2, groups).pool(3, 2).conv(384, 3, 1, 1)
            .conv(384, 3, 1, 1, groups).conv(256, 3, 1, 1, groups).pool(3, 2).fc(4096).fc(4096).fc(20).layers)


def written_networks():
    """CaffeNet (with its groups, and without as in the authors' files), Caffe's CIFAR-10 networks, VGG's CNN-F, M and S,
    DenseNet-40 for CIFAR-10."""
    yield from caffenet(2) + caffenet(1)
    yield from (Chain(3, 32).conv(32, 5, 1, 2).pool(3, 2).conv(32, 5, 1, 2).pool(3, 2, kind="avgpool").conv(64, 5, 1, 2)
                .pool(3, 2, kind="avgpool").fc(64).fc(10).layers)
    yield from Chain(64, 4).fc(10).layers
    yield from (Chain(3, 224).conv(64, 11, 4).pool(2, 2).conv(256, 5, 1, 2).pool(2, 2).conv(256, 3, 1, 1).conv(256, 3, 1, 1)
                .pool(2, 2).fc(4096).layers)
    yield from (Chain(3, 224).conv(96, 7, 2).pool(2, 2).conv(256, 5, 2, 1).pool(2, 2).conv(512, 3, 1, 1).conv(512, 3, 1, 1)
                .pool(2, 2).fc(4096).fc(2048).layers)
    yield from (Chain(3, 224).conv(96, 7, 2).pool(3, 3).conv(256, 5).pool(2, 2).conv(512, 3, 1, 1).conv(512, 3, 1, 1)
                .pool(3, 3).fc(4096).layers)
    yield from Chain(3, 32).conv(16, 3, 1, 1).layers
    for block, size in enumerate((32, 16, 8)):
        for i in range(0, 12, 2):
            yield window("conv", 16 + 144 * block + 12 * i, size, 12, 3, p=1)
        width = 16 + 144 * (block + 1)
        if size > 8:
            yield from Chain(width, size).conv(width, 1).pool(2, 2, kind="avgpool").layers
    yield fc(448, 10)


# ---- random networks ------------------------------------------------------------------------------------------------


def small_network(chance):
    """As the authors' generator makes them: 2 to 6 pairs of convolution and pool on CIFAR-10 or MNIST."""
    net = Chain(*chance.pick([(3, 32), (1, 28)]))
    for _ in range(chance.between(2, 6)):
        k = chance.between(2, 5)
        if net.size < k + 1:
            break
        net.conv(chance.between(30, 60), k, chance.pick([1, 1, 1, 2]))
        k = chance.between(1, 2)
        if k > 1 and net.size >= 4:  # a window of 1 only copies
            net.pool(k, chance.between(1, 2), kind=chance.pick(["maxpool", "maxpool", "avgpool"]))
    for _ in range(chance.between(1, 4)):
        net.fc(chance.between(50, 1000))
    return net.fc(10).layers


WIDTHS = (16, 24, 32, 40, 48, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 896, 1024)


def next_width(chance, c):
    """Mostly wider, seldom odd."""
    wider = [width for width in WIDTHS if c / 2 <= width <= 3 * c] or [WIDTHS[-1] if c > 512 else 32]
    width = chance.pick(wider)
    return width - chance.between(1, 7) if chance.below(8) == 0 else width


def medium_network(chance):
    """VGG-like stages on inputs of 32 to 96 pixels."""
    net = Chain(3, chance.pick([32, 32, 40, 48, 64, 80, 96]))
    net.conv(chance.pick([16, 32, 48, 64, 96]), chance.pick([3, 3, 5]), 1, 1)
    while net.size >= 6:
        for _ in range(chance.between(1, 2)):
            k = chance.pick([1, 3, 3, 3, 5])
            net.conv(next_width(chance, net.c), k, 1, k // 2)
        if chance.below(6):
            net.pool(*chance.pick([(2, 2), (2, 2), (3, 2), (3, 3)]), kind=chance.pick(["maxpool"] * 4 + ["avgpool"]))
        else:
            net.conv(next_width(chance, net.c), 3, 2, 1)
    for _ in range(chance.between(0, 2)):
        net.fc(chance.pick([128, 256, 384, 512, 1000, 1024, 2048]))
    return net.fc(chance.pick([10, 100, 200])).layers


def large_network(chance):
    """On inputs of 128 to 320 pixels: a coarse first convolution, stages with 1x1, 3x3, 5x5 and 7x7 windows."""
    net = Chain(3, chance.pick([128, 160, 192, 200, 224, 224, 227, 240, 256, 288, 299, 320]))
    k, s = chance.pick([(3, 1), (3, 2), (5, 2), (7, 2), (7, 3), (9, 3), (11, 4), (11, 3), (8, 4)])
    net.conv(chance.pick([32, 48, 64, 80, 96, 112]), k, s, chance.pick([0, k // 2]))
    while net.size >= 10:
        net.pool(*chance.pick([(2, 2), (2, 2), (3, 2), (3, 2), (3, 3)]), kind=chance.pick(["maxpool"] * 4 + ["avgpool"]),
                 up=chance.below(3) > 0)
        for _ in range(chance.between(1, 3)):
            k = chance.pick([1, 1, 3, 3, 3, 3, 5, 7])
            net.conv(next_width(chance, net.c), k, 1, chance.pick([k // 2, k // 2, 0]) if net.size > 2 * k else k // 2)
    if net.size > 4 and chance.below(3) == 0:
        net.pool(net.size, 1, kind="avgpool", up=False)
    for _ in range(chance.between(0, 2)):
        net.fc(chance.pick([256, 500, 512, 1024, 1536, 2048, 3000, 4096, 6144, 8192]))
    return net.fc(chance.pick([20, 100, 365, 1000, 1000, 2000])).layers


def random_network(chance):
    """Its layers, and whether it is a small one: those were run at large batches."""
    make = chance.pick([small_network, medium_network, large_network, large_network, large_network])
    return make(chance), make is small_network


# ---- single layers of usual shapes ----------------------------------------------------------------------------------

SIZES = (4, 5, 7, 8, 10, 12, 14, 16, 19, 20, 24, 28, 32, 35, 40, 48, 56, 64, 75, 80, 96, 112, 128, 150, 160, 192, 224, 256)
CHANNELS = (8, 12, 16, 20, 24, 32, 40, 48, 56, 64, 72, 80, 96, 100, 112, 116, 128, 144, 160, 192, 224, 232, 240, 256, 288, 320,
            384, 448, 480, 512, 576, 640, 672, 768, 832, 960, 1024, 1152, 1280, 1536, 2048)


def shape(chance, least=4000, most=1600000):
    """Channels and size as they go together: many where the picture is small."""
    while True:
        c, size = chance.pick(CHANNELS), chance.pick(SIZES)
        if least <= c * size * size <= most:
            return c, size


def near(chance, c):
    return chance.pick([o for o in CHANNELS if c / 4 <= o <= 4 * c])


def depthwise(chance):
    c, size = shape(chance)
    k = chance.pick([3, 3, 3, 5, 5, 7])
    return window("conv", c, size, c, k, chance.pick([1, 1, 2]), k // 2, g=c)


def grouped(chance):
    c, size = shape(chance, most=400000)
    groups = chance.pick([g for g in (2, 3, 4, 8, 16, 32) if c % g == 0 and c > g])
    o = chance.pick([c, c, 2 * c])
    k = chance.pick([1, 3, 3, 3, 5])
    return window("conv", c, size, o, k, chance.pick([1, 1, 2]), k // 2, g=groups)


def dilated(chance):
    c, size = shape(chance, most=800000)
    d = chance.pick([2, 2, 3, 4, 6, 12])
    return window("conv", c, size, near(chance, c), 3, 1, d, d=d)


def strip(chance):
    c, size = shape(chance, most=400000)
    k = chance.pick([3, 3, 5, 7, 7, 9])
    kernel, pad = ((1, k), (0, k // 2)) if chance.below(2) else ((k, 1), (k // 2, 0))
    return window("conv", c, size, near(chance, c), kernel, 1, pad)


def deconv(chance):
    c, size = shape(chance, most=400000)
    k, s, p = chance.pick([(2, 2, 0), (2, 2, 0), (3, 2, 1), (4, 2, 1), (3, 1, 1), (4, 4, 0), (8, 4, 2)])
    layer = window("deconv", c, size, max(8, c // chance.pick([1, 2, 2, 4])), k, s, p)
    return layer._replace(oh=layer.oh + 1, ow=layer.ow + 1) if k == 3 and s == 2 else layer


def pool(kind):
    def draw(chance):
        c, size = shape(chance)
        k, s, p = chance.pick([(2, 2, 0), (2, 2, 0), (3, 2, 0), (3, 2, 1), (3, 1, 1), (3, 3, 0), (5, 3, 0)])
        return window(kind, c, max(size, 8), c, k, s, p, up=p == 0 and chance.below(3) == 0)
    return draw


def pointwise(kind, vectors=6):
    """`vectors`: one in so many has no height and width."""
    def draw(chance):
        if chance.below(vectors) == 0:
            return plain(kind, chance.pick([10, 100, 500, 1000, 2048, 4096, 8192, 21841]))
        return plain(kind, *shape(chance))
    return draw


TOKENS = (49, 64, 128, 144, 196, 197, 256, 384, 512, 577, 1024)


def layernorm(chance):
    """Over the tokens of transformers."""
    tokens, width = chance.pick(TOKENS), chance.pick([192, 384, 512, 768, 1024])
    return Layer("layernorm", 1, tokens, 1, width, tokens, 1, width)


def softmax(chance):
    """Over classes, over the rows of attention, over the classes of each pixel. In each form over the channels: the softmax
    layers of transformers lie along another axis, which a configuration does not tell."""
    form = chance.below(3)
    if form == 0:
        return plain("softmax", chance.pick([10, 100, 365, 500, 1000, 2000, 4096, 10000, 21841, 32000]))
    if form == 1:
        tokens = chance.pick(TOKENS)
        return plain("softmax", tokens)._replace(b=tokens * chance.pick([3, 6, 8, 12, 16]))
    return plain("softmax", chance.pick([2, 10, 19, 21, 81, 150]), chance.pick([32, 56, 64, 80, 96, 128, 160, 224]))


def concat(chance):
    c, size = shape(chance, most=800000)
    n = chance.pick([2, 2, 2, 3, 4])
    return plain("concat", c, size, o=c + sum(chance.pick([c, c, near(chance, c)]) for _ in range(n - 1)), n=n)


def eltwise(chance):
    return plain("eltwise", *shape(chance), n=chance.pick([2, 2, 2, 2, 3]))


def global_average(chance):
    c, size = chance.pick([c for c in CHANNELS if c >= 16]), chance.pick([4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 28, 56])
    return global_pool(c, size)


def matmul(chance):
    heads, tokens, width = chance.pick([3, 6, 8, 12, 16]), chance.pick(TOKENS), chance.pick([32, 64, 64, 128])
    c, o = chance.pick([(width, tokens), (tokens, width)])
    return Layer("matmul", heads, c, tokens, 1, o, tokens, 1, n=2)


def token_fc(chance):
    width, tokens = chance.pick([192, 384, 512, 768, 1024, 1280]), chance.pick(TOKENS)
    c, o = chance.pick([(width, width), (width, 3 * width), (width, 4 * width), (4 * width, width)])
    return Layer("fc", tokens, c, 1, 1, o)
