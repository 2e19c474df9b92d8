"""``companion update`` from a source tree, which has no update source."""

from __future__ import annotations

import datetime as dt

import pytest

from companion import __version__
from companion.cli.commands.app.update import UpdateResult
from companion.services.storage.migrations import MIGRATIONS
from companion.services.storage.opening import open_library
from companion.services.storage.restoring import Place, Schema
from tests.kits.cli import ANNUAL, Cli


@pytest.mark.parametrize("words", [(), ("--check",), ("--yes",)])
def test_without_a_source_it_says_how_to_update_instead(cli: Cli, words: tuple[str, ...]) -> None:
    failure = cli("update", *words, "--json").error(1, "no-update-source")
    assert failure["message"] == "This build has no update source."
    assert "git pull" in failure["hint"]


def test_it_is_switched_off_and_on(cli: Cli) -> None:
    off = cli("update", "--off", "--json").shown(UpdateResult)
    assert (off.enabled, off.version, off.source, off.kind) == (False, __version__, None, "source")
    assert cli("update", "--on", "--json").shown(UpdateResult).enabled
    assert "no update source" in cli("update", "--on").out


def test_it_does_one_thing_at_a_time(cli: Cli) -> None:
    assert cli("update", "--on", "--off", "--json").code == 2


def test_a_version_that_was_taken_back_takes_its_form_of_the_library_with_it(cli: Cli) -> None:
    cli.add(ANNUAL)
    newer = Schema((*MIGRATIONS, "ALTER TABLE orders ADD COLUMN colour TEXT;"), {}, lambda *_: True)
    open_library(Place(cli.home / "library.db"), newer, lambda: dt.datetime.now(dt.UTC)).db.close()
    cli("orders", "list", "--json").error(1, "library-newer")
    assert cli("update", "--taken-back", "9.0.0", "--json").code == 0
    listed = cli("orders", "list")
    assert listed.code == 0
    assert ANNUAL in listed.out
    assert "Companion's notes were put back too" in listed.err
