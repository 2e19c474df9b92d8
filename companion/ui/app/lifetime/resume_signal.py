"""Being told that the PC woke up, where the system says so; elsewhere the clocks are compared now and then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import SLOT, QObject, Signal, Slot

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusConnection

_SERVICE = "org.freedesktop.login1"
_PATH = "/org/freedesktop/login1"
_MANAGER = "org.freedesktop.login1.Manager"


class ResumeSignal(QObject):
    """Emits `woke` after the PC slept (logind's ``PrepareForSleep``, org.freedesktop.login1(5))."""

    woke = Signal()

    def listen(self, bus: QDBusConnection | None = None) -> bool:
        """Ask the system bus (or another one) for the news; False where there is none."""
        from PySide6.QtDBus import QDBusConnection

        service = "" if bus is not None else _SERVICE
        bus = bus or QDBusConnection.systemBus()
        if not bus.isConnected():
            return False
        # The stubs ask for bytes, PySide6 itself for what `SLOT` makes.
        heard: Any = SLOT("heard(bool)")
        return bool(bus.connect(service, _PATH, _MANAGER, "PrepareForSleep", self, heard))

    @Slot(bool)
    def heard(self, about_to_sleep: bool) -> None:
        """True comes before sleeping, False after waking up."""
        if not about_to_sleep:
            self.woke.emit()
