"""What threads share of a file: figures that no two of them change at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

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
