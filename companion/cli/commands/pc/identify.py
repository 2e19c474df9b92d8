"""``companion identify``: what an installer is, read from the file and without running it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from companion.cli.context import CommandContext
from companion.cli.output import EXIT_DONE, EXIT_NO
from companion.cli.usage import Parser
from companion.domain.core.errors import CompanionError
from companion.domain.installation.files.identity import InstallerIdentity, Technology
from companion.domain.installation.files.words import identity_lines


def add_arguments(parser: Parser) -> None:
    """Describe ``companion identify``."""
    parser.add_argument("file", metavar="FILE", type=Path, help="the installer")
    parser.describe(
        json="{technology: msi|inno|nsis|burn|installshield|squirrel|msix|sfx|pe|deb|rpm|appimage|run|pkg|dmg|unknown, "
        "productName, version, publisher, architecture, fits, signer, signature: valid|invalid|none|unknown, "
        "needsAdministrator, markOfTheWeb, purchase, complete, notes}",
        examples=("identify setup.exe",),
        notes="Nothing of the file is run. Exit 1 when it is no installer that is known.",
    )


def run(context: CommandContext) -> int:
    """Say what the file is and which purchase it belongs to."""
    from companion.services.installation.installer_files import identify

    path = context.arguments.file.absolute()
    found = identify(path, context.local.platform)
    found = msgspec.structs.replace(found, purchase=purchase_id(context, found, path))
    context.output.result(found, *identity_lines(found, path.name))
    return EXIT_NO if found.technology is Technology.UNKNOWN else EXIT_DONE


def purchase_id(context: CommandContext, found: InstallerIdentity, path: Path) -> str | None:
    """Returns the purchase that the file belongs to; None also where there is no library, or it cannot be opened."""
    from companion.domain.installation.files.belonging import purchase_of

    if not context.local.folders.library.exists():
        return None
    try:
        library = context.owned.library
        files = [file for store in library.stores_with_orders() for file in library.files(store)]
        number = next((file.number for file in files if file.path == path), None)
        return purchase_of(found, context.owned.all_purchases(), number)
    except CompanionError:
        return None
