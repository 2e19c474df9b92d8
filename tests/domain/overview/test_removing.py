"""What is said before something is removed from this PC."""

from __future__ import annotations

from companion.domain.overview.removing import unfinished_sentences
from companion.domain.transfers.models import TransferState


def test_unfinished_downloads_are_named_with_what_has_arrived_of_them() -> None:
    def said(*states: TransferState, arrived: int = 0) -> tuple[str, ...]:
        return unfinished_sentences(states, arrived, lambda size: f"{size} B")

    assert said() == said(TransferState.DONE) == ()
    (one,) = said(TransferState.PAUSED, TransferState.DONE, arrived=32)
    assert "an unfinished download (32 B) is deleted too" in one
    (two,) = said(TransferState.PAUSED, TransferState.FAILED)
    assert "of 2 unfinished downloads is deleted too" in two
    assert "(" not in two
