"""A window of another program, from which something is dragged: ``python -m tests.kits.drag_source KIND VALUE...``.

KIND is what is dragged: "files", "link", "text" or "picture".
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDrag, QImage, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel

TITLE = "Dragged from here"


class _Source(QLabel):
    """Begins a drag as soon as the mouse moves with its button down.

    It writes what became of it and stays: what was dropped is fetched from here only then.
    """

    def __init__(self, data: QMimeData) -> None:
        super().__init__(TITLE)
        self._data = data
        self.setWindowTitle(TITLE)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            drag = QDrag(self)
            drag.setMimeData(self._data)
            done = drag.exec(Qt.DropAction.CopyAction | Qt.DropAction.MoveAction, Qt.DropAction.MoveAction)
            sys.stdout.write(f"{done.name}\n")
            sys.stdout.flush()


def _data(kind: str, values: list[str]) -> QMimeData:
    data = QMimeData()
    if kind == "files":
        data.setUrls([QUrl.fromLocalFile(value) for value in values])
    elif kind == "link":
        data.setUrls([QUrl(value) for value in values])
        data.setText(values[0])
    elif kind == "text":
        data.setText(values[0])
    else:
        data.setImageData(QImage(8, 8, QImage.Format.Format_RGB32))
    return data


def main() -> None:
    """Show the window until it is ended."""
    application = QApplication(sys.argv[:1])
    source = _Source(_data(sys.argv[1], sys.argv[2:]))
    source.setGeometry(1060, 80, 180, 180)
    source.show()
    application.exec()


if __name__ == "__main__":
    main()
