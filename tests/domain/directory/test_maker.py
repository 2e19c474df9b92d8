"""Reading a file of the directory: what is accepted, and how an error names file and field."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.directory.maker import LARGEST_FILE, read_maker
from tests.kits.directory import maker, maker_data


def refusal(data: bytes, *, own: bool = True) -> str:
    with pytest.raises(CompanionError) as caught:
        read_maker(data, "harbour.json", own=own)
    assert caught.value.code is ErrorCode.BAD_DIRECTORY_FILE
    assert "harbour.json" in caught.value.message
    return caught.value.message


def test_a_whole_file_is_read() -> None:
    found = maker()
    assert (found.name, found.checked_on) == ("Harbour Works", dt.date(2027, 1, 8))
    assert found.domains == ("harbour.example", "mail-harbour.example")
    assert found.page_hosts == ("my.harbour.example", "harbour.example")
    assert found.support[0].phone == "+18005550100"


def test_name_day_and_website_are_enough() -> None:
    website = {"address": "https://harbour.example/", "source": "https://harbour.example/"}
    data = {"name": "Harbour", "checkedOn": "2027-01-08", "website": website}
    found = read_maker(json.dumps(data).encode(), "h.json", own=False)
    assert (found.products, found.returns, found.pages.manage) == ((), None, None)


PAGE = "https://harbour.example/"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": None}, "name"),
        ({"name": 7}, "name"),
        ({"name": ""}, "name"),
        ({"name": " Harbour"}, "name"),
        ({"name": "Harbour\u202eskroW"}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"website": None}, "website"),
        ({"website": {"address": "http://harbour.example/", "source": PAGE}}, "website.address"),
        ({"website": {"address": "https://me@harbour.example/", "source": PAGE}}, "website.address"),
        ({"website": {"address": PAGE}}, "source"),
        ({"checkedOn": "8 January"}, "checkedOn"),
        ({"checkedOn": "1066-01-08"}, "checkedOn"),
        ({"mangePage": "typo"}, "mangePage"),
        ({"pages": {"manege": {"address": PAGE, "source": PAGE}}}, "manege"),
        ({"pages": {"manage": {"address": "javascript:alert(1)", "source": PAGE}}}, "pages.manage.address"),
        ({"products": [{"name": "A"}]}, "source"),
        ({"products": [{"name": "A", "source": "here"}]}, "products[0].source"),
        ({"products": [{"name": "A", "source": PAGE, "names": ["B\n"]}]}, "products[0].name"),
        ({"products": [{"name": f"P{n}", "source": PAGE} for n in range(201)]}, "products"),
        ({"senderDomains": [{"domain": "localhost", "source": PAGE}]}, "senderDomains[0].domain"),
        ({"senderDomains": [{"domain": "*.harbour.example", "source": PAGE}]}, "senderDomains[0].domain"),
        ({"senderDomains": [{"domain": "harbour.example"}]}, "source"),
        ({"support": [{"phone": "0800 555", "source": PAGE}]}, "support[0].phone"),
        ({"support": [{"phone": "+18005550100"}]}, "source"),
        (
            {"blockingPrograms": [{"platform": "windows", "programs": ["C:\\x.exe"], "why": "y", "source": PAGE}]},
            "blockingPrograms[0].programs",
        ),
        (
            {"blockingPrograms": [{"platform": "beos", "programs": ["x"], "why": "y", "source": PAGE}]},
            "blockingPrograms[0].platform",
        ),
        ({"returns": {"days": 0, "source": PAGE}}, "returns.days"),
        ({"returns": {"days": 14}}, "source"),
        ({"sellsThrough": [{"kind": "pay pal", "source": PAGE}]}, "sellsThrough[0].kind"),
        ({"hosts": {"gumroad": "https://elsewhere.example"}}, "hosts.gumroad"),
        ({"hosts": {"gumroad": "127.0.0.1:80"}}, "hosts.gumroad"),
    ],
)
def test_an_error_names_the_file_and_the_field(changes: dict[str, Any], field: str) -> None:
    assert field in refusal(json.dumps(maker_data(**changes)).encode())


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b"[]", b"null", b"[" * 50_000, b'{"name": "\xff"}'])
def test_what_is_no_file_of_the_directory_is_refused(data: bytes) -> None:
    refusal(data)


def test_a_large_file_is_refused_unread() -> None:
    assert "64 KiB" in refusal(b" " * (LARGEST_FILE + 1))


def test_what_looks_like_a_pattern_is_a_name_like_any_other() -> None:
    bomb = "(a+)+$" * 15
    found = maker(name=bomb, names=[bomb + "b"])
    assert found.name == bomb


def test_a_server_of_this_pc_may_stand_in_only_in_a_file_of_the_persons_own() -> None:
    data = json.dumps(maker_data(hosts={"gumroad": "http://127.0.0.1:8080"})).encode()
    assert read_maker(data, "harbour.json", own=True).hosts == {"gumroad": "http://127.0.0.1:8080"}
    assert "hosts" in refusal(data, own=False)


@given(st.binary(max_size=300))
def test_no_bytes_lead_to_another_error(data: bytes) -> None:
    refusal(data)
