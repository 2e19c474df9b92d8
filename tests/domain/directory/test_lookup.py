"""Finding makers, and what the directory adds to a purchase."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from companion.domain.core.platform import Platform
from companion.domain.directory.lookup import Directory, blocker_rules, directory_facts
from companion.domain.purchases.facts import Fact, Field, Source, SourceKind, item_key
from companion.domain.purchases.purchase import Purchase, overview
from companion.domain.store.profile import BlockerSeverity
from tests.kits.directory import maker, shop

NOW = dt.datetime(2027, 3, 10, 12, tzinfo=dt.UTC)
MAIL = Source(kind=SourceKind.EMAIL, name="shop@shop.example")
PAGE = "https://other.example/"


def other(**changes: Any) -> Any:
    data = {
        "name": "Other Makers",
        "names": None,
        "website": {"address": PAGE, "source": PAGE},
        "products": [{"name": "Suite", "source": PAGE, "storeKind": "gumroad", "productId": "abc=="}],
        "senderDomains": None,
        "pages": None,
        "returns": None,
        "sellsThrough": None,
    }
    return maker(**{**data, **changes})


DIRECTORY = Directory([maker(), other(), shop()])


def purchase(*told: tuple[Field, str]) -> Purchase:
    facts = tuple(
        Fact(field=field, value=value, source=MAIL, said_at=NOW, about=item_key(field, value)) for field, value in told
    )
    return Purchase(id="p", added_at=NOW, facts=facts)


def made(name: str) -> tuple[str, str] | None:
    """The maker and the product that are found by a product's name."""
    found = DIRECTORY.by_product(name)
    return (found[0].name, found[1].name) if found is not None else None


def added(*told: tuple[Field, str]) -> dict[Field, str]:
    return {fact.field: fact.value for fact in directory_facts(purchase(*told), DIRECTORY)}


@pytest.mark.parametrize("name", ["Harbour Works", "harbour works", "HARBOUR WORKS LTD.", "Harbour Works, Inc."])
def test_a_maker_is_found_in_any_spelling(name: str) -> None:
    assert DIRECTORY.by_name(name).name == "Harbour Works"


@pytest.mark.parametrize("name", ["Harbour", "Works", "The Harbour Works", "Harbour Works Support Desk", ""])
def test_no_maker_is_found_by_part_of_a_name(name: str) -> None:
    assert DIRECTORY.by_name(name) is None


def test_products_are_found_whole_and_without_regard_to_case() -> None:
    assert made("  harbour   SUITE® ") == ("Harbour Works", "Harbour Suite")
    assert made("hsuite") == ("Harbour Works", "Harbour Suite")
    assert made("Suite") == ("Other Makers", "Suite")
    assert made("Harbour") is None
    assert made("Harbour Suite Pro") is None


@pytest.mark.parametrize(
    ("domain", "name"),
    [
        ("harbour.example", "Harbour Works"),
        ("Mail.Harbour.example.", "Harbour Works"),
        ("x.mail-harbour.example", "Harbour Works"),
        ("notharbour.example", None),
        ("harbour.example.evil.example", None),
        ("example", None),
        ("", None),
        (".".join("a" * 5000), None),
    ],
)
def test_a_domain_belongs_to_a_maker_when_it_is_its_own_or_below(domain: str, name: str | None) -> None:
    found = DIRECTORY.by_domain(domain)
    assert (found.name if found is not None else None) == name


def test_the_persons_file_takes_the_place_of_a_shipped_one() -> None:
    own = maker(returns=None, products=None)
    both = Directory([own, maker()])
    assert (len(both), both.makers()) == (1, (own,))
    assert both.by_product("Harbour Suite") is None


def test_a_product_tells_its_maker_and_where_it_is_managed() -> None:
    assert added((Field.PRODUCT, "Harbour Suite")) == {
        Field.MAKER: "Harbour Works",
        Field.MANAGE_PAGE: "https://my.harbour.example/",
    }


def test_a_product_tells_its_id_and_kind_of_store_where_they_are_public() -> None:
    found = added((Field.PRODUCT, "Suite"))
    assert (found[Field.STORE_KIND], found[Field.PRODUCT_ID]) == ("gumroad", "abc==")


def test_another_maker_that_is_told_is_not_replaced_by_one_whose_product_is_called_alike() -> None:
    assert added((Field.PRODUCT, "Suite"), (Field.MAKER, "Unknown Makers")) == {}
    assert added((Field.PRODUCT, "Suite"), (Field.MAKER, "harbour works"))[Field.MAKER] == "Harbour Works"


def test_what_a_maker_sold_itself_can_be_returned_under_its_rules() -> None:
    found = added((Field.SENDER_DOMAIN, "mail.harbour.example"), (Field.BOUGHT_ON, "2027-01-08"))
    assert (found[Field.MAKER], found[Field.RETURN_BY]) == ("Harbour Works", "2027-01-22")


def test_what_was_bought_elsewhere_has_no_known_day_of_return() -> None:
    assert Field.RETURN_BY not in added((Field.PRODUCT, "Harbour Suite"), (Field.BOUGHT_ON, "2027-01-08"))


def test_a_payment_service_is_the_store_and_never_the_maker() -> None:
    told = ((Field.SENDER_DOMAIN, "pay.example"), (Field.BOUGHT_ON, "2027-01-08T10:00:00+01:00"))
    found = added(*told)
    assert Field.MAKER not in found
    assert (found[Field.STORE_NAME], found[Field.STORE_KIND]) == ("Pay Example", "paddle")
    assert found[Field.RETURN_BY] == "2027-02-07"
    with_product = added(*told, (Field.PRODUCT, "Harbour Suite"))
    assert with_product[Field.MAKER] == "Harbour Works"
    assert with_product[Field.MANAGE_PAGE] == "https://pay.example/orders", "it is billed there"


def test_a_store_is_known_by_its_address_as_well() -> None:
    assert added((Field.STORE_ADDRESS, "https://shop.harbour.example/x"))[Field.MAKER] == "Harbour Works"


def test_every_fact_names_the_directory_its_page_and_its_day() -> None:
    facts = directory_facts(purchase((Field.SENDER_DOMAIN, "pay.example"), (Field.BOUGHT_ON, "2027-01-08")), DIRECTORY)
    assert {(fact.source, fact.said_at) for fact in facts} == {
        (Source(kind=SourceKind.DIRECTORY, name="Pay Example"), dt.datetime(2027, 1, 8, tzinfo=dt.UTC))
    }
    returns = next(fact for fact in facts if fact.field is Field.RETURN_BY)
    assert returns.quote == "Within 30 days, if nothing was downloaded, as https://pay.example/help says"


def test_what_another_source_tells_is_believed_first_and_makes_no_conflict() -> None:
    told = purchase(
        (Field.PRODUCT, "Harbour Suite"), (Field.MAKER, "Harbour Works"), (Field.MANAGE_PAGE, "https://shop.example/me")
    )
    facts = (*told.facts, *directory_facts(told, DIRECTORY))
    shown = overview(Purchase(id="p", added_at=NOW, facts=facts))
    assert (shown.manage_page, shown.conflicts) == ("https://shop.example/me", ())


def test_a_day_out_of_range_is_left_out() -> None:
    told = ((Field.SENDER_DOMAIN, "harbour.example"), (Field.BOUGHT_ON, "9999-12-31"))
    assert Field.RETURN_BY not in added(*told)


def test_brands_have_the_domains_of_their_maker_and_of_those_it_sells_through() -> None:
    brands = DIRECTORY.brands()
    expected = {"harbour.example", "mail-harbour.example", "my.harbour.example", "pay.example"}
    assert brands["Harbour Works"] == brands["Harbour Works Ltd."] == expected
    assert brands["Pay Example"] == {"pay.example"}
    assert "Harbour Suite" not in brands, "many may write of a product"


def test_a_name_that_is_an_everyday_word_is_no_brand() -> None:
    assert Directory([maker(commonWord=True)]).brands() == {}


def test_a_file_can_name_a_server_on_this_pc_in_place_of_a_hosted_system() -> None:
    assert DIRECTORY.host("gumroad") is None
    assert Directory([other(hosts={"gumroad": "http://127.0.0.1:9/"})]).host("gumroad") == "http://127.0.0.1:9"


def test_programs_to_close_become_rules_that_warn() -> None:
    (rule,) = blocker_rules(maker())
    assert (rule.severity, rule.matches[0].platform) == (BlockerSeverity.WARNS, Platform.WINDOWS)
    assert rule.matches[0].names == ("harbour.exe",)
    assert rule.why == "It keeps files open."


def test_names_of_all_products_help_to_read_mails() -> None:
    assert set(DIRECTORY.product_names()) == {"Harbour Suite", "HSuite", "Suite"}
