"""Notices about stores that could not be read: told while they hold, and gone when the store answers well again."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.ui.navigation import Destination
from companion.ui.state.app_state import AppState
from companion.ui.widgets.notice import Notice, Notices

_MOST = 2
"""Failures of one store that are told at a time."""


class TroubleNotices:
    """Keeps the notices of the window in step with what each store's snapshot says."""

    def __init__(self, window: QWidget, notices: Notices, navigate: Callable[[Destination], object]) -> None:
        self._window, self._notices, self._navigate = window, notices, navigate
        self._told: dict[str, set[str]] = {}

    def show(self, state: AppState, key: str) -> None:
        """Tell what kept a store from being read, and take away what does not hold any more; `key` names the store."""
        told = set()
        for error in state.snapshot.troubles[:_MOST]:
            self._notices.show_notice(f"{error.code}{key}", self._notice(state, error))
            told.add(f"{error.code}{key}")
        over = self._told.get(key, set()) - told
        if not state.snapshot.troubles:
            over.add(f"{ErrorCode.STORE_UNREACHABLE}{key}")
        # That a password is missing holds until it is there, however many other troubles are told before it.
        (over.discard if state.missing else over.add)(f"{ErrorCode.CREDENTIALS_NEEDED}{key}")
        for each in over:
            self._notices.drop(each)
        self._told[key] = told

    def _notice(self, state: AppState, error: CompanionError) -> Notice:
        from companion.ui.dialogs.password import missing_actions
        from companion.ui.support import failure_notice

        missing = missing_actions(self._window, state) if error.code == ErrorCode.CREDENTIALS_NEEDED else ()
        return failure_notice(state, error, self._navigate, actions=missing or (("Try again", state.refresh),))
