"""Commands that add an order or switch auto-renewal, ended at any instant: nothing is lost, and no state is untrue."""

from __future__ import annotations

import contextlib
import json
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from companion.demo.server import DemoStore
from companion.services.app.resources import resource
from tests.kits.cli import ANNUAL, FAMILY

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="a program ends there without a signal"),
]
KILLS = 12
"""In each test; what is written by these commands is killed hundreds of times in `tests/services/storage`."""


class Shop:
    """A store, and the commands of a person who knows its passwords."""

    def __init__(self, store: DemoStore, home: Path, environment: dict[str, str]) -> None:
        self._passwords = {each.order_number: each.order_password for each in store.accounts}
        self._begin = [sys.executable, "-m", "companion", "--home", str(home), "--store", store.url]
        self._environment = environment
        self.home = home

    def start(self, number: str | None, *words: str) -> subprocess.Popen[str]:
        """Start a command, with the password of an order on its standard input unless there is no number."""
        asked = ["--password-stdin"] if number is not None else []
        child = subprocess.Popen(
            [*self._begin, *words, "--json", *asked],
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert child.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            child.stdin.write(f"{self._passwords[number]}\n" if number is not None else "")
            child.stdin.flush()
        return child

    def run(self, number: str | None, *words: str) -> Any:
        """What a command that is let to its end prints."""
        said, errors = self.start(number, *words).communicate(timeout=120)
        assert "Traceback" not in errors
        return json.loads(said)

    def killed(self, delay: float | None, number: str, *words: str) -> None:
        """Run a command for so many seconds, or to its end."""
        child = self.start(number, *words)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(delay)
        child.kill()
        child.communicate()

    def is_sound(self) -> bool:
        with contextlib.closing(sqlite3.connect(self.home / "library.db")) as db:
            return bool(db.execute("PRAGMA integrity_check").fetchone()[0] == "ok")


@pytest.fixture
def shop(tmp_path: Path, clean_environment: dict[str, str]) -> Iterator[Shop]:
    profile = resource("profiles/larkfield.json").read_bytes()
    with DemoStore(tmp_path / "store", profile=profile, system="linux", size=40_000, password_cost=2) as store:
        yield Shop(store, tmp_path / "home", clean_environment)


def moments(chance: random.Random, shop: Shop, number: str, *words: str) -> list[float | None]:
    """When commands like this one are killed: spread over the seconds that it takes here and now.

    The first one has not begun by then and the last one ends by itself, however busy the machine becomes meanwhile.
    """
    began = time.monotonic()
    shop.run(number, *words)
    longest = (time.monotonic() - began) * 1.1
    return [0.0, *(chance.random() * longest for _ in range(KILLS - 2)), None]


def test_an_order_is_added_whole_or_not_at_all(shop: Shop) -> None:
    for delay in moments(random.Random(1), shop, ANNUAL, "orders", "add", ANNUAL):
        shop.killed(delay, FAMILY, "orders", "add", FAMILY)
        listed = {each["orderNumber"]: each for each in shop.run(None, "orders", "list")["orders"]}
        assert ANNUAL in listed
        assert listed.get(FAMILY, {"readAt": "whole"})["readAt"] is not None
        if FAMILY in listed:
            shop.run(None, "orders", "remove", FAMILY, "--yes")
        assert shop.is_sound()
    assert shop.run(FAMILY, "orders", "add", FAMILY)["orderNumbers"] == [FAMILY]
    assert shop.run(FAMILY, "orders", "show", FAMILY)["order"]["number"] == FAMILY


def test_what_was_switched_is_known_and_has_its_receipt(shop: Shop) -> None:
    shop.run(FAMILY, "orders", "add", FAMILY)
    switched, delays = 0, moments(random.Random(2), shop, FAMILY, "auto-renew", FAMILY, "off", "--yes")
    before = shop.run(FAMILY, "orders", "show", FAMILY)
    for delay in delays:
        on = before["order"]["subscriptions"][0]["autoRenew"]
        shop.killed(delay, FAMILY, "auto-renew", FAMILY, "off" if on else "on", "--yes")
        # What is shown comes from the store, and brings the receipt of what it has done meanwhile.
        after = shop.run(FAMILY, "orders", "show", FAMILY)
        changed = after["order"]["subscriptions"][0]["autoRenew"] is not on
        known = {each["id"]: each for each in after["receipts"]}
        assert known.keys() >= {each["id"] for each in before["receipts"]}
        assert len(known) == len(before["receipts"]) + changed
        assert shop.is_sound()
        switched += changed
        before = after
    assert 0 < switched < KILLS
