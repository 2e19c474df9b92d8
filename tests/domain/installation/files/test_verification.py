"""How far a file is verified, and lists of digests."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.domain.directory.lookup import Directory
from companion.domain.directory.maker import MadeProduct, Maker, Page
from companion.domain.installation.files.identity import FileSignature, InstallerIdentity
from companion.domain.installation.files.verification import (
    Verification,
    VerifiedBy,
    digest_in_manifest,
    of_file,
    of_transfer,
    strongest,
    verification_sentence,
)

SOURCE = "https://harbour.example/about"
DIRECTORY = Directory(
    [
        Maker(
            name="Harbour Software",
            checked_on=dt.date(2026, 1, 1),
            website=Page(address=SOURCE, source=SOURCE),
            products=(MadeProduct(name="Harbour Suite", source=SOURCE),),
        )
    ]
)


@pytest.mark.parametrize(
    ("product", "publisher", "signer", "of_maker"),
    [
        ("Harbour Suite", None, "Harbour Software Ltd", True),
        ("Harbour Suite", None, "Somebody Else", False),
        (None, "Harbour Software, Inc.", "Harbour Software Ltd", True),
        ("Another", "Another", "Harbour Software Ltd", None),
    ],
)
def test_a_signer_is_compared_with_the_maker_that_the_directory_names(product, publisher, signer, of_maker):
    found = InstallerIdentity(
        product_name=product, publisher=publisher, signature=FileSignature.VALID, signer=signer, complete=True
    )
    maker = DIRECTORY.maker_of(product, publisher)
    names = (maker.name, *maker.names) if maker else ()
    assert of_file(found, names) == Verification(how=VerifiedBy.SIGNATURE, by=signer, of_maker=of_maker)
    assert of_file(found).of_maker is None


def test_a_file_without_a_signature_is_complete_or_not_checked():
    assert of_file(InstallerIdentity(complete=True)).how is VerifiedBy.COMPLETE
    assert of_file(InstallerIdentity(complete=False)).how is VerifiedBy.NOT_CHECKED
    assert of_file(InstallerIdentity(signature=FileSignature.INVALID)).how is VerifiedBy.NOT_CHECKED


def test_a_transfer_is_as_sure_as_its_digest():
    assert of_transfer(verified=True, store="https://shop.example:8443/x") == Verification(
        how=VerifiedBy.STORE, by="shop.example"
    )
    assert of_transfer(verified=True).how is VerifiedBy.MANIFEST
    assert of_transfer(verified=False, store="https://shop.example").how is VerifiedBy.COMPLETE


def test_the_strongest_counts():
    found = [Verification(how=how) for how in VerifiedBy]
    for some in itertools.combinations(found, 2):
        assert strongest(*reversed(some)) == some[0]


def test_every_grade_has_its_own_sentence():
    sentences = {
        verification_sentence(Verification(how=how, by=by, of_maker=of_maker))
        for how in VerifiedBy
        for by in (None, "Harbour Software")
        for of_maker in ((None, True, False) if how is VerifiedBy.SIGNATURE else (None,))
    }
    assert len(sentences) == 2 * 2 + 2 * 3 + 2
    assert all(sentence.endswith(".") for sentence in sentences)
    assert "signed" not in verification_sentence(Verification())


DIGEST, OTHER = "ab" * 32, "cd" * 32


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"{DIGEST}  setup.exe\n{OTHER}  other.exe\n", DIGEST),
        (f"{DIGEST.upper()} *setup.exe\r\n", DIGEST),
        (f"\ufeff{DIGEST}  ./dist/setup.exe\n", DIGEST),
        (f"SHA256 (setup.exe) = {DIGEST}\n", DIGEST),
        (f"{DIGEST}\n", DIGEST),
        (f"{DIGEST}  setup.exe\n{OTHER}  setup.exe\n", None),
        (f"{DIGEST}  other.exe\n", None),
        (f"{DIGEST}\n{OTHER}\n", None),
        (f"{DIGEST[:-1]}  setup.exe\n", None),
        ("-----BEGIN PGP SIGNED MESSAGE-----\n", None),
        ("", None),
    ],
)
def test_lists_of_digests(text, found):
    assert digest_in_manifest(text, "setup.exe") == found


@given(st.text(max_size=300), st.text(max_size=20))
def test_any_text_is_a_list(text, name):
    assert digest_in_manifest(text, name) is None or len(digest_in_manifest(text, name) or "") == 64
