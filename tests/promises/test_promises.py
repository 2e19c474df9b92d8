"""Each promise is held by tests that are there and run."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.promises.table import PROMISES, Promise

TESTS = Path(__file__).parents[1]


@cache
def names_in(path: Path) -> frozenset[str]:
    """The names of a file's tests, without those that are always left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef))
    return frozenset(node.name for node in functions if not any(map(_leaves_out, node.decorator_list)))


def _leaves_out(decorator: ast.expr) -> bool:
    return ast.unparse(decorator).startswith(("pytest.mark.skip(", "pytest.mark.xfail"))


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.name)
def test_promise(promise: Promise) -> None:
    assert promise.tests or promise.measured
    if promise.measured:
        there = TESTS.parent / promise.measured.replace(".", "/")
        assert there.is_dir() or there.with_suffix(".py").is_file()
    for each in (*promise.tests, *promise.windows):
        file, _, name = each.partition("::")
        assert name in names_in(TESTS / file), each


def test_there_are_as_many_promises_as_names() -> None:
    assert len({promise.name for promise in PROMISES}) == len(PROMISES) == 48
