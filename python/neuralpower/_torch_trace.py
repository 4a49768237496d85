"""
What a torch model does in one forward pass: the operations in the order they ran, each with the configuration of its layer and
what it takes to run it again alone.

The model runs as it is, on its real inputs, and torch hands over every function that is called. So functional operations and
whatever Python decides on the way are seen as well as modules. A module without children that did one operation stands for it,
since that is how the model calls it.
"""
from __future__ import annotations

from typing import Any, Callable, NamedTuple, Optional

import torch
from torch import nn
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_flatten, tree_map

from ._torch_layers import CONVERTERS, Layer, NotALayer, plain_name


class Like(NamedTuple):
    """A tensor that is remembered by its looks, so that a traced model's activations take no memory."""

    shape: torch.Size
    stride: tuple[int, ...]
    dtype: torch.dtype
    device: torch.device

    def make(self) -> torch.Tensor:
        """One of these looks, with normal values."""
        made = torch.empty_strided(self.shape, self.stride, dtype=self.dtype, device=self.device)
        return made.normal_() if made.is_floating_point() else made.zero_()


class Call(NamedTuple):
    """One operation, to be run again: `function(*args, **kwargs)` with each Like among them replaced by a tensor."""

    name: str  # of the module, with a number where there are several operations in it
    layer: Layer
    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


class Trace(NamedTuple):
    calls: list[Call]
    unknown: dict[str, int]  # operations that have no configuration, and how often each ran


def _remember(value: Any) -> Any:
    """Parameters and whole numbers stay what they are."""
    if not isinstance(value, torch.Tensor) or isinstance(value, nn.Parameter) or not value.is_floating_point():
        return value
    return Like(value.shape, value.stride(), value.dtype, value.device)


def _tensors(value: Any) -> list[torch.Tensor]:
    return [x for x in tree_flatten(value)[0] if isinstance(x, torch.Tensor)]


def _computes(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> bool:
    """False where all that came out is memory that went in, as of a view; an operation in place computes nevertheless."""
    name = getattr(function, "__name__", "")
    if (name.endswith("_") and not name.startswith("__")) or name in _IN_PLACE:
        return True
    if plain_name(function) in _MAY_BE_IN_PLACE and (kwargs.get("inplace") is True or args[-1] is True):
        return True
    memory = {x.untyped_storage()._cdata for x in _tensors((args, kwargs))}
    return any(x.untyped_storage()._cdata not in memory for x in _tensors(result))


# Arithmetic that Python knows as an assignment, and functions with an argument `inplace`.
_IN_PLACE = ("__iadd__", "__isub__", "__imul__", "__itruediv__")
_MAY_BE_IN_PLACE = ("relu", "relu6", "leaky_relu", "hardtanh", "elu", "selu", "celu", "silu", "mish", "hardswish", "hardsigmoid",
                    "threshold", "rrelu")


class _Frame:
    """A module without children while it runs."""

    def __init__(self, name: str, module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.name, self.module = name, module
        self.args, self.kwargs = tree_map(_remember, args), tree_map(_remember, kwargs)
        self.calls: list[Call] = []
        self.unknown = 0


class _Recorder(TorchFunctionMode):
    def __init__(self) -> None:
        super().__init__()
        self.trace = Trace([], {})
        self.frame: Optional[_Frame] = None

    def __torch_function__(self, function: Any, types: Any, args: tuple[Any, ...] = (),
                           kwargs: Optional[dict[str, Any]] = None) -> Any:
        kwargs = kwargs or {}
        remembered = tree_map(_remember, (args, kwargs))  # before an operation in place changes what is there
        result = function(*args, **kwargs)
        if _tensors((args, kwargs)) and _tensors(result) and _computes(function, args, kwargs, result):
            self._note(function, args, kwargs, result, remembered)
        return result

    def _note(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any, remembered: Any) -> None:
        name = plain_name(function)
        try:
            if name not in CONVERTERS:
                raise NotALayer("is not known")
            layer = CONVERTERS[name](args, kwargs, result)
        except NotALayer as why:
            said = f"{name}: {why}"
            self.trace.unknown[said] = self.trace.unknown.get(said, 0) + 1
            if self.frame:
                self.frame.unknown += 1
            return
        where = self.frame.name if self.frame else ""
        call = Call(f"{where}.{name}" if where else name, layer, function, *remembered)
        (self.frame.calls if self.frame else self.trace.calls).append(call)

    def enter(self, name: str, module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.frame = _Frame(name, module, args, kwargs)

    def leave(self) -> None:
        frame, self.frame = self.frame, None
        if frame is None:
            return
        if len(frame.calls) == 1 and not frame.unknown:
            frame.calls = [Call(frame.name, frame.calls[0].layer, frame.module, frame.args, frame.kwargs)]
        self.trace.calls.extend(frame.calls)


def _hooks(recorder: _Recorder, name: str, module: nn.Module) -> list[Any]:
    return [module.register_forward_pre_hook(lambda m, args, kwargs: recorder.enter(name, m, args, kwargs), with_kwargs=True),
            module.register_forward_hook(lambda m, args, result: recorder.leave())]


def trace(model: nn.Module, inputs: tuple[Any, ...]) -> Trace:
    """Runs the model once in inference mode, in the mode (training or not) that it is in."""
    recorder = _Recorder()
    handles = [handle for name, module in model.named_modules() if not any(True for _ in module.children())
               for handle in _hooks(recorder, name, module)]
    try:
        with torch.inference_mode(), recorder:
            model(*inputs)
    finally:
        for handle in handles:
            handle.remove()
    return recorder.trace
