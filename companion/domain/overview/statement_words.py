"""What a line of a card statement is about, in words, and what to do about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from companion.domain.core.text import FormatDate, FormatMoney, joined, sentence_start
from companion.domain.overview.card_statement import Agreement, Certainty, EntryKind, StatementMatch

_HOW_SURE = {
    Certainty.CERTAIN: "This is",
    Certainty.LIKELY: "This is most likely",
    Certainty.POSSIBLE: "This may be",
}
_WHAT = {
    EntryKind.HOLD: "the hold for",
    EntryKind.CHARGE: "the charge for",
    EntryKind.RENEWAL: "the renewal of",
    EntryKind.REFUND: "the money given back for",
    EntryKind.EXPECTED_RENEWAL: "the announced renewal of",
    EntryKind.PRICE: "what you paid for",
}
_COMMON = {
    Agreement.NAME: "the name on the statement",
    Agreement.AMOUNT: "the amount",
    Agreement.DAY: "the day",
}


def match_sentences(
    match: StatementMatch, now: dt.datetime, format_date: FormatDate, format_money: FormatMoney
) -> tuple[str, ...]:
    """Returns what the line is about, what that rests on, and what can be done about it, in whole sentences."""
    number = f", order {match.order_number}" if match.order_number else ""
    where = f" ({match.store}{number})" if match.store else f" ({number[2:]})" if number else ""
    when = f" of {format_date(match.at)}" if match.at is not None else ""
    agreed = joined([_COMMON[each] for each in match.agrees])
    verb = "fits" if len(match.agrees) == 1 else "fit"
    said = [
        f"{_HOW_SURE[match.certainty]} {_WHAT[match.kind]} {match.name}{where}: {format_money(match.amount)}{when}.",
        f"{sentence_start(agreed)} {verb}.",
    ]
    return (*said, *_what_to_do(match, now, format_date))


def _what_to_do(match: StatementMatch, now: dt.datetime, format_date: FormatDate) -> Iterator[str]:
    if match.kind is EntryKind.HOLD:
        yield "It is a hold: the bank set the money aside and frees it again; nothing was paid by it."
    elif match.kind is EntryKind.REFUND:
        yield "It is money that came back to you; nothing needs to be done."
    elif match.returnable_until is not None and match.returnable_until > now:
        by = format_date(match.returnable_until)
        yield f"If you did not want it, you can ask for the money back until {by}: open the order, “Return”."
    elif match.kind is EntryKind.RENEWAL:
        yield "To stop further charges, switch auto-renewal off on the order's page."
    elif match.kind is EntryKind.EXPECTED_RENEWAL:
        yield "If you do not want to keep it, switch auto-renewal off and ask the store for the money back soon."


def line_sentences(
    matches: Sequence[StatementMatch],
    anything_known: bool,
    now: dt.datetime,
    format_date: FormatDate,
    format_money: FormatMoney,
) -> tuple[str, ...]:
    """Returns what the line is about, at most three possibilities, and what to do when none of them is certain."""
    said = [said for match in matches[:3] for said in match_sentences(match, now, format_date, format_money)]
    if not matches:
        return unknown_line_sentences(anything_known)
    if matches[0].certainty is Certainty.POSSIBLE:
        said.append("If it is none of these, ask the people who use the same card, and then your bank.")
    return tuple(said)


def unknown_line_sentences(anything_known: bool) -> tuple[str, ...]:
    """Returns what to do about a line that fits nothing known, and how to tell a fraud."""
    start = "Nothing that you have added here fits this line." if anything_known else "No purchase has been added yet."
    return (
        start,
        "Ask the people who use the same card, and search your e-mails for the amount.",
        "If it stays unknown, call your bank at the number on the back of the card. The bank can tell who charged it, "
        "stop it and get the money back.",
        "Never call a number in an e-mail or a pop-up about a renewal: such “invoices” are a common fraud. Only the "
        "statement of your bank shows what was really charged, and no honest shop asks to see your screen or for gift "
        "cards.",
    )
