"""Whatever is dropped on the window: it is read, or it is said what it is and what to do instead."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from companion.ui.app.application import WindowedProgram
from companion.ui.frame.drop_here import DropHere
from companion.ui.navigation import Destination
from companion.ui.pages.bought.dropped import promise, taken
from companion.ui.pages.bought.paste import PasteBox
from companion.ui.pages.stores import StoresPage
from companion.ui.wizard.file.page import FilePage
from tests.kits.linux import script
from tests.kits.mails import ORDER_MAIL
from tests.kits.ui import button
from tests.ui.pages.test_bought import OTHER, Person, files, mail_file

_PDF, _PNG = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\nOrder number 4711", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


@pytest.fixture
def person(fresh: WindowedProgram, qtbot: QtBot) -> Person:
    return Person(fresh, qtbot)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, bytes], Path]:
    """Writes a file, and returns where it is."""

    def work(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        return path

    return work


Write = Callable[[str, bytes], Path]


@pytest.mark.parametrize(
    ("name", "content", "what", "advice"),
    [
        ("invoice.pdf", _PDF, "It is a document (PDF), which Companion cannot read.", "copy it and paste it here"),
        ("screenshot.png", _PNG, "It is a picture or a film, and Companion reads texts only.", "by hand"),
        ("order.docx", b"PK\x03\x04\x14\0", "It is a document, which Companion cannot read.", "copy it"),
        ("mails.tar.gz", b"\x1f\x8b\x08\0\0", "It is an archive: files that are packed together.", "Unpack it first"),
        ("notes.bin", b"\0\1\2\3" * 9, "Neither an e-mail nor a text.", "What can be dropped: an e-mail"),
        ("film.mp4", b"\0\0\0\x20ftypisom" + bytes(34 * 2**20), "It is a picture or a film", "by hand"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_what_to_do(
    person: Person, write: Write, name: str, content: bytes, what: str, advice: str
) -> None:
    person.drop(files(write(name, content)))
    person.until(lambda: person.reads(what))
    assert person.reads(f"Not recognised: {name}")
    assert person.reads(advice)
    person.press("Add by hand")
    person.field("Product")


def test_a_picture_that_is_no_file_is_taken_in_order_to_say_so(person: Person) -> None:
    data = QMimeData()
    data.setImageData(QImage(8, 8, QImage.Format.Format_RGB32))
    assert promise(data)[0] == "Companion cannot read this"
    person.drop(data)
    person.until(lambda: person.reads("This could not be taken"))
    assert person.reads("It is a picture, and Companion reads texts only. What can be dropped: an e-mail")


def test_a_picture_that_is_pasted_is_answered_as_well(person: Person) -> None:
    person.window.navigate_to(Destination("bought"))
    box = person.window.current.findChild(PasteBox)
    assert box is not None
    data = QMimeData()
    data.setImageData(QImage(8, 8, QImage.Format.Format_RGB32))
    assert box.canInsertFromMimeData(data)
    box.insertFromMimeData(data)
    person.until(lambda: person.reads("It is a picture, and Companion reads texts only."))


def test_an_unknown_kind_of_drag_is_answered() -> None:
    data = QMimeData()
    data.setData("application/x-chess-move", b"e4")
    assert taken(data).hint.startswith("What can be dropped: an e-mail or a whole mailbox")
    assert taken(QMimeData()).hint == ""


@pytest.mark.parametrize("as_file", [True, False])
def test_a_link_of_a_browser_leads_to_asking_that_shop(person: Person, write: Write, *, as_file: bool) -> None:
    address = "https://shop.harbour.example/account"
    data = QMimeData()
    data.setUrls([QUrl(address)])
    if as_file:
        data = files(write("Harbour Shop.url", f"[InternetShortcut]\r\nURL={address}\r\n".encode()))
    person.drop(data)
    person.until(lambda: isinstance(person.window.current, StoresPage))


def test_the_mails_in_a_folder_are_read(person: Person, write: Write, tmp_path: Path) -> None:
    write("orders/one.eml", ORDER_MAIL.encode())
    write("orders/two.eml", OTHER.encode())
    write("orders/photo.png", _PNG)
    person.drop(files(tmp_path / "orders"))
    person.until(lambda: person.reads("2 purchases found"))


def test_a_folder_without_mails_says_what_to_drop_of_it(person: Person, write: Write, tmp_path: Path) -> None:
    write("harbour/readme.txt", b"Run setup.exe")
    write("harbour/setup.exe", b"MZ\0")
    person.drop(files(tmp_path / "harbour"))
    person.until(lambda: person.reads("There is no e-mail in this folder"))
    assert person.reads("Open the folder and drop setup.exe.")


def test_a_mail_and_an_installer_are_both_taken(person: Person, tmp_path: Path) -> None:
    setup = script(tmp_path / "harbour.run", "#!/bin/sh\n# Makeself\nexit 0\n")
    person.drop(files(setup, mail_file(tmp_path)))
    person.until(lambda: person.reads("An e-mail about a purchase"))
    assert person.reads("An installer waits")
    button(person.window.notices, "Install harbour.run…").click()
    person.until(lambda: isinstance(person.window.current, FilePage))
    assert not person.reads("An installer waits")


def test_of_several_installers_the_others_wait(person: Person, tmp_path: Path) -> None:
    names = ("one.run", "two.run", "three.run")
    person.drop(files(*(script(tmp_path / name, "#!/bin/sh\n# Makeself\nexit 0\n") for name in names)))
    person.until(lambda: person.reads("2 installers wait"))
    assert isinstance(person.window.current, FilePage)
    assert person.reads("one.run")
    button(person.window.notices, "Install two.run…").click()
    person.until(lambda: person.reads("An installer waits") and person.reads("two.run,"))


def test_what_waits_still_waits_after_another_drop(person: Person, tmp_path: Path) -> None:
    one, two, three = (script(tmp_path / f"{name}.run", "#!/bin/sh\n# Makeself\nexit 0\n") for name in "abc")
    person.drop(files(one, two))
    person.until(lambda: person.reads("An installer waits"))
    person.drop(files(mail_file(tmp_path)))
    person.until(lambda: person.reads("An e-mail about a purchase"))
    assert person.reads("An installer waits")
    person.drop(files(three, two, mail_file(tmp_path)))
    person.until(lambda: person.reads("2 installers wait"))
    assert person.reads("b.run and c.run")
    person.window.notices.drop("dropped")
    person.drop(files(one, mail_file(tmp_path)))
    person.until(lambda: person.reads("An installer waits"))
    assert not person.reads("b.run"), "what was put away is not offered again"


def test_of_very_many_files_it_is_said_which_were_taken(person: Person, write: Write) -> None:
    person.drop(files(*(write(f"{number:02}.pdf", _PDF) for number in range(55))))
    person.until(lambda: person.reads("47 more could not be used"))
    assert person.reads("These are the first 50 of 55. Drop the others afterwards.")


def test_a_text_of_the_window_itself_is_not_taken(person: Person) -> None:
    class OwnDrag(QDragEnterEvent):
        def source(self) -> QWidget:
            return person.window

    data = QMimeData()
    data.setText("Your order")
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    entering = OwnDrag(QPoint(300, 300), copy, data, left, Qt.KeyboardModifier.NoModifier)
    entering.ignore()
    person.window.dragEnterEvent(entering)
    assert not entering.isAccepted()
    cover = person.window.findChild(DropHere)
    assert cover is not None
    assert not cover.isVisible()
