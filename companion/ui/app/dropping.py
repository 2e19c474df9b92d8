"""The window as the place where things are dropped, whatever page is shown."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QMainWindow

from companion.ui.frame.drop_here import DropHere


class DropWindow(QMainWindow):
    """Takes what is dragged onto it; `dropped` is emitted with it, as a `Dropped`."""

    dropped = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self._drop_here = DropHere(self)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        from companion.ui.pages.bought.dropped import promise

        if event.source() is not None:
            return  # Text of this window itself, which is being selected.
        # What cannot be read is taken as well: a pointer that refuses does not say why, nor what could be dropped.
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self._drop_here.cover(*promise(event.mimeData()))

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self._drop_here.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        from companion.ui.pages.bought.dropped import taken

        self._drop_here.hide()
        # Never moved: the e-mail stays where it is.
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.dropped.emit(taken(event.mimeData()))
