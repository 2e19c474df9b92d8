"""Reading the XML in which Windows describes tasks and packages."""

from __future__ import annotations

import re
from xml.etree import ElementTree

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def parsed(text: str) -> ElementTree.Element | None:
    """Returns the document of `text`, or None when it is damaged.

    The declaration names an encoding while the text is decoded already. Entities, which could grow without end, do not
    occur in what Windows writes: such a document is refused.
    """
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        return None
    try:
        return ElementTree.fromstring(_DECLARATION.sub("", text))  # noqa: S314
    except (ElementTree.ParseError, ValueError):
        return None
