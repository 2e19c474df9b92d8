"""``companion licences key``: with consent only, from the keychain, and never into a pipe by mistake."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from companion.demo.server import DemoStore
from tests.kits.cli import FAMILY, Cli


def test_into_a_pipe_only_when_that_is_wanted(cli: Cli) -> None:
    cli.add(FAMILY)
    refused = cli("licences", "key", FAMILY)
    assert refused.code == 1
    assert "Standard output is no screen" in refused.err
    assert refused.out == ""
    assert cli("licences", "key", FAMILY, "--json").error(1, "not-confirmed")
    shown = cli.opened(FAMILY, "licences", "key", FAMILY, "--yes")
    assert shown.code == 0
    key = shown.out.strip()
    assert len(key) > 10
    told = cli.opened(FAMILY, "licences", "key", FAMILY, "--yes", "--json").json
    assert told["key"] == key
    assert (told["orderNumber"], told["licenceId"] != "") == (FAMILY, True)


def test_the_order_is_named_and_known(cli: Cli) -> None:
    assert cli("licences", "key", "--json").error(2, "usage")
    assert cli("licences", "key", FAMILY, "--yes", "--json").error(1, "order-unknown")


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs a terminal of POSIX")
@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 1), ("", 1)])
def test_on_a_terminal_it_is_asked_first(cli: Cli, demo_store: DemoStore, answer: str, code: int) -> None:
    cli.add(FAMILY)
    key = cli.opened(FAMILY, "licences", "key", FAMILY, "--yes").out.strip()
    master, slave = pty.openpty()
    words = [sys.executable, "-m", "companion", "--home", str(cli.home), "--store", demo_store.url]
    running = subprocess.Popen([*words, "licences", "key", FAMILY], stdin=slave, stdout=slave, stderr=slave)
    os.close(slave)
    os.write(master, f"{answer}\n".encode())
    seen, typed = b"", False
    while True:
        if not typed and b"Order password" in seen:
            # This PC has no keychain here. What is typed before it is asked for would be discarded.
            typed = True
            os.write(master, f"{cli.password(FAMILY)}\n".encode())
        try:
            seen += os.read(master, 4096)
        except OSError:
            break
        if not seen:
            break
    os.close(master)
    assert running.wait(60) == code
    assert (key in seen.decode()) == (code == 0)
