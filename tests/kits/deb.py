"""Real packages of Debian, made by dpkg-deb."""

from __future__ import annotations

import subprocess
from pathlib import Path


def deb(folder: Path, name: str = "harbour", version: str = "4.2", *, postinst: str = "") -> Path:
    """Make a package that holds one file; `postinst` is a script that is run at the end of installing it."""
    tree = folder / f"{name}-{version}"
    control = tree / "DEBIAN"
    control.mkdir(parents=True)
    (control / "control").write_text(
        f"Package: {name}\nVersion: {version}\nArchitecture: all\n"
        f"Maintainer: Harbour Software <help@harbour.example>\nDescription: a test\n"
    )
    if postinst:
        (control / "postinst").write_text(f"#!/bin/sh\n{postinst}\n")
        (control / "postinst").chmod(0o755)
    content = tree / "usr/share" / name / "version"
    content.parent.mkdir(parents=True)
    content.write_text(version)
    path = folder / f"{name}_{version}_all.deb"
    subprocess.run(["dpkg-deb", "--build", "--root-owner-group", tree, path], check=True, capture_output=True)
    return path
