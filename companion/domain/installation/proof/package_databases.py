"""Reading the package databases of Linux: dpkg's status file, and what rpm answers.

dpkg(1) and deb-control(5): paragraphs of fields, of which ``Status`` says what is wanted, whether there was an error,
and the state; only ``installed`` and what waits for triggers of others is ready to be used.
"""

from __future__ import annotations

from collections.abc import Iterator

from companion.domain.installation.proof.system_record import (
    InstalledProduct,
    RecordView,
    SystemRecord,
    bounded,
    product,
)

_READY = frozenset({"installed", "triggers-pending", "triggers-awaited"})
_WANTED = ("Package", "Status", "Version", "Architecture", "Maintainer")
RPM_FORMAT = r"%{NAME}\t%{ARCH}\t%|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE}\t%{VENDOR}\n"
"""What rpm is asked for: one line for each package."""


def read_dpkg_status(text: str) -> SystemRecord:
    """Returns what dpkg's status file lists as ready to be used; paragraphs that make no sense are left out."""
    return bounded(_packages_of_dpkg(text))


def read_rpm_answer(text: str) -> SystemRecord:
    """Returns the packages of an answer in `RPM_FORMAT`."""
    return bounded(_packages_of_rpm(text))


def _packages_of_dpkg(text: str) -> Iterator[InstalledProduct]:
    fields: dict[str, str] = {}
    for line in (*text.split("\n"), ""):
        if line.strip():
            name, colon, value = line.partition(":")
            if colon and name in _WANTED:
                fields[name] = value.strip()
            continue
        states = fields.get("Status", "").split()
        if fields.get("Package") and states and states[-1] in _READY:
            yield product(
                fields["Package"],
                f"{fields['Package']}:{fields.get('Architecture', '')}",
                RecordView.DPKG,
                version=fields.get("Version"),
                publisher=fields.get("Maintainer", "").partition("<")[0],
            )
        fields = {}


def _packages_of_rpm(text: str) -> Iterator[InstalledProduct]:
    for line in text.split("\n"):
        name, *others = line.split("\t")
        if name and len(others) == 3:
            architecture, version, vendor = others
            publisher = None if vendor == "(none)" else vendor
            yield product(name, f"{name}:{architecture}", RecordView.RPM, version=version, publisher=publisher)
