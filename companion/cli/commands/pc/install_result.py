"""What ``companion install`` tells of an installation, of an order's download or of a file."""

from __future__ import annotations

from collections.abc import Iterable

from companion.cli.error_report import ErrorReport
from companion.domain.core.model import Instant, Model
from companion.domain.core.text import joined
from companion.domain.installation.autostart_holds import Hold
from companion.domain.installation.ending import EndingText
from companion.domain.installation.files.identity import Technology
from companion.domain.installation.files.verification import Verification, VerifiedBy
from companion.domain.installation.models import InstallationResult
from companion.domain.installation.proof.outcome import FileOutcome
from companion.domain.installation.proof.system_record import InstalledProduct
from companion.domain.installation.relaunch import ClosedProgram, RelaunchResult
from companion.domain.pc.closing import ClosingResult
from companion.domain.pc.finding import Finding


class InstallResult(Model, frozen=True):
    """``install``: what was found on this PC, how the installer ended; `error` says why it is not installed.

    `closed` and `held_back` are what ``--close`` and ``--hold`` did, `still_held` is what stays paused after this
    command, and `still_closed` names the programs that were closed for the installation and may be opened again.
    `trouble` says why the order is as old as `read_at`; with `seat_later` the store is told of this PC's seat when it
    answers again.

    The rest is about a file of no order: what made it, the product as the system listed it `before` and lists it
    `after`, what came of it, how far the file is verified, the first `cause` in the installer's `log`, and what was
    opened again.
    """

    order_number: str | None
    artifact_id: str | None
    path: str
    findings: tuple[Finding, ...]
    result: InstallationResult | None
    seat_taken: bool
    closed: ClosingResult | None = None
    held_back: tuple[Hold, ...] = ()
    still_held: tuple[Hold, ...] = ()
    still_closed: tuple[str, ...] = ()
    error: ErrorReport | None = None
    technology: Technology | None = None
    before: InstalledProduct | None = None
    after: InstalledProduct | None = None
    outcome: FileOutcome | None = None
    verified: VerifiedBy | None = None
    verification: Verification | None = None
    cause: str | None = None
    log: str | None = None
    reopened: tuple[RelaunchResult, ...] = ()
    seat_later: bool = False
    read_at: Instant | None = None
    trouble: ErrorReport | None = None


def error_lines(error: ErrorReport) -> list[str]:
    """Returns why it is not installed."""
    return [error.title, f"  {error.message}", f"  → {error.hint}"]


def ending_lines(text: EndingText) -> list[str]:
    """Returns how it ended, and what to do next where something is left to do."""
    return [f"{text.title}. {text.message}", *([f"  → {text.hint}"] if text.hint else [])]


def programs_closed(closed: Iterable[ClosedProgram]) -> tuple[str, ...]:
    """Returns the names of the programs that were closed for an installation, each once."""
    return tuple(sorted({each.program.name for each in closed}))


def still_closed_lines(names: tuple[str, ...]) -> list[str]:
    """Returns what was closed for the installation and may be opened again."""
    return [f"Closed for it: {joined(names)}. To open it again: companion put-back"] if names else []
