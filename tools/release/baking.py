"""Puts the update source into what is built next: an address and a root, which the environment names."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from companion.domain.core.errors import CompanionError
from companion.services.http.addresses import require_safe_url
from tools.environment import ROOT
from tools.system_packages import Missing, say

ADDRESS, ROOT_FILE = "COMPANION_UPDATE_ADDRESS", "COMPANION_UPDATE_ROOT"
PLACE = ROOT / "build/update-source"


def bake(environment: Mapping[str, str] = os.environ, place: Path = PLACE) -> bool:
    """Write what ``build.spec`` puts into the program, or remove what an earlier build had; returns which.

    Raises `Missing` for an address without a root, and for one that is not safe to use.
    """
    address, root = environment.get(ADDRESS), environment.get(ROOT_FILE)
    shutil.rmtree(place, ignore_errors=True)
    if not address and not root:
        say(f"Without updates: {ADDRESS} and {ROOT_FILE} name no update source.")
        return False
    if not address or not root:
        raise Missing(f"{ADDRESS} and {ROOT_FILE} belong together, and only one of them is set.")
    try:
        require_safe_url(address)
    except CompanionError as error:
        raise Missing(f"{ADDRESS}: {error.message}") from None
    content = _root(Path(root))
    place.mkdir(parents=True)
    (place / "root.json").write_bytes(content)
    (place / "source.json").write_text(json.dumps({"address": address}) + "\n", encoding="utf-8")
    say(f"Updates come from {address}.")
    return True


def _root(file: Path) -> bytes:
    from tuf.api.exceptions import RepositoryError
    from tuf.api.metadata import Metadata, Root

    try:
        content = file.read_bytes()
        root = Metadata[Root].from_bytes(content)
        root.signed.verify_delegate("root", root.signed_bytes, root.signatures)
    except OSError as error:
        raise Missing(f"{ROOT_FILE} cannot be read: {file} ({error.strerror})") from None
    except (RepositoryError, ValueError, AttributeError):
        raise Missing(f"{ROOT_FILE} is no root metadata that its own keys have signed: {file}") from None
    return content
