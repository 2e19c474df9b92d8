"""What an e-mail says in whole sentences: whether something renews by itself, and the language it is written in."""

from __future__ import annotations

import re
from collections.abc import Iterable

from companion.domain.mail.message.letter import Letter

_OFF = re.compile(
    r"(?i)(?:will not|won't|does not|doesn't|no longer) (?:be )?(?:automatically )?renew"
    r"|auto(?:matic)?[- ]?renewal (?:has been|was|is(?: now)?) (?:turned off|switched off|disabled|cancell?ed|off)"
    r"|(?:subscription|plan|membership) (?:has been|was|is(?: now)?) cancell?ed"
    r"|verlängert sich nicht|automatische verlängerung (?:wurde|ist) (?:deaktiviert|ausgeschaltet|beendet|gekündigt)"
    r"|(?:abo|abonnement|vertrag) wurde gekündigt|kündigung (?:wurde bestätigt|bestätigt)"
    r"|ne sera pas renouvel|renouvellement automatique (?:a été|est) (?:désactivé|annulé)|abonnement a été (?:résilié|annulé)"
    r"|no se renovará|renovación automática (?:ha sido|está|fue) (?:desactivada|cancelada)|suscripción ha sido cancelada"
    r"|non (?:si rinnoverà|verrà rinnovat)|rinnovo automatico (?:è stato|è) (?:disattivato|annullato)"
    r"|wordt niet (?:automatisch )?verlengd|automatische verlenging is (?:uitgeschakeld|stopgezet)|abonnement is opgezegd"
    r"|não será renovad|renovação automática foi (?:desativada|cancelada)|assinatura foi cancelada"
    r"|自動更新(?:は|を)?(?:停止|解除|無効|オフ)|解約(?:が|を)?(?:完了|承り)"
)
_ON = re.compile(
    r"(?i)(?:will|shall) (?:be )?(?:automatically )?renew(?:ed)?(?: automatically)?\b"
    r"|renews automatically|automatically renews|auto(?:matic)?[- ]?renewal is (?:on|enabled|active|turned on)"
    r"|verlängert sich (?:automatisch|am|um)|wird automatisch verlängert|automatische verlängerung ist (?:aktiv|eingeschaltet)"
    r"|sera (?:automatiquement )?renouvel|se renouvelle automatiquement|renouvellement automatique est (?:activé|actif)"
    r"|se renovará (?:automáticamente|el)|renovación automática está activa"
    r"|si rinnov(?:a|erà) automaticamente|verrà rinnovat[oa] automaticamente|rinnovo automatico è attivo"
    r"|wordt (?:automatisch )?verlengd|automatische verlenging is (?:aan|actief|ingeschakeld)"
    r"|será renovad[oa] automaticamente|renova(?:-se|rá)? automaticamente|renovação automática está ativa"
    r"|自動(?:的に)?更新され"
)
_CONDITION = re.compile(
    r"(?i)\bif (?:you|your)\b|\bunless\b|\bwenn\b|\bfalls\b|\bsi vous\b|\bsi (?:usted|desea)\b|\bse (?:vuoi|desideri|deseja)\b"
    r"|\bals u\b|\bindien\b|場合"
)


_HINTS = (
    *("renew", "cancel", "verläng", "verlang", "künd", "renouvel", "résili", "annul", "renov", "rinnov", "verleng"),
    *("opgezegd", "stopgezet", "自動", "解約"),
)
"""Parts of words of which every statement has one."""


def auto_renew_statement(lines: Iterable[str]) -> tuple[str, str] | None:
    """Returns ``on`` or ``off`` and the sentence that says so, or None; a sentence with a condition says nothing."""
    found: tuple[str, str] | None = None
    for line in lines:
        text = line[:600]
        lowered = text.casefold()
        if not any(word in lowered for word in _HINTS):
            continue  # most lines; looking for a word is much faster than the patterns
        if _OFF.search(text) and not _CONDITION.search(text):
            return "off", text
        if found is None and _ON.search(text) and not _CONDITION.search(text):
            found = ("on", text)
    return found


_WORDS_OF = {
    "en": "the your you order thank for and with of to",
    "de": "die der ihre ihr sie und für mit vielen dank bestellung ist das wir",
    "fr": "votre vous le la les pour et merci commande avec de nous est",
    "es": "su tu el la los para y gracias pedido con de por ha",
    "it": "il la per e grazie ordine con di del tuo della è",
    "nl": "de het uw je een en voor met bedankt bestelling van is",
    "pt": "o a os para e obrigado pedido com de do da seu sua você",
}


def language_of(letter: Letter) -> str:
    """Returns the language that an e-mail is written in (ISO 639-1), ``en`` where it cannot be told."""
    text = " ".join((letter.subject, *(row.text for row in (*letter.rich, *letter.plain)[:200])))[:20_000].casefold()
    if len(re.findall(r"[\u3040-\u30ff]", text)) > 5:
        return "ja"
    words = re.findall(r"[^\W\d_]+", text)
    counts = {
        language: sum(word in known for word in words)
        for language, known in ((name, frozenset(listed.split())) for name, listed in _WORDS_OF.items())
    }
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] > counts["en"] else "en"
