"""Platforms: learned from measured layers, or answered from a data sheet."""
from __future__ import annotations

from typing import Any, Optional, Union

from . import _notebook, _share
from ._call import PathLike, call, create, encode, optional_word, text
from ._core import ffi, lib
from ._dataset import PathsLike, load_layers
from ._records import Degree, Model, build
from ._result import Result
from .errors import ArgumentError

DEFAULT_PLATFORM = "xeon-5120-pytorch"


class Platform(Result):
    """
    A device with its software, and the models learned from layers measured on it. Made by load_platform() and fit().
    Immutable: threads may share it.
    """

    _report = lib.np_report_platforms
    _notebook = _notebook.platform

    def __init__(self, handle: Any) -> None:
        self._handle = handle

    def _subject(self) -> Any:
        return self._handle

    @property
    def name(self) -> str:
        return text(lib.np_platform_name(self._handle))

    @property
    def device(self) -> str:
        return text(lib.np_platform_device(self._handle))

    @property
    def software(self) -> str:
        return text(lib.np_platform_software(self._handle))

    @property
    def dtype(self) -> str:
        return text(lib.np_platform_dtype(self._handle))

    @property
    def method(self) -> str:
        """model, or of a data sheet: roofline or paleo."""
        return text(lib.np_platform_method(self._handle))

    @property
    def has_power(self) -> bool:
        return bool(lib.np_platform_has_power(self._handle))

    @property
    def interval(self) -> float:
        """The level of the intervals that predictions have."""
        return float(lib.np_platform_interval(self._handle))

    @property
    def models(self) -> list[Model]:
        """What was learned, by type of layer and target; none of a data sheet."""
        return [build(Model, model) for model in self.to_dict().get("models", [])]

    @property
    def degrees(self) -> list[Degree]:
        """The degrees that method "paper" considered; only of a platform that was just learned so."""
        return [build(Degree, degree) for degree in self.to_dict().get("degrees", [])]

    def save(self, path: PathLike) -> None:
        """Writes a platform file, atomically. Reading it back gives the same predictions, bit for bit."""
        call(lib.np_platform_save, self._handle, encode(path))

    def __repr__(self) -> str:
        return f"<Platform {self.name}: {self.device}; {self.software}>"


PlatformLike = Union[PathLike, Platform]


def load_platform(platform: PlatformLike = DEFAULT_PLATFORM, *, method: str = "model",
                  interval: Optional[float] = None) -> Platform:
    """
    Reads a platform by its name or path. With `method` "roofline" or "paleo" the name or path is that of a data sheet.
    `interval` is the level of the intervals, from 0.5 to 0.99, 0.9 unless set.

    Names are looked up in the directories of $NEURALPOWER_PLATFORMS (data sheets: $NEURALPOWER_SHEETS), then among the
    bundled ones; platforms() and sheets() list them.
    """
    if isinstance(platform, Platform):
        if interval in (None, platform.interval) and method in ("model", platform.method):
            return platform
        raise ArgumentError("a Platform has its method and interval already; load_platform() sets them")
    if method == "model":
        path = encode(_share.path_of("platforms", platform))
        handle = create("np_platform *", lib.np_platform_load, lib.np_platform_free, path)
    else:
        path = encode(_share.path_of("sheets", platform))
        handle = create("np_platform *", lib.np_platform_from_sheet, lib.np_platform_free, path, method.encode())
    if interval is not None:
        call(lib.np_platform_set_interval, handle, interval)
    return Platform(handle)


def platforms() -> list[str]:
    """The names of the learned platforms at hand."""
    return _share.names("platforms")


def sheets() -> list[str]:
    """The names of the data sheets at hand, for method="roofline" and "paleo"."""
    return _share.names("sheets")


def fit(rows: PathsLike, *, out: Optional[PathLike] = None, method: Optional[str] = None, name: Optional[str] = None,
        features: Optional[str] = None, degree: int = 0, source: Optional[str] = None, group: Optional[str] = None,
        seed: int = 1, threads: int = 1, idle_power_w: float = 0, limit_power_w: float = 0,
        device: Optional[str] = None) -> Platform:
    """
    Learns a platform from CSV files of measured layers, and writes it to `out` where that is given. The result does not
    depend on `threads`. The other arguments are those of the program's `fit` (docs/method.md); `device` keeps only rows whose
    device contains it. A LeftOutWarning says which rows could not be used.
    """
    if seed < 1 or threads < 1:
        raise ArgumentError("seed and threads: numbers from 1 were expected")
    dataset = load_layers(rows, device)
    texts = {"method": method, "name": name, "features": features, "source": source, "group": group}
    kept = {key: optional_word(value) for key, value in texts.items()}
    options = ffi.new("np_fit_options *", {**kept, "degree": degree, "seed": seed, "threads": threads,
                                           "idle_power_w": idle_power_w, "limit_power_w": limit_power_w})
    platform = Platform(create("np_platform *", lib.np_platform_fit, lib.np_platform_free, dataset, options))
    if out is not None:
        platform.save(out)
    return platform
