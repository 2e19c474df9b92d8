"""Failures as the JSON output shows them."""

from __future__ import annotations

import json

from companion.cli.error_report import ErrorReport
from companion.domain.core.errors import ErrorCode
from companion.domain.core.serialization import encode
from companion.domain.core.words.error_words import WORDS, failure


def test_an_error_is_shown_with_its_code_as_plain_text_and_its_words():
    words = WORDS[ErrorCode.NETWORK]
    assert json.loads(encode(ErrorReport.of(failure(ErrorCode.NETWORK)))) == {
        "code": "network",
        "title": words.title,
        "message": words.message,
        "hint": words.hint,
        "retryable": True,
        "retryAfter": None,
        "orderNumber": None,
    }
