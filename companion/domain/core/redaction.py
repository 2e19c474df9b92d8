"""Removing secrets from logs and from the case file.

Known secrets are removed in the ways they are commonly written, and so are texts that look like a secret. Each pattern
starts at a fixed mark or reads a bounded stretch, so that the time stays proportional to the text even when the text
is made to take long; a logging filter runs this on every line.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple
from urllib.parse import quote, quote_plus

REMOVED = "•••"
"""What stands where something was removed."""

_NAMES = (
    r"(?:pass(?:word|wd|phrase)|pwd|token|secret|signature|api[_-]?key|card[\w-]{0,8}?digits"
    r"|(?:licen[cs]e|serial|activation|unlock)[_-]?(?:key|code|number))"
)
_SEPARATOR = r"(?:[\\/]|%5[Cc]|%2[Ff])"


class _Rule(NamedTuple):
    """A pattern, tried only where one of `marks` occurs in the lower-cased text; its group ``kept`` stays."""

    marks: tuple[str, ...]
    pattern: Callable[[], re.Pattern[str]]


def _rule(marks: str, pattern: str) -> _Rule:
    # Compiled when the first text has such a mark: most starts write nothing that has.
    return _Rule(tuple(marks.split()), functools.cache(lambda: re.compile(pattern, re.IGNORECASE | re.VERBOSE)))


# Every value is guarded by "not exactly what this would leave behind", which makes a second run change nothing.
_RULES = (
    # The query and fragment of an address: signed URLs are keys to a file.
    _rule(
        "://",
        r"""(?P<kept>(?<![a-z0-9+.-])(?:https?|wss?|ftp)://(?:(?!://)[^\s?\#"'<>])*+[?\#])
            (?!•••(?:[\s"'<>]|$)) [^\s"'<>]++""",
    ),
    _rule("://", r"""(?P<kept>://)(?!•••@)[^\s/?\#"'<>@]++(?=@)"""),
    _rule(
        "authorization cookie",
        r"""(?P<kept>(?:authorization|cookie)["']?\s*+[:=]\s*+["']?)(?!•••(?:["'\r\n]|$))[^\s"'][^\r\n"']*+""",
    ),
    _rule("bearer basic", r"(?P<kept>\b(?:bearer|basic)\s++)(?!•••)[a-z0-9._~+/=-]{6,}+"),
    # "password": "…" as JSON or as Python shows it.
    _rule(
        "pass pwd token secret sign key code digits number",
        rf"""(?P<kept>(?P<name>["'])[\w-]{{0,24}}?{_NAMES}(?P=name)\s*+:\s*+(?P<q>["']))
             (?!•••(?P=q)) (?:(?!(?P=q))[^\\]|\\.)++""",
    ),
    # password=…, token: …
    _rule(
        "pass pwd token secret sign key code digits number",
        rf"""(?P<kept>\b[\w-]{{0,24}}?{_NAMES}\s*+[=:]\s*+)(?!•••(?:[\s"'&;,]|$))[^\s"'&;,]++""",
    ),
    _rule("eyj", r"\beyJ[\w-]++(?:\.[\w-]*+)++"),
    _rule("@ %40", r"[\w.+'-]{1,64}(?:@|%40)[\w-]{1,64}(?:\.[\w-]{1,64}){1,8}"),
    # The user's name in a path, followed by more of the path or at its end.
    _rule(
        "users home settings",
        rf"""(?P<kept>{_SEPARATOR}{{1,4}}+(?:users|home|documents\ and\ settings){_SEPARATOR}{{1,4}}+)
             (?!•••(?:[^\w]|$))
             (?:(?:[^\\/:*?"<>|\r\n%]|%(?!5[Cc]|2[Ff])){{1,64}}(?={_SEPARATOR})|[^\s\\/:*?"'<>|,;)]++)""",
    ),
    _rule(
        "card ending ends last",
        r"(?P<kept>\b(?:card|ending|ends|last)\b[^\d\r\n•]{1,24})(?<![.:-])[0-9]{4,5}(?!\w|[:-]\w|[ ][0-9]{4})",
    ),
)


@functools.cache
def _like_keys() -> re.Pattern[str]:
    return re.compile(
        r"""(?<![\w-]) (?:
            [A-Za-z0-9]{4,12} (?:-[A-Za-z0-9]{4,12}){2,} (?:-[A-Za-z0-9]++)*+   # ABCD-EFGH-1234
          | [A-Z0-9]{4,6} (?:[ ][A-Z0-9]{4,6}){3,}                              # ABCDE FGH12 34567 89012
          | [A-Z0-9]{16,}+                                                      # ABCD1234EFGH5678
          | [0-9] (?:[ -]?[0-9]){12,18}                                         # a whole card number
          | [A-Za-z0-9_-]{32,}+                                                 # a token
        ) (?!\w)""",
        re.VERBOSE,
    )


Redact = Callable[[str], str]
"""Returns a text without what must not be read."""


def redaction(secrets: Iterable[str] = (), keep: Collection[str] = ()) -> Redact:
    """Returns a function that removes `secrets` and whatever looks like one; applying it twice changes nothing more.

    `secrets` are removed wherever they stand, also percent-encoded or escaped, whatever their length. `keep` are texts
    that only look like a key, such as order numbers.
    """
    known = _known(secrets)
    kept = frozenset(keep)

    def without(text: str) -> str:
        while True:
            once = _once(text, known, kept)
            if once == text:
                return once
            # Removing one thing can uncover the next: the password in front of an address, for one.
            text = once

    return without


def redact(text: str, secrets: Iterable[str] = (), keep: Collection[str] = ()) -> str:
    """Returns `text` without `secrets` and whatever looks like one; for many texts, use one `redaction`."""
    return redaction(secrets, keep)(text)


def _once(text: str, known: re.Pattern[str] | None, kept: frozenset[str]) -> str:
    lowered = text.lower()
    for marks, pattern in _RULES:
        if any(mark in lowered for mark in marks):
            text = pattern().sub(_leave_kept, text)
    text = _like_keys().sub(lambda match: _judge(match.group(), kept), text)
    return known.sub(REMOVED, text) if known is not None else text


def _leave_kept(match: re.Match[str]) -> str:
    return f"{match.groupdict().get('kept') or ''}{REMOVED}"


def _judge(text: str, kept: frozenset[str]) -> str:
    """Returns what stands for a text shaped like a key: digests, plain words and plain numbers stay."""
    if text in kept:
        return text
    digits = sum(sign.isdigit() for sign in text)
    letters = [sign for sign in text if sign.isalpha()]
    if not letters:
        grouped = re.fullmatch(r"[0-9]{4,}(?:-[0-9]{4,}){2,}", text)
        return REMOVED if grouped or _luhn(text) else text
    if "-" not in text.strip("-") and " " not in text:
        mixed = digits > 0 and any(sign.isupper() for sign in letters)
        return REMOVED if mixed else text
    plain_words = digits == 0 and (" " in text or all(sign.islower() for sign in letters))
    return text if plain_words else REMOVED


def _luhn(text: str) -> bool:
    """Whether the digits end in the check digit of card numbers (ISO/IEC 7812-1 annex B)."""
    digits = [int(sign) for sign in reversed(text) if sign.isdigit()]
    doubled = [sum(divmod(digit * 2, 10)) for digit in digits[1::2]]
    return 12 <= len(digits) <= 19 and (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _known(secrets: Iterable[str]) -> re.Pattern[str] | None:
    spellings: set[str] = set()
    for secret in secrets:
        for text in {secret, secret.strip()}:
            safe = text.encode("utf-8", "replace").decode()
            spellings |= {text, quote(safe, safe=""), quote(safe), quote_plus(safe), repr(text)[1:-1]}
            spellings |= {json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
    # What consists of bullets alone cannot be told from what is left behind.
    usable = sorted((text for text in spellings if text.strip("•")), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, usable))) if usable else None
