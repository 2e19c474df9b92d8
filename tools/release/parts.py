"""The list of parts of a release (CycloneDX), from the exact versions, their digests and their licences."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from companion.services.app.libraries import licence_of
from tools.release.reproducible import source_time
from tools.system_packages import Missing

_PINNED = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)")
_DIGEST = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_LONGEST = 60


class Part(NamedTuple):
    """A package with the digests of all its files, of which each system gets one."""

    name: str
    version: str
    digests: tuple[str, ...]


def read_parts(requirements: Path) -> tuple[Part, ...]:
    """Returns the parts in a file of exact versions, in its order. Raises `Missing` for one without digests."""
    found: list[Part] = []
    for line in requirements.read_text(encoding="utf-8").splitlines():
        if pinned := _PINNED.match(line):
            found.append(Part(pinned["name"], pinned["version"], ()))
        elif found and (digest := _DIGEST.search(line)):
            found[-1] = found[-1]._replace(digests=(*found[-1].digests, digest[1]))
    if lacking := [part.name for part in found if not part.digests]:
        raise Missing(f"{requirements.name} has no digests of: {', '.join(lacking)}. Renew it: python3 dev.py lock")
    return tuple(found)


def parts_list(version: str, parts: Iterable[Part], *, extra: Iterable[Component] = ()) -> str:
    """Returns the list as JSON that fits the published schema. Raises `Missing` if it does not."""
    bom = Bom(serial_number=uuid5(NAMESPACE_URL, f"companion {version}"))
    bom.metadata.timestamp = dt.datetime.fromtimestamp(source_time(), dt.UTC)
    licences = LicenseFactory()
    bom.metadata.component = product = Component(
        name="Companion",
        version=version,
        type=ComponentType.APPLICATION,
        bom_ref=f"companion@{version}",
        licenses=[licences.make_from_string("Apache-2.0")],
    )
    components = [*(_component(part, licences) for part in parts), *extra]
    for component in components:
        bom.components.add(component)
    bom.register_dependency(product, components)
    text = str(JsonV1Dot6(bom).output_as_string(indent=2))
    if problem := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise Missing(f"The list of parts does not fit its schema: {problem}")
    return text + "\n"


def _component(part: Part, licences: LicenseFactory) -> Component:
    said = _licence(part.name)
    return Component(
        name=part.name,
        version=part.version,
        type=ComponentType.LIBRARY,
        bom_ref=f"{part.name}@{part.version}",
        purl=PackageURL("pypi", None, part.name, part.version),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest) for digest in part.digests],
        licenses=[licences.make_from_string(said)] if said else [],
    )


def _licence(name: str) -> str | None:
    """What a package says of its licence; None for one of another system, which is not installed here."""
    try:
        said = licence_of(importlib.metadata.metadata(name))
    except importlib.metadata.PackageNotFoundError:
        return None
    return said if len(said) <= _LONGEST else None
