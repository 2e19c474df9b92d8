"""How an installation ended: one value and one text."""

from __future__ import annotations

import pytest

from companion.domain.core.errors import ErrorCode
from companion.domain.installation.ending import InstallationEnding, ending_error, ending_of, ending_text
from companion.domain.installation.exit_codes import Outcome
from companion.domain.installation.models import InstallationResult
from companion.domain.store.profile import ExitMeaning


def result(meaning: ExitMeaning, *, proven: bool = False, missing: tuple[str, ...] = ()) -> InstallationResult:
    outcome = Outcome(code=7, meaning=meaning, sentence="It said so.", hint="Do this.")
    return InstallationResult(exit_code=7, outcome=outcome, proven=proven, seconds=1.0, missing=missing)


ENDINGS = [
    (result(ExitMeaning.DONE, proven=True), InstallationEnding.PROVEN, None),
    (result(ExitMeaning.DONE), InstallationEnding.REPORTED, None),
    (result(ExitMeaning.RESTART), InstallationEnding.RESTART_LEFT, None),
    (result(ExitMeaning.RESTART, proven=True), InstallationEnding.RESTART_LEFT, None),
    (result(ExitMeaning.DONE, missing=("/a", "/b")), InstallationEnding.INCOMPLETE, ErrorCode.NOT_PROVEN),
    (result(ExitMeaning.CANCELLED), InstallationEnding.CANCELLED, ErrorCode.INSTALLER_CANCELLED),
    (result(ExitMeaning.BLOCKED), InstallationEnding.BLOCKED, ErrorCode.INSTALLER_BLOCKED),
    (result(ExitMeaning.FAILED), InstallationEnding.FAILED, ErrorCode.INSTALLER_FAILED),
    (result(ExitMeaning.FAILED, missing=("/a",)), InstallationEnding.FAILED, ErrorCode.INSTALLER_FAILED),
]


@pytest.mark.parametrize(("found", "ending", "code"), ENDINGS)
def test_each_ending(found, ending, code):
    assert ending_of(found) is ending
    error = ending_error(found)
    assert (error.code if error else None) == code
    assert found.succeeded is (code is None)


def test_every_ending_is_among_them():
    assert {ending for _, ending, _ in ENDINGS} == set(InstallationEnding)


@pytest.mark.parametrize("found", [found for found, _, _ in ENDINGS])
def test_the_error_says_what_the_text_says(found):
    error, text = ending_error(found), ending_text(found)
    assert error is None or (error.title, error.message, error.hint) == (text.title, text.message, text.hint)
    assert (text.hint == "") is (ending_of(found) in (InstallationEnding.PROVEN, InstallationEnding.REPORTED))


def test_what_is_missing_is_named():
    text = ending_text(result(ExitMeaning.DONE, missing=("/a", "/b")))
    assert text.message == "The installer reports success, but this is missing: /a and /b."


def test_a_failure_names_the_exit_code_that_support_asks_for():
    text = ending_text(result(ExitMeaning.FAILED))
    assert (text.title, text.message) == ("The installation failed", "It said so.")
    assert text.hint == "Do this. (Exit code 7)"


def test_a_restart_says_what_happens_after_it():
    text = ending_text(result(ExitMeaning.RESTART))
    assert text.title == "A restart completes the installation"
    assert text.hint.startswith("Do this. After you sign in again, Companion starts automatically")
