#!/usr/bin/env python3
"""Fails when colours of the pages are too near to their grounds, in light, dark or print (WCAG 2.1, 1.4.3 and 1.4.11).

    check_colours.py page.css
"""
import pathlib
import re
import sys

TEXTS = ["text", "soft", "accent", "warn"]
HUES = [f"h{i}" for i in range(10)]
# Pairs and the least contrast: letters 4.5, marks 3.
PAIRS = ([(text, ground, 4.5) for text in TEXTS[:3] for ground in ("card", "ground")] +
         [("accent", "accent-ground", 4.5), ("text", "accent-ground", 4.5), ("warn", "warn-ground", 4.5), ("text", "warn-ground", 4.5)] +
         [("card", "text", 4.5), ("text", "heat", 4.5), ("heat", "card", 3), ("plain", "card", 3), ("other", "card", 3)] +
         [(hue, "card", 3) for hue in HUES] + [("on-hue", hue, 4.5) for hue in HUES])


def luminance(colour):
    parts = [int(colour[at:at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def main():
    blocks = re.findall(r":root \{(.*?)\}", pathlib.Path(sys.argv[1]).read_text(), re.S)
    themes = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)) for block in blocks]
    faults = [] if len(themes) == 3 else ["light, dark and print were expected"]
    for name, theme in zip(("light", "dark", "print"), themes):
        colours = {**themes[0], **theme}
        faults += [f"{name}: {mark} on {ground}: {contrast(colours[mark], colours[ground]):.2f}, {least} is the least"
                   for mark, ground, least in PAIRS if contrast(colours[mark], colours[ground]) < least]
    print("\n".join(faults) or f"{len(themes)} themes, {len(PAIRS)} pairs")
    return bool(faults)


sys.exit(main())
