"""What an e-mail says in whole sentences: whether something renews by itself, and the language it is written in."""

from __future__ import annotations

import re
from collections.abc import Iterable

from companion.domain.mail.message.letter import Letter

_WITHIN = r"(?:(?!\b(?:not|nicht|noch|pas|non|niet|não)\b)(?:[^.!?]|\.(?=\d)|(?<=\d)\.)){0,80}?"
"""Some words of the same sentence, without a negation."""
_OFF_FORMS = (
    # What renews by itself; how it is said to be off; what stands before the participle in "You have turned off …".
    (
        r"\bauto(?:matic)?[- ]?renew(?:al|ing)?(?: payments?)?\b",
        r"\b(?:has|have) (?:now )?been|\bwas|\bis(?: now)?",
        r"(?:successfully )?(?:turned off|switched off|disabled|deactivated|cancell?ed|stopped|off)\b",
        r"\b(?:you|we)(?:'ve| have)?(?: now| successfully)?",
    ),
    (
        r"\b(?:your|the) (?:[^.!?]{1,60} )?(?:subscription|plan|membership)\b",
        r"\b(?:has|have) (?:now )?been|\bwas|\bis(?: now)?",
        r"(?:successfully )?(?:cancell?ed)\b",
        r"\b(?:you|we)(?:'ve| have)?(?: now| successfully)?",
    ),
    (
        r"\b(?:automatische (?:vertrags|abo)?verlängerung|auto-?verlängerung)\b",
        rf"\b(?:wurde|ist|haben wir|hast du|haben sie){_WITHIN}",
        r"(?:deaktiviert|ausgeschaltet|abgeschaltet|abgestellt|beendet|gekündigt|storniert)\b",
        None,
    ),
    (
        r"\b(?:renouvellement automatique|reconduction (?:tacite|automatique))\b",
        r"\b(?:a|est)(?: bien| désormais| maintenant)?(?: été)?",
        r"(?:désactivée?|annulée?|arrêtée?|résiliée?|suspendue?)\b",
        r"\b(?:avez|avons|as)(?: bien)?",
    ),
    (
        r"\babonnement\b",
        r"\ba(?: bien)? été",
        r"(?:résilié|annulé)\b",
        r"\b(?:avez|avons|as)(?: bien)?",
    ),
    (
        r"\brenovación automática\b",
        r"\b(?:ha sido|ha quedado|está|fue|se ha)",
        r"(?:desactivad[oa]|cancelad[oa]|anulad[oa])\b",
        r"\b(?:ha|has|hemos|se ha)",
    ),
    (r"\bsuscripción\b", r"\b(?:ha sido|fue)", r"(?:cancelada|anulada)\b", None),
    (
        r"\brinnovo automatico\b",
        r"\b(?:è stato|è(?: ora)?|risulta)",
        r"(?:disattivato|annullato|disabilitato|disdetto)\b",
        r"\b(?:hai|ha|abbiamo)",
    ),
    (r"\babbonamento\b", r"\bè stato", r"(?:annullato|disdetto|disattivato)\b", None),
    (
        r"\bautomatische? verleng(?:ing|en)\b",
        r"\b(?:is|werd|staat)(?: nu)?",
        r"(?:uitgeschakeld|stopgezet|uitgezet|geannuleerd|opgezegd|uit)\b",
        None,
    ),
    (r"\babonnement\b", r"\bis", r"(?:opgezegd|stopgezet|beëindigd)\b", None),
    (
        r"\brenovação automática\b",
        r"\b(?:foi|está(?: agora)?)",
        r"(?:desativada|cancelada|desligada)\b",
        None,
    ),
    (r"\b(?:assinatura|subscrição)\b", r"\bfoi", r"cancelada\b", None),
)
_OFF = re.compile(
    "(?i)"
    + "|".join(
        rf"{what}{_WITHIN}(?:{is_}) {off}" + (rf"|(?:{actor}) {off}{_WITHIN}{what}" if actor is not None else "")
        for what, is_, off, actor in _OFF_FORMS
    )
    + r"|(?:will not|won't|does not|doesn't|no longer) (?:be )?(?:automatically )?renew"
    r"|\b(?:haben|hast)\b[^.!?]{0,60}\bautomatische verlängerung\b[^.!?]{0,60}\b(?:deaktiviert|ausgeschaltet|gekündigt)\b"
    r"|verlängert sich nicht|wird nicht (?:automatisch )?verlängert"
    r"|(?:abo|abonnement|vertrag) wurde gekündigt|kündigung (?:wurde bestätigt|bestätigt)"
    r"|ne (?:sera pas renouvel|se renouvellera pas)|no se renovará"
    r"|non (?:si rinnoverà|(?:verrà|sarà) rinnovat)"
    r"|wordt niet (?:automatisch )?verlengd|\b(?:heeft|hebt|hebben)\b[^.!?]{0,60}\bautomatische verlenging\b[^.!?]{0,60}"
    r"\b(?:uitgeschakeld|stopgezet|uitgezet)\b"
    r"|não (?:será renovad|se renova)|\b(?:desativou|cancelou|desativ[áa]mos|cancel[áa]mos)\b[^.!?]{0,60}renovação automática"
    r"|fornyes ikke|förnyas inte|ikke (?:blive )?fornyet|nie (?:zostanie|będzie) (?:automatycznie )?odn|nie odnawia"
    r"|ei uusi(?:udu|ta)|(?:se )?(?:automaticky )?neobnov"
    r"|自動更新(?:は|を)?(?:停止|解除|無効|オフ)|自動更新の(?:停止|解除)|解約(?:が|を)?(?:完了|承り)"
)
_ON = re.compile(
    r"(?i)(?:will|shall) (?:be )?(?:automatically )?renew(?:ed)?(?: automatically)?\b"
    r"|renews automatically|automatically renews|\b(?:subscription|plan|membership|licen[cs]e) renews (?:on|every|each|at|for)\b|auto(?:matic)?[- ]?renewal is (?:on|enabled|active|turned on)"
    r"|verlängert sich (?:automatisch|am|(?:jeweils |dann |danach )?um)|wird automatisch verlängert|automatische verlängerung ist (?:aktiv|eingeschaltet)"
    r"|(?:sera|est) (?:automatiquement )?renouvelée? (?:automatiquement|chaque|tous)|sera (?:automatiquement )?renouvel"
    r"|se renouvelle automatiquement|renouvellement automatique est (?:activé|actif)"
    r"|se renovará (?:automáticamente|el)|renovación automática está activa"
    r"|si rinnov(?:a|erà) automaticamente|verrà rinnovat[oa] automaticamente|rinnovo automatico è attivo"
    r"|wordt op (?:[^.!?]|\.(?=\d)){4,30} automatisch verlengd|wird (?:am|zum) (?:[^.!?]|\.(?=[\d ])){4,30} automatisch verlängert"
    r"|wordt (?:automatisch |(?:elk|ieder) jaar (?:automatisch )?|(?:elke|iedere) maand (?:automatisch )?)?verlengd"
    r"|automatische verlenging is (?:aan|actief|ingeschakeld)"
    r"|será renovad[oa] automaticamente|renova-se (?:mensal|anual)mente|renova(?:-se|rá)? automaticamente"
    r"|renovação automática está ativa"
    r"|自動(?:的に)?更新され"
    r"|\bauto[- ]?renewing (?:subscription|plan|membership)\b|\b(?:charge|bill)(?:d|ed)?(?: you)?\b[^!?]{2,60}\b(?:until|unless) you cancel"
    r"|(?:fornyes|förnyas) automatiskt?|automatisk(?:t)? (?:fornyet|fornyes|förnyas)|odnawia się automatycznie"
    r"|(?:zostanie|będzie) automatycznie odn|(?:uusiutuu|uusitaan) automaattisesti|automaticky (?:se )?obnov"
    r"|obnov(?:í|uje) automaticky|obnovuje se automaticky"
)
_CONDITION = re.compile(
    r"(?i)\bif (?:you|your)\b|\bunless\b|\bwenn\b|\bfalls\b|\bsi vous\b|\bsi (?:usted|desea)\b|\bse (?:vuoi|desideri|deseja)\b"
    r"|\bals u\b|\bindien\b|場合"
)


_UNLESS = re.compile(
    r"(?i),?\s*\b(?:unless|until (?:you|it is) (?:cancel|turn|switch)|es sei denn|sofern (?:sie|du) (?:es |sie |ihn )?nicht"
    r"|(?:wenn|falls) (?:sie|du) (?:es |sie |ihn |das abo )?nicht|bis (?:sie|du) (?:es |sie )?künd|sauf (?:si|annulation|résiliation)|à moins"
    r"|salvo (?:que|che|cancelación|disdetta|cancelamento)|a menos que|a meno che|tenzij|exceto se)\b[^.!?]*(?:\.(?=\d)[^.!?]*)*"
)
"""What follows a statement that something renews: the person can still end it, and so it does."""

_HINTS = (
    *("renew", "cancel", "verläng", "verlang", "künd", "renouvel", "résili", "annul", "renov", "rinnov", "verleng"),
    *("opgezegd", "stopgezet", "自動", "解約", "forny", "förny", "odn", "uusi", "obnov"),
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
        if found is None and _ON.search(text) and not has_condition(text):
            found = ("on", text)
    return found


def has_condition(text: str) -> bool:
    """Whether what a sentence says holds only under a condition, other than that the person does not end it."""
    return _CONDITION.search(_UNLESS.sub("", text)) is not None


_OF_UPDATES = re.compile(
    r"(?i)\b(?:maintenance|updates?|upgrades?|support|wartung|aktualisierung|mises? à jour|assistance|mantenimiento"
    r"|actualizaciones|soporte|manutenzione|aggiornamenti|assistenza|onderhoud|ondersteuning|manutenção|atualizações"
    r"|suporte)\b|保守|アップデート|サポート"
)
_OF_LICENCE = re.compile(r"(?i)licen|lizenz|abo\b|subscri|abonn|suscrip|abbona|assinatura|ライセンス")
_FOR_WHAT = re.compile(r"(?i)(?:\s\w+){0,2}\s(?:for|of|für|zu[rm]?|pour|de|du|para|per|di|della|voor|van)\b")


def is_about_updates(clause: str) -> bool:
    """Whether a clause is about updates or support: "The maintenance for your Studio licence ends on" is."""
    updates = _OF_UPDATES.search(clause)
    if updates is None or _OF_LICENCE.search(clause) is None:
        return updates is not None
    return _FOR_WHAT.match(clause[updates.end() :]) is not None


_TRIAL = re.compile(
    r"(?i)\btrial\b|\bprobe(?:zeit|abo|phase|version|zeitraum)|\btest(?:phase|zeitraum|version)|\bessai\b|\bprueba\b|\bprova\b"
    r"|\bproef(?:periode|versie)|\bavaliação\b|無料体験|トライアル"
)


def is_about_trial(text: str) -> bool:
    """Whether a text speaks of a trial."""
    return _TRIAL.search(text) is not None


_REFUNDED = re.compile(
    r"(?i)(?:have|has been|were|was|been) (?:fully |partially |partly )?refunded"
    r"|refund (?:has been|was) (?:issued|processed|sent)"
    r"|(?:issued|processed|sent) (?:a|your) (?:full |partial )?refund"
    r"|(?:wurde|wurden|haben)\b.{1,120}\b(?:erstattet|zurückerstattet|gutgeschrieben)"
    r"|rückerstattung (?:wurde|ist) (?:veranlasst|erfolgt)"
    r"|(?:avons|a été|ont été) (?:intégralement )?rembours|remboursement (?:a été|est) (?:effectué|émis)"
    r"|(?:hemos|ha sido|se ha) reembols|reembolso (?:ha sido|fue) (?:emitido|procesado|realizado)"
    r"|(?:abbiamo|è stato|è stata) rimborsat|rimborso (?:è stato|è) (?:emesso|effettuato|eseguito)"
    r"|(?:is|zijn|hebben)\b.{1,120}\bterugbetaald|terugbetaling is (?:uitgevoerd|verwerkt)"
    r"|(?:foi|foram) (?:totalmente )?reembolsad|reembolsámos|reembolso foi (?:emitido|processado|efetuado)"
    r"|返金(?:いた|しま|を完了|が完了|手続きが完了)"
)
_REFUND_HINTS = ("refund", "erstatt", "gutgeschr", "rembours", "reembols", "rimbors", "terugbetaal", "返金")
_NEVER_ENDS = re.compile(
    r"(?i)\b(?:licen[cs]e|key)(?: itself)? (?:never expires|does not expire|doesn't expire|is perpetual)"
    r"|lizenz (?:läuft (?:nie|nicht) ab|ist (?:zeitlich )?(?:unbefristet|unbegrenzt gültig))"
    r"|licence (?:n'expire (?:jamais|pas)|est perpétuelle)|licencia (?:no caduca|no expira|nunca caduca|es perpetua)"
    r"|licenza (?:non scade(?: mai)?|è perpetua)|licentie (?:verloopt (?:nooit|niet)|is onbeperkt geldig)"
    r"|^(?:lifetime licen[cs]e|dauerlizenz|lebenslange lizenz|licence (?:à vie|perpétuelle)|licencia (?:vitalicia|de por vida)"
    r"|licenza (?:a vita|perpetua)|levenslange licentie|licença vitalícia)$"
    r"|licença (?:não expira|nunca expira|é vitalícia|é perpétua)|ライセンスは(?:無期限|永久)"
)
_LICENCE_HINTS = ("licen", "lizenz", "key", "ライセンス")
_WHILE = re.compile(
    r"(?i)\bwhile\b|\bas long as\b|\bsolange\b|\btant que\b|\bmientras\b|\bfinché\b|\bzolang\b|\benquanto\b|限り"
    r"|\buntil\b|\bbefore\b"
)


def says_refunded(lines: Iterable[str]) -> bool:
    """Whether an e-mail says that money was given back; a sentence with a condition says nothing."""
    return any(
        any(word in line for word in _REFUND_HINTS) and _REFUNDED.search(line) and not _CONDITION.search(line)
        for line in (line[:600].casefold() for line in lines)
    )


def never_ends(lines: Iterable[str]) -> str | None:
    """Returns the sentence that says that the licence has no end, or None."""
    for line in lines:
        text = line[:600].casefold().replace("’", "'")
        if not any(word in text for word in _LICENCE_HINTS):
            continue
        if _NEVER_ENDS.search(text) and not _CONDITION.search(text) and not _WHILE.search(text):
            return line[:600]
    return None


def says_off(text: str) -> bool:
    """Whether a sentence says that something does not renew by itself (any more)."""
    return _OFF.search(text) is not None


_WORDS_OF = {
    "en": "the your you order thank for and with of to",
    "de": "die der ihre ihr sie und für mit vielen dank bestellung ist das wir",
    "fr": "votre vous le la les pour et merci commande avec de nous est",
    "es": "su tu el la los para y gracias pedido con de por ha",
    "it": "il la per e grazie ordine con di del tuo della è",
    "nl": "de het uw je een en voor met bedankt bestelling van is",
    "pt": "o a os para e obrigado pedido com de do da seu sua você",
}


_WORD = re.compile(r"(?<![\w.-])[^\W\d_]+(?![\w-])")
_FEWEST_WORDS = 3


def language_of(letter: Letter) -> str:
    """Returns the language that an e-mail is written in (ISO 639-1), ``en`` where it cannot be told."""
    text = " ".join((letter.subject, *(row.text for row in (*letter.rich, *letter.plain)[:200])))[:20_000].casefold()
    if len(re.findall(r"[\u3040-\u30ff]", text)) > 5:
        return "ja"
    words = _WORD.findall(text)
    counts = {
        language: sum(word in known for word in words)
        for language, known in ((name, frozenset(listed.split())) for name, listed in _WORDS_OF.items())
    }
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] > counts["en"] and counts[best] >= _FEWEST_WORDS else "en"
