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

from tests.kits.waiting import until

_LAUNCHERS = ("/usr/libexec/at-spi-bus-launcher", "/usr/lib/at-spi2-core/at-spi-bus-launcher")
_BUS = DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus")
_REGISTRY, _ROOT = "org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root"
_ACCESSIBLE, _ACTION = "org.a11y.atspi.Accessible", "org.a11y.atspi.Action"
# Bits of the state set (AtspiStateType).
_STATES = {"checked": 4, "enabled": 8, "focusable": 11, "focused": 12, "selected": 23, "showing": 25, "checkable": 41}


class Part(NamedTuple):
    """A widget as it is told: who has it, its role, name and description, and which states it has."""

    owner: str
    path: str
    role: str
    name: str
    description: str
    states: frozenset[str]


class ScreenReader:
    """Reads what `program` shows. `listen` begins to collect announcements, `heard` returns them so far."""

    def __init__(self, address: str) -> None:
        self._connection = open_dbus_connection(bus=address)
        self._ear = open_dbus_connection(bus=address)
        self._heard: list[str] = []

    def close(self) -> None:
        self._connection.close()
        self._ear.close()

    def _call(self, owner: str, path: str, interface: str, member: str, signature: str = "", *body: Any) -> Any:
        message = new_method_call(DBusAddress(path, owner, interface), member, signature or None, body)
        reply = self._connection.send_and_get_reply(message, timeout=10)
        # Signals that come meanwhile would be dropped, so they are heard on a connection of their own.
        if reply.header.message_type is MessageType.error:
            raise LookupError(reply.body)
        return reply.body

    def _property(self, owner: str, path: str, name: str) -> str:
        (found,) = self._call(owner, path, "org.freedesktop.DBus.Properties", "Get", "ss", _ACCESSIBLE, name)
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
            self._walk(owner, path, found, 0)
        return found

    def _walk(self, owner: str, path: str, found: list[Part], depth: int) -> None:
        with contextlib.suppress(LookupError):
            states = self._states(owner, path)
            if depth > 1 and "showing" not in states:
                return
            (role,) = self._call(owner, path, _ACCESSIBLE, "GetRoleName")
            name, described = (self._property(owner, path, which) for which in ("Name", "Description"))
            found.append(Part(owner, path, role, name, described, states))
            for child in self._children(owner, path):
                self._walk(*child, found, depth + 1)

    def press(self, part: Part) -> None:
        """Do the first action of a widget, as a screen reader does."""
        self._call(part.owner, part.path, _ACTION, "DoAction", "i", 0)

    def listen(self) -> None:
        """Ask for announcements, which programs send only when something listens."""
        rule = MatchRule(type="signal", interface="org.a11y.atspi.Event.Object", member="Announcement")
        self._ear.send_and_get_reply(message_bus.AddMatch(rule), timeout=10)
        for event in ("object:announcement", "object:state-changed:focused"):
            self._call(_REGISTRY, "/org/a11y/atspi/registry", _REGISTRY, "RegisterEvent", "s", event)

    def heard(self) -> list[str]:
        """What was announced so far, in order."""
        with contextlib.suppress(TimeoutError):
            while True:
                message = self._ear.receive(timeout=0.05)
                if message.header.fields.get(HeaderFields.member) == "Announcement":
                    self._heard.append(str(message.body[3][1]))
        return self._heard


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
            reply = session.send_and_get_reply(new_method_call(_BUS, "GetAddress"), timeout=10)
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
