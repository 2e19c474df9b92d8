"""What every call shares: the store it is made to, the request, the log-in, the stored answer."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from werkzeug.wrappers import Request, Response

from companion.demo import bodies
from companion.demo.api import answers
from companion.demo.api.answers import Answer
from companion.demo.database import Database
from companion.demo.downloads.artifact import Artifact
from companion.demo.downloads.files import Pace
from companion.demo.orders.actions import Terms
from companion.demo.orders.lifecycle import advanced
from companion.demo.orders.records import Record, load, save
from companion.demo.problems import Refusal
from companion.demo.sessions import Opened, Sessions
from companion.domain.core.serialization import encode
from companion.domain.store.profile import Profile

T = TypeVar("T")
_KEY_LENGTH = 255
MOST_BYTES = 1024 * 1024
"""The largest request body the store reads."""


@dataclasses.dataclass(frozen=True, slots=True)
class Store:
    """What the store is made of."""

    database: Database
    sessions: Sessions
    profile: Profile
    profile_document: bytes
    artifact: Artifact
    artifacts: Path
    outbox: Path
    signing_key: bytes
    url_life: dt.timedelta
    pace: Pace

    def terms(self, now: dt.datetime) -> Terms:
        """What every action goes by at `now`."""
        return Terms(self.profile.policies, self.profile.store.statement_descriptor, now)


@dataclasses.dataclass(frozen=True, slots=True)
class Call:
    """One request, and what its bearer token opens."""

    store: Store
    request: Request
    opened: Opened
    now: dt.datetime

    def body(self, kind: type[T]) -> T:
        """The request's body. Raises `Refusal` when it is not JSON or does not fit."""
        return bodies.read(self.document(), kind)

    def document(self) -> bytes:
        """The request's body as it came. Raises `Refusal` ``unsupported-media-type``."""
        charset = self.request.mimetype_params.get("charset", "utf-8").lower()
        if self.request.mimetype != "application/json" or charset not in ("utf-8", "utf8"):
            raise Refusal("unsupported-media-type", "Send application/json in UTF-8.")
        document = self.request.get_data()
        # Werkzeug cuts a chunked body off at its limit without a word; only one byte more tells.
        if len(document) > MOST_BYTES:
            raise Refusal("too-large", f"A request has at most {MOST_BYTES} bytes.")
        return document

    def own(self, number: str) -> str:
        """The order number, if the token opens it. Raises `Refusal` ``not-found`` for any other, existing or not."""
        if number not in self.opened.order_numbers:
            raise Refusal("not-found", "There is no such order here.")
        return number

    def key(self, *, required: bool) -> str | None:
        """The idempotency key. Raises `Refusal` when it is required and missing, or has no usable form."""
        key = self.request.headers.get("Idempotency-Key", "").strip()
        if not key and required:
            raise Refusal("idempotency-key-missing", "Send an Idempotency-Key, so that this can be repeated safely.")
        if len(key) > _KEY_LENGTH:
            raise Refusal("invalid-request", "The Idempotency-Key is too long.", field="Idempotency-Key")
        return key or None


Act = Callable[[sqlite3.Connection, Record], tuple[Record, Answer]]


def current(connection: sqlite3.Connection, call: Call, number: str) -> Record:
    """The record of an order as it stands now."""
    record = load(connection, number)
    if record is None:
        raise Refusal("not-found", "There is no such order here.")
    moved = advanced(record, call.store.profile.policies, call.now)
    if moved != record:
        save(connection, moved)
    return moved


def holder(call: Call, owns: Callable[[Record], bool]) -> str:
    """The number of the one open order for which `owns` is true. Raises `Refusal` ``not-found``."""
    with call.store.database.transaction() as connection:
        for number in call.opened.order_numbers:
            if owns(current(connection, call, number)):
                return number
    raise Refusal("not-found", "There is no such thing here.")


def change(call: Call, number: str, act: Act, *, key_required: bool) -> Response:
    """Change an order once: the action, its stored answer and the order are written together or not at all."""
    key = call.key(required=key_required)
    with call.store.database.transaction() as connection:
        answer = once(connection, call, number, key, lambda: _acted(connection, call, number, act))
    return respond(answer)


def once(connection: sqlite3.Connection, call: Call, scope: str, key: str | None, act: Callable[[], Answer]) -> Answer:
    """Act, or give the stored answer when this key has been answered before."""
    if key is None:
        return act()
    mark = answers.fingerprint(call.request.method, call.request.path, call.request.get_data())
    known = answers.recall(connection, scope, key, mark)
    if known is not None:
        return known
    answer = act()
    answers.remember(connection, scope, key, mark, answer, call.now)
    return answer


def _acted(connection: sqlite3.Connection, call: Call, number: str, act: Act) -> Answer:
    record, answer = act(connection, current(connection, call, number))
    save(connection, advanced(record, call.store.profile.policies, call.now))
    return answer


def respond(answer: Answer) -> Response:
    """The answer over HTTP; caches between store and customer may not keep it."""
    response = Response(answer.body, status=answer.status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    response.headers.extend(answer.headers)
    return response


def answer_with(value: object, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """The answer that carries a wire value."""
    return Answer(status, encode(value), headers)


def etag_of(document: bytes) -> str:
    """The strong ETag of a document, without its quotation marks."""
    return hashlib.sha256(document).hexdigest()[:32]


def conditional(call: Call, document: bytes, *, cache: str) -> Response:
    """A document under a strong ETag, or 304 when the customer has it already (RFC 9110 §13.1.2)."""
    etag = etag_of(document)
    if call.request.if_none_match.contains_weak(etag):
        response = Response(status=304)
    else:
        response = Response(document, mimetype="application/json")
    response.set_etag(etag)
    response.headers["Cache-Control"] = cache
    return response
