"""What blocks a download or an installation, decided from facts."""

from __future__ import annotations

import datetime as dt

from companion.domain.pc.checks.folder import FOLDER
from companion.domain.pc.checks.pc import pc_findings
from companion.domain.pc.checks.programs import program_findings
from companion.domain.pc.checks.system import INSTALLING
from companion.domain.pc.facts import Facts
from companion.domain.pc.finding import Finding, Remedy, RemedyKind, Requirements, Severity
from companion.domain.store.profile import BlockerKind, Stage

__all__ = ["Finding", "Remedy", "RemedyKind", "Requirements", "Severity", "can_continue", "findings"]

_ORDER = {Severity.BLOCKS: 0, Severity.WARNS: 1, Severity.UNKNOWN: 2, Severity.FINE: 3}


def findings(
    facts: Facts, requirements: Requirements, stage: Stage, now: dt.datetime, zone: dt.tzinfo
) -> tuple[Finding, ...]:
    """Returns all findings for `stage`, the most severe first; times are given in the person's `zone`.

    What was not looked at has no finding; what could not be determined has one that says why.
    """
    of_programs = program_findings(facts, requirements, stage, now, zone)
    of_pc = pc_findings(facts, requirements, stage)
    if _names_an_installer(of_programs, requirements):
        of_pc = tuple(row for row in of_pc if row.id != INSTALLING)
    told = {pid for row in of_programs for pid in row.pids}
    of_pc = tuple(row for row in of_pc if row.id != FOLDER or not row.pids or not told.issuperset(row.pids))
    return most_severe_first((*of_programs, *of_pc))


def _names_an_installer(rows: tuple[Finding, ...], requirements: Requirements) -> bool:
    """Returns whether one of `rows` tells of another installation already, by the program that runs it."""
    installers = {rule.id for rule in requirements.profile.blockers if rule.kind is BlockerKind.INSTALLER}
    return any(row.rule_id in installers and row.severity in (Severity.BLOCKS, Severity.WARNS) for row in rows)


def most_severe_first(rows: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Returns the findings in the order in which they are shown."""
    return tuple(sorted(rows, key=lambda row: _ORDER[row.severity]))


def can_continue(rows: tuple[Finding, ...]) -> bool:
    """Returns whether nothing blocks; warnings and unknown results never do."""
    return all(row.severity is not Severity.BLOCKS for row in rows)
