"""What all results share: they are the library's own reports, so that their numbers are those of the program."""
from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any, ClassVar, Optional, Union

from . import _notebook as notebook
from ._call import Held, text_of
from ._core import ffi, lib

if TYPE_CHECKING:
    import pandas

# Columns of the reports' CSV forms that hold texts, which must not be taken for numbers.
TEXTS = ("platform", "network", "name", "type", "op", "output", "source", "extrapolated", "target", "method", "missed")


def _value(column: str, word: str) -> Union[str, bool, int, float, None]:
    """A field of a CSV form: as it was written, to the last bit."""
    if not word or column in TEXTS:
        return word or None
    if word in ("true", "false"):
        return word == "true"
    return int(word) if word.lstrip("-").isdigit() else float(word)


class Result(Held):
    """A result of the library, which it can write as a document, a table or a page."""

    _report: ClassVar[Any]  # np_report_...
    _notebook: ClassVar[Any]  # what a notebook shows of it
    _json: Optional[str] = None

    def _subject(self) -> Any:
        """The struct of the library that this is about."""
        raise NotImplementedError

    def _write(self, form: int, verbose: bool = False) -> str:
        subject = self._subject()
        subjects = ffi.new(f"{ffi.typeof(subject).cname.replace('const ', '')}[]", [subject])
        return text_of(type(self)._report, subjects, 1, ffi.new("np_report_options *", {"format": form, "verbose": verbose}))

    def to_json(self) -> str:
        """The document that the program prints with --json."""
        if self._json is None:
            self._json = self._write(lib.NP_REPORT_JSON)
        return self._json

    def to_dict(self) -> dict[str, Any]:
        """The document of to_json(), parsed."""
        document: dict[str, Any] = json.loads(self.to_json())
        return document

    def to_csv(self) -> str:
        """The table that the program prints with --csv."""
        return self._write(lib.NP_REPORT_CSV)

    def to_html(self) -> str:
        """The page that the program writes with --html: one document that needs no other file."""
        return self._write(lib.NP_REPORT_HTML)

    def to_pandas(self) -> pandas.DataFrame:
        """The table of to_csv() as a pandas.DataFrame."""
        try:
            import pandas
        except ImportError as error:
            raise ImportError("to_pandas() needs pandas: pip install pandas") from error
        header, *rows = csv.reader(io.StringIO(self.to_csv()))
        return pandas.DataFrame({name: [_value(name, row[i]) for row in rows] for i, name in enumerate(header)})

    def _repr_html_(self) -> str:
        """For notebooks."""
        return notebook.show(self, type(self)._notebook(self))

    def __str__(self) -> str:
        """The table that the program prints."""
        return self._write(lib.NP_REPORT_TABLE)
