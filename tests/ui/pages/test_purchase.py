"""The page of one purchase, its card on Home, and finding it among the orders."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from companion.domain.core.model import Secret
from companion.domain.purchases.draft import Draft, draft_of
from companion.domain.purchases.facts import Fact, Field, Source, SourceKind
from companion.services.container.store import Services
from companion.ui.app.application import WindowedProgram
from companion.ui.navigation import Destination
from companion.ui.widgets.basic import focusable, spoken
from companion.ui.widgets.lists.long_list import LongList
from tests.kits.memory_keychain import MemoryKeychain
from tests.kits.ui import button, texts_of

KEY = "7Q2X-KEY9-ZZ41-ABCD-8811"
LINK = "https://harbour.example/?download_file=1&key=CANARY-LINK"
SENT = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
MAIL = Source(kind=SourceKind.EMAIL, name="orders@harbour.example")


class Owner:
    """A person who owns one purchase, looking at its page."""

    def __init__(self, program: WindowedProgram, services: Services, qtbot: QtBot) -> None:
        self.program, self.window, self.qtbot = program, program.window, qtbot
        self.registry = services.owned.purchases
        draft = draft_of(
            [
                (Field.ORDER_NUMBER, "4711", ""),
                (Field.SENDER_DOMAIN, "harbour.example", ""),
                (Field.MANAGE_PAGE, "https://harbour.example/account", ""),
                (Field.PRODUCT, "Harbour Suite", "Harbour Suite"),
                (Field.EXPIRES, "2099-01-08", "Harbour Suite"),
            ],
            MAIL, SENT, keys=[("Harbour Suite", Secret(KEY))], links=[("setup.zip", Secret(LINK))],
        )  # fmt: skip
        self.id = str(self.registry.add(draft).purchase_id)
        self.load()
        self.show()

    def load(self) -> None:
        with self.qtbot.waitSignal(self.program.owned.changed):
            self.program.owned.load()

    def show(self, page: str = "purchase") -> None:
        self.window.navigate_to(Destination(page, self.id))
        self.settle()

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: not self.program.runner.busy)

    def until(self, condition: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()))

    def reads(self, words: str) -> bool:
        return any(words in text for text in texts_of(self.window))

    def press(self, name: str) -> None:
        self.until(lambda: any(spoken(part) == name for part in focusable(self.window.current)))
        part = next(part for part in focusable(self.window.current) if spoken(part) == name)
        self.qtbot.keyClick(part, Qt.Key.Key_Space)
        self.settle()

    def another_word(self, value: str) -> None:
        """The person says one thing, and a later e-mail another."""
        self.registry.edit(self.id, ((Field.EXPIRES, "2098-01-08", ""),))
        later = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
        self.registry.add(
            draft_of([(Field.PRODUCT, "Harbour Suite", "Harbour Suite"), (Field.EXPIRES, value, "Harbour Suite")],
                     MAIL, later), into=self.id,
        )  # fmt: skip
        self.load()


def always(answer: object) -> Callable[..., object]:
    return lambda *_: answer


@pytest.fixture
def owner(fresh: WindowedProgram, own_services: Services, qtbot: QtBot) -> Owner:
    return Owner(fresh, own_services, qtbot)


def test_each_value_is_told_with_its_source_and_what_is_unknown_as_unknown(owner: Owner) -> None:
    assert owner.reads("Harbour Suite")
    assert owner.reads("It runs until 8 January 2099")
    assert owner.reads("The e-mail from orders@harbour.example, 2 January 2026")
    assert owner.reads("Whether it renews by itself is not known.")
    assert owner.reads("Not known")
    assert not [text for text in texts_of(owner.window) if KEY in text or "CANARY" in text or "None" in text]


def test_the_key_is_shown_only_on_request(owner: Owner) -> None:
    owner.press("Show the licence key of Harbour Suite")
    assert not owner.reads(KEY)
    owner.press("Show the serial key")
    assert owner.reads(KEY)
    owner.program.owned.changed.emit()
    assert owner.reads(KEY)
    owner.press("Copy the serial key")
    assert QApplication.clipboard().text() == KEY


def test_a_key_the_keychain_does_not_have_is_told(owner: Owner) -> None:
    hashed = Fact(field=Field.KEY, value="0f" * 32, source=MAIL, said_at=SENT, about="product:other")
    owner.registry.learn(owner.id, (hashed,))
    owner.load()
    owner.press("Show the licence key of other")
    owner.until(lambda: owner.reads("The key is not there"))


def test_a_value_is_changed_in_its_place(owner: Owner) -> None:
    owner.press("Change: Runs until: Harbour Suite")
    owner.until(lambda: isinstance(QApplication.focusWidget(), QLineEdit))
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit)
    field.setText("next summer")
    owner.qtbot.keyClick(field, Qt.Key.Key_Return)
    owner.until(lambda: owner.reads("This value cannot be used"))
    field.setText("2100-02-03")
    owner.qtbot.keyClick(field, Qt.Key.Key_Return)
    owner.until(lambda: owner.reads("It runs until 3 February 2100"))
    assert owner.reads("You, ")


def test_the_person_chooses_between_sources_that_disagree(owner: Owner) -> None:
    owner.another_word("2097-05-06")
    owner.show("home")
    owner.press("Choose what is right: Harbour Suite, harbour.example")
    owner.until(lambda: owner.reads("Sources disagree"))
    assert owner.reads("8 January 2098")
    owner.press("This one is right: 6 May 2097")
    owner.until(lambda: not owner.reads("Sources disagree"))
    assert str(owner.registry.get(owner.id).products[0].expires) == "2097-05-06"


def test_removing_can_be_undone_with_its_secrets(owner: Owner, keychain: MemoryKeychain) -> None:
    owner.press("Remove this purchase…")
    button(owner.window, "Remove it").click()
    owner.until(lambda: owner.reads("Harbour Suite was removed"))
    assert owner.registry.all() == ()
    assert not any(KEY in entry or "CANARY" in entry for entry in keychain.entries.values())
    button(owner.window, "Undo").click()
    owner.until(lambda: owner.program.owned.purchases)
    key = owner.registry.key(owner.id, owner.registry.get(owner.id).products[0].item)
    assert key is not None
    assert key.reveal() == KEY


def test_home_and_the_orders_show_it_and_the_search_finds_it(owner: Owner) -> None:
    owner.show("home")
    assert owner.reads("harbour.example · order 4711")
    owner.show("orders")
    search = next(part for part in owner.window.current.findChildren(QLineEdit))
    for typed, found in (("harbour 4711", True), ("quill", False), ("", True)):
        search.setText(typed)
        owner.settle()
        assert owner.reads("Harbour Suite") is found
    names = [spoken(part) for part in focusable(owner.window.current)]
    assert len(names) == len(set(names))


def test_all_is_there_after_a_restart(owner: Owner, own_services: Services, qapp: QApplication, qtbot: QtBot) -> None:
    again = WindowedProgram(qapp, own_services, theme=owner.program.appearance.theme)
    again.start(in_tray=False)
    qtbot.waitUntil(lambda: any("Harbour Suite" in text for text in texts_of(again.window)))
    assert again.window.current is again.window.page("home")
    qtbot.waitUntil(lambda: not again.runner.busy)
    again.close()
    again.window.deleteLater()


@pytest.mark.slow
@pytest.mark.parametrize("page", ["home", "orders"])
def test_of_many_purchases_only_those_looked_at_are_made(
    fresh: WindowedProgram, own_services: Services, qtbot: QtBot, page: str
) -> None:
    """A card is some twenty widgets, and making five hundred of them would hold the window up for seconds."""
    for number in range(100):
        name = f"Product {number:03}"
        values = [(Field.PRODUCT, name, name), (Field.ORDER_NUMBER, f"N-{number}", "")]
        own_services.owned.purchases.add(draft_of(values, MAIL, SENT), as_new=True)
    with qtbot.waitSignal(fresh.owned.changed):
        fresh.owned.load()
    fresh.window.navigate_to(Destination(page))
    qtbot.waitUntil(lambda: not fresh.runner.busy)

    listed = fresh.window.current.findChild(LongList)
    assert listed is not None

    def shown() -> set[str]:
        return {text for text in texts_of(fresh.window) if text.startswith("Product ")}

    seen, bar = shown(), fresh.window.current._scroll.verticalScrollBar()
    assert 0 < len(seen) < 30
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    while bar.value() < bar.maximum():
        bar.setValue(bar.value() + bar.pageStep() // 2)
        seen |= shown()
        assert len(shown()) < 40, "what is far away is let go"
    assert len(seen) == 100
    told = [card.accessibleDescription() for card in listed.in_order()]
    assert told == [f"{place} of 100" for place in range(101 - len(told), 101)]


def test_its_dates_are_in_the_tray_and_among_the_reminders_at_once(owner: Owner, own_services: Services) -> None:
    soon = (own_services.clock() + dt.timedelta(days=5)).date().isoformat()
    owner.program.owned.edit(owner.window, owner.id, ((Field.EXPIRES, soon, ""),), lambda: None, lambda _: None)
    owner.settle()
    owner.until(lambda: any("Harbour Suite" in action.text() for action in owner.program.tray.menu.actions()))
    owner.show("reminders")
    owner.until(lambda: owner.reads("Harbour Suite"))
    owner.press("Open Harbour Suite")
    assert owner.window.current is owner.window.page("purchase")


def test_an_email_that_confirms_a_switched_off_renewal_is_a_receipt(owner: Owner) -> None:
    said = "The automatic renewal has been turned off."
    off = Fact(field=Field.AUTO_RENEW, value="off", source=MAIL, said_at=SENT, quote=said)
    assert not owner.reads("Receipts")
    owner.registry.learn(owner.id, (off,))
    owner.load()
    owner.until(lambda: owner.reads("Auto-renewal switched off: Harbour Suite"))
    assert owner.reads(said)


def test_such_a_receipt_stays_when_a_later_email_says_on_and_can_be_saved(
    owner: Owner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said = "The automatic renewal has been turned off."
    off = Fact(field=Field.AUTO_RENEW, value="off", source=MAIL, said_at=SENT, quote=said)
    on = Fact(field=Field.AUTO_RENEW, value="on", source=MAIL, said_at=SENT + dt.timedelta(days=9))
    for fact in (off, on):
        owner.registry.add(Draft((fact,), MAIL, fact.said_at), into=owner.id)
    owner.load()
    owner.until(lambda: owner.reads(said))
    number = owner.program.owned.receipts_of(owner.registry.get(owner.id))[0].id
    for kind, ending in (("PDF", "pdf"), ("text", "txt")):
        path = tmp_path / f"receipt.{ending}"
        monkeypatch.setattr(QFileDialog, "getSaveFileName", always((str(path), "")))
        owner.press(f"Save as {kind} of receipt {number}")
        owner.until(path.exists)
        owner.until(partial(owner.reads, path.name))
    assert (tmp_path / "receipt.pdf").read_bytes().startswith(b"%PDF-")
    assert f"What it says: {said}" in (tmp_path / "receipt.txt").read_text("utf-8")
