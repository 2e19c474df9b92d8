"""Words that stand as values: that something has no end, that it is on or off, that there is no limit."""

from __future__ import annotations

NEVER = frozenset(
    (
        *(
            "never",
            "never expires",
            "lifetime",
            "life-time",
            "does not expire",
            "no expiration",
            "no expiry",
            "perpetual",
        ),
        *("unlimited", "forever", "none - lifetime", "lifetime license", "lifetime licence", "no expiration date"),
        *(
            "nie",
            "niemals",
            "unbegrenzt",
            "unbefristet",
            "läuft nie ab",
            "lebenslang",
            "dauerhaft",
            "zeitlich unbegrenzt",
        ),
        *("jamais", "illimité", "illimitée", "à vie", "n'expire jamais", "perpétuelle", "perpétuel"),
        *("nunca", "ilimitado", "ilimitada", "de por vida", "no caduca", "no expira", "perpetua", "vitalicia"),
        *("mai", "illimitato", "illimitata", "a vita", "nessuna scadenza", "non scade mai", "perpetua"),
        *("nooit", "onbeperkt", "levenslang", "verloopt nooit", "verloopt niet"),
        *("vitalícia", "vitalício", "não expira", "perpétua", "sem validade", "para sempre"),
        *("無期限", "なし", "永久", "無制限", "期限なし", "永続"),
    )
)

YES = frozenset(
    (
        *("on", "yes", "enabled", "active", "activated", "ja", "an", "aktiv", "aktiviert", "ein", "eingeschaltet"),
        *(
            "oui",
            "activé",
            "activée",
            "actif",
            "sí",
            "si",
            "activada",
            "activado",
            "activa",
            "sì",
            "attivo",
            "attivato",
        ),
        *(
            "aan",
            "actief",
            "ingeschakeld",
            "sim",
            "ativada",
            "ativado",
            "ativa",
            "ligada",
            "オン",
            "有効",
            "あり",
            "する",
        ),
    )
)
NO = frozenset(
    (
        *("off", "no", "disabled", "inactive", "cancelled", "canceled", "nein", "aus", "inaktiv", "deaktiviert"),
        *("ausgeschaltet", "gekündigt", "non", "désactivé", "désactivée", "inactif", "résilié", "desactivada"),
        *("desactivado", "inactiva", "cancelada", "disattivato", "non attivo", "disdetto", "uit", "nee", "inactief"),
        *(
            "uitgeschakeld",
            "opgezegd",
            "não",
            "desativada",
            "desativado",
            "inativa",
            "desligada",
            "オフ",
            "無効",
            "なし",
        ),
        *("しない", "解約済み"),
    )
)
UNLIMITED_SEATS = frozenset(("unlimited", "unbegrenzt", "illimité", "ilimitado", "illimitato", "onbeperkt", "無制限"))
