"""Notices about stores that could not be read: told while they hold, and gone when the store answers well again."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.store.troubles import StoreTroubles, ToldTrouble, told_troubles
from companion.ui.navigation import Destination
from companion.ui.state.app_state import AppState
from companion.ui.widgets.notice import Notice, Notices

_MOST = 2
"""Failures of one store that are told at a time."""


class TroubleNotices:
    """Keeps the notices of the window in step with what the snapshots of all stores say."""

    def __init__(self, window: QWidget, notices: Notices, navigate: Callable[[Destination], object]) -> None:
        self._window, self._notices, self._navigate = window, notices, navigate
        self._states: dict[str, AppState] = {}
        self._lacking: dict[str, CompanionError] = {}
        self._told: dict[str, tuple[Notice, object]] = {}

    def show(self, state: AppState) -> None:
        """Tell what kept stores from being read, and take away what does not hold any more; `state` has changed."""
        self._states[state.store] = state
        states = [each for each in self._states.values() if each.has_store or each.snapshot.troubles]
        told = {each.key: each for each in told_troubles([self._troubles(each) for each in states])}
        over = set(self._told) - set(told)
        if not any(each.snapshot.troubles for each in states):
            over.add(ErrorCode.STORE_UNREACHABLE)
        for key in over:
            self._notices.drop(key)
        self._told = {key: self._shown(each, state) for key, each in told.items()}

    def _troubles(self, state: AppState) -> StoreTroubles:
        snapshot = state.snapshot
        name = snapshot.profile.store.name if snapshot.profile is not None else state.store.partition("://")[2]
        lacking = next((each for each in snapshot.troubles if each.code == ErrorCode.CREDENTIALS_NEEDED), None)
        # That a password is missing holds until it is there, however many other troubles are told before it.
        kept = lacking or (self._lacking.get(state.store) if state.missing else None)
        errors = list(snapshot.troubles[:_MOST])
        if kept is None:
            self._lacking.pop(state.store, None)
        else:
            self._lacking[state.store] = kept
            errors = [*(each for each in errors if each is not kept), kept]
        return StoreTroubles(state.store, name, tuple(errors))

    def _shown(self, told: ToldTrouble, changed: AppState) -> tuple[Notice, object]:
        """Show a notice, unless the same one is there: made anew, it would lose the keyboard and what is pressed."""
        made, before = self._notice(told), self._told.get(told.key)
        if before is not None and before[1] == made.says:
            # One that the person has put away comes again only where its own store was asked again.
            stays = self._notices.holds(before[0]) or changed.store not in told.stores
            if stays:
                made.deleteLater()
                return before
        self._notices.show_notice(told.key, made)
        return made, made.says

    def _notice(self, told: ToldTrouble) -> Notice:
        from companion.ui.dialogs.password import missing_actions
        from companion.ui.support import failure_notice

        states = [self._states[store] for store in told.stores]
        missing = missing_actions(self._window, states[0]) if told.error.code == ErrorCode.CREDENTIALS_NEEDED else ()

        def try_again() -> None:
            for state in states:
                state.refresh()

        return failure_notice(states[0], told.error, self._navigate, actions=missing or (("Try again", try_again),))
