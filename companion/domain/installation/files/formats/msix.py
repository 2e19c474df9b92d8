"""Reading a package of the Microsoft Store's kind (MSIX, APPX): the manifest in its archive, within bounds.

Source: "App package manifest" (learn.microsoft.com).
"""

from __future__ import annotations

import re
import zipfile
from xml.etree.ElementTree import Element

import msgspec

from companion.domain.core.untrusted.xml_documents import DocumentTypeError, parsed_xml
from companion.domain.installation.files.formats.regions import RegionFile, Regions, number
from companion.domain.installation.files.identity import (
    FileSignature,
    InstallerIdentity,
    Technology,
    architecture_word,
    tidy,
)

_MANIFEST, _BUNDLE = "AppxManifest.xml", "AppxMetadata/AppxBundleManifest.xml"
_SIGNATURE = "AppxSignature.p7x"
_LONGEST_MANIFEST = 1 << 20
_LONGEST_DIRECTORY = 4 << 20
_END_OF_DIRECTORY, _TAIL = b"PK\x05\x06", 66_000
_ORGANISATION = re.compile(r"(?:^|,)\s*(?:O|CN)\s*=\s*(?:\"([^\"]+)\"|([^,]+))")


def read_msix(regions: Regions) -> InstallerIdentity | None:
    """Returns what the package tells, None for any other archive. Raises what broken archives make zipfile raise."""
    # To parse the list takes long; most archives have nothing of the kind in it.
    listed = list_of_zip(regions)
    if listed is None or not any(name.encode() in listed for name in (_MANIFEST, _BUNDLE)):
        return None
    with zipfile.ZipFile(RegionFile(regions)) as archive:
        names = set(archive.namelist())
        unpacked = sum(entry.file_size for entry in archive.infolist())
        manifest = next((name for name in (_MANIFEST, _BUNDLE) if name in names), None)
        if manifest is None:
            return None
        with archive.open(manifest) as file:
            text = file.read(_LONGEST_MANIFEST)
    signature = FileSignature.UNKNOWN if _SIGNATURE in names else FileSignature.NONE
    bundle = manifest == _BUNDLE
    found = _identity(text, signature, bundle=bundle)
    # Of a bundle only one of its packages is installed.
    return found if bundle else msgspec.structs.replace(found, space_needed=unpacked)


def list_of_zip(regions: Regions, longest: int = _LONGEST_DIRECTORY) -> bytes | None:
    """Returns the list of files that an archive ends with; None where there is none, or a longer one."""
    tail = regions.read(max(regions.size - _TAIL, 0), _TAIL)
    at = tail.rfind(_END_OF_DIRECTORY)
    length = number(tail, at + 12, 4)
    if at < 0 or length > longest:
        return None
    return regions.read(max(regions.size - len(tail) + at - length, 0), length)


def _identity(text: bytes, signature: FileSignature, *, bundle: bool) -> InstallerIdentity:
    found = InstallerIdentity(technology=Technology.MSIX, signature=signature, needs_administrator=False, complete=True)
    try:
        root = parsed_xml(text)
    except DocumentTypeError:
        return found
    identity = root.find("{*}Identity")
    properties = root.find("{*}Properties")
    attributes = identity.attrib if identity is not None else {}
    return InstallerIdentity(
        technology=Technology.MSIX,
        product_name=tidy(_of(properties, "DisplayName") or attributes.get("Name")),
        version=tidy(attributes.get("Version")),
        publisher=tidy(_of(properties, "PublisherDisplayName") or _organisation(attributes.get("Publisher", ""))),
        architecture=None if bundle else architecture_word(attributes.get("ProcessorArchitecture", "neutral")),
        signature=signature,
        needs_administrator=False,
        complete=True,
    )


def _of(properties: Element | None, name: str) -> str | None:
    """Returns a text of the manifest; one that only names a resource is none."""
    text = properties.findtext(f"{{*}}{name}") if properties is not None else None
    return None if text is None or text.startswith("ms-resource:") else text


def _organisation(publisher: str) -> str | None:
    found = _ORGANISATION.search(publisher)
    return (found[1] or found[2]) if found else None
