"""The update repository: metadata and targets as static files, for any web server or object store."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import (
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)
from tuf.api.serialization.json import JSONSerializer

from tools.release.keys import RETIRED, ROLES, Keys
from tools.system_packages import Missing

ROOT_THRESHOLD = 2
LIVES = {
    "root": dt.timedelta(days=730),
    "targets": dt.timedelta(days=180),
    "snapshot": dt.timedelta(days=60),
    "timestamp": dt.timedelta(days=30),
}
"""How long each role's metadata is valid: for so long at most an old state can be shown to a program as the newest."""
_READABLE = JSONSerializer(compact=False)


class Repository:
    """A repository in a folder; what was published before goes on with the next version numbers."""

    def __init__(self, folder: Path, keys: Keys, now: dt.datetime) -> None:
        """Raises `Missing` where keys are wanting, or what is there cannot be gone on with."""
        self.folder, self.keys = folder, keys
        self._metadata, self._targets = folder / "metadata", folder / "targets"
        self._now = now.replace(microsecond=0)
        for role in ROLES[1:]:
            if not keys.get(role):
                raise Missing(f"The key of the role “{role}” is missing ({role}.pem).")
        self.root = self._load_root()
        self.targets = self._load("targets", Targets)
        self.snapshot = self._load("snapshot", Snapshot)
        self.timestamp = self._load("timestamp", Timestamp)

    @property
    def first_root(self) -> bytes:
        """The root metadata that programs get built in: the newest, so that they need not follow old changes."""
        return self._path("root", self.root.signed.version).read_bytes()

    def add(self, name: str, content: bytes | Path, **custom: Any) -> None:
        """Offer a file under a name; it lies there under its digest, beside earlier ones of that name."""
        data = content if isinstance(content, bytes) else content.read_bytes()
        target = TargetFile.from_data(name, data, ["sha256"])
        if custom:
            target.unrecognized_fields["custom"] = custom
        self.targets.signed.targets[name] = target
        place = self._targets / f"{target.hashes['sha256']}.{name}"
        place.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path):
            shutil.copyfile(content, place)
        else:
            place.write_bytes(data)

    def publish(self) -> None:
        """Write new versions of everything but the root; the file that makes them visible is written last."""
        self._write("targets", self.targets)
        self.snapshot.signed.meta = {"targets.json": MetaFile(self.targets.signed.version)}
        content = self._write("snapshot", self.snapshot)
        digest = hashlib.sha256(content).hexdigest()
        version = self.snapshot.signed.version
        self.timestamp.signed.snapshot_meta = MetaFile(version, len(content), {"sha256": digest})
        self._write("timestamp", self.timestamp)

    # The root

    def _load_root(self) -> Metadata[Root]:
        versions = [int(path.name.partition(".")[0]) for path in self._metadata.glob("*.root.json")]
        if not versions:
            return self._renewed_root(None)
        found = Metadata[Root].from_bytes(self._path("root", max(versions)).read_bytes())
        if self._wanted_keys() == {role: found.signed.roles[role].keyids for role in self._wanted_keys()}:
            return found
        return self._renewed_root(found)

    def _wanted_keys(self) -> dict[str, list[str]]:
        """The key ids of each role that keys were given for; the root's own keys need not be there each time."""
        return {role: [signer.public_key.keyid for signer in self.keys[role]] for role in ROLES if self.keys.get(role)}

    def _renewed_root(self, before: Metadata[Root] | None) -> Metadata[Root]:
        """A next version of the root that names the keys which were given, signed by old and new keys."""
        if len(self.keys.get("root", ())) < ROOT_THRESHOLD:
            raise Missing(
                f"To make or change the root, at least {ROOT_THRESHOLD} root keys are needed (root-1.pem, …)."
            )
        version = before.signed.version + 1 if before is not None else 1
        made = Root(version=version, expires=self._now + LIVES["root"], consistent_snapshot=True)
        for role, signers in ((role, self.keys[role]) for role in ROLES):
            for signer in signers:
                made.add_key(signer.public_key, role)
        made.roles["root"].threshold = ROOT_THRESHOLD
        root = Metadata(made)
        for signer in (*self.keys["root"], *self.keys.get(RETIRED, ())):
            root.sign(signer, append=True)
        try:
            if before is not None:
                before.signed.verify_delegate("root", root.signed_bytes, root.signatures)
            made.verify_delegate("root", root.signed_bytes, root.signatures)
        except (RepositoryError, ValueError):
            raise Missing(
                "The keys that the root names now have not signed the new one: give them as retired-root-1.pem, …"
            ) from None
        place = self._path("root", made.version)
        place.parent.mkdir(parents=True, exist_ok=True)
        root.to_file(str(place), _READABLE)
        return root

    # The other roles

    def _load(self, role: str, kind: type[Any]) -> Metadata[Any]:
        paths = {int(path.name.partition(".")[0]): path for path in self._metadata.glob(f"*.{role}.json")}
        newest = self._metadata / "timestamp.json" if role == "timestamp" else paths.get(max(paths, default=0))
        if newest is None or not newest.exists():
            begun = kind()
            begun.version = 0  # nothing was published yet
            return Metadata(begun)
        try:
            found: Metadata[Any] = Metadata.from_bytes(newest.read_bytes())
        except (RepositoryError, json.JSONDecodeError):
            raise Missing(f"{newest} cannot be read; take the folder of the last release.") from None
        return found

    def _write(self, role: str, metadata: Metadata[Any]) -> bytes:
        metadata.signed.version += 1
        metadata.signed.expires = self._now + LIVES[role]
        metadata.signatures.clear()
        for signer in self.keys[role]:
            metadata.sign(signer, append=True)
        content = metadata.to_bytes(_READABLE)
        place = self._path(role, metadata.signed.version)
        beside = place.with_suffix(".new")
        beside.write_bytes(content)
        beside.replace(place)
        return content

    def _path(self, role: str, version: int) -> Path:
        return self._metadata / ("timestamp.json" if role == "timestamp" else f"{version}.{role}.json")
