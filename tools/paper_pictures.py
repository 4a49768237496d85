"""Pictures for docs/paper.md: bars in groups, and a map of counts. They stand alone, light or dark as the reader has it."""

import math
from xml.sax.saxutils import escape

WIDTH = 860
LEFT, RIGHT = 62, 10  # of the plots

STYLE = """<style>
.paper{font-family:system-ui,sans-serif;font-size:12px;max-width:100%;height:auto}
.paper text{fill:#1f2328}.paper .back{fill:#ffffff}.paper .soft{fill:#59636e}
.paper .name{font-size:14px;font-weight:600}.paper .end{text-anchor:end}.paper .mid{text-anchor:middle}
.paper .grid{stroke:#d5dbe2}.paper .axis{stroke:#7d8792}.paper .frame{fill:none;stroke:#c4570a;stroke-width:1.5}
.paper .measured{fill:#59636e}.paper .default{fill:#0a5cc2}.paper .roofline{fill:#7fb2ec}.paper .polynomial{fill:#c4570a}
.paper .paleo{fill:#0b7d6b}
@media (prefers-color-scheme:dark){.paper text{fill:#e6edf3}.paper .back{fill:#0d1117}.paper .soft{fill:#9aa4b0}
.paper .grid{stroke:#2d343d}.paper .axis{stroke:#7d8792}.paper .frame{stroke:#f0883e}
.paper .measured{fill:#b8c1cb}.paper .default{fill:#58a6ff}.paper .roofline{fill:#2f6fb5}.paper .polynomial{fill:#f0883e}
.paper .paleo{fill:#3fb9a0}}
</style>
"""


def short(value):
    """Three digits, for labels and hidden titles."""
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


class Picture:
    """An SVG that grows downwards; `top` is where the next panel begins."""

    def __init__(self, title, description):
        self.title, self.description, self.parts, self.top = title, description, [], 8

    def add(self, text):
        self.parts.append(text)

    def text(self, x, y, text, kind="", more=""):
        self.add(
            f'<text x="{x:.1f}" y="{y:.1f}"{f" class={chr(34)}{kind}{chr(34)}" if kind else ""}{more}>{escape(text)}</text>'
        )

    def rect(self, x, y, width, height, kind, title="", more=""):
        inside = f"><title>{escape(title)}</title></rect>" if title else "/>"
        self.add(f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"{more}{inside}')

    def line(self, x1, y1, x2, y2, kind):
        self.add(f'<path class="{kind}" d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}"/>')

    def head(self, name, remark):
        self.text(8, self.top + 16, name, "name")
        self.text(8, self.top + 34, remark, "soft")
        self.top += 44

    def legend(self, series):
        x = LEFT
        for name, kind in series:
            self.rect(x, self.top + 1, 11, 11, kind)
            self.text(x + 16, self.top + 11, name, "soft")
            x += 34 + 6.6 * len(name)
        self.top += 24

    def write(self, path):
        height = self.top + 8
        path.write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" class="paper" width="{WIDTH}" height="{height:.0f}" '
            f'viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-labelledby="title desc">\n'
            f'<title id="title">{escape(self.title)}</title>\n<desc id="desc">{escape(self.description)}</desc>\n'
            f'{STYLE}<rect class="back" width="{WIDTH}" height="{height:.0f}"/>\n' + "\n".join(self.parts) + "\n</svg>\n"
        )


def ticks(most):
    """Round values from 0 to at least `most`, three to six of them."""
    step = 10 ** math.floor(math.log10(most))
    step = next(step * part for part in (0.2, 0.5, 1, 2) if most <= 5 * step * part)
    return [step * i for i in range(math.ceil(most / step) + 1)]


def bars(picture, name, remark, unit, labels, series, height=170, slanted=True):
    """A panel of bars in groups; a series is (its name, its colour's class, a value or None for every label)."""
    picture.head(name, remark)
    if len(series) > 1:
        picture.legend([(words, kind) for words, kind, _ in series])
    marks = ticks(max(value for _, _, values in series for value in values if value is not None))
    base = picture.top + 6 + height
    for mark in marks:
        y = base - height * mark / marks[-1]
        picture.line(LEFT, y, WIDTH - RIGHT, y, "grid" if mark else "axis")
        picture.text(LEFT - 6, y + 4, f"{mark:g} {unit}" if mark == marks[-1] else f"{mark:g}", "soft end")
    slot = (WIDTH - RIGHT - LEFT) / len(labels)
    bar = min(26 if len(series) > 1 else 40, 0.8 * slot / len(series))
    for i, label in enumerate(labels):
        middle = LEFT + slot * (i + 0.5)
        there = [(words, kind, values[i]) for words, kind, values in series if values[i] is not None]
        for j, (words, kind, value) in enumerate(there):
            tall = height * value / marks[-1]
            picture.rect(
                middle + bar * (j - len(there) / 2),
                base - tall,
                bar,
                tall,
                kind,
                f"{label}, {words}: {short(value)} {unit}".rstrip(),
            )
        if slanted:
            picture.text(middle + 4, base + 14, label, "end", f' transform="rotate(-40 {middle + 4:.1f} {base + 14:.1f})"')
        else:
            picture.text(middle, base + 18, label, "mid")
    picture.top = base + (20 + 5.2 * max(map(len, labels)) if slanted else 30) + 12


def counts(picture, name, remark, cells, edges, steps, unit, marked):
    """A map of counts: rows of cells along a logarithmic axis. `cells` is {(row, step): count}, `edges` the rows' lower and upper
    ends, `steps` the value at which each step begins; `marked` is (row, words): a row with a frame and what it shows."""
    picture.head(name, remark)
    row_height, left = 9, LEFT
    rows = range(edges[0], edges[1])
    first, last = min(step for _, step in cells), max(step for _, step in cells) + 1
    across = (WIDTH - RIGHT - left - 120) / (last - first)
    most = max(cells.values())
    base = picture.top + row_height * len(rows)
    for (row, step), count in sorted(cells.items()):
        picture.rect(
            left + across * (step - first),
            base - row_height * (row - edges[0] + 1),
            across,
            row_height,
            "default",
            f"error {row} to {row + 1} %, {short(steps(step))} to {short(steps(step + 1))} {unit}: {count}",
            f' fill-opacity="{0.12 + 0.88 * math.log(count + 1) / math.log(most + 1):.2f}"',
        )
    for row in rows:
        if row % 5 == 0:
            y = base - row_height * (row - edges[0])
            picture.text(left - 6, y + 4, f"{row} %", "soft end")
    for decade in (1, 2, 5, 10, 20, 50):
        x = left + across * (math.log(decade) / math.log(steps(1) / steps(0)) - first)
        if left <= x <= WIDTH - RIGHT - 120:
            picture.line(x, base, x, base + 5, "axis")
            picture.text(x, base + 18, f"{decade} {unit}", "soft mid")
    picture.line(left, base, WIDTH - RIGHT - 120, base, "axis")
    inside = [step for row, step in cells if row == marked[0]]
    y = base - row_height * (marked[0] - edges[0] + 1)
    picture.rect(
        left + across * (min(inside) - first) - 1, y - 1, across * (max(inside) + 1 - min(inside)) + 2, row_height + 2, "frame"
    )
    picture.text(WIDTH - RIGHT - 112, y + row_height, marked[1])
    picture.top = base + 34
