"""
measure_torch(): what a live torch model costs where it is, layer by layer and whole, by the procedure, with the meters and into
the files of `neuralpower measure`. The library measures; what is here makes calls ready and runs them.
"""
from __future__ import annotations

import contextlib
import copy
import ctypes
import math
import os
import time
import warnings
from itertools import cycle, islice
from typing import Any, Callable, Iterator, NamedTuple, Optional, Sequence

import torch
from torch import nn
from torch.utils._pytree import tree_flatten, tree_map

from . import _share
from ._call import PathLike, call, encode, text
from ._core import ffi, lib
from ._torch import evaluating
from ._torch_layers import Layer, NotALayer, build
from ._torch_trace import Call, Like, Trace, trace
from .errors import ArgumentError, NeuralPowerError

_MOST_COPIES = 64
_DTYPES = {torch.float32: "fp32", torch.float16: "fp16", torch.bfloat16: "bf16", torch.float64: "fp64"}


class TorchMeasurement(NamedTuple):
    """How a campaign of measure_torch() went. What was measured is in the files."""

    output: str  # the data set of layers, for fit()
    networks: Optional[str]  # that of whole models, for evaluate()
    device: str
    software: str
    dtype: str
    threads: int
    no_power: str  # why power was not measured; "" when it was
    measured: int  # rows measured now
    before: int  # rows that were there
    impossible: int  # layers that could not be run
    left: int  # rows that the time budget left undone
    seconds: float
    unknown: dict[str, int]  # operations that have no configuration, how often each ran; no row stands for them
    notes: list[str]


# ---- calls made ready ----

class _Others:
    """
    What is run between the calls of a layer on the processor, as the other layers of a network are: operations of ten kinds, which
    bring code of their own; a write over twice the second cache; and a touch of more pages than the processor remembers.
    """

    def __init__(self, second_cache: int, clock: Callable[[], float]) -> None:
        layers = [(nn.Conv2d(16, 24, 3, padding=1), (16, 28, 28)), (nn.BatchNorm2d(24), (24, 28, 28)), (nn.ReLU6(), (24, 28, 28)),
                  (nn.Conv2d(32, 32, 3, padding=1, groups=32), (32, 28, 28)), (nn.Conv2d(24, 32, 1), (24, 28, 28)),
                  (nn.MaxPool2d(3, 2), (8, 28, 28)), (nn.Linear(256, 100), (256,)), (nn.AdaptiveAvgPool2d(1), (64, 7, 7)),
                  (nn.Sigmoid(), (24, 14, 14)), (nn.Softmax(1), (100,))]
        self._layers = [(module.eval(), torch.zeros(1, *shape)) for module, shape in layers]
        self._near = torch.zeros(2 * second_cache, dtype=torch.uint8)
        self._pages = torch.zeros(4096 * 4160, dtype=torch.uint8)[::4160]
        looks = [clock() for _ in range(1000)]
        self.clock, self.look_s = clock, min(after - before for before, after in zip(looks, looks[1:]))

    def run(self) -> None:
        self._pages.add_(1)
        self._near.fill_(1)
        for module, image in self._layers:
            module(image)


class _Job:
    """One operation that is run again and again, on several sets of buffers in turn."""

    def __init__(self, functions: Sequence[Callable[..., Any]], inputs: Sequence[tuple[Any, Any]], size: int,
                 others: Optional[_Others] = None) -> None:
        self.sets, self.bytes, self.others = max(len(functions), len(inputs)), size, others
        self._turns = zip(cycle(functions), cycle(inputs))

    def run(self, calls: int) -> None:
        for function, (args, kwargs) in islice(self._turns, calls):
            function(*args, **kwargs)

    def run_among(self, others: _Others, calls: int) -> float:
        """The seconds of the calls alone."""
        clock, spent = others.clock, -calls * others.look_s
        for function, (args, kwargs) in islice(self._turns, calls):
            others.run()
            began = clock()
            function(*args, **kwargs)
            spent += clock() - began
        return max(spent, 0.0)


def _size(value: Any) -> int:
    return sum(math.prod(x.shape) * x.dtype.itemsize for x in tree_flatten(value, is_leaf=lambda x: isinstance(x, Like))[0]
               if isinstance(x, (torch.Tensor, Like)))


def _weights(function: Any) -> list[torch.Tensor]:
    return [*function.parameters(), *function.buffers()] if isinstance(function, nn.Module) else []


def _copies(size: int, share: int, room: int) -> int:
    """As many sets as fill a share of memory and there is room for; not too many, since modules are objects of Python's too."""
    return max(1, min(math.ceil(share / size), room // size, _MOST_COPIES)) if size else 1


def _weight_share(rotation: Any, size: int) -> int:
    share = int(rotation.weight_bytes)
    if rotation.most_copies > 0:
        share = min(share, max(rotation.most_copies * size, rotation.few_from))
    return share


def _least_bytes(layer: Layer, dtype: torch.dtype) -> int:
    """One set of buffers: operands and result, and what a product or convolution multiplies by."""
    values = layer.batch * (layer.in_c * layer.in_h * layer.in_w * layer.inputs + layer.out_c * layer.out_h * layer.out_w)
    weights = layer.in_c * layer.out_c * layer.kernel_h * layer.kernel_w // layer.groups
    return (values + (weights if layer.kind in ("conv", "deconv", "fc") else 0)) * dtype.itemsize


def _make(value: Any) -> Any:
    return tree_map(lambda x: x.make() if isinstance(x, Like) else x, value, is_leaf=lambda x: isinstance(x, Like))


def _job(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], rotation: Any,
         others: Optional[_Others]) -> _Job:
    input_size, weight_size = _size((args, kwargs)), _size(_weights(function))
    weight_sets = _copies(weight_size, _weight_share(rotation, weight_size), rotation.most_bytes)
    input_sets = _copies(input_size, rotation.input_bytes, rotation.most_bytes - weight_sets * weight_size)
    functions = [function] + [copy.deepcopy(function) for _ in range(weight_sets - 1)]
    inputs = [_make((args, kwargs)) for _ in range(input_sets)]
    return _Job(functions, inputs, weight_sets * weight_size + input_sets * input_size, others)


def _fill(module: nn.Module, device: torch.device, dtype: torch.dtype) -> nn.Module:
    """Weights that keep values about as large as they are."""
    module = module.to_empty(device=device).to(dtype).eval()
    for name, values in [*module.named_parameters(), *module.named_buffers()]:
        if name.endswith("running_var"):
            values.fill_(1)
        elif values.is_floating_point():
            values.normal_(std=math.prod(values.shape[1:]) ** -0.5)
    return module


def _built(layer: Layer, device: torch.device, dtype: torch.dtype) -> tuple[Callable[..., Any], tuple[Like, ...]]:
    function, inputs = build(layer)
    if isinstance(function, nn.Module):
        function = _fill(function, device, dtype)
    return function, tuple(Like(x.shape, x.stride(), dtype, device) for x in inputs)


# ---- places ----

def _bus_id(index: int) -> str:
    properties: Any = torch.cuda.get_device_properties(index)
    return f"{properties.pci_domain_id:08x}:{properties.pci_bus_id:02x}:{properties.pci_device_id:02x}.0"


class _Place:
    """Where calls run: the processor."""

    title: Optional[str] = None  # where it is not the processor's own name

    def __init__(self, device: torch.device) -> None:
        self.device, self.name = device, "cpu"
        self._others: Optional[_Others] = None

    def rotation(self, asked: Any) -> Any:
        return asked

    def others(self, work: Any) -> Optional[_Others]:
        """None where power is measured: it would be theirs, too."""
        if not self._others and not work.metered:
            clock = time.thread_time if torch.get_num_threads() == 1 else time.perf_counter
            self._others = _Others(work.rotation.input_bytes // 4, clock)
        return self._others

    def run(self, job: _Job, calls: int, seconds: Any) -> None:
        if job.others:
            seconds[0] = job.run_among(job.others, calls)
        else:
            job.run(calls)


class _Cuda(_Place):
    """A GPU: calls are timed by its own events, and buffers rotate over twice its cache."""

    def __init__(self, device: torch.device) -> None:
        super().__init__(device)
        index = torch.cuda.current_device() if device.index is None else device.index
        self.device = torch.device("cuda", index)
        self.name, self.title = f"cuda:{_bus_id(index)}", torch.cuda.get_device_name(index)
        self.cache = int(getattr(torch.cuda.get_device_properties(index), "L2_cache_size", 0))

    def rotation(self, asked: Any) -> Any:
        free = torch.cuda.mem_get_info(self.device)[0] // 2
        return ffi.new("np_own_rotation *", {"input_bytes": 2 * self.cache, "weight_bytes": 2 * self.cache, "most_bytes": free})[0]

    def others(self, work: Any) -> Optional[_Others]:
        return None

    def run(self, job: _Job, calls: int, seconds: Any) -> None:
        event: Any = torch.cuda.Event
        begin, end = event(enable_timing=True), event(enable_timing=True)
        with torch.cuda.device(self.device):
            begin.record()
            job.run(calls)
            end.record()
        end.synchronize()
        seconds[0] = begin.elapsed_time(end) / 1000


def _place(device: torch.device) -> _Place:
    if device.type not in ("cpu", "cuda"):
        raise ArgumentError(f"the model is on '{device}': cpu and cuda can be measured")
    return _Cuda(device) if device.type == "cuda" else _Place(device)


# ---- between the library and Python ----

def config_of(layer: Layer) -> dict[str, Any]:
    kind = ffi.new("np_kind *")
    if not lib.np_kind_find(layer.kind.encode(), kind):
        raise ValueError(f"'{layer.kind}' is no kind of layer")
    return {**layer._asdict(), "kind": kind[0]}


def layer_of(config: Any) -> Layer:
    return Layer(text(lib.np_kind_name(config.kind)), *(getattr(config, field) for field in Layer._fields[1:]))


def layer_text(layer: Layer) -> str:
    """The layer as one word: the key of its row."""
    buffer = ffi.new("char[]", lib.NP_LAYER_TEXT_SIZE)
    return text(lib.np_layer_text_write(ffi.new("np_layer_config *", config_of(layer)), buffer))


def _address(handle: Any) -> int:
    return int(ffi.cast("intptr_t", handle))


class _Campaign:
    """The callbacks of np_measure_own(). The first exception in one of them is kept, and ends the campaign."""

    def __init__(self, place: _Place, dtype: torch.dtype, tell: Optional[Callable[[str], None]]) -> None:
        self.place, self.dtype, self.tell = place, dtype, tell
        self.calls: dict[tuple[str, str], Call] = {}  # by network and layer text
        self.wholes: dict[tuple[str, int], tuple[nn.Module, tuple[Any, ...]]] = {}  # by network and batch
        self.notes: list[str] = []
        self.error: Optional[BaseException] = None
        self._jobs: dict[int, Any] = {}  # handles, which live as long as they are kept

    def _keep(self, kind: Any, error: BaseException, trace_: Any) -> None:
        self.error = self.error or error

    def _prepare(self, context: Any, work: Any, job: Any, err: Any) -> int:
        try:
            made = self._made(work)
        except (NotALayer, torch.OutOfMemoryError) as why:
            message = f"{text(work.text)}: {why}".encode()[:500]
            ffi.memmove(err.message, message, len(message))
            return int(lib.NP_ERR_UNSUPPORTED)
        job.handle = handle = ffi.new_handle(made)
        self._jobs[_address(handle)] = handle
        job.buffer_sets, job.bytes = made.sets, made.bytes
        job.cache = self._among_others if made.others else self._rotates if made.sets > 1 else self._stays
        if work.layer != ffi.NULL:
            job.data = self._normal
        return int(lib.NP_OK)

    _among_others, _rotates, _stays, _normal = (ffi.new("char[]", word) for word in (b"others", b"rot", b"hot", b"normal:1"))

    def _made(self, work: Any) -> _Job:
        network = text(work.network)
        if work.layer == ffi.NULL:
            model, inputs = self.wholes[network, work.batch]
            return _Job([model], [(inputs, {})], _size(_weights(model)) + _size(inputs))
        layer = layer_of(work.layer)
        if 0 < work.most_bytes < _least_bytes(layer, self.dtype):
            raise NotALayer(f"needs {_least_bytes(layer, self.dtype) / 1e9:.1f} GB of memory")
        rotation, others = self.place.rotation(work.rotation), self.place.others(work)
        found = self.calls.get((network, text(work.text)))
        if found:
            return _job(found.function, found.args, found.kwargs, rotation, others)
        return _job(*_built(layer, self.place.device, self.dtype), {}, rotation, others)

    def _run(self, context: Any, handle: Any, calls: int, seconds: Any, err: Any) -> int:
        self.place.run(ffi.from_handle(handle), calls, seconds)
        return int(lib.NP_OK)

    def _release(self, context: Any, handle: Any) -> None:
        del self._jobs[_address(handle)]

    def _told(self, context: Any, event: Any) -> None:
        if event.note != ffi.NULL:
            self.notes.append(text(event.note))
        if self.tell:
            line = text(event.note) if event.note != ffi.NULL else f"{text(event.name)}: {event.runtime_ms:.6g} ms"
            self.tell(f"{event.done}/{event.total} {line}")

    def callbacks(self) -> dict[str, Any]:
        def made(kind: str, function: Callable[..., Any], *error: Any) -> Any:
            return ffi.callback(kind, function, *error, onerror=self._keep)

        failed = int(lib.NP_ERR_DATA)
        return {"prepare": made("np_status(void *, const np_own_work *, np_own_job *, np_error *)", self._prepare, failed),
                "run": made("np_status(void *, void *, int64_t, double *, np_error *)", self._run, failed),
                "release": made("void(void *, void *)", self._release),
                "tell": made("void(void *, const np_measure_event *)", self._told)}


@contextlib.contextmanager
def _threads(number: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextlib.contextmanager
def _keeping_memory() -> Iterator[bool]:
    """
    Whether the C library keeps memory that is given back, rather than return it to the system and fetch it anew, page by page: how
    often it does so hangs on what else is allocated, and no layer alone has anything to do with it. glibc only.
    """
    mallopt: Any = getattr(ctypes.CDLL(None), "mallopt", None)
    trim_threshold, mmap_threshold = -1, -3  # M_TRIM_THRESHOLD, M_MMAP_THRESHOLD
    kept = mallopt is not None and mallopt(trim_threshold, 2**31 - 1) == 1 and mallopt(mmap_threshold, 2**30) == 1
    try:
        yield kept
    finally:
        if kept:  # as far as its own, which grow with use, would ever have come
            mallopt(mmap_threshold, 32 << 20)
            mallopt(trim_threshold, 64 << 20)


class _Network(NamedTuple):
    """A whole model, and its layers as often as they occur."""

    name: str
    batch: int
    layers: list[Layer]


class _Options(NamedTuple):
    """What both entrances have in common."""

    output: PathLike
    name_of_device: Optional[str]
    threads: Optional[int]
    power: str
    passes: int
    seed: int
    time_budget: float
    tell: Optional[Callable[[str], None]]


def _networks_path(output: PathLike) -> str:
    stem, extension = os.path.splitext(os.fspath(output))
    return f"{stem}-networks{extension or '.csv'}"


def _words(texts: Sequence[bytes]) -> list[Any]:
    return [ffi.new("char[]", word) for word in texts]


def _own_device(campaign: _Campaign, options: _Options, threads: int, unknown: dict[str, int], kept: bool) -> dict[str, Any]:
    """np_own_device without its callbacks; its texts are to be kept as long as it is used."""
    left_out = "".join(f"left_out={what} ({times} times)\n" for what, times in unknown.items())
    lines = f"memory={'kept' if kept else 'own'}\n{left_out}"
    title = options.name_of_device or campaign.place.title
    software, dtype, place, provenance, device = _words([word.encode() for word in (
        f"pytorch {torch.__version__}", _DTYPES.get(campaign.dtype, "other"), campaign.place.name, lines, title or "")])
    return {"device": device if title else ffi.NULL, "software": software, "dtype": dtype, "place": place,
            "provenance": provenance, "threads": threads, "no_power": options.power == "off"}


def _own_networks(networks: Sequence[_Network]) -> list[dict[str, Any]]:
    return [{"name": ffi.new("char[]", network.name.encode()), "batch": network.batch,
             "layers": ffi.new("np_layer_config[]", [config_of(layer) for layer in network.layers]),
             "layer_count": len(network.layers)} for network in networks]


def _run_campaign(campaign: _Campaign, options: _Options, layers: Sequence[Layer], networks: Sequence[_Network],
                  suites: Sequence[bytes], unknown: dict[str, int]) -> TorchMeasurement:
    if options.power not in ("auto", "off"):
        raise ArgumentError(f"power '{options.power}': auto or off was expected")
    threads = options.threads or torch.get_num_threads()
    shown = threads if campaign.place.device.type == "cpu" else 0
    functions, wholes = campaign.callbacks(), _own_networks(networks)
    suite_words, paths = _words(suites), _words([encode(path) for path in (options.output, _networks_path(options.output))])
    lists = [ffi.new("char *[]", suite_words), ffi.new("np_layer_config[]", [config_of(layer) for layer in layers])]
    wanted = {"suites": lists[0], "suite_count": len(suites), "layers": lists[1], "layer_count": len(layers),
              "layers_path": paths[0], "networks_path": paths[1], "passes": options.passes, "seed": options.seed,
              "time_budget_s": options.time_budget, "tell": functions.pop("tell")}
    result = ffi.new("np_measure_result *")
    try:
        with torch.inference_mode(), _threads(threads), _keeping_memory() as kept:
            device = _own_device(campaign, options, shown, unknown, kept)
            call(lib.np_measure_own, ffi.new("np_own_device *", {**device, **functions}), ffi.new("np_own_network[]", wholes),
                 len(wholes), ffi.new("np_measure_options *", wanted), result)
    except NeuralPowerError:
        if not campaign.error:
            raise
    if campaign.error:
        raise campaign.error
    return TorchMeasurement(
        os.fspath(options.output), _networks_path(options.output) if networks else None, text(result.device),
        text(result.software), text(result.dtype), shown, text(result.no_power), result.measured, result.before,
        result.impossible, result.left, result.seconds, unknown, campaign.notes)


# ---- the entrances ----

def _say_unknown(name: str, unknown: dict[str, int]) -> None:
    if unknown:
        said = ", ".join(f"{what} ({times} times)" for what, times in unknown.items())
        warnings.warn(f"{name}: no rows stand for these operations: {said}", stacklevel=3)


def _where(model: nn.Module, inputs: tuple[Any, ...]) -> tuple[torch.device, torch.dtype]:
    tensors = [x for x in [*model.parameters(), *model.buffers(), *tree_flatten(inputs)[0]]
               if isinstance(x, torch.Tensor) and x.is_floating_point()]
    if not tensors:
        raise ArgumentError("neither the model nor its inputs hold a floating-point tensor")
    return tensors[0].device, tensors[0].dtype


def _batch(inputs: tuple[Any, ...]) -> int:
    first = next((x for x in tree_flatten(inputs)[0] if isinstance(x, torch.Tensor) and x.dim()), None)
    return int(first.shape[0]) if first is not None else 1


def trace_torch(model: nn.Module, inputs: Any) -> Trace:
    """The operations of a model at inference, in order, with their layers; and those that have none."""
    with evaluating(model):
        return trace(model, inputs if isinstance(inputs, tuple) else (inputs,))


def measure_torch(model: nn.Module, inputs: Any, output: PathLike = "torch.csv", *, name: Optional[str] = None,
                  whole: bool = True, device_name: Optional[str] = None, threads: Optional[int] = None, power: str = "auto",
                  passes: int = 1, seed: int = 1, time_budget: float = 0,
                  tell: Optional[Callable[[str], None]] = None) -> TorchMeasurement:
    """
    Measures a model where it is, on the processor or on a CUDA device: each layer alone, called as the model calls it, every
    configuration once, into the data set `output`; and with `whole` the model itself, into the data set of networks beside it
    (torch.csv, torch-networks.csv). The files only grow, and rows that they have are not measured again, so that a campaign
    that was stopped goes on. fit(output) learns a platform from it, if there are rows enough: see measure_torch_suite().

    `inputs` is a tensor, or the tuple of what the model is called with; `name` (its class, unless given) tells models apart in
    the files. `threads` are torch's, as they are set unless given; one is timed by CPU time, several by the wall clock. `power`
    is auto or off. `passes` repeats everything in another order. No row is begun after `time_budget` seconds. `tell` gets a
    line for each row.

    Operations that have no configuration are warned of, and stand in the result and in the file's comments. An exception
    that the model raises comes out.
    """
    inputs = inputs if isinstance(inputs, tuple) else (inputs,)
    name = name or type(model).__name__
    device, dtype = _where(model, inputs)
    campaign = _Campaign(_place(device), dtype, tell)
    options = _Options(output, device_name, threads, power, passes, seed, time_budget, tell)
    with evaluating(model):
        found = trace(model, inputs)
        _say_unknown(name, found.unknown)
        for one in found.calls:
            campaign.calls.setdefault((name if whole else "", layer_text(one.layer)), one)
        if not whole:
            return _run_campaign(campaign, options, [one.layer for one in found.calls], [], [], found.unknown)
        campaign.wholes[name, _batch(inputs)] = (model, inputs)
        network = _Network(name, _batch(inputs), [one.layer for one in found.calls])
        return _run_campaign(campaign, options, [], [network], [], found.unknown)


def _suite_path(suite: PathLike) -> PathLike:
    """A name is looked up among the shipped ones; a path holds a '/' or ends in .txt."""
    if not isinstance(suite, str) or "/" in suite or suite.endswith(".txt"):
        return suite
    found = [path / f"{suite}.txt" for path in _share.directories("suites") if (path / f"{suite}.txt").exists()]
    if not found:
        raise ArgumentError(f"no suite '{suite}'; a path ends in .txt or holds a '/'")
    return found[0]


def measure_torch_suite(suite: PathLike = "quick", output: PathLike = "torch.csv", *, device: Any = "cpu",
                        dtype: torch.dtype = torch.float32, device_name: Optional[str] = None, threads: Optional[int] = None,
                        power: str = "auto", passes: int = 1, seed: int = 1, time_budget: float = 0,
                        tell: Optional[Callable[[str], None]] = None) -> TorchMeasurement:
    """
    Measures the layers of a suite (quick, paper, full, or a file with a layer text a line) as torch runs them: rows enough for
    fit() to learn the platform "PyTorch on this device". Layers that torch does not have, such as uneven padding, are left out
    and counted. The rest is as for measure_torch(), which may add rows to the same file.
    """
    campaign = _Campaign(_place(torch.device(device)), dtype, tell)
    options = _Options(output, device_name, threads, power, passes, seed, time_budget, tell)
    return _run_campaign(campaign, options, [], [], [encode(_suite_path(suite))], {})
