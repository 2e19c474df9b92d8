"""The program that runs already: where it listens, and how a later start hands over what it was asked for.

There is no Qt here: a later start ends before anything of the window is imported.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import stat
import struct
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Model
from companion.domain.core.serialization import encode
from companion.services.app.atomic_file import replace_file

TAKEN = b"taken\n"
"""What the running program answers as soon as it has read a request."""
ANSWER_SECONDS = 5.0
_CONNECT_SECONDS = 0.1
_NEXT_TRY_SECONDS = 0.02
_ADDRESS = "running.address"
_MOST_ADDRESS = 4096
_MOST_ANSWER = 64
_QUITTING = re.compile(rb"taken ([1-9][0-9]{0,9})\n")
# A socket's path may be 108 bytes long on Linux and 104 on macOS, with the zero that ends it (unix(7)).
_LONGEST_PATH = 100
_MADE = "companion-"


class StartRequest(Model, frozen=True):
    """What a later start was asked for: to stay in the tray, another store than the one used last, or to quit.

    `pressed` is the code in a link that Windows opened because a button of a notice was pressed; a web page can open
    such a link too, with any code.
    """

    tray: bool = False
    store: Annotated[str, msgspec.Meta(max_length=2048)] | None = None
    quit: bool = False
    # Left away where there is none: a program of an earlier version may listen.
    pressed: Annotated[str, msgspec.Meta(max_length=64)] | msgspec.UnsetType = msgspec.UNSET


def hand_over(state: Path, request: StartRequest, *, seconds: float = ANSWER_SECONDS) -> bool:
    """Give the request to the program that runs with the folder `state`; False when none listens (yet).

    Raises `CompanionError` ``not-answering`` when one listens and does not answer within `seconds`.
    """
    answer = _ask(state, request, seconds)
    if answer is None:
        return False
    if answer != TAKEN:
        raise not_answering()
    return True


def ask_to_quit(state: Path, *, seconds: float = ANSWER_SECONDS) -> int | None:
    """Ask the program that runs with the folder `state` to quit; returns its process id, None when none listens.

    Raises `CompanionError` ``not-answering`` when one listens and does not answer within `seconds`.
    """
    answer = _ask(state, StartRequest(quit=True), seconds)
    if answer is None:
        return None
    found = _QUITTING.fullmatch(answer)
    if found is None:
        raise not_answering("It was asked to quit, and nothing came back.")
    return int(found[1])


def quitting(pid: int) -> bytes:
    """Returns what the running program answers when it is asked to quit: its process id, to wait for its end."""
    return b"%s %d\n" % (TAKEN.strip(), pid)


def place_to_listen(state: Path) -> str | None:
    """Returns an address for the program of this folder, which no other user can take; None when there is no place.

    On Windows an unguessable name of a pipe, elsewhere the path of a socket in a folder that is the user's alone: the
    state folder, the session's, or a new one where those are open to others or their paths too long.
    """
    if os.name != "posix":
        return f"{_MADE}{os.urandom(16).hex()}"
    found = next((place for place in _places(state) if _fits(place) and is_private(place.parent)), None)
    if found is None:
        with contextlib.suppress(OSError):
            made = Path(tempfile.mkdtemp(prefix=_MADE)) / "running.socket"
            found = made if _fits(made) else None
    return None if found is None else str(found)


def _places(state: Path) -> Iterator[Path]:
    yield state / "running.socket"
    session = os.environ.get("XDG_RUNTIME_DIR")
    if session:
        import hashlib  # here, because it brings OpenSSL along and the first place is nearly always good

        yield Path(session) / f"{_MADE}{hashlib.sha256(os.fsencode(state.resolve())).hexdigest()[:24]}.socket"
    yield from _used_before(state)


def announce(state: Path, address: str) -> None:
    """Write down where the program of this folder listens. Raises `OSError`."""
    replace_file(state / _ADDRESS, address)


def retract(state: Path) -> None:
    """The program of this folder does not listen any more."""
    made = _used_before(state)
    for gone in (state / _ADDRESS, *made):
        with contextlib.suppress(OSError):
            gone.unlink()
    for socket_path in made:
        with contextlib.suppress(OSError):
            socket_path.parent.rmdir()


def is_private(folder: Path) -> bool:
    """Whether a folder is this user's, and open to no other one."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077


def _fits(path: Path) -> bool:
    return len(os.fsencode(path)) < _LONGEST_PATH


def _used_before(state: Path) -> tuple[Path, ...]:
    """The socket in a folder that was made for it, if one was announced."""
    address = _announced(state) if os.name == "posix" else None
    if address is None or not Path(address).parent.name.startswith(_MADE):
        return ()
    return (Path(address),)


def _announced(state: Path) -> str | None:
    """The address that the program of this folder wrote down; None when there is none of this user's."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        with os.fdopen(os.open(state / _ADDRESS, flags), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode) or (os.name == "posix" and found.st_uid != os.getuid()):
                return None
            text = file.read(_MOST_ADDRESS).decode().strip()
    except (OSError, UnicodeDecodeError):
        return None
    return text if text and "\0" not in text else None


def _ask(state: Path, request: StartRequest, seconds: float) -> bytes | None:
    """The answer of the program that runs with this folder, None when none listens."""
    address = _announced(state)
    if address is None:
        return None
    message = encode(request) + b"\n"
    return _ask_socket(address, message, seconds) if os.name == "posix" else _ask_pipe(address, message, seconds)


def _ask_socket(address: str, message: bytes, seconds: float) -> bytes | None:
    """The answer of the socket's owner, None when none of this user's listens there."""
    path = Path(address)
    if not path.is_absolute() or not is_private(path.parent):
        return None
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(_CONNECT_SECONDS)
        try:
            link.connect(address)
        except OSError:
            return None
        if not _is_ours(link):
            return None
        with contextlib.suppress(OSError):
            return _exchange(link, message, time.monotonic() + seconds)
        return b""


def _exchange(link: socket.socket, message: bytes, until: float) -> bytes:
    link.settimeout(max(0.001, until - time.monotonic()))
    link.sendall(message)
    answer = b""
    while not answer.endswith(b"\n") and len(answer) < _MOST_ANSWER:
        link.settimeout(max(0.001, until - time.monotonic()))
        part = link.recv(_MOST_ANSWER)
        if not part:
            break
        answer += part
    return answer


def _is_ours(link: socket.socket) -> bool:
    """Whether a process of this user listens; true where the system does not say, since the folder is private."""
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None:
        return True
    _pid, user, _group = struct.unpack("3i", link.getsockopt(socket.SOL_SOCKET, option, struct.calcsize("3i")))
    return bool(user == os.getuid())


def _ask_pipe(address: str, message: bytes, seconds: float) -> bytes | None:
    """The answer of the named pipe's owner, None when there is no such pipe.

    A pipe cannot be given a time limit, so it is talked to on a thread of its own.
    """
    answer: list[bytes | None] = []
    until = time.monotonic() + seconds
    talk = threading.Thread(target=_talk, args=(address, message, answer, until), name="second start", daemon=True)
    talk.start()
    talk.join(seconds)
    return answer[-1] if answer else b""


def _talk(address: str, message: bytes, answer: list[bytes | None], until: float) -> None:
    """Say `message` and append what is answered: None when there is no pipe, nothing while all its places are taken."""
    while not answer and time.monotonic() < until:
        try:
            with Path(rf"\\.\pipe\{address}").open("r+b", buffering=0) as pipe:
                answer.append(b"")
                pipe.write(message)
                answer.append(pipe.readline(_MOST_ANSWER))
        except (FileNotFoundError, PermissionError):
            answer.append(None)
        except OSError:
            # Another start is heard at this moment, and the next place is not there yet.
            time.sleep(_NEXT_TRY_SECONDS)


def not_answering(asked: str = "It was asked to show its window, and nothing came back.") -> CompanionError:
    """Returns what is told when a program runs and does not react to what it was asked."""
    return CompanionError(
        ErrorCode.NOT_ANSWERING,
        "Companion is running but does not react",
        asked,
        "Give it a minute. If it stays like this, restart the PC, or end Companion in the task manager.",
    )
