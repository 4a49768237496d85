#!/usr/bin/env python3
"""Turns the page's template, style and scripts into the C array that src/report/page.h declares.

    bundle.py VERSION OUTPUT.c bundle.py page.html page.css SCRIPT.js...

The template holds @VERSION@, @STYLE@, @STYLE_HASH@, @SCRIPT@ and @SCRIPT_HASH@, which are filled in here, and @TITLE@, @TABLE@
and @REPORT@, in that order, which every report fills in. The hashes go into the page's content security policy: only this
style and this script are obeyed, whatever a report holds.
"""
import base64
import hashlib
import pathlib
import re
import sys

HOLES = r"@TITLE@|@TABLE@|@REPORT@"


def digest(text):
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def join(version, template, style, scripts):
    script = "(() => {\n\"use strict\";\n" + "".join(scripts) + "})();\n"
    # Either would end its element early.
    assert "</script" not in script and "<!--" not in script and "</style" not in style
    words = {"VERSION": version, "STYLE": style, "STYLE_HASH": digest(style), "SCRIPT": script, "SCRIPT_HASH": digest(script)}
    page = re.sub("@(" + "|".join(words) + ")@", lambda match: words[match[1]], template)
    assert re.findall(HOLES, page) == ["@TITLE@", "@TABLE@", "@REPORT@"], "holes of the template"
    return re.split(HOLES, page)


def write_array(name, data):
    lines = [",".join(str(byte) for byte in data[at:at + 32]) for at in range(0, len(data), 32)]
    return f"static const unsigned char {name}[] = {{\n" + ",\n".join(lines) + "};\n"


def main():
    version, output, _, template, style, *scripts = sys.argv[1:]
    read = lambda path: pathlib.Path(path).read_text(encoding="utf-8")
    parts = [part.encode() for part in join(version, read(template), read(style), map(read, scripts))]
    text = "/* Made by src/report/page/bundle.py. */\n#include \"report/page.h\"\n\n"
    text += "".join(write_array(f"PART_{i}", part) for i, part in enumerate(parts))
    text += "const np_page_part np_page_parts[NP_PAGE_PARTS] = {\n"
    text += "".join(f"\t{{PART_{i}, sizeof PART_{i}}},\n" for i in range(len(parts))) + "};\n"
    pathlib.Path(output).write_text(text)


main()
