"""What is shown of an installer before it is run."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from companion.domain.installation.file_card import CardRow, file_card
from companion.domain.installation.files.identity import FileSignature, InstallerIdentity, Technology
from companion.domain.installation.files.names import looks_like_installer
from companion.domain.installation.files.verification import Verification, VerifiedBy
from companion.domain.installation.proof.installation import CheckedFile
from companion.domain.pc.finding import Severity
from companion.domain.purchases.facts import Field
from companion.domain.purchases.purchase import Overview, Purchase, overview
from tests.kits.purchases import MAILED, fact

FOUND = InstallerIdentity(
    technology=Technology.NSIS,
    product_name="Harbour Suite",
    version="4.2",
    publisher="Harbour",
    fits=True,
    signature=FileSignature.VALID,
    signer="Harbour Ltd",
    needs_administrator=True,
    complete=True,
)
FILE = CheckedFile(
    place="/x/setup.exe",
    name="setup.exe",
    found=FOUND,
    size=48_000_000,
    sha256="0" * 64,
    verification=Verification(how=VerifiedBy.SIGNATURE, by="Harbour Ltd", of_maker=True),
)


def bought(used: str | None = None, limit: str | None = None, name: str = "Harbour Suite") -> Overview:
    facts = [fact(Field.PRODUCT, name, "1")]
    facts += [fact(Field.SEATS_USED, used, "1")] if used else []
    facts += [fact(Field.SEATS_LIMIT, limit, "1")] if limit else []
    return overview(Purchase(id="p1", added_at=MAILED, facts=tuple(facts)))


def severities(file: CheckedFile) -> list[Severity]:
    return [row.severity for row in file_card(file).rows]


def test_it_says_what_it_is_who_made_it_and_that_it_fits():
    card = file_card(FILE, bought())
    assert (card.title, card.subtitle) == ("Harbour Suite 4.2", "An installer made with NSIS.")
    assert card.facts == (
        ("Publisher", "Harbour"),
        ("File", "setup.exe, 48.0 MB"),
        ("You bought it", "Harbour Suite"),
    )
    assert card.rows[0] == CardRow(
        severity=Severity.FINE, sentence="Its signature is valid: Harbour Ltd, the maker of the program."
    )
    assert "It is made for this PC." in [row.sentence for row in card.rows]
    assert not card.blocked
    assert set(severities(FILE)[:-1]) == {Severity.FINE}


@pytest.mark.parametrize(
    ("purchase", "severity", "sentence"),
    [
        (
            None,
            Severity.UNKNOWN,
            "Companion knows no purchase of it. If it asks for a key, look in the e-mail of your order; "
            "on how many PCs it may be used is not known.",
        ),
        (bought(), Severity.UNKNOWN, "On how many PCs your licence may be used is not known."),
        (bought("1", "unlimited"), Severity.UNKNOWN, "On how many PCs your licence may be used is not known."),
        (bought("1", "3"), Severity.FINE, "1 of 3 seats of your licence are in use."),
        (bought("0", "1", "Another name"), Severity.FINE, "0 of 1 seat of your licence are in use."),
        (
            bought("3", "3"),
            Severity.WARNS,
            "3 of 3 seats of your licence are in use. If this PC has none of them, free one before you install it.",
        ),
    ],
)
def test_the_licence_is_spoken_of_before_the_installer_asks(
    purchase: Overview | None, severity: Severity, sentence: str
) -> None:
    assert file_card(FILE, purchase).rows[-1] == CardRow(severity=severity, sentence=sentence)


def test_nothing_is_said_of_a_licence_where_nothing_can_be_installed() -> None:
    blocked = file_card(replace(FILE, found=replace(FOUND, fits=False)))
    assert not any("key" in row.sentence for row in blocked.rows)


def test_a_signer_that_is_not_the_maker_is_warned_of():
    other = Verification(how=VerifiedBy.SIGNATURE, by="Another", of_maker=False)
    assert severities(replace(FILE, verification=other))[0] is Severity.WARNS


def test_what_is_not_signed_is_warned_of_and_may_be_run():
    found = replace(FOUND, signature=FileSignature.NONE, signer=None, product_name=None, version=None, publisher=None)
    card = file_card(replace(FILE, found=found, verification=Verification(how=VerifiedBy.COMPLETE)))
    assert card.title == "setup.exe"
    assert card.facts[0] == ("Publisher", "not stated in the file")
    assert card.rows[0].severity is Severity.WARNS
    assert card.rows[0].sentence.endswith("It is not signed.")
    assert not card.blocked


def test_what_does_not_fit_or_was_changed_is_not_run():
    for changes in ({"fits": False}, {"signature": FileSignature.INVALID}, {"complete": False}):
        card = file_card(replace(FILE, found=replace(FOUND, **changes)))
        assert card.blocked
        assert card.rows[0].severity is Severity.BLOCKS
    unknown = replace(FILE, found=replace(FOUND, fits=None, notes=("Its name is odd.",)))
    assert severities(unknown)[1:] == [Severity.UNKNOWN, Severity.FINE, Severity.UNKNOWN, Severity.WARNS]


def test_installers_are_told_by_their_names():
    assert looks_like_installer("Setup.EXE")
    assert looks_like_installer("harbour_4.2_amd64.deb")
    assert not looks_like_installer("order.eml")
