"""The orders of the demo customers: what each shows, and who may see it."""

from __future__ import annotations

import datetime as dt
import email.utils
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
import requests

from companion.domain.core.serialization import decode, encode
from companion.domain.core.time.periods import Period
from companion.domain.store.orders import (
    ChargeKind,
    Invoice,
    InvoiceList,
    LicenceStatus,
    Order,
    OrderStatus,
    ShipmentStatus,
    SubscriptionStatus,
)
from companion.domain.store.returns import ReturnStatus

Refused = Callable[[requests.Response], tuple[int, str]]


@pytest.fixture
def order(customer: Any) -> Callable[[str], Order]:
    return lambda number: decode(encode(customer(number).order()), Order, source="the store")


def _days(moment: dt.datetime | None, now: dt.datetime) -> int:
    assert moment is not None
    return (moment.date() - now.date()).days


def test_the_plain_annual_suite(order: Any, clock: Any) -> None:
    found = order("LF-4821-0937")
    assert _days(found.licences[0].expires_at, clock.now) == 41
    assert found.subscriptions[0].auto_renew
    assert found.subscriptions[0].term == Period(years=1)
    assert found.downloads[0].available_until > clock.now


def test_three_pcs_with_a_window_that_closes_in_nine_days(order: Any, clock: Any) -> None:
    found = order("LF-5930-2216")
    assert (found.licences[0].seats_total, len(found.licences[0].seats)) == (3, 1)
    assert _days(found.downloads[0].available_until, clock.now) == 9
    assert found.return_eligibility.eligible


def test_a_renewal_in_six_days_at_a_higher_price(order: Any, clock: Any) -> None:
    plan = order("LF-3307-7145").subscriptions[0]
    assert _days(plan.next_charge_at, clock.now) == 6
    assert plan.cancel_by < plan.next_charge_at < plan.active_until
    assert plan.renewal_price.amount > plan.price.amount


def test_day_thirty_four(order: Any, clock: Any) -> None:
    found = order("LF-5562-8803")
    assert (_days(found.placed_at, clock.now), _days(found.downloads[0].available_until, clock.now)) == (-34, -4)
    assert not found.return_eligibility.eligible
    assert found.return_eligibility.refusal


def test_a_box_on_its_way(order: Any, clock: Any) -> None:
    found = order("LF-6014-5529")
    (parcel,) = found.shipments
    assert (parcel.status, parcel.method) == (ShipmentStatus.SHIPPED, "priority")
    assert parcel.tracking_number in parcel.tracking_url
    assert clock.now < parcel.expected_from <= parcel.expected_until
    assert found.return_eligibility.counted_from == parcel.shipped_at
    assert found.downloads == ()
    assert {charge.about for charge in found.charges} == {f"shipment:{parcel.id}"}


def test_a_cancelled_monthly_plan(order: Any, clock: Any) -> None:
    plan = order("LF-4478-1360").subscriptions[0]
    assert (plan.status, plan.auto_renew, plan.next_charge_at) == (SubscriptionStatus.CANCELLED, False, None)
    assert plan.term == Period(months=1)
    assert _days(plan.active_until, clock.now) == 16


def test_a_refunded_order(order: Any) -> None:
    found = order("LF-5781-6492")
    assert (found.status, found.licences[0].status) == (OrderStatus.REFUNDED, LicenceStatus.REFUNDED)
    assert found.returns[0].status is ReturnStatus.CREDITED
    assert found.charges[-1].kind is ChargeKind.REFUND
    assert found.charges[-1].amount == found.total


def test_an_expired_licence(order: Any, clock: Any) -> None:
    found = order("LF-2954-3871")
    assert (found.licences[0].status, found.subscriptions[0].status) == ("expired", "expired")
    assert found.licences[0].expires_at < clock.now


def test_an_unwanted_renewal_shows_a_hold_and_a_charge(order: Any, clock: Any) -> None:
    found = order("LF-3126-9058")
    hold, charge = found.charges[-2:]
    assert (hold.kind, charge.kind) == (ChargeKind.AUTHORIZATION, ChargeKind.CHARGE)
    assert hold.amount == charge.amount
    assert hold.about == charge.about == f"subscription:{found.subscriptions[0].id}"
    assert _days(charge.at, clock.now) == -2
    assert found.return_eligibility.eligible


def test_a_renewal_by_hand_names_the_order_whose_key_stays(order: Any) -> None:
    renewal, original = order("LF-5847-7721"), order("LF-1893-4407")
    assert renewal.licences[0].key is None
    assert renewal.licences[0].key_from_order == original.number
    assert original.licences[0].key.reveal().startswith("LP26-")


def test_keys_and_passwords_mix_cases(store: Any, order: Any) -> None:
    keys = [order(account.order_number).licences[0].key for account in store.accounts]
    texts = [key.reveal()[5:] for key in keys if key] + [account.order_password for account in store.accounts]
    assert len(set(texts)) == len(texts)
    for text in texts:
        assert not text.isupper()
        assert not text.islower()


def test_the_sums_are_right_to_the_cent(store: Any, order: Any) -> None:
    for account in store.accounts:
        found = order(account.order_number)
        paid = [charge for charge in found.charges if charge.kind is not ChargeKind.REFUND]
        assert {charge.amount for charge in paid if "subscription" not in charge.about} == {found.total}
        assert sum(item.price.amount for item in found.line_items) + paid[0].tax.amount == found.total.amount


def test_an_order_is_not_sent_twice(customer: Any) -> None:
    ada = customer("LF-4821-0937")
    first = ada.get("/v1/orders/LF-4821-0937")
    again = ada.get("/v1/orders/LF-4821-0937", If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert ada.get("/v1/orders/LF-4821-0937", If_None_Match='"other"').status_code == 200
    version = first.json()["subscriptions"][0]["version"]
    ada.send("PUT", "/v1/subscriptions/sub-4821-0937/auto-renew", {"autoRenew": False}, If_Match=f'"{version}"')
    changed = ada.get("/v1/orders/LF-4821-0937", If_None_Match=first.headers["ETag"])
    assert changed.status_code == 200


def test_the_profile_is_not_sent_twice(anybody: Any, profile_document: bytes) -> None:
    first = anybody.get("/v1/profile", Accept_Language="de-DE, de;q=0.9, *;q=0.1")
    assert first.content == profile_document
    assert first.headers["Content-Language"] == "en"
    assert anybody.get("/v1/profile", If_None_Match=f"W/{first.headers['ETag']}").status_code == 304


def test_other_customers_things_do_not_exist(customer: Any, refused: Refused) -> None:
    eve = customer("LF-6014-5529")
    for number in ("LF-4821-0937", "LF-0000-0000", "lf-6014-5529"):
        assert refused(eve.get(f"/v1/orders/{number}")) == (404, "not-found")
        assert refused(eve.get(f"/v1/orders/{number}/invoice")) == (404, "not-found")
        for call in ("returns", "backup-media", "downloads/lantern-protect-linux/extension"):
            body = {"reason": "notWanted"} if call == "returns" else {}
            assert refused(eve.post(f"/v1/orders/{number}/{call}", body)) == (404, "not-found")
        grant = f"/v1/orders/{number}/downloads/lantern-protect-linux/grant"
        assert refused(eve.post(grant, {})) == (404, "not-found")
    plan = "/v1/subscriptions/sub-4821-0937/auto-renew"
    assert refused(eve.send("PUT", plan, {"autoRenew": False}, If_Match="*")) == (404, "not-found")
    seat = "/v1/licences/lic-4821-0937/seats/pc-1"
    assert refused(eve.send("PUT", seat, {"name": "x"})) == (404, "not-found")
    assert refused(eve.send("DELETE", seat)) == (404, "not-found")
    letter = eve.post("/v1/returns/ret-4821-0937-1/destruction-letter", {"accepted": True, "text": ""})
    assert refused(letter) == (404, "not-found")
    case = eve.post("/v1/support/cases", {"orderNumber": "LF-4821-0937", "summary": "x"})
    assert refused(case) == (404, "not-found")


def test_the_order_links_to_pages_that_are_there(customer: Any) -> None:
    ada = customer("LF-4821-0937")
    pages = {page["purpose"]: page["url"] for page in ada.order()["pages"]}
    assert pages.keys() == {"order", "renew", "cancel"}
    for url in pages.values():
        page = requests.get(url, timeout=20)
        assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    script = requests.get(ada.url + "/orders/%3Cscript%3E/order", timeout=20)
    assert script.status_code == 404


def test_an_invoice_adds_up_in_both_kinds_of_tax(customer: Any) -> None:
    for number, included in (("LF-4821-0937", False), ("LF-4478-1360", True)):
        someone = customer(number)
        invoice = decode(someone.get(f"/v1/orders/{number}/invoice").content, Invoice, source="the store")
        assert invoice.tax_included is included
        assert invoice.net.amount + invoice.tax.amount == invoice.total.amount == someone.order()["total"]["amount"]
        lines = sum(line.price.amount for line in invoice.lines)
        assert lines == (invoice.total if included else invoice.net).amount
        assert invoice.number == someone.order()["invoiceNumber"]


def _invoices(someone: Any) -> dict[str, tuple[str, int]]:
    path = f"/v1/orders/{someone.number}/invoices"
    found = decode(someone.get(path).content, InvoiceList, source="the store").invoices
    for entry in found:
        invoice = decode(someone.get(f"{path}/{entry.number}").content, Invoice, source="the store")
        assert (invoice.number, invoice.total, invoice.purpose) == (entry.number, entry.total, entry.purpose)
        assert invoice.net.amount + invoice.tax.amount == invoice.total.amount
        pdf = someone.get(f"{path}/{entry.number}", Accept="application/pdf").content
        _check_pdf(pdf, [entry.number, entry.total.plain()])
    return {entry.number: (entry.purpose.value, entry.total.amount) for entry in found}


def test_each_payment_has_its_invoice_and_each_refund_its_note(customer: Any, clock: Any, refused: Refused) -> None:
    cleo, iris, ben = (customer(number) for number in ("LF-3307-7145", "LF-3126-9058", "LF-5930-2216"))
    assert _invoices(cleo) == {"INV-3307-7145": ("purchase", 4345)}
    plan = iris.order()["subscriptions"][0]["id"]
    asked = {"reason": "unwantedRenewal", "lineItemIds": [], "subscriptionId": plan}
    assert iris.post("/v1/orders/LF-3126-9058/returns", asked).status_code == 201
    assert _invoices(iris) == {
        "INV-3126-9058": ("purchase", 5432),
        "INV-3126-9058-R1": ("renewal", 6520),
        "REF-3126-9058-1": ("refund", 6520),
    }
    ben.post("/v1/orders/LF-5930-2216/backup-media", {})
    assert _invoices(ben) == {"INV-5930-2216": ("purchase", 5981), "INV-5930-2216-M": ("backupMedium", 1082)}
    assert refused(ben.get("/v1/orders/LF-5930-2216/invoices/INV-3307-7145")) == (404, "not-found")
    assert refused(ben.get("/v1/orders/LF-3307-7145/invoices")) == (404, "not-found")
    assert refused(ben.get("/v1/orders/LF-3307-7145/invoices/INV-3307-7145")) == (404, "not-found")
    clock.pass_by(days=7)
    cleo = customer("LF-3307-7145")
    assert _invoices(cleo) == {"INV-3307-7145": ("purchase", 4345), "INV-3307-7145-R1": ("renewal", 6520)}


def test_an_invoice_is_a_pdf_when_that_is_preferred(customer: Any, refused: Refused) -> None:
    fritz = customer("LF-4478-1360")
    path = "/v1/orders/LF-4478-1360/invoice"
    answer = fritz.get(path, Accept="application/pdf, application/json;q=0.5")
    assert answer.headers["Content-Type"] == "application/pdf"
    _check_pdf(answer.content, ["INV-4478-1360", "LF-4478-1360", "5.95 EUR", "VAT"])
    assert fritz.get(path, Accept="*/*").headers["Content-Type"] == "application/json"
    assert refused(fritz.get(path, Accept="image/png")) == (406, "not-acceptable")


def _check_pdf(file: bytes, words: list[str]) -> None:
    """Every object lies where the cross-reference table says, every stream is as long as it says."""
    assert file.startswith(b"%PDF-1.4\n")
    assert file.endswith(b"%%EOF\n")
    start = int(file.rpartition(b"startxref\n")[2].split()[0])
    table = io.BytesIO(file[start:])
    assert table.readline() == b"xref\n"
    _, count = map(int, table.readline().split())
    places = [int(table.readline().split()[0]) for _ in range(count)]
    for number, place in enumerate(places[1:], 1):
        assert file[place:].startswith(b"%d 0 obj\n" % number)
    for found in re.finditer(rb"/Length (\d+) >>\nstream\n", file):
        assert file[found.end() + int(found[1]) :].startswith(b"\nendstream")
    for word in words:
        assert word.encode() in file


def test_a_backup_medium_is_added_once_and_charged_when_it_ships(customer: Any, clock: Any, refused: Refused) -> None:
    path = "/v1/orders/LF-5930-2216/backup-media"
    ben = customer("LF-5930-2216")
    before = ben.order()["total"]["amount"]
    added = ben.post(path, {"method": "first-class"})
    assert added.status_code == 201
    order = decode(added.content, Order, source="the store")
    assert order.line_items[-1].kind == "backupMedium"
    assert order.total.amount == before + order.charges[-1].amount.amount
    assert (order.shipments[0].status, order.charges[-1].kind) == ("preparing", "authorization")
    assert refused(ben.post(path, {})) == (409, "already-done")
    clock.pass_by(days=5)
    shipped = decode(encode(customer("LF-5930-2216").order()), Order, source="the store")
    assert shipped.shipments[0].status is ShipmentStatus.SHIPPED
    assert shipped.shipments[0].tracking_number is None
    hold, charge = shipped.charges[-2:]
    assert (hold.released_at, charge.kind) == (charge.at, ChargeKind.CHARGE)
    clock.pass_by(days=30)
    assert customer("LF-5930-2216").order()["shipments"][0]["status"] == "delivered"


def test_the_backup_medium_is_sold_at_the_price_that_was_quoted_only(customer: Any, refused: Refused) -> None:
    path = "/v1/orders/LF-5847-7721/backup-media"
    cho = customer("LF-5847-7721")
    quote = cho.get(f"{path}/quote").json()
    assert quote == {"total": {"amount": 1194, "currency": "GBP"}, "tax": {"amount": 199, "currency": "GBP"}}
    other = cho.post(path, {"agreedTotal": {"amount": 995, "currency": "USD"}})
    assert (refused(other), other.json()["total"]) == ((409, "price-changed"), quote["total"])
    assert cho.post(path, {"agreedTotal": quote["total"]}).json()["charges"][-1]["amount"] == quote["total"]
    assert refused(cho.get(f"{path}/quote")) == (409, "already-done")


def test_a_backup_medium_needs_a_valid_download_and_a_way_there(customer: Any, refused: Refused) -> None:
    for number in ("LF-6014-5529", "LF-2954-3871", "LF-5781-6492"):
        answer = customer(number).post(f"/v1/orders/{number}/backup-media", {})
        assert refused(answer) == (409, "not-eligible")
    abroad = customer("LF-5847-7721").post("/v1/orders/LF-5847-7721/backup-media", {"method": "priority"})
    assert (refused(abroad), abroad.json()["field"]) == ((422, "invalid-request"), "method")


def test_seats_are_taken_and_freed(customer: Any, refused: Refused) -> None:
    dan = customer("LF-5562-8803")
    path = "/v1/licences/lic-5562-8803/seats"
    assert dan.send("PUT", f"{path}/pc-hp-1", {"name": "HP laptop"}).status_code == 201
    assert dan.send("PUT", f"{path}/pc-hp-1", {"name": "HP laptop"}).status_code == 200
    assert dan.send("PUT", f"{path}/pc-hp-2", {"name": "Other HP"}).status_code == 201
    assert refused(dan.send("PUT", f"{path}/pc-4", {"name": "Fourth"})) == (409, "seats-exhausted")
    dead = dan.order()["licences"][0]["seats"][0]["id"]
    freed = dan.send("DELETE", f"{path}/{dead}")
    assert (freed.status_code, [seat["id"] for seat in freed.json()["seats"]]) == (200, ["pc-hp-1", "pc-hp-2"])
    assert dan.send("DELETE", f"{path}/{dead}").status_code == 200
    assert dan.send("PUT", f"{path}/pc-4", {"name": "Fourth"}).status_code == 201
    seats = {seat["id"]: seat["name"] for seat in dan.order()["licences"][0]["seats"]}
    assert seats == {"pc-hp-1": "HP laptop", "pc-hp-2": "Other HP", "pc-4": "Fourth"}


def test_an_ended_licence_gives_no_seat(customer: Any, refused: Refused) -> None:
    answer = customer("LF-2954-3871").send("PUT", "/v1/licences/lic-2954-3871/seats/pc-9", {"name": "New"})
    assert refused(answer) == (403, "licence-ended")


@pytest.mark.parametrize("seat", ["a b", "%00", "x" * 65, "ü", "a.b"])
def test_a_seat_has_a_plain_name(customer: Any, refused: Refused, seat: str) -> None:
    answer = customer("LF-5562-8803").send("PUT", f"/v1/licences/lic-5562-8803/seats/{seat}", {"name": "New"})
    assert (refused(answer), answer.json()["field"]) == ((422, "invalid-request"), "seatId")


def test_a_case_gets_a_number_and_a_time(customer: Any, clock: Any) -> None:
    dan = customer("LF-5562-8803")
    body = {"orderNumber": "LF-5562-8803", "summary": "Setup says Outlook runs.", "caseFile": "ä" * 1000}
    first, second = dan.post("/v1/support/cases", body), dan.post("/v1/support/cases", {"summary": "Again"})
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["caseNumber"] != second.json()["caseNumber"]
    assert dt.datetime.fromisoformat(first.json()["answerBy"]) > clock.now


def test_the_date_of_an_answer_is_the_stores_time(anybody: Any, clock: Any) -> None:
    answer = anybody.get("/v1/profile")
    assert email.utils.parsedate_to_datetime(answer.headers["Date"]) == clock.now
