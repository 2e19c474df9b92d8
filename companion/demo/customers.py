"""The customers of the demo store: who they are, how they log in, and the orders they begin with.

Everything is derived from the store's first start, so that a store begun twice at the same moment is the same.
"""

from __future__ import annotations

import datetime as dt
import hashlib

import msgspec

from companion.demo.bodies import ReturnRequest
from companion.demo.orders.actions import Terms
from companion.demo.orders.lifecycle import CHARGE_LEAD, before, business_days_after, eligibility
from companion.demo.orders.purchases import Purchase, Shop, charge, licence_of, order_of, plan_of, refund, with_parcel
from companion.demo.orders.records import Billing, Record
from companion.demo.orders.returns import request_return
from companion.domain.core.model import Model
from companion.domain.core.time.periods import Period
from companion.domain.store.orders import (
    ChargeKind,
    LicenceStatus,
    OrderStatus,
    Seat,
    ShipmentStatus,
    SubscriptionStatus,
)
from companion.domain.store.returns import ReturnReason, ReturnStatus

_ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
replace = msgspec.structs.replace
YEAR, MONTH = Period(years=1), Period(months=1)
_AHEAD = dt.timedelta(days=23)


class Account(Model, frozen=True):
    """The log-ins of one demo order, and a sentence about what it shows. Not secret: the customers are invented."""

    order_number: str
    order_password: str
    email: str
    card_last_digits: str
    about: str


class _Person(Model, frozen=True):
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
    email="fritz.brandt@post.example",
    card="33571",
    buyer="Fritz Brandt, Lindenweg 4, 10439 Berlin, DE",
    tax_name="VAT",
    tax=1900,
    included=True,
)
_GRACE = _Person(email="grace.okafor@mail.example", card="64902", buyer="Grace Okafor, 88 Elm Street, Rome, NY, US")
_HUGO = _Person(email="hugo.martin@mail.example", card="15577", buyer="Hugo Martin, 5 Station Road, Elmira, NY, US")
_IRIS = _Person(email="iris.tanaka@mail.example", card="82046", buyer="Iris Tanaka, 61 Cedar Avenue, Yonkers, NY, US")
_KAI = _Person(email="kai.larsen@mail.example", card="23918", buyer="Kai Larsen, 40 Bridge Street, Oswego, NY, US")
_LENA = _Person(email="lena.duarte@mail.example", card="70256", buyer="Lena Duarte, 3 Hill Lane, Geneva, NY, US")
_MO = _Person(email="mo.haddad@mail.example", card="39441", buyer="Mo Haddad, 77 Canal Street, Lockport, NY, US")
_NORA = _Person(email="nora.bell@mail.example", card="51973", buyer="Nora Bell, 18 Orchard Road, Cortland, NY, US")
_OTIS = _Person(email="otis.greene@mail.example", card="86240", buyer="Otis Greene, 402 Park Row, Oneida, NY, US")
_PIA = _Person(email="pia.romano@mail.example", card="19365", buyer="Pia Romano, 26 Chapel Street, Hudson, NY, US")
_QUINN = _Person(email="quinn.adler@mail.example", card="74081", buyer="Quinn Adler, 55 Ferry Lane, Beacon, NY, US")
_JOAN = _Person(
    email="joan.price@post.example",
    card="47290",
    buyer="Joan Price, 12 Rose Terrace, Bath, GB",
    tax_name="VAT",
    tax=2000,
    included=True,
)

_CAST = (
    ("LF-4821-0937", _ADA, "Annual suite with 41 days left; its download stays open with the licence."),
    ("LF-5930-2216", _BEN, "Licence for 3 PCs, one seat used; the download window closes in 9 days."),
    ("LF-3307-7145", _CLEO, "Renews in 6 days, at a higher price than last year."),
    ("LF-5562-8803", _DAN, "Day 34: the download window closed 4 days ago, two of three PCs are still waiting."),
    ("LF-6014-5529", _EVE, "A box on its way by Priority, with a tracking number."),
    ("LF-4478-1360", _FRITZ, "Monthly plan already cancelled; it stays active until the paid month ends."),
    ("LF-5781-6492", _GRACE, "Returned and refunded."),
    ("LF-2954-3871", _HUGO, "The licence has expired."),
    ("LF-3126-9058", _IRIS, "An unwanted renewal was charged 2 days ago."),
    ("LF-7720-3348", _KAI, "A delivered box that goes back: the return waits for the Letter of Destruction."),
    ("LF-7415-0962", _LENA, "Returned 3 days ago; the money is on its way back."),
    ("LF-7031-5580", _MO, "Ordered an hour ago: a hold shows, the charge comes tomorrow. No auto-renewal."),
    ("LF-6642-1978", _NORA, "A box by First Class, without tracking; it should have come a week ago and is late."),
    ("LF-2815-6403", _OTIS, "A box that could not be delivered: it is back at the warehouse, the money is credited."),
    ("LF-8350-4126", _PIA, "A return that the store refused, and why; the licence goes on."),
    ("LF-4093-7715", _QUINN, "23 days left and already renewed: LF-6127-3084 takes over when this licence ends."),
    ("LF-6127-3084", _QUINN, "Bought ahead: this licence has not started yet, it begins when LF-4093-7715 ends."),
    ("LF-1893-4407", _JOAN, "The earlier order whose key goes on being valid; opens together with LF-5847-7721."),
    ("LF-5847-7721", _JOAN, "A renewal by hand: no new key, the one from LF-1893-4407 stays valid."),
)


def accounts() -> tuple[Account, ...]:
    """The log-ins of every demo order, the plainest first."""
    return tuple(
        Account(
            order_number=number,
            order_password=_text("password", number, (4, 4, 4)),
            email=person.email,
            card_last_digits=person.card,
            about=about,
        )
        for number, person, about in _CAST
    )


def first_records(shop: Shop, start: dt.datetime) -> tuple[Record, ...]:
    """Every demo order as it stands at the store's first start."""
    makers = (
        _annual,
        _three_pcs,
        _renewing,
        _window_closed,
        _boxed,
        _monthly,
        _refunded,
        _expired,
        _unwanted,
        _letter_open,
        _money_on_its_way,
        _just_ordered,
        _late,
        _came_back,
        _return_refused,
        _running,
        _ahead,
        _original,
        _renewal,
    )
    made = []
    for (number, person, _), make in zip(_CAST, makers, strict=True):
        billing = Billing(
            buyer=person.buyer,
            email=person.email,
            tax_name=person.tax_name,
            tax_basis_points=person.tax,
            tax_included=person.included,
        )
        country = person.buyer.rpartition(", ")[2]
        currency = {"US": "USD", "GB": "GBP"}.get(country, "EUR")
        key = "LP26-" + _text("key", number, (4, 4, 4, 4))
        purchase = Purchase(
            number=number, billing=billing, country=country, currency=currency, key=key, shop=shop, placed_at=start
        )
        record = make(purchase, start)
        judged = eligibility(record, shop.policies, start)
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
    return _box(buy, shipped)[1]


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
    return _taken_back(buy.placed(start - dt.timedelta(days=25)), start - dt.timedelta(days=15))


def _taken_back(buy: Purchase, taken_back: dt.datetime) -> Record:
    buy = buy.item("lantern-protect", "Lantern Protect, 1 PC, 1 year", 4995)
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
    hold = charge(
        buy,
        charged - dt.timedelta(hours=20),
        5995,
        about,
        ChargeKind.AUTHORIZATION,
        released_at=business_days_after(charged, 2),
    )
    return record.with_order(charges=(*record.order.charges, hold, charge(buy, charged, 5995, about)))


def _letter_open(buy: Purchase, start: dt.datetime) -> Record:
    shipped = start - dt.timedelta(days=20)
    buy, record = _box(buy, shipped, tracked=False)
    record = _delivered(record, shipped + dt.timedelta(days=8))
    return _asked_back(record, buy, ReturnReason.DOES_NOT_WORK, start - dt.timedelta(days=1))


def _money_on_its_way(buy: Purchase, start: dt.datetime) -> Record:
    return _taken_back(buy.placed(start - dt.timedelta(days=12)), start - dt.timedelta(days=3))


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


def _late(buy: Purchase, start: dt.datetime) -> Record:
    record = _box(buy, start - dt.timedelta(days=18), tracked=False)[1]
    (parcel,) = record.order.shipments
    return replace(record, arrives_at={parcel.id: start + dt.timedelta(days=8)})


def _came_back(buy: Purchase, start: dt.datetime) -> Record:
    back = start - dt.timedelta(days=4)
    buy, record = _box(buy, start - dt.timedelta(days=24), tracked=False)
    (parcel,), (licence,) = record.order.shipments, record.order.licences
    paid_back = charge(buy, back, 5995, f"shipment:{parcel.id}", ChargeKind.REFUND)
    plan = plan_of(buy, YEAR, back, 5995, 5995, auto_renew=False, status=SubscriptionStatus.EXPIRED)
    return record.with_order(
        status=OrderStatus.REFUNDED,
        shipments=(replace(parcel, status=ShipmentStatus.RETURNED),),
        licences=(replace(licence, status=LicenceStatus.REFUNDED),),
        subscriptions=(plan,),
        charges=(*record.order.charges, paid_back),
    )


def _return_refused(buy: Purchase, start: dt.datetime) -> Record:
    shipped, asked = start - dt.timedelta(days=19), start - dt.timedelta(days=5)
    came = shipped + dt.timedelta(days=6)
    buy, record = _box(buy, shipped, tracked=False)
    record = _asked_back(_delivered(record, came), buy, ReturnReason.NOT_WANTED, asked)
    (licence,), (given,) = record.order.licences, record.order.returns
    # The PC showed up again after the letter: that is what the store goes by.
    seat = replace(_seat(came, "Pia's notebook"), last_seen_at=start - dt.timedelta(days=3))
    letter = given.letter and replace(given.letter, accepted_at=asked + dt.timedelta(hours=1))
    record = record.with_order(
        licences=(replace(licence, seats=(seat,)),),
        returns=(replace(given, status=ReturnStatus.REFUSED, letter=letter),),
    )
    why = f"The return was refused: {seat.name} went on using the licence after the Letter of Destruction was accepted."
    return replace(record, refusals={given.id: why})


def _running(buy: Purchase, start: dt.datetime) -> Record:
    until = start + _AHEAD
    placed = before(YEAR, until)
    buy = buy.placed(placed).item("lantern-protect", "Lantern Protect, 1 PC, 1 year", 4995)
    licence = licence_of(buy, until, seats=(_seat(placed, "Quinn's desktop"),))
    return order_of(buy, licence, plan_of(buy, YEAR, until, 4995, 4995, auto_renew=False))


def _ahead(buy: Purchase, start: dt.datetime) -> Record:
    starts = start + _AHEAD
    until = YEAR.after(starts)
    buy = buy.placed(start - dt.timedelta(days=5))
    buy = buy.item("lantern-protect", "Lantern Protect, 1 PC, renewal for 1 year", 4495)
    licence = replace(licence_of(buy, until, key_from="LF-4093-7715"), starts_at=starts)
    return order_of(buy, licence, plan_of(buy, YEAR, until, 4495, 4995))


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


def _box(buy: Purchase, shipped: dt.datetime, *, tracked: bool = True) -> tuple[Purchase, Record]:
    """A box ordered the day before it was shipped."""
    buy = buy.placed(shipped - dt.timedelta(days=1))
    buy = buy.item("lantern-protect", "Lantern Protect on CD, 1 PC, 1 year", 5995, physical=True)
    until = YEAR.after(buy.placed_at)
    record = order_of(buy, licence_of(buy, until), plan_of(buy, YEAR, until, 5995, 5995))
    return buy, with_parcel(record, buy, shipped, tracked=tracked)


def _delivered(record: Record, at: dt.datetime) -> Record:
    (parcel,) = record.order.shipments
    return record.with_order(shipments=(replace(parcel, status=ShipmentStatus.DELIVERED, delivered_at=at),))


def _asked_back(record: Record, buy: Purchase, reason: ReturnReason, at: dt.datetime) -> Record:
    terms = Terms(buy.shop.policies, buy.shop.statement_descriptor, at)
    return request_return(record, ReturnRequest(reason=reason), terms)[0]


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
