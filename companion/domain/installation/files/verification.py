"""How far it is verified that a file is the maker's own: one set of words, wherever it is said."""

from __future__ import annotations

import enum
import re
from collections.abc import Collection

from companion.domain.core.company_names import is_same_company
from companion.domain.core.model import Model
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.installation.files.identity import FileSignature, InstallerIdentity
from companion.domain.purchases.values import host_name


class VerifiedBy(enum.StrEnum):
    """What shows that a file is what it should be, the strongest first."""

    STORE = "store"
    """It has the digest that the store published."""
    SIGNATURE = "signature"
    """Its signature is valid on this PC."""
    MANIFEST = "manifest"
    """It has the digest that a list of the person's, or the person, names."""
    COMPLETE = "complete"
    """It ends where its own headers say, or its transfer did; nothing shows whose it is."""
    NOT_CHECKED = "notChecked"


PROVEN = frozenset({VerifiedBy.STORE, VerifiedBy.SIGNATURE, VerifiedBy.MANIFEST})
"""What shows whose file it is, or that it is the one that was meant."""


class Verification(Model, frozen=True):
    """How far a file is verified.

    `by` names the store, the signer or the list; `of_maker` says whether the signer is the maker that the directory
    names, None where it names none.
    """

    how: VerifiedBy = VerifiedBy.NOT_CHECKED
    by: str | None = None
    of_maker: bool | None = None


_SUM = re.compile(r"\\?([0-9A-Fa-f]{64})[ \t]+[ *]?(.{1,1000})")
_BSD_SUM = re.compile(r"SHA256 ?\((.{1,1000})\) ?= ?([0-9A-Fa-f]{64})")
_MOST_LINES = 100_000


def of_file(found: InstallerIdentity, maker: Collection[str] = ()) -> Verification:
    """Returns how far a file is verified by itself: by its signature, or only by its own headers.

    `maker` are the names that the directory has for the maker of the product.
    """
    if found.signature is FileSignature.VALID:
        return Verification(how=VerifiedBy.SIGNATURE, by=found.signer, of_maker=_is_of_maker(found.signer, maker))
    return Verification(how=VerifiedBy.COMPLETE if found.complete else VerifiedBy.NOT_CHECKED)


def of_transfer(*, verified: bool, store: str | None = None) -> Verification:
    """Returns how far a finished download is verified; `store` is the address of what published its digest."""
    if not verified:
        return Verification(how=VerifiedBy.COMPLETE)
    return Verification(how=VerifiedBy.STORE if store else VerifiedBy.MANIFEST, by=host_name(store) if store else None)


def of_shop_transfer(*, verified: bool) -> Verification:
    """Returns how far the download of a purchase is verified: its digest comes from where it was bought."""
    return Verification(how=VerifiedBy.STORE if verified else VerifiedBy.COMPLETE)


def strongest(*found: Verification) -> Verification:
    """Returns the strongest of several."""
    order = list(VerifiedBy)
    return min(found, key=lambda each: order.index(each.how))


def verification_sentence(verification: Verification) -> str:
    """Returns how far a file is verified, in a sentence."""
    by = verification.by
    if verification.how is VerifiedBy.STORE:
        return f"It is exactly what the store{f' {by}' if by else ''} published."
    if verification.how is VerifiedBy.MANIFEST:
        return f"It is exactly what {by} names." if by else "It is exactly what was promised."
    if verification.how is VerifiedBy.SIGNATURE:
        signed = f"Its signature is valid: {by or 'no name in it'}"
        known = {True: ", the maker of the program", False: ", which is not the maker of the program that is known"}
        return f"{signed}{known.get(verification.of_maker, '') if verification.of_maker is not None else ''}."
    if verification.how is VerifiedBy.COMPLETE:
        return "It is complete, but not checked: nothing shows that it is the maker's own file."
    return "Whether it is complete, and the maker's own file, was not checked."


def digest_in_manifest(text: str, filename: str) -> str | None:
    """Returns the SHA-256 that a list of digests (SHA256SUMS) names for a file; None where it names none, or several.

    A list that holds nothing but one digest is about any file.
    """
    lines = text.lstrip("\ufeff").splitlines()[:_MOST_LINES]
    named = {digest for line in lines for digest, name in [_line_of_manifest(line)] if digest and name == filename}
    alone = [line.strip() for line in lines if line.strip()]
    if not named and len(alone) == 1 and re.fullmatch(r"[0-9A-Fa-f]{64}", alone[0]):
        return alone[0].lower()
    return named.pop() if len(named) == 1 else None


def _line_of_manifest(line: str) -> tuple[str, str]:
    found = _SUM.fullmatch(line.strip())
    if found is not None:
        return found[1].lower(), _last_part(found[2])
    bsd = _BSD_SUM.fullmatch(line.strip())
    return (bsd[2].lower(), _last_part(bsd[1])) if bsd is not None else ("", "")


def _last_part(path: str) -> str:
    return re.split(r"[\\/]", path)[-1]


def _is_of_maker(signer: str | None, maker: Collection[str]) -> bool | None:
    if not signer or not maker:
        return None
    return any(is_same_company(clean_text(signer), name) for name in maker)
