"""Our drawing as a Windows icon file, and as the picture at the side of the installer."""

from __future__ import annotations

import struct
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

SIZES = (16, 20, 24, 32, 40, 48, 64, 96, 128, 256)
"""In pixels: what Windows draws in lists, the taskbar and folders, at 100 to 200 per cent."""
SIDE = (328, 628)
"""In pixels: twice what the installer shows at 100 per cent."""
_SIDE_GROUND = "#e3f0f2"
_HEAD, _ENTRY = struct.Struct("<HHH"), struct.Struct("<BBBBHHII")
_ICON, _PLANES, _BITS = 1, 1, 32


def write_icon(drawing: Path, target: Path) -> None:
    """Write the SVG `drawing` in all sizes as PNG pictures into one icon file, which Windows reads since Vista."""
    pictures = [_png(QSvgRenderer(str(drawing)), size) for size in SIZES]
    offset = _HEAD.size + len(SIZES) * _ENTRY.size
    written = _HEAD.pack(0, _ICON, len(SIZES))
    for size, picture in zip(SIZES, pictures, strict=True):
        side = size % 256  # a byte: 0 stands for 256
        written += _ENTRY.pack(side, side, 0, 0, _PLANES, _BITS, len(picture), offset)
        offset += len(picture)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(written + b"".join(pictures))


def write_side_picture(drawing: Path, target: Path) -> None:
    """Write the SVG `drawing` on a plain ground as a bitmap, the one kind of picture that the installer shows."""
    width, height = SIDE
    picture = QImage(width, height, QImage.Format.Format_RGB888)
    picture.fill(QColor(_SIDE_GROUND))
    painter = QPainter(picture)
    side = width / 2
    QSvgRenderer(str(drawing)).render(painter, QRectF((width - side) / 2, height / 5, side, side))
    painter.end()
    target.parent.mkdir(parents=True, exist_ok=True)
    picture.save(str(target), "BMP")  # type: ignore[call-overload]  # the stubs know only the format as bytes


def _png(drawing: QSvgRenderer, size: int) -> bytes:
    picture = QImage(size, size, QImage.Format.Format_ARGB32)
    picture.fill(0)
    painter = QPainter(picture)
    drawing.render(painter)
    painter.end()
    written = QByteArray()
    buffer = QBuffer(written)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs know only the format as bytes
    return bytes(written.data())
