"""
Calls of the C library: its errors become exceptions, what it creates is freed with the last reference to it. cffi releases
the interpreter's lock during every call, so threads run beside it.

To use a function that a public header declares, call it here as `call(lib.np_..., arguments...)`; a function that creates
something through its out pointer is called by `create("np_thing *", lib.np_thing_make, lib.np_thing_free, arguments...)`,
and one that makes a text by `text_of(lib.np_thing_write, arguments...)`. The error comes last and is passed by these.
Functions without an np_error are called as they are: `lib.np_...(...)`. Nothing is declared twice: make_core.py takes the
headers as they are, and `_core.lib` has all of them.
"""
from __future__ import annotations

import os
from typing import Any, Callable, Optional, TypeVar, Union

from . import errors
from ._core import ffi, lib

PathLike = Union[str, "os.PathLike[str]"]
_Self = TypeVar("_Self")

_KINDS: dict[int, type[errors.NeuralPowerError]] = {
    lib.NP_ERR_ARGUMENT: errors.ArgumentError,
    lib.NP_ERR_MEMORY: errors.OutOfMemoryError,
    lib.NP_ERR_IO: errors.FileError,
    lib.NP_ERR_UNSUPPORTED: errors.UnsupportedError,
    lib.NP_ERR_UNAVAILABLE: errors.UnavailableError,
}  # all others are an InputError


def text(pointer: Any) -> str:
    """A text of the library, which may quote a file that is not UTF-8."""
    found: bytes = ffi.string(pointer)
    return found.decode("utf-8", "replace")


def encode(path: PathLike) -> bytes:
    return os.fsencode(path)


def _error(err: Any) -> errors.NeuralPowerError:
    path = os.fsdecode(ffi.string(err.path)) or None
    kind = _KINDS.get(err.status, errors.InputError)
    if kind is errors.FileError and path and not os.path.exists(path):
        kind = errors.MissingFileError
    whole = ffi.new("char[1024]")
    lib.np_error_format(err, whole, 1024)
    return kind(text(err.message), status=text(lib.np_status_name(err.status)), path=path, line=err.line or None,
                column=err.column or None, offset=err.offset if err.has_offset else None, text=text(whole))


class Held:
    """What holds memory of the library, that never changes: copies are the thing itself, and it cannot travel."""

    def __copy__(self: _Self) -> _Self:
        return self

    def __deepcopy__(self: _Self, memo: Any) -> _Self:
        return self

    def __reduce__(self) -> Any:
        raise TypeError(f"a {type(self).__name__} holds memory of the library and cannot be pickled: pass on the to_dict() of a result, "
                        "the file of a network, the name or file of a platform")


def call(function: Callable[..., Any], *arguments: Any) -> None:
    """Calls a function that returns np_status and takes an np_error last."""
    err = ffi.new("np_error *")
    if function(*arguments, err) != lib.NP_OK:
        raise _error(err)


def create(kind: str, function: Callable[..., Any], free: Callable[..., Any], *arguments: Any) -> Any:
    """Calls a function that creates a `kind` ("np_network *") through the out pointer that follows its arguments."""
    out = ffi.new(kind + "*")
    call(function, *arguments, out)
    return ffi.gc(out[0], free)


def text_of(function: Callable[..., Any], *arguments: Any) -> str:
    """Calls a function that makes a text through two out pointers, for the text and its size."""
    out, size = ffi.new("char **"), ffi.new("size_t *")
    call(function, *arguments, out, size)
    made: bytes = ffi.buffer(out[0], size[0])[:]
    lib.free(out[0])
    return made.decode("utf-8", "replace")


def words(items: list[bytes]) -> tuple[Any, list[Any]]:
    """An array of texts, and what must be kept as long as it is used."""
    kept = [ffi.new("char[]", item) for item in items]
    return ffi.new("char *[]", kept), kept


def optional_word(word: Optional[str]) -> Any:
    """A text that may be None, which is NULL."""
    return ffi.NULL if word is None else ffi.new("char[]", word.encode())
