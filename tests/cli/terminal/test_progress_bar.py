"""The progress bar of a transfer."""

from __future__ import annotations

from typing import Any

import pytest

from companion.cli.terminal.progress_bar import progress_bar
from companion.domain.transfers.models import TransferProgress, TransferState


def progress(**settings: Any) -> TransferProgress:
    return TransferProgress(**{"state": TransferState.DOWNLOADING, "done": 0, "size": None, **settings})


@pytest.mark.parametrize(
    ("settings", "shown"),
    [
        ({"done": 25_000_000, "size": 100_000_000}, "█░░░  25%  25.0 MB of 100 MB  "),
        (
            {"done": 25_000_000, "size": 100_000_000, "rate": 2e6, "time_left": 37.0},
            "█░░░  25%  25.0 MB of 100 MB  2.0 MB/s  0:37 left",
        ),
        (
            {"done": 50, "size": 100, "rate": 2.0, "time_left": 3725.0},
            "██░░  50%  50 bytes of 100 bytes  2 bytes/s  1 h 2 min left",
        ),
        ({"done": 50, "size": 100, "time_left": 0.4}, "██░░  50%  50 bytes of 100 bytes  "),
        ({"done": 120, "size": 100}, "████ 100%  120 bytes of 100 bytes  "),
        ({"done": 3_000_000, "rate": 1e6}, "3.0 MB  1.0 MB/s"),
        ({"done": 5, "size": 10, "wait": 20.0, "reason": "The store is busy."}, "The store is busy."),
        ({"done": 5, "size": 10, "reason": "The store was busy."}, "██░░  50%  5 bytes of 10 bytes  "),
    ],
)
def test_the_bar_shows_how_much_is_done_and_left(settings: dict[str, Any], shown: str) -> None:
    assert progress_bar(progress(**settings), width=4) == shown
