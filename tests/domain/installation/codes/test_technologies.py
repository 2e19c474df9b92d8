"""What exit codes mean by the technology of an installer."""

from __future__ import annotations

import pytest

from companion.domain.core.platform import Platform
from companion.domain.core.serialization import decode
from companion.domain.installation.codes.windows import SYSTEM, WINDOWS
from companion.domain.installation.exit_codes import explain_exit
from companion.domain.installation.files.identity import Technology
from companion.domain.store.profile import ExitMeaning, Profile
from companion.domain.store.rules.general import GeneralRules
from companion.services.app.resources import resource

DONE, RESTART, CANCELLED, BLOCKED, FAILED = (
    ExitMeaning.DONE,
    ExitMeaning.RESTART,
    ExitMeaning.CANCELLED,
    ExitMeaning.BLOCKED,
    ExitMeaning.FAILED,
)


@pytest.mark.parametrize(
    ("technology", "code", "meaning"),
    [
        *((technology, 0, DONE) for technology in Technology),
        (Technology.INNO, 1, FAILED),
        (Technology.INNO, 2, CANCELLED),
        (Technology.INNO, 3, FAILED),
        (Technology.INNO, 4, FAILED),
        (Technology.INNO, 5, CANCELLED),
        (Technology.INNO, 6, FAILED),
        (Technology.INNO, 7, BLOCKED),
        (Technology.INNO, 8, BLOCKED),
        (Technology.NSIS, 1, CANCELLED),
        (Technology.NSIS, 2, FAILED),
        (Technology.NSIS, 20, FAILED),
        (Technology.MSI, 1602, CANCELLED),
        (Technology.MSI, 1603, FAILED),
        (Technology.MSI, 1618, BLOCKED),
        (Technology.MSI, 1619, FAILED),
        (Technology.MSI, 1625, BLOCKED),
        (Technology.MSI, 1633, BLOCKED),
        (Technology.MSI, 1638, BLOCKED),
        (Technology.MSI, 1641, RESTART),
        (Technology.MSI, 3010, RESTART),
        (Technology.BURN, 0x80070642, CANCELLED),
        (Technology.BURN, -2147023294, CANCELLED),
        (Technology.NSIS, 3010, RESTART),
        (Technology.SQUIRREL, 0xC0000005, FAILED),
        (Technology.SQUIRREL, -1, FAILED),
        (Technology.INSTALLSHIELD, -3, FAILED),
        (Technology.INSTALLSHIELD, 0xFFFFFFFD, FAILED),
        (Technology.MSI, 112, BLOCKED),
        (Technology.MSI, 1259, BLOCKED),
        (Technology.MSI, 1643, BLOCKED),
        (Technology.MSI, 1652, BLOCKED),
        (Technology.BURN, 0x80070652, BLOCKED),
        (Technology.BURN, 0x80070666, BLOCKED),
        (Technology.BURN, 0x800704C7, CANCELLED),
        (Technology.BURN, 0x80070BC2, RESTART),
        (Technology.MSIX, 0x80073CF3, BLOCKED),
        (Technology.MSIX, 0x80073CF8, CANCELLED),
        (Technology.MSIX, 0x80073D02, BLOCKED),
        (Technology.MSIX, 0x80073D06, BLOCKED),
        (Technology.MSIX, 0x800B0109, BLOCKED),
        (Technology.INNO, 0x80070002, FAILED),
        (Technology.NSIS, 0x80070020, BLOCKED),
        (Technology.MSIX, 0x80073D10, BLOCKED),
        (Technology.MSIX, 0x80073D10 - 2**32, BLOCKED),
        (Technology.MSIX, 0x80073D0A, BLOCKED),
        (Technology.MSIX, 0x80073D12, BLOCKED),
        (Technology.MSIX, 0x80073D13, BLOCKED),
        (Technology.MSIX, 0x80073D19, CANCELLED),
        (Technology.MSIX, 0x80080204, FAILED),
        (Technology.BURN, 0x80091007, FAILED),
        (Technology.INSTALLSHIELD, 1152, FAILED),
        (Technology.INSTALLSHIELD, 1201, BLOCKED),
        (Technology.INSTALLSHIELD, 1202, FAILED),
        (Technology.PE, 0xC000041D, FAILED),
        (Technology.PE, 0xC0000006, FAILED),
    ],
)
def test_each_technology_has_its_own_codes(technology: Technology, code: int, meaning: ExitMeaning) -> None:
    found = explain_exit(code, None, Platform.WINDOWS, technology)
    assert found.meaning is meaning
    assert found.sentence.endswith(".")
    assert found.hint


@pytest.mark.parametrize(
    ("technology", "code", "meaning"),
    [
        (Technology.DEB, 1, FAILED),
        (Technology.DEB, 2, FAILED),
        (Technology.DEB, 100, FAILED),
        (Technology.RPM, 1, FAILED),
        (Technology.RPM, 7, BLOCKED),
        (Technology.RPM, 8, FAILED),
        (Technology.RPM, 102, RESTART),
        (Technology.RPM, 103, DONE),
        (Technology.RPM, 104, FAILED),
        (Technology.RPM, 106, DONE),
        (Technology.RPM, 107, FAILED),
        (Technology.RPM, 200, BLOCKED),
        (Technology.RPM, 105, CANCELLED),
        (Technology.RPM, 130, CANCELLED),
        (Technology.DEB, -9, FAILED),
        (Technology.RUN, 7, FAILED),
    ],
)
def test_package_tools_have_their_own_codes(technology: Technology, code: int, meaning: ExitMeaning) -> None:
    found = explain_exit(code, GeneralRules(id="general"), Platform.LINUX, technology)
    assert found.meaning is meaning
    assert ("only its maker can explain" in found.sentence) is (technology is Technology.RUN)


def test_a_code_in_an_hresult_is_never_the_installers_own() -> None:
    """Two in it is Windows' "file not found", whatever a maker of installers means by the bare number."""
    for technology in (Technology.INNO, Technology.NSIS, Technology.UNKNOWN):
        for code in (0x80070002, 0x80070002 - 2**32):
            found = explain_exit(code, None, Platform.WINDOWS, technology)
            assert found.sentence == "A file that the installer needs was not found."
    assert explain_exit(0x80070000, None, Platform.WINDOWS).meaning is FAILED, "a failure is no success"


@pytest.mark.parametrize(
    ("technology", "code", "words"),
    [
        (Technology.MSIX, 0x80073D10, "another kind of processor"),
        (Technology.MSIX, 0x80073D0A, "firewall of Windows"),
        (Technology.MSIX, 0x80073D13, "file system"),
        (Technology.MSIX, 0x80080206, "damaged"),
        (Technology.BURN, 0x80091007, "not what its maker published"),
        (Technology.BURN, 0x80072F8F - 2**32, "could not download"),
        (Technology.SQUIRREL, 0x80131700, ".NET"),
        (Technology.INSTALLSHIELD, 1152, "could not unpack itself"),
        (Technology.INSTALLSHIELD, 1201, "not enough space"),
        (Technology.INSTALLSHIELD, 1628, "did not complete"),
        (Technology.MSI, 1628, "a table of it is wrong"),
        (Technology.PE, 0xC000041D, "crashed"),
        (Technology.PE, 0xC06D007E - 2**32, "part of Windows that is missing"),
        (Technology.PE, 0xC0000006, "drive"),
        (Technology.PE, 0xC0000139, "part of Windows that is missing"),
    ],
)
def test_what_their_makers_publish_is_known(technology: Technology, code: int, words: str) -> None:
    assert words in explain_exit(code, None, Platform.WINDOWS, technology).sentence


def test_without_a_store_no_hint_speaks_of_its_support() -> None:
    codes = {**WINDOWS, **SYSTEM, **dict.fromkeys(range(-60, 260))}
    for technology in Technology:
        for platform in Platform:
            for code in codes:
                found = explain_exit(code, GeneralRules(id="general"), platform, technology)
                assert "support" not in found.hint, (technology, code)
                assert "store" not in found.sentence
                assert found.sentence.endswith(".")
                assert found.hint.endswith(".")


def test_five_is_no_refusal_of_windows_where_the_technology_is_known() -> None:
    assert "cancelled" in explain_exit(5, None, Platform.WINDOWS, Technology.INNO).sentence
    other = explain_exit(5, None, Platform.WINDOWS, Technology.NSIS).sentence
    assert other == "The installer ended with exit code 5, which neither the store nor NSIS explains."
    assert "Windows did not allow" in explain_exit(5, None, Platform.WINDOWS).sentence


def test_the_stores_table_comes_first() -> None:
    profile = decode(resource("profiles/larkfield.json").read_bytes(), Profile, source="the test")
    entry = next(entry for entry in profile.exit_codes if entry.code)
    assert explain_exit(entry.code, profile, Platform.WINDOWS, Technology.NSIS).sentence == entry.sentence


def test_a_code_that_no_table_has_is_said_to_be_unknown() -> None:
    found = explain_exit(4242, None, Platform.WINDOWS, Technology.MSI)
    assert found.meaning is FAILED
    assert "4242" in found.sentence


def test_signals_of_linux_keep_their_meaning() -> None:
    assert explain_exit(-15, None, Platform.LINUX, Technology.RUN).meaning is CANCELLED


@pytest.mark.parametrize("platform", [Platform.WINDOWS, Platform.LINUX])
@pytest.mark.parametrize("technology", [Technology.NSIS, Technology.PE, Technology.INNO])
@pytest.mark.parametrize("code", [1, 2, 5, 6, 77, 126, 740, 1603, 1633, 9999, 0xC0000005])
def test_where_there_is_no_store_none_is_spoken_of(platform, technology, code):
    found = explain_exit(code, GeneralRules(id="general"), platform, technology)
    assert "store" not in found.sentence
    assert "support" not in found.hint
    assert "{" not in found.sentence
    with_store = explain_exit(code, None, platform, technology)
    assert with_store.meaning is found.meaning
