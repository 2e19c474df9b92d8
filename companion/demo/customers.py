"""The customers of the demo store: who they are, how they log in, and the orders they begin with.

Everything is derived from the store's first start, so that a store begun twice at the same moment is the same.
"""

from __future__ import annotations

import datetime as dt
import hashlib

import msgspec

from companion.demo.actions import Terms
from companion.demo.bodies import ReturnRequest
from companion.demo.lifecycle import CHARGE_LEAD, before, business_days_after, eligibility
from companion.demo.purchases import Purchase, Shop, charge, licence_of, order_of, plan_of, refund, with_parcel
from companion.demo.records import Billing, Record
from companion.demo.returns import request_return
from companion.domain.orders import (
    ChargeKind,
    LicenceStatus,
    OrderStatus,
    ReturnReason,
    Seat,
    ShipmentStatus,
    SubscriptionStatus,
)
from companion.domain.periods import Period
from companion.domain.wire import Value

_ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
replace = msgspec.structs.replace
YEAR, MONTH = Period(years=1), Period(months=1)


class Account(Value, frozen=True):
    """The log-ins of one demo order, and a sentence about what it shows. Not secret: the customers are invented."""

    order_number: str
    order_password: str
    email: str
    card_last_digits: str
    about: str


class _Person(Value, frozen=True):
    email: str
    card: str
    buyer: str
    tax_name: str = "Sales tax"
    tax: int = 875
    included: bool = False


_ADA = _Person(email="ada.miller@mail.example", card="40417", buyer="Ada Miller, 14 Juniper Lane, Albany, NY, US")
_BEN = _Person(email="ben.ortiz@mail.example", card="71358", buyer="Ben Ortiz, 220 Harbor Street, Buffalo, NY, US")
_CLEO = _Person(email="cleo.novak@mail.example", card="26604", buyer="Cleo Novak, 9 Mill Road, Ithaca, NY, US")
_DAN = _Person(email="dan.whitfield@mail.example", card="58820", buyer="Dan Whitfield, 31 Oak Court, Troy, NY, US")
_EVE = _Person(email="eve.lindqvist@mail.example", card="90133", buyer="Eve Lindqvist, 7 Lake View, Utica, NY, US")
_FRITZ = _Person(
    email="fritz.brandt@post.example", card="33571", buyer="Fritz Brandt, Lindenweg 4, 10439 Berlin, DE",
    tax_name="VAT", tax=1900, included=True,
)  # fmt: skip
_GRACE = _Person(email="grace.okafor@mail.example", card="64902", buyer="Grace Okafor, 88 Elm Street, Rome, NY, US")
_HUGO = _Person(email="hugo.martin@mail.example", card="15577", buyer="Hugo Martin, 5 Station Road, Elmira, NY, US")
_IRIS = _Person(email="iris.tanaka@mail.example", card="82046", buyer="Iris Tanaka, 61 Cedar Avenue, Yonkers, NY, US")
_KAI = _Person(email="kai.larsen@mail.example", card="23918", buyer="Kai Larsen, 40 Bridge Street, Oswego, NY, US")
_LENA = _Person(email="lena.duarte@mail.example", card="70256", buyer="Lena Duarte, 3 Hill Lane, Geneva, NY, US")
_MO = _Person(email="mo.haddad@mail.example", card="39441", buyer="Mo Haddad, 77 Canal Street, Lockport, NY, US")
_JOAN = _Person(
    email="joan.price@post.example", card="47290", buyer="Joan Price, 12 Rose Terrace, Bath, GB",
    tax_name="VAT", tax=2000, included=True,
)  # fmt: skip

_CAST = (
    ("LF-4821-0937", _ADA, "Annual suite with 41 days left; its download stays open with the licence."),
    ("LF-5930-2216", _BEN, "Licence for 3 PCs, one seat used; the download window closes in 9 days."),
    ("LF-3307-7145", _CLEO, "Renews in 6 days, at a higher price than last year."),
    ("LF-5562-8803", _DAN, "Day 34: the download window closed 4 days ago, two of three PCs are still waiting."),
    ("LF-6014-5529", _EVE, "A box on its way by Priority, with a tracking number."),
    ("LF-4478-1360", _FRITZ, "Monthly plan already cancelled; it stays active until the paid month ends."),
    ("LF-5781-6492", _GRACE, "Returned and refunded."),
    ("LF-2954-3871", _HUGO, "The licence has expired."),
    ("LF-3126-9058", _IRIS, "A renewal nobody wanted was charged 2 days ago."),
    ("LF-7720-3348", _KAI, "A delivered box that goes back: the return waits for the Letter of Destruction."),
    ("LF-7415-0962", _LENA, "Returned 3 days ago; the money is on its way back."),
    ("LF-7031-5580", _MO, "Ordered an hour ago: a hold shows, the charge comes tomorrow. No auto-renewal."),
    ("LF-1893-4407", _JOAN, "The earlier order whose key goes on being valid; opens together with LF-5847-7721."),
    ("LF-5847-7721", _JOAN, "A renewal by hand: no new key, the one from LF-1893-4407 stays valid."),
)


def accounts() -> tuple[Account, ...]:
    """The log-ins of every demo order, the plainest first."""
    return tuple(
        Account(
            order_number=number, order_password=_text("password", number, (4, 4, 4)), email=person.email,
            card_last_digits=person.card, about=about,
        )
        for number, person, about in _CAST
    )  # fmt: skip


def first_records(shop: Shop, start: dt.datetime) -> tuple[Record, ...]:
    """Every demo order as it stands at the store's first start."""
    makers = (
        _annual, _three_pcs, _renewing, _window_closed, _boxed, _monthly, _refunded, _expired, _unwanted,
        _letter_open, _money_on_its_way, _just_ordered, _original, _renewal,
    )  # fmt: skip
    made = []
    for (number, person, _), make in zip(_CAST, makers, strict=True):
        billing = Billing(
            buyer=person.buyer, email=person.email, tax_name=person.tax_name, tax_basis_points=person.tax,
            tax_included=person.included,
        )  # fmt: skip
        country = person.buyer.rpartition(", ")[2]
        currency = {"US": "USD", "GB": "GBP"}.get(country, "EUR")
        key = "LP26-" + _text("key", number, (4, 4, 4, 4))
        purchase = Purchase(
            number=number, billing=billing, country=country, currency=currency, key=key, shop=shop, placed_at=start
        )  # fmt: skip
        record = make(purchase, start)
        judged = eligibility(record.order, shop.policies, start)
        made.append(record.with_order(return_eligibility=judged))
    return tuple(made)


def _annual(buy: Purchase, start: dt.datetime) -> Record:
    until = start + dt.timedelta(days=41)
    placed = before(YEAR, until)
    buy = buy.placed(placed).item("lantern-protect", "Lantern Protect, 1 PC, 1 year", 4995)
    buy = buy.item("extended-download", "Extended download service, 1 year", 595)
    plan = plan_of(buy, YEAR, until, 4995, 4995)
    return order_of(buy, licence_of(buy, until, seats=(_seat(placed, "Ada's laptop"),)), plan, window_until=until)


def _three_pcs(buy: Purchase, start: dt.datetime) -> Record:
    placed = start - dt.timedelta(days=21)
    until = YEAR.after(placed)
    buy = buy.placed(placed).item("lantern-protect-family", "Lantern Protect Family, 3 PCs, 1 year", 5500)
    licence = licence_of(buy, until, total=3, seats=(_seat(placed, "Dell XPS 13, front room"),))
    return order_of(buy, licence, plan_of(buy, YEAR, until, 5500, 6995))


def _renewing(buy: Purchase, start: dt.datetime) -> Record:
    until = start + dt.timedelta(days=6) + CHARGE_LEAD
    placed = before(YEAR, until)
    buy = buy.placed(placed).item("lantern-protect", "Lantern Protect, 1 PC, 1 year", 3995)
    return order_of(
        buy, licence_of(buy, until, seats=(_seat(placed, "Kitchen PC"),)), plan_of(buy, YEAR, until, 3995, 5995)
    )


def _window_closed(buy: Purchase, start: dt.datetime) -> Record:
    placed = start - dt.timedelta(days=34)
    until = YEAR.after(placed)
    buy = buy.placed(placed).item("lantern-protect-family", "Lantern Protect Family, 3 PCs, 1 year", 5500)
    licence = licence_of(buy, until, total=3, seats=(_seat(placed, "Dell Inspiron, study"),))
    return order_of(buy, licence, plan_of(buy, YEAR, until, 5500, 6995))


def _boxed(buy: Purchase, start: dt.datetime) -> Record:
    shipped = start - dt.timedelta(days=1, hours=3)
    buy = buy.placed(shipped - dt.timedelta(days=1)).item(
        "lantern-protect", "Lantern Protect on CD, 1 PC, 1 year", 5995, physical=True
    )
    until = YEAR.after(buy.placed_at)
    record = order_of(buy, licence_of(buy, until), plan_of(buy, YEAR, until, 5995, 5995))
    return with_parcel(record, buy, shipped)


def _monthly(buy: Purchase, start: dt.datetime) -> Record:
    until = start + dt.timedelta(days=16)
    placed = before(Period(months=3), until)
    buy = buy.placed(placed).item("lantern-protect-monthly", "Lantern Protect Monthly, 1 PC", 500)
    plan = plan_of(buy, MONTH, until, 500, 500, auto_renew=False)
    record = order_of(buy, licence_of(buy, until, seats=(_seat(placed, "Notebook"),)), plan)
    months = [Period(months=count).after(placed) - CHARGE_LEAD for count in (1, 2)]
    renewals = tuple(charge(buy, at, 500, f"subscription:{plan.id}") for at in months)
    return record.with_order(charges=(*record.order.charges, *renewals))


def _refunded(buy: Purchase, start: dt.datetime) -> Record:
    taken_back = start - dt.timedelta(days=15)
    buy = buy.placed(start - dt.timedelta(days=25)).item("lantern-protect", "Lantern Protect, 1 PC, 1 year", 4995)
    plan = plan_of(buy, YEAR, taken_back, 4995, 4995, auto_renew=False, status=SubscriptionStatus.EXPIRED)
    record = order_of(buy, licence_of(buy, YEAR.after(buy.placed_at), status=LicenceStatus.REFUNDED), plan)
    given, paid_back = refund(buy, taken_back, 4995)
    return record.with_order(status=OrderStatus.REFUNDED, returns=(given,), charges=(*record.order.charges, paid_back))


def _expired(buy: Purchase, start: dt.datetime) -> Record:
    until = start - dt.timedelta(days=35)
    placed = before(YEAR, until)
    buy = buy.placed(placed).item("lantern-protect", "Lantern Protect, 1 PC, 1 year", 4995)
    plan = plan_of(buy, YEAR, until, 4995, 5495, auto_renew=False, status=SubscriptionStatus.EXPIRED)
    licence = licence_of(buy, until, status=LicenceStatus.EXPIRED, seats=(_seat(placed, "Old desktop"),))
    return order_of(buy, licence, plan)


def _unwanted(buy: Purchase, start: dt.datetime) -> Record:
    charged = start - dt.timedelta(days=2)
    first_end = start + dt.timedelta(days=5)
    placed, until = before(YEAR, first_end), YEAR.after(first_end)
    buy = buy.placed(placed).item("lantern-protect", "Lantern Protect, 1 PC, 1 year", 4995)
    plan = plan_of(buy, YEAR, until, 5995, 5995)
    record = order_of(buy, licence_of(buy, until, seats=(_seat(placed, "Iris's PC"),)), plan)
    about = f"subscription:{plan.id}"
    hold = charge(buy, charged - dt.timedelta(hours=20), 5995, about, ChargeKind.AUTHORIZATION,
                  released_at=business_days_after(charged, 2))  # fmt: skip
    return record.with_order(charges=(*record.order.charges, hold, charge(buy, charged, 5995, about)))


def _letter_open(buy: Purchase, start: dt.datetime) -> Record:
    shipped = start - dt.timedelta(days=20)
    buy = buy.placed(shipped - dt.timedelta(days=1))
    buy = buy.item("lantern-protect", "Lantern Protect on CD, 1 PC, 1 year", 5995, physical=True)
    until = YEAR.after(buy.placed_at)
    record = with_parcel(order_of(buy, licence_of(buy, until), plan_of(buy, YEAR, until, 5995, 5995)), buy, shipped)
    parcel = replace(record.order.shipments[0], carrier=None, tracking_number=None, tracking_url=None,
                     method="first-class", status=ShipmentStatus.DELIVERED,
                     delivered_at=shipped + dt.timedelta(days=8))  # fmt: skip
    asked = ReturnRequest(reason=ReturnReason.DOES_NOT_WORK)
    record = record.with_order(shipments=(parcel,))
    terms = Terms(buy.shop.policies, buy.shop.statement_descriptor, start - dt.timedelta(days=1))
    return request_return(record, asked, terms)[0]


def _money_on_its_way(buy: Purchase, start: dt.datetime) -> Record:
    taken_back = start - dt.timedelta(days=3)
    buy = buy.placed(start - dt.timedelta(days=12)).item("lantern-protect", "Lantern Protect, 1 PC, 1 year", 4995)
    plan = plan_of(buy, YEAR, taken_back, 4995, 4995, auto_renew=False, status=SubscriptionStatus.EXPIRED)
    record = order_of(buy, licence_of(buy, YEAR.after(buy.placed_at), status=LicenceStatus.REFUNDED), plan)
    given, paid_back = refund(buy, taken_back, 4995)
    return record.with_order(status=OrderStatus.REFUNDED, returns=(given,), charges=(*record.order.charges, paid_back))


def _just_ordered(buy: Purchase, start: dt.datetime) -> Record:
    buy = buy.placed(start - dt.timedelta(hours=1)).item("lantern-protect", "Lantern Protect, 1 PC, 1 year", 4995)
    until = YEAR.after(buy.placed_at)
    record = order_of(buy, licence_of(buy, until), plan_of(buy, YEAR, until, 4995, 4995))
    order = record.order
    licences = tuple(replace(licence, subscription_id=None) for licence in order.licences)
    hold = replace(order.charges[0], released_at=None)
    return record.with_order(
        status=OrderStatus.PROCESSING, licences=licences, subscriptions=(), charges=(hold,), invoice_number=None
    )


def _original(buy: Purchase, start: dt.datetime) -> Record:
    until = start - dt.timedelta(days=16)
    placed = before(YEAR, until)
    buy = buy.placed(placed).item("lantern-protect", "Lantern Protect, 1 PC, 1 year", 3500)
    plan = plan_of(buy, YEAR, until, 3500, 3500, auto_renew=False, status=SubscriptionStatus.EXPIRED)
    seats = (_seat(placed, "Joan's laptop"),)
    return order_of(buy, licence_of(buy, until, status=LicenceStatus.EXPIRED, seats=seats), plan)


def _renewal(buy: Purchase, start: dt.datetime) -> Record:
    placed = start - dt.timedelta(days=17)
    until = YEAR.after(placed)
    buy = buy.placed(placed).item("lantern-protect", "Lantern Protect, 1 PC, renewal for 1 year", 3750)
    licence = licence_of(buy, until, key_from="LF-1893-4407", seats=(_seat(placed, "Joan's laptop"),))
    return order_of(buy, licence, plan_of(buy, YEAR, until, 3750, 3750))


def _seat(taken: dt.datetime, name: str) -> Seat:
    mark = hashlib.sha256(name.encode()).hexdigest()[:12]
    return Seat(id=f"pc-{mark}", name=name, taken_at=taken + dt.timedelta(hours=2))


def _text(purpose: str, number: str, groups: tuple[int, ...]) -> str:
    """Groups of letters and digits that always mix upper and lower case, the same for the same order."""
    for attempt in range(1000):
        drawn = hashlib.shake_256(f"{purpose} {number} {attempt}".encode()).digest(sum(groups))
        letters = "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in drawn)
        if any(letter.isupper() for letter in letters) and any(letter.islower() for letter in letters):
            break
    starts = [sum(groups[:index]) for index in range(len(groups))]
    return "-".join(letters[start : start + length] for start, length in zip(starts, groups, strict=True))
