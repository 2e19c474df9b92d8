"""Closing real programs: gently, by force with consent only, and proven gone."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import shlex
import signal
import threading

import msgspec
import pytest

from companion.domain.core.errors import Cancelled
from companion.domain.pc.closing import ClosingStep, Patience
from companion.domain.pc.facts import WindowState
from companion.domain.store.profile import Stage
from companion.services.app.cancellation import Cancellation
from companion.services.pc.program_closer import ProgramCloser
from companion.services.platforms.linux.processes import LinuxProcesses
from tests.kits.linux import alive, autostart
from tests.kits.processes import ROOT, command
from tests.kits.waiting import until

QUICK = Patience(windows=0.5, question=1, session=0.5, force=5, watch=0)
STUBBORN = 'trap "" TERM; mkfifo "$1.never"; : >"$1"; read _ <"$1.never"'
"""Starts nothing while it waits: what it has just forked would bear its name, also after its end."""


@pytest.fixture
def steps():
    return []


def close(linux, needs, steps, patience=QUICK, **options):
    return ProgramCloser(linux, patience).close(Stage.INSTALL, needs, steps.append, Cancellation(), **options)


def test_a_program_is_closed_and_proven_gone(linux, programs, requirements, steps):
    pid = programs.start("chromium")
    closed = close(linux, requirements(programs.rules("chromium")), steps)
    assert closed.gone == (pid,)
    assert closed.succeeded
    assert not alive(pid)
    assert [step.step for step in steps] == [ClosingStep.ASKING, ClosingStep.ENDING_SESSION, ClosingStep.CLOSED]
    assert steps[-1].sentence == "Chromium is closed."


def test_several_copies_are_all_closed(linux, programs, requirements, steps):
    pids = {programs.start("firefox") for _ in range(3)}
    assert set(close(linux, requirements(programs.rules("firefox")), steps).gone) == pids


def test_only_the_chosen_rules_are_touched(linux, programs, requirements, steps):
    browser, mail = programs.start("firefox"), programs.start("outlook")
    close(linux, requirements(programs.rules("firefox", "outlook")), steps, only=["firefox"])
    assert not alive(browser)
    assert alive(mail)


def test_force_needs_consent_that_names_the_risk(linux, programs, requirements, steps):
    pid = programs.start("outlook", script=STUBBORN)
    needs = requirements(programs.rules("outlook", force_risk="A message being written would be lost."))
    closed = close(linux, needs, steps)
    assert alive(pid)
    assert closed.left == (pid,)
    assert closed.consent_needed == ("Outlook",)
    assert steps[-1].step is ClosingStep.CONSENT_NEEDED
    assert "A message being written would be lost." in steps[-1].sentence

    closed = close(linux, needs, steps, force=True)
    assert closed.succeeded
    assert not alive(pid)
    assert ClosingStep.FORCING in [step.step for step in steps]


def test_a_program_that_comes_back_is_named_with_what_started_it(linux, programs, requirements, steps, home):
    first = programs.start("outlook")
    autostart(home, "MailHelper", f"{programs.folder / 'outlook'} 3600")
    back: list[int] = []

    def on_step(step):
        steps.append(step)
        if step.step is ClosingStep.WATCHING and not back:
            back.append(programs.start("outlook"))

    patience = Patience(windows=0.5, session=2, watch=10)
    closed = ProgramCloser(linux, patience).close(
        Stage.INSTALL, requirements(programs.rules("outlook")), on_step, Cancellation()
    )
    assert closed.gone == (first,)
    assert not closed.succeeded
    assert [came.process.pid for came in closed.came_back] == back
    assert "Outlook started again. It starts when you sign in: entry *MailHelper*." in closed.came_back[0].sentence
    assert [entry.name for entry in closed.came_back[0].entries] == ["MailHelper"]


def test_a_second_program_that_restarts_it_is_named(linux, programs, requirements, steps):
    programs.start("outlook")  # makes the copy
    os.kill(programs.started[0], signal.SIGKILL)
    until(lambda: not alive(programs.started[0]))
    copy = programs.folder / "outlook"
    programs.start("mailkeeper", script=f'while :; do "{copy}" 3600; done')
    until(lambda: programs.running("outlook"))
    closed = close(linux, requirements(programs.rules("outlook")), steps, Patience(windows=0.5, session=2, watch=10))
    assert len(closed.came_back) == 1
    assert "It was started by *mailkeeper*." in closed.came_back[0].sentence


def test_waiting_for_a_program_that_cannot_be_watched_does_not_spin(linux, programs, requirements, steps):
    """The system looks processes up when it is asked for a moment, but never waits."""
    waits: list[float] = []

    class Unwatchable(LinuxProcesses):
        def wait_for_exit(self, pids, seconds):
            waits.append(seconds)
            return super().wait_for_exit(pids, 0)

    pid = programs.start("outlook", script=STUBBORN)
    unwatchable = dataclasses.replace(linux, processes=Unwatchable(os.environ, os.pidfd_open))
    closed = close(unwatchable, requirements(programs.rules("outlook")), steps)
    assert closed.left == (pid,)
    assert 1 <= sum(seconds > 0 for seconds in waits) <= QUICK.session / 0.1 + 1


def test_closing_can_be_cancelled_while_it_waits(linux, programs, requirements):
    pid = programs.start("outlook", script=STUBBORN)
    cancellation = Cancellation()

    def on_step(step):
        if step.step is ClosingStep.ENDING_SESSION:
            threading.Timer(0.1, cancellation.cancel).start()

    with pytest.raises(Cancelled):
        ProgramCloser(linux, Patience(session=60)).close(
            Stage.INSTALL, requirements(programs.rules("outlook")), on_step, cancellation
        )
    assert alive(pid)


def test_nothing_to_close_is_a_success_without_a_wait(linux, programs, requirements, steps):
    closed = close(linux, requirements(programs.rules("outlook")), steps, Patience(watch=60))
    assert closed.succeeded
    assert steps == []


def test_this_process_and_its_parents_survive_a_rule_that_names_them(linux, programs, requirements, tmp_path):
    """A Python under its own name asks for everything of that name to be closed by force, and lives to tell."""
    answer = tmp_path / "answer"
    words = command("close_own_name", str(programs.folder), str(answer))
    parent = programs.start(
        "companionlike", script=f'"$0" -c ":"; cd {shlex.quote(str(ROOT))}; {shlex.join(words)}; exec /bin/sleep 3600'
    )
    until(lambda: answer.exists() and answer.read_text().endswith("."), 20)
    assert answer.read_text() == "gone: none."
    assert alive(parent)


def test_a_script_of_that_name_is_closed_only_when_the_person_agrees(linux, programs, requirements, steps, tmp_path):
    """The shell that runs it is the executable, and not the program that the rule means."""
    # It waits for ever without starting anything: a child that has only begun would look like a second instance.
    never = tmp_path / "never"
    os.mkfifo(never)
    script = programs.script("thunderbird-test", f"#!/bin/sh\nread line < '{never}'\n")
    (rule,) = programs.rules("thunderbird-test")
    match = msgspec.structs.replace(rule.matches[0], path_contains=())
    needs = requirements((msgspec.structs.replace(rule, matches=(match,)),))
    closed = close(linux, needs, steps, force=True)
    assert alive(script)
    assert (closed.gone, closed.left, steps) == ((), (), [])
    assert close(linux, needs, steps, agreed={script + 1}).gone == ()
    assert alive(script)
    assert close(linux, needs, steps, agreed={script}).gone == (script,)


def test_a_copy_in_another_folder_is_no_certain_match(linux, programs, requirements, steps):
    pid = programs.start("evolution-test")
    (rule,) = programs.rules("evolution-test")
    match = msgspec.structs.replace(rule.matches[0], path_contains=())
    close(linux, requirements((msgspec.structs.replace(rule, matches=(match,)),)), steps, force=True)
    assert alive(pid)


def test_a_number_that_went_to_another_program_is_not_touched(linux, programs, requirements, steps):
    """Each look after the first one finds a process that was started later under the same number."""

    class UsedAgain(LinuxProcesses):
        looks = 0

        def describe(self, pids):
            self.looks += 1
            found = super().describe(pids)
            if self.looks == 1:
                return tuple(
                    msgspec.structs.replace(each, started=each.started and each.started - dt.timedelta(seconds=9))
                    for each in found
                )
            return found

    pid = programs.start("outlook")
    used = dataclasses.replace(linux, processes=UsedAgain(os.environ, os.pidfd_open))
    closed = close(used, requirements(programs.rules("outlook")), steps, force=True)
    assert alive(pid)
    assert closed.gone == (pid,), "the program that was meant is gone"


def test_what_may_have_windows_that_cannot_be_asked_needs_consent(linux, programs, requirements, steps):
    class Unseen(LinuxProcesses):
        def describe(self, pids):
            return tuple(msgspec.structs.replace(each, windows=WindowState.UNKNOWN) for each in super().describe(pids))

    pid = programs.start("outlook")
    unseen = dataclasses.replace(linux, processes=Unseen(os.environ, os.pidfd_open))
    closed = close(unseen, requirements(programs.rules("outlook")), steps)
    assert alive(pid)
    assert closed.consent_needed == ("Outlook",)
    assert ClosingStep.ENDING_SESSION not in [step.step for step in steps]
    assert close(unseen, requirements(programs.rules("outlook")), steps, force=True).gone == (pid,)
