"""One run over a partial: supervises lanes and proof until the file is whole and hashed, or says why not."""

from __future__ import annotations

import random
import threading
import time
from io import FileIO

from companion.domain.core.error_words import failure
from companion.domain.core.errors import Cancelled, CompanionError, ErrorCode, ErrorKind
from companion.domain.core.retry import count_failures, wait_before_retry
from companion.domain.transfers.blocks import block_length, layout_of, longest_of
from companion.domain.transfers.connection_scaling import Climb, forbid_more, step
from companion.domain.transfers.models import Expected, Options, TransferProgress, TransferState
from companion.domain.transfers.responses import Known, Take
from companion.services.app.cancellation import Cancellation
from companion.services.downloads.integrity.hashing import Head, crc_of_range
from companion.services.downloads.integrity.verification import Proof
from companion.services.downloads.progress import Reporter
from companion.services.downloads.state.block_map import Ledger
from companion.services.downloads.state.journal import Claim, Journal, new_header
from companion.services.downloads.state.partial import Place, describe_disk_error, synchronise
from companion.services.downloads.state.resume import Resumption
from companion.services.downloads.transfer.transport import Address, VoidedError, looks_signed
from companion.services.downloads.transfer.wake_detector import Awakening
from companion.services.downloads.transfer.worker import Lane, Pace, join_all

_TICK = 0.1
_CLAIM_AT_END = 64 * 1024 * 1024


class Tally:
    """Figures of one download over all its runs."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.fetched = 0
        self.retries = 0
        self.repaired = 0
        self.damaged: set[int] = set()
        """Pieces that were wrong in what was there already."""
        self.most_lanes = 1
        self.resumed_from = 0


class Transfer:
    """Fetches what is missing of one partial. Use once; the caller holds the lock of the partial."""

    def __init__(
        self,
        place: Place,
        address: Address,
        source: str,
        expected: Expected,
        options: Options,
        resumption: Resumption | None,
        tally: Tally,
        report: Reporter,
        cancellation: Cancellation,
        head: Head | None = None,
    ) -> None:
        self.place, self.address, self.expected, self.options = place, address, expected, options
        self.part = place.part
        self.pieces = expected.pieces is not None
        self.longest = longest_of(expected)
        self.spare: list[memoryview] = []
        self.pace = Pace(options.limit_rate)
        self.other_version = self._shared_out = False
        self._source, self._tally, self._report, self._cancellation = source, tally, report, cancellation
        self._taken = taken = resumption or Resumption()
        size = taken.size if expected.size is None else expected.size
        block = block_length(expected)
        self.ledger = Ledger(None if size is None else layout_of(expected, size), block)
        self.ledger.believe(taken.ranges)
        for number in head.blocks if head else ():
            self.ledger.prove(number)
        self._etag = taken.etag
        self._journal: Journal | None = None
        self._meeting = threading.Lock()
        self._proof = Proof(
            self.part, self.ledger, expected, taken.checks, head,
            claim=self.claim, bad=self._judge_bad, synchronise=options.synchronise,
        )  # fmt: skip
        self._lanes, self._number = list[Lane](), 0
        self._climb = Climb(most=options.most_connections)
        self._awakening = Awakening()
        self._failures = self._at_failure = 0
        self._bad: dict[int, int] = {}
        self._fatal: BaseException | None = None

    # -- what lanes ask ------------------------------------------------------------------------------------------

    def known(self) -> Known:
        """What is known of the file right now."""
        name = self.place.final.name.lower()
        return Known(
            size=self.ledger.size,
            etag=self._etag,
            digest=self.expected.sha256 is not None or self.pieces,
            html=name.endswith((".html", ".htm", ".xhtml")),
            signed=looks_signed(self.address.current()),
        )

    def meet(self, take: Take) -> None:
        """Learn size and ETag from an accepted answer and begin the journal with them."""
        with self._meeting:
            if take.skip and len(self._lanes) > 1:
                # No ranges here: a second connection would fetch everything once more.
                self._climb = forbid_more(self._climb, 1)
                raise Cancelled
            if self.ledger.size is None and take.total is not None:
                if self.ledger.reach() > take.total:
                    raise VoidedError
                layout = layout_of(self.expected, take.total)
                self.place.require_room(take.total)
                self.ledger.learn_size(layout)
            if self._etag is not None and take.etag != self._etag:
                self.other_version = True
            self._etag = take.etag or self._etag
            if self._journal is None:
                self._begin_journal(())

    def _begin_journal(self, claims: tuple[Claim, ...]) -> None:
        header = new_header(
            self.place.final.name,
            self._source,
            self.expected,
            block_length(self.expected),
            self.ledger.size,
            self._etag,
        )
        self._journal = Journal(self.place.journal, header, claims)

    def claim(self, claim: Claim) -> None:
        """Write a claim into the journal."""
        if self._journal is not None:
            self._journal.claim(claim)

    def hashed_soon(self, offset: int) -> bool:
        """Whether the hash thread will come to `offset` and claim what it finds there, in a moment."""
        return self._proof.comes_soon(offset)

    def _judge_bad(self, block: int, wrong: list[int]) -> None:
        """A block does not match the publisher's digests: fetch it again, once if it came over the network."""
        layout = self.ledger.layout
        inherited = any(start < layout.stop(block) and layout.start(block) < stop for start, stop in self._taken.ranges)
        self._bad[block] = self._bad.get(block, 0) + 1
        self._tally.repaired += len(wrong)
        if inherited and self._bad[block] == 1:
            self._tally.damaged.update(wrong)
        if self._bad[block] > (2 if inherited else 1):
            self._fatal = failure(ErrorCode.CHANGED if self.other_version else ErrorCode.CORRUPT)
        self.ledger.revoke(layout.start(block), layout.stop(block), suspect=True)

    # -- the run -------------------------------------------------------------------------------------------------

    def run(self) -> str | None:
        """Fetch and prove everything; gives the SHA-256 of the file, None if nobody asked for it.

        Raises `CompanionError`, `Cancelled`, or `VoidedError` if the file has to begin anew. Partial and journal are
        left in a state the next run can use, whatever happens.
        """
        try:
            if self._taken.ranges:
                self._begin_journal(self._taken.claims)
            self._proof.start()
            self._supervise()
            self._finish()
            return self._proof.digest
        finally:
            self._close()

    def _supervise(self) -> None:
        while self._lanes or not (self.ledger.arrived() and self._proof.done()):
            self._cancellation.check()
            self._check_proof()
            self._mind_lanes()
            self._report.tell(self._progress)
            with self.ledger.turned:
                self.ledger.turned.wait_for(self._something_ended, timeout=_TICK)
        self._check_proof()

    def _something_ended(self) -> bool:
        if not self._lanes and (self._proof.done() or self.ledger.idle_work()):
            return True
        return self._fatal is not None or any(lane.over for lane in self._lanes)

    def _check_proof(self) -> None:
        if self._fatal is not None:
            raise self._fatal
        self._proof.check()

    def _mind_lanes(self) -> None:
        now = time.monotonic()
        for lane in [each for each in self._lanes if each.over]:
            self._lanes.remove(lane)
            if lane.error is not None:
                self._bury(lane.error)
            elif not lane.retiring:
                self._shared_out = True
        awoken = self._awakening.noticed()
        for lane in self._lanes:
            if awoken or self._too_slow(lane, now):
                lane.abandon(failure(ErrorCode.NETWORK if awoken else ErrorCode.TOO_SLOW))
        if self.ledger.idle_work():
            self._shared_out = False
        if not self._lanes and self.ledger.idle_work():
            self._require_continuation()
            self._start_lane()
        if self.options.most_connections > 1:
            self._adapt(now)

    def _bury(self, error: BaseException) -> None:
        """A lane failed: others may go on without it, otherwise wait and try again."""
        spared = isinstance(error, CompanionError) and error.kind is ErrorKind.UNREACHABLE
        if spared and self._lanes:
            self._tally.retries += 1
            self._climb = forbid_more(self._climb, len(self._lanes))
        else:
            self._recover(error)

    def _adapt(self, now: float) -> None:
        """Have as many lanes as the measured rate justifies."""
        if self.ledger.size is None or not self._lanes:
            return
        trips = [lane.round_trip for lane in self._lanes if lane.round_trip is not None]
        self._climb = step(self._climb, now, self.ledger.received, min(max(min(trips, default=0.1), 0.01), 0.5))
        working = [lane for lane in self._lanes if not lane.retiring]
        for lane in working[self._climb.lanes :]:
            lane.retire()
        while len(self._lanes) < self._climb.lanes and not self._shared_out:
            self._start_lane()

    def _too_slow(self, lane: Lane, now: float) -> bool:
        least = self.options.minimum_rate
        if self.options.limit_rate is not None:
            least = min(least, self.options.limit_rate // 4)
        while len(lane.samples) > 1 and lane.samples[1][0] <= now - self.options.patience:
            lane.samples.pop(0)
        lane.samples.append((now, lane.received))
        since, count = lane.samples[0]
        return now - since >= self.options.patience and lane.received - count < least * (now - since)

    def _require_continuation(self) -> None:
        """Without a digest or a strong ETag nothing proves that further bytes belong to those that are there."""
        if self.ledger.held and self._etag is None and self.expected.sha256 is None and not self.pieces:
            raise VoidedError

    def _start_lane(self) -> None:
        self._number += 1
        lane = Lane(self._number, self, self._wake)
        self._lanes.append(lane)
        self._tally.most_lanes = max(self._tally.most_lanes, len(self._lanes))
        lane.start()

    def _wake(self) -> None:
        with self.ledger.turned:
            self.ledger.changed.notify_all()
            self.ledger.turned.notify_all()

    def _recover(self, error: BaseException) -> None:
        """Wait as long as it takes after a lane's failure, or raise it."""
        if not isinstance(error, CompanionError):
            raise error
        progressed = self.ledger.received - self._at_failure
        self._at_failure = self.ledger.received
        self._failures = count_failures(self._failures, progressed)
        seconds = wait_before_retry(
            error,
            self._failures,
            progressed,
            most=self.options.most_retries,
            longest=self.options.longest_wait,
            first=self.options.first_wait,
            jitter=random.random(),  # noqa: S311 - spreads load, guards nothing
        )
        if seconds is None:
            raise error
        self._tally.retries += 1
        self._wait(seconds, error)

    def _wait(self, seconds: float, error: CompanionError) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._check_proof()
            if self._awakening.noticed() and error.retry_after is None:
                return
            asked = error.retry_after is not None
            reason = f"The server asks to wait {seconds:.0f} s." if asked else f"{error.title}. Trying again soon."
            self._report.tell(lambda: self._progress(TransferState.WAITING, reason, left))  # noqa: B023 - told at once
            self._cancellation.wait(min(left, _TICK))

    def _progress(
        self, state: TransferState | None = None, reason: str | None = None, wait: float | None = None
    ) -> TransferProgress:
        there, blocks = self.ledger.count_blocks()
        if state is None:
            state = TransferState.DOWNLOADING if self.ledger.received else TransferState.CONNECTING
            state = TransferState.VERIFYING if self.ledger.arrived() else state
        return self._report.measure(
            TransferProgress(
                state=state,
                done=self.ledger.held,
                size=self.ledger.size,
                reason=reason,
                wait=wait,
                pieces_done=there,
                pieces_total=blocks,
                connections=len(self._lanes),
                resumed_from=self._tally.resumed_from,
            ),
            self.ledger.received,
        )

    # -- the end -------------------------------------------------------------------------------------------------

    def _finish(self) -> None:
        if self.options.synchronise:
            self._report.tell(self._progress, force=True)
            try:
                synchronise(self.part)
            except OSError as error:
                raise describe_disk_error(error) from error

    def _close(self) -> None:
        for lane in self._lanes:
            lane.abandon(None)
        self.ledger.stop()
        join_all(self._lanes, 2.0)
        self._proof.join()
        self._tally.fetched += self.ledger.received
        if self._journal is not None:
            self._claim_rest()
            self._journal.close()

    def _claim_rest(self) -> None:
        """Claim what landed behind the back of the hash thread, so that an orderly stop loses nothing."""
        ranges = self.ledger.heads()
        if not self.pieces:
            hashed = self._proof.position
            ranges = [(max(start, hashed), stop) for start, stop in ranges + self.ledger.landed_after(hashed)]
        budget = _CLAIM_AT_END
        try:
            with FileIO(self.part, "rb") as file:
                for start, stop in sorted(ranges):
                    budget -= stop - start
                    if budget >= 0 and start < stop:
                        self.claim(Claim(start=start, stop=stop, crc=crc_of_range(file, start, stop)))
        except OSError:
            return
