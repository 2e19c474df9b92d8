"""Where the demo happens: a folder that survives an interruption, with the store and the shops running in it."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import platformdirs

from companion.cli.demo.store import build_demo_store
from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Instant, Model
from companion.domain.core.serialization import decode, encode
from companion.domain.core.words.error_words import failure
from companion.services.app.atomic_file import make_folder, write_file
from companion.services.downloads.state.partial import Lock

if TYPE_CHECKING:
    from companion.demo.server import DemoStore
    from companion.demo.shops.edd import EddShop
    from companion.demo.shops.woocommerce import WooCommerceShop

_Shop = TypeVar("_Shop")
# The store's dates are relative to its first start; after some days its stories would no longer be told as meant.
_FRESH = dt.timedelta(days=6)


class State(Model, frozen=True):
    """What the next start must know: when the demo was begun, whether it ended, and the ports.

    `port` is the store's; those of the shops are part of the links in their e-mails.
    """

    port: int
    begun_at: Instant
    finished: bool = False
    woocommerce_port: int = 0
    edd_port: int = 0


class Shops(NamedTuple):
    """The running shops beside the store, and the e-mails they and a third shop have sent."""

    woocommerce: WooCommerceShop
    edd: EddShop
    mails: tuple[Path, ...]


@dataclasses.dataclass
class Workspace:
    """The running demo: its store and shops, and the folder in which Companion keeps what it knows."""

    store: DemoStore
    shops: Shops
    root: Path
    home: Path
    state: State

    def finish(self) -> None:
        """Note that the journey came to its end, so that the next one begins anew."""
        self._write(finished=True)

    def begin(self) -> None:
        """Note that a journey is under way."""
        self._write(finished=False)

    def _write(self, *, finished: bool) -> None:
        state = State(
            port=self.store.port,
            begun_at=self.state.begun_at,
            finished=finished,
            woocommerce_port=self.shops.woocommerce.port,
            edd_port=self.shops.edd.port,
        )
        write_file(self.root / "demo.json", encode(state))


def default_folder(home: Path | None, name: str) -> Path:
    """Where something of the demo is kept: below `home`, or in the user's cache, the same at every start."""
    if home is not None:
        return home.expanduser().absolute()
    if named := os.environ.get("COMPANION_HOME"):
        return Path(named).expanduser().absolute() / name
    return platformdirs.user_cache_path("Companion", appauthor=False) / name


@contextlib.contextmanager
def open_workspace(root: Path, *, size: int, rate: int | None) -> Iterator[Workspace]:
    """Start store and shops in `root` as they were left, or anew when that was long ago or came to its end.

    Raises `CompanionError`: ``demo-running`` when it is running already, and what keeps the store from starting.
    """
    lock = _lock(root)
    try:
        try:
            state = _state(root)
            store = _start(root / "store", state.port, size, rate)
        except OSError as error:
            raise _unusable(root, error) from None
        with contextlib.closing(store), _open_shops(root, state) as shops:
            workspace = Workspace(store, shops, root, root / "user", state)
            workspace.begin()
            yield workspace
    finally:
        lock.release()


def _lock(root: Path) -> Lock:
    from companion.services.downloads.state.partial import Lock

    try:
        make_folder(root)
        return Lock(root / "demo.lock")
    except OSError as error:
        raise _unusable(root, error) from None
    except CompanionError:
        raise CompanionError(
            ErrorCode.DEMO_RUNNING,
            "The demo is running already",
            f"Another demo is using {root}.",
            "Let it finish or stop it, or give this one a folder of its own with --home.",
        ) from None


def _state(root: Path) -> State:
    """How the last demo was left. What it made is removed when it ended or is stale; nothing else is ever removed."""
    now = dt.datetime.now(dt.UTC)
    state = State(port=0, begun_at=now)
    path = root / "demo.json"
    if not path.exists():
        return state
    with contextlib.suppress(CompanionError):
        state = decode(path.read_bytes(), State, source="the demo's own file")
    if now - state.begun_at > _FRESH or state.begun_at > now:
        for folder in ("store", "user", "shops", "mails"):
            shutil.rmtree(root / folder, ignore_errors=True)
        return State(port=state.port, begun_at=now)
    if state.finished:
        for done in (root / "user" / "downloads", root / "store" / "installed"):
            shutil.rmtree(done, ignore_errors=True)
    return state


def _start(root: Path, port: int, size: int, rate: int | None) -> DemoStore:
    try:
        return build_demo_store(root, size=size, port=port, rate=rate)
    except CompanionError as error:
        if error.code != ErrorCode.PORT_TAKEN or port == 0:
            raise
    # Another program has the port by now. What was downloaded does not depend on it.
    return build_demo_store(root, size=size, rate=rate)


@contextlib.contextmanager
def _open_shops(root: Path, state: State) -> Iterator[Shops]:
    """The shops at the ports they had, where those are free: otherwise new e-mails hold the new links."""
    from companion.demo.shops.edd import EddShop
    from companion.demo.shops.mails import write_mails
    from companion.demo.shops.woocommerce import WooCommerceShop

    expires = state.begun_at.date() + dt.timedelta(days=13)
    try:
        with contextlib.ExitStack() as opened:
            woo = _at(state.woocommerce_port, lambda port: WooCommerceShop(port=port))
            opened.callback(woo.close)
            edd = _at(state.edd_port, lambda port: EddShop(root / "shops", expires=expires, port=port))
            opened.callback(edd.close)
            mails = write_mails(root / "mails", woo_link=woo.link, edd_link=edd.link, begun_at=state.begun_at)
            closing = opened.pop_all()
    except OSError as error:
        raise _unusable(root, error) from None
    with closing:
        yield Shops(woo, edd, mails)


def _at(port: int, start: Callable[[int], _Shop]) -> _Shop:
    if port:
        with contextlib.suppress(OSError):
            return start(port)
    return start(0)


def _unusable(root: Path, error: OSError) -> CompanionError:
    return failure(
        ErrorCode.FOLDER_NOT_WRITABLE,
        message=f"The demo keeps everything in {root}, but nothing can be saved there ({error.strerror}).",
    )
