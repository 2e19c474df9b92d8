"""Running an installer with administrator rights so that nothing the person's programs can change is run.

A package is handed to the system's own package tools, which also fetch what it needs; nothing is removed for it. They
are told to take an older version and one that is not signed, since the person was asked about the first and was shown
the second: without a word of it zypper breaks off, and rpm refuses a version that is there already.

The rights are given to a few lines of shell, which cannot be exchanged since they are an argument: they copy the
installer to a folder that only the administrator can write to, compare the copy's digest, and run the copy.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence

_SCRIPT = """
set -u
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
umask 077
echo begun
source=$1 wanted=$2 name=$3
shift 3
folder=$(mktemp -d "/var/lib/companion.XXXXXX") || exit 125
trap 'rm -rf "$folder"' EXIT
cp -- "$source" "$folder/$name" || exit 125
found=$({ sha256sum || shasum -a 256; } 2>/dev/null <"$folder/$name" | cut -d" " -f1)
if [ "$found" != "$wanted" ]; then
  echo changed
  exit 125
fi
chmod 500 "$folder/$name"
echo verified
exec >/dev/null 2>&1
cd "$folder" || exit 125
case "$name" in
*.pkg) /usr/sbin/installer -pkg "$folder/$name" -target / ;;
*.deb)
  if [ -z "${DPKG_ROOT:-}" ] && command -v apt-get; then
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-remove --allow-downgrades "$folder/$name"
  else
    dpkg --install "$folder/$name"
  fi
  ;;
*.rpm)
  if command -v dnf; then
    dnf --assumeyes install "$folder/$name"
  elif command -v zypper; then
    zypper --non-interactive install --allow-unsigned-rpm --oldpackage "$folder/$name"
  else
    rpm --upgrade --oldpackage --replacepkgs "$folder/$name"
  fi
  ;;
*) "$folder/$name" "$@" ;;
esac
"""


class Progress(enum.StrEnum):
    """How far the lines above came, by the last word they said."""

    NOT_BEGUN = "notBegun"
    """The rights were not given, or could not be asked for."""
    BEGUN = "begun"
    CHANGED = "changed"
    """The copy is not the file that was verified."""
    VERIFIED = "verified"
    """The installer was started: the exit code is its own."""


def as_administrator(source: str, sha256: str, name: str, arguments: Sequence[str]) -> list[str]:
    """Returns the command that is to be run with administrator rights."""
    return ["/bin/sh", "-c", _SCRIPT, "sh", source, sha256, name, *arguments]


def progress_in(said: str) -> Progress:
    """Returns how far it came, from what it said."""
    words = said.split()
    return Progress(words[-1]) if words and words[-1] in set(Progress) else Progress.NOT_BEGUN
