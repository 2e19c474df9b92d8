"""Which bytes of a file are there, on their way, or proven; shared by all threads of a transfer."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from companion.domain.core.errors import Cancelled
from companion.domain.transfers.blocks import Gap, Layout, gaps, next_share

MISSING, TAKEN, LANDED, PROVEN = range(4)
MILESTONE = 64 * 1024 * 1024
_WITHOUT_END = 1 << 60


class Ledger:
    """The state of every block. Every public method is atomic; `changed` is notified when something was.

    A block is fetched from its start to its end by one connection ("lane") at a time; `head` is how many of its first
    bytes are there. While the size is unknown there is one lane and the ledger grows with what arrives.
    """

    def __init__(self, layout: Layout | None, block: int) -> None:
        lock = threading.RLock()
        self.changed = threading.Condition(lock)
        self.turned = threading.Condition(lock)
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
        self._lanes: dict[int, list[int]] = {}  # lane -> [current block, stop block, stop block of its request]
        self._suspect: set[int] = set()
        self._void: set[int] = set()  # blocks whose head proved wrong while a lane was adding to it
        self.held = 0
        """Bytes of the file that are on disk, proven or not."""

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
                        self._states[block] = LANDED
                for lane in self._lanes.values():
                    while lane[0] < layout.count and self._states[lane[0]] >= LANDED:
                        lane[0] += 1
                    lane[1] = lane[2] = layout.count
                    self._states[lane[0] :] = bytes([TAKEN]) * (layout.count - lane[0])
                self.changed.notify_all()

    def end_here(self) -> None:
        """The body of unknown length has ended properly: what is there is the whole file."""
        with self.changed:
            if self.size is None:
                total = self.held
                layout = Layout(size=total, length=self._block)
                self._heads.clear()
                self._lanes.clear()
                self.size, self.layout = total, layout
                self._states = bytearray([LANDED]) * layout.count
                self.changed.notify_all()

    def believe(self, ranges: Iterable[tuple[int, int]]) -> None:
        """Take over claims (start, stop) of a journal: whole blocks, or the head of one."""
        with self.changed:
            for start, stop in ranges:
                for block in range(start // self._block, -(-stop // self._block)):
                    self._believe(block, min(stop, self.layout.stop(block)))

    def _believe(self, block: int, stop: int) -> None:
        if block >= len(self._states):
            if self.size is not None:
                return
            self._states.extend(bytes(block + 1 - len(self._states)))
        had = self._head(block)
        head = stop - self.layout.start(block)
        if head <= had:
            return
        self.held += head - had
        if stop == self.layout.stop(block):
            self._states[block] = LANDED
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
                if self._states[block] == TAKEN:
                    self._void.add(block)
                    continue
                self._states[block] = MISSING
                self.held -= head - keep
                self._heads.pop(block, None)
                if keep:
                    self._heads[block] = keep
                if suspect:
                    self._suspect.add(block)
            self.changed.notify_all()
            self.turned.notify_all()

    def prove(self, block: int) -> None:
        """The publisher's digests of `block` match."""
        with self.changed:
            if self._states[block] == LANDED:
                self._states[block] = PROVEN
            self.changed.notify_all()

    def _head(self, block: int) -> int:
        if block < len(self._states) and self._states[block] >= LANDED:
            return self.layout.stop(block) - self.layout.start(block)
        return self._heads.get(block, 0)

    # -- lanes -------------------------------------------------------------------------------------------------

    def take(self, lane: int, chunk: int) -> tuple[int, bool] | None:
        """Give `lane` something to fetch: its first offset, and whether a fresh connection must be used.

        None if nothing is left for it. `chunk` is how many blocks it may take from another lane.
        """
        with self.changed:
            if self.size is None:
                first, stop = len(self._states) if not self._states else len(self._states) - 1, _WITHOUT_END
                if self._states and self._states[-1] >= LANDED:
                    first += 1
                self._lanes[lane] = [first, stop, stop]
                return self.layout.start(first) + self._head(first), False
            running = [(number, Gap(first=now, stop=stop)) for number, (now, stop, _) in self._lanes.items()]
            share = next_share(gaps(self._states, MISSING), running, chunk)
            if share is None:
                return None
            if share.victim is not None:
                self._lanes[share.victim][1] = share.gap.first
            # A block whose head is there begins a share of its own, so that its head is not fetched again.
            heads = [block for block in self._heads if share.gap.first < block < share.gap.stop]
            gap = Gap(first=share.gap.first, stop=min(heads, default=share.gap.stop))
            self._states[gap.first : gap.stop] = bytes([TAKEN]) * gap.blocks
            self._lanes[lane] = [gap.first, gap.stop, gap.stop]
            fresh = any(block in self._suspect for block in range(gap.first, gap.stop))
            self._suspect.difference_update(range(gap.first, gap.stop))
            return self.layout.start(gap.first) + self._head(gap.first), fresh

    def stop_of(self, lane: int) -> int:
        """The offset where `lane` must stop; it may come nearer when another lane takes over the end."""
        with self.changed:
            _, stop, _ = self._lanes.get(lane, (0, 0, 0))
            return self.layout.start(stop) if stop < _WITHOUT_END else _WITHOUT_END

    def land(self, lane: int, count: int) -> None:
        """`count` more bytes of `lane` are in the file."""
        with self.changed:
            if self.held // MILESTONE != (self.held + count) // MILESTONE:
                self.turned.notify_all()
            place = self._lanes[lane]
            while count:
                block = place[0]
                if block >= len(self._states):
                    self._states.extend(bytes([TAKEN]) * (block + 1 - len(self._states)))
                head = self._heads.get(block, 0)
                room = self.layout.stop(block) - self.layout.start(block) - head
                if room <= 0:
                    raise AssertionError("a lane landed more than it had taken")
                step = min(room, count)
                count -= step
                self.held += step
                if step < room:
                    self._heads[block] = head + step
                    break
                self._heads.pop(block, None)
                self._states[block] = LANDED
                self._drop_if_void(block)
                place[0] += 1
            self.changed.notify_all()

    def _drop_if_void(self, block: int) -> None:
        if block in self._void:
            self.held -= self._head(block)
            self._heads.pop(block, None)
            self._states[block] = MISSING
            self._void.discard(block)

    def leave(self, lane: int) -> None:
        """`lane` has ended: what it did not fetch is free again."""
        with self.changed:
            now, stop, _ = self._lanes.pop(lane, (0, 0, 0))
            stop = min(stop, len(self._states))
            for block in range(now, stop):
                if self._states[block] == TAKEN:
                    self._states[block] = MISSING
                self._drop_if_void(block)
            self._give_back()
            self.changed.notify_all()

    def _give_back(self) -> None:
        """Let lanes go on into what nobody fetches any more, where their answers hold it anyway."""
        for lane in self._lanes.values():
            stop = lane[1]
            while (
                stop < min(lane[2], len(self._states)) and self._states[stop] == MISSING and not self._heads.get(stop)
            ):
                self._states[stop] = TAKEN
                stop += 1
            lane[1] = stop

    # -- readers -----------------------------------------------------------------------------------------------

    def wait_readable(self, offset: int, most: int, *, proven: bool) -> int:
        """How many bytes (at most `most`) can be read from `offset` on; waits for the first one.

        0 at the end of the file. With `proven`, only blocks that match the publisher's digests count.
        Raises `Cancelled` when the transfer is stopped.
        """
        with self.changed:
            while True:
                if self.stopped:
                    raise Cancelled
                count = self._readable(offset, most, PROVEN if proven else LANDED)
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
            if least == LANDED and block not in self._void:
                stop = max(stop, self.layout.start(block) + self._heads.get(block, 0))
            break
        return max(0, min(stop, offset + most) - offset)

    def stop(self) -> None:
        """Wake and end everyone who waits."""
        with self.changed:
            self.stopped = True
            self.changed.notify_all()
            self.turned.notify_all()

    # -- figures -----------------------------------------------------------------------------------------------

    def idle_work(self) -> bool:
        """Whether there are blocks that no lane fetches."""
        with self.changed:
            return (self.size is None and not self._lanes) or MISSING in self._states

    def arrived(self) -> bool:
        """Whether every byte is on disk."""
        with self.changed:
            return self.size is not None and self.held == self.size

    def reach(self) -> int:
        """The offset after the last byte that is there."""
        with self.changed:
            heads = (self.layout.start(block) + head for block, head in self._heads.items())
            whole = (self.layout.stop(block) for block, state in enumerate(self._states) if state >= LANDED)
            return max((*heads, *whole), default=0)

    def first_landed(self) -> int | None:
        """The first block that is there and not proven."""
        with self.changed:
            block = self._states.find(LANDED)
            return None if block < 0 else block

    def all_proven(self) -> bool:
        """Whether the publisher's digests of every block match."""
        with self.changed:
            return self.size is not None and self._states.count(PROVEN) == self.layout.count

    def landed_after(self, offset: int) -> list[tuple[int, int]]:
        """The ranges (start, stop) of whole blocks that are there and not hashed when the hash has come to `offset`."""
        with self.changed:
            blocks = range(offset // self._block, len(self._states))
            there = [block for block in blocks if self._states[block] >= LANDED]
            return [(max(offset, self.layout.start(block)), self.layout.stop(block)) for block in there]

    def heads(self) -> list[tuple[int, int]]:
        """The ranges (start, stop) of blocks of which only the first bytes are there."""
        with self.changed:
            begin = self.layout.start
            return [(begin(block), begin(block) + head) for block, head in sorted(self._heads.items()) if head]

    def count_blocks(self) -> tuple[int, int]:
        """Blocks that are there, and all of them (0 while the size is unknown)."""
        with self.changed:
            there = self._states.count(LANDED) + self._states.count(PROVEN)
            return there, self.layout.count if self.size is not None else 0
