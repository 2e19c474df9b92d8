"""What threads share of a file: figures that no two of them change at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import hypothesis
import hypothesis.strategies as st
import pytest

from companion.domain.transfers.blocks import Layout
from companion.services.downloads.state.block_map import BlockMap
from companion.services.downloads.state.partial import DownloadFiles
from companion.services.downloads.transfer.file_state import FileState
from tests.kits.downloads import MIB, expect, work_alone
from tests.kits.faulty_server import FaultyServer, Reply, serve_range

Start = Callable[..., FaultyServer]


class GuardedBlockMap(BlockMap):
    """Notes each change of `received` that happens without the lock."""

    unguarded = 0
    _received = 0

    @property
    def received(self) -> int:
        return self._received

    @received.setter
    def received(self, count: int) -> None:
        self.unguarded += count != 0 and not self.changed._is_owned()  # type: ignore[attr-defined]
        self._received = count


@pytest.mark.parametrize("ranges", [True, False], ids=["ranges", "no ranges"])
@pytest.mark.parametrize("pieces", [None, MIB], ids=["whole", "pieces"])
def test_bytes_are_counted_under_the_lock(
    start: Start, content: bytes, tmp_path: Path, ranges: bool, pieces: int | None
) -> None:
    file = FileState(DownloadFiles(tmp_path, "setup.bin"), "source", expect(content, pieces=pieces), None)
    guarded = file.block_map = GuardedBlockMap(file.block_map.layout, file.block_map.layout.length)
    file.files.part.write_bytes(content[: 2 * MIB])
    guarded.restore([(0, 2 * MIB)])
    server = start(content, None if ranges else lambda _: Reply(headers=[("ETag", '"one"')], body=content))
    work_alone(file, server.url(), lambda: None)
    assert file.files.part.read_bytes() == content
    assert guarded.received == len(content) - (2 * MIB if ranges else 0)
    assert guarded.unguarded == 0


def test_a_cut_connection_leaves_its_bytes_counted(start: Start, content: bytes, tmp_path: Path) -> None:
    file = FileState(DownloadFiles(tmp_path, "setup.bin"), "source", expect(content), None)
    file.files.part.touch()
    server = start(content, lambda request: replace(serve_range(request, content), cut_after=3 * MIB))
    with pytest.raises(Exception, match="too early"):
        work_alone(file, server.url(), lambda: None)
    assert file.block_map.received == file.block_map.stored == 3 * MIB


def test_what_comes_after_a_connections_end_was_taken_over_is_not_counted_for_another() -> None:
    """A connection asks for its end, waits for bytes, and meanwhile another one takes over what it will receive."""
    block_map = BlockMap(Layout(size=4 * MIB, length=MIB), MIB)
    assert block_map.assign(1, 1) == (0, False)
    block_map.add_written(1, 2 * MIB + 100)
    room = block_map.end_of(1) - (2 * MIB + 100)
    assert block_map.assign(2, 1) == (3 * MIB, False)
    block_map.add_written(1, room - 7)
    assert block_map.stored == 3 * MIB
    block_map.add_written(2, MIB)
    assert (block_map.arrived(), block_map.stored, block_map.count_blocks()) == (True, 4 * MIB, (4, 4))


STEPS = ("look", "write", "write", "leave")


@hypothesis.given(
    size=st.integers(1, 24),
    steps=st.lists(st.tuples(st.integers(1, 3), st.sampled_from(STEPS), st.integers(1, 12)), min_size=6, max_size=40),
)
def test_every_byte_is_counted_once_however_connections_take_over_from_each_other(
    size: int, steps: list[tuple[int, str, int]]
) -> None:
    block_map = BlockMap(Layout(size=size, length=4), 4)
    at: dict[int, int] = {}
    seen: dict[int, int] = {}

    def move(worker: int, step: str, count: int) -> None:
        if worker not in at and step == "look":
            assignment = block_map.assign(worker, count)
            if assignment is not None:
                at[worker] = assignment[0]
        if worker in at and step == "look":
            seen[worker] = block_map.end_of(worker)
        if worker in at and step == "write" and (written := min(count, seen[worker] - at[worker])) > 0:
            block_map.add_written(worker, written)
            at[worker] += written
        if worker in at and step == "leave":
            block_map.leave(worker)
            del at[worker]
        elif worker in at and at[worker] >= block_map.end_of(worker):
            del at[worker]

    for step in steps:
        move(*step)
    for _ in range(2 * size):
        for worker in (1, 2, 3):
            move(worker, "look", 1)
            move(worker, "write", 9)
    assert (block_map.arrived(), block_map.stored) == (True, size)
