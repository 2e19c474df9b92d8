"""Paths of programs: their names, and whether a program lies where only an installation puts programs."""

from __future__ import annotations

import ntpath
import posixpath
import re

from companion.domain.core.platform import Platform

# Folders that an ordinary user of the PC cannot write to. Linux: file-hierarchy(7), Flatpak, Snap, Nix, Guix.
_INSTALLED = {
    Platform.WINDOWS: re.compile(r"[a-z]:/program files( \(x86\)| \(arm\))?/|[a-z]:/windows/"),
    Platform.LINUX: re.compile(r"/(usr|opt|snap|app|bin|sbin|lib\d*|nix/store|gnu/store|var/lib/(flatpak|snapd))/"),
    Platform.MACOS: re.compile(r"/(applications|system|library|usr|bin|sbin|opt)/"),
}
_INTERPRETERS = re.compile(
    r"(?:(?:ba|da|z|k|mk|c|tc|fi)?sh|busybox|toybox|coreutils|env|python[w\d.]*|pypy[\d.]*|perl[\d.]*|ruby[\d.]*|"
    r"node(?:js)?|bun|deno|php[\d.]*|lua[\d.]*|luajit|guile[\d.]*|tclsh[\d.]*|wish[\d.]*|rscript|javaw?|mono(?:-sgen)?|"
    r"dotnet|gjs(?:-console)?|electron\d*|[cw]script|powershell|pwsh|cmd|mshta|rundll32|osascript|autohotkey\w*|"
    r"wine(?:64)?(?:-preloader)?|wineloader(?:64)?|qemu-[\w-]+|box(?:64|86)|ld-[\w.-]+|proot)(?:\.exe)?"
)


def program_name(path_or_command: str) -> str:
    """Returns the file name at the end of a path of either kind."""
    return ntpath.basename(posixpath.basename(path_or_command))


def plain(path: str) -> str:
    """Returns `path` for comparing: with slashes of one kind and without case."""
    return path.replace("\\", "/").casefold()


def is_interpreter(path: str) -> bool:
    """Returns whether the executable runs other programs (scripts, byte code, programs of another system)."""
    return _INTERPRETERS.fullmatch(program_name(path).casefold()) is not None


def is_installed(path: str, platform: Platform) -> bool:
    """Returns whether the executable lies in a folder that only an installation can write to."""
    pattern = _INSTALLED.get(platform)
    return pattern is not None and pattern.match(plain(path)) is not None
