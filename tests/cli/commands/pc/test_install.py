"""``companion install``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from companion.cli.commands.pc.install_result import InstallResult
from companion.services.storage.database import Library
from tests.kits.cli import FAMILY, Cli
from tests.kits.linux import Mail, alive
from tests.kits.silence import Silence

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="starts copies of /bin/sleep")


def test_held_closed_installed_and_put_back_in_one_go(shop: Cli, mail: Mail) -> None:
    refused = shop.opened(FAMILY, "install", FAMILY, "--json").shown(InstallResult)
    assert refused.error is not None
    assert refused.error.code == "blocked"
    shop.opened(FAMILY, "install", FAMILY, "--hold", "--json").error(1, "not-confirmed")
    assert alive(mail.pid)
    ran = shop.opened(FAMILY, "install", FAMILY, "--hold", "--yes", "--look-out", "0", "--json")
    shown = ran.shown(InstallResult)
    assert ran.code == 0
    assert shown.result is not None
    assert shown.result.proven
    assert shown.closed is not None
    assert mail.pid in shown.closed.gone
    assert [hold.entry.name for hold in shown.held_back] == ["MailHelper"]
    assert shown.still_held == ()
    assert mail.as_before
    steps = shop.timeline()
    assert steps.index("held back") < steps.index("closed programs") < steps.index("installed")
    assert "put back" in steps


def test_what_was_held_by_hand_is_put_back_after_the_installation(shop: Cli, mail: Mail) -> None:
    assert shop("close-blockers", "--hold", "--yes", "--look-out", "0").code == 0
    assert mail.held
    assert shop("preflight", "--json").code == 0
    assert mail.held
    assert shop.opened(FAMILY, "install", FAMILY, "--json").code == 0
    assert mail.as_before


def test_an_installation_that_fails_puts_back_what_it_held(shop: Cli, mail: Mail) -> None:
    path = next((shop.home / "downloads").rglob("*.run"), None) or next((shop.home / "downloads").rglob("*.*"))
    size = path.stat().st_size
    path.write_bytes(b"#!/bin/sh\n" + b"#" * (size - 10))
    ran = shop.opened(FAMILY, "install", FAMILY, "--hold", "--yes", "--look-out", "0", "--json")
    ran.error(1, "file-damaged")
    assert not alive(mail.pid)
    assert mail.as_before


def test_closing_alone_holds_nothing(shop: Cli, mail: Mail) -> None:
    ran = shop.opened(FAMILY, "install", FAMILY, "--close", "--yes", "--look-out", "0", "--json")
    assert ran.code == 0
    assert ran.shown(InstallResult).held_back == ()
    assert mail.as_before


def test_installing_needs_the_file(cli: Cli) -> None:
    cli.add(FAMILY)
    failure = cli.opened(FAMILY, "install", FAMILY, "--json").error(1, "not-downloaded")
    assert f"companion download {FAMILY}" in failure["hint"]


def test_an_installer_is_run_and_its_end_explained(cli: Cli) -> None:
    cli.add(FAMILY)
    path = json.loads(cli.opened(FAMILY, "download", FAMILY, "--json").out)["path"]
    ran = cli.opened(FAMILY, "install", FAMILY, "--json")
    shown = ran.shown(InstallResult)
    if shown.error is not None:  # another program of this machine is in the way, which must be said
        assert ran.code == 1
        assert shown.error.code in ("blocked", "installer-blocked")
        return
    assert ran.code == 0
    assert shown.result is not None
    assert shown.result.proven
    assert shown.seat_taken
    size = Path(path).stat().st_size
    Path(path).write_bytes(b"#!/bin/sh\n" + b"#" * (size - 10))
    cli.opened(FAMILY, "install", FAMILY, "--json").error(1, "file-damaged")


def test_an_older_version_than_the_one_seen_needs_consent(shop: Cli) -> None:
    """The store that offers version 99 today may offer an old one with a known hole tomorrow."""
    library = Library(shop.home / "library.db")
    (name,) = [name for name in library.settings() if name.startswith("newest version")]
    assert library.setting(name) is not None, "what was offered was seen"
    library.remember_setting(name, "99.0")
    library.close()
    failure = shop.opened(FAMILY, "install", FAMILY, "--json").json["error"]
    assert failure["code"] == "older-version"
    assert "version 99.0 was installed or offered" in failure["message"]
    ran = shop.opened(FAMILY, "install", FAMILY, "--older", "--json")
    assert ran.code == 0
    library = Library(shop.home / "library.db")
    assert library.setting(name) == "99.0", "the newest stays known"
    library.close()


def test_a_downloaded_file_stands_for_its_order(shop: Cli) -> None:
    library = Library(shop.home / "library.db")
    (file,) = library.files(library.stores_with_orders()[0])
    library.close()
    ran = shop.opened(FAMILY, "install", file.path, "--json")
    assert ran.code == 0, (ran.out, ran.err)
    assert ran.shown(InstallResult).order_number == FAMILY


@pytest.mark.parametrize("by", ["number", "file"])
def test_what_was_proven_once_installs_while_its_store_is_silent(shop: Cli, by: str) -> None:
    assert shop.store is not None
    library = Library(shop.home / "library.db")
    (file,) = library.files(library.stores_with_orders()[0])
    library.close()
    shop.store.close()
    ran = shop.opened(FAMILY, "install", file.path if by == "file" else FAMILY, "--json")
    shown = ran.shown(InstallResult)
    assert ran.code == 0, (ran.out, ran.err)
    assert shown.result is not None
    assert shown.result.proven


def test_a_word_that_is_too_long_for_a_path_is_no_order(shop: Cli) -> None:
    assert shop("install", "a" * 5000, "--json").json["error"]["code"] != "bug"


@pytest.mark.parametrize("kind", ["silent", "dripping"])
def test_while_its_store_is_silent_it_is_said_what_is_known(
    shop: Cli, silence: Silence, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPANION_WAIT", "0.3")
    silence.kind = kind
    ran = shop.opened(FAMILY, "install", FAMILY)
    assert ran.code == 0, ran
    assert "Checked with the store" in ran.err
    assert "has not answered yet" in ran.err
    assert "The store does not know yet that this PC uses a seat." in ran.out
    told = shop.opened(FAMILY, "install", FAMILY, "--json").json
    assert told["trouble"]["code"] == "not-answered-yet"
    assert told["readAt"]


@pytest.mark.parametrize("kind", ["silent", "dripping"])
def test_a_store_that_falls_silent_is_told_of_the_seat_later(
    shop: Cli, silence: Silence, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPANION_WAIT", "0.3")
    silence.kind, silence.paths = kind, ("/v1/licences",)
    told = shop.opened(FAMILY, "install", FAMILY, "--json").json
    assert (told["seatTaken"], told["seatLater"]) == (False, True)
    assert told["trouble"] is None
    assert len(silence.asked) == 1, "it is not waited for a second time"
    silence.kind = None
    silence.over.set()
    monkeypatch.delenv("COMPANION_WAIT")
    assert shop.opened(FAMILY, "orders", "show", FAMILY).code == 0
    seats = shop.opened(FAMILY, "seats", FAMILY, "--json").json
    assert seats["thisPc"] in [seat["id"] for seat in seats["seats"]]
