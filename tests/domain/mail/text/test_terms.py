"""For how long something renews each time, as e-mails say it."""

import pytest

from companion.domain.mail.text.terms import renewal_term, term_of, terms_in


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("Your subscription renews every year.", "P1Y"),
        ("Your plan renews annually until you cancel.", "P1Y"),
        ("It will be renewed automatically each month.", "P1M"),
        ("Renews every 2 years unless cancelled.", "P2Y"),
        ("The subscription renews every six months.", "P6M"),
        ("Renews once a year.", "P1Y"),
        ("It automatically renews for another year.", "P1Y"),
        ("Your card will be charged $8 monthly.", "P1M"),
        ("You will be billed EUR 12.00 per quarter.", "P3M"),
        ("Your plan renews every 30 days.", "P30D"),
        ("Verlängert sich jedes Jahr automatisch.", "P1Y"),
        ("Das Abo verlängert sich zum Preis von 39,00 € pro Jahr.", "P1Y"),
        ("Ihr Vertrag verlängert sich automatisch um ein weiteres Jahr.", "P1Y"),
        ("Das Abonnement wird alle zwei Jahre automatisch verlängert.", "P2Y"),
        ("Der Betrag von 4,99 € wird monatlich abgebucht.", "P1M"),
        ("L'abonnement est renouvelé tous les ans.", "P1Y"),
        ("Le service est renouvelé chaque année, au tarif de 29,00 €/an.", "P1Y"),
        ("Votre carte sera débitée : 9,99 € vous seront facturés tous les mois.", "P1M"),
        ("Se renouvelle automatiquement pour une année.", "P1Y"),
        ("Su suscripción se renovará automáticamente cada año.", "P1Y"),
        ("Se renovará automáticamente por 59,95 € al año.", "P1Y"),
        ("Se cobrará 4,99 € todos los meses.", "P1M"),
        ("L'abbonamento si rinnova automaticamente ogni anno.", "P1Y"),
        ("Ti verranno addebitati 24,90 € all'anno.", "P1Y"),
        ("Si rinnova automaticamente per un altro anno.", "P1Y"),
        ("Uw abonnement wordt elk jaar automatisch verlengd.", "P1Y"),
        ("Het abonnement wordt jaarlijks verlengd.", "P1Y"),
        ("Wordt om de 2 jaar automatisch verlengd.", "P2Y"),
        ("A assinatura renova-se mensalmente até ser cancelada.", "P1M"),
        ("A subscrição é renovada automaticamente todos os anos.", "P1Y"),
        ("ライセンスは1年ごとに自動更新されます。", "P1Y"),
        ("毎月自動更新されます。", "P1M"),
    ],
)
def test_a_sentence_about_renewal_states_the_term(text, term):
    found = renewal_term([text], renews=False)
    assert found is not None
    assert (found.term, found.quote) == (term, text)


@pytest.mark.parametrize(
    "text",
    [
        "Your subscription renews on 5 January 2027.",
        "Your subscription will not renew; it used to renew every year.",
        "Ihr Abonnement verlängert sich nicht mehr jährlich.",
        "Thank you for using our software every year.",
        "Our newsletter comes once a month.",
        "You may renew your licence for another year at a discount.",
        "Save 20 % when you switch to yearly billing.",
        "Der Umsatz im Jahr 2027 wird nicht berechnet.",
        "Renews semi-weekly.",
        "Update your PDF files every month.",
        "We answer within 30 days.",
    ],
)
def test_what_states_no_term_is_not_read_as_one(text):
    assert renewal_term([text], renews=False) is None


@pytest.mark.parametrize(
    ("lines", "term"),
    [
        (["Larch Notes Pro", "$39.00 / year"], "P1Y"),
        (["Kite Notes Pro (Yearly)", "EUR 36.00"], "P1Y"),
        (["Prix 99,00 € par an"], "P1Y"),
        (["14,99 € por mês"], "P1M"),
        (["年額 9,800円"], "P1Y"),
        (["Annual plan, paid monthly. It will renew automatically on 5 May 2027."], None),
        (["$5 per month", "$50 per year"], None),
        (["It renews every year.", "It renews every month."], None),
    ],
)
def test_a_price_per_year_counts_where_a_renewal_is_stated_and_terms_do_not_disagree(lines, term):
    found = renewal_term(lines, renews=True)
    assert (found.term if found is not None else None) == term
    assert renewal_term(["Larch Notes Pro", "$39.00 / year"], renews=False) is None


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("Yearly", "P1Y"),
        ("annual", "P1Y"),
        ("1 year", "P1Y"),
        ("12 months", "P12M"),
        ("every 2 years", "P2Y"),
        ("Monatlich", "P1M"),
        ("mensuel", "P1M"),
        ("1年間", "P1Y"),
        ("5 May 2026 - 5 May 2027", None),
        ("Visa ending in 4242", None),
        ("", None),
    ],
)
def test_the_value_of_a_label(text, term):
    assert term_of(text) == term


def test_a_long_line_is_read_in_linear_time():
    assert set(terms_in("every " * 100_000)) == set()
    assert renewal_term(["renews " + "per 12 " * 90_000], renews=True) is None
