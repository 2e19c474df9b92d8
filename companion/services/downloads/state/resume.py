"""What of an earlier run may be taken over: a decision on a journal's claims and the partial's length."""

from __future__ import annotations

from companion.domain.core.model import Model
from companion.domain.transfers.models import Expected
from companion.services.downloads.state.journal import Claim, Header, JournalContent, identify_pieces

_CHECK_EVERY = 4 * 1024 * 1024


class Resumption(Model, frozen=True):
    """`ranges` are taken to be there until `checks` (in order, not overlapping) say otherwise; `claims` are kept."""

    ranges: tuple[tuple[int, int], ...] = ()
    checks: tuple[Claim, ...] = ()
    claims: tuple[Claim, ...] = ()
    etag: str | None = None
    size: int | None = None

    @property
    def reach(self) -> int:
        """The offset after the last byte claimed to be there; what follows it in the partial means nothing."""
        return max((stop for _, stop in self.ranges), default=0)

    @property
    def done(self) -> int:
        """Bytes claimed to be there."""
        return sum(stop - start for start, stop in self.ranges)


def resume(content: JournalContent | None, expected: Expected, source: str, on_disk: int) -> Resumption | None:
    """Decide what to take over from a partial of `on_disk` bytes; None if it must begin anew.

    With publisher's pieces even a partial without a journal is of use, since every piece is checked.
    """
    if content is None or not belongs(content.header, expected, source):
        whole = _surely(on_disk, expected, expected.size)
        if expected.pieces is None or not whole:
            return None
        every = Claim(start=0, stop=whole)
        return Resumption(ranges=((0, whole),), claims=(every,), size=expected.size)
    size = content.header.size if expected.size is None else expected.size
    limit = _surely(on_disk, expected, size)
    claims = [claim for claim in content.claims if 0 <= claim.start < claim.stop <= limit]
    if expected.pieces is not None:
        ranges = _merge([(claim.start, claim.stop) for claim in claims])
        kept = tuple(Claim(start=start, stop=stop) for start, stop in ranges)
        return Resumption(ranges=ranges, claims=kept, etag=content.header.etag, size=size)
    checks = _checks(claims)
    ranges = _merge([(check.start, check.stop) for check in checks])
    return Resumption(ranges=ranges, checks=checks, claims=checks, etag=content.header.etag, size=size)


def _surely(on_disk: int, expected: Expected, size: int | None) -> int:
    """How many of the first `on_disk` bytes lie inside the file, as far as its size is known or its pieces tell."""
    if size is not None:
        return min(on_disk, size)
    if expected.pieces is not None:
        # Where in its last piece the file ends is not known.
        return min(on_disk, max(0, len(expected.pieces.sha256) - 1) * expected.pieces.length)
    return on_disk


def claimed(content: JournalContent, on_disk: int) -> int:
    """How many bytes of a partial of `on_disk` bytes its journal claims."""
    claims = [claim for claim in content.claims if 0 <= claim.start < claim.stop <= on_disk]
    ranges = claims if content.header.pieces is not None else _checks(claims)
    return sum(stop - start for start, stop in _merge([(claim.start, claim.stop) for claim in ranges]))


def belongs(header: Header, expected: Expected, source: str) -> bool:
    """Whether a partial may be continued: it is of the same digest, or else of the same address and strong ETag.

    An address that always means one file needs no ETag: the bytes at the seam are compared when it is continued.
    """
    if expected.size is not None and header.size is not None and header.size != expected.size:
        return False
    if expected.pieces is not None:
        return header.pieces == identify_pieces(expected)
    if expected.sha256 is not None:
        return header.sha256 == expected.sha256
    if expected.fixed_address and header.etag is None:
        return header.size is not None and header.source == source
    return header.etag is not None and header.source == source


def _checks(claims: list[Claim]) -> tuple[Claim, ...]:
    """Claims in the order in which the hash thread meets them: the chain of prefixes, then single ranges behind it."""
    found: list[Claim] = []
    position = 0
    chain = sorted({claim.stop: claim.prefix for claim in claims if claim.prefix}.items())
    for number, (stop, prefix) in enumerate(chain):
        # What is found wrong between two of them is fetched again; more of them would make long files slow to check.
        if stop - position >= _CHECK_EVERY or number == len(chain) - 1:
            found.append(Claim(start=position, stop=stop, prefix=prefix))
            position = stop
    for claim in sorted(claims, key=lambda each: (each.start, -each.stop)):
        if claim.crc is not None and claim.start >= position:
            found.append(Claim(start=claim.start, stop=claim.stop, crc=claim.crc))
            position = claim.stop
    return tuple(found)


def _merge(ranges: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for start, stop in sorted(ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], stop))
        else:
            merged.append((start, stop))
    return tuple(merged)
