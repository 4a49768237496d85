"""What may go wrong, as exceptions. All are a NeuralPowerError, and each is also the built-in exception it is a kind of."""
from __future__ import annotations

from typing import Any, Optional


class NeuralPowerError(Exception):
    """
    An error of the library. `str()` of it is "FILE:line:column: message" or "FILE: byte N: message", as much as is known;
    its parts are attributes, None where unknown.
    """

    status: str  # "malformed input", "invalid argument"...
    message: str  # what was wrong, and what was expected
    path: Optional[str]
    line: Optional[int]  # from 1
    column: Optional[int]  # from 1
    offset: Optional[int]  # of a byte in a binary file, from 0

    def __init__(self, message: str, *, status: str = "", path: Optional[str] = None, line: Optional[int] = None,
                 column: Optional[int] = None, offset: Optional[int] = None, text: Optional[str] = None) -> None:
        super().__init__(text or message)
        self.status, self.message, self.path = status, message, path
        self.line, self.column, self.offset = line, column, offset

    def __str__(self) -> str:
        return str(self.args[0])  # an OSError would print something else

    def __reduce__(self) -> Any:
        """Exceptions travel between processes, and must arrive with their place."""
        return _restore, (type(self), self.args, self.__dict__)


def _restore(kind: type[NeuralPowerError], args: tuple[Any, ...], attributes: dict[str, Any]) -> NeuralPowerError:
    error = kind(*args)
    error.__dict__.update(attributes)
    return error


class ArgumentError(NeuralPowerError, ValueError):
    """An argument that cannot be: an unknown platform, a batch below 1, a shape for an input that is not there."""


class InputError(NeuralPowerError, ValueError):
    """A file or bytes that cannot be read: malformed, inconsistent, too large, of a newer version."""


class UnsupportedError(InputError):
    """An operator that is not known, where strict=True asked for an error."""


class FileError(NeuralPowerError, OSError):
    """A file that cannot be opened, read or written."""


class MissingFileError(FileError, FileNotFoundError):
    """A file that is not there."""


class UnavailableError(NeuralPowerError, RuntimeError):
    """Something that this machine or this build does not have."""


class OutOfMemoryError(NeuralPowerError, MemoryError):
    """There is not enough memory."""
