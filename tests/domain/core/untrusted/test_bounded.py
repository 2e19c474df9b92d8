"""Documents of other parties are read part by part: what cannot be used takes nothing else with it."""

from __future__ import annotations

import copy
import datetime as dt
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.serialization import decode, encode_without_secrets
from companion.domain.core.untrusted.bounded import within_bounds
from companion.domain.core.untrusted.foreign_text import clean_text, escaped_json, is_harmless, printable
from companion.domain.store.orders import LicenceStatus, Order, OrderStatus, SubscriptionStatus
from companion.domain.store.profile import BlockerSeverity, Profile
from companion.domain.store.unread import unread_sentences

ROOT = Path(__file__).parents[4]
HOSTILE = "<b>bold</b>\u202egpj.exe\u200b\x07\x1b[31mred\x1b]0;title\x07\n\r\nLine2 \u2066x\u2069"


@pytest.fixture(scope="module")
def examples() -> dict[str, Any]:
    document = yaml.safe_load((ROOT / "resources/store-api.yaml").read_text(encoding="utf-8"))
    answer = document["paths"]["/v1/orders/{orderNumber}"]["get"]["responses"]["200"]
    return {name: each["value"] for name, each in answer["content"]["application/json"]["examples"].items()}


@pytest.fixture
def sent(examples) -> dict[str, Any]:
    return copy.deepcopy(examples["annual"])


@pytest.fixture
def profile() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "resources/profiles/larkfield.json").read_text(encoding="utf-8"))
    return found


def read(sent: object) -> Order:
    return decode(json.dumps(sent).encode(), Order, source="the store")


def test_a_good_order_is_read_as_it_is(examples):
    for sent in examples.values():
        order = read(sent)
        assert order.all_unread == ()
        # The careful way reads the same.
        careful = json.dumps(sent).replace("active", "\\u0061ctive").encode()
        assert decode(careful, Order, source="the store") == order


FAR = ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "0001-01-01T00:00:00Z",
       "2201-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "tomorrow", 7, "", "2026-13-01T00:00:00Z"]  # fmt: skip


@pytest.mark.parametrize("far", FAR)
def test_a_date_that_cannot_be_right_is_not_known_and_told(sent, far):
    for plan in sent["subscriptions"]:
        plan |= dict.fromkeys(("activeUntil", "nextChargeAt", "cancelBy"), far)
    sent["licences"][0]["expiresAt"] = sent["placedAt"] = far
    sent["downloads"][0]["availableFrom"] = sent["downloads"][0]["availableUntil"] = far
    sent["returnEligibility"]["deadline"] = far
    order = read(sent)
    assert order.placed_at is order.licences[0].expires_at is order.return_eligibility.deadline is None
    assert order.licences[0].end_unknown
    assert order.downloads[0].end_unknown
    assert [plan.active_until for plan in order.subscriptions] == [None] * len(sent["subscriptions"])
    told = {part.field: part.text for part in order.all_unread}
    assert told["placedAt"] == told["expiresAt"] == (far if isinstance(far, str) else "")
    # What the library keeps says the same when it is read again.
    assert decode(encode_without_secrets(order), Order, source="the library").all_unread == order.all_unread


def test_words_of_a_later_version_are_values(sent):
    sent["status"], sent["licences"][0]["status"], sent["subscriptions"][0]["status"] = "onHold", "asleep", "paused"
    order = read(sent)
    assert order.status is OrderStatus.UNKNOWN
    assert order.licences[0].status is LicenceStatus.UNKNOWN
    assert order.subscriptions[0].status is SubscriptionStatus.UNKNOWN
    said = unread_sentences(order.all_unread)
    assert any("a state this version does not know: “onHold”" in sentence for sentence in said)
    assert any("“asleep”" in sentence for sentence in said)


def test_one_part_that_cannot_be_read_takes_no_other_with_it(sent):
    good = read(sent)
    half: list[object] = [{"id": "x"}, None, 7, [], "text"]
    for name in ("lineItems", "licences", "charges", "downloads"):
        for broken in half:
            sent[name].append(broken)
    order = read(sent)
    assert (order.line_items, order.licences) == (good.line_items, good.licences)
    assert (order.charges, order.downloads) == (good.charges, good.downloads)
    assert len(order.unread) == 20


def test_a_list_that_is_none_makes_the_order_unreadable(sent):
    # What was known before is worth more than an order without its licences.
    sent["licences"] = {"a": 1}
    with pytest.raises(CompanionError) as caught:
        read(sent)
    assert caught.value.code is ErrorCode.MALFORMED_ANSWER
    assert "licences" in caught.value.message


@pytest.mark.parametrize("amount", [10**40, -(10**40), 2**63, "7", 1.5, True])
def test_amounts_that_cannot_be_calculated_with_are_left_out(sent, amount):
    sent["charges"][0]["amount"]["amount"] = amount
    assert len(read(sent).charges) == len(sent["charges"]) - 1


def test_texts_are_cleaned_and_cut(sent):
    sent["licences"][0]["productName"] = HOSTILE
    sent["lineItems"][0]["name"] = "A" * 3_000_000
    order = read(sent)
    assert order.licences[0].product_name == "<b>bold</b>gpj.exe[31mred]0;title Line2 x"
    assert len(order.line_items[0].name) == 2000


def test_what_may_be_a_secret_is_not_told(sent):
    sent["licences"][0]["key"] = {"CANARY": "CANARY"}
    sent["status"] = "ABCD-EFGH-1234-5678"
    order = read(sent)
    assert "CANARY" not in repr(order.all_unread)
    assert "ABCD-EFGH" not in repr(order.all_unread)


def test_lists_and_depth_are_bounded(sent):
    sent["licences"] = [sent["licences"][0] | {"id": f"lic-{number}"} for number in range(20_000)]
    assert len(read(sent).licences) == 1000
    deep = b'{"number":' + b"[" * 500_000 + b"]" * 500_000 + b"}"
    with pytest.raises(CompanionError):
        decode(deep, Order, source="the store")


def test_a_profile_is_read_rule_by_rule(profile):
    good = decode(json.dumps(profile).encode(), Profile, source="the store")
    profile["blockers"][0]["severity"] = "scolds"
    profile["blockers"].append({"id": "half a rule"})
    profile["support"]["entries"].append({"phone": "javascript:alert(1)"})
    profile["policies"]["reminders"]["renewal"] += ["P9999Y", "tomorrow"]
    profile["exitCodes"].append({"code": 10**30, "meaning": "failed", "sentence": "x", "hint": "y"})
    found = decode(json.dumps(profile).encode(), Profile, source="the store")
    assert found.blockers[0].severity is BlockerSeverity.UNKNOWN
    assert found.blockers[1:] == good.blockers[1:]
    assert (found.support, found.policies, found.exit_codes) == (good.support, good.policies, good.exit_codes)
    assert len(found.unread) == 6


def test_bounds_hold_in_every_time_zone():
    for moment in (dt.datetime(1970, 1, 1, tzinfo=dt.UTC), dt.datetime(2200, 12, 31, 23, 59, 59, tzinfo=dt.UTC)):
        assert within_bounds(moment)
        for zone in ("Pacific/Kiritimati", "Etc/GMT+12", "Asia/Tokyo"):
            assert moment.astimezone(ZoneInfo(zone)) == moment
    assert not within_bounds(dt.datetime.max.replace(tzinfo=dt.timezone(dt.timedelta(hours=-23))))
    assert not within_bounds(dt.datetime.min.replace(tzinfo=dt.timezone(dt.timedelta(hours=23))))


@given(st.text())
def test_clean_text_has_nothing_that_acts(text):
    clean = clean_text(text)
    assert clean == clean_text(clean)
    assert "\n" not in clean
    assert not any(sign in clean for sign in "\x1b\x07\x9b\u202e\u2066\u200b\ufeff\u2028")
    quoted = json.dumps(clean, ensure_ascii=False)
    assert json.loads(escaped_json(quoted)) == clean


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_what_is_called_harmless_needs_no_cleaning(text):
    if is_harmless(json.dumps(text, ensure_ascii=False).encode()):
        assert clean_text(text, 10_000).split() == text.split()


def test_what_goes_to_a_terminal_keeps_its_lines_and_nothing_that_acts():
    assert printable("one\n  two\tthree") == "one\n  two\tthree"
    assert printable("pay\rfree \x1b[2K\x9b31m\u202egpj") == "pay free [2K31mgpj"
    assert escaped_json('"\u202e\x9b\u2028\U000e0041é"') == '"\\u202e\\u009b\\u2028\\udb40\\udc41é"'
