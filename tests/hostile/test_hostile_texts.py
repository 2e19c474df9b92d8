"""Texts of a store that try to act: in no output of any command, in no file and on no page do they do so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from companion.demo.server import DemoStore
from companion.services.app.resources import resource
from tests.kits.cli import Cli
from tests.kits.spoiled import ACTING, HOSTILE, hostile_texts

NUMBER = "LF-3307-7145"
COMMANDS = (
    ("orders", "list"), ("licences",), ("reminders",), ("support",), ("help-search", "refund"), ("preflight",),
    ("purchases", "list"), ("stores", "list"), ("directory", "list"), ("help-search", "--article", "renewals"),
)  # fmt: skip
OF_ORDER = (
    ("orders", "show", NUMBER), ("money", NUMBER), ("shipping", NUMBER), ("returns", NUMBER), ("seats", NUMBER),
    ("invoice", NUMBER), ("invoice", NUMBER, "--list"), ("receipts", NUMBER),
    ("auto-renew", NUMBER, "off", "--yes"), ("download", NUMBER),
    ("orders", "open", NUMBER, "order", "--no-browser"),
)  # fmt: skip


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DemoStore]:
    """A store in which everything that people read is hostile text."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/no-bus")
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    profile = resource("profiles/larkfield.json").read_bytes()
    with DemoStore(
        tmp_path / "store", profile=profile, system="linux", size=40_000, password_cost=2, around=_hostile
    ) as made:
        yield made


def _hostile(application):
    def answer(environ, start_response):
        environ.pop("HTTP_IF_NONE_MATCH", None)
        begun = []
        parts = application(environ, lambda status, headers, *_: begun.append((status, headers)))
        body = b"".join(parts)
        if hasattr(parts, "close"):
            parts.close()
        status, headers = begun[0]
        if "json" in dict(headers).get("Content-Type", "") and body:
            body = json.dumps(hostile_texts(json.loads(body))).encode()
            headers = [pair for pair in headers if pair[0] != "Content-Length"]
            headers.append(("Content-Length", str(len(body))))
        start_response(status, headers)
        return [body]

    return answer


@pytest.fixture
def cli(store, tmp_path, capsys, monkeypatch):
    made = Cli(tmp_path / "home", capsys, monkeypatch)
    made.store, made.url = store, store.url
    made.add(NUMBER)
    return made


@pytest.mark.parametrize("as_json", [False, True], ids=["for people", "--json"])
def test_no_command_prints_what_acts(cli, tmp_path, as_json):
    more = ("--json",) if as_json else ()
    seen = 0
    for words in (*COMMANDS, *OF_ORDER):
        # Without a keychain the password is asked for by every command that opens the order.
        run = cli if words in COMMANDS or words[0] in ("receipts",) else None
        ran = run(*words, *more) if run is not None else cli.opened(NUMBER, *words, *more)
        said = ran.out + ran.err
        assert "mistake in the program" not in said, (words, said[-400:])
        assert not any(sign in said for sign in ACTING), words
        seen += "onerror" in said
        # No line is forged: what follows a line break of the store stands in the line of its name.
        assert not any(line.startswith("Call +1 555") for line in said.splitlines()), words
        if as_json and ran.out.strip():
            json.loads(ran.out)
    assert seen >= 6


def test_no_file_holds_what_acts(cli, tmp_path):
    calendar, case = tmp_path / "dates.ics", tmp_path / "case.json"
    assert cli("reminders", "--ics", calendar).code == 0
    assert cli.opened(NUMBER, "case-file", "--to", case).code == 0
    for path in (calendar, case):
        text = path.read_text(encoding="utf-8")
        assert not any(sign in text for sign in ACTING), path.name
        assert len(text) > 100
    lines = calendar.read_text(encoding="utf-8").replace("\n ", "").splitlines()
    assert all(line.partition(":")[0].partition(";")[0].isupper() for line in lines if line), lines
    assert HOSTILE not in case.read_text(encoding="utf-8")
