"""Notices on a Linux desktop, with buttons (Desktop Notifications Specification 1.2).

The session bus is used directly: Qt's tray balloon has no buttons, and Qt's D-Bus classes cannot send the unsigned
number that the specification asks for from Python. jeepney is imported where it is used: it is there on Linux only.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import logging
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.services.pc.notice_codes import ITSELF, NoticeCodes, new_code

if TYPE_CHECKING:
    from jeepney import Message
    from jeepney.io.threading import DBusConnection

_log = logging.getLogger(__name__)

_BUS = "org.freedesktop.DBus"
_NAME = "org.freedesktop.Notifications"
_PATH = "/org/freedesktop/Notifications"
_ANSWER_SECONDS = 10.0
_FOR_EVER = 0
# As `html.escape` does it, whose module loads the names of 2,000 characters with it.
_AS_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


class DesktopNotifications:
    """Shows notices through the desktop's own daemon. Every method blocks; safe to use from several threads.

    `pressed` is told, on a thread of its own, the id of a notice and which button was pressed ("default" is the
    notice itself); `closed` the id of one that is no longer there. Only the program that shows the notices is
    believed: any other one in the session can send the same signals. Buttons carry codes that cannot be guessed.
    Raises `CompanionError` ``no-notifications`` where there is no session bus or no program on it that shows notices.
    """

    def __init__(self, pressed: Callable[[int, str], None], closed: Callable[[int], None]) -> None:
        self._pressed = pressed
        self._closed = closed
        self._lock = threading.Lock()
        self._bus: _Bus | None = None
        self._abilities: frozenset[str] = frozenset()
        self._codes = NoticeCodes()
        # What each notice that is there is called among the codes.
        self._keys: dict[int, str] = {}

    def show(self, title: str, body: str, buttons: Sequence[tuple[str, str]], *, replaces: int, stays: bool) -> int:
        """Show a notice in place of the one with the id `replaces`, and return its id.

        `buttons` are codes and texts; they are left away where the desktop has none. One that `stays` is there until
        the person closes it.
        """
        bus = self._connected()
        if "body-markup" in self._abilities:
            body = body.translate(_AS_TEXT)
        key = new_code()
        # The specification gives the code of the notice itself, so that it cannot be made unguessable.
        codes = {**self._codes.give(key, (action for action, _ in buttons)), ITSELF: ITSELF}
        actions: list[str] = []
        if "actions" in self._abilities:
            actions = [part for action, text in buttons for part in (codes[action], text)]
        hints = {"urgency": ("y", 1), "desktop-entry": ("s", "companion")}
        expires = _FOR_EVER if stays else -1
        arguments = ("Companion", replaces, "", title, body, actions, hints, expires)
        try:
            identity = int(self._call(bus, "Notify", "susssasa{sv}i", arguments)[0])
        except CompanionError:
            self._codes.forget(key)
            raise
        with self._lock:
            before, self._keys[identity] = self._keys.get(identity), key
        if before is not None:
            self._codes.forget(before)
        return identity

    def withdraw(self, identity: int) -> None:
        """Take a notice away; one that is gone already makes no difference."""
        bus = self._bus
        if bus is not None and not bus.ended:
            with contextlib.suppress(CompanionError):
                self._call(bus, "CloseNotification", "u", (identity,))

    def close(self) -> None:
        """Leave the bus."""
        with self._lock:
            bus, self._bus = self._bus, None
        if bus is not None:
            bus.close()

    def _connected(self) -> _Bus:
        with self._lock:
            if self._bus is None or self._bus.ended:
                try:
                    bus = _Bus(self._heard, self._lost)
                except Exception as error:  # noqa: BLE001 - whatever keeps us off the bus means: no notices
                    raise _none_shown(error) from None
                try:
                    bus.listen(_NAME, _PATH)
                    self._abilities = frozenset(self._call(bus, "GetCapabilities", None, ())[0])
                    bus.find_owner()
                except (OSError, TimeoutError, _Refused) as error:
                    bus.close()
                    raise _none_shown(error) from None
                except BaseException:
                    bus.close()
                    raise
                self._bus = bus
            return self._bus

    def _call(self, bus: _Bus, method: str, signature: str | None, arguments: tuple[object, ...]) -> tuple[Any, ...]:
        from jeepney import DBusAddress, new_method_call

        address = DBusAddress(_PATH, bus_name=_NAME, interface=_NAME)
        try:
            return bus.ask(new_method_call(address, method, signature, arguments))
        except (OSError, TimeoutError, _Refused) as error:
            raise _none_shown(error) from None

    def _heard(self, member: str, body: tuple[Any, ...]) -> None:
        identity = int(body[0])
        if member == "ActionInvoked":
            action = self._meant(identity, str(body[1]))
            if action is not None:
                self._pressed(identity, action)
        elif member == "NotificationClosed":
            with self._lock:
                key = self._keys.pop(identity, None)
            if key is not None:
                self._codes.forget(key)
            self._closed(identity)

    def _meant(self, identity: int, code: str) -> str | None:
        """Returns the action of a notice that is there; None where `code` is not one of its own."""
        with self._lock:
            key = self._keys.get(identity)
        if key is None or code == ITSELF:
            return None if key is None else ITSELF
        of, action = self._codes.meaning(code) or (None, None)
        return action if of == key else None

    def _lost(self) -> None:
        """The program that showed the notices has gone, and they with it; another one counts them anew."""
        with self._lock:
            gone, self._keys = self._keys, {}
        for identity, key in gone.items():
            self._codes.forget(key)
            self._closed(identity)


class _Refused(Exception):
    """The other side answered with an error."""


class _Bus:
    """One connection to the session bus; a thread of its own waits for what arrives, and sleeps until then.

    `heard` is told the signals of the program that owns the name listened to, `lost` when another one owns it.
    """

    def __init__(self, heard: Callable[[str, tuple[Any, ...]], None], lost: Callable[[], None]) -> None:
        from jeepney.io.threading import open_dbus_connection

        self._heard, self._lost = heard, lost
        self._name = ""
        self._owner = ""
        self._connection: DBusConnection = open_dbus_connection("SESSION")
        self._waiting: dict[int, concurrent.futures.Future[Message]] = {}
        self._lock = threading.Lock()
        self.ended = False
        self._thread = threading.Thread(target=self._receive, name="notifications", daemon=True)
        self._thread.start()

    def listen(self, name: str, path: str) -> None:
        """Ask the bus for the signals that the owner of `name` sends on the interface of that name."""
        from jeepney import MatchRule
        from jeepney.bus_messages import message_bus

        owners = MatchRule(type="signal", sender=_BUS, interface=_BUS, member="NameOwnerChanged")
        owners.add_arg_condition(0, name)
        self._name = name
        self.ask(message_bus.AddMatch(owners))
        self.ask(message_bus.AddMatch(MatchRule(type="signal", sender=name, interface=name, path=path)))

    def find_owner(self) -> None:
        """Ask the bus for the unique name behind the name listened to, unless it has told meanwhile."""
        from jeepney.bus_messages import message_bus

        (owner,) = self.ask(message_bus.GetNameOwner(self._name))
        with self._lock:
            self._owner = self._owner or str(owner)

    def ask(self, message: Message) -> tuple[Any, ...]:
        """Send a call and wait for its answer. Raises `OSError`, `TimeoutError` or `_Refused`."""
        from jeepney import MessageType

        answer: concurrent.futures.Future[Message] = concurrent.futures.Future()
        with self._lock:
            if self.ended:
                raise ConnectionError("the bus is gone")
            serial = next(self._connection.outgoing_serial)
            self._waiting[serial] = answer
        try:
            self._connection.send(message, serial=serial)
            found = answer.result(_ANSWER_SECONDS)
        finally:
            with self._lock:
                self._waiting.pop(serial, None)
        if found.header.message_type is MessageType.error:
            raise _Refused(str(found.header.fields))
        return tuple(found.body)

    def close(self) -> None:
        """Leave; nothing is heard afterwards."""
        self._connection.interrupt()
        if self._thread is not threading.current_thread():
            self._thread.join()
        self._connection.close()

    def _receive(self) -> None:
        from jeepney.io.threading import ReceiveStopped

        try:
            while True:
                self._dispatch(self._connection.receive())
        except (ReceiveStopped, OSError):
            _log.debug("the session bus is left")
        finally:
            with self._lock:
                self.ended = True
                waiting, self._waiting = self._waiting, {}
            for answer in waiting.values():
                answer.set_exception(ConnectionError("the bus is gone"))

    def _dispatch(self, message: Message) -> None:
        from jeepney import HeaderFields, MessageType

        fields = message.header.fields
        if message.header.message_type in (MessageType.method_return, MessageType.error):
            with self._lock:
                answer = self._waiting.pop(fields.get(HeaderFields.reply_serial, -1), None)
            if answer is not None:
                answer.set_result(message)
        elif message.header.message_type is MessageType.signal:
            self._dispatch_signal(
                str(fields.get(HeaderFields.sender)),
                str(fields.get(HeaderFields.interface)),
                str(fields.get(HeaderFields.member)),
                tuple(message.body),
            )

    def _dispatch_signal(self, sender: str, interface: str, member: str, body: tuple[Any, ...]) -> None:
        """Hand on what the owner says; the bus itself writes the sender, so that it cannot be forged."""
        if (sender, interface, member) == (_BUS, _BUS, "NameOwnerChanged") and body[0] == self._name:
            with self._lock:
                before, self._owner = self._owner, str(body[2])
            if before and before != body[2]:
                self._lost()
        elif interface == self._name and sender == self._owner:
            self._heard(member, body)


def _none_shown(error: Exception) -> CompanionError:
    _log.info("no notices on this desktop: %s", type(error).__name__)
    return CompanionError(
        ErrorCode.NO_NOTIFICATIONS,
        "This desktop shows no notices",
        "No program on this desktop answers a request to show one.",
        "Reminders are shown in the window instead.",
    )
