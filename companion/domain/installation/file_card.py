"""What is shown of an installer before it is run: a title, and rows of what speaks for and against it."""

from __future__ import annotations

from companion.domain.core.model import Model
from companion.domain.core.text import size_in_words
from companion.domain.installation.files.belonging import licence_sentence, seats_left
from companion.domain.installation.files.checks import MISFIT, file_findings
from companion.domain.installation.files.identity import FileSignature, InstallerIdentity
from companion.domain.installation.files.space import fits_on_disk, space_sentence, space_words
from companion.domain.installation.files.verification import PROVEN, verification_sentence
from companion.domain.installation.files.words import KINDS
from companion.domain.installation.proof.installation import CheckedFile
from companion.domain.pc.finding import Finding, Severity
from companion.domain.purchases.purchase import Overview


class CardRow(Model, frozen=True):
    """One thing that is known of the file, and how much it matters."""

    severity: Severity
    sentence: str


class FileCard(Model, frozen=True):
    """What is shown of the file; `blocked` says that it is not to be run."""

    title: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    rows: tuple[CardRow, ...]
    blocked: bool


def file_card(file: CheckedFile, purchase: Overview | None = None) -> FileCard:
    """Returns what is shown; `purchase` is what the file belongs to, where that is known."""
    found = file.found
    findings = [row for row in file_findings(found, file.name) if row.severity is Severity.BLOCKS]
    named = " ".join(filter(None, (found.product_name, found.version)))
    kind = KINDS[found.technology]
    facts = (
        ("Publisher", found.publisher or "not stated in the file"),
        ("File", f"{file.name}, {size_in_words(file.size)}"),
        *((("Space needed", words),) if (words := space_words(found)) else ()),
        *((("You bought it", purchase.name),) if purchase else ()),
    )
    return FileCard(
        title=named or file.name,
        subtitle=f"{kind[0].upper()}{kind[1:]}.",
        facts=facts,
        rows=(
            *(CardRow(severity=Severity.BLOCKS, sentence=_reason(row)) for row in findings),
            _verified(file),
            *_traits(file),
            *(() if findings else (_licence(found, purchase),)),
            *(CardRow(severity=Severity.WARNS, sentence=note) for note in found.notes),
        ),
        blocked=bool(findings),
    )


def _reason(row: Finding) -> str:
    """Why it is not to be run; that it is made for another PC is said whole by the explanation."""
    return row.explanation if row.id == MISFIT else f"{row.title}. {row.explanation}"


def _verified(file: CheckedFile) -> CardRow:
    sure = file.verification.how in PROVEN and file.verification.of_maker is not False
    sentence = verification_sentence(file.verification)
    if not sure and file.found.signature is FileSignature.NONE:
        sentence += " It is not signed."
    return CardRow(severity=Severity.FINE if sure else Severity.WARNS, sentence=sentence)


def _licence(found: InstallerIdentity, purchase: Overview | None) -> CardRow:
    left = seats_left(found, purchase) if purchase is not None else None
    severity = {True: Severity.FINE, False: Severity.WARNS, None: Severity.UNKNOWN}[left]
    return CardRow(severity=severity, sentence=licence_sentence(found, purchase))


def _traits(file: CheckedFile) -> tuple[CardRow, ...]:
    found, rows = file.found, []
    if found.fits:
        rows.append(CardRow(severity=Severity.FINE, sentence="It is made for this PC."))
    elif found.fits is None:
        rows.append(CardRow(severity=Severity.UNKNOWN, sentence="Whether it is made for this PC is not known."))
    if fits_on_disk(found) is False:
        words = f"There is not enough free space for it. {space_sentence(found)}"
        rows.append(CardRow(severity=Severity.WARNS, sentence=words))
    if found.needs_administrator:
        words = "It needs administrator rights: your system asks you for permission."
        rows.append(CardRow(severity=Severity.FINE, sentence=words))
    if found.mark_of_the_web:
        rows.append(CardRow(severity=Severity.FINE, sentence="It was downloaded from the internet."))
    return tuple(rows)
