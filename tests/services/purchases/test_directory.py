"""The folders of the directory: what is read, what is left out, and that nothing else suffers by it."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
from pathlib import Path

import pytest

from companion.domain.directory.lookup import Directory, directory_facts
from companion.domain.directory.maker import Maker
from companion.domain.mail.message.letter import read_letter
from companion.domain.mail.origin.fraud import warning_of
from companion.domain.mail.origin.platforms import Platform
from companion.domain.purchases.facts import Fact, Field, Source, SourceKind
from companion.domain.purchases.purchase import Purchase
from companion.services.app.cancellation import Cancellation
from companion.services.app.resources import resource
from companion.services.purchases.directory import MOST_FILES, MakerDirectory, read_directory
from companion.services.purchases.intake import Intake
from tests.kits.directory import maker_data
from tests.mails.score import GENUINE, OTHER, mails

SHIPPED = resource("directory")
NOW = dt.datetime(2027, 3, 10, 12, tzinfo=dt.UTC)


def write(folder: Path, name: str, content: object) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    write(tmp_path / "shipped", "harbour.json", maker_data())
    return tmp_path / "shipped", tmp_path / "own"


def test_a_missing_folder_of_the_persons_own_is_no_problem(folders: tuple[Path, Path]) -> None:
    reading = read_directory(*folders)
    assert ([maker.name for maker in reading.directory.makers()], reading.problems) == (["Harbour Works"], ())


def test_a_bad_file_hides_no_other_and_stays_where_it_is(
    folders: tuple[Path, Path], caplog: pytest.LogCaptureFixture
) -> None:
    _, own = folders
    bad = write(own, "a.json", '{"name": 7}')
    write(
        own,
        "b.json",
        maker_data(name="Second", website={"address": "https://b.example/", "source": "https://b.example/"}),
    )
    directory = MakerDirectory(*folders)
    with caplog.at_level(logging.WARNING):
        names = [maker.name for maker in directory.read().directory.makers()]
        write(own, "c.txt", "not a file of the directory")
        directory.read()
    assert names == ["Harbour Works", "Second"]
    (problem,) = directory.read().problems
    assert "a.json" in problem.message
    assert "name" in problem.message
    assert bad.read_text() == '{"name": 7}'
    assert len(caplog.records) == 1, "it is said once"


def test_a_changed_file_is_read_again(folders: tuple[Path, Path]) -> None:
    shipped, own = folders
    directory = MakerDirectory(shipped, own)
    assert directory.current.by_name("Harbour Works").returns.days == 14
    path = write(own, "mine.json", maker_data(returns={"days": 60, "source": "https://www.harbour.example/help"}))
    assert directory.current.by_name("Harbour Works").returns.days == 60
    path.unlink()
    assert directory.current.by_name("Harbour Works").returns.days == 14


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_or_a_folder_holds_nothing_up(folders: tuple[Path, Path]) -> None:
    _, own = folders
    own.mkdir()
    os.mkfifo(own / "pipe.json")
    (own / "folder.json").mkdir()
    reading = read_directory(*folders)
    assert (len(reading.problems), len(reading.directory)) == (2, 1)


def test_only_so_many_files_are_read(folders: tuple[Path, Path]) -> None:
    _, own = folders
    for number in range(MOST_FILES + 5):
        write(own, f"{number:04}.json", "{}")
    problems = read_directory(*folders).problems
    assert len(problems) == MOST_FILES + 1
    assert f"only {MOST_FILES} files" in problems[-1].message


def test_the_directory_adds_facts_to_a_purchase(folders: tuple[Path, Path]) -> None:
    fact = Fact(
        field=Field.PRODUCT, value="Harbour Suite", about="product:harbour suite",
        source=Source(kind=SourceKind.PERSON), said_at=NOW,
    )  # fmt: skip
    facts = directory_facts(Purchase(id="p", added_at=NOW, facts=(fact,)), MakerDirectory(*folders).current)
    assert {fact.field: fact.value for fact in facts}[Field.MAKER] == "Harbour Works"


# What ships with the program


@pytest.fixture(scope="module")
def shipped() -> tuple[Maker, ...]:
    reading = read_directory(SHIPPED, SHIPPED / "none")
    assert reading.problems == ()
    return reading.directory.makers()


def test_every_shipped_file_is_valid_and_no_two_are_about_one_maker(shipped: tuple[Maker, ...]) -> None:
    assert len(shipped) == len(list(SHIPPED.glob("*.json"))) >= 30


def test_no_shipped_domain_or_product_belongs_to_two_makers(shipped: tuple[Maker, ...]) -> None:
    domains = [domain for maker in shipped for domain in maker.domains]
    assert sorted(domains) == sorted(set(domains))
    products = [name.casefold() for maker in shipped for made in maker.products for name in {made.name, *made.names}]
    assert sorted(products) == sorted(set(products))


def test_every_shipped_file_helps_somehow(shipped: tuple[Maker, ...]) -> None:
    for maker in shipped:
        assert maker.pages.manage is not None or maker.pages.support is not None, maker.name


def test_kinds_of_stores_are_those_of_the_mail_reader(shipped: tuple[Maker, ...]) -> None:
    known = set(Platform)
    for maker in shipped:
        kinds = {channel.kind for channel in maker.sells_through}
        kinds |= {made.store_kind for made in maker.products if made.store_kind is not None}
        kinds |= {maker.store_kind} if maker.store_kind is not None else set()
        assert kinds <= known, maker.name


def test_nothing_shipped_is_invented(shipped: tuple[Maker, ...]) -> None:
    for path in SHIPPED.glob("*.json"):
        assert ".example" not in path.read_text(encoding="utf-8"), path.name
    assert all(maker.hosts == {} for maker in shipped)


def test_no_genuine_mail_is_suspected_because_of_the_shipped_brands(shipped: tuple[Maker, ...]) -> None:
    brands = Directory(shipped).brands()
    intake = Intake(lambda: NOW, brands=lambda: brands)
    for path in mails(GENUINE, OTHER):
        warnings = [found.warning for found in intake.read_file(path, Cancellation())]
        assert not any(warnings), path.name


@pytest.mark.parametrize(
    ("sender", "suspected"),
    [
        ("no-reply@mail.norton.com", False),
        ("norton@nortonlifelock.com", False),
        ("norton@norton-billing.test", True),
        ("billing@gmail.com", True),
    ],
)
def test_a_renewal_invoice_in_the_name_of_a_shipped_maker_is_suspected_unless_it_came_from_there(
    shipped: tuple[Maker, ...], sender: str, suspected: bool
) -> None:
    text = "Your Norton plan was renewed for 399.99 USD. If you want to cancel, call +1 888 555 0142."
    mail = f"From: Norton Billing <{sender}>\nSubject: Invoice\nContent-Type: text/plain\n\n{text}\n"
    letter = read_letter(mail.encode())
    assert letter is not None
    warning = warning_of(letter, Directory(shipped).brands())
    assert (warning is not None) is suspected
