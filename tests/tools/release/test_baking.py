"""A build gets its update source from the environment, or has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from companion.services.updates.source import TrustedSource, read_source
from tests.kits.updates import fresh_keys, now
from tools.release.baking import ADDRESS, ROOT_FILE, bake
from tools.release.repository import Repository
from tools.system_packages import Missing


@pytest.fixture
def root(tmp_path: Path) -> Path:
    file = tmp_path / "root.json"
    file.write_bytes(Repository(tmp_path / "repository", fresh_keys(), now()).first_root)
    return file


def test_the_program_reads_what_was_put_into_it(tmp_path: Path, root: Path) -> None:
    place = tmp_path / "place"
    assert bake({ADDRESS: "https://updates.example/companion", ROOT_FILE: str(root)}, place)
    assert read_source(place) == TrustedSource("https://updates.example/companion/", root.read_bytes())


def test_a_build_without_a_source_has_none_of_an_earlier_one(tmp_path: Path, root: Path) -> None:
    place = tmp_path / "place"
    bake({ADDRESS: "https://updates.example/", ROOT_FILE: str(root)}, place)
    assert not bake({}, place)
    assert read_source(place) is None


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ({ADDRESS: "https://updates.example/"}, "belong together"),
        ({ROOT_FILE: "root.json"}, "belong together"),
        ({ADDRESS: "http://updates.example/", ROOT_FILE: "root.json"}, "https://"),
        ({ADDRESS: "https://updates.example/", ROOT_FILE: "/nowhere"}, "cannot be read"),
        ({ADDRESS: "https://updates.example/", ROOT_FILE: __file__}, "no root metadata"),
    ],
)
def test_a_source_that_is_not_whole_is_refused(tmp_path: Path, names: dict[str, str], told: str) -> None:
    with pytest.raises(Missing, match=told):
        bake(names, tmp_path / "place")


def test_a_root_without_enough_signatures_is_refused(tmp_path: Path, root: Path) -> None:
    from tuf.api.metadata import Metadata

    lacking = Metadata.from_bytes(root.read_bytes())
    lacking.signatures.popitem()
    lacking.to_file(str(root))
    with pytest.raises(Missing, match="its own keys have signed"):
        bake({ADDRESS: "https://updates.example/", ROOT_FILE: str(root)}, tmp_path / "place")
