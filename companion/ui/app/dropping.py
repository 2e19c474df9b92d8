"""The window as the place where things are dropped, whatever page is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QMainWindow

from companion.ui.frame.drop_here import DropHere

if TYPE_CHECKING:
    from companion.ui.pages.bought.dropped import Dropped


class DropWindow(QMainWindow):
    """Takes what is dragged onto it and hands it to `add_dropped`."""

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
        self.add_dropped(taken(event.mimeData()))

    def add_dropped(self, dropped: Dropped) -> None:
        """Look at what was dropped, on the page for that."""
        raise NotImplementedError
