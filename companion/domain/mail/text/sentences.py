"""Products that an e-mail names within a sentence: "Your license key for Harbour Suite is …"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from companion.domain.mail.message.rows import words
from companion.domain.mail.text.names import is_name, product_name

_LONGEST_LINE = 400
_MOST_WORDS = 8

_LEADS = (
    # What stands before the name, and the words that go on after it, for each language.
    (
        r"you now have"
        r"|(?:licen[cs]e|activation|registration|product|serial|unlock|subscription)s?(?: key| code| number)?s? for"
        r"|you bought|subscribing to|(?:thank you|thanks) for (?:buying|purchasing|ordering|renewing|choosing"
        r"|registering)|(?:free )?trial (?:of|for)|keep using|access to"
        r"|you(?:'ve| have) (?:bought|purchased|subscribed to)|(?:your )?(?:purchase|order|renewal) of"
        r"|(?:subscription|membership) (?:to|for)|(?:receipt|invoice|download) for your (?:purchase of )?|receipt for",
        r"is|will|has|was|from|at|on|renews|expires|and|with|today|ends|can|are|as|here|below|by|that|which|again|until",
    ),
    (
        r"(?:lizenz(?:schlüssel|code)?|aktivierungscode|seriennummer|freischaltcode|abo(?:nnement)?"
        r"|produktschlüssel) für"
        r"|(?:kauf|bestellung|erwerb|verlängerung) von|abonnement von",
        r"ist|läuft|wird|lautet|verlängert|wurde|bei|und|hat|endet|kann|soll|geht|am|vom|bis",
    ),
    (
        r"(?:clé(?: de licence)?|licence|abonnement|achat|code d'activation|commande|numéro de série)"
        r" (?:pour|à|de|d')|merci d'avoir (?:acheté|choisi)",
        r"est|expire|expirera|sera|ne|n'|a|chez|et|se|arrive|va|doit|prend|du|le|ainsi",
    ),
    (
        r"(?:clave|licencia|suscripción|compra|código|número de serie)(?: de licencia| de activación)? (?:de|para|a)"
        r"|gracias por comprar",
        r"es|caduca|caducará|vence|vencerá|se|no|ha|en|y|expira|será|va|está|del",
    ),
    (
        r"(?:chiave|licenza|abbonamento|acquisto|codice)(?: di licenza| di attivazione)? (?:di|per|a)"
        r"|grazie per aver (?:acquistato|scelto)",
        r"è|scade|scadrà|si|non|ha|su|e|sarà|verrà|sta|va|del",
    ),
    (
        r"(?:licentie(?:sleutel|code)?|activeringscode|sleutel|abonnement|aankoop|bestelling|serienummer)"
        r" (?:voor|op|van)"
        r"|bedankt voor het (?:kopen|bestellen) van",
        r"is|verloopt|wordt|bij|en|heeft|loopt|gaat|zal|werd|op",
    ),
    (
        r"(?:chave|licença|assinatura|compra|código|encomenda)(?: de licença| de ativação)? (?:de|do|da|para|a|ao)"
        r"|obrigado por comprar|obrigado por adquirir",
        r"é|expira|expirará|será|não|foi|em|na|e|vence|renova|vai|está|irá",
    ),
)
_BEFORE_SUBSCRIPTION = re.compile(
    r"(?i:\byour )(?P<name>[A-Z0-9][^.,:;!?()\"“”]{1,60}?) (?i:subscription|membership|licen[cs]e)\b"
)
_ARTICLE = r"(?:the |a |an |your |das |die |der |le |la |les |l'|el |los |il |lo |gli |het |de |o |os )?"
_PATTERNS = tuple(
    re.compile(
        rf"(?i)(?:^|(?<=[\s(\"“„«]))(?:{leads})\s?{_ARTICLE}[\"“„«']?"
        rf"(?-i:(?P<name>[^\s.,:;!?(\"“”„«»'][^,:;!?(\"“”„«»]{{1,79}}?))"
        rf"(?=[\"”“»']| (?:{ends})\b| (?:for|für|pour|por|per|voor) (?:\d|one)|\.\s(?!\d)|[.]?$|[,:;!?(])"
    )
    for leads, ends in _LEADS
)
_OF_ORDER = re.compile(
    r"(?i)\b(?:order|purchase|bestellung|commande|achat|pedido|compra|ordine|acquisto|bestelling|encomenda)"
    r"\s(?:\W|n[.º°r]{1,2}\s|number\s|nummer\s)?(?=\S*\d)[\w#/.-]{3,30}\s\((?P<name>[^()]{3,80})\)"
)
"""An order with its number, and in brackets what was ordered."""
_PARTICLES = words("for of the and de des du et und von für di del della y e da do van en")
_HINTS = (
    *("licen", "lizenz", "activation", "aktivier", "registration", "product", "produkt", "serial", "serien", "unlock"),
    *("subscri", "membership", "you bought", "you've", "you have", "thank", "purchase", "order", "renew", "receipt"),
    *("invoice", "download", "freischalt", "abo", "kauf", "bestell", "erwerb", "verlänger", "clé", "achat", "commande"),
    *("trial", "registering", "you now have"),
    *("merci", "numéro", "clave", "suscrip", "compra", "código", "gracias", "chiave", "abbonamento", "acquisto"),
    *("codice", "grazie", "activering", "sleutel", "aankoop", "bedankt", "serienummer", "chave", "assinatura"),
    *("encomenda", "obrigado", "número", "購入", "注文", "ライセンス"),
)
"""Parts of words of which every sentence that names a product has one."""

_JAPANESE = re.compile(r"[「『](?P<name>[^「」『』]{2,60})[」』]")


def products_in(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yields the names of products that sentences name, and the sentence."""
    for line in lines:
        text = line[:_LONGEST_LINE].replace("’", "'")
        lowered = text.casefold()
        if not any(word in lowered for word in _HINTS):
            continue  # most lines; looking for a word is much faster than the patterns
        for pattern in _PATTERNS:
            found = pattern.search(text)
            if found is not None and _is_proper(found.group("name")):
                yield found.group("name").strip(), line
                break
        for pattern in (_BEFORE_SUBSCRIPTION, _OF_ORDER):
            found = pattern.search(text)
            if found is not None and _is_proper(found.group("name")):
                yield found.group("name").strip(), line
        quoted = _JAPANESE.search(text)
        if (
            quoted is not None
            and re.search("購入|注文|ライセンス", text)
            and is_name(product_name(quoted.group("name")))
        ):
            yield quoted.group("name"), line


def _is_proper(name: str) -> bool:
    """Whether the words can be a name: they begin with a capital letter or a digit, and are few."""
    parts = name.split()
    if sum(word[0].islower() and word not in _PARTICLES for word in parts) > 1:
        return False  # more of the sentence than the name
    return bool(parts) and len(parts) <= _MOST_WORDS and (name[0].isupper() or name[0].isdigit()) and is_name(name)
