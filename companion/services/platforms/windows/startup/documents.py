"""Reading the XML in which Windows describes tasks and packages."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, ParseError

from companion.domain.core.untrusted.xml_documents import parsed_xml

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def parsed(text: str) -> Element | None:
    """Returns the document of `text`, or None when it is damaged, or no document as Windows writes them.

    The declaration names an encoding while the text is decoded already.
    """
    try:
        return parsed_xml(_DECLARATION.sub("", text))
    except (ParseError, ValueError):
        return None
