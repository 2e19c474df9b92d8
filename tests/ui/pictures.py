"""Photographs every page and every step of the real window against a demo store: ``python3 dev.py pictures FOLDER``."""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEventLoop, QSize, QTimer
from PySide6.QtWidgets import QWidget

from companion.demo.server import DemoStore
from companion.domain.core.model import Secret
from companion.services.app.resources import resource
from companion.services.container.store import Services, build_services, build_window_services
from companion.services.platforms import current
from companion.ui.app.application import WindowedProgram, application
from companion.ui.dialogs.auto_renewal import ask_to_switch
from companion.ui.dialogs.invoice import show_invoice
from companion.ui.look.theme import DARK, LIGHT, Theme
from companion.ui.navigation import Destination
from companion.ui.pages.bought.confirm import ConfirmCard
from companion.ui.pages.bought.dropped import Dropped
from companion.ui.pages.bought.page import BY_HAND
from companion.ui.pages.demo_orders import SampleLogIn
from companion.ui.pages.settings.page import SUBJECTS
from companion.ui.state.offered import Offered
from tests.kits.linux import script
from tests.kits.mails import ORDER_MAIL
from tests.kits.windows_files import program as windows_program
from tests.kits.windows_files import version
from tests.ui import more_pictures

_PATIENCE = 20.0
_RUN = '#!/bin/sh\n# Makeself\nlabel="Harbour Suite"\nexit {code}\n'
_TALL = 1500


def _let_it_work(milliseconds: int) -> None:
    """Let the window work for a while; unlike `QTest.qWait` this lets Python's other threads work too."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


class Photographer:
    """Drives one window and saves what it shows."""

    def __init__(self, program: WindowedProgram, services: Services, store: DemoStore, folder: Path) -> None:
        self.program, self.services, self.store, self.folder = program, services, store, folder
        self.window = program.window
        self.size: QSize | None = None
        folder.mkdir(parents=True, exist_ok=True)

    def wait(self, condition: Callable[[], object]) -> None:
        """Let the window work until `condition` holds."""
        end = time.monotonic() + _PATIENCE
        while not condition():
            _let_it_work(20)
            if time.monotonic() > end:
                raise TimeoutError("the window did not come to rest")

    def arrange(self, size: QSize | None, percent: int) -> None:
        """Give the window its size and its texts theirs, once what was kept of both has been read."""
        self.wait(lambda: self.window.current is self.window.page("add"))
        self.settle()
        self.program.appearance.magnify(percent)
        if size is not None:
            self.window.resize(size)
        self.size = self.window.size()

    def settle(self) -> None:
        """Wait until no work is under way and everything has been painted."""
        self.wait(lambda: not self.program.runner.busy)
        _let_it_work(150)

    def take(self, name: str, widget: QWidget | None = None, *, tall: bool = False) -> None:
        """Save a picture of the window, or of one widget; `tall` shows more of a long page."""
        if tall:
            self.window.resize(self.window.width(), _TALL)
        _let_it_work(150)
        (widget or self.window).grab().save(str(self.folder / f"{name}.png"))
        if tall and self.size is not None:
            self.window.resize(self.size)

    def take_now(self, name: str) -> None:
        """Save what the window shows at this moment, before what it does goes on."""
        self.window.grab().save(str(self.folder / f"{name}.png"))

    def add_orders(self) -> None:
        """Add every order of the demo store."""
        for account in self.store.accounts:
            done: list[object] = []
            password = Secret(account.order_password)
            self.program.app_state.add_order(
                self.program.app_state, account.order_number, password, done.append, done.append
            )  # fmt: skip
            self.wait(partial(bool, done))

    def pages(self) -> None:
        """The pages."""
        self.wait(lambda: self.window.current is self.window.page("add"))
        self.take("01-first-run")
        self.add_orders()
        self.window.navigate_to(Destination("home"))
        self.settle()
        self.take("02-home")
        self.take("02-home-whole", tall=True)
        for name in ("orders", "downloads", "reminders", "help"):
            self.window.navigate_to(Destination(name))
            self.settle()
            self.take(f"03-{name}", tall=True)
        for subject in ("", *SUBJECTS):
            self.window.navigate_to(Destination("settings", item=subject))
            self.settle()
            self.take(f"07-settings-{subject}" if subject else "07-settings", tall=True)
        for account in self.store.accounts:
            self.window.navigate_to(Destination("order", account.order_number))
            self.settle()
            self.take(f"04-order-{account.order_number}", tall=True)
        self.purchases()
        card = self.program.app_state.snapshot.cards[0]
        dialog = ask_to_switch(self.window, self.program.app_state, card.order_number, card.licence_id, False)
        self.take("05-switch-off", dialog)
        dialog.reject()
        self.invoices()

    def invoices(self) -> None:
        """The invoices of an order that was charged more than once."""
        account = next(found for found in self.store.accounts if "An unwanted renewal" in found.about)
        number, orders = account.order_number, self.services.orders
        invoices = show_invoice(self.window, self.program.app_state, orders, number)
        self.settle()
        self.take("05-invoices", invoices)
        invoices.reject()

    def purchases(self) -> None:
        """Adding what was bought at a shop without the Store API, and its page."""
        self.window.navigate_to(Destination("bought"))
        self.settle()
        self.take("06-add-anything")
        self.window.add_dropped(Dropped(Offered(contents=(("Your order.eml", ORDER_MAIL.encode()),))))
        self.wait(lambda: self.window.current.findChild(ConfirmCard) is not None)
        self.settle()
        self.take("06-confirm", tall=True)
        card = self.window.current.findChild(ConfirmCard)
        assert card is not None
        card.submit()
        self.wait(lambda: self.window.current is self.window.page("purchase"))
        self.settle()
        self.take("06-purchase", tall=True)
        self.window.navigate_to(Destination("bought", item=BY_HAND))
        self.settle()
        self.take("06-by-hand")
        self.window.navigate_to(Destination("stores"))
        self.settle()
        self.take("06-stores")
        self.window.notices.clear()

    def wizard(self, blocker: Callable[[], contextlib.AbstractContextManager[None]]) -> None:
        """The wizard from the first step to the last."""
        account = next(found for found in self.store.accounts if "closes in 9 days" in found.about)
        order = self.program.app_state.snapshot.order(account.order_number)
        assert order is not None
        self.window.navigate_to(Destination("install", account.order_number, order.downloads[0].artifact_id))
        page: Any = self.window.current
        stack, steps = page._stack, page._steps
        self.wait(lambda: steps[0].onward.isEnabled())
        self.take("10-choose")
        steps[0].go_on()
        self.wait(lambda: steps[1].onward.isEnabled())
        self.take("11-check", tall=True)
        steps[1].go_on()
        self.wait(lambda: steps[2]._bar.value() > 200)
        self.take("12-download")
        self.wait(lambda: stack.currentIndex() == 3)
        self.take("13-verify")
        with blocker():
            steps[3].go_on()
            self.wait(lambda: "in the way. This page" in steps[4]._check_list._summary.text())
            self.take("14-install-blocked", tall=True)
        self.wait(lambda: steps[4].onward.isEnabled())
        self.take("15-install-free", tall=True)
        steps[4].go_on()
        self.wait(lambda: stack.currentIndex() == 5)
        self.settle()
        self.take("16-done")

    def files(self, root: Path) -> None:
        """The wizard of files that were dropped: one to be chosen, one for another system, one that fails, one done."""
        self.window.navigate_to(Destination("file"))
        self.take("17-file-choose")
        windows = root / "setup.exe"
        strings = {"ProductName": "Harbour Suite", "ProductVersion": "4.2.1", "CompanyName": "Harbour Software"}
        windows.write_bytes(windows_program(resources={16: {1: version(strings)}}))
        self._drop(windows)
        self.take("17-file-does-not-fit")
        self._install(script(root / "harbour-4.1.run", _RUN.format(code=77)), "18-file-fails")
        self._install(script(root / "harbour-4.2.run", _RUN.format(code=0)), "19-file")

    def _install(self, path: Path, name: str) -> None:
        page: Any = self._drop(path)
        self.wait(lambda: page.looking.onward.isEnabled())
        self.take(f"{name}-looked-at")
        page.looking.go_on()
        self.wait(lambda: page.installing.onward.isEnabled())
        self.take(f"{name}-checked", tall=True)
        page.installing.go_on()
        self.wait(lambda: page.installing.done is not None)
        self.take(f"{name}-done", tall=True)
        page.leave_page()
        self.settle()

    def _drop(self, path: Path) -> Any:
        self.window.add_dropped(Dropped(Offered(files=(path,))))
        self.settle()
        return self.window.current


@contextlib.contextmanager
def running_blocker(folder: Path) -> Iterator[None]:
    """A program called `outlook` that is no child of this one, for as long as the context lasts."""
    program = folder / "outlook"
    shutil.copy("/bin/sleep", program)
    command = f'setsid "{program}" 600 >/dev/null 2>&1 & echo $!'
    pid = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True).stdout.strip()
    try:
        yield
    finally:
        subprocess.run(["kill", pid], check=False)


def _first_start(home: Path, store: DemoStore, folder: Path, theme: Theme) -> None:
    """Take the picture of a first start at which no store is known."""
    services = build_window_services(home, None)
    program = WindowedProgram(application(), services, theme=theme)
    program.start(in_tray=False)
    photographer = Photographer(program, services, store, folder)
    photographer.wait(lambda: program.window.has_navigated)
    photographer.settle()
    photographer.take("00-welcome")
    program.close()
    services.close()


def photograph(folder: Path, theme: Theme, size: QSize | None, percent: int) -> None:
    """Take every picture in one theme, in a window of `size`, with texts of so many percent."""
    with tempfile.TemporaryDirectory() as made:
        root = Path(made)
        profile = json.loads(resource("profiles/larkfield.json").read_bytes())
        # Whatever else runs on this machine must not be in the picture.
        profile["blockers"] = [rule for rule in profile["blockers"] if rule["id"] == "outlook"]
        for match in profile["blockers"][0]["matches"]:
            match["pathContains"] = [str(root)]
        store = DemoStore(
            root / "store", profile=json.dumps(profile).encode(), system=current().name.value, size=32 * 2**20,
            rate=6_000_000,
        )  # fmt: skip
        _first_start(root / "first", store, folder, theme)
        services = build_services(root / "home", store.url)
        samples = tuple(SampleLogIn(found.order_number, found.order_password, found.about) for found in store.accounts)
        program = WindowedProgram(application(), services, theme=theme, samples=samples)
        program.start(in_tray=False)
        photographer = Photographer(program, services, store, folder)
        photographer.arrange(size, percent)
        photographer.pages()
        photographer.wizard(lambda: running_blocker(root))
        photographer.files(root)
        more_pictures.dialogs(photographer)
        more_pictures.drops(photographer, root)
        more_pictures.notices(photographer)
        more_pictures.file_states(photographer, root)
        program.quit()
        services.close()
        store.close()


def main() -> None:
    """Take the pictures that were asked for."""
    parser = argparse.ArgumentParser(description="Photographs every page of the real window.")
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--theme", choices=["light", "dark"], default="light")
    parser.add_argument("--size", metavar="WIDTHxHEIGHT", help="of the window, for example 512x320")
    parser.add_argument("--texts", type=int, default=100, metavar="PERCENT", help="how large texts are")
    asked = parser.parse_args()
    size = QSize(*map(int, asked.size.split("x"))) if asked.size else None
    photograph(asked.folder, LIGHT if asked.theme == "light" else DARK, size, asked.texts)


if __name__ == "__main__":
    main()
