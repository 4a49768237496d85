#!/usr/bin/env python3
"""Fails when a page is not one whole file: its JSON another than the command's, names become markup, it refers to something
outside, or its table for readers without scripts lacks rows. Needs no browser.

    check_text.py PROGRAM
"""
import base64
import hashlib
import html.parser
import json
import pathlib
import re
import sys
import tempfile

import reports

VOID = {"meta", "link", "br", "img", "input", "hr"}
TAGS = {"html", "head", "meta", "title", "link", "style", "body", "main", "h1", "h2", "p", "div", "table", "thead", "tbody", "tr", "th", "td",
        "footer", "script"}


class Reader(html.parser.HTMLParser):
    """Elements in order, open ones, and the text of each kind."""

    def __init__(self):
        super().__init__()
        self.open, self.seen, self.texts, self.attributes, self.faults = [], [], {}, [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")

    def handle_data(self, data):
        if self.open:
            self.texts.setdefault(self.open[-1], []).append(data)


def digest(text):
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def check_report(page):
    embedded = page.embedded()
    if re.search("[<\u2028\u2029]", embedded):
        yield "its JSON holds what could end the script"
    plain = embedded.replace("\\u003c", "<").replace("\\u2028", "\u2028").replace("\\u2029", "\u2029")
    if plain != page.json_text:
        yield "its JSON is not the command's"
    if json.loads(embedded) != page.report:
        yield "its JSON reads as something else"


def check_markup(page, reader):
    yield from reader.faults
    if reader.open:
        yield f"not closed: {reader.open}"
    if set(reader.seen) - TAGS:
        yield f"elements from names: {set(reader.seen) - TAGS}"
    if reader.seen.count("script") != 2 or reader.seen.count("style") != 1:
        yield "scripts or styles too many"
    for tag, name, value in reader.attributes:
        if name.startswith("on") or name == "style" or (name in ("src", "href") and value != "data:,"):
            yield f"<{tag} {name}={value}>"
    if re.search("[\u202a-\u202e\u2066-\u2069]", page.text.replace(page.embedded(), "")):
        yield "marks that turn the direction of writing"


def check_policy(reader):
    policy = next(value for tag, name, value in reader.attributes if name == "content" and "default-src" in value)
    if "default-src 'none'" not in policy:
        yield "its policy lets something through"
    for tag in ("style", "script"):
        if digest("".join(reader.texts[tag][-1:])) not in policy:
            yield f"its policy refuses its own {tag}"


def check_table(page, reader):
    if reader.seen.count("tr") != page.rows + 1:
        yield f"{reader.seen.count('tr')} rows in its table, {page.rows + 1} were expected"
    if reader.seen.count("h1") != 1:
        yield "not one h1"


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        pages = reports.make_pages(program, folder)
        faults = []
        for name, page in pages.items():
            reader = Reader()
            reader.feed(page.text)
            reader.close()
            for found in (check_report(page), check_markup(page, reader), check_policy(reader), check_table(page, reader)):
                faults += [f"{name}: {fault}" for fault in found]
    print("\n".join(faults) or f"{len(pages)} pages, whole")
    return bool(faults) or not pages


sys.exit(main())
