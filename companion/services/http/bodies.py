"""Whole bodies of answers, within a limit."""

from __future__ import annotations

import zlib

import requests

from companion.domain.core.errors import ErrorCode
from companion.domain.core.words.error_words import failure

_BLOCK = 64 * 1024
_GZIP, _ZLIB = b"\x1f\x8b", b"\x78"
_ANY_HEAD = 32 + zlib.MAX_WBITS


def read_body(response: requests.Response, most: int) -> bytes:
    """Returns the body of an answer, of at most `most` bytes, also once it is unpacked.

    What a label says of compression is believed only where the bytes show it: labels are often wrong, and no
    compression was asked for. Raises `CompanionError` ``malformed-answer`` for more bytes or a broken compression.
    """
    body = bytearray()
    for block in response.raw.stream(_BLOCK, decode_content=False):
        body += block
        if len(body) > most:
            raise failure(ErrorCode.MALFORMED_ANSWER)
    labelled = "Content-Encoding" in response.headers
    return _unpacked(bytes(body), most) if labelled and body.startswith((_GZIP, _ZLIB)) else bytes(body)


def _unpacked(body: bytes, most: int) -> bytes:
    unpacking = zlib.decompressobj(_ANY_HEAD)
    try:
        plain = unpacking.decompress(body, most)
    except zlib.error:
        raise failure(ErrorCode.MALFORMED_ANSWER) from None
    if not unpacking.eof:
        raise failure(ErrorCode.MALFORMED_ANSWER)
    return plain
