#!/usr/bin/env python3
"""Fails when a room of src/ includes a room that is not below it, or when a door looks behind the public headers."""
import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)


def read_floors(path):
    floors = {}
    for line in path.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            room, floor = line.split()
            floors[room] = int(floor)
    return floors


def check_room(root, room, floors):
    for path in sorted((root / "src" / room).glob("*.[ch]")):
        for target in INCLUDE.findall(path.read_text()):
            other = target.split("/")[0]
            if "/" not in target:
                yield f"{path.relative_to(root)}: \"{target}\" must be included with its room's name"
            elif other not in floors:
                yield f"{path.relative_to(root)}: \"{target}\" is in no room of src/FLOORS"
            elif other != room and floors[other] >= floors[room]:
                yield f"{path.relative_to(root)} (floor {floors[room]}) includes {target} (floor {floors[other]})"


def check_doors(root, floors):
    for path in sorted((root / "cli").glob("*.[ch]")):
        for target in INCLUDE.findall(path.read_text()):
            if target.split("/")[0] in floors and target.split("/")[0] != "cli":
                yield f"{path.relative_to(root)} includes {target}: the doors see only <neuralpower/...>"


def check_names(root):
    seen = {}
    for path in sorted(root.glob("src/*/*.[ch]")):
        if path.name in seen:
            yield f"{path.relative_to(root)} has the name of {seen[path.name].relative_to(root)}"
        seen[path.name] = path


def main():
    root = pathlib.Path(sys.argv[1])
    floors = read_floors(root / "src" / "FLOORS")
    rooms = {p.name for p in (root / "src").iterdir() if p.is_dir()}
    faults = [f"src/{room} is missing from src/FLOORS" for room in sorted(rooms - floors.keys())]
    for room in sorted(rooms & floors.keys()):
        faults += check_room(root, room, floors)
    faults += check_doors(root, floors)
    faults += check_names(root)
    print("\n".join(faults) or "every room includes only what lies below it")
    return bool(faults)


sys.exit(main())
