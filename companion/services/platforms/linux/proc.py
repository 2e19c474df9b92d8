"""Linux processes, read from /proc (proc(5))."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.platform import Platform
from companion.domain.pc.facts import ListedProcess, Process, WindowState
from companion.domain.pc.process_matching import listed_name
from companion.services.platforms.common.text import clean, shown
from companion.services.platforms.linux import x11

# A process may change its name soon after it has come (fork, then exec), and rarely later.
_YOUNG = 4


class ProcessLister:
    """Looks for processes of some names (None: of any). Repeated looks read newcomers, and a tenth of the others."""

    def __init__(self, names: frozenset[str] | None) -> None:
        self._names = names
        self._verdicts: dict[bytes, str | None] = {}
        self._known: set[str] = set()
        self._young: dict[str, int] = {}
        self._found: dict[str, str] = {}
        self._turn = 0

    def once(self) -> tuple[ListedProcess, ...]:
        """One whole look; nothing is kept for another."""
        self._read(_listing())
        return self._listed()

    def __call__(self) -> tuple[ListedProcess, ...]:
        listing = _listing()
        known, young = self._known, self._young
        self._turn = (self._turn + 1) % 10
        # The last digit of their numbers spreads the others over the looks.
        digit = str(self._turn)
        due = [entry for entry in listing if entry[-1] == digit or entry not in known or entry in young]
        there = set(listing)
        stale = self._found.keys() - (there - set(due))
        for entry in stale:
            del self._found[entry]
        self._read(due)
        self._young = {entry: left - 1 for entry, left in young.items() if left > 1}
        self._young.update(dict.fromkeys(there - known, _YOUNG))
        self._known = there
        return self._listed()

    def _listed(self) -> tuple[ListedProcess, ...]:
        return tuple(ListedProcess(pid=int(entry), name=name) for entry, name in self._found.items())

    def _read(self, entries: list[str]) -> None:
        # One small file per process is the cheapest look; `comm` costs a fraction of `stat`. The bare calls are used,
        # and each name is decided about once: with thousands of processes, what stands around the reading counts.
        open_file, read, close = os.open, os.read, os.close
        verdicts, found = self._verdicts, self._found
        for entry in entries:
            try:
                descriptor = open_file("/proc/" + entry + "/comm", 0)
            except OSError:
                continue
            try:
                raw = read(descriptor, 64)
            except OSError:
                continue
            finally:
                close(descriptor)
            if raw not in verdicts:
                verdicts[raw] = self._verdict(shown(raw[:-1].decode("utf-8", "replace")))
            name = verdicts[raw]
            if name is not None:
                found[entry] = name

    def _verdict(self, name: str) -> str | None:
        return name if self._names is None or listed_name(name, Platform.LINUX) in self._names else None


def _listing() -> list[str]:
    """The process numbers in the kernel's own order: reading in another one costs a quarter more."""
    return [entry for entry in os.listdir("/proc") if entry < ":"]  # noqa: PTH208


def describe(pid: int, screen: x11.Screen, wanted: bool) -> Process | None:
    """What /proc tells of one process (proc(5)), or None when it is gone, only waits to be buried, or may not be read.

    Command lines may hold private data, so only those of `wanted` processes are read.
    """
    base = f"/proc/{pid}"
    try:
        name, rest = _stat(base)
        owner = Path(base).stat().st_uid
    except OSError:
        # Also what /proc hides from this user (mount option hidepid): the others are described all the same.
        return None
    if rest[0] in "ZX":
        return None
    path = _executable(base)
    arguments = _arguments(base) if wanted else None
    state, titles = screen.of(pid)
    if state is WindowState.UNKNOWN and _has_no_display(base):
        state = WindowState.NONE
    return Process(
        pid=pid,
        name=_full_name(name, path),
        parent=int(rest[1]) or None,
        path=path,
        arguments=arguments,
        started=_moment(rest[19]),
        owner=user_name(owner),
        elevated=owner == 0,
        windows=state,
        titles=titles,
    )


def _full_name(name: str, path: str | None) -> str:
    """The whole name of a program whose name the kernel has cut; a script is not called as its interpreter's file."""
    whole = shown(Path(path).name) if path else name
    return whole if listed_name(whole, Platform.LINUX) == listed_name(name, Platform.LINUX) else name


def started(pid: int) -> dt.datetime | None:
    """Returns when the process that has this number now was started; None when there is none, or it is hidden."""
    try:
        return _moment(_stat(f"/proc/{pid}")[1][19])
    except OSError:
        return None


def _stat(base: str) -> tuple[str, list[str]]:
    """The name of a process and the fields behind it. Raises `OSError`."""
    text = Path(base, "stat").read_bytes().decode("utf-8", "replace")
    return shown(text[text.index("(") + 1 : text.rindex(")")]), text[text.rindex(")") + 2 :].split()


def _moment(ticks: str) -> dt.datetime:
    return _boot() + dt.timedelta(seconds=int(ticks) / _ticks())


def session_of(leader: int) -> frozenset[int]:
    """Returns the processes of the session that `leader` began, without itself."""
    found = set()
    for name in _listing():
        with contextlib.suppress(OSError, ValueError, IndexError):
            if int(_stat(f"/proc/{name}")[1][3]) == leader and int(name) != leader:
                found.add(int(name))
    return frozenset(found)


def ended(pids: Iterable[int]) -> frozenset[int]:
    """Returns those of `pids` that are gone or only wait to be reaped."""
    return frozenset(pid for pid in pids if _state(pid) in "ZX")


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[0]
    except PermissionError:
        return "?"
    except (OSError, IndexError):
        return "X"


def _executable(base: str) -> str | None:
    try:
        path = clean(str(Path(base, "exe").readlink()))
        # The kernel marks a file that an update has replaced meanwhile; a file may also be called so.
        return path if Path(path).exists() else path.removesuffix(" (deleted)")
    except OSError:
        return None


def _arguments(base: str) -> tuple[str, ...] | None:
    try:
        raw = Path(base, "cmdline").read_bytes()
    except OSError:
        return None
    return tuple(word.decode("utf-8", "replace") for word in raw.rstrip(b"\0").split(b"\0")) if raw else ()


def _has_no_display(base: str) -> bool:
    """Whether the process was started without any screen, so that it cannot have a window."""
    try:
        names = {variable.partition(b"=")[0] for variable in Path(base, "environ").read_bytes().split(b"\0")}
    except OSError:
        return False
    return not names & {b"DISPLAY", b"WAYLAND_DISPLAY"}


@functools.cache
def _ticks() -> int:
    return os.sysconf("SC_CLK_TCK")


@functools.cache
def _boot() -> dt.datetime:
    for line in Path("/proc/stat").read_text().splitlines():
        if line.startswith("btime "):
            return dt.datetime.fromtimestamp(int(line.split()[1]), dt.UTC)
    raise CompanionError(
        ErrorCode.NO_BOOT_TIME, "No start time", "The kernel does not say when it started.", "Restart the PC."
    )


@functools.cache
def user_name(number: int) -> str:
    import pwd  # there is none on Windows, where this module must still import

    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def open_files() -> Iterator[tuple[int, str]]:
    """Every open or mapped file this user may see, with the process that has it open."""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            for descriptor in (process / "fd").iterdir():
                with contextlib.suppress(OSError):
                    yield int(process.name), str(descriptor.readlink())
        with contextlib.suppress(OSError):
            yield int(process.name), str((process / "exe").readlink())
