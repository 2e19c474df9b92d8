import pytest

from companion.domain.mail.inputs import InputKind, recognise_reading
from companion.domain.mail.message.letter import letter_of_html, letter_of_text
from companion.domain.mail.message.rows import Link, rows_of_text
from companion.domain.mail.origin.fraud import warning_of
from companion.domain.mail.reader import read_mail
from tests.mails.score import FRAUD, GENUINE, NOW, OTHER, mails, score

BRANDS = {"Orchard Shield": ("orchardshield.example", "orchard-cdn.example"), "Fig": ("fig.example",)}
CALL = "Your plan was renewed for 399.99 USD. If you want to cancel, call +1 888 555 0142."


def letter(sender, text="", name="", subject="", links=()):
    return letter_of_text("")._replace(
        sender=sender, sender_name=name, subject=subject, plain=tuple(rows_of_text(text)), links=tuple(links)
    )


def test_every_genuine_mail_is_without_a_warning():
    alarms = [problem for path in mails(GENUINE, OTHER) for problem in score(path).problems]
    assert not alarms


def test_there_are_faked_mails_of_each_kind():
    assert len([*mails(FRAUD)]) >= 8


@pytest.mark.parametrize(
    ("sender", "name", "text", "words"),
    [
        ("a.b@gmail.com", "", CALL, "gmail.com, where anybody can have an address"),
        ("x@desk.example", "", f"Orchard Shield: {CALL}", "it names Orchard Shield but was sent from desk.example"),
        ("x@desk.example", "", f"Microsoft 365: {CALL}", "it names Microsoft but was sent from desk.example"),
        (
            "x@desk.example",
            "Walnut Antivirus",
            CALL,
            "it calls itself “Walnut Antivirus” but was sent from desk.example",
        ),
        ("x@web.de", "", "Rechnung über 300 EUR. Zum Stornieren rufen Sie bitte an:\n0800 555 01 42", "web.de"),
        ("x@orange.fr", "", "Facture : 300 EUR. Pour annuler, appelez le\n01 99 00 12 34", "orange.fr"),
        ("x@hotmail.es", "", "Cargo de 300 EUR. Para cancelar llame al 900 555 0142", "hotmail.es"),
        ("x@libero.it", "", "Addebito di 300 EUR. Per un rimborso chiama 06 5550 0142", "libero.it"),
    ],
)
def test_an_invoice_that_asks_to_call_is_named_what_it_probably_is(sender, name, text, words):
    found = warning_of(letter(sender, text, name), BRANDS)
    assert found is not None
    assert found.startswith("This is probably a faked invoice")
    assert words in found


@pytest.mark.parametrize(
    ("sender", "name", "text"),
    [
        # The brand's own domain, a service that sells for it, no number, no wish to undo, or a number of another kind.
        ("help@orchardshield.example", "Orchard Shield", CALL),
        ("help@mail.orchardshield.example", "Orchard Shield", CALL),
        ("cs@cleverbridge.com", "cleverbridge / Orchard Shield", CALL),
        ("a.b@gmail.com", "", "Your plan was renewed. To cancel, open your account page."),
        ("a.b@gmail.com", "", "Call me on +1 888 555 0142 when you are home."),
        ("shop@figtree.example", "Fig Tree", "Your order of 5 figs. Questions? Call +1 888 555 0142."),
        ("shop@pear.example", "Pear Tools", CALL),
        ("a@gmail.com", "", "Order number: 2026-0001-2234-5567. To cancel the order, contact us in writing."),
    ],
)
def test_no_alarm_without_reason(sender, name, text):
    assert warning_of(letter(sender, text, name), BRANDS) is None


@pytest.mark.parametrize(
    ("name", "warned"),
    [
        ("Orchard Shield", True),
        ("Orchard Shield Billing Team", True),
        ("ORCHARD SHIELD (Support)", True),
        ("Orchard Shield Fans of Kent", False),  # another name that begins alike
        ("Old Orchard", False),
        ("Figaro", False),
    ],
)
def test_a_sender_that_calls_itself_by_a_brand_writes_from_its_domain(name, warned):
    found = warning_of(letter("news@elsewhere.example", "Hello", name), BRANDS)
    assert (found is not None and "Orchard Shield" in found) == warned


@pytest.mark.parametrize("domain", ["orchardshie1d.example", "0rchardshield.example", "orchard-shield.example"])
def test_a_domain_that_only_looks_like_a_brands_is_named(domain):
    assert "only looks like" in (warning_of(letter(f"a@{domain}", "Hello"), BRANDS) or "")


@pytest.mark.parametrize(
    ("words", "address", "warned"),
    [
        ("https://shop.example/a", "https://evil.example/a", True),
        ("shop.example", "https://shop.example.evil.test/a", True),
        ("www.shop.example", "https://shop.example/a", False),
        ("https://shop.example", "https://u1.ct.sendgrid.net/ls/click?x=1", False),
        ("orchardshield.example", "https://orchard-cdn.example/a", False),
        ("setup.exe", "https://files.example/setup.exe", False),
        ("Confirm your order", "https://evil.example/a", False),
        ("https://pay.example/1", "https://my.paddle.com/receipt/1", False),
        ("https://other.example", "https://click.sender.example/x", False),  # the sender's own links
        ("help@shop.example", "mailto:help@evil.example", False),
    ],
)
def test_a_link_whose_words_show_another_host_is_said(words, address, warned):
    found = warning_of(letter("a@sender.example", "Hello", links=[Link(address, words)]), BRANDS)
    assert (found is not None) == warned
    if found is not None:
        assert "but leads to" in found


def test_a_warning_is_said_also_where_nothing_of_a_purchase_was_recognised():
    reading = read_mail(letter("a.b@gmail.com", CALL))
    found = recognise_reading("mail", reading, NOW)
    assert found.kind is InputKind.UNKNOWN
    assert found.warning is not None


def test_no_telephone_number_of_a_mail_becomes_a_fact():
    page = "<p>Order number: AB-1234-5</p><p>Phone: +1 888 555 0142</p><p>Support: +1 888 555 0143</p>"
    reading = read_mail(letter_of_html(page))
    assert not any("0142" in found.value or "0143" in found.value for found in reading.findings)


def test_a_brand_that_is_known_already_gains_domains_and_loses_none():
    brands = {"microsoft": ("microsoft-mail.example",)}
    for sender in ("x@microsoft-mail.example", "x@office.com", "x@microsoft.com"):
        assert warning_of(letter(sender, name="Microsoft"), brands) is None
    assert warning_of(letter("x@desk.example", name="Microsoft"), brands) is not None
