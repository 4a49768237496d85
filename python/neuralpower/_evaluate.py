"""evaluate(): predictions beside measurements."""
from __future__ import annotations

import json
import os
from typing import Any, Iterable, Optional

from . import _notebook
from ._call import PathLike, create, encode, text
from ._core import ffi, lib
from ._dataset import PathsLike, load_layers, load_networks, warn
from ._network import Source
from ._platform import DEFAULT_PLATFORM, Platform, PlatformLike, load_platform
from ._prediction import Prediction
from ._records import LayerScore, NetworkScore, Summary, build
from ._result import Result
from .errors import ArgumentError


class Evaluation(Result):
    """How far predictions are from measurements, in fractions. Made by evaluate()."""

    _report = lib.np_report_evaluation
    _notebook = _notebook.evaluation

    def __init__(self, handle: Any, *kept: Any) -> None:
        self._handle, self._kept = handle, kept  # the library's evaluation refers to what it was made from

    def _subject(self) -> Any:
        return self._handle

    @property
    def layers(self) -> list[LayerScore]:
        """By type of layer and target."""
        return [build(LayerScore, score) for score in self.to_dict()["layers"]]

    @property
    def networks(self) -> list[NetworkScore]:
        """By whole network and target."""
        return [build(NetworkScore, score) for score in self.to_dict()["networks"]]

    @property
    def summary(self) -> list[Summary]:
        """By target."""
        return [build(Summary, summary) for summary in self.to_dict()["summary"]]

    def points(self) -> list[dict[str, Any]]:
        """`layers` of the document of `--json --verbose`: each with the lines, predictions and measurements of its rows."""
        document: dict[str, Any] = json.loads(self._write(lib.NP_REPORT_JSON, verbose=True))
        layers: list[dict[str, Any]] = document["layers"]
        return layers

    def __repr__(self) -> str:
        parts = [f"{summary.target} RMSPE {summary.rmspe:.2%} of {summary.rows}" for summary in self.summary]
        return f"<Evaluation of {text(self._handle.data)}: {', '.join(parts)}>"


def _file_of(row: Any, table: PathLike, files: Iterable[PathLike]) -> Optional[PathLike]:
    """The network file of a row: one of those given, or the row's own, beside the table or where we are."""
    for path in files:
        if lib.np_network_called(encode(path), row.network):
            return path
    name = os.fsdecode(ffi.string(row.file))
    beside = os.path.join(os.path.dirname(os.fspath(table)), name)
    return (beside if os.path.exists(beside) else name) if name else None


def _predict_row(row: Any, table: PathLike, files: Iterable[PathLike], platform: Platform, strict: bool) -> Optional[Prediction]:
    path = _file_of(row, table, files)
    if path is None:
        return None
    return Prediction(Source(path).load(row.batch or None, strict=strict), platform)


def _evaluate_networks(table: PathLike, files: list[PathLike], layers: Any, platform: Platform, device: Optional[str],
                       strict: bool) -> Evaluation:
    rows = load_networks(table, device)
    all_rows = [lib.np_network_rows_row(rows, i) for i in range(lib.np_network_rows_count(rows))]
    predictions = [_predict_row(row, table, files, platform, strict) for row in all_rows]
    missing = [f"{os.fspath(table)}:{row.line}: no file is given for network '{text(row.network)}'"
               for row, prediction in zip(all_rows, predictions) if prediction is None]
    if missing:
        warn("\n".join(missing))
    handles = ffi.new("np_prediction *[]", [prediction._handle if prediction else ffi.NULL for prediction in predictions])
    made = create("np_evaluation *", lib.np_evaluate_networks, lib.np_evaluation_free, handles, rows, layers or ffi.NULL)
    return Evaluation(made, platform, rows, layers, predictions, handles)


def evaluate(platform: PlatformLike = DEFAULT_PLATFORM, *, layers: Optional[PathsLike] = None,
             networks: Optional[PathLike] = None, files: Iterable[PathLike] = (), table: Optional[PathLike] = None,
             method: str = "model", interval: Optional[float] = None, device: Optional[str] = None,
             strict: bool = False) -> Evaluation:
    """
    Predictions of a platform beside measurements: of `layers` (CSV files of measured layers), of `networks` (a CSV file of
    measured networks, whose files are among `files` or named in it; `layers` then are theirs, measured alone), or those of a
    `table` with columns predicted and actual, which needs no platform. `device` keeps only rows whose device contains it.
    A LeftOutWarning says what could not be used.
    """
    files = list(files)
    if files and networks is None:
        raise ArgumentError("files go with networks: they are those that were measured")
    if table is not None:
        if layers is not None or networks is not None:
            raise ArgumentError("a table goes with neither layers nor networks")
        return Evaluation(create("np_evaluation *", lib.np_evaluate_table, lib.np_evaluation_free, encode(table)))
    if layers is None and networks is None:
        raise ArgumentError("layers, networks or a table was expected: what to compare predictions with")
    loaded = load_platform(platform, method=method, interval=interval)
    rows = None if layers is None else load_layers(layers, device)
    if networks is not None:
        return _evaluate_networks(networks, files, rows, loaded, device, strict)
    made = create("np_evaluation *", lib.np_evaluate_layers, lib.np_evaluation_free, loaded._handle, rows)
    return Evaluation(made, loaded, rows)
