"""``companion directory list``: the makers and shops that are known."""

from __future__ import annotations

from companion.cli.context import CommandContext
from companion.cli.output import EXIT_DONE
from companion.cli.usage import Parser
from companion.domain.core.model import Model
from companion.domain.directory.maker import Maker


class ListedMaker(Model, frozen=True):
    """A maker or a shop."""

    name: str
    website: str
    products: tuple[str, ...]
    manage_page: str | None
    support_page: str | None


class DirectoryResult(Model, frozen=True):
    """``directory list``: what is known, and what is wrong with files that are left out."""

    folder: str
    makers: tuple[ListedMaker, ...]
    problems: tuple[str, ...]


def add_arguments(parser: Parser) -> None:
    """Describe ``companion directory list``."""
    parser.describe(
        json="{folder, makers: [{name, website, products: [name], managePage, supportPage}], problems: [sentence]}",
        examples=("directory list",),
        notes="A file of your own in the folder takes the place of a shipped one about the same maker.",
    )


def run(context: CommandContext) -> int:
    """Show the makers and shops that are known."""
    reading, folder = context.owned.directory.read(), context.owned.directory.own_folder
    found = tuple(_listed(maker) for maker in reading.directory.makers())
    problems = tuple(problem.message for problem in reading.problems)
    lines = [f"{maker.name}  {maker.website}  {', '.join(maker.products)}".rstrip() for maker in found]
    lines += [f"Left out: {problem}" for problem in problems]
    lines.append(f"{len(found)} makers and shops are known. Files of your own belong into {folder}.")
    context.output.result(DirectoryResult(folder=str(folder), makers=found, problems=problems), *lines)
    return EXIT_DONE


def _listed(maker: Maker) -> ListedMaker:
    pages = maker.pages
    return ListedMaker(
        name=maker.name,
        website=maker.website.address,
        products=tuple(product.name for product in maker.products),
        manage_page=pages.manage.address if pages.manage is not None else None,
        support_page=pages.support.address if pages.support is not None else None,
    )
