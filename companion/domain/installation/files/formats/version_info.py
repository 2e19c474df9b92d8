"""The texts of a program's version resource. Source: "VS_VERSIONINFO structure" (learn.microsoft.com)."""

from __future__ import annotations

from companion.domain.installation.files.formats.regions import number

_FIXED = 0xFEEF04BD
_DEEPEST = 3
_MOST_TEXTS = 64


def version_strings(data: bytes) -> dict[str, str]:
    """Returns the texts by their names; ``FileVersion`` out of the numbers where there is no text of it."""
    found: dict[str, str] = {}
    _walk(data, 0, min(number(data, 0, 2), len(data)), 0, found)
    numbers = data.find(_FIXED.to_bytes(4, "little"), 0, 120)
    if numbers >= 0 and len(data) >= numbers + 16:
        high, low = number(data, numbers + 8, 4), number(data, numbers + 12, 4)
        found.setdefault("FileVersion", f"{high >> 16}.{high & 0xFFFF}.{low >> 16}.{low & 0xFFFF}")
    return found


def _walk(data: bytes, start: int, end: int, depth: int, found: dict[str, str]) -> None:
    """Read one block and what lies in it; the innermost ones are the texts."""
    value_length = number(data, start + 2, 2)
    key, after = _text(data, start + 6, end)
    value = _aligned(after)
    if depth == _DEEPEST:
        if key and len(found) < _MOST_TEXTS:
            found.setdefault(key, _text(data, value, end)[0])
        return
    at = _aligned(value + value_length) if depth == 0 else value
    while at + 6 < end:
        length = number(data, at, 2)
        if length < 6:
            return
        _walk(data, at, min(at + length, end), depth + 1, found)
        at = _aligned(at + length)


def _text(data: bytes, at: int, end: int) -> tuple[str, int]:
    """Returns the text at `at` and the place after its terminator."""
    stop = at
    while stop + 1 < end and data[stop : stop + 2] != b"\0\0":
        stop += 2
    return data[at:stop].decode("utf-16-le", "replace").strip(), stop + 2


def _aligned(at: int) -> int:
    return (at + 3) & ~3
