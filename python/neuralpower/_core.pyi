# Made from the public headers by make_core.py; see include/neuralpower/ for what is in it.
from typing import Any

ffi: Any
lib: Any
