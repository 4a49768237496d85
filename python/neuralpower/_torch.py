"""
torch modules as ONNX, without their weights. torch is not imported here: where a module is at hand, it is there already.

The module is exported by torch.onnx.export() as anyone would write it to a file. Then each large initializer, whose values a
prediction does not need, becomes a reference to a file that does not exist, so that nothing of the size of the weights is
copied. Values of some kilobytes stay: shapes are computed from them.
"""
from __future__ import annotations

import contextlib
import copy
import logging
import re
import sys
import warnings
from typing import Any, Iterator, Mapping, Protocol

from .errors import ArgumentError, InputError

_KEPT_BYTES = 4096


class TorchModule(Protocol):
    """What a torch.nn.Module is to type checkers, which then need no torch."""

    training: bool

    def modules(self) -> Iterator[Any]: ...

    def state_dict(self) -> Mapping[str, Any]: ...


def is_module(network: object) -> bool:
    """Whether it is a torch.nn.Module, without importing torch for it."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(network, torch.nn.Module)


@contextlib.contextmanager
def evaluating(module: Any) -> Iterator[None]:
    """Every part of the module as it is at inference, and afterwards as it was."""
    modes = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for part, training in modes:
            part.training = training


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """The exporter speaks of its own packages; that is not for who asks for a prediction."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            warnings.simplefilter("ignore", DeprecationWarning)
            yield
    finally:
        logger.setLevel(level)


def _arguments(module: Any, example_inputs: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    if example_inputs is None:
        raise ArgumentError(f"example_inputs are needed for {type(module).__name__}: a tensor, a tuple of arguments or a mapping "
                            "of keyword arguments, as forward() takes them")
    if isinstance(example_inputs, Mapping):
        return (), dict(example_inputs)
    arguments = tuple(example_inputs) if isinstance(example_inputs, (tuple, list)) else (example_inputs,)
    if arguments and isinstance(arguments[-1], dict):
        arguments += ({},)  # the exporter takes a dict that comes last for keyword arguments
    return arguments, {}


def _solid(tensor: Any, torch: Any, number: int = 0) -> Any:
    """
    The same shape in the memory of one value, for a tensor on the device `meta`, which has none. The value is not 0 and each
    weight has its own: the exporter leaves out biases of zeros and makes equal weights one, which those of a trained module are not.
    """
    value = 0.5 + number / 1024
    return torch.full((), value, dtype=tensor.dtype).expand(tensor.shape) if tensor.device.type == "meta" else tensor


def _solidify(module: Any, torch: Any) -> Any:
    """The module itself, or a copy of one on the device `meta` that the exporter can read; tied weights stay tied."""
    if not any(tensor.device.type == "meta" for tensor in (*module.parameters(), *module.buffers())):
        return module
    made: dict[int, Any] = {}
    module = copy.deepcopy(module)
    for part in module.modules():
        for name, weight in part._parameters.items():
            if weight is not None:
                kept = made.setdefault(id(weight), torch.nn.Parameter(_solid(weight, torch, len(made)), requires_grad=False))
                part._parameters[name] = kept
        for name, buffer in part._buffers.items():
            if buffer is not None:
                part._buffers[name] = made.setdefault(id(buffer), _solid(buffer, torch, len(made)))
    return module


def _strip(model: Any, onnx_ir: Any) -> None:
    """Weights become references to nowhere."""
    for value in model.graph.initializers.values():
        tensor = value.const_value
        if tensor is not None and tensor.nbytes > _KEPT_BYTES:
            value.const_value = onnx_ir.ExternalTensor("weights", 0, tensor.nbytes, tensor.dtype, shape=tensor.shape, name=value.name)


def _reason(error: BaseException) -> str:
    """The first line of what went wrong first, without escape sequences."""
    while error.__cause__ is not None:
        error = error.__cause__
    return next(iter(re.sub("\x1b\\[[0-9;]*m", "", str(error)).strip().splitlines()), type(error).__name__)


def export(module: Any, example_inputs: Any) -> bytes:
    """The module as the bytes of an ONNX file."""
    torch = sys.modules["torch"]
    arguments, keywords = _arguments(module, example_inputs)
    try:
        import onnx_ir
        import onnxscript  # noqa: F401  the exporter's
    except ImportError as error:
        raise ImportError(f"torch exports modules by a package that is missing ({error.name}): pip install onnxscript") from error
    module = _solidify(module, torch)
    arguments, keywords = torch.utils._pytree.tree_map_only(torch.Tensor, lambda one: _solid(one, torch), (arguments, keywords))
    try:
        with evaluating(module), _quiet(), torch.no_grad():
            program = torch.onnx.export(module, arguments, kwargs=keywords, dynamo=True, verbose=False)
    except (torch.onnx.OnnxExporterError, RuntimeError) as error:
        raise InputError(f"torch cannot export {type(module).__name__} with these example_inputs: {_reason(error)}") from error
    _strip(program.model, onnx_ir)
    content: bytes = onnx_ir.to_proto(program.model).SerializeToString()
    return content
