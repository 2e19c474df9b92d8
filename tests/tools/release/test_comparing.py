"""Two builds of the same source: which files differ, and where."""

from __future__ import annotations

import marshal
import struct
from pathlib import Path

import pytest

from tools.release.comparing import differences, main


@pytest.fixture
def builds(tmp_path: Path) -> tuple[Path, Path]:
    """Two folders with the same files."""
    found = []
    for name in ("one", "other"):
        folder = tmp_path / name
        (folder / "inner").mkdir(parents=True)
        (folder / "inner/data").write_bytes(b"0123456789")
        (folder / "program.exe").write_bytes(b"MZ" * 100)
        archive(folder / "companion.pyz", {"a": b"AA", "b": b"BBB"})
        found.append(folder)
    return found[0], found[1]


def archive(path: Path, modules: dict[str, bytes]) -> None:
    content, table = bytearray(b"PYZ\0" + b"\0" * 13), []
    for name, block in modules.items():
        table.append((name, (0, len(content), len(block))))
        content += block
    struct.pack_into("!i", content, 8, len(content))
    path.write_bytes(bytes(content) + marshal.dumps(table))


def test_the_same_bytes_are_the_same(builds: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert differences(*builds) == []
    assert main([str(folder) for folder in builds]) == 0
    assert capsys.readouterr().out == "The same bytes.\n"


def test_what_differs_is_named_with_its_place(builds: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    one, other = builds
    (other / "inner/data").write_bytes(b"01x3456789yy")
    (one / "more").write_bytes(b"")
    (other / "less").write_bytes(b"")
    archive(other / "companion.pyz", {"a": b"AA", "b": b"CCC", "c": b"D"})
    expected = [
        f"only in {one}: more",
        f"only in {other}: less",
        "companion.pyz: b, c",
        "inner/data: 3 bytes, the first at 0x2",
    ]
    assert differences(one, other) == expected
    assert differences(one / "inner/data", other / "inner/data") == ["data: 3 bytes, the first at 0x2"]
    assert main([str(one), str(other)]) == 1
    assert capsys.readouterr().out.splitlines() == expected


def test_an_archive_in_another_order_differs_too(builds: tuple[Path, Path]) -> None:
    one, other = builds
    archive(other / "companion.pyz", {"b": b"BBB", "a": b"AA"})
    (line,) = differences(one, other)
    assert line.startswith("companion.pyz: ")
    assert "bytes" in line
