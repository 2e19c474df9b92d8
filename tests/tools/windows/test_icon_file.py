"""The icon of the Windows program has our drawing in each size that Windows asks for."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QImage, QImageReader

from companion.services.app.resources import resource
from tools.windows.icon_file import SIDE, SIZES, write_icon, write_side_picture


def test_every_size_is_in_it_and_drawn(tmp_path: Path) -> None:
    target = tmp_path / "new" / "companion.ico"
    write_icon(resource("icons/companion.svg"), target)
    pictures = read(target.read_bytes())
    assert tuple(picture.width() for picture in pictures) == SIZES
    for picture in pictures:
        assert picture.height() == picture.width()
        assert picture.pixelColor(0, 0).alpha() == 0, "its corners are round"
        middle = picture.pixelColor(picture.width() // 2, picture.height() // 2)
        assert middle.name() == "#8adbe4"


def test_the_side_of_the_installer_shows_it_on_a_plain_ground(tmp_path: Path) -> None:
    target = tmp_path / "new" / "side.bmp"
    write_side_picture(resource("icons/companion.svg"), target)
    picture = QImage(str(target))
    assert target.read_bytes()[:2] == b"BM"
    assert (picture.width(), picture.height()) == SIDE
    assert picture.pixelColor(0, 0) == picture.pixelColor(SIDE[0] - 1, SIDE[1] - 1)
    ground, drawn = picture.pixelColor(0, 0).name(), {picture.pixelColor(x, 207).name() for x in range(SIDE[0])}
    assert {ground, "#0b6b78", "#8adbe4"} <= drawn


def read(content: bytes) -> list[QImage]:
    buffer = QBuffer()
    buffer.setData(content)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, b"ico")
    found = []
    for number in range(reader.imageCount()):
        assert reader.jumpToImage(number)
        found.append(reader.read())
    return found
