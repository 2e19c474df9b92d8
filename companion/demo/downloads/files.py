"""Files over HTTP: signed addresses that expire, and range requests (RFC 9110 §14)."""

from __future__ import annotations

import base64
import datetime as dt
import hmac
import io
import threading
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import parse_range_header
from werkzeug.wrappers import Request, Response

from companion.demo.problems import Refusal

_BLOCK = 64 * 1024


def sign(key: bytes, path: str, order_number: str, expires_at: dt.datetime) -> str:
    """The path with a query that proves the store issued it for this order, until `expires_at`."""
    expires = str(int(expires_at.timestamp()))
    query = {"order": order_number, "expires": expires, "signature": _signature(key, path, order_number, expires)}
    return f"{urllib.parse.quote(path)}?{urllib.parse.urlencode(query)}"


def check_signature(key: bytes, request: Request, now: dt.datetime) -> None:
    """Raise `Refusal` ``url-invalid`` for an address the store did not issue, ``url-expired`` for one that is over."""
    order, expires = request.args.get("order", ""), request.args.get("expires", "")
    given = request.args.get("signature", "").encode("utf-8", "surrogatepass")
    expected = _signature(key, request.path, order, expires).encode()
    if not hmac.compare_digest(given, expected):
        raise Refusal("url-invalid", "The address was changed, or another store issued it.")
    if int(expires) <= now.timestamp():
        raise Refusal("url-expired", "Ask the order for a fresh address; the download goes on where it stopped.")


def serve_file(request: Request, path: Path, *, sha256: str, pace: Pace) -> Response:
    """Serve a file whole or in part, under a strong ETag made from its digest."""
    response = _conditional(request, path.open("rb"), path.stat().st_size, sha256, pace)
    quoted = urllib.parse.quote(path.name)
    response.headers["Content-Disposition"] = f"attachment; filename=\"{path.name}\"; filename*=UTF-8''{quoted}"
    response.headers["Cache-Control"] = "private, no-transform"
    return response


def serve_bytes(request: Request, content: bytes, *, sha256: str) -> Response:
    """Serve a small fixed content the same way."""
    response = _conditional(request, io.BytesIO(content), len(content), sha256, Pace(None))
    response.headers["Cache-Control"] = "no-store, no-transform"
    return response


class Pace:
    """Holds each answer to `rate` bytes per second; None does not. `stop` ends every answer that is under way."""

    def __init__(self, rate: int | None) -> None:
        self._rate = rate
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Break off what is being sent."""
        self._stopped.set()

    def blocks(self, file: IO[bytes]) -> Iterator[bytes]:
        """The file in blocks, no faster than the rate."""
        size = _BLOCK if self._rate is None else max(1, min(_BLOCK, self._rate // 10))
        begun, sent = time.monotonic(), 0
        while block := file.read(size):
            if self._rate is not None:
                self._stopped.wait(max(0.0, begun + sent / self._rate - time.monotonic()))
            if self._stopped.is_set():
                raise ConnectionAbortedError("the store is closing")
            yield block
            sent += len(block)


class _PacedFile:
    """A file as Werkzeug wants it for ranges: it can be sought, and hands out its blocks at a pace."""

    def __init__(self, file: IO[bytes], pace: Pace) -> None:
        self._file = file
        self._blocks = pace.blocks(file)

    def __iter__(self) -> _PacedFile:
        return self

    def __next__(self) -> bytes:
        return next(self._blocks)

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        self._file.close()


def _conditional(request: Request, file: IO[bytes], size: int, sha256: str, pace: Pace) -> Response:
    _drop_unusable_range(request)
    body = _PacedFile(file, pace)
    response = Response(body, mimetype="application/octet-stream", direct_passthrough=True)
    response.content_length = size
    response.set_etag(sha256)
    digest = base64.b64encode(bytes.fromhex(sha256)).decode()
    response.headers["Repr-Digest"] = f"sha-256=:{digest}:"  # RFC 9530 §3
    response.headers["Accept-Ranges"] = "bytes"
    try:
        response.make_conditional(request.environ, accept_ranges=True, complete_length=size)
    except RequestedRangeNotSatisfiable:
        response.close()
        where = (("Content-Range", f"bytes */{size}"),)
        raise Refusal("range-not-satisfiable", "The range lies outside the file.", headers=where) from None
    if response.status_code == 412:
        response.close()
        raise Refusal("version-conflict", "The file is not the one If-Match names.")
    return response


def _drop_unusable_range(request: Request) -> None:
    """Forget a ``Range`` that must not be followed, so that the whole file is sent.

    One with several parts or that cannot be read may be ignored (RFC 9110 §14.2); one on a ``HEAD`` must be (same
    place), and one whose ``If-Range`` is a weak validator (§13.1.5). Werkzeug looks at none of these.
    """
    if "HTTP_RANGE" not in request.environ:
        return
    parsed = parse_range_header(request.environ["HTTP_RANGE"])
    one = parsed is not None and parsed.units == "bytes" and len(parsed.ranges) == 1
    if not one or request.method != "GET" or request.environ.get("HTTP_IF_RANGE", "").strip().startswith("W/"):
        del request.environ["HTTP_RANGE"]


def _signature(key: bytes, path: str, order_number: str, expires: str) -> str:
    text = "\n".join((path, order_number, expires)).encode("utf-8", "surrogatepass")
    return hmac.new(key, text, "sha256").hexdigest()
