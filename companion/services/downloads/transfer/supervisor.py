"""One run over a partial: supervises workers and verification until the file is whole and hashed, or says why not."""

from __future__ import annotations

import dataclasses
import random
import time
from collections.abc import Callable

from companion.domain.core.errors import Cancelled, CompanionError, ErrorCode, ErrorKind
from companion.domain.core.retry import count_failures, wait_before_retry
from companion.domain.core.words.error_words import failure
from companion.domain.transfers.connection_scaling import Scaling, forbid_more, step
from companion.domain.transfers.models import Options, TransferProgress, TransferState
from companion.domain.transfers.responses import Take
from companion.services.app.cancellation import Cancellation
from companion.services.app.wake_detector import WakeDetector
from companion.services.downloads.integrity.hashing import VerifiedPart
from companion.services.downloads.integrity.verification import Verification
from companion.services.downloads.progress import Reporter
from companion.services.downloads.state.partial import describe_disk_error, synchronise
from companion.services.downloads.transfer.file_state import FileState
from companion.services.downloads.transfer.splice import SplicePipe, new_splice_pipe
from companion.services.downloads.transfer.transport import Address
from companion.services.downloads.transfer.worker import RateLimiter, Worker, join_all

_TICK = 0.1
_SHORTEST_TRIP, _USUAL_TRIP, _LONGEST_TRIP = 0.01, 0.1, 0.5


class Totals:
    """Figures of one download over all its runs."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.fetched = 0
        self.retries = 0
        self.wrong_pieces = 0
        self.wrong_at_start: set[int] = set()
        """Pieces that were wrong in what was on the disk already."""
        self.most_connections = 1
        self.resumed_from = 0


@dataclasses.dataclass(frozen=True)
class TransferContext:
    """What all runs of one download share."""

    address: Address
    options: Options
    cancellation: Cancellation
    report: Reporter
    new_pipe: Callable[[], SplicePipe | None] = new_splice_pipe
    """Makes the pipe through which a worker's bytes can go into the file; None where the system has no such thing."""
    totals: Totals = dataclasses.field(default_factory=Totals)


class Supervisor:
    """Fetches what is missing of one partial. Use once; the caller holds the lock of the partial."""

    def __init__(self, file: FileState, context: TransferContext, verified: VerifiedPart | None = None) -> None:
        """`verified` is what the caller has verified of the partial already."""
        self.file, self.address, self.options = file, context.address, context.options
        self.new_pipe = context.new_pipe
        self.rate_limiter = RateLimiter(context.options.limit_rate)
        self.spare_buffers: list[memoryview] = []
        for block in verified.blocks if verified else ():
            file.block_map.mark_verified(block)
        self._context = context
        self._verification = Verification(
            file.files.part,
            file.block_map,
            file.expected,
            file.resumption.checks,
            verified,
            claim=file.claim,
            bad=file.reject_block,
            synchronise=context.options.synchronise,
        )
        self._workers: list[Worker] = []
        self._last_number = 0
        self._all_assigned = False
        self._has_ranges = True
        self._scaling = Scaling(most=context.options.most_connections)
        self._wake_detector = WakeDetector()
        self._failures = self._received_at_failure = 0

    # -- what workers ask ----------------------------------------------------------------------------------------

    def accept(self, take: Take) -> None:
        """Learn from an accepted answer. Raises what makes it unusable."""
        if take.skip and len(self._workers) > 1:
            # No ranges here: a second connection would fetch everything once more.
            self._has_ranges = False
            raise Cancelled
        self.file.accept(take)

    def hashed_soon(self, offset: int) -> bool:
        """Whether the hash thread will come to `offset` and claim what it finds there, in a moment."""
        return self._verification.comes_soon(offset)

    # -- the run -------------------------------------------------------------------------------------------------

    def run(self) -> str | None:
        """Fetch and verify everything; returns the SHA-256 of the file, None if it was not to be taken.

        Raises `CompanionError`, `Cancelled`, or `FileChangedError` if the file has to begin anew. Partial and journal
        are left in a state the next run can use, whatever happens.
        """
        try:
            self.file.begin()
            self._verification.start()
            self._supervise()
            self._finish()
            return self._verification.digest
        finally:
            self._close()

    def _supervise(self) -> None:
        block_map = self.file.block_map
        while self._workers or not (block_map.arrived() and self._verification.done()):
            self._context.cancellation.check()
            self._check_verification()
            self._supervise_workers(time.monotonic())
            self._context.report.tell(self._progress)
            with block_map.events:
                block_map.events.wait_for(self._something_ended, timeout=_TICK)
        self._check_verification()

    def _something_ended(self) -> bool:
        if not self._workers and (self._verification.done() or self.file.block_map.idle_work()):
            return True
        return self.file.damage is not None or any(worker.over for worker in self._workers)

    def _check_verification(self) -> None:
        if self.file.damage is not None:
            raise self.file.damage
        self._verification.check()

    def _supervise_workers(self, now: float) -> None:
        self._remove_ended()
        self._abandon_stuck(now)
        if self.file.block_map.idle_work():
            self._all_assigned = False
        if not self._workers and self.file.block_map.idle_work():
            self.file.require_continuation()
            self._start_worker()
        if self.options.most_connections > 1:
            self._scale(now)

    def _remove_ended(self) -> None:
        for worker in [each for each in self._workers if each.over]:
            self._workers.remove(worker)
            if worker.error is not None:
                self._handle_failure(worker.error)
            elif not worker.retiring:
                self._all_assigned = True

    def _abandon_stuck(self, now: float) -> None:
        """End workers whose connection moves nothing, all of them after this computer slept or changed networks."""
        woke = self._wake_detector.woke()
        for worker in self._workers:
            if woke or worker.too_slow(now):
                worker.abandon(failure(ErrorCode.NETWORK if woke else ErrorCode.TOO_SLOW))

    def _handle_failure(self, error: BaseException) -> None:
        """A worker failed: others may go on without it, otherwise wait and try again."""
        if isinstance(error, CompanionError) and error.kind is ErrorKind.UNREACHABLE and self._workers:
            self._context.totals.retries += 1
            self._scaling = forbid_more(self._scaling, len(self._workers))
        else:
            self._retry(error)

    def _scale(self, now: float) -> None:
        """Have as many workers as the measured rate justifies."""
        if not self._has_ranges:
            self._scaling = forbid_more(self._scaling, 1)
        if self.file.block_map.size is None or not self._workers:
            return
        trips = [worker.round_trip for worker in self._workers if worker.round_trip is not None]
        trip = min(max(min(trips, default=_USUAL_TRIP), _SHORTEST_TRIP), _LONGEST_TRIP)
        self._scaling = step(self._scaling, now, self.file.block_map.received, trip)
        working = [worker for worker in self._workers if not worker.retiring]
        for worker in working[self._scaling.connections :]:
            worker.retire()
        while len(self._workers) < self._scaling.connections and not self._all_assigned:
            self._start_worker()

    def _start_worker(self) -> None:
        self._last_number += 1
        worker = Worker(self._last_number, self, self.file.block_map.wake)
        self._workers.append(worker)
        totals = self._context.totals
        totals.most_connections = max(totals.most_connections, len(self._workers))
        worker.start()

    # -- waiting -------------------------------------------------------------------------------------------------

    def _retry(self, error: BaseException) -> None:
        """Wait as long as it takes after a worker's failure, or raise it."""
        if not isinstance(error, CompanionError):
            raise error
        received = self.file.block_map.received
        progressed, self._received_at_failure = received - self._received_at_failure, received
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
        self._context.totals.retries += 1
        self._wait(seconds, error)

    def _wait(self, seconds: float, error: CompanionError) -> None:
        until = time.monotonic() + seconds
        asked = error.retry_after is not None
        reason = f"The server asks to wait {seconds:.0f} s." if asked else f"{error.title}. Trying again soon."
        while (left := until - time.monotonic()) > 0:
            self._check_verification()
            if self._wake_detector.woke() and not asked:
                return
            self._context.report.tell(lambda: self._progress(TransferState.WAITING, reason, left))
            self._context.cancellation.wait(min(left, _TICK))

    def _progress(
        self, state: TransferState | None = None, reason: str | None = None, wait: float | None = None
    ) -> TransferProgress:
        block_map = self.file.block_map
        there, blocks = block_map.count_blocks()
        if state is None:
            state = TransferState.DOWNLOADING if block_map.received else TransferState.CONNECTING
            state = TransferState.VERIFYING if block_map.arrived() else state
        return self._context.report.measure(
            TransferProgress(
                state=state,
                done=block_map.stored,
                size=block_map.size,
                reason=reason,
                wait=wait,
                pieces_done=there,
                pieces_total=blocks,
                connections=len(self._workers),
                resumed_from=self._context.totals.resumed_from,
            ),
            block_map.received,
        )

    # -- the end -------------------------------------------------------------------------------------------------

    def _finish(self) -> None:
        if self.options.synchronise:
            self._context.report.tell(self._progress, force=True)
            try:
                synchronise(self.file.files.part)
            except OSError as error:
                raise describe_disk_error(error) from error

    def _close(self) -> None:
        for worker in self._workers:
            worker.abandon(None)
        self.file.block_map.stop()
        join_all(self._workers, 2.0)
        self._verification.join()
        totals = self._context.totals
        totals.fetched += self.file.block_map.received
        totals.wrong_pieces += self.file.wrong_pieces
        totals.wrong_at_start |= self.file.wrong_at_start
        self.file.close(self._verification.position)
