"""``companion directory check FILE``: whether a file of the directory can be used."""

from __future__ import annotations

from pathlib import Path

from companion.cli.context import CommandContext
from companion.cli.options import path_named
from companion.cli.output import EXIT_DONE
from companion.cli.usage import Parser
from companion.domain.core.model import Model


class CheckedFile(Model, frozen=True):
    """``directory check``: the file, and the maker it is about."""

    file: str
    maker: str


def add_arguments(parser: Parser) -> None:
    """Describe ``companion directory check``."""
    parser.add_argument("file", metavar="FILE", type=path_named, help="a file of the directory (JSON)")
    parser.describe(
        json="{file, maker}",
        examples=("directory check my-maker.json",),
        notes="Exit code 1, and a sentence that names the field, when the file cannot be used.",
    )


def run(context: CommandContext) -> int:
    """Check a file as if it lay in the person's own folder."""
    from companion.services.purchases.directory import read_file

    path: Path = context.arguments.file
    maker = read_file(path)
    context.output.result(
        CheckedFile(file=str(path), maker=maker.name), f"{path.name} can be used; it is about {maker.name}."
    )
    return EXIT_DONE
