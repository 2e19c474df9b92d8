"""The queue of downloads: what each request changes, what a restart finds, and the order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.domain.core.errors import ErrorCode
from companion.domain.core.words.error_words import failure
from companion.domain.transfers.models import TransferState
from companion.domain.transfers.queue import (
    DISCARDING,
    STOPPING,
    DownloadFailure,
    DownloadKey,
    Outcome,
    Phase,
    QueueEntry,
    Request,
    after_restart,
    entries_to_keep,
    moved,
    next_queued,
    phase_after_request,
    phase_of,
    state_after_work,
    with_state,
)

REQUESTS = st.lists(st.sampled_from(Request))
AT_REST = (Phase.QUEUED, Phase.PAUSED, Phase.FAILED, Phase.DONE)
SAME = "-"


def key(name: str) -> DownloadKey:
    return DownloadKey(order_number="1", artifact_id=name)


def entry(name: str, state: TransferState = TransferState.QUEUED) -> QueueEntry:
    return QueueEntry(key=key(name), name=name, folder="/", state=state)


def names(entries: tuple[QueueEntry, ...]) -> str:
    return "".join(each.name for each in entries)


@pytest.mark.parametrize(
    ("phase", "add", "pause", "resume", "retry"),
    [
        ("queued", SAME, "paused", SAME, SAME),
        ("paused", "queued", SAME, "queued", "queued"),
        ("failed", "queued", SAME, "queued", "queued"),
        ("done", SAME, SAME, SAME, "queued"),
        ("running", SAME, "pausing", SAME, SAME),
        ("pausing", "requeueing", SAME, "requeueing", "requeueing"),
        ("requeueing", SAME, "pausing", SAME, SAME),
        ("cancelling", "replacing", SAME, SAME, SAME),
        ("replacing", SAME, "resetting", SAME, SAME),
        ("resetting", "replacing", SAME, "replacing", "replacing"),
    ],
)
def test_what_each_request_leads_to(phase: str, add: str, pause: str, resume: str, retry: str) -> None:
    asked = {Request.ADD: add, Request.PAUSE: pause, Request.RESUME: resume, Request.RETRY: retry}
    for request, then in asked.items():
        assert phase_after_request(Phase(phase), request) == (phase if then == SAME else then)
    assert phase_after_request(Phase(phase), Request.CANCEL) is Phase.CANCELLING


@pytest.mark.parametrize(
    ("phase", "stopped", "done", "failed"),
    [
        ("running", "queued", "done", "failed"),
        ("pausing", "paused", "done", "failed"),
        ("requeueing", "queued", "done", "failed"),
        ("cancelling", None, None, None),
        ("replacing", "queued", "queued", "queued"),
        ("resetting", "paused", "paused", "paused"),
    ],
)
def test_how_work_ends(phase: str, stopped: str | None, done: str | None, failed: str | None) -> None:
    for outcome, state in zip(Outcome, (stopped, done, failed), strict=True):
        assert state_after_work(Phase(phase), outcome) == state


def test_which_phases_stop_and_which_delete() -> None:
    assert set(DISCARDING) == {"cancelling", "replacing", "resetting"}
    assert set(STOPPING) == {"cancelling", "replacing", "resetting", "pausing", "requeueing"}


@given(before=REQUESTS, after=REQUESTS)
def test_what_was_cancelled_is_deleted_whatever_else_is_asked(before: list[Request], after: list[Request]) -> None:
    phase = Phase.RUNNING
    for request in (*before, Request.CANCEL, *after):
        phase = phase_after_request(phase, request)
    assert phase in DISCARDING
    if Request.ADD not in after:
        assert state_after_work(phase, Outcome.STOPPED) is None


@given(before=REQUESTS, last=st.sampled_from([Request.PAUSE, Request.RESUME]))
def test_the_last_word_counts(before: list[Request], last: Request) -> None:
    phase = Phase.RUNNING
    for request in (*before, last):
        phase = phase_after_request(phase, request)
    wanted = TransferState.PAUSED if last is Request.PAUSE else TransferState.QUEUED
    assert state_after_work(phase, Outcome.STOPPED) in (None, wanted)


def test_a_restart_finds_what_was_asked_last() -> None:
    entries = (*(entry(name) for name in "abcdef"), entry("g", TransferState.FAILED))
    working = {
        key("a"): Phase.RUNNING,
        key("b"): Phase.PAUSING,
        key("c"): Phase.CANCELLING,
        key("d"): Phase.REPLACING,
        key("e"): Phase.RESETTING,
    }
    kept = entries_to_keep(entries, working)
    assert [(each.name, each.state.value) for each in kept] == [
        ("a", "queued"),
        ("b", "paused"),
        ("d", "queued"),
        ("e", "paused"),
        ("f", "queued"),
        ("g", "failed"),
    ]
    assert entries_to_keep(entries, {}) == entries


def test_an_entry_at_rest_keeps_its_state_over_a_restart_and_any_other_is_queued() -> None:
    states = after_restart(tuple(entry(state.value, state) for state in TransferState))
    for each in states:
        assert each.state.value == (each.name if each.name in ("paused", "failed", "done") else "queued")


@pytest.mark.parametrize("phase", AT_REST)
def test_the_phase_of_an_entry_at_rest(phase: Phase) -> None:
    assert phase_of(entry("a", TransferState(phase.value))) is phase


def test_the_next_one_is_the_first_that_is_queued_and_not_at_work() -> None:
    entries = (entry("a", TransferState.PAUSED), entry("b"), entry("c"), entry("d"))
    assert next_queued(entries, frozenset()) == entries[1]
    assert next_queued(entries, frozenset({key("b")})) == entries[2]
    assert next_queued(entries[:1], frozenset()) is None
    assert next_queued((), frozenset()) is None


@pytest.mark.parametrize(
    ("name", "position", "order"),
    [("c", 0, "cabd"), ("a", 2, "bcad"), ("b", 1, "abcd"), ("a", 99, "bcda"), ("d", -5, "dabc"), ("x", 0, "abcd")],
)
def test_an_entry_is_moved_to_a_position(name: str, position: int, order: str) -> None:
    assert names(moved(tuple(entry(each) for each in "abcd"), key(name), position)) == order


def test_only_the_entry_asked_for_gets_another_state() -> None:
    trouble = DownloadFailure.of(failure(ErrorCode.NETWORK))
    entries = with_state((entry("a"), entry("b")), key("b"), TransferState.FAILED, trouble=trouble)
    assert entries[0] == entry("a")
    assert (entries[1].state, entries[1].trouble, entries[1].path) == (TransferState.FAILED, trouble, None)
    (_, done) = with_state(entries, key("b"), TransferState.DONE, path="/b")
    assert (done.state, done.trouble, done.path) == (TransferState.DONE, None, "/b")


def test_the_words_of_an_error_are_kept() -> None:
    error = failure(ErrorCode.BUSY, message="Come back later.")
    assert DownloadFailure.of(error) == DownloadFailure(
        code=ErrorCode.BUSY, title=error.title, message="Come back later.", hint=error.hint
    )
