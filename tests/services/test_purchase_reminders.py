"""Reminders of purchases of any shop as they happen: once each, put off, silenced, with a store beside them or none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import icalendar
import pytest

from companion.domain.core.text import plain_date, plain_money
from companion.domain.purchases.facts import Field
from companion.domain.purchases.purchase import Overview
from companion.domain.reminders.dates import ReminderKind
from companion.domain.reminders.due import Snooze
from companion.domain.reminders.history import EntryStatus, status_of
from companion.services.reminders import Reminders
from tests.kits.purchases import fact, purchase_of, renewing
from tests.kits.reminders import NEW_YORK, NOBODY, Moments, Program, build, charged_in, learn


class Owner:
    """A person with purchases, and the runs of the program."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.moments = Moments()
        self.purchases: tuple[Overview, ...] = ()
        self.runs: list[Program] = []

    def start(self) -> Program:
        self.runs.append(Program(self.folder, self.moments, owned=lambda: self.purchases))
        return self.runs[-1]

    def ending_in(self, days: int, id_: str = "p1") -> Overview:
        return purchase_of([fact(Field.EXPIRES, self.day(days), "Foto 12")], id_)

    def day(self, days: int) -> str:
        return build.day(days).astimezone(NEW_YORK).date().isoformat()


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Owner]:
    made = Owner(tmp_path)
    yield made
    for run in made.runs:
        run.end()


def shown(reminders: Reminders) -> list[str]:
    """What a look shows, confirmed."""
    found = reminders.look().to_show
    reminders.confirm(found)
    return [each.subject.name for each in found]


def test_a_date_is_shown_once_without_any_store(owner: Owner) -> None:
    owner.purchases = (owner.ending_in(5),)
    first = owner.start()
    assert shown(first.bought) == ["Foto 12"]
    assert shown(first.bought) == []
    first.end()
    owner.runs.clear()
    assert shown(owner.start().bought) == [], "a restart shows nothing again"


def test_what_was_shown_without_a_store_is_not_shown_again_beside_one(owner: Owner) -> None:
    owner.purchases = (owner.ending_in(5),)
    program = owner.start()
    assert shown(program.bought) == ["Foto 12"]
    learn(program.library, [charged_in(7)])
    assert len(shown(program.reminders)) == 1
    assert {entry.reminder.kind for entry in program.reminders.inbox()} == {ReminderKind.EXPIRY, ReminderKind.RENEWAL}
    assert [entry.reminder.kind for entry in program.bought.inbox()] == [ReminderKind.EXPIRY]


def test_a_store_and_purchases_are_one_agenda(owner: Owner) -> None:
    owner.purchases = (owner.ending_in(5), renewing(owner.day(100), "59.95 USD"))
    program = owner.start()
    learn(program.library, [charged_in(7)])
    found = program.reminders.agenda()
    assert [each.kind for each in found.due] == [ReminderKind.EXPIRY, ReminderKind.RENEWAL]
    assert [each.purchase is None for each in found.ahead] == [False, True, False]


def test_an_order_that_is_a_purchase_too_is_told_once(owner: Owner) -> None:
    order = charged_in(7)
    day = owner.day(7)
    owner.purchases = (
        renewing(
            day,
            "59.95 USD",
            fact(Field.STORE_KIND, "storeApi"),
            fact(Field.STORE_ADDRESS, NOBODY),
            fact(Field.ORDER_NUMBER, order.number),
        ),
    )
    program = owner.start()
    assert len(program.reminders.look().to_show) == 1, "as long as the order has not been read, its purchase tells"
    learn(program.library, [order])
    (reminder,) = program.reminders.look().to_show
    assert reminder.subject.purchase is None
    assert len(program.reminders.agenda().due) == 1


def test_a_date_can_be_put_off_and_silenced(owner: Owner) -> None:
    owner.purchases = (owner.ending_in(5), owner.ending_in(6, "p2"))
    program = owner.start()
    first, second = program.bought.look().to_show
    program.bought.confirm([first, second])
    back = program.bought.snooze(first, Snooze.ONE_HOUR)
    program.bought.silence(second)
    assert back is not None
    assert program.bought.look().to_show == ()
    owner.moments.now = back
    assert [each.address for each in program.bought.look().to_show] == [first.address]
    program.bought.restore(second)
    assert second.address in {each.address for each in program.bought.agenda().due}


def test_a_date_that_no_longer_holds_is_withdrawn(owner: Owner) -> None:
    owner.purchases = (owner.ending_in(5), owner.ending_in(90, "p2"))
    program = owner.start()
    (reminder,) = program.bought.look().to_show
    program.bought.confirm([reminder])
    owner.purchases = owner.purchases[1:]
    assert program.bought.look().withdrawn == (reminder.address,)
    (entry,) = program.bought.inbox()
    assert status_of(entry, owner.moments.now) is EntryStatus.NO_LONGER


def test_all_dates_are_saved_for_a_calendar_without_any_store(owner: Owner, tmp_path: Path) -> None:
    owner.purchases = (owner.ending_in(5), owner.ending_in(90, "p2"))
    path = tmp_path / "dates.ics"
    assert owner.start().bought.export(path, plain_date(NEW_YORK), plain_money) == 2
    events = icalendar.Calendar.from_ical(path.read_text()).walk("VEVENT")
    assert [str(event["SUMMARY"]) for event in events] == ["Foto 12 runs out"] * 2


def test_without_a_store_and_without_purchases_there_is_nothing(owner: Owner) -> None:
    program = owner.start()
    assert (program.bought.look().to_show, program.bought.agenda().ahead) == ((), ())
    assert program.bought.facts() is None


def test_a_further_store_leaves_what_was_said_of_purchases_alone(owner: Owner) -> None:
    owner.purchases = (owner.ending_in(5),)
    program = owner.start()
    (reminder,) = program.bought.look().to_show
    program.bought.confirm([reminder])
    learn(program.library, [charged_in(7)])
    other = program.of_orders()
    assert [each.subject.purchase for each in other.look().to_show] == [None]
    assert other.look().withdrawn == ()
    (entry,) = program.bought.inbox()
    assert entry.withdrawn_at is None


def test_an_order_of_any_store_is_not_told_as_a_purchase_too(owner: Owner) -> None:
    """Without a store's services as well: the order is told by the store it is from."""
    order = charged_in(7)
    facts = (
        fact(Field.STORE_KIND, "storeApi"),
        fact(Field.STORE_ADDRESS, NOBODY),
        fact(Field.ORDER_NUMBER, order.number),
    )
    owner.purchases = (renewing(owner.day(7), "59.95 USD", *facts),)
    program = owner.start()
    assert len(program.bought.agenda().due) == 1
    learn(program.library, [order])
    assert program.bought.agenda().due == ()
