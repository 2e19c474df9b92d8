"""What the help tells people to press exists under exactly that name."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import companion
from companion.services.app.resources import resource

_ARTICLES = sorted(resource("help").glob("*.md"))
_NAMED = re.compile(r"(?:choose|press|open|under|beside|switch) \*\*(?P<name>[^*{]+)\*\*", re.IGNORECASE)
# Windows' own words.
_NOT_OURS = {"Apps", "Installed apps", "Restart", "Shut down", "Uninstall"}


@pytest.fixture(scope="module")
def words() -> set[str]:
    """Every text the window may show, as it stands in its code."""
    found = set()
    for path in (Path(companion.__file__).parent / "ui").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value.rstrip("…"))
    return found


def test_every_name_in_an_article_is_on_the_window(words: set[str]) -> None:
    named = {
        (path.stem, match["name"]) for path in _ARTICLES for match in _NAMED.finditer(path.read_text(encoding="utf-8"))
    }
    assert len(named) > 25, "the articles are read"
    assert not {(article, name) for article, name in named if name not in words | _NOT_OURS}
