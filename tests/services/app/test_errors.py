"""What people are told of errors that were not expected."""

from __future__ import annotations

import pytest

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.services.app.errors import as_error


@pytest.mark.parametrize("name", ["libGL.so.1", "libEGL.so.1", "libxcb.so.1", "libstdc++.so.6"])
def test_a_library_that_the_desktop_would_bring_is_named(name: str) -> None:
    found = as_error(ImportError(f"{name}: cannot open shared object file: No such file or directory"))
    assert (found.code, found.kind) == (ErrorCode.NO_DISPLAY, ErrorKind.USAGE)
    assert name in found.message
    assert "apt install" in found.hint


@pytest.mark.parametrize(
    "error",
    [
        ImportError("cannot import name 'x' from 'companion'"),
        ModuleNotFoundError("No module named 'companion.x'"),
        ValueError("libGL.so.1: cannot open shared object file"),
    ],
)
def test_other_errors_are_mistakes_in_the_program(error: Exception) -> None:
    assert as_error(error).code is ErrorCode.BUG


def test_an_expected_error_stays_what_it_is() -> None:
    expected = CompanionError(ErrorCode.CORRUPT, "title", "message", "hint")
    assert as_error(expected) is expected
