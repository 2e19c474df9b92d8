"""Which entry of the system's record is the product of a file."""

from __future__ import annotations

import re

from companion.domain.core.company_names import is_same_company
from companion.domain.installation.files.identity import InstallerIdentity, Technology
from companion.domain.installation.proof.system_record import InstalledProduct, RecordView, SystemRecord
from companion.domain.installation.versions import is_same

_ASIDE = re.compile(r"\([^()]*\)")
_WORD = re.compile(r"\w+")
# Words of a name that tell no product apart: "Harbour Suite 4.2 (64-bit) Setup".
_NOT_TELLING = frozenset({"version", "bit", "setup", "installer", "edition", "for", "windows", "the"})
_PACKAGES = {Technology.DEB: RecordView.DPKG, Technology.RPM: RecordView.RPM}


def is_of_file(entry: InstalledProduct, found: InstallerIdentity) -> bool:
    """Returns whether `entry` is the product that the file says it installs.

    Packages have exact names. Other names are compared without versions and the like; where one only begins as the
    other does, the publisher must agree.
    """
    if found.product_name is None:
        return False
    view = _PACKAGES.get(found.technology)
    if view is not None:
        return entry.view is view and entry.key.partition(":")[0].casefold() == found.product_name.casefold()
    mine, theirs = _telling_words(found.product_name), _telling_words(entry.name)
    if not mine or not theirs:
        return entry.name.casefold() == found.product_name.casefold()
    if mine == theirs:
        return True
    shorter = min(len(mine), len(theirs))
    same_maker = bool(found.publisher and entry.publisher) and is_same_company(
        found.publisher or "", entry.publisher or ""
    )
    return same_maker and mine[:shorter] == theirs[:shorter]


def present(record: SystemRecord, found: InstallerIdentity) -> InstalledProduct | None:
    """Returns the entry of the file's product, the one of the same version first; None where there is none."""
    own = [entry for entry in record.products if is_of_file(entry, found)]
    return next((entry for entry in own if is_same(entry.version, found.version)), own[0] if own else None)


def _telling_words(name: str) -> list[str]:
    words = _WORD.findall(_ASIDE.sub(" ", name.casefold()))
    return [word for word in words if word not in _NOT_TELLING and not any(sign.isdigit() for sign in word)]
