"""A store's refusal in Companion's own words: known codes, unknown ones, and none at all."""

import pytest

from companion.demo.problems import CODES
from companion.domain.core.errors import ErrorCode
from companion.domain.core.words.error_words import WORDS
from companion.domain.store.problems import KNOWN_CODES, Problem, explain_problem

# Refusals of requests that Companion never sends; their status says enough.
PROTOCOL = {
    "malformed-request",
    "idempotency-key-missing",
    "method-not-allowed",
    "not-acceptable",
    "too-large",
    "unsupported-media-type",
    "range-not-satisfiable",
    "precondition-required",
}


def test_every_refusal_of_the_store_api_has_words_of_its_own():
    assert set(CODES) - PROTOCOL - set(KNOWN_CODES) == set()


@pytest.mark.parametrize("code", KNOWN_CODES)
def test_a_known_code_is_told_in_its_own_words(code):
    error = explain_problem(Problem(status=409, code=code, detail="Something of the store's own."))
    words = WORDS[ErrorCode(code)]
    assert (error.code, error.title, error.message) == (code, words.title, words.message)
    assert "{" not in error.hint


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, ErrorCode.INVALID_REQUEST),
        (401, ErrorCode.SESSION_EXPIRED),
        (403, ErrorCode.STORE_REFUSED),
        (404, ErrorCode.NOT_FOUND),
        (409, ErrorCode.VERSION_CONFLICT),
        (412, ErrorCode.VERSION_CONFLICT),
        (418, ErrorCode.STORE_REFUSED),
        (429, ErrorCode.TOO_MANY_ATTEMPTS),
        (499, ErrorCode.STORE_REFUSED),
        (500, ErrorCode.STORE_ERROR),
        (503, ErrorCode.STORE_ERROR),
    ],
)
def test_without_a_known_code_the_status_decides(status, code):
    assert explain_problem(Problem(status=status)).code is code
    told = explain_problem(Problem(status=status, code="teapot", detail="Short."))
    assert told.code is code
    assert told.message.endswith("It says: “Short.” (The store's code is “teapot”.)")


def test_what_the_store_says_about_trying_again_counts():
    assert explain_problem(Problem(status=500)).retryable
    assert not explain_problem(Problem(status=500, retryable=False)).retryable
    assert explain_problem(Problem(status=409, code="window-closed", retryable=True)).retryable


def test_quoted_text_is_short_and_plain():
    error = explain_problem(Problem(status=418, code="x" * 300, detail="a\x1b[2J\u202eb"))
    assert "“a[2Jb”" in error.message
    assert f"“{'x' * 200}…”" in error.message
