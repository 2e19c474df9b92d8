"""When a process is surely the program that a rule means, and when it only has the name."""

from __future__ import annotations

import pytest

from companion.domain.core.platform import Platform
from companion.domain.pc.closing import may_close
from companion.domain.pc.finding import RemedyKind, Requirements, Severity
from companion.domain.pc.preflight import can_continue, findings
from companion.domain.pc.process_matching import Doubt, Running, running
from companion.domain.store.profile import Stage
from tests.kits.pc import NOW, OWN, WHO, ZONE, facts, process, rule

MAIL = {
    Platform.LINUX: rule("mail", "Mozilla Thunderbird", "thunderbird", platform=Platform.LINUX),
    Platform.WINDOWS: rule("mail", "Mozilla Thunderbird", "thunderbird.exe", platform=Platform.WINDOWS),
    Platform.MACOS: rule("mail", "Mozilla Thunderbird", "thunderbird", platform=Platform.MACOS),
}


def found(platform: Platform, *processes: object, rules: object = None) -> tuple[Running, ...]:
    wanted = rules or (MAIL[platform],)
    return running((*processes, OWN), wanted, Stage.INSTALL, platform, WHO)  # type: ignore[arg-type]


LINUX = {
    "a package": ("thunderbird", "/usr/lib/thunderbird/thunderbird", None),
    "a vendor's folder": ("thunderbird", "/opt/thunderbird/thunderbird", None),
    "a snap": ("thunderbird", "/snap/thunderbird/500/usr/lib/thunderbird/thunderbird", None),
    "a flatpak": ("thunderbird", "/app/lib/thunderbird/thunderbird", None),
    "another name of its own": ("GeckoMain", "/usr/lib/thunderbird/thunderbird", None),
    "a shell script": ("thunderbird", "/usr/bin/dash", Doubt.INTERPRETER),
    "a Python script": ("thunderbird", "/usr/bin/python3.11", Doubt.INTERPRETER),
    "a Perl script": ("thunderbird", "/usr/bin/perl", Doubt.INTERPRETER),
    "a program of node": ("thunderbird", "/usr/local/bin/node", Doubt.INTERPRETER),
    "a program under Wine": ("thunderbird", "/usr/lib/wine/wine64-preloader", Doubt.INTERPRETER),
    "an applet of busybox": ("thunderbird", "/bin/busybox", Doubt.INTERPRETER),
    "through the loader": ("thunderbird", "/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", Doubt.INTERPRETER),
    "a copy in a home folder": ("thunderbird", "/home/anna/bin/thunderbird", Doubt.ELSEWHERE),
    "an AppImage": ("thunderbird", "/tmp/.mount_ThundeX3a1/usr/bin/thunderbird", Doubt.ELSEWHERE),
    "a chroot": ("thunderbird", "/srv/jail/usr/bin/thunderbird", Doubt.ELSEWHERE),
    "a file that cannot be read": ("thunderbird", None, Doubt.PATH),
}


@pytest.mark.parametrize(("name", "path", "doubt"), LINUX.values(), ids=LINUX.keys())
def test_on_linux_the_executable_decides(name, path, doubt):
    (program,) = found(Platform.LINUX, process(7, name, path=path))
    assert program.doubt is doubt
    assert may_close(program) is (doubt is None)
    assert may_close(program, agreed={7})


def test_a_program_that_only_calls_itself_so_is_none():
    assert found(Platform.LINUX, process(7, "thunderbird", path="/usr/bin/sleep")) == ()
    assert found(Platform.WINDOWS, process(7, "thunderbird.exe", path=r"C:\x\other.exe")) == ()


WINDOWS = {
    "installed": (r"C:\Program Files\Mozilla Thunderbird\thunderbird.exe", "Thunderbird", "Mozilla Corporation", None),
    "installed, says nothing": (r"D:\Program Files (x86)\Mail\thunderbird.exe", None, None, None),
    "for one person": (
        r"C:\Users\Anna\AppData\Local\Mozilla Thunderbird\thunderbird.exe",
        "Thunderbird",
        "Mozilla Corporation",
        None,
    ),
    "another maker": (r"C:\Program Files\Foo\thunderbird.exe", "Storm Game", "Foo Ltd", Doubt.ELSEWHERE),
    "another maker's viewer": (r"D:\Tools\thunderbird.exe", "Thunderbird mail viewer", "Foo Ltd", Doubt.ELSEWHERE),
    "its own maker's elsewhere": (r"D:\Portable\thunderbird.exe", "Thunderbird", "Mozilla Corporation", None),
    "no maker at all elsewhere": (r"D:\Portable\thunderbird.exe", "Thunderbird", None, None),
    "elsewhere": (r"C:\Games\thunderbird.exe", None, None, Doubt.ELSEWHERE),
    "in a temporary folder": (r"C:\Users\A\AppData\Local\Temp\thunderbird.exe", None, None, Doubt.ELSEWHERE),
}


@pytest.mark.parametrize(("path", "label", "publisher", "doubt"), WINDOWS.values(), ids=WINDOWS.keys())
def test_on_windows_the_file_says_what_it_is(path, label, publisher, doubt):
    (program,) = found(Platform.WINDOWS, process(7, "thunderbird.exe", path=path, label=label, publisher=publisher))
    assert program.doubt is doubt


@pytest.mark.parametrize(
    ("path", "label", "doubt"),
    [
        ("/Applications/Thunderbird.app/Contents/MacOS/thunderbird", "Thunderbird", None),
        ("/Users/anna/Applications/Thunderbird.app/Contents/MacOS/thunderbird", "Thunderbird", None),
        ("/Users/anna/Downloads/thunderbird", None, Doubt.ELSEWHERE),
        ("/Applications/Storm.app/Contents/MacOS/thunderbird", "Storm", Doubt.ELSEWHERE),
    ],
)
def test_on_macos_the_bundle_says_what_it_is(path, label, doubt):
    (program,) = found(Platform.MACOS, process(7, "thunderbird", path=path, label=label))
    assert program.doubt is doubt


def test_what_a_rule_asks_for_beside_the_name_makes_it_certain():
    java = rule("j", "Java Mailer", "java", arguments=("mailer.jar",), platform=Platform.LINUX)
    (program,) = found(
        Platform.LINUX,
        process(7, "java", path="/usr/bin/java", arguments=("java", "-jar", "mailer.jar")),
        rules=(java,),
    )
    assert program.certain
    there = rule("m", "Mail", "mail-x", path_contains=("/home/anna/mail",), platform=Platform.LINUX)
    (program,) = found(Platform.LINUX, process(7, "mail-x", path="/home/anna/mail/mail-x"), rules=(there,))
    assert program.certain
    (script,) = found(
        Platform.LINUX,
        process(7, "mail-x", path="/usr/bin/python3"),
        rules=(rule("m", "Mail", "mail-x", path_contains=("/usr",), platform=Platform.LINUX),),
    )
    assert script.doubt is Doubt.INTERPRETER


def test_certain_and_doubtful_processes_of_one_name_are_two_rows(build):
    real = process(7, "thunderbird", path="/usr/lib/thunderbird/thunderbird")
    script = process(8, "thunderbird", path="/usr/bin/dash")
    needs = Requirements(profile=build.profile(blockers=(MAIL[Platform.LINUX],)), platform=Platform.LINUX)
    rows = {row.id: row for row in findings(facts(real, script), needs, Stage.INSTALL, NOW, ZONE)}
    assert rows["program:mail"].pids == (7,)
    assert not rows["program:mail"].doubtful
    row = rows["program:mail:interpreter"]
    assert (row.pids, row.doubtful, row.severity) == ((8,), True, Severity.UNKNOWN)
    assert row.title == "Mozilla Thunderbird may be running"
    assert "It is a script, run by /usr/bin/dash" in row.explanation
    assert RemedyKind.CLOSE in [remedy.kind for remedy in row.remedies]


def test_nothing_is_said_to_be_closed_while_one_may_be_running(build):
    needs = Requirements(profile=build.profile(blockers=(MAIL[Platform.LINUX],)), platform=Platform.LINUX)
    seen = facts(process(8, "thunderbird", path="/home/anna/thunderbird"))
    rows = findings(seen, needs, Stage.INSTALL, NOW, ZONE)
    assert [row.id for row in rows if row.rule_id or row.id == "programs"] == ["program:mail"]
    assert can_continue(rows)


def test_the_files_own_words_stand_beside_the_stores(build):
    fake = rule("backup", "Dangerous Program", "winword.exe")
    needs = Requirements(profile=build.profile(blockers=(fake,)), platform=Platform.WINDOWS)
    word = process(7, "WINWORD.EXE", label="Microsoft Word", publisher="Microsoft Corporation")
    (row,) = (row for row in findings(facts(word), needs, Stage.INSTALL, NOW, ZONE) if row.rule_id)
    assert row.files == (
        r"“Microsoft Word” by Microsoft Corporation (C:\Program Files\Example\WINWORD.EXE, process 7)",
    )
