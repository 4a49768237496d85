"""Where platforms and data sheets lie: directories of the environment, then those that come with the package."""
from __future__ import annotations

import difflib
import os
import pathlib
from typing import Optional

from ._call import PathLike
from .errors import ArgumentError

# The package as it is installed, and the source tree for an editable installation.
_PLACES = (pathlib.Path(__file__).parent, pathlib.Path(__file__).parents[2])


def directories(folder: str) -> list[pathlib.Path]:
    """Of $NEURALPOWER_PLATFORMS or $NEURALPOWER_SHEETS (with ':' between), then the package's own."""
    named = os.environ.get(f"NEURALPOWER_{folder.upper()}", "").split(":")
    return [pathlib.Path(word) for word in named if word] + [place / folder for place in _PLACES if (place / folder).is_dir()]


def names(folder: str) -> list[str]:
    """Of all that lies there, the first of each name, in order."""
    found: dict[str, None] = {}
    for directory in directories(folder):
        found.update(dict.fromkeys(sorted(path.stem for path in directory.glob("*.json") if path.name[0] != ".")))
    return list(found)


def _find(folder: str, name: str) -> Optional[pathlib.Path]:
    paths = (directory / f"{name}.json" for directory in directories(folder))
    return next((path for path in paths if path.exists()), None)


def _plain(name: str) -> str:
    """Sheets are named in small letters, with '_' between words."""
    return name.lower().replace("-", "_").replace(" ", "_")


def path_of(folder: str, name: PathLike) -> PathLike:
    """The file of a platform or a data sheet: a path is taken as it is, a name is looked up."""
    if not isinstance(name, str) or "/" in name or name.endswith(".json"):
        return name
    sheets = folder == "sheets"
    path = _find(folder, _plain(name) if sheets else name)
    if path:
        return path
    what = "data sheet" if sheets else "platform"
    if not sheets and _find("sheets", _plain(name)):
        raise ArgumentError(f"no platform '{name}' was learned, but there is a data sheet: method='roofline' or 'paleo' "
                            "answers from it")
    near = difflib.get_close_matches(name, names(folder), 1)
    hint = f"did you mean '{near[0]}'?" if near else "there are " + ", ".join(names(folder))
    raise ArgumentError(f"no {what} '{name}'; {hint}; a path ends in .json or holds a '/'")
