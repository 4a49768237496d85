"""
Architectures by the million: Arrow data in, Arrow data out. The C library reads the texts in the producer's own buffers, so
no row becomes a Python object, and none is copied.
"""
from __future__ import annotations

import ctypes
import importlib
from typing import Any, Iterator, Optional, Sequence

from ._call import call, create
from ._core import ffi, lib
from ._platform import DEFAULT_PLATFORM, PlatformLike, load_platform
from .errors import ArgumentError

_pointer_of = ctypes.pythonapi.PyCapsule_GetPointer
_pointer_of.restype = ctypes.c_void_p
_pointer_of.argtypes = [ctypes.py_object, ctypes.c_char_p]


def _pyarrow() -> Any:
    try:
        return importlib.import_module("pyarrow")  # it has no type hints
    except ImportError as error:
        raise ImportError("scores are a pyarrow.RecordBatch: pip install pyarrow") from error


def _address(pointer: Any) -> int:
    return int(ffi.cast("uintptr_t", pointer))


def result_schema() -> Any:
    """The columns of scores, a pyarrow.Schema: numbers (float64), and `error` (utf8), which says of a row why it has none."""
    schema = ffi.new("struct ArrowSchema *")
    call(lib.np_arrow_result_schema, schema)
    return _pyarrow().Schema._import_from_c(_address(schema))  # takes it over


class Scorer:
    """
    Predicts Arrow data on a platform, an architecture per row. A Scorer remembers the layers it has seen, so use one for all
    batches of a search. Threads may share it, and run beside each other.

        >>> scorer = neuralpower.Scorer("xeon-5120-pytorch", keep=["id"])
        >>> scores = scorer(batch)  # id, runtime_ms, runtime_ms_low, ..., energy_per_item_mj, ..., error

    `column` is the one with the networks, one JSON object "neuralpower/network/1" a row (docs/searching.md), as utf8,
    large_utf8, utf8_view or binary. `batch` sets the items per forward pass of every network. Columns named by `keep` stand
    before the scores, as they are. `method` and `interval` are those of load_platform().
    """

    def __init__(self, platform: PlatformLike = DEFAULT_PLATFORM, *, column: str = "network", batch: Optional[int] = None,
                 keep: Sequence[str] = (), method: str = "model", interval: Optional[float] = None) -> None:
        if batch is not None and batch < 1:
            raise ArgumentError(f"batch {batch}: a number from 1 was expected")
        self.platform = load_platform(platform, method=method, interval=interval)
        self._column = ffi.new("char[]", column.encode())
        self._options = ffi.new("np_arrow_options *", {"column": self._column, "batch": batch or 0})
        self._schema = result_schema()
        self._keep = list(keep)
        self._idle: list[Any] = []  # predictors; each is for one thread at a time
        twice = [name for name in self._keep if name in self._schema.names]
        if twice:
            raise ArgumentError(f"keep: '{twice[0]}' is a column of the scores")

    def __call__(self, data: Any) -> Any:
        """
        The scores of `data`, row by row in its order: a pyarrow.RecordBatch of a record batch or of anything else that has
        __arrow_c_array__; a pyarrow.RecordBatchReader, which scores as it is read, of a pyarrow.RecordBatchReader; a
        pyarrow.Table of a table, a data frame, or anything else that has __arrow_c_stream__.

        A row that is null or cannot be read is null in all columns but `error`, and the next follows. InputError when the data
        lack the column or it is not of texts.
        """
        pyarrow = _pyarrow()
        if hasattr(data, "__arrow_c_array__"):
            return self._score(data)
        if not hasattr(data, "__arrow_c_stream__"):
            raise TypeError(f"Arrow data (__arrow_c_array__ or __arrow_c_stream__) were expected, not {type(data).__name__}")
        reader = pyarrow.RecordBatchReader.from_stream(data)
        fields = [reader.schema.field(name) for name in self._kept(reader.schema)]
        scores = pyarrow.RecordBatchReader.from_batches(pyarrow.schema(fields + list(self._schema)), self._each(reader))
        return scores if isinstance(data, pyarrow.RecordBatchReader) else scores.read_all()

    def _kept(self, schema: Any) -> list[str]:
        missing = [name for name in self._keep if name not in schema.names]
        if missing:
            raise ArgumentError(f"keep: the data have no column '{missing[0]}'")
        return self._keep

    def _each(self, reader: Any) -> Iterator[Any]:
        for batch in reader:
            yield self._score(batch)

    def _score(self, data: Any) -> Any:
        pyarrow = _pyarrow()
        schema, array = data.__arrow_c_array__()  # capsules, which give the data back when they go
        scores = ffi.new("struct ArrowArray *")
        predictor = self._take()
        try:
            call(lib.np_arrow_score, predictor, ffi.cast("struct ArrowSchema *", _pointer_of(schema, b"arrow_schema")),
                 ffi.cast("struct ArrowArray *", _pointer_of(array, b"arrow_array")), self._options, scores)
        finally:
            self._idle.append(predictor)
        batch = pyarrow.RecordBatch._import_from_c(_address(scores), self._schema)  # takes them over
        if not self._keep:
            return batch
        data = pyarrow.record_batch(data)
        names = self._kept(data.schema)
        columns = [data.column(name) for name in names] + batch.columns
        fields = [data.schema.field(name) for name in names] + list(self._schema)
        return pyarrow.RecordBatch.from_arrays(columns, schema=pyarrow.schema(fields))

    def _take(self) -> Any:
        try:
            return self._idle.pop()
        except IndexError:
            return create("np_predictor *", lib.np_predictor_create, lib.np_predictor_free, self.platform._handle, 0)


def score(data: Any, *, platform: PlatformLike = DEFAULT_PLATFORM, column: str = "network", batch: Optional[int] = None,
          keep: Sequence[str] = (), method: str = "model", interval: Optional[float] = None) -> Any:
    """
    Predicts Arrow data, an architecture per row: `Scorer(platform, ...)(data)`, which says more. Make a Scorer for more than one
    batch.
    """
    return Scorer(platform, column=column, batch=batch, keep=keep, method=method, interval=interval)(data)
