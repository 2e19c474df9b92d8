import datetime as dt
from zoneinfo import ZoneInfo

import msgspec
import pytest

from companion.domain.billing.auto_renewal import AutoRenew, NextCharge, switched_off
from companion.domain.core.serialization import encode
from companion.domain.core.text import plain_date, plain_money
from companion.domain.core.time.periods import Period
from companion.domain.entitlements.download_access import WindowState, window_of, window_sentence
from companion.domain.entitlements.licences import EffectiveStatus, span_words
from companion.domain.entitlements.seats import ThisPC, longest_unseen, seat_line, seat_sentence, seat_use, seat_words
from companion.domain.overview import product_cards
from companion.domain.overview.product_cards import Concern, NextAction, Tone
from companion.domain.reminders.settings import ReminderSettings
from companion.domain.store.orders import (
    Extension,
    ExtensionStatus,
    LicenceStatus,
    OrderStatus,
    Receipt,
    SubscriptionStatus,
)
from companion.domain.store.returns import Return, ReturnReason, ReturnStatus

SHOW = plain_date(dt.UTC)


@pytest.fixture
def card(build):
    def one(order, now=build.NOW, zone=dt.UTC, **extra):
        (found,) = product_cards.product_cards([order], build.profile(), now, zone, **extra)
        return found

    return one


def test_a_quiet_licence_says_what_is_owned_and_offers_the_download(build, card):
    found = card(build.order())
    assert (found.tone, found.action, found.auto_renew) == (Tone.OK, NextAction.DOWNLOAD, AutoRenew.ON)
    assert found.days_left == 345
    assert found.window.state is WindowState.OPEN
    assert found.window.days == 10
    assert product_cards.status_words(found) == "Active"
    assert product_cards.status_sentence(found, SHOW) == "Active until 18 February 2028: 345 days left."
    assert (
        product_cards.charge_sentence(found, SHOW, plain_money) == "Renews on 17 February 2028 for 55.00 USD plus tax."
    )


def test_days_left_are_counted_on_the_persons_calendar(build, card):
    ends = dt.datetime(2027, 3, 11, 3, 0, tzinfo=dt.UTC)
    order = build.order(licences=(build.licence(expires_at=ends, subscription_id=None),))
    assert card(order, zone=ZoneInfo("Pacific/Auckland")).days_left == 0
    assert card(order, zone=dt.UTC).days_left == 1
    assert card(order, zone=ZoneInfo("America/Los_Angeles")).days_left == 0


def test_a_renewal_that_costs_more_names_both_prices_and_the_last_day_to_cancel(build, card):
    plan = build.subscription(next_charge_at=build.day(6), cancel_by=build.day(5), renewal_price=build.usd(7900))
    found = card(build.order(subscriptions=(plan,)))
    assert found.concerns == (Concern.RENEWS_SOON, Concern.PRICE_RISES)
    assert found.tone is Tone.ATTENTION
    assert product_cards.status_tone(found) is Tone.OK, "it is active all the same"
    said = product_cards.charge_sentence(found, SHOW, plain_money)
    assert said == (
        "Renews on 16 March 2027 for 79.00 USD plus tax; last time it cost 55.00 USD without tax. "
        "To avoid the charge, switch auto-renewal off by 15 March 2027."
    )


def test_a_plan_switched_off_on_purpose_stays_active_and_nothing_nags_to_renew_it(build, card):
    plan = build.subscription(auto_renew=False, status=SubscriptionStatus.CANCELLED, next_charge_at=None)
    order = build.order(licences=(build.licence(expires_at=build.day(9)),), subscriptions=(plan,))
    found = card(order)
    assert (found.auto_renew, found.next_charge) == (AutoRenew.OFF, None)
    assert found.action is not NextAction.RENEW
    assert Concern.EXPIRES_SOON not in found.concerns
    over = build.order(licences=(build.licence(expires_at=build.day(-3)),), subscriptions=(plan,))
    assert card(over).action is NextAction.NONE
    never = build.order(licences=(build.licence(expires_at=build.day(9)),), subscriptions=())
    assert (card(never).tone, card(never).action) == (Tone.ATTENTION, NextAction.RENEW)


def test_a_licence_with_auto_renewal_on_is_not_said_to_expire(build, card):
    found = card(build.order(licences=(build.licence(expires_at=build.day(60)),)))
    assert Concern.EXPIRES_SOON not in found.concerns


@pytest.mark.parametrize(
    ("until", "state", "days", "action"),
    [
        (9, WindowState.OPEN, 9, NextAction.DOWNLOAD),
        (0.25, WindowState.CLOSES_TODAY, 0, NextAction.DOWNLOAD),
        (-0.25, WindowState.CLOSED, 0, NextAction.ASK_EXTENSION),
        (-4, WindowState.CLOSED, 4, NextAction.ASK_EXTENSION),
    ],
)
def test_the_download_window_is_told_by_its_days(build, card, until, state, days, action):
    found = card(build.order(downloads=(build.download(available_until=build.day(until)),)))
    assert (found.window.state, found.window.days, found.action) == (state, days, action)


def test_window_sentences(build, card):
    closed = card(build.order(downloads=(build.download(available_until=build.day(-4)),)))
    assert window_sentence(closed.window, SHOW) == "The download window closed 4 days ago, on 6 March 2027."
    open_ = card(build.order(downloads=(build.download(available_until=build.day(1)),)))
    assert window_sentence(open_.window, SHOW) == (
        "You can download it until 11 March 2027: 1 day left. The file stays yours."
    )
    nothing = card(build.order(downloads=()))
    assert nothing.window.state is WindowState.NONE
    assert nothing.action is NextAction.NONE
    forever = card(build.order(downloads=(build.download(available_until=None),)))
    assert window_sentence(forever.window, SHOW) == "You can download it at any time."


def test_who_has_no_seat_left_is_not_sent_to_ask_for_a_download(build, card):
    full = build.licence(seats=(build.seat(),), seats_total=1)
    found = card(build.order(licences=(full,), downloads=(build.download(available_until=build.day(-4)),)))
    assert (found.action, found.tone) == (NextAction.NONE, Tone.OK)


def test_a_granted_extension_opens_the_window_again(build, card):
    granted = Extension(status=ExtensionStatus.GRANTED, statement="RelaunchResult.", available_until=build.day(5))
    found = card(build.order(downloads=(build.download(available_until=build.day(-4), extension=granted),)))
    assert (found.window.state, found.window.days) == (WindowState.OPEN, 5)


def test_an_extension_asked_for_is_not_asked_for_again(build, card):
    asked = Extension(status=ExtensionStatus.REQUESTED, statement="We will answer.")
    found = card(build.order(downloads=(build.download(available_until=build.day(-4), extension=asked),)))
    assert found.action is NextAction.NONE
    assert window_sentence(found.window, SHOW).endswith("You have asked the store to open it again.")


def test_what_was_downloaded_is_installed_next_and_its_window_no_longer_matters(build, card):
    order = build.order(downloads=(build.download(available_until=build.day(1)),))
    assert card(order).tone is Tone.ATTENTION
    found = card(order, downloaded={"art-1"})
    assert (found.tone, found.action) == (Tone.OK, NextAction.INSTALL)


def test_a_window_long_closed_does_not_ask_for_attention_for_ever(build, card):
    order = build.order(downloads=(build.download(available_until=build.day(-200)),))
    assert card(order).tone is Tone.OK


def test_seats_tell_whether_this_pc_uses_one(build, card):
    seats = (build.seat(id="a"), build.seat(id="b", last_seen_at=build.day(-1)))
    order = build.order(licences=(build.licence(seats=seats),))
    there = card(order, this_seat="a")
    assert there.seats.this_pc is ThisPC.USES_IT
    assert there.action is NextAction.NONE
    here = card(order, this_seat="c")
    assert seat_words(here.seats) == "2 of 3 used; this PC: not yet"
    full = card(build.order(licences=(build.licence(seats=seats, seats_total=2),)), this_seat="c")
    assert full.seats.this_pc is ThisPC.NO_SEAT_LEFT
    assert "free the seat" in seat_sentence(full.seats)
    assert longest_unseen(full.seats, "c") == seats[0]
    assert longest_unseen(full.seats, "a") == seats[1]


def test_an_expired_licence_offers_renewal_even_when_the_facts_are_old(build, card):
    stale = build.order(licences=(build.licence(expires_at=build.day(-3)),), subscriptions=())
    found = card(stale)
    assert (found.status, found.tone, found.action) == (EffectiveStatus.EXPIRED, Tone.OVER, NextAction.RENEW)
    assert product_cards.status_sentence(found, SHOW) == "This licence ran out 3 days ago, on 7 March 2027."


def test_a_refunded_order_has_ended_and_offers_nothing(build, card):
    for order in (
        build.order(status=OrderStatus.REFUNDED),
        build.order(licences=(build.licence(status=LicenceStatus.REFUNDED),)),
    ):
        found = card(order)
        assert (found.tone, found.action, found.days_left) == (Tone.ENDED, NextAction.NONE, None)
        assert found.next_charge is None
        assert found.window.state is WindowState.NONE
        assert product_cards.status_sentence(found, SHOW) == "This licence was refunded and has ended."


def test_a_refunded_renewal_is_not_charged_again(build, card):
    refund = Return(
        id="r-1",
        reason=ReturnReason.UNWANTED_RENEWAL,
        status=ReturnStatus.REFUND_INITIATED,
        amount=build.usd(5500),
        requested_at=build.day(-2),
        subscription_id="sub-1",
    )
    assert card(build.order(returns=(refund,))).next_charge is None


def test_a_licence_that_a_renewal_carried_on_needs_nothing_more(build):
    old = build.order(
        licences=(build.licence(starts_at=build.day(-380), expires_at=build.day(-15), subscription_id=None),)
    )
    new = build.order(
        number="LF-2002", licences=(build.licence(id="lic-2", starts_at=build.day(-15), key_from_order="LF-1001"),)
    )
    cards = product_cards.product_cards([old, new], build.profile(), build.NOW, dt.UTC)
    ended = next(found for found in cards if found.order_number == "LF-1001")
    assert (ended.tone, ended.action, ended.carried_on) == (Tone.ENDED, NextAction.NONE, True)
    assert product_cards.status_words(ended) == "Renewed"
    assert cards[-1] is ended


@pytest.fixture
def renewed_ahead(build):
    """The card of a running licence, and that of its renewal, bought before it was needed."""

    def cards(*, auto_renew, downloaded=()):
        plan = build.subscription(
            auto_renew=auto_renew, active_until=build.day(20), next_charge_at=build.day(19) if auto_renew else None
        )
        running = build.order(licences=(build.licence(expires_at=build.day(20)),), subscriptions=(plan,), downloads=())
        later = build.licence(
            id="lic-2", starts_at=build.day(20), expires_at=build.day(385), key_from_order="LF-1001",
            subscription_id=None,
        )  # fmt: skip
        setup = build.download(licence_id="lic-2")
        ahead = build.order(number="LF-2002", licences=(later,), subscriptions=(), downloads=(setup,))
        found = product_cards.product_cards(
            [running, ahead], build.profile(), build.NOW, dt.UTC, downloaded=[setup.artifact_id] if downloaded else []
        )
        return tuple(next(card for card in found if card.order_number == number) for number in ("LF-1001", "LF-2002"))

    return cards


def test_a_licence_renewed_ahead_runs_on_in_peace(renewed_ahead):
    running, ahead = renewed_ahead(auto_renew=False)
    assert (running.status, running.tone, running.concerns) == (EffectiveStatus.ACTIVE, Tone.OK, ())
    assert product_cards.status_sentence(running, SHOW).endswith("20 days left. A later order carries it on from then.")
    assert (ahead.status, ahead.tone, ahead.action) == (EffectiveStatus.NOT_STARTED, Tone.OK, NextAction.DOWNLOAD)


def test_what_was_renewed_ahead_is_still_warned_of_a_second_charge(renewed_ahead):
    running, _ = renewed_ahead(auto_renew=True)
    assert (running.tone, running.concerns) == (Tone.ATTENTION, (Concern.RENEWS_SOON,))


def test_a_licence_is_not_installed_before_its_first_day(renewed_ahead):
    _, ahead = renewed_ahead(auto_renew=False, downloaded=True)
    assert ahead.action is NextAction.NONE


@pytest.mark.parametrize(
    ("state", "ends", "words"),
    [
        (EffectiveStatus.ACTIVE, 20, "active until 30 March 2027"),
        (EffectiveStatus.ACTIVE, None, "no end date"),
        (EffectiveStatus.NOT_STARTED, 20, "starts on 5 March 2027"),
        (EffectiveStatus.NOT_STARTED, None, "starts on 5 March 2027"),
        (EffectiveStatus.EXPIRED, -3, "ran until 7 March 2027"),
        (EffectiveStatus.REFUNDED, 20, "refunded; this licence has ended"),
    ],
)
def test_the_words_after_the_orders_number(build, state, ends, words):
    assert span_words(state, build.day(-5), None if ends is None else build.day(ends), SHOW) == words


def test_two_purchases_of_one_product_are_two_licences(build):
    first = build.order(licences=(build.licence(expires_at=build.day(-15), starts_at=build.day(-380)),))
    second = build.order(number="LF-2002", licences=(build.licence(id="lic-2"),))
    cards = product_cards.product_cards([first, second], build.profile(), build.NOW, dt.UTC)
    assert not any(found.carried_on for found in cards)


def test_what_needs_attention_comes_first_and_the_nearest_date_before_the_others(build):
    def bought(number, **licence):
        return build.order(
            number=number, licences=(build.licence(subscription_id=None, **licence),), subscriptions=(), downloads=()
        )

    orders = [
        bought("quiet", expires_at=build.day(300)),
        bought("gone", status=LicenceStatus.REFUNDED),
        bought("later", expires_at=build.day(20)),
        bought("over", expires_at=build.day(-3)),
        bought("soon", expires_at=build.day(2)),
    ]
    cards = product_cards.product_cards(orders, build.profile(), build.NOW, dt.UTC)
    assert [found.order_number for found in cards] == ["soon", "later", "over", "quiet", "gone"]


def test_a_card_never_offers_to_buy_what_is_owned(build):
    assert "buy" not in {action.value for action in NextAction}


def test_a_seat_is_told_by_what_helps_to_recognise_its_pc(build):
    seen = build.seat(last_seen_at=build.day(-2))
    assert seat_line(seen, SHOW, None) == "Kitchen PC, since 19 February 2027, last seen on 8 March 2027"
    assert seat_line(build.seat(), SHOW, "pc-1") == "Kitchen PC (this PC), since 19 February 2027"


def test_the_words_of_cards_are_stable():
    assert [tone.value for tone in Tone] == ["ok", "attention", "over", "ended"]
    assert [concern.value for concern in Concern] == [
        *("renewsSoon", "priceRises", "expiresSoon", "windowClosesSoon", "windowClosed", "returnWaits"),
    ]
    assert [action.value for action in NextAction] == [
        "download",
        "install",
        "askExtension",
        "renew",
        "readLetter",
        "freeSeat",
        "none",
    ]


def test_the_whole_card(build, card):
    order = build.order()
    found = card(order, this_seat="here")
    assert found == product_cards.ProductCard(
        order_number="LF-1001",
        licence_id="lic-1",
        product_id="suite",
        product_name="Harbour Suite",
        status=EffectiveStatus.ACTIVE,
        tone=Tone.OK,
        starts_at=build.day(-20),
        expires_at=build.day(345),
        days_left=345,
        auto_renew=AutoRenew.ON,
        subscription_id="sub-1",
        next_charge=NextCharge(at=build.day(344), amount=build.usd(5500)),
        window=window_of(order.downloads, build.NOW, dt.UTC),
        seats=seat_use(order.licences[0], "here"),
        action=NextAction.DOWNLOAD,
        concerns=(),
        carried_on=False,
    )


def test_the_json_key_of_the_status_is_stable(build, card):
    assert b'"standing":"active"' in encode(card(build.order()))


def test_each_licence_of_each_order_has_its_card(build):
    two = build.order(licences=(build.licence(), build.licence(id="lic-2", subscription_id=None)))
    cards = product_cards.product_cards(
        iter([two, build.order(number="LF-2002")]), build.profile(), build.NOW, dt.UTC, this_seat="x"
    )
    assert [(card.order_number, card.licence_id) for card in cards] == [
        *(("LF-1001", "lic-1"), ("LF-1001", "lic-2"), ("LF-2002", "lic-1")),
    ]


OFF = {"auto_renew": False, "status": SubscriptionStatus.CANCELLED, "next_charge_at": None}


@pytest.fixture
def ending(build, card):
    """The card of a licence that ends in so many days, of a plan with auto-renewal off, with a term, or of none."""

    def one(days, term=None, **changes):
        # Never switched on: an end that was chosen by switching it off needs no attention.
        off = {**OFF, "status": SubscriptionStatus.ACTIVE}
        plans = (build.subscription(term=term, **off),) if term is not None else ()
        licence = build.licence(expires_at=build.day(days), subscription_id="sub-1" if plans else None)
        return card(build.order(**{"licences": (licence,), "subscriptions": plans, "downloads": ()} | changes))

    return one


def test_what_a_receipt_says_was_switched_off_asks_for_nothing_once_it_is_over(build):
    over = build.subscription(**{**OFF, "status": SubscriptionStatus.EXPIRED})
    licence = build.licence(expires_at=build.day(-2))
    order = build.order(licences=(licence,), subscriptions=(over,), downloads=())

    def shown(*receipts):
        off = switched_off(receipts)
        return product_cards.product_cards([order], build.profile(), build.NOW, dt.UTC, switched_off=off)[0]

    receipt = Receipt(
        id="r-1", subscription_id=over.id, auto_renew=False, received_at=None, effective_at=None,
        still_active_until=None, statement="",
    )  # fmt: skip
    on_again = msgspec.structs.replace(receipt, id="r-2", auto_renew=True)
    other = msgspec.structs.replace(receipt, subscription_id="sub-2")
    assert (shown(receipt).action, shown(receipt).tone) == (NextAction.NONE, Tone.ENDED)
    for kept in ((), (on_again, receipt), (other,)):
        assert (shown(*kept).action, shown(*kept).tone) == (NextAction.RENEW, Tone.OVER)


def test_an_end_within_the_longest_lead_is_near(ending):
    assert (ending(30).concerns, ending(30).tone) == ((Concern.EXPIRES_SOON,), Tone.ATTENTION)
    assert (ending(31).concerns, ending(31).tone) == ((), Tone.OK)


@pytest.mark.parametrize(
    ("wanted", "days", "near"), [((7,), 7, True), ((7,), 8, False), ((60, 7), 60, True), ((), 1, False)]
)
def test_a_date_is_near_as_early_as_the_person_wants_to_hear_of_it(build, card, wanted, days, near):
    leads = tuple(Period(days=count) for count in wanted)
    wants = ReminderSettings(renewal=leads, expiry=leads, download_window=leads)
    charged = build.order(subscriptions=(build.subscription(next_charge_at=build.day(days)),), downloads=())
    ends = build.order(
        licences=(build.licence(expires_at=build.day(days), subscription_id=None),), subscriptions=(), downloads=()
    )
    closes = build.order(downloads=(build.download(available_until=build.day(days)),))
    for order in (charged, ends, closes):
        found = card(order, reminders=wants)
        assert (found.tone is Tone.ATTENTION) == bool(found.concerns) == near


def test_of_a_short_plan_only_the_short_leads_count(ending):
    month = Period(months=1)
    assert ending(14, month).concerns == (Concern.EXPIRES_SOON,)
    assert ending(16, month).concerns == ()
    assert ending(16, Period(years=1)).concerns == (Concern.EXPIRES_SOON,)


def test_a_charge_within_the_longest_lead_is_near(build, card):
    def concerns(days, **plan):
        return card(build.order(subscriptions=(build.subscription(next_charge_at=build.day(days), **plan),))).concerns

    assert concerns(30) == (Concern.RENEWS_SOON,)
    assert concerns(31) == ()
    assert concerns(31, renewal_price=build.usd(9900)) == ()
    assert concerns(30, renewal_price=build.usd(100)) == (Concern.RENEWS_SOON,)
    assert concerns(16, term=Period(months=1)) == ()
    assert concerns(8, term=Period(months=1)) == ()
    assert concerns(7, term=Period(months=1)) == (Concern.RENEWS_SOON,)


def test_nearness_is_counted_on_the_persons_calendar(build, card):
    # 03:00 on the 10th in UTC is still the 9th in New York, and the store's longest lead reaches the 9th.
    at = dt.datetime(2027, 4, 10, 3, tzinfo=dt.UTC)
    order = build.order(subscriptions=(build.subscription(next_charge_at=at),))
    assert card(order, zone=dt.UTC).concerns == ()
    new_york = ZoneInfo("America/New_York")
    assert card(order, zone=new_york).concerns == (Concern.RENEWS_SOON,)


@pytest.mark.parametrize(
    ("until", "concerns"),
    [
        (8, ()),
        (7, (Concern.WINDOW_CLOSES_SOON,)),
        (0.1, (Concern.WINDOW_CLOSES_SOON,)),
        (-1, (Concern.WINDOW_CLOSED,)),
        (-29.9, (Concern.WINDOW_CLOSED,)),
        (-30, ()),
        (-31, ()),
        (None, ()),
    ],
)
def test_when_a_window_is_a_concern(build, card, until, concerns):
    at = None if until is None else build.day(until)
    found = card(build.order(downloads=(build.download(available_until=at),)))
    assert found.concerns == concerns
    assert found.tone is (Tone.ATTENTION if concerns else Tone.OK)
    assert card(build.order(downloads=(build.download(available_until=at),)), downloaded={"art-1"}).concerns == ()


def no_extensions(build):
    policies = build.profile().policies
    return build.profile(
        policies=msgspec.structs.replace(
            policies, downloads=msgspec.structs.replace(policies.downloads, extension_possible=False)
        )
    )


def test_a_closed_window_that_cannot_be_opened_or_is_not_needed_is_no_concern(build, card):
    closed = (build.download(available_until=build.day(-4)),)
    (found,) = product_cards.product_cards([build.order(downloads=closed)], no_extensions(build), build.NOW, dt.UTC)
    assert (found.concerns, found.action) == ((), NextAction.NONE)
    in_use = build.licence(seats=(build.seat(id="here"),))
    found = card(build.order(downloads=closed, licences=(in_use,)), this_seat="here")
    assert (found.concerns, found.action) == ((), NextAction.NONE)


def test_a_window_that_opens_later_is_no_concern_and_offers_nothing(build, card):
    later = build.download(available_from=build.day(2), available_until=build.day(40))
    found = card(build.order(downloads=(later,)))
    assert (found.window.state, found.concerns, found.action) == (WindowState.NOT_YET, (), NextAction.NONE)


@pytest.mark.parametrize(
    ("status", "action"),
    [
        (None, NextAction.ASK_EXTENSION),
        (ExtensionStatus.REQUESTED, NextAction.NONE),
        (ExtensionStatus.REFUSED, NextAction.NONE),
        (ExtensionStatus.GRANTED, NextAction.ASK_EXTENSION),
    ],
)
def test_an_extension_is_asked_for_once(build, card, status, action):
    extension = None if status is None else Extension(status=status, statement="")
    closed = build.download(available_until=build.day(-4), extension=extension)
    assert card(build.order(downloads=(closed,))).action is action


@pytest.mark.parametrize(
    ("here", "downloaded", "starts", "action"),
    [
        (False, True, -1, NextAction.INSTALL),
        (False, True, 1, NextAction.NONE),
        (True, True, -1, NextAction.NONE),
        (True, False, -1, NextAction.NONE),
        (False, False, -1, NextAction.DOWNLOAD),
        (False, False, 1, NextAction.DOWNLOAD),
    ],
)
def test_what_is_done_next_with_an_open_window(build, card, here, downloaded, starts, action):
    seats = (build.seat(id="here"),) if here else ()
    order = build.order(licences=(build.licence(seats=seats, starts_at=build.day(starts)),))
    assert card(order, this_seat="here", downloaded={"art-1"} if downloaded else ()).action is action


def test_without_a_free_seat_the_first_thing_is_to_free_one(build, card):
    full = build.licence(seats=(build.seat(),), seats_total=1)
    assert card(build.order(licences=(full,)), downloaded={"art-1"}).action is NextAction.FREE_SEAT
    assert card(build.order(licences=(full,))).action is NextAction.FREE_SEAT
    # A file that would soon be out of reach is worth having before that.
    closing = build.download(available_until=build.day(1))
    assert card(build.order(licences=(full,), downloads=(closing,))).action is NextAction.DOWNLOAD
    # And there is nothing to free one for where nothing can be had.
    assert card(build.order(licences=(full,), downloads=())).action is NextAction.NONE


def test_the_more_urgent_of_two_actions(build, card):
    licence = build.licence(expires_at=build.day(9), subscription_id=None)
    closing = build.download(available_until=build.day(1))
    found = card(build.order(licences=(licence,), subscriptions=(), downloads=(closing,)))
    assert found.concerns == (Concern.EXPIRES_SOON, Concern.WINDOW_CLOSES_SOON)
    assert found.action is NextAction.DOWNLOAD
    assert product_cards.status_tone(found) is Tone.ATTENTION
    in_use = build.licence(expires_at=build.day(9), subscription_id=None, seats=(build.seat(id="here"),))
    found = card(build.order(licences=(in_use,), subscriptions=()), this_seat="here")
    assert found.action is NextAction.RENEW


def test_a_file_that_lies_here_counts_only_if_it_is_of_this_licence(build, card):
    assert card(build.order(), downloaded={"other"}).action is NextAction.DOWNLOAD
    two = (build.download(), build.download(artifact_id="art-2"))
    assert card(build.order(downloads=two), downloaded={"art-2"}).action is NextAction.INSTALL


def listed(build, *orders):
    cards = product_cards.product_cards(orders, build.profile(), build.NOW, dt.UTC)
    return [found.order_number for found in cards]


def bought(build, number, **changes):
    licence = {"subscription_id": None, "expires_at": build.day(300)} | changes.pop("licence", {})
    fields = {"number": number, "licences": (build.licence(**licence),), "subscriptions": (), "downloads": ()}
    return build.order(**(fields | changes))


def test_cards_of_one_urgency_are_listed_by_their_nearest_date(build):
    def renewing(number, **plan):
        return build.order(number=number, subscriptions=(build.subscription(**plan),), downloads=())

    charge = renewing("charge", next_charge_at=build.day(6))
    cancel = renewing("cancel", next_charge_at=build.day(9), cancel_by=build.day(5))
    closing = build.order(number="closing", downloads=(build.download(available_until=build.day(4)),))
    ends = bought(build, "ends", licence={"expires_at": build.day(7)})
    assert listed(build, ends, charge, cancel, closing) == ["closing", "cancel", "charge", "ends"]


def test_what_has_run_out_most_recently_comes_first(build):
    old = bought(build, "old", licence={"expires_at": build.day(-90)})
    new = bought(build, "new", licence={"expires_at": build.day(-2)})
    assert listed(build, old, new) == ["new", "old"]


def test_a_date_far_ahead_does_not_move_a_card_that_is_fine(build):
    # Neither its charge nor its window counts while nothing is urgent.
    charged = build.order(number="charged", downloads=())
    sooner = bought(build, "sooner", licence={"expires_at": build.day(340)})
    endless = bought(build, "endless", licence={"expires_at": None})
    assert listed(build, endless, charged, sooner) == ["sooner", "charged", "endless"]


def test_equal_cards_are_listed_by_name_order_and_licence(build):
    a = bought(build, "LF-2", licence={"product_name": "Anchor"})
    b = bought(build, "LF-1", licence={"product_name": "Buoy"})
    c = bought(build, "LF-3", licence={"product_name": "Anchor"})
    assert listed(build, b, c, a) == ["LF-2", "LF-3", "LF-1"]
    two = build.order(licences=(build.licence(id="z"), build.licence(id="a")), subscriptions=(), downloads=())
    cards = product_cards.product_cards([two], build.profile(), build.NOW, dt.UTC)
    assert [card.licence_id for card in cards] == ["a", "z"]


@pytest.fixture
def carried(build):
    """The cards of a licence and of the one that carries it on."""

    def cards(**old):
        first = build.order(licences=(build.licence(**({"subscription_id": None} | old)),), subscriptions=())
        renewal = build.licence(id="lic-2", starts_at=build.day(1), key_from_order="LF-1001", subscription_id=None)
        second = build.order(number="LF-2002", licences=(renewal,), subscriptions=())
        found = product_cards.product_cards([first, second], build.profile(), build.NOW, dt.UTC)
        return next(card for card in found if card.order_number == "LF-1001")

    return cards


def test_the_sentences_of_a_licence_that_was_carried_on(build, carried):
    over = carried(expires_at=build.day(-1))
    assert product_cards.status_sentence(over, SHOW) == (
        "This licence ran until 9 March 2027; a later order carries it on."
    )
    running = carried(expires_at=build.day(20))
    assert product_cards.status_words(running) == "Active"
    assert running.action is NextAction.NONE
    assert carried(status=LicenceStatus.REFUNDED).tone is Tone.ENDED


@pytest.mark.parametrize(
    ("licence", "words", "sentence"),
    [
        ({"expires_at": None}, "Active", "This licence has no end date."),
        ({"expires_at": 0.1}, "Active", "Active until 10 March 2027: today is its last day."),
        ({"expires_at": 1}, "Active", "Active until 11 March 2027: 1 day left."),
        (
            {"expires_at": 5, "status": LicenceStatus.EXPIRED},
            "Expired",
            "The store has ended this licence before its last day.",
        ),
        ({"expires_at": -0.1}, "Expired", "This licence ran out today, on 10 March 2027."),
        (
            {"starts_at": 1},
            "Not started yet",
            "This licence starts on 11 March 2027 and runs until 18 February 2028.",
        ),
        ({"status": LicenceStatus.REFUNDED}, "Refunded", "This licence was refunded and has ended."),
    ],
)
def test_the_status_in_words(build, card, licence, words, sentence):
    days = {key: build.day(value) for key, value in licence.items() if isinstance(value, int | float)}
    found = card(build.order(licences=(build.licence(**(licence | days)),)))
    assert product_cards.status_words(found) == words
    assert product_cards.status_sentence(found, SHOW) == sentence


def test_nothing_is_promised_by_what_was_not_just_read(build, card):
    for plans in ((), (build.subscription(**OFF),)):
        found = card(build.order(subscriptions=plans))
        said = product_cards.charge_sentence(found, SHOW, plain_money, fresh=False)
        assert "nothing will be charged" not in said
        assert "not known now" in said
    due = card(build.order())
    fresh = product_cards.charge_sentence(due, SHOW, plain_money)
    assert product_cards.charge_sentence(due, SHOW, plain_money, fresh=False) == fresh, "a charge is told all the same"


def test_the_charge_in_words(build, card):
    def said(**changes):
        return product_cards.charge_sentence(card(build.order(**changes)), SHOW, plain_money)

    assert said(subscriptions=()) == "There is no auto-renewal, so nothing will be charged."
    assert said(subscriptions=(build.subscription(**OFF),)) == "Auto-renewal is off, so nothing will be charged."
    assert said(subscriptions=(build.subscription(next_charge_at=None),)) == (
        "Auto-renewal is on; the store has not announced a charge."
    )


@pytest.mark.parametrize("changes", [{"status": LicenceStatus.REFUNDED}, {"status": LicenceStatus.EXPIRED}])
def test_a_licence_that_is_over_has_no_concerns(build, card, changes):
    licence = build.licence(expires_at=build.day(5), **changes)
    closing = build.download(available_until=build.day(1))
    plan = build.subscription(next_charge_at=build.day(5))
    assert card(build.order(licences=(licence,), subscriptions=(), downloads=(closing,))).concerns == ()
    over = card(build.order(licences=(licence,), subscriptions=(plan,), downloads=(closing,)))
    assert over.concerns == ()
    assert product_cards.status_tone(over) is over.tone


def test_the_window_of_a_licence_that_was_carried_on_is_no_concern(build):
    closing = (build.download(available_until=build.day(1)),)
    first = build.order(licences=(build.licence(subscription_id=None),), subscriptions=(), downloads=closing)
    renewal = build.licence(id="lic-2", starts_at=build.day(1), key_from_order="LF-1001", subscription_id=None)
    second = build.order(number="LF-2002", licences=(renewal,), subscriptions=(), downloads=())
    cards = product_cards.product_cards([first, second], build.profile(), build.NOW, dt.UTC)
    assert [(found.order_number, found.concerns) for found in cards] == [("LF-1001", ()), ("LF-2002", ())]


def test_a_window_that_is_no_concern_does_not_move_its_card(build):
    window = (build.download(available_until=build.day(8)),)
    later = bought(build, "later", licence={"expires_at": build.day(10)}, downloads=window)
    sooner = bought(build, "sooner", licence={"expires_at": build.day(9)})
    assert listed(build, later, sooner) == ["sooner", "later"]


def test_a_licence_that_the_store_ended_the_day_before_its_last(build, card):
    found = card(build.order(licences=(build.licence(expires_at=build.day(1), status=LicenceStatus.EXPIRED),)))
    assert product_cards.status_sentence(found, SHOW) == "The store has ended this licence before its last day."


def test_a_return_that_waits_for_the_person_leads(build):
    def returned(number, status, since):
        entry = Return(
            id="r-1", reason=ReturnReason.NOT_WANTED, status=status, amount=build.usd(5500), requested_at=since,
        )  # fmt: skip
        return build.order(number=number, returns=(entry,))

    ends = build.order(number="LF-3", licences=(build.licence(expires_at=build.day(1), subscription_id=None),))
    orders = [
        ends, returned("LF-1", ReturnStatus.REQUESTED, build.day(-9)),
        returned("LF-2", ReturnStatus.LETTER_NEEDED, build.day(-1)),
    ]  # fmt: skip
    first, second, last = product_cards.product_cards(orders, build.profile(), build.NOW, dt.UTC)
    assert (first.order_number, first.action, first.tone) == ("LF-2", NextAction.READ_LETTER, Tone.ATTENTION)
    assert first.return_waits_since == build.day(-1)
    assert Concern.RETURN_WAITS in first.concerns
    assert (second.order_number, last.order_number) == ("LF-3", "LF-1")
    assert Concern.RETURN_WAITS not in last.concerns
