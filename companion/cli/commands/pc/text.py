"""What was found on this PC and what was done to it, in lines for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from companion.domain.core.model import Instant
from companion.domain.core.platform import Platform
from companion.domain.core.text import joined, without_marks
from companion.domain.installation.autostart_holds import Hold, Restored
from companion.domain.installation.recovery import RecoveredInstallation, recovery_message
from companion.domain.pc.finding import Finding, Severity
from companion.domain.pc.network_diagnostics import NetworkReport

_MARKS = {
    Severity.BLOCKS: "Blocks",
    Severity.WARNS: "Warning",
    Severity.UNKNOWN: "Unknown",
    Severity.FINE: "OK",
}


def finding_lines(rows: Sequence[Finding]) -> list[str]:
    """Returns the findings in plain lines."""
    lines = []
    for row in rows:
        lines.append(f"{_MARKS[row.severity]}: {row.title}")
        if row.severity is not Severity.FINE:
            lines.append(f"    {row.explanation}")
            lines += [f"    → {remedy.title}. {remedy.explanation}" for remedy in row.remedies]
    return [without_marks(line) for line in lines]


def hold_lines(held: Sequence[Hold], moment: Callable[[Instant], str]) -> list[str]:
    """Returns what is switched off, and how it is switched on again."""
    if not held:
        return []
    lines = [f"Kept from starting since {moment(hold.since)}: {hold.entry.name}" for hold in held]
    return [*lines, "    → It may start again after the installation. To put it back now: companion put-back"]


def network_lines(report: NetworkReport | None) -> list[str]:
    """Returns the connection to the store in plain lines."""
    if report is None:
        return []
    lines = ["", f"Connection to the store: {report.sentence}"]
    if not report.fine:
        lines.append(f"    → {report.hint}")
    return [*lines, *(f"    {step.sentence}" for step in report.steps)]


def installation_lines(installations: tuple[RecoveredInstallation, ...], platform: Platform) -> list[str]:
    """What was found of installations that earlier runs had begun."""
    lines = []
    for found in installations:
        words = recovery_message(found, platform)
        lines += [f"{words.title}. {words.message}", *([f"    → {words.hint}"] if words.hint else [])]
    return lines


def restored_lines(restored: Restored) -> list[str]:
    """Returns what became of entries that were switched off."""
    lines = []
    if restored.restored:
        lines.append(f"As before, this starts by itself again: {joined(restored.restored)}.")
    if restored.left_changed:
        lines.append(f"Left as it is, because it was changed in the meantime: {joined(restored.left_changed)}.")
    if restored.failed:
        lines.append(f"Not possible yet: {joined(restored.failed)}. Try again, if need be as administrator.")
    return lines
