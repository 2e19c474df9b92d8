"""Whether a text can be the name of a product, and its tidy form."""

from __future__ import annotations

import re

from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.mail.message.rows import tidy, words
from companion.domain.mail.text.pairs import label_of
from companion.domain.mail.text.recognise import find_amount, find_date

LONGEST_NAME = 120
INSTALLER = re.compile(r"(?i)\.(?:exe|msi|msix|dmg|pkg|zip|7z|rar|deb|rpm|appimage|run|tar\.gz|iso|vst3|jar)$")
"""The endings of files that are downloaded in order to install something."""


def is_file(address: str) -> bool:
    """Whether an address leads to a file to install by its own name."""
    return INSTALLER.search(address.partition("?")[0].partition("#")[0]) is not None


_NOT_A_NAME = re.compile(
    r"(?i)^(?:https?://|www\.|\d+$|[\W\d_]+$"
    r"|(?:yearly|monthly|annual(?:ly)?|weekly|lifetime|active|free|trial|none|yes|no|n/a|unlimited|single|personal|standard"
    r"|(?:\d+|one) (?:years?|months?|days?|jahre?|monate?|ans?|mois|años?|anni|anno|mesi|jaar|maanden|anos?|meses)"
    r"|jährlich|monatlich|annuel|mensuel|anual|mensual|annuale|mensile|jaarlijks|maandelijks|mensal)$)"
)
_CAD_PROGRAM = re.compile(r"[^\W\d_].*\bCAD (?:19|20)\d\d$")
"""Computer-aided design of a year, rather than Canadian dollars."""
_NUMBER_ALONE = re.compile(r"[A-Z]{0,6}[-/ ]?\d[\dA-Z/.-]{2,40}")
_SENTENCE_ENDS = re.compile(
    r"(?i)(?:^|\s)(?:is|are|ist|sind|lautet|est|es|son|è|sono|zijn|é|são|here|below|key|code|number|schlüssel|nummer"
    r"|clé|clave)$"
)
_GENERIC = words(
    "série serie seriale serienummer seriennummer code codice código n° nr nr. no. nummer número numéro numero",
    "order orders license licence licenses licences key keys thank thanks details detail information info",
    "summary receipt invoice purchase purchases your you our here download downloads hello hi dear account",
    "serial activation registration welcome congratulations confirmation payment delivery important note",
    "instructions please customer support e-mail subscription subscriptions bestellung lizenz lizenzen",
    "schlüssel danke vielen dank übersicht rechnung ihre ihr deine dein hallo guten sehr konto kauf zahlung",
    "wichtig hinweis bitte zugangsdaten lizenzdaten bestelldetails commande licence licences clé clés merci",
    "détails récapitulatif facture achat votre vos bonjour cher chère compte paiement voici pedido licencia",
    "licencias clave claves gracias detalles resumen factura compra su sus tu tus hola estimado cuenta pago",
    "aquí ordine licenza licenze chiave chiavi grazie dettagli riepilogo fattura acquisto tuo tua tuoi ciao",
    "gentile pagamento ecco bestelling licentie licenties sleutel sleutels bedankt gegevens overzicht factuur",
    "aankoop uw je beste geachte betaling encomenda licença licenças chave chaves obrigado obrigada detalhes",
    "resumo fatura sua suas seu seus olá caro conta pagamento",
)
"""Words of headings ("Order details", "Ihre Lizenz") that a product's name hardly has."""

_ENDINGS_OF_MONEY = ("betrag", "summe", "steuer", "gebühr", "gebühren", "kosten", "rabatt")
_OF_MONEY = words(
    "net netto brutto nett net. gross imponible base",
    "total totals subtotal sub-total price amount tax taxes vat gst hst sales discount coupon shipping",
    "handling fee fees savings saved balance paid payment refund credit deposit change charge rounding gesamt",
    "summe zwischensumme preis betrag mwst mwst. ust ust. steuer steuern rabatt versand gutschein gebühr prix",
    "montant taxe taxes tva remise livraison frais sous-total réduction precio importe impuesto impuestos iva",
    "descuento envío gastos prezzo importo imposta imposte sconto spedizione spese totale subtotale prijs",
    "bedrag btw korting verzending verzendkosten totaal subtotaal preço valor imposto impostos desconto envio",
    "frete 合計 小計 消費税 送料 割引 価格 金額",
)


def product_name(name: str) -> str:
    """Returns a product's name without quantities, article numbers and signs around it."""
    plain = clean_text(tidy(name), 200)
    plain = re.sub(r"\s*\(#[\w.-]{1,40}\)$", "", plain)
    plain = re.sub(r"^[-–—]\s+", "", plain)
    plain = re.sub(r"\s*[x×X]\s?\d{1,4}$|^\d{1,4}\s?[x×]\s+", "", plain)
    plain = re.sub(r"\s*[–—-]\s*$|\s*\(?\s*[x×]\s?\d+\)?$", "", plain)
    return plain.strip(' :：•*|,;"“”„«»').strip()


def is_name(plain: str) -> bool:
    """Whether a text can be a product's name: short, with letters, no address, amount, label, date or sentence."""
    if not 2 <= len(plain) <= LONGEST_NAME or _NOT_A_NAME.match(plain) or not has_letters(plain):
        return False
    if label_of(plain) is not None or "@" in plain or plain.endswith(("!", "?", "…")) or INSTALLER.search(plain):
        return False
    amount = find_amount(plain)
    if amount is not None and len(amount.words) >= len(plain) / 2 and not _CAD_PROGRAM.match(plain):
        return False
    date = find_date(plain, day_first=None)
    # "New expiry date: 27 June 2027" is a label with its value.
    return date is None or (len(date.words) < len(plain) / 2 and ":" not in plain)


def is_heading_of_product(text: str) -> bool:
    """Whether a line that no label announces can be a product's name, as services write it above its key."""
    words = text.split()
    if not 1 <= len(words) <= 6 or text.endswith((".", ",", ":", "：", "!", "?", ";")) or text[0].islower():
        return False
    return not any(word.casefold().strip("()[]'’\"") in _GENERIC for word in words) and is_name(product_name(text))


def is_product_like(text: str, known: frozenset[str]) -> bool:
    """Whether the text before a colon and a key can be a product's name; `known` has names in lower case."""
    plain = product_name(text)
    if _SENTENCE_ENDS.search(plain) or not plain:
        return False
    if plain.casefold() in known:
        return True
    generic = any(word.casefold() in _GENERIC for word in plain.split())
    return not generic and len(plain.split()) <= 8 and not plain.endswith((".", "!", "?")) and has_letters(plain)


def is_about_money(text: str) -> bool:
    """Whether a row of an invoice is a sum, a tax, a discount or a number rather than a product."""
    if _NUMBER_ALONE.fullmatch(text.strip()):
        return True
    parts = [word.casefold().strip("():%") for word in text.split()]
    return len(parts) <= 6 and any(word in _OF_MONEY or word.endswith(_ENDINGS_OF_MONEY) for word in parts)


def has_letters(text: str) -> bool:
    """Whether there is a letter of any script."""
    return any(sign.isalpha() for sign in text)
