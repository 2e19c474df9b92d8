"""Words that hold bytes which are no text, as terminals of POSIX hand them on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.kits.cli import Cli

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows hands on text only")

WORD = os.fsdecode(b"a\xff.x")


@pytest.mark.parametrize(
    "words",
    [
        ("purchases", "show", WORD),
        ("purchases", "remove", WORD),
        ("purchases", "refresh", WORD),
        ("purchases", "download", WORD, "--to", "."),
        ("purchases", "activate", WORD),
        ("purchases", "edit", WORD, "--product", "Tool"),
        ("purchases", "restore", WORD),
        ("orders", "show", WORD),
        ("licences", "key", WORD),
        ("install", WORD),
        ("preflight", "--for", WORD),
        ("identify", WORD),
        ("add", WORD),
        ("stores", "remove", WORD),
        ("fetch", f"https://127.0.0.1:9/{WORD}", "--to", "."),
        ("fetch", f"https://127.0.0.1:9/setup.exe?a={WORD}&download_file=1&order=2&key=3", "--to", "."),
    ],
    ids=" ".join,
)
def test_a_word_that_is_no_text_is_answered_like_any_other(
    cli: Cli, words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = cli(*words, "--json")
    assert ran.code in (1, 2, 3)
    assert ran.json["error"]["code"] != "bug"
    assert "mistake in the program" not in ran.out + ran.err
    ran.out.encode()
