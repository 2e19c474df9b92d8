"""A serial key: masked until asked for, copied without leaving traces."""

from __future__ import annotations

import atexit
from functools import partial

from PySide6.QtCore import QByteArray, QMimeData, QTimer, Signal
from PySide6.QtGui import QClipboard, QGuiApplication
from PySide6.QtWidgets import QWidget

from companion.domain.core.model import Secret
from companion.ui.widgets.basic import button, column, label, row

CLEAR_SECONDS = 30
_MASK = "••••-••••-••••-••••"
# Clipboard formats by which Windows and KDE keep something out of their clipboard histories
# (learn.microsoft.com: "Clipboard formats", cloud clipboard and clipboard history formats).
_NOT_IN_HISTORY = {
    'application/x-qt-windows-mime;value="ExcludeClipboardContentFromMonitorProcessing"': b"\0\0\0\0",
    'application/x-qt-windows-mime;value="CanIncludeInClipboardHistory"': b"\0\0\0\0",
    'application/x-qt-windows-mime;value="CanUploadToCloudClipboard"': b"\0\0\0\0",
    "x-kde-passwordManagerHint": b"secret",
}


def copy_secret(secret: Secret) -> QTimer:
    """Put a secret on the clipboard; it is taken off again after 30 s, or when the program ends before.

    What was copied meanwhile is left alone. The returned timer belongs to the application: the page the key stood
    on may be long gone by then.
    """
    clipboard = QGuiApplication.clipboard()
    data = QMimeData()
    data.setText(secret.reveal())
    for form, content in _NOT_IN_HISTORY.items():
        data.setData(form, QByteArray(content))
    clipboard.setMimeData(data)
    application = QGuiApplication.instance()
    timer = QTimer(application)
    timer.setSingleShot(True)
    timer.setInterval(CLEAR_SECONDS * 1000)
    clear = partial(_clear, clipboard, secret)
    timer.timeout.connect(clear)
    timer.timeout.connect(timer.deleteLater)
    timer.timeout.connect(lambda: atexit.unregister(clear))
    if application is not None:
        application.aboutToQuit.connect(timer.timeout)
    # Without an event loop that ends in order too: Qt keeps what it was given until after Python has ended.
    atexit.register(clear)
    timer.start()
    return timer


def _clear(clipboard: QClipboard, secret: Secret) -> None:
    if QGuiApplication.instance() is not None and clipboard.text() == secret.reveal():
        clipboard.clear()


class KeyBox(QWidget):
    """The key of a licence with "Show" and "Copy"; `toggled` says whether it is shown."""

    toggled = Signal(bool)

    def __init__(self, key: Secret, *, case_sensitive: bool, note: str = "") -> None:
        super().__init__()
        self._key = key
        self._shown = False
        self._text = label(_MASK, "heading", wrap=False, selectable=True)
        self._text.setAccessibleName("Serial key, hidden")
        self._show = button("Show", self._toggle, name="Show the serial key")
        self._copy = button("Copy", self._put_on_clipboard, name="Copy the serial key")
        case = "Capital and small letters matter." if case_sensitive else ""
        self._note = label(f"{case} {note}".strip(), "small")
        parts = column(row(self._text, self._show, self._copy, None), self._note, spacing=4)
        parts.setContentsMargins(0, 0, 0, 0)
        self.setLayout(parts)

    def focus_copy(self) -> None:
        """Put the keyboard at the button that copies the key."""
        self._copy.setFocus()

    def _toggle(self) -> None:
        self._shown = not self._shown
        self._text.setText(self._key.reveal() if self._shown else _MASK)
        self._text.setAccessibleName(f"Serial key {self._key.reveal()}" if self._shown else "Serial key, hidden")
        self._show.setText("Hide" if self._shown else "Show")
        self.toggled.emit(self._shown)

    def reveal(self) -> None:
        """Show the key."""
        if not self._shown:
            self._toggle()

    def _put_on_clipboard(self) -> None:
        copy_secret(self._key)
        self._note.setText(f"Copied. The clipboard is cleared after {CLEAR_SECONDS} seconds.")


class KeysInSight:
    """The keys that the person asked for on a page, in memory only: the page may be made anew while they are read."""

    def __init__(self) -> None:
        self._found: dict[str, Secret] = {}
        self._shown: set[str] = set()

    def box(self, name: str, key: Secret, *, case_sensitive: bool) -> KeyBox:
        """Returns the box of a key, shown where it was shown when the page was made before."""
        self._found[name] = key
        box = KeyBox(key, case_sensitive=case_sensitive)
        if name in self._shown:
            box.reveal()
        box.toggled.connect(partial(self._keep, name))
        return box

    def found(self, name: str) -> Secret | None:
        """Returns the key that was asked for before, or None."""
        return self._found.get(name)

    def forget(self) -> None:
        """Forget all of them: the person goes elsewhere."""
        self._found.clear()
        self._shown.clear()

    def _keep(self, name: str, shown: bool) -> None:
        (self._shown.add if shown else self._shown.discard)(name)
