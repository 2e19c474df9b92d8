"""Companies are compared without their legal form, however it is written."""

from __future__ import annotations

import pytest

from companion.domain.core.company_names import bare_name, is_same_company, without_legal_form


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Acme Inc.", "ACME"),
        ("Acme Co., Ltd.", "Acme Limited"),
        ("Lumen S.A.", "Lumen SA"),
        ("Lumen B.V.", "Lumen"),
        ("Orbit GmbH & Co. KG", "Orbit"),
        ("Hewlett-Packard Company", "Hewlett Packard"),
        ("Straße AG", "STRASSE"),
    ],
)
def test_one_company_is_written_in_many_ways(one: str, other: str) -> None:
    assert is_same_company(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Acme", "Acme Tools"), ("Limited", "Company"), ("Inc.", "Co."), ("Agora", "Ora"), ("Acme", ""), ("Coins", "Ins")],
)
def test_different_companies_stay_apart(one: str, other: str) -> None:
    assert not is_same_company(one, other)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Dell Inc.", "Dell"),
        ("Micro-Star International Co., Ltd.", "Micro-Star International"),
        ("LENOVO", "LENOVO"),
        ("Acme, Inc.", "Acme"),
        ("Company of Heroes", "Company of Heroes"),
        ("Co.", "Co"),
        ("  ", ""),
    ],
)
def test_the_legal_form_at_the_end_is_not_shown(name: str, shown: str) -> None:
    assert without_legal_form(name) == shown


def test_a_name_that_is_only_a_legal_form_is_kept() -> None:
    assert bare_name("Co. Ltd.") == "co ltd"
