import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from companion.domain.billing import shipping
from companion.domain.core.money import Money
from companion.domain.core.text import plain_date, plain_money
from companion.domain.store.orders import LineItemKind, OrderStatus, Shipment, ShipmentStatus
from companion.domain.store.quotes import Quote

SHOW = plain_date(dt.UTC)


@pytest.fixture
def parcel(build):
    def one(offset=0.0, zone=dt.UTC, **changes):
        fields = {
            "id": "s-1",
            "status": ShipmentStatus.SHIPPED,
            "method": "first",
            "line_item_ids": ("item-1",),
            "destination_country": "US",
            "shipped_at": build.day(-2),
        }
        order = build.order(placed_at=build.day(-3), shipments=(Shipment(**(fields | changes)),))
        (found,) = shipping.parcels(order, build.profile(), build.day(offset), zone)
        return found

    return one


def said(found):
    return " ".join(shipping.parcel_sentences(found, SHOW))


def test_a_parcel_is_expected_by_its_method(parcel):
    # Sent on Monday 8 March: 3 to 7 business days.
    assert said(parcel()) == (
        "Sent on 8 March 2027. It is expected between 11 March 2027 and 17 March 2027 by First Class. "
        "First Class has no tracking number, so it cannot be followed on its way."
    )
    abroad = parcel(destination_country="DE")
    assert (abroad.expected_from.date(), abroad.expected_until.date()) == (dt.date(2027, 3, 17), dt.date(2027, 4, 6))


def test_before_it_leaves_the_last_day_of_dispatch_counts(parcel):
    packing = parcel(status=ShipmentStatus.PREPARING, shipped_at=None)
    # Ordered on Sunday 7 March, leaves until Tuesday, arrives until the Thursday after next.
    assert packing.expected_until.date() == dt.date(2027, 3, 18)
    assert said(packing).startswith("It is being packed.")


def test_the_stores_own_dates_come_first(build, parcel):
    found = parcel(expected_from=build.day(1), expected_until=build.day(2))
    assert (found.expected_from, found.expected_until) == (build.day(1), build.day(2))


def test_a_parcel_is_late_from_the_day_after_in_the_persons_zone(build, parcel):
    due = {"expected_until": dt.datetime(2027, 3, 12, 5, tzinfo=dt.UTC)}
    assert not parcel(offset=2.4, **due).late
    assert parcel(offset=2.6, **due).late
    assert parcel(offset=2.0, zone=ZoneInfo("America/Los_Angeles"), **due).late
    tracked = said(parcel(offset=4, method="priority", tracking_number="9400", **due))
    assert tracked.endswith("It is late. Support can find out where it is. You can follow it on its way.")
    # A parcel that cannot be tracked is not promised to be found.
    assert said(parcel(offset=4, **due)).endswith(
        "It is late. First Class has no tracking number, so it cannot be followed on its way. "
        "Support can say what is done about it."
    )
    assert not parcel(offset=9, status=ShipmentStatus.DELIVERED, delivered_at=build.day(1), **due).late


def test_tracking_where_there_is_any(parcel):
    found = parcel(method="priority", tracking_number="9400", tracking_url="https://track.example/9400")
    assert found.trackable
    assert "You can follow it on its way." in said(found)


def test_an_undeliverable_parcel_is_credited(parcel):
    assert "is credited" in said(parcel(status=ShipmentStatus.RETURNED))
    assert parcel(status=ShipmentStatus.RETURNED).expected_until is None


def test_an_unknown_method_promises_nothing(parcel):
    found = parcel(method="pigeon")
    assert (found.expected_until, found.late, found.method_name) == (None, False, "pigeon")
    assert parcel(method="priority", destination_country="DE").expected_until is None


def test_what_ships_cannot_be_changed_any_more(build):
    assert shipping.settled_sentences(build.order()) == ()
    boxed = build.order(line_items=(build.line_item(kind=LineItemKind.PHYSICAL),))
    told = " ".join(shipping.settled_sentences(boxed))
    for word in ("cannot be cancelled", "address", "credited", "Customs"):
        assert word in told

    def sent(status, *items):
        parcel = Shipment(
            id="s-1", status=status, method="first", line_item_ids=("item-1",), destination_country="US"
        )  # fmt: skip
        return shipping.settled_sentences(build.order(line_items=(*boxed.line_items, *items), shipments=(parcel,)))

    assert sent(ShipmentStatus.SHIPPED)
    # Of what has arrived, or come back, there is nothing left to change; what has not left yet still counts.
    assert sent(ShipmentStatus.DELIVERED) == sent(ShipmentStatus.RETURNED) == ()
    assert sent(ShipmentStatus.DELIVERED, build.line_item(id="item-2", kind=LineItemKind.PHYSICAL))


def test_the_backup_medium_is_added_to_downloads_only_and_once(build):
    offer = shipping.backup_offer(build.order(), build.profile())
    assert offer is not None
    assert shipping.backup_sentence(offer, plain_money).startswith("A Backup DVD is a physical copy")
    assert "It costs 9.99 USD plus tax." in shipping.backup_sentence(offer, plain_money)
    assert "after you agreed" in shipping.backup_consent(offer)
    assert shipping.backup_button(offer, plain_money) == "Add it"
    assert shipping.backup_request(offer, plain_money) == "Buy the Backup DVD for 9.99 USD plus tax…"
    final = shipping.quoted(offer, Quote(total=Money(amount=1082, currency="USD")))
    assert "It costs 10.82 USD with tax." in shipping.backup_sentence(final, plain_money)
    assert "charged to the card of this order" in shipping.backup_consent(final)
    assert shipping.backup_button(final, plain_money) == "Buy for 10.82 USD"
    abroad = shipping.backup_offer(build.order(currency="GBP"), build.profile())
    assert abroad is not None
    assert "It costs" not in shipping.backup_sentence(abroad, plain_money), "a price in another currency is no price"
    assert shipping.backup_request(abroad, plain_money) == "Buy the Backup DVD…"
    gift = shipping.BackupOffer(name="Backup DVD", price=None)
    assert shipping.backup_request(gift, plain_money) == "Add the Backup DVD…"
    disc = build.line_item(id="item-2", kind=LineItemKind.BACKUP_MEDIUM)
    for order in (
        build.order(line_items=(build.line_item(kind=LineItemKind.PHYSICAL),)),
        build.order(line_items=(build.line_item(), disc)),
        build.order(status=OrderStatus.REFUNDED),
    ):
        assert shipping.backup_offer(order, build.profile()) is None
