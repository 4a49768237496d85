"""Networks: what a path, bytes or a torch module becomes before anything is asked of it."""
from __future__ import annotations

import os
from typing import Any, Mapping, Optional, Sequence, Union

from . import _torch
from ._call import Held, PathLike, call, create, encode, text
from ._core import ffi, lib
from .errors import ArgumentError

Shapes = Mapping[str, Sequence[int]]
Dims = Mapping[str, int]


class Network(Held):
    """
    A network whose shapes are known. Made by load(). Immutable: threads may share it.
    """

    def __init__(self, handle: Any) -> None:
        self._handle = handle

    @property
    def name(self) -> str:
        return text(lib.np_network_name(self._handle))

    @property
    def file(self) -> str:
        """Where it was read from; of bytes and torch modules the name that stands for it."""
        return text(lib.np_network_path(self._handle))

    @property
    def format(self) -> str:
        """caffe, onnx, paleo or json."""
        return text(lib.np_network_format(self._handle))

    @property
    def batch(self) -> int:
        """How many items one forward pass takes."""
        return int(lib.np_network_batch(self._handle))

    @property
    def layer_count(self) -> int:
        return int(lib.np_network_layer_count(self._handle))

    @property
    def warnings(self) -> list[str]:
        """What the reader assumed or did not know."""
        return [text(lib.np_network_warning(self._handle, i)) for i in range(lib.np_network_warning_count(self._handle))]

    def __repr__(self) -> str:
        return f"<Network {self.name} ({self.file}, {self.format}), batch {self.batch}, {self.layer_count} layers>"


NetworkLike = Union[PathLike, bytes, bytearray, memoryview, _torch.TorchModule, Network]


def _options(batch: Optional[int], shapes: Optional[Shapes], dims: Optional[Dims], strict: bool) -> tuple[Any, list[Any]]:
    """np_load_options, and what must be kept as long as they are used."""
    if batch is not None and batch < 1:
        raise ArgumentError(f"batch {batch}: a number from 1 was expected")
    options, kept = ffi.new("np_load_options *", {"batch": batch or 0, "strict": strict}), []
    inputs, sizes = [], []
    for name, shape in (shapes or {}).items():
        kept += [ffi.new("char[]", name.encode()), ffi.new("int64_t[]", list(shape))]
        inputs.append({"input": kept[-2], "shape": {"rank": len(shape), "dims": kept[-1]}})
    for name, size in (dims or {}).items():
        kept.append(ffi.new("char[]", name.encode()))
        sizes.append({"name": kept[-1], "size": size})
    kept += [ffi.new("np_input_shape[]", inputs), ffi.new("np_named_dim[]", sizes)]
    options.shapes, options.shape_count, options.dims, options.dim_count = kept[-2], len(inputs), kept[-1], len(sizes)
    return options, kept


class Source:
    """What a network is read from, so that it can be read at several batches; a torch module is exported once."""

    def __init__(self, network: NetworkLike, example_inputs: Any = None, name: Optional[str] = None) -> None:
        if _torch.is_module(network):
            self._content: Union[PathLike, bytes, bytearray, memoryview, Network] = _torch.export(network, example_inputs)
            self._name = name or type(network).__name__
            return
        if example_inputs is not None:
            raise ArgumentError("example_inputs go with a torch.nn.Module; batch, shapes and dims set the shapes of a file")
        if not isinstance(network, (str, os.PathLike, bytes, bytearray, memoryview, Network)):
            raise TypeError(f"a path, bytes, a torch.nn.Module or a Network was expected, not {type(network).__name__}")
        self._content = network
        self._name = name or "bytes"

    def load(self, batch: Optional[int] = None, shapes: Optional[Shapes] = None, dims: Optional[Dims] = None,
             strict: bool = False) -> Network:
        if isinstance(self._content, Network):
            if batch not in (None, self._content.batch) or shapes or dims:
                raise ArgumentError("a Network has its shapes already; give the file, bytes or module to set others")
            return self._content
        options, kept = _options(batch, shapes, dims, strict)
        if isinstance(self._content, (str, os.PathLike)):
            arguments: tuple[Any, ...] = (lib.np_network_load, lib.np_network_free, encode(self._content))
        else:
            data = ffi.from_buffer(self._content)
            arguments = (lib.np_network_load_memory, lib.np_network_free, data, len(data), encode(self._name))
        network = Network(create("np_network *", *arguments, options))
        del kept
        return network


def load(network: NetworkLike, *, batch: Optional[int] = None, shapes: Optional[Shapes] = None, dims: Optional[Dims] = None,
         strict: bool = False, example_inputs: Any = None, name: Optional[str] = None) -> Network:
    """
    Reads a network: a file (Caffe prototxt, ONNX, Paleo JSON or our own JSON), the bytes of one, or a torch.nn.Module, which
    is exported to ONNX with its `example_inputs` and without its weights.

    `batch` sets the leading dimension of every input, `shapes` the shape of an input by its name, `dims` symbolic dimensions
    of an ONNX file. `strict` makes an operator nobody knows an UnsupportedError instead of a warning. `name` stands for the
    path of bytes and modules.
    """
    return Source(network, example_inputs, name).load(batch, shapes, dims, strict)
