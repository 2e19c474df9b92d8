"""The licence key that the value of a label is, holds or begins with."""

from __future__ import annotations

import re

from companion.domain.mail.text.pairs import Pair
from companion.domain.mail.text.recognise import as_key

_AFTER_IS = re.compile(r"(?i)\b(?:is|ist|lautet|est|es|è|é)\b[:：]?\s+(\S+)$")
_MOST_WORDS_ON = 15


def key_of(value: str, pair: Pair) -> str | None:
    """Returns the key that a value is or begins with, or None; after "for Harbour Suite is" it is the last word."""
    key = as_key(value, labelled=True) if not pair.within else None
    words = value.split()
    if key is None and words:
        key = as_key(words[0], labelled=not pair.within or len(words) == 1)
    if key is None and pair.within and (found := _AFTER_IS.search(value)) is not None:
        key = as_key(found.group(1), labelled=True)
    if key is None and pair.within:
        # "Your key for Harbour Suite: ABCD-…. It is good until …"
        certain = {sure for word in words[:_MOST_WORDS_ON] if (sure := as_key(word, labelled=False)) is not None}
        key = certain.pop() if len(certain) == 1 else None
    return key
