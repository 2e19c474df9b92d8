"""What installers' exit codes mean."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.domain.core.platform import Platform
from companion.domain.installation.exit_codes import explain_exit
from companion.domain.store.profile import ExitCode, ExitMeaning


def test_the_stores_own_table_goes_first(build):
    own = ExitCode(code=1603, meaning=ExitMeaning.BLOCKED, sentence="Ours.", hint="Do this.")
    found = explain_exit(1603, build.profile(exit_codes=(own,)))
    assert (found.sentence, found.hint, found.meaning) == ("Ours.", "Do this.", ExitMeaning.BLOCKED)


@pytest.mark.parametrize(
    ("code", "meaning", "succeeded"),
    [
        (0, ExitMeaning.DONE, True),
        (3010, ExitMeaning.RESTART, True),
        (1641, ExitMeaning.RESTART, True),
        (1602, ExitMeaning.CANCELLED, False),
        (1223, ExitMeaning.CANCELLED, False),
        (1603, ExitMeaning.FAILED, False),
        (1618, ExitMeaning.BLOCKED, False),
        (1638, ExitMeaning.BLOCKED, False),
        (0x80070643, ExitMeaning.FAILED, False),
        (-2147023293, ExitMeaning.FAILED, False),
        (0xC000013A, ExitMeaning.CANCELLED, False),
        (-1073741510, ExitMeaning.CANCELLED, False),
    ],
)
def test_windows_usual_codes_are_known_without_a_profile(code, meaning, succeeded):
    found = explain_exit(code, None)
    assert found.meaning is meaning
    assert found.succeeded is succeeded
    assert "number" not in found.sentence


def test_a_wrapped_code_is_the_same_as_the_plain_one():
    assert explain_exit(0x80070643, None) == explain_exit(1603, None)


def test_until_the_restart_an_old_version_may_run():
    assert "until then an older version may still be running" in explain_exit(3010, None).hint


def test_an_unknown_code_is_admitted_with_its_number():
    assert "exit code 4711, which neither the store nor Windows explains" in explain_exit(4711, None).sentence
    assert "0xDEADBEEF" in explain_exit(0xDEADBEEF, None).sentence


@pytest.mark.parametrize(
    ("code", "platform", "shown"),
    [
        (77, Platform.WINDOWS, "77"),
        (-1, Platform.WINDOWS, "-1"),
        (0xFFFFFFFF, Platform.WINDOWS, "-1"),
        (-300, Platform.WINDOWS, "-300"),
        (0xDEADBEEF - 2**32, Platform.WINDOWS, "0xDEADBEEF"),
        (-1073741510, Platform.WINDOWS, "0xC000013A"),
        (0x80070642, Platform.WINDOWS, "1602"),
        (0x80073CF3, Platform.WINDOWS, "0x80073CF3"),
        (-9, Platform.LINUX, "137"),
        (137, Platform.LINUX, "137"),
    ],
)
def test_a_code_is_shown_as_its_system_shows_it(code, platform, shown):
    """Windows shows negative numbers with their sign and its own in hexadecimal, shells a signal as 128 and more."""
    assert explain_exit(code, None, platform).shown == shown


@pytest.mark.parametrize("written", [-3, 0xFFFFFFFD])
@pytest.mark.parametrize("reported", [-3, 0xFFFFFFFD])
def test_a_stores_negative_code_is_found_however_it_is_written(build, written, reported):
    own = ExitCode(code=written, meaning=ExitMeaning.BLOCKED, sentence="Ours.", hint="Do this.")
    assert explain_exit(reported, build.profile(exit_codes=(own,))).sentence == "Ours."


@pytest.mark.parametrize(
    ("code", "meaning"),
    [(-15, ExitMeaning.CANCELLED), (130, ExitMeaning.CANCELLED), (-9, ExitMeaning.FAILED), (139, ExitMeaning.FAILED)],
)
def test_signals_on_linux(code, meaning):
    assert explain_exit(code, None, Platform.LINUX).meaning is meaning


def test_a_windows_code_means_nothing_on_linux():
    assert "which the store does not explain" in explain_exit(5, None, Platform.LINUX).sentence


@given(st.integers(-(2**31), 2**32 - 1), st.sampled_from(Platform))
@settings(max_examples=100, deadline=None)
def test_every_code_gets_whole_sentences_and_only_zero_like_codes_succeed(code, platform):
    found = explain_exit(code, None, platform)
    assert found.sentence.endswith(".")
    assert found.hint.endswith(".")
    if found.succeeded:
        assert found.code in (0, 1641, 3010, 3011)


@pytest.mark.parametrize(
    ("code", "platform"),
    [(code, Platform.WINDOWS) for code in (1, 2, 5, 112, 740)] + [(126, Platform.LINUX), (127, Platform.MACOS)],
)
def test_a_number_that_kinds_of_installers_use_differently_claims_no_cause(code, platform):
    """Five is "cancelled" of Inno Setup and "access denied" of Windows; which kind this one is, is not known."""
    found = explain_exit(code, None, platform)
    assert found.meaning is ExitMeaning.FAILED
    assert found.sentence.startswith(f"The installer ended with exit code {code}, which the store does not explain.")
    assert "not allow the installer" not in found.sentence


def test_the_stores_table_explains_them(build):
    own = ExitCode(code=5, meaning=ExitMeaning.CANCELLED, sentence="You cancelled it.", hint="Start it again.")
    assert explain_exit(5, build.profile(exit_codes=(own,))).sentence == "You cancelled it."
