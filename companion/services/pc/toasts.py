"""Notices of Windows with buttons; what Windows itself does is passed in."""

from __future__ import annotations

import contextlib
import hashlib
import logging
from collections.abc import Sequence

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.reminders.notices.toast import toast_xml
from companion.services.pc.notice_codes import ITSELF, NoticeCodes
from companion.services.platforms.protocol import ToastSystem

_log = logging.getLogger(__name__)


class Toasts:
    """Shows notices whose buttons come back as links, each with a code that only a shown notice has."""

    def __init__(self, system: ToastSystem) -> None:
        self._system = system
        self._codes = NoticeCodes()
        self._shown: set[str] = set()

    def show(self, key: str, title: str, body: str, buttons: Sequence[tuple[str, str]], *, stays: bool) -> None:
        """Show a notice in place of the one with the same `key`; `buttons` are actions and texts.

        Raises `CompanionError` ``no-notifications`` where Windows shows none.
        """
        own = [(action, text) for action, text in buttons if action != ITSELF]
        codes = self._codes.give(key, (ITSELF, *(action for action, _ in own)))
        made = [(codes[action], text) for action, text in own]
        try:
            self._system.show(toast_xml(title, body, codes[ITSELF], made, stays=stays), tag_of(key))
        except OSError as error:
            self._codes.forget(key)
            _log.info("Windows shows no notices with buttons: %s", error.strerror or type(error).__name__)
            raise _none_shown() from None
        self._shown.add(key)

    def pressed(self, code: str) -> tuple[str, str] | None:
        """Returns the notice and the action that came back; None for a code that no shown notice has.

        A notice goes when it is answered: its codes count once.
        """
        meant = self._codes.meaning(code)
        if meant is not None:
            self._codes.forget(meant[0])
            self._shown.discard(meant[0])
        return meant

    def withdraw(self, key: str) -> None:
        """Take a notice away; one that is gone already makes no difference."""
        self._codes.forget(key)
        if key in self._shown:
            self._shown.discard(key)
            with contextlib.suppress(OSError):
                self._system.remove(tag_of(key))

    def close(self) -> None:
        """Take all of them away: nothing answers their buttons any more."""
        for key in tuple(self._shown):
            self.withdraw(key)


def tag_of(key: str) -> str:
    """Returns the tag of a notice, by which a later run replaces it; Windows takes 64 characters."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def _none_shown() -> CompanionError:
    return CompanionError(
        ErrorCode.NO_NOTIFICATIONS,
        "Notices cannot be shown",
        "Windows does not show notices of this program.",
        "Look into Windows' settings, under System, Notifications.",
    )
