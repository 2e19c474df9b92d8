"""Which answers to a (range) request are used, and as what: one row for every verdict, and valid answers bent."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.domain.core.errors import ErrorCode
from companion.domain.transfers.responses import (
    AskWithoutIfRange,
    AtEnd,
    ContentRange,
    FileFacts,
    FollowRedirect,
    RangeRequest,
    Refuse,
    RenewUrl,
    StartOver,
    Take,
    Verdict,
    judge,
    parse_content_range,
    strong_etag,
)

NOW = 1_794_268_800.0
TAG, OTHER_TAG = '"one"', '"two"'
PLAIN = FileFacts(size=100, etag=TAG)
DIGEST = FileFacts(size=100, etag=TAG, digest=True)
UNSIZED = FileFacts(etag=TAG)
TAIL = RangeRequest(start=40, ranged=True, if_range=TAG)
WHOLE = RangeRequest()


def answer(status: int, request: RangeRequest = TAIL, known: FileFacts = PLAIN, **fields: str) -> Verdict:
    """Judge an answer with header fields given as ``content_type="…"``."""
    headers = {name.replace("_", "-"): (value,) for name, value in fields.items()}
    return judge(request, status, headers, known, NOW)


def code_of(verdict: Verdict) -> str:
    assert isinstance(verdict, (Refuse, RenewUrl))
    return verdict.error.code


# -- whole and partial answers -----------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Exchange:
    """A request, what was known before it, and an answer to it; made valid first and then bent in one place."""

    start: int
    stop: int | None
    total: int
    known_size: int | None
    digest: bool
    etag: str | None = TAG
    answer_etag: str | None = TAG
    range_start: int = 0
    range_stop: int = 0
    range_total: int | None = 0
    length: int | None = None
    status: int = 206
    ranged: bool = True
    content_type: str = "application/octet-stream"
    encoding: str | None = None

    def verdict(self) -> Verdict:
        total = "*" if self.range_total is None else str(self.range_total)
        headers = {
            "content-range": (f"bytes {self.range_start}-{self.range_stop - 1}/{total}",),
            "content-type": (self.content_type,),
        }
        if self.answer_etag is not None:
            headers["etag"] = (self.answer_etag,)
        if self.length is not None:
            headers["content-length"] = (str(self.length),)
        if self.encoding is not None:
            headers["content-encoding"] = (self.encoding,)
        request = RangeRequest(start=self.start, stop=self.stop, ranged=self.ranged, if_range=self.etag)
        known = FileFacts(size=self.known_size, etag=self.etag, digest=self.digest)
        return judge(request, self.status, headers, known, NOW)


@st.composite
def valid_exchanges(draw: st.DrawFn) -> Exchange:
    """An answer that holds exactly the bytes asked for, of the file that is known."""
    total = draw(st.integers(2, 10**12))
    start = draw(st.integers(1, total - 1))
    stop = draw(st.none() | st.integers(start + 1, total + 5))
    end = total if stop is None else min(stop, total)
    known_size = draw(st.sampled_from([total, None]))
    return Exchange(
        start=start,
        stop=stop,
        total=total,
        known_size=known_size,
        digest=draw(st.booleans()),
        range_start=start,
        range_stop=end,
        range_total=draw(st.sampled_from([total, None])) if known_size is not None else total,
        length=draw(st.sampled_from([end - start, None])),
    )


@settings(max_examples=300, deadline=None)
@given(valid_exchanges())
def test_a_valid_partial_answer_is_taken(exchange: Exchange) -> None:
    end = exchange.range_stop
    assert exchange.verdict() == Take(skip=0, length=end - exchange.start, total=exchange.total, etag=TAG)


BENT: dict[str, Callable[[Exchange, int], dict[str, object]]] = {
    "begins later": lambda each, by: {"range_start": each.range_start + by, "range_stop": each.range_stop + by},
    "begins earlier": lambda each, by: {"range_start": max(0, each.range_start - by)},
    "ends later": lambda each, by: {"range_stop": each.range_stop + by},
    "ends earlier": lambda each, by: {"range_stop": max(0, each.range_stop - by)},
    "is longer than its range": lambda each, by: {"length": each.range_stop - each.range_start + by},
    "is shorter than its range": lambda each, by: {"length": max(0, each.range_stop - each.range_start - by)},
    "is of a larger file": lambda each, by: {"known_size": each.total, "range_total": each.total + by},
    "is of a smaller file": lambda each, by: {"known_size": each.total, "range_total": max(0, each.total - by)},
    "has another ETag": lambda each, by: {"answer_etag": f'"{by}"', "digest": False},
    "has a weak ETag": lambda each, by: {"answer_etag": f"W/{TAG}", "digest": False},
    "has no ETag": lambda each, by: {"answer_etag": None, "digest": False},
    "nothing was known to compare it with": lambda each, by: {"etag": None, "digest": False},
    "has no ETag, like the one before": lambda each, by: {"etag": None, "answer_etag": None, "digest": False},
    "is compressed": lambda each, by: {"encoding": "gzip", "digest": False},
    "is in several parts": lambda each, by: {"content_type": "multipart/byteranges; boundary=x"},
    "was not asked for": lambda each, by: {"ranged": False},
    "has no total and none is known": lambda each, by: {"range_total": None, "known_size": None},
}


@pytest.mark.parametrize("fixed", [False, True])
def test_a_page_instead_of_a_shops_file_is_not_asked_for_again(fixed: bool) -> None:
    """A network's sign-in page goes away; a shop that wants a sign-in for its link will want it again."""
    known = FileFacts(size=None, fixed=fixed)
    for headers in ({"content_type": "text/html"}, {"content_encoding": "br"}):
        verdict = answer(200, WHOLE, known, **headers)
        assert isinstance(verdict, Refuse)
        assert verdict.error.retryable is not fixed


@pytest.mark.parametrize("bend", BENT)
@settings(deadline=None)
@given(exchange=valid_exchanges(), by=st.integers(1, 50))
def test_one_wrong_field_is_enough_to_use_nothing(bend: str, exchange: Exchange, by: int) -> None:
    bent = dataclasses.replace(exchange, **BENT[bend](exchange, by))  # type: ignore[arg-type]
    assert not isinstance(bent.verdict(), Take)


@pytest.mark.parametrize(
    ("known", "fields", "verdict"),
    [
        (PLAIN, {}, Take(skip=0, length=60, total=100, etag=TAG)),
        (PLAIN, {"content_length": "60"}, Take(skip=0, length=60, total=100, etag=TAG)),
        (PLAIN, {"content_range": "bytes 40-99/*"}, Take(skip=0, length=60, total=100, etag=TAG)),
        (UNSIZED, {}, Take(skip=0, length=60, total=100, etag=TAG)),
        (DIGEST, {"etag": OTHER_TAG}, Take(skip=0, length=60, total=100, etag=OTHER_TAG)),
        (DIGEST, {"etag": f"W/{TAG}"}, Take(skip=0, length=60, total=100, etag=None)),
        (PLAIN, {"content_encoding": "identity"}, Take(skip=0, length=60, total=100, etag=TAG)),
        (PLAIN, {"content_encoding": "Identity"}, Take(skip=0, length=60, total=100, etag=TAG)),
        (PLAIN, {"content_length": "7", "transfer_encoding": "chunked"}, Take(skip=0, length=60, total=100, etag=TAG)),
        (PLAIN, {"etag": OTHER_TAG}, StartOver(etag=OTHER_TAG, total=100)),
        (PLAIN, {"content_range": "bytes 40-119/120", "etag": OTHER_TAG}, StartOver(etag=OTHER_TAG, total=120)),
        (UNSIZED, {"etag": OTHER_TAG}, StartOver(etag=OTHER_TAG, total=100)),
    ],
)
def test_partial_answers(known: FileFacts, fields: dict[str, str], verdict: Verdict) -> None:
    assert answer(206, TAIL, known, **{"content_range": "bytes 40-99/100", "etag": TAG, **fields}) == verdict


@pytest.mark.parametrize(
    ("known", "fields", "code"),
    [
        (DIGEST, {"content_range": "bytes 40-119/120"}, ErrorCode.CHANGED),
        (PLAIN, {"content_range": "bytes 41-99/100"}, ErrorCode.WRONG_RANGE),
        (PLAIN, {"content_range": "bytes 40-98/100"}, ErrorCode.WRONG_RANGE),
        (PLAIN, {"content_range": "bytes */100"}, ErrorCode.WRONG_RANGE),
        (PLAIN, {"content_range": "nonsense"}, ErrorCode.WRONG_RANGE),
        (UNSIZED, {"content_range": "bytes 40-99/*"}, ErrorCode.WRONG_RANGE),
        (PLAIN, {"content_type": "Multipart/byteranges"}, ErrorCode.WRONG_RANGE),
        (PLAIN, {"content_length": "61"}, ErrorCode.INCONSISTENT_ANSWER),
        (PLAIN, {"content_length": "-1"}, ErrorCode.INCONSISTENT_ANSWER),
        (PLAIN, {"content_length": "6O"}, ErrorCode.INCONSISTENT_ANSWER),
        (PLAIN, {"content_length": "9" * 20}, ErrorCode.INCONSISTENT_ANSWER),
        (PLAIN, {"content_encoding": "gzip"}, ErrorCode.ENCODED),
        (PLAIN, {"content_type": "text/html"}, ErrorCode.PORTAL),
    ],
)
def test_partial_answers_that_are_refused(known: FileFacts, fields: dict[str, str], code: str) -> None:
    assert code_of(answer(206, TAIL, known, **{"content_range": "bytes 40-99/100", "etag": TAG, **fields})) == code


def test_a_partial_answer_needs_a_range_and_a_request_for_one() -> None:
    assert code_of(answer(206, WHOLE, content_range="bytes 0-99/100")) == ErrorCode.INCONSISTENT_ANSWER
    assert code_of(answer(206, etag=TAG)) == ErrorCode.WRONG_RANGE


def test_the_end_asked_for_may_lie_behind_the_end_of_the_file() -> None:
    request = RangeRequest(start=40, stop=120, ranged=True)
    assert isinstance(answer(206, request, content_range="bytes 40-99/100", etag=TAG), Take)
    inside = RangeRequest(start=40, stop=60, ranged=True)
    taken = answer(206, inside, content_range="bytes 40-59/100", etag=TAG)
    assert taken == Take(skip=0, length=20, total=100, etag=TAG)
    assert code_of(answer(206, inside, content_range="bytes 40-99/100", etag=TAG)) == ErrorCode.WRONG_RANGE


def test_from_the_first_byte_nothing_has_to_match() -> None:
    request = RangeRequest(start=0, stop=60, ranged=True)
    taken = answer(206, request, FileFacts(), content_range="bytes 0-59/100")
    assert taken == Take(skip=0, length=60, total=100, etag=None)


@pytest.mark.parametrize(
    ("request_", "known", "fields", "verdict"),
    [
        (WHOLE, PLAIN, {"content_length": "100"}, Take(skip=0, length=100, total=100, etag=TAG)),
        (WHOLE, FileFacts(), {"etag": ""}, Take(skip=0, length=None, total=None, etag=None)),
        (WHOLE, PLAIN, {"etag": OTHER_TAG}, Take(skip=0, length=None, total=None, etag=OTHER_TAG)),
        (WHOLE, UNSIZED, {"content_length": "120"}, Take(skip=0, length=120, total=120, etag=TAG)),
        (RangeRequest(start=1, ranged=True), PLAIN, {"content_length": "100"},
         Take(skip=1, length=99, total=100, etag=TAG)),
        (WHOLE, PLAIN, {"content_length": "120"}, StartOver(etag=TAG, total=120)),
        (WHOLE, PLAIN, {"content_length": "120", "transfer_encoding": "chunked"},
         Take(skip=0, length=None, total=None, etag=TAG)),
        (TAIL, PLAIN, {}, AskWithoutIfRange()),
        (TAIL, DIGEST, {"etag": OTHER_TAG}, AskWithoutIfRange()),
        (TAIL, PLAIN, {"etag": OTHER_TAG}, StartOver(etag=OTHER_TAG, total=None)),
        (TAIL, PLAIN, {"etag": OTHER_TAG, "content_length": "100"}, StartOver(etag=OTHER_TAG, total=100)),
        (RangeRequest(start=40, ranged=True), PLAIN, {"content_length": "100"},
         Take(skip=40, length=60, total=100, etag=TAG)),
        (RangeRequest(start=40, ranged=True), PLAIN, {}, Take(skip=40, length=None, total=None, etag=TAG)),
        (RangeRequest(start=40, ranged=True), DIGEST, {"etag": OTHER_TAG},
         Take(skip=40, length=None, total=None, etag=OTHER_TAG)),
        (RangeRequest(start=40, ranged=True), FileFacts(size=100), {}, StartOver(etag=TAG, total=None)),
    ],
)  # fmt: skip
def test_whole_answers(request_: RangeRequest, known: FileFacts, fields: dict[str, str], verdict: Verdict) -> None:
    assert answer(200, request_, known, **{"etag": TAG, **fields}) == verdict


def test_a_whole_answer_of_another_size_is_an_error_where_a_digest_is_known() -> None:
    assert code_of(answer(200, WHOLE, DIGEST, content_length="120")) == ErrorCode.CHANGED


# -- web pages in place of the file ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["text/html", "TEXT/HTML; charset=utf-8", " text/html ;x", "application/xhtml+xml"])
@pytest.mark.parametrize("known", [PLAIN, UNSIZED, DIGEST, FileFacts(digest=True)])
def test_a_web_page_is_a_portal(kind: str, known: FileFacts) -> None:
    assert code_of(answer(200, WHOLE, known, content_type=kind, content_length="99")) == ErrorCode.PORTAL


@pytest.mark.parametrize(
    ("known", "fields"),
    [
        (FileFacts(size=100, html=True), {"content_length": "100"}),
        (DIGEST, {"content_length": "100"}),
        (FileFacts(html=True), {}),
    ],
)
def test_a_web_page_that_is_wanted_or_has_the_right_length_is_none(known: FileFacts, fields: dict[str, str]) -> None:
    assert isinstance(answer(200, WHOLE, known, content_type="text/html", **fields), Take)


def test_a_part_of_a_web_page_is_judged_by_its_total() -> None:
    page = {"content_type": "text/html", "content_length": "60", "etag": TAG}
    assert isinstance(answer(206, TAIL, DIGEST, content_range="bytes 40-99/100", **page), Take)
    assert code_of(answer(206, TAIL, DIGEST, content_range="bytes 40-99/120", **page)) == ErrorCode.PORTAL
    assert code_of(answer(206, TAIL, PLAIN, content_range="bytes 40-99/100", **page)) == ErrorCode.PORTAL


# -- labels that name a compression -----------------------------------------------------------------------------------

LABELS = [
    "gzip", "x-gzip", "br", "zstd", "deflate", "compress", "x-compress", "utf-8", "application/zip", "gzip, gzip",
    "gzip,identity", "aws-chunked,gzip", "none, br", "identity;q=1, x-unheard-of", "7bit, 8bit, gzip",
]  # fmt: skip
"""What real servers write beside bytes that are the file itself: old rules for .gz, upload headers given back."""

NO_COMPRESSION = [
    "aws-chunked", "AWS-Chunked", "none", "binary", "identity", "Identity", "8bit", "7bit", "", " ", ",",
    "aws-chunked,", "identity, aws-chunked", "none,none", "utf-8", "UTF8", "binary;", "plain", "raw", "null", "off",
]  # fmt: skip
SHA_ALONE = FileFacts(etag=TAG, digest=True)


@pytest.mark.parametrize("label", NO_COMPRESSION)
@pytest.mark.parametrize("known", [PLAIN, UNSIZED, DIGEST, FileFacts()])
def test_a_label_that_names_no_compression_is_none(label: str, known: FileFacts) -> None:
    assert answer(200, WHOLE, known, content_encoding=label, content_length="100", etag=TAG) == Take(
        skip=0, length=100, total=100, etag=TAG
    )


@pytest.mark.parametrize("label", [label for label in LABELS if label != "utf-8"])
def test_a_label_that_size_and_digest_can_prove_untrue_is_left_to_them(label: str) -> None:
    whole = answer(200, WHOLE, DIGEST, content_encoding=label, content_length="100", etag=TAG)
    assert whole == Take(skip=0, length=100, total=100, etag=TAG, labelled=True)
    part = {"content_range": "bytes 40-99/100", "content_encoding": label, "etag": TAG}
    assert answer(206, TAIL, DIGEST, **part) == Take(skip=0, length=60, total=100, etag=TAG, labelled=True)
    alone = answer(200, WHOLE, SHA_ALONE, content_encoding=label, content_length="70", etag=TAG)
    assert alone == Take(skip=0, length=70, total=70, etag=TAG, labelled=True)
    lines = {"content-encoding": tuple(label.split(",")), "content-length": ("100",)}
    assert isinstance(judge(WHOLE, 200, lines, DIGEST, NOW), Take)


@pytest.mark.parametrize("label", [label for label in LABELS if label != "utf-8"])
@pytest.mark.parametrize(
    ("known", "length"), [(PLAIN, "100"), (UNSIZED, "100"), (FileFacts(), "100"), (DIGEST, "99"), (DIGEST, "")]
)
def test_a_label_that_nothing_can_prove_untrue_is_believed(label: str, known: FileFacts, length: str) -> None:
    assert code_of(answer(200, WHOLE, known, content_encoding=label, content_length=length)) == ErrorCode.ENCODED


def test_a_part_of_another_size_with_a_label_is_refused() -> None:
    part = {"content_range": "bytes 40-98/99", "content_encoding": "gzip", "etag": TAG}
    assert code_of(answer(206, TAIL, DIGEST, **part)) == ErrorCode.ENCODED


# -- lengths as real servers write them --------------------------------------------------------------------------------


@pytest.mark.parametrize("length", ["100", " 100 ", "100, 100", "100,100,100", "100 ,\t100"])
def test_a_length_may_be_written_more_than_once(length: str) -> None:
    assert answer(200, WHOLE, content_length=length, etag=TAG) == Take(skip=0, length=100, total=100, etag=TAG)
    lines = {"content-length": ("100", length), "etag": (TAG,)}
    assert isinstance(judge(WHOLE, 200, lines, PLAIN, NOW), Take)


@pytest.mark.parametrize("length", ["100, 99", "100, -1", "100;100", "100, x", "0x64", "+100", "1e2", ",", "100,"])
def test_a_length_that_means_two_things_or_none_is_refused(length: str) -> None:
    assert code_of(answer(200, WHOLE, content_length=length, etag=TAG)) == ErrorCode.INCONSISTENT_ANSWER


# -- contradictions, redirects, refusals -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["content-length", "content-range", "etag", "content-encoding", "location"])
def test_a_field_with_two_values_is_refused_and_the_same_twice_is_not(name: str) -> None:
    fields = {
        "content-length": ("60",),
        "content-range": ("bytes 40-99/100",),
        "etag": (TAG,),
        "content-encoding": ("identity",),
        "location": ("/a",),
    }
    twice = {**fields, name: fields[name] * 2}
    assert isinstance(judge(TAIL, 206, twice, PLAIN, NOW), Take)
    other = {**fields, name: (*fields[name], "other")}
    assert code_of(judge(TAIL, 206, other, PLAIN, NOW)) == ErrorCode.INCONSISTENT_ANSWER


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_if_they_lead_anywhere(status: int) -> None:
    assert answer(status, location="/next") == FollowRedirect(location="/next")
    assert code_of(answer(status)) == ErrorCode.INCONSISTENT_ANSWER


SIGNED = FileFacts(size=100, signed=True)


@pytest.mark.parametrize(
    ("status", "known", "code"),
    [
        (401, PLAIN, ErrorCode.NOT_ALLOWED),
        (403, PLAIN, ErrorCode.NOT_ALLOWED),
        (410, PLAIN, ErrorCode.EXPIRED),
        (400, SIGNED, ErrorCode.EXPIRED),
        (401, SIGNED, ErrorCode.EXPIRED),
        (403, SIGNED, ErrorCode.EXPIRED),
        (410, SIGNED, ErrorCode.EXPIRED),
    ],
)
def test_an_address_that_is_refused_is_renewed(status: int, known: FileFacts, code: str) -> None:
    verdict = answer(status, TAIL, known)
    assert isinstance(verdict, RenewUrl)
    assert verdict.error.code == code


@pytest.mark.parametrize(
    ("status", "code", "again"),
    [
        (100, ErrorCode.REFUSED, False),
        (204, ErrorCode.REFUSED, False),
        (300, ErrorCode.REFUSED, False),
        (400, ErrorCode.REFUSED, False),
        (405, ErrorCode.REFUSED, False),
        (404, ErrorCode.DOWNLOAD_NOT_FOUND, False),
        (407, ErrorCode.PROXY_LOGIN, False),
        (408, ErrorCode.SERVER, True),
        (425, ErrorCode.SERVER, True),
        (429, ErrorCode.BUSY, True),
        (499, ErrorCode.REFUSED, False),
        (500, ErrorCode.SERVER, True),
        (502, ErrorCode.SERVER, True),
        (503, ErrorCode.BUSY, True),
        (511, ErrorCode.PORTAL, True),
        (599, ErrorCode.SERVER, True),
    ],
)
def test_refusals(status: int, code: str, again: bool) -> None:
    verdict = answer(status)
    assert isinstance(verdict, Refuse)
    assert (verdict.error.code, verdict.error.retryable) == (code, again)
    assert verdict.error.retry_after is None


@pytest.mark.parametrize("status", [404, 429, 500])
def test_an_address_that_can_expire_is_not_renewed_for_other_reasons(status: int) -> None:
    assert isinstance(answer(status, TAIL, SIGNED), Refuse)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
def test_a_busy_server_says_when_to_come_back(status: int) -> None:
    verdict = answer(status, retry_after="Tue, 10 Nov 2026 00:01:00 GMT")
    assert isinstance(verdict, Refuse)
    assert verdict.error.retry_after == 60


@pytest.mark.parametrize(
    ("known", "named", "verdict"),
    [
        (UNSIZED, "bytes */40", AtEnd(total=40)),
        (UNSIZED, "bytes */30", AtEnd(total=30)),
        (PLAIN, "bytes */30", StartOver(etag=None, total=30)),
        (DIGEST, "bytes */30", ErrorCode.CHANGED),
        (PLAIN, "bytes */100", ErrorCode.WRONG_RANGE),
        (PLAIN, "bytes 0-9/*", ErrorCode.WRONG_RANGE),
        (UNSIZED, "bytes 0-9/*", ErrorCode.WRONG_RANGE),
        (PLAIN, "", ErrorCode.WRONG_RANGE),
        (UNSIZED, "", ErrorCode.WRONG_RANGE),
    ],
)
def test_a_range_that_cannot_be_satisfied(known: FileFacts, named: str, verdict: Verdict | str) -> None:
    found = answer(416, TAIL, known, content_range=named)
    assert (code_of(found) if isinstance(verdict, str) else found) == verdict


# -- fields ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "headers"),
    [
        (WHOLE, {}),
        (RangeRequest(if_range=TAG), {}),
        (RangeRequest(start=5, ranged=True), {"Range": "bytes=5-"}),
        (RangeRequest(start=0, stop=5, ranged=True), {"Range": "bytes=0-4"}),
        (TAIL, {"Range": "bytes=40-", "If-Range": TAG}),
    ],
)
def test_the_header_fields_of_a_request(request_: RangeRequest, headers: dict[str, str]) -> None:
    assert request_.headers() == headers


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("bytes 0-9/10", (0, 10, 10)),
        ("bytes 5-9/*", (5, 10, None)),
        ("bytes */10", (None, None, 10)),
        ("BYTES 0-0/1", (0, 1, 1)),
        ("  bytes   3-4/9 ", (3, 5, 9)),
        ("bytes 9-5/10", None),
        ("bytes 5-4/10", None),
        ("bytes 0-10/10", None),
        ("bytes 0-9", None),
        ("bytes */*", None),
        ("items 0-9/10", None),
        ("bytes ٣-٩/10", None),
        ("bytes 0-99999999999999999999/*", None),
        ("bytes 0-9/10 ", (0, 10, 10)),
        ("bytes=0-9/10", None),
        ("", None),
    ],
)
def test_content_range(text: str, found: tuple[int | None, int | None, int | None] | None) -> None:
    start, stop, total = found or (None, None, None)
    assert parse_content_range(text) == (ContentRange(start=start, stop=stop, total=total) if found else None)


@pytest.mark.parametrize(
    ("text", "strong"),
    [('"a"', True), ('""', True), ('"\xff!"', True), ('W/"a"', False), ("a", False), ('"a', False), ('"a b"', False),
     ('"a"b"', False), (None, False)],
)  # fmt: skip
def test_strong_etag(text: str | None, strong: bool) -> None:
    assert strong_etag(text) == (text if strong else None)


# -- addresses that always mean one file -------------------------------------------------------------------------------

FIXED = FileFacts(size=100, fixed=True)
REST = RangeRequest(start=40, ranged=True)


@pytest.mark.parametrize(
    ("known", "status", "fields", "verdict"),
    [
        (FIXED, 206, {"content_range": "bytes 40-99/100"}, Take(skip=0, length=60, total=100, etag=None)),
        (FIXED, 206, {"content_range": "bytes 40-99/100", "etag": TAG}, Take(skip=0, length=60, total=100, etag=TAG)),
        (FIXED, 200, {"content_length": "100"}, Take(skip=40, length=60, total=100, etag=None)),
        (FIXED, 206, {"content_range": "bytes 40-119/120"}, StartOver(etag=None, total=120)),
        (FIXED, 200, {"content_length": "120"}, StartOver(etag=None, total=120)),
        (FileFacts(fixed=True), 200, {"content_length": "100"}, StartOver(etag=None, total=100)),
        (FileFacts(size=100, etag=TAG, fixed=True), 206, {"content_range": "bytes 40-99/100", "etag": OTHER_TAG},
         StartOver(etag=OTHER_TAG, total=100)),
        (FileFacts(size=100), 206, {"content_range": "bytes 40-99/100"}, StartOver(etag=None, total=100)),
    ],
)  # fmt: skip
def test_a_fixed_address_is_continued_while_the_length_stays(
    known: FileFacts, status: int, fields: dict[str, str], verdict: Verdict
) -> None:
    assert answer(status, REST, known, **fields) == verdict


def test_the_name_that_a_server_tells_comes_with_the_answer() -> None:
    told = answer(200, WHOLE, PLAIN, content_length="100", content_disposition="attachment; filename=a.exe")
    assert isinstance(told, Take)
    assert told.name == "a.exe"
