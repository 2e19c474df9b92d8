"""The manifests by which the Windows Package Manager finds the installer."""

from __future__ import annotations

import re
from pathlib import Path

from tools.system_packages import Missing

IDENTIFIER, SCHEMA = "Companion.Companion", "1.6.0"
_LOCALE = "en-US"
_VERSION = re.compile(r"[0-9]+(\.[0-9]+){1,3}")
_DIGEST = re.compile(r"[A-F0-9]{64}")
_ADDRESS = re.compile(r"https://\S{1,2000}")


def manifests(version: str, address: str, digest: str, released: str) -> dict[str, str]:
    """Returns the three manifests by their file names.

    `address` is where the installer can be had, `digest` its SHA-256, `released` a day (ISO 8601). Raises `Missing`
    for values that the service would refuse.
    """
    digest = digest.upper()
    for value, form, what in (
        (version, _VERSION, "version"),
        (digest, _DIGEST, "digest"),
        (address, _ADDRESS, "address"),
    ):
        if not form.fullmatch(value):
            raise Missing(f"The {what} of the installer is not one: {value}")
    head = {"PackageIdentifier": IDENTIFIER, "PackageVersion": version}
    installer: dict[str, object] = {
        **head,
        "InstallerLocale": _LOCALE,
        "Platform": ["Windows.Desktop"],
        "MinimumOSVersion": "10.0.17763.0",
        "InstallerType": "nullsoft",
        "Scope": "user",
        "InstallModes": ["interactive", "silent"],
        "UpgradeBehavior": "install",
        "ProductCode": "Companion",
        "ReleaseDate": released,
        "Installers": [{"Architecture": "x64", "InstallerUrl": address, "InstallerSha256": digest}],
    }
    about: dict[str, object] = {
        **head,
        "PackageLocale": _LOCALE,
        "Publisher": "The Companion authors",
        "PackageName": "Companion",
        "License": "Apache-2.0",
        "ShortDescription": "Looks after software bought online: orders, renewals, downloads, installation.",
        "Moniker": "companion",
        "Tags": ["downloads", "installation", "licences", "orders", "subscriptions"],
    }
    whole: dict[str, object] = {**head, "DefaultLocale": _LOCALE}
    return {
        f"{IDENTIFIER}.installer.yaml": _yaml("installer", installer),
        f"{IDENTIFIER}.locale.{_LOCALE}.yaml": _yaml("defaultLocale", about),
        f"{IDENTIFIER}.yaml": _yaml("version", whole),
    }


def write_manifests(folder: Path, version: str, address: str, digest: str, released: str) -> list[Path]:
    """Write the manifests where the community's repository has them, below `folder`; returns the files."""
    first, name = IDENTIFIER.split(".")
    place = folder / "manifests" / first[0].lower() / first / name / version
    place.mkdir(parents=True, exist_ok=True)
    made = []
    for file, text in manifests(version, address, digest, released).items():
        (place / file).write_text(text, encoding="utf-8", newline="\r\n")
        made.append(place / file)
    return made


def _yaml(kind: str, values: dict[str, object]) -> str:
    schema = f"# yaml-language-server: $schema=https://aka.ms/winget-manifest.{kind}.{SCHEMA}.schema.json"
    lines = [schema, "", *_lines({**values, "ManifestType": kind, "ManifestVersion": SCHEMA})]
    return "\n".join(lines) + "\n"


def _lines(values: dict[str, object], before: str = "") -> list[str]:
    """The values as YAML: our own texts, of which none needs more than plain or quoted scalars."""
    lines = []
    for name, value in values.items():
        if not isinstance(value, list):
            lines.append(f"{before}{name}: {_scalar(str(value))}")
            continue
        lines.append(f"{before}{name}:")
        for each in value:
            if isinstance(each, dict):
                inner = _lines(each, f"{before}  ")
                lines += [f"{before}- {inner[0].strip()}", *inner[1:]]
            else:
                lines.append(f"{before}- {_scalar(str(each))}")
    return lines


def _scalar(text: str) -> str:
    plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9 .,/-]*|[0-9]{4}-[0-9]{2}-[0-9]{2}|https://\S+", text)
    return text if plain else "'" + text.replace("'", "''") + "'"
