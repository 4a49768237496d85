"""
What a torch operation is in the language of data sets, and back: a call becomes the configuration of a layer, with the numbers
that the reader of ONNX gives for the exported model, and a configuration becomes a call that runs it.

Operations are known by their names (`relu`, `relu_`, `torch.relu` and `F.relu` are one); a new one is a row of a table here.
"""
from __future__ import annotations

import math
from typing import Any, Callable, NamedTuple, Optional, Sequence

import torch
from torch import nn
from torch.nn import functional


class Layer(NamedTuple):
    """np_layer_config, field by field."""

    kind: str
    batch: int
    in_c: int
    in_h: int
    in_w: int
    out_c: int
    out_h: int
    out_w: int
    kernel_h: int = 1
    kernel_w: int = 1
    stride_h: int = 1
    stride_w: int = 1
    pad_h: int = 0
    pad_w: int = 0
    dilation_h: int = 1
    dilation_w: int = 1
    groups: int = 1
    inputs: int = 1


class NotALayer(Exception):
    """An operation of a known name in a form that has no configuration; its text says which."""


def split_shape(shape: Sequence[int]) -> tuple[int, int, int, int]:
    """[n, c, ...]: one spatial axis lies along the width, more than two are folded into the height."""
    n, c = [*shape[:2], 1, 1][:2]
    return n, c, math.prod(shape[2:-1]) if len(shape) > 3 else 1, shape[-1] if len(shape) > 2 else 1


def _plain(kind: str, given: torch.Tensor, out: torch.Tensor, **more: int) -> Layer:
    return Layer(kind, *split_shape(given.shape), *split_shape(out.shape)[1:], **more)


# ---- a call becomes a layer: args and kwargs as torch got them, and what it returned ----

Converter = Callable[[Sequence[Any], dict[str, Any], Any], Layer]


def _argument(args: Sequence[Any], kwargs: dict[str, Any], place: int, name: str, standard: Any) -> Any:
    return args[place] if len(args) > place else kwargs.get(name, standard)


def _first(args: Sequence[Any], kwargs: dict[str, Any]) -> torch.Tensor:
    given = args[0] if args else kwargs.get("input")
    if not isinstance(given, torch.Tensor):
        raise NotALayer("its first argument is no tensor")
    return given


def _pair(value: Any, axes: int) -> tuple[int, int]:
    """A setting for each spatial axis as (height, width)."""
    values = [value] * axes if isinstance(value, int) else [*value] * (axes if len(value) == 1 else 1)
    return (1, values[0]) if axes == 1 else (values[0], values[1])


def _padding(value: Any, axes: int) -> tuple[int, int]:
    if isinstance(value, str) and value != "valid":
        raise NotALayer(f"padding '{value}'")
    height, width = _pair(0 if isinstance(value, str) else value, axes)
    return (0 if axes == 1 else height), width


def _axes(given: torch.Tensor) -> int:
    axes = given.dim() - 2
    if axes not in (1, 2):
        raise NotALayer(f"{axes} spatial axes")
    return axes


def _window(kind: str, given: torch.Tensor, out: torch.Tensor, kernel: Any, stride: Any, padding: Any, dilation: Any = 1,
            groups: int = 1) -> Layer:
    axes = _axes(given)
    (kernel_h, kernel_w), (stride_h, stride_w), (dilation_h, dilation_w) = (_pair(x, axes) for x in (kernel, stride, dilation))
    pad_h, pad_w = _padding(padding, axes)
    return _plain(kind, given, out, kernel_h=kernel_h, kernel_w=kernel_w, stride_h=stride_h, stride_w=stride_w, pad_h=pad_h,
                  pad_w=pad_w, dilation_h=dilation_h, dilation_w=dilation_w, groups=groups)


def _conv(args: Sequence[Any], kwargs: dict[str, Any], out: Any) -> Layer:
    weight = _argument(args, kwargs, 1, "weight", None)
    stride, padding, dilation, groups = (_argument(args, kwargs, 3 + i, name, standard) for i, (name, standard) in
                                         enumerate([("stride", 1), ("padding", 0), ("dilation", 1), ("groups", 1)]))
    return _window("conv", _first(args, kwargs), out, tuple(weight.shape[2:]), stride, padding, dilation, groups)


def _deconv(args: Sequence[Any], kwargs: dict[str, Any], out: Any) -> Layer:
    weight = _argument(args, kwargs, 1, "weight", None)
    stride, padding = _argument(args, kwargs, 3, "stride", 1), _argument(args, kwargs, 4, "padding", 0)
    groups, dilation = _argument(args, kwargs, 6, "groups", 1), _argument(args, kwargs, 7, "dilation", 1)
    return _window("deconv", _first(args, kwargs), out, tuple(weight.shape[2:]), stride, padding, dilation, groups)


def _maxpool(args: Sequence[Any], kwargs: dict[str, Any], out: Any) -> Layer:
    kernel = _argument(args, kwargs, 1, "kernel_size", 1)
    stride = _argument(args, kwargs, 2, "stride", None)
    out = out[0] if isinstance(out, tuple) else out
    return _window("maxpool", _first(args, kwargs), out, kernel, kernel if stride in (None, []) else stride,
                   _argument(args, kwargs, 3, "padding", 0), _argument(args, kwargs, 4, "dilation", 1))


def _avgpool(args: Sequence[Any], kwargs: dict[str, Any], out: Any) -> Layer:
    kernel = _argument(args, kwargs, 1, "kernel_size", 1)
    stride = _argument(args, kwargs, 2, "stride", None)
    return _window("avgpool", _first(args, kwargs), out, kernel, kernel if stride in (None, []) else stride,
                   _argument(args, kwargs, 3, "padding", 0))


def _adaptive(kind: str, whole: str) -> Converter:
    """A pool known by its output: windows as wide as the input divided by it. Over all positions it is `whole`."""
    def convert(args: Sequence[Any], kwargs: dict[str, Any], out: Any) -> Layer:
        given = _first(args, kwargs)
        out = out[0] if isinstance(out, tuple) else out
        axes = _axes(given)
        sizes, results = given.shape[-axes:], out.shape[-axes:]
        if math.prod(results) == 1 and whole == "globalavgpool":
            return _plain(whole, given, out)
        stride = [size // result or 1 for size, result in zip(sizes, results)]
        kernel = [size - (result - 1) * step for size, result, step in zip(sizes, results, stride)]
        if any(k < 1 for k in kernel):
            raise NotALayer("an output larger than its input")
        return _window(kind, given, out, tuple(kernel), tuple(stride), 0)
    return convert


def _fc(args: Sequence[Any], kwargs: dict[str, Any], out: Any) -> Layer:
    given = _first(args, kwargs)
    return _product_layer(given, given.shape[-1], out)


def _product_layer(given: torch.Tensor, in_c: int, out: torch.Tensor) -> Layer:
    return Layer("fc", given.numel() // in_c, in_c, 1, 1, out.shape[-1], 1, 1)


def _addmm(args: Sequence[Any], kwargs: dict[str, Any], out: Any) -> Layer:
    return _matmul(args[1:], kwargs, out)


def _matmul(args: Sequence[Any], kwargs: dict[str, Any], out: Any) -> Layer:
    given, other = _first(args, kwargs), _argument(args, kwargs, 1, "other", kwargs.get("mat2"))
    if isinstance(other, nn.Parameter):
        return _product_layer(given, given.shape[-1], out)
    if given.dim() < 2 or other.dim() < 2:
        raise NotALayer("a vector among its operands")
    rows, columns = out.shape[-2:]
    return Layer("matmul", math.prod(out.shape[:-2]), given.shape[-1], rows, 1, columns, rows, 1, inputs=2)


def _unary(kind: str) -> Converter:
    def convert(args: Sequence[Any], kwargs: dict[str, Any], out: Any) -> Layer:
        return _plain(kind, _first(args, kwargs), out)
    return convert


def _eltwise(args: Sequence[Any], kwargs: dict[str, Any], out: Any) -> Layer:
    operands = [x for x in [*args, *kwargs.values()] if isinstance(x, torch.Tensor) and not isinstance(x, nn.Parameter)]
    if not operands:
        raise NotALayer("arithmetic without an activation")
    return _plain("eltwise", operands[0], out, inputs=len(operands))


def _concat(args: Sequence[Any], kwargs: dict[str, Any], out: Any) -> Layer:
    tensors = args[0] if args else kwargs["tensors"]
    return _plain("concat", tensors[0], out, inputs=len(tensors))


def _reduce(args: Sequence[Any], kwargs: dict[str, Any], out: Any) -> Layer:
    if not isinstance(out, torch.Tensor):
        out = out[0]
    return _plain("reduce", _first(args, kwargs), out)


def _rows(converter: Converter, names: str) -> dict[str, Converter]:
    return {name: converter for name in names.split()}


# By the operation's name, without the '_' of its in-place form. Operations that only look at memory are not here: see
# `_torch_trace`.
CONVERTERS: dict[str, Converter] = {
    **_rows(_conv, "conv1d conv2d"),
    **_rows(_deconv, "conv_transpose1d conv_transpose2d"),
    **_rows(_fc, "linear"),
    **_rows(_matmul, "matmul __matmul__ mm bmm"),
    **_rows(_addmm, "addmm baddbmm"),
    **_rows(_maxpool, "max_pool1d max_pool2d max_pool1d_with_indices max_pool2d_with_indices"),
    **_rows(_avgpool, "avg_pool1d avg_pool2d"),
    **_rows(_adaptive("avgpool", "globalavgpool"), "adaptive_avg_pool1d adaptive_avg_pool2d"),
    **_rows(_adaptive("maxpool", "maxpool"), "adaptive_max_pool1d adaptive_max_pool2d"),
    **_rows(_unary("lrn"), "local_response_norm"),
    **_rows(_unary("batchnorm"), "batch_norm"),
    **_rows(_unary("layernorm"), "layer_norm group_norm instance_norm rms_norm normalize"),
    **_rows(_unary("relu"), "relu relu6 leaky_relu hardtanh prelu rrelu threshold clamp clip clamp_min clamp_max"),
    **_rows(_unary("activation"), "sigmoid logsigmoid tanh gelu silu mish elu selu celu glu hardswish hardsigmoid softplus softsign "
                                  "tanhshrink softshrink hardshrink exp log sqrt rsqrt abs neg pow erf sin cos reciprocal square"),
    **_rows(_eltwise, "add sub mul div true_divide rsub maximum minimum where lerp addcmul addcdiv __add__ __radd__ __iadd__ __sub__ "
                      "__rsub__ __isub__ __mul__ __rmul__ __imul__ __truediv__ __rtruediv__ __itruediv__"),
    **_rows(_concat, "cat concat concatenate hstack"),
    **_rows(_unary("softmax"), "softmax log_softmax softmin"),
    **_rows(_unary("resize"), "interpolate upsample"),
    **_rows(_unary("pad"), "pad"),
    **_rows(_reduce, "mean sum amax amin max min prod norm var std argmax argmin topk cumsum"),
    **_rows(_unary("reshape"), "contiguous clone reshape flatten to roll index_select gather channel_shuffle pixel_shuffle "
                               "pixel_unshuffle repeat repeat_interleave tile embedding __getitem__"),
}


def plain_name(function: Callable[..., Any]) -> str:
    name = getattr(function, "__name__", "") or type(function).__name__
    return name if name.startswith("__") else name.rstrip("_")


# ---- a layer becomes a call ----

Built = tuple[Callable[..., Any], tuple[torch.Tensor, ...]]  # what to call, and with what


def _no(layer: Layer, why: str) -> NotALayer:
    return NotALayer(f"{layer.kind}: {why}")


def _check(layer: Layer, module: Callable[..., Any], *inputs: torch.Tensor) -> Built:
    """The output must have the size that the layer says; shapes are computed, nothing is run."""
    if split_shape(_out_shape(module, inputs))[1:] != (layer.out_c, layer.out_h, layer.out_w):
        raise _no(layer, "torch has no such padding or rounding")
    return module, inputs


def _out_shape(module: Callable[..., Any], inputs: tuple[torch.Tensor, ...]) -> Sequence[int]:
    with torch.device("meta"):
        like = [torch.empty(x.shape) for x in inputs]
    shapes = module.to("meta") if isinstance(module, nn.Module) else module
    return tuple(shapes(*like).shape)


def _input(layer: Layer) -> torch.Tensor:
    shape = (layer.batch, layer.in_c, layer.in_h, layer.in_w)
    return torch.empty(shape if layer.in_h > 1 or layer.in_w > 1 else shape[:2], device="meta")


def _image(layer: Layer) -> torch.Tensor:
    return torch.empty((layer.batch, layer.in_c, layer.in_h, layer.in_w), device="meta")


def _window_of(layer: Layer) -> dict[str, Any]:
    return {"kernel_size": (layer.kernel_h, layer.kernel_w), "stride": (layer.stride_h, layer.stride_w),
            "padding": (layer.pad_h, layer.pad_w)}


def _dilation(layer: Layer) -> tuple[int, int]:
    return (layer.dilation_h, layer.dilation_w)


def _build_conv(layer: Layer) -> Built:
    module = nn.Conv2d(layer.in_c, layer.out_c, dilation=_dilation(layer), groups=layer.groups, **_window_of(layer))
    return _check(layer, module, _image(layer))


def _build_deconv(layer: Layer) -> Built:
    sizes = [(size - 1) * stride - 2 * pad + dilation * (kernel - 1) + 1 for size, stride, pad, dilation, kernel in
             [(layer.in_h, layer.stride_h, layer.pad_h, layer.dilation_h, layer.kernel_h),
              (layer.in_w, layer.stride_w, layer.pad_w, layer.dilation_w, layer.kernel_w)]]
    extra = (layer.out_h - sizes[0], layer.out_w - sizes[1])
    module = nn.ConvTranspose2d(layer.in_c, layer.out_c, output_padding=extra, dilation=_dilation(layer), groups=layer.groups,
                                **_window_of(layer))
    return _check(layer, module, _image(layer))


def _build_fc(layer: Layer) -> Built:
    return nn.Linear(layer.in_c * layer.in_h * layer.in_w, layer.out_c), (
        torch.empty((layer.batch, layer.in_c * layer.in_h * layer.in_w), device="meta"),)


def _build_pool(layer: Layer, module: Callable[..., nn.Module], **more: Any) -> Built:
    """Rounded down, or up where that is what the output says."""
    for ceil in (False, True):
        try:
            return _check(layer, module(ceil_mode=ceil, **_window_of(layer), **more), _image(layer))
        except (NotALayer, RuntimeError):
            continue
    raise _no(layer, "torch has no such padding or rounding")


def _build_maxpool(layer: Layer) -> Built:
    return _build_pool(layer, nn.MaxPool2d, dilation=_dilation(layer))


def _build_avgpool(layer: Layer) -> Built:
    if layer.kernel_h == layer.kernel_w == 1 and layer.stride_h == layer.stride_w == 1:
        return nn.AdaptiveAvgPool2d((layer.out_h, layer.out_w)), (_image(layer),)
    return _build_pool(layer, nn.AvgPool2d, count_include_pad=False)


def _build_globalavgpool(layer: Layer) -> Built:
    return nn.AdaptiveAvgPool2d(1), (_image(layer),)


def _build_lrn(layer: Layer) -> Built:
    return nn.LocalResponseNorm(5), (_image(layer),)


def _build_batchnorm(layer: Layer) -> Built:
    given = _input(layer)
    return (nn.BatchNorm2d if given.dim() == 4 else nn.BatchNorm1d)(layer.in_c), (given,)


def _last_axis(layer: Layer) -> int:
    """The last that is longer than one."""
    shape = _image(layer).shape
    return max((axis for axis in (1, 2, 3) if shape[axis] > 1), default=1)


def _build_layernorm(layer: Layer) -> Built:
    given = _image(layer)
    return nn.LayerNorm(given.shape[_last_axis(layer):]), (given,)


def _build_relu(layer: Layer) -> Built:
    return nn.ReLU(inplace=True), (_input(layer),)


def _build_activation(layer: Layer) -> Built:
    return nn.Sigmoid(), (_input(layer),)


def _build_eltwise(layer: Layer) -> Built:
    given = _input(layer)
    out = torch.empty((layer.batch, layer.out_c, layer.out_h, layer.out_w)[:given.dim()], device="meta")
    if layer.inputs == 1:
        return (lambda x: x + 1.0), (given,)
    if layer.inputs > 2:
        return (lambda *x: sum(x[1:], x[0])), (given,) + (out,) * (layer.inputs - 1)
    return torch.add, (given, out)


def _build_concat(layer: Layer) -> Built:
    given, others = _image(layer), layer.inputs - 1
    left = layer.out_c - layer.in_c
    if others and left < others:
        raise _no(layer, "is not joined along channels")
    parts = [left // others] * (others - 1) + [left - (others - 1) * (left // others)] if others else []
    more = tuple(torch.empty((layer.batch, part, layer.in_h, layer.in_w), device="meta") for part in parts)
    return (lambda *x: torch.cat(x, 1)), (given, *more)


def _build_softmax(layer: Layer) -> Built:
    given = _input(layer)
    return nn.Softmax(_last_axis(layer)), (given,)


def _build_matmul(layer: Layer) -> Built:
    return torch.matmul, (torch.empty((layer.batch, layer.in_h, layer.in_c), device="meta"),
                          torch.empty((layer.batch, layer.in_c, layer.out_c), device="meta"))


def _build_resize(layer: Layer) -> Built:
    size = (layer.out_h, layer.out_w)
    return (lambda x: functional.interpolate(x, size=size, mode="bilinear")), (_image(layer),)


def _build_reduce(layer: Layer) -> Built:
    axes = [axis for axis, (before, after) in enumerate(zip(_image(layer).shape[1:], layer[5:8]), 1) if before != after]
    if not axes:
        raise _no(layer, "reduces nothing")
    return (lambda x: x.mean(axes)), (_image(layer),)


def _build_pad(layer: Layer) -> Built:
    more = (layer.out_w - layer.in_w, layer.out_h - layer.in_h)
    border = [more[0] // 2, more[0] - more[0] // 2, more[1] // 2, more[1] - more[1] // 2]
    return (lambda x: functional.pad(x, border)), (_image(layer),)


def _build_reshape(layer: Layer) -> Built:
    return torch.clone, (_input(layer),)


BUILDERS: dict[str, Callable[[Layer], Built]] = {
    "conv": _build_conv, "deconv": _build_deconv, "fc": _build_fc, "maxpool": _build_maxpool, "avgpool": _build_avgpool,
    "globalavgpool": _build_globalavgpool, "lrn": _build_lrn, "batchnorm": _build_batchnorm, "layernorm": _build_layernorm,
    "relu": _build_relu, "activation": _build_activation, "eltwise": _build_eltwise, "concat": _build_concat,
    "softmax": _build_softmax, "matmul": _build_matmul, "resize": _build_resize, "reduce": _build_reduce, "pad": _build_pad,
    "reshape": _build_reshape,
}


def build(layer: Layer) -> Built:
    """
    What runs the layer, a module or a function, and its inputs; both without values, on the device "meta". NotALayer where
    torch has none.
    """
    builder: Optional[Callable[[Layer], Built]] = BUILDERS.get(layer.kind)
    if builder is None:
        raise _no(layer, "is not a layer that torch could be asked for")
    with torch.device("meta"):
        return builder(layer)
