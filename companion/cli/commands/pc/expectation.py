"""The digest that the person knows for a file: ``--sha256``, or a list that its maker publishes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from companion.cli.context import CommandContext
from companion.cli.options import digest, path_named
from companion.cli.usage import Parser, usage_error
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.installation.files.verification import digest_in_manifest

if TYPE_CHECKING:
    from companion.services.installation.file_installer import Expectation

_LARGEST_LIST = 4 << 20


def expectation_options(parser: Parser) -> None:
    """What the file must be; one of the two."""
    named = parser.add_mutually_exclusive_group()
    named.add_argument("--sha256", metavar="HEX", type=digest, help="the digest that a file of no order must have")
    named.add_argument(
        "--sums", metavar="LIST", type=path_named, help="a list of digests (SHA256SUMS) that names the file"
    )


def expectation_of(context: CommandContext, path: Path) -> Expectation | None:
    """Returns the digest that ``--sha256`` or the list of ``--sums`` names for the file.

    Raises `CompanionError` ``usage`` for a list that names none.
    """
    from companion.services.app.input_file import read_start
    from companion.services.installation.file_installer import Expectation

    asked = context.arguments
    if asked.sha256 is not None:
        return Expectation(asked.sha256, "the digest that you gave")
    if asked.sums is None:
        return None
    listed = read_start(asked.sums, _LARGEST_LIST).decode("utf-8", "replace")
    named = digest_in_manifest(listed, path.name)
    name = clean_text(asked.sums.name, 60)
    if named is None:
        raise usage_error(
            f"{name} names no SHA-256 for {clean_text(path.name, 60)}, or several.",
            "Give the list that the maker publishes beside the file, and keep the file's own name.",
        )
    return Expectation(named, name)
