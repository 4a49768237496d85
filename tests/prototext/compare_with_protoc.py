#!/usr/bin/env python3
"""Holds our parser of the protobuf text format against protoc: random texts, half of them damaged by one character, must
be accepted by both or refused by both. Arguments: the program `accepts`, how many texts, a seed."""
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
SCHEMA = """syntax = "proto2";
enum E { ONE = 1; two = 2; }
message M { repeated int64 a = 1; repeated string s = 2; repeated M m = 3; repeated E e = 4; repeated double f = 5; }
"""
VALUES = {
    "a": ["0", "1", "-12", "0x1F", "-0Xa", "017", "9000000000", "- 3", "007"],
    "s": ['"x"', "'y z'", '"a" "b"', "'\\n\\t\\\\'", '"\\101\\x41"', "'\"'", '"# { }"', '""', "'\\u00e9'", '"\\U0001F600"'],
    "e": ["ONE", "two", "1", "2"],
    "f": ["1", "1.5", "-.25", "2.", "1e3", "1E-2", "3f", "1.5e+2F", "inf", "-inf", "nan", "-nan", "Infinity", "-Infinity", "-INF", "- 1.0"],
}
DAMAGE = ":{}<>[],;\"'#-. \n\\0x1\te"


def blank(rng):
    return rng.choice(["", "", " ", " ", "\n", "\t", "  ", " # note\n"])


def field(rng, depth):
    name = rng.choice("asmef" if depth < 4 else "asef")
    gap = rng.choice([" ", "\n", " # note }\n"])
    end = rng.choice(["", ",", ";", " ,"]) + rng.choice([" ", "\n"])
    if name == "m":
        opening, closing = rng.choice(["{}", "<>"])
        body = opening + blank(rng) + message(rng, depth + 1) + closing
        if rng.random() < 0.15:
            body = "[" + ", ".join([body] * rng.randint(1, 2)) + "]"
            return f"m{rng.choice(['', ':'])}{gap}{rng.choice([body, body, '[]'])}{end}"
        return f"m{rng.choice(['', ':', ' :', ' '])}{gap}{body}{end}"
    if rng.random() < 0.2:
        values = ("," + blank(rng)).join(rng.choice(VALUES[name]) for _ in range(rng.randint(0, 3)))
        return f"{name}:{gap}[{values}]{end}"
    return f"{name}{blank(rng)}:{blank(rng)}{rng.choice(VALUES[name])}{end}"


def message(rng, depth=0):
    return "".join(field(rng, depth) for _ in range(rng.randint(0, 4)))


def damage(rng, text):
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice([text[at + 1:], rng.choice(DAMAGE) + text[at:], rng.choice(DAMAGE) + text[at + 1:]])


def protoc_accepts(path, folder):
    with open(path, "rb") as text:
        run = subprocess.run(["protoc", "--encode=M", f"--proto_path={folder}", "schema.proto"], stdin=text, capture_output=True)
    return run.returncode == 0, run.stderr.decode(errors="replace").strip()


BLANKS = r"(\s|#[^\n]*\n)*"
# A list without a colon is of messages; an empty one does not show what it is of.
EMPTY_LIST = re.compile(rf"\b[asef]{BLANKS}\[{BLANKS}\]")


def beyond_syntax(complaint, text):
    """What protoc refuses for its schema: types and names, of which our parser knows nothing."""
    if 'Expected ":", found "["' in complaint:
        return EMPTY_LIST.search(text)
    return any(words in complaint for words in ("Expected integer", "Expected double", "has no field named",
                                                "Unknown enumeration", "Expect a decimal number", "Expected string",
                                                "Expected \"{\", found"))


def main():
    if not shutil.which("protoc"):
        print("protoc is not here: skipped")
        return SKIPPED
    accepts, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    rng, faults, accepted, unclear = random.Random(seed), [], 0, 0
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "schema.proto").write_text(SCHEMA)
        paths = []
        for i in range(count):
            text = message(rng)
            paths.append(pathlib.Path(folder) / f"{i}.txt")
            paths[-1].write_text(damage(rng, text) if i % 2 else text)
        ours = subprocess.run([accepts], input="\n".join(map(str, paths)), text=True, capture_output=True, check=True)
        for path, verdict in zip(paths, ours.stdout.splitlines(), strict=True):
            theirs, complaint = protoc_accepts(path, folder)
            accepted += theirs
            if (verdict == "yes") == theirs:
                continue
            if not theirs and beyond_syntax(complaint, path.read_text()):
                unclear += 1
                continue
            faults.append(f"{path.read_text()!r}\n  ours: {verdict}\n  protoc: {theirs} {complaint}")
    print("\n".join(faults))
    print(f"{count} texts, {accepted} accepted by protoc, {len(faults)} judged differently, {unclear} refused by protoc for its"
          " schema")
    return 1 if faults or accepted < count / 3 else 0


if __name__ == "__main__":
    sys.exit(main())
