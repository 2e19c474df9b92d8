"""``companion store``: the embedded store alone."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from companion.cli.context import CommandContext
from companion.cli.demo.store import store_options
from companion.cli.demo.workspace import default_folder
from companion.cli.options import path_named, whole
from companion.cli.output import EXIT_DONE
from companion.cli.usage import Parser
from companion.domain.core.model import Model

if TYPE_CHECKING:
    from companion.demo.server import DemoStore


class StoreLogIn(Model, frozen=True):
    """How one invented customer opens an order of the embedded store; not secret."""

    order_number: str
    order_password: str
    email: str
    card_last_digits: str
    about: str


class StoreReady(Model, frozen=True):
    """``store``: printed once, when the store answers."""

    url: str
    orders: tuple[StoreLogIn, ...]


def add_arguments(parser: Parser) -> None:
    """Describe ``companion store``."""
    parser.add_argument(
        "--host", metavar="ADDRESS", default="127.0.0.1", help="the loopback address; 127.0.0.1 by default"
    )
    parser.add_argument("--port", metavar="N", type=whole(0, 65535), default=0, help="the port; a free one by default")
    parser.add_argument("--root", metavar="DIR", type=path_named, help="the folder in which the store keeps everything")
    store_options(parser)
    parser.describe(
        json="{url, orders: [{orderNumber, orderPassword, email, cardLastDigits, about}]}, one line",
        examples=("store", "store --port 8080"),
        notes="Prints its result when it is ready, then runs until Ctrl-C (exit 130) or SIGTERM (exit 0).",
    )


def run(context: CommandContext) -> int:
    """Run the embedded store until told to stop."""
    from companion.cli.demo.store import build_demo_store

    asked = context.arguments
    context.start_log()
    root = asked.root.absolute() if asked.root else default_folder(asked.home, "embedded-store")
    store = build_demo_store(root, size=asked.size, host=asked.host, port=asked.port, rate=asked.rate)
    with contextlib.closing(store), _terminable() as told_to_end:
        shown = StoreReady(url=store.url, orders=log_ins(store))
        context.output.result(shown, *_ready_lines(shown, root))
        while not told_to_end.wait(0.5):
            pass
    return EXIT_DONE


@contextlib.contextmanager
def _terminable() -> Iterator[threading.Event]:
    told = threading.Event()
    before = signal.signal(signal.SIGTERM, lambda *_: told.set())
    try:
        yield told
    finally:
        signal.signal(signal.SIGTERM, before)


def log_ins(store: DemoStore) -> tuple[StoreLogIn, ...]:
    """The log-ins of every order of the store."""
    return tuple(
        StoreLogIn(
            order_number=account.order_number,
            order_password=account.order_password,
            email=account.email,
            card_last_digits=account.card_last_digits,
            about=account.about,
        )
        for account in store.accounts
    )


def _ready_lines(shown: StoreReady, root: Path) -> list[str]:
    lines = [f"The embedded store answers at {shown.url} and keeps everything in {root}.", ""]
    for order in shown.orders:
        lines.append(
            f"{order.order_number}  password {order.order_password}  ({order.email}, card {order.card_last_digits})"
        )
        lines.append(f"    {order.about}")
    return [
        *lines,
        "",
        f"Try: companion --store {shown.url} orders add {shown.orders[0].order_number}",
        "Ctrl-C ends it.",
    ]
