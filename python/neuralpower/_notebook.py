"""
Results in a notebook: the main numbers and a table with bars, as markup without scripts, so that it shows wherever a notebook
does, in the notebook's own colours. Below it, folded, the library's page with its charts, in a frame of its own.
"""
from __future__ import annotations

import dataclasses
import html
import re
from typing import TYPE_CHECKING, Any, Iterable, Optional

if TYPE_CHECKING:
    from ._evaluate import Evaluation
    from ._platform import Platform
    from ._prediction import Inspection, Prediction
    from ._rank import Ranking
    from ._result import Result
    from ._sweep import Sweep

_MOST_ROWS = 400
# Control characters, and marks that turn the direction of the writing around them.
_UNSHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_STYLE = """<style>
.neuralpower{max-width:60em;font-size:.95em;line-height:1.4;color:inherit}
.neuralpower .np-title{font-size:1.15em;font-weight:600}
.neuralpower .np-soft{opacity:.72}
.neuralpower .np-facts{display:flex;flex-wrap:wrap;gap:.5em 2em;margin:.6em 0}
.neuralpower .np-facts b{display:block;font-size:1.3em;font-weight:600}
.neuralpower .np-facts span{display:block;font-size:.85em}
.neuralpower .np-table{max-height:26em;overflow:auto;margin:.5em 0}
.neuralpower table{border-collapse:collapse;width:100%;margin:0;font-size:.92em;font-variant-numeric:tabular-nums;color:inherit}
.neuralpower th,.neuralpower td{padding:.15em .8em .15em 0;text-align:left;white-space:nowrap;
 border-bottom:1px solid rgba(128,128,128,.25);background:none;color:inherit}
.neuralpower th{font-weight:600;border-bottom-color:rgba(128,128,128,.6)}
.neuralpower .np-n{text-align:right}
.neuralpower .np-bar{min-width:9em}
.neuralpower .np-bar i{display:inline-block;height:.7em;margin-right:.5em;background:#3d8bfd;border-radius:1px}
.neuralpower .np-note{border-left:3px solid #d29922;padding-left:.6em;margin:.4em 0;white-space:pre-line}
.neuralpower summary{cursor:pointer}
.neuralpower iframe{width:100%;height:44em;border:1px solid rgba(128,128,128,.4);border-radius:4px;margin-top:.4em}
</style>"""


@dataclasses.dataclass
class Fact:
    """A main number: what it is, its value, and what is known besides."""

    label: str
    value: str
    detail: str = ""


@dataclasses.dataclass
class View:
    """What a notebook shows of a result. Cells of `bars` columns are shares from 0 to 1, those of `numbers` stand right."""

    title: str
    subtitle: str
    facts: list[Fact]
    head: list[str]
    rows: list[list[Any]]
    numbers: frozenset[int]
    bars: frozenset[int] = frozenset()
    notes: list[str] = dataclasses.field(default_factory=list)
    has_page: bool = True


# ---- numbers for people ----


def _digits(value: float) -> str:
    """Three digits that count, zeros too."""
    if value == 0 or abs(value) >= 999.5:
        return f"{value:,.0f}"
    return f"{value:#.3g}".rstrip(".") if abs(value) >= 0.001 else f"{value:.2e}"


def _scale(value: Optional[float], units: Iterable[tuple[float, str]]) -> str:
    if value is None:
        return "not known"
    if value == 0:
        return "0"
    fitting = [(size, unit) for size, unit in units if abs(value) >= size]
    size, unit = fitting[-1] if fitting else next(iter(units))
    return f"{_digits(value / size)} {unit}".rstrip()


_MS, _MJ = ((1e-3, "\u00b5s"), (1, "ms"), (1e3, "s")), ((1e-3, "\u00b5J"), (1, "mJ"), (1e3, "J"), (1e6, "kJ"))
_W, _COUNT = ((1, "W"), (1e3, "kW")), ((1, ""), (1e3, "K"), (1e6, "M"), (1e9, "G"), (1e12, "T"))
_BYTES = ((1, "B"), (1024, "KiB"), (1 << 20, "MiB"), (1 << 30, "GiB"))


def _range(interval: Optional[tuple[float, float]], units: Iterable[tuple[float, str]]) -> str:
    return f"{_scale(interval[0], units)} to {_scale(interval[1], units)}" if interval else ""


def _percent(value: Optional[float]) -> str:
    return "not known" if value is None else f"{100 * value:.2f} %" if value < 0.01 else f"{_digits(100 * value)} %"


def _share(part: Optional[float], whole: Optional[float]) -> float:
    return part / whole if part and whole else 0.0


# ---- markup ----


def _text(words: object) -> str:
    return html.escape(_UNSHOWN.sub("\ufffd", str(words)))


def _cell(view: View, column: int, value: Any) -> str:
    if column in view.bars:
        return f'<td class="np-bar"><i style="width:{6 * value:.2f}em"></i>{_percent(value)}</td>'
    return f'<td class="np-n">{_text(value)}</td>' if column in view.numbers else f"<td>{_text(value)}</td>"


def _table(view: View) -> str:
    if not view.rows:
        return ""
    heads = "".join(f'<th class="np-n">{_text(head)}</th>' if column in view.numbers else f"<th>{_text(head)}</th>"
                    for column, head in enumerate(view.head))
    rows = ("<tr>" + "".join(_cell(view, column, value) for column, value in enumerate(row)) + "</tr>"
            for row in view.rows[:_MOST_ROWS])
    return f'<div class="np-table"><table><thead><tr>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def _fact(fact: Fact) -> str:
    detail = f'<span class="np-soft">{_text(fact.detail)}</span>' if fact.detail else ""
    return f'<div><span class="np-soft">{_text(fact.label)}</span><b>{_text(fact.value)}</b>{detail}</div>'


def _page(result: Result) -> str:
    """Its scripts run in the frame and reach nothing outside it."""
    return ("<details><summary>Charts and all numbers</summary>"
            f'<iframe sandbox="allow-scripts" loading="lazy" title="Report" srcdoc="{html.escape(result.to_html())}"></iframe>'
            "</details>")


def show(result: Result, view: View) -> str:
    notes = list(view.notes)
    if len(view.rows) > _MOST_ROWS:
        notes.append(f"{len(view.rows) - _MOST_ROWS} more rows are not shown here; to_pandas() has them all")
    parts = [_STYLE, f'<div class="neuralpower"><div class="np-title">{_text(view.title)}</div>',
             f'<div class="np-soft">{_text(view.subtitle)}</div>' if view.subtitle else "",
             '<div class="np-facts">', *map(_fact, view.facts), "</div>",
             *(f'<div class="np-note">{_text(note)}</div>' for note in notes),
             _table(view), _page(result) if view.has_page else "", "</div>"]
    return "\n".join(part for part in parts if part)


# ---- what is shown of each result ----


def _platform_line(platform: Platform) -> str:
    return "; ".join(part for part in (platform.device, platform.software, platform.dtype) if part)


def prediction(p: Prediction) -> View:
    level = f"{100 * p.platform.interval:g} %"
    facts = [Fact("runtime", _scale(p.runtime_ms, _MS), _range(p.runtime_ms_interval, _MS)),
             Fact("power", _scale(p.power_w, _W), _range(p.power_w_interval, _W)),
             Fact("energy", _scale(p.energy_mj, _MJ), _range(p.energy_mj_interval, _MJ)),
             Fact("per item", _scale(p.energy_per_item_mj, _MJ), f"{_digits(p.items_per_s)} items/s"),
             Fact("learned models cover", _percent(p.runtime_coverage), "of the runtime")]
    known = p.energy_mj is not None
    costly = [layer for layer in p.layers if layer.source != "free"]
    rows = [[layer.index, layer.name, layer.type + ("" if layer.source in ("model", "formula") else " ~"),
             _scale(layer.runtime_ms, _MS), _scale(layer.power_w, _W), _scale(layer.energy_mj, _MJ),
             _share(layer.energy_mj, p.energy_mj) if known else _share(layer.runtime_ms, p.runtime_ms)] for layer in costly]
    head = ["#", "layer", "type", "runtime", "power", "energy", "share of energy" if known else "share of runtime"]
    return View(f"{p.network.name}, batch {p.network.batch}, on {p.platform.name}",
                f"{_platform_line(p.platform)}. Intervals: {level}.", facts, head, rows, frozenset({0, 3, 4, 5}), frozenset({6}),
                p.warnings)


def inspection(i: Inspection) -> View:
    totals = i.totals
    facts = [Fact("layers", str(totals.layers)), Fact("MACs", _scale(totals.macs, _COUNT)),
             Fact("FLOPs", _scale(totals.flops, _COUNT)), Fact("parameters", _scale(totals.params, _COUNT)),
             Fact("weights", _scale(totals.weight_bytes, _BYTES)),
             Fact("activations", _scale(totals.activation_bytes, _BYTES), f"{_scale(totals.peak_activation_bytes, _BYTES)} at the peak")]
    rows = [[layer.index, layer.name, layer.type, "x".join(map(str, layer.output)), _scale(layer.macs, _COUNT),
             _scale(layer.params, _COUNT), _share(layer.flops, totals.flops)] for layer in i.layers]
    return View(f"{i.network.name}, batch {i.network.batch}", f"{i.network.file}, {i.network.format}", facts,
                ["#", "layer", "type", "output", "MACs", "parameters", "share of FLOPs"], rows, frozenset({0, 4, 5}),
                frozenset({6}), i.warnings, has_page=False)


def sweep(s: Sweep) -> View:
    first, points = s.predictions[0], s.batches
    energies = [point.energy_per_item_mj for point in points if point.energy_per_item_mj is not None]
    facts = [Fact("least energy per item", "not known" if s.least_energy_per_item is None else f"batch {s.least_energy_per_item}",
                  _scale(min(energies), _MJ) if energies else ""),
             Fact("most items per second", f"batch {s.most_items_per_s}", _digits(max(point.items_per_s for point in points)))]
    rows = [[point.batch, _scale(point.runtime_ms, _MS), _scale(point.power_w, _W), _scale(point.energy_mj, _MJ),
             _scale(point.energy_per_item_mj, _MJ), _digits(point.items_per_s),
             _share(point.energy_per_item_mj, max(energies, default=None))] for point in points]
    return View(f"{first.network.name} against the batch, on {first.platform.name}", _platform_line(first.platform), facts,
                ["batch", "runtime", "power", "energy", "energy per item", "items/s", "energy per item, of the most"], rows,
                frozenset(range(6)), frozenset({6}))


def ranking(r: Ranking) -> View:
    facts = [Fact(f"alpha {alpha:g}", name or "none", "" if name else "within the budgets") for alpha, name in r.chosen.items()]
    networks = r.networks
    most = max(network.energy_per_item_mj for network in networks)
    rows = [[network.network, _percent(network.error), _scale(network.energy_per_item_mj, _MJ), _scale(network.runtime_ms, _MS),
             ", ".join(str(place or "-") for place in network.places), "yes" if network.pareto else "", ", ".join(network.missed),
             _share(network.energy_per_item_mj, most)] for network in networks]
    places = "place for alpha " + ", ".join(f"{alpha:g}" for alpha in r.alphas)
    return View("Energy-Precision Ratio", "error^alpha x energy per item, lower is better; chosen:", facts,
                ["network", "error", "energy per item", "runtime", places, "Pareto", "misses budget", "energy, of the most"], rows,
                frozenset({1, 2, 3}), frozenset({7}))


def evaluation(e: Evaluation) -> View:
    document = e.to_dict()
    facts = [Fact(f"RMSPE, {summary.target}", _percent(summary.rmspe), f"{summary.rows} rows, MAPE {_percent(summary.mape)}")
             for summary in e.summary]
    platform = document["platform"]
    title = f"{platform['name']} against {document['data']}" if platform else str(document["data"])
    if e.networks:
        rows = [[network.network, network.batch, network.target, _digits(network.predicted), _digits(network.actual),
                 f"{100 * network.error:+.1f} %"] for network in e.networks]
        return View(title, "whole networks", facts, ["network", "batch", "target", "predicted", "measured", "error"], rows,
                    frozenset({1, 3, 4, 5}))
    rows = [[score.type or "", score.target, score.rows, _percent(score.rmspe), _percent(score.mape), score.within_10pct,
             "" if score.interval_coverage is None else _percent(score.interval_coverage), score.out_of_range_rows or 0]
            for score in e.layers]
    return View(title, "layers", facts, ["type", "target", "rows", "RMSPE", "MAPE", "within 10 %", "in the interval", "out of range"],
                rows, frozenset({2, 3, 4, 6, 7}), frozenset({5}))


def platform(p: Platform) -> View:
    models = p.models
    facts = [Fact("models", str(len(models))), Fact("power", "known" if p.has_power else "not known")] if models else \
        [Fact("method", p.method), Fact("power", "known" if p.has_power else "not known")]
    rows = [[model.type, model.target, model.method, model.rows, model.terms or "-", _percent(model.in_sample_rmspe),
             _percent(model.cross_validated_rmspe), _percent(model.cross_validated_mape)] for model in models]
    return View(p.name, _platform_line(p), facts,
                ["type", "target", "method", "rows", "terms", "RMSPE in-sample", "RMSPE held out", "MAPE held out"], rows,
                frozenset(range(3, 8)), has_page=False)
