"""
estimate_torch(): what a platform says of a torch model as eager mode runs it, operation by operation.

predict() takes the model through the exporter of ONNX, which folds batch normalisation into convolutions and joins what a
deployed model would have joined; eager mode does neither. A platform of measure_torch() has rows of what eager mode runs.
"""
from __future__ import annotations

import math
from typing import Any, NamedTuple, Optional

from torch import nn

from ._call import text
from ._core import ffi, lib
from ._platform import DEFAULT_PLATFORM, PlatformLike, load_platform
from ._torch_layers import Layer
from ._torch_measure import config_of, layer_text, trace_torch


class TorchLayerEstimate(NamedTuple):
    name: str
    layer: str  # its text
    runtime_ms: Optional[float]
    power_w: Optional[float]
    energy_mj: Optional[float]
    source: str  # model, fallback or free


class TorchEstimate(NamedTuple):
    """Sums over the operations (Equations 3 to 5 of the paper); None where the platform does not know."""

    runtime_ms: Optional[float]
    power_w: Optional[float]
    energy_mj: Optional[float]
    layers: list[TorchLayerEstimate]
    unknown: dict[str, int]  # operations that no number stands for, how often each ran


def _bytes(layer: Layer) -> int:
    given = layer.batch * layer.in_c * layer.in_h * layer.in_w * layer.inputs
    return 4 * (given + layer.batch * layer.out_c * layer.out_h * layer.out_w)


def _estimated(platform: Any, name: str, layer: Layer) -> TorchLayerEstimate:
    estimate = ffi.new("np_estimate *")
    lib.np_platform_estimate(platform._handle, ffi.new("np_layer_config *", config_of(layer)), _bytes(layer), estimate)
    runtime, power, energy = (value.value if value.has else None for value in
                              (estimate.runtime_ms, estimate.power_w, estimate.energy_mj))
    return TorchLayerEstimate(name, layer_text(layer), runtime, power, energy, text(lib.np_source_name(estimate.source)))


def _sum(values: list[Optional[float]]) -> Optional[float]:
    known = [value for value in values if value is not None]
    return math.fsum(known) if len(known) == len(values) else None


def estimate_torch(model: nn.Module, inputs: Any, platform: PlatformLike = DEFAULT_PLATFORM) -> TorchEstimate:
    """
    Runtime, power and energy of a model as it is called with these inputs. It runs once, to see what it does. Operations
    without a configuration are in `unknown` and in no sum.
    """
    found, loaded = trace_torch(model, inputs), load_platform(platform)
    layers = [_estimated(loaded, one.name, one.layer) for one in found.calls]
    runtime, energy = _sum([one.runtime_ms for one in layers]), _sum([one.energy_mj for one in layers])
    return TorchEstimate(runtime, energy / runtime if runtime and energy is not None else None, energy, layers, found.unknown)
