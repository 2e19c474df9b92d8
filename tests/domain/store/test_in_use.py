"""Stores that are in use without having been added."""

from __future__ import annotations

import pytest

from companion.domain.store.in_use import unlisted_stores

_HERE, _THERE = "https://marsh.example", "https://hill.example"


@pytest.mark.parametrize(
    ("with_orders", "remembered", "is_demo", "words"),
    [
        ((), None, False, "named when Companion was started"),
        ((_THERE,), _THERE, False, "named when Companion was started"),
        ((_HERE,), None, False, "Remove them on the page Orders first"),
        ((_HERE,), _HERE, False, "Remove them on the page Orders first"),
        ((), _HERE, False, "first started with this store"),
        ((_HERE,), _HERE, True, "belongs to the demo"),
    ],
)
def test_each_says_why_it_cannot_be_removed(
    with_orders: tuple[str, ...], remembered: str | None, is_demo: bool, words: str
) -> None:
    (found,) = unlisted_stores((_HERE,), (), with_orders, remembered, is_demo=is_demo)
    assert found.address == _HERE
    assert words in found.reason


def test_what_is_on_the_list_needs_no_reason() -> None:
    assert unlisted_stores((_HERE,), (_HERE,), (_HERE,), None, is_demo=False) == ()
    assert unlisted_stores((), (_HERE,), (), None, is_demo=False) == ()
