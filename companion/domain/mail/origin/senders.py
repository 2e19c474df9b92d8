"""What the sender of an e-mail tells of the store."""

from __future__ import annotations

import re

from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.mail.message.letter import Letter
from companion.domain.mail.message.rows import words
from companion.domain.mail.origin.platforms import TITLES, Platform, belongs

FREE_MAIL = words(
    "gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com aol.com icloud.com",
    "me.com mac.com gmx.de gmx.net gmx.com web.de t-online.de freenet.de proton.me protonmail.com mail.com",
    "yandex.com yandex.ru mail.ru zoho.com tutanota.com tuta.io orange.fr free.fr laposte.net libero.it",
    "virgilio.it hotmail.fr hotmail.es hotmail.it hotmail.co.uk yahoo.co.uk yahoo.fr yahoo.de yahoo.es",
    "yahoo.it yahoo.co.jp outlook.fr outlook.de outlook.es btinternet.com comcast.net verizon.net att.net",
    "sbcglobal.net terra.com.br uol.com.br bol.com.br ziggo.nl kpnmail.nl qq.com 163.com 126.com naver.com",
    "fastmail.com hey.com inbox.lv rediffmail.com",
)
"""Domains where anybody can have an address; no store is known by one of them."""

ROLES = words(
    "support billing team store orders order security account accounts service services renewal renewals center centre",
    "noreply no-reply no reply do not invoice invoices payment payments customer care help desk helpdesk sales",
    "online subscription kundenservice rechnung rechnungsstelle bestellung notification notifications info shop admin",
    "inc inc. corp corp. corporation llc ltd the official from update client ventas ordini loja webmaster delivery",
    "mailer-daemon postmaster licences licenses department",
)
"""Words of a sender's name that say which department writes, not which store."""

_VIA = re.compile(r"(?i)\s*\(?\bvia\b.{2,40}$")


def is_free_mail(domain: str) -> bool:
    """Whether a domain is one of a mail provider where anybody can have an address."""
    return any(belongs(domain.lower(), each) for each in FREE_MAIL)


def store_name(letter: Letter, platform: Platform | None) -> str | None:
    """Returns the store's name as the sender writes it, or None where that is a person or a payment service."""
    name = clean_text(_VIA.sub("", letter.sender_name).strip(" \"'"), 120)
    if (
        not name
        or "@" in name
        or all(word in ROLES for word in name.casefold().split())
        or is_free_mail(letter.sender_domain or "")
    ):
        return None
    if platform is not None:
        title = TITLES[platform].casefold().removesuffix(" bundle").removesuffix(".io")
        if name.casefold().replace(" ", "").startswith(title.replace(" ", "")):
            return None
    return name
