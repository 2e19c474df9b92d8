"""What was noted of an order that was removed comes back when it is added again."""

from __future__ import annotations

import datetime as dt

from companion.domain.reminders.dates import ReminderKind, Subject
from companion.domain.reminders.due import Reminder
from companion.domain.reminders.history import InboxEntry
from companion.services.storage.kept_removals import KEPT_FOR
from companion.services.storage.records import ReminderChange
from companion.services.storage.removed_orders import RemovedOrders
from tests.kits.store import StoreKit

FAMILY = "LF-5930-2216"


def _put_off(kit: StoreKit, number: str = FAMILY) -> InboxEntry:
    """A reminder of an order that the person has put off."""
    when = kit.now + dt.timedelta(days=9)
    subject = Subject(kind=ReminderKind.EXPIRY, order_number=number, about="s", name="Lantern Protect", date=when)
    entry = InboxEntry(
        reminder=Reminder(subject=subject, lead="P7D", days=9), decided_at=kit.now, snoozed_until=when, never_again=True
    )
    assert kit.library.replace_reminders(kit.orders.store, [ReminderChange(None, entry)]) == (True,)
    return entry


def _added(kit: StoreKit) -> InboxEntry:
    """The order is added, an invoice of it is read, and a reminder of it is put off."""
    kit.orders.lookup.add(FAMILY, kit.password(FAMILY))
    kit.orders.invoices.one(FAMILY)
    return _put_off(kit)


def test_it_comes_back_with_the_order(kit: StoreKit) -> None:
    entry = _added(kit)
    kit.orders.lookup.remove(FAMILY)
    assert kit.library.reminders(kit.orders.store) == ()
    assert kit.library.invoice(kit.orders.store, FAMILY) is None
    kit.now += KEPT_FOR - dt.timedelta(minutes=1)
    kit.orders.lookup.add(FAMILY, kit.password(FAMILY))
    assert kit.library.reminders(kit.orders.store) == (entry,)
    assert kit.library.invoice(kit.orders.store, FAMILY) is not None
    assert kit.orders.cache.known(FAMILY).added_at == kit.now
    assert "removedOrders" not in kit.library.settings(), "it is kept once"


def test_nothing_secret_is_kept_of_it(kit: StoreKit) -> None:
    _added(kit)
    order = kit.orders.lookup.order(FAMILY)
    kit.orders.lookup.remove(FAMILY)
    kept = kit.library.setting("removedOrders") or ""
    secrets = [kit.password(FAMILY), *(licence.key for licence in order.licences if licence.key is not None)]
    assert len(secrets) > 1
    assert [each for each in secrets if each.reveal() in kept] == []


def test_it_does_not_come_back_later_nor_where_it_was_removed_for_good(kit: StoreKit) -> None:
    _added(kit)
    kit.orders.lookup.remove(FAMILY)
    kit.now += KEPT_FOR + dt.timedelta(minutes=1)
    kit.orders.lookup.add(FAMILY, kit.password(FAMILY))
    assert kit.library.reminders(kit.orders.store) == ()
    _put_off(kit)
    kit.orders.lookup.remove(FAMILY, for_good=True)
    assert "removedOrders" not in kit.library.settings()
    kit.orders.lookup.add(FAMILY, kit.password(FAMILY))
    assert kit.library.reminders(kit.orders.store) == ()


def test_it_is_gone_once_the_order_was_put_back(kit: StoreKit) -> None:
    entry = _added(kit)
    kit.orders.lookup.put_back(kit.orders.lookup.remove(FAMILY))
    assert "removedOrders" not in kit.library.settings()
    assert kit.library.reminders(kit.orders.store) == (entry,)


def test_each_order_of_each_store_has_its_own(kit: StoreKit) -> None:
    removed = RemovedOrders(kit.library, lambda: kit.now)
    removed.keep("https://other.example", FAMILY, {"reminders": [("https://other.example", "a", FAMILY, b"{}")]})
    removed.keep(kit.orders.store, "LF-1", {"reminders": [(kit.orders.store, "b", "LF-1", b"{}")]})
    assert not removed.bring_back(kit.orders.store, FAMILY)
    assert removed.bring_back(kit.orders.store, "LF-1")
    assert not removed.bring_back(kit.orders.store, "LF-1")
    assert removed.bring_back("https://other.example", FAMILY)


def test_what_cannot_be_read_is_passed_over(kit: StoreKit) -> None:
    kit.library.remember_setting("removedOrders", "[{}]")
    kit.orders.lookup.add(FAMILY, kit.password(FAMILY))
    kit.orders.lookup.remove(FAMILY)


def test_rows_of_an_older_program_have_fewer_columns(kit: StoreKit) -> None:
    rows = {"invoice_lists": [(kit.orders.store, FAMILY, b"{}")]}
    removed = RemovedOrders(kit.library, lambda: kit.now)
    removed.keep(kit.orders.store, FAMILY, rows)
    assert removed.bring_back(kit.orders.store, FAMILY)
    assert kit.library.order_rows(kit.orders.store, FAMILY)["invoice_lists"] == [
        (kit.orders.store, FAMILY, b"{}", None)
    ]
