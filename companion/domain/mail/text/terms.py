"""For how long something renews each time: "every year", "pro Jahr", "tous les ans", as ISO 8601 durations.

A term is only taken from words that speak of a renewal or of a repeated charge. Where an e-mail names several ("annual
plan, billed monthly") nothing is noted: which of them is the renewal's only the person can tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from companion.domain.mail.text.statements import says_off


class TermFound(NamedTuple):
    """A term (``P1Y``), and the words it stood in; `is_sentence` says that they state a renewal or a charge."""

    term: str
    quote: str
    is_sentence: bool = True


_NUMBERS = {
    1: "one ein eine einen eins un une uno una um uma één een",
    2: "two other second zwei zweite zweites zweiten deux dos due twee dois duas",
    3: "three drei trois tres tre drie três",
    6: "six sechs seis sei zes",
    12: "twelve zwölf douze doce dodici twaalf doze",
    24: "vierundzwanzig vingt-quatre veinticuatro ventiquattro vierentwintig",
}
_NUMBER_OF = {word: number for number, listed in _NUMBERS.items() for word in listed.split()}
_UNITS = {
    "Y": "years? yrs? jahr(?:e|es)? ans? années? años? anno anni jaar jaren anos?",
    "M": "months? mos? monat(?:e|en|s)? mois mes(?:es)? mese mesi maand(?:en)? mês meses mth",
    "Q": "quarters? quartal(?:e|s)? trimestres? trimestri kwartaal kwartalen",
    "W": "weeks? wochen? semaines? semanas? settiman[ae] weken",
    "D": "days tage jours días giorni dagen dias",
}
_UNIT = "|".join(f"(?P<{letter}>{'|'.join(listed.split())})" for letter, listed in _UNITS.items())
_COUNT = rf"(?P<count>\d{{1,3}}|{'|'.join(sorted(_NUMBER_OF, key=len, reverse=True))})"
_EVERY = re.compile(
    r"(?i)\b(?:every|each|per|jedes|jeden|jede|alle|pro|chaque|tous les|toutes les|par|cada|todos los|todas las|"
    r"todos os|todo|por|al|ogni|tutti gli|tutti i|all'|all’|elke?|iedere?|om de|ao|im)"
    rf"\s?(?:{_COUNT}\s)?(?:{_UNIT})\b(?!\s\d{{4}})"
)
_ONCE = re.compile(
    r"(?i)\b(?:once|einmal|einmal im|une fois|una vez|una volta|eenmaal|uma vez)\s"
    rf"(?:(?:a|per|pro|par|al|all'|por)\s)?(?:{_UNIT})\b"
)
_JAPANESE = re.compile(
    r"毎(?P<each>年|月|週)|(?P<number>\d{1,3})\s?(?P<unit>年|[かヶカヵ箇ケ]月|週|日)間?(?:ごと|毎|おき)に?"
)
_ADVERBS = {
    "P1Y": "annually yearly jährlich annuellement anualmente annualmente jaarlijks",
    "P1M": "monthly monatlich mensuellement mensualmente mensilmente maandelijks mensalmente",
    "P3M": "quarterly vierteljährlich trimestriellement trimestralmente",
    "P6M": "semi-annually half-yearly halbjährlich semestralmente semestralmente",
    "P7D": "weekly wöchentlich wekelijks semanalmente",
}
_TERM_OF_ADVERB = {word: term for term, listed in _ADVERBS.items() for word in listed.split()}
_ADVERB = re.compile(
    rf"(?i)(?<![\w-])(?<!twice )(?<!mal )(?:{'|'.join(sorted(_TERM_OF_ADVERB, key=len, reverse=True))})(?![\w-])"
)
_FOR_ANOTHER = re.compile(
    r"(?i)\b(?:for|um|pour|por|per|voor|met)\s(?:(?:a further|another|an additional|a|jeweils|weitere|mais|otro|altri|"
    rf"un altro|nog|encore)\s)?(?:{_COUNT}\s)?(?:(?:more|further|additional|weitere[ns]?|nouvelle|ulteriore|"
    rf"ulteriori|extra)\s)?(?:{_UNIT})\b"
)
_JAPANESE_FOR = re.compile(r"(?P<number>\d{1,3})\s?(?P<unit>年|[かヶカヵ箇ケ]月)間?(?:自動)?(?:更新|延長)")

_RENEWS = re.compile(
    r"(?i)\brenew|auto-?renew|verlänger|\brenouvel|reconduit|reconduct|\brenov|\brinnov|verleng|vernieuw|自動更新|更新され|自動継続"
)
_BY_ITSELF = re.compile(
    r"(?i)automatic|renews\b|verlängert sich|automatisch|automatiquement|se renouvelle|tacite|automáticament"
    r"|automaticament|se renueva|se renovará|si rinnova|renova-se|自動"
)
_CHARGES = re.compile(
    r"(?i)\b(?:charge you|bill you|"
    r"billed|charged|invoiced|paid|debited|recurring|abgebucht|berechnet|abgerechnet|facturé|prélevé|débité|cobrad|"
    r"cobrar|facturad|addebit|fatturat|afgeschreven|gefactureerd|in rekening|debitad|faturad)|請求|課金|引き落と"
)
_OFFERS = re.compile(
    r"(?i)\b(?:save|upgrade|switch|instead|offer|discount|only if|sparen|wechseln|statt|angebot|économisez|passez|"
    r"ahorr|cámbi|risparmi|passa a|bespaar|overstap|poupe|economize|mude)\b|お得"
)
_AMOUNT_PER = re.compile(
    r"(?i)(?:\d|€|\$|£|¥|円|[A-Z]{3})\s?(?:/|a|an)\s?(?:(?P<count>\d{1,3})\s)?" + f"(?:{_UNIT})" + r"\b"
    r"|(?:\d|€|\$|£|¥|円|[A-Z]{3})\s?[/／](?P<each>年|月)|(?P<sum>年額|月額)\s?[:：]?\s?[¥\d]"
)
_AMOUNT = re.compile(r"(?:[€$£¥]|\b[A-Z]{3})\s?\d|\d\s?(?:[€$£円]|[A-Z]{3}\b)")
_PLAN = re.compile(
    r"(?i)\b(?:(?P<year>annual|yearly|jahres|1-year|one-year|12-month)"
    r"|(?P<month>monthly|monats|1-month|one-month))[ -]?"
    r"(?:plan|subscription|membership|billing|payments?|abo|abonnement|commitment|contract|tarif|zahlung)\b"
    r"|\b(?:abonnement|suscripción|abbonamento|assinatura|forfait|plan)\s"
    r"(?:(?P<year2>annuel|anual|annuale)|(?P<month2>mensuel|mensual|mensile|mensal))\b"
    r"|\b(?P<year3>jaar)abonnement\b|\b(?P<month3>maand)abonnement\b"
    r"|[(–-] ?(?:(?P<year4>yearly|annual|jährlich|annuel|anual|annuale|jaarlijks)"
    r"|(?P<month4>monthly|monatlich|mensuel|mensual|mensile|maandelijks|mensal))\)?(?=$|\s{1,3}[\d€$£¥])"
)
_SENTENCE = re.compile(r"(?<=[.!?。])\s+|(?<=。)")
_BARE = re.compile(rf"(?i)(?:{_COUNT}[\s-])?(?:{_UNIT})|(?P<number>\d{{1,3}})\s?(?P<unit>年|[かヶカヵ箇ケ]月)間?")
_BARE_WORDS = {
    "P1Y": "annual yearly annually jährlich annuel annuelle anual annuale jaarlijks 年次 毎年 年間",
    "P1M": "monthly monatlich mensuel mensuelle mensual mensile maandelijks mensal 月次 毎月 月間",
    "P3M": "quarterly vierteljährlich trimestriel trimestral trimestrale",
}
_TERM_OF_WORD = {word: term for term, listed in _BARE_WORDS.items() for word in listed.split()}


def term_of(text: str) -> str | None:
    """Returns the term that the value of a label is ("Yearly", "12 months", "every 2 years"), or None."""
    plain = text.strip().strip(".()").casefold()
    if (word := _TERM_OF_WORD.get(plain) or _TERM_OF_ADVERB.get(plain)) is not None:
        return word
    bare = _BARE.fullmatch(plain)
    if bare is not None:
        return _duration(bare)
    found = terms_in(text)
    return found[0] if len(set(found)) == 1 and len(plain) <= 60 else None


def terms_in(text: str) -> tuple[str, ...]:
    """Returns the terms that words such as "every year" or "monatlich" name."""
    found = [_duration(each) for pattern in (_EVERY, _ONCE, _JAPANESE) for each in pattern.finditer(text)]
    found += [_TERM_OF_ADVERB[each.group().casefold()] for each in _ADVERB.finditer(text)]
    return tuple(term for term in found if term is not None)


def renewal_term(lines: Iterable[str], *, renews: bool) -> TermFound | None:
    """Returns the term of the renewal that an e-mail states, or None where it states none or several.

    `renews` says that the e-mail states a renewal in another way: then a price "per year" and the name of a plan
    ("annual plan") count too.
    """
    renewing: list[TermFound] = []
    charging: list[TermFound] = []
    for sentence in dict.fromkeys(part for line in lines for part in _SENTENCE.split(line[:600])):
        is_renewal, is_charge = _RENEWS.search(sentence) is not None, _CHARGES.search(sentence) is not None
        plans = _plans(sentence) if renews else ()
        counts = is_renewal or is_charge or plans or (renews and _AMOUNT.search(sentence))
        if not counts or _OFFERS.search(sentence) or says_off(sentence):
            continue
        terms = (*terms_in(sentence), *_amounts_per(sentence))
        if is_renewal:
            renewing += [TermFound(term, sentence) for term in terms or _another(sentence)]
        else:
            charging += [TermFound(term, sentence, is_charge) for term in terms]
        charging += [TermFound(term, sentence, is_sentence=False) for term in plans]
    found = renewing or charging
    stated = [each for each in found if each.is_sentence] or found
    return stated[0] if len({each.term for each in found}) == 1 else None


def _another(line: str) -> tuple[str, ...]:
    """ "Renews automatically for another year"; an invitation to renew states no term."""
    if not _BY_ITSELF.search(line):
        return ()
    found = [_duration(each) for pattern in (_FOR_ANOTHER, _JAPANESE_FOR) for each in pattern.finditer(line)]
    return tuple(term for term in found if term is not None)


def _amounts_per(line: str) -> tuple[str, ...]:
    found = []
    for each in _AMOUNT_PER.finditer(line):
        said = each.group("each") or each.group("sum")
        term = ("P1Y" if "年" in said else "P1M") if said else _duration(each)
        found += [term] if term is not None else []
    return tuple(found)


def _plans(line: str) -> tuple[str, ...]:
    return tuple(
        "P1Y" if name.startswith("year") else "P1M"
        for each in _PLAN.finditer(line)
        for name, text in each.groupdict().items()
        if text
    )


def _duration(found: re.Match[str]) -> str | None:
    groups = found.groupdict()
    word = groups.get("count") or groups.get("number") or "1"
    number = int(word) if word.isdigit() else _NUMBER_OF[word.casefold()]
    sign = groups.get("unit") or groups.get("each") or ""
    letter = next((letter for letter in _UNITS if groups.get(letter)), "") or (
        "Y" if "年" in sign else "M" if "月" in sign else "W" if "週" in sign else "D"
    )
    if not 0 < number <= 400:
        return None
    return {
        "Y": f"P{number}Y",
        "M": f"P{number}M",
        "Q": f"P{number * 3}M",
        "W": f"P{number * 7}D",
        "D": f"P{number}D",
    }[letter]
