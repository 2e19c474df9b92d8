"""Modules that few starts need: compressed together, and read as if each lay alone."""

from __future__ import annotations

import importlib.util
import marshal
import struct
import zlib
from pathlib import Path
from typing import Any

import PyInstaller.loader
import pytest

from tools.windows.rare_modules import group_rare_modules, with_modules

MODULES = {
    "companion": "name = 'companion'",
    "companion.demo": "name = 'demo'",
    "companion.demonstration": "name = 'another'",
    "holidays": "name = 'holidays'",
    "holidays.countries.nauru": "name = 'nauru'",
    "holidays.countries.tuvalu": "name = 'tuvalu'",
    "tuf": "name = 'the only one of its group'",
    "werkzeug": "name = 'werkzeug'",
}
WITHOUT_CONTENT = "oxmsg"
EXECUTABLE = 1


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An archive as PyInstaller writes it."""
    path = tmp_path / "companion.pyz"
    content, table = bytearray(b"PYZ\0" + importlib.util.MAGIC_NUMBER + b"\0" * 9), []
    for name, source in MODULES.items():
        block = zlib.compress(marshal.dumps(compile(source, name, "exec")))
        table.append((name, (EXECUTABLE, len(content), len(block))))
        content += block
    table.append((WITHOUT_CONTENT, (3, len(content), 0)))
    struct.pack_into("!i", content, 8, len(content))
    path.write_bytes(bytes(content) + marshal.dumps(table))
    return path


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What the built program reads its archive with."""
    monkeypatch.syspath_prepend(str(Path(PyInstaller.loader.__file__).parent))
    from tools.windows.one_archive import Archive

    return Archive


def named(reader: Any, archive: Path) -> dict[str, str]:
    """What each module of the archive calls itself, read in an order in which groups alternate."""
    opened, found = reader(str(archive), check_pymagic=True), {}
    for name in (*MODULES, *reversed(MODULES)):
        space: dict[str, str] = {}
        exec(opened.extract(name), space)  # noqa: S102 - written above
        found[name] = space["name"]
    return found


def test_each_module_is_read_as_before(archive: Path, reader: Any) -> None:
    before, raw = named(reader, archive), reader(str(archive)).extract("holidays", raw=True)
    group_rare_modules(archive)
    assert named(reader, archive) == before
    opened = reader(str(archive))
    assert opened.extract(WITHOUT_CONTENT) is None
    assert opened.extract("holidays", raw=True) == raw
    with pytest.raises(KeyError):
        opened.extract("missing")


def test_only_those_of_a_group_lie_together(archive: Path, reader: Any) -> None:
    before = list(reader(str(archive)).toc)
    group_rare_modules(archive)
    table = reader(str(archive)).toc
    assert list(table) == before
    together = {name for name, (_, _, length) in table.items() if length < 0}
    assert together == {
        *("companion.demo", "werkzeug"),
        *("holidays", "holidays.countries.nauru", "holidays.countries.tuvalu"),
    }
    assert len({table[name][1] for name in together}) == 2


def test_of_another_version_only_what_was_exchanged_differs(archive: Path, reader: Any) -> None:
    group_rare_modules(archive)
    before = named(reader, archive)
    other = {name: marshal.dumps(compile("name = 'other'", name, "exec")) for name in ("companion", "holidays")}
    archive.write_bytes(with_modules(archive.read_bytes(), other))
    assert named(reader, archive) == {**before, "companion": "other", "holidays": "other"}


def test_what_is_done_already_stays(archive: Path) -> None:
    group_rare_modules(archive)
    done = archive.read_bytes()
    group_rare_modules(archive)
    assert archive.read_bytes() == done
