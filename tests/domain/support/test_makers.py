"""The names of makers as firmware spells them."""

import pytest

from companion.domain.store.profile import MakerName
from companion.domain.support.makers import normalise_maker

MAKERS = (
    MakerName(name="HP", spellings=("HP", "Hewlett-Packard", "HP Inc.")),
    MakerName(name="Dell", spellings=("Dell Inc.",)),
    MakerName(name="Lenovo", spellings=("LENOVO",)),
    MakerName(name="ASUS", spellings=("ASUSTeK COMPUTER INC.",)),
)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("HP", "HP"),
        ("Hewlett-Packard", "HP"),
        ("HEWLETT PACKARD", "HP"),
        ("hewlett-packard company", "HP"),
        ("HP Inc.", "HP"),
        ("HP, Inc", "HP"),
        ("  Dell Computer Corporation ", "Dell"),
        ("ASUSTeK Computer Inc.", "ASUS"),
        ("ASUS", "ASUS"),
        ("LENOVO", "Lenovo"),
        ("HPE Systems", "HPE Systems"),
        ("Framework", "Framework"),
        ("Micro-Star International Co., Ltd.", "Micro-Star International"),
        ("To Be Filled By O.E.M.", None),
        ("System manufacturer", None),
        ("", None),
        (None, None),
    ],
)
def test_one_maker_has_one_name(raw, name):
    assert normalise_maker(raw, MAKERS) == name


@pytest.mark.parametrize(
    "raw",
    [
        *("", "  ", "Default string", "None", "NONE", "Not Available", "O.E.M.", "OEM", "System manufacturer"),
        *("To be filled by O.E.M.", "to be filled by OEM", "Unknown", ", Inc.", None),
    ],
)
def test_what_firmware_says_when_it_does_not_know_the_maker(raw):
    assert normalise_maker(raw, MAKERS) is None


def test_a_name_that_is_only_a_legal_form_is_compared_as_it_stands():
    makers = (MakerName(name="International", spellings=()), MakerName(name="Ltd", spellings=("",)))
    assert normalise_maker("INTERNATIONAL", makers) == "International"
    assert normalise_maker("Computers", makers) == "Computers"
    assert normalise_maker("Limited", makers) == "Limited"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("Acme, Paris", "Acme"),
        ("ACME corp.", "ACME"),
        ("Acme GmbH", "Acme"),
        (" Acme Ltd ", "Acme"),
        ("Acme Corporation", "Acme"),
        ("Acme Limited", "Acme"),
        ("Corpus", "Corpus"),
    ],
)
def test_an_unknown_maker_keeps_its_name_without_the_legal_form(raw, shown):
    assert normalise_maker(raw, MAKERS) == shown
