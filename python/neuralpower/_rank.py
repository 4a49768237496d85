"""rank(): which network to choose, by error and energy."""
from __future__ import annotations

import os
from typing import Any, Iterable, Mapping, Optional, Sequence, Union

from . import _notebook
from ._call import PathLike, call, create, encode, text
from ._core import ffi, lib
from ._dataset import warn
from ._network import Dims, Network, NetworkLike, Shapes, load
from ._platform import DEFAULT_PLATFORM, Platform, PlatformLike, load_platform
from ._prediction import Prediction
from ._records import RankedNetwork, build
from ._result import Result
from ._torch import is_module
from .errors import ArgumentError, InputError

NetworksLike = Union[Iterable[NetworkLike], Mapping[str, NetworkLike]]
ErrorsLike = Union[PathLike, Mapping[str, float]]
ALPHAS = (1.0, 2.0, 3.0, 4.0)
_UNKNOWN = float("nan")
_FIELDS = ("error", "energy_per_item_mj", "runtime_ms", "power_w")
_Candidate = dict[str, Any]  # network, and what of _FIELDS is known


class Ranking(Result):
    """Networks by the Energy-Precision Ratio (Equation 9 of the paper), with the Pareto front. Made by rank()."""

    _report = lib.np_report_ranking
    _notebook = _notebook.ranking

    def __init__(self, handle: Any, *kept: Any) -> None:
        self._handle, self._kept = handle, kept

    def _subject(self) -> Any:
        return self._handle

    @property
    def alphas(self) -> list[float]:
        return [float(alpha) for alpha in self._handle.options.alphas[0 : self._handle.options.alpha_count]]

    @property
    def networks(self) -> list[RankedNetwork]:
        """In the order given."""
        return [build(RankedNetwork, network) for network in self.to_dict()["networks"]]

    @property
    def chosen(self) -> dict[float, Optional[str]]:
        """The best network for each alpha; None when none is within the budgets."""
        rows = self._handle.chosen[0 : len(self.alphas)]
        names = [text(self._handle.rows[row].candidate.network) if row >= 0 else None for row in rows]
        return dict(zip(self.alphas, names))

    @property
    def pareto(self) -> list[str]:
        """The networks that no other beats in both error and energy."""
        return [network.network for network in self.networks if network.pareto]

    def __repr__(self) -> str:
        chosen = ", ".join(f"{name} for alpha {alpha:g}" for alpha, name in self.chosen.items())
        return f"<Ranking of {self._handle.count} networks: {chosen}>"


def _rank(candidates: list[_Candidate], alpha: Sequence[float], budgets: dict[str, float], data: str) -> Ranking:
    kept = [ffi.new("char[]", candidate["network"].encode()) for candidate in candidates]
    items = [{"network": kept[i], **{name: _known(candidate.get(name)) for name in _FIELDS}}
             for i, candidate in enumerate(candidates)]
    alphas, source = ffi.new("double[]", [float(value) for value in alpha]), ffi.new("char[]", data.encode())
    options = ffi.new("np_rank_options *", {"alphas": alphas, "alpha_count": len(alphas), "data": source, **budgets})
    array = ffi.new("np_contender[]", items)
    return Ranking(create("np_ranking *", lib.np_rank, lib.np_ranking_free, array, len(items), options), alphas, source)


def _known(value: Optional[float]) -> float:
    return _UNKNOWN if value is None else float(value)


def _read_table(path: PathLike) -> list[_Candidate]:
    table = ffi.new("np_contenders *")
    call(lib.np_contenders_load, encode(path), table)
    read = [{"network": text(item.network), **{name: getattr(item, name) for name in _FIELDS}}
            for item in table.items[0 : table.count]]
    lib.np_contenders_free(table)
    return read


def _rank_table(table: PathLike, alpha: Sequence[float], budgets: dict[str, float]) -> Ranking:
    path, candidates = os.fspath(table), _read_table(table)
    kept = [candidate for candidate in candidates if candidate["energy_per_item_mj"] == candidate["energy_per_item_mj"]]
    left = [candidate["network"] for candidate in candidates if candidate not in kept]
    if left:
        warn("\n".join(f"{path}: left out: no energy_per_item_mj of network '{network}'" for network in left))
    if not kept:
        raise InputError(f"{path}: no network has an energy_per_item_mj", path=path)
    return _rank(kept, alpha, budgets, path)


# ---- network files, predicted ----

def _find(errors: dict[str, float], names: list[bytes]) -> Optional[str]:
    """The name in the table of errors under which one of these is known: of a file, or a network's own."""
    return next((known for known in errors if any(lib.np_network_called(name, known.encode()) for name in names)), None)


def _candidate(key: Optional[str], network: Network, platform: Platform, errors: dict[str, float]) -> Optional[_Candidate]:
    names = [key.encode()] if key else [encode(network.file), network.name.encode()]
    known = _find(errors, names)
    if known is None:
        warn(f"left out: there is no error of network '{key or network.name}'")
        return None
    prediction = Prediction(network, platform)
    return {"network": known, "error": errors[known], "energy_per_item_mj": prediction.energy_per_item_mj,
            "runtime_ms": prediction.runtime_ms, "power_w": prediction.power_w}


def _errors_of(errors: ErrorsLike) -> dict[str, float]:
    if isinstance(errors, Mapping):
        return dict(errors)
    return {candidate["network"]: candidate["error"] for candidate in _read_table(errors)}


def rank(networks: Optional[NetworksLike] = None, errors: Optional[ErrorsLike] = None, *, table: Optional[PathLike] = None,
         platform: PlatformLike = DEFAULT_PLATFORM, alpha: Sequence[float] = ALPHAS, batch: Optional[int] = None,
         max_runtime_ms: float = 0, max_energy_mj: float = 0, max_power_w: float = 0, interval: Optional[float] = None,
         shapes: Optional[Shapes] = None, dims: Optional[Dims] = None, strict: bool = False, example_inputs: Any = None) -> Ranking:
    """
    Ranks networks by error^alpha x energy per item, lower is better.

    Either `networks` (a list, or a mapping from names) with their `errors` (a CSV file with columns network and error, or a
    mapping from names to fractions), predicted on `platform`; or a `table`, a CSV file with network, error and
    energy_per_item_mj. Budgets of 0 are none: `max_runtime_ms` of the batch, `max_energy_mj` per item, `max_power_w` mean.
    The others are those of predict(). A LeftOutWarning names networks without an error or an energy.
    """
    budgets = {"max_runtime_ms": max_runtime_ms, "max_energy_mj": max_energy_mj, "max_power_w": max_power_w}
    if (table is None) == (networks is None) or (networks is None) != (errors is None):
        raise ArgumentError("either networks with their errors or a table was expected")
    if table is not None:
        return _rank_table(table, alpha, budgets)
    assert networks is not None and errors is not None
    loaded, known = load_platform(platform, interval=interval), _errors_of(errors)
    if not loaded.has_power:
        raise InputError(f"platform {loaded.name} has no power data: energy is not known on it")
    named = networks.items() if isinstance(networks, Mapping) else [(None, network) for network in networks]
    found = [_candidate(key, load(network, batch=batch, shapes=shapes, dims=dims, strict=strict, name=key,
                                  example_inputs=example_inputs if is_module(network) else None), loaded, known)
             for key, network in named]
    candidates = [candidate for candidate in found if candidate]
    if not candidates:
        raise InputError("there is an error of none of the networks")
    return _rank(candidates, alpha, budgets, loaded.name)
