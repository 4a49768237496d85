"""
NeuralPower: how long, how many watts and how many joules a neural network costs per inference on a platform, before anyone
trains or deploys it.

    >>> import neuralpower
    >>> prediction = neuralpower.predict("model.onnx", platform="xeon-5120-pytorch", batch=16)
    >>> prediction.runtime_ms, prediction.power_w, prediction.energy_mj

Units, everywhere: ms, W, mJ (1 ms x 1 W = 1 mJ), bytes, per forward pass of the whole batch unless the name says per item.
Handles may be shared by threads, and the library runs without the interpreter's lock.
"""
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

from ._call import text as _text
from ._core import lib as _lib
from ._dataset import LeftOutWarning
from ._evaluate import Evaluation, evaluate
from ._network import Network, load
from ._platform import DEFAULT_PLATFORM, Platform, fit, load_platform, platforms, sheets
from ._prediction import Inspection, Prediction, inspect, predict
from ._rank import Ranking, rank
from ._records import (Degree, LayerInspection, LayerPrediction, LayerScore, Model, NetworkScore, NetworkTotals, RankedNetwork,
                       Summary, SweepPoint)
from ._result import Result
from ._score import Scorer, result_schema, score
from ._sweep import Sweep, sweep
from .errors import (ArgumentError, FileError, InputError, MissingFileError, NeuralPowerError, OutOfMemoryError, UnavailableError,
                     UnsupportedError)

if _TYPE_CHECKING:
    from ._torch_estimate import TorchEstimate, estimate_torch
    from ._torch_measure import TorchMeasurement, measure_torch, measure_torch_suite

__version__ = _text(_lib.np_version())

# What needs torch itself is imported when it is asked for.
_OF_TORCH = {"TorchEstimate": "_torch_estimate", "estimate_torch": "_torch_estimate", "TorchMeasurement": "_torch_measure",
             "measure_torch": "_torch_measure", "measure_torch_suite": "_torch_measure"}


def __getattr__(name: str) -> _Any:
    if name not in _OF_TORCH:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    import importlib
    return getattr(importlib.import_module(f".{_OF_TORCH[name]}", __name__), name)

__all__ = [
    "DEFAULT_PLATFORM", "ArgumentError", "Degree", "Evaluation", "FileError", "InputError", "Inspection", "LayerInspection",
    "LayerPrediction", "LayerScore", "LeftOutWarning", "MissingFileError", "Model", "Network", "NetworkScore", "NetworkTotals",
    "NeuralPowerError", "OutOfMemoryError", "Platform", "Prediction", "RankedNetwork", "Ranking", "Result", "Scorer", "Summary", "Sweep",
    "SweepPoint", "TorchEstimate", "TorchMeasurement", "UnavailableError", "UnsupportedError", "estimate_torch", "evaluate", "fit",
    "inspect", "load", "load_platform", "measure_torch", "measure_torch_suite", "platforms", "predict", "rank", "result_schema", "score",
    "sheets", "sweep",
]
