"""The board of checks: what is wrong is shown, and what is right can be looked at."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleActionInterface
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from companion.domain.pc.finding import Finding, Remedy, RemedyKind, Severity
from companion.services.container.store import Services
from companion.ui.app.application import WindowedProgram
from companion.ui.state.opener import Opener
from companion.ui.widgets.basic import inside
from companion.ui.widgets.question import Question
from companion.ui.wizard.live_check_list import LiveCheckList
from tests.kits.ui import texts_of


def _finding(name: str, severity: Severity) -> Finding:
    return Finding(id=name, severity=severity, title=name, explanation=f"about {name}")


FOUND = (
    _finding("Rights", Severity.FINE),
    _finding("Clock", Severity.UNKNOWN),
    _finding("Outlook", Severity.BLOCKS),
    _finding("Disk", Severity.FINE),
)


@pytest.fixture
def board(program: WindowedProgram, services: Services, qtbot: QtBot) -> LiveCheckList:
    opener = Opener(lambda: services.platform.programs, program.runner)
    made = LiveCheckList(program.app_state, services.installations, services.recovery, opener)
    qtbot.addWidget(made)
    made.resize(600, 400)
    made.show()
    made.show_findings(FOUND)
    return made


def test_what_is_fine_is_folded_and_opens_by_mouse_and_key(board: LiveCheckList, qtbot: QtBot) -> None:
    line = board._passed.line
    assert line.text() == "2 checks passed  ▸"
    assert "Outlook" in texts_of(board)
    assert "Disk" not in texts_of(board)
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton)
    assert "Disk" in texts_of(board)
    assert "Rights" in texts_of(board)
    line.setFocus()
    qtbot.keyClick(line, Qt.Key.Key_Space)
    assert "Disk" not in texts_of(board)


def test_a_screen_reader_is_told_that_there_is_more(board: LiveCheckList) -> None:
    told = QAccessible.queryAccessibleInterface(board._passed.line)
    assert told.text(QAccessible.Text.Name) == "2 checks passed"
    assert (told.state().expandable, told.state().expanded) == (1, 0)
    board._passed.line.click()
    assert told.state().expanded == 1


def test_a_check_moves_into_the_fold_and_out_again(board: LiveCheckList) -> None:
    board.show_findings((*FOUND[:2], _finding("Outlook", Severity.FINE), FOUND[3]))
    assert board._passed.line.accessibleName() == "3 checks passed"
    assert "Outlook" not in texts_of(board)
    board._passed.line.click()
    names = [row.accessibleName() for row in inside(board._passed.inside) if isinstance(row, QWidget)]
    assert names == ["Rights: fine", "Outlook: fine", "Disk: fine"]
    board.show_findings((_finding("Disk", Severity.WARNS),))
    assert "Disk" in texts_of(board)
    assert not board._passed.isVisibleTo(board)


def test_what_is_not_known_stands_below_what_is_wrong(board: LiveCheckList) -> None:
    titles = [text for text in texts_of(board) if text in {finding.title for finding in FOUND}]
    assert titles == ["Outlook", "Clock"]


def test_what_is_pressed_while_the_checks_change_is_done(
    board: LiveCheckList, qtbot: QtBot, qapp: QApplication
) -> None:
    away = Remedy(kind=RemedyKind.HOLD_AND_RESTART, title="Hold it back", explanation="")
    outlook = msgspec.structs.replace(FOUND[2], remedies=(away,))
    board.show_findings((outlook,))
    held = next(each for each in board.findChildren(QAbstractButton) if each.text() == away.title)
    told = QAccessible.queryAccessibleInterface(held)
    told.actionInterface().doAction(QAccessibleActionInterface.pressAction())
    assert held.isDown()
    board.show_findings((msgspec.structs.replace(outlook, title="Outlook, 2 windows"),))

    def asked() -> Question | None:
        shown = (each for each in qapp.topLevelWidgets() if isinstance(each, Question) and each.isVisible())
        return next(shown, None)

    qtbot.waitUntil(lambda: asked() is not None)
    asked().reject()
    qtbot.waitUntil(lambda: "Outlook, 2 windows" in texts_of(board))
