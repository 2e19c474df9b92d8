"""Closing a program: which step comes next, and what may be touched at all."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.domain.core.platform import Platform
from companion.domain.pc.closing import (
    SETTLING,
    ClosingAction,
    ClosingFacts,
    ClosingPhase,
    ClosingState,
    ClosingStep,
    Patience,
    came_back,
    can_relaunch,
    closing_sentence,
    may_close,
    next_step,
    question_in,
    relaunches_of,
    still_the_same,
    watching_sentence,
)
from companion.domain.pc.facts import WindowState
from companion.domain.pc.process_matching import Reach, Running, running
from companion.domain.store.profile import Stage
from tests.kits.pc import OWN, OWN_PID, RULES, WHO, process, rule

PATIENCE = Patience(windows=10, question=300, session=8, force=5)
START = 100.0
ASKED = ClosingState(phase=ClosingPhase.ASKED, since=START)
REPORTED = ClosingState(phase=ClosingPhase.ASKED, since=START, question="Save?")
ENDED = ClosingState(phase=ClosingPhase.SESSION_ENDED, since=START)
FORCED = ClosingState(phase=ClosingPhase.FORCED, since=START)
SERVICE = ClosingState(phase=ClosingPhase.SERVICE_ASKED, since=START)
A = ClosingAction


def after(seconds: float, *, question: str = "", **more: bool):
    facts = {"running": True, "reached": True, "force": False} | more
    return ClosingFacts(now=START + seconds, question=question or None, **facts)


@pytest.mark.parametrize(
    ("state", "facts", "action"),
    [
        # Asked first, whatever else is allowed.
        (ClosingState(), after(0, reached=False), A.ASK_WINDOWS),
        (ClosingState(), after(0, reached=False, force=True), A.ASK_WINDOWS),
        (ClosingState(), after(0, reached=False, running=False), A.ASK_WINDOWS),
        # A service is stopped by the system, with consent; never by force, for it would come back.
        (ENDED, after(0, reached=False, service=True), A.REQUEST_CONSENT),
        (ENDED, after(0, reached=False, service=True, force=True), A.STOP_SERVICE),
        (SERVICE, after(7.9, service=True, force=True), A.WAIT),
        (SERVICE, after(8, service=True, force=True), A.GIVE_UP),
        (SERVICE, after(0, reached=False, service=True, force=True), A.GIVE_UP),
        (SERVICE, after(1, running=False, service=True, force=True), A.FINISH),
        # Waited for, as long as patience lasts.
        (ASKED, after(0), A.WAIT),
        (ASKED, after(10), A.WAIT),
        (ASKED, after(10.1), A.END_SESSION),
        (ASKED, after(10.1, force=True), A.END_SESSION),
        (ASKED, after(0.1, running=False), A.FINISH),
        # No window was there to ask: the end of the session is told at once.
        (ASKED, after(0, reached=False), A.END_SESSION),
        (ASKED, after(0, reached=False, force=True), A.END_SESSION),
        # A new title right after the request is a part of closing; later it is a question, reported once.
        (ASKED, after(SETTLING - 0.01, question="Save?"), A.WAIT),
        (ASKED, after(SETTLING + 0.01, question="Save?"), A.REPORT_QUESTION),
        (REPORTED, after(1, question="Save?"), A.WAIT),
        (REPORTED, after(300, question="Save?"), A.WAIT),
        (REPORTED, after(1, running=False), A.FINISH),
        (REPORTED, after(2), A.WAIT),
        (REPORTED, after(10.1), A.END_SESSION),
        # An open question is no consent: nothing is told that would lose the answer.
        (REPORTED, after(300.1, question="Save?"), A.REQUEST_CONSENT),
        (REPORTED, after(300.1, question="Save?", force=True), A.FORCE),
        # Told that the session ends: waited for where the message arrived, and then force only with consent.
        (ENDED, after(0), A.WAIT),
        (ENDED, after(7.9), A.WAIT),
        (ENDED, after(8), A.REQUEST_CONSENT),
        (ENDED, after(8, force=True), A.FORCE),
        (ENDED, after(0, reached=False), A.REQUEST_CONSENT),
        (ENDED, after(0, reached=False, force=True), A.FORCE),
        (ENDED, after(0, running=False), A.FINISH),
        # Force takes a moment, and may fail.
        (FORCED, after(4.9, force=True), A.WAIT),
        (FORCED, after(4.9, running=False), A.FINISH),
        (FORCED, after(5, force=True), A.GIVE_UP),
    ],
)
def test_the_next_step(state, facts, action):
    assert next_step(state, facts, PATIENCE)[0] is action


@pytest.mark.parametrize(
    ("state", "facts", "following"),
    [
        (ClosingState(), after(3), ClosingState(phase=ClosingPhase.ASKED, since=START + 3)),
        (ASKED, after(1), ASKED),
        (ASKED, after(1, question="Save?"), REPORTED),
        (REPORTED, after(2, question="Really?"), REPORTED),
        (ASKED, after(11), ClosingState(phase=ClosingPhase.SESSION_ENDED, since=START + 11)),
        (ENDED, after(1), ENDED),
        (ENDED, after(9, force=True), ClosingState(phase=ClosingPhase.FORCED, since=START + 9)),
        (ENDED, after(9), ENDED),
        (FORCED, after(1), FORCED),
    ],
)
def test_the_state_after_it(state, facts, following):
    assert next_step(state, facts, PATIENCE)[1] == following


@settings(max_examples=300)
@given(
    st.lists(st.tuples(st.floats(0, 400), st.booleans(), st.booleans(), st.sampled_from(["", "Save?"])), max_size=40)
)
def test_without_consent_force_is_never_used_and_it_ends(seen):
    """Whatever a program does in whichever order, only consent leads to an end by force."""
    state, now = ClosingState(), START
    for seconds, is_running, reached, question in seen:
        now += seconds
        facts = ClosingFacts(now=now, running=is_running, reached=reached, question=question or None)
        action, state = next_step(state, facts, PATIENCE)
        assert action is not A.FORCE
        if action in (A.FINISH, A.REQUEST_CONSENT, A.GIVE_UP):
            assert (action is A.FINISH) is not is_running
            return
    for _ in range(10):
        now += 301
        action, state = next_step(state, ClosingFacts(now=now, running=True, reached=True), PATIENCE)
        if action is A.REQUEST_CONSENT:
            return
    pytest.fail("it never ends")


def seen(*processes, who=WHO):
    return running((*processes, OWN), RULES, Stage.INSTALL, Platform.WINDOWS, who)


@pytest.mark.parametrize(
    ("changes", "may"),
    [
        ({}, True),
        ({"owner": r"PC\Bert"}, False),
        ({"session": 2}, False),
        ({"elevated": True}, False),
    ],
)
def test_only_what_is_the_persons_own_may_be_closed(changes, may):
    (program,) = seen(process(7, "OUTLOOK.EXE", **changes))
    assert may_close(program) is may


def test_parts_that_other_programs_use_are_not_closed():
    (program,) = seen(process(7, "msedgewebview2.exe"))
    assert not may_close(program)


def test_the_own_process_tree_is_never_among_what_may_be_closed():
    """A rule that names this very program, its parent and its child finds none of them."""
    tree = (
        process(10, "OUTLOOK.EXE", parent=1),
        process(OWN_PID, "OUTLOOK.EXE", parent=10),
        process(12, "OUTLOOK.EXE", parent=OWN_PID),
    )
    assert running(tree, RULES, Stage.INSTALL, Platform.WINDOWS, WHO) == ()


def test_a_number_that_went_to_another_program_is_not_the_same():
    before = [process(7, "OUTLOOK.EXE"), process(8, "chrome.exe"), process(9, "java.exe", started=None)]
    moment = before[0].started
    assert moment is not None
    later = process(7, "other.exe", started=moment + dt.timedelta(seconds=1))
    assert still_the_same(before, [later, before[1], process(99, "new.exe")]) == {8}
    assert still_the_same(before, before) == {7, 8, 9}


def test_what_comes_back_is_of_a_closed_rule_has_a_new_process_and_is_the_persons_own():
    found = seen(
        process(7, "OUTLOOK.EXE"),
        process(8, "chrome.exe"),
        process(9, "msedge.exe", owner=r"PC\Bert"),
        process(10, "fdm.exe"),
    )
    rules = frozenset({"outlook", "chrome", "edge"})
    assert [program.rule.id for program in came_back(found, rules, frozenset({7}))] == ["chrome"]
    assert came_back(found, frozenset(), frozenset()) == ()
    assert came_back(found, rules, frozenset({7, 8, 9})) == ()


def test_a_question_is_a_title_that_was_not_there():
    assert question_in(["Inbox"], ["Inbox", "Save changes?"]) == "Save changes?"
    assert question_in(["Inbox"], ["Inbox"]) is None
    assert question_in([], []) is None


@pytest.mark.parametrize(
    ("changes", "arguments"),
    [
        ({"windows": WindowState.VISIBLE, "arguments": ("x", "-new", "a.txt")}, ("-new", "a.txt")),
        ({"windows": WindowState.VISIBLE, "arguments": ()}, ()),
        ({"windows": WindowState.HIDDEN}, None),
        ({"windows": WindowState.NONE}, None),
        ({"windows": WindowState.VISIBLE, "arguments": None}, None),
        ({"windows": WindowState.VISIBLE, "path": None}, None),
        ({"windows": WindowState.VISIBLE, "arguments": ("x", "--type=renderer")}, None),
    ],
)
def test_what_is_opened_again(changes, arguments):
    (program,) = seen(process(7, "OUTLOOK.EXE", **changes))
    path = program.processes[0].path
    found = [(each.name, each.arguments) for each in relaunches_of(program)]
    assert found == ([] if arguments is None else [("Outlook", (path, *arguments))])


def test_a_sub_process_is_not_opened_again():
    assert can_relaunch(process(7, "chrome.exe", arguments=("chrome.exe",)))
    assert not can_relaunch(process(7, "chrome.exe", arguments=("chrome.exe", "--type=gpu-process")))
    assert not can_relaunch(process(7, "chrome.exe", arguments=None))
    assert not can_relaunch(process(7, "chrome.exe", path=None))


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        (ClosingStep.ASKING, "Outlook is being asked to close."),
        (ClosingStep.WAITING, "Outlook is closing."),
        (ClosingStep.ASKS, "Outlook is asking: “Save?”. Please answer in its window."),
        (ClosingStep.ENDING_SESSION, "Outlook is being told that the session ends, as when you sign out."),
        (ClosingStep.CONSENT_NEEDED, "Outlook did not close. It can be ended by force: A message would be lost."),
        (ClosingStep.FORCING, "Outlook is being ended by force, as you allowed."),
        (ClosingStep.CLOSED, "Outlook is closed."),
        (ClosingStep.CAME_BACK, "Outlook started again."),
        (ClosingStep.REFUSED, "Outlook could not be ended: It is not allowed."),
    ],
)
def test_each_step_in_words(step, sentence):
    program = Running(
        rule=rule("outlook", "Outlook", "OUTLOOK.EXE", force_risk="A message would be lost."),
        reach=Reach.MINE,
        instances=(),
        processes=(),
    )
    assert closing_sentence(step, program, question="Save?", reason="It is not allowed.") == sentence


def test_the_risk_of_force_is_named_where_the_profile_names_none():
    program = Running(rule=rule("x", "Editor", "x.exe"), reach=Reach.MINE, instances=(), processes=())
    sentence = closing_sentence(ClosingStep.CONSENT_NEEDED, program)
    assert sentence == "Editor did not close. It can be ended by force: Unsaved changes would be lost."


def test_how_long_it_is_watched_is_said():
    assert watching_sentence(30) == (
        "All programs are closed. For 30 seconds, Companion checks whether one starts again."
    )
