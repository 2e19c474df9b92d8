"""The documents for contributors name only what is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.promises.table import rows
from tests.systems.table import rows as rows_of_jobs

ROOT = Path(__file__).parents[1]
FOLDERS = ("companion/", "resources/", "tests/", "benchmarks/", "tools/", "requirements/", "docs/", ".ci/")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
ROWS = CONTRIBUTING.partition("## Where do I change …")[2].splitlines()[4:]


def spans(text: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", text)


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "README.md"])
def test_every_path_that_is_named_exists(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    named = [span for span in spans(text) if span.startswith(FOLDERS)]
    named += [target for target in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in target]
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_package_is_on_the_map() -> None:
    packages = {path.parent for path in (ROOT / "companion/domain").glob("*/__init__.py")}
    on_the_map = {ROOT / span for span in spans(CONTRIBUTING)}
    assert packages - on_the_map == set()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip()[:60])
def test_what_a_row_names_stands_in_its_files(row: str) -> None:
    paths = [ROOT / span for span in spans(row) if span.startswith(FOLDERS)]
    assert paths
    names = [span for span in spans(row) if span.isidentifier()]
    text = "\n".join(path.read_text(encoding="utf-8") for path in paths if path.is_file())
    assert [name for name in names if name not in text] == []


def test_the_promises_stand_in_the_document_as_the_tests_hold_them() -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    made = text.partition("tests.promises.table -->")[2].partition("<!-- End of the promises")[0]
    assert made.strip().splitlines() == rows()


def test_the_jobs_stand_in_the_document_as_the_tests_do_them() -> None:
    text = (ROOT / "docs" / "jobs.md").read_text(encoding="utf-8")
    made = text.partition("tests.systems.table -->")[2].partition("<!-- End of the jobs")[0]
    assert made.strip() == rows_of_jobs().strip()
