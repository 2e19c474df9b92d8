"""The field for what a person has at hand: the text of an e-mail, a key, a number, a link."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, Signal
from PySide6.QtWidgets import QPlainTextEdit

from companion.ui.pages.bought.dropped import taken

_LONG = 2_000
FILE_TYPES = "E-mails and texts (*.eml *.emlx *.mbox *.mbx *.msg *.html *.htm *.txt *.lic);;All files (*)"


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
