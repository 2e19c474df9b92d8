"""``companion identify``."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from companion.cli.commands.pc.identify import IdentifyResult
from companion.domain.installation.files.formats.regions import UnreadableError
from companion.domain.installation.files.identity import Technology
from companion.domain.installation.files.verification import VerifiedBy
from companion.services.installation.installer_files import FileRegions, read_file
from tests.kits.cli import FAMILY, Cli
from tests.kits.windows_files import program, version

HARBOUR = program(resources={16: {1: version({"ProductName": "Harbour Suite", "ProductVersion": "4.2.1"})}})


@pytest.fixture
def setup(tmp_path: Path) -> Path:
    path = tmp_path / "setup.exe"
    path.write_bytes(HARBOUR)
    return path


def test_an_installer_is_told_without_any_store(bare: Cli, setup: Path) -> None:
    ran = bare("identify", setup, "--json")
    assert ran.code == 0
    found = ran.shown(IdentifyResult)
    assert (found.technology, found.product_name, found.version) == (Technology.PE, "Harbour Suite", "4.2.1")
    assert (found.fits, found.purchase) == (os.name == "nt", None)
    assert "It installs Harbour Suite 4.2.1." in bare("identify", setup).out
    assert not bare.home.exists(), "looking leaves nothing behind"


def test_a_digest_that_was_given_is_compared(bare: Cli, setup: Path) -> None:
    digest = hashlib.sha256(HARBOUR).hexdigest()
    found = bare("identify", setup, "--sha256", digest, "--json").shown(IdentifyResult)
    assert found.verification.how is VerifiedBy.MANIFEST
    assert bare("identify", setup, "--json").shown(IdentifyResult).verification.how is VerifiedBy.COMPLETE
    assert "It is exactly what the digest that you gave names." in bare("identify", setup, "--sha256", digest).out
    bare("identify", setup, "--sha256", "0" * 64, "--json").error(1, "file-damaged")


def test_what_is_no_installer_is_answered_with_no(bare: Cli, tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear reader")
    ran = bare("identify", path, "--json")
    assert ran.code == 1
    assert ran.shown(IdentifyResult) == IdentifyResult(fits=None)


def test_the_purchase_is_found_by_the_product_or_by_the_download(bare: Cli, setup: Path, shop: Cli) -> None:
    assert bare("purchases", "new", "--product", "Harbour Suite", "--order", "18").code == 0
    listed = bare("purchases", "list", "--json").json["purchases"]
    mine = {each["orderNumber"]: each["id"] for each in listed}
    assert bare("identify", setup, "--json").json["purchase"] == mine["18"]
    downloaded = next((shop.home / "downloads").rglob("*.run"), None) or next(
        path for path in (shop.home / "downloads").rglob("*") if path.is_file()
    )
    assert bare("identify", downloaded, "--json").json["purchase"] == mine[FAMILY]


def test_a_real_installer_of_nsis(bare: Cli, tmp_path: Path) -> None:
    makensis = shutil.which("makensis")
    if makensis is None:
        pytest.skip("needs makensis")
    script = tmp_path / "harbour.nsi"
    script.write_text(
        'Unicode true\nName "Harbour Suite"\nOutFile "harbour.exe"\nRequestExecutionLevel admin\n'
        'VIProductVersion 4.2.1.0\nVIAddVersionKey ProductName "Harbour Suite"\nVIAddVersionKey FileVersion 4.2.1\n'
        'VIAddVersionKey FileDescription "Harbour"\nVIAddVersionKey LegalCopyright ""\nSection\n'
        'File "big"\nSectionEnd\n'
    )
    (tmp_path / "big").write_bytes(b"\0" * 3_000_000)
    subprocess.run([makensis, "-V2", str(script)], check=True, cwd=tmp_path, capture_output=True)
    found = bare("identify", tmp_path / "harbour.exe", "--json").shown(IdentifyResult)
    assert (found.technology, found.product_name, found.version) == (Technology.NSIS, "Harbour Suite", "4.2.1")
    assert (found.architecture, found.needs_administrator, found.complete) == ("x86", True, True)
    assert found.space_needed == 2930 << 10
    (tmp_path / "short.exe").write_bytes((tmp_path / "harbour.exe").read_bytes()[:-500])
    assert bare("identify", tmp_path / "short.exe", "--json").json["complete"] is False


def test_what_is_no_file_is_refused(bare: Cli, tmp_path: Path) -> None:
    bare("identify", tmp_path, "--json").error(2, "bad-file")
    bare("identify", tmp_path / "nothing.exe", "--json").error(2, "file-missing")
    bare("identify", tmp_path / ("a" * 300 + ".exe"), "--json").error(2, "file-not-readable")
    bare("identify", "nul\0byte", "--json").error(2, "file-not-readable")


@pytest.mark.skipif(os.name == "nt", reason="needs the special files of POSIX")
def test_pipes_devices_and_loops_are_refused_without_waiting(bare: Cli, tmp_path: Path, setup: Path) -> None:
    os.mkfifo(tmp_path / "pipe.exe")
    bare("identify", tmp_path / "pipe.exe", "--json").error(2, "bad-file")
    (tmp_path / "to-pipe.exe").symlink_to(tmp_path / "pipe.exe")
    bare("identify", tmp_path / "to-pipe.exe", "--json").error(2, "bad-file")
    bare("identify", "/dev/zero", "--json").error(2, "bad-file")
    (tmp_path / "loop.exe").symlink_to(tmp_path / "loop.exe")
    bare("identify", tmp_path / "loop.exe", "--json").error(2, "file-not-readable")
    (tmp_path / "link.exe").symlink_to(setup)
    assert bare("identify", tmp_path / "link.exe").code == 0


def test_long_paths_and_deceiving_names(bare: Cli, tmp_path: Path) -> None:
    folder = tmp_path.joinpath(*(["folder-" + "x" * 40] * 7))
    folder.mkdir(parents=True)
    path = folder / "invoice\u202efdp.exe"
    path.write_bytes(HARBOUR)
    assert len(str(path)) > 300
    ran = bare("identify", path)
    assert ran.code == 0
    assert "\u202e" not in ran.out
    assert "it really ends in “.exe”" in ran.out


def test_huge_files_cost_no_more_than_small_ones(tmp_path: Path) -> None:
    path = tmp_path / "zeros.exe"
    with path.open("wb") as file:
        file.truncate(4 << 30)
    assert read_file(path).technology is Technology.UNKNOWN
    with path.open("r+b") as file:
        file.write(HARBOUR)
    assert read_file(path).product_name == "Harbour Suite"


def test_a_drive_that_goes_away_is_no_damage_of_the_file(setup: Path) -> None:
    with setup.open("rb") as file:
        regions = FileRegions(file.fileno())
    with pytest.raises(UnreadableError):
        regions.read(0, 4)


def test_an_archive_with_the_installer_in_it_is_not_refused_without_a_word(bare: Cli, tmp_path: Path) -> None:
    path = tmp_path / "harbour.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Harbour/setup.exe", HARBOUR)
    shown = bare("identify", path, "--json")
    assert shown.code == 1
    assert shown.json["advice"] == "Unpack it first (right click, “Extract”), then drop setup.exe on Companion."
    failure = bare("install", path, "--json").error(1, "bad-file")
    assert "the installer is in it: setup.exe." in failure["message"]
    assert failure["hint"] == shown.json["advice"]


def test_a_file_that_shrinks_meanwhile_is_read_as_far_as_it_goes(setup: Path) -> None:
    with setup.open("r+b") as file:
        regions = FileRegions(file.fileno())
        size = regions.size
        os.truncate(file.fileno(), 100)
        assert len(regions.read(0, size)) == 100
        assert regions.read(200, 100) == b""
