"""The first real cause of a failure in the log of an installer, by the technology that wrote it."""

from __future__ import annotations

from companion.domain.core.model import Model
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.installation.files.identity import Technology
from companion.domain.installation.logs import inno_setup, windows_installer
from companion.domain.installation.logs.text import lines_of_log

_LONGEST_CAUSE = 400
_READERS = {Technology.MSI: windows_installer.cause_in, Technology.INNO: inno_setup.cause_in}


class LogCause(Model, frozen=True):
    """What a log gives as the reason: a sentence, and the `line` (from 1) it stands on."""

    sentence: str
    line: int


def first_cause(technology: Technology, text: str) -> LogCause | None:
    """Returns the first real cause in the log of an installer of this technology; None where it tells none."""
    read = _READERS.get(technology)
    found = read(lines_of_log(text)) if read is not None else None
    if found is None:
        return None
    sentence = clean_text(found.words, _LONGEST_CAUSE).rstrip(" .。,")
    return LogCause(sentence=f"{sentence}.", line=found.at + 1) if sentence else None
