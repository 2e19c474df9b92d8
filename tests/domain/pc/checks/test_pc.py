"""The PC itself: space, rights, version, restart, protection, power, line and clock."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.domain.core.platform import Platform
from companion.domain.pc.facts import (
    Fact,
    Facts,
    Firewall,
    FirewallProfile,
    Installing,
    Power,
    Purpose,
    SecurityProduct,
    Space,
    System,
    Who,
)
from companion.domain.pc.finding import RemedyKind, Requirements, Severity
from companion.domain.pc.preflight import can_continue, findings
from companion.domain.store.profile import BlockerKind, Stage
from tests.kits.pc import GB, NOW, REQUIREMENTS, WHO, ZONE, facts, process, rule

FINE_SYSTEM = System(
    platform=Platform.WINDOWS, name="Windows 11", version="10.0.22631", architecture="x86_64", memory=8 * 2**30
)


def places(*free: tuple[Purpose, str, int]) -> Fact[tuple[Space, ...]]:
    return Fact.known(
        tuple(Space(purpose=purpose, path=volume, volume=volume, free=count) for purpose, volume, count in free)
    )


@pytest.fixture
def row(build):
    """The one row of a kind that a fact leads to."""

    def look(identity: str, stage: Stage = Stage.INSTALL, size: int = 0, already: int = 0, **known: Any):
        requirements = Requirements(
            profile=build.profile(requirements=REQUIREMENTS),
            platform=Platform.WINDOWS,
            destination=r"D:\Downloads",
            size=size,
            already=already,
        )
        seen = Facts(taken_at=NOW, **known)
        return {row.id: row for row in findings(seen, requirements, stage, NOW, ZONE)}.get(identity)

    return look


def test_what_is_on_the_disk_already_is_counted(row):
    disks = places((Purpose.DOWNLOADS, "d:", 2 * GB))
    assert row("space", Stage.DOWNLOAD, size=4 * GB, space=disks).severity is Severity.BLOCKS
    resumed = row("space", Stage.DOWNLOAD, size=4 * GB, already=3 * GB, space=disks)
    assert resumed.severity is Severity.FINE
    assert "3.0 GB have been downloaded already." in resumed.explanation


def test_a_full_disk_says_how_much_and_where_and_offers_ways_out(row):
    found = row("space", Stage.DOWNLOAD, size=4 * GB, space=places((Purpose.DOWNLOADS, "d:", 1 * GB)))
    assert "3.1 GB more are needed for the download folder: 1.0 GB are free" in found.explanation
    assert [remedy.kind for remedy in found.remedies] == [RemedyKind.FREE_SPACE, RemedyKind.CHOOSE_FOLDER]


def test_purposes_on_one_volume_add_up(row):
    together = places((Purpose.TEMPORARY, "c:", 5 * GB), (Purpose.PROGRAMS, "c:", 5 * GB))
    apart = places((Purpose.TEMPORARY, "c:", 5 * GB), (Purpose.PROGRAMS, "d:", 5 * GB))
    assert row("space", size=4 * GB, space=together).severity is Severity.BLOCKS
    assert row("space", size=4 * GB, space=apart).severity is Severity.FINE


def test_a_full_disk_that_is_not_used_does_not_matter(row):
    disks = places((Purpose.DOWNLOADS, "d:", 9 * GB), (Purpose.PROGRAMS, "c:", 1))
    assert row("space", Stage.DOWNLOAD, size=4 * GB, space=disks).severity is Severity.FINE


@given(
    size=st.integers(0, 10**12),
    already=st.integers(0, 10**12),
    free=st.integers(0, 10**12),
    more=st.integers(0, 10**12),
)
@settings(max_examples=60, deadline=None)
def test_more_space_never_makes_it_worse(build, size, already, free, more):
    requirements = Requirements(profile=build.profile(), platform=Platform.WINDOWS, size=size, already=already)

    def allowed(count: int) -> bool:
        seen = Facts(taken_at=NOW, space=places((Purpose.DOWNLOADS, "d:", count)))
        return can_continue(findings(seen, requirements, Stage.DOWNLOAD, NOW, ZONE))

    assert allowed(free + more) or not allowed(free)


def test_a_folder_that_cannot_be_written_blocks_and_offers_another(row):
    found = row("writable", Stage.DOWNLOAD, writable=Fact.known(False))
    assert found.severity is Severity.BLOCKS
    assert r"Files cannot be saved in D:\Downloads." in found.explanation
    assert found.remedies[0].kind is RemedyKind.CHOOSE_FOLDER
    assert row("writable", Stage.DOWNLOAD, writable=Fact.known(True)).severity is Severity.FINE


SYSTEMS = {
    "fits": ({}, None),
    "exactly the lowest": ({"version": "10.0.17763"}, None),
    "too old": ({"name": "Windows 10", "version": "10.0.10240"}, "needs Windows 10 10.0.17763 or newer"),
    "windows 7": ({"name": "Windows 7", "version": "6.1.7601"}, "or newer; this PC has 6.1.7601"),
    "arm": ({"architecture": "ARM64"}, None),
    "amd64 is x86_64": ({"architecture": "AMD64"}, None),
    "32 bits": ({"architecture": "x86"}, "made for x86_64 or arm64 processors; this PC has x86"),
    "too little memory": ({"memory": 2**30}, "needs 2.1 GB of memory; this PC has 1.1 GB"),
    "2 GB less what the firmware takes": ({"memory": 2 * 2**30 * 95 // 100}, None),
    "memory not known": ({"memory": 0}, None),
}


@pytest.mark.parametrize(("changes", "complaint"), SYSTEMS.values(), ids=SYSTEMS.keys())
def test_systems(row, changes, complaint):
    fields = {name: getattr(FINE_SYSTEM, name) for name in ("platform", "name", "version", "architecture", "memory")}
    found = row("system", system=Fact.known(System(**(fields | changes))))
    assert (found.severity is Severity.BLOCKS) is (complaint is not None)
    assert complaint is None or complaint in found.explanation


def test_a_waiting_restart_warns_with_its_reasons(row):
    found = row("restart", pending_restart=Fact.known(("a Windows update is not finished",)))
    assert found.severity is Severity.WARNS
    assert found.evidence == ("a Windows update is not finished",)
    assert found.remedies[0].kind is RemedyKind.RESTART
    assert row("restart", pending_restart=Fact.known(())).severity is Severity.FINE


def test_a_firewall_that_lets_only_approved_programs_out_is_named(row):
    wall = Firewall(profiles=(FirewallProfile(name="public", enabled=True, blocks_outgoing=True),))
    found = row("firewall", Stage.DOWNLOAD, firewall=Fact.known(wall))
    assert found.severity is Severity.WARNS
    assert "profile public" in found.explanation


@pytest.mark.parametrize(
    "wall",
    [
        Firewall(profiles=(FirewallProfile(name="public", enabled=False, blocks_outgoing=True),)),
        Firewall(profiles=(FirewallProfile(name="public", enabled=True),)),
        Firewall(products=(SecurityProduct(name="Wall", enabled=True),)),
        Firewall(),
    ],
)
def test_other_firewalls_are_fine_until_the_connection_says_otherwise(row, wall):
    assert row("firewall", Stage.DOWNLOAD, firewall=Fact.known(wall)).severity is Severity.FINE


def test_two_antivirus_programs_at_once_warn_before_installing(row):
    two = Fact.known((SecurityProduct(name="One", enabled=True), SecurityProduct(name="Two", enabled=True)))
    assert row("antivirus", antivirus=two).severity is Severity.WARNS
    assert row("antivirus", Stage.DOWNLOAD, antivirus=two).severity is Severity.FINE


def test_a_sleeping_antivirus_beside_an_active_one_is_fine(row):
    products = (SecurityProduct(name="One", enabled=True), SecurityProduct(name="Two", enabled=False, up_to_date=False))
    found = row("antivirus", antivirus=Fact.known(products))
    assert found.severity is Severity.FINE
    assert found.evidence == ("One: on", "Two: off, out of date")


@pytest.mark.parametrize(
    ("offset", "severity", "words"),
    [
        (0.4, Severity.FINE, "agrees"),
        (-299, Severity.FINE, "agrees"),
        (600, Severity.WARNS, "10 minutes ahead"),
        (-7200, Severity.WARNS, "2 hours behind"),
        (-86400 * 365, Severity.BLOCKS, "365 days behind"),
    ],
)
def test_clocks(row, offset, severity, words):
    found = row("clock", clock_offset=Fact.known(float(offset)))
    assert found.severity is severity
    assert words in found.explanation


@pytest.mark.parametrize(
    ("power", "severity"),
    [
        (Power(on_mains=True), Severity.FINE),
        (Power(on_mains=True, percent=3), Severity.FINE),
        (Power(on_mains=False, percent=80), Severity.FINE),
        (Power(on_mains=False, percent=12), Severity.WARNS),
        (Power(on_mains=False, percent=None), Severity.FINE),
    ],
)
def test_power(row, power, severity):
    assert row("power", power=Fact.known(power)).severity is severity


def test_a_metered_connection_warns_with_the_amount_that_is_still_missing(row):
    found = row("metered", Stage.DOWNLOAD, size=4 * GB, already=3 * GB, metered=Fact.known(True))
    assert found.severity is Severity.WARNS
    assert "1.0 GB are still to be downloaded" in found.explanation
    assert row("metered", Stage.DOWNLOAD, metered=Fact.known(False)).severity is Severity.FINE


def test_an_account_that_may_not_install_needs_somebody_who_may(row):
    found = row("elevation", who=Fact.known(Who(pid=1, may_elevate=False)))
    assert found.severity is Severity.WARNS
    assert row("elevation", who=Fact.known(WHO)).severity is Severity.FINE


@pytest.mark.parametrize(
    ("found", "alone", "severity"),
    [
        (Installing(at_work=True), True, Severity.BLOCKS),
        (Installing(at_work=True), False, Severity.WARNS),
        (Installing(cut_off=True), True, Severity.WARNS),
        (Installing(), True, None),
    ],
)
def test_the_systems_installer_at_work(build, found, alone, severity):
    requirements = Requirements(profile=build.profile(), platform=Platform.WINDOWS, alone=alone)
    rows = findings(Facts(taken_at=NOW, installing=Fact.known(found)), requirements, Stage.INSTALL, NOW, ZONE)
    assert [row.severity for row in rows if row.id == "installing"] == ([severity] if severity else [])
    assert can_continue(rows) is (severity is not Severity.BLOCKS)


def test_another_installation_that_is_named_by_its_program_is_told_once(build):
    installer = rule("installer", "Another installation", "msiexec.exe", kind=BlockerKind.INSTALLER)
    requirements = Requirements(profile=build.profile(blockers=(installer,)), platform=Platform.WINDOWS)
    seen = facts(process(7, "msiexec.exe"), installing=Fact.known(Installing(at_work=True)))
    rows = findings(seen, requirements, Stage.INSTALL, NOW, ZONE)
    assert [row.id for row in rows if row.severity is Severity.BLOCKS] == ["program:installer:guarded"]
    unknown = facts(installing=Fact.known(Installing(at_work=True)), processes=Fact.unknown("it hangs"))
    rows = findings(unknown, requirements, Stage.INSTALL, NOW, ZONE)
    assert [row.id for row in rows if row.severity is Severity.BLOCKS] == ["installing"]


PROBES = ("system", "space", "antivirus", "clock_offset", "power", "pending_restart", "installing", "who")


@pytest.mark.parametrize("name", PROBES)
def test_what_could_not_be_found_out_never_blocks_and_says_why(build, name):
    requirements = Requirements(profile=build.profile(), platform=Platform.WINDOWS)
    seen = Facts(taken_at=NOW, **{name: Fact.unknown("it did not answer within 3 seconds")})
    rows = findings(seen, requirements, Stage.INSTALL, NOW, ZONE)
    assert [row.severity for row in rows] == [Severity.UNKNOWN]
    assert "because it did not answer within 3 seconds" in rows[0].explanation
    assert can_continue(rows)
