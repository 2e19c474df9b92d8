"""Autostart on a Linux desktop: XDG desktop files and systemd units.

freedesktop.org Desktop Application Autostart Specification 0.5, systemd.unit(5).
"""

from __future__ import annotations

import base64
import contextlib
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.pc.facts import AutostartEntry, AutostartKind, Fact, Scope
from companion.services.app.atomic_file import replace_file
from companion.services.platforms.common.failures import not_arranged
from companion.services.platforms.protocol import HeldEntry

_OWN = "companion.desktop"
_ONCE = "companion-once.desktop"


class LinuxAutostart:
    """The `AutostartControl` of Linux: XDG desktop files and systemd units."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def entries(self) -> Fact[tuple[AutostartEntry, ...]]:
        return Fact.known((*self._desktop_files(), *self._systemd_units()))

    def hold(self, entry: AutostartEntry) -> HeldEntry:
        """What switching `entry` off means: the file to write, what stands there now, and what will stand there."""
        path = Path(entry.location)
        try:
            if entry.kind is AutostartKind.SYSTEMD_UNIT and entry.scope is Scope.USER and path.is_symlink():
                return HeldEntry(entry=entry, before=f"link {path.readlink()}")
            if entry.kind is AutostartKind.XDG_AUTOSTART:
                content = path.read_bytes()
                own = _config(self._environment) / "autostart" / path.name
                after = _spelled(_hidden(content))
                if entry.scope is Scope.MACHINE:
                    # The person's own file of that name goes before the system's and needs no administrator.
                    entry = AutostartEntry(
                        kind=entry.kind, name=entry.name, command=entry.command, location=str(own), scope=entry.scope
                    )
                    return HeldEntry(entry=entry, before="nothing", after=after)
                return HeldEntry(entry=entry, before="file " + _spelled(content), after=after)
        except OSError as error:
            raise _refused(entry, error) from None
        raise CompanionError(
            ErrorCode.HOLD_REFUSED,
            "The automatic start cannot be paused",
            f"“{entry.name}” is started by the system itself, and only an administrator can change that.",
            "Close the program again whenever it comes back.",
        )

    def switch_off(self, held: HeldEntry) -> None:
        """Hide the desktop file, or take the unit's link away. Raises `CompanionError` ``hold-refused``."""
        path = Path(held.entry.location)
        try:
            if held.after is None:
                path.unlink(missing_ok=True)
            else:
                _write(path, base64.b64decode(held.after))
        except OSError as error:
            raise _refused(held.entry, error) from None

    def switch_on(self, held: HeldEntry) -> bool:
        """Put back what stood there, unless it has been changed since."""
        path = Path(held.entry.location)
        how, _, before = held.before.partition(" ")
        try:
            if how == "link":
                if path.is_symlink() or path.exists():
                    return path.is_symlink() and str(path.readlink()) == before
                path.parent.mkdir(parents=True, exist_ok=True)
                path.symlink_to(before)
                return True
            current = path.read_bytes() if path.is_file() else None
            original = base64.b64decode(before) if how == "file" else None
            if current == original:
                return True
            if held.after is None or current != base64.b64decode(held.after):
                return False
            if original is None:
                path.unlink()
            else:
                _write(path, original)
        except OSError as error:
            raise _refused(held.entry, error) from None
        return True

    def starts_at_login(self) -> bool:
        """Whether the app's own desktop file is there and the person has not switched it off."""
        path = _config(self._environment) / "autostart" / _OWN
        if not path.exists():
            return False
        entry = _entry(path, Scope.USER, set())
        return entry.enabled and self._program_is_there(entry.command)

    def renew_start_at_login(self, command: Sequence[str]) -> bool:
        """Replace ``Exec`` in the app's own desktop file where its program has moved."""
        path = _config(self._environment) / "autostart" / _OWN
        if not path.exists():
            return False
        entry = _entry(path, Scope.USER, set())
        if not entry.enabled or self._program_is_there(entry.command):
            return False
        # A person may keep such files elsewhere, with links to them.
        real = path.resolve()
        _write(real, _with_exec(real.read_bytes(), command))
        return True

    def _program_is_there(self, exec_line: str) -> bool:
        program = program_of(exec_line)
        return program is not None and shutil.which(program, path=self._environment.get("PATH")) is not None

    def start_at_login(self, command: Sequence[str] | None) -> None:
        """Writes or removes the app's own desktop file.

        One that exists is kept, as the person may have edited it; only a program that has moved is put right.
        """
        path = _config(self._environment) / "autostart" / _OWN
        if command is None:
            path.unlink(missing_ok=True)
            return
        if path.exists():
            self.renew_start_at_login(command)
            return
        _write(path, desktop_file(command))

    def start_at_next_login(self, command: Sequence[str] | None) -> None:
        """Write or remove the desktop file for one more start. Raises `CompanionError` ``not-arranged``."""
        path = _config(self._environment) / "autostart" / _ONCE
        try:
            if command is None:
                path.unlink(missing_ok=True)
            else:
                _write(path, desktop_file(command))
        except OSError as error:
            raise not_arranged(error.strerror) from None

    def _desktop_files(self) -> list[AutostartEntry]:
        """The desktop files of the autostart folders; a person's own file replaces the system's of the same name."""
        found: dict[str, AutostartEntry] = {}
        desktops = {name for name in self._environment.get("XDG_CURRENT_DESKTOP", "").split(":") if name}
        for folder, scope in _folders(self._environment):
            for path in sorted(folder.glob("*.desktop")) if folder.is_dir() else ():
                if path.name not in found and path.is_file():
                    found[path.name] = _entry(path, scope, desktops)
        return list(found.values())

    def _systemd_units(self) -> list[AutostartEntry]:
        """Units that start by themselves: links in ``*.wants`` folders."""
        user = _config(self._environment) / "systemd/user"
        places = (
            (user, Scope.USER, AutostartKind.SYSTEMD_UNIT),
            (Path("/etc/systemd/user"), Scope.MACHINE, AutostartKind.SYSTEMD_UNIT),
            (Path("/etc/systemd/system"), Scope.MACHINE, AutostartKind.SERVICE),
        )
        found = []
        for folder, scope, kind in places:
            for link in sorted(folder.glob("*.wants/*.service")):
                commands = [value for key, value in _pairs(link, "Service") if key == "ExecStart"]
                if commands:
                    command = commands[0].lstrip("-@:+!")
                    found.append(
                        AutostartEntry(kind=kind, name=link.stem, command=command, location=str(link), scope=scope)
                    )
        return found


def desktop_file(command: Sequence[str]) -> bytes:
    """Returns the app's own desktop file that starts `command`."""
    return f"[Desktop Entry]\nType=Application\nName=Companion\n{_exec(command)}\n".encode()


def _exec(command: Sequence[str]) -> str:
    return "Exec=" + " ".join(_quoted(word) for word in command)


def _with_exec(content: bytes, command: Sequence[str]) -> bytes:
    """The same desktop file with another command."""
    found, inside = [], False
    for line in content.splitlines(keepends=True):
        if line.startswith(b"["):
            inside = line.strip() == b"[Desktop Entry]"
        is_exec = inside and line.partition(b"=")[0].strip() == b"Exec"
        found.append(f"{_exec(command)}\n".encode() if is_exec else line)
    return b"".join(found)


def program_of(exec_line: str) -> str | None:
    """Returns the program of a value of ``Exec``, without its quotes and escapes; None where there is none."""
    # Escapes of every value of a desktop file come off first, then those within quotes (the specification's "Exec").
    text = re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), exec_line).lstrip()
    if text.startswith('"'):
        quoted = re.match(r'"((?:[^"\\]|\\.)*)"', text)
        word = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else ""
    else:
        word = text.partition(" ")[0]
    return word.replace("%%", "%") or None


_ESCAPES = {"s": " ", "n": "\n", "t": "\t", "r": "\r"}


def _quoted(word: str) -> str:
    """A word of ``Exec`` (Desktop Entry Specification, "The Exec key"): quoted, with its own escapes."""
    escaped = "".join("\\" + letter if letter in '"`$\\' else letter for letter in word).replace("%", "%%")
    return '"' + escaped.replace("\\", "\\\\") + '"'


def _folders(environment: Mapping[str, str]) -> list[tuple[Path, Scope]]:
    system = environment.get("XDG_CONFIG_DIRS") or "/etc/xdg"
    folders = [(_config(environment) / "autostart", Scope.USER)]
    return folders + [(Path(folder) / "autostart", Scope.MACHINE) for folder in system.split(":") if folder]


def _config(environment: Mapping[str, str]) -> Path:
    return Path(environment.get("XDG_CONFIG_HOME") or Path(environment.get("HOME", "/")) / ".config")


def _entry(path: Path, scope: Scope, desktops: set[str]) -> AutostartEntry:
    pairs = dict(reversed(_pairs(path, "Desktop Entry")))
    only = {name for name in pairs.get("OnlyShowIn", "").split(";") if name}
    never = {name for name in pairs.get("NotShowIn", "").split(";") if name}
    wanted = (not only or not desktops or bool(only & desktops)) and not never & desktops
    off = pairs.get("Hidden", "").lower() == "true" or pairs.get("X-GNOME-Autostart-enabled", "").lower() == "false"
    return AutostartEntry(
        kind=AutostartKind.XDG_AUTOSTART,
        name=pairs.get("Name") or path.stem,
        command=pairs.get("Exec", ""),
        location=str(path),
        scope=scope,
        enabled=wanted and not off,
    )


def _pairs(path: Path, section: str) -> list[tuple[str, str]]:
    """The keys and values of one section, in order; nothing for a file that cannot be read."""
    found, inside = [], False
    with contextlib.suppress(OSError):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("["):
                inside = line.strip() == f"[{section}]"
            elif inside and "=" in line and not line.startswith("#"):
                key, _, value = line.partition("=")
                found.append((key.strip(), value.strip()))
    return found


def _hidden(content: bytes) -> bytes:
    """The same desktop file, hidden: "the file should be ignored" (the specification's ``Hidden`` key)."""
    found = []
    for line in content.splitlines(keepends=True):
        if not line.startswith(b"Hidden"):
            found.append(line)
        if line.strip() == b"[Desktop Entry]":
            found.append(b"Hidden=true\n" if line.endswith(b"\n") else b"\nHidden=true\n")
    return b"".join(found)


def _spelled(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _write(path: Path, content: bytes) -> None:
    """Replace the file in one step, so that no half of it is ever read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, content)


def _refused(entry: AutostartEntry, error: OSError) -> CompanionError:
    return CompanionError(
        ErrorCode.HOLD_REFUSED,
        "It could not be switched off",
        f"The entry “{entry.name}” may not be changed ({error.strerror or 'no reason given'}).",
        "Close the program again whenever it comes back.",
    )
