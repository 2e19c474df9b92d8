"""What is known of one file while it is downloaded: its blocks, size, ETag and journal. No thread, no connection."""

from __future__ import annotations

import threading
from io import FileIO

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.words.error_words import failure
from companion.domain.transfers.blocks import block_length, largest_size, layout_of
from companion.domain.transfers.models import Expected
from companion.domain.transfers.responses import FileFacts, Take
from companion.services.downloads.integrity.hashing import crc_of_range
from companion.services.downloads.state.block_map import BlockMap
from companion.services.downloads.state.journal import Claim, Journal, new_header
from companion.services.downloads.state.partial import DownloadFiles
from companion.services.downloads.state.resume import Resumption
from companion.services.downloads.state.room import Room
from companion.services.downloads.transfer.transport import FileChangedError

_MOST_CLAIMED_AT_END = 64 * 1024 * 1024
_WEB_PAGES = (".html", ".htm", ".xhtml")


class FileState:
    """The state of one partial during one run, shared by the workers, the verification and their supervisor.

    Everything about single bytes is in `block_map`; the rest changes only when an answer tells something new.
    """

    def __init__(
        self,
        files: DownloadFiles,
        source: str,
        expected: Expected,
        resumption: Resumption | None,
        most_bytes: int | None = None,
    ) -> None:
        """`source` identifies the address in the journal; `resumption` is what is taken over from an earlier run.

        `most_bytes` is the most that the file may have.
        """
        self._room = Room(files.folder, most_bytes)
        self.files, self.expected = files, expected
        self.resumption = resumption or Resumption()
        size = self.resumption.size if expected.size is None else expected.size
        self.block_map = BlockMap(None if size is None else layout_of(expected, size), block_length(expected))
        self.block_map.restore(self.resumption.ranges)
        self.etag = self.resumption.etag
        self.changed_etag = False
        """Whether answers had different ETags, so that damage may come from another version of the file."""
        self.labelled = False
        """Whether an answer called its bytes compressed."""
        self.server_name: str | None = None
        """What the server calls the file, as it wrote it."""
        self.damage: CompanionError | None = None
        """Set once blocks are wrong that came over the network a second time."""
        self.wrong_pieces = 0
        self.wrong_at_start: set[int] = set()
        """Pieces that were wrong in what was on the disk already."""
        self._source = source
        self._failures_of_block: dict[int, int] = {}
        self._accepting = threading.Lock()
        self._journal: Journal | None = None

    @property
    def has_digest(self) -> bool:
        """Whether a digest decides at the end which bytes belong to the file."""
        return self.expected.sha256 is not None or self.expected.pieces is not None

    @property
    def largest_size(self) -> int | None:
        """The most bytes that the file can have while its size is unknown; None if nothing limits it."""
        return largest_size(self.expected)

    def facts(self, *, signed: bool) -> FileFacts:
        """Returns what is known of the file right now; `signed` tells whether its address can expire."""
        return FileFacts(
            size=self.block_map.size,
            etag=self.etag,
            digest=self.has_digest,
            html=self.files.final.name.lower().endswith(_WEB_PAGES),
            signed=signed,
            fixed=self.expected.fixed_address,
        )

    @property
    def compares_seams(self) -> bool:
        """Whether the bytes before a continuation are fetched once more and compared: nothing else proves it."""
        return self.expected.fixed_address and self.etag is None and not self.has_digest

    def accept(self, take: Take) -> None:
        """Learn size and ETag from an accepted answer, and begin the journal with the first one.

        Raises `FileChangedError` if more bytes are there than the file has, `CompanionError` if it has no room.
        """
        with self._accepting:
            if self.block_map.size is None and take.total is not None:
                if self.block_map.reach() > take.total:
                    raise FileChangedError
                layout = layout_of(self.expected, take.total)
                self._room.require_total(take.total)
                self.files.require_room(take.total)
                self.block_map.learn_size(layout)
            self.changed_etag |= self.etag is not None and take.etag != self.etag
            self.etag = take.etag or self.etag
            self.server_name = take.name or self.server_name
            self.labelled |= take.labelled
            if self._journal is None:
                self._begin_journal(())

    def require_growth(self, count: int, reach: int) -> None:
        """Raise `CompanionError` unless `count` more bytes up to the offset `reach` may be written."""
        if self.largest_size is not None:
            if reach > self.largest_size:
                raise too_many_bytes()
        elif self.block_map.size is None:
            self._room.require(count, reach)

    @property
    def can_be_continued(self) -> bool:
        """Whether another run can prove that further bytes belong to those that are there."""
        return self.has_digest or self.etag is not None or self.block_map.size is not None

    def begin(self) -> None:
        """Begin the journal with what was taken over; without that it begins with the first answer."""
        if self.resumption.ranges:
            self._begin_journal(self.resumption.claims)

    def require_continuation(self) -> None:
        """Raise `FileChangedError` if nothing can prove that further bytes belong to those that are there."""
        if self.expected.fixed_address and self.block_map.size is not None:
            return
        if self.block_map.stored and self.etag is None and not self.has_digest:
            raise FileChangedError

    def claim(self, claim: Claim) -> None:
        """Write a claim into the journal."""
        if self._journal is not None:
            self._journal.claim(claim)

    def reject_block(self, block: int, wrong: list[int]) -> None:
        """Have a block fetched again that does not match the publisher's digests of the pieces `wrong`.

        A block of an earlier run may be wrong once more than one that came over the network in this run, of which a
        second wrong copy sets `damage`.
        """
        layout = self.block_map.layout
        start, stop = layout.start(block), layout.stop(block)
        inherited = any(first < stop and start < last for first, last in self.resumption.ranges)
        count = self._failures_of_block[block] = self._failures_of_block.get(block, 0) + 1
        self.wrong_pieces += len(wrong)
        if inherited and count == 1:
            self.wrong_at_start.update(wrong)
        if count > (2 if inherited else 1):
            self.damage = failure(ErrorCode.CHANGED if self.changed_etag else ErrorCode.CORRUPT)
        self.block_map.revoke(start, stop, suspect=True)

    def close(self, hashed: int) -> None:
        """Claim what no thread has claimed yet, so that an orderly stop loses nothing, and close the journal.

        The whole digest has claimed everything before the offset `hashed` itself.
        """
        if self._journal is None:
            return
        ranges = self.block_map.heads()
        if self.expected.pieces is None:
            ranges = [(max(start, hashed), stop) for start, stop in ranges + self.block_map.written_after(hashed)]
        self._claim_ranges(sorted(ranges))
        self._journal.close()

    def _claim_ranges(self, ranges: list[tuple[int, int]]) -> None:
        budget = _MOST_CLAIMED_AT_END
        try:
            with FileIO(self.files.part, "rb") as file:
                for start, stop in ranges:
                    budget -= stop - start
                    if budget >= 0 and start < stop:
                        self.claim(Claim(start=start, stop=stop, crc=crc_of_range(file, start, stop)))
        except OSError:
            return

    def _begin_journal(self, claims: tuple[Claim, ...]) -> None:
        header = new_header(
            self.files.final.name,
            self._source,
            self.expected,
            block_length(self.expected),
            self.block_map.size,
            self.etag,
        )
        self._journal = Journal(self.files.journal, header, claims)


def too_many_bytes() -> CompanionError:
    """Returns the error of a server that sends more than the file can have."""
    return failure(ErrorCode.CHANGED, message="The server sends more bytes than the file should have.")
