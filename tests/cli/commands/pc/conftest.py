"""What the tests of these commands share."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from companion.demo.server import DemoStore
from companion.services.app.resources import resource
from tests.kits.cli import FAMILY, Cli
from tests.kits.linux import Mail, Programs
from tests.kits.package_tools import turn
from tests.kits.silence import Silence


@pytest.fixture(autouse=True)
def no_package_tools(request: pytest.FixtureRequest) -> Iterator[None]:
    """No other test lets a package tool run, which these commands would take for another installation."""
    if "package_tools" in request.fixturenames:
        yield
        return
    with turn(alone=False):
        yield


@pytest.fixture
def document(tmp_path: Path) -> dict[str, object]:
    """A vendor profile whose only rule is about a program of this test."""
    found: dict[str, object] = json.loads(resource("profiles/larkfield.json").read_bytes())
    match = {"platform": "linux", "names": ["test-mail"], "pathContains": [str(tmp_path / "programs")]}
    found["blockers"] = [
        {
            "id": "mail",
            "name": "Test Mail",
            "kind": "mail",
            "severity": "blocks",
            "stages": ["install"],
            "why": "Setup replaces a part of it.",
            "forceRisk": "A letter that is being written would be lost.",
            "matches": [match],
        }
    ]
    found["requirements"] = []
    return found


@pytest.fixture
def profile(tmp_path: Path, document: dict[str, object]) -> Path:
    path = tmp_path / "profile.json"
    path.write_text(json.dumps(document))
    return path


@pytest.fixture
def mail(programs: Programs, home: Path) -> Mail:
    return Mail(programs, home)


@pytest.fixture
def silence() -> Iterator[Silence]:
    made = Silence()
    yield made
    made.over.set()


@pytest.fixture
def shop(bare: Cli, tmp_path: Path, document: dict[str, object], home: Path, silence: Silence) -> Iterator[Cli]:
    """Commands against a store that minds only the program of this test, with an order that is downloaded."""
    with DemoStore(
        tmp_path / "store",
        profile=json.dumps(document).encode(),
        system="linux",
        size=2**20,
        password_cost=2,
        around=silence.around,
    ) as store:
        bare.store, bare.url = store, store.url
        bare.add(FAMILY)
        assert bare.opened(FAMILY, "download", FAMILY).code == 0
        yield bare
        silence.over.set()
