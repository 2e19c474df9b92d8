"""What macOS's receipts and its history of installations list."""

from __future__ import annotations

import plistlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.domain.installation.exit_codes import explain_exit
from companion.domain.installation.files.identity import InstallerIdentity, Technology
from companion.domain.installation.proof.outcome import Evidence, FileOutcome, proof_of
from companion.domain.installation.proof.receipts import read_receipts
from companion.domain.installation.proof.system_record import RecordView, SystemRecord
from companion.domain.installation.proof.words import proof_text

# The keys of a receipt and of a row of the history, as pkgutil(1) and the system write them.
RECEIPT = {
    "InstallDate": "2026-11-26",
    "InstallPrefixPath": "Applications",
    "InstallProcessName": "installer",
    "PackageFileName": "Harbour.pkg",
    "PackageIdentifier": "com.harbour.suite",
    "PackageVersion": "4.2.1",
}
ROW = {
    "displayName": "Harbour Suite",
    "displayVersion": "4.2.1",
    "packageIdentifiers": ["com.harbour.suite"],
    "processName": "Installer",
}


def receipt(**changed: Any) -> bytes:
    return plistlib.dumps({**RECEIPT, **changed}, fmt=plistlib.FMT_BINARY)


def history(*rows: Any) -> bytes:
    return plistlib.dumps(list(rows))


def listed(*receipts: bytes, known_as: bytes = b"") -> SystemRecord:
    return read_receipts(receipts, known_as)


def test_a_receipt_has_the_name_that_people_know():
    (found,) = listed(receipt(), known_as=history({**ROW, "displayName": "Old name"}, ROW)).products
    assert (found.name, found.key, found.version) == ("Harbour Suite", "com.harbour.suite", "4.2.1")
    assert found.view is RecordView.RECEIPTS
    (nameless,) = listed(receipt()).products
    assert nameless.name == "com.harbour.suite"


def test_several_packages_of_one_installation_keep_their_own_names():
    row = {**ROW, "packageIdentifiers": ["com.harbour.suite", "com.harbour.fonts"]}
    found = listed(receipt(), receipt(PackageIdentifier="com.harbour.fonts"), known_as=history(row)).products
    assert [each.name for each in found] == ["com.harbour.suite", "com.harbour.fonts"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"bplist00" + b"\xff" * 60,
        b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><plist><string>&a;</string></plist>",
        receipt(PackageIdentifier=7),
        receipt(PackageIdentifier="x" * 5000),
        history(ROW),
    ],
)
def test_what_makes_no_sense_is_left_out(data):
    found = listed(data, receipt(), known_as=data)
    assert [each.key for each in found.products] == ["com.harbour.suite"]


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_any_bytes_are_answered(data, known_as):
    assert read_receipts([data], known_as).known


@pytest.mark.parametrize(
    ("before", "after", "outcome"),
    [
        (listed(), listed(receipt()), FileOutcome.INSTALLED),
        (listed(receipt(PackageVersion="4.1")), listed(receipt()), FileOutcome.INSTALLED),
        (listed(receipt()), listed(receipt()), FileOutcome.UNRECORDED),
        (SystemRecord.unknown("it is not there"), listed(receipt()), FileOutcome.REPORTED),
    ],
)
def test_the_receipts_prove_what_a_package_did(before, after, outcome):
    """A package without files leaves no receipt, and one that was there already no other one."""
    file = InstallerIdentity(technology=Technology.PKG)
    explained = explain_exit(0, None)
    found = proof_of(
        Evidence(file=file, explained=explained, before=before, after=after, restart_pending=False, still_running=())
    )
    assert found.outcome is outcome
    if outcome is FileOutcome.UNRECORDED:
        assert "it lists nothing new" in proof_text(found, explained, "harbour.pkg").message
