"""What a maintainer uploads fits what it is for: programs update themselves from it, and lists fit their schemas."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from companion import __version__
from companion.services.app.cancellation import Cancellation
from companion.services.updates.folders import VersionFolders
from companion.services.updates.source import TrustedSource
from tests.conftest import SYSTEM
from tests.kits.updates import DESCRIBING, PROGRAM, client, fresh_keys, now, packed, site, unpack
from tests.tools.release.test_keys import written
from tools.environment import ROOT
from tools.release.keys import FOLDER, PREFIX
from tools.release.parts import Part, parts_list, read_parts
from tools.release.release import _notes, main, pack_licences, pack_versions, publish, release, sum_all
from tools.release.winget import manifests, write_manifests
from tools.system_packages import Missing

SCHEMAS = Path(__file__).parent / "winget"
DIGEST = "0123456789abcdef" * 4


# The list of parts


def test_every_locked_package_is_in_the_list_of_parts() -> None:
    parts = read_parts(ROOT / "requirements/run.txt")
    assert {"tuf", "requests", "pyside6-essentials"} <= {part.name for part in parts}
    text = parts_list("1.2.3", parts)
    assert parts_list("1.2.3", parts) == text, "the same each time"
    listed = json.loads(text)
    assert (listed["bomFormat"], listed["specVersion"]) == ("CycloneDX", "1.6")
    assert listed["metadata"]["component"]["version"] == "1.2.3"
    found = {each["name"]: each for each in listed["components"]}
    assert set(found) == {part.name for part in parts}
    assert found["tuf"]["purl"].startswith("pkg:pypi/tuf@")
    assert all(each["hashes"][0]["alg"] == "SHA-256" for each in found.values())
    without = {name for name, each in found.items() if not each.get("licenses")}
    of_windows = {name for name in found if name.startswith("winrt-")} | {"pywin32-ctypes", "tzdata"}
    assert without <= of_windows, "these are of other systems and not installed here"


def test_a_package_without_a_digest_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run.txt").write_text("tuf==7.0.1\nrequests==2.0 \\\n    --hash=sha256:" + DIGEST + "\n")
    with pytest.raises(Missing, match=r"run\.txt has no digests of: tuf"):
        read_parts(tmp_path / "run.txt")


def test_markers_do_not_belong_to_the_version(tmp_path: Path) -> None:
    (tmp_path / "run.txt").write_text(
        "# made by a tool\ntzdata==2026.1 ; sys_platform == 'win32' \\\n    --hash=sha256:" + DIGEST + "\n    # via x\n"
    )
    assert read_parts(tmp_path / "run.txt") == (Part("tzdata", "2026.1", (DIGEST,)),)


# winget


def test_the_manifests_fit_the_published_schemas() -> None:
    made = manifests("0.2.0", "https://download.example/Companion-0.2.0-setup.exe", DIGEST, "2026-11-26")
    kinds = set()
    for name, text in made.items():
        found: dict[str, Any] = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - texts alone, as winget reads it
        kinds.add(found["ManifestType"])
        schema = json.loads((SCHEMAS / f"manifest.{found['ManifestType']}.1.6.0.json").read_bytes())
        jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker()).validate(found)
        assert found["PackageVersion"] == "0.2.0", name
    assert kinds == {"installer", "defaultLocale", "version"}


@pytest.mark.parametrize(
    ("version", "address", "digest"),
    [
        ("latest", "https://download.example/a.exe", DIGEST),
        ("0.2.0", "http://download.example/a.exe", DIGEST),
        ("0.2.0", "https://download.example/a.exe", DIGEST[:-1]),
        ("0.2.0", "https://download.example/a b.exe", DIGEST),
    ],
)
def test_values_that_winget_would_refuse_are_refused(version: str, address: str, digest: str) -> None:
    with pytest.raises(Missing):
        manifests(version, address, digest, "2026-11-26")


def test_the_manifests_lie_where_the_repository_has_them(tmp_path: Path) -> None:
    files = write_manifests(tmp_path, "0.2.0", "https://download.example/a.exe", DIGEST, "2026-11-26")
    places = [str(file.relative_to(tmp_path)) for file in files]
    assert "manifests/c/Companion/Companion/0.2.0/Companion.Companion.yaml" in places
    assert all(b"\r\n" in file.read_bytes() for file in files)


# The archive of versions


def built(folder: Path, version: str = "0.2.0") -> Path:
    (folder / "_internal").mkdir(parents=True)
    (folder / "companion").write_text(f"#!/bin/sh\necho Companion {version}\n")
    (folder / "companion").chmod(0o755)
    (folder / "_internal/data").write_bytes(b"x" * 100)
    (folder / "_internal/link").symlink_to("data")
    return folder


@pytest.mark.skipif(SYSTEM == "windows", reason="the archive is for Linux")
def test_the_archive_is_the_same_each_time_and_is_what_an_update_takes(tmp_path: Path) -> None:
    first = pack_versions(built(tmp_path / "one"), tmp_path / "one.tar.xz", "0.2.0")
    os.utime(tmp_path / "one/companion", (1, 1))
    second = pack_versions(tmp_path / "one", tmp_path / "two.tar.xz", "0.2.0")
    assert first.read_bytes() == second.read_bytes()
    unpack(packed(tmp_path / "0.1.0.tar.xz", "0.1.0"), tmp_path)
    base = tmp_path / "Companion"
    (base / "current").symlink_to("versions/0.1.0")
    folders = VersionFolders(base)
    folders.switch_to(folders.prepare(first, "0.2.0"))
    assert (base / "current/_internal/link").read_bytes() == b"x" * 100
    unpack(first, tmp_path / "fresh")
    fresh = tmp_path / "fresh/Companion/current/companion"
    assert subprocess.run([fresh], capture_output=True, text=True).stdout == "Companion 0.2.0\n"


# Updates


def test_programs_find_what_was_published(tmp_path: Path) -> None:
    keys = fresh_keys()
    with site(tmp_path / "site") as served:
        program = tmp_path / "companion-9.9.9-linux-x86_64.tar.xz"
        program.write_bytes(PROGRAM)
        setup = tmp_path / "Companion-9.9.9-setup.exe"
        setup.write_bytes(PROGRAM[::-1])
        served.folder = tmp_path / "site"
        for path in (served.folder / "metadata").iterdir():
            path.unlink()
        made = [program, setup, tmp_path / "companion-9.9.9-py3-none-any.whl"]
        repository = publish(served.folder, made, ("Faster.", "“Quieter.”"), keys=keys, now=now(), version="9.9.9")
        source = TrustedSource(served.address, repository.first_root)
        for describing, content in (("linux-x86_64.json", PROGRAM), ("windows-x86_64.json", PROGRAM[::-1])):
            updates = client(source, tmp_path / describing)
            updates._describing = describing
            found = updates.look(Cancellation())
            assert found is not None
            assert (found.release.version, found.release.notes) == ("9.9.9", ("Faster.", "“Quieter.”"))
            assert updates.fetch(found, Cancellation(), lambda _: None).read_bytes() == content
    assert DESCRIBING


# Around it


def test_sums_are_what_the_usual_program_checks(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a")
    (tmp_path / "b").write_bytes(b"b")
    sum_all(tmp_path)
    sum_all(tmp_path)
    check = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
    assert subprocess.run(check, cwd=tmp_path, capture_output=True, text=True).stdout == "a: OK\nb: OK\n"


def test_the_licences_of_all_parts_are_packed(tmp_path: Path) -> None:
    with tarfile.open(pack_licences(tmp_path)) as made:
        names = made.getnames()
    assert {"licences/companion/LICENSE", "licences/qt/LGPL-3.0.txt"} <= set(names)
    assert {name.split("/")[1] for name in names} >= {"tuf", "securesystemslib", "requests", "holidays"}


def test_what_is_new_is_a_sentence_on_each_line(tmp_path: Path) -> None:
    file = tmp_path / "new.txt"
    file.write_text("- Faster.\n\n* Quieter.\n  Safer.\n")
    assert _notes(file) == ("Faster.", "Quieter.", "Safer.")
    assert _notes(None) == ()
    file.write_text("x" * 501)
    with pytest.raises(Missing, match="500 characters"):
        _notes(file)
    with pytest.raises(Missing, match="cannot be read"):
        _notes(tmp_path / "nowhere")


def test_the_source_tree_is_no_place_for_a_release() -> None:
    for folder in (ROOT, ROOT / "tools"):
        with pytest.raises(Missing, match="elsewhere"):
            release(folder, (), dt.datetime(2026, 11, 26, tzinfo=dt.UTC))


def run(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COMPANION_", PREFIX))}
    command = [sys.executable, "-m", "tools.release.release", str(folder), *words]
    return subprocess.run(command, cwd=ROOT, env={**kept, **environment}, capture_output=True, text=True)


def test_wrong_keys_are_told_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path / "nowhere"))
    assert main([str(tmp_path / "out")]) == 1
    assert "names a folder that is not there" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_the_whole_release(tmp_path: Path) -> None:
    keys = written(tmp_path / "keys", "root-1", "root-2", "targets", "snapshot", "timestamp")
    (tmp_path / "new.txt").write_text("Faster.\n")
    out = tmp_path / "out"
    for number in (1, 2):
        ran = run(out, "--notes", str(tmp_path / "new.txt"), **keys)
        assert ran.returncode == 0, ran.stderr
        assert json.loads((out / "updates/metadata/timestamp.json").read_bytes())["signed"]["version"] == number
    names = {path.name for path in out.iterdir()}
    assert {f"companion-{__version__}-py3-none-any.whl", "SHA256SUMS", f"companion-{__version__}.cdx.json"} <= names
    check = subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=out)
    assert check.returncode == 0
    assert not [path for path in out.rglob("*") if path.suffix == ".pem"]
