"""What stands in the way of a download or an installation, decided from facts."""

from __future__ import annotations

import datetime as dt

from companion.domain.pc.checks import pc_findings
from companion.domain.pc.facts import Facts
from companion.domain.pc.finding import Finding, Remedy, RemedyKind, Requirements, Severity
from companion.domain.pc.program_checks import program_findings
from companion.domain.store.profile import Stage

__all__ = ["Finding", "Remedy", "RemedyKind", "Requirements", "Severity", "can_continue", "findings"]

_ORDER = {Severity.BLOCKS: 0, Severity.WARNS: 1, Severity.UNKNOWN: 2, Severity.FINE: 3}


def findings(
    facts: Facts, requirements: Requirements, stage: Stage, now: dt.datetime, zone: dt.tzinfo
) -> tuple[Finding, ...]:
    """Every row of the board for `stage`, the gravest first; times are told in the person's `zone`.

    What was not looked at yields no row; what could not be found out yields one that says why.
    """
    rows = (
        *program_findings(facts, requirements, stage, now, zone),
        *pc_findings(facts, requirements, stage),
    )
    return tuple(sorted(rows, key=lambda row: _ORDER[row.severity]))


def can_continue(rows: tuple[Finding, ...]) -> bool:
    """Whether nothing blocks; warnings and what could not be looked at never hold anybody up."""
    return all(row.severity is not Severity.BLOCKS for row in rows)
