"""A real desktop on a screen of its own: X server, window manager, tray, and a daemon that shows notices."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.kits.waiting import until

_PARTS = ("Xvfb", "openbox", "trayer", "dunst", "xdotool", "dbus-monitor")
# The menu of a notice's actions, as dunst asks for one: this "menu" chooses the line that a file names.
_MENU = """#!/bin/sh
wanted=$(cat "{choice}")
exec grep -m 1 -F "$wanted"
"""
_TRAYER = ["trayer", "--edge", "bottom", "--align", "right", "--widthtype", "request", "--height", "32"]
_TRAYER += ["--SetDockType", "true"]
_DUNST = """[global]
    monitor = 0
    width = 360
    height = 300
    origin = top-right
    offset = 20x20
    font = DejaVu Sans 10
    dmenu = {menu}
    mouse_left_click = do_action
    mouse_right_click = close_current
"""


@dataclasses.dataclass
class Desktop:
    """What is on the screen, and a hand at the mouse."""

    environment: dict[str, str]
    folder: Path

    def tool(self, *words: object) -> str:
        """Run xdotool; what it cannot find is an empty answer."""
        ended = subprocess.run(
            ["xdotool", *map(str, words)], env=self.environment, capture_output=True, text=True, timeout=60
        )
        return ended.stdout.strip()

    def windows(self, *how: str) -> list[tuple[int, int, int, int, int]]:
        """The visible windows found so: id, x, y, width, height."""
        found = []
        for identity in self.tool("search", "--onlyvisible", *how).split():
            lines = self.tool("getwindowgeometry", "--shell", identity).splitlines()
            told = dict(line.split("=") for line in lines if "=" in line)
            if told:
                x, y, width, height = (int(told[key]) for key in ("X", "Y", "WIDTH", "HEIGHT"))
                found.append((int(identity), x, y, width, height))
        return found

    def click(self, x: int, y: int, button: int = 1) -> None:
        """Press and release a mouse button there."""
        self.tool("mousemove", x, y, "click", button)

    def tray_icon(self) -> tuple[int, int] | None:
        """The middle of the program's icon in the tray, once the panel has come to rest around it."""
        first, second = self._tray_icon(), self._tray_icon()
        return first if first == second else None

    def _tray_icon(self) -> tuple[int, int] | None:
        for _, x, y, width, height in self.windows("--class", "companion"):
            if y > 700 and width < 60:
                return x + width // 2, y + height // 2
        return None

    def main_window(self) -> tuple[int, int, int, int, int] | None:
        """The program's window."""
        return next((found for found in self.windows("--class", "companion") if found[3] > 600), None)

    def menus(self) -> list[tuple[int, int, int, int, int]]:
        """What popped up over the tray: small windows of the program that end above the panel."""
        own = self.windows("--class", "companion")
        return [found for found in own if 100 < found[3] < 600 and found[4] > 60]

    def notices(self) -> str:
        """Everything that was said to and by the daemon so far."""
        return (self.folder / "notices.log").read_text(errors="replace")

    def shown(self) -> list[tuple[int, int, int, int, int]]:
        """The notices on the screen."""
        return self.windows("--class", "Dunst")

    def choose(self, action: str) -> None:
        """Click the notice on the screen, if there is one, and in its menu the line with `action`."""
        (self.folder / "choice").write_text(action)
        for _, x, y, width, height in self.shown()[:1]:
            self.click(x + width // 2, y + height // 2)

    def picture(self, name: str) -> None:
        """Keep a picture of the screen beside the test's files."""
        if shutil.which("scrot"):
            subprocess.run(["scrot", "-o", str(self.folder / f"{name}.png")], env=self.environment, check=False)


@contextlib.contextmanager
def program_on(desktop: Desktop, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """The program on a desktop, with a home in its folder, as long as the block runs."""
    words = [sys.executable, "-m", "companion", "--home", str(desktop.folder / "home"), *options]
    with (desktop.folder / "program.log").open("wb") as log:
        made = subprocess.Popen(words, env=desktop.environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield made
    finally:
        made.terminate()
        made.wait(30)


@pytest.fixture
def desktop(secret_service: dict[str, str], tmp_path: Path) -> Iterator[Desktop]:
    """A desktop in a session with a keyring."""
    lacking = [name for name in _PARTS if shutil.which(name) is None]
    if not sys.platform.startswith("linux") or lacking:
        pytest.skip(f"needs a Linux desktop ({', '.join(lacking) or 'Linux'} is missing)")
    with contextlib.ExitStack() as stack:
        display = _screen(stack)
        environment = {**secret_service, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        (tmp_path / "menu").write_text(_MENU.format(choice=tmp_path / "choice"))
        (tmp_path / "menu").chmod(0o755)
        (tmp_path / "dunstrc").write_text(_DUNST.format(menu=tmp_path / "menu"))
        made = Desktop(environment, tmp_path)
        _start(stack, environment, "openbox")
        # The panel asks the window manager for its place, so that one must be there first.
        until(lambda: made.tool("get_num_desktops"))
        _start(stack, environment, *_TRAYER)
        _start(stack, environment, "dunst", "-conf", str(tmp_path / "dunstrc"))
        log = stack.enter_context((tmp_path / "notices.log").open("wb"))
        watched = ("--session", "interface=org.freedesktop.Notifications")
        _start(stack, environment, "dbus-monitor", *watched, output=log)
        # An empty panel may hide itself, so it is enough that it is there.
        until(lambda: made.tool("search", "--class", "trayer"))
        until(lambda: _answers(environment))
        until(made.notices)
        yield made


def _start(
    stack: contextlib.ExitStack, environment: dict[str, str] | None, *words: str, output: Any = subprocess.DEVNULL
) -> subprocess.Popen[bytes]:
    """Start a part of the desktop; it ends with the test, however that ends."""
    part = subprocess.Popen(words, env=environment, stdout=output, stderr=subprocess.DEVNULL)
    stack.callback(part.wait, 20)
    stack.callback(part.terminate)
    return part


def _has_begun(server: subprocess.Popen[bytes], number: int) -> bool:
    return server.poll() is not None or _is_screen_of(server.pid, number)


def _screen(stack: contextlib.ExitStack) -> str:
    """The display of an X server of our own; the server itself makes sure that no other one has the number."""
    for number in range(100 + os.getpid() % 4000, 5000):
        display = f":{number}"
        words = ["Xvfb", display, "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset"]
        server = _start(stack, None, *words)
        until(partial(_has_begun, server, number))
        if server.poll() is None:
            return display
    raise AssertionError("no X server could be started")


def _is_screen_of(pid: int, number: int) -> bool:
    """Whether the display is there, and that server's (Xserver(1): its lock file names it)."""
    try:
        owner = int(Path(f"/tmp/.X{number}-lock").read_text())
    except (OSError, ValueError):
        return False
    words, environment = ["xdotool", "getdisplaygeometry"], {**os.environ, "DISPLAY": f":{number}"}
    return owner == pid and subprocess.run(words, env=environment, capture_output=True).returncode == 0


def _answers(environment: dict[str, str]) -> bool:
    words = ["dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.Notifications"]
    words += ["/org/freedesktop/Notifications", "org.freedesktop.Notifications.GetServerInformation"]
    return subprocess.run(words, env=environment, capture_output=True, timeout=60).returncode == 0
