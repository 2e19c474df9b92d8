"""Guessing the character set of an answer, which requests loads a library for and Companion does not do."""

from __future__ import annotations

import importlib.util
import sys
import threading
from types import ModuleType

_LIBRARY = "charset_normalizer"
_lock = threading.RLock()


def guess_later() -> None:
    """Put a module in the place of the library that loads it at the first use: 2 MiB for what is not done.

    What requests asks when it is imported itself is the library's version. Documents of stores say what their character
    set is, or are UTF-8.
    """
    if _LIBRARY not in sys.modules and (made := _not_loaded_yet()) is not None:
        sys.modules.setdefault(_LIBRARY, made)


def _not_loaded_yet() -> ModuleType | None:
    spec = importlib.util.find_spec(_LIBRARY)
    if spec is None or spec.loader is None:
        return None
    made, unloaded = importlib.util.module_from_spec(spec), [spec.loader.exec_module]

    def find(name: str) -> object:
        if name == "__version__":
            return importlib.import_module(f"{_LIBRARY}.version").__version__
        if not name.startswith("__"):
            with _lock:  # other threads wait until all of it is there
                if unloaded:
                    unloaded.pop()(made)
        if name in vars(made):
            return vars(made)[name]
        raise AttributeError(f"module {_LIBRARY!r} has no attribute {name!r}")

    vars(made)["__getattr__"] = find
    return made
