import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from companion.domain.billing.auto_renewal import AutoRenew
from companion.domain.core.text import plain_date, plain_money
from companion.domain.entitlements.download_access import WindowState, window_sentence
from companion.domain.entitlements.licences import Standing, span_words
from companion.domain.entitlements.seats import ThisPC, longest_unseen, seat_line, seat_sentence, seat_words
from companion.domain.overview import product_cards
from companion.domain.overview.product_cards import Concern, NextAction, Tone
from companion.domain.store.orders import (
    Extension,
    ExtensionStatus,
    LicenceStatus,
    OrderStatus,
    Return,
    ReturnReason,
    ReturnStatus,
    SubscriptionStatus,
)

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
    assert product_cards.standing_words(found) == "Active"
    assert product_cards.status_sentence(found, SHOW) == "Active until 18 February 2028: 345 days left."
    assert product_cards.charge_sentence(found, SHOW, plain_money) == "Renews on 17 February 2028 for 55.00 USD."


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
    assert product_cards.standing_tone(found) is Tone.OK, "it is active all the same"
    said = product_cards.charge_sentence(found, SHOW, plain_money)
    assert said == (
        "Renews on 16 March 2027 for 79.00 USD; last time it cost 55.00 USD. "
        "To avoid the charge, switch auto-renewal off by 15 March 2027."
    )


def test_a_cancelled_plan_stays_active_and_is_to_be_renewed_when_the_end_is_near(build, card):
    plan = build.subscription(auto_renew=False, status=SubscriptionStatus.CANCELLED, next_charge_at=None)
    order = build.order(licences=(build.licence(expires_at=build.day(9)),), subscriptions=(plan,))
    found = card(order)
    assert (found.auto_renew, found.next_charge) == (AutoRenew.OFF, None)
    assert (found.tone, found.action) == (Tone.ATTENTION, NextAction.RENEW)


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
    assert (found.standing, found.tone, found.action) == (Standing.EXPIRED, Tone.OVER, NextAction.RENEW)
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
    assert product_cards.standing_words(ended) == "Renewed"
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
    assert (running.standing, running.tone, running.concerns) == (Standing.ACTIVE, Tone.OK, ())
    assert product_cards.status_sentence(running, SHOW).endswith("20 days left. A later order carries it on from then.")
    assert (ahead.standing, ahead.tone, ahead.action) == (Standing.NOT_STARTED, Tone.OK, NextAction.DOWNLOAD)


def test_what_was_renewed_ahead_is_still_warned_of_a_second_charge(renewed_ahead):
    running, _ = renewed_ahead(auto_renew=True)
    assert (running.tone, running.concerns) == (Tone.ATTENTION, (Concern.RENEWS_SOON,))


def test_a_licence_is_not_installed_before_its_first_day(renewed_ahead):
    _, ahead = renewed_ahead(auto_renew=False, downloaded=True)
    assert ahead.action is NextAction.NONE


@pytest.mark.parametrize(
    ("state", "ends", "words"),
    [
        (Standing.ACTIVE, 20, "active until 30 March 2027"),
        (Standing.ACTIVE, None, "no end date"),
        (Standing.NOT_STARTED, 20, "starts on 5 March 2027"),
        (Standing.NOT_STARTED, None, "starts on 5 March 2027"),
        (Standing.EXPIRED, -3, "ran until 7 March 2027"),
        (Standing.REFUNDED, 20, "refunded; this licence has ended"),
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
