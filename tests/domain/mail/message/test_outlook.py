import datetime as dt

from companion.domain.mail.inputs import InputKind
from companion.domain.mail.message.outlook import read_outlook
from companion.domain.purchases.facts import Field
from companion.services.purchases.intake import Intake
from tests.kits.outlook import outlook_message
from tests.mails.score import NOW

HEADERS = "From: Brook Audio <sales@brookaudio.example>\r\nDate: Tue, 21 Jul 2026 07:07:07 +0000\r\n\r\n"
BODY = "Order number: BK-4410\r\nProduct: Brook Delay\r\nLicense key: BRK1-QQ22-WW33-EE44\r\nTotal: USD 59.00\r\n"


def test_outlooks_own_file_is_read_like_any_mail():
    data = outlook_message(headers=HEADERS, subject="Brook Delay: your licence", body=BODY)
    letter = read_outlook(data)
    assert letter is not None
    assert (letter.sender, letter.subject) == ("sales@brookaudio.example", "Brook Delay: your licence")
    assert letter.sent_at == dt.datetime(2026, 7, 21, 7, 7, 7, tzinfo=dt.UTC)
    found = Intake(lambda: NOW).recognise("a.msg", data)
    assert found.kind is InputKind.EMAIL
    assert found.draft is not None
    values = {fact.field: fact.value for fact in found.draft.facts}
    assert values[Field.ORDER_NUMBER] == "BK-4410"
    assert values[Field.PRODUCT] == "Brook Delay"
    assert [kept.secret.reveal() for kept in found.draft.secrets] == ["BRK1-QQ22-WW33-EE44"]


def test_its_html_is_read_as_well():
    page = "<table><tr><td>Bestellnummer</td><td>BK-4411</td></tr></table>"
    letter = read_outlook(outlook_message(headers=HEADERS, subject="x", body="", page=page))
    assert letter is not None
    assert [row.text for row in letter.rich] == ["Bestellnummer BK-4411"]


def test_a_file_without_any_text_is_not_read_as_an_empty_mail():
    assert read_outlook(outlook_message(headers=HEADERS, subject="x", body="")) is None


def test_a_file_that_is_cut_off_anywhere_is_refused_or_read():
    data = outlook_message(headers=HEADERS, subject="x", body=BODY)
    for end in range(8, len(data), 997):
        read_outlook(data[:end])
