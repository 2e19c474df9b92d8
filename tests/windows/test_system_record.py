"""What Windows notes about installations: what is installed, what is going on, and what waits for a restart."""

from __future__ import annotations

from tests.windows.windows_kit import Windows

UNINSTALL = r"Software\Microsoft\Windows\CurrentVersion\Uninstall"
UNINSTALL_32 = r"Software\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall"
PACKAGES = r"Software\Classes\Local Settings\Software\Microsoft\Windows\CurrentVersion\AppModel\Repository\Packages"
OTHER = "S-1-5-21-1-2-3-1002"


def test_every_view_is_read_and_foreign_texts_are_harmless(windows: Windows):
    wide = (("HKLM", UNINSTALL), ("HKLM", UNINSTALL_32), ("HKCU", UNINSTALL))
    steps = [
        ("set_value", hive, rf"{path}\Harbour", name, "REG_SZ", data)
        for hive, path in wide
        for name, data in (("DisplayName", f"Harbour of {hive}"), ("DisplayVersion", "4.2"))
    ]
    *_, found = windows.run_all(
        *steps,
        ("set_value", "HKLM", rf"{UNINSTALL}\Harbour", "InstallLocation", "REG_SZ", r"C:\Program Files\Harbour"),
        ("set_value", "HKLM", rf"{UNINSTALL}\Hidden", "DisplayVersion", "REG_SZ", "1"),
        ("set_value", "HKCU", rf"{UNINSTALL}\Odd", "DisplayName", "REG_SZ", "Odd\u202eexe.\nname"),
        ("set_value", "HKCU", rf"{PACKAGES}\Maker.App_1.2.3.4_x64__abc", "PackageRootFolder", "REG_SZ", r"C:\Apps\App"),
        ("set_value_of_user", OTHER, rf"{UNINSTALL}\Harbour", "DisplayName", "Harbour of another"),
        ("products",),
    )
    assert (found["known"], found["reason"]) == (True, None)
    rows = found["rows"]
    assert rows["machine:Harbour"]["where"] == r"C:\Program Files\Harbour"
    assert {key: (row["name"], row["version"]) for key, row in rows.items() if "Harbour" in key} == {
        "machine:Harbour": ("Harbour of HKLM", "4.2"),
        "machine32:Harbour": ("Harbour of HKLM", "4.2"),
        "user:Harbour": ("Harbour of HKCU", "4.2"),
        rf"otherUsers:{OTHER}\Harbour": ("Harbour of another", None),
    }
    assert "machine:Hidden" not in rows
    assert not set("\u202e\n") & set(rows["user:Odd"]["name"])
    package = rows["appPackages:Maker.App_abc"]
    assert (package["name"], package["version"], package["where"]) == ("Maker.App", "1.2.3.4", r"C:\Apps\App")


def test_who_uses_a_folder_is_unknown_where_the_restart_manager_is_only_a_stand_in(windows: Windows):
    windows.run("start", windows.program("OUTLOOK.EXE"), "hidden lock")
    told = windows.run("folder_users", windows.program("").rstrip("\\"))
    if told["answers"]:
        assert told["fact"]["value"], "a program of this folder runs"
    else:
        assert told["fact"]["reason"] == "the Restart Manager of Windows does not answer"
        assert told["fact"]["value"] is None


def test_another_installation_and_what_waits_for_a_restart(windows: Windows):
    current = r"SOFTWARE\Microsoft\Windows\CurrentVersion"
    session = r"SYSTEM\CurrentControlSet\Control\Session Manager"
    seen, _, _, _, after = windows.run_all(
        ("look_while_windows_installer_works",),
        ("set_value", "HKLM", rf"{current}\Installer\InProgress", "", "REG_SZ", "{id}"),
        ("set_value", "HKLM", session, "PendingFileRenameOperations2", "REG_MULTI_SZ", r"\??\C:\a|\??\C:\b"),
        ("set_value", "HKLM", r"SOFTWARE\Microsoft\Updates", "UpdateExeVolatile", "REG_DWORD", "2"),
        ("look",),
    )
    # The profile's installer is a program: it is not known to need Windows Installer for itself alone.
    assert seen["held"]["rows"]["installing"]["title"] == "Another installation is running"
    assert "installing" not in seen["free"]["rows"]
    assert after["rows"]["installing"]["title"] == "An earlier installation was cut off"
    restart = after["rows"]["restart"]["evidence"]
    assert restart == ["files wait to be replaced", "a Windows update is not finished"]
