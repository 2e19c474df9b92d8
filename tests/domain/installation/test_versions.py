"""Which of two versions is the older one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.domain.installation.versions import is_older, older_version


@pytest.mark.parametrize(
    ("version", "than"),
    [("0.0.1", "7.2.0"), ("7.2", "7.2.1"), ("7.9", "7.10"), ("v1.2", "v2"), ("7.2.0-beta", "7.3.0"), ("6", "6.0.1")],
)
def test_the_numbers_decide(version, than):
    assert is_older(version, than)
    assert not is_older(than, version)


@pytest.mark.parametrize(
    ("version", "than"),
    [("7.2", "7.2.0"), ("7.2.0-beta", "7.2.0"), ("spring", "7.2"), ("7.2", "autumn"), ("", "1"), ("1", "")],
)
def test_what_cannot_be_compared_or_is_the_same_is_not_older(version, than):
    assert not is_older(version, than)
    assert not is_older(than, version)


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_is_compared_and_at_most_one_is_older(one, other):
    assert not (is_older(one, other) and is_older(other, one))
    assert not is_older(one, one)


def test_both_versions_are_named():
    assert "version 0.0.1, and version 7.2.0" in older_version("setup.exe", "0.0.1", "7.2.0").message
