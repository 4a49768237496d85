"""torch modules as ONNX bytes. torch is imported only when a module is at hand, and so is there already."""
from __future__ import annotations

import sys
from typing import Any


def is_module(network: object) -> bool:
    """Whether it is a torch.nn.Module, without importing torch for it."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(network, torch.nn.Module)


def export(module: Any, example_inputs: Any) -> bytes:
    raise NotImplementedError
