"""What is in a drag or on the clipboard: files, e-mails as mail programs hand them over, texts, addresses.

Mail programs drag other things than files. Thunderbird offers ``text/x-moz-message`` (its own address of the message)
and ``application/x-moz-file-promise-url``, which names the mailbox file and the place in it where the message is a
local one; for IMAP the message itself cannot be had. Outlook offers ``FileGroupDescriptorW`` with the names and
``FileContents`` with the messages, of which Qt gets only what comes as a stream or memory (Microsoft Learn, "Shell
Clipboard Formats"). What cannot be had is told, with the way that works.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from PySide6.QtCore import QMimeData

from companion.domain.installation.files.names import may_lead_to_installer
from companion.domain.mail.message.other_files import TAKEN
from companion.ui.state.offered import MailPlace, Offered

_MESSAGE = "message/rfc822"
_THUNDERBIRD = "text/x-moz-message"
_PROMISE_URL = "application/x-moz-file-promise-url"
_NAMES = 'application/x-qt-windows-mime;value="FileGroupDescriptorW"'
_CONTENTS = 'application/x-qt-windows-mime;value="FileContents"'
_DESCRIPTOR = 592
_NAME_AT = 72
_MOST_FILES = 50
_MOST_TEXT = 4_000_000

_SAVE_IT = (
    "Save it as a file there (File, Save as; the type .eml or .msg) and drop that, "
    "or open the e-mail, mark all its text, copy it and paste it here."
)
_TAKEN = f"What can be dropped: {TAKEN}."


class Dropped(NamedTuple):
    """What could be taken, and what to do where something could not."""

    offered: Offered
    hint: str = ""


def can_take(data: QMimeData) -> bool:
    """Whether a drag holds anything that may be a purchase."""
    formats = (_MESSAGE, _THUNDERBIRD, _PROMISE_URL, _NAMES)
    return data.hasUrls() or data.hasText() or data.hasHtml() or any(data.hasFormat(name) for name in formats)


def apart(files: Sequence[Path]) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Returns the installers among dropped files, by their names, and the others."""
    installers = tuple(path for path in files if may_lead_to_installer(path.name))
    return installers, tuple(path for path in files if path not in installers)


def promise(data: QMimeData) -> tuple[str, str]:
    """Returns what dropping a drag does, to be said while it is over the window, and what more there is to say."""
    installers, others = apart(_local_files(data)[:_MOST_FILES])
    if installers and not others:
        return "Drop it to install it", ""
    if can_take(data):
        return "Drop it to add it", ""
    return "Companion cannot read this", _TAKEN


def _local_files(data: QMimeData) -> tuple[Path, ...]:
    return tuple(Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile())


def taken(data: QMimeData) -> Dropped:
    """Returns what is in a drag or on the clipboard; of several forms of one thing the one that says most."""
    if data.hasFormat(_MESSAGE):
        return Dropped(Offered(contents=(("The dropped e-mail", _bytes(data, _MESSAGE)),)))
    files = _local_files(data)
    if files:
        left = f"These are the first {_MOST_FILES} of {len(files)}. Drop the others afterwards."
        return Dropped(Offered(files=files[:_MOST_FILES]), left if len(files) > _MOST_FILES else "")
    if data.hasFormat(_NAMES):
        return _of_outlook(data)
    if data.hasFormat(_THUNDERBIRD) or data.hasFormat(_PROMISE_URL):
        return _of_thunderbird(data)
    addresses = [url.toString() for url in data.urls() if url.scheme() in ("http", "https")]
    if addresses:
        return Dropped(Offered(texts=tuple(("The dropped address", address) for address in addresses[:_MOST_FILES])))
    if data.hasHtml() and "<" in data.html():
        html = data.html()[:_MOST_TEXT]
        return Dropped(Offered(contents=(("The copied text", f"<!doctype html>{html}".encode()),)))
    text = data.text()[:_MOST_TEXT]
    if text.strip():
        return Dropped(Offered(texts=(("The copied text", text),)))
    picture = "It is a picture, and Companion reads texts only. " if data.hasImage() else ""
    return Dropped(Offered(), f"{picture}{_TAKEN}" if data.formats() else "")


def _of_outlook(data: QMimeData) -> Dropped:
    names = list(file_names(_bytes(data, _NAMES)))
    contents = []
    for place, name in enumerate(names[:_MOST_FILES]):
        content = _bytes(data, _CONTENTS if len(names) == 1 else f"{_CONTENTS};index={place}")
        if content:
            contents.append((name, content))
    missing = len(names) - len(contents)
    hint = f"Outlook did not hand over {'the e-mail' if len(names) == 1 else 'every e-mail'}. {_SAVE_IT}"
    return Dropped(Offered(contents=tuple(contents)), hint if missing or not names else "")


def _of_thunderbird(data: QMimeData) -> Dropped:
    promised = _wide(_bytes(data, _PROMISE_URL)) if data.hasFormat(_PROMISE_URL) else ""
    places = [place for address in promised.split()[:_MOST_FILES] if (place := mail_place(address)) is not None]
    if places:
        return Dropped(Offered(places=tuple(places)))
    return Dropped(Offered(), f"Thunderbird does not hand over this e-mail. {_SAVE_IT}")


def file_names(data: bytes) -> Iterator[str]:
    """Yields the names in a FILEGROUPDESCRIPTORW; what is cut off is left out."""
    count = struct.unpack_from("<I", data)[0] if len(data) >= 4 else 0
    for place in range(min(count, _MOST_FILES)):
        descriptor = data[4 + place * _DESCRIPTOR : 4 + (place + 1) * _DESCRIPTOR]
        if len(descriptor) < _DESCRIPTOR:
            return
        yield descriptor[_NAME_AT:].decode("utf-16-le", errors="replace").partition("\0")[0] or "An e-mail"


def mail_place(address: str) -> MailPlace | None:
    """Returns where a ``mailbox:`` address of Thunderbird says that a message lies in a local file, or None."""
    parts = urlsplit(address)
    number = parse_qs(parts.query).get("number", [""])[0]
    if parts.scheme != "mailbox" or parts.netloc or not number.isdigit() or len(number) > 15:
        return None
    path = unquote(parts.path)
    if len(path) > 2 and path[0] == "/" and path[2] == ":":
        path = path[1:]  # a drive of Windows
    return MailPlace(Path(path), int(number))


def _bytes(data: QMimeData, name: str) -> bytes:
    return bytes(data.data(name).data())


def _wide(data: bytes) -> str:
    """Thunderbird writes these texts in UTF-16, some desktops pass them on in UTF-8."""
    return data.decode("utf-16-le" if b"\0" in data[:4] else "utf-8", errors="replace").strip("\0 ")
