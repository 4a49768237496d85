"""inspect() and predict(): what a network is made of, and what it costs on a platform."""
from __future__ import annotations

from typing import Any, Optional

from . import _notebook
from ._call import create, text
from ._core import lib
from ._network import Dims, Network, NetworkLike, Shapes, Source
from ._platform import DEFAULT_PLATFORM, Platform, PlatformLike, load_platform
from ._records import Interval, LayerInspection, LayerPrediction, NetworkTotals, build
from ._result import Result


class Inspection(Result):
    """What a network is made of: layers, shapes, MACs, FLOPs, parameters, bytes."""

    _report = lib.np_report_inspect
    _notebook = _notebook.inspection

    def __init__(self, network: Network) -> None:
        self.network = network

    def _subject(self) -> Any:
        return self.network._handle

    @property
    def layers(self) -> list[LayerInspection]:
        return [build(LayerInspection, layer) for layer in self.to_dict()["layers"]]

    @property
    def totals(self) -> NetworkTotals:
        return build(NetworkTotals, self.to_dict()["totals"])

    @property
    def warnings(self) -> list[str]:
        return self.network.warnings

    def __repr__(self) -> str:
        totals = lib.np_network_sums(self.network._handle)
        return f"<Inspection of {self.network.name}, batch {self.network.batch}: {self.network.layer_count} layers, " \
               f"{totals.macs:.4g} MACs, {totals.params:.4g} parameters>"


class Prediction(Result):
    """
    What a network costs on a platform: ms, W, mJ per forward pass of the whole batch. A value that is not known is None.
    """

    _report = lib.np_report_predict
    _notebook = _notebook.prediction

    def __init__(self, network: Network, platform: Platform) -> None:
        self.network, self.platform = network, platform  # the library's prediction refers to both
        self._handle = create("np_prediction *", lib.np_predict, lib.np_prediction_free, network._handle, platform._handle)

    def _subject(self) -> Any:
        return self._handle

    def _value(self, name: str) -> Optional[float]:
        value = getattr(self._handle, name)
        return float(value.value) if value.has else None

    def _interval(self, name: str) -> Interval:
        value = getattr(self._handle, name)
        return (float(value.low), float(value.high)) if value.has and value.has_interval else None

    @property
    def runtime_ms(self) -> Optional[float]:
        """ms: the sum of the layers (Equation 3 of the paper)."""
        return self._value("runtime_ms")

    @property
    def power_w(self) -> Optional[float]:
        """W: the mean of the layers, weighted by runtime (Equation 4)."""
        return self._value("power_w")

    @property
    def energy_mj(self) -> Optional[float]:
        """mJ: the sum of runtime x power (Equation 5)."""
        return self._value("energy_mj")

    @property
    def energy_per_item_mj(self) -> Optional[float]:
        """mJ: the energy of one of the batch's items."""
        return self._value("energy_per_item_mj")

    @property
    def items_per_s(self) -> float:
        """The throughput, one forward pass after the other."""
        return float(self._handle.items_per_s)

    @property
    def runtime_ms_interval(self) -> Interval:
        """ms, from and to, at the level `platform.interval`."""
        return self._interval("runtime_ms")

    @property
    def power_w_interval(self) -> Interval:
        """W, likewise."""
        return self._interval("power_w")

    @property
    def energy_mj_interval(self) -> Interval:
        """mJ, likewise."""
        return self._interval("energy_mj")

    @property
    def runtime_coverage(self) -> float:
        """The share of the runtime that learned models gave."""
        return float(self._handle.runtime_coverage)

    @property
    def energy_coverage(self) -> Optional[float]:
        """The same of the energy."""
        return float(self._handle.energy_coverage) if self._handle.energy_mj.has else None

    @property
    def layers(self) -> list[LayerPrediction]:
        """In the order in which they run; those that cost nothing too."""
        return [build(LayerPrediction, layer) for layer in self.to_dict()["layers"]]

    @property
    def warnings(self) -> list[str]:
        """What was assumed, is not known, or lies outside the range of the measurements."""
        return [text(self._handle.warnings[i]) for i in range(self._handle.warning_count)]

    def __repr__(self) -> str:
        known = [f"{value:.4g} {unit}" for value, unit in
                 ((self.runtime_ms, "ms"), (self.power_w, "W"), (self.energy_mj, "mJ")) if value is not None]
        return f"<Prediction of {self.network.name}, batch {self.network.batch}, on {self.platform.name}: {', '.join(known)}>"


def inspect(network: NetworkLike, *, batch: Optional[int] = None, shapes: Optional[Shapes] = None, dims: Optional[Dims] = None,
            strict: bool = False, example_inputs: Any = None, name: Optional[str] = None) -> Inspection:
    """Layers, shapes, MACs, FLOPs, parameters, bytes and peak activation memory of a network. Arguments are those of load()."""
    return Inspection(Source(network, example_inputs, name).load(batch, shapes, dims, strict))


def predict(network: NetworkLike, platform: PlatformLike = DEFAULT_PLATFORM, *, batch: Optional[int] = None,
            method: str = "model", interval: Optional[float] = None, shapes: Optional[Shapes] = None, dims: Optional[Dims] = None,
            strict: bool = False, example_inputs: Any = None, name: Optional[str] = None) -> Prediction:
    """
    Runtime, power and energy of a network on a platform, layer by layer and in all.

        >>> neuralpower.predict("model.onnx", "jetson-pytorch", batch=8).energy_per_item_mj
        >>> neuralpower.predict(module, batch=8, example_inputs=torch.zeros(1, 3, 224, 224)).runtime_ms

    `network` is a path, the bytes of a file, a torch.nn.Module with its `example_inputs` (a tensor, a tuple of arguments, or
    a mapping of keyword arguments), or a Network of load(). `platform` is a name (platforms() has them), a path or a
    Platform. `batch` is the number of items of a forward pass, that of the file or the example unless set. `method` "roofline"
    and "paleo" answer from a data sheet of that name (sheets() has them), `interval` is the level of the intervals, 0.9
    unless set. The others are those of load().

    Errors are NeuralPowerErrors: an InputError for a network or platform that cannot be read, with its place, an ArgumentError
    for an argument that cannot be.
    """
    loaded = Source(network, example_inputs, name).load(batch, shapes, dims, strict)
    return Prediction(loaded, load_platform(platform, method=method, interval=interval))
