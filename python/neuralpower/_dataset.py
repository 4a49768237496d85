"""Measured layers and networks, and what was left out of them."""
from __future__ import annotations

import os
import warnings
from typing import Any, Iterable, Optional, Union

from ._call import PathLike, create, encode, optional_word, text, words
from ._core import lib
from .errors import ArgumentError

PathsLike = Union[PathLike, Iterable[PathLike]]
_SHOWN = 10


class LeftOutWarning(UserWarning):
    """Rows or networks that were left out of a fit, an evaluation or a ranking, and why."""


def warn(message: str) -> None:
    """With the place of who called the package's function, two calls up."""
    warnings.warn(message, LeftOutWarning, stacklevel=4)


def paths(given: PathsLike) -> list[PathLike]:
    return [given] if isinstance(given, (str, os.PathLike)) else list(given)


def _summary(file: Any) -> str:
    """What was left out of a file of rows, "" when nothing was."""
    counts = ((file.rejected, "that cannot be used"), (file.flagged, "flagged when they were measured"),
              (file.other_devices, "of other devices"))
    parts = [f"{count} {why}" for count, why in counts if count]
    return f"{text(file.path)}: {file.rows} rows are used, left out: {', '.join(parts)}" if parts else ""


def _issues(issues: list[str]) -> list[str]:
    more = len(issues) - _SHOWN
    return issues[:_SHOWN] + ([f"and {more} more"] if more > 0 else [])


def load_layers(given: PathsLike, device: Optional[str]) -> Any:
    """An np_dataset of CSV files; warns of what was left out."""
    files = paths(given)
    if not files:
        raise ArgumentError("no file of measured layers: at least one was expected")
    array, kept = words([encode(path) for path in files])
    dataset = create("np_dataset *", lib.np_dataset_load, lib.np_dataset_free, array, len(kept), optional_word(device))
    found = (_summary(lib.np_dataset_file_info(dataset, i)) for i in range(lib.np_dataset_file_count(dataset)))
    lines = [line for line in found if line]
    lines += _issues([text(lib.np_dataset_issue(dataset, i)) for i in range(lib.np_dataset_issue_count(dataset))])
    if lines:
        warn("\n".join(lines))
    return dataset


def load_networks(path: PathLike, device: Optional[str]) -> Any:
    """An np_network_rows of a CSV file; warns of what was left out."""
    rows = create("np_network_rows *", lib.np_network_rows_load, lib.np_network_rows_free, encode(path), optional_word(device))
    issues = [text(lib.np_network_rows_issue(rows, i)) for i in range(lib.np_network_rows_issue_count(rows))]
    if issues:
        warn("\n".join(_issues(issues)))
    return rows
