"""Names of companies, which are written with their legal form in many ways, or without it."""

from __future__ import annotations

import re

_LEGAL_FORM = re.compile(
    r"\b(?:incorporated|inc|corporation|corp|company|co|limited|ltd|llc|plc|pty|pte|gmbh|ag|kg|sa|sas|sarl|srl|bv|nv|ab|oy)\b"
)


def bare_name(name: str) -> str:
    """Returns the words of a company's name for comparison: small letters, no punctuation, no legal form.

    A name that is nothing but a legal form keeps it, so that two such names are not taken for one.
    """
    words = plain_words(name)
    return " ".join(_LEGAL_FORM.sub(" ", words).split()) or words


def is_same_company(one: str, other: str) -> bool:
    """Whether two names are those of one company, legal forms, blanks and punctuation aside."""
    return bare_name(one).replace(" ", "") == bare_name(other).replace(" ", "")


def without_legal_form(name: str) -> str:
    """Returns a company's name in its own spelling without the legal form at its end ("Acme Co., Ltd." is "Acme")."""
    words = name.split(",")[0].split()
    while len(words) > 1 and _LEGAL_FORM.fullmatch(plain_words(words[-1])):
        words.pop()
    return " ".join(words).strip(" .")


def plain_words(text: str) -> str:
    """Returns the words of a name in small letters, without punctuation; the dots of ``S.A.`` part no words."""
    return " ".join(re.sub(r"[^\w]+", " ", text.casefold().replace(".", "")).split())
