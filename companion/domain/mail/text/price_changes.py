"""Announced changes of a price: "The price of Foliodesk Plus changes from 48 EUR to 60 EUR per year"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from companion.domain.mail.text.recognise import find_amount
from companion.domain.mail.text.statements import has_condition

_NAME = r"(?-i:(?P<name>[A-Z0-9][^.,:;!?()\"“”]{1,60}?))"
_WITHIN = r"(?:[^!?;]{0,60}?\s)?"
_CHANGES = tuple(
    re.compile(rf"(?i)\b{each}\s(?P<new>\S.*)$")
    for each in (
        rf"price (?:of|for) (?:your )?{_NAME}(?: subscription| plan| licen[cs]e| membership)? "
        rf"(?:will |is going to |is )?(?:chang|increas|ris|mov|go(?:es|ing)? up)\w*\s{_WITHIN}to",
        rf"preis (?:für|von) (?:ihr(?:e[nrms]?)? |dein(?:e[nrms]?)? )?{_NAME} (?:ändert|erhöht|steigt|wird)\s"
        rf"{_WITHIN}auf",
        rf"prix (?:de |d')(?:votre )?{_NAME} (?:passe|passera|augmente|augmentera|évolue)\s{_WITHIN}à",
        rf"precio de (?:su |tu )?{_NAME} (?:cambia|cambiará|pasa|pasará|sube|subirá|aumenta|aumentará)\s{_WITHIN}a",
        rf"prezzo di {_NAME} (?:cambia|cambierà|passa|passerà|aumenta|aumenterà|sale|salirà)\s{_WITHIN}a",
        rf"prijs (?:van|voor) (?:uw |je )?{_NAME} (?:wijzigt|stijgt|verandert|gaat|wordt)\s{_WITHIN}naar",
    )
)


class PriceChange(NamedTuple):
    """Whose price changes, the words that begin with the new one, and the sentence."""

    name: str
    new: str
    quote: str


def price_change(lines: Iterable[str]) -> PriceChange | None:
    """Returns the change of a price that an e-mail announces for certain, or None."""
    for line in lines:
        text = line[:600]
        if not any(sign.isdigit() for sign in text) or has_condition(text):
            continue
        for pattern in _CHANGES:
            found = pattern.search(text)
            amount = find_amount(found.group("new")[:40]) if found is not None else None
            if found is not None and amount is not None and found.group("new").startswith(amount.words):
                return PriceChange(found.group("name").strip(), found.group("new"), text)
    return None
