"""Running programs on PCs as they are: each odd PC seen once is a case here."""

from __future__ import annotations

import datetime as dt

import pytest

from companion.domain.core.platform import Platform
from companion.domain.pc.facts import (
    AutostartKind,
    Fact,
    Facts,
    HeldFile,
    Process,
    Scope,
    StartMoment,
    Who,
    WindowState,
)
from companion.domain.pc.finding import Finding, RemedyKind, Requirements, Severity
from companion.domain.pc.preflight import can_continue, findings
from companion.domain.store.profile import BlockerKind, Stage
from tests.kits.pc import NOW, OWN, OWN_PID, RULES, SHELL, WHO, ZONE, entry, facts, process, rule

MAIL = r'"C:\Program Files\Example\OUTLOOK.EXE" /background'
GHOST = process(7, "OUTLOOK.EXE")


class Board:
    """The rows of one look, easy to ask."""

    def __init__(self, rows: tuple[Finding, ...]) -> None:
        self.rows = rows
        self.by_id = {row.id: row for row in rows}

    def __getitem__(self, identity: str) -> Finding:
        return self.by_id[identity]

    def text(self, identity: str) -> str:
        return self[identity].explanation

    def kinds(self, identity: str) -> list[RemedyKind]:
        return [remedy.kind for remedy in self[identity].remedies]


@pytest.fixture
def board(build):
    def look(seen: Facts, stage: Stage = Stage.INSTALL, platform: Platform = Platform.WINDOWS) -> Board:
        requirements = Requirements(profile=build.profile(blockers=RULES), platform=platform)
        return Board(findings(seen, requirements, stage, NOW, ZONE))

    return look


def test_a_program_without_a_window_is_named_with_its_time_and_its_origin(board):
    seen = board(facts(GHOST, entries=(entry("MailHelper", MAIL),)))
    assert seen["program:outlook"].severity is Severity.BLOCKS
    assert seen.text("program:outlook").startswith(
        "Outlook is running without a window since 08:12. It starts when you sign in: entry *MailHelper*."
    )
    assert seen.kinds("program:outlook") == [RemedyKind.CLOSE_AND_HOLD, RemedyKind.CLOSE]
    two = board(facts(GHOST, entries=(entry("MailHelper", MAIL), entry("MailStarter", MAIL))))
    told = two["program:outlook"].remedies[0].explanation
    assert "*MailHelper* and *MailStarter* are switched off until then and switched on again afterwards." in told
    assert not can_continue(seen.rows)


def test_nothing_running_is_one_calm_row_and_lets_it_continue(board):
    seen = board(facts())
    assert seen["programs"].severity is Severity.FINE
    assert can_continue(seen.rows)


ORIGINS = {
    "run": (entry("MailHelper", MAIL), "It starts when you sign in: entry *MailHelper*."),
    "run for everybody": (
        entry("MailHelper", MAIL, scope=Scope.MACHINE),
        "It starts when you sign in: entry *MailHelper* for all users of this PC.",
    ),
    "run once": (entry("Again", MAIL, kind=AutostartKind.RUN_ONCE), "It starts once at the next sign-in"),
    "policy": (entry("Rule", MAIL, kind=AutostartKind.POLICY), "because of an administrator's policy: entry *Rule*"),
    "startup folder": (
        entry("Mail", MAIL, kind=AutostartKind.STARTUP_FOLDER, location=r"C:\Users\Anna\Startup\Mail.lnk"),
        "It starts when you sign in: *Mail* in the Startup folder.",
    ),
    "service": (
        entry("Mail Service", MAIL, kind=AutostartKind.SERVICE, scope=Scope.MACHINE),
        "It is started by Windows: service *Mail Service*.",
    ),
    "delayed service": (
        entry("Mail Service", MAIL, kind=AutostartKind.SERVICE, moment=StartMoment.DELAYED),
        "It is started by Windows some minutes after the PC has started: service *Mail Service*.",
    ),
    "service with recovery": (
        entry("Mail Service", MAIL, kind=AutostartKind.SERVICE, restarts=True),
        "service *Mail Service*. When it is ended, Windows starts it again.",
    ),
    "task at sign-in": (
        entry("Mail Task", MAIL, kind=AutostartKind.SCHEDULED_TASK, moment=StartMoment.SIGN_IN),
        "It is started by the scheduled task *Mail Task* when you sign in.",
    ),
    "load": (entry("Load", MAIL, kind=AutostartKind.LOAD), "It starts when you sign in: value *Load* of the registry."),
    "shell": (
        entry("Shell", MAIL, kind=AutostartKind.WINLOGON, scope=Scope.MACHINE),
        "It belongs to how Windows signs you in: value *Shell* of the registry for all users of this PC.",
    ),
    "active setup": (entry("Mail", MAIL, kind=AutostartKind.ACTIVE_SETUP), "once for each user by Windows"),
    "app": (entry("Mail", MAIL, kind=AutostartKind.PACKAGED_APP), "startup task of the app *Mail*"),
    "logon script": (entry("in.cmd", MAIL, kind=AutostartKind.LOGON_SCRIPT), "logon script *in.cmd*"),
    "command file": (
        entry(
            "morning",
            r'"C:\Startup\morning.cmd"',
            kind=AutostartKind.STARTUP_FOLDER,
            programs=(MAIL, "taskkill /im chrome.exe"),
        ),
        "It starts when you sign in: *morning* in the Startup folder.",
    ),
    "task": (entry("Mail Task", MAIL, kind=AutostartKind.SCHEDULED_TASK), "by the scheduled task *Mail Task*"),
    "no folder": (entry("Short", "outlook.exe /min"), "entry *Short*"),
    "no ending": (entry("Shorter", r"C:\Programs\OUTLOOK"), "entry *Shorter*"),
    "unquoted blanks": (entry("Loose", r"C:\Program Files\Example\OUTLOOK.EXE /x"), "entry *Loose*"),
    "short name": (entry("Eight", r"C:\PROGRA~1\Example\OUTLOOK.EXE"), "entry *Eight*"),
    "through cmd": (entry("Shell", r'cmd.exe /c start "" "C:\Program Files\Example\OUTLOOK.EXE"'), "entry *Shell*"),
}


@pytest.mark.parametrize(("origin", "sentence"), ORIGINS.values(), ids=ORIGINS.keys())
def test_each_kind_of_origin_is_told_in_words(board, origin, sentence):
    assert sentence in board(facts(GHOST, entries=(origin,))).text("program:outlook")


NO_ORIGINS = {
    "switched off": entry("Off", MAIL, enabled=False),
    "another program": entry("Other", r'"C:\Program Files\Example\other.exe"'),
    "an option of that name": entry("Option", r'"C:\x\other.exe" /OUTLOOK.EXE'),
    "a script that ends it": entry("Quiet", r"C:\x\quiet.cmd", programs=("taskkill /im OUTLOOK.EXE",)),
    "a longer name": entry("Longer", r"C:\x\NOTOUTLOOK.EXE"),
    "empty": entry("Empty", ""),
}


@pytest.mark.parametrize("origin", NO_ORIGINS.values(), ids=NO_ORIGINS.keys())
def test_what_does_not_start_it_is_not_blamed(board, origin):
    seen = board(facts(GHOST, entries=(origin,)))
    assert "*" not in seen.text("program:outlook")
    assert seen.kinds("program:outlook") == [RemedyKind.CLOSE]


def test_the_entry_with_the_very_path_is_blamed_before_one_with_only_the_name(board):
    exact, loose = entry("Exact", MAIL), entry("Loose", r"D:\Elsewhere\OUTLOOK.EXE")
    text = board(facts(GHOST, entries=(loose, exact))).text("program:outlook")
    assert "*Exact*" in text
    assert "*Loose*" not in text


def test_two_entries_are_both_named_and_both_held(board):
    seen = board(facts(GHOST, entries=(entry("One", MAIL), entry("Two", MAIL))))
    assert "*One*" in seen.text("program:outlook")
    assert "*Two*" in seen.text("program:outlook")
    assert [held.name for held in seen["program:outlook"].remedies[0].entries] == ["One", "Two"]


def test_a_program_that_another_one_restarts_names_that_one_and_its_entry(board):
    nurse = process(50, "MailHelper.exe", label="Mail Helper")
    ghost = process(7, "OUTLOOK.EXE", parent=50)
    seen = board(facts(ghost, nurse, entries=(entry("Helper", r"C:\x\MailHelper.exe"),)))
    assert "It was started by *Mail Helper*. That starts when you sign in: entry *Helper*." in seen.text(
        "program:outlook"
    )
    assert [held.name for held in seen["program:outlook"].remedies[0].entries] == ["Helper"]


def test_a_starter_without_a_window_is_kept_away_over_a_restart(board):
    nurse = process(50, "MailHelper.exe", label="Mail Helper")
    ghost = process(7, "OUTLOOK.EXE", parent=50)
    helper = entry("Helper", r"C:\x\MailHelper.exe")
    seen = board(facts(ghost, nurse, entries=(helper,)))
    (away,) = (each for each in seen["program:outlook"].remedies if each.kind is RemedyKind.HOLD_AND_RESTART)
    assert away.title == "Keep “Mail Helper” from starting and restart the PC"
    assert (away.entries, away.pids) == ((helper,), ())
    assert away.explanation == (
        "*Mail Helper* has no window that could be closed, and may start the program again. *Helper* is switched off "
        "until then and switched on again afterwards. After a restart of the PC, neither of them runs."
    )
    shown = process(50, "MailHelper.exe", label="Mail Helper", windows=WindowState.VISIBLE)
    for others in ((ghost, shown), (ghost,)):
        kinds = board(facts(*others, entries=(helper,))).kinds("program:outlook")
        assert RemedyKind.HOLD_AND_RESTART not in kinds


def test_what_does_not_answer_is_said_where_no_origin_is_found(board):
    gap = "the task service of Windows does not answer"
    unknown = board(facts(GHOST, autostart=Fact.known((), gap)))
    assert f"What starts it is not known because {gap}." in unknown.text("program:outlook")
    found = board(facts(GHOST, autostart=Fact.known((entry("MailHelper", MAIL),), gap)))
    assert gap not in found.text("program:outlook")


def test_a_browser_that_stayed_in_the_background_names_the_switch(build):
    browser = rule(
        "chrome", "Chrome", "chrome.exe", kind=BlockerKind.BROWSER, startup_boost="Under System, switch it off."
    )
    needs = Requirements(profile=build.profile(blockers=(browser,)), platform=Platform.WINDOWS)

    def look(windows: WindowState) -> Board:
        seen = facts(process(7, "chrome.exe", windows=windows))
        return Board(findings(seen, needs, Stage.INSTALL, NOW, ZONE))

    stayed = look(WindowState.NONE)
    assert "may have gone on running in the background after its last window" in stayed.text("program:chrome")
    assert stayed.kinds("program:chrome") == [RemedyKind.CLOSE, RemedyKind.SWITCH_OFF_STARTUP_BOOST]
    assert stayed["program:chrome"].remedies[1].title == "Switch off the background mode of Chrome"
    assert look(WindowState.VISIBLE).kinds("program:chrome") == [RemedyKind.CLOSE]


def test_a_service_is_stopped_by_the_system_or_left_to_an_administrator(board):
    keeper = process(7, "OUTLOOK.EXE", service="Mail Keeper", session=0, owner=r"NT AUTHORITY\SYSTEM", elevated=True)
    seen = board(facts(keeper))
    assert "as a service of the system" in seen.text("program:outlook:elevated")
    assert "It is the service *Mail Keeper*, which only an administrator can stop." in seen.text(
        "program:outlook:elevated"
    )
    as_admin = Fact.known(Who(pid=OWN_PID, session=1, user=WHO.user, elevated=True))
    close = board(facts(keeper, who=as_admin))["program:outlook"].remedies[0]
    assert (close.kind, close.explanation) == (
        RemedyKind.CLOSE,
        "It is the service *Mail Keeper*, which the system is asked to stop.",
    )


def test_how_windows_signs_in_is_named_but_never_held(board):
    seen = board(facts(GHOST, entries=(entry("Shell", MAIL, kind=AutostartKind.WINLOGON),)))
    assert seen.kinds("program:outlook") == [RemedyKind.CLOSE]


def test_an_administrators_rule_is_named_but_never_held(board):
    seen = board(facts(GHOST, entries=(entry("Rule", MAIL, kind=AutostartKind.POLICY),)))
    assert seen.kinds("program:outlook") == [RemedyKind.CLOSE]


def test_holding_an_entry_for_everybody_needs_an_administrator(board):
    seen = board(facts(GHOST, entries=(entry("M", MAIL, scope=Scope.MACHINE),)))
    assert seen["program:outlook"].remedies[0].needs_elevation
    as_admin = Fact.known(Who(pid=OWN_PID, session=1, user=WHO.user, elevated=True))
    seen = board(facts(GHOST, entries=(entry("M", MAIL, scope=Scope.MACHINE),), who=as_admin))
    assert not seen["program:outlook"].remedies[0].needs_elevation


def test_unknown_origins_are_said_to_be_unknown(board):
    seen = board(facts(GHOST, autostart=Fact.unknown("it did not answer within 3 seconds")))
    assert "not known because it did not answer within 3 seconds" in seen.text("program:outlook")


def test_a_visible_program_is_called_open(board):
    visible = process(7, "OUTLOOK.EXE", windows=WindowState.VISIBLE, titles=("Inbox",))
    seen = board(facts(visible))
    assert seen["program:outlook"].title == "Outlook is open"
    assert seen.text("program:outlook").startswith("Outlook is open since 08:12.")
    assert any("Inbox" in line for line in seen["program:outlook"].evidence)


def test_a_program_whose_windows_could_not_be_read_is_only_said_to_run(board):
    unknown = process(7, "OUTLOOK.EXE", windows=WindowState.UNKNOWN)
    assert board(facts(unknown)).text("program:outlook").startswith("Outlook is running since 08:12.")


def test_several_copies_are_one_row_that_counts_the_windowless(board):
    first = process(7, "OUTLOOK.EXE", windows=WindowState.VISIBLE)
    second = process(8, "OUTLOOK.EXE", started=NOW.replace(hour=7, minute=1))
    seen = board(facts(first, second))
    assert seen.text("program:outlook").startswith(
        "Outlook is running 2 times, 1 of them without a window, the oldest since 07:01."
    )
    assert set(seen["program:outlook"].pids) == {7, 8}


def test_all_copies_without_a_window(board):
    assert "all of them without a window" in board(facts(GHOST, process(8, "olk.exe"))).text("program:outlook")


def test_a_browser_and_its_children_are_one_program(board):
    first = process(7, "chrome.exe", windows=WindowState.VISIBLE)
    children = [process(pid, "chrome.exe", parent=7, arguments=("chrome.exe", "--type=renderer")) for pid in (8, 9)]
    seen = board(facts(*children, first))
    assert seen.text("program:chrome").startswith("Chrome is open since 08:12.")
    assert set(seen["program:chrome"].remedies[0].pids) == {7, 8, 9}


def test_a_webview_of_another_program_is_not_the_browser(board):
    teams = process(40, "Teams.exe")
    view = process(41, "msedgewebview2.exe", parent=40)
    seen = board(facts(teams, view))
    assert seen["program:edge"].severity is Severity.FINE
    assert "They belong to Teams.exe." in seen.text("program:edge")
    assert can_continue(seen.rows)


def test_helpers_beside_their_browser_are_counted_apart(board):
    seen = board(facts(process(7, "chrome.exe"), process(8, "crashpad_handler.exe", parent=7)))
    assert seen.text("program:chrome").startswith("Chrome is running without a window since 08:12.")
    assert "and 1 helper process" in seen["program:chrome"].evidence


def test_startup_boost_is_explained_and_can_be_switched_off(board):
    boosted = process(7, "msedge.exe", windows=WindowState.HIDDEN, arguments=("msedge.exe", "--no-startup-window"))
    seen = board(facts(boosted))
    assert "(startup boost)" in seen.text("program:edge")
    assert RemedyKind.SWITCH_OFF_STARTUP_BOOST in seen.kinds("program:edge")


def test_another_users_program_is_shown_with_the_way_out_and_never_closed(board):
    other = process(7, "OUTLOOK.EXE", owner=r"PC\Ben", session=2)
    seen = board(facts(other))
    row = seen["program:outlook:otherUser"]
    assert row.severity is Severity.BLOCKS
    assert "another user of this PC (Ben)" in row.explanation
    assert "ask them to sign in and close Outlook, or restart the PC" in row.explanation
    assert seen.kinds(row.id) == [RemedyKind.BY_HAND, RemedyKind.RESTART]
    assert all(not remedy.pids for remedy in row.remedies)


def test_my_own_other_session_is_told_apart_from_another_user(board):
    seen = board(facts(process(7, "OUTLOOK.EXE", session=2)))
    assert "another of your sessions" in seen.text("program:outlook:otherSession")


def test_an_unreadable_owner_in_another_session_is_somebody_else(board):
    seen = board(facts(process(7, "OUTLOOK.EXE", session=2, owner=None, path=None, started=None)))
    assert "Outlook is running without a window for another user of this PC." in seen.text("program:outlook:otherUser")


def test_mine_and_another_users_copies_are_two_rows(board):
    seen = board(facts(GHOST, process(8, "OUTLOOK.EXE", owner=r"PC\Ben")))
    assert seen["program:outlook"].pids == (7,)
    assert seen["program:outlook:otherUser"].pids == (8,)


def test_an_elevated_program_is_left_to_the_person(board):
    seen = board(facts(process(7, "OUTLOOK.EXE", elevated=True)))
    assert "as administrator" in seen.text("program:outlook:elevated")
    assert RemedyKind.CLOSE not in seen.kinds("program:outlook:elevated")


def test_as_administrator_the_app_may_close_it(board):
    who = Fact.known(Who(pid=OWN_PID, session=1, user=WHO.user, elevated=True))
    seen = board(facts(process(7, "OUTLOOK.EXE", elevated=True), who=who))
    assert RemedyKind.CLOSE in seen.kinds("program:outlook")


def test_the_apps_own_tree_is_never_matched(board):
    parent = process(60, "chrome.exe", started=NOW.replace(hour=8))
    me = process(OWN_PID, "companion.exe", parent=60, started=NOW.replace(hour=9, minute=0))
    child = process(61, "msedge.exe", parent=OWN_PID, started=NOW.replace(hour=9, minute=1))
    grandchild = process(62, "msedge.exe", parent=61, started=NOW.replace(hour=9, minute=2))
    seen = board(Facts(taken_at=NOW, who=Fact.known(WHO), processes=Fact.known((parent, me, child, grandchild))))
    assert can_continue(seen.rows)
    assert "programs" in seen.by_id


def test_a_stranger_with_the_number_of_a_dead_parent_is_no_parent(board):
    stranger = process(60, "chrome.exe", started=NOW.replace(hour=9, minute=20))
    me = process(OWN_PID, "companion.exe", parent=60, started=NOW.replace(hour=9, minute=0))
    seen = board(Facts(taken_at=NOW, who=Fact.known(WHO), processes=Fact.known((stranger, me))))
    assert seen["program:chrome"].severity is Severity.BLOCKS


def test_a_sibling_from_the_same_shell_is_not_the_apps_tree(board):
    assert not can_continue(board(facts(process(7, "chrome.exe", parent=SHELL.pid))).rows)


def test_parents_that_point_at_each_other_end_the_look(board):
    one, two = process(7, "chrome.exe", parent=8), process(8, "chrome.exe", parent=7)
    seen = board(facts(one, two))
    assert set(seen["program:chrome"].pids) == {7, 8}


def test_the_name_alone_is_not_enough_where_the_rule_has_a_folder(board):
    elsewhere = process(7, "guard.exe", path=r"C:\Games\guard.exe")
    assert can_continue(board(facts(elsewhere)).rows)
    there = process(7, "GUARD.EXE", path=r"c:\program files\OLD PROTECT\guard.exe")
    assert board(facts(there))["program:vendor"].severity is Severity.BLOCKS


def test_an_unreadable_folder_makes_it_a_maybe_that_does_not_block(board):
    seen = board(facts(process(7, "guard.exe", path=None)))
    assert seen["program:vendor"].severity is Severity.UNKNOWN
    assert "may be another program of the same name" in seen.text("program:vendor")
    assert can_continue(seen.rows)


@pytest.mark.parametrize(("publisher", "blocks"), [("maker ltd", True), ("Somebody Else", False)])
def test_publishers_narrow_a_rule(board, publisher, blocks):
    assert can_continue(board(facts(process(7, "tool.exe", publisher=publisher))).rows) is not blocks


@pytest.mark.parametrize(
    ("arguments", "blocks"),
    [(("javaw.exe", "-jar", r"C:\m\Mailer.jar"), True), (("javaw.exe", "-jar", "x.jar"), False)],
)
def test_arguments_narrow_a_rule(board, arguments, blocks):
    assert can_continue(board(facts(process(7, "javaw.exe", arguments=arguments))).rows) is not blocks


def test_a_renamed_program_is_found_by_its_real_file(board):
    seen = board(facts(process(7, "something", path=r"C:\x\OUTLOOK.EXE")))
    assert "program:outlook" in seen.by_id


def test_a_download_accelerator_only_warns_and_at_both_stages(board):
    running = facts(process(7, "fdm.exe"))
    for stage in Stage:
        seen = board(running, stage)
        assert seen["program:accelerator"].severity is Severity.WARNS
        assert can_continue(seen.rows)


def test_a_rule_for_installing_is_silent_while_downloading(board):
    assert "program:outlook" not in board(facts(GHOST), Stage.DOWNLOAD).by_id


def test_rules_for_another_system_do_not_count(board):
    assert can_continue(board(facts(process(7, "chromium"))).rows)
    assert not can_continue(
        board(facts(process(7, "chromium", path="/usr/bin/chromium")), platform=Platform.LINUX).rows
    )


def test_the_kernels_short_names_are_recognised_on_linux(board):
    cut = process(7, "chromium-browse", path=None)
    assert not can_continue(board(facts(cut), platform=Platform.LINUX).rows)


def test_unreadable_processes_are_one_honest_row(board):
    seen = board(facts(processes=Fact.unknown("the system refused (Access is denied)")))
    assert seen["programs"].severity is Severity.UNKNOWN
    assert "because the system refused (Access is denied)" in seen.text("programs")


def test_what_was_not_looked_at_has_no_row(board):
    assert board(Facts(taken_at=NOW)).rows == ()


@pytest.mark.parametrize(
    ("started", "words"),
    [
        (NOW - dt.timedelta(hours=1, minutes=18), "since 08:12"),
        (NOW - dt.timedelta(hours=10), "since yesterday, 23:30"),
        (NOW - dt.timedelta(days=9), "since 3 March, 09:30"),
        (NOW - dt.timedelta(days=90), "since 12 December 2025, 09:30"),
        (dt.datetime(2026, 3, 12, 7, 12, tzinfo=dt.UTC), "since 08:12"),
    ],
)
def test_times_are_told_in_the_persons_zone(board, started, words):
    assert words in board(facts(process(7, "OUTLOOK.EXE", started=started))).text("program:outlook")


def test_a_program_with_no_known_start_is_told_without_one(board):
    text = board(facts(process(7, "OUTLOOK.EXE", started=None))).text("program:outlook")
    assert text.startswith("Outlook is running without a window.")


def test_a_file_that_somebody_holds_blocks_the_installation(board):
    holder: Process = process(90, "editor.exe")
    held = Fact.known((HeldFile(path=r"C:\Program Files\Protect\core.dll", pids=(90,)),))
    seen = board(facts(holder, held_files=held))
    row = seen[r"file:C:\Program Files\Protect\core.dll"]
    assert row.severity is Severity.BLOCKS
    assert "editor.exe has it open" in row.explanation
    two = Fact.known((HeldFile(path=r"C:\x\core.dll", pids=(90, 91)),))
    row = board(facts(holder, process(91, "viewer.exe"), held_files=two))[r"file:C:\x\core.dll"]
    assert row.title == "editor.exe and viewer.exe use a file that must be replaced"
    assert "editor.exe and viewer.exe have it open. Close them." in row.explanation


def test_the_product_itself_may_hold_its_own_files(board):
    own = process(90, "protect.exe", path=r"C:\Program Files\Protect\protect.exe")
    held = Fact.known((HeldFile(path=r"C:\Program Files\Protect\core.dll", pids=(90,)),))
    assert can_continue(board(facts(own, held_files=held)).rows)


def test_a_file_held_by_a_program_that_has_its_own_row_is_not_told_twice(board):
    held = Fact.known((HeldFile(path=r"C:\x\core.dll", pids=(7,)),))
    seen = board(facts(GHOST, held_files=held))
    assert [row.id for row in seen.rows if row.severity is Severity.BLOCKS] == ["program:outlook"]


def test_the_gravest_rows_come_first(board):
    seen = board(facts(GHOST, process(8, "fdm.exe"), process(9, "guard.exe", path=None)))
    order = [row.severity for row in seen.rows]
    assert order == sorted(order, key=[Severity.BLOCKS, Severity.WARNS, Severity.UNKNOWN, Severity.FINE].index)


def test_the_app_alone_is_never_its_own_blocker(board):
    assert can_continue(board(Facts(taken_at=NOW, who=Fact.known(WHO), processes=Fact.known((OWN,)))).rows)


def test_processes_that_name_each_other_as_parent_are_one_running_program(board):
    """Numbers are used again: the parent that a process names may be its own child."""
    one, two = process(7, "OUTLOOK.EXE", parent=8), process(8, "OUTLOOK.EXE", parent=7)
    assert "Outlook is running without a window since 08:12." in board(facts(one, two)).text("program:outlook")
    itself = process(7, "OUTLOOK.EXE", parent=7)
    assert "Outlook is running without a window since 08:12." in board(facts(itself)).text("program:outlook")
