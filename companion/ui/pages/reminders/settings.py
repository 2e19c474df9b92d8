"""The settings of reminders: when, how long before, and whether the program is there to remind at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import msgspec
from PySide6.QtCore import Qt, QTime
from PySide6.QtWidgets import QTimeEdit, QWidget

from companion.domain.core.errors import CompanionError
from companion.domain.core.platform import Platform
from companion.domain.reminders.dates import ReminderKind
from companion.domain.reminders.lead_options import CHOOSABLE, choices, with_leads
from companion.domain.reminders.settings import QuietHours, ReminderSettings
from companion.ui.state.app_state import AppState
from companion.ui.state.settings.autostart_state import AutostartState
from companion.ui.widgets.basic import Card, column, label, line, row
from companion.ui.widgets.choice import Choice
from companion.ui.widgets.switch import Switch

_WIDTH = 468
_NAME_WIDTH = 140
_NAMES = {
    ReminderKind.RENEWAL: ("Renewal charges", "Before your card is charged"),
    ReminderKind.CANCEL_BY: ("Last day to cancel", "If before the charge"),
    ReminderKind.EXPIRY: ("Licences that run out", "Where nothing renews them"),
    ReminderKind.DOWNLOAD_WINDOW: ("Downloads that close", "Besides the day they open"),
    ReminderKind.RETURN_DEADLINE: ("Last day to return", "To get your money back"),
}


class WhenCard(Card):
    """How long before each kind of date."""

    def __init__(self, app_state: AppState) -> None:
        super().__init__(spacing=12)
        self._app_state = app_state
        settings = app_state.reminders.settings
        self.add(label("How early", "heading"))
        for kind in CHOOSABLE:
            name, about = _NAMES[kind]
            self.add(setting(name, about, self._box(kind, name, settings)), line())
        late = Switch(app_state.theme, "Refunds and parcels that are late", on=settings.overdue)
        late.requested.connect(self._tell_what_is_late)
        self.add(setting("Refunds and parcels that are late", "Told once, the day after", late))

    def _box(self, kind: ReminderKind, name: str, settings: ReminderSettings) -> Choice:
        profile = self._app_state.snapshot.profile
        found, position = choices(kind, settings, profile.policies.reminders if profile is not None else None)
        words = [choice.words for choice in found]
        box = Choice(self._app_state.theme, f"{name}: how long before", words, position)
        box.setMaximumWidth(_WIDTH)

        def chosen(index: int) -> None:
            self._app_state.reminders.keep_settings(
                with_leads(self._app_state.reminders.settings, kind, found[index].leads)
            )

        box.activated.connect(chosen)
        return box

    def _tell_what_is_late(self, on: bool) -> None:
        self._app_state.reminders.keep_settings(msgspec.structs.replace(self._app_state.reminders.settings, overdue=on))


class QuietCard(Card):
    """When nothing pops up."""

    def __init__(self, app_state: AppState) -> None:
        super().__init__(spacing=12)
        self._app_state = app_state
        settings = app_state.reminders.settings
        self.add(label("When they appear", "heading"))
        shown = Switch(app_state.theme, "Show reminders as pop-ups", on=not settings.muted)
        shown.requested.connect(lambda on: app_state.reminders.mute(not on))
        about = "Switched off, they only wait on the Reminders page."
        self.add(setting("Show reminders as pop-ups", about, shown), line())
        quiet = Switch(app_state.theme, "Quiet hours", on=settings.quiet is not None)
        quiet.requested.connect(self._switch_quiet)
        self.add(setting("Quiet hours", "Reminders wait until quiet hours are over.", quiet))
        if settings.quiet is not None:
            begins = _time("Quiet hours begin", settings.quiet.begins, lambda time: self._set_quiet(begins=time))
            ends = _time("Quiet hours end", settings.quiet.ends, lambda time: self._set_quiet(ends=time))
            hours = row(label("From", "muted", wrap=False), begins, label("to", "muted", wrap=False), ends, None)
            self.add(hours)
        self.add(line())
        morning = _time("What “tomorrow morning” means", settings.morning, self._set_morning)
        self.add(setting("“Tomorrow morning”", "When a reminder that you put off comes back.", morning))

    def _switch_quiet(self, on: bool) -> None:
        self._keep(quiet=QuietHours() if on else None)

    def _set_quiet(self, **times: dt.time) -> None:
        quiet = self._app_state.reminders.settings.quiet or QuietHours()
        self._keep(quiet=msgspec.structs.replace(quiet, **times))

    def _set_morning(self, time: dt.time) -> None:
        self._keep(morning=time)

    def _keep(self, **changes: object) -> None:
        self._app_state.reminders.keep_settings(msgspec.structs.replace(self._app_state.reminders.settings, **changes))


class StartCard(Card):
    """Whether the program starts at sign-in, as the system itself says."""

    def __init__(self, app_state: AppState, autostart: AutostartState) -> None:
        super().__init__(spacing=12)
        self._app_state, self._autostart = app_state, autostart
        self._news = label("", "muted")
        self._news.hide()
        self._switch = Switch(app_state.theme, "Start when I sign in", on=False)
        self._switch.setEnabled(False)
        self._switch.requested.connect(self._ask)
        about = "Companion then waits beside the clock. If it does not run, it cannot remind you."
        self.add(
            label("Start with the PC", "heading"), setting("Start when I sign in", about, self._switch), self._news
        )
        autostart.changed.connect(self._show)
        autostart.load()

    def _ask(self, on: bool) -> None:
        self._switch.setEnabled(False)
        self._autostart.switch(self, on, lambda starts: self._answer(on, starts), self._failed)

    def _show(self) -> None:
        self._switch.setChecked(bool(self._autostart.starts))
        self._switch.setEnabled(True)

    def _answer(self, wanted: bool, starts: bool) -> None:
        self._news.setVisible(wanted and not starts)
        if self._app_state.platform is Platform.WINDOWS:
            self._news.setText(
                "Windows keeps it switched off, because that was chosen in Windows itself. "
                "You can allow it there: Settings, Apps, Startup, Companion."
            )
        else:
            self._news.setText("This system keeps it switched off. You can allow it in the system's own settings.")

    def _failed(self, error: CompanionError) -> None:
        self._switch.setEnabled(True)
        self._news.setText(f"{error.message} {error.hint}")
        self._news.show()


def setting(name: str, about: str, control: QWidget) -> QWidget:
    """A setting: what it is, a few words on it, and its control on the right."""
    made = QWidget()
    across = row(spacing=16)
    across.setContentsMargins(0, 0, 0, 0)
    named = label(name, "strong")
    named.setMinimumWidth(_NAME_WIDTH)
    named.setBuddy(control)
    if isinstance(control, Switch):
        control.setAccessibleDescription(about)
    across.addLayout(column(named, label(about, "small"), spacing=1), 1)
    across.addWidget(control, 2 if isinstance(control, Choice) else 0)
    made.setLayout(across)
    return made


def _time(name: str, value: dt.time, changed: Callable[[dt.time], None]) -> QTimeEdit:
    """A time of day that is taken over when the person leaves the field."""
    made = QTimeEdit(QTime(value.hour, value.minute))
    made.setAccessibleName(name)
    made.setMinimumWidth(96)
    made.setAlignment(Qt.AlignmentFlag.AlignCenter)

    def finished() -> None:
        time = dt.time(made.time().hour(), made.time().minute())
        if time != value:
            changed(time)

    made.editingFinished.connect(finished)
    return made
