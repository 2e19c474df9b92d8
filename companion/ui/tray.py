"""The tray icon: there in one glance, and everything within two clicks."""

from __future__ import annotations

import datetime as dt
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from companion.domain.periods import days_until
from companion.domain.products import Tone
from companion.domain.reminder_texts import date_words
from companion.domain.reminders import upcoming
from companion.domain.wording import days_away
from companion.ui.desk import Desk
from companion.ui.icons import icon

# Windows cuts the tooltip of a tray icon at this length (NOTIFYICONDATAW.szTip, in UTF-16 units).
_MOST_TIP = 127


class Tray(QObject):
    """Shows the state in the tray; `open_page` asks for a page of the window, `quit_asked` to end the program."""

    open_page = Signal(str)
    quit_asked = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._icon = QSystemTrayIcon(icon("companion"))
        self._icon.setToolTip("Companion")
        self._menu = QMenu()
        self._fill()
        self._icon.setContextMenu(self._menu)
        self._icon.activated.connect(self._activated)
        desk.changed.connect(self._show_values)
        desk.transfers.changed.connect(lambda _: self._show_state())

    def show(self) -> None:
        """Put the icon into the tray."""
        self._icon.show()

    def hide(self) -> None:
        """Take the icon out of the tray."""
        self._icon.hide()

    def tell(self, title: str, body: str) -> None:
        """Show a short message at the tray, within the limits of Windows (64 and 256 UTF-16 units)."""
        self._icon.showMessage(title[:63], body[:255], icon("companion"))

    @property
    def menu(self) -> QMenu:
        """The menu of the icon."""
        return self._menu

    def _fill(self) -> None:
        self._menu.clear()
        for text, page in (("Open Companion", "home"), ("Downloads", "downloads"), ("Reminders", "reminders")):
            self._menu.addAction(text, partial(self.open_page.emit, page))
        self._menu.addSeparator()
        lines = self._next_dates()
        for line in lines or ["No dates ahead"]:
            self._menu.addAction(line).setEnabled(False)
        self._menu.addSeparator()
        self._menu.addAction("Quit Companion", self.quit_asked.emit)

    def _next_dates(self) -> list[str]:
        snapshot = self._desk.snapshot
        if snapshot.profile is None:
            return []
        now, zone = self._desk.now(), self._desk.services.zone
        orders = [known.order for known in snapshot.orders if known.order is not None]
        found = upcoming(orders, snapshot.profile, now, zone, {file.artifact for file in snapshot.files})
        return [f"{date_words(subject)} {self._when(subject.date)}" for subject in found[:3]]

    def _when(self, date: dt.datetime) -> str:
        days = days_until(date, self._desk.now(), self._desk.services.zone)
        return days_away(days) if days <= 14 else f"on {self._desk.format.date(date)}"

    def _show_values(self) -> None:
        self._fill()
        dates = self._next_dates()
        self._icon.setToolTip(("Companion\n" + dates[0] if dates else "Companion")[:_MOST_TIP])
        self._show_state()

    def _show_state(self) -> None:
        attention = any(card.tone is Tone.ATTENTION for card in self._desk.snapshot.cards)
        name = "companion-working" if self._desk.transfers.busy else "companion"
        self._icon.setIcon(icon("companion-attention" if attention and not self._desk.transfers.busy else name))

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick):
            self.open_page.emit("home")
