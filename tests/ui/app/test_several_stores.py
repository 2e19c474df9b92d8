"""Several stores with the Store API in one window: each is read by itself, none hides another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from companion.demo.server import DemoStore
from companion.domain.core.model import Secret
from companion.services.app.cancellation import Cancellation
from companion.services.app.instance.running_program import StartRequest
from companion.services.app.resources import resource
from companion.services.container.store import Services, build_window_services, open_store
from companion.services.platforms import current
from companion.services.store.keychain.keychain import Keychain
from companion.ui.app.application import WindowedProgram
from companion.ui.look.theme import LIGHT
from companion.ui.navigation import Destination
from companion.ui.widgets.basic import focusable, spoken
from companion.ui.widgets.lists.long_list import LongList
from companion.ui.widgets.notice import Notice
from tests.kits.memory_keychain import MemoryKeychain
from tests.kits.ui import button, texts_of


@pytest.fixture
def other(tmp_path: Path) -> Iterator[DemoStore]:
    """A second store, with the same customers and the same order numbers."""
    profile = resource("profiles/larkfield.json").read_bytes().replace(b'"Larkfield Software"', b'"Marsh"')
    system = current().name.value
    made = DemoStore(tmp_path / "other", profile=profile, system=system, size=2**20, password_cost=2)
    yield made
    made.close()


@pytest.fixture
def own_services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """Services in a fresh home, without any store."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/no-bus")
    made = build_window_services(tmp_path / "own", None, keychain=Keychain(backend=MemoryKeychain()))
    yield made
    made.close()


Start = Callable[[], WindowedProgram]


@pytest.fixture
def start(qapp: QApplication, qtbot: QtBot, own_services: Services) -> Iterator[Start]:
    made: list[WindowedProgram] = []

    def begin() -> WindowedProgram:
        program = WindowedProgram(qapp, own_services, theme=LIGHT)
        made.append(program)
        with qtbot.waitSignal(program.app_state.changed):
            program.start(in_tray=False)
        settle(program, qtbot)
        return program

    yield begin
    for program in made:
        program.close()
        program.window.deleteLater()


def settle(program: WindowedProgram, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not program.runner.busy)


def reads(program: WindowedProgram, words: str) -> bool:
    return any(words in text for text in texts_of(program.window))


def add_order(services: Services, store: DemoStore, place: int = 0) -> str:
    """Adds an order of a store, as an earlier run of the program would have."""
    services.owned.stores.add(store.url, Cancellation())
    account = store.accounts[place]
    opened = open_store(services.owned, store.url)
    try:
        opened.orders.lookup.profile()
        opened.orders.lookup.add(account.order_number, Secret(account.order_password))
    finally:
        opened.close_store()
    return account.order_number


def test_the_first_store_is_added_in_the_window(start: Start, other: DemoStore, qtbot: QtBot) -> None:
    program = start()
    window = program.window
    window.navigate_to(Destination("stores"))
    field = next(part for part in window.current.findChildren(QLineEdit))
    field.setText(other.url)
    button(window.current, "Add the store").click()
    qtbot.waitUntil(lambda: window.current.accessibleName() == "Add an order")
    settle(program, qtbot)
    account = other.accounts[0]
    fields = {part.accessibleName(): part for part in window.current.findChildren(QLineEdit)}
    fields["Order number"].setText(account.order_number)
    fields["Order password"].setText(account.order_password)
    button(window.current, "Add the order").click()
    qtbot.waitUntil(lambda: window.current is window.page("home"))
    settle(program, qtbot)
    assert reads(program, f"Order {account.order_number}")
    opening = next(part for part in focusable(window.current) if "open order" in spoken(part))
    opening.click()  # type: ignore[attr-defined]
    settle(program, qtbot)
    assert reads(program, "This order on this PC")


def test_a_stopped_store_holds_up_and_hides_no_other(
    start: Start, own_services: Services, store: DemoStore, other: DemoStore, qtbot: QtBot
) -> None:
    number, same = add_order(own_services, store), add_order(own_services, other)
    assert number == same, "the same number in two stores is two purchases"
    other.close()
    program = start()
    window = program.window
    qtbot.waitUntil(lambda: len(program.book.states) == 2)
    settle(program, qtbot)
    window.navigate_to(Destination("home"))
    cards = [text for text in texts_of(window) if f"Order {number}" in text]
    assert len(cards) == 2, cards
    assert all(text.count("·") == 2 for text in cards), "with several stores each card names its own"
    assert [state.snapshot.troubles == () for state in program.book.states].count(True) == 1
    assert reads(program, "could not be reached") or reads(program, "No answer came from")
    for state in program.book.states:
        window.navigate_to(Destination("order", number, store=state.store))
        settle(program, qtbot)
        assert window.current.app_state is state
        assert reads(program, "This order on this PC")


def test_stores_that_are_silent_together_are_one_notice_that_stays(
    start: Start, own_services: Services, store: DemoStore, other: DemoStore, qtbot: QtBot
) -> None:
    add_order(own_services, store)
    add_order(own_services, other)
    program = start()
    qtbot.waitUntil(lambda: len(program.book.states) == 2)
    settle(program, qtbot)
    names = {state.snapshot.profile.store.name for state in program.book.states if state.snapshot.profile}
    assert names == {"Larkfield Software", "Marsh"}
    store.close()
    other.close()

    def told() -> list[Notice]:
        shown = [each for each in program.window.notices.findChildren(Notice) if each.isVisible()]
        return [each for each in shown if any(f"{name}: " in each.words for name in names)]

    program.book.refresh()
    settle(program, qtbot)
    qtbot.waitUntil(lambda: len(told()) == 1)
    (notice,) = told()
    assert all(f"{name}: No answer came from" in notice.words for name in names)
    again = button(notice, "Try again")
    again.setFocus()
    program.book.refresh()
    settle(program, qtbot)
    assert told() == [notice], "made anew, it would lose the keyboard and what is pressed"
    assert program.window.focusWidget() is again
    notice.closed.emit()
    program.book.states[0].refresh()
    settle(program, qtbot)
    qtbot.waitUntil(lambda: len(told()) == 1)  # It is asked again, and silent again.


def test_a_broken_store_keeps_the_window_open(
    start: Start, own_services: Services, store: DemoStore, qtbot: QtBot
) -> None:
    add_order(own_services, store)
    program = start()
    program.further_stores.open("http://127.0.0.1:9")
    qtbot.waitUntil(lambda: len(program.book.states) == 2)
    settle(program, qtbot)
    program.window.navigate_to(Destination("home"))
    assert reads(program, "Lantern Protect")


def test_a_second_start_with_another_store_opens_it_too(start: Start, other: DemoStore, qtbot: QtBot) -> None:
    program = start()
    program.asked_again(StartRequest(store=f"{other.url}/"))
    qtbot.waitUntil(lambda: [state.store for state in program.book.states] == [other.url])
    settle(program, qtbot)
    assert not reads(program, "another store")


@pytest.mark.parametrize(
    "named",
    ["http://shop.example", "https://user:word@shop.example", "file:///etc/passwd", "no such name", "a b.example", ""],
)
def test_what_a_second_start_names_is_checked_like_what_is_typed(start: Start, qtbot: QtBot, named: str) -> None:
    program = start()
    program.asked_again(StartRequest(store=named))
    qtbot.waitUntil(lambda: reads(program, "store"))
    settle(program, qtbot)
    assert len(program.book.states) <= 1
    assert any("store" in notice.lower() for notice in texts_of(program.window.notices))


def test_an_order_that_is_removed_is_not_left_over_as_a_purchase(
    start: Start, own_services: Services, store: DemoStore, qtbot: QtBot
) -> None:
    """Each order is mirrored as a purchase, which had no order to stand for it any more and came up by itself."""
    number = add_order(own_services, store)
    program = start()
    qtbot.waitUntil(lambda: bool(program.book.states))
    settle(program, qtbot)
    program.owned.refresh()
    settle(program, qtbot)
    assert [found.order_number for found in program.owned.purchases] == [number]
    program.window.navigate_to(Destination("order", number, store=store.url))
    settle(program, qtbot)
    button(program.window.current, "Remove this order…").click()
    button(program.window, "Remove it").click()
    qtbot.waitUntil(lambda: program.window.current is program.window.page("orders"))
    settle(program, qtbot)
    program.window.navigate_to(Destination("home"))
    settle(program, qtbot)
    assert not reads(program, number)
    assert own_services.owned.purchases.all() == ()


def due_titles(program: WindowedProgram, qtbot: QtBot) -> list[str]:
    program.window.navigate_to(Destination("reminders"))
    settle(program, qtbot)
    listed = program.window.current.findChild(LongList)
    assert listed is not None
    qtbot.waitUntil(lambda: len(list(listed.in_order())) == listed.count)
    return [text for text in texts_of(program.window.current) if text.startswith("at ")]


@pytest.mark.slow
def test_what_needs_a_decision_is_shown_of_every_store_with_its_name(
    start: Start, own_services: Services, store: DemoStore, other: DemoStore, qtbot: QtBot
) -> None:
    """Only the first store's cards were there: a charge at the second one went unnoticed."""
    for place in range(len(store.accounts)):
        add_order(own_services, store, place)
        add_order(own_services, other, place)
    other.close()
    program = start()
    program.window.resize(1000, 20_000)  # All of it is seen at once.
    qtbot.waitUntil(lambda: len(program.book.states) == 2)
    settle(program, qtbot)
    names = [state.snapshot.profile.store.name for state in program.book.states if state.snapshot.profile]
    assert len(names) == 2, "a store that is silent is shown as it was last read"
    assert set(due_titles(program, qtbot)) == {f"at {name}" for name in names}
    per_store = {name: due_titles(program, qtbot).count(f"at {name}") for name in names}
    assert per_store[names[0]] == per_store[names[1]] > 0
    silent = next(state for state in program.book.states if state.store == other.url)
    here = program.window.current
    buttons = [part for part in focusable(here) if spoken(part).startswith("Don't remind me of this")]
    theirs = [part for part in buttons if spoken(part).endswith(silent.snapshot.profile.store.name)]
    theirs[0].click()  # type: ignore[attr-defined]
    settle(program, qtbot)
    assert due_titles(program, qtbot).count(f"at {silent.snapshot.profile.store.name}") == per_store[names[0]] - 1
