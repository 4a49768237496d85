"""
NeuralPower: how long, how many watts and how many joules a neural network costs per inference on a platform, before anyone
trains or deploys it.

    >>> import neuralpower
    >>> prediction = neuralpower.predict("model.onnx", platform="xeon-5120-pytorch", batch=16)
    >>> prediction.runtime_ms, prediction.power_w, prediction.energy_mj

Units, everywhere: ms, W, mJ (1 ms x 1 W = 1 mJ), bytes, per forward pass of the whole batch unless the name says per item.
Results and handles may be shared by threads, and every call runs without the interpreter's lock.
"""
from ._call import text as _text
from ._core import lib as _lib
from ._network import Network, load
from ._platform import DEFAULT_PLATFORM, Platform, load_platform, platforms, sheets
from ._prediction import Prediction, predict
from .errors import (ArgumentError, FileError, InputError, MissingFileError, NeuralPowerError, OutOfMemoryError, UnavailableError,
                     UnsupportedError)

__version__ = _text(_lib.np_version())
