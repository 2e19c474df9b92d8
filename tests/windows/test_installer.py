"""The installer: for one user, over a running program, with nothing half-way, and back to nothing."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.kits.updates import Site, release, site
from tests.kits.waiting import until
from tests.windows.test_built import BUILT
from tests.windows.variants import copy_of, replace_modules
from tests.windows.windows_kit import ROOT, Windows, windows_path
from tools.release.comparing import differences
from tools.windows.build import make_installer

pytestmark = pytest.mark.skipif(
    not (BUILT / "companion.exe").exists(), reason="the program is not built: python3 dev.py build-windows"
)
APP = r"Software\Microsoft\Windows\CurrentVersion\Uninstall\Companion"
RUN = r"Software\Microsoft\Windows\CurrentVersion\Run"
LINKS = r"Software\Classes\companion"
LINK = f"companion:{'a' * 22}"
ONCE = r"Software\Microsoft\Windows\CurrentVersion\RunOnce"
SHELL = r"Software\Microsoft\Windows\CurrentVersion\Explorer"
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
    (said,) = windows.run("press_through", first, r"C:\nothing", "1")
    assert said.startswith("Companion 0.2.0 is installed, and this is the older version 0.1.0.")
    assert entry(windows, "DisplayVersion") == "0.2.0"

    # The button of a notice starts it where it does not run.
    (told,) = ran_of(windows, rf"{inside}\companion.exe", ("quit", "--wait", "--json"))
    assert json.loads(told["out"]) == {"running": True, "ended": True}
    windows.run("open_link", LINK)
    until((home / STATE / "running.address").exists, 60)

    # It is removed while it runs, starts at sign-in, and keeps another program from that.
    windows.run("set_value", "HKCU", RUN, "Companion", "REG_SZ", rf"{inside}\companionw.exe --tray")
    command = f'"{windows.program("OUTLOOK.EXE")}" ghost'
    windows.run("set_value", "HKCU", RUN, "MailHelper", "REG_SZ", command)
    windows.run("start", windows.program("OUTLOOK.EXE"), "ghost")
    words = ("--profile", windows_path(ROOT / "resources/profiles/larkfield.json"), "--hold", "--force", "--yes")
    ran_of(windows, rf"{inside}\companion.exe", ("close-blockers", *words, "--look-out", "0", "--json"))
    assert windows.run("value_of", "HKCU", RUN, "MailHelper") is None
    assert run(windows, rf"{windows_path_in(windows, folder)}\uninstall.exe", "/S") == 0
    # It goes on in a copy of itself, which can remove the original.
    until(lambda: not folder.exists(), 120)
    assert windows.run("value_of", "HKCU", RUN, "Companion") is None
    assert windows.run("value_of", "HKCU", RUN, "MailHelper") == [command, 1], "what was held back starts again"
    assert entry(windows, "DisplayName") is None
    for key in (LINKS, rf"{LINKS}\shell\open\command"):
        assert not windows.run("has_key", "HKCU", key)
    left = {path for path in home.rglob("*") if "Temp" not in path.parts} - before
    assert {path for path in left if home / STATE not in (path, *path.parents)} <= {home / "AppData/Local/Programs"}
    assert (home / STATE / "library.db").exists(), "what it remembers stays in a silent run"
    assert not (home / STATE / "running.address").exists()


def test_files_that_are_in_use_leave_the_old_version_whole(windows: Windows, setups: tuple[str, str]) -> None:
    if windows.run("renames_folders_in_use"):
        pytest.skip("this Wine renames a folder whose files are open, which Windows refuses")
    first, second = setups
    assert run(windows, first, "/S") == 0
    folder = user(windows) / "AppData/Local/Programs/Companion"
    inside = windows_path_in(windows, folder / "current")
    assert windows.run("install_beside_a_reader", second, rf"{inside}\companion.exe", timeout=300) == 4
    assert entry(windows, "DisplayVersion") == "0.1.0"
    assert sorted(path.name for path in folder.iterdir()) == ["current", "uninstall.exe"]
    assert same_files(folder / "current", BUILT)
    assert run(windows, second, "/S") == 0


@pytest.mark.parametrize("moment", ["unpacking", "moved away"])
def test_an_installer_that_was_cut_off_leaves_one_whole_version(
    windows: Windows, setups: tuple[str, str], moment: str
) -> None:
    first, second = setups
    assert run(windows, first, "/S") == 0
    folder = user(windows) / "AppData/Local/Programs/Companion"
    if moment == "unpacking":
        windows.run("kill_while_it_unpacks", second, windows_path_in(windows, folder / "new"))
        assert same_files(folder / "current", BUILT)
    else:
        (folder / "current").rename(folder / "old")
        (folder / "new").mkdir()
        (folder / "new/half.dll").write_bytes(b"half")
    assert run(windows, second, "/S") == 0
    assert sorted(path.name for path in folder.iterdir()) == ["current", "uninstall.exe"]
    assert same_files(folder / "current", BUILT)


def test_without_room_for_the_new_version_the_old_one_stays(
    windows: Windows, setups: tuple[str, str], tmp_path: Path
) -> None:
    first, second = setups
    program = tmp_path / "small"
    program.mkdir()
    (program / "file.txt").write_text("small")
    asking = tmp_path / "asking.exe"
    assert make_installer(asking, version="0.2.0", quick=True, room=10**12, program=program) == 0
    folder = user(windows) / "AppData/Local/Programs/Companion"
    (said,) = windows.run("press_through", windows_path(asking), r"C:\nothing", "1")
    assert said.startswith("There is not enough room on the disk: Companion needs 976562500 MB for a moment, and ")
    assert not folder.exists()
    assert run(windows, first, "/S") == 0
    assert run(windows, windows_path(asking), "/S") == 6
    # A disk that becomes full: no file may become larger than four MiB.
    limited = f"trap '' XFSZ; ulimit -f 4096; exec wine '{second}' /S"
    done = subprocess.run(["bash", "-c", limited], env=windows.environment, stdin=subprocess.DEVNULL, timeout=300)
    assert done.returncode == 6
    assert sorted(path.name for path in folder.iterdir()) == ["current", "uninstall.exe"]
    assert same_files(folder / "current", BUILT)
    assert entry(windows, "DisplayVersion") == "0.1.0"


def test_it_is_removed_with_all_that_it_remembers_from_a_folder_of_any_name(
    windows: Windows, setups: tuple[str, str]
) -> None:
    local = user(windows).parent / "Zoë Groß 山田/AppData/Local"
    local.mkdir(parents=True)
    for key in ("User Shell Folders", "Shell Folders"):
        windows.run("set_value", "HKCU", rf"{SHELL}\{key}", "Local AppData", "REG_SZ", windows_path_in(windows, local))
    assert run(windows, setups[0], "/S") == 0
    folder = local / "Programs/Companion"
    inside = windows_path_in(windows, folder / "current")
    assert same_files(folder / "current", BUILT)
    bought = ("purchases", "new", "--product", "Tool", "--order", "18")
    ran_of(windows, rf"{inside}\companion.exe", bought)
    assert (local / "Companion/library.db").exists()
    uninstaller = rf"{windows_path_in(windows, folder)}\uninstall.exe"
    (asked,) = windows.run("press_through", uninstaller, uninstaller, "6", timeout=200)
    assert asked.startswith("Remove also what Companion remembers")
    until(lambda: not folder.exists(), 60)
    assert [path for path in local.rglob("*") if path.is_file()] == []


def test_a_version_that_does_not_come_up_is_taken_back_and_the_next_is_installed(
    windows: Windows, tmp_path: Path
) -> None:
    with site(tmp_path / "site") as served:
        program = copy_of(BUILT, tmp_path / "program")
        place = program / "_internal/companion/resources/update"
        place.mkdir()
        (place / "source.json").write_text(json.dumps({"address": served.address}))
        (place / "root.json").write_bytes(served.repository.first_root)
        home = user(windows)
        current = home / "AppData/Local/Programs/Companion/current"
        inside = windows_path_in(windows, current)
        console = rf"{inside}\companion.exe"
        assert run(windows, _setup(tmp_path, "0.1.0", program), "/S") == 0
        windows.run("start_in_tray", rf"{inside}\companionw.exe")
        ran_of(windows, console, ("purchases", "new", "--product", "Before", "--order", "18"))

        broken = copy_of(program, tmp_path / "broken")
        replace_modules(windows, broken, _newer_without_a_window(), tmp_path)
        _offer(served, tmp_path, "0.3.0", broken)
        (told,) = ran_of(windows, console, ("update", "--yes", "--json"))
        found = json.loads(told["out"])
        assert (found["kind"], found["newest"], found["installed"]) == ("setup", "0.3.0", False), told
        until(lambda: _failed_version(home) == "0.3.0", 240)
        until((home / STATE / "running.address").exists, 60)
        assert same_files(current, program)
        assert sorted(path.name for path in current.parent.iterdir()) == ["current", "uninstall.exe"]
        assert entry(windows, "DisplayVersion") == "0.1.0"
        # Its library has the older form again, with what the newer version had added to it.
        assert [path.name for path in (home / STATE / "copies").glob("library-form-*")]
        told, ended = ran_of(windows, console, ("purchases", "list", "--json"), ("quit", "--wait", "--json"))
        bought = json.loads(told["out"])["purchases"]
        products = {product["name"] for each in bought for product in each["products"]}
        assert products == {"Before", "Meanwhile"}, told
        assert json.loads(ended["out"]) == {"running": True, "ended": True}

        _offer(served, tmp_path, "9.0.0", program)
        ran_of(windows, console, ("update", "--yes", "--json"))
        until(lambda: entry(windows, "DisplayVersion") == "9.0.0", 240)


def _newer_without_a_window() -> dict[str, str]:
    """Modules of a version with a newer form of the library, which adds a purchase where it should show its window."""
    migrations = (ROOT / "companion/services/storage/migrations.py").read_text(encoding="utf-8")
    newer = "MIGRATIONS = (*MIGRATIONS, 'CREATE TABLE novelties (id TEXT);')"
    adding = ["purchases", "new", "--product", "Meanwhile", "--order", "19"]
    return {
        "companion.services.storage.migrations": f"{migrations}\n{newer}\n",
        "companion.ui.app.running": f"from companion.cli import main\nmain({adding})\nraise SystemExit(1)\n",
    }


def _offer(served: Site, folder: Path, version: str, program: Path) -> None:
    """Publish the installer of a version."""
    _setup(folder, version, program)
    name = f"setup-{version}.exe"
    served.repository.add(name, folder / name)
    served.repository.add("windows-x86_64.json", release(version, name))
    served.repository.publish()


def _failed_version(home: Path) -> object:
    """The version that was taken back last, as the program remembers it."""
    file = home / STATE / "update/memory.json"
    return json.loads(file.read_bytes()).get("failedVersion") if file.exists() else None


def test_the_same_program_gives_the_same_installer(tmp_path: Path) -> None:
    one = tmp_path / "one.exe"
    other = tmp_path / "other.exe"
    assert make_installer(one, version="0.1.0", quick=True, program=BUILT) == 0
    assert make_installer(other, version="0.1.0", quick=True, program=copy_of(BUILT, tmp_path / "program")) == 0
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
    assert made[-1].stat().st_size <= 22 * 1024 * 1024
