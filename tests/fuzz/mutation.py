"""Mutations of inputs: of their bytes, and of the values in JSON; the same seed gives the same ones."""

from __future__ import annotations

import copy
import json
from random import Random
from typing import Any

LARGEST = 200_000
"""Bytes of an input, so that one try takes milliseconds."""

_VALUES: tuple[object, ...] = (
    None, True, 0, -1, 2**63 - 1, -(2**63), 2**64, 10**40, 1e308, 0.1, "", "x", [], {}, "unknown", "P1D", "P99Y", "P0D",
    "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+23:59", "1970-01-01T00:00:00Z", "2200-12-31T23:59:59-12:00",
    "2027-02-29T00:00:00Z", "https://store.example/x", "\u202egpj.exe", "\x1b]0;x\x07", "a\nb", "\ud800", "A" * 3000,
    "(a?){30}a{30}", "EUR", "+15555550100", "00:00:00", "24:00", "../../x",
)  # fmt: skip
_TOKENS = (
    b"\x00", b"\xff", b"\r\n", b"\n\n", b"\x1b[31m", b"=?utf-8?q?", b"?=", b"=\r\n", b"&#x202e;", b"&amp;", b"<table>",
    b"<tr><td>", b"</td>", b"<!--", b"--", b"Content-Type: ", b"multipart/mixed; boundary=x", b"--x", b"base64",
    b"0001-01-01", b"12.345,67", b"EUR", b"Order number: ", b"Licence key: ", b"ABCD-EFGH-1234-5678", b'"', b"{",
    b"}", b"[", b"]", b"\\u0000", b"\xe2\x80\xae", b"\xef\xbb\xbf", b": ", b"From ", b"https://", b"\x80" * 20,
    b"9" * 40,
)  # fmt: skip


def mutated(data: bytes, others: tuple[bytes, ...], random: Random) -> bytes:
    """Returns a changed input; `others` are inputs that parts can be taken from."""
    for _ in range(random.choice((1, 1, 2, 4, 8))):
        data = (_json_value(data, random) if random.random() < 0.5 else None) or _bytes(data, others, random)
    return data[:LARGEST]


def _bytes(data: bytes, others: tuple[bytes, ...], random: Random) -> bytes:
    at = random.randrange(len(data) + 1)
    end = min(len(data), at + random.choice((1, 2, 8, 64, 1024)))
    way = random.randrange(6)
    if way == 0:
        return data[:at] + data[end:]
    if way == 1:
        return data[:at] + random.choice(_TOKENS) + data[random.choice((at, end)) :]
    if way == 2:
        return data[:end] + data[at:end] * random.choice((1, 2, 16, 256)) + data[end:]
    if way == 3:
        return data[:at] + bytes([random.randrange(256)]) + data[at + 1 :]
    if way == 4 and others:
        other = random.choice(others)
        begin = random.randrange(len(other) + 1)
        return data[:at] + other[begin : begin + random.choice((8, 64, 1024))] + data[end:]
    return data[:at]


def _json_value(data: bytes, random: Random) -> bytes | None:
    """Returns the document with one value replaced, removed or repeated; None for what is not JSON."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return None
    places: list[tuple[Any, Any]] = []
    _collect(document, places)
    if not places:
        return None
    within, name = random.choice(places)
    way = random.randrange(5)
    if way == 0:
        del within[name]
    elif way == 1 and isinstance(within, list):
        within.extend([copy.deepcopy(within[name])] * random.choice((1, 3, 40)))
    elif way == 2:
        other, key = random.choice(places)
        try:
            within[name] = copy.deepcopy(other[key])
        except (KeyError, IndexError):
            return None
    else:
        within[name] = random.choice(_VALUES)
    return json.dumps(document).encode()


def _collect(value: Any, places: list[tuple[Any, Any]]) -> None:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in entries:
        places.append((value, name))
        _collect(part, places)
