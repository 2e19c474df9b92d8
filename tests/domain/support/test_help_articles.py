import re

import pytest

from companion.domain.core.text import plain_money
from companion.domain.support.help_articles import GENERAL, fields_of, filled, read_article, values_of
from companion.services.app.resources import resource

FILES = sorted(resource("help").glob("*.md"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_article_can_be_read_and_filled(build, file):
    article = read_article(file.stem, file.read_text("utf-8"))
    values = values_of(build.profile(), plain_money)
    assert fields_of(article) <= set(values)
    assert article.keywords
    assert 80 <= len(article.body.split()) <= 250
    body = filled(article, values).body
    assert "{" not in body
    assert "None" not in body
    # How many days something takes is for the store's profile to say.
    assert not re.search(r"\d+ (business )?days", article.body)
    assert fields_of(article) <= set(GENERAL)
    assert not re.search(r"\d+ (business )?days", filled(article, GENERAL).body)


def test_the_stores_own_numbers_are_filled_in(build):
    article = read_article(
        "x", "---\ntitle: At {store_name}\n---\nWithin {return_window}. {mystery}.\n\n{shipping_methods}\n"
    )
    found = filled(article, values_of(build.profile(), plain_money))
    assert found.title == "At Larkfield"
    assert found.body == (
        "Within 30 days. .\n\n"
        "- **First Class**: 3 to 7 business days, abroad 7 to 21 business days, without a tracking number.\n"
        "- **Priority**: 2 to 4 business days, abroad not offered, with a tracking number.\n"
    )


def test_another_store_reads_differently(build):
    profile = build.profile()
    values = values_of(profile, plain_money)
    assert "no new key" in values["renewal_key_sentence"]
    assert "9.99 USD" in values["backup_sentence"]
    assert values["reminder_leads"].splitlines()[0] == "- before a renewal charge: 30 days and 7 days"


@pytest.mark.parametrize("text", ["", "no head", "---\nkeywords: a\n---\nbody", "---\ntitle: a\n"])
def test_an_article_without_its_head_is_refused(text):
    with pytest.raises(ValueError, match="help article x"):
        read_article("x", text)
