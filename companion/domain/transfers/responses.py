"""Whether an answer to a (range) request may be used, and as what (RFC 9110 §§ 8.8, 13.1.5, 14, 15)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TypeAlias

import msgspec

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Model
from companion.domain.core.retry import parse_retry_after
from companion.domain.core.words.error_words import failure, for_good
from companion.domain.transfers.filenames import filename_of_disposition

_CONTENT_RANGE = re.compile(r"bytes\s+(?:(\d{1,19})-(\d{1,19})|\*)/(\d{1,19}|\*)", re.ASCII | re.IGNORECASE)
_STRONG_ETAG = re.compile(r'"[\x21\x23-\x7e\x80-\xff]*"')
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ONCE_ONLY = ("content-range", "etag", "location")
_NO_COMPRESSION = frozenset(
    {"", "identity", "none", "aws-chunked", "binary", "plain", "raw", "null", "off", "7bit", "8bit", "utf-8", "utf8"}
)
"""Words that servers write into `Content-Encoding` and that name no compression.

Object stores give back what an upload said of itself (``aws-chunked``); others write a character set there.
"""


class ContentRange(Model, frozen=True):
    """A `Content-Range` field; `stop` is exclusive. `start` and `stop` are None in the unsatisfied form ``*/total``."""

    start: int | None
    stop: int | None
    total: int | None


class RangeRequest(Model, frozen=True):
    """The range asked for: bytes `start` up to `stop` (exclusive; None for the end); `ranged` if a Range was sent."""

    start: int = 0
    stop: int | None = None
    ranged: bool = False
    if_range: str | None = None

    def headers(self) -> dict[str, str]:
        """Returns the header fields of the request."""
        if not self.ranged:
            return {}
        asked = {"Range": f"bytes={self.start}-{'' if self.stop is None else self.stop - 1}"}
        if self.if_range is not None:
            asked["If-Range"] = self.if_range
        return asked


class FileFacts(Model, frozen=True):
    """What is known of the file: its size, a strong ETag seen before, whether a digest will decide in the end.

    `html` tells whether a web page is what is wanted, judged by the file's name; `signed` that the address can expire;
    `fixed` that it always means this file.
    """

    size: int | None = None
    etag: str | None = None
    digest: bool = False
    html: bool = False
    signed: bool = False
    fixed: bool = False


class Take(Model, frozen=True):
    """Use the body: pass over its first `skip` bytes, which are there; `length` more follow (None: until its end).

    `name` is what the server calls the file, as it wrote it. `labelled` says that the answer called its bytes
    compressed, which only the digest can prove untrue.
    """

    skip: int
    length: int | None
    total: int | None
    etag: str | None
    name: str | None = None
    labelled: bool = False


class StartOver(Model, frozen=True):
    """Begin anew: the file is another one now, or nothing shows that it is the same."""

    etag: str | None
    total: int | None


class AskWithoutIfRange(Model, frozen=True):
    """Ask for the same range once more without `If-Range`."""


class RenewUrl(Model, frozen=True):
    """The address has expired or is refused: ask for a fresh one; `error` if there is none."""

    error: CompanionError


class FollowRedirect(Model, frozen=True):
    """Ask at another address, given as the server wrote it."""

    location: str


class AtEnd(Model, frozen=True):
    """The range asked for begins behind the end of the file, whose size was not known: it is `total` bytes."""

    total: int


class Refuse(Model, frozen=True):
    """Do not use the body; the error says why and whether trying again may help."""

    error: CompanionError


Verdict: TypeAlias = Take | StartOver | AskWithoutIfRange | RenewUrl | FollowRedirect | AtEnd | Refuse
Headers: TypeAlias = Mapping[str, tuple[str, ...]]


def parse_content_range(text: str) -> ContentRange | None:
    """Returns a `Content-Range` field of unit bytes; None if it is not well-formed (RFC 9110 § 14.4)."""
    found = _CONTENT_RANGE.fullmatch(text.strip())
    if found is None:
        return None
    first, last, total = found.groups()
    size = None if total == "*" else int(total)
    if first is None:
        return None if size is None else ContentRange(start=None, stop=None, total=size)
    start, stop = int(first), int(last) + 1
    if stop <= start or (size is not None and stop > size):
        return None
    return ContentRange(start=start, stop=stop, total=size)


def strong_etag(text: str | None) -> str | None:
    """Returns the ETag if it is a strong one; a weak or malformed one says nothing about bytes (RFC 9110 § 8.8.3)."""
    return text if text is not None and _STRONG_ETAG.fullmatch(text) else None


_ANSWERED_FOR_GOOD = frozenset({ErrorCode.PORTAL, ErrorCode.ENCODED, ErrorCode.INCONSISTENT_ANSWER})
"""Answers of a fixed address that the same request gets again."""


def judge(asked: RangeRequest, status: int, headers: Headers, known: FileFacts, now: float) -> Verdict:
    """Returns how an answer may be used; `headers` has lower-case names, `now` is POSIX time for `Retry-After`.

    Only an answer that provably holds the asked bytes of the known file becomes `Take`. A shop counts the requests of
    its links (`fixed`): a page or an answer without sense is refused for good there, however often one asks.
    """
    verdict = _judge(asked, status, headers, known, now)
    if known.fixed and isinstance(verdict, Refuse) and verdict.error.code in _ANSWERED_FOR_GOOD:
        return Refuse(error=for_good(verdict.error))
    return verdict


def _judge(asked: RangeRequest, status: int, headers: Headers, known: FileFacts, now: float) -> Verdict:
    if any(len(set(headers.get(name, ()))) > 1 for name in _ONCE_ONLY):
        return Refuse(error=failure(ErrorCode.INCONSISTENT_ANSWER))
    if status in _REDIRECTS:
        locations = headers.get("location", ())
        return (
            FollowRedirect(location=locations[0]) if locations else Refuse(error=failure(ErrorCode.INCONSISTENT_ANSWER))
        )
    if status not in (200, 206):
        return _judge_refusal(status, headers, known, now)
    length = parse_length(headers.get("content-length", ()))
    labelled = _is_labelled(headers)
    if labelled and not _can_be_proven(headers, known, length):
        several = len(set(headers["content-encoding"])) > 1
        return Refuse(error=failure(ErrorCode.INCONSISTENT_ANSWER if several else ErrorCode.ENCODED))
    if _looks_like_portal(headers, known):
        return Refuse(error=failure(ErrorCode.PORTAL))
    if length is None and any(headers.get("content-length", ())):
        return Refuse(error=failure(ErrorCode.INCONSISTENT_ANSWER))
    size = length if "transfer-encoding" not in headers else None
    etag = strong_etag(_first(headers, "etag", "") or None)
    if status == 206:
        verdict = _judge_partial(asked, headers, known, size, etag)
    else:
        verdict = _judge_whole(asked, known, size, etag, _name(headers))
    return msgspec.structs.replace(verdict, labelled=True) if labelled and isinstance(verdict, Take) else verdict


def parse_length(values: Iterable[str]) -> int | None:
    """Returns the length that the `Content-Length` fields of an answer tell, or None.

    The same length may be written several times, in one field or in several (RFC 9110 § 8.6).
    """
    lengths = {each.strip() for value in values for each in value.split(",")}
    text = lengths.pop() if len(lengths) == 1 else ""
    return int(text) if re.fullmatch(r"\d{1,19}", text, re.ASCII) else None


def _is_labelled(headers: Headers) -> bool:
    """Whether an answer calls its bytes compressed, or something that may mean so."""
    words = (word for value in headers.get("content-encoding", ()) for word in value.split(","))
    return any(word.partition(";")[0].strip().lower() not in _NO_COMPRESSION for word in words)


def _can_be_proven(headers: Headers, known: FileFacts, length: int | None) -> bool:
    """Whether the digest will tell if bytes that are called compressed are the file itself.

    Where the size is known as well, bytes of another number are not. Old rules of web servers label each ``.gz``, and
    object stores give back what an upload said.
    """
    return known.digest and (known.size is None or _told_total(headers, length) == known.size)


def _told_total(headers: Headers, length: int | None) -> int | None:
    span = parse_content_range(_first(headers, "content-range", ""))
    return span.total if span is not None else length


def _judge_partial(
    asked: RangeRequest, headers: Headers, known: FileFacts, length: int | None, etag: str | None
) -> Verdict:
    if not asked.ranged:
        return Refuse(error=failure(ErrorCode.INCONSISTENT_ANSWER))
    if _first(headers, "content-type", "").lower().startswith("multipart/"):
        return Refuse(error=failure(ErrorCode.WRONG_RANGE))
    span = parse_content_range(_first(headers, "content-range", ""))
    if span is None or span.start is None or span.stop is None:
        return Refuse(error=failure(ErrorCode.WRONG_RANGE))
    if span.total is not None and known.size is not None and span.total != known.size:
        return _changed(known, etag, span.total)
    total = span.total if span.total is not None else known.size
    if total is None:
        return Refuse(error=failure(ErrorCode.WRONG_RANGE))
    wanted = total if asked.stop is None else min(asked.stop, total)
    if (span.start, span.stop) != (asked.start, wanted):
        return Refuse(error=failure(ErrorCode.WRONG_RANGE))
    if length is not None and length != span.stop - span.start:
        return Refuse(error=failure(ErrorCode.INCONSISTENT_ANSWER))
    if not _same_file(asked, known, etag):
        return _changed(known, etag, total)
    return Take(skip=0, length=span.stop - span.start, total=total, etag=etag, name=_name(headers))


def _judge_whole(
    asked: RangeRequest, known: FileFacts, length: int | None, etag: str | None, name: str | None
) -> Verdict:
    if length is not None and known.size is not None and length != known.size:
        return _changed(known, etag, length)
    if asked.start == 0:
        return Take(skip=0, length=length, total=length, etag=etag, name=name)
    if asked.if_range is not None and (etag == asked.if_range or known.digest):
        # Some caches answer If-Range with the whole file although the tag is the same, and the machines of one
        # server may each have a tag of their own: where a digest decides in the end, the range is worth having.
        return AskWithoutIfRange()
    if not _same_file(asked, known, etag):
        return _changed(known, etag, length)
    rest = None if length is None else length - asked.start
    return Take(skip=asked.start, length=rest, total=length, etag=etag, name=name)


def _same_file(asked: RangeRequest, known: FileFacts, etag: str | None) -> bool:
    """Whether bytes of this answer may join bytes fetched before; where a digest decides in the end, they may."""
    if asked.start == 0 or known.digest:
        return True
    if known.fixed and known.etag is None:
        return known.size is not None
    return known.etag is not None and etag == known.etag


def _changed(known: FileFacts, etag: str | None, total: int | None) -> Verdict:
    return Refuse(error=failure(ErrorCode.CHANGED)) if known.digest else StartOver(etag=etag, total=total)


def _judge_refusal(status: int, headers: Headers, known: FileFacts, now: float) -> Verdict:
    if status == 416:
        span = parse_content_range(_first(headers, "content-range", ""))
        if span is not None and known.size is not None and span.total not in (None, known.size):
            return _changed(known, None, span.total)
        if span is not None and known.size is None and span.total is not None:
            return AtEnd(total=span.total)
        return Refuse(error=failure(ErrorCode.WRONG_RANGE))
    if status in (401, 403, 410) or (status == 400 and known.signed):
        return RenewUrl(error=failure(ErrorCode.EXPIRED if known.signed or status == 410 else ErrorCode.NOT_ALLOWED))
    if status == 404:
        return Refuse(error=failure(ErrorCode.DOWNLOAD_NOT_FOUND))
    if status == 407:
        return Refuse(error=failure(ErrorCode.PROXY_LOGIN))
    if status == 511:
        return Refuse(error=failure(ErrorCode.PORTAL))
    wait = parse_retry_after(_first(headers, "retry-after", ""), now)
    if status in (408, 425, 429) or status >= 500:
        return Refuse(error=failure(ErrorCode.BUSY if status in (429, 503) else ErrorCode.SERVER, retry_after=wait))
    return Refuse(error=failure(ErrorCode.REFUSED))


def _looks_like_portal(headers: Headers, known: FileFacts) -> bool:
    kind = _first(headers, "content-type", "").split(";")[0].strip().lower()
    if known.html or kind not in ("text/html", "application/xhtml+xml"):
        return False
    # A server may call every file a page; the right length and a digest to come settle that.
    total = _told_total(headers, parse_length(headers.get("content-length", ())))
    return not (known.digest and known.size is not None and total == known.size)


def _name(headers: Headers) -> str | None:
    return filename_of_disposition(_first(headers, "content-disposition", ""))


def _first(headers: Headers, name: str, default: str) -> str:
    values = headers.get(name, ())
    return values[0].strip() if values else default
