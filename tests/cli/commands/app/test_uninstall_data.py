"""Everything that the program left is listed, and removed with consent; what is the person's stays."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

import pytest

from companion.cli.commands.app.uninstall_data import UninstallDataResult
from companion.domain.core.model import Secret
from companion.domain.installation.leftovers import LeftoverKind, leftover_line
from companion.domain.purchases.facts import Fact, Field, Source, SourceKind
from companion.domain.purchases.purchase import Purchase
from companion.services.app.instance.running_program import announce
from companion.services.container.local import build_local
from companion.services.container.owned import build_owned
from companion.services.installation.leftovers import Leftovers
from companion.services.purchases.secrets import PurchaseKeychain
from companion.services.store.keychain.keychain import Keychain
from companion.services.store.sessions import account_of
from tests.kits.build import NOW
from tests.kits.cli import FAMILY, Cli
from tests.kits.listener import Listener
from tests.kits.memory_keychain import MemoryKeychain

STORE = "https://store.example"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config"


@pytest.mark.usefixtures("config")
def test_it_is_listed_asked_about_and_removed(cli: Cli) -> None:
    cli.add(FAMILY)
    mine = cli.home / "my own file.txt"
    mine.write_text("mine")
    folder = cli.home / "downloads" / FAMILY
    folder.mkdir(parents=True)
    (folder / "Setup.run").write_text("finished")
    for name in ("Other.run.part", "Other.run.part.journal", "Other.run.part.lock"):
        (folder / name).write_text("not finished")
    cli("orders", "list")
    listed = cli("uninstall-data", "--dry-run", "--json").shown(UninstallDataResult)
    kinds = {each.kind: each.count for each in listed.found}
    assert {LeftoverKind.LIBRARY, LeftoverKind.COPIES, LeftoverKind.LOGS} < set(kinds)
    assert kinds[LeftoverKind.PARTIAL_DOWNLOADS] == 3
    assert LeftoverKind.DOWNLOADS not in kinds
    assert listed.removed is None
    cli("uninstall-data", "--json").error(1, "not-confirmed")
    assert (cli.home / "library.db").exists()
    ran = cli("uninstall-data", "--yes", "--keep-downloads")
    assert ran.code == 0, ran.err
    assert "were removed" in ran.out
    left = sorted(path.name for path in cli.home.rglob("*") if path.is_file())
    assert left == ["Other.run.part", "Other.run.part.journal", "Other.run.part.lock", "Setup.run", mine.name]
    assert cli("uninstall-data", "--yes").code == 0
    assert sorted(path.name for path in cli.home.rglob("*") if path.is_file()) == ["Setup.run", mine.name]
    assert cli("uninstall-data", "--yes", "--with-downloads").code == 0
    assert sorted(path.name for path in cli.home.rglob("*")) == [mine.name]


@pytest.mark.usefixtures("config")
def test_secrets_are_removed_and_a_keychain_that_fails_keeps_the_library(tmp_path: Path) -> None:
    backend = MemoryKeychain()
    owned = build_owned(tmp_path / "home", keychain=Keychain(backend=backend))
    keys = PurchaseKeychain(owned.keychain)
    hashed = keys.fingerprint(Secret("CANARY-KEY"))
    said = Fact(
        field=Field.KEY, value=hashed, source=Source(kind=SourceKind.PERSON), said_at=NOW, about="product:x"
    )  # fmt: skip
    owned.library.change_purchase("1", lambda _: Purchase(id="1", added_at=NOW, facts=(said,)))
    keys.keep("1", Field.KEY, "product:x", Secret("CANARY-KEY"))
    owned.library.add_order(STORE, "LF-1", NOW)
    owned.keychain.keep_secret(account_of(STORE, "LF-1"), Secret("CANARY-PASSWORD"))
    local = build_local(tmp_path / "home")
    left = Leftovers(owned.folders, owned.library, owned.keychain, local.recovery, local.platform.autostart)
    assert {each.kind: each.count for each in left.found()}[LeftoverKind.KEYCHAIN] == 3
    assert len(backend.entries) == 3
    backend.broken = True
    failed = left.remove()
    assert failed.failed
    assert owned.folders.library.exists(), "only the library knows which secrets there are"
    backend.broken = False
    done = left.remove()
    assert done.failed == ()
    assert backend.entries == {}
    assert not owned.folders.library.exists()
    owned.close()


@pytest.mark.usefixtures("config")
def test_nothing_is_removed_of_a_library_that_cannot_be_read(cli: Cli) -> None:
    cli.add(FAMILY)
    with contextlib.closing(sqlite3.connect(cli.home / "library.db", isolation_level=None)) as db:
        db.execute("PRAGMA user_version = 9000")
    cli("uninstall-data", "--yes", "--json").error(1, "library-newer")
    assert (cli.home / "copies").exists()


@pytest.mark.usefixtures("config")
def test_of_an_empty_home_nothing_was_left(bare: Cli) -> None:
    assert bare("uninstall-data", "--yes").code == 0
    assert [path for path in bare.home.rglob("*") if path.is_file()] == []


def test_an_address_of_a_program_that_ended_is_no_obstacle(cli: Cli, config: Path) -> None:
    cli.add(FAMILY)
    announce(cli.home, str(cli.home / "running.socket"))
    assert cli("uninstall-data", "--yes").code == 0
    assert not (cli.home / "running.address").exists()
    assert not config.exists() or not list(config.rglob("*.desktop"))


@pytest.mark.skipif(os.name != "posix", reason="listens at a socket")
@pytest.mark.usefixtures("config")
def test_while_the_program_runs_nothing_is_removed(cli: Cli) -> None:
    cli.add(FAMILY)
    before = sorted(path for path in cli.home.rglob("*") if path.is_file())
    ear = Listener(cli.home / "running.socket")
    announce(cli.home, str(cli.home / "running.socket"))
    failure = cli("uninstall-data", "--yes", "--json").error(1, "still-running")
    ear.close()
    assert "Quit it first" in failure["hint"]
    assert set(before) <= set(cli.home.rglob("*"))


def test_every_kind_has_words() -> None:
    from companion.domain.installation.leftovers import Leftover

    for kind in LeftoverKind:
        one, two = (leftover_line(Leftover(kind=kind, count=count, place="/x", size=5)) for count in (1, 2))
        assert one.startswith("1 ")
        assert two.startswith("2 ")
        assert two.split()[1] != one.split()[1] or kind is LeftoverKind.DOWNLOADS
    assert leftover_line(Leftover(kind=LeftoverKind.COPIES, count=3)) == "3 copies of the library"
