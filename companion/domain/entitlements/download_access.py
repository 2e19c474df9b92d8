"""The right to download: until when it lasts, which is not the life of a download's URL."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Sequence

from companion.domain.core.model import LATEST, Instant, Model
from companion.domain.core.text import FormatDate, counted
from companion.domain.core.time.periods import days_until
from companion.domain.store.orders import Download, ExtensionStatus


class WindowState(enum.StrEnum):
    NONE = "none"
    NOT_YET = "notYet"
    OPEN = "open"
    CLOSES_TODAY = "closesToday"
    CLOSED = "closed"


class DownloadWindow(Model, frozen=True):
    """The window of one licence's artifacts: `days` left when open, days ago when closed, None without an end.

    With several artifacts it is the open one that closes first, or else the one that closed last. `asked` is how far
    a request to open it again has come.
    """

    state: WindowState
    days: int | None = None
    changes_at: Instant | None = None
    artifacts: tuple[Download, ...] = ()
    asked: ExtensionStatus | None = None

    @property
    def is_open(self) -> bool:
        """Whether something can be downloaded now."""
        return self.state in (WindowState.OPEN, WindowState.CLOSES_TODAY)


def closes_at(download: Download) -> dt.datetime | None:
    """The end of the right to download, with a granted extension; None when it has no end."""
    until, extension = download.available_until, download.extension
    if until is None or extension is None or extension.status is not ExtensionStatus.GRANTED:
        return until
    return max(until, extension.available_until) if extension.available_until is not None else until


def state_of(download: Download, now: dt.datetime, zone: dt.tzinfo) -> WindowState:
    """The state of one artifact's window; "today" is today in the person's `zone`."""
    state, until = state_at(download, now), closes_at(download)
    closes_today = state is WindowState.OPEN and until is not None and days_until(until, now, zone) == 0
    return WindowState.CLOSES_TODAY if closes_today else state


def state_at(download: Download, now: dt.datetime) -> WindowState:
    """The state of one artifact's window, regardless of days: what closes today is open."""
    until = closes_at(download)
    if until is not None and until <= now:
        return WindowState.CLOSED
    if download.available_from is not None and download.available_from > now:
        return WindowState.NOT_YET
    return WindowState.OPEN


def window_of(downloads: Sequence[Download], now: dt.datetime, zone: dt.tzinfo) -> DownloadWindow:
    """The window that matters most among `downloads`, with all of them as its artifacts."""
    if not downloads:
        return DownloadWindow(state=WindowState.NONE)
    never = LATEST
    by_state: dict[WindowState, list[Download]] = {}
    for download in downloads:
        by_state.setdefault(state_of(download, now, zone), []).append(download)
    for state in (WindowState.CLOSES_TODAY, WindowState.OPEN):
        if state in by_state:
            chosen = min(by_state[state], key=lambda download: closes_at(download) or never)
            return _window(state, chosen, closes_at(chosen), downloads, now, zone)
    if WindowState.NOT_YET in by_state:
        chosen = min(by_state[WindowState.NOT_YET], key=lambda download: download.available_from or now)
        return _window(WindowState.NOT_YET, chosen, chosen.available_from, downloads, now, zone)
    chosen = max(by_state[WindowState.CLOSED], key=lambda download: closes_at(download) or never)
    return _window(WindowState.CLOSED, chosen, closes_at(chosen), downloads, now, zone)


def _window(
    state: WindowState,
    chosen: Download,
    changes_at: dt.datetime | None,
    downloads: Sequence[Download],
    now: dt.datetime,
    zone: dt.tzinfo,
) -> DownloadWindow:
    asked = chosen.extension.status if chosen.extension is not None else None
    return DownloadWindow(
        state=state,
        days=abs(days_until(changes_at, now, zone)) if changes_at is not None else None,
        changes_at=changes_at,
        artifacts=tuple(downloads),
        asked=asked,
    )


def window_sentence(window: DownloadWindow, format_date: FormatDate) -> str:
    """What the window means for the person, in whole sentences."""
    if window.state is WindowState.NONE:
        return "There is nothing to download for this licence."
    if window.changes_at is None and any(artifact.end_unknown for artifact in window.artifacts):
        return "Until when you can download it is not known: the store names a date that cannot be right."
    if window.changes_at is None:
        return "You can download it at any time."
    day = format_date(window.changes_at)
    days = window.days or 0
    if window.state is WindowState.NOT_YET:
        return f"You can download it from {day}."
    if window.state is WindowState.CLOSES_TODAY:
        return f"The download window closes today ({day}). Download it now; the file stays yours."
    if window.state is WindowState.OPEN:
        return f"You can download it until {day}: {counted(days, 'day')} left. The file stays yours."
    ago = f"today ({day})" if days == 0 else f"{counted(days, 'day')} ago, on {day}"
    return f"The download window closed {ago}.{_ASKED.get(window.asked, '')}"


_ASKED: dict[ExtensionStatus | None, str] = {
    ExtensionStatus.REQUESTED: " You have asked the store to open it again.",
    ExtensionStatus.REFUSED: " The store did not open it again.",
}
