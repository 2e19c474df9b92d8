"""Who issued a certificate: the one thing this app reads of X.509 (RFC 5280 §4.1, DER per X.690)."""

from __future__ import annotations

_SEQUENCE, _OBJECT, _VERSION = 0x30, 0x06, 0xA0
# organizationName and commonName (RFC 5280 appendix A.1).
_ORGANISATION, _COMMON_NAME = bytes((0x55, 4, 10)), bytes((0x55, 4, 3))
_WIDE_TEXT = 0x1E


def issuer_of(certificate: bytes) -> str | None:
    """The issuer's organisation, else its common name; None for what is not a certificate."""
    try:
        _, body, _ = _element(certificate)
        _, fields, _ = _element(body)
        tag, _, rest = _element(fields)
        if tag == _VERSION:
            _, _, rest = _element(rest)
        _, _, rest = _element(rest)
        tag, issuer, _ = _element(rest)
        names = _names(issuer) if tag == _SEQUENCE else {}
    except (IndexError, ValueError):
        return None
    return names.get(_ORGANISATION) or names.get(_COMMON_NAME)


def _names(name: bytes) -> dict[bytes, str]:
    """The attributes of a distinguished name; the first of a kind counts."""
    found: dict[bytes, str] = {}
    while name:
        _, relative, name = _element(name)
        while relative:
            _, attribute, relative = _element(relative)
            tag, kind, rest = _element(attribute)
            text_tag, text, _ = _element(rest)
            if tag == _OBJECT:
                encoding = "utf-16-be" if text_tag == _WIDE_TEXT else "utf-8"
                shown = "".join(letter for letter in text.decode(encoding, "replace") if letter.isprintable())
                found.setdefault(kind, shown[:100])
    return found


def _element(data: bytes) -> tuple[int, bytes, bytes]:
    """Tag, content and what follows of the first element. Raises `ValueError` or `IndexError` for anything cut off."""
    tag, length, start = data[0], data[1], 2
    if length & 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4:
            raise ValueError("a length this app does not read")
        length = int.from_bytes(data[2 : 2 + count], "big")
        start += count
    if len(data) < start + length:
        raise ValueError("cut off")
    return tag, data[start : start + length], data[start + length :]
