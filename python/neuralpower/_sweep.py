"""sweep(): what a network costs per item as its batch grows."""
from __future__ import annotations

from typing import Any, Iterable, Optional

from . import _notebook
from ._core import ffi, lib
from ._network import Dims, NetworkLike, Shapes, Source
from ._platform import DEFAULT_PLATFORM, PlatformLike, load_platform
from ._prediction import Prediction
from ._records import SweepPoint, build
from ._result import Result
from .errors import ArgumentError

BATCHES = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Sweep(Result):
    """One network on one platform at several batches. Made by sweep()."""

    _report = lib.np_report_sweep
    _notebook = _notebook.sweep

    def __init__(self, predictions: list[Prediction]) -> None:
        self.predictions = predictions
        self._points = ffi.new("np_prediction *[]", [prediction._handle for prediction in predictions])
        self._handle = ffi.new("np_sweep *", lib.np_sweep_of(self._points, len(predictions)))

    def _subject(self) -> Any:
        return self._handle

    def _batch_of(self, point: int) -> Optional[int]:
        return self.predictions[point].network.batch if point >= 0 else None

    @property
    def least_energy_per_item(self) -> Optional[int]:
        """The batch of the least energy per item; None where power is not known."""
        return self._batch_of(self._handle.least_energy)

    @property
    def most_items_per_s(self) -> Optional[int]:
        """The batch of the highest throughput."""
        return self._batch_of(self._handle.most_items)

    @property
    def batches(self) -> list[SweepPoint]:
        return [build(SweepPoint, point) for point in self.to_dict()["batches"]]

    def __repr__(self) -> str:
        first = self.predictions[0]
        return f"<Sweep of {first.network.name} on {first.platform.name}: {len(self.predictions)} batches, least energy per " \
               f"item at {self.least_energy_per_item}, most items per second at {self.most_items_per_s}>"


def sweep(network: NetworkLike, platform: PlatformLike = DEFAULT_PLATFORM, *, batch: Iterable[int] = BATCHES,
          interval: Optional[float] = None, shapes: Optional[Shapes] = None, dims: Optional[Dims] = None, strict: bool = False,
          example_inputs: Any = None, name: Optional[str] = None) -> Sweep:
    """
    Energy per item and throughput of a network at several batches. A torch module is exported once. Arguments are those of
    predict().
    """
    loaded = load_platform(platform, interval=interval)
    source = Source(network, example_inputs, name)
    predictions = [Prediction(source.load(size, shapes, dims, strict), loaded) for size in batch]
    if not predictions:
        raise ArgumentError("no batch: at least one was expected")
    return Sweep(predictions)
