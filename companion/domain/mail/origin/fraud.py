"""Signs that an e-mail is not from the store it names.

Faked renewal invoices with a telephone number to call are common: they name a well-known brand, state a high amount and
ask to call in order to cancel. Nothing here proves a mail genuine; the absence of a warning says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.core.untrusted.host_names import imitation_sentence, latin_look
from companion.domain.mail.message.letter import Letter
from companion.domain.mail.message.rows import Link, Row, words
from companion.domain.mail.origin import platforms
from companion.domain.mail.origin.platforms import HOSTS, SELLS_FOR_OTHERS, Platform, belongs
from companion.domain.mail.origin.senders import ROLES, is_free_mail
from companion.domain.purchases.values import host_name

Brands = Mapping[str, Iterable[str]]
"""Well-known brands by name, and the domains that belong to them."""

_MOST_ROWS = 1500
_MOST_LINKS = 500
_OWN_DOMAINS: Brands = {
    "Microsoft": (
        *HOSTS[Platform.MICROSOFT],
        "live.com",
        "office.com",
        "aka.ms",
        "xbox.com",
        "azure.com",
    ),
    "Steam": ("steampowered.com", "steamcommunity.com", "steamstatic.com", "valvesoftware.com"),
    "Humble Bundle": ("humblebundle.com",),
    "Paddle": HOSTS[Platform.PADDLE],
    "Gumroad": HOSTS[Platform.GUMROAD],
    "FastSpring": HOSTS[Platform.FASTSPRING],
    "2Checkout": HOSTS[Platform.TWO_CHECKOUT],
    "Cleverbridge": HOSTS[Platform.CLEVERBRIDGE],
    "MyCommerce": HOSTS[Platform.MYCOMMERCE],
    "Lemon Squeezy": HOSTS[Platform.LEMON_SQUEEZY],
}
_PHONE = re.compile(r"(?<![\w/.-])(?:\+|\(|00)?\d(?:[\s().\u00a0/-]{0,3}\d){8,14}(?![\w/-])")
_CALL = re.compile(
    r"(?i)\b(?:call|calling|phone|dial|contact|reach|speak|helpline|help ?line|help ?desk|toll[- ]free|hotline"
    r"|customer care"
    r"|anrufen|rufen|ruf|telefonisch|telefon|kontaktieren|appele[rz]|téléphonez|contactez|joindre|llame|llamar"
    r"|llámenos|contacte|chiam(?:a|are|i|ate)|contatt(?:a|are|i)|bel|bellen|neem contact|ligue|ligar"
    r"|telefone)\b|電話"
)
_UNDO = re.compile(
    r"(?i)\b(?:cancel|cancell\w*|refund\w*|dispute|stop|unauthori[sz]ed"
    r"|did(?: not|n't) (?:make|authori[sz]e|place|order)"
    r"|not you"
    r"|stornier\w*|kündig\w*|widerruf\w*|erstatt\w*|nicht (?:bestellt|autorisiert|veranlasst)|annul\w*|résili\w*"
    r"|rembours\w*|pas (?:effectué|autorisé|commandé)|cancelar|reembols\w*|anular|no (?:reconoce|autorizó|realizó)"
    r"|disd\w+|rimbors\w*|non (?:ha|hai) (?:effettuato|autorizzato)|opzeg\w*|terugbetal\w*|annuleer\w*"
    r"|niet (?:besteld|door u)"
    r"|não (?:reconhece|autorizou|fez))\b|キャンセル|返金|解約"
)
_CHARGE = re.compile(
    r"(?i)\b(?:renew\w*|auto-?renew\w*|invoice|receipt|charged?|debited|deducted|payment|subscription|billing"
    r"|order|purchase"
    r"|verlänger\w*|rechnung|abgebucht|abonnement|zahlung|renouvel\w*|facture|prélev\w*|paiement|renov\w*|factura"
    r"|cargo|suscripción|pago|rinnov\w*|fattura|addebit\w*|abbonamento|verleng\w*|factuur|afgeschreven|renovação|fatura"
    r"|cobrança|assinatura)\b|更新|請求|お支払い"
)
_SHOWN = re.compile(r"(?i)^(?:https?://)?(?P<host>(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24})(?:[/:?#].*)?$")
_FILE_ENDINGS = words(
    "exe msi zip dmg pdf pkg txt html htm php jpg png rar deb rpm iso jar doc docx xls msix app js css md"
)
_SECOND_LEVEL = words("co com org net ac gov ne or go edu gob nom")
_MAILING_SERVICES = (
    *("sendgrid.net", "list-manage.com", "mandrillapp.com", "awstrack.me", "sparkpostmail.com", "hubspotlinks.com"),
    *("mailgun.org", "mailjet.com", "sendinblue.com", "brevo.com", "klclick.com", "klaviyomail.com", "postmarkapp.com"),
    *("createsend.com", "exacttarget.com", "rs6.net", "mailchimp.com", "convertkit-mail.com", "customeriomail.com"),
    *("safelinks.protection.outlook.com", "urldefense.com", "urldefense.proofpoint.com", "google.com"),
)
"""Services that send a shop's mails and lead links through their own hosts, or mail filters that check links."""


def warning_of(letter: Letter, brands: Brands | None = None) -> str | None:
    """Returns in sentences why an e-mail is probably not from the store it names, or None."""
    known = _with_own_domains(brands or {})
    for sentence in (_faked_invoice(letter, known), _foreign_sender(letter, known), _foreign_link(letter, known)):
        if sentence is not None:
            return sentence
    return None


def _with_own_domains(brands: Brands) -> Brands:
    """All brands; one that is known twice has the domains of both."""
    found = {name.casefold(): (name, tuple(domains)) for name, domains in _OWN_DOMAINS.items()}
    for name, domains in brands.items():
        known = found.get(name.casefold(), (name, ()))
        found[name.casefold()] = (known[0], (*known[1], *domains))
    return dict(found.values())


def _faked_invoice(letter: Letter, brands: Brands) -> str | None:
    """A renewal or payment with a number to call for cancelling, from an address that is not the brand's."""
    rows = [*letter.rich[:_MOST_ROWS], *letter.plain[:_MOST_ROWS]]
    text = " ".join((letter.subject, *(row.text for row in rows)))[:100_000]
    if not _asks_to_call(rows) or _CHARGE.search(text) is None:
        return None
    domain = letter.sender_domain or ""
    if _is_service(domain):
        return None
    named = _brand_in(f"{letter.sender_name} {letter.subject} {text}", brands)
    if is_free_mail(domain):
        reason = f"it was sent from {domain}, where anybody can have an address"
    elif named is not None and not _is_of(domain, brands[named]):
        reason = f"it names {named} but was sent from {domain or 'an unknown address'}"
    elif named is None and letter.sender_name and not _fits(letter.sender_name, domain) and not _links_home(letter):
        reason = (
            f"it calls itself “{clean_text(letter.sender_name, 60)}” but was sent from {domain or 'an unknown address'}"
        )
    else:
        return None
    return (
        "This is probably a faked invoice: it asks you to call a telephone number in order to cancel, and "
        f"{reason}. Do not call the number and open no link in it. Look into your bank's statement instead."
    )


def _asks_to_call(rows: list[Row]) -> bool:
    """Whether a telephone number stands near words that ask to call in order to undo a charge."""
    for number, row in enumerate(rows):
        if _PHONE.search(row.text[:1000]) is None:
            continue
        near = " ".join(each.text[:1000] for each in rows[max(0, number - 4) : number + 5])
        if _CALL.search(near) and _UNDO.search(near):
            return True
    return False


def _foreign_sender(letter: Letter, brands: Brands) -> str | None:
    """A sender that calls itself by a brand's name and writes from another domain."""
    domain = letter.sender_domain
    if domain is None:
        return None
    brand = _brand_of_name(letter.sender_name, brands)
    if brand is not None and not _is_of(domain, brands[brand]) and not _is_service(domain):
        return _not_the_brands(brand, f"it was sent from {domain}")
    likeness = _lookalike(domain, brands)
    if likeness is not None:
        return _not_the_brands(likeness, f"{domain} only looks like its domain")
    imitation = imitation_sentence(domain)
    return f"{imitation} This e-mail came from there. Open no link in it." if imitation is not None else None


def _foreign_link(letter: Letter, brands: Brands) -> str | None:
    """A link whose words show another host than the one it leads to."""
    for link in letter.links[:_MOST_LINKS]:
        shown, real = _shown_host(link), host_name(link.address)
        imitation = imitation_sentence(real) if "xn--" in real else None
        if imitation is not None:
            return f"A link in this e-mail is not what it seems: {imitation} Do not open it."
        if not shown or not real or _site(shown) == _site(real) or not link.address.lower().startswith("http"):
            continue
        domain = letter.sender_domain or ""
        trusted = (*_MAILING_SERVICES, *((_site(domain),) if domain and not is_free_mail(domain) else ()))
        if any(belongs(real, owner) for owner in trusted) or _is_service(real):
            continue
        if any(_is_of(shown, domains) and _is_of(real, domains) for domains in brands.values()):
            continue
        return (
            f"A link in this e-mail shows {clean_text(shown, 80)} but leads to {clean_text(real, 80)}. Do not open it;"
            " type the shop's address yourself."
        )
    return None


def _not_the_brands(brand: str, reason: str) -> str:
    return f"This e-mail calls itself one of {brand}, but {reason}. Open no link in it and call no number it names."


def _shown_host(link: Link) -> str:
    found = _SHOWN.match(link.words.strip()[:300])
    if found is None:
        return ""
    host = found.group("host").lower()
    return "" if host.rpartition(".")[2] in _FILE_ENDINGS and "://" not in link.words else host


def _brand_in(text: str, brands: Brands) -> str | None:
    """The brand that a text names as words of its own, the longest first."""
    for brand in sorted(brands, key=len, reverse=True):
        if re.search(rf"(?<!\w){re.escape(brand)}(?!\w)", text, re.IGNORECASE):
            return brand
    return None


def _brand_of_name(name: str, brands: Brands) -> str | None:
    """The brand that a sender's name is, with nothing but a department beside it: "Microsoft Billing Team"."""
    plain = re.sub(r"[^\w .&+-]", " ", name).casefold().split()
    for brand in sorted(brands, key=len, reverse=True):
        own = brand.casefold().split()
        for at in range(len(plain) - len(own) + 1):
            if plain[at : at + len(own)] == own:
                rest = (*plain[:at], *plain[at + len(own) :])
                if all(word in ROLES or word.isdigit() or not word.isalnum() for word in rest):
                    return brand
    return None


def lookalike_of(domain: str, brands: Brands) -> str | None:
    """Returns the brand whose domain a domain is spelled like, None for none."""
    return _lookalike(domain, _with_own_domains(brands))


def _lookalike(domain: str, brands: Brands) -> str | None:
    """The brand whose domain a domain is spelled like with signs that look alike ("rnicrosoft", "paypa1")."""
    label = _site(domain).partition(".")[0]
    folded = _folded(latin_look(label))
    for brand, domains in brands.items():
        for owner in domains:
            own = _site(owner).partition(".")[0]
            if len(own) > 4 and label != own and folded == _folded(own):
                return brand
    return None


def _folded(label: str) -> str:
    plain = label.replace("rn", "m").replace("vv", "w")
    return plain.translate(str.maketrans("0135", "oles")).replace("i", "l").replace("-", "")


def _fits(name: str, domain: str) -> bool:
    """Whether a word of the sender's name stands in the domain, or the other way about."""
    plain = domain.replace("-", "").replace(".", "")
    parts = [word for word in re.findall(r"[a-z0-9]{3,}", name.casefold()) if word not in ROLES]
    return not parts or any(word in plain for word in parts)


def _links_home(letter: Letter) -> bool:
    """Whether a link leads to the sender's own site, as shops' mails have and faked invoices hardly do."""
    own = _site(letter.sender_domain or "")
    return any(_site(host_name(link.address)) == own for link in letter.links[:_MOST_LINKS])


def _is_of(host: str, owners: Iterable[str]) -> bool:
    return any(belongs(host, owner.lower()) for owner in owners)


def _is_service(host: str) -> bool:
    """Whether a host is that of a service that sells for many makers, whose names stand in its mails."""
    return any(_is_of(host, HOSTS[platform]) for platform in SELLS_FOR_OTHERS if platform in platforms.HOSTS)


def _site(host: str) -> str:
    """The part of a host name that one owner registers; good enough without the public list of suffixes."""
    labels = host.lower().strip(".").split(".")
    size = 3 if len(labels) > 2 and labels[-2] in _SECOND_LEVEL and len(labels[-1]) == 2 else 2
    return ".".join(labels[-size:])
