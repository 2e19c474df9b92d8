"""Our own icons: SVG drawings that take the colour of the theme."""

from __future__ import annotations

import functools

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from companion.services.app.resources import resource


@functools.cache
def icon(name: str, colour: str = "") -> QIcon:
    """The icon `name` from the resources; `colour` replaces its current colour."""
    return QIcon(pixmap(name, colour, 64))


@functools.cache
def pixmap(name: str, colour: str = "", size: int = 24) -> QPixmap:
    """The icon as a square of `size` pixels, drawn at twice that for sharp screens."""
    drawing = resource(f"icons/{name}.svg").read_text(encoding="utf-8")
    if colour:
        drawing = drawing.replace("currentColor", colour)
    picture = QPixmap(size * 2, size * 2)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(QByteArray(drawing.encode())).render(painter, QRectF(0, 0, size * 2, size * 2))
    painter.end()
    picture.setDevicePixelRatio(2.0)
    return picture
