#!/usr/bin/env python3
"""Opens every page in a headless Chromium and fails when one does not work: errors, requests, numbers that are not the
JSON's, pictures or controls without a name, keys that do nothing, too wide for a narrow window, unreadable contrasts, a long
network that stalls. Skips (exit status 77) where there is no Chromium.

    check_pages.py PROGRAM [--shots FOLDER]      the latter writes pictures of the pages for the documentation; that of the
                                                 notebook too when the Python that runs this has the package neuralpower
"""
import importlib.util
import pathlib
import sys
import tempfile

import reports
from browser import Browser, find_browser

SKIP = 77
SLOW = 4  # times slower than wanted: the machine may be busy
LOAD_MS, TASK_MS = 1500, 300  # of a network of a thousand layers

# ---- the page's numbers, written here a second time ----

SCALES = {
    "ms": [(3600e3, "h"), (60e3, "min"), (1e3, "s"), (1, "ms"), (1e-3, "\u00b5s"), (1e-6, "ns")],
    "w": [(1e3, "kW"), (1, "W"), (1e-3, "mW")],
    "mj": [(1e9, "MJ"), (1e6, "kJ"), (1e3, "J"), (1, "mJ"), (1e-3, "\u00b5J")],
}


def quantity(value, key):
    if value is None:
        return "\u2013"
    scale = SCALES[key.rsplit("_", 1)[1]]
    size, name = next((unit for unit in scale if abs(value) >= unit[0] * 0.9995), scale[-1]) if value else (1, {"ms": "ms", "w": "W", "mj": "mJ"}[key.rsplit("_", 1)[1]])
    scaled = value / size
    digits = 0 if abs(scaled) >= 99.95 or not scaled else 1 if abs(scaled) >= 9.995 else 2
    return f"{scaled:.{digits}f} {name}"


def rows_of(browser, region):
    """Texts of a table's cells, spaces made plain."""
    rows = browser.script("""return [...document.querySelectorAll(arguments[0] + " tbody tr")].map(row =>
        [...row.children].map(cell => { const copy = cell.cloneNode(true); copy.querySelectorAll(".interval").forEach(e => e.remove());
            return copy.textContent; }))""", region)
    return [[cell.replace("\u00a0", " ").strip() for cell in row] for row in rows]


def finish_tables(browser):
    browser.script("dispatchEvent(new Event('beforeprint')); dispatchEvent(new Event('afterprint'))")


def check_predict_numbers(browser, report):
    finish_tables(browser)
    rows = rows_of(browser, "#layers")
    if len(rows) != len(report["layers"]):
        yield f"{len(rows)} rows of layers, {len(report['layers'])} were expected"
    for row, layer in zip(rows, report["layers"]):
        power = report["totals"]["energy_mj"] is not None
        keys = ["runtime_ms", "power_w", "energy_mj"] if power else ["runtime_ms"]
        wanted = ["\u2013" if layer["source"] == "free" else quantity(layer[key], key) for key in keys]
        if row[3:3 + len(keys)] != wanted:
            yield f"layer {layer['index']}: {row} but {wanted}"
    shown = [text.replace("\u00a0", " ") for text in browser.script("return [...document.querySelectorAll('.card .big')].map(e => e.textContent)")]
    for key, text in zip(("runtime_ms", "power_w", "energy_mj"), shown):
        total = report["totals"][key]
        if text != ("unknown" if total is None else quantity(total, key)):
            yield f"{key} is shown as {text}, it is {total}"


def check_network_numbers(browser, report):
    finish_tables(browser)
    for row, score in zip(rows_of(browser, "section"), report["networks"], strict=True):
        wanted = [quantity(score[key], score["target"]) for key in ("predicted", "actual", "sum_of_layers")]
        if row[3:6] != wanted:
            yield f"{row} but {wanted}"


def check_score_numbers(browser, report):
    finish_tables(browser)
    rows = rows_of(browser, "section:last-of-type")
    if len(rows) != len(report["layers"]):
        yield f"{len(rows)} rows, {len(report['layers'])} were expected"
    for row, score in zip(rows, report["layers"]):
        if row[2] != str(score["rows"]):
            yield f"{row}: {score['rows']} rows were expected"
        value = 100 * score["rmspe"]
        digits = 0 if value >= 99.95 or not value else 1 if value >= 9.995 else 2
        if f"{value:.{digits}f} %" not in row:
            yield f"{row} lacks RMSPE {value}"


def check_rows(browser, wanted):
    """Some cells of each row of the page's last table: [(column, text)...] per row."""
    finish_tables(browser)
    rows = rows_of(browser, "section:last-of-type")
    if len(rows) != len(wanted):
        yield f"{len(rows)} rows, {len(wanted)} were expected"
    yield from (f"{row} but {cells}" for row, cells in zip(rows, wanted) if any(row[at] != text for at, text in cells))


def check_compare_numbers(browser, report):
    return check_rows(browser, [[(5 + 2 * i, quantity(estimate["runtime_ms"], "runtime_ms")) for i, estimate in enumerate(layer["estimates"])]
                                for layer in report["layers"]])


def check_rank_numbers(browser, report):
    return check_rows(browser, [[(0, network["network"]), (2, quantity(network["energy_per_item_mj"], "energy_per_item_mj"))]
                                for network in report["networks"]])


def check_sweep_numbers(browser, report):
    keys = ("runtime_ms", "power_w", "energy_mj", "energy_per_item_mj")
    return check_rows(browser, [[(0, str(point["batch"])), *((1 + i, quantity(point[key], key)) for i, key in enumerate(keys))]
                                for point in report["batches"]])


# ---- every page ----

def check_quiet(browser, path):
    """No message of the browser; nothing asked for but the file itself."""
    messages = [entry["message"] for entry in browser.logs("browser")]
    yield from (f"the browser says: {message[:200]}" for message in messages)
    asked = [url[:100] for url in browser.requests() if not url.startswith("data:")]
    if asked != [pathlib.Path(path).resolve().as_uri()]:
        yield f"it asked for {asked}"


def check_drawn(browser):
    if browser.script("return document.querySelector('.kind') === null"):
        yield "it was not drawn"
    if browser.script("return window.pwned || document.scripts.length !== 2 || document.querySelector('main img, main b, main script') !== null"):
        yield "a name became markup"
    broken = browser.script("""return [...document.querySelectorAll("svg [d], svg [x], svg [width], svg [cx], svg [transform], svg [viewBox]")].filter(e =>
        [...e.attributes].some(a => a.name !== "aria-label" && /NaN|undefined|Infinity/.test(a.value))).map(e => e.outerHTML.slice(0, 150))""")
    yield from (f"broken: {text}" for text in broken[:3])


def check_width(browser, width):
    wide = browser.script("return document.documentElement.scrollWidth")
    if wide > width:
        culprit = browser.script("""return [...document.querySelectorAll("body *")].filter(e => !e.closest(".scroll, .plot, .unseen") &&
            e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 100)).slice(-1)[0] || "?" """)
        yield f"{wide} pixels wide in a window of {width}: {culprit}"


def check_names(browser):
    """Every picture and control has a name; every picture stands in a figure whose numbers are in a table."""
    nodes = browser.accessible()
    pictures = browser.script("return document.querySelectorAll('svg[role=img]').length")
    named = [name for role, name in nodes if role in ("image", "img") and len(name) > 10]
    if len(named) != pictures or not pictures:
        yield f"{pictures} pictures, {len(named)} with a name"
    yield from (f"a {role} has no name" for role, name in nodes
                if role in ("button", "tab", "link", "group", "region", "searchbox", "checkbox", "tabpanel", "table", "tablist") and not name)
    if not any(role in ("table", "grid") for role, _ in nodes):
        yield "there is no table"
    heads = browser.script("return [...document.querySelectorAll('h1, h2, h3')].map(e => +e.tagName[1])")
    if heads.count(1) != 1 or any(b > a + 1 for a, b in zip(heads, heads[1:])):
        yield f"levels of headings: {heads}"
    twice = browser.script("const ids = [...document.querySelectorAll('[id]')].map(e => e.id); return ids.filter((id, i) => ids.indexOf(id) !== i)")
    if twice:
        yield f"ids twice: {twice}"


# Text in elements of HTML against the nearest ground that is painted.
CONTRAST = """
const parse = text => { const n = (text.match(/[\\d.]+/g) || []).map(Number); return text.startsWith("color(srgb") ? n.map((v, i) => i < 3 ? v * 255 : v) : n; };
const light = rgb => { const [r, g, b] = rgb.map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
const ground = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.length === 3 || c[3] > 0.5) return c; } return [255, 255, 255]; };
const bad = new Set();
for (const e of document.querySelectorAll("main *, footer *")) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || e.closest("svg, .unseen, [hidden]") || !e.getClientRects().length) continue;
    const a = light(parse(getComputedStyle(e).color).slice(0, 3)), b = light(ground(e).slice(0, 3));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) bad.add(e.tagName + "." + e.className + " " + ratio.toFixed(2));
}
return [...bad];
"""


def check_looks(browser):
    for width in (400, 1400):
        for dark in (False, True):
            browser.look(width, dark=dark)
            browser.script("return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            found = list(check_width(browser, width)) + list(check_drawn(browser))
            found += [f"too little contrast: {text}" for text in browser.script(CONTRAST)]
            yield from (f"at {width}{' dark' if dark else ''}: {fault}" for fault in found)
    browser.look(1400)


def check_paper(browser):
    if not browser.pdf().startswith(b"%PDF-"):
        yield "it does not print"


NUMBERS = {"predict": check_predict_numbers, "predict-google": check_predict_numbers, "predict-dark": check_predict_numbers,
           "predict-long": check_predict_numbers, "predict-hostile": check_predict_numbers,
           "compare": check_compare_numbers, "rank": check_rank_numbers, "rank-table": check_rank_numbers, "sweep": check_sweep_numbers,
           "evaluate-networks": check_network_numbers, "evaluate-layers": check_score_numbers, "evaluate-table": check_score_numbers}


def check_page(browser, name, page):
    browser.look(1400)
    browser.open(page.path)
    checks = [check_quiet(browser, page.path), check_drawn(browser), check_names(browser), check_looks(browser)]
    if name in NUMBERS:
        checks.append(NUMBERS[name](browser, page.report))
    checks.append(check_paper(browser))
    for check in checks:
        yield from check


# ---- keys, pointer, no scripts, length: on one page each ----

def check_tabs(browser):
    """Arrow keys take the next tab and draw it; the tab is reached with Tab."""
    title = "return document.querySelector('[role=tabpanel] h3').textContent"
    stops = []
    for _ in range(12):
        browser.press("Tab")
        stops.append(browser.script("const e = document.activeElement; return e.getAttribute('role') || e.className || e.tagName"))
        if stops[-1] == "tab":
            break
    if stops[-1] != "tab":
        yield f"Tab does not reach the tabs: {stops}"
        return
    if not browser.script("return getComputedStyle(document.activeElement).outlineStyle !== 'none'"):
        yield "the focus cannot be seen"
    first = browser.script(title)
    browser.press("ArrowRight")
    if browser.script(title) == first or browser.script("return document.activeElement.getAttribute('aria-selected')") != "true":
        yield "the right arrow does not take the next tab"
    browser.press("Home")
    if browser.script(title) != first:
        yield "Home does not take the first tab"
    for _ in range(3):
        browser.press("Tab")
        if browser.script("return document.activeElement.className") == "plot":
            break
    browser.press("ArrowRight")
    told = browser.script("return [document.querySelector('[aria-live].unseen').textContent, document.querySelector('.bubble').hidden]")
    if told[1] or "conv1" not in told[0]:
        yield f"arrow keys do not step through the columns: {told}"
    browser.press("Escape")
    if not browser.script("return document.querySelector('.bubble').hidden"):
        yield "Escape does not close the bubble"


def check_sorting(browser, report):
    order = "return [...document.querySelectorAll('#layers tbody tr')].map(row => row.children[0].textContent)"
    button = "const b = [...document.querySelectorAll('#layers thead button')].find(b => b.textContent.startsWith('runtime')); "
    wanted = [str(layer["index"]) for layer in sorted(report["layers"], key=lambda layer: -layer["runtime_ms"] if layer["source"] != "free" else 0)]
    browser.script(button + "b.focus()")
    browser.press("Enter")
    if browser.script(order) != wanted or browser.script(button + "return b.closest('th').ariaSort") != "descending":
        yield "Enter on a head does not sort, largest first"
    browser.press("Space")
    if browser.script(order)[-1] != wanted[0] or browser.script(button + "return b.closest('th').ariaSort") != "ascending":
        yield "Space on it does not turn the order"


def check_pointer(browser):
    box = browser.script("""const plot = document.querySelector('[role=tabpanel] .plot'); plot.scrollIntoView({block: "center"});
        const box = plot.querySelector('svg').getBoundingClientRect(); return [box.left + 75, box.top + box.height / 3]""")
    browser.move(*box)
    told = browser.script("return document.querySelector('.bubble').textContent")
    if "conv1" not in told or "Energy" not in told:
        yield f"the pointer on a column shows: {told!r}"


def check_toggle(browser):
    shapes = "return document.querySelectorAll('svg[role=img]')[0].querySelectorAll('path.hue').length"
    before = browser.script(shapes)
    browser.script("document.querySelector('[aria-pressed]').focus()")
    browser.press("Space")
    if browser.script(shapes) != before - 1 or browser.script("return document.activeElement.getAttribute('aria-pressed')") != "false":
        yield "a group cannot be hidden"


def check_unscripted(browser, page):
    """Without scripts there is the table."""
    browser.cdp("Emulation.setScriptExecutionDisabled", value=True)
    browser.open(page.path)
    nodes = browser.accessible()
    browser.cdp("Emulation.setScriptExecutionDisabled", value=False)
    if sum(role == "row" for role, _ in nodes) != page.rows + 1:
        yield "without scripts there is no table of layers"


def check_long(browser, page):
    """Opens, scrolls and sorts a thousand layers."""
    browser.look(1400)
    browser.open(page.path)
    paint, loaded = browser.script("""return [performance.getEntriesByType("paint").map(e => e.startTime)[0] || 0,
        performance.getEntriesByType("navigation")[0].loadEventEnd]""")
    browser.script("""return new Promise(done => { let y = 0; const step = () => { scrollTo(0, y += 400);
        y < document.body.scrollHeight ? requestAnimationFrame(step) : setTimeout(done, 200); }; step(); })""")
    browser.script("document.querySelectorAll('#layers thead button')[3].click(); return new Promise(done => setTimeout(done, 500))")
    tasks = browser.script("return window.longTasks")
    longest = max((duration for _, duration in tasks), default=0)
    print(f"a thousand layers: loaded after {loaded:.0f} ms, painted after {paint:.0f} ms, longest task {longest:.0f} ms")
    if loaded > SLOW * LOAD_MS or longest > SLOW * TASK_MS:
        yield "a thousand layers stall the page"


def check_uses(browser, pages):
    browser.look(1400)
    browser.open(pages["predict"].path)
    yield from check_tabs(browser)
    yield from check_sorting(browser, pages["predict"].report)
    yield from check_pointer(browser)
    browser.open(pages["evaluate-layers"].path)
    yield from check_toggle(browser)
    yield from check_unscripted(browser, pages["predict"])
    yield from check_long(browser, pages["predict-long"])


# ---- pictures for the documentation ----

SHOTS = [("compare", "compare", 1400, False, 1100), ("rank", "rank", 1400, False, 980), ("sweep", "sweep", 1400, True, 860), ("degrees", "degrees", 1400, False, 860),
         ("predict", "predict", 1400, False, 1500), ("predict-dark", "predict", 1400, True, 1500), ("predict-narrow", "predict", 400, False, 1600),
         ("evaluate", "evaluate-layers", 1400, False, 1250), ("evaluate-networks", "evaluate-networks", 1400, True, 1250),
         ("notebook", "notebook", 1000, False, 1680)]


def take_shots(browser, pages, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, page, width, dark, height in SHOTS:
        if page not in pages:
            print(f"{name}.png was not made")
            continue
        browser.look(width, dark=dark)
        browser.open(pages[page].path)
        browser.shoot(folder / f"{name}.png", height)


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    shots = pathlib.Path(sys.argv[3]) if "--shots" in sys.argv[2:3] else None
    browser_path, driver_path, lack = find_browser()
    if lack:
        print(lack)
        return SKIP
    faults = []
    with tempfile.TemporaryDirectory() as folder, Browser(browser_path, driver_path) as browser:
        pages = reports.make_pages(program, pathlib.Path(folder))
        if shots:
            if importlib.util.find_spec("neuralpower"):
                pages["notebook"] = reports.NotebookPage(pathlib.Path(folder))
            return take_shots(browser, pages, shots)
        for name, page in pages.items():
            faults += [f"{name}: {fault}" for fault in check_page(browser, name, page)]
        faults += check_uses(browser, pages)
    print("\n".join(faults) or f"{len(pages)} pages work")
    return bool(faults)


sys.exit(main())
