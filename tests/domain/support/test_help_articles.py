import re

import pytest

from companion.domain.core.text import plain_money
from companion.domain.support.help_articles import (
    GENERAL,
    Group,
    filled,
    plain_body,
    read_article,
    sorting_key,
    values_of,
)
from companion.services.app.resources import resource

FILES = sorted(resource("help").glob("*.md"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_article_can_be_read_and_filled(build, file):
    article = read_article(file.stem, file.read_text("utf-8"))
    values = values_of(build.profile(), plain_money)
    # A field that has no value is left out, so that a misspelled one would vanish.
    fields = set(re.findall(r"\{([a-z_]+)\}", article.title + article.body))
    assert fields <= set(values)
    assert article.keywords
    assert 80 <= len(article.body.split()) <= 250
    body = filled(article, values).body
    assert "{" not in body
    assert "None" not in body
    # How many days something takes is for the store's profile to say.
    assert not re.search(r"\d+ (business )?days", article.body)
    assert fields <= set(GENERAL)
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


def test_topics_are_sorted_by_their_first_telling_word():
    titles = ["The card was declined", "A charge you did not make", "Your invoice", "An interrupted download", "Any"]
    assert sorted(titles, key=sorting_key) == [
        "Any",
        "The card was declined",
        "A charge you did not make",
        "An interrupted download",
        "Your invoice",
    ]


def test_every_article_names_its_group():
    for file in FILES:
        assert "\ngroup: " in file.read_text("utf-8"), file.name
    assert read_article("x", "---\ntitle: a\ngroup: money\n---\nb").group is Group.MONEY
    with pytest.raises(ValueError, match="mony"):
        read_article("x", "---\ntitle: a\ngroup: mony\n---\nb")


def test_a_terminal_is_told_the_name_of_a_linked_article():
    article = read_article("x", "---\ntitle: a\n---\n**See** [Other](article:other) or [web](https://a.example/b).")
    assert plain_body(article) == "See Other (other) or https://a.example/b.\n"


@pytest.mark.parametrize("text", ["", "no head", "---\nkeywords: a\n---\nbody", "---\ntitle: a\n"])
def test_an_article_without_its_head_is_refused(text):
    with pytest.raises(ValueError, match="help article x"):
        read_article("x", text)
