"""The uninstall registry of Windows, understood from recorded values on any system."""

from __future__ import annotations

import pytest

from companion.domain.installation.proof.system_record import RecordView
from companion.services.platforms.windows.uninstall_registry import folder_of, product_of

HARBOUR = {
    "DisplayName": "Harbour Suite",
    "DisplayVersion": "4.2.1",
    "Publisher": "Harbour Software GmbH",
    "InstallLocation": "C:\\Program Files\\Harbour\\",
    "EstimatedSize": 1024,
}


def test_an_entry_is_understood():
    entry = product_of(RecordView.MACHINE, "Harbour", HARBOUR)
    assert entry is not None
    assert (entry.name, entry.key, entry.view) == ("Harbour Suite", "Harbour", RecordView.MACHINE)
    assert (entry.version, entry.publisher) == ("4.2.1", "Harbour Software GmbH")
    assert entry.where == r"C:\Program Files\Harbour"


@pytest.mark.parametrize("values", [{}, {"DisplayName": ""}, {"DisplayName": 7}, {"DisplayVersion": "1"}])
def test_an_entry_without_a_name_is_none(values):
    assert product_of(RecordView.USER, "{id}", values) is None


@pytest.mark.parametrize(
    ("values", "version"),
    [
        ({"VersionMajor": 4, "VersionMinor": 2}, "4.2"),
        ({"VersionMajor": 4}, "4.0"),
        ({"VersionMajor": "4"}, None),
        ({"DisplayVersion": "5", "VersionMajor": 4}, "5"),
        ({"DisplayVersion": b"5"}, None),
    ],
)
def test_versions(values, version):
    entry = product_of(RecordView.MACHINE, "x", {"DisplayName": "X", **values})
    assert entry is not None
    assert entry.version == version


def test_texts_of_strangers_are_made_harmless():
    name = "Harbour\u202egnp.exe\nInstalled \ud800"
    entry = product_of(
        RecordView.USER, "x", {"DisplayName": name, "Publisher": "P" * 5000, "InstallLocation": "C:\\a\nb"}
    )
    assert entry is not None
    assert not set("\u202e\n\ud800") & set(entry.name)
    assert len(entry.publisher or "") <= 200
    assert entry.where is None


FOLDERS = {
    "its own": ({"InstallLocation": '"D:\\Tools\\Harbour"'}, r"D:\Tools\Harbour"),
    "of its icon": ({"DisplayIcon": r"C:\Program Files\Harbour\harbour.exe,0"}, r"C:\Program Files\Harbour"),
    "of its uninstaller": ({"UninstallString": r'"C:\Program Files\H b\un.exe" /S'}, r"C:\Program Files\H b"),
    "an uninstaller of Windows": ({"UninstallString": r"C:\Windows\System32\msiexec.exe /X{id}"}, None),
    "Windows Installer": ({"UninstallString": "MsiExec.exe /X{id}"}, None),
    "nothing": ({}, None),
    "a whole disk": ({"InstallLocation": "C:\\"}, None),
    "everybody's": ({"InstallLocation": "C:\\Program Files"}, None),
    "Windows": ({"InstallLocation": "C:\\Windows\\Fonts"}, None),
    "up and down": ({"InstallLocation": "C:\\Harbour\\..\\Windows\\Fonts"}, None),
    "a network": ({"InstallLocation": "\\\\server\\share\\x"}, None),
    "relative": ({"InstallLocation": "Harbour"}, None),
    "endless": ({"InstallLocation": "C:\\" + "x" * 5000}, None),
}


@pytest.mark.parametrize(("values", "folder"), FOLDERS.values(), ids=FOLDERS)
def test_the_folder_of_a_product(values, folder):
    assert folder_of(values) == folder
