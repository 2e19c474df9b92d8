"""The first real cause of a failure in the log of Windows Installer or of Inno Setup.

Windows Installer ends each failed action with "Return value 3" and says before it what went wrong (Microsoft Learn,
"Windows Installer Logging" and "Windows Installer Error Messages"). Words around the numbers are in the language of
the PC, the numbers are not. Inno Setup writes messages, and exceptions with their text on the following lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from companion.domain.core.model import Model
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.installation.files.identity import Technology
from companion.domain.installation.logs.text import lines_of_log

_LOOK_BACK = 200
"""Lines before a failed action in which its reason is looked for."""
_LONGEST_CAUSE = 400

# "Action ended 08:12:01: InstallFiles. Return value 3." in any language: a time, a name, and the number at the end.
_ENDED = re.compile(r"^\D{3,60}\d{1,2}[:.]\d\d[:.]\d\d: ([\w.]{1,80})\. \D{3,60} 3\.$")
_CUSTOM = re.compile(r"CustomAction ([\w.]{1,80}) returned actual error code (-?\d{1,10})")
_ERROR = re.compile(
    r"(?:^|-- |: )(?:Error|Fehler|Erreur|Errore|Erro|Fout|Fel|Feil|Fejl|Virhe|Chyba|Błąd|Ошибка) (\d{4,5})[.:]"
)
# Notes about dialogs and about tables that are looked up, in logs of successful installations too.
_NOISE = frozenset({*range(2826, 2900), 2262, 2205, 2228, 2235, 2717, 2768, 1707})

_PRODUCT = re.compile(r"Product: .{1,200}? -- (.{10,2000})$")

_INNO_LINE = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.,]\d{3} {3}(.*)$")
_INNO_BOX = re.compile(
    r"^(?:Message box|Task dialog|Defaulting to \w{1,20} for suppressed (?:message box|task dialog))"
    r" \(([^()]{1,60})\):(.{0,2000})$"
)
_INNO_FAILED = re.compile(
    r"^(?:Fatal exception during installation process \(\w{1,60}\)|Exception message|PrepareToInstall failed"
    r"|Runtime error \([^()]{1,40}\)|Setup cannot continue[^:.]{0,80})[:.](.{0,2000})$"
)
_INNO_REFUSED = re.compile(r"^(?:InitializeSetup returned False|RestartManager found an application).{0,400}$")
_MESSAGE_LINES = 12


class LogCause(Model, frozen=True):
    """What a log gives as the reason: a sentence, and the `line` (from 1) it stands on."""

    sentence: str
    line: int


def first_cause(technology: Technology, text: str) -> LogCause | None:
    """Returns the first real cause in the log of an installer of this technology; None where it tells none."""
    lines = lines_of_log(text)
    found = {Technology.MSI: _of_msi, Technology.INNO: _of_inno}.get(technology, lambda _: None)(lines)
    if found is None:
        return None
    sentence = clean_text(found[0], _LONGEST_CAUSE).rstrip(" .")
    return LogCause(sentence=f"{sentence}.", line=found[1] + 1) if sentence else None


def _of_msi(lines: Sequence[str]) -> tuple[str, int] | None:
    for index, line in enumerate(lines):
        ended = _ENDED.match(line.strip()) if line.rstrip().endswith("3.") else None
        if ended is not None:
            return _before(lines, index) or (f"The step “{ended[1]}” of the installer failed", index)
    return next((said for index in range(len(lines)) if (said := _error_in(lines[index], index)) is not None), None)


def _before(lines: Sequence[str], failed: int) -> tuple[str, int] | None:
    """Returns what is said before an action has failed: the nearest message, else the step of the maker's own."""
    custom = told = None
    for index in range(failed - 1, max(failed - _LOOK_BACK, -1), -1):
        said = _error_in(lines[index], index)
        if said is not None:
            return said
        if custom is None and (step := _CUSTOM.search(lines[index])) is not None:
            custom = (f"The installer's own step “{step[1]}” failed (error {step[2]})", index)
        if told is None and (product := _PRODUCT.search(lines[index])) is not None:
            told = (product[1], index)
    return told or custom


def _error_in(line: str, index: int) -> tuple[str, int] | None:
    if line.startswith("DEBUG:"):
        return None
    found = _ERROR.search(line)
    if found is None or int(found[1]) in _NOISE:
        return None
    return line[found.start() :].lstrip("-: "), index


def _of_inno(lines: Sequence[str]) -> tuple[str, int] | None:
    for index, line in enumerate(lines):
        stamped = _INNO_LINE.match(line)
        if stamped is None:
            continue
        words = stamped[1].strip()
        box, failed = _INNO_BOX.match(words), _INNO_FAILED.match(words)
        said = failed[1] if failed is not None else box[2] if box is not None and "Yes/No" not in box[1] else None
        if said is not None and (message := f"{said} {_message_after(lines, index)}".strip()):
            return message, index
        if _INNO_REFUSED.match(words):
            return words, index
    return None


def _message_after(lines: Sequence[str], index: int) -> str:
    """Returns the text below a head: the following lines without a time."""
    words = []
    for line in lines[index + 1 : index + 1 + _MESSAGE_LINES]:
        if _INNO_LINE.match(line):
            break
        words.append(line.strip())
    return " ".join(filter(None, words))
