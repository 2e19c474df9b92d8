"""The installer: for one user, over a running program, with nothing half-way, and back to nothing."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.kits.updates import release, site
from tests.kits.waiting import until
from tests.windows.test_built import BUILT
from tests.windows.windows_kit import ROOT, Windows, windows_path
from tools.release.comparing import differences
from tools.windows.build import make_installer

pytestmark = pytest.mark.skipif(
    not (BUILT / "companion.exe").exists(), reason="the program is not built: python3 dev.py build-windows"
)
APP = r"Software\Microsoft\Windows\CurrentVersion\Uninstall\Companion"
RUN = r"Software\Microsoft\Windows\CurrentVersion\Run"
LINKS = r"Software\Classes\companion"
ONCE = r"Software\Microsoft\Windows\CurrentVersion\RunOnce"
STATE = "AppData/Local/Companion"


@pytest.fixture(scope="module")
def setups(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Installers of two versions, which differ in nothing else; they are not compressed, which takes a minute."""
    folder = tmp_path_factory.mktemp("setups")
    return (_setup(folder, "0.1.0"), _setup(folder, "0.2.0"))


def _setup(folder: Path, version: str, program: Path = BUILT) -> str:
    made = folder / f"setup-{version}.exe"
    assert make_installer(made, version=version, quick=True, program=program) == 0
    return windows_path(made)


def _copy(folder: Path) -> Path:
    """A copy of the built program that costs little, whose files can be added to and removed."""
    shutil.copytree(BUILT, folder, copy_function=os.link)
    return folder


def run(windows: Windows, *words: str) -> int:
    return int(windows.run("run_to_its_end", *words, timeout=300))


def user(windows: Windows) -> Path:
    """The folder of the user of this Windows."""
    (found,) = [path for path in (windows.prefix / "drive_c/users").iterdir() if path.name != "Public"]
    return found


def entry(windows: Windows, name: str) -> object:
    found = windows.run("value_of", "HKCU", APP, name)
    return None if found is None else found[0]


def test_from_nothing_over_a_running_program_and_back_to_nothing(windows: Windows, setups: tuple[str, str]) -> None:
    first, second = setups
    home = user(windows)
    before = {path for path in home.rglob("*") if "Temp" not in path.parts}
    assert run(windows, first, "/S") == 0
    folder = home / "AppData/Local/Programs/Companion"
    current = folder / "current"
    inside = windows_path_in(windows, current)
    assert sorted(path.name for path in folder.iterdir()) == ["current", "uninstall.exe"]
    assert same_files(current, BUILT)
    shortcut = home / "AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Companion.lnk"
    # Its identity on the taskbar is not looked at: Wine's shortcuts keep no such property.
    assert "companionw.exe".encode("utf-16-le") in shortcut.read_bytes()
    assert (entry(windows, "DisplayName"), entry(windows, "DisplayVersion")) == ("Companion", "0.1.0")
    link = windows.run("value_of", "HKCU", rf"{LINKS}\shell\open\command", "")[0]
    assert link.casefold() == rf'"{inside}\companionw.exe" "%1"'.casefold()
    size = sum(path.stat().st_size for path in current.rglob("*")) // 1024
    assert abs(int(str(entry(windows, "EstimatedSize"))) - size) <= 0.02 * size

    # A new version, while the old one runs: it quits, and the new one goes on in the tray.
    windows.run("start_in_tray", rf"{inside}\companionw.exe")
    assert run(windows, second, "/S") == 0
    assert entry(windows, "DisplayVersion") == "0.2.0"
    assert sorted(path.name for path in folder.iterdir()) == ["current", "uninstall.exe"]
    until((home / STATE / "running.address").exists, 60)

    assert windows.run("value_of", "HKCU", ONCE, "CompanionSetup") is None, "nothing is left to be done"

    # The older one does not replace it.
    assert run(windows, first, "/S") == 2
    assert entry(windows, "DisplayVersion") == "0.2.0"

    windows.run("set_value", "HKCU", RUN, "Companion", "REG_SZ", rf"{inside}\companionw.exe --tray")
    assert run(windows, rf"{windows_path_in(windows, folder)}\uninstall.exe", "/S") == 0
    # It goes on in a copy of itself, which can remove the original.
    until(lambda: not folder.exists(), 120)
    assert windows.run("value_of", "HKCU", RUN, "Companion") is None
    assert entry(windows, "DisplayName") is None
    assert windows.run("value_of", "HKCU", LINKS, "URL Protocol") is None
    left = {path for path in home.rglob("*") if "Temp" not in path.parts} - before
    assert {path for path in left if home / STATE not in (path, *path.parents)} <= {home / "AppData/Local/Programs"}
    assert (home / STATE / "library.db").exists(), "what it remembers stays in a silent run"
    assert not (home / STATE / "running.address").exists()


def test_files_that_are_in_use_leave_the_old_version_whole(windows: Windows, setups: tuple[str, str]) -> None:
    first, second = setups
    assert run(windows, first, "/S") == 0
    folder = user(windows) / "AppData/Local/Programs/Companion"
    inside = windows_path_in(windows, folder / "current")
    done = windows.run("install_beside_a_reader", second, rf"{inside}\companion.exe", timeout=300)
    if done == 0:
        pytest.skip("this Wine renames a folder whose files are open, which Windows refuses")
    assert done == 4
    assert entry(windows, "DisplayVersion") == "0.1.0"
    assert sorted(path.name for path in folder.iterdir()) == ["current", "uninstall.exe"]
    assert same_files(folder / "current", BUILT)
    assert run(windows, second, "/S") == 0


@pytest.mark.parametrize("moment", ["unpacked", "moved away"])
def test_an_installer_that_was_cut_off_leaves_one_whole_version(
    windows: Windows, setups: tuple[str, str], moment: str
) -> None:
    first, second = setups
    assert run(windows, first, "/S") == 0
    folder = user(windows) / "AppData/Local/Programs/Companion"
    (folder / "new").mkdir()
    (folder / "new/half.dll").write_bytes(b"half")
    if moment == "moved away":
        (folder / "current").rename(folder / "old")
    assert run(windows, second, "/S") == 0
    assert sorted(path.name for path in folder.iterdir()) == ["current", "uninstall.exe"]
    assert same_files(folder / "current", BUILT)


def test_a_version_that_does_not_come_up_is_taken_back(
    windows: Windows, setups: tuple[str, str], tmp_path: Path
) -> None:
    first, _ = setups
    broken = _copy(tmp_path / "broken")
    (broken / "_internal/PySide6/QtWidgets.pyd").unlink()  # the program tells its version, and shows no window
    home = user(windows)
    current = home / "AppData/Local/Programs/Companion/current"
    assert run(windows, first, "/S") == 0
    windows.run("start_in_tray", rf"{windows_path_in(windows, current)}\companionw.exe")
    assert run(windows, _setup(tmp_path, "0.3.0", broken), "/S") == 5
    assert same_files(current, BUILT)
    assert sorted(path.name for path in current.parent.iterdir()) == ["current", "uninstall.exe"]
    assert entry(windows, "DisplayVersion") == "0.1.0"
    until((home / STATE / "running.address").exists, 60)
    memory = json.loads((home / STATE / "update/memory.json").read_bytes())
    assert memory["failedVersion"] == "0.3.0"
    (told,) = ran_of(windows, rf"{windows_path_in(windows, current)}\companion.exe", ("quit", "--wait", "--json"))
    assert json.loads(told["out"]) == {"running": True, "ended": True}


def test_a_new_version_comes_from_a_web_server(windows: Windows, tmp_path: Path) -> None:
    with site(tmp_path / "site") as served:
        program = _copy(tmp_path / "program")
        place = program / "_internal/companion/resources/update"
        place.mkdir()
        (place / "source.json").write_text(json.dumps({"address": served.address}))
        (place / "root.json").write_bytes(served.repository.first_root)
        assert run(windows, _setup(tmp_path, "0.1.0", program), "/S") == 0
        _setup(tmp_path, "9.0.0", program)
        served.repository.add("setup-9.0.0.exe", tmp_path / "setup-9.0.0.exe")
        served.repository.add("windows-x86_64.json", release("9.0.0", "setup-9.0.0.exe"))
        served.repository.publish()
        inside = windows_path_in(windows, user(windows) / "AppData/Local/Programs/Companion/current")
        (told,) = ran_of(windows, rf"{inside}\companion.exe", ("update", "--yes", "--json"))
        found = json.loads(told["out"])
        assert (found["kind"], found["newest"], found["installed"]) == ("setup", "9.0.0", False), told
        until(lambda: entry(windows, "DisplayVersion") == "9.0.0", 240)


def test_the_same_program_gives_the_same_installer(tmp_path: Path) -> None:
    one = tmp_path / "one.exe"
    other = tmp_path / "other.exe"
    assert make_installer(one, version="0.1.0", quick=True, program=BUILT) == 0
    assert make_installer(other, version="0.1.0", quick=True, program=_copy(tmp_path / "program")) == 0
    assert differences(one, other) == []


def ran_of(windows: Windows, program: str, *runs: tuple[str, ...]) -> list[dict[str, Any]]:
    """Each run of an installed program: its exit code and what it printed."""
    return list(windows.run("run_programs", json.dumps([[program, *words] for words in runs]), timeout=400))


def windows_path_in(windows: Windows, path: Path) -> str:
    """A path on the disk of this Windows as it sees it."""
    return "C:\\" + str(path.relative_to(windows.prefix / "drive_c")).replace("/", "\\")


def same_files(found: Path, wanted: Path) -> bool:
    return sizes(found) == sizes(wanted)


def sizes(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): path.stat().st_size for path in folder.rglob("*") if path.is_file()}


def test_it_is_small_enough_to_hand_around() -> None:
    made = sorted((ROOT / "build/windows").glob("Companion-*-setup.exe"))
    assert made
    assert made[-1].stat().st_size <= 23.5 * 1024 * 1024
