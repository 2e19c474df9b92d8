"""What may be opened again after an installation, and what not."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.domain.core.platform import Platform
from companion.domain.installation.relaunch import (
    ClosedProgram,
    RelaunchOutcome,
    RelaunchResult,
    closed_program,
    names_of,
    relaunch_refusal,
    relaunch_sentence,
    runs_again,
    worth_offering,
)
from companion.domain.pc.closing import Relaunch
from companion.domain.pc.facts import Process, Who

NOW = dt.datetime(2026, 3, 12, 8, 12, tzinfo=dt.UTC)
OUTLOOK = r"C:\Program Files\Microsoft Office\OUTLOOK.EXE"
ME = Who(pid=1, session=1, user=r"PC\anna")


def closed(*arguments: str, sha256: str | None = "a" * 64) -> ClosedProgram:
    program = Relaunch(name="Outlook", arguments=(OUTLOOK, *arguments))
    return closed_program(program, NOW, sha256, r"C:\Users\anna")


def test_the_same_file_is_opened_again():
    assert relaunch_refusal(closed("/recycle"), "a" * 64, interrupted=False) is None


@pytest.mark.parametrize(
    ("now", "interrupted", "ending"),
    [
        (None, False, RelaunchOutcome.GONE),
        ("b" * 64, False, RelaunchOutcome.CHANGED),
        ("a" * 64, True, RelaunchOutcome.INTERRUPTED),
    ],
)
def test_another_file_is_not(now, interrupted, ending):
    assert relaunch_refusal(closed(), now, interrupted=interrupted) is ending


def test_a_file_that_could_not_be_read_then_is_not():
    assert relaunch_refusal(closed(sha256=None), "a" * 64, interrupted=False) is RelaunchOutcome.UNKNOWN


@pytest.mark.parametrize(
    "word",
    ["--password=hunter2-canary", "https://store.example/f?signature=canary", "token: canary-canary"],
)
def test_what_must_not_be_written_down_is_left_out_and_not_guessed(word):
    found = closed("/profile", word)
    assert b"canary" not in msgspec.json.encode(found)
    assert found.program.arguments == (OUTLOOK,)
    assert relaunch_refusal(found, "a" * 64, interrupted=False) is RelaunchOutcome.UNKNOWN


def test_the_persons_own_folder_is_no_secret():
    found = closed(r"C:\Users\anna\Documents\letter.docx")
    assert found.complete
    assert found.program.arguments[1] == r"C:\Users\anna\Documents\letter.docx"


@pytest.mark.parametrize(
    ("path", "owner", "session", "platform", "runs"),
    [
        (OUTLOOK, r"PC\anna", 1, Platform.WINDOWS, True),
        (OUTLOOK.lower(), r"PC\anna", 1, Platform.WINDOWS, True),
        (OUTLOOK, r"PC\bert", 2, Platform.WINDOWS, False),
        (OUTLOOK, r"PC\anna", 2, Platform.WINDOWS, False),
        (r"D:\Other\OUTLOOK.EXE", r"PC\anna", 1, Platform.WINDOWS, False),
        (None, r"PC\anna", 1, Platform.WINDOWS, False),
        (OUTLOOK.lower(), r"PC\anna", 1, Platform.LINUX, False),
    ],
)
def test_who_runs_it_already(path, owner, session, platform, runs):
    process = Process(pid=7, name="OUTLOOK.EXE", path=path, owner=owner, session=session)
    assert runs_again(closed(), [process], ME, platform) is runs


@given(st.timedeltas(min_value=dt.timedelta(days=-400), max_value=dt.timedelta(days=400)))
@settings(max_examples=60, deadline=None)
def test_nobody_is_asked_about_what_was_closed_long_ago(ago):
    assert worth_offering(closed(), NOW + ago) is (abs(ago) <= dt.timedelta(days=1))


@pytest.mark.parametrize("ending", list(RelaunchOutcome))
def test_every_ending_has_a_sentence(ending):
    sentence = relaunch_sentence(RelaunchResult(name="Outlook", ending=ending))
    assert sentence.startswith("Outlook ")
    assert sentence.endswith(".")


def test_two_windows_of_one_program_are_named_once():
    assert names_of([closed("a.msg"), closed("b.msg")]) == "Outlook"
