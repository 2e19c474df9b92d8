"""What a notice of Windows is made of: its XML, with the links by which its buttons come back.

Source: learn.microsoft.com, "App notification content", "Toast schema".
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.reminders.notices.links import link_of

_MOST_BUTTONS = 5
_LONGEST_TITLE, _LONGEST_BODY, _LONGEST_BUTTON = 200, 1000, 100


def toast_xml(title: str, body: str, itself: str, buttons: Sequence[tuple[str, str]], *, stays: bool) -> str:
    """Returns the XML of a notice; `itself` is the code of pressing it, `buttons` are codes and texts.

    Texts may come from stores and e-mails: whatever stands in them is shown as text. One that `stays` is there until
    the person answers it, which Windows allows to notices with buttons only.
    """
    actions = "".join(
        f'<action content={quoteattr(clean_text(text, _LONGEST_BUTTON))} activationType="protocol" '
        f"arguments={quoteattr(link_of(code))}/>"
        for code, text in buttons[:_MOST_BUTTONS]
    )
    scenario = ' scenario="reminder"' if stays and actions else ""
    return (
        f'<toast activationType="protocol" launch={quoteattr(link_of(itself))}{scenario}>'
        '<visual><binding template="ToastGeneric">'
        f"<text>{escape(clean_text(title, _LONGEST_TITLE))}</text>"
        f"<text>{escape(clean_text(body, _LONGEST_BODY))}</text>"
        f"</binding></visual><actions>{actions}</actions></toast>"
    )
