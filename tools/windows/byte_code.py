"""Byte code without the columns of expressions, which are a quarter of it.

A traceback shows a column only by drawing below the line of the source, and a built program has no source beside it.
The lines stay. Source: Python's ``Objects/locations.md``, the form of the table from Python 3.11 on.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Iterator
from types import CodeType

_WITHOUT_LINE, _LONG, _LINE_ALONE, _ONE_LINE = 15, 14, 13, 10
_LONGEST = 8
"""As many instructions as one entry of the table may stand for."""
Entry = tuple[int, int | None]
"""A number of code units, and how far their line is from the one before; None where they have no line."""


def without_columns(content: bytes) -> bytes:
    """Returns the byte code of a module, as `marshal` writes it, with lines and without columns."""
    return marshal.dumps(_plain(marshal.loads(content)))


def _plain(code: CodeType) -> CodeType:
    constants = tuple(_plain(each) if isinstance(each, CodeType) else each for each in code.co_consts)
    return code.replace(co_linetable=_written(_merged(_read(code.co_linetable))), co_consts=constants)


def _read(table: bytes) -> Iterator[Entry]:
    """The entries of a table of any form."""
    values = iter(table)
    for head in values:
        kind, units = head >> 3 & 15, (head & 7) + 1
        if kind == _WITHOUT_LINE:
            yield units, None
        elif kind in (_LONG, _LINE_ALONE):
            yield units, _signed(values)
            _skip_numbers(values, 3 if kind == _LONG else 0)
        else:
            _skip(values, 2 if kind >= _ONE_LINE else 1)
            yield units, max(kind - _ONE_LINE, 0)


def _number(values: Iterator[int]) -> int:
    """A number of six bits a byte, of which the lowest come first; a seventh bit says that more follow."""
    found = shift = 0
    for value in values:
        found |= (value & 63) << shift
        shift += 6
        if not value & 64:
            break
    return found


def _signed(values: Iterator[int]) -> int:
    found = _number(values)
    return -(found >> 1) if found & 1 else found >> 1


def _skip_numbers(values: Iterator[int], count: int) -> None:
    for _ in range(count):
        _number(values)


def _skip(values: Iterator[int], count: int) -> None:
    for _ in range(count):
        next(values)


def _merged(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Entries that follow each other on the same line as one."""
    last: Entry | None = None
    for units, step in entries:
        if last is not None and ((step is None) == (last[1] is None)) and not step:
            last = (last[0] + units, last[1])
            continue
        if last is not None:
            yield last
        last = (units, step)
    if last is not None:
        yield last


def _written(entries: Iterable[Entry]) -> bytes:
    """Returns the table of entries that have a line alone, or none."""
    table = bytearray()
    for units, step in entries:
        while units > 0:
            part = min(units, _LONGEST)
            table.append(128 | (_WITHOUT_LINE if step is None else _LINE_ALONE) << 3 | part - 1)
            if step is not None:
                table += _as_bytes(-step << 1 | 1 if step < 0 else step << 1)
                step = 0
            units -= part
    return bytes(table)


def _as_bytes(number: int) -> bytes:
    found = bytearray()
    while number > 63:
        found.append(64 | number & 63)
        number >>= 6
    return bytes([*found, number])
