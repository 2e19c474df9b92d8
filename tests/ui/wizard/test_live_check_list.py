"""What the board lets a person do about a program that another one starts again and again."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from companion.domain.installation.autostart_holds import BY_HAND
from companion.domain.pc.finding import Finding, Remedy, RemedyKind, Severity
from companion.services.container.store import Services
from companion.services.platforms import current
from companion.ui.app.application import WindowedProgram
from companion.ui.state.opener import Opener
from companion.ui.widgets.question import Question
from companion.ui.wizard.live_check_list import LiveCheckList
from tests.kits.ui import texts_of

KEEP = "Keep “Mail Helper” from starting and restart the PC"


@pytest.mark.parametrize("answer", ["Switch off", "Leave it on"])
def test_what_restarts_a_program_is_switched_off_until_the_next_installation(
    program: WindowedProgram, services: Services, tmp_path: Path, qtbot: QtBot, qapp: QApplication, answer: str
) -> None:
    path = tmp_path / "config/autostart/helper.desktop"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("[Desktop Entry]\nType=Application\nName=Helper\nExec=/opt/mail-helper\n")
    (entry,) = (found for found in current().autostart.entries().value or () if found.name == "Helper")
    board = LiveCheckList(
        program.app_state,
        services.installations,
        services.recovery,
        Opener(lambda: services.platform.programs, program.runner),
    )
    qtbot.addWidget(board)
    board.show()
    away = Remedy(
        kind=RemedyKind.HOLD_AND_RESTART, title=KEEP, explanation="*Mail Helper* shows nothing.", entries=(entry,)
    )
    board.show_findings(
        (
            Finding(
                id="program:mail", severity=Severity.BLOCKS, title="Mail is running", explanation="", remedies=(away,)
            ),
        )
    )
    next(found for found in board.findChildren(QAbstractButton) if found.text() == KEEP).click()
    question = next(found for found in qapp.topLevelWidgets() if isinstance(found, Question) and found.isVisible())
    assert "“Mail Helper” shows nothing." in texts_of(question)
    next(found for found in question.findChildren(QAbstractButton) if found.text() == answer).click()
    if answer == "Leave it on":
        assert services.recovery.held() == ()
        return
    qtbot.waitUntil(lambda: "Restart the PC now" in texts_of(board))
    assert [(hold.entry.name, hold.job) for hold in services.recovery.held()] == [("Helper", BY_HAND)]
