"""Guessing the character set of an answer, which requests loads a library for and Companion does not do."""

from __future__ import annotations

import importlib
import sys
import threading
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

_LIBRARY = "charset_normalizer"
_lock = threading.RLock()


def guess_later() -> None:
    """Put a module in the place of the library that looks for it, and loads it, at the first use.

    It takes 2 MiB. What requests asks when it is imported itself is the library's version. Documents of stores say what
    their character set is, or are UTF-8.
    """
    if _LIBRARY not in sys.modules:
        sys.modules.setdefault(_LIBRARY, _not_loaded_yet())


def _not_loaded_yet() -> ModuleType:
    made = ModuleType(_LIBRARY)
    loaded = False

    def find(name: str) -> object:
        nonlocal loaded
        if name == "__version__":
            _find(made)
            return importlib.import_module(f"{_LIBRARY}.version").__version__
        if not name.startswith("__"):
            with _lock:  # other threads wait until all of it is there
                spec = _find(made)
                if not loaded and spec.loader is not None:
                    loaded = True
                    spec.loader.exec_module(made)
        if name in vars(made):
            return vars(made)[name]
        raise AttributeError(f"module {_LIBRARY!r} has no attribute {name!r}")

    vars(made)["__getattr__"] = find
    return made


def _find(made: ModuleType) -> ModuleSpec:
    """Returns where the library is, and describes `made` so that its parts can be imported; `ImportError` without."""
    spec = made.__spec__ or PathFinder.find_spec(_LIBRARY)
    if spec is None:
        raise ModuleNotFoundError(f"No module named {_LIBRARY!r}", name=_LIBRARY)
    made.__spec__, made.__loader__, made.__package__ = spec, spec.loader, _LIBRARY
    made.__file__, made.__path__ = spec.origin, spec.submodule_search_locations or []
    return spec
