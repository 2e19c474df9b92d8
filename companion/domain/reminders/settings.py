"""What the person wants of reminders, and the record of those that were shown."""

from __future__ import annotations

import datetime as dt

from companion.domain.core.model import Instant, Model
from companion.domain.core.time.periods import Period
from companion.domain.store.profile import ReminderLeads

AT_OPENING = "opening"
"""The lead of the first reminder of a download window: it has opened, and the file would stay yours."""
AFTERWARDS = "afterwards"
"""The lead of a reminder that follows its date."""


LEADS_WITHOUT_STORE = ReminderLeads(
    renewal=(Period(days=30), Period(days=7)),
    expiry=(Period(days=30), Period(days=7), Period(days=1)),
    download_window=(Period(days=7), Period(days=1)),
    return_deadline=(Period(days=7), Period(days=2)),
)
"""How long before a date a reminder comes as long as no store has said what it suggests."""


class QuietHours(Model, frozen=True):
    """When nothing pops up, on the person's wall clock; `ends` before `begins` goes past midnight."""

    begins: dt.time = dt.time(22)
    ends: dt.time = dt.time(8)


class ReminderSettings(Model, frozen=True):
    """What the person wants; None for leads means the store's own defaults, an empty tuple means never.

    `morning` is what "tomorrow morning" means.
    """

    renewal: tuple[Period, ...] | None = None
    cancel_by: tuple[Period, ...] = (Period(days=1),)
    expiry: tuple[Period, ...] | None = None
    download_window: tuple[Period, ...] | None = None
    return_deadline: tuple[Period, ...] | None = None
    overdue: bool = True
    quiet: QuietHours | None = QuietHours()
    morning: dt.time = dt.time(9)
    muted: bool = False


class Shown(Model, frozen=True):
    """One reminder that was shown: kept in the library, read back into `due`."""

    subject: str
    lead: str
    shown_at: Instant
    snoozed_until: Instant | None = None
    never_again: bool = False

    @property
    def address(self) -> str:
        """Unique for every reminder there can be."""
        return f"{self.subject}@{self.lead}"
