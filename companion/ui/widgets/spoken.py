"""What assistive programs are told: roles that Qt does not give by itself, and announcements of what happens."""

from __future__ import annotations

import enum

from PySide6.QtCore import QObject, QRect, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleInterface
from PySide6.QtWidgets import QAbstractButton, QAccessibleWidget, QLabel, QWidget

_PROPERTY = "spokenAs"


class SpokenAs(enum.StrEnum):
    """What a widget is to a screen reader."""

    HEADING = "heading"
    GROUP = "group"
    TABS = "tabs"
    TAB = "tab"
    SWITCH = "switch"
    FOLD = "fold"
    DECORATION = "decoration"


def speak_as(widget: QWidget, spoken_as: SpokenAs) -> None:
    """Give `widget` this role; call it before anything else is set.

    Qt asks for a role once, and where an assistive program listens that is as soon as a text or a name is set.
    """
    _install()
    widget.setProperty(_PROPERTY, spoken_as.value)


class _Heading(QAccessibleWidget):
    def text(self, kind: QAccessible.Text, /) -> str:
        made = self.widget()
        if kind is QAccessible.Text.Name and isinstance(made, QLabel):
            return made.accessibleName() or made.text()
        return super().text(kind)

    def state(self, /) -> QAccessible.State:
        state = super().state()
        state.focusable = True
        state.readOnly = True
        return state


class _Group(QAccessibleWidget):
    """Without a name of its own a group has that of its first heading."""

    def text(self, kind: QAccessible.Text, /) -> str:
        named = super().text(kind)
        if kind is not QAccessible.Text.Name or named:
            return named
        inside = self.widget().findChildren(QLabel)
        return next((made.text() for made in inside if made.property(_PROPERTY) == SpokenAs.HEADING), "")


class _Button(QAccessibleWidget):
    """Pressed by an assistive program as by the space bar."""

    def actionNames(self, /) -> list[str]:
        return ["Press", *super().actionNames()]

    def doAction(self, name: str, /) -> None:
        made = self.widget()
        if name == "Press" and isinstance(made, QAbstractButton):
            made.click()
        else:
            super().doAction(name)

    def _is_checked(self) -> bool:
        made = self.widget()
        return isinstance(made, QAbstractButton) and made.isChecked()


class _Tab(_Button):
    def state(self, /) -> QAccessible.State:
        state = super().state()
        state.selectable = True
        state.selected = self._is_checked()
        return state


class _Switch(_Button):
    def state(self, /) -> QAccessible.State:
        state = super().state()
        state.checkable = True
        state.checked = self._is_checked()
        return state

    def rect(self, /) -> QRect:
        made = self.widget()
        return QRect(made.mapToGlobal(made.rect().topLeft()), made.size())


class _Fold(_Button):
    def state(self, /) -> QAccessible.State:
        state = super().state()
        state.expandable = True
        state.expanded, state.collapsed = self._is_checked(), not self._is_checked()
        return state


class _Decoration(QAccessibleWidget):
    def state(self, /) -> QAccessible.State:
        state = super().state()
        state.invisible = True
        return state


_ROLES: dict[str, tuple[type[QAccessibleWidget], QAccessible.Role]] = {
    SpokenAs.HEADING: (_Heading, QAccessible.Role.Heading),
    SpokenAs.GROUP: (_Group, QAccessible.Role.Grouping),
    SpokenAs.TABS: (QAccessibleWidget, QAccessible.Role.PageTabList),
    SpokenAs.TAB: (_Tab, QAccessible.Role.PageTab),
    SpokenAs.SWITCH: (_Switch, QAccessible.Role.CheckBox),
    SpokenAs.FOLD: (_Fold, QAccessible.Role.Button),
    SpokenAs.DECORATION: (_Decoration, QAccessible.Role.Graphic),
}


def _made(_key: str, found: QObject) -> QAccessibleInterface | None:
    if not isinstance(found, QWidget):
        return None
    kind = _ROLES.get(found.property(_PROPERTY) or "")
    return kind[0](found, kind[1]) if kind is not None else None


class _Once:
    installed = False


def _install() -> None:
    if not _Once.installed:
        _Once.installed = True
        QAccessible.installFactory(_made)


class Announcer(QObject):
    """Tells assistive programs what happens; `said` repeats it inside the program."""

    said = Signal(str)

    def announce(self, widget: QWidget, text: str, *, urgent: bool = False) -> None:
        """Have `text` read aloud; an `urgent` one interrupts what is being read."""
        if not text:
            return
        event = QAccessibleAnnouncementEvent(widget, text)
        levels = QAccessible.AnnouncementPoliteness
        event.setPoliteness(levels.Assertive if urgent else levels.Polite)
        QAccessible.updateAccessibility(event)
        self.said.emit(text)


announcer = Announcer()
"""The only one: a screen reader hears the whole program, not one window."""
