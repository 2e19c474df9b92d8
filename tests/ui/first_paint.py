"""Prints what has been imported on the window's thread, and which widgets of Qt, when the window is painted first.

Run as a program of its own by ``test_first_paint.py``: in the process of the tests everything is imported already.
"""

from __future__ import annotations

import importlib.abc
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType


class Watch(importlib.abc.MetaPathFinder):
    """Notes the modules that are looked for on the thread it was made on; finds none itself."""

    def __init__(self) -> None:
        self._thread = threading.get_ident()
        self.seen: list[str] = []

    def find_spec(self, fullname: str, _path: Sequence[str] | None, _target: ModuleType | None = None) -> None:
        if threading.get_ident() == self._thread:
            self.seen.append(fullname)


def main() -> None:
    watch = Watch()
    sys.meta_path.insert(0, watch)
    from companion.services.container.store import build_window_services
    from companion.ui.app.application import WindowedProgram, application

    services = build_window_services(Path(sys.argv[1]), None)
    qt = application()
    program = WindowedProgram(qt, services, has_tray=lambda: True)  # else a first start shows a notice
    from PySide6 import QtWidgets
    from PySide6.QtCore import QEvent, QObject

    class FirstPaint(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if watched is program.window and event.type() is QEvent.Type.Paint and watch.seen:
                kinds = (f"PySide6.QtWidgets.{name}" for name in vars(QtWidgets))
                sys.stdout.write("\n".join([*watch.seen, *kinds]) + "\n")
                watch.seen = []
                program.quit()
            return False

    first = FirstPaint()
    program.window.installEventFilter(first)
    program.start(in_tray=False)
    qt.exec()
    services.close()


if __name__ == "__main__":
    main()
