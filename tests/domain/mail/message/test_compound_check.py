"""Compound files that would keep their reader busy for ever, or fill the memory; and sound ones, which pass."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from companion.domain.mail.message.compound_check import is_sound
from companion.domain.mail.message.letter import Letter
from companion.domain.mail.message.outlook import read_outlook
from tests.fuzz.mutation import mutated
from tests.kits.outlook import outlook_message

HEADERS = "From: Brook Audio <sales@brookaudio.example>\r\nDate: Tue, 21 Jul 2026 07:07:07 +0000\r\n\r\n"
GOOD = outlook_message(headers=HEADERS, subject="Brook Delay", body="Order number: BK-4410\r\n" * 400)
TABLE, DIRECTORY = 512, 1024
LEFT, RIGHT, CHILD, START, SIZE = 68, 72, 76, 116, 120
END, NONE = 0xFFFFFFFE, 0xFFFFFFFF
INSTALLERS = sorted((Path(__file__).parents[3] / "kits" / "installers").glob("*.msi"))


def number(data: bytes | bytearray, at: int) -> int:
    found: int = struct.unpack_from("<I", data, at)[0]
    return found


def put(data: bytearray, at: int, value: int) -> None:
    struct.pack_into("<I", data, at, value)


def entry(index: int, field: int) -> int:
    return DIRECTORY + 128 * index + field


def table(sector: int) -> int:
    return TABLE + 4 * sector


def a_chain_that_comes_back(data: bytearray) -> None:
    start = number(data, entry(1, START))
    put(data, table(start + 1), start)
    put(data, entry(1, SIZE), len(data))


def a_chain_within_another(data: bytearray) -> None:
    put(data, entry(2, START), number(data, entry(1, START)))


def a_stream_of_gigabytes(data: bytearray) -> None:
    start = number(data, entry(1, START))
    put(data, table(start), start)
    put(data, entry(1, SIZE), 0x7FFFFFFF)


def a_stream_longer_than_its_chain(data: bytearray) -> None:
    put(data, entry(1, SIZE), len(data) - 600)


def a_table_of_gigabytes(data: bytearray) -> None:
    put(data, 44, 0x7FFFFFFF)


def a_table_listed_by_itself(data: bytearray) -> None:
    put(data, 68, 0)
    put(data, 72, 0x00FFFFFF)


def a_table_outside_of_the_file(data: bytearray) -> None:
    put(data, 76, 0x00FFFFFF)


def a_directory_that_comes_back(data: bytearray) -> None:
    put(data, table(number(data, 48)), number(data, 48))


def an_entry_beside_itself(data: bytearray) -> None:
    put(data, entry(2, LEFT), 2)


def an_entry_within_itself(data: bytearray) -> None:
    data[entry(1, 66)] = 1
    put(data, entry(1, CHILD), 1)


def entries_that_double(data: bytearray) -> None:
    for index in range(1, 4):
        put(data, entry(index, LEFT), index + 1)


def the_root_within_a_storage(data: bytearray) -> None:
    data[entry(1, 66)] = 1
    put(data, entry(1, CHILD), 0)


def a_small_stream_in_a_table_that_comes_back(data: bytearray) -> None:
    """The table of small streams is a sector that says of each part that it follows itself."""
    start = number(data, entry(1, START))
    put(data, 60, start)
    put(data, 64, 1)
    put(data, table(start), END)
    for index in range(128):
        put(data, (start + 1) * 512 + 4 * index, index)
    put(data, entry(0, START), number(data, entry(2, START)))
    put(data, entry(0, SIZE), 4096)
    put(data, entry(1, START), 0)
    put(data, entry(1, SIZE), 4000)


def a_small_stream_without_any_table(data: bytearray) -> None:
    put(data, entry(1, SIZE), 64)


def no_sector_size(data: bytearray) -> None:
    struct.pack_into("<H", data, 30, 0)


def a_sector_of_gigabytes(data: bytearray) -> None:
    struct.pack_into("<H", data, 30, 31)


def a_neighbour_that_is_not_there(data: bytearray) -> None:
    put(data, entry(3, RIGHT), 0x00FFFFFF)


FAULTS: tuple[Callable[[bytearray], None], ...] = (
    a_chain_that_comes_back, a_chain_within_another, a_stream_of_gigabytes, a_stream_longer_than_its_chain,
    a_table_of_gigabytes, a_table_listed_by_itself, a_table_outside_of_the_file, a_directory_that_comes_back,
    an_entry_beside_itself, an_entry_within_itself, entries_that_double, the_root_within_a_storage,
    a_small_stream_in_a_table_that_comes_back, a_small_stream_without_any_table, no_sector_size,
    a_sector_of_gigabytes, a_neighbour_that_is_not_there,
)  # fmt: skip


def test_a_sound_file_is_read() -> None:
    assert is_sound(GOOD)
    assert read_outlook(GOOD) is not None


@pytest.mark.parametrize("path", INSTALLERS, ids=lambda path: path.stem)
def test_what_other_programs_write_is_sound(path: Path) -> None:
    assert is_sound(path.read_bytes())


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_what_contradicts_itself_is_not_read(fault: Callable[[bytearray], None]) -> None:
    data = bytearray(GOOD)
    fault(data)
    assert not is_sound(bytes(data))
    assert read_outlook(bytes(data)) is None


def compound(entries: int, left: Callable[[int], int], right: Callable[[int], int]) -> bytes:
    """Returns a compound file whose streams all lie in the same eight sectors."""
    directory = -(-(entries + 1) // 4)
    content = 1 + directory
    listed = [0xFFFFFFFD, *range(2, directory + 1), END, *range(content + 1, content + 8), END]
    assert len(listed) <= 128
    rows = [named("Root Entry", 5, NONE, NONE, 1, END, 0)]
    rows += [named(f"s{index}", 2, left(index), right(index), NONE, content, 4096) for index in range(1, entries + 1)]
    header = bytearray(GOOD[:512])
    put(header, 48, 1)
    table_sector = struct.pack("<128I", *listed, *[NONE] * (128 - len(listed)))
    return bytes(header) + table_sector + b"".join(rows).ljust(directory * 512, b"\0") + bytes(8 * 512)


def named(name: str, kind: int, left: int, right: int, child: int, start: int, size: int) -> bytes:
    spelled = name.encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16sIQQIQ", spelled, len(spelled) + 2, kind, 1, left, right, child, b"", 0, 0, 0, start, size
    )


def test_entries_that_double_at_every_step_are_not_followed() -> None:
    """Two to the power of two hundred ways lead through these two hundred entries."""

    def following(index: int) -> int:
        return index + 1 if index < 200 else NONE

    assert is_sound(compound(1, lambda _: NONE, lambda _: NONE))
    data = compound(200, following, following)
    assert not is_sound(data)
    assert read_outlook(data) is None


def test_streams_that_share_what_they_hold_are_not_read() -> None:
    data = compound(200, lambda _: NONE, lambda index: index + 1 if index < 200 else NONE)
    assert not is_sound(data)


def test_a_message_of_far_too_many_properties_is_not_read() -> None:
    data, index = bytearray(GOOD), 1
    while "properties" not in data[entry(index, 0) : entry(index, 64)].decode("utf-16-le"):
        index += 1
    put(data, entry(index, SIZE), 300_000)
    assert not is_sound(bytes(data) + bytes(400_000))


@pytest.mark.parametrize("length", [0, 8, 75, 76, 511, 512, 513, 1024])
def test_what_ends_early_is_not_read(length: int) -> None:
    assert not is_sound(GOOD[:length])


@pytest.mark.parametrize("part", range(8))
def test_hundreds_of_spoiled_messages_end(part: int) -> None:
    """Each is read or refused; that one of them has no end is noticed by the time limit of the whole run."""
    random = Random(part)
    for _ in range(50):
        data = bytearray(mutated(GOOD, (GOOD,), random))
        for _ in range(random.choice((0, 1, 3))):
            places = (random.randrange(512), TABLE + random.randrange(512), DIRECTORY + random.randrange(1024))
            at = random.choice(places)
            if at + 4 <= len(data):
                put(data, at, random.choice((0, 1, 2, 5, END, NONE, 0x7FFFFFFF, len(data), random.randrange(64))))
        assert isinstance(read_outlook(bytes(data)), Letter | None)
