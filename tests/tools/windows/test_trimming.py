"""What is left out of the built program, and what is not."""

from __future__ import annotations

import importlib.metadata
import marshal
import subprocess
import sys
import zipfile
from pathlib import Path

from tools.environment import ROOT
from tools.windows.trimming import (
    EXCLUDED,
    EXCLUDED_ON_WINDOWS,
    Entry,
    shrink_library,
    used_binaries,
    used_data,
    with_one_runtime,
    without_descriptions,
)


def entry(place: str) -> Entry:
    return (place, f"from/{place}", "BINARY")


def names(entries: list[Entry]) -> list[str]:
    return [name for name, _, _ in entries]


def test_what_nothing_draws_or_connects_with_is_left_out() -> None:
    found = [
        *("PySide6/Qt6Core.dll", r"PySide6\plugins\platforms\qwindows.dll", "PySide6/Qt6Svg.dll"),
        *("PySide6/opengl32sw.dll", r"PySide6\plugins\tls\qschannelbackend.dll", r"PySide6\plugins\styles\qmodern.dll"),
        *(r"PySide6\plugins\imageformats\qsvg.dll", "PySide6/plugins/iconengines/qsvgicon.dll"),
        *("_bz2.pyd", "_asyncio.pyd", "_ssl.pyd"),
    ]
    kept = names(used_binaries([entry(name) for name in found], on_windows=True))
    assert kept == [*found[:3], "_ssl.pyd"]
    there = ["lib-dynload/_bz2.so", "PySide6/Qt/plugins/iconengines/libqsvgicon.so"]
    assert names(used_binaries([entry(name) for name in there], on_windows=False)) == there


def test_of_the_runtime_the_newest_copy_is_kept_where_all_find_it() -> None:
    found = [
        entry(name)
        for name in (
            *("VCRUNTIME140.dll", r"PySide6\VCRUNTIME140.dll", r"shiboken6\VCRUNTIME140.dll"),
            *("shiboken6/MSVCP140.dll", "PySide6/MSVCP140.dll", "google_re2.libs/msvcp140-a4c2.dll", "zlib1.dll"),
        )
    ]
    kept = used_binaries(found, on_windows=True)
    assert [(name, source) for name, source, _ in kept] == [
        ("google_re2.libs/msvcp140-a4c2.dll", "from/google_re2.libs/msvcp140-a4c2.dll"),
        ("zlib1.dll", "from/zlib1.dll"),
        ("MSVCP140.dll", "from/PySide6/MSVCP140.dll"),
        ("VCRUNTIME140.dll", r"from/PySide6\VCRUNTIME140.dll"),
    ]


def test_a_runtime_that_only_python_brings_is_kept() -> None:
    assert names(used_binaries([entry("VCRUNTIME140.dll")], on_windows=True)) == ["VCRUNTIME140.dll"]


def test_the_library_that_python_begins_with_stays_whole(tmp_path: Path) -> None:
    file = tmp_path / "base_library.zip"
    code = b"h" * 16 + marshal.dumps(compile("a = 1\n" * 900, "module.py", "exec"))
    contents = {"os.pyc": code, "encodings/utf_8.pyc": code, "encodings/cp866.pyc": code, "other": b"o" * 900}
    with zipfile.ZipFile(file, "w") as made:
        for name, content in contents.items():
            made.writestr(zipfile.ZipInfo(name), content)
    shrink_library(file)
    with zipfile.ZipFile(file) as found:
        assert {name: found.read(name) for name in found.namelist()} == contents
        small = {entry.filename for entry in found.infolist() if entry.compress_size < entry.file_size}
    assert small == {"encodings/cp866.pyc"}, "what each start reads is not unpacked each time"


def test_of_the_data_what_the_program_reads_stays() -> None:
    found = [
        *("companion/resources/help/start.md", "requests-2.dist-info/METADATA", "licences/qt/LGPL-3.0.txt"),
        *("PySide6/translations/qt_de.qm", "requests-2.dist-info/RECORD", "companion/resources/pictures/home.png"),
        *(r"dateutil\zoneinfo\dateutil-zoneinfo.tar.gz", "companion/resources/store-api.yaml", "shiboken6/a.pyi"),
        *("requests-2.dist-info/licenses/LICENSE", "tzdata/zoneinfo/tzdata.zi"),
    ]
    assert names(used_data([entry(name) for name in found])) == found[:3]


def test_of_what_a_package_says_of_itself_its_description_is_left_out(tmp_path: Path) -> None:
    said = "Metadata-Version: 2.4\nName: tool\nVersion: 1.5\nLicense-Expression: MIT\n\n# Tool\n\nName: another\n"
    (tmp_path / "wheel/tool-1.5.dist-info").mkdir(parents=True)
    (tmp_path / "work").mkdir()
    source = tmp_path / "wheel/tool-1.5.dist-info/METADATA"
    source.write_text(said, encoding="utf-8")
    found = [(r"tool-1.5.dist-info\METADATA", str(source), "DATA"), ("tool-1.5.dist-info/WHEEL", "from", "DATA")]
    kept = without_descriptions(found, tmp_path / "work")
    assert names(kept) == names(found)
    assert kept[1] == found[1]
    told = importlib.metadata.PathDistribution(Path(kept[0][1]).parent)
    assert (told.metadata["Name"], told.metadata["License-Expression"]) == ("tool", "MIT")
    assert "another" not in Path(kept[0][1]).read_text(encoding="utf-8")
    assert source.read_text(encoding="utf-8") == said, "the wheel is not changed"


def test_the_program_does_without_the_modules_that_are_left_out() -> None:
    left_out = [*EXCLUDED, *EXCLUDED_ON_WINDOWS]
    code = (
        "import sys\n"
        f"for name in {left_out!r}: sys.modules[name] = None\n"
        "import companion.services.updates.client, companion.demo.server, companion.services.http.session\n"
        "import companion.ui.app.running, companion.services.purchases.intake\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert ran.stderr == ""


def test_an_extension_with_a_runtime_of_its_own_uses_the_common_one(tmp_path: Path) -> None:
    own = "msvcp140-a4c2229bdc2a2a63.dll"
    (tmp_path / "wheel").mkdir()
    extension, plain = tmp_path / "wheel/_re2.pyd", tmp_path / "wheel/_plain.pyd"
    extension.write_bytes(b"MZ kernel32.dll\0" + own.encode() + b"\0VCRUNTIME140.dll\0")
    plain.write_bytes(b"MZ kernel32.dll\0")
    found = [
        ("re2/_re2.pyd", str(extension), "EXTENSION"),
        ("_plain.pyd", str(plain), "EXTENSION"),
        (rf"google_re2.libs\{own}", "from/wheel", "BINARY"),
        ("MSVCP140.dll", "from/PySide6", "BINARY"),
    ]
    kept = with_one_runtime(found, tmp_path)
    assert names(kept) == ["re2/_re2.pyd", "_plain.pyd", "MSVCP140.dll"]
    changed = Path(kept[0][1]).read_bytes()
    assert changed.replace(b"\0", b" ").split() == [b"MZ", b"kernel32.dll", b"msvcp140.dll", b"VCRUNTIME140.dll"]
    assert len(changed) == extension.stat().st_size
    assert own.encode() in extension.read_bytes(), "the wheel is not changed"
    assert kept[1][1] == str(plain)
    assert with_one_runtime(found[:3], tmp_path) == found[:3], "without another one it keeps its own"
