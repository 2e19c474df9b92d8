"""``companion demo --no-window``: the whole job, and taking it up again."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import socket
from pathlib import Path

import pytest

from companion.cli.demo.purchases import add_by_hand, add_mails, begin_with_purchases
from companion.cli.demo.walkthrough import DemoResult
from companion.cli.demo.workspace import State, open_workspace
from companion.demo.shops import edd, woocommerce
from companion.demo.shops.files import archive
from companion.domain.core.serialization import decode, encode
from companion.domain.purchases.facts import Field
from companion.services.app.cancellation import Cancellation
from companion.services.container.owned import build_owned
from companion.services.container.store import build_services
from companion.services.storage.database import Library
from companion.services.store.keychain.keychain import Keychain
from tests.kits.cli import FAMILY, Cli, Ran
from tests.kits.memory_keychain import MemoryKeychain

STEPS = (
    *("start-store", "add-mails", "add-by-hand", "ask-edd-shop", "download-from-woocommerce"),
    *("find-order", "keep-credentials", "show-purchases", "show-licence", "auto-renew-off", "auto-renew-on"),
    *("check-download", "download", "verify", "check-install", "install", "remind", "forget-purchases", "forget"),
)


@pytest.fixture
def demo(bare: Cli, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """The demo in the test's folder, on a machine without a screen."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    return bare


def finished(ran: Ran) -> DemoResult:
    """What was told. Where other programs of this machine are in the way of installing, that must be said instead."""
    told = ran.shown(DemoResult)
    if told.error is not None:
        assert ran.code == 1
        assert told.error.code in ("blocked", "installer-blocked")
        assert "close-blockers" in told.error.hint or told.error.hint
        assert "forget" in [step.name for step in told.steps]
    else:
        assert ran.code == 0
        assert tuple(step.name for step in told.steps) == STEPS
    assert told.verified
    return told


def test_the_whole_job(demo: Cli) -> None:
    told = finished(demo("demo", "--no-window", "--json", "--size", "1"))
    assert told.order_number == FAMILY
    assert told.resumed_from == 0
    assert told.path is not None
    assert Path(told.path).stat().st_size == 2**20
    did = {step.name: step.did for step in told.steps}
    assert "this session only" in did["keep-credentials"]
    assert "the store says off" in did["auto-renew-off"]
    assert "the store says on" in did["auto-renew-on"]
    assert all(step.seconds >= 0 for step in told.steps)


def test_it_tells_what_was_bought_anywhere(demo: Cli) -> None:
    told = finished(demo("demo", "--no-window", "--json", "--size", "1"))
    did = {step.name: step.did for step in told.steps}
    for product, shop in ((woocommerce.PRODUCT, woocommerce.NAME), (edd.PRODUCT, edd.NAME)):
        assert f"{product} ({shop})" in did["add-mails"]
    assert "0 of 3 seats taken" in did["ask-edd-shop"]
    assert f"newest version {edd.NEWEST_VERSION}" in did["ask-edd-shop"]
    assert woocommerce.FILE in did["download-from-woocommerce"]
    (file,) = (demo.home / "user" / "downloads").rglob(woocommerce.FILE)
    assert file.read_bytes() == archive(woocommerce.PRODUCT)
    assert did["show-purchases"].startswith("5 purchases of 4 shops")
    assert "Form Meadow runs out" in did["remind"]
    assert edd.KEY not in json.dumps([step.did for step in told.steps])


@pytest.mark.slow
def test_what_was_bought_elsewhere_is_forgotten_in_the_end(demo: Cli) -> None:
    finished(demo("demo", "--no-window", "--json", "--size", "1"))
    with contextlib.closing(Library(demo.home / "user" / "library.db")) as library:
        kept = {fact.value for each in library.purchases() for fact in each.facts if fact.field is Field.PRODUCT}
    assert not kept & {woocommerce.PRODUCT, edd.PRODUCT, "Gannet Backup", "Inkstone Type Library"}


def test_begun_again_nothing_is_owned_twice(demo: Cli) -> None:
    """What an interrupted demo has added is taken up by the next one, also when its shops have other ports."""
    root, keychain = demo.home, MemoryKeychain()
    for port_taken in (False, True):
        with open_workspace(root, size=2**20, rate=None) as workspace:
            with contextlib.closing(build_owned(workspace.home, keychain=Keychain(backend=keychain))) as owned:
                add_mails(owned, workspace.shops.mails, Cancellation())
                add_by_hand(owned, workspace.state.begun_at)
                assert len(owned.purchases.all()) == 4
            taken = workspace.shops.woocommerce.port
        if not port_taken:
            blocker = socket.create_server(("127.0.0.1", taken))
    blocker.close()
    with open_workspace(root, size=2**20, rate=None) as workspace:
        assert workspace.shops.woocommerce.port == taken


def test_the_window_begins_with_purchases_of_every_kind(demo: Cli) -> None:
    with (
        open_workspace(demo.home, size=2**20, rate=None) as workspace,
        contextlib.closing(
            build_services(workspace.home, workspace.store.url, keychain=Keychain(backend=MemoryKeychain()))
        ) as services,
    ):
        for _ in range(2):
            begin_with_purchases(services, workspace, Cancellation())
        bought = services.owned.purchases.all()
        assert sorted(each.store.kind or "" for each in bought) == ["", "", "edd", "storeApi", "woocommerce"]
        assert {each.order_number for each in bought} >= {FAMILY, edd.ORDER_NUMBER, woocommerce.ORDER_NUMBER}


@pytest.mark.slow
def test_the_second_time_is_a_whole_job_again(demo: Cli) -> None:
    first = finished(demo("demo", "--no-window", "--json", "--size", "1"))
    second = finished(demo("demo", "--no-window", "--json", "--size", "1"))
    assert second.sha256 == first.sha256
    assert second.store == first.store, "the store answers where it did before"
    if first.error is None:
        assert second.resumed_from == 0


@pytest.mark.slow
def test_a_demo_begun_long_ago_begins_anew(demo: Cli) -> None:
    first = finished(demo("demo", "--no-window", "--json", "--size", "1"))
    path = demo.home / "demo.json"
    state = decode(path.read_bytes(), State, source="the test")
    old = State(port=state.port, begun_at=state.begun_at - dt.timedelta(days=40), finished=False)
    path.write_bytes(encode(old))
    mark = demo.home / "store" / "mark"
    mark.write_text("of the first store")
    finished(demo("demo", "--no-window", "--json", "--size", "1"))
    assert not mark.exists()
    assert first.path is not None


@pytest.mark.slow
def test_nothing_of_somebody_else_is_removed(demo: Cli) -> None:
    letter = demo.home / "user" / "letter.txt"
    letter.parent.mkdir(parents=True)
    letter.write_text("mine")
    finished(demo("demo", "--no-window", "--json", "--size", "1"))
    assert letter.read_text() == "mine"


def test_a_person_reads_a_calm_report(demo: Cli) -> None:
    ran = demo("demo", "--size", "1")
    assert ran.code in (0, 1)
    assert "There is no screen here" in ran.err
    assert "Logged in at Larkfield Software" in ran.out
    assert ran.out.lstrip().startswith("1. A store of its own answers")


@pytest.mark.slow
def test_progress_tells_every_step(demo: Cli) -> None:
    ran = demo("demo", "--no-window", "--json", "--progress", "json", "--size", "1")
    lines = [json.loads(line) for line in ran.err.splitlines()]
    begun = [line["step"] for line in lines if line.get("state") == "begun"]
    assert begun == [step.name for step in ran.shown(DemoResult).steps][1:]


def test_a_folder_that_cannot_be_used(demo: Cli) -> None:
    demo.home.write_text("a file in its place")
    demo("demo", "--no-window", "--json").error(1, "folder-not-writable")
    demo.home.unlink()
    demo.home.mkdir()
    (demo.home / "store").write_text("a file in its place")
    demo("demo", "--no-window", "--json").error(1, "folder-not-writable")


@pytest.mark.slow
def test_home_may_also_follow_the_command(demo: Cli, tmp_path: Path) -> None:
    told = finished(demo("demo", "--no-window", "--json", "--size", "1", "--home", tmp_path / "elsewhere"))
    assert told.path is not None
    assert Path(told.path).is_relative_to(tmp_path / "elsewhere")
