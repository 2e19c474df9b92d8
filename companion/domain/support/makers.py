"""The makers of PCs, whose names firmware spells in many ways."""

from __future__ import annotations

import re
from collections.abc import Sequence

from companion.domain.core.company_names import bare_name, plain_words, without_legal_form
from companion.domain.store.profile import MakerName

# Words in the names of makers that tell them apart from no other maker.
_MAKER_WORDS = re.compile(r"\b(?:computers?|international)\b")
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
    if raw is None or plain_words(raw) in _PLACEHOLDERS:
        return None
    for maker in makers:
        if any(_same(raw, spelling) for spelling in (maker.name, *maker.spellings)):
            return maker.name
    return without_legal_form(raw) or None


def _same(one: str, other: str) -> bool:
    bare = _bare(one)
    return bare != "" and bare == _bare(other)


def _bare(name: str) -> str:
    words = bare_name(name)
    return " ".join(_MAKER_WORDS.sub(" ", words).split()) or words
