"""``companion case-file``: the redacted file that support needs."""

from __future__ import annotations

from companion.cli.commands.support.subjects import chosen_subject, known_subjects
from companion.cli.context import CommandContext
from companion.cli.options import password_option, path_named, yes_option
from companion.cli.order_access import with_password
from companion.cli.output import EXIT_DONE
from companion.cli.terminal.prompts import confirm
from companion.cli.usage import Parser, usage_error
from companion.domain.core.model import Model
from companion.domain.store.orders import SupportCase
from companion.services.app.atomic_file import write_file
from companion.services.support.case_values import CaseAbout, WrittenCase


class CaseFileResult(Model, frozen=True):
    """``case-file``: the text itself unless it was saved or sent, where it was written, its size in bytes.

    `summary` are the lines to read out on the telephone. `case` is what support has taken on, None when it was not
    sent.
    """

    path: str | None
    size: int
    text: str | None = None
    case: SupportCase | None = None
    summary: tuple[str, ...] = ()


def add_arguments(parser: Parser) -> None:
    """Describe ``companion case-file``."""
    parser.add_argument(
        "number",
        metavar="ABOUT",
        nargs="?",
        help="the order that it is about, or a purchase, a product, a store; without it, what needs attention",
    )
    parser.add_argument("--text", action="store_true", help="only some lines, to read out on the telephone")
    parser.add_argument("--all-orders", action="store_true", help="put the other orders of that store in as well")
    parser.add_argument("--to", metavar="FILE", type=path_named, help="save it; without --to and --send, it is printed")
    parser.add_argument("--send", metavar="SUMMARY", help="send it to support; say in one sentence what does not work")
    yes_option(parser)
    password_option(parser)
    parser.describe(
        json="{path, size, text, case: {caseNumber, nextStep, answerBy}, summary: [line…]}",
        examples=(
            "case-file",
            "case-file LF-5930-2216 --text",
            "case-file LF-5930-2216 --to case.json",
            'case-file LF-5930-2216 --send "The installer stops at 40 %"',
        ),
        notes="Passwords, keys, card digits, e-mail addresses and names in paths are never in it. It is about one "
        "order or purchase and holds no other.",
    )


def run(context: CommandContext) -> int:
    """Show the redacted case file, save it, or send it to support after the person has read it."""
    asked = context.arguments
    summary = " ".join(asked.send.split()) if asked.send is not None else None
    if summary is not None and (not asked.number or not summary):
        raise usage_error(
            "A case is about one order, and says in a sentence what does not work.",
            'Use: companion case-file NUMBER --send "The installer stops."',
        )
    if summary is not None:
        context.wait_in_full()
        number = context.order_number()
        written = context.services.case_files.write(CaseAbout(number, others=asked.all_orders))
        case: SupportCase | None = _sent(context, number, summary, written)
    else:
        written, case = _written(context), None
    path = asked.to.absolute() if asked.to is not None else None
    content = "\n".join(written.summary) + "\n" if asked.text else written.text
    if path is not None:
        write_file(path, content)
    shown = path is None and case is None
    result = CaseFileResult(
        path=str(path) if path else None,
        size=len(content.encode()),
        text=content if shown else None,
        case=case,
        summary=written.summary,
    )
    context.output.result(result, *_lines(context, result, content if shown else None))
    return EXIT_DONE


def _written(context: CommandContext) -> WrittenCase:
    """The case file about what was named, else about what needs attention."""
    from companion.services.container.store import NO_STORE, open_store

    known = known_subjects(context)
    subject = chosen_subject(context, known, context.arguments.number)
    store = next(
        (each for each in known.stores if subject is None or each.services.orders.store == subject.store), None
    )
    if store is not None:
        number = subject.number if subject is not None else None
        return store.services.case_files.write(CaseAbout(number, others=context.arguments.all_orders))
    bought = next((each for each in known.purchases if subject is not None and each.id == subject.purchase), None)
    services = open_store(context.owned, NO_STORE)
    try:
        return services.case_files.write(CaseAbout(purchase=bought))
    finally:
        services.close_store()


def _lines(context: CommandContext, result: CaseFileResult, content: str | None) -> list[str]:
    if content is not None:
        return [content.rstrip()]
    lines = [f"Written: {result.path}"] if result.path is not None else []
    if result.case is not None:
        case = result.case
        lines.append(
            f"Your case number is {case.case_number}. An answer comes by {context.formats.moment(case.answer_by)}."
        )
        lines.append(case.next_step)
    lines.append("It holds what happened, versions and what was found on this PC.")
    lines.append("Passwords, keys and card digits are not in it.")
    return lines


def _sent(context: CommandContext, number: str, summary: str, written: WrittenCase) -> SupportCase:
    """Send the case file once the person, who has it before their eyes, agrees."""
    if not context.arguments.yes:
        context.output.say("This would be sent:", "", *written.summary, "", "The exact file:", "", written.text)
    confirm("Send this to support?", yes=context.arguments.yes)
    actions = context.services.orders.actions
    return with_password(context, number, lambda: actions.open_case(number, summary, written.text))
