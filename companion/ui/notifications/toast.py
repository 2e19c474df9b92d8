"""Notices with buttons by Windows itself."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from companion.services.pc.toasts import Toasts
from companion.services.platforms.protocol import ToastSystem
from companion.ui.notifications import Message, Pressed
from companion.ui.state.tasks import TaskRunner


class ToastChannel(QObject):
    """Shows messages through Windows, on worker threads; buttons come back as links (`arrived`)."""

    def __init__(self, runner: TaskRunner, pressed: Pressed, system: ToastSystem) -> None:
        super().__init__()
        self._runner = runner
        self._told = pressed
        self._toasts = Toasts(system)

    def show(self, message: Message, shown: Callable[[bool], None]) -> None:
        """Show a message in place of an earlier one with the same key."""

        def work(_: object) -> None:
            self._toasts.show(message.key, message.title, message.body, message.actions, stays=message.stays)

        self._runner.run(self, work, lambda _: shown(True), lambda _: shown(False))

    def arrived(self, code: str) -> bool:
        """A link came with this code; returns whether a notice that is shown has it. Any other code does nothing."""
        meant = self._toasts.pressed(code)
        if meant is not None:
            self._told(*meant)
        return meant is not None

    def withdraw(self, key: str) -> None:
        """Take a message away."""
        self._runner.run(self, lambda _: self._toasts.withdraw(key), lambda _: None)

    def close(self) -> None:
        """Take everything away."""
        self._toasts.close()
