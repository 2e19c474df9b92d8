"""Whatever goes wrong: a clear message with a hint, the documented exit code, and never a traceback."""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import sqlite3
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from companion.cli.parser import COMMANDS
from companion.services.app.resources import resource
from tests.kits.cli import FAMILY, Answer, Cli, send

JSON = "application/json"
PROFILE = resource("profiles/larkfield.json").read_bytes()


def free_port() -> int:
    """A port on which no server listens."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


def test_a_store_that_cannot_be_reached(bare: Cli) -> None:
    bare.url = f"http://127.0.0.1:{free_port()}"
    failure = bare("orders", "add", FAMILY, "--password-stdin", "--json", stdin="secret\n").error(
        3, "store-unreachable"
    )
    assert failure["retryable"] is True
    text = bare("orders", "add", FAMILY, "--password-stdin", stdin="secret\n")
    assert text.code == 3
    assert text.out == ""
    assert "→ Check that this PC is on the internet" in text.err


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (send(200, JSON, b"{"), "malformed-answer"),
        (send(201, JSON, b'{"token": 1, "expiresAt": "never", "orderNumbers": {}}'), "malformed-answer"),
        (send(200, JSON, b"[" * 100_000), "malformed-answer"),
        (send(200, JSON, b"\xff\xfe\x00"), "malformed-answer"),
        (send(200, JSON, b""), "malformed-answer"),
        (send(200, "text/html", b"<h1>Welcome to the hotel</h1>"), "portal"),
        (send(302, "text/html", b""), "portal"),
        (send(500, "text/plain", b"Traceback (most recent call last)"), "store-error"),
        (
            send(418, "application/problem+json", b'{"status": 418, "code": "teapot", "detail": "\\u001b[2Jshort"}'),
            "store-refused",
        ),
    ],
)
def test_a_store_that_answers_nonsense(
    bare: Cli, answering: Callable[[Answer], str], answer: Answer, code: str
) -> None:
    bare.url = answering(answer)
    ran = bare("orders", "add", FAMILY, "--password-stdin", "--json", stdin="secret\n")
    ran.error(1 if code == "store-refused" else 3, code)
    assert "\x1b" not in ran.out


def test_a_store_that_never_stops_talking(bare: Cli, answering: Callable[[Answer], str]) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Type", JSON)
        request.end_headers()
        try:
            while True:
                request.wfile.write(b" " * 65536)
        except OSError:
            request.close_connection = True

    bare.url = answering(answer)
    bare("orders", "add", FAMILY, "--password-stdin", "--json", stdin="secret\n").error(3, "malformed-answer")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com",
        "ftp://127.0.0.1",
        "https://user:pw@store.example",
        "https://",
        "http://127.0.0.1.example.com",
    ],
)
def test_a_store_address_that_is_not_safe(bare: Cli, url: str) -> None:
    bare.url = url
    failure = bare("orders", "list", "--json").error(2, "bad-store-url")
    assert "https://" in failure["hint"]


def test_no_store_has_been_chosen(bare: Cli) -> None:
    assert "companion demo" in bare("orders", "list", "--json").error(2, "no-store")["hint"]


def test_the_store_used_last_is_remembered(cli: Cli) -> None:
    assert cli("orders", "list").code == 0
    cli.url = None
    assert cli("orders", "list").code == 0


def test_a_folder_that_cannot_be_written(cli: Cli) -> None:
    cli.home.write_text("a file where the folder should be")
    failure = cli("orders", "list", "--json").error(1, "folder-not-writable")
    assert "--home" in failure["hint"]
    cli.home.unlink()


def test_a_damaged_library_is_set_aside_and_said(cli: Cli) -> None:
    cli.add(FAMILY)
    for path in cli.home.glob("library.db*"):
        path.write_bytes(b"this is no database" * 500)
    ran = cli("orders", "list")
    assert ran.code == 0
    (aside,) = cli.home.glob("library-unreadable-*.db")
    assert f"kept as {aside.name}" in ran.err


def test_a_newer_library_is_left_as_it_is_and_the_version_is_named(cli: Cli) -> None:
    cli.add(FAMILY)
    with contextlib.closing(sqlite3.connect(cli.home / "library.db", isolation_level=None)) as db:
        db.execute("INSERT INTO programs VALUES (9000, '7.2.0')")
        db.execute("PRAGMA user_version = 9000")
    before = (cli.home / "library.db").read_bytes()
    for words in (["orders", "list"], ["licences"], ["reminders"], ["purchases", "list"], ["receipts", FAMILY]):
        failure = cli(*words, "--json").error(1, "library-newer")
        assert "7.2.0" in failure["hint"]
    assert (cli.home / "library.db").read_bytes() == before
    assert not list(cli.home.glob("library-*.db"))


@pytest.mark.parametrize("content", [b"", b"no database" * 500, None], ids=["empty", "another file", "missing"])
def test_a_lost_library_comes_back_with_a_sentence_before_anything_else(cli: Cli, content: bytes | None) -> None:
    cli.add(FAMILY)
    if content is None:
        (cli.home / "library.db").unlink()
    else:
        (cli.home / "library.db").write_bytes(content)
    cli.url = None
    quiet = cli("orders", "list", "--json")
    assert (quiet.code, quiet.err) == (0, "")
    ran = cli("licences")
    assert FAMILY in ran.out
    assert ran.err.startswith("Companion's notes")
    assert "restored from the copy of" in ran.err
    assert "may be missing" in ran.err
    assert FAMILY in cli("orders", "list").out
    assert "restored" not in cli("orders", "list").err, "it is said once"


def test_a_profile_with_wrong_content(bare: Cli, tmp_path: Path) -> None:
    bad = tmp_path / "profile.json"
    bad.write_text('{"id": 7}')
    bare("preflight", "--profile", bad, "--json").error(2, "bad-file")
    bare("preflight", "--profile", tmp_path / "nothing.json", "--json").error(2, "bad-file")


@pytest.mark.parametrize(
    "words",
    [
        ["nope"],
        ["--nope"],
        ["download"],
        ["fetch", "https://a.example/x"],
        ["fetch", "https://a.example/x", "--to", ".", "--sha256", "abc"],
        ["fetch", "https://a.example/x", "--to", ".", "--connections", "99"],
        ["verify", "x"],
        ["reminders", "--now", "tomorrow"],
        ["reminders", "--now", "2027-01-01T00:00:00"],
        ["store", "--port", "70000"],
        ["store", "--host", "192.0.2.1"],
        ["demo", "--size", "0"],
        ["seats", FAMILY, "free"],
        ["--tray", "orders", "list"],
        ["preflight", "--stage", "dance"],
    ],
)
def test_wrong_arguments_are_explained(bare: Cli, words: list[str]) -> None:
    ran = bare(*words, "--json")
    assert ran.code == 2
    assert ran.json["error"]["hint"]
    text = bare(*words)
    assert text.code == 2
    assert text.out == ""
    assert "→ " in text.err


@pytest.mark.parametrize("words", [["--help"], ["--version"], *([name, "--help"] for name in COMMANDS)])
def test_help_needs_nothing(bare: Cli, words: list[str]) -> None:
    ran = bare(*words)
    assert ran.code == 0
    assert ran.out
    assert not bare.home.exists()


def test_an_order_number_is_another_partys_text(cli: Cli) -> None:
    for number in ("../../etc", "a b\nc", "x" * 200, "%2e%2e"):
        ran = cli("orders", "show", number, "--json")
        assert ran.code in (1, 2)
        assert ran.json["error"]["hint"]


def test_a_mistake_of_ours_is_logged_and_said_without_its_traceback(
    cli: Cli,
) -> None:
    # A table that is not there stands for any mistake in the program.
    cli.add(FAMILY)
    broken = cli.home / "library.db"
    with sqlite3.connect(broken) as library:
        library.execute('ALTER TABLE orders RENAME TO "password=canary-7731"')
    library.close()
    ran = cli("orders", "list", "--json")
    failure = ran.error(1, "bug")
    assert "canary" not in ran.out + ran.err
    log = (cli.home / "logs" / "companion.log").read_text()
    assert "Traceback" in log
    assert "canary" not in log
    assert failure["hint"].startswith("Try again")
    with sqlite3.connect(broken) as library:
        library.execute('ALTER TABLE "password=canary-7731" RENAME TO orders')
    library.close()


def test_nothing_of_the_log_reaches_the_terminal(cli: Cli) -> None:
    ran = cli("--verbose", "orders", "list", "--json")
    assert ran.err == ""
    assert json.loads(ran.out)
    assert not [handler for handler in logging.getLogger().handlers if getattr(handler, "companion", False)]
