"""Imports Qt without what PySide6 does at every start for features that Companion does not use."""

from __future__ import annotations

import builtins
import threading
from types import CodeType
from typing import Any

_FOLDER = "shibokensupport/signature/"
_LATER = frozenset(
    f"{_FOLDER}{name}.py"
    for name in ("errorhandler", "layout", "mapping", "parser", "lib/enum_sig", "lib/pyi_generator", "lib/tool")
)
_lock = threading.RLock()
_sources: dict[str, bytes] = {}
_compile = builtins.compile
_FIRST_USE = _compile(
    "def __getattr__(name):\n"
    "    from companion.ui.qt_loading import loaded\n"
    "    return loaded(globals(), name)\n"
    # What PySide6 looks for itself, in the names of the module ``mapping``, and calls before it needs any other.
    "def update_mapping():\n"
    "    return __getattr__('update_mapping')()\n",
    "<not compiled yet>",
    "exec",
)


def load_qt() -> None:
    """Import PySide6, which puts a hook in the place of the import statement and compiles 100 kB of its own source.

    The hook, for ``from __feature__ import …``, reads the source of every module that is imported from then on, and
    keeps it in memory: 20 MiB in all. It is taken out again. What is compiled describes signatures, for the error of a
    call with wrong arguments and for stub files. That waits until it is used: it takes a tenth of the start.
    """
    import_ = builtins.__import__
    builtins.compile = _compile_later
    try:
        import PySide6.QtCore  # noqa: F401
    finally:
        builtins.compile, builtins.__import__ = _compile, import_


def _compile_later(source: Any, filename: Any, *more: Any, **named: Any) -> Any:
    if filename not in _LATER:
        return _compile(source, filename, *more, **named)
    _sources[filename] = source
    return _FIRST_USE


def loaded(module: dict[str, Any], name: str) -> object:
    """Returns what a module of PySide6 calls `name`; the module is compiled and run when that is first asked for."""
    if not name.startswith("__"):
        with _lock:
            source = _sources.pop(module["__file__"], None)
            if source is not None:
                code: CodeType = _compile(source, module["__file__"], "exec")
                exec(code, module)  # noqa: S102 - what PySide6 itself would have run
    if name in module:
        return module[name]
    raise AttributeError(f"module {module['__name__']!r} has no attribute {name!r}")
