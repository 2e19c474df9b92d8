"""The order of the page of downloads, and how much is worked out for it."""

from __future__ import annotations

import pytest

from companion.domain.core.platform import Platform
from companion.domain.store.orders import Grant, LicenceStatus, Order
from companion.domain.transfers.models import TransferState
from companion.domain.transfers.queue import DownloadKey, QueueEntry
from companion.services.downloads.queue import QueueItem
from companion.services.snapshot import Snapshot
from companion.services.storage.records import KnownFile, KnownOrder
from companion.ui.app.application import WindowedProgram
from companion.ui.pages.downloads import DownloadsPage, _Shelf
from companion.ui.widgets.lists.long_list import Rows
from tests.kits.build import NOW, Build, day
from tests.kits.calls import count_calls

DAYS = {"LF-LATER": 20, "LF-CLOSED": -3, "LF-SOON": 2, "LF-LONG-CLOSED": -9, "LF-RUNS": 30}


def bought(number: str, days: int) -> KnownOrder:
    download = Build.download(available_until=day(days), platform=Platform.ANY)
    return KnownOrder(number=number, added_at=NOW, order=Build.order(number=number, downloads=(download,)))


@pytest.fixture
def orders() -> tuple[KnownOrder, ...]:
    """Orders with a download each."""
    return tuple(bought(number, days) for number, days in DAYS.items())


def listed(program: WindowedProgram, orders: tuple[KnownOrder, ...]) -> Rows:
    key = DownloadKey(order_number="LF-RUNS", artifact_id="art-1")
    items = {key: QueueItem(entry=QueueEntry(key=key, name="a", folder="b", state=TransferState.PAUSED))}
    snapshot = Snapshot(NOW, Build.profile(), orders)
    return DownloadsPage._rows([_Shelf(program.app_state, snapshot, items, NOW, NOW.date())], (), {})


def test_what_is_under_way_is_first_and_what_is_closed_last(
    fresh: WindowedProgram, orders: tuple[KnownOrder, ...]
) -> None:
    found: list[Order] = [row.of.order for row in listed(fresh, orders)]
    assert [order.number for order in found] == ["LF-RUNS", "LF-SOON", "LF-LATER", "LF-CLOSED", "LF-LONG-CLOSED"]


def test_for_each_row_it_is_worked_out_once_what_can_be_had_and_no_day(
    fresh: WindowedProgram, orders: tuple[KnownOrder, ...]
) -> None:
    with count_calls("offer_of", "days_until", "fromutc") as calls:
        rows = listed(fresh, orders)
    assert dict(calls) == {"offer_of": len(rows)}
    assert listed(fresh, orders) == rows, "their cards are not made anew"


@pytest.mark.parametrize("status", [LicenceStatus.REFUNDED, LicenceStatus.ACTIVE])
@pytest.mark.parametrize("downloaded_for", ["LF-OWN", "LF-OTHER"])
def test_the_file_of_another_order_brings_no_ended_licence_back(
    fresh: WindowedProgram, status: LicenceStatus, downloaded_for: str
) -> None:
    """The page offered to install what had been given back, because another order has the same file."""
    download = Build.download(platform=Platform.ANY)
    licence = Build.licence(status=status)
    order = Build.order(number="LF-OWN", downloads=(download,), licences=(licence,))
    grant = Grant(
        artifact_id=download.artifact_id, url="", url_expires_at=NOW, filename="setup.run", size=1, sha256="0" * 64,
        version="12.1", publisher="",
    )  # fmt: skip
    file = KnownFile(number=downloaded_for, place="/x", grant=grant)
    known = (KnownOrder(number="LF-OWN", added_at=NOW, order=order),)
    snapshot = Snapshot(NOW, Build.profile(), known, files=(file,))
    shelf = _Shelf(fresh.app_state, snapshot, {}, NOW, NOW.date())
    assert len(list(shelf.ranked(0))) == (status is LicenceStatus.ACTIVE or downloaded_for == "LF-OWN")
