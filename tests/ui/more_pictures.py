"""Photographs of what pages do not show by themselves: dialogs, notices, the tray's menu, an installer at work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLineEdit

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.installation.exit_codes import Outcome
from companion.domain.installation.models import InstallationResult
from companion.domain.installation.proof.installation import CheckedFile, FileInstallation
from companion.domain.installation.proof.outcome import FileOutcome, Proof
from companion.domain.installation.proof.system_record import InstalledProduct, RecordView
from companion.domain.store.profile import ExitMeaning
from companion.services.support.case_values import CaseAbout
from companion.ui.dialogs.auto_renewal import ask_to_switch
from companion.ui.dialogs.case_file import show_case_file
from companion.ui.dialogs.password import ask_for_password
from companion.ui.navigation import Destination
from companion.ui.pages.bought.dropped import Dropped, promise, taken
from companion.ui.state.offered import Offered
from companion.ui.widgets.notice import Notice
from tests.kits.linux import script
from tests.kits.mails import ORDER_MAIL

if TYPE_CHECKING:
    from tests.ui.pictures import Photographer

_FAMILY, _UNWANTED, _LETTER = "LF-5930-2216", "LF-3126-9058", "LF-7720-3348"
_MEANT = Destination("order", _FAMILY)
_OF_PAGES = (
    (_MEANT, "Remove this order…", "remove-order"),
    (_MEANT, "Free this seat…", "free-a-seat"),
    (_MEANT, "Request a return…", "return"),
    (Destination("order", _LETTER), "Read the letter…", "letter"),
    (Destination("order", _UNWANTED), "Give the renewal back…", "give-a-renewal-back"),
    (Destination("settings", item="data"), "Show what would be removed…", "remove-everything"),
    (Destination("settings", item="about"), "Read the licence texts…", "licences"),
)


def dialogs(camera: Photographer) -> None:
    """Every dialog; the questions of a page are asked by its buttons."""
    window, state, services = camera.window, camera.program.app_state, camera.services
    card = next(each for each in state.snapshot.cards if each.order_number == _FAMILY)
    made: list[tuple[str, Callable[[], QDialog]]] = [
        ("switch-on", lambda: ask_to_switch(window, state, card.order_number, card.licence_id, True)),
        ("case-file", lambda: show_case_file(
            window, state, services.case_files, services.orders, CaseAbout(_FAMILY))),
        ("password", lambda: ask_for_password(window, state, _FAMILY)),
    ]  # fmt: skip
    for name, make in made:
        _one(camera, name, make())
    for place, words, name in _OF_PAGES:
        window.navigate_to(place)
        camera.settle()
        parts = window.current.findChildren(QAbstractButton)
        next(part for part in parts if part.text() == words and part.isVisibleTo(window)).click()
        camera.settle()
        shown = [each for each in QApplication.topLevelWidgets() if isinstance(each, QDialog) and each.isVisible()]
        _one(camera, name, shown[0])


def _one(camera: Photographer, name: str, dialog: QDialog) -> None:
    dialog.show()
    camera.settle()
    camera.take(f"20-dialog-{name}", dialog)
    dialog.done(0)
    dialog.hide()


def drops(camera: Photographer, root: Path) -> None:
    """What is dragged over the window, and what is said of what was dropped."""
    window, picture, mail = camera.window, QMimeData(), QMimeData()
    picture.setImageData(QImage(8, 8, QImage.Format.Format_RGB32))
    mail.setUrls([QUrl.fromLocalFile("/home/ada/order.eml")])
    window.navigate_to(Destination("home"))
    camera.settle()
    for name, data in (("mail", mail), ("picture", picture)):
        window._drop_here.cover(*promise(data))
        camera.take(f"21-drag-{name}")
        window._drop_here.hide()
    invoice = root / "Invoice 4711.pdf"
    invoice.write_bytes(b"%PDF-1.7\n")
    for name, dropped in (
        ("pdf", Dropped(Offered(files=(invoice,)))),
        ("picture", taken(picture)),
        ("folder", Dropped(Offered(files=(root,)))),
    ):
        window.add_dropped(dropped)
        camera.settle()
        camera.take(f"21-dropped-{name}")
    contents = tuple((f"{number}.eml", ORDER_MAIL.replace("4711", f"471{number}").encode()) for number in range(3))
    window.add_dropped(Dropped(Offered(contents=contents)))
    camera.settle()
    camera.take("21-dropped-mails")
    window.navigate_to(Destination("orders"))
    camera.settle()
    window.current.findChildren(QLineEdit)[0].setText("nothing like this")
    camera.settle()
    camera.take("21-orders-nothing-found")
    window.current.findChildren(QLineEdit)[0].clear()


def notices(camera: Photographer) -> None:
    """Failures and news above a page, and the tray's menu."""
    window = camera.window
    window.navigate_to(Destination("settings"))
    window.notices.clear()
    error = CompanionError(
        ErrorCode.STORE_UNREACHABLE, "The store does not answer", "It was asked three times within a minute.",
        "Check that this PC is on the internet, then try again.", kind=ErrorKind.UNREACHABLE,
    )  # fmt: skip
    window.show_error(error)
    window.notices.show_notice("news", Notice("Removed", "Nothing changed at the store.", tone="ok",
                                              actions=(("Undo", list),)))  # fmt: skip
    camera.settle()
    camera.take("22-notices")
    window.notices.clear()
    menu = camera.program.tray.menu
    menu.adjustSize()
    camera.take("22-tray-menu", menu)


def file_states(camera: Photographer, root: Path) -> None:
    """The wizard of a file while it looks, checks and installs, and every way in which it can end."""
    gate = root / "gate"
    setup = script(root / "harbour-5.0.run", f'#!/bin/sh\n# Makeself\nlabel="Harbour Suite"\n'
                   f'until [ -e "{gate}" ]; do sleep 0.1; done\nexit 0\n')  # fmt: skip
    refused = root / "letter.exe"
    refused.write_text("Dear reader")
    camera.window.add_dropped(Dropped(Offered(files=(refused,))))
    camera.settle()
    camera.take("23-file-refused")
    camera.window.add_dropped(Dropped(Offered(files=(setup,))))
    camera.take_now("23-file-looking")
    page: Any = camera.window.current
    camera.wait(lambda: page.looking.onward.isEnabled())
    page.looking.go_on()
    camera.take_now("23-file-checking")
    camera.wait(lambda: page.installing.onward.isEnabled())
    page.installing.go_on()
    camera.take("23-file-running")
    gate.touch()
    camera.wait(lambda: page.installing.done is not None)
    file = page.installing.file
    for name, done in _endings(file):
        page.installing.done = done
        page.finished.show_end(done)
        camera.take(f"23-file-{name}")
    page.show_step(1)
    for name, done in _failures(file):
        page.installing._ended(done)
        camera.take(f"23-file-{name}")
    page.leave_page()
    camera.settle()


def _result(code: int, meaning: ExitMeaning, sentence: str, hint: str) -> InstallationResult:
    return InstallationResult(exit_code=code, outcome=Outcome(code, meaning, sentence, hint), proven=False, seconds=4.0)


def _endings(file: CheckedFile) -> list[tuple[str, FileInstallation]]:
    product = InstalledProduct(name="Harbour Suite", key="harbour-suite", view=RecordView.MACHINE, version="5.0")
    done = _result(0, ExitMeaning.DONE, "The installer reports success.", "")
    restart = _result(3010, ExitMeaning.RESTART, "It is installed, and a restart completes it.", "Restart the PC.")
    return [
        ("proven", FileInstallation(file, Proof(FileOutcome.INSTALLED, True, after=product), done)),
        ("as-before", FileInstallation(file, Proof(FileOutcome.AS_BEFORE, True, product, product), done)),
        ("restart-left", FileInstallation(file, Proof(FileOutcome.RESTART_LEFT, True, after=product), restart)),
    ]


def _failures(file: CheckedFile) -> list[tuple[str, FileInstallation]]:
    done = _result(0, ExitMeaning.DONE, "The installer reports success.", "")
    failed = _result(
        1603, ExitMeaning.FAILED, "The installer gave up because of an error.", "Restart the PC and try again."
    )
    log = str(Path(file.place).with_suffix(".log"))
    cause = "Error 1925: you do not have sufficient privileges to complete this installation."
    return [
        ("changed-nothing", FileInstallation(file, Proof(FileOutcome.CHANGED_NOTHING, False), done)),
        ("failed-with-cause", FileInstallation(file, Proof(FileOutcome.FAILED, False), failed, log, cause)),
    ]
