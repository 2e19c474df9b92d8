"""What a reminder says of a purchase of any shop: the date, who stated it, and what to do.

No store keeps such dates up to date, so each sentence names its source and when it said so.
"""

from __future__ import annotations

from companion.domain.core.text import FormatDate, FormatMoney, days_away
from companion.domain.purchases.facts import SourceKind
from companion.domain.purchases.purchase import read_expiry
from companion.domain.purchases.values import AutoRenewal
from companion.domain.reminders.dates import OfPurchase, ReminderKind, Statement, Subject


def purchase_words(subject: Subject, days: int, format_date: FormatDate, format_money: FormatMoney) -> tuple[str, str]:
    """Returns title and body of the notice about a date of a purchase. Raises `ValueError` for one of an order."""
    if subject.purchase is None:
        raise ValueError("a date of an order")
    words = _Words(subject, subject.purchase, days, format_date, format_money)
    title, sentences = {
        ReminderKind.RENEWAL: words.renewal,
        ReminderKind.CANCEL_BY: words.cancel_by,
        ReminderKind.EXPIRY: words.expiry,
        ReminderKind.RETURN_DEADLINE: words.returns,
        ReminderKind.DOWNLOAD_WINDOW: words.download,
    }[subject.kind]()
    return title, " ".join(sentence for sentence in (*sentences, words.dispute()) if sentence)


class _Words:
    def __init__(
        self, subject: Subject, purchase: OfPurchase, days: int, format_date: FormatDate, format_money: FormatMoney
    ) -> None:
        self._subject = subject
        self._purchase = purchase
        self._away = days_away(days)
        self._date = format_date
        self._day = format_date(subject.when)
        self._amount = format_money(subject.amount) if subject.amount is not None else None
        self._source = f", {source_words(purchase.stated, format_date)}" if purchase.stated is not None else ""

    def renewal(self) -> tuple[str, tuple[str, ...]]:
        """A charge that is stated."""
        term = f" for {self._subject.term.as_words()}" if self._subject.term is not None else ""
        charge = (
            f"{self._amount} will be charged on {self._day}{term}{self._source}."
            if self._amount is not None
            else f"It renews on {self._day}{term}{self._source}. The amount is not stated."
        )
        last = self._subject.cancel_when
        by = f" by {self._date(last)}" if last is not None else ""
        return f"{self._subject.name} renews {self._away}", (charge, self._doubt(), self._stop(by))

    def cancel_by(self) -> tuple[str, tuple[str, ...]]:
        """The last day on which a charge can be avoided."""
        charge = f"{self._amount} is charged" if self._amount is not None else "it renews"
        body = f"{self._away.capitalize()} is the last day to switch off auto-renewal before {charge}{self._source}."
        return f"Last day to cancel {self._subject.name}: {self._day}", (body, self._doubt(), self._stop(""))

    def expiry(self) -> tuple[str, tuple[str, ...]]:
        """The end of a licence."""
        renews = {
            AutoRenewal.OFF: "It does not renew by itself.",
            AutoRenewal.ON: "It is said to renew by itself; the day and the amount of the charge are not stated.",
            AutoRenewal.FAILED: "Its last renewal failed.",
            AutoRenewal.UNKNOWN: "Whether it renews by itself is not known.",
        }[self._purchase.auto_renew]
        page = f"To keep it, see {self._purchase.page}." if self._purchase.page is not None else ""
        body = f"It is active until {self._day}{self._source}."
        return f"{self._subject.name} runs out {self._away}", (body, renews, page)

    def returns(self) -> tuple[str, tuple[str, ...]]:
        """The last day of a return."""
        body = f"If you do not want to keep it, ask for your money back by then{self._source}."
        title = f"{self._subject.name}: returns are possible until {self._day}"
        return title, (body, f"That day is {self._away}.")

    def download(self) -> tuple[str, tuple[str, ...]]:
        """The end of a download's time."""
        body = f"It can be downloaded until {self._day}{self._source}."
        later = "A file that you have downloaded can be installed at any later time."
        when = "today" if self._away == "today" else "now"
        return f"{self._subject.name}: download it {when}, it stays yours", (body, later)

    def dispute(self) -> str:
        """What all sources say, where they disagree."""
        if not self._purchase.disputed:
            return ""
        said = "; ".join(
            f"{_who(statement, self._date)} {_says(statement)} {self._shown(statement.value)}"
            for statement in self._purchase.disputed
        )
        return f"Its sources disagree, and the earliest date counts here: {said}."

    def _doubt(self) -> str:
        known = self._purchase.auto_renew is not AutoRenewal.UNKNOWN
        return "" if known else "Whether it still renews by itself is not known."

    def _stop(self, by: str) -> str:
        where = self._purchase.page or "the page that its confirmation e-mail names"
        return f"To avoid the charge, switch auto-renewal off{by} on {where}."

    def _shown(self, value: str) -> str:
        """A stated date; a stated word (“never”) as it is."""
        expiry = read_expiry(value)
        stated = expiry.day or expiry.moment
        return self._date(stated) if stated is not None else f"“{expiry}”"


def source_words(statement: Statement, format_date: FormatDate) -> str:
    """Returns who stated something, as the end of a sentence: ``as its e-mail of 5 May 2026 said``."""
    return f"as {_who(statement, format_date)} {_says(statement)}"


def _who(statement: Statement, format_date: FormatDate) -> str:
    source, day = statement.source, format_date(statement.at)
    return {
        SourceKind.PERSON: "you",
        SourceKind.STORE: f"{source.name or 'the store'} on {day}",
        SourceKind.EMAIL: f"its e-mail of {day}",
        SourceKind.IMPORT: f"the import of {day}",
        SourceKind.DIRECTORY: f"the directory’s entry on {source.name or 'the maker'}",
    }[source.kind]


def _says(statement: Statement) -> str:
    return {SourceKind.PERSON: "noted", SourceKind.DIRECTORY: "says"}.get(statement.source.kind, "said")
