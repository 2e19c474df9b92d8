"""Windows' own notices, by its runtime (WinRT), and the identity under which the desktop knows this program.

The packages of the runtime are imported where they are used: they are there on Windows only, and Wine has no runtime.
"""

from __future__ import annotations

import contextlib
from typing import Any

from companion.domain.reminders.notices.links import SCHEME
from companion.services.platforms.windows.api import win32
from companion.services.platforms.windows.api.registry import key_exists
from companion.services.platforms.windows.api.win32 import dll

APP_ID = "Companion.Companion"
"""The AppUserModelID, which the installer writes into the shortcut of the Start menu as well."""
_GROUP = "companion"
_ENABLED = 0


class WindowsToasts:
    """The `ToastSystem` of Windows: for an installed program, whose links come back to it."""

    def show(self, xml: str, tag: str) -> None:
        if not key_exists(rf"HKCU\Software\Classes\{SCHEME}\shell\open\command"):
            raise OSError(0, "no program is registered for the links of its buttons")
        notifications, documents = _runtime()
        with _as_os_error():
            document = documents.XmlDocument()
            document.load_xml(xml)
            notice = notifications.ToastNotification(document)
            notice.tag, notice.group = tag, _GROUP
            notifier = notifications.ToastNotificationManager.create_toast_notifier_with_id(APP_ID)
            if switched_off(notifier):
                raise OSError(0, "notices of this program are switched off")
            notifier.show(notice)

    def remove(self, tag: str) -> None:
        notifications, _ = _runtime()
        with _as_os_error():
            notifications.ToastNotificationManager.history.remove_grouped_tag_with_id(tag, _GROUP, APP_ID)


def switched_off(notifier: Any) -> bool:
    """Returns whether the person has switched off the notices of this program.

    Before its very first one Windows does not know the program, and answers with an error ("Element not found").
    """
    try:
        return int(notifier.setting) != _ENABLED
    except OSError:
        return False


def be_known_to_the_desktop() -> None:
    """Give this process the identity of the shortcut: for the taskbar and for notices they are one program."""
    with contextlib.suppress(OSError, AttributeError):
        dll("shell32").SetCurrentProcessExplicitAppUserModelID(APP_ID)


def _runtime() -> tuple[Any, Any]:
    """The two parts of the runtime. Raises `OSError` where they are missing."""
    try:
        with _as_os_error():
            return win32.module("winrt.windows.ui.notifications"), win32.module("winrt.windows.data.xml.dom")
    except ImportError as error:
        raise OSError(0, f"a part of Windows' runtime is missing ({error.name or 'not named'})") from None


@contextlib.contextmanager
def _as_os_error() -> Any:
    """Errors of the runtime are `OSError`; what it lacks on older Windows shows in other ways."""
    try:
        yield
    except (AttributeError, RuntimeError, TypeError) as error:
        raise OSError(0, f"Windows' runtime failed ({type(error).__name__})") from error
