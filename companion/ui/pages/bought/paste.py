"""The field for what a person has at hand: the text of an e-mail, a key, a number, a link."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, Signal
from PySide6.QtWidgets import QFileDialog, QPlainTextEdit, QVBoxLayout, QWidget

from companion.ui.pages.bought.dropped import Dropped, taken
from companion.ui.state.offered import Offered
from companion.ui.widgets.basic import button, clear, column, row
from companion.ui.widgets.notice import Notice

_LONG = 2_000
_FILE_TYPES = "E-mails and texts (*.eml *.emlx *.mbox *.mbx *.msg *.html *.htm *.txt *.lic);;All files (*)"


class PasteBox(QPlainTextEdit):
    """Takes what is typed; a whole e-mail that is pasted is looked at right away, with its layout."""

    offered = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Paste or type what you have")
        self.setPlaceholderText(
            "Or paste or type it here: the text of an e-mail, a licence key, an order number, a download link, "
            "a shop's address"
        )
        self.setTabChangesFocus(True)
        self.setFixedHeight(84)
        # What is dropped belongs to the window, which takes more than texts.
        self.setAcceptDrops(False)
        self.viewport().setAcceptDrops(False)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        # Also what cannot be read: the page says why.
        return bool(source.formats())

    def insertFromMimeData(self, source: QMimeData) -> None:
        if source.hasUrls() or len(source.text()) > _LONG or not source.hasText():
            self.offered.emit(taken(source))
        else:
            self.insertPlainText(source.text())


class PasteEntry(QWidget):
    """The field with its buttons; `offered` carries what was pasted, typed or chosen, as a `Dropped`."""

    offered = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.box = PasteBox()
        self.box.offered.connect(self.offered)
        self.box.textChanged.connect(self.forget)
        self._outcome = column(spacing=8)
        look = button("Look at it", self._look, "primary", name="Look at what was pasted or typed")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(12)
        outer.addWidget(self.box)
        outer.addLayout(row(look, button("Open a file…", self._open), None))
        outer.addLayout(self._outcome)

    @property
    def holds_work(self) -> bool:
        """Whether something was typed that was not looked at yet."""
        return bool(self.box.toPlainText().strip())

    def forget(self) -> None:
        """Take off what was said of the last press."""
        clear(self._outcome)

    def _look(self) -> None:
        text = self.box.toPlainText()
        self.forget()
        if text.strip():
            self.box.clear()
            self.offered.emit(Dropped(Offered(texts=(("What you typed", text),))))
            return
        words = "Paste or type it into the field first, or open a file."
        notice = Notice("Nothing was pasted or typed yet", words, tone="attention", closable=False)
        self._outcome.addWidget(notice)
        self.box.setFocus()

    def _open(self) -> None:
        chosen, _ = QFileDialog.getOpenFileNames(self, "Open e-mails or texts", str(Path.home()), _FILE_TYPES)
        if chosen:
            self.offered.emit(Dropped(Offered(files=tuple(Path(path) for path in chosen))))
