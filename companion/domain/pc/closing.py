"""The values of closing a program: how far it is, and how it ended."""

from __future__ import annotations

import enum
from collections.abc import Iterable

from companion.domain.core.model import Model
from companion.domain.pc.facts import AutostartEntry, Process


class ClosingStep(enum.StrEnum):
    """Where closing one program stands."""

    ASKING = "asking"
    """Its windows are being asked to close."""
    WAITING = "waiting"
    """It has been asked and is closing."""
    ASKS = "asks"
    """It shows a question of its own, such as whether to save."""
    ENDING_SESSION = "endingSession"
    """It is told that the session ends."""
    CONSENT_NEEDED = "consentNeeded"
    """Nothing gentle helps; only force would, and nobody has agreed to that."""
    FORCING = "forcing"
    CLOSED = "closed"
    WATCHING = "watching"
    """Everything is closed; for a while newcomers are looked out for."""
    CAME_BACK = "cameBack"
    REFUSED = "refused"


class ClosingProgress(Model, frozen=True):
    """One step of closing one program, in a sentence."""

    step: ClosingStep
    name: str
    sentence: str
    pids: tuple[int, ...] = ()


class CameBack(Model, frozen=True):
    """A program that was closed and runs again, and what started it."""

    name: str
    process: Process
    sentence: str
    entries: tuple[AutostartEntry, ...] = ()


class Reopening(Model, frozen=True):
    """How to open again what was closed: the program and its arguments."""

    name: str
    arguments: tuple[str, ...]


class Closed(Model, frozen=True):
    """How closing ended: what is proven gone, what still runs, what came back, and what may be opened again."""

    gone: tuple[int, ...] = ()
    left: tuple[int, ...] = ()
    consent_needed: tuple[str, ...] = ()
    came_back: tuple[CameBack, ...] = ()
    reopen: tuple[Reopening, ...] = ()

    @property
    def succeeded(self) -> bool:
        """Whether everything is gone and stayed gone."""
        return not self.left and not self.came_back


def asking_title(before: Iterable[str], after: Iterable[str]) -> str | None:
    """The title of a window that appeared, or changed, after the program was asked to close: its question."""
    known = set(before)
    return next((title for title in after if title not in known), None)


def may_reopen(process: Process) -> bool:
    """Whether it can be opened again afterwards as it was; a browser's sub-processes come with their first."""
    if not process.path or process.arguments is None:
        return False
    return not any(word.startswith("--type=") for word in process.arguments)
