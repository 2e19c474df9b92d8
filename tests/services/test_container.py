"""Tests of building the services: what is built once, and what is not built before it is needed."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from companion.services.container.owned import Owned, build_owned
from companion.services.container.store import open_store
from companion.services.purchases import mirror


@pytest.mark.parametrize("part", ["purchases", "mirror", "asking"])
def test_threads_that_need_a_part_at_once_get_the_same(tmp_path: Path, part: str) -> None:
    threads = 8
    together = threading.Barrier(threads)
    owned = build_owned(tmp_path, keychain=None)

    def need() -> object:
        together.wait(timeout=60)
        return getattr(owned, part)

    with ThreadPoolExecutor(threads) as pool:
        built = [each.result() for each in [pool.submit(need) for _ in range(threads)]]
    owned.close()
    assert all(each is built[0] for each in built)


def test_a_part_is_built_while_the_others_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, built = threading.Event(), []

    class Slow(mirror.OrderMirror):
        def __init__(self, *words: object) -> None:
            built.append(self)
            begun.set()
            assert second_waits.wait(timeout=60)

    second_waits = threading.Event()
    monkeypatch.setattr(mirror, "OrderMirror", Slow)
    owned = build_owned(tmp_path)
    _ = owned.purchases
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(lambda: owned.mirror)
        assert begun.wait(timeout=60)
        assert not owned.building.acquire(blocking=False)
        second = pool.submit(lambda: owned.mirror)
        second_waits.set()
        assert first.result() is second.result()
    owned.close()
    assert len(built) == 1


def test_opening_a_store_does_not_build_the_purchases(tmp_path: Path) -> None:
    owned: Owned = build_owned(tmp_path)
    services = open_store(owned, "http://127.0.0.1:9")
    assert "purchases" not in vars(owned)
    assert services.owned.all_purchases() == ()
    assert "purchases" in vars(owned)
    services.close()
