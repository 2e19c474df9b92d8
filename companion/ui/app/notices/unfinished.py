"""Downloads that were paused or stopped are offered after the start, never started unasked."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from companion.domain.core.text import joined
from companion.domain.transfers.models import TransferState
from companion.ui.navigation import Destination
from companion.ui.widgets.notice import Notice, Notices

if TYPE_CHECKING:
    from companion.ui.state.download_state import DownloadState

_WAITING = (TransferState.PAUSED, TransferState.FAILED)


class UnfinishedNotices:
    """Tells what is unfinished, once for each list of downloads."""

    def __init__(self, notices: Notices, navigate_to: Callable[[Destination], object]) -> None:
        self._notices, self._navigate_to = notices, navigate_to

    def offer(self, transfers: DownloadState, key: str = "unfinished") -> None:
        """Offer to go on with what waits in a list that has just been read."""
        waiting = [item for item in transfers.items.values() if item.entry.state in _WAITING]
        if not waiting:
            return
        names = joined([item.entry.name for item in waiting])
        title = "A download is not finished" if len(waiting) == 1 else "Some downloads are not finished"

        def go_on() -> None:
            self._notices.drop(key)
            for item in waiting:
                transfers.resume(item.entry.key)
            self._navigate_to(Destination("downloads"))

        notice = Notice(title, f"{names}: what has arrived is kept.", actions=(("Resume", go_on),))
        self._notices.show_notice(key, notice)
