"""predict() and what it answers."""
from __future__ import annotations

from typing import Any, Optional

from ._call import create
from ._core import lib
from ._network import Dims, Network, NetworkLike, Shapes, Source
from ._platform import DEFAULT_PLATFORM, Platform, PlatformLike, load_platform
from ._result import Result


class Prediction(Result):
    """
    What a network costs on a platform: ms, W, mJ per forward pass of the whole batch. A value that is not known is None.
    """

    _report = lib.np_report_predict

    def __init__(self, network: Network, platform: Platform) -> None:
        self.network, self.platform = network, platform
        self._handle = create("np_prediction *", lib.np_predict, lib.np_prediction_free, network._handle, platform._handle)

    def _subject(self) -> Any:
        return self._handle

    @property
    def runtime_ms(self) -> Optional[float]:
        return self._handle.runtime_ms.value if self._handle.runtime_ms.has else None


def predict(network: NetworkLike, platform: PlatformLike = DEFAULT_PLATFORM, *, batch: Optional[int] = None,
            method: str = "model", interval: Optional[float] = None, shapes: Optional[Shapes] = None, dims: Optional[Dims] = None,
            strict: bool = False, example_inputs: Any = None, name: Optional[str] = None) -> Prediction:
    """Runtime, power and energy of a network on a platform, layer by layer and in all."""
    loaded = Source(network, example_inputs, name).load(batch, shapes, dims, strict)
    return Prediction(loaded, load_platform(platform, method=method, interval=interval))
