"""What a page of the window shows, read at one moment from a real library."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from companion.demo.server import DemoStore
from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.model import Secret
from companion.domain.reminders.settings import ReminderSettings
from companion.services.app.cancellation import Cancellation
from companion.services.container.store import Services, build_services

FAMILY = "LF-5930-2216"


@pytest.fixture
def services(demo_store: DemoStore, tmp_path: Path, no_keychain: None) -> Iterator[Services]:
    made = build_services(tmp_path / "home", demo_store.url)
    yield made
    made.close()


def password(store: DemoStore, number: str) -> Secret:
    return Secret(next(each.order_password for each in store.accounts if each.order_number == number))


def test_before_anything_is_known_a_snapshot_says_so(services: Services) -> None:
    found = services.snapshots().read()
    assert (found.profile, found.orders, found.cards, found.files, found.queue) == (None, (), (), (), ())
    assert found.order(FAMILY) is None
    assert found.file(FAMILY, "any") is None
    assert found.seat_id == services.this_pc.seat_id
    assert found.pc_name == services.this_pc.name
    assert found.reminder_settings == ReminderSettings()


def test_one_snapshot_has_all_that_the_services_would_tell_one_by_one(
    services: Services, demo_store: DemoStore
) -> None:
    services.orders.lookup.profile()
    services.orders.lookup.add(FAMILY, password(demo_store, FAMILY))
    order = services.orders.lookup.order(FAMILY)
    download = order.downloads[0]
    services.order_downloads.download(
        FAMILY, download.artifact_id, cancellation=Cancellation(), progress=lambda _: None
    )
    queued = services.order_downloads.queue_entry(FAMILY, download)
    services.library.change_queue(services.orders.store, (), (queued,))
    services.orders.actions.switch_auto_renew(FAMILY, order.subscriptions[0], False)
    services.orders.actions.open_case(FAMILY, "It does not start", "{}")
    services.library.remember_setting("geometry", "AAEC")
    services.reminders.keep_settings(ReminderSettings(muted=True))
    services.reminders.look()

    found = services.snapshots().read()

    assert found.profile == services.orders.cache.remembered_profile()
    assert found.orders == services.orders.cache.remembered()
    assert found.orders_read == services.orders.cache.read()
    read = found.order(FAMILY)
    assert read is not None
    assert read.licences[0].key == order.licences[0].key, "keys that this session has read are shown"
    assert found.files == services.order_downloads.files()
    kept = found.file(FAMILY, download.artifact_id)
    assert kept is not None
    assert kept.grant.sha256
    assert found.receipts == {FAMILY: services.orders.cache.receipts(FAMILY)}
    assert found.receipts[FAMILY]
    assert found.cases == services.orders.cache.cases() != ()
    assert found.queue == (queued,)
    assert found.reminders == services.reminders.entries()
    assert found.reminder_settings == ReminderSettings(muted=True)
    assert found.settings["geometry"] == "AAEC"
    assert found.ahead == tuple(each for each in found.dates if each.date > found.at and not each.kind.comes_after)
    assert found.ahead
    assert {card.order_number for card in found.cards} == {FAMILY}
    assert found.helped

    kept.path.unlink()
    assert services.snapshots().read().files == (), "a file that was deleted is not shown"


def test_the_reasons_why_something_is_old_come_with_it(services: Services) -> None:
    why = CompanionError(
        ErrorCode.STORE_UNREACHABLE, "No answer", "It did not answer.", "Try later.", kind=ErrorKind.UNREACHABLE
    )
    assert services.snapshots().read((why,)).troubles == (why,)
