"""Parts that show the same as before stay, with what the person holds down or has begun to read."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from companion.ui.widgets.basic import inside
from companion.ui.widgets.lists.kept_parts import KeptParts, Part


@pytest.fixture
def parts(qtbot: QtBot) -> Iterator[KeptParts]:
    ground, made = QWidget(), KeptParts()
    qtbot.addWidget(ground)
    ground.setLayout(made)
    ground.show()
    yield made
    ground.close()


def texts(*words: str) -> list[Part]:
    """Parts that each show what follows the colon, and are told apart by what is before it."""
    return [Part(each.partition(":")[0], each, partial(QLabel, each)) for each in words]


def shown(parts: KeptParts) -> dict[str, QWidget]:
    return {each.text(): each for each in inside(parts) if isinstance(each, QLabel)}


def test_only_what_shows_something_else_is_made_anew(parts: KeptParts) -> None:
    parts.show_parts(texts("a:1", "b:1", "c:1"))
    before = shown(parts)
    parts.show_parts(texts("a:1", "b:2", "c:1"))
    after = shown(parts)
    assert list(after) == ["a:1", "b:2", "c:1"]
    assert (after["a:1"], after["c:1"]) == (before["a:1"], before["c:1"])
    assert not before["b:1"].isVisible()


def test_parts_come_and_go_in_their_order(parts: KeptParts) -> None:
    parts.show_parts(texts("b:1"))
    kept = shown(parts)["b:1"]
    parts.show_parts(texts("a:1", "b:1", "c:1"))
    assert list(shown(parts)) == ["a:1", "b:1", "c:1"]
    parts.show_parts(texts("b:1"))
    assert shown(parts) == {"b:1": kept}
    parts.show_parts(())
    assert shown(parts) == {}
    parts.show_parts(texts("b:1"))
    assert list(shown(parts)) == ["b:1"]
