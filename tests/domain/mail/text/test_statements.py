"""What whole sentences say: whether something renews by itself, whether it ends, whether money was given back."""

import pytest

from companion.domain.mail.text.statements import auto_renew_statement, never_ends, says_refunded


@pytest.mark.parametrize(
    "text",
    [
        "Auto-renewal has been turned off.",
        "Automatic renewal of your Harbour 2.1 subscription was switched off on 5 May 2026.",
        "You have turned off auto-renewal for Harbour Suite.",
        "We've cancelled the automatic renewal of your plan.",
        "Your subscription to Harbour Suite has been cancelled.",
        "Your plan will not renew.",
        "Die automatische Verlängerung Ihres Abonnements wurde am 5. Mai deaktiviert.",
        "Sie haben die automatische Verlängerung für Tafelbild ausgeschaltet.",
        "Ihr Abo verlängert sich nicht.",
        "Le renouvellement automatique de votre abonnement Abeille a bien été désactivé.",
        "Vous avez désactivé le renouvellement automatique.",
        "La renovación automática de su licencia ha sido desactivada.",
        "Ha desactivado la renovación automática.",
        "Il rinnovo automatico del tuo abbonamento è stato disattivato.",
        "Hai disattivato il rinnovo automatico.",
        "De automatische verlenging van uw abonnement is uitgeschakeld.",
        "U heeft de automatische verlenging uitgeschakeld.",
        "A renovação automática da sua assinatura foi desativada.",
        "自動更新を停止しました。",
        "自動更新の停止が完了しました。",
    ],
)
def test_a_renewal_that_was_switched_off(text):
    assert auto_renew_statement([text]) == ("off", text)


@pytest.mark.parametrize(
    "text",
    [
        "Auto-renewal has not been turned off.",
        "Auto-renewal can be turned off in your account.",
        "If you have turned off auto-renewal, you can ignore this.",
        "Auto-renewal is on. Your trial was cancelled.",
        "Die automatische Verlängerung wurde noch nicht deaktiviert.",
        "Die automatische Verlängerung kann im Konto deaktiviert werden.",
        "Le renouvellement automatique n'a pas été désactivé.",
        "Puede desactivar la renovación automática.",
        "Il rinnovo automatico non è stato disattivato.",
        "De automatische verlenging kan worden uitgeschakeld.",
        "A renovação automática não foi desativada.",
    ],
)
def test_a_renewal_that_was_not_switched_off(text):
    said = auto_renew_statement([text])
    assert said is None or said[0] == "on"


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("Your license does not expire.", True),
        ("Ihre Lizenz läuft nie ab.", True),
        ("Votre licence n’expire jamais.", True),
        ("Your license never expires while your subscription is active.", False),
        ("Your license does not expire before 5 May 2027.", False),
        ("The offer does not expire.", False),
    ],
)
def test_a_licence_without_an_end(text, never):
    assert (never_ends([text]) == text) is never


@pytest.mark.parametrize(
    ("text", "refunded"),
    [
        ("We have refunded EUR 59.88 for order PW-5512.", True),
        ("Your order has been refunded.", True),
        ("Wir haben Ihnen 59,88 € erstattet.", True),
        ("Nous avons remboursé votre commande.", True),
        ("Hemos reembolsado su pedido.", True),
        ("L'ordine è stato rimborsato.", True),
        ("Uw bestelling is terugbetaald.", True),
        ("O pedido foi reembolsado.", True),
        ("ご注文を返金いたしました。", True),
        ("You can have it refunded within 30 days.", False),
        ("If you have been refunded, please delete it.", False),
        ("Cancel within 14 days to receive a full refund.", False),
    ],
)
def test_money_that_was_given_back(text, refunded):
    assert says_refunded([text]) is refunded
