"""``companion fetch`` and ``companion purchases download`` with the links of shops."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kits.cli import Cli
from tests.stores.edd_peer import EddPeer
from tests.stores.woocommerce_peer import WooPeer


@pytest.fixture
def woo() -> Iterator[WooPeer]:
    made = WooPeer()
    yield made
    made.close()


@pytest.fixture
def edd() -> Iterator[EddPeer]:
    made = EddPeer()
    yield made
    made.close()


def test_a_link_of_woocommerce_is_fetched_under_the_shops_name(bare: Cli, woo: WooPeer, tmp_path: Path) -> None:
    ran = bare("fetch", woo.link(), "--to", tmp_path / "to", "--connections", 8, "--json")
    assert ran.code == 0, ran.out
    assert Path(ran.json["path"]).name == "harbour-suite-3.1.zip"
    assert (ran.json["verified"], ran.json["connections"]) == (False, 1)
    assert len(woo.calls) == 1


def test_a_link_of_edd_is_not_called_index_php(bare: Cli, edd: EddPeer, tmp_path: Path) -> None:
    ran = bare("fetch", edd.link(), "--to", tmp_path / "to")
    assert ran.code == 0, ran.err
    assert "quill-4.2.zip" in ran.out
    assert "It is complete, but not checked" in ran.out
    assert len(edd.calls) == 1


def test_a_given_name_counts_and_two_links_do_not_mix(bare: Cli, woo: WooPeer, tmp_path: Path) -> None:
    ran = bare("fetch", woo.link(), "--to", tmp_path / "to", "--name", "mine.zip", "--json")
    assert Path(ran.json["path"]).name == "mine.zip"


def test_a_used_up_link_is_told_as_that(bare: Cli, woo: WooPeer, tmp_path: Path) -> None:
    woo.downloads["f6a1"].left = 0
    failure = bare("fetch", woo.link(), "--to", tmp_path / "to", "--json").error(3, "not-allowed")
    assert failure["title"] == "The shop refuses this download"
    assert "Ask the shop" in failure["hint"]


def test_a_purchase_without_downloads_has_nothing_to_download(bare: Cli, tmp_path: Path) -> None:
    bought = bare("purchases", "new", "--product", "Harbour Suite", "--json").json["id"]
    bare("purchases", "download", bought, "--to", tmp_path, "--json").error(1, "nothing-to-download")
