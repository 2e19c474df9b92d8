"""``companion add``: e-mails, keys, links and order numbers become purchases."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from companion.cli.commands.purchases.shown import JSON, NOT_KEPT, ShownPurchase, lines, shown
from companion.cli.context import CommandContext
from companion.cli.options import progress_option, yes_option
from companion.cli.output import EXIT_DONE, EXIT_NO
from companion.cli.terminal.interrupts import interruptible
from companion.cli.terminal.prompts import is_interactive
from companion.cli.usage import Parser, usage_error
from companion.domain.core.errors import CompanionError
from companion.domain.core.model import Model
from companion.domain.core.text import counted
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.mail.inputs import InputKind, Recognised, recognise_text
from companion.domain.purchases.draft import Draft
from companion.domain.purchases.purchase import Purchase, overview
from companion.services.app.cancellation import Cancellation
from companion.services.container.owned import Owned
from companion.services.purchases.registry import Added, AddedKind
from companion.services.store.keychain.keychain import Kept

_MOST_STDIN = 32 * 1024 * 1024


class FoundInput(Model, frozen=True):
    """One thing that was recognised, with the purchase it would become."""

    input: str
    kind: InputKind
    platform: str | None
    reason: str
    purchase: ShownPurchase | None
    doubts: tuple[str, ...]
    warning: str | None


class AddResult(Model, frozen=True):
    """``add``: what was recognised, and the ids of the purchases that were added or updated."""

    found: tuple[FoundInput, ...]
    added: tuple[str, ...]
    updated: tuple[str, ...]


def add_arguments(parser: Parser) -> None:
    """Describe ``companion add``."""
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="*",
        help="e-mails (.eml, .emlx, .mbox, .msg, .html), texts, or - for standard input",
    )
    parser.add_argument("--dry-run", action="store_true", help="only say what is recognised")
    yes_option(parser)
    progress_option(parser)
    parser.describe(
        json="{found: [{input, kind: email|key|link|orderNumber|storeAddress|licenceFile|unknown, platform, reason,"
        f" purchase: {JSON}, doubts: [sentence], warning: sentence}}], added: [id], updated: [id]}}",
        examples=("add confirmation.eml", "add mails.mbox --dry-run", "add - < key.txt"),
        notes="No store is asked. Exit 1 when nothing was recognised.",
    )


def run(context: CommandContext) -> int:
    """Recognise every input, ask for agreement, and add what was recognised."""
    context.wait_in_full()
    asked = context.arguments
    with interruptible() as cancellation:
        recognised = list(_recognise(context, cancellation))
    usable = [each for each in recognised if each.draft is not None]
    for each in recognised:
        context.output.say(*_found_lines(context, each))
    added: list[str] = []
    updated: list[str] = []
    failed, kept = None, set[Kept]()
    if not asked.dry_run:
        failed = _add_all(context, usable, added, updated, kept)
    result = AddResult(
        found=tuple(_found(each, context.owned) for each in recognised), added=tuple(added), updated=tuple(updated)
    )
    context.output.result(result, *_outcome(result, recognised, context.owned, dry=asked.dry_run))
    if Kept.SESSION in kept:
        context.output.say(NOT_KEPT)
    if failed is not None:
        context.output.error(failed)
    return EXIT_DONE if usable and failed is None else EXIT_NO


def _recognise(context: CommandContext, cancellation: Cancellation) -> Iterator[Recognised]:
    intake = context.owned.intake
    for name in context.arguments.files or ["-"]:
        if name != "-":
            _refuse_text(name, context.owned.clock())
            yield from intake.read_file(Path(name).absolute(), cancellation)
            continue
        yield intake.recognise("standard input", _standard_input())


def _refuse_text(name: str, now: dt.datetime) -> None:
    """A key or an address among the words can be read by other programs, and no error may repeat it."""
    looks_like_file = "." in name and "://" not in name
    if looks_like_file or Path(name).exists() or recognise_text("", name, now) is None:
        return
    raise usage_error(
        "The names of files are expected here, and this looks like the text itself.",
        "Give it on standard input: enter companion add - and then the text, and end with Ctrl+D (on Windows with"
        " Ctrl+Z and Enter).",
    )


def _standard_input() -> bytes:
    binary = getattr(sys.stdin, "buffer", None)
    if binary is not None:
        return bytes(binary.read(_MOST_STDIN))
    return sys.stdin.read(_MOST_STDIN).encode() if sys.stdin is not None else b""


def _add_all(
    context: CommandContext, usable: Iterable[Recognised], added: list[str], updated: list[str], kept: set[Kept]
) -> CompanionError | None:
    """Add what was recognised; returns what went wrong last, if anything did."""
    drafts = [each.draft for each in usable if each.draft is not None and _may_be_added(context, each)]
    failed = None
    if is_interactive():
        for draft in drafts:
            try:
                _note(_add(context, draft), added, updated, kept)
            except CompanionError as error:
                failed = error
        return failed
    try:
        # With no person to ask, what may belong to another purchase becomes one of its own, so nothing is mixed.
        for found in context.owned.purchases.add_all(drafts, sure=True):
            _note(found, added, updated, kept)
    except CompanionError as error:
        failed = error
    return failed


def _may_be_added(context: CommandContext, each: Recognised) -> bool:
    if each.warning is not None and not context.arguments.yes:
        context.output.say(f"{each.input} is not added: {each.warning} Add it all the same with --yes.")
        return False
    return context.arguments.yes or not is_interactive() or _agreed(context, f"Add {each.input}?")


def _note(found: Added, added: list[str], updated: list[str], kept: set[Kept]) -> None:
    if found.purchase_id is not None:
        kept.add(found.kept)
        (added if found.kind is AddedKind.ADDED else updated).append(found.purchase_id)


def _add(context: CommandContext, draft: Draft) -> Added:
    registry = context.owned.purchases
    found = registry.add(draft)
    if found.kind is AddedKind.ASK:
        into = _which(context, found.candidates)
        found = registry.add(draft, into=into, as_new=into is None)
    return found


def _which(context: CommandContext, candidates: tuple[str, ...]) -> str | None:
    """The known purchase that it belongs to."""
    registry = context.owned.purchases
    for candidate in candidates:
        name = registry.get(candidate).name
        if _agreed(context, f"Does it belong to “{name}” ({candidate[:6]})?"):
            return candidate
    return None


def _agreed(context: CommandContext, question: str) -> bool:
    if context.output.as_json:
        return True
    print(f"{question} [Y/n] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("", "y", "yes")


def _preview(each: Recognised, owned: Owned) -> Purchase | None:
    if each.draft is None:
        return None
    hashes = ["" for _ in each.draft.secrets]
    return Purchase(id="", added_at=owned.clock(), facts=each.draft.with_hashes(hashes))


def _found(each: Recognised, owned: Owned) -> FoundInput:
    preview = _preview(each, owned)
    return FoundInput(
        input=clean_text(each.input, 200),
        kind=each.kind,
        platform=each.platform,
        reason=each.reason,
        purchase=shown(overview(preview)) if preview is not None else None,
        doubts=(*each.doubts, *each.missing),
        warning=each.warning,
    )


def _found_lines(context: CommandContext, each: Recognised) -> list[str]:
    told = [f"{clean_text(each.input, 120)}: {each.reason}"]
    preview = _preview(each, context.owned)
    if preview is not None:
        told += [
            line
            for line in lines(overview(preview), context.ends, lambda _: "found")
            if not line.startswith("  Id ") and "not known" not in line
        ]
    told += [f"  Warning: {each.warning}"] if each.warning else []
    told += [f"  Please check: {doubt}" for doubt in each.doubts]
    told += [f"  Still to answer: {question}" for question in each.missing]
    return told


def _outcome(result: AddResult, recognised: Iterable[Recognised], owned: Owned, *, dry: bool) -> list[str]:
    stores = [each.address for each in recognised if each.kind is InputKind.STORE_ADDRESS and each.address]
    told = [f"This can be the address of a store. Add it with: companion stores add {address}" for address in stores]
    usable = sum(found.purchase is not None for found in result.found)
    if not usable:
        return told or ["Nothing was added. A purchase is added by hand with: companion purchases new --product NAME"]
    if dry:
        return [*told, f"{counted(usable, 'purchase')} recognised; nothing was added."]
    known = len(dict.fromkeys(result.updated))
    parts = [f"{counted(len(result.added), 'purchase')} added"] if result.added or not known else []
    parts += [f"{counted(known, 'purchase')} that {'was' if known == 1 else 'were'} known already brought up to date"]
    told.append(f"{', '.join(parts if known else parts[:1])}. See them with: companion purchases list")
    added = (owned.purchases.get(id_) for id_ in dict.fromkeys(result.added))
    unnamed = [found.id[:6] for found in added if not any(product.name for product in found.products)]
    return told + [f"Say what it is called with: companion purchases edit {id_} product=NAME" for id_ in unnamed]
