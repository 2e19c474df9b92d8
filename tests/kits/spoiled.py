"""Spoiled answers of a store: every field of a good one wrong in every way, and whole answers that are none.

`Spoiler` stands around a store's application and spoils what it answers, over real HTTP, as told.
"""

from __future__ import annotations

import copy
import functools
import gzip
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HOSTILE = "<img src=x onerror=x()>\u202egpj.exe\u200b\x07\x1b[31mred\x1b]0;title\x07\n\r\nCall +1 555 0100 \u2028%s {0}"
ACTING = "\x07\x1b\x9b\u202e\u2066\u200b\u2028\ufeff"
"""Characters that must never reach a terminal, a window or a file of ours."""

_REMOVED = object()
_DEEP = 100_000
_VALUES: dict[str, object] = {
    "null": None,
    "gone": _REMOVED,
    "text": "x",
    "empty": "",
    "number": 7,
    "negative": -1,
    "huge number": 10**40,
    "at the limit": 2**63 - 1,
    "fraction": 1.5,
    "yes": True,
    "list": [],
    "object": {"a": 1},
    "never ends": "9999-12-31T23:59:59Z",
    "out of the calendar": "9999-12-31T23:59:59-23:59",
    "beginning of time": "0001-01-01T00:00:00+14:00",
    "hostile text": HOSTILE,
    "half a character": "\ud800",
    "long text": "A" * 300_000,
    "long list": [{"id": "x"}] * 3_000,
}


@dataclass(frozen=True)
class Spoiled:
    """One spoiled answer: the path it is for, its name, and what goes out, which is made when it is needed."""

    path: str
    name: str
    make: Callable[[], bytes]
    status: str = "200 OK"
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)


def spoiled_fields(path: str, document: dict[str, Any]) -> Iterator[Spoiled]:
    """Yields the document with one field wrong, for every field and every way to be wrong."""
    for where in _places(document):
        for name, value in _VALUES.items():
            yield Spoiled(path, f"{'.'.join(map(str, where))} {name}", functools.partial(_with, document, where, value))


def spoiled_documents(path: str, document: dict[str, Any]) -> Iterator[Spoiled]:
    """Yields answers that are wrong as a whole."""
    good = json.dumps(document).encode()
    bodies = {
        "empty": b"",
        "cut": good[: len(good) // 2],
        "twice": good + good,
        "null": b"null",
        "list": b"[]",
        "text": b'"hello"',
        "not JSON": b"hello",
        "zero bytes": bytes(1000),
        "deep": b'{"number":' + b"[" * _DEEP + b"]" * _DEEP + b"}",
        "deep and unknown": good[:-1] + b',"zzz":' + b'{"a":' * _DEEP + b"1" + b"}" * _DEEP + b"}",
        "UTF-16": json.dumps(document).encode("utf-16"),
        "Latin-1": good[:-1] + ',"zzz":"é"}'.encode("latin-1"),
        "byte order mark": b"\xef\xbb\xbf" + good,
        "another order": json.dumps({**document, "number": "LF-0000-0000"}).encode(),
        "a key twice": good[:-1] + b',"number":"EVIL","id":"EVIL"}',
        "not a number": good.replace(b"1", b"NaN", 1),
        "9 MB": good[:-1] + b',"zzz":"' + b"x" * 9_000_000 + b'"}',
    }
    yield from (Spoiled(path, name, functools.partial(bytes, body)) for name, body in bodies.items())
    yield Spoiled(path, "a page", lambda: b"<html>Sign in</html>", headers=(("Content-Type", "text/html"),))
    yield Spoiled(path, "no type", lambda: good[:-1], headers=())
    packed = (("Content-Type", "application/json"), ("Content-Encoding", "gzip"))
    yield Spoiled(path, "packed 50 MB", _packed, headers=packed)
    yield Spoiled(path, "said to be packed", lambda: good, headers=packed)
    problem = (("Content-Type", "application/problem+json"),)
    said = json.dumps({"status": 7, "code": HOSTILE, "detail": HOSTILE, "retryable": "x"}).encode()
    for status in (
        "301 Moved",
        "400 Bad",
        "403 Forbidden",
        "404 Not Found",
        "409 Conflict",
        "418 Teapot",
        "500 Broken",
    ):
        yield Spoiled(path, status, functools.partial(bytes, said), status, problem)
    yield Spoiled(path, "a status with words", lambda: b"{}", f"499 {'x' * 500}", problem)


_SAID = ("name", "productName", "why", "sentence", "hint", "rule", "filename", "carrier", "trackingNumber", "statement",
         "statementDescriptor", "seller", "buyer", "forceRisk", "version", "publisher", "taxName", "text")  # fmt: skip


def hostile_texts(value: Any) -> Any:
    """Returns a document in which everything that people read is hostile text."""
    if isinstance(value, dict):
        return {
            name: HOSTILE if name in _SAID and isinstance(part, str) else hostile_texts(part)
            for name, part in value.items()
        }
    return [hostile_texts(part) for part in value] if isinstance(value, list) else value


def _with(document: dict[str, Any], where: Sequence[str | int], value: object) -> bytes:
    changed = copy.deepcopy(document)
    _put(changed, where, value)
    return json.dumps(changed).encode()


def _packed() -> bytes:
    return gzip.compress(b" " * 50_000_000, 1)


def every_nth(spoiled: Sequence[Spoiled], count: int) -> list[Spoiled]:
    """Returns `count` of the answers, spread over all of them."""
    return [spoiled[position * len(spoiled) // count] for position in range(min(count, len(spoiled)))]


@dataclass
class Spoiler:
    """Around a store's application: answers GET requests of one path with a spoiled answer, until told otherwise."""

    now: Spoiled | None = None
    asked: int = 0

    def around(self, application: WSGIApplication) -> WSGIApplication:
        def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            spoiled = self.now
            if spoiled is None or environ["PATH_INFO"] != spoiled.path or environ["REQUEST_METHOD"] != "GET":
                # A good answer is always whole: "unchanged" would say nothing about what was spoiled before.
                environ.pop("HTTP_IF_NONE_MATCH", None)
                return application(environ, start_response)
            self.asked += 1
            body = spoiled.make()
            start_response(spoiled.status, [*spoiled.headers, ("Content-Length", str(len(body)))])
            return [body]

        return answer


def _places(value: object, before: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    entries: Iterable[tuple[str | int, object]] = ()
    if isinstance(value, dict):
        entries = value.items()
    elif isinstance(value, list):
        entries = list(enumerate(value))[:1]
    for name, part in entries:
        yield (*before, name)
        yield from _places(part, (*before, name))


def _put(document: Any, where: Sequence[str | int], value: object) -> None:
    *within, last = where
    for name in within:
        document = document[name]
    if value is not _REMOVED:
        document[last] = copy.deepcopy(value)
    elif isinstance(document, dict):
        document.pop(last)
    else:
        del document[last]
