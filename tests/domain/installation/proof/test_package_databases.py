"""What dpkg's status file and rpm's answer list."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from companion.domain.installation.proof.package_databases import read_dpkg_status, read_rpm_answer
from companion.domain.installation.proof.system_record import InstalledProduct, RecordView

STATUS = """Package: harbour
Status: install ok installed
Priority: optional
Maintainer: Harbour Software <help@harbour.example>
Architecture: amd64
Version: 4.2-1
Description: a suite
 Version: 9.9 of a line that goes on
 .
Conffiles:
 /etc/harbour.conf 0123456789abcdef

Package: half
Status: install reqreinst half-configured
Architecture: amd64
Version: 1.0

Package: gone
Status: deinstall ok config-files
Version: 1.0

Package: waits
Status: install ok triggers-pending
Architecture: all
Version: 2
"""


def test_only_what_is_ready_to_be_used_is_listed():
    found = read_dpkg_status(STATUS)
    assert found.known
    assert found.products == (
        InstalledProduct(
            name="harbour",
            key="harbour:amd64",
            view=RecordView.DPKG,
            version="4.2-1",
            publisher="Harbour Software",
        ),
        InstalledProduct(name="waits", key="waits:all", view=RecordView.DPKG, version="2"),
    )


def test_packages_of_rpm_are_read_with_their_epoch():
    found = read_rpm_answer("harbour\tx86_64\t1:4.2-1\tHarbour Software\ngpg-pubkey\t(none)\t1-2\t(none)\nbroken\n")
    assert [(entry.name, entry.version, entry.publisher) for entry in found.products] == [
        ("harbour", "1:4.2-1", "Harbour Software"),
        ("gpg-pubkey", "1-2", None),
    ]


@given(st.text(max_size=300))
def test_any_text_is_read(text):
    assert read_dpkg_status(text).known
    assert read_rpm_answer(text).known
