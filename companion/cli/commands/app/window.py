"""``companion`` without a command: the window."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec

from companion.cli.context import CommandContext
from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.platform import Platform

if TYPE_CHECKING:
    from pathlib import Path

    from companion.services.app.instance.running_program import StartRequest
    from companion.services.container.store import Services


def run(context: CommandContext) -> int:
    """Open the window, or start in the tray; where the program runs already, it is asked to show its window."""
    require_display()
    from companion.services.app.instance.running_program import StartRequest, hand_over
    from companion.services.container.environment import home_folders

    asked = context.arguments
    state = home_folders(asked.home).state
    request = StartRequest(tray=asked.tray, store=asked.store, pressed=asked.pressed or msgspec.UNSET)
    try:
        if hand_over(state, request):
            return 0
    except CompanionError as error:
        from companion.ui.app.running import tell_at_start

        return tell_at_start(error)
    return _open_window(context, request, state)


def _open_window(context: CommandContext, request: StartRequest, state: Path) -> int:
    # Imported only now, because a start beside a running program ends without them.
    from companion.services.container.store import build_window_services
    from companion.ui.app.running import run_window

    asked = context.arguments

    def build() -> Services:
        return build_window_services(asked.home, asked.store, verbose=asked.verbose)

    return run_window(build, request, state=state)


def has_display() -> bool:
    """Whether a window could be shown."""
    from companion.services.platforms import current

    if current().name is not Platform.LINUX:
        return True
    offscreen = os.environ.get("QT_QPA_PLATFORM", "") not in ("", "xcb", "wayland")
    return offscreen or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def require_display() -> None:
    """Raise `CompanionError` ``no-display`` where no window can be shown."""
    if not has_display():
        raise CompanionError(
            ErrorCode.NO_DISPLAY,
            "There is no screen to show a window on",
            "This terminal is not connected to a desktop.",
            "Everything also works in the terminal; see: companion --help",
            kind=ErrorKind.USAGE,
        )
