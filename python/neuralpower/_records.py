"""
The parts of results, with the names and units of their JSON documents. A value that is not known is None, never 0; fractions
are fractions, not percent.
"""
from __future__ import annotations

import dataclasses
from typing import Any, Optional, TypeVar

Interval = Optional[tuple[float, float]]
_Record = TypeVar("_Record")


def _freeze(value: Any) -> Any:
    return tuple(_freeze(item) for item in value) if isinstance(value, list) else value


def build(kind: type[_Record], document: dict[str, Any]) -> _Record:
    """A record of a JSON object; `lambda` is a word of Python's own."""
    names = [field.name for field in dataclasses.fields(kind)]  # type: ignore[arg-type]
    found = {name: document.get(name.rstrip("_")) for name in names if name.rstrip("_") in document}
    return kind(**{name: _freeze(value) for name, value in found.items()})


@dataclasses.dataclass(frozen=True)
class LayerPrediction:
    """One layer of a prediction: ms, W, mJ per forward pass of the whole batch."""

    index: int
    name: str
    type: str
    runtime_ms: Optional[float]
    power_w: Optional[float]
    energy_mj: Optional[float]
    runtime_ms_interval: Interval
    power_w_interval: Interval
    energy_mj_interval: Interval
    source: str  # model, fallback, free or formula
    extrapolated: bool
    extrapolated_feature: Optional[str] = None  # the feature that left the range of the measurements


@dataclasses.dataclass(frozen=True)
class LayerInspection:
    """One layer of a network. What its kind does not have is None."""

    index: int
    name: str
    type: str
    op: str  # the operator in the file
    inputs: tuple[tuple[int, ...], ...]
    output: tuple[int, ...]
    macs: int
    flops: int
    params: int
    input_bytes: int
    output_bytes: int
    weight_bytes: int
    outputs: Optional[tuple[tuple[int, ...], ...]] = None  # where there are several
    free: bool = False  # costs nothing at inference
    kernel: Optional[tuple[int, ...]] = None
    stride: Optional[tuple[int, ...]] = None
    padding: Optional[tuple[int, ...]] = None
    dilation: Optional[tuple[int, ...]] = None
    groups: Optional[int] = None


@dataclasses.dataclass(frozen=True)
class NetworkTotals:
    """Sums over a network."""

    layers: int
    macs: int
    flops: int
    params: int
    weight_bytes: int
    activation_bytes: int
    peak_activation_bytes: int
    flops_rule: str


@dataclasses.dataclass(frozen=True)
class LayerScore:
    """Predictions beside measurements of one type of layer and one target; rmse has the target's unit."""

    type: Optional[str]
    target: str
    rows: int
    rmspe: float
    rmse: float
    mape: float
    median_ape: float
    within_10pct: float
    model_size: Optional[int] = None
    degree: Optional[int] = None
    interval_coverage: Optional[float] = None
    in_sample_rmspe: Optional[float] = None
    cross_validated_rmspe: Optional[float] = None
    out_of_range_rows: Optional[int] = None


@dataclasses.dataclass(frozen=True)
class NetworkScore:
    """One whole network and one target; error = predicted / actual - 1."""

    network: str
    batch: int
    target: str
    predicted: float
    actual: float
    error: float
    sum_of_layers: Optional[float] = None
    interval: Interval = None


@dataclasses.dataclass(frozen=True)
class Summary:
    """One target over all networks, or over all layers where there are no networks."""

    target: str
    rows: int
    rmspe: float
    rmse: float
    mape: float
    median_ape: float
    within_10pct: float
    accuracy: float  # 1 - rmspe, as in the paper
    interval_coverage: Optional[float] = None


@dataclasses.dataclass(frozen=True)
class RankedNetwork:
    """A network one may choose, with a score and a place for each alpha; place 0 misses a budget."""

    network: str
    error: float
    energy_per_item_mj: float
    runtime_ms: Optional[float]
    power_w: Optional[float]
    scores: tuple[float, ...]
    places: tuple[int, ...]
    pareto: bool
    missed: tuple[str, ...]  # the budgets it misses


@dataclasses.dataclass(frozen=True)
class SweepPoint:
    """A network at one batch."""

    batch: int
    runtime_ms: Optional[float]
    power_w: Optional[float]
    energy_mj: Optional[float]
    energy_per_item_mj: Optional[float]
    items_per_s: float
    runtime_ms_interval: Interval
    power_w_interval: Interval
    energy_mj_interval: Interval
    energy_per_item_mj_interval: Interval
    runtime_coverage: float


@dataclasses.dataclass(frozen=True)
class Model:
    """One learned model of a platform."""

    type: str
    target: str
    method: str
    rows: int
    terms: int
    degree: int
    lambda_: float
    in_sample_rmspe: float
    in_sample_rmse: float
    cross_validated_rmspe: float
    cross_validated_rmse: float
    cross_validated_mape: float
    interval_factor: Optional[float] = None
    interval_coverage: Optional[float] = None
    features: Optional[str] = None


@dataclasses.dataclass(frozen=True)
class Degree:
    """A degree that method "paper" considered for one model; what was not tried has no errors."""

    type: str
    target: str
    features: str
    degree: int
    terms_offered: int
    terms: Optional[int] = None
    cv_rmse: Optional[float] = None
    cv_rmspe: Optional[float] = None
    chosen: bool = False
