#!/usr/bin/env python3
"""Manual pages of the library, section 3, from the comments of the public headers.

    make_api_pages.py HEADERS --list                       the names of the pages
    make_api_pages.py HEADERS --version 0.1.0 --out DIR    writes them

neuralpower(3) is made from neuralpower.h, neuralpower-NAME(3) from NAME.h. What a header says is taken as it stands:
the comment that begins it is the description, every other comment goes with the declarations that follow it.
"""
import argparse
import pathlib
import re

DATE = "2026-11-26"
ESCAPES = {"\\": "\\e", "-": "\\-", "'": "\\(aq", "~": "\\(ti", "^": "\\(ha", '"': "\\(dq"}
NOISE = re.compile(r"^(#if|#endif|#else|#include|#define (NEURALPOWER_|NP_API|NP_MUST_CHECK|NP_PRINTF)|extern \"C\" \{|\}$)")


def page_name(header):
    return "neuralpower.3" if header.stem == "neuralpower" else f"neuralpower-{header.stem}.3"


def escape(text):
    text = "".join(ESCAPES.get(c, c) for c in text)
    return "\\&" + text if text.startswith(".") else text


class Comment:
    """Paragraphs (lists of lines); a paragraph that is indented is code."""

    def __init__(self, lines):
        lines[-1] = re.sub(r"\s*\*/$", "", lines[-1])
        lines = [re.sub(r"^(/\*| \*) ?", "", line) for line in lines]
        self.paragraphs = [p.split("\n") for p in re.split(r"\n\s*\n", "\n".join(lines).strip("\n")) if p.strip()]

    def section(self):
        """"/* ---- Looking ---- */" is a heading."""
        match = re.fullmatch(r"-{4} (.*?) -{4,}", " ".join(self.paragraphs[0])) if self.paragraphs else None
        return match[1] if match else None

    def sentence(self):
        text = " ".join(line.strip() for line in self.paragraphs[0])
        return re.split(r"(?<!et al)\. ", text)[0].rstrip(".")

    def roff(self):
        for number, lines in enumerate(self.paragraphs):
            if number:
                yield ".PP"
            if all(line.startswith("    ") for line in lines):
                yield ".nf"
                yield from (escape(line) for line in lines)
                yield ".fi"
            else:
                yield from sentences(" ".join(line.strip() for line in lines))


def sentences(text):
    """A sentence a line, as roff wants it."""
    yield from (escape(part) for part in re.split(r"(?<=[.:;]) (?=[A-Z_])", text))


def read_items(lines):
    """Comments and declarations (lists of lines) in order."""
    i = 0
    while i < len(lines):
        line = lines[i]
        if not line.strip() or NOISE.match(line):
            i += 1
            while line.endswith("\\") and i < len(lines):
                line, i = lines[i], i + 1
            continue
        first = i
        if line.startswith("/*"):
            while "*/" not in lines[i]:
                i += 1
            i += 1
            yield Comment(lines[first:i])
            continue
        i = declaration_end(lines, first)
        yield lines[first:i]


def declaration_end(lines, first):
    """A macro goes on while lines end in a backslash, anything else until a semicolon outside braces."""
    depth, i = 0, first
    while i < len(lines):
        line = lines[i]
        i += 1
        if lines[first].startswith("#define"):
            if not line.endswith("\\"):
                break
            continue
        code = re.sub(r"/\*.*?(\*/|$)", "", line).rstrip()
        depth += code.count("{") - code.count("}")
        if depth <= 0 and code.endswith(";"):
            break
    return i


def declaration_roff(lines):
    yield ".nf"
    for line in lines:
        line = re.sub(r"\s*\bNP_(MUST_CHECK|PRINTF\(\d, \d\))", "", line).replace("NP_API ", "")
        line = re.sub(r"\s*\\$", "", line).expandtabs(4).rstrip()
        if line:
            yield "\\fB" + escape(line) + "\\fR"
    yield ".fi"


def body(items):
    comment, begun = None, False  # a paragraph that follows a heading needs no macro
    for item in items:
        if isinstance(item, Comment):
            if item.section():
                yield f".SS {item.section()}"
                comment, begun = None, False
            else:
                comment = item
            continue
        if begun:
            yield ".PP"
        begun = True
        yield from declaration_roff(item)
        if comment:
            yield ".RS"
            yield from comment.roff()
            yield ".RE"
        comment = None


def functions(text):
    return re.findall(r"^NP_API[^(]*?\b(np_\w+)\(", text, re.M)


def make_page(header, version, names):
    text = header.read_text()
    items = list(read_items(text.splitlines()))
    about = items.pop(0)
    name = page_name(header).rsplit(".", 1)[0]
    called = ", ".join([name] + functions(text))
    yield f'.TH {name.upper()} 3 {DATE} "NeuralPower {version}" "Library Functions"'
    yield f".SH NAME\n{escape(called)} \\- {escape(about.sentence())}"
    yield f".SH SYNOPSIS\n.nf\n.B #include <neuralpower/{header.name}>\n.PP\ncc program.c $(pkg\\-config \\-\\-cflags \\-\\-libs neuralpower)\n.fi"
    yield ".SH DESCRIPTION"
    yield from about.roff()
    yield ".SH DECLARATIONS"
    yield from body(items)
    yield ".SH SEE ALSO"
    others = [other for other in names if other != page_name(header)]
    yield "\n".join(f".BR {escape(other[:-2])} (3)," for other in others) + "\n.BR neuralpower (1)"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("headers", type=pathlib.Path)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--version", default="")
    parser.add_argument("--out", type=pathlib.Path)
    options = parser.parse_args()
    headers = sorted(options.headers.glob("*.h"))
    names = [page_name(header) for header in headers]
    if options.list:
        print("\n".join(names))
        return
    for header, name in zip(headers, names):
        (options.out / name).write_text("\n".join(make_page(header, options.version, names)) + "\n")


main()
