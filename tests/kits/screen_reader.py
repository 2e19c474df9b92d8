"""A screen reader of the tests' own: another process's widgets over AT-SPI, and what it has announced."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from jeepney import DBusAddress, HeaderFields, MatchRule, MessageType, new_method_call
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

from tests.kits.desktop import Desktop
from tests.kits.waiting import until

_LAUNCHERS = ("/usr/libexec/at-spi-bus-launcher", "/usr/lib/at-spi2-core/at-spi-bus-launcher")
_BUS = DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus")
_REGISTRY, _ROOT = "org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root"
_ACCESSIBLE, _ACTION = "org.a11y.atspi.Accessible", "org.a11y.atspi.Action"
_COMPONENT, _TEXT, _PROPERTIES = "org.a11y.atspi.Component", "org.a11y.atspi.Text", "org.freedesktop.DBus.Properties"
_EVENTS = "org.a11y.atspi.Event.Object"
# Bits of the state set (AtspiStateType).
_STATES = {"checked": 4, "enabled": 8, "focusable": 11, "focused": 12, "selected": 23, "showing": 25, "checkable": 41}

_LABELLED_BY = 2
"""A kind of relation (AtspiRelationType)."""


_SAYS_NOTHING = ("panel", "filler", "unknown")
_OPERATED = ("push button", "check box", "radio button", "combo box", "text", "page tab", "menu item")
_WINDOWS = ("frame", "dialog")
_OF_ROLE = {"check box": "checkable", "radio button": "checkable"}


class Part(NamedTuple):
    """A widget as it is told: who has it, its role, name and description, and which states it has."""

    owner: str
    path: str
    role: str
    name: str
    description: str
    states: frozenset[str]
    within: tuple[str, ...] = ()
    """The paths of what it lies in, the outermost first."""


class Rect(NamedTuple):
    """A place on the screen; `right` and `bottom` no longer belong to it."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def middle(self) -> tuple[int, int]:
        return (self.left + self.right) // 2, (self.top + self.bottom) // 2

    def cut(self, other: Rect) -> Rect:
        """What both have in common; empty where that is nothing."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        return Rect(left, top, max(left, min(self.right, other.right)), max(top, min(self.bottom, other.bottom)))

    def holds(self, point: tuple[int, int]) -> bool:
        return self.left <= point[0] < self.right and self.top <= point[1] < self.bottom


class ScreenReader:
    """Reads what `program` shows. `listen` begins to collect announcements, `heard` returns them so far."""

    def __init__(self, address: str) -> None:
        self._connection = open_dbus_connection(bus=address)
        self._ear = open_dbus_connection(bus=address)
        self._heard: list[str] = []
        self._focused: tuple[str, str] | None = None

    def close(self) -> None:
        self._connection.close()
        self._ear.close()

    def _call(self, owner: str, path: str, interface: str, member: str, signature: str = "", *body: Any) -> Any:
        message = new_method_call(DBusAddress(path, owner, interface), member, signature or None, body)
        reply = self._connection.send_and_get_reply(message, timeout=30)
        # Signals that come meanwhile would be dropped, so they are heard on a connection of their own.
        if reply.header.message_type is MessageType.error:
            raise LookupError(reply.body)
        return reply.body

    def _property(self, owner: str, path: str, name: str, interface: str = _ACCESSIBLE) -> str:
        (found,) = self._call(owner, path, _PROPERTIES, "Get", "ss", interface, name)
        return str(found[1])

    def _children(self, owner: str, path: str) -> list[tuple[str, str]]:
        (found,) = self._call(owner, path, _ACCESSIBLE, "GetChildren")
        return [(str(each[0]), str(each[1])) for each in found]

    def _states(self, owner: str, path: str) -> frozenset[str]:
        (words,) = self._call(owner, path, _ACCESSIBLE, "GetState")
        bits = words[0] | words[1] << 32
        return frozenset(name for name, bit in _STATES.items() if bits >> bit & 1)

    def parts(self) -> list[Part]:
        """Everything that is shown, in the order in which it is read."""
        found: list[Part] = []
        for owner, path in self._children(_REGISTRY, _ROOT):
            self._walk(owner, path, found, ())
        return found

    def poorly_told(self) -> list[Part]:
        """What is shown and can be operated, and has no name, no role that says how, or not the states of that role."""
        return [part for part in self.parts() if _is_operated(part) and not self._is_well_told(part)]

    def _is_well_told(self, part: Part) -> bool:
        try:
            return self._is_named(part) and _has_its_states(part)
        except LookupError:
            return True  # It was taken away meanwhile.

    def _is_named(self, part: Part) -> bool:
        """Of a choice Qt tells what is chosen as its name, and what it is about by a label or a description."""
        named = bool(part.name) and part.role not in _SAYS_NOTHING
        return named and (part.role != "combo box" or bool(part.description) or any(self.labels(part)))

    def labels(self, part: Part) -> list[str]:
        """The texts that say what a part is about."""
        (relations,) = self._call(part.owner, part.path, _ACCESSIBLE, "GetRelationSet")
        found = [each for kind, targets in relations if kind == _LABELLED_BY for each in targets]
        return [self._property(owner, path, "Name") for owner, path in found]

    def find(self, role: str, name: str) -> Part | None:
        """The first part that is shown with this role and name."""
        return next((part for part in self.parts() if (part.role, part.name) == (role, name)), None)

    def _walk(self, owner: str, path: str, found: list[Part], within: tuple[str, ...]) -> None:
        with contextlib.suppress(LookupError):
            states = self._states(owner, path)
            if len(within) > 1 and "showing" not in states:
                return
            (role,) = self._call(owner, path, _ACCESSIBLE, "GetRoleName")
            name, described = (self._property(owner, path, which) for which in ("Name", "Description"))
            found.append(Part(owner, path, role, name, described, states, within))
            for child in self._children(owner, path):
                self._walk(*child, found, (*within, path))

    def place(self, part: Part) -> Rect:
        """Where a part is on the screen."""
        return self._rect(part.owner, part.path)

    def _rect(self, owner: str, path: str) -> Rect:
        ((left, top, width, height),) = self._call(owner, path, _COMPONENT, "GetExtents", "u", 0)
        return Rect(left, top, left + width, top + height)

    def window_onto(self, part: Part) -> Rect:
        """The place on the screen in which a part has to be in order to be seen."""
        seen = Rect(0, 0, 100_000, 100_000)
        for path in part.within:
            with contextlib.suppress(LookupError):
                around = self._rect(part.owner, path)
                if around.left == around.right:
                    continue  # the application itself has no place
                smaller = seen.cut(around)
                if smaller.left == smaller.right or smaller.top == smaller.bottom:
                    return seen  # what it lies in is out of sight as a whole
                seen = smaller
        return seen

    def length(self, part: Part) -> int:
        """How many characters are in a field."""
        return int(self._property(part.owner, part.path, "CharacterCount", _TEXT))

    def focused(self) -> Part | None:
        """The part that got the keyboard last, without what it lies in."""
        self._listen_on()
        if self._focused is None:
            return None
        owner, path = self._focused
        with contextlib.suppress(LookupError):
            (role,) = self._call(owner, path, _ACCESSIBLE, "GetRoleName")
            name, described = (self._property(owner, path, which) for which in ("Name", "Description"))
            return Part(owner, path, role, name, described, self._states(owner, path))
        return None

    def press(self, part: Part) -> None:
        """Do the first action of a widget, as a screen reader does."""
        self._call(part.owner, part.path, _ACTION, "DoAction", "i", 0)

    def listen(self) -> None:
        """Ask for announcements and for the focus, which programs tell of only when something listens."""
        for member in ("Announcement", "StateChanged"):
            rule = MatchRule(type="signal", interface=_EVENTS, member=member)
            self._ear.send_and_get_reply(message_bus.AddMatch(rule), timeout=30)
        for event in ("object:announcement", "object:state-changed:focused"):
            self._call(_REGISTRY, "/org/a11y/atspi/registry", _REGISTRY, "RegisterEvent", "s", event)

    def heard(self) -> list[str]:
        """What was announced so far, in order."""
        self._listen_on()
        return self._heard

    def _listen_on(self) -> None:
        with contextlib.suppress(TimeoutError):
            while True:
                message = self._ear.receive(timeout=0.02)
                fields = message.header.fields
                if fields.get(HeaderFields.member) == "Announcement":
                    self._heard.append(str(message.body[3][1]))
                elif message.body[0] == "focused" and message.body[1]:
                    self._focused = (str(fields[HeaderFields.sender]), str(fields[HeaderFields.path]))


def _is_operated(part: Part) -> bool:
    """Also what the Tab key does not stop at, such as the button within a field that empties it."""
    return part.role in _OPERATED or ("focusable" in part.states and part.role not in _WINDOWS)


def _has_its_states(part: Part) -> bool:
    wanted = _OF_ROLE.get(part.role)
    return "showing" in part.states and (wanted is None or wanted in part.states)


@contextlib.contextmanager
def screen_reader(environment: dict[str, str]) -> Iterator[ScreenReader]:
    """A screen reader in the session of `environment`; skips where AT-SPI is missing."""
    launcher = next((path for path in _LAUNCHERS if Path(path).exists()), None)
    if not sys.platform.startswith("linux") or launcher is None or shutil.which("dbus-daemon") is None:
        pytest.skip("needs AT-SPI (the Debian package at-spi2-core)")
    bus = subprocess.Popen(
        [launcher, "--launch-immediately", "--a11y=1"],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    address: list[str] = []

    def answered() -> bool:
        with open_dbus_connection(bus=environment["DBUS_SESSION_BUS_ADDRESS"]) as session:
            reply = session.send_and_get_reply(new_method_call(_BUS, "GetAddress"), timeout=30)
            if reply.header.message_type is not MessageType.error:
                address.append(reply.body[0])
        return bool(address)

    try:
        until(answered)
        reader = ScreenReader(address[0])
        try:
            reader.listen()
            yield reader
        finally:
            reader.close()
    finally:
        bus.terminate()
        bus.wait(20)


@pytest.fixture
def reader(desktop: Desktop) -> Iterator[ScreenReader]:
    """What reads the windows of the desktop."""
    desktop.environment["QT_LINUX_ACCESSIBILITY_ALWAYS_ON"] = "1"
    with screen_reader(desktop.environment) as made:
        yield made
