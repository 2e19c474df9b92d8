"""Saving a paper where the person wants it, and showing it in the system's own viewer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from companion.domain.core.errors import CompanionError
from companion.domain.transfers.filenames import safe_filename
from companion.services.app.atomic_file import write_file
from companion.ui.state.app_state import AppState
from companion.ui.widgets.notice import Notice

Told = Callable[[Notice | CompanionError], None]


def ask_where(parent: QWidget, title: str, name: str, kinds: str) -> Path | None:
    """Where the person wants a file to go; None when they changed their mind."""
    chosen, _ = QFileDialog.getSaveFileName(parent, title, str(Path.home() / safe_filename(name)), kinds)
    return Path(chosen) if chosen else None


def save(
    app_state: AppState,
    owner: QObject,
    path: Path,
    content: Callable[[], bytes],
    title: str,
    told: Told,
    *,
    show: bool = False,
) -> None:
    """Make and write a file in the background and tell how it went; `show` opens it in the system's viewer.

    `content` runs on another thread. `told` is called only while `owner` exists; the file is written in any case.
    """

    def done(_: None) -> None:
        told(
            Notice(
                title,
                str(path),
                tone="ok",
                actions=(("Open it", lambda: open_file(path)), ("Show the folder", lambda: open_file(path.parent))),
            )
        )
        if show:
            open_file(path)

    app_state.runner.run(owner, lambda _: write_file(path, content()), done, told)


def open_file(path: Path) -> bool:
    """Open a file in the program the system has for it."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
