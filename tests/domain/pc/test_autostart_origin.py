"""Why a program runs although the person did not open it."""

from __future__ import annotations

import datetime as dt

import pytest

from companion.domain.pc.autostart_origin import Origin, origin_of, words
from companion.domain.pc.facts import AutostartEntry, Process
from tests.kits.pc import NOW, entry, process

OUTLOOK = r"C:\Program Files\Example\OUTLOOK.EXE"
LATER = NOW - dt.timedelta(minutes=1)
EARLIER = NOW - dt.timedelta(hours=1)


def origin(entries: list[AutostartEntry], mine: list[Process], others: tuple[Process, ...] = ()) -> Origin:
    return origin_of(mine, entries, {each.pid: each for each in (*mine, *others)})


def names(found: Origin) -> list[str]:
    return [each.name for each in found.entries]


def named(command: str, program: Process | None = None) -> bool:
    """Whether an entry with `command` is named as what starts the program."""
    return names(origin([entry("E", command)], [program or process(7, "OUTLOOK.EXE")])) == ["E"]


@pytest.mark.parametrize(
    ("command", "is_named"),
    [
        (f'"{OUTLOOK}"', True),
        (f'"{OUTLOOK}" /background', True),
        (f"{OUTLOOK} /background", True),
        (OUTLOOK.lower(), True),
        (OUTLOOK.replace("\\", "/"), True),
        (OUTLOOK.removesuffix(".EXE"), True),
        (f'"{OUTLOOK.removesuffix(".EXE")}"', True),
        ("outlook.exe", True),
        ("OUTLOOK", True),
        ("'outlook.exe'", True),
        (r"D:\Elsewhere\outlook.exe", True),
        ("NOTOUTLOOK.EXE", False),
        ("outlook.exe.bak", False),
        ("outlook.com", False),
        ("", False),
        ("   ", False),
        ("other.exe", False),
        # Later words count where they are programs, not options.
        (f'cmd /c start "" "{OUTLOOK}"', True),
        ("cmd /c outlook.exe", True),
        ("cmd /outlook.exe", False),
        ("cmd -outlook.exe", False),
        ("cmd /c /usr/bin/outlook.exe", True),
        (r"cmd \\server\share\outlook.exe", True),
        (r"cmd /x\outlook.exe", True),
        (r"C:\x\cmd /outlook.exe", False),
        (r"C:\x\cmd -outlook.exe", False),
        # The first word is the program, however it is spelled.
        ("/outlook.exe", True),
        ("-outlook.exe", False),
        # A quotation mark without its pair still leaves words.
        ('outlook.exe "half', True),
        ('cmd "half outlook.exe', True),
    ],
)
def test_which_commands_name_a_program(command, is_named):
    assert named(command) is is_named


def test_a_process_without_a_path_is_known_by_its_name():
    program = process(7, "outlook.exe", path=None)
    assert named("outlook.exe", program)
    assert named(f'"{OUTLOOK}"', program)
    assert not named("other.exe", program)


def test_the_path_counts_for_more_than_the_name_the_process_gives_itself():
    program = process(7, "renamed.exe", path=OUTLOOK)
    assert named("outlook.exe", program)
    assert not named("renamed.exe", program)


def test_an_entry_with_the_very_path_goes_before_one_with_the_name():
    exact, loose = entry("Exact", f'"{OUTLOOK}"'), entry("Loose", r"D:\Elsewhere\OUTLOOK.EXE")
    assert names(origin([loose, exact], [process(7, "OUTLOOK.EXE")])) == ["Exact"]
    assert names(origin([loose, entry("Loose too", "outlook")], [process(7, "OUTLOOK.EXE")])) == ["Loose", "Loose too"]


def test_a_later_word_with_the_very_path_is_as_close_as_a_first_one():
    through = entry("Through", f'outlook.exe "{OUTLOOK}"')
    assert names(origin([entry("Name", "outlook.exe"), through], [process(7, "OUTLOOK.EXE")])) == ["Through"]


def test_any_of_several_processes_may_be_named():
    mine = [process(7, "OUTLOOK.EXE"), process(8, "olk.exe")]
    assert names(origin([entry("New", "olk.exe")], mine)) == ["New"]
    assert names(origin([entry("Old", "outlook.exe"), entry("New", f"{mine[1].path}")], mine)) == ["New"]


def test_an_entry_that_is_switched_off_starts_nothing():
    assert origin([entry("Off", f'"{OUTLOOK}"', enabled=False)], [process(7, "OUTLOOK.EXE")]) == Origin()


def test_without_processes_or_entries_there_is_no_origin():
    assert origin([entry("E", "outlook.exe")], []) == Origin()
    assert origin([], [process(7, "OUTLOOK.EXE")]) == Origin()


HELPER = process(50, "MailHelper.exe", started=EARLIER, parent=1)
GHOST = process(7, "OUTLOOK.EXE", parent=50, started=LATER)


def test_the_program_that_started_it_is_named_with_its_own_entries():
    helper = entry("Helper", r"C:\Program Files\Example\MailHelper.exe")
    found = origin([helper, entry("Other", "other.exe")], [GHOST], (HELPER,))
    assert (names(found), found.starter) == (["Helper"], HELPER)


def test_a_starter_without_an_entry_is_named_alone():
    assert origin([entry("Other", "other.exe")], [GHOST], (HELPER,)) == Origin(starter=HELPER)


def test_a_starter_is_found_by_a_later_word_where_no_entry_begins_with_it():
    found = origin([entry("Shell", "cmd /c MailHelper.exe")], [GHOST], (HELPER,))
    assert (names(found), found.starter) == (["Shell"], HELPER)


def test_an_entry_that_begins_with_the_starter_goes_before_one_that_only_mentions_it():
    first, mentions = entry("First", "MailHelper.exe"), entry("Mentions", f'cmd "{HELPER.path}"')
    found = origin([mentions, first], [GHOST], (HELPER,))
    assert names(found) == ["First"]


def test_an_entry_that_names_the_program_itself_goes_before_its_starter():
    found = origin([entry("Helper", "MailHelper.exe"), entry("Mail", "outlook.exe")], [GHOST], (HELPER,))
    assert (names(found), found.starter) == (["Mail"], None)


def test_an_entry_that_names_both_is_the_starters():
    both = entry("Both", r"MailHelper.exe keeps \outlook.exe")
    found = origin([both], [GHOST], (HELPER,))
    assert (names(found), found.starter) == (["Both"], HELPER)


@pytest.mark.parametrize(
    "launcher",
    [
        *("explorer.exe", "svchost.exe", "services.exe", "wininit.exe", "winlogon.exe", "userinit.exe"),
        *("taskhostw.exe", "sihost.exe", "RuntimeBroker.exe", "wineboot.exe", "start.exe", "winedevice.exe"),
        *("systemd", "init", "launchd", "gnome-shell", "plasmashell", "gnome-session-b", "gnome-session-binary"),
        "dbus-daemon",
    ],
)
def test_what_starts_everything_is_no_starter(launcher):
    shell = process(50, launcher, started=EARLIER, parent=60)
    assert origin([], [GHOST], (shell,)).starter is None
    above = process(60, "MailHelper.exe", started=EARLIER - dt.timedelta(hours=1), parent=None)
    assert origin([], [GHOST], (shell, above)).starter == above


def test_a_process_of_the_same_program_is_not_its_starter():
    first = process(8, "OUTLOOK.EXE", parent=50, started=EARLIER + dt.timedelta(minutes=1))
    second = process(9, "OUTLOOK.EXE", parent=8, started=LATER)
    assert origin([], [second, first], (HELPER,)).starter == HELPER
    assert origin([], [first, second]).starter is None


def test_the_starter_may_be_found_through_any_of_the_processes():
    alone = process(6, "OUTLOOK.EXE", parent=None)
    assert origin([], [alone, GHOST], (HELPER,)).starter == HELPER


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ('"C:\\a b\\x.exe" -q', ("C:\\a b\\x.exe", "-q")),
        ("C:\\a b\\x.exe -q", ("C:\\a b\\x.exe", "C:\\a", "b\\x.exe", "-q")),
        ("C:\\a b\\X.EXE", ("C:\\a b\\X.EXE", "C:\\a", "b\\X.EXE")),
        ("C:\\ab\\x.exe", ("C:\\ab\\x.exe",)),
        ("x.exe a.exe b", ("x.exe", "a.exe", "b")),
        (".exe a", (".exe", "a")),
        ("a .exe", ("a", ".exe")),
        ("C:\\a b\\cmd /c x.exe", ("C:\\a", "b\\cmd", "/c", "x.exe")),
        ('C:\\a b\\cmd "c\\x.exe"', ("C:\\a", "b\\cmd", "c\\x.exe")),
        ("/opt/a b/x", ("/opt/a", "b/x")),
        ("/a b", ("/a", "b")),
        ("  x -q  ", ("x", "-q")),
        ("'a b' c", ("a b", "c")),
        ("'a b.exe c.exe'", ("a b.exe c.exe",)),
        ('x "" y', ("x", "y")),
        ('x "half y', ("x", "half", "y")),
        ("", ()),
    ],
)
def test_the_words_of_a_command(command, found):
    assert words(command) == found
