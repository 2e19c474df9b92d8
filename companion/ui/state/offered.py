"""What a person offers to be recognised, and what came of all of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from companion.domain.core.errors import CompanionError

if TYPE_CHECKING:
    from companion.domain.mail.inputs import Recognised
    from companion.services.purchases.intake import Intake
    from companion.ui.state.tasks import Task

MOST_FOUND = 500
"""So many purchases of one mailbox are listed at once."""


class MailPlace(NamedTuple):
    """An e-mail within a mailbox file, and the byte at which it begins."""

    path: Path
    offset: int


class Offered(NamedTuple):
    """What was dropped, pasted or chosen: files, e-mails within files, contents by name, and texts by name."""

    files: tuple[Path, ...] = ()
    places: tuple[MailPlace, ...] = ()
    contents: tuple[tuple[str, bytes], ...] = ()
    texts: tuple[tuple[str, str], ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to look at."""
        return not (self.files or self.places or self.contents or self.texts)


class Intaken(NamedTuple):
    """What was recognised in all inputs, and why some could not be read; `cut` says that there was more."""

    found: tuple[Recognised, ...]
    troubles: tuple[CompanionError, ...] = ()
    cut: bool = False


def recognise_all(intake: Intake, offered: Offered, task: Task) -> Intaken:
    """Returns what was recognised in all that was offered; for a worker.

    `task` is told the share of a file that has been read. Raises `Cancelled`.
    """
    found: list[Recognised] = []
    troubles: list[CompanionError] = []

    def report(read: int, size: int) -> None:
        task.report(read / size if size else 0.0)

    files: list[Path] = []
    for path in offered.files:
        try:
            files += intake.mails_in(path) if path.is_dir() else (path,)
        except CompanionError as error:
            troubles.append(error)
    for path in files:
        try:
            for each in intake.read_file(path, task.cancellation, report):
                found.append(each)
                if len(found) >= MOST_FOUND:
                    return Intaken(tuple(found), tuple(troubles), cut=True)
        except CompanionError as error:
            task.cancellation.check()
            troubles.append(error)
    for place in offered.places:
        try:
            found.append(intake.read_mail_at(place.path, place.offset))
        except CompanionError as error:
            troubles.append(error)
    found += (intake.recognise(name, content) for name, content in offered.contents)
    found += (intake.recognise_text(name, text) for name, text in offered.texts)
    return Intaken(tuple(found), tuple(troubles))
