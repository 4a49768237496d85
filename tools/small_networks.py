"""Small networks of the usual families, in plain PyTorch, for exporters that torchvision does not fit."""

import torch
from torch import nn
from torch.nn import functional


def conv_bn(cin, cout, kernel, stride=1, groups=1, act=nn.ReLU):
    layers = [nn.Conv2d(cin, cout, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(cout)]
    return nn.Sequential(*layers, *([act(inplace=True)] if act else []))


class Bottleneck(nn.Module):
    def __init__(self, cin, width, stride):
        super().__init__()
        self.body = nn.Sequential(conv_bn(cin, width, 1), conv_bn(width, width, 3, stride),
                                  conv_bn(width, 4 * width, 1, act=None))
        self.shortcut = nn.Identity() if cin == 4 * width and stride == 1 else conv_bn(cin, 4 * width, 1, stride, act=None)

    def forward(self, x):
        return torch.relu(self.body(x) + self.shortcut(x))


class Residual(nn.Module):
    """A bottleneck residual network."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(conv_bn(3, 16, 7, 2), nn.MaxPool2d(3, 2, 1))
        self.blocks = nn.Sequential(Bottleneck(16, 16, 1), Bottleneck(64, 16, 1), Bottleneck(64, 32, 2), Bottleneck(128, 32, 1))
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(128, 10))

    def forward(self, x):
        return self.head(self.blocks(self.stem(x)))


class SqueezeExcite(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.reduce = nn.Conv2d(channels, channels // 4, 1)
        self.expand = nn.Conv2d(channels // 4, channels, 1)

    def forward(self, x):
        scale = functional.adaptive_avg_pool2d(x, 1)
        return x * functional.hardsigmoid(self.expand(functional.relu(self.reduce(scale))))


class InvertedResidual(nn.Module):
    def __init__(self, cin, cout, stride):
        super().__init__()
        hidden = 4 * cin
        self.add = stride == 1 and cin == cout
        self.body = nn.Sequential(conv_bn(cin, hidden, 1, act=nn.Hardswish),
                                  conv_bn(hidden, hidden, 5, stride, hidden, nn.Hardswish), SqueezeExcite(hidden),
                                  conv_bn(hidden, cout, 1, act=None))

    def forward(self, x):
        return x + self.body(x) if self.add else self.body(x)


class Mobile(nn.Module):
    """Inverted residuals with squeeze-and-excitation, hard swish, SiLU and ReLU6."""

    def __init__(self):
        super().__init__()
        self.stem = conv_bn(3, 16, 3, 2, act=nn.SiLU)
        self.blocks = nn.Sequential(InvertedResidual(16, 16, 1), InvertedResidual(16, 24, 2), InvertedResidual(24, 24, 1))
        self.last = conv_bn(24, 96, 1, act=nn.ReLU6)
        self.classifier = nn.Sequential(nn.Linear(96, 64), nn.Hardswish(inplace=True), nn.Linear(64, 10))

    def forward(self, x):
        x = self.last(self.blocks(self.stem(x)))
        return self.classifier(x.mean((2, 3)))


class Shuffle(nn.Module):
    """Channels split, worked on, joined and shuffled; average pooling in ceil mode; a one-dimensional tail."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 32, 3, 2, 1), nn.LeakyReLU(0.1), nn.AvgPool2d(3, 2, ceil_mode=True))
        self.branch = nn.Sequential(conv_bn(16, 16, 1), conv_bn(16, 16, 3, 1, 16, act=None), conv_bn(16, 16, 1, act=nn.ELU))
        self.norm = nn.GroupNorm(4, 32)
        self.tail = nn.Conv1d(32, 8, 5, stride=2, dilation=2)

    def forward(self, x):
        x = self.stem(x)
        for _ in range(2):
            left, right = x.chunk(2, dim=1)
            x = torch.cat((left, self.branch(right)), dim=1)
            n, c, h, w = x.shape
            x = x.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)
        return functional.log_softmax(self.tail(self.norm(x).flatten(2)), dim=1)


class Attention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.norm, self.qkv, self.out = nn.LayerNorm(dim), nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)

    def forward(self, x):
        n, tokens, dim = x.shape
        qkv = self.qkv(self.norm(x)).reshape(n, tokens, 3, self.heads, dim // self.heads).permute(2, 0, 3, 1, 4)
        q, k, v = qkv.unbind(0)
        mixed = functional.scaled_dot_product_attention(q, k, v)
        return x + self.out(mixed.transpose(1, 2).reshape(n, tokens, dim))


class FeedForward(nn.Sequential):
    def __init__(self, dim):
        super().__init__(nn.LayerNorm(dim), nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim))

    def forward(self, x):
        return x + super().forward(x)


class Transformer(nn.Module):
    """A vision transformer."""

    def __init__(self, size=64, patch=8, dim=48, heads=4, depth=3):
        super().__init__()
        tokens = (size // patch) ** 2
        self.patches = nn.Conv2d(3, dim, patch, patch)
        self.token = nn.Parameter(torch.randn(1, 1, dim))
        self.position = nn.Parameter(torch.randn(1, tokens + 1, dim))
        self.blocks = nn.Sequential(*[nn.Sequential(Attention(dim, heads), FeedForward(dim)) for _ in range(depth)])
        self.norm, self.head = nn.LayerNorm(dim), nn.Linear(dim, 10)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat((self.token.expand(x.shape[0], -1, -1), x), dim=1) + self.position
        return self.head(self.norm(self.blocks(x))[:, 0])


class UNet(nn.Module):
    """An encoder and decoder: transposed convolution, resizing, padding and cropping to fit, instance normalisation."""

    def __init__(self):
        super().__init__()
        self.down1 = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.InstanceNorm2d(8, affine=True), nn.PReLU(8))
        self.down2 = nn.Sequential(nn.MaxPool2d(2), conv_bn(8, 16, 3))
        self.down3 = nn.Sequential(nn.AvgPool2d(2), nn.ZeroPad2d((1, 0, 1, 0)), nn.Conv2d(16, 32, 3), nn.Softplus())
        self.up2 = nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1)
        self.mix2 = nn.Conv2d(32, 16, 3, padding=2, dilation=2)
        self.mix1 = nn.Conv2d(24, 8, 3, padding=1, padding_mode="reflect")
        self.last = nn.Conv2d(8, 2, 1)

    def forward(self, x):
        one = self.down1(x)
        two = self.down2(one)
        three = self.up2(self.down3(two))
        three = functional.pad(three, (0, two.shape[3] - three.shape[3], 0, two.shape[2] - three.shape[2]))
        two = self.mix2(torch.cat((two, three), 1))
        up = functional.interpolate(two, size=one.shape[2:], mode="bilinear", align_corners=False)
        one = self.mix1(torch.cat((one, functional.interpolate(up, scale_factor=1.0, mode="nearest")), 1))
        return torch.sigmoid(self.last(one))
