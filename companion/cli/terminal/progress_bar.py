"""The progress bar of a transfer in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from companion.domain.core.text import size_in_words

if TYPE_CHECKING:
    from companion.domain.transfers.models import TransferProgress


def progress_bar(progress: TransferProgress, width: int = 28) -> str:
    """Returns the state of a transfer in one line, with a bar of `width` characters."""
    if progress.reason and progress.wait is not None:
        return progress.reason
    done, rate = size_in_words(progress.done), f"{size_in_words(int(progress.rate))}/s" if progress.rate else ""
    if not progress.size:
        return f"{done}  {rate}"
    share = min(progress.done / progress.size, 1.0)
    full = int(share * width)
    left = f"  {_clock(progress.time_left)} left" if progress.time_left and progress.time_left >= 1 else ""
    marks = "█" * full + "░" * (width - full)
    return f"{marks} {share:4.0%}  {done} of {size_in_words(progress.size)}  {rate}{left}"


def _clock(seconds: float) -> str:
    """Returns a duration like a clock: ``1:05`` for 65 seconds."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
