"""Host names that are spelled to be taken for another one, and host names as they are shown.

A name is shown in its ASCII form (RFC 5890), in which no letter can stand for another. A label imitates when it mixes
alphabets, or consists of letters alone that look like Latin ones; what languages really mix is left out (Unicode
Technical Standard 39, section 5.2).
"""

from __future__ import annotations

import re
import unicodedata

from companion.domain.core.untrusted.foreign_text import clean_text

_LONGEST_LABEL = 63
_LONGEST_NAME = 253
_PREFIX = "xn--"
_DOTS = re.compile("[.\u3002\uff0e\uff61]")
_TOGETHER = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
)
"""Scripts that one word may have letters of."""
_LOOKS_LATIN = str.maketrans(
    "\u0430\u0441\u0501\u0435\u050d\u04bb\u0456\u0458\u043a\u04cf\u043c\u043e\u0440\u051b\u0455\u0442\u0443\u051d\u0445"
    "\u044c\u0433\u043f\u0475\u0461\u03b1\u03bf\u03bd\u03c1\u03b9\u03ba\u03c4\u03c5\u03b5\u03b7\u03c7\u03b3\u03c9\u03c3"
    "\u0585\u057d\u0570\u0578\u0581\u0566\u0575\u0131\u0251\u0261\u0269\u028b\u1d0f\u029f",
    "acde" "ghijklmopqst" "ywx" "brnvw" "aovpiktuenxywo" "ouhngqj" "iagivol",
)  # fmt: skip
"""Letters of other alphabets, and Latin ones that are hardly used, by what they look like."""


def ascii_host(host: str) -> str:
    """Returns a host name in lower case and in its ASCII form; nothing of what it returns can act on a page."""
    # Composed first: some characters, a one dot leader for example, become the dots between labels.
    composed = unicodedata.normalize("NFKC", host[: 4 * _LONGEST_NAME])
    labels = (_ascii_label(label) for label in _DOTS.split(composed))
    return clean_text(".".join(labels), _LONGEST_NAME)


def ascii_netloc(netloc: str) -> str:
    """Returns the host and the port of an address with the host in its ASCII form."""
    netloc = netloc.removesuffix(":")  # An empty port is the usual one (RFC 3986, 6.2.3).
    if netloc.isascii():
        return netloc.lower()
    host, colon, port = netloc.rpartition(":")
    return f"{ascii_host(host)}:{port}" if colon and port.isdigit() else ascii_host(netloc)


def latin_look(host: str) -> str:
    """Returns what a host name looks like to a hurried reader, in Latin letters as far as they look like any."""
    return ".".join(map(_look, _labels(host)))


def imitation_of(host: str) -> str | None:
    """Returns what a host name is spelled to look like, None for one that imitates nothing."""
    labels = _labels(host)
    if labels[-1:] and not labels[-1].isascii():
        return None if not any(map(_mixes, labels)) else latin_look(host)
    return latin_look(host) if any(_mixes(label) or _is_latin_lookalike(label) for label in labels) else None


def imitation_sentence(host: str) -> str | None:
    """Returns what is wrong with a host name in one sentence that shows its ASCII form, None where nothing is."""
    look = imitation_of(host)
    if look is None:
        return None
    return f"{ascii_host(host)} is spelled with letters of other alphabets, to be taken for {clean_text(look, 80)}."


def _labels(host: str) -> list[str]:
    """The labels in Unicode, in lower case and in composed form."""
    return [_unicode_label(label) for label in _DOTS.split(host[:_LONGEST_NAME].strip(".")) if label]


def _unicode_label(label: str) -> str:
    plain = unicodedata.normalize("NFKC", label).lower()
    if plain.startswith(_PREFIX) and plain.isascii() and len(plain) <= _LONGEST_LABEL:
        try:
            return unicodedata.normalize("NFKC", plain.removeprefix(_PREFIX).encode().decode("punycode")).lower()
        except ValueError:
            return plain
    return plain


def _ascii_label(label: str) -> str:
    plain = clean_text(unicodedata.normalize("NFKC", label).lower(), _LONGEST_NAME)
    if plain.isascii():
        return plain
    try:
        return _PREFIX + plain.encode("punycode").decode("ascii")
    except ValueError:
        return plain.encode("ascii", "replace").decode("ascii")


def _look(label: str) -> str:
    plain = "".join(sign for sign in unicodedata.normalize("NFD", label) if not unicodedata.combining(sign))
    return plain.translate(_LOOKS_LATIN)


def _mixes(label: str) -> bool:
    scripts = {_script(sign) for sign in label if sign.isalpha()}
    return len(scripts) > 1 and not any(scripts <= together for together in _TOGETHER)


def _is_latin_lookalike(label: str) -> bool:
    """Whether a label is of another alphabet, but of such of its letters alone as look like Latin ones."""
    letters = [sign for sign in label if sign.isalpha()]
    foreign = [sign for sign in letters if _script(sign) != "LATIN"]
    return bool(foreign) and len(foreign) == len(letters) and _look("".join(letters)).isascii()


def _script(sign: str) -> str:
    """The script of a letter, by the first word of its name: it is written in no other place of Python's library."""
    if sign.isascii():
        return "LATIN"  # without reading the table of all names, which most programs never need
    name = re.split("[ -]", unicodedata.name(sign, "UNNAMED"))[0]
    return "CJK" if name == "IDEOGRAPHIC" else name
