"""``companion update`` from a source tree, which has no update source."""

from __future__ import annotations

import pytest

from companion import __version__
from companion.cli.commands.app.update import UpdateResult
from tests.kits.cli import Cli


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
