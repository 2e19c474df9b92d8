"""Easy Digital Downloads: what each of its answers means."""

from __future__ import annotations

import pytest

from companion.domain.connectors.answers import DownloadOffer, Outcome, StoreAnswer
from companion.domain.connectors.edd import REFUSALS
from companion.domain.purchases.facts import Field
from companion.domain.purchases.purchase import Product, Purchase, overview
from companion.domain.purchases.values import AutoRenewal, EntitlementState, ExpiryKind
from companion.services.app.cancellation import Cancellation
from companion.services.stores.edd import EddStore
from tests.stores.conftest import KEY, SITE
from tests.stores.edd_peer import EddLicence, EddPeer
from tests.stores.kit import NOW, Kit, purchase_of, secrets_of
from tests.stores.peer import page


def shop() -> EddStore:
    return EddStore(lambda: NOW, lambda: SITE)


def check(kit: Kit) -> StoreAnswer:
    return shop().read(kit.purchase, kit.secrets, Cancellation())


def product(answer: StoreAnswer) -> Product:
    assert answer.outcome is Outcome.TOLD, answer
    return overview(Purchase(id="p", added_at=NOW, facts=answer.facts)).products[0]


@pytest.fixture
def licence(edd_peer: EddPeer) -> EddLicence:
    return edd_peer.licences[KEY]


def test_a_good_key_tells_day_seats_and_order(edd_kit: Kit, licence: EddLicence) -> None:
    licence.sites.add("companion-0123456789abcdef.invalid")
    answer = check(edd_kit)
    found = product(answer)
    assert found.state is EntitlementState.ACTIVE
    assert str(found.expires) == "2028-02-01"
    assert found.expires.kind is ExpiryKind.DAY
    assert (found.seats.used, found.seats.limit) == (1, 3)
    assert found.name == "Quill & Ink"
    assert overview(Purchase(id="p", added_at=NOW, facts=answer.facts)).order_number == "1042"


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, EntitlementState.NOT_ACTIVATED_HERE),
        ({"sites": {"other.example"}}, EntitlementState.NOT_ACTIVATED_HERE),
        ({"disabled": True}, EntitlementState.DISABLED),
        ({"expired": True}, EntitlementState.EXPIRED),
        ({"expired": True, "disabled": True}, EntitlementState.EXPIRED),
    ],
)
def test_each_verdict_is_a_state_of_its_own(
    edd_kit: Kit, licence: EddLicence, changes: dict[str, object], state: EntitlementState
) -> None:
    for name, value in changes.items():
        setattr(licence, name, value)
    assert product(check(edd_kit)).state is state


def test_an_unknown_key_is_said_to_be_unknown_and_nothing_is_learned(edd_kit: Kit, edd_peer: EddPeer) -> None:
    edd_peer.licences.clear()
    answer = check(edd_kit)
    assert answer.outcome is Outcome.DOES_NOT_TELL
    assert "does not know this key" in answer.said
    assert answer.facts == ()


def test_a_key_is_asked_for_as_it_is_written(edd_kit: Kit, edd_peer: EddPeer) -> None:
    edd_kit.secrets = secrets_of(keys={"Quill & Ink": KEY.lower()})
    assert check(edd_kit).outcome is Outcome.DOES_NOT_TELL
    assert edd_peer.calls[0].form["license"] == KEY.lower()


@pytest.mark.parametrize("by", ["id", "name"])
def test_on_a_mismatch_dates_and_seats_count_and_verdict_and_name_do_not(
    edd_kit: Kit, edd_peer: EddPeer, licence: EddLicence, by: str
) -> None:
    values = [(Field.STORE_ADDRESS, edd_peer.url, ""), (Field.PRODUCT, "Other", "Quill & Ink")]
    values += [(Field.PRODUCT_ID, "99", "Quill & Ink")] if by == "id" else []
    licence.name = "Wrong name"
    edd_kit.purchase = purchase_of(values)
    answer = check(edd_kit)
    assert {fact.field for fact in answer.facts} == {
        *(Field.EXPIRES, Field.SEATS_LIMIT, Field.SEATS_USED, Field.ORDER_NUMBER)
    }
    assert "does not fit" in answer.said


@pytest.mark.parametrize(
    ("limit", "used", "seats"),
    [(0, 7, (7, "unlimited")), (1, 4, (4, 1)), ("3", "2", (2, 3)), ("unlimited", 2, (2, "unlimited")),
     (None, None, (None, None)), (-1, -1, (None, None)), (True, False, (None, None)), ([3], {"a": 1}, (None, None)),
     (10**11, 10**11, (None, None)), (2.5, "many", (None, None))],
)  # fmt: skip
def test_seats_are_told_as_far_as_they_are_numbers(
    edd_kit: Kit, edd_peer: EddPeer, limit: object, used: object, seats: tuple[object, object]
) -> None:
    edd_peer.extra = {"license_limit": limit, "site_count": used}
    found = product(check(edd_kit))
    assert (found.seats.used, found.seats.limit) == seats
    assert str(found.expires) == "2028-02-01"


@pytest.mark.parametrize(
    ("expires", "shown"),
    [("lifetime", "never"), ("Lifetime ", "never"), ("2027-12-31 00:00:00", "2027-12-31"), ("2027-12-31", "2027-12-31"),
     (None, "unknown"), (1830000000, "unknown"), ("", "unknown"), (False, "unknown"), ("31.12.2027", "unknown"),
     ("December 31, 2027", "unknown"), ("2027-13-41 00:00:00", "unknown"), ("9999-12-31 00:00:00", "unknown"),
     ({"date": "2027-12-31"}, "unknown"), ("0000-00-00 00:00:00", "unknown"), ("never", "unknown")],
)  # fmt: skip
def test_an_end_is_a_day_never_or_unknown(edd_kit: Kit, edd_peer: EddPeer, expires: object, shown: str) -> None:
    edd_peer.extra = {"expires": expires}
    assert str(product(check(edd_kit)).expires) == shown


@pytest.mark.parametrize("field", ["license", "item_name", "payment_id", "subscription", "success", "price_id"])
@pytest.mark.parametrize("value", ["brand_new_word", "\ud800<b>\x00\u202e", "x" * 10_000, [], {"a": []}, None, 1e300])
def test_odd_values_and_unknown_words_do_not_break_the_rest(
    edd_kit: Kit, edd_peer: EddPeer, field: str, value: object
) -> None:
    edd_peer.extra = {field: value}
    answer = check(edd_kit)
    if field == "license" and not isinstance(value, str):
        assert answer.outcome is Outcome.COULD_NOT_ASK
    elif not (field == "license" and len(str(value)) > 60):
        assert str(product(answer).expires) == "2028-02-01"


@pytest.mark.parametrize(
    ("word", "renewal"),
    [("active", AutoRenewal.ON), ("cancelled", AutoRenewal.OFF), ("failing", AutoRenewal.FAILED),
     ("later_word", AutoRenewal.UNKNOWN), (None, AutoRenewal.UNKNOWN)],
)  # fmt: skip
def test_auto_renewal_is_told_by_newer_servers_only(
    edd_kit: Kit, edd_peer: EddPeer, word: str | None, renewal: AutoRenewal
) -> None:
    edd_peer.extra = {"subscription": word} if word else {}
    answer = check(edd_kit)
    assert overview(Purchase(id="p", added_at=NOW, facts=answer.facts)).auto_renew is renewal


def test_nobodys_name_or_address_is_kept(edd_kit: Kit) -> None:
    assert "canary" not in repr(check(edd_kit).facts).lower()


def test_of_several_products_one_that_fails_hides_no_other(edd_kit: Kit, edd_peer: EddPeer) -> None:
    values = [(Field.STORE_ADDRESS, edd_peer.url, "")]
    for name in ("Quill & Ink", "Gone"):
        values += [(Field.PRODUCT, name, name), (Field.PRODUCT_ID, "57", name)]
    edd_kit.purchase = purchase_of(values)
    edd_kit.secrets = secrets_of(keys={"Gone": "UNKNOWN-KEY-0000", "Quill & Ink": KEY})
    answer = check(edd_kit)
    assert product(answer).name == "Quill & Ink"
    assert "does not know this key" in answer.said


# Versions


def test_the_newest_version_is_told_and_its_package_is_not(edd_kit: Kit) -> None:
    answer = shop().newest_version(edd_kit.purchase, edd_kit.secrets, Cancellation())
    assert product(answer).newest_version == "4.2.1"
    assert "CANARY" not in repr(answer)


@pytest.mark.parametrize("version", [False, None, "", "latest", [], 42])
def test_a_version_that_is_none_is_not_told(edd_kit: Kit, edd_peer: EddPeer, version: object) -> None:
    edd_peer.version = version
    answer = shop().newest_version(edd_kit.purchase, edd_kit.secrets, Cancellation())
    assert answer.outcome is Outcome.DOES_NOT_TELL


# Seats


def test_a_seat_is_named_by_the_address_that_stands_for_this_pc(edd_kit: Kit, licence: EddLicence) -> None:
    taken = shop().activate(edd_kit.purchase, edd_kit.item, edd_kit.secrets, Cancellation())
    assert taken.activated
    assert licence.sites == {"companion-0123456789abcdef.invalid"}
    again = shop().activate(edd_kit.purchase, edd_kit.item, edd_kit.secrets, Cancellation())
    assert again.activated
    assert len(licence.sites) == 1
    assert product(check(edd_kit)).state is EntitlementState.ACTIVE
    freed = shop().deactivate(edd_kit.purchase, edd_kit.item, edd_kit.secrets, Cancellation())
    assert freed.outcome is Outcome.TOLD
    assert freed.facts == ()  # the times in it are the shop's wall clock
    assert licence.sites == set()


def test_a_seat_that_was_taken_under_an_older_name_is_the_one_that_is_freed(edd_kit: Kit, licence: EddLicence) -> None:
    licence.sites.add("companion-old.invalid")
    kept = secrets_of(keys={"Quill & Ink": KEY}, ids={"Quill & Ink": "https://companion-old.invalid"})
    edd_kit.secrets = kept
    assert product(check(edd_kit)).state is EntitlementState.ACTIVE
    assert shop().deactivate(edd_kit.purchase, edd_kit.item, kept, Cancellation()).outcome is Outcome.TOLD
    assert licence.sites == set()


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"sites": {"a.example", "b.example", "c.example"}}, REFUSALS["no_activations_left"]),
     ({"expired": True}, REFUSALS["expired"]), ({"disabled": True}, REFUSALS["disabled"]),
     ({"item": "12"}, REFUSALS["invalid_item_id"])],
)  # fmt: skip
def test_a_refused_seat_is_told_with_its_reason(
    edd_kit: Kit, licence: EddLicence, changes: dict[str, object], said: str
) -> None:
    for name, value in changes.items():
        setattr(licence, name, value)
    before = set(licence.sites)
    answer = shop().activate(edd_kit.purchase, edd_kit.item, edd_kit.secrets, Cancellation())
    assert not answer.activated
    assert (answer.answer.outcome, answer.answer.said) == (Outcome.DOES_NOT_TELL, said)
    assert licence.sites == before


def test_a_page_in_place_of_an_answer_is_no_refusal(edd_kit: Kit, edd_peer: EddPeer) -> None:
    edd_peer.fault = page(200)
    answer = shop().activate(edd_kit.purchase, edd_kit.item, edd_kit.secrets, Cancellation())
    assert answer.answer.outcome is Outcome.COULD_NOT_ASK


# Downloads


def test_a_download_is_offered_by_the_link_of_the_mail_over_one_connection(edd_kit: Kit, edd_peer: EddPeer) -> None:
    offer = shop().download(edd_kit.purchase, next(iter(edd_kit.secrets.links)), edd_kit.secrets, Cancellation())
    assert isinstance(offer, DownloadOffer)
    assert offer.address.reveal() == edd_peer.link()
    assert offer.most_connections == 1
    assert edd_peer.calls == []
