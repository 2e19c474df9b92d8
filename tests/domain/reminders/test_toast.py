"""Notices of Windows: well-formed whatever stands in them, and links that only they have."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.reminders.notices.links import UNKNOWN_CODE, code_of, is_link, link_of
from companion.domain.reminders.notices.toast import toast_xml

ITSELF, OPEN, LATER = "a" * 22, "B-_" + "b" * 19, "c" * 22


def read(xml: str) -> ElementTree.Element:
    return ElementTree.fromstring(xml)  # noqa: S314 - made here


def test_a_notice_with_buttons():
    root = read(toast_xml("Renewal", "On Monday.", ITSELF, [(OPEN, "Open"), (LATER, "Tomorrow")], stays=True))
    assert root.attrib == {"activationType": "protocol", "launch": f"companion:{ITSELF}", "scenario": "reminder"}
    binding = root.find("visual/binding")
    assert binding is not None
    assert binding.get("template") == "ToastGeneric"
    assert [text.text for text in binding] == ["Renewal", "On Monday."]
    actions = [dict(action.attrib) for action in root.iterfind("actions/action")]
    assert actions == [
        {"content": "Open", "activationType": "protocol", "arguments": f"companion:{OPEN}"},
        {"content": "Tomorrow", "activationType": "protocol", "arguments": f"companion:{LATER}"},
    ]


def test_one_without_buttons_does_not_stay_for_windows_refuses_that():
    root = read(toast_xml("T", "B", ITSELF, [], stays=True))
    assert "scenario" not in root.attrib
    assert root.findall("actions/action") == []
    assert "scenario" not in read(toast_xml("T", "B", ITSELF, [(OPEN, "Open")], stays=False)).attrib


def test_more_buttons_than_windows_shows_are_left_away():
    many = [(f"{number:022d}", str(number)) for number in range(9)]
    assert len(read(toast_xml("T", "B", ITSELF, many, stays=False)).findall("actions/action")) == 5


HOSTILE = st.text() | st.sampled_from(
    ['</text><action content="x"', "&lt;&#x41;", "]]>", '" activationType="foreground', "\0\x1b\u202e", "\ud800"]
)


@given(HOSTILE, HOSTILE, HOSTILE)
def test_whatever_stands_in_it_is_only_text(title, body, button):
    root = read(toast_xml(title, body, ITSELF, [(OPEN, button)], stays=True))
    assert [child.tag for child in root] == ["visual", "actions"]
    texts = [text.text or "" for text in root.iterfind("visual/binding/text")]
    assert texts == [clean_text(title, 200), clean_text(body, 1000)]
    (action,) = root.iterfind("actions/action")
    assert action.attrib == {
        "content": clean_text(button, 100),
        "activationType": "protocol",
        "arguments": f"companion:{OPEN}",
    }


def test_a_link_gives_its_code_back():
    assert code_of(link_of(OPEN)) == OPEN
    assert code_of(link_of(OPEN) + "/") == OPEN
    assert code_of(link_of(OPEN).replace("companion", "Companion")) == OPEN


@pytest.mark.parametrize(
    "link",
    [
        "companion:",
        "companion:short",
        f"companion:{OPEN}x",
        f"companion://{OPEN}",
        f"http:{OPEN}",
        f"companion:{OPEN}\n",
        "",
    ],
)
def test_what_no_notice_has_made_gives_none(link):
    assert code_of(link) is None


@pytest.mark.parametrize("code", ["", "x", UNKNOWN_CODE, OPEN + '"', "ä" * 22])
def test_what_is_no_code_makes_no_link(code):
    with pytest.raises(ValueError, match="code"):
        link_of(code)


@pytest.mark.parametrize(
    ("word", "link"),
    [("companion:x", True), ("COMPANION:", True), ("companion", False), ("orders", False), ("x:companion:", False)],
)
def test_whether_a_word_is_a_link(word, link):
    assert is_link(word) is link
