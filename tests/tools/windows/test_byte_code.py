"""Byte code without columns does the same, and tells the same lines."""

from __future__ import annotations

import marshal
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

import pytest

from tools.environment import ROOT
from tools.windows.byte_code import without_columns

FAR = "def far():\n    return (1,\n" + "\n" * 5000 + "        2)\n"
BACKWARDS = "for each in (\n    1,\n    2,\n):\n    print(\n        each\n    )\n"
TRIED = "try:\n    with open('a') as a, open('b') as b:\n        pass\nexcept OSError:\n    pass\nfinally:\n    pass\n"
FAILING = "def fail():\n    value = 1\n    return (\n        value\n        / 0\n    )\n\n\nfail()\n"
SOURCES = [path.read_text("utf-8") for path in sorted((ROOT / "companion/domain/mail").rglob("*.py"))]


def all_code(code: CodeType) -> Iterator[CodeType]:
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from all_code(each)


def loaded(content: bytes) -> CodeType:
    code: CodeType = marshal.loads(content)  # noqa: S302 - made here
    return code


def lines(code: CodeType) -> list[int | None]:
    """The line of each instruction."""
    return [line for begin, end, line in code.co_lines() for _ in range(begin, end, 2)]


@pytest.mark.parametrize("source", ["", FAR, BACKWARDS, TRIED, FAILING, *SOURCES])
def test_each_instruction_keeps_its_line_and_has_no_column(source: str) -> None:
    whole = compile(source, "module.py", "exec")
    plain = loaded(without_columns(marshal.dumps(whole)))
    for before, after in zip(all_code(whole), all_code(plain), strict=True):
        assert lines(after) == lines(before)
        assert after.co_code == before.co_code
        assert {columns for *_, first, last in after.co_positions() for columns in (first, last)} <= {None}
        assert after.co_name == before.co_name


def test_a_traceback_names_the_same_lines() -> None:
    whole = compile(FAILING, "module.py", "exec")
    told = []
    for code in (whole, loaded(without_columns(marshal.dumps(whole)))):
        with pytest.raises(ZeroDivisionError) as raised:
            exec(code, {})  # noqa: S102 - written above
        told.append([(each.name, each.lineno) for each in traceback.extract_tb(raised.value.__traceback__)[1:]])
    assert told[0] == told[1]
    assert told[1][-1][0] == "fail"


def test_it_takes_less_room() -> None:
    whole = marshal.dumps(compile(Path(traceback.__file__).read_text("utf-8"), "traceback.py", "exec", optimize=2))
    assert len(without_columns(whole)) < 0.9 * len(whole)


def test_what_is_done_already_stays() -> None:
    once = without_columns(marshal.dumps(compile(TRIED, "module.py", "exec")))
    assert without_columns(once) == once
