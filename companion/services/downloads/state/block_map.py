"""Which bytes of a file are missing, assigned, written or verified; shared by all threads of a transfer."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from companion.domain.core.errors import Cancelled
from companion.domain.transfers.blocks import Gap, Layout, gaps, next_assignment

MISSING, ASSIGNED, WRITTEN, VERIFIED = range(4)
MILESTONE = 64 * 1024 * 1024
_WITHOUT_END = 1 << 60


class BlockMap:
    """The state of every block. Every public method is atomic; `changed` is notified when something was.

    A block is fetched from its start to its end by one connection ("worker") at a time; `head` is how many of its first
    bytes are there. While the size is unknown there is one worker and the block map grows with what arrives.
    """

    def __init__(self, layout: Layout | None, block: int) -> None:
        lock = threading.RLock()
        self.changed = threading.Condition(lock)
        self.events = threading.Condition(lock)
        """Notified when something ended, proved wrong or came to a milestone: far less often than `changed`."""
        self.received = 0
        """Bytes that arrived in this run, useful or not."""
        self.stopped = False
        self._block = block
        self._begin(layout)

    def _begin(self, layout: Layout | None) -> None:
        self.size = layout.size if layout else None
        self.layout = layout or Layout(size=_WITHOUT_END, length=self._block)
        self._states = bytearray(layout.count if layout else 0)
        self._heads: dict[int, int] = {}
        self._workers: dict[int, list[int]] = {}  # worker -> [current block, stop block, stop block of its request]
        self._suspect: set[int] = set()
        self._void: set[int] = set()  # blocks whose head proved wrong while a worker was adding to it
        self.stored = 0
        """Bytes of the file that are on disk, verified or not."""

    # -- what is there -------------------------------------------------------------------------------------------

    def restart(self, layout: Layout | None) -> None:
        """Forget everything: the file begins anew."""
        with self.changed:
            self._begin(layout)
            self.changed.notify_all()

    def learn_size(self, layout: Layout) -> None:
        """Fix the size, once an answer has told it; what has arrived so far stays."""
        with self.changed:
            if self.size is None:
                self.size, self.layout = layout.size, layout
                self._states.extend(bytes(layout.count - len(self._states)))
                for block, head in list(self._heads.items()):
                    if layout.start(block) + head == layout.stop(block):
                        del self._heads[block]
                        self._states[block] = WRITTEN
                for worker in self._workers.values():
                    while worker[0] < layout.count and self._states[worker[0]] >= WRITTEN:
                        worker[0] += 1
                    worker[1] = worker[2] = layout.count
                    self._states[worker[0] :] = bytes([ASSIGNED]) * (layout.count - worker[0])
                self.changed.notify_all()

    def end_here(self) -> None:
        """The body of unknown length has ended properly: what is there is the whole file."""
        with self.changed:
            if self.size is None:
                total = self.stored
                layout = Layout(size=total, length=self._block)
                self._heads.clear()
                self._workers.clear()
                self.size, self.layout = total, layout
                self._states = bytearray([WRITTEN]) * layout.count
                self.changed.notify_all()

    def restore(self, ranges: Iterable[tuple[int, int]]) -> None:
        """Take over claims (start, stop) of a journal: whole blocks, or the head of one."""
        with self.changed:
            for start, stop in ranges:
                for block in range(start // self._block, -(-stop // self._block)):
                    self._restore(block, min(stop, self.layout.stop(block)))

    def _restore(self, block: int, stop: int) -> None:
        if block >= len(self._states):
            if self.size is not None:
                return
            self._states.extend(bytes(block + 1 - len(self._states)))
        had = self._head(block)
        head = stop - self.layout.start(block)
        if head <= had:
            return
        self.stored += head - had
        if stop == self.layout.stop(block):
            self._states[block] = WRITTEN
            self._heads.pop(block, None)
        else:
            self._heads[block] = head

    def revoke(self, start: int, stop: int, *, suspect: bool = False) -> None:
        """Bytes `start` … `stop` proved wrong: fetch them again, from a fresh connection if they are `suspect`."""
        with self.changed:
            for block in range(start // self._block, -(-stop // self._block)):
                keep = max(0, start - self.layout.start(block))
                head = self._head(block)
                if head <= keep:
                    continue
                if self._states[block] == ASSIGNED:
                    self._void.add(block)
                    continue
                self._states[block] = MISSING
                self.stored -= head - keep
                self._heads.pop(block, None)
                if keep:
                    self._heads[block] = keep
                if suspect:
                    self._suspect.add(block)
            self.changed.notify_all()
            self.events.notify_all()

    def mark_verified(self, block: int) -> None:
        """The publisher's digests of `block` match."""
        with self.changed:
            if self._states[block] == WRITTEN:
                self._states[block] = VERIFIED
            self.changed.notify_all()

    def _head(self, block: int) -> int:
        if block < len(self._states) and self._states[block] >= WRITTEN:
            return self.layout.stop(block) - self.layout.start(block)
        return self._heads.get(block, 0)

    # -- workers -------------------------------------------------------------------------------------------------

    def assign(self, worker: int, chunk: int) -> tuple[int, bool] | None:
        """Assign `worker` blocks to fetch; returns the first offset and whether a fresh connection must be used.

        None if nothing is left for it. `chunk` is how many blocks it may take from another worker.
        """
        with self.changed:
            if self.size is None:
                first, stop = len(self._states) if not self._states else len(self._states) - 1, _WITHOUT_END
                if self._states and self._states[-1] >= WRITTEN:
                    first += 1
                self._workers[worker] = [first, stop, stop]
                return self.layout.start(first) + self._head(first), False
            # Blocks that another worker gave back may have become its own after it came to its end.
            self._free(worker)
            running = [(number, Gap(first=now, stop=stop)) for number, (now, stop, _) in self._workers.items()]
            assignment = next_assignment(gaps(self._states, MISSING), running, chunk)
            if assignment is None:
                return None
            if assignment.taken_from is not None:
                self._workers[assignment.taken_from][1] = assignment.gap.first
            # A block whose head is there begins a share of its own, so that its head is not fetched again.
            heads = [block for block in self._heads if assignment.gap.first < block < assignment.gap.stop]
            gap = Gap(first=assignment.gap.first, stop=min(heads, default=assignment.gap.stop))
            self._states[gap.first : gap.stop] = bytes([ASSIGNED]) * gap.blocks
            self._workers[worker] = [gap.first, gap.stop, gap.stop]
            fresh = any(block in self._suspect for block in range(gap.first, gap.stop))
            self._suspect.difference_update(range(gap.first, gap.stop))
            return self.layout.start(gap.first) + self._head(gap.first), fresh

    def end_of(self, worker: int) -> int:
        """The offset where `worker` must stop; it may come nearer when another worker takes over the end."""
        with self.changed:
            _, stop, _ = self._workers.get(worker, (0, 0, 0))
            return self.layout.start(stop) if stop < _WITHOUT_END else _WITHOUT_END

    def add_written(self, worker: int, count: int) -> None:
        """`count` more bytes of `worker` are in the file.

        It may have waited for bytes of blocks that another one took over meanwhile, which counts them itself.
        """
        with self.changed:
            self.received += count
            if self.stored // MILESTONE != (self.stored + count) // MILESTONE:
                self.events.notify_all()
            range_ = self._workers[worker]
            while count and range_[0] < range_[1]:
                block = range_[0]
                if block >= len(self._states):
                    self._states.extend(bytes([ASSIGNED]) * (block + 1 - len(self._states)))
                head = self._heads.get(block, 0)
                room = self.layout.stop(block) - self.layout.start(block) - head
                if room <= 0:
                    raise AssertionError("a worker wrote more than was assigned to it")
                step = min(room, count)
                count -= step
                self.stored += step
                if step < room:
                    self._heads[block] = head + step
                    break
                self._heads.pop(block, None)
                self._states[block] = WRITTEN
                self._drop_if_void(block)
                range_[0] += 1
            if count:
                range_[2] = range_[1]  # It is in the midst of the next block, so it cannot go on into it.
            self.changed.notify_all()

    def add_skipped(self, count: int) -> None:
        """`count` bytes arrived that are there already and are not written."""
        with self.changed:
            self.received += count

    def _drop_if_void(self, block: int) -> None:
        if block in self._void:
            self.stored -= self._head(block)
            self._heads.pop(block, None)
            self._states[block] = MISSING
            self._void.discard(block)

    def leave(self, worker: int) -> None:
        """`worker` has ended: what it did not fetch is free again."""
        with self.changed:
            self._free(worker)
            self._give_back()
            self.changed.notify_all()

    def _free(self, worker: int) -> None:
        now, stop, _ = self._workers.pop(worker, (0, 0, 0))
        for block in range(now, min(stop, len(self._states))):
            if self._states[block] == ASSIGNED:
                self._states[block] = MISSING
            self._drop_if_void(block)

    def _give_back(self) -> None:
        """Let workers go on into blocks that became free again, where their answers hold them anyway."""
        for worker in self._workers.values():
            stop = worker[1]
            while (
                stop < min(worker[2], len(self._states)) and self._states[stop] == MISSING and not self._heads.get(stop)
            ):
                self._states[stop] = ASSIGNED
                stop += 1
            worker[1] = stop

    # -- readers -----------------------------------------------------------------------------------------------

    def wait_readable(self, offset: int, most: int, *, verified: bool) -> int:
        """How many bytes (at most `most`) can be read from `offset` on; waits for the first one.

        0 at the end of the file. With `verified`, only blocks that match the publisher's digests count.
        Raises `Cancelled` when the transfer is stopped.
        """
        with self.changed:
            while True:
                if self.stopped:
                    raise Cancelled
                count = self._readable(offset, most, VERIFIED if verified else WRITTEN)
                if count or (self.size is not None and offset >= self.size):
                    return count
                self.changed.wait()

    def _readable(self, offset: int, most: int, least: int) -> int:
        stop = offset
        block = offset // self._block
        while stop < offset + most and block < len(self._states):
            if self._states[block] >= least:
                stop = self.layout.stop(block)
                block += 1
                continue
            if least == WRITTEN and block not in self._void:
                stop = max(stop, self.layout.start(block) + self._heads.get(block, 0))
            break
        return max(0, min(stop, offset + most) - offset)

    def wake(self) -> None:
        """Have all threads that wait look again."""
        with self.changed:
            self.changed.notify_all()
            self.events.notify_all()

    def stop(self) -> None:
        """Wake and end all threads that wait."""
        with self.changed:
            self.stopped = True
            self.changed.notify_all()
            self.events.notify_all()

    # -- figures -----------------------------------------------------------------------------------------------

    def idle_work(self) -> bool:
        """Whether there are blocks that no worker fetches."""
        with self.changed:
            return (self.size is None and not self._workers) or MISSING in self._states

    def arrived(self) -> bool:
        """Whether every byte is on disk."""
        with self.changed:
            return self.size is not None and self.stored == self.size

    def reach(self) -> int:
        """The offset after the last byte that is there."""
        with self.changed:
            heads = (self.layout.start(block) + head for block, head in self._heads.items())
            whole = (self.layout.stop(block) for block, state in enumerate(self._states) if state >= WRITTEN)
            return max((*heads, *whole), default=0)

    def first_unverified(self) -> int | None:
        """The first block that is there and not verified."""
        with self.changed:
            block = self._states.find(WRITTEN)
            return None if block < 0 else block

    def all_verified(self) -> bool:
        """Whether the publisher's digests of every block match."""
        with self.changed:
            return self.size is not None and self._states.count(VERIFIED) == self.layout.count

    def written_after(self, offset: int) -> list[tuple[int, int]]:
        """The ranges (start, stop) of whole blocks that are there and not hashed when the hash has come to `offset`."""
        with self.changed:
            blocks = range(offset // self._block, len(self._states))
            there = [block for block in blocks if self._states[block] >= WRITTEN]
            return [(max(offset, self.layout.start(block)), self.layout.stop(block)) for block in there]

    def heads(self) -> list[tuple[int, int]]:
        """The ranges (start, stop) of blocks of which only the first bytes are there."""
        with self.changed:
            begin = self.layout.start
            return [(begin(block), begin(block) + head) for block, head in sorted(self._heads.items()) if head]

    def count_blocks(self) -> tuple[int, int]:
        """Blocks that are there, and all of them (0 while the size is unknown)."""
        with self.changed:
            there = self._states.count(WRITTEN) + self._states.count(VERIFIED)
            return there, self.layout.count if self.size is not None else 0
