"""The makers of PCs, whose names firmware spells in many ways."""

from __future__ import annotations

import re
from collections.abc import Sequence

from companion.domain.store.profile import MakerName

_LEGAL_FORMS = re.compile(
    r"\b(?:incorporated|inc|corporation|corp|company|co|ltd|limited|gmbh|ag|llc|plc|sa|bv|computers?|international)\b"
)
_FIRST_LEGAL_FORM = re.compile(r",| (?:inc|corp|co|ltd|gmbh|corporation|limited)\b", re.IGNORECASE)
_PLACEHOLDERS = frozenset(
    {
        "",
        "default string",
        "none",
        "not available",
        "oem",
        "system manufacturer",
        "to be filled by oem",
        "unknown",
    }
)


def normalise_maker(raw: str | None, makers: Sequence[MakerName]) -> str | None:
    """Returns the normal name of the PC's maker as firmware spells it (``Hewlett-Packard`` is ``HP``).

    None when the firmware says nothing of use (``To Be Filled By O.E.M.``). A maker the profile does not know keeps
    its own spelling, without the company's legal form.
    """
    if raw is None or _words(raw) in _PLACEHOLDERS:
        return None
    for maker in makers:
        if any(_same(raw, spelling) for spelling in (maker.name, *maker.spellings)):
            return maker.name
    return _FIRST_LEGAL_FORM.split(raw.strip())[0].strip(" .") or None


def _same(one: str, other: str) -> bool:
    words, others = _words(one), _words(other)
    bare = _without_legal_form(words)
    return words == others or (bare != "" and bare == _without_legal_form(others))


def _words(text: str) -> str:
    return " ".join(re.sub(r"[^\w]+", " ", text.casefold().replace(".", "")).split())


def _without_legal_form(words: str) -> str:
    return " ".join(_LEGAL_FORMS.sub(" ", words).split())
