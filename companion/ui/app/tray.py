"""The tray icon: there in one glance, and everything within two clicks."""

from __future__ import annotations

import datetime as dt
import heapq
import itertools
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from companion.domain.core.text import counted, days_away
from companion.domain.core.time.periods import days_until
from companion.domain.reminders.text import date_words
from companion.domain.transfers.models import TransferState
from companion.ui.look.icons import icon
from companion.ui.navigation import Destination
from companion.ui.notifications.balloon import cut
from companion.ui.state.app_state import AppState
from companion.ui.state.download_state import DownloadState
from companion.ui.state.store_book import StoreBook

# Windows cuts the tooltip of a tray icon at this length (NOTIFYICONDATAW.szTip, in UTF-16 units).
_MOST_TIP = 127
_RESTING = (TransferState.PAUSED, TransferState.DONE, TransferState.FAILED)


class Tray(QObject):
    """Shows the state in the tray; `open_page` asks for a page of the window, `quit_asked` to end the program."""

    open_page = Signal(object)
    quit_asked = Signal()

    def __init__(self, app_state: AppState, book: StoreBook, bought: DownloadState) -> None:
        """`bought` are the downloads of purchases of any shop."""
        super().__init__()
        self._downloads = (app_state.downloads, bought)
        self._app_state, self._book = app_state, book
        self._pictures = {name: icon(name) for name in ("companion", "companion-attention", "companion-working")}
        self._picture = "companion"
        self.icon = QSystemTrayIcon(self._pictures[self._picture])
        self.icon.setToolTip("Companion")
        self._menu = QMenu()
        self._menu.aboutToHide.connect(self._menu_closes)
        self._old = False
        self._fill()
        self.icon.setContextMenu(self._menu)
        self.icon.activated.connect(self._activated)
        book.changed.connect(self._show_values)
        app_state.reminders.changed.connect(self._show_values)
        for transfers in self._downloads:
            transfers.reported.connect(self._show_transfers)
        self._transfers_shown = self._transfers_now()

    def show(self) -> None:
        """Put the icon into the tray; it appears as soon as there is one."""
        self.icon.show()

    def hide(self) -> None:
        """Take the icon out of the tray."""
        self.icon.hide()

    @property
    def menu(self) -> QMenu:
        """The menu of the icon."""
        return self._menu

    @property
    def state(self) -> str:
        """What the icon shows: "companion", "companion-attention" or "companion-working"."""
        return self._picture

    def _menu_closes(self) -> None:
        if self._old:
            # What was chosen is still to be told.
            QTimer.singleShot(0, self, self._fill)

    def _fill(self, dates: Sequence[str] | None = None) -> None:
        menu = self._menu
        self._old = menu.isVisible()
        if self._old:
            # Nothing moves under the person's pointer.
            return
        menu.clear()
        menu.addAction("Open Companion", partial(self.open_page.emit, Destination("home")))
        menu.addSeparator()
        for line in (self.next_dates() if dates is None else dates) or ["No dates ahead"]:
            menu.addAction(line, partial(self.open_page.emit, Destination("reminders")))
        menu.addSeparator()
        running, paused = self._transfers_now()
        if running:
            menu.addAction(f"Pause {counted(running, 'download')}", self._pause)
        elif paused:
            menu.addAction(f"Resume {counted(paused, 'download')}", self._resume)
        mute = menu.addAction("Mute reminders")
        mute.setCheckable(True)
        mute.setChecked(self._app_state.reminders.settings.muted)
        mute.triggered.connect(self._app_state.reminders.mute)
        menu.addSeparator()
        menu.addAction("Quit Companion", self.quit_asked.emit)

    def next_dates(self) -> list[str]:
        """What comes up next, in words, at most three dates: "Harbour Suite renews in 6 days"."""
        states, now = dict.fromkeys((self._app_state, *self._book.states)), self._app_state.now()
        ahead = heapq.merge(*(state.snapshot.ahead for state in states), key=lambda subject: subject.date)
        found = itertools.islice((subject for subject in ahead if subject.date > now), 3)
        return [f"{date_words(subject)} {self._when(subject.date)}" for subject in found]

    def _when(self, date: dt.datetime) -> str:
        days = days_until(date, self._app_state.now(), self._app_state.zone)
        return days_away(days) if days <= 14 else f"on {self._app_state.format.date(date)}"

    def _show_values(self) -> None:
        dates = self.next_dates()
        self._fill(dates)
        lines = ["Companion", *dates[:1]]
        if self._app_state.reminders.settings.muted:
            lines.append("Reminders are muted")
        self.icon.setToolTip(cut("\n".join(lines), _MOST_TIP))
        self._show_state()

    # Downloads

    def _transfers_now(self) -> tuple[int, int]:
        """How many downloads are under way or waiting, and how many are paused."""
        states = [item.entry.state for transfers in self._downloads for item in transfers.items.values()]
        return sum(state not in _RESTING for state in states), states.count(TransferState.PAUSED)

    def _show_transfers(self) -> None:
        """A download reports many times a second; the menu and the icon change only when their words would."""
        now = self._transfers_now()
        if now != self._transfers_shown:
            self._transfers_shown = now
            self._fill()
        self._show_state()

    def _pause(self) -> None:
        for transfers in self._downloads:
            transfers.pause_all()

    def _resume(self) -> None:
        for transfers in self._downloads:
            transfers.resume_all()

    def _show_state(self) -> None:
        if any(transfers.busy for transfers in self._downloads):
            name = "companion-working"
        elif any(state.snapshot.needs_attention for state in self._book.states):
            name = "companion-attention"
        else:
            name = "companion"
        if name != self._picture:
            self._picture = name
            self.icon.setIcon(self._pictures[name])

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick):
            self.open_page.emit(Destination("home"))
