import time
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.domain.mail.confirmation import (
    LARGEST,
    MailRefusal,
    MailSource,
    read_confirmation,
    refusal_sentence,
)
from companion.domain.mail.text.patterns import fits
from companion.domain.store.profile import MailPatterns
from tests.mails.score import GENUINE, mails

PATTERNS = MailPatterns(
    order_number=r"(?i)order\s*(?:number|no\.?|#)\s*[:#]?\s*(LF-[0-9]{4}-[0-9]{4})",
    order_password=r"(?i)order\s*password\s*:?\s*([A-Za-z0-9]{4}-[A-Za-z0-9]{4})",
)


def mail(html=None, plain="Thank you."):
    message = EmailMessage()
    message["From"] = "orders@larkfield.example"
    message["Subject"] = "Your order"
    message.set_content(plain)
    if html is not None:
        message.add_alternative(html, subtype="html")
    return message.as_bytes()


def read(data, patterns=PATTERNS):
    found = read_confirmation(data, patterns)
    return found.order_number, found.password.reveal() if found.password else None, found.source


JSON_LD = """<html><head><script type="application/ld+json">
{"@context": "https://schema.org", "@graph": [{"@type": "Person", "orderNumber": "no"},
 {"@type": ["Order"], "orderNumber": "LF-1234-5678", "orderPassword": "aBcD-1234"}]}
</script></head><body>Order number: LF-9999-9999</body></html>"""


def test_structured_data_comes_first():
    assert read(mail(JSON_LD)) == ("LF-1234-5678", "aBcD-1234", MailSource.STRUCTURED)


def test_a_password_outside_the_structured_data_is_found_in_the_text():
    html = JSON_LD.replace(', "orderPassword": "aBcD-1234"', "").replace(
        "LF-9999-9999", "x<p>Order password: Wxyz-9876</p>"
    )
    assert read(mail(html)) == ("LF-1234-5678", "Wxyz-9876", MailSource.STRUCTURED)


def test_an_additional_property_can_carry_the_password():
    html = JSON_LD.replace(
        '"orderPassword": "aBcD-1234"', '"additionalProperty": {"name": "orderPassword", "value": "Pq-1"}'
    )
    assert read(mail(html)) == ("LF-1234-5678", "Pq-1", MailSource.STRUCTURED)


def test_microdata():
    html = """<div itemscope itemtype="http://schema.org/Order">
      <p itemprop="merchant" itemscope itemtype="http://schema.org/Organization"><b itemprop="name">Larkfield</b></p>
      Number <span itemprop="orderNumber">LF-<b>1234</b>-5678</span>
      <meta itemprop="orderPassword" content="aBcD-1234"><br></div>"""
    assert read(mail(html)) == ("LF-1234-5678", "aBcD-1234", MailSource.STRUCTURED)


def test_the_profiles_patterns_read_plain_text_and_tables():
    plain = "Hello,\nOrder number: LF-1234-5678\nOrder password: aBcD-1234\n"
    assert read(mail(plain=plain)) == ("LF-1234-5678", "aBcD-1234", MailSource.PATTERNS)
    rows = (("Order No.", "LF-1234-5678"), ("Order password", "aBcD-1234"))
    table = "".join(f"<tr><td>{label}</td><td>{value}</td></tr>" for label, value in rows)
    assert read(mail(f"<table>{table}</table>")) == ("LF-1234-5678", "aBcD-1234", MailSource.PATTERNS)


def test_a_mail_about_something_else_says_so():
    found = read_confirmation(mail("<p>Big sale!</p>"), PATTERNS)
    assert found.refusal is MailRefusal.NO_ORDER
    assert "confirmation" in refusal_sentence(found.refusal)
    assert read_confirmation(mail(), None).refusal is MailRefusal.NO_ORDER


def test_what_is_no_mail_or_too_large_is_refused():
    assert read_confirmation(b"", PATTERNS).refusal is MailRefusal.NOT_A_MAIL
    assert read_confirmation(b"\x00\xff\x89PNG", PATTERNS).refusal is MailRefusal.NOT_A_MAIL
    assert read_confirmation(b"a" * (LARGEST + 1), PATTERNS).refusal is MailRefusal.TOO_LARGE


def test_what_a_script_or_style_says_is_not_read():
    html = "<script>Order number: LF-1234-5678</script><style>Order number: LF-1234-5678</style>"
    assert read(mail(html)) == (None, None, None)


def test_an_order_number_that_cannot_be_one_is_passed_over():
    html = JSON_LD.replace("LF-1234-5678", "<script>alert(1)</script>")
    assert read(mail(html.replace("<script>alert(1)</script>", "../../x y;")))[0] == "LF-9999-9999"


@pytest.mark.parametrize("charset", ["utf-8", "klingon", "utf-16", "ascii", "x\x00y", "idna", "base64"])
def test_a_charset_that_lies(charset):
    head = b'Content-Type: text/plain; charset="' + charset.encode() + b'"\n\n'
    found = read_confirmation(b"From: a@b.example\n" + head + "Grüße. Order number: LF-1234-5678".encode(), PATTERNS)
    assert found.order_number in ("LF-1234-5678", None)
    if charset != "utf-16":
        assert found.order_number == "LF-1234-5678"


def nested(depth):
    data = b"From: a@b.example\n"
    for number in range(depth):
        data += b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (number, number)
    return data + b"Content-Type: text/plain\n\nOrder number: LF-1234-5678\n"


HOSTILE = {
    "many parts": b'From: a@b.example\nContent-Type: multipart/mixed; boundary="b"\n\n' + b"--b\n\nx\n" * 900_000,
    "deep parts": nested(5000),
    "allowed depth, many lines": nested(20) + b"\n" * 149_000,
    "mails in mails": b"Content-Type: message/rfc822\n\n" * 20_000,
    "many headers": b"X: y\n" * 140_000 + b"\nOrder",
    "one long header": b"From: " + b"a" * 4_000_000 + b"\n\nx",
    "one long folded header": b"From: a\n" + b" (\n" * 140_000 + b"\n\nx",
    "rfc 2231": b"From: a@b.example\nContent-Type: text/plain; charset*0*=''%" + b"; charset*1=x" * 50_000 + b"\n\nx",
    "deep json": mail('<script type="application/ld+json">' + "[" * 200_000 + "</script>"),
    "wide json": mail('<script type="application/ld+json">[' + '{"@type":"Order"},' * 15_000 + "0]</script>"),
    "huge number": mail(
        '<script type="application/ld+json">{"@type":"Order","orderNumber":' + "9" * 5000 + "}</script>"
    ),
    "deep html": mail("<div>" * 50_000),
    "open comments": mail("<!--" * 70_000),
    "open tags": mail("<a " * 90_000),
    "open end tags": mail("</" * 90_000),
    "declarations": mail("<!" * 90_000),
    "marked sections": mail("<![" * 90_000),
    "instructions": mail("<?" * 90_000),
    "entities": mail("&#" * 90_000),
    "ampersands": mail("&a" * 90_000),
    "attributes": mail("<a" + " a='" * 60_000),
    "quotes": mail("<a b=" + '"' * 90_000),
    "scripts": mail("<script>" * 30_000),
    "text": mail("Order number" * 25_000),
    "blank": mail("Order number" + " " * 250_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_mail_is_harmless(name):
    begun = time.process_time()
    found = read_confirmation(HOSTILE[name], PATTERNS)
    assert found.order_number is None or found.order_number == "LF-1234-5678"
    # What grows faster than the mail would take minutes here.
    assert time.process_time() - begun < 10


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=200)))
def test_no_mail_raises(content):
    data = content if isinstance(content, bytes) else mail("<p>").replace(b"<p>", content.encode("utf-8", "replace"))
    read_confirmation(data, PATTERNS)


@pytest.mark.parametrize("pattern", [r"(a)\1", r"(?P<x>a)(?P=x)", "a" * 201, r"a(?=b)", "(", r"(.{0,99}){9}"])
def test_a_pattern_that_cannot_be_matched_in_time_is_not_used(pattern):
    assert read(mail(plain="a" * 200), MailPatterns(order_number=pattern))[0] is None


def test_usual_patterns_are_used_as_they_are():
    pattern = r"No\.?\s*:?\s+([A-Z]+\d{2,}[*+]?)"
    assert read(
        mail(plain="No.  :   " + "A" * 20 + "-not-that\nNo.: ABC-1\nNo: ABCD0123"), MailPatterns(order_number=pattern)
    )[0]


@pytest.mark.parametrize(
    "pattern",
    [
        "a?" * 66 + "a" * 66 + "b",
        r"(a+)+$",
        r"(a|a)*b",
        r"(a|a?)+$",
        r"(.*)*!",
        r"(?:a*){2,}!",
        "a*a*a*a*a*a*!",
        r"\w*\w*\w*\w*!",
        r"(?:x|.){1,60}(?:y|.){1,60}z",
    ],
)
def test_every_pattern_ends(pattern):
    begun = time.process_time()
    read(mail(plain=("a" * 380 + "\n") * 150), MailPatterns(order_number=pattern))
    # Python's own engine takes minutes to ages for these.
    assert time.process_time() - begun < 20


@pytest.mark.parametrize("path", [*mails(GENUINE)], ids=lambda path: path.name)
def test_a_mail_of_another_shop_names_no_order_to_try_at_this_store(path):
    """A wrong number and password would count as a failed attempt there."""
    found = read_confirmation(path.read_bytes(), PATTERNS)
    assert found.order_number is None
    assert found.refusal in (MailRefusal.OTHER_SHOP, MailRefusal.NO_ORDER)


@pytest.mark.parametrize(
    "text",
    [
        "Order number: LF\u20111234\u20115678",
        "Order number: LF-\u200b1234-\u200b5678",
        "Or\u00adder number: LF-1234-5678",
        "Order number：LF-1234-5678",
        "> Order number:\n> LF-1234-5678",
        "Order number\n:\nLF-1234-5678",
        "Bestellnummer: LF-1234-5678",
        "Numéro de commande : LF-1234-5678",
    ],
)
def test_the_number_is_found_as_every_reader_sees_it(text):
    assert read(mail(plain=text))[0] == "LF-1234-5678"


def test_without_the_stores_patterns_labels_are_enough():
    found = read_confirmation(mail(plain="Order number: AB-99\nOrder password: aBcD-1234"), None)
    assert (found.order_number, found.source) == ("AB-99", MailSource.LABELS)
    assert found.password is not None
    assert found.password.reveal() == "aBcD-1234"


def test_other_files_than_single_mails_are_read():
    order = mail(plain="Order number: LF-1234-5678")
    box = b"From a@b.example Mon\n" + mail() + b"\nFrom a@b.example Mon\n" + order + b"\n"
    assert read(box)[0] == "LF-1234-5678"
    assert read(b"Order number: LF-1234-5678")[0] == "LF-1234-5678"
    assert read(b"<html><p>Order number: LF-1234-5678</p></html>")[0] == "LF-1234-5678"


def test_outlooks_own_forms_name_the_way():
    packed = EmailMessage()
    packed["From"] = "orders@larkfield.example"
    packed.set_content("")
    packed.add_attachment(b"\x78\x9f\x3e\x22", maintype="application", subtype="ms-tnef", filename="winmail.dat")
    for data in (packed.as_bytes(), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 broken"):
        refusal = read_confirmation(data, PATTERNS).refusal
        assert refusal is MailRefusal.OUTLOOK
        assert "save it as .eml" in refusal_sentence(refusal)


@pytest.mark.parametrize(
    ("pattern", "value", "fitting"),
    [
        (PATTERNS.order_number, "LF-1234-5678", True),
        (PATTERNS.order_number, "lf-1234-5678", True),
        (PATTERNS.order_number, "WC-1", False),
        (r"(?:no|nr)\.? (\d{4})", "1234", True),
        (r"(?:no|nr)\.? (\d{4})", "123", False),
        (r"[(] \(([A-Z]+)\)", "AB", True),
        (r"no group", "anything", True),
        (r"((a)\2)", "b", True),  # a pattern that is not used says nothing
    ],
)
def test_whether_a_number_has_the_form_of_the_pattern(pattern, value, fitting):
    assert fits(pattern, value) == fitting
