"""``companion extend``."""

from __future__ import annotations

from companion.cli.commands.downloads.extend import ExtendResult
from companion.cli.commands.downloads.results import FetchResult
from tests.kits.cli import CLOSED, Cli


def test_a_closed_window_is_explained_and_opened_again(cli: Cli) -> None:
    cli.add(CLOSED)
    failure = cli.opened(CLOSED, "download", CLOSED, "--json").error(1, "window-closed")
    assert f"companion extend {CLOSED}" in failure["hint"]
    assert "4 days ago" in failure["message"]
    extended = cli.opened(CLOSED, "extend", CLOSED, "--json").shown(ExtendResult)
    assert extended.extension.status.value == "granted"
    assert cli.opened(CLOSED, "download", CLOSED, "--json").shown(FetchResult).verified
    cli.opened(CLOSED, "extend", CLOSED, "--json")
    refused = cli.opened(CLOSED, "extend", CLOSED)
    assert refused.code in (0, 1)
    assert "Traceback" not in refused.err
