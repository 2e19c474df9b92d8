"""The rules for installers of any maker."""

from __future__ import annotations

import datetime as dt

import pytest

from companion.domain.core.platform import Platform
from companion.domain.pc.facts import Fact, Facts, Process, Who
from companion.domain.pc.finding import Requirements, Severity
from companion.domain.pc.preflight import findings
from companion.domain.store.profile import BlockerKind, BlockerSeverity, Stage
from companion.services.app.resources import resource
from companion.services.pc.general_rules import general_rules

NOW = dt.datetime(2027, 3, 1, 9, 0, tzinfo=dt.UTC)


def test_every_rule_is_read_whole() -> None:
    rules = general_rules().blockers
    assert len(rules) == resource("profiles/general.json").read_text(encoding="utf-8").count('"why"')
    assert len({rule.id for rule in rules}) == len(rules)
    assert {rule.kind for rule in rules} >= {
        BlockerKind.MAIL,
        BlockerKind.OFFICE,
        BlockerKind.BROWSER,
        BlockerKind.DOWNLOAD_ACCELERATOR,
        BlockerKind.INSTALLER,
    }
    for rule in rules:
        assert rule.matches, rule.id
        certain = rule.kind is BlockerKind.INSTALLER
        assert rule.severity is (BlockerSeverity.BLOCKS if certain else BlockerSeverity.WARNS), rule.id
        assert certain or rule.force_risk, rule.id


@pytest.mark.parametrize(
    ("name", "path", "arguments", "severity"),
    [
        ("OUTLOOK.EXE", r"C:\Program Files\Microsoft Office\OUTLOOK.EXE", (), Severity.WARNS),
        ("msiexec.exe", r"C:\Windows\System32\msiexec.exe", ("msiexec", "/i", "a.msi"), Severity.BLOCKS),
        ("msiexec.exe", r"C:\Windows\System32\msiexec.exe", ("msiexec", "/V"), None),
    ],
)
def test_which_programs_of_windows_matter(
    name: str, path: str, arguments: tuple[str, ...], severity: Severity | None
) -> None:
    process = Process(pid=50, name=name, path=path, arguments=arguments, parent=1, session=1, owner="PC\\ann")
    facts = Facts(
        taken_at=NOW,
        who=Fact.known(Who(pid=9, session=1, user="PC\\ann", elevated=False, may_elevate=True)),
        processes=Fact.known((process,)),
    )
    needed = Requirements(profile=general_rules(), platform=Platform.WINDOWS)
    found = findings(facts, needed, Stage.INSTALL, NOW, dt.UTC)
    assert [row.severity for row in found if row.rule_id] == ([severity] if severity else [])
