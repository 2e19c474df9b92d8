"""Who uses the folder that an installation replaces."""

from __future__ import annotations

import pytest

from companion.domain.core.platform import Platform
from companion.domain.installation.files.identity import InstallerIdentity, Technology
from companion.domain.installation.proof.replaced import with_folder
from companion.domain.installation.proof.system_record import RecordView, SystemRecord, product
from companion.domain.pc.facts import Fact, Process
from companion.domain.pc.finding import Finding, RemedyKind, Requirements, Severity
from companion.domain.pc.preflight import can_continue, findings
from companion.domain.store.profile import Stage
from tests.kits.pc import NOW, RULES, ZONE, facts, process

FOLDER = r"C:\Program Files\Harbour"
OWN = process(60, "harbour.exe", path=rf"{FOLDER}\bin\harbour.exe", label="Harbour Suite")
EDITOR = process(61, "editor.exe", label="Example Editor")


@pytest.fixture
def look(build):
    def rows(fact: Fact[tuple[Process, ...]], *running: Process) -> dict[str, Finding]:
        needs = Requirements(
            profile=build.profile(blockers=RULES),
            platform=Platform.WINDOWS,
            replaced_folder=FOLDER,
            replaced_product="Harbour Suite",
        )
        found = findings(facts(*running, folder_users=fact), needs, Stage.INSTALL, NOW, ZONE)
        assert can_continue(tuple(row for row in found if row.id == "folder"))
        return {row.id: row for row in found}

    return rows


def test_a_program_that_no_list_knows_is_named(look):
    row = look(Fact.known((EDITOR,)))["folder"]
    assert (row.severity, row.title) == (Severity.WARNS, "Example Editor has files of Harbour Suite open")
    assert FOLDER in row.explanation
    assert [(remedy.kind, remedy.title) for remedy in row.remedies] == [(RemedyKind.BY_HAND, "Close Example Editor")]
    assert row.pids == (61,)
    both = look(Fact.known((EDITOR, OWN)))["folder"]
    assert both.title == "Example Editor and Harbour Suite have files of Harbour Suite open"


def test_the_product_itself_is_told_apart(look):
    assert look(Fact.known((OWN,)))["folder"].title == "Harbour Suite itself is running"
    beside = process(62, "x.exe", path=rf"{FOLDER} Plus\x.exe", label="Other")
    assert look(Fact.known((beside,)))["folder"].title == "Other has files of Harbour Suite open"


def test_a_part_of_the_system_is_not_to_be_closed(look):
    shell = process(63, "explorer.exe", path=r"C:\Windows\explorer.exe", label="Windows Explorer")
    alone = look(Fact.known((shell,)))["folder"].remedies[0]
    assert alone.kind is RemedyKind.RESTART
    assert alone.explanation.startswith("Windows Explorer belongs to the system and stays open:")
    host = process(64, "dllhost.exe", path=r"C:\Windows\System32\dllhost.exe", label="COM Surrogate")
    both = look(Fact.known((shell, host)))["folder"].remedies[0]
    assert both.explanation.startswith("COM Surrogate and Windows Explorer belong to the system and stay open:")


def test_a_folder_that_is_not_used_has_no_row_and_nothing_is_told_twice(look):
    assert "folder" not in look(Fact.known(()))
    mail = process(7, "OUTLOOK.EXE")
    assert "folder" not in look(Fact.known((mail,)), mail)
    assert look(Fact.known((mail, EDITOR)), mail)["folder"].pids == (7, 61)


def test_unknown_is_said_to_be_unknown(look):
    row = look(Fact.unknown("the Restart Manager of Windows does not answer"))["folder"]
    assert row.severity is Severity.UNKNOWN
    assert "because the Restart Manager of Windows does not answer" in row.explanation


def test_the_folder_comes_from_the_systems_record(build):
    needs = Requirements(profile=build.profile(), platform=Platform.WINDOWS)
    file = InstallerIdentity(technology=Technology.NSIS, product_name="Harbour Suite", version="5")
    listed = product("Harbour Suite 4", "Harbour", RecordView.MACHINE, version="4", where=FOLDER)
    found = with_folder(needs, file, SystemRecord(products=(listed,)))
    assert (found.replaced_folder, found.replaced_product) == (FOLDER, "Harbour Suite 4")
    assert with_folder(needs, file, SystemRecord()) == needs
    nowhere = product("Harbour Suite", "Harbour", RecordView.MACHINE)
    assert with_folder(needs, file, SystemRecord(products=(nowhere,))) == needs
