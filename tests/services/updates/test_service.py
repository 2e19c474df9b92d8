"""Updates of a program in version folders, from a web server to the version that runs."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.platform import Platform
from companion.domain.updates.decisions import Wanted
from companion.domain.updates.release import InstallKind
from companion.services.app.cancellation import Cancellation
from companion.services.updates.source import (
    TrustedSource,
    built_in_source,
    installation_of,
    read_source,
)
from tests.conftest import SYSTEM
from tests.kits.updates import NOW, Made, Site, base, packed, present_version, served

__all__ = ["base", "served"]
pytestmark = pytest.mark.skipif(SYSTEM == "windows", reason="there the installer does this")


def test_a_new_version_is_found_fetched_and_put_into_place(served: Site, base: Path) -> None:
    made = Made(base, served.source())
    updates = made.updates
    outcome = updates.look_in_background(Cancellation())
    assert outcome.wanted is Wanted.FETCH
    assert outcome.found is not None
    assert outcome.fetched is not None
    assert present_version(base) == "0.1.0", "nothing is put into place without consent"
    assert updates.install(outcome.found, outcome.fetched)
    assert (present_version(base), made.libraries_put_back) == ("0.2.0", 0)
    assert not outcome.fetched.exists(), "what was downloaded is not kept"


def test_what_was_looked_for_is_remembered(served: Site, base: Path) -> None:
    made = Made(base, served.source())
    made.updates.look(Cancellation())
    known = Made(base, served.source()).updates.remembered()
    assert known.looked_at == NOW
    assert known.found is not None
    assert known.found.release.version == "0.2.0"
    following = made.updates.next_look()
    assert following is not None
    assert following >= NOW + dt.timedelta(days=1)


def test_a_failure_is_remembered_and_tried_again_sooner(served: Site, base: Path) -> None:
    made = Made(base, served.source())
    served.close()
    with pytest.raises(CompanionError):
        made.updates.look(Cancellation())
    following = made.updates.next_look()
    assert following is not None
    assert NOW + dt.timedelta(hours=4) <= following <= NOW + dt.timedelta(hours=10)


def test_switched_off_it_never_looks_by_itself(served: Site, base: Path) -> None:
    updates = Made(base, served.source()).updates
    updates.switch(False)
    assert updates.next_look() is None
    assert not Made(base, served.source()).updates.remembered().enabled
    assert updates.look(Cancellation()) is not None, "asked by the person it does"
    updates.switch(True)
    assert updates.next_look() is not None


@pytest.mark.parametrize("kind", list(InstallKind))
def test_without_a_source_it_says_so_and_what_to_do(base: Path, kind: InstallKind) -> None:
    updates = Made(base, None, kind).updates
    assert updates.next_look() is None
    with pytest.raises(CompanionError) as caught:
        updates.look(Cancellation())
    assert caught.value.code is ErrorCode.NO_UPDATE_SOURCE
    assert caught.value.message == "This build has no update source."
    assert len(caught.value.hint) > 20


@pytest.mark.parametrize("kind", [InstallKind.SOURCE, InstallKind.PACKAGE, InstallKind.OTHER])
def test_where_it_cannot_replace_itself_it_only_tells(served: Site, base: Path, kind: InstallKind) -> None:
    updates = Made(base, served.source(), kind).updates
    outcome = updates.look_in_background(Cancellation())
    assert (outcome.wanted, outcome.fetched) == (Wanted.TELL, None)
    assert outcome.found is not None
    with pytest.raises(CompanionError) as caught:
        updates.fetch(outcome.found, Cancellation(), lambda _: None)
    assert caught.value.code is ErrorCode.UPDATE_NOT_POSSIBLE


def test_a_version_that_does_not_work_is_told_once_and_not_tried_again(served: Site, base: Path) -> None:
    served.offer("0.3.0", packed(base.parent / "0.3.0.tar.xz", "0.3.0", works=False))
    made = Made(base, served.source())
    updates = made.updates
    outcome = updates.look_in_background(Cancellation())
    assert outcome.found is not None
    assert outcome.fetched is not None
    with pytest.raises(CompanionError) as caught:
        updates.install(outcome.found, outcome.fetched)
    assert caught.value.code is ErrorCode.UPDATE_FAILED
    assert (present_version(base), made.libraries_put_back) == ("0.1.0", 1)
    after = Made(base, served.source()).updates
    assert after.failure_to_tell() == "0.3.0"
    assert after.failure_to_tell() is None
    assert after.look_in_background(Cancellation()).wanted is Wanted.NOTHING
    served.offer("0.3.1", packed(base.parent / "0.3.1.tar.xz", "0.3.1"))
    assert after.look_in_background(Cancellation()).wanted is Wanted.FETCH


def test_what_was_changed_after_the_download_is_not_installed(served: Site, base: Path) -> None:
    updates = Made(base, served.source()).updates
    outcome = updates.look_in_background(Cancellation())
    assert outcome.found is not None
    assert outcome.fetched is not None
    packed(outcome.fetched, "0.2.0")
    outcome.fetched.write_bytes(outcome.fetched.read_bytes() + b"more")
    with pytest.raises(CompanionError) as caught:
        updates.install(outcome.found, outcome.fetched)
    assert caught.value.code is ErrorCode.CORRUPT
    assert present_version(base) == "0.1.0"


@pytest.mark.parametrize("kind", [InstallKind.SETUP, InstallKind.FOLDER])
def test_a_file_that_is_gone_is_said_to_be(served: Site, base: Path, kind: InstallKind) -> None:
    updates = Made(base, served.source(), kind).updates
    outcome = updates.look_in_background(Cancellation())
    assert outcome.found is not None
    assert outcome.fetched is not None
    outcome.fetched.unlink()
    with pytest.raises(CompanionError, match="is not where it was downloaded to") as caught:
        updates.install(outcome.found, outcome.fetched)
    assert caught.value.code is ErrorCode.UPDATE_FAILED
    assert present_version(base) == "0.1.0"


def test_a_changed_installer_is_not_started(served: Site, base: Path) -> None:
    updates = Made(base, served.source(), InstallKind.SETUP).updates
    outcome = updates.look_in_background(Cancellation())
    assert outcome.found is not None
    assert outcome.fetched is not None
    outcome.fetched.write_bytes(b"#!/bin/sh\n")
    with pytest.raises(CompanionError) as caught:
        updates.install_from_window(outcome.found, outcome.fetched)
    assert caught.value.code is ErrorCode.CORRUPT


def test_an_older_version_is_not_fetched(served: Site, base: Path) -> None:
    served.offer("0.0.9", packed(base.parent / "0.0.9.tar.xz", "0.0.9"))
    updates = Made(base, served.source()).updates
    outcome = updates.look_in_background(Cancellation())
    assert outcome.wanted is Wanted.NOTHING
    assert outcome.found is not None
    with pytest.raises(CompanionError):
        updates.fetch(outcome.found, Cancellation(), lambda _: None)


def test_what_was_put_off_is_not_fetched_again(served: Site, base: Path) -> None:
    updates = Made(base, served.source()).updates
    updates.put_off("0.2.0")
    assert updates.look_in_background(Cancellation()).wanted is Wanted.NOTHING


def test_from_the_window_a_program_of_its_own_updates(served: Site, base: Path) -> None:
    made = Made(base, served.source())
    outcome = made.updates.look_in_background(Cancellation())
    assert outcome.found is not None
    assert outcome.fetched is not None
    made.updates.install_from_window(outcome.found, outcome.fetched)
    assert (made.launched, present_version(base)) == (1, "0.1.0")


def test_a_memory_that_cannot_be_read_or_written_is_none(base: Path) -> None:
    made = Made(base, None)
    folder = base.parent / "state/update"
    folder.mkdir(parents=True)
    for content in (b"", b"[]", b'{"share": 7}', b"\xff"):
        (folder / "memory.json").write_bytes(content)
        assert made.updates.remembered().enabled
    (folder / "memory.json").unlink()
    (folder / "memory.json").mkdir()
    assert not made.updates.switch(False).enabled


def test_this_source_tree_has_no_update_source() -> None:
    assert built_in_source() is None


@pytest.mark.parametrize("address", ["http://updates.example/", "ftp://updates.example/", "", "https://a:b@c.example/"])
def test_a_source_with_an_unsafe_address_is_none(tmp_path: Path, address: str) -> None:
    (tmp_path / "source.json").write_text(f'{{"address": "{address}"}}')
    (tmp_path / "root.json").write_text("{}")
    assert read_source(tmp_path) is None


def test_a_source_is_an_address_and_a_root(tmp_path: Path) -> None:
    (tmp_path / "source.json").write_text('{"address": "https://updates.example/companion"}')
    assert read_source(tmp_path) is None
    (tmp_path / "root.json").write_bytes(b"root")
    assert read_source(tmp_path) == TrustedSource("https://updates.example/companion/", b"root")


def test_where_a_program_lies_tells_how_it_was_installed(tmp_path: Path) -> None:
    module = tmp_path / "companion/services/updates/source.py"

    def kind(program: Path, *, frozen: bool = True, platform: Platform = Platform.LINUX) -> InstallKind:
        return installation_of(program, module, frozen=frozen, platform=platform).kind

    assert kind(tmp_path / "python", frozen=False) is InstallKind.PACKAGE
    (tmp_path / "dev.py").touch()
    assert kind(tmp_path / "python", frozen=False) is InstallKind.SOURCE
    folder = tmp_path / "base/versions/0.1.0"
    folder.mkdir(parents=True)
    assert kind(folder / "companion") is InstallKind.OTHER
    (tmp_path / "base/current").symlink_to("versions/0.1.0")
    assert kind(folder / "companion") is InstallKind.FOLDER
    assert kind(tmp_path / "base/current/companion") is InstallKind.FOLDER
    windows = tmp_path / "Programs/Companion"
    (windows / "current").mkdir(parents=True)
    assert kind(windows / "current/companion.exe", platform=Platform.WINDOWS) is InstallKind.OTHER
    (windows / "uninstall.exe").touch()
    assert kind(windows / "current/companion.exe", platform=Platform.WINDOWS) is InstallKind.SETUP
