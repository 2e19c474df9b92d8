"""The real keyring of a session, looked at and changed without Companion."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.kits.waiting import until

_ANOTHER_DEFAULT = """
from jeepney import DBusAddress, new_method_call
from jeepney.io.blocking import open_dbus_connection
NAME, PATH = "org.freedesktop.secrets", "/org/freedesktop/secrets"
link = open_dbus_connection("SESSION")
def call(interface, method, signature, body):
    message = new_method_call(DBusAddress(PATH, bus_name=NAME, interface=interface), method, signature, body)
    return link.send_and_get_reply(message).body
session = call("org.freedesktop.Secret.Service", "OpenSession", "sv", ("plain", ("s", "")))[1]
label = {"org.freedesktop.Secret.Collection.Label": ("s", "Second")}
made = call(
    "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface", "CreateWithMasterPassword", "a{sv}(oayays)",
    (label, (session, b"", b"another", "text/plain")),
)[0]
call("org.freedesktop.Secret.Service", "SetAlias", "so", ("default", made))
link.close()
"""
_ITEMS = """
import json, secretstorage
bus = secretstorage.dbus_init()
found = [item.item_path for item in secretstorage.search_items(bus, {"service": "Companion"})]
print(json.dumps(found))
bus.close()
"""

_FORGET = """
import secretstorage
bus = secretstorage.dbus_init()
held = secretstorage.search_items(bus, {"service": "Companion"})
found = [item for item in held if b"orderPassword" in item.get_secret()]
for item in found:
    item.delete()
print(len(found))
bus.close()
"""


def _run(program: str, environment: dict[str, str]) -> str:
    words = [sys.executable, "-c", program]
    return subprocess.run(words, env=environment, check=True, capture_output=True, text=True, timeout=30).stdout


def choose_another_default_collection(environment: dict[str, str]) -> None:
    """Makes a second collection the default one, as the keyring's own window does."""
    _run(_ANOTHER_DEFAULT, environment)


def items(environment: dict[str, str]) -> list[str]:
    """The paths of what any collection holds of Companion."""
    found: list[str] = json.loads(_run(_ITEMS, environment))
    return found


def forget(environment: dict[str, str]) -> int:
    """Takes all order passwords of Companion out of the keyring, as its own window does; returns their number."""
    return int(_run(_FORGET, environment))


@contextlib.contextmanager
def watching_prompts(environment: dict[str, str], folder: Path) -> Iterator[Callable[[], int]]:
    """Counts the requests to unlock the keyring that the bus saw."""
    log = folder / "prompts.log"
    rule = "type=method_call,interface=org.freedesktop.Secret.Prompt,member=Prompt"
    with log.open("wb") as file:
        monitor = subprocess.Popen(
            ["stdbuf", "-oL", "dbus-monitor", "--session", rule],
            env=environment,
            stdout=file,
            stderr=subprocess.DEVNULL,
        )
    until(lambda: log.stat().st_size > 0)
    yield lambda: log.read_text().count("member=Prompt")
    monitor.terminate()
    monitor.wait(10)
