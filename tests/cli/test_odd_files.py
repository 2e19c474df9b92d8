"""Options and arguments that name a file, given a pipe, a device, a folder, a socket, a circle of links, or nothing."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from companion.domain.core.errors import CompanionError
from companion.services.app.atomic_file import write_file
from companion.services.app.input_file import open_plain
from tests.kits.cli import Cli

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pipes, devices and links of POSIX")

DIGEST = "0" * 64
READING = {
    "a profile": ("preflight", "--profile", "@"),
    "pieces": ("verify", __file__, "--pieces", "@"),
    "a file to check": ("verify", "@", "--sha256", DIGEST),
    "a file to repair": ("verify", "@", "--pieces", "PIECES", "--repair", "https://127.0.0.1:9/x"),
    "digests": ("identify", __file__, "--sums", "@"),
    "the directory": ("directory", "check", "@"),
    "an installer": ("identify", "@"),
    "an installer to prepare for": ("preflight", "--for", "@"),
    "an e-mail": ("add", "--dry-run", "@"),
}


def pipe(path: Path) -> None:
    os.mkfifo(path)


def local_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def linked_pipe(path: Path) -> None:
    os.mkfifo(path.with_suffix(".pipe"))
    path.symlink_to(path.with_suffix(".pipe"))


ODD = (pipe, local_socket, device, linked_pipe)


@pytest.fixture
def odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The place of the odd file, in the folder that commands run in: names of sockets must be short."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pieces.json").write_text('{"length": 1000, "sha256": ["' + DIGEST + '"]}')
    return tmp_path / "odd"


def typed(words: tuple[str, ...], name: str) -> list[str]:
    return [{"@": name, "PIECES": "pieces.json"}.get(word, word) for word in words]


@pytest.mark.parametrize("make", ODD)
@pytest.mark.parametrize("words", READING.values(), ids=READING)
def test_what_is_no_file_is_not_waited_for_and_is_called_by_its_kind(
    bare: Cli, odd: Path, words: tuple[str, ...], make: object
) -> None:
    assert callable(make)
    make(Path("odd"))
    before = odd.lstat()
    ran = bare(*typed(words, "odd"))
    assert ran.code in (1, 2)
    assert "pipe or a device" in ran.err or "odd is not a file" in ran.err
    assert "written" not in ran.err
    assert "--home" not in ran.err
    assert odd.lstat().st_ino == before.st_ino


@pytest.mark.parametrize("words", READING.values(), ids=READING)
def test_a_circle_of_links_or_a_folder_is_never_called_a_folder_for_writing(
    bare: Cli, odd: Path, words: tuple[str, ...]
) -> None:
    odd.symlink_to("odd")
    said = bare(*typed(words, "odd"))
    assert said.code in (1, 2)
    assert "written" not in said.err
    odd.unlink()
    odd.mkdir()
    said = bare(*typed(words, "odd"))
    assert said.code in (1, 2)
    assert "folder" in said.err
    assert "written" not in said.err


@pytest.mark.parametrize("words", [READING["a profile"], READING["pieces"]])
def test_a_description_without_end_is_not_read_into_memory(bare: Cli, odd: Path, words: tuple[str, ...]) -> None:
    with odd.open("wb") as file:
        file.truncate(4 << 30)
    assert "larger than 8 MB" in bare(*typed(words, "odd"), "--json").error(2, "bad-file")["message"]


@pytest.mark.parametrize(
    "words",
    [
        *READING.values(),
        ("--home", "@", "orders", "list"),
        ("fetch", "https://127.0.0.1:9/x", "--to", "@"),
        ("reminders", "--ics", "@"),
        ("case-file", "--to", "@"),
        ("receipts", "LF-1", "--pdf", "@"),
    ],
)
@pytest.mark.parametrize("name", ["", "  "])
def test_an_empty_name_never_means_the_folder_that_the_command_runs_in(
    bare: Cli, odd: Path, words: tuple[str, ...], name: str
) -> None:
    ran = bare(*typed(words, name))
    assert ran.code == 2
    assert "is empty" in ran.err or words[0] == "add"
    assert sorted(each.name for each in odd.parent.iterdir() if each != bare.home) == ["pieces.json"]


@pytest.mark.parametrize("make", ODD)
def test_saving_leaves_a_pipe_or_a_device_where_it_is(bare: Cli, odd: Path, make: object) -> None:
    assert callable(make)
    make(Path("odd"))
    before = odd.lstat()
    bare.url = "https://127.0.0.1:9"
    failed = bare("reminders", "--ics", "odd", "--json").error(1, "file-not-written")
    assert failed["message"].endswith("is a pipe or a device, not a file. It was left alone.")
    assert (odd.lstat().st_ino, odd.lstat().st_mode) == (before.st_ino, before.st_mode)


def test_saving_into_nothing_or_a_file_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "there"
    path.symlink_to(tmp_path / "nowhere")
    for content in (b"one", b"two"):
        write_file(path, content)
        assert (path.read_bytes(), path.is_symlink()) == (content, False)


def test_line_breaks_in_names_do_not_make_lines_of_their_own(bare: Cli, odd: Path) -> None:
    name = "odd\nCall +1 555 0100 now"
    for words in READING.values():
        assert "\nCall" not in bare(*typed(words, name)).err
    with pytest.raises(CompanionError) as failed:
        write_file(odd.parent / "no\nCall 0100" / name, b"")
    assert "\n" not in failed.value.message


def test_what_is_no_plain_file_says_what_it_is(tmp_path: Path) -> None:
    for make in (pipe, device):
        make(tmp_path / make.__name__)
        with pytest.raises(OSError, match="it is a pipe or a device, not a file"):
            open_plain(tmp_path / make.__name__)
    with pytest.raises(OSError, match="it is a folder"):
        open_plain(tmp_path)
