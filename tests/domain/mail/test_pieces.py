"""The pieces of the reader: HTML into rows, rows into pairs, names, offers, forwards."""

import pytest

from companion.domain.mail.message.html import read_html
from companion.domain.mail.message.letter import letter_of_text, read_letter
from companion.domain.mail.message.rows import Row, links_of_text, rows_of_text, tidy
from companion.domain.mail.text.labels import PHRASES, Label, normal
from companion.domain.mail.text.names import is_about_money, is_heading_of_product, is_name, product_name
from companion.domain.mail.text.offers import without_offers
from companion.domain.mail.text.pairs import pairs, tables
from companion.domain.mail.text.sentences import products_in


@pytest.mark.parametrize(
    ("page", "rows"),
    [
        ("<table><tr><td>A</td><td>B</td></tr></table>", [("A", "B")]),
        ("<table><tr><td>A</td><td>:</td><td>B</td></tr></table>", [("A", ":", "B")]),
        ("<table><tr><td>A<br>b</td><td>B</td></tr></table>", [("A", "B"), ("b",)]),
        ("<table><tr><td>x<table><tr><td>A</td><td>B</td></tr></table></td></tr></table>", [("x",), ("A", "B")]),
        ("<p>A: B<br/>C</p><div>D</div>", [("A: B",), ("C",), ("D",)]),
        ("<p>A\nB</p>", [("A B",)]),
        ("<pre>A\nB</pre>", [("A",), ("B",)]),
        ("<p>x<script>A</script><style>B</style>y</p>", [("xy",)]),
        ("<p>x<MailScannerScript57521>A</MailScannerScript57521>y</p>", [("xy",)]),
        ("<p>A<!-- x -->B &amp; &euro;&nbsp;5</p>", [("AB & € 5",)]),
        ("<p>Expires <time datetime='2027-01-08T00:00'>soon</time></p>", [("Expires 2027-01-08",)]),
        ("<p title='a>b'>A</p>", [("A",)]),
        ('<p title="broken>A</p>', [("A",)]),
        ("<p>A <o:p>B</o:p> < C", [("A B C",)]),
        ("<tr><td>A<td>B<tr><td>C", [("A", "B"), ("C",)]),
    ],
)
def test_html_becomes_rows_of_cells(page, rows):
    found = [tuple(cell for cell in row.cells) for row in read_html(page).rows]
    assert [" ".join(" ".join(cells).split()) for cells in found] == [" ".join(cells) for cells in rows]
    assert [len(cells) for cells in found] == [len(cells) for cells in rows]


def test_a_link_keeps_its_address_byte_for_byte_but_for_line_breaks():
    (link,) = read_html('<a href="https://a.example/?x=1&amp;y=%20\n2">Down<b>load</b></a>').links
    assert (link.address, link.words) == ("https://a.example/?x=1&y=%202", "Download")


def test_a_wrapped_address_in_angle_brackets_is_one():
    assert [link.address for link in links_of_text("<https://a.example/b/\n  c.exe>")] == ["https://a.example/b/c.exe"]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("LG\u20112026", "LG-2026"),
        ("Or\u00adder\u200b", "Order"),
        ("Ａ１：", "A1:"),
        ("a\u00a0\u202fb", "a b"),
        ("x — y", "x — y"),
        ("\u202eevil", "evil"),
    ],
)
def test_tidy_text(text, plain):
    assert tidy(text) == plain


def labelled(*lines):
    return [
        (pair.label, pair.values[0] if pair.values else "", pair.item) for pair in pairs(rows_of_text("\n".join(lines)))
    ]


@pytest.mark.parametrize(
    ("lines", "label", "value"),
    [
        (("Order number: AB-12",), Label.ORDER_NUMBER, "AB-12"),
        (("ORDER NUMBER", "AB-12"), Label.ORDER_NUMBER, "AB-12"),
        (("Order #AB-12",), Label.ORDER_NUMBER, "AB-12"),
        (("Order #: AB-12",), Label.ORDER_NUMBER, "AB-12"),
        (("Order number ....... AB-12",), Label.ORDER_NUMBER, "AB-12"),
        (("Order number:", ":", "AB-12"), Label.ORDER_NUMBER, "AB-12"),
        (("> Order number:", "> AB-12"), Label.ORDER_NUMBER, "AB-12"),
        (("Bestell-Nr. : AB-12",), Label.ORDER_NUMBER, "AB-12"),
        (("N° de commande : AB-12",), Label.ORDER_NUMBER, "AB-12"),
        (("N.º de pedido: AB-12",), Label.ORDER_NUMBER, "AB-12"),
        (("Ordine n. AB-12",), Label.ORDER_NUMBER, "AB-12"),
        (("Encomenda nº AB-12",), Label.ORDER_NUMBER, "AB-12"),
        (("ご注文番号：AB-12",), Label.ORDER_NUMBER, "AB-12"),
        (("Seriennummer\tAB-12",), Label.KEY, "AB-12"),
        (("Geldig t/m: 8 januari 2027",), Label.EXPIRES, "8 januari 2027"),
        (("Your subscription renews on January 8, 2027.",), Label.RENEWS_ON, "January 8, 2027."),
    ],
)
def test_labels_and_their_values(lines, label, value):
    assert (label, value) in [(found, text) for found, text, _ in labelled(*lines)]


@pytest.mark.parametrize(
    "text",
    ["License key for Harbour Suite: K", "Lizenzschlüssel für Harbour Suite: K", "Clé de licence de Harbour Suite : K"],
)
def test_a_label_can_name_its_product(text):
    assert labelled(text) == [(Label.KEY, "K", "Harbour Suite")]


def test_a_label_is_not_the_value_of_another():
    assert labelled("Order number:", "Product:", "Suite") == [
        (Label.ORDER_NUMBER, "", ""),
        (Label.PRODUCT, "Suite", ""),
    ]


def test_a_table_ends_with_its_columns():
    rows = [Row(("Product", "Serial number"), 1), Row(("A", "K1"), 1), Row(("B", "K2"), 2), Row(("x", "y", "z"), 1)]
    assert [row.cells for row in tables(rows)] == [{Label.PRODUCT: "A", Label.KEY: "K1"}]


def test_every_phrase_is_found_as_it_is_written():
    assert all(normal(phrase) == phrase for phrase in PHRASES)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Harbour Suite × 2", "Harbour Suite"),
        ("2 x Harbour Suite", "Harbour Suite"),
        ("Tide Tables (#TT-1)", "Tide Tables"),
        ("“Suite 5”", "Suite 5"),
    ],
)
def test_names_of_products_are_tidied(text, name):
    assert product_name(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5",
        "https://a.example",
        "Order number",
        "setup.exe",
        "€49.00",
        "8 January 2027",
        "a@b.example",
        "Yearly",
        "Why?",
    ],
)
def test_what_is_no_name_of_a_product(text):
    assert not is_name(text)


@pytest.mark.parametrize(
    "text", ["Your order details", "Thank you, Robin", "Hello Robin", "Ihre Lizenz", "Merci pour votre achat"]
)
def test_headings_are_no_products(text):
    assert not is_heading_of_product(text)


@pytest.mark.parametrize(
    "text", ["Subtotal", "VAT (20 %)", "MwSt. 19 %", "Sales tax", "Discount", "Livraison", "INV-20260101"]
)
def test_sums_and_taxes_are_no_products(text):
    assert is_about_money(text)


@pytest.mark.parametrize(
    "heading",
    [
        "You may also like", "Customers who bought this also bought:", "Das könnte Sie auch interessieren",
        "Vous aimerez aussi", "También te puede interesar", "Ti potrebbe interessare", "Dit vind je misschien ook leuk",
        "Você também pode gostar", "こちらもおすすめ",
    ],
)  # fmt: skip
def test_what_is_offered_besides_is_left_out(heading):
    rows = rows_of_text(f"Product: A\n{heading}\nProduct: B\nPrice: €5\nOrder number: 12345\nProduct: C")
    assert [row.text for row in without_offers(rows)] == ["Product: A", "Order number: 12345", "Product: C"]


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("You bought Brush Pack Thirty!", "Brush Pack Thirty"),
        ("Thanks for purchasing the Pocket Synth Bundle!", "Pocket Synth Bundle"),
        ("Your license key for Harbour Suite is below.", "Harbour Suite"),
        ("Ihr Lizenzschlüssel für Harbour Suite lautet:", "Harbour Suite"),
        ("Votre licence pour Ruche Formulaires va bientôt expirer.", "Ruche Formulaires"),
        ("Su licencia de Faro Hogar caduca pronto", "Faro Hogar"),
        ("La tua licenza per Lume Raw scade il 3 marzo", "Lume Raw"),
        ("Je abonnement op Zwaluw Focus wordt verlengd", "Zwaluw Focus"),
        ("A sua licença do Verde Agenda expira amanhã", "Verde Agenda"),
        ("「みなと会計」をご購入いただきありがとうございます", "みなと会計"),
        ("Thank you for your order of the things that you wanted", None),
        ("You bought nothing", None),
    ],
)
def test_products_in_sentences(sentence, name):
    assert next((found for found, _ in products_in([sentence])), None) == name


def test_who_forwarded_a_mail_is_not_its_sender():
    letter = letter_of_text(
        "From: Shop <a@shop.example>\nDate: Thu, 23 Jul 2026 07:07:07 +0000\nSubject: Hi\n\nOrder: 1"
    )
    assert (letter.sender, letter.sender_name, letter.subject) == ("a@shop.example", "Shop", "Hi")
    assert [row.text for row in letter.plain] == ["Order: 1"]
    unknown = read_letter(b"From: Me <me@mail.example>\nSubject: Fwd: Order\n\nOrder number: AB-123\n")
    assert unknown is not None
    assert (unknown.sender, unknown.sender_name) == (None, "")
