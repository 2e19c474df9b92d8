"""What a command says of the library before anything else: that it was restored, or that nothing can be saved."""

from __future__ import annotations

from pathlib import Path

from companion.domain.core.text import plain_moment
from companion.domain.store.library_file import LibraryText, SetAside, UnsavedReason, set_aside_text, unsaved_text
from companion.services.container.environment import local_zone


def set_aside_lines(aside: SetAside) -> tuple[str, str]:
    """Returns what happened to a library that was lost or damaged, and what to do."""
    return _lines(set_aside_text(aside, plain_moment(local_zone())))


def unsaved_lines(unsaved: UnsavedReason, folder: Path) -> tuple[str, str]:
    """Returns what cannot be saved at present, why, and what to do."""
    return _lines(unsaved_text(unsaved, folder))


def _lines(text: LibraryText) -> tuple[str, str]:
    return f"{text.title}. {text.message}", text.hint
