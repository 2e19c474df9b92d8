"""Reading the files that were named on the command line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from companion.cli.usage import usage_error
from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.serialization import decode
from companion.domain.core.untrusted.foreign_text import clean_text

if TYPE_CHECKING:
    from companion.domain.store.profile import Profile

T = TypeVar("T")

_LARGEST_JSON = 8 << 20
"""Bytes, as of an answer of a store."""
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
"""At least two characters: a single letter is a drive of Windows."""


def file_named(word: str) -> Path:
    """Returns the whole path of a file that was named, also by its address. Raises `CompanionError` ``usage``."""
    if not word.strip():
        raise usage_error(
            "The name of the file is empty.", "Name the installer, for example: companion identify setup.exe"
        )
    scheme = _SCHEME.match(word)
    if scheme is None:
        return Path(word).absolute()
    if scheme[1].lower() == "file":
        from urllib.parse import urlsplit  # here, because hardly any command is given an address
        from urllib.request import url2pathname

        return Path(url2pathname(urlsplit(word).path)).absolute()
    raise usage_error(
        f"{clean_text(word, 200)} is an address, not a file on this PC.",
        "Download it first, for example: companion fetch ADDRESS --to FOLDER. Then name the file.",
    )


def read_profile(path: Path) -> Profile:
    """Returns the vendor profile in a file. Raises `CompanionError` ``bad-file``."""
    from companion.domain.store.mail_patterns import pattern_faults
    from companion.domain.store.profile import Profile  # here, because most commands read no profile

    found = read_json(path, Profile, "profile")
    for field, fault in pattern_faults(found).items():
        raise _bad_file(
            "A pattern of this profile cannot be used",
            f"{clean_text(str(path))}, field {field}: {fault}.",
            "Write it without back-references and look-around, and shorter (RE2 says what a pattern may hold).",
        )
    return found


def read_json(path: Path, kind: type[T], what: str) -> T:
    """Returns the content of a JSON file, which must describe a `kind`. Raises `CompanionError` ``bad-file``."""
    from companion.services.app.input_file import read_plain

    require_no_folder(path)
    name = clean_text(str(path))
    try:
        data = read_plain(path, _LARGEST_JSON + 1)
    except OSError as error:
        raise _bad_file(
            f"The {what} cannot be read",
            f"{name} cannot be opened ({error.strerror}).",
            "Check the path, and that you may read the file.",
        ) from None
    if len(data) > _LARGEST_JSON:
        raise _bad_file(
            f"This is not a {what}",
            f"{name} is larger than {_LARGEST_JSON >> 20} MB.",
            "Check that you named the right file.",
        )
    try:
        return decode(data, kind, source=name)
    except CompanionError as error:
        raise _bad_file(f"This is not a {what}", error.message, "Check that you named the right file.") from None


def require_no_folder(path: Path) -> None:
    """Raise `CompanionError` ``bad-file`` when a folder was named in place of a file."""
    if path.is_dir():
        raise _bad_file("This is a folder", f"{clean_text(str(path))} is a folder, not a file.", "Name a file in it.")


def _bad_file(title: str, message: str, hint: str) -> CompanionError:
    return CompanionError(ErrorCode.BAD_FILE, title, message, hint, kind=ErrorKind.USAGE)
