"""Takes days out of whole sentences: of the order, of the renewal, the last one to cancel, the last one of use."""

from __future__ import annotations

import re
from collections.abc import Iterable

from companion.domain.mail.notes import Notes, lines_of
from companion.domain.mail.text.statements import has_condition
from companion.domain.purchases.facts import Field

_MOST_ROWS = 400
_DIGIT = re.compile(r"\d")

_NUMBER_BETWEEN = r"(?:\s(?:(?:n[°º.]|nº|n\.º|nr\.?|no\.?|number|nummer|#)\s?)?(?=\S*\d)[\w#/.-]{2,30})?"
_DATE_OF_ORDER = re.compile(
    r"(?i)\b(?:"
    rf"(?:your|this) (?:order|purchase){_NUMBER_BETWEEN} (?:of|from|on|dated|placed on|made on)"
    r"|(?:purchased|bought|ordered|placed) on"
    rf"|(?:ihre[rnm]?|deine[rnm]?) (?:bestellung|einkauf|kauf){_NUMBER_BETWEEN} (?:vom|am)"
    rf"|votre (?:commande|achat){_NUMBER_BETWEEN} (?:du|passée le)"
    rf"|(?:su|tu) (?:pedido|compra){_NUMBER_BETWEEN} del?"
    rf"|(?:tuo|suo) (?:ordine|acquisto){_NUMBER_BETWEEN} del"
    rf"|(?:uw|je) (?:bestelling|aankoop){_NUMBER_BETWEEN} (?:van|op)"
    rf"|(?:seu|sua|a sua) (?:pedido|compra|encomenda){_NUMBER_BETWEEN} de)\s+(?=\S{{0,12}}\s?\d|\d)"
)


def _patterns(*texts: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(rf"(?i)\b{each}") for each in texts)


_DAY = r"(?P<day>[^,;!?]{6,30}?)"
_CANCEL_FIRST = _patterns(
    rf"bis (?:spätestens |einschließlich )?(?:zum |am )?{_DAY} (?:\w+ ){{0,3}}?(?:künd|widerruf|abbestell)",
    rf"(?:uiterlijk|vóór|voor) (?:op )?{_DAY} (?:\w+ ){{0,2}}?op(?:zeg|\b)",
)
"""The day by which to cancel, where the language puts it before the verb."""
_CHARGED_ON = _patterns(
    rf"on {_DAY},? (?:we will|we'll|you will be|you'll be|your card will be) (?:charged?|billed?|debit)",
    rf"am {_DAY} (?:buchen|belasten|ziehen|berechnen) wir",
    rf"le {_DAY},? nous (?:prélèverons|débiterons|facturerons)",
    rf"el {_DAY},? (?:te|le) cobraremos",
    rf"op {_DAY} (?:schrijven|brengen) we",
)
_RENEWED_ON = _patterns(
    rf"wordt op {_DAY} (?:automatisch )?(?:verlengd|vernieuwd)",
    rf"(?:wird|verlängert sich) (?:automatisch )?(?:am|zum) {_DAY} (?:automatisch )?(?:um|verlängert|erneuert)",
    rf"(?:will|shall) on {_DAY},? (?:automatically )?renew",
    rf"next (?:automatic )?renewal (?:on|date of) {_DAY}(?:[.,;!]|$)",
    rf"nächsten? (?:automatischen )?verlängerung am {_DAY}(?:[,;!]|\.(?:\s|$)|$)",
    rf"prochain renouvellement(?: automatique)?,? le {_DAY}(?:[.,;!]|$)",
    rf"próxima renovación(?: automática)?,? el {_DAY}(?:[.,;!]|$)",
    rf"prossimo rinnovo(?: automatico)?,? il {_DAY}(?:[.,;!]|$)",
    rf"volgende (?:automatische )?verlenging op {_DAY}(?:[.,;!]|$)",
)
"""The day of the renewal within a sentence."""
_USED_UNTIL = _patterns(
    rf"(?:keep using|continue (?:to use|using)|keep access|can use)\b[^.!?]{{0,60}}? until {_DAY}(?:[.,;!]|$)",
    rf"(?:können|kannst)\b[^.!?]{{0,60}}? bis (?:zum )?{_DAY} (?:weiter(?:hin)? )?(?:nutzen|verwenden|benutzen)",
    rf"(?:utiliser|profiter d)\b[^.!?]{{0,60}}? jusqu'au {_DAY}(?:[.,;!]|$)",
    rf"(?:usar|disfrutar)\b[^.!?]{{0,60}}? hasta el {_DAY}(?:[.,;!]|$)",
    rf"(?:usare|utilizzare)\b[^.!?]{{0,60}}? fino al {_DAY}(?:[.,;!]|$)",
    rf"(?:kunt|kan|kun)\b[^.!?]{{0,60}}? tot (?:en met )?{_DAY} (?:blijven )?gebruiken",
)
"""Until when a subscription that was ended can still be used."""


def take_days(notes: Notes) -> None:
    """Take the days of the order, of the renewal and the last one to cancel out of sentences, unless labels told."""
    letter = notes.letter
    for line in lines_of((*letter.rich[:_MOST_ROWS], *letter.plain[:_MOST_ROWS])):
        text = line[:600]
        if not _DIGIT.search(text):
            continue  # most lines; no day is written in words alone
        if ("", Field.BOUGHT_ON) not in notes.found and (found := _DATE_OF_ORDER.search(text)) is not None:
            notes.day(Field.BOUGHT_ON, text[found.end() :], text)
        _first_day(notes, Field.CANCEL_BY, _CANCEL_FIRST, text)
        if has_condition(text):
            continue
        _first_day(notes, Field.EXPIRES, _USED_UNTIL, text, notes.named_in(text) or notes.item())
        _first_day(notes, Field.RENEWS_ON, _RENEWED_ON, text)
        charged = _first_day(notes, Field.RENEWS_ON, _CHARGED_ON, text)
        if charged and (amount := notes.only_amount(text)) is not None:
            notes.note(Field.RENEWAL_PRICE, amount.plain(), text)


def _first_day(notes: Notes, field: Field, patterns: Iterable[re.Pattern[str]], text: str, item: str = "") -> bool:
    if any(known is field for _, known in notes.found):
        return False
    days = (found.group("day") for pattern in patterns if (found := pattern.search(text)) is not None)
    return any(notes.day(field, day, text, item) for day in days)
