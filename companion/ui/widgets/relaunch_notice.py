"""The notice about programs that were to be opened again after an installation."""

from __future__ import annotations

from collections.abc import Iterable

from companion.domain.core.text import joined
from companion.domain.installation.relaunch import RelaunchOutcome, RelaunchResult, relaunch_sentence
from companion.ui.widgets.notice import Notice


def reopened_notice(found: Iterable[RelaunchResult]) -> Notice | None:
    """What to tell of programs that were to be opened again; None when they are simply there."""
    untold = [each for each in found if each.ending not in (RelaunchOutcome.OPENED, RelaunchOutcome.RUNNING)]
    if not untold:
        return None
    names = sorted({each.name for each in untold})
    title = f"{joined(names)} {'were' if len(names) > 1 else 'was'} not opened again"
    return Notice(title, " ".join(relaunch_sentence(each) for each in untold), tone="attention")
