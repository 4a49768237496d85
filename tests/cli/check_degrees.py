#!/usr/bin/env python3
"""Fails when the picture of degrees is not a well-formed SVG that stands alone and shows the numbers of the CSV file.

    check_degrees.py PROGRAM ROWS.csv
"""
import csv
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as tree

SVG = "{http://www.w3.org/2000/svg}"
NAME = 'a "platform" <&> \x01 of one'
WIDTH = 400


def learn(program, rows, folder, threads):
    out = [f"--degrees={folder / ('degrees.' + form)}" for form in ("svg", "csv", "json")]
    subprocess.run([program, "fit", "-q", "--method", "paper", "--features", "text", "--name", NAME, "--threads", threads,
                    "-o", folder / "x.json", *out, rows], check=True, capture_output=True)
    return {form: (folder / f"degrees.{form}").read_bytes() for form in ("svg", "csv", "json")}


def check_frame(root, source):
    if root.tag != SVG + "svg" or root.get("role") != "img":
        yield "the root is no svg with the role of an image"
    named = [element.get("id") for element in (root.find(SVG + "title"), root.find(SVG + "desc")) if element is not None]
    if root.get("aria-labelledby", "").split() != named or len(named) != 2:
        yield "title and desc do not label the picture"
    if 'a "platform" <&> ? of one' not in (root.findtext(SVG + "title") or ""):
        yield "the platform's name is not in the title"
    if root.get("viewBox") != f"0 0 {WIDTH} {root.get('height')}":
        yield "viewBox and height differ"
    if "prefers-color-scheme:dark" not in source:
        yield "there are no dark colours"
    if re.search(r"(href|src|url\(|@import|<script)", source):
        yield "it refers to something outside"


def check_letters(root, source):
    """At 400 units wide nothing is smaller than 10 units, and nothing lies outside."""
    sizes = [float(size) for size in re.findall(r"font-size:([\d.]+)px", source)]
    if not sizes or min(sizes) < 10:
        yield "letters under 10 px"
    for element in root.iter():
        for key, most in (("x", WIDTH), ("y", float(root.get("height")))):
            if not 0 <= float(element.get(key, 0)) <= most:
                yield f"{element.tag} lies outside: {key} = {element.get(key)}"


def expected_title(row):
    begin = f"{row['type']} {row['target']}, degree {row['degree']}: "
    if not row["cv_rmse"]:
        return f"{begin}not tried, {row['terms_offered']} terms are too many"
    unit = "W" if row["target"] == "power_w" else "ms"
    return (f"{begin}RMSE {row['cv_rmse']} {unit}, RMSPE {row['cv_rmspe']}, {row['terms']} of {row['terms_offered']} terms" +
            (", chosen" if row["chosen"] == "true" else ""))


def check_bars(root, rows):
    """Each degree is drawn twice, RMSE then RMSPE, its bar as tall as its share of the largest of its model."""
    groups = [g for g in root.iter(SVG + "g") if g.find(SVG + "title") is not None]
    drawn = {}
    for group in groups:
        drawn.setdefault(group.findtext(SVG + "title"), []).append(group)
    if set(drawn) != {expected_title(row) for row in rows} or any(len(two) != 2 for two in drawn.values()):
        yield "the bars are not those of the CSV file"
        return
    for row in rows:
        peers = [r for r in rows if (r["type"], r["target"]) == (row["type"], row["target"]) and r["cv_rmse"]]
        for group, key in zip(drawn[expected_title(row)], ("cv_rmse", "cv_rmspe")):
            bar = group.find(SVG + "rect")
            if (bar is None) != (not row[key]):
                yield f"{expected_title(row)}: a bar is missing, or one too many"
            elif row[key]:
                share = float(row[key]) / max(float(r[key]) for r in peers)
                if abs(float(bar.get("height")) - 54 * share) > 0.051:
                    yield f"{expected_title(row)}: the bar is {bar.get('height')} tall"
            if (group.get("class") == "chosen") != (row["chosen"] == "true"):
                yield f"{expected_title(row)}: marked wrongly"


def same(value, text):
    """Whether a value of JSON is what a field of CSV says."""
    if value is None or isinstance(value, bool):
        return text == {None: "", True: "true", False: "false"}[value]
    return value == text if isinstance(value, str) else value == float(text)


def check_json(report, rows):
    for entry, row in zip(report["degrees"], rows, strict=True):
        for key, text in row.items():
            if key != "platform" and not same(entry[key], text):
                yield f"JSON has {key} = {entry[key]}, CSV {text}"


def main():
    program, data = sys.argv[1:3]
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        files = learn(program, data, pathlib.Path(one), "1")
        faults = [f"degrees.{form} depends on the threads" for form, text in learn(program, data, pathlib.Path(two), "3").items()
                  if text != files[form]]
    source = files["svg"].decode()
    root = tree.fromstring(source)
    rows = list(csv.DictReader(files["csv"].decode().splitlines()))
    for found in (check_frame(root, source), check_letters(root, source), check_bars(root, rows),
                  check_json(json.loads(files["json"]), rows)):
        faults += found
    print("\n".join(faults) or f"{len(rows)} degrees, drawn as they are")
    return bool(faults) or len(rows) < 6


sys.exit(main())
