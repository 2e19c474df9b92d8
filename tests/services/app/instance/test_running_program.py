"""A later start reaches the program that runs, and never a stranger's in its place."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.services.app.instance.running_program import (
    StartRequest,
    announce,
    ask_to_quit,
    hand_over,
    is_private,
    place_to_listen,
    quitting,
    retract,
)
from tests.kits.listener import Listener

pytestmark = pytest.mark.skipif(os.name != "posix", reason="elsewhere the address is the name of a pipe")
NOBODY = 65534


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of the login session; its path is as short as such paths are."""
    folder = Path(tempfile.mkdtemp())
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def listening(state: Path) -> Iterator[Listener]:
    made = Listener(state / "running.socket")
    announce(state, str(state / "running.socket"))
    yield made
    made.close()


def test_the_request_arrives(state: Path, listening: Listener) -> None:
    assert hand_over(state, StartRequest(tray=True, store="https://shop.example"))
    assert listening.heard == [b'{"tray":true,"store":"https://shop.example","quit":false}\n']


def test_nothing_runs(state: Path) -> None:
    assert not hand_over(state, StartRequest())
    announce(state, str(state / "running.socket"))
    assert not hand_over(state, StartRequest()), "what is left of a program that was killed"


def test_one_that_is_asked_to_quit_tells_its_process_id(state: Path) -> None:
    assert ask_to_quit(state) is None
    listener = Listener(state / "running.socket", quitting(4711))
    announce(state, str(state / "running.socket"))
    assert ask_to_quit(state) == 4711
    assert listener.heard == [b'{"tray":false,"store":null,"quit":true}\n']
    listener.close()


@pytest.mark.parametrize("answer", [None, b"", b"taken\n", b"taken 0\n", b"taken -1\n", b"taken 1", b"9" * 100])
def test_an_answer_without_a_process_id_is_none(state: Path, answer: bytes | None) -> None:
    listener = Listener(state / "running.socket", answer)
    announce(state, str(state / "running.socket"))
    with pytest.raises(CompanionError) as failed:
        ask_to_quit(state, seconds=0.2)
    assert failed.value.code is ErrorCode.NOT_ANSWERING
    assert "quit" in failed.value.message
    listener.close()


@pytest.mark.parametrize("answer", [None, b"", b"no\n", b"taken?\n"])
def test_one_that_does_not_react_is_said(state: Path, answer: bytes | None) -> None:
    listener = Listener(state / "running.socket", answer)
    announce(state, str(state / "running.socket"))
    with pytest.raises(CompanionError) as failed:
        hand_over(state, StartRequest(), seconds=0.2)
    assert failed.value.code is ErrorCode.NOT_ANSWERING
    listener.close()


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o755, 0o1777])
def test_a_socket_where_others_could_have_put_it_is_not_asked(state: Path, tmp_path: Path, mode: int) -> None:
    common = tmp_path / "common"
    common.mkdir()
    common.chmod(mode)
    stranger = Listener(common / "s")
    announce(state, str(common / "s"))
    assert not hand_over(state, StartRequest())
    assert stranger.heard == []
    stranger.close()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_a_folder_or_an_announcement_of_another_user_is_not_believed(state: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir(mode=0o700)
    stranger = Listener(theirs / "s")
    os.chown(theirs, NOBODY, NOBODY)
    announce(state, str(theirs / "s"))
    assert not hand_over(state, StartRequest())
    own = Listener(state / "running.socket")
    announce(state, str(state / "running.socket"))
    os.chown(state / "running.address", NOBODY, NOBODY)
    assert not hand_over(state, StartRequest())
    assert stranger.heard == own.heard == []
    stranger.close()
    own.close()


@pytest.mark.parametrize("text", [b"", b"relative/path", b"/nowhere/at/all", b"\xff\xfe", b"/a\0b", b"/" + b"x" * 5000])
def test_nonsense_in_the_announcement_is_as_if_nothing_ran(state: Path, text: bytes) -> None:
    (state / "running.address").write_bytes(text)
    assert not hand_over(state, StartRequest())
    assert place_to_listen(state) == str(state / "running.socket")


def test_an_announcement_that_is_a_link_or_a_pipe_is_not_read(state: Path, tmp_path: Path, listening: Listener) -> None:
    (state / "running.address").rename(tmp_path / "elsewhere")
    (state / "running.address").symlink_to(tmp_path / "elsewhere")
    assert not hand_over(state, StartRequest())
    (state / "running.address").unlink()
    os.mkfifo(state / "running.address")
    assert not hand_over(state, StartRequest())


def test_the_socket_lies_in_the_state_folder_where_that_is_private(state: Path, session: Path) -> None:
    assert place_to_listen(state) == str(state / "running.socket")


def test_otherwise_in_the_folder_of_the_session(state: Path, session: Path, tmp_path: Path) -> None:
    state.chmod(0o755)
    place = place_to_listen(state)
    assert place is not None
    assert Path(place).parent == session
    long = tmp_path / ("long" * 40)
    assert Path(place_to_listen(long) or "").parent == session
    assert place_to_listen(long) != place, "each state folder has a socket of its own"


@pytest.mark.parametrize("other", ["open to others", "not there", "not named"])
def test_and_elsewhere_in_a_new_private_folder(
    session: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    if other == "open to others":
        session.chmod(0o777)
    elif other == "not there":
        session.rmdir()
    else:
        monkeypatch.delenv("XDG_RUNTIME_DIR")
    state = tmp_path / ("long" * 40)
    state.mkdir(mode=0o700)
    place = Path(place_to_listen(state) or "")
    assert is_private(place.parent)
    assert place.parent != session
    announce(state, str(place))
    assert place_to_listen(state) == str(place), "the next start uses it again and leaves no folders behind"
    retract(state)
    assert not place.parent.exists()


def test_retracting_leaves_the_folders_that_were_there(state: Path, session: Path) -> None:
    announce(state, str(session / "companion-1.socket"))
    retract(state)
    retract(state)
    assert session.exists()
    assert not hand_over(state, StartRequest())
