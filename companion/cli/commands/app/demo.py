"""``companion demo``: the whole job against the embedded store."""

from __future__ import annotations

import argparse
import sys

from companion.cli.context import CommandContext
from companion.cli.demo.store import store_options
from companion.cli.demo.workspace import default_folder, open_workspace
from companion.cli.options import path_named, progress_option
from companion.cli.usage import Parser
from companion.domain.core.errors import CompanionError


def add_arguments(parser: Parser) -> None:
    """Describe ``companion demo``."""
    parser.add_argument("--no-window", action="store_true", help="do the whole job in the terminal")
    parser.add_argument(
        "--home",
        metavar="DIR",
        type=path_named,
        default=argparse.SUPPRESS,
        help="the folder in which the demo keeps everything",
    )
    store_options(parser)
    progress_option(parser)
    parser.describe(
        json="{store, orderNumber, steps: [{name, did, seconds}], sha256, verified, resumedFrom, path, error}",
        examples=("demo", "demo --no-window"),
    )


def run(context: CommandContext) -> int:
    """The whole job: in the window where there is a screen, else in the terminal."""
    from companion.cli.commands.app.window import has_display
    from companion.cli.demo.walkthrough import walk

    asked = context.arguments
    if not asked.no_window and not asked.json and has_display():
        return _in_window(context)
    if not asked.no_window:
        context.output.say("There is no screen here, so the same journey is walked in the terminal.", "")
    return walk(context, default_folder(asked.home, "demo"))


def _in_window(context: CommandContext) -> int:
    from companion.cli.demo.purchases import begin_with_purchases
    from companion.services.app.cancellation import Cancellation
    from companion.services.app.instance.running_program import StartRequest
    from companion.services.container.store import Services, build_services
    from companion.ui.app.running import run_window
    from companion.ui.pages.demo_orders import SampleLogIn

    asked = context.arguments
    with open_workspace(default_folder(asked.home, "demo"), size=asked.size, rate=asked.rate) as workspace:

        def build() -> Services:
            services = build_services(workspace.home, workspace.store.url, verbose=asked.verbose)
            try:
                begin_with_purchases(services, workspace, Cancellation())
            except CompanionError as error:
                # The window is of use without them, and has a place to say what is wrong with folder or keychain.
                print(f"{error.title}. {error.message}", file=sys.stderr)
            return services

        samples = tuple(
            SampleLogIn(account.order_number, account.order_password, account.about)
            for account in workspace.store.accounts
        )
        print(f"The embedded store answers at {workspace.store.url}.", file=sys.stderr)
        print(f"E-mails to drop on the window are in {workspace.root / 'mails'}.", file=sys.stderr)
        return run_window(build, StartRequest(), samples=samples)
