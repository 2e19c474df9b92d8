"""``companion identify``: what an installer is, read from the file and without running it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from companion.cli.commands.pc.expectation import expectation_of, expectation_options
from companion.cli.context import CommandContext
from companion.cli.files import file_named
from companion.cli.output import EXIT_DONE, EXIT_NO
from companion.cli.terminal.interrupts import interruptible
from companion.cli.usage import Parser
from companion.domain.core.errors import CompanionError
from companion.domain.installation.files.identity import InstallerIdentity, Technology
from companion.domain.installation.files.verification import Verification
from companion.domain.installation.files.words import identity_lines

if TYPE_CHECKING:
    from companion.domain.purchases.purchase import Overview


class IdentifyResult(InstallerIdentity, frozen=True):
    """``identify``: what the file is, and how far it is verified."""

    verification: Verification = Verification()


def add_arguments(parser: Parser) -> None:
    """Describe ``companion identify``."""
    parser.add_argument("file", metavar="FILE", help="the installer")
    expectation_options(parser)
    parser.describe(
        json="{technology: msi|inno|nsis|burn|installshield|squirrel|msix|sfx|pe|deb|rpm|appimage|run|pkg|dmg|unknown, "
        "productName, version, publisher, architecture, fits, signer, signature: valid|invalid|none|unknown, "
        "needsAdministrator, markOfTheWeb, purchase, complete, notes, verification: {how: "
        "store|signature|manifest|complete|notChecked, by, ofMaker}, spaceNeeded, spaceFree, spaceOn, advice}",
        examples=("identify setup.exe", "identify setup.exe --sums SHA256SUMS"),
        notes="Nothing of the file is run. Exit 1 when it is no installer that is known, or not what it must be.",
    )


def run(context: CommandContext) -> int:
    """Say what the file is and which purchase it belongs to."""
    path = file_named(context.arguments.file)
    found, verification = _look(context, path)
    bought = purchase_for(context, found, path)
    found = msgspec.structs.replace(found, purchase=bought.id if bought else None)
    shown = IdentifyResult(
        **{field: getattr(found, field) for field in found.__struct_fields__}, verification=verification
    )
    context.output.result(shown, *identity_lines(found, path.name, verification))
    return EXIT_NO if found.technology is Technology.UNKNOWN else EXIT_DONE


def _look(context: CommandContext, path: Path) -> tuple[InstallerIdentity, Verification]:
    """What the file is; its whole content is read only where a digest is to be compared."""
    from companion.services.installation.installer_files import identify

    installer, expected = context.local.file_installer(), expectation_of(context, path)
    with interruptible() as cancellation:
        if expected is None:
            found = identify(path, context.local.platform, cancellation)
            return found, installer.grade(found)
        file = installer.look(path, cancellation, expected)
    return file.found, file.verification


def purchase_for(context: CommandContext, found: InstallerIdentity, path: Path) -> Overview | None:
    """Returns the purchase that the file belongs to; None also where there is no library, or it cannot be opened."""
    from companion.domain.installation.files.belonging import purchase_of
    from companion.services.installation.order_files import order_of

    if not context.local.folders.library.exists():
        return None
    try:
        purchases = tuple(context.owned.all_purchases())
        belongs_to = purchase_of(found, purchases, order_of(context.owned.library, path))
        return next((each for each in purchases if each.id == belongs_to), None)
    except CompanionError:
        return None
