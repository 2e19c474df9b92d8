"""Home asks for attention as early as the person wants to be reminded, and at once when that is changed."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from companion.demo.server import DemoStore
from companion.domain.core.model import Secret
from companion.domain.core.time.periods import Period
from companion.domain.overview.product_cards import Tone
from companion.domain.reminders.settings import ReminderSettings
from companion.ui.app.application import WindowedProgram
from companion.ui.navigation import Destination
from tests.kits.ui import texts_of

RENEWS_IN_SIX_DAYS = "LF-3307-7145"
WAIT = 30_000


def test_other_settings_of_reminders_change_what_needs_attention(
    program: WindowedProgram, store: DemoStore, qtbot: QtBot
) -> None:
    state, done = program.app_state, list[object]()
    account = next(each for each in store.accounts if each.order_number == RENEWS_IN_SIX_DAYS)
    state.add_order(state, account.order_number, Secret(account.order_password), done.append, done.append)
    qtbot.waitUntil(lambda: bool(done) and bool(state.snapshot.cards), timeout=WAIT)
    assert [card.tone for card in state.snapshot.cards] == [Tone.ATTENTION]
    program.window.navigate_to(Destination("home"))
    one_day = (Period(days=1),)
    for leads, tone in ((one_day, Tone.OK), (None, Tone.ATTENTION), ((), Tone.OK)):
        state.reminders.keep_settings(ReminderSettings(renewal=leads))
        qtbot.waitUntil(lambda tone=tone: [card.tone for card in state.snapshot.cards] == [tone], timeout=WAIT)  # type: ignore[misc]
    qtbot.waitUntil(lambda: any("Checked with the store" in text for text in texts_of(program.window)), timeout=WAIT)
