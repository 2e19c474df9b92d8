"""Runs commands inside the test's process and looks at what they print."""

from __future__ import annotations

import dataclasses
import io
import json
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, TypeVar

import pytest

from companion.cli import main
from companion.demo.server import DemoStore
from companion.domain.core.serialization import decode_exact, to_builtins
from companion.services.storage.database import Library

T = TypeVar("T")

ANNUAL = "LF-4821-0937"
FAMILY = "LF-5930-2216"
BRITISH = "LF-5847-7721"
CLOSED = "LF-5562-8803"
BOXED = "LF-6014-5529"
EXPIRED = "LF-2954-3871"
REFUNDED = "LF-5781-6492"
UNWANTED = "LF-3126-9058"


@dataclasses.dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one object on standard output."""
        return json.loads(self.out)

    def error(self, code: int, name: str) -> dict[str, Any]:
        """The failure it must be: with this exit code and stable name, and words for a person."""
        assert self.code == code, (self.out, self.err)
        failure: dict[str, Any] = self.json["error"]
        assert failure["code"] == name
        assert failure["title"]
        assert failure["message"].endswith((".", "?", "”", ")"))
        assert failure["hint"]
        assert "Traceback" not in self.err
        return failure

    def shown(self, kind: type[T]) -> T:
        """The result, which must be exactly what `kind` describes."""
        assert self.code in (0, 1), (self.out, self.err)
        found = decode_exact(self.out.encode(), kind, source="the command")
        assert json.loads(json.dumps(to_builtins(found))) == self.json
        return found


class Terminal(io.StringIO):
    """Standard input that counts as a terminal."""

    def isatty(self) -> bool:
        return True


class Cli:
    """Runs ``companion --home … --store …`` with the given words."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.home = home
        self.store: DemoStore | None = None
        self.url: str | None = None
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def __call__(self, *words: object, stdin: str = "", terminal: bool = False) -> Ran:
        """Run a command; with `terminal` the standard input counts as one, so that a person can be asked."""
        where = ["--store", self.url] if self.url else []
        with self._monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", Terminal(stdin) if terminal else io.StringIO(stdin))
            self._capsys.readouterr()
            code = main(["--home", str(self.home), *where, *map(str, words)])
        captured = self._capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    def password(self, number: str) -> str:
        """The password of a demo order."""
        assert self.store is not None
        return next(each.order_password for each in self.store.accounts if each.order_number == number)

    def opened(self, number: str, *words: object) -> Ran:
        """Run a command with the order's password on standard input."""
        return self(*words, "--password-stdin", stdin=self.password(number) + "\n")

    def add(self, *numbers: str) -> None:
        """Add orders."""
        for number in numbers:
            assert self.opened(number, "orders", "add", number).code == 0

    def timeline(self) -> list[str]:
        """The events of the timeline, the oldest first."""
        library = Library(self.home / "library.db")
        found = [entry.event for entry in library.timeline()]
        library.close()
        return found


Answer = Callable[[BaseHTTPRequestHandler], None]


def send(status: int, content_type: str, body: bytes) -> Answer:
    """One fixed answer."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Type", content_type)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return answer


class Wire:
    """Breaks the connection after the store has acted, as often as `drops` says."""

    drops = 0

    def drop(self, environ: dict[str, Any]) -> bool:
        if environ["REQUEST_METHOD"] not in ("POST", "PUT") or environ["PATH_INFO"] == "/v1/sessions":
            return False
        self.drops -= 1
        return self.drops >= 0
