"""A program that shows notices on the session bus, and another one that pretends to be it. Linux only (jeepney)."""

from __future__ import annotations

import threading

from jeepney import DBusAddress, HeaderFields, MessageType, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import DBusConnection, open_dbus_connection

_NAME = "org.freedesktop.Notifications"
_AT = DBusAddress("/org/freedesktop/Notifications", interface=_NAME)


class Daemon:
    """Shows notices: owns the name, counts from one, and tells what it is told to tell."""

    def __init__(self) -> None:
        self.connection: DBusConnection = open_dbus_connection("SESSION")
        self.shown: list[tuple[int, list[str]]] = []
        self.client = ""
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.connection.send_and_get_reply(message_bus.RequestName(_NAME, 0))
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                message = self.connection.receive()
            except (OSError, ValueError):
                return
            if message.header.message_type is not MessageType.method_call:
                continue
            member = message.header.fields.get(HeaderFields.member)
            if member == "GetCapabilities":
                self.connection.send(new_method_return(message, "as", (["body", "actions"],)))
            elif member == "Notify":
                self.client = str(message.header.fields[HeaderFields.sender])
                identity = len(self.shown) + 1
                self.shown.append((identity, list(message.body[5])))
                self.connection.send(new_method_return(message, "u", (identity,)))
            else:
                self.connection.send(new_method_return(message))

    def press(self, identity: int, code: str) -> None:
        self.connection.send(new_signal(_AT, "ActionInvoked", "us", (identity, code)))

    def take_away(self, identity: int) -> None:
        self.connection.send(new_signal(_AT, "NotificationClosed", "uu", (identity, 2)))

    def leave(self) -> None:
        """Show no more notices, as a program that is started anew does."""
        self.connection.send(message_bus.ReleaseName(_NAME))

    def end(self) -> None:
        self.leave()
        self.connection.sock.shutdown(2)
        self._thread.join(10)
        self.connection.close()


class Stranger:
    """Any other program in the session."""

    def __init__(self) -> None:
        self.connection: DBusConnection = open_dbus_connection("SESSION")

    def forge(self, identity: int, codes: tuple[str, ...], client: str) -> None:
        """Say that buttons were pressed and the notice was closed: to everyone, and to `client` alone."""
        signals = [new_signal(_AT, "ActionInvoked", "us", (identity, code)) for code in codes]
        signals.append(new_signal(_AT, "NotificationClosed", "uu", (identity, 2)))
        for signal in signals:
            self.connection.send(signal)
            signal.header.fields[HeaderFields.destination] = client
            self.connection.send(signal)
        # What the bus has answered afterwards, it has handed on before.
        self.connection.send_and_get_reply(message_bus.GetId())

    def end(self) -> None:
        self.connection.close()
