"""``python3 dev.py release DIR``: everything a maintainer uploads, in one folder.

What lies in the folder from an earlier release goes on: the update repository gets its next versions. Keys and
certificates come from the environment; without them the release says what is missing in it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import functools
import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterable
from pathlib import Path

from companion import __version__
from companion.domain.core.platform import Platform
from companion.domain.updates.release import describing_file, read_release
from tools.environment import PYTHON, ROOT
from tools.release.baking import ADDRESS, ROOT_FILE
from tools.release.keys import FOLDER, Keys, read_keys
from tools.release.parts import parts_list, read_parts
from tools.release.repository import Repository
from tools.release.reproducible import source_time
from tools.release.sums import SUMS, digest_of, write_sums
from tools.release.winget import write_manifests
from tools.system_packages import Missing, exit_code, say
from tools.windows.licences import licence_files, locked

DOWNLOADS = "COMPANION_DOWNLOAD_ADDRESS"
WINDOWS, LINUX = ROOT / "build/windows", ROOT / "build/linux/companion"
_MOST_NOTES = 30


def main(words: list[str]) -> int:
    """Makes the release; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python3 dev.py release", description="Everything a maintainer uploads.")
    parser.add_argument("folder", metavar="DIR", type=Path, help="where it goes; an earlier release there goes on")
    parser.add_argument("--notes", metavar="FILE", type=Path, help="what is new, a sentence on each line")
    asked = parser.parse_args(words)
    return exit_code(lambda: release(asked.folder.resolve(), _notes(asked.notes)))


def release(folder: Path, notes: tuple[str, ...], now: dt.datetime | None = None) -> None:
    """Make everything in `folder`. Raises `Missing` with what is wrong."""
    moment = now or dt.datetime.now(dt.UTC)
    if folder == ROOT or (ROOT in folder.parents and ROOT / "build" not in folder.parents):
        raise Missing(f"The release goes elsewhere than into the source tree: {folder}")
    keys = read_keys()  # before anything is made: what is wrong with them is told at once
    folder.mkdir(parents=True, exist_ok=True)
    made = [*make_packages(folder), *_copy_setup(folder), *_pack_linux(folder)]
    made += [write_parts(folder), pack_licences(folder)]
    made += _winget(folder, moment)
    if keys:
        _require_same_root(publish(folder / "updates", made, notes, keys=keys, now=moment))
    else:
        say(f"Without updates: {FOLDER} names no keys.")
    sum_all(folder)
    say(f"Ready in {folder}: {', '.join(sorted(path.name for path in made))}")


def make_packages(folder: Path) -> list[Path]:
    """Make the wheel and the source archive; returns them. Raises `Missing` when that fails."""
    before = set(folder.iterdir())
    words = [PYTHON, "-m", "build", "--no-isolation", "--outdir", folder, ROOT]
    ran = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    if ran.returncode:
        raise Missing(f"The wheel could not be built:\n{ran.stdout[-2000:]}{ran.stderr[-2000:]}")
    wheel, source = f"companion-{__version__}-py3-none-any.whl", f"companion-{__version__}.tar.gz"
    found = [folder / wheel, folder / source]
    if not all(path.exists() for path in found):
        raise Missing(f"The wheel has another name: {', '.join(path.name for path in set(folder.iterdir()) - before)}")
    return found


def _copy_setup(folder: Path) -> list[Path]:
    """The Windows installer, if it was built from this version."""
    setup = WINDOWS / f"Companion-{__version__}-setup.exe"
    if not setup.exists():
        say("Not in it: the Windows installer (python3 dev.py build-windows).")
        return []
    return [Path(shutil.copy(setup, folder))]


def _pack_linux(folder: Path) -> list[Path]:
    """The Linux program, if it was built from this version: as people unpack it, and as it updates itself."""
    if not LINUX.is_dir():
        say("Not in it: the Linux program (python3 dev.py build-linux).")
        return []
    said = subprocess.run([LINUX / "companion", "--version"], capture_output=True, text=True).stdout.split()
    if said != ["Companion", __version__]:
        raise Missing(f"build/linux holds another version ({' '.join(said)}): python3 dev.py build-linux")
    return [pack_versions(LINUX, folder / f"Companion-{__version__}-linux-x86_64.tar.xz", __version__)]


def pack_versions(program: Path, archive: Path, version: str) -> Path:
    """Pack a built program as ``Companion/versions/1.2.3`` with the link ``Companion/current``; always equal bytes."""
    inside = f"Companion/versions/{version}"
    plain = functools.partial(_plain, time=source_time())
    with tarfile.open(archive, "w:xz") as packed:
        for path in sorted(program.rglob("*")):
            packed.add(path, f"{inside}/{path.relative_to(program)}", recursive=False, filter=plain)
        link = tarfile.TarInfo("Companion/current")
        link.type, link.linkname = tarfile.SYMTYPE, f"versions/{version}"
        packed.addfile(plain(link))
    return archive


def _plain(member: tarfile.TarInfo, time: int) -> tarfile.TarInfo:
    """The same entry without owner, and with the time of the source."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime = time
    return member


def write_parts(folder: Path) -> Path:
    """Write the list of parts; returns the file."""
    file = folder / f"companion-{__version__}.cdx.json"
    file.write_text(parts_list(__version__, read_parts(ROOT / "requirements/run.txt")), encoding="utf-8")
    return file


def pack_licences(folder: Path) -> Path:
    """Pack the licence texts of everything that is built in; returns the archive."""
    file = folder / f"companion-{__version__}-licences.tar.xz"
    texts = [(ROOT / name, f"companion/{name}") for name in ("LICENSE", "NOTICE")]
    texts += [(text, f"qt/{text.name}") for text in (ROOT / "tools/windows/texts").glob("*.txt")]
    texts += [
        (Path(source), f"{place.removeprefix('licences/')}/{Path(source).name}")
        for source, place in licence_files(locked(ROOT / "requirements/run.txt"))
    ]
    plain = functools.partial(_plain, time=source_time())
    with tarfile.open(file, "w:xz") as packed:
        for source, name in sorted(texts, key=lambda each: each[1]):
            packed.add(source, f"licences/{name}", recursive=False, filter=plain)
    return file


def _winget(folder: Path, now: dt.datetime) -> list[Path]:
    setup, address = folder / f"Companion-{__version__}-setup.exe", os.environ.get(DOWNLOADS)
    if not setup.exists() or not address:
        say(f"Not in it: the winget manifests (they need the installer, and its address in {DOWNLOADS}).")
        return []
    whole = f"{address.rstrip('/')}/{setup.name}"
    write_manifests(folder / "winget", __version__, whole, digest_of(setup), now.date().isoformat())
    return []


def publish(
    folder: Path,
    made: Iterable[Path],
    notes: tuple[str, ...],
    *,
    keys: Keys,
    now: dt.datetime,
    version: str = __version__,
) -> Repository:
    """Offer the programs among `made` to those that are installed; returns the repository."""
    repository = Repository(folder, keys, now)
    offered = 0
    for ending, platform in (("-setup.exe", Platform.WINDOWS), ("-linux-x86_64.tar.xz", Platform.LINUX)):
        for program in (path for path in made if path.name.endswith(ending)):
            described = {"version": version, "file": program.name, "notes": notes, "publishedAt": now.isoformat()}
            content = json.dumps(described, ensure_ascii=False).encode()
            read_release(content)  # what programs would refuse is not signed
            repository.add(program.name, program)
            repository.add(describing_file(platform, "x86_64"), content)
            offered += 1
    repository.publish()
    say(f"Updates: {offered} programs are offered, metadata version {repository.timestamp.signed.version}.")
    return repository


def _require_same_root(repository: Repository) -> None:
    """Tell how a build gets the root of this repository, where the present one has another."""
    named = os.environ.get(ROOT_FILE)
    if not named or Path(named).read_bytes() != repository.first_root:
        place = f"updates/metadata/{repository.root.signed.version}.root.json"
        say(f"For builds that update themselves: set {ADDRESS} and {ROOT_FILE} (here {place}), then build again.")


def sum_all(folder: Path) -> Path:
    """Write the digests of all files directly in `folder`; returns the file that holds them."""
    return write_sums(folder, sorted(path for path in folder.iterdir() if path.is_file() and path.name != SUMS))


def _notes(file: Path | None) -> tuple[str, ...]:
    if file is None:
        return ()
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise Missing(f"The file of what is new cannot be read: {file}") from None
    notes = tuple(plain for line in lines if (plain := line.strip().lstrip("-*• ").strip()))
    if len(notes) > _MOST_NOTES or any(len(note) > 500 for note in notes):
        raise Missing(f"What is new has at most {_MOST_NOTES} lines of 500 characters.")
    return notes


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
