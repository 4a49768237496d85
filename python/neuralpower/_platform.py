"""Platforms: learned from measured layers, or answered from a data sheet."""
from __future__ import annotations

from typing import Any, Optional, Union

from . import _share
from ._call import PathLike, call, create, encode, text
from ._core import lib
from ._result import Result

DEFAULT_PLATFORM = "xeon-5120-pytorch"


class Platform(Result):
    """
    A device with its software, and the models learned from layers measured on it. Made by load_platform() and fit().
    Immutable: threads may share it.
    """

    _report = lib.np_report_platforms

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
        raise ValueError("a Platform has its method and interval already; load_platform() sets them")
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
