"""What a command works with: its arguments, its output, and the services, built when first needed.

Modules of the command line import what they need inside functions where a command that does not get there should not
pay for it: the start-up time of short commands consists of imports.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
from pathlib import Path
from typing import TYPE_CHECKING

from companion.cli.output import Output
from companion.domain.core.errors import CompanionError

if TYPE_CHECKING:
    from companion.cli.formats import Formats
    from companion.domain.store.profile import Profile
    from companion.services.container import Local, Owned, Services


class CommandContext:
    """The arguments, the output and the services of one command."""

    def __init__(self, arguments: argparse.Namespace, output: Output) -> None:
        self.arguments = arguments
        self.output = output
        self.opened_owned: Owned | None = None
        self.opened_services: Services | None = None
        """The services of the store, None as long as no command needed them."""

    @functools.cached_property
    def services(self) -> Services:
        """The services of the chosen store. Raises `CompanionError`."""
        from companion.services.container import build_services

        services = build_services(self.arguments.home, self.arguments.store, verbose=self.arguments.verbose)
        self.opened_services = services
        aside = services.library.set_aside
        if aside is not None:
            from companion.domain.store.library_file import set_aside_text

            text = set_aside_text(aside)
            self.output.say(f"{text.title}. {text.message}", text.hint)
        return services

    @functools.cached_property
    def owned(self) -> Owned:
        """What works with everything that is owned, without any store. Raises `CompanionError`."""
        from companion.services.container import build_owned

        self.opened_owned = build_owned(self.arguments.home, verbose=self.arguments.verbose)
        return self.opened_owned

    @functools.cached_property
    def local(self) -> Local:
        """The services that work without a store."""
        from companion.services.container import build_local

        return build_local(self.arguments.home)

    @functools.cached_property
    def formats(self) -> Formats:
        """Dates and amounts as this command prints them, in the person's time zone."""
        from companion.cli.formats import Formats

        return Formats(self.services.zone)

    def start_log(self) -> None:
        """Start writing the log, where the home folder can be written to; work on single files goes on without it."""
        from companion.services.app.log import start_log
        from companion.services.container import home_folders

        with contextlib.suppress(CompanionError):
            where = home_folders(self.arguments.home)
            where.prepare()
            start_log(where.logs, verbose=self.arguments.verbose)

    def close(self) -> None:
        """Close the services that were opened."""
        if self.opened_owned is not None:
            self.opened_owned.close()
            self.opened_owned = None
        if self.opened_services is not None:
            self.opened_services.close()
            self.opened_services = None

    def order_number(self) -> str:
        """Returns the order number that was typed, in the spelling of the order that was added."""
        from companion.domain.entitlements.order_lookup import known_number, tidy_order_number

        typed = tidy_order_number(self.arguments.number)
        return known_number(typed, self.services.orders.cache.numbers())

    def profile(self) -> Profile:
        """Returns the profile of ``--profile FILE`` where that was given, else the store's."""
        given: Path | None = getattr(self.arguments, "profile", None)
        if given is None:
            return self.services.orders.lookup.profile()
        from companion.cli.files import read_profile

        return read_profile(given)
