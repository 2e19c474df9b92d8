"""Files that lie on this PC already: of another order, under another name, and what was installed from them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pytestqt.qtbot import QtBot

from companion.demo.customers import Account
from companion.demo.server import DemoStore
from companion.domain.purchases.values import host_name
from companion.services.app.cancellation import Cancellation
from companion.services.container.store import Services
from companion.services.storage.records import INSTALLED, TimelineEntry
from companion.ui.app.application import WindowedProgram
from companion.ui.navigation import Destination
from tests.kits.ui import texts_of

FIRST, SECOND = "LF-5930-2216", "LF-3307-7145"
Add = Callable[[Account], None]


def added(store: DemoStore, services: Services, add: Add, *numbers: str) -> str:
    """Adds orders and downloads the file of the first; returns the artifact, which is that of all of them."""
    for number in numbers:
        add(next(account for account in store.accounts if account.order_number == number))
    artifact = services.orders.lookup.order(numbers[0]).downloads[0].artifact_id
    services.order_downloads.download(numbers[0], artifact, cancellation=Cancellation(), progress=lambda _: None)
    return artifact


def page(program: WindowedProgram, name: str, qtbot: QtBot) -> Any:
    program.app_state.load()
    qtbot.waitUntil(lambda: not program.runner.busy)
    program.window.navigate_to(Destination(name))
    return program.window.current


def test_the_file_of_one_order_serves_another_one_everywhere(
    program: WindowedProgram, store: DemoStore, services: Services, add: Add, qtbot: QtBot
) -> None:
    artifact = added(store, services, add, FIRST, SECOND)
    said = f"The file is already on this PC, from order {FIRST}."
    for name in ("home", "downloads"):
        shown = page(program, name, qtbot)
        qtbot.waitUntil(lambda shown=shown: any(said in text for text in texts_of(shown)))  # type: ignore[misc]
    published = f"It is exactly what the store {host_name(store.url)} published."
    assert any(published in text for text in texts_of(program.window.current)), "the card says how far it is verified"
    found = services.order_downloads.recheck(SECOND, artifact, Cancellation())
    assert found is not None
    assert found.transferred.path == services.order_downloads.files()[0].path


def test_a_renamed_download_is_recognised_by_its_digest(
    program: WindowedProgram, store: DemoStore, services: Services, add: Add
) -> None:
    artifact = added(store, services, add, FIRST)
    (known,) = services.order_downloads.files()
    renamed = known.path.with_name("my suite, do not delete.bin")
    known.path.rename(renamed)
    other = known.path.with_name("another file of the same size.bin")
    other.write_bytes(bytes(known.grant.size))
    assert services.order_downloads.files() == ()
    found = services.order_downloads.recheck(FIRST, artifact, Cancellation())
    assert found is not None
    assert found.transferred.path == renamed
    assert [file.path for file in services.order_downloads.files()] == [renamed]
    renamed.unlink()
    assert services.order_downloads.recheck(FIRST, artifact, Cancellation()) is None
    assert program.window.isVisible()


def test_what_was_installed_stays_known_with_its_version(
    program: WindowedProgram, store: DemoStore, services: Services, add: Add, qtbot: QtBot
) -> None:
    artifact = added(store, services, add, FIRST)
    facts = {"artifact": artifact, "store": store.url, "version": "26.1.4"}
    services.library.note(TimelineEntry(at=services.clock(), event=INSTALLED, order_number=FIRST, facts={**facts}))
    elsewhere = {**facts, "store": "https://another.example", "version": "1.0"}
    services.library.note(TimelineEntry(at=services.clock(), event=INSTALLED, order_number=FIRST, facts={**elsewhere}))
    shown = page(program, "downloads", qtbot)
    qtbot.waitUntil(lambda: "Install again…" in texts_of(shown))
    assert any("Installed here on" in text and "version 26.1.4." in text for text in texts_of(shown))
    shown = page(program, "home", qtbot)
    qtbot.waitUntil(lambda: any("version 26.1.4." in text for text in texts_of(shown)))
