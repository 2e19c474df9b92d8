"""When to look for updates, whether to offer one, when it may be put into place, and the words."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.platform import Platform
from companion.domain.updates.decisions import (
    LOOK_EVERY,
    Activity,
    LookMemory,
    Wanted,
    hindrance,
    is_newer,
    next_look,
    wanted,
)
from companion.domain.updates.release import FoundRelease, InstallKind, Release, describing_file, read_release
from companion.domain.updates.words import (
    NO_SOURCE,
    found_sentence,
    how_to_update,
    new_lines,
    rolled_back_sentence,
    source_sentence,
)

NOW = dt.datetime(2026, 11, 26, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
moments = st.integers(0, 10**9).map(lambda seconds: NOW + dt.timedelta(seconds=seconds - 5 * 10**8))
shares = st.floats(0, 1)


def found(version: str = "0.2.0", notes: tuple[str, ...] = ()) -> FoundRelease:
    return FoundRelease(release=Release(version=version, file="a.exe", notes=notes), size=22_000_000, sha256="0" * 64)


@given(looked=st.none() | moments, failed=st.none() | moments, share=shares)
def test_it_looks_about_once_a_day_and_never_right_at_the_start(looked, failed, share):
    following = next_look(LookMemory(looked_at=looked, failed_at=failed), NOW, NOW, share)
    assert NOW + dt.timedelta(minutes=2) <= following <= NOW + LOOK_EVERY + 6 * HOUR


@given(share=shares, hours=st.floats(0, 24))
def test_there_is_a_day_between_two_looks_that_worked(share, hours):
    looked = NOW - dt.timedelta(hours=hours)
    following = next_look(LookMemory(looked_at=looked), NOW - 30 * HOUR, NOW, share)
    assert looked + LOOK_EVERY <= following <= looked + LOOK_EVERY + 6 * HOUR


@given(share=shares)
def test_a_failure_is_tried_again_on_the_same_day(share):
    memory = LookMemory(looked_at=NOW - 30 * HOUR, failed_at=NOW - HOUR)
    assert NOW + 3 * HOUR <= next_look(memory, NOW - 40 * HOUR, NOW, share) <= NOW + 9 * HOUR


def test_different_pcs_come_at_different_times():
    memory = LookMemory(looked_at=NOW)
    assert len({next_look(memory, NOW, NOW, number / 10) for number in range(11)}) == 11


def test_a_look_in_the_future_is_not_believed():
    memory = LookMemory(looked_at=NOW + 400 * 24 * HOUR)
    assert next_look(memory, NOW - HOUR, NOW, 0.0) < NOW


@pytest.mark.parametrize(
    ("facts", "done"),
    [
        ({}, Wanted.FETCH),
        ({"metered": None}, Wanted.FETCH),
        ({"metered": True}, Wanted.TELL),
        ({"low_battery": True}, Wanted.TELL),
        ({"can_update": False}, Wanted.TELL),
    ],
)
def test_nothing_is_fetched_where_it_may_cost(facts, done):
    present = {"metered": False, "low_battery": False, "can_update": True, **facts}
    assert wanted(found(), "0.1.0", **present) is done


@pytest.mark.parametrize("version", ["0.1.0", "0.0.9", "0.1"])
def test_what_is_not_newer_is_not_wanted(version):
    assert wanted(found(version), "0.1.0", metered=False, low_battery=False, can_update=True) is Wanted.NOTHING
    assert wanted(None, "0.1.0", metered=False, low_battery=False, can_update=True) is Wanted.NOTHING
    assert not is_newer(found(version).release, "0.1.0")


def test_versions_are_compared_by_their_numbers():
    assert is_newer(found("0.10.0").release, "0.9.0")


@pytest.mark.parametrize(
    ("activity", "word"),
    [
        (Activity(downloading=True), "download"),
        (Activity(installing=True, downloading=True), "installation"),
        (Activity(asking=True), "question"),
    ],
)
def test_work_that_is_under_way_is_waited_for(activity, word):
    said = hindrance(activity)
    assert said is not None
    assert word in said
    assert hindrance(Activity()) is None


def test_the_words_say_what_to_do():
    assert source_sentence(False, InstallKind.SOURCE).startswith(NO_SOURCE)
    assert "once a day" in source_sentence(True, InstallKind.SETUP)
    assert "git pull" in how_to_update(InstallKind.SOURCE)
    assert "pip" in how_to_update(InstallKind.PACKAGE)
    assert "up to date" in found_sentence(found("0.1.0"), "0.1.0")
    assert found_sentence(found(), "0.1.0").startswith("Version 0.2.0 is there (22")
    assert "no newer" in found_sentence(None, "0.1.0")
    assert "0.1.0 was put back" in rolled_back_sentence("0.2.0", "0.1.0")
    assert all(how_to_update(kind).endswith(".") for kind in InstallKind)


def test_what_is_new_is_cut_with_the_number_that_is_left():
    assert new_lines(found(notes=("a", "b", "c")), most=2) == ("a", "b", "… and 1 more.")
    assert new_lines(found(notes=("a",))) == ("a",)
    assert len(new_lines(found())) == 1


@pytest.mark.parametrize(
    ("machine", "name"),
    [("AMD64", "windows-x86_64.json"), ("ARM64", "windows-arm64.json"), ("", "windows-unknown.json")],
)
def test_each_kind_of_pc_has_a_description_of_its_own(machine, name):
    assert describing_file(Platform.WINDOWS, machine) == name


@pytest.mark.parametrize(
    "content",
    [
        b"", b"[]", b'{"version":"1.2.3"}', b'{"version":"1.2.3","file":"a/../b"}', b'{"version":"1.2.3","file":".."}',
        b'{"version":"1.2.3;rm","file":"a"}', b'{"version":"latest","file":"a"}', b'{"version":"1.2.3","file":"CON/a"}',
    ],
)  # fmt: skip
def test_a_description_without_sense_is_refused(content):
    with pytest.raises(CompanionError) as caught:
        read_release(content)
    assert caught.value.code is ErrorCode.UPDATE_NOT_TRUSTED


def test_what_is_new_is_cleaned_of_signs_that_act():
    told = read_release(b'{"version":"1.2.3","file":"a.exe","notes":["red\\u001b[31m\\u202e"]}')
    assert told.notes == ("red[31m",)
