import datetime as dt
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.domain.core.text import plain_moment
from companion.domain.pc.facts import Machine
from companion.domain.store.profile import MakerName, MenuChoice, Support
from companion.domain.support.hotline import (
    Stated,
    contact_sentence,
    failed_words,
    menu_sentence,
    offers_number,
    order_meant,
    right_number,
    support_contact,
)
from companion.domain.support.opening_hours import OpenState

MAKERS = (
    MakerName(name="HP", spellings=("HP", "Hewlett-Packard", "HP Inc.")),
    MakerName(name="Dell", spellings=("Dell Inc.",)),
    MakerName(name="Lenovo", spellings=("LENOVO",)),
    MakerName(name="ASUS", spellings=("ASUSTeK COMPUTER INC.",)),
)


@pytest.fixture
def desks(build):
    return Support(
        entries=(
            build.entry(id="us", countries=("US",), languages=("en",), phone="+18005550001"),
            build.entry(id="us-hp", countries=("US",), makers=("HP",), languages=("en",), phone="+18005550002"),
            build.entry(id="us-monthly", countries=("US",), products=("monthly",), phone="+18005550003"),
            build.entry(id="de", countries=("DE", "AT"), languages=("de", "en"), phone="+4930555001"),
            build.entry(id="gb-hp", countries=("GB",), makers=("HP",), phone="+442055550001"),
        ),
        makers=MAKERS,
    )


@pytest.mark.parametrize(
    ("maker", "product", "country", "language", "id_"),
    [
        ("Hewlett-Packard", "suite", "US", "en-US", "us-hp"),
        ("Dell Inc.", "suite", "US", "en", "us"),
        (None, "suite", "US", "en", "us"),
        ("Dell", "monthly", "US", "en", "us-monthly"),
        ("HP Inc.", "suite", "DE", "de_DE", "de"),
        ("HP", "suite", "GB", "en", "gb-hp"),
        ("HP", None, "FR", "fr", "gb-hp"),
        ("Dell", None, "GB", "en", "us"),
    ],
)
def test_the_number_depends_on_maker_product_country_and_language(desks, maker, product, country, language, id_):
    assert right_number(desks, maker, product, country, language).entry.id == id_


def test_the_reason_is_told(desks, build):
    assert right_number(desks, "Hewlett-Packard", None, "US", "en").why == (
        "This is the right number because your PC is made by HP and it serves your country."
    )
    elsewhere = right_number(desks, "Dell", None, "JP", "ja").why
    assert "no number for your country" in elsewhere
    assert "your language" in elsewhere
    own = Support(entries=(build.entry(why="One team answers all."),))
    assert right_number(own, None, None, None, None).why == "One team answers all."


def test_no_number_is_made_up(build):
    assert right_number(Support(entries=()), "HP", None, "US", "en") is None
    others = Support(entries=(build.entry(makers=("Dell",)),), makers=MAKERS)
    assert right_number(others, "HP", None, "US", "en") is None
    assert right_number(others, None, None, "US", "en") is None


@settings(max_examples=100, deadline=None)
@given(
    st.one_of(st.none(), st.text(max_size=12), st.sampled_from(["HP", "Dell", "Hewlett-Packard"])),
    st.one_of(st.none(), st.sampled_from(["suite", "monthly"])),
    st.one_of(st.none(), st.sampled_from(["US", "DE", "FR"])),
    st.one_of(st.none(), st.sampled_from(["en", "de-AT", ""])),
)
def test_every_number_given_is_one_of_the_profiles(build, maker, product, country, language):
    found = right_number(build.profile().support, maker, product, country, language)
    assert found is not None
    assert found.entry in build.profile().support.entries
    assert found.why.endswith(".")


def at(text, zone="UTC"):
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def test_the_number_is_offered_after_the_second_failure():
    assert [offers_number(count) for count in range(4)] == [False, False, True, True]


BERLIN = ZoneInfo("Europe/Berlin")
HP_LAPTOP = Machine(maker="Hewlett-Packard", model=" HP ProBook 450 ")


@pytest.fixture
def two_orders(build):
    """The newer order is German and monthly, the older one American and yearly; the list is not sorted."""
    return (
        build.order(
            number="LF-NEW",
            placed_at=build.day(-2),
            country="DE",
            licences=(build.licence(product_id="monthly", product_name="Harbour Monthly"),),
        ),
        build.order(number="LF-OLD", placed_at=build.day(-90), country="US"),
    )


def contact(desks, orders, machine=HP_LAPTOP, order_number=None, language=None, **stated):
    return support_contact(
        desks,
        orders,
        machine,
        at("2027-01-13T15:00"),
        BERLIN,
        order_number=order_number,
        language=language,
        stated=Stated(**stated),
    )


def test_the_number_is_chosen_by_the_order_it_is_about_and_by_this_pc(desks, two_orders):
    found = contact(desks, two_orders, order_number="LF-OLD", language="en_US")
    assert found.entry.id == "us-hp"
    assert found.why == "This is the right number because your PC is made by HP and it serves your country."
    assert (found.maker, found.model, found.product, found.country) == ("HP", "HP ProBook 450", "Harbour Suite", "US")
    assert found.opening.state is OpenState.OPEN
    assert found.opening.changes_at == at("2027-01-13T23:00", "Europe/Berlin")


@pytest.mark.parametrize("number", [None, "", "LF-UNKNOWN"])
@pytest.mark.parametrize("turned", [False, True])
def test_without_a_known_order_the_latest_one_is_meant(desks, two_orders, number, turned):
    orders = two_orders[::-1] if turned else two_orders
    found = contact(desks, orders, order_number=number, language="de_DE")
    assert (found.entry.id, found.product, found.country) == ("de", "Harbour Monthly", "DE")


def test_a_stated_maker_and_country_go_before_this_pc_and_the_order(desks, two_orders):
    found = contact(desks, two_orders, maker="Dell Inc.", country="us", language="en")
    assert (found.entry.id, found.maker, found.model, found.country) == ("us-monthly", "Dell", None, "US")
    assert contact(desks, two_orders, country="us").model == "HP ProBook 450"


def test_another_pc_is_neither_this_maker_nor_this_model(desks, two_orders):
    found = contact(desks, two_orders, order_number="LF-OLD", another_pc=True)
    assert (found.entry.id, found.maker, found.model) == ("us", None, None)
    dell = contact(desks, two_orders, order_number="LF-OLD", another_pc=True, maker="Hewlett-Packard")
    assert (dell.entry.id, dell.maker, dell.model) == ("us-hp", "HP", None)


@pytest.mark.parametrize("stated", ["monthly", "Harbour Monthly", " harbour MONTHLY "])
def test_the_product_can_be_stated(desks, two_orders, stated):
    found = contact(desks, two_orders, order_number="LF-OLD", another_pc=True, product=stated)
    assert (found.entry.id, found.product) == ("us-monthly", "Harbour Monthly")


def test_a_product_that_no_order_holds_is_taken_as_stated(desks, two_orders):
    assert contact(desks, two_orders, country="us", product="Something else").product == "Something else"


def test_which_key_to_press_depends_on_the_product(build, two_orders):
    menu = (
        MenuChoice(keys="2", about="everything else"),
        MenuChoice(keys="1 3", about="charges of monthly plans", products=("monthly",)),
    )
    desk = Support(entries=(build.entry(menu=menu),))
    monthly = contact(desk, two_orders, order_number="LF-NEW")
    assert menu_sentence(monthly.menu) == (
        "When its menu answers, press 1 then 3 for charges of monthly plans or 2 for everything else."
    )
    assert menu_sentence(contact(desk, two_orders, order_number="LF-OLD").menu) == (
        "When its menu answers, press 2 for everything else."
    )
    assert menu_sentence(()) == ""


@pytest.mark.parametrize("keys", ["", "12", "1,2", "A", "1  2"])
def test_keys_are_single_ones(keys):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"keys": keys, "about": "x"}, MenuChoice)


def test_what_is_not_known_of_the_pc_and_the_order_stays_unknown(desks, build):
    bare = contact(desks, (), machine=None)
    assert (bare.maker, bare.model, bare.product, bare.country) == (None, None, None, None)
    assert bare.entry.id == "us"
    blank = Machine(maker="To Be Filled By O.E.M.", model="  ")
    found = contact(desks, (build.order(licences=()),), machine=blank)
    assert (found.maker, found.model, found.product, found.country) == (None, None, None, "US")


def test_no_number_that_serves_means_no_contact(build, two_orders):
    only_dell = Support(entries=(build.entry(makers=("Dell",)),), makers=MAKERS)
    assert contact(only_dell, two_orders) is None


def test_the_number_and_its_hours_in_one_line(desks, two_orders):
    found = contact(desks, two_orders, order_number="LF-OLD")
    assert contact_sentence(found, plain_moment(BERLIN)) == (
        "Support for this PC: +1 800 555 0002. Open now until Wednesday 13 January 2027, 23:00."
    )


def only(build, **named):
    return Support(entries=(build.entry(**named),), makers=MAKERS)


@pytest.mark.parametrize(
    ("named", "wish", "why"),
    [
        ({}, (None, None, None, None), "It is the store's general support number."),
        ({}, ("HP", "suite", "US", "en"), "It is the store's general support number."),
        ({"makers": ("HP",)}, ("HP", None, None, None), "This is the right number because your PC is made by HP."),
        (
            {"products": ("suite",)},
            (None, "suite", None, None),
            "This is the right number because it is the number for this product.",
        ),
        (
            {"countries": ("US",)},
            (None, None, "US", None),
            "This is the right number because it serves your country.",
        ),
        ({"countries": ("US",)}, (None, None, None, None), "It is the store's general support number."),
        (
            {"makers": ("HP",), "products": ("suite",), "countries": ("US",)},
            ("HP", "suite", "US", None),
            "This is the right number because your PC is made by HP, it is the number for this product "
            "and it serves your country.",
        ),
        (
            {"countries": ("US", "CA")},
            (None, None, "JP", None),
            "It is the store's general support number. "
            "The store has no number for your country; this one is in US or CA.",
        ),
        ({"languages": ("en",)}, (None, None, None, "en_US"), "It is the store's general support number."),
        ({"languages": ("en",)}, (None, None, None, None), "It is the store's general support number."),
        (
            {"languages": ("en",), "why": "One team answers all."},
            (None, None, None, "ja"),
            "One team answers all. It is not known whether your language is spoken there.",
        ),
    ],
)
def test_why_a_number_is_the_right_one(build, named, wish, why):
    assert right_number(only(build, **named), *wish).why == why


GENERAL: dict[str, tuple[str, ...]] = {}


@pytest.mark.parametrize(
    ("better", "worse", "wish"),
    [
        # One that serves the country goes before one for the maker elsewhere, and so on down the list.
        ({"countries": ("US",)}, {"countries": ("DE",), "makers": ("HP",)}, ("HP", None, "US", None)),
        (GENERAL, {"countries": ("DE",), "makers": ("HP",)}, ("HP", None, "US", None)),
        ({"makers": ("HP",)}, {"products": ("suite",)}, ("HP", "suite", "US", None)),
        ({"products": ("suite",)}, {"languages": ("en",)}, (None, "suite", "US", "en")),
        (GENERAL, {"countries": ("US",), "languages": ("de",)}, (None, None, "US", "en")),
        ({"languages": ("en",)}, {"countries": ("US",), "languages": ("de",)}, (None, None, "US", "en")),
        ({"countries": ("US",)}, {"languages": ("en",)}, (None, None, "US", "en")),
        ({"countries": ("US",)}, GENERAL, (None, None, "US", None)),
        ({"languages": ("en",)}, GENERAL, (None, None, "US", "en")),
        (GENERAL, {"languages": ("de",)}, (None, None, "US", "en")),
        # Without a country nothing is gained by naming one.
        (GENERAL, {"countries": ("US",)}, (None, None, None, None)),
    ],
)
def test_the_better_of_two_numbers_whatever_their_order(build, better, worse, wish):
    entries = (build.entry(id="better", **better), build.entry(id="worse", **worse))
    for listed in (entries, entries[::-1]):
        assert right_number(Support(entries=listed, makers=MAKERS), *wish).entry.id == "better"


def test_of_equal_numbers_the_first_in_the_profile_is_taken(build):
    support = Support(entries=(build.entry(id="first"), build.entry(id="second")))
    assert right_number(support, None, None, "US", "en").entry.id == "first"


def test_names_are_compared_without_regard_to_capitals(build):
    support = only(build, makers=("hp",), products=("Suite",), countries=("us",), languages=("EN",))
    assert right_number(support, "HP Inc.", "suite", "US", "en-GB").why == (
        "This is the right number because your PC is made by HP, it is the number for this product "
        "and it serves your country."
    )


def test_the_order_meant_is_the_named_one_or_the_latest(build):
    orders = [build.order(number=number, placed_at=build.day(day)) for number, day in (("a", -9), ("b", -1), ("c", -5))]
    assert order_meant(iter(orders), "a") is orders[0]
    assert order_meant(iter(orders), None) is orders[1]
    assert order_meant((), "a") is None


def test_how_often_something_failed_in_words():
    assert [failed_words(count) for count in (2, 3, 11)] == [
        "This has failed twice.",
        "This has failed 3 times.",
        "This has failed 11 times.",
    ]
