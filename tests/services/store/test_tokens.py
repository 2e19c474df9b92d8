"""A token that cannot stand in a header field is the store's fault, and said so."""

from __future__ import annotations

import pytest

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Secret
from companion.services.store.calls.client import StoreClient


@pytest.mark.parametrize(
    "token", ["abc\u202e\u20ac", "abc\r\nX-Evil: 1", "", "a b", "tab\t", "ünicode", "\x00", "\ud800", "a" * 8193]
)
def test_a_token_that_no_header_can_carry_is_the_stores_fault(token):
    client = StoreClient("http://127.0.0.1:9")
    try:
        with pytest.raises(CompanionError) as caught:
            client.order("LF-1", Secret(token))
    finally:
        client.close()
    assert caught.value.code is ErrorCode.MALFORMED_ANSWER
    assert "the store's fault" in caught.value.message
    assert not token or token not in str(caught.value)
