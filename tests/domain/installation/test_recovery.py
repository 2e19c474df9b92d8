"""Where an installation stands that was begun by another run of the app, or before a restart."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.domain.core.platform import Platform
from companion.domain.installation.autostart_holds import BY_HAND, Hold, due_for_restoring
from companion.domain.installation.recovery import (
    InstallationRecord,
    RecoveredInstallation,
    RecoveryStatus,
    recovery_message,
    status_of,
)
from companion.domain.pc.facts import AutostartEntry, AutostartKind, Process

NOW = dt.datetime(2026, 3, 12, 8, 12, tzinfo=dt.UTC)
STARTED = NOW - dt.timedelta(minutes=5)
UNDERWAY = InstallationRecord(
    job="lantern", number="LF-1", name="Lantern", since=NOW, boot="one", owner=70, owner_started=STARTED
)
WAITING = msgspec.structs.replace(UNDERWAY, restart=True)
OWNER = Process(pid=70, name="companion", started=STARTED)
STRANGER = Process(pid=70, name="something", started=NOW)


@pytest.mark.parametrize(
    ("underway", "boot", "owner", "standing"),
    [
        (UNDERWAY, "one", OWNER, RecoveryStatus.RUNNING),
        (UNDERWAY, "one", None, RecoveryStatus.CUT_OFF),
        (UNDERWAY, "one", STRANGER, RecoveryStatus.CUT_OFF),
        (UNDERWAY, "two", None, RecoveryStatus.RESTARTED),
        (UNDERWAY, "two", STRANGER, RecoveryStatus.RESTARTED),
        (UNDERWAY, None, OWNER, RecoveryStatus.RUNNING),
        (UNDERWAY, None, None, RecoveryStatus.CUT_OFF),
        (WAITING, "one", OWNER, RecoveryStatus.WAITS),
        (WAITING, "one", None, RecoveryStatus.WAITS),
        (WAITING, "two", None, RecoveryStatus.RESTARTED),
        (WAITING, None, None, RecoveryStatus.RESTARTED),
    ],
)
def test_where_it_stands(underway, boot, owner, standing):
    assert status_of(underway, boot, owner, NOW) is standing


@given(st.timedeltas(min_value=dt.timedelta(days=-60), max_value=dt.timedelta(days=60)))
@settings(max_examples=60, deadline=None)
def test_a_restart_is_not_waited_for_without_end(later):
    wanted = RecoveryStatus.WAITS if abs(later) <= dt.timedelta(days=14) else RecoveryStatus.GIVEN_UP
    assert status_of(WAITING, "one", None, NOW + later) is wanted


@pytest.mark.parametrize("standing", list(RecoveryStatus))
@pytest.mark.parametrize("platform", list(Platform))
@pytest.mark.parametrize(("proven", "missing"), [(True, ()), (False, ()), (False, ("/opt/lantern",))])
def test_all_of_it_can_be_told(standing, platform, proven, missing):
    words = recovery_message(
        RecoveredInstallation(
            number="LF-1", job="lantern", name="Lantern", standing=standing, proven=proven, missing=missing
        ),
        platform,
    )
    assert "Lantern" in words.title + words.message
    assert words.message.endswith(".")
    assert not words.hint or words.hint.endswith(".")
    assert not (words.well and missing)


def test_what_is_missing_after_the_restart_is_named():
    found = RecoveredInstallation(
        number="1", job="a", name="Lantern", standing=RecoveryStatus.RESTARTED, missing=("/opt/lantern",)
    )
    assert "/opt/lantern" in recovery_message(found, Platform.LINUX).message


def test_on_windows_a_shutdown_is_not_taken_for_a_restart():
    waits = RecoveredInstallation(number="1", job="a", name="Lantern", standing=RecoveryStatus.WAITS)
    assert "“Shut down” is not enough" in recovery_message(waits, Platform.WINDOWS).hint
    assert "Shut down" not in recovery_message(waits, Platform.LINUX).hint


@pytest.mark.parametrize(
    ("job", "days", "continuing", "awaiting", "due"),
    [
        ("lantern", 0, (), (), True),
        ("lantern", 0, ("lantern",), (), False),
        ("lantern", 2, ("lantern",), (), True),
        ("lantern", -2, ("lantern",), (), True),
        ("lantern", 5, (), ("lantern",), False),
        ("lantern", 5, ("lantern",), ("lantern",), False),
        (BY_HAND, 0, (BY_HAND,), (), False),
        (BY_HAND, 2, (BY_HAND,), (), True),
        (BY_HAND, 2, (BY_HAND,), ("lantern", BY_HAND), False),
    ],
)
def test_how_long_something_is_held_back(job, days, continuing, awaiting, due):
    entry = AutostartEntry(kind=AutostartKind.RUN, name="MailHelper", command="outlook", location="HKCU")
    hold = Hold(entry=entry, since=NOW - dt.timedelta(days=days), job=job)
    assert due_for_restoring(hold, NOW, continuing, awaiting) is due


def test_a_file_of_no_order_has_no_store_that_could_confirm_it() -> None:
    found = RecoveredInstallation(number="", job="file-1", name="Harbour Suite", standing=RecoveryStatus.RESTARTED)
    message = recovery_message(found, Platform.WINDOWS)
    assert "store" not in message.message
    assert message.well
