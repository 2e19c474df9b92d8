"""Looking at widgets as a person does, and a store that waits for that."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def texts_of(widget: QWidget) -> list[str]:
    """Every text a person can read in a widget, once what was just put into it has come up."""
    QCoreApplication.sendPostedEvents()
    found: list[QLabel | QAbstractButton] = [*widget.findChildren(QLabel), *widget.findChildren(QAbstractButton)]
    return [part.text() for part in found if part.isVisibleTo(widget) and part.text()]


def button(parent: QWidget, text: str) -> QAbstractButton:
    """The button with this text."""
    return next(
        found for found in parent.findChildren(QAbstractButton) if found.text() == text and found.isVisibleTo(parent)
    )


class Gate:
    """While it is shut, the store takes its time with files; everything else goes on."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self.open()

    def open(self) -> None:
        self._open.set()

    def shut(self) -> None:
        self._open.clear()

    def around(self, application: WSGIApplication) -> WSGIApplication:
        def guarded(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            if environ["PATH_INFO"].startswith("/v1/files/"):
                self._open.wait()
            return application(environ, start_response)

        return guarded
