"""``companion case-file``: the redacted file that support needs."""

from __future__ import annotations

from pathlib import Path

from companion.cli.context import CommandContext
from companion.cli.options import password_option, yes_option
from companion.cli.order_access import with_password
from companion.cli.output import EXIT_DONE
from companion.cli.terminal.prompts import confirm
from companion.cli.usage import Parser, usage_error
from companion.domain.core.model import Model
from companion.domain.store.orders import SupportCase
from companion.services.app.atomic_file import write_file


class CaseFileResult(Model, frozen=True):
    """``case-file``: the text itself unless it was saved or sent, where it was written, its size in bytes.

    `case` is what support has taken on, None when it was not sent.
    """

    path: str | None
    size: int
    text: str | None = None
    case: SupportCase | None = None


def add_arguments(parser: Parser) -> None:
    """Describe ``companion case-file``."""
    parser.add_argument("number", metavar="NUMBER", nargs="?", help="the order that it is about")
    parser.add_argument("--to", metavar="FILE", type=Path, help="save it; without --to and --send, it is printed")
    parser.add_argument("--send", metavar="SUMMARY", help="send it to support; say in one sentence what does not work")
    yes_option(parser)
    password_option(parser)
    parser.describe(
        json="{path, size, text, case: {caseNumber, nextStep, answerBy}}",
        examples=(
            "case-file",
            "case-file LF-5930-2216 --to case.json",
            'case-file LF-5930-2216 --send "The installer stops at 40 %"',
        ),
        notes="Passwords, keys, card digits, e-mail addresses and names in paths are never in it.",
    )


def run(context: CommandContext) -> int:
    """Show the redacted case file, save it, or send it to support after the person has read it."""
    asked = context.arguments
    number = context.order_number() if asked.number else None
    summary = " ".join(asked.send.split()) if asked.send is not None else None
    if summary is not None and (number is None or not summary):
        raise usage_error(
            "A case is about one order, and says in a sentence what does not work.",
            'Use: companion case-file NUMBER --send "The installer stops."',
        )
    text = context.services.case_files.text(number)
    path = asked.to.absolute() if asked.to is not None else None
    if path is not None:
        write_file(path, text)
    case = _sent(context, number, summary, text) if number is not None and summary is not None else None
    shown = path is None and case is None
    lines = [text.rstrip()] if shown else []
    lines += [f"Written: {path}"] if path is not None else []
    if case is not None:
        lines.append(
            f"Your case number is {case.case_number}. An answer comes by {context.formats.moment(case.answer_by)}."
        )
        lines.append(case.next_step)
    if not shown:
        lines.append("It holds what happened, versions and what was found on this PC.")
        lines.append("Passwords, keys and card digits are not in it.")
    context.output.result(
        CaseFileResult(
            path=str(path) if path else None, size=len(text.encode()), text=text if shown else None, case=case
        ),
        *lines,
    )
    return EXIT_DONE


def _sent(context: CommandContext, number: str, summary: str, text: str) -> SupportCase:
    """Send the case file once the person, who has it before their eyes, agrees."""
    if not context.arguments.yes:
        context.output.say("This would be sent:", "", text)
    confirm("Send this to support?", yes=context.arguments.yes)
    return with_password(context, number, lambda: context.services.orders.actions.open_case(number, summary, text))
