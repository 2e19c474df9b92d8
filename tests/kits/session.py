"""A session bus and a real Secret Service of a test's own, as fixtures."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.kits.waiting import until

_PARTS = ("dbus-daemon", "gnome-keyring-daemon")


@pytest.fixture
def clean_environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a person with an empty home, no desktop and no session bus."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    home, runtime = tmp_path / "person", tmp_path / "run"
    for folder in (home, runtime):
        folder.mkdir(mode=0o700)
    return {**kept, "HOME": str(home), "XDG_RUNTIME_DIR": str(runtime)}


# Only what is there answers: nothing is started on demand.
_BARE = """<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/></policy></busconfig>"""


@pytest.fixture
def session_bus(clean_environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """An environment with a session bus of its own."""
    with _bus(clean_environment, "--session") as environment:
        yield environment


@pytest.fixture
def bare_session_bus(clean_environment: dict[str, str], tmp_path: Path) -> Iterator[dict[str, str]]:
    """An environment with a session bus that starts nothing on demand."""
    (tmp_path / "bus.conf").write_text(_BARE)
    with _bus(clean_environment, f"--config-file={tmp_path / 'bus.conf'}") as environment:
        yield environment


@contextlib.contextmanager
def _bus(environment: dict[str, str], kind: str) -> Iterator[dict[str, str]]:
    lacking = [name for name in _PARTS if shutil.which(name) is None]
    if not sys.platform.startswith("linux") or lacking:
        pytest.skip(f"needs a Linux session bus and a Secret Service ({', '.join(lacking) or 'Linux'} is missing)")
    bus = subprocess.Popen(
        ["dbus-daemon", kind, "--nofork", "--nopidfile", "--print-address=1"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert bus.stdout is not None
    address = bus.stdout.readline().strip()
    assert address
    yield {**environment, "DBUS_SESSION_BUS_ADDRESS": address}
    bus.terminate()
    bus.communicate(timeout=30)


@pytest.fixture
def keyring_process(session_bus: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """The Secret Service of the session, unlocked."""
    with keyring_of(session_bus) as keyring:
        yield keyring


@contextlib.contextmanager
def keyring_of(environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A Secret Service in a session, unlocked."""
    keyring = subprocess.Popen(
        ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
        env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert keyring.stdin is not None
    keyring.stdin.write(b"the-session-password")
    keyring.stdin.close()
    until(lambda: _has_owner(environment["DBUS_SESSION_BUS_ADDRESS"], "org.freedesktop.secrets"))
    yield keyring
    keyring.terminate()
    keyring.wait(30)


@pytest.fixture
def secret_service(session_bus: dict[str, str], keyring_process: subprocess.Popen[bytes]) -> dict[str, str]:
    """An environment whose session has an unlocked keyring; nothing of the developer's own is in reach."""
    assert keyring_process.poll() is None
    return session_bus


def _has_owner(address: str, name: str) -> bool:
    """Returns whether a program on the bus owns `name`."""
    from jeepney import DBusAddress, new_method_call
    from jeepney.io.blocking import open_dbus_connection

    bus = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
    with open_dbus_connection(bus=address) as connection:
        reply = connection.send_and_get_reply(new_method_call(bus, "NameHasOwner", "s", (name,)), timeout=30)
        found: bool = reply.body[0]
        return found


@pytest.fixture
def lock_keyring(secret_service: dict[str, str]) -> Callable[[], None]:
    """Locks the session's keyring, as logging off or a time-out does."""

    def lock() -> None:
        program = (
            "import secretstorage\n"
            "bus = secretstorage.dbus_init()\n"
            "secretstorage.get_default_collection(bus).lock()\n"
            "assert secretstorage.get_default_collection(bus).is_locked()\n"
            "bus.close()"
        )
        subprocess.run([sys.executable, "-c", program], env=secret_service, check=True, timeout=30)

    return lock
