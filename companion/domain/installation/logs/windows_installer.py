"""The first real cause of a failure in a log of Windows Installer.

It ends each failed action with "Return value 3" and says before it what went wrong (Microsoft Learn, "Windows Installer
Logging" and "Windows Installer Error Messages"). Words around the numbers are in the language of the PC; the numbers,
the order of the parts and what is written about custom actions are not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import dropwhile, islice, takewhile

from companion.domain.installation.logs.text import Found

_LOOK_BACK = 200
"""Lines before a failed action in which its reason is looked for."""
_MOST_SAID = 3
"""Lines of what a step of the maker's own said that are told."""

# "Action ended 08:12:01: InstallFiles. Return value 3." in any language: a time, a name, and the number at the end.
_ENDED = re.compile(r"^\D{2,60}\d{1,2}[:.]\d\d[:.]\d\d ?[:：] ?([\w.]{1,80})[.。] ?\D{2,60}3 ?[.。]$")
_ENDS = ("3.", "3。")
_CUSTOM = re.compile(r"CustomAction ([\w.]{1,80}) returned actual error code (-?\d{1,10})\b(?! but will be translated)")
# "Error 1304. …" and "Info 1603. …", also after "Product: Harbour Suite -- ".
_NUMBERED = re.compile(r"(?:^|-- |[:：] )([^\W\d_]{2,16}) (\d{4,5})[.:。]")
_REMARKS = frozenset({"Info", "Information", "Informazioni", "Información", "情報", "信息", "資訊", "정보"})
_LOUD = frozenset({"DEBUG", "Note", "Warning", "Windows", "Build"})
# Of files, services, databases and the like; those of Windows Installer itself; those that makers give themselves.
_NUMBERS = (range(1101, 1947), range(2200, 3000), range(20000, 31000))
# Notes about dialogs and about tables that are looked up, in logs of successful installations too; and endings.
_NOISE = frozenset({*range(2826, 2900), 2262, 2205, 2228, 2235, 2717, 2768, 1707, 1708, *range(1724, 1730)})
_PRODUCT = re.compile(r"\]: [^\W\d_]{2,16} ?[:：] .{1,200}? -- (.{6,2000})$")
_INTERNAL = re.compile(r"Internal MSI error\..{0,200}$")
_OWN = "MSI ("

# What WiX runs quietly is written with its name before each line; .NET's exceptions stand over the list of calls.
_QUIET = re.compile(r"^\w{2,8}(?:Quiet|Silent)Exec(?:64)?: {1,4}(\S.{0,2000})$")
_EMPTY_WORDS = re.compile(r"^(?:Error 0x[0-9a-f]{8}:|Entering |-{5,}|\")", re.IGNORECASE)
_TELLS = re.compile(
    r"\b(?:error|fail\w*|denied|cannot|could not|not found|not exist|must|exception|invalid|unable|refused)\b",
    re.IGNORECASE,
)
_EXCEPTION = re.compile(r"(?:^|---> |InnerException:) *[\w.]{0,120}Exception: ([^\n]{5,500}?)(?= ---> |$)")


def cause_in(lines: Sequence[str]) -> Found | None:
    """Returns what is said before the first action that failed, or, where none ended, what stands as an error."""
    for index, line in enumerate(lines):
        ended = _ENDED.match(line.strip()) if line.rstrip().endswith(_ENDS) else None
        if ended is not None:
            return _before(lines, index) or Found(f"The step “{ended[1]}” of the installer failed", index)
    for look in (_error_in, _remark_in, _internal_in):
        said = next(filter(None, (look(lines, index) for index in range(len(lines)))), None)
        if said is not None:
            return said
    return None


def _before(lines: Sequence[str], failed: int) -> Found | None:
    """Returns the nearest error; else what the product told; else the nearest of a remark and a step of its own."""
    told: Found | None = None
    weaker: Found | None = None
    for index in range(failed - 1, max(failed - _LOOK_BACK, -1), -1):
        said = _error_in(lines, index)
        if said is not None:
            return said
        if told is None and (product := _PRODUCT.search(lines[index])) is not None:
            told = Found(product[1], index)
        if weaker is None:
            weaker = _own_step(lines, index) or _remark_in(lines, index)
    return told or weaker


def _own_step(lines: Sequence[str], index: int) -> Found | None:
    """Returns the step of the maker's own that failed on this line, with what it said before."""
    step = _CUSTOM.search(lines[index])
    if step is None:
        return None
    before = lines[max(index - _LOOK_BACK, 0) : index]
    said = " ".join(_quietly_said(before)) or _thrown(before)
    return Found(f"The installer's own step “{step[1]}” failed{f': {said}' if said else f' (error {step[2]})'}", index)


def _quietly_said(lines: Sequence[str]) -> list[str]:
    """Returns the lines that tell what went wrong, of the program that was run quietly last; else its last line."""
    block = [found[1].strip() for line in _last_run(lines) if (found := _QUIET.match(line)) is not None]
    words = [line for line in block if not _EMPTY_WORDS.match(line)]
    telling = takewhile(_TELLS.search, dropwhile(lambda line: not _TELLS.search(line), words))
    return list(islice(telling, _MOST_SAID)) or words[-1:]


def _last_run(lines: Sequence[str]) -> Sequence[str]:
    """Returns the lines since another custom action ended, or was entered."""
    start = max((at for at, line in enumerate(lines) if _CUSTOM.search(line) or ":  Entering " in line), default=-1)
    return lines[start + 1 :]


def _thrown(lines: Sequence[str]) -> str:
    """Returns the innermost exception of .NET, which stands last."""
    found = [said for line in _last_run(lines) for said in _EXCEPTION.findall(line)]
    return found[-1].strip() if found else ""


def _numbered(lines: Sequence[str], index: int, *, remark: bool) -> Found | None:
    """Returns a numbered message that may be a reason: an error, or one that was only noted as a remark."""
    line = lines[index]
    for found in _NUMBERED.finditer(line) if not line.startswith("DEBUG:") else ():
        number = int(found[2])
        may_be = number not in _NOISE and found[1] not in _LOUD and any(number in numbers for numbers in _NUMBERS)
        if may_be and (found[1] in _REMARKS) == remark:
            # The text may begin on the line after the number.
            said = line[found.end() :].strip() or "".join(lines[index + 1 : index + 2]).strip()
            return Found(said if remark else f"{line[found.start(1) : found.end()]} {said}", index)
    return None


def _error_in(lines: Sequence[str], index: int) -> Found | None:
    return _numbered(lines, index, remark=False)


def _remark_in(lines: Sequence[str], index: int) -> Found | None:
    return _numbered(lines, index, remark=True)


def _internal_in(lines: Sequence[str], index: int) -> Found | None:
    found = _INTERNAL.search(lines[index])
    if found is None:
        return None
    after = lines[index + 1].strip() if index + 1 < len(lines) else ""
    return Found(found[0] if after.startswith(_OWN) else f"{found[0]} {after}", index)
