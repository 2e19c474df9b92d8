"""Starts the embedded store of the demo."""

from __future__ import annotations

import argparse
import os
import socket
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from companion.cli.options import whole
from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.entitlements.order_lookup import is_loopback
from companion.services.app.atomic_file import make_folder
from companion.services.app.resources import resource
from companion.services.platforms import current

if TYPE_CHECKING:
    from companion.demo.server import DemoStore


MEBIBYTE = 1024 * 1024


def store_options(parser: argparse.ArgumentParser) -> None:
    """How large the embedded store's installer is, in bytes, and how fast it is sent."""
    parser.add_argument(
        "--size",
        metavar="MIB",
        type=_mebibytes,
        default=64 * MEBIBYTE,
        help="the size of the installer in MiB; 64 by default",
    )
    parser.add_argument("--rate", metavar="BYTES", type=whole(1), help="limit downloads to this many bytes per second")


def _mebibytes(text: str) -> int:
    mebibytes: int = whole(1, 65536)(text)
    return mebibytes * MEBIBYTE


def build_demo_store(
    root: Path, *, size: int, host: str = "127.0.0.1", port: int = 0, rate: int | None = None
) -> DemoStore:
    """The embedded store with everything it keeps below `root`; its artifacts are `size` bytes long.

    `rate` slows downloads to that many bytes per second. Raises `CompanionError`: ``port-taken``, ``bad-host``,
    ``bad-size``, ``folder-not-writable`` or ``demo-not-installed``.
    """
    server = _import_demo_store()
    _require_room(size)
    _require_free(host, port)
    try:
        make_folder(root)
        return server(
            root,
            system=current().name.value,
            size=size,
            host=host,
            port=port,
            rate=rate,
            profile=resource("profiles/larkfield.json").read_bytes(),
        )
    except (OSError, sqlite3.OperationalError) as error:
        raise CompanionError(
            ErrorCode.FOLDER_NOT_WRITABLE,
            "The store cannot keep its files",
            f"The embedded store keeps its files in {root}, but that does not work ({error}).",
            "Check that the disk is not full and the folder is yours, or choose another folder.",
        ) from None


def _import_demo_store() -> type[DemoStore]:
    """The embedded store, whose web server is an extra of the package."""
    try:
        from companion.demo.server import DemoStore
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "werkzeug":
            raise
        raise CompanionError(
            ErrorCode.DEMO_NOT_INSTALLED,
            "The embedded store is not installed",
            "The demo needs Werkzeug, which is not installed with Companion unless it is asked for.",
            'Install it with: pip install "companion[demo]"',
            kind=ErrorKind.USAGE,
        ) from None
    return DemoStore


def _require_room(size: int) -> None:
    from companion.demo.downloads.artifact import LEAST_SIZE

    if size < LEAST_SIZE:
        raise CompanionError(
            ErrorCode.BAD_SIZE,
            "The installer would be too small",
            f"The demo's installer needs at least {LEAST_SIZE} bytes.",
            "Choose a larger --size.",
            kind=ErrorKind.USAGE,
        )


def _require_free(host: str, port: int) -> None:
    """Say in plain words why the store could not listen there; the web server itself would end the program."""
    if not is_loopback(host):
        raise CompanionError(
            ErrorCode.BAD_HOST,
            "The embedded store stays on this PC",
            f"{host} is not an address of this PC alone, and the store speaks unprotected http.",
            "Leave --host away, or use 127.0.0.1 or ::1.",
            kind=ErrorKind.USAGE,
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as trial:
            if os.name == "posix":
                # On Windows this option would let two programs share one port; elsewhere it only skips a wait.
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((host, port))
    except (OSError, OverflowError):
        raise CompanionError(
            ErrorCode.PORT_TAKEN,
            "The store cannot listen there",
            f"Port {port} on {host} cannot be used; most likely another program has it.",
            "Leave --port away: a free one is then found.",
            kind=ErrorKind.USAGE,
        ) from None
