"""What a command works with: what was asked, where it prints, and the services, built when first needed."""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import functools
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from companion.cli.output import Output
from companion.cli.prompts import ask_secret, somebody_there
from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind

if TYPE_CHECKING:
    from companion.domain.store.profile import Profile
    from companion.services.app.cancellation import Cancellation
    from companion.services.container import Local, Services

T = TypeVar("T")


class CommandContext:
    """The arguments, the output and the services of one command."""

    def __init__(self, arguments: argparse.Namespace, output: Output) -> None:
        self.arguments = arguments
        self.output = output
        self._open: Services | None = None

    @functools.cached_property
    def services(self) -> Services:
        """The services of the chosen store. Raises `CompanionError`."""
        from companion.services.container import build_services

        self._open = build_services(self.arguments.home, self.arguments.store, verbose=self.arguments.verbose)
        aside = self._open.library.set_aside
        if aside is not None:
            self.output.say(
                f"Companion's notes were damaged and have been set aside as {aside}.",
                "Passwords are safe in the keychain; add your orders once more and everything is there again.",
            )
        return self._open

    @functools.cached_property
    def local(self) -> Local:
        """What works without a store."""
        from companion.services.container import build_local

        return build_local(self.arguments.home)

    def note_log(self) -> None:
        """Write a log where that is possible; work on single files does not depend on it."""
        from companion.services.app.log import start_log
        from companion.services.container import home_places

        with contextlib.suppress(CompanionError):
            where = home_places(self.arguments.home)
            where.prepare()
            start_log(where.logs, verbose=self.arguments.verbose)

    def close(self) -> None:
        """Close what was opened."""
        if self._open is not None:
            self._open.close()
            self._open = None

    # Failures

    def troubled(self, error: CompanionError) -> CompanionError:
        """`error` as the person is told it: with the time a lock ends, and from the second failure on with the number.

        Counts it as a failed attempt at this command, unless it was counted already.
        """
        services = self._open
        if services is None:
            return error
        from companion.domain.core.text import plain_moment
        from companion.domain.store.lockout import with_time
        from companion.domain.support.hotline import failed_words, offers_number

        services.orders.attempts.failed(self._attempt, self._subject, error)
        told = with_time(error, services.clock(), plain_moment(services.zone))
        if offers_number(told.attempts):
            from companion.cli.support_number import number_line

            line = number_line(services, self._subject)
            if line and line not in told.hint:
                told.hint = f"{told.hint} {failed_words(told.attempts)} {line}"
        return told

    def succeeded(self) -> None:
        """End the row of failed attempts at this command."""
        if self._open is not None:
            self._open.orders.attempts.succeeded(self._attempt, self._subject)

    @property
    def _attempt(self) -> str:
        job = getattr(self.arguments, "job", None)
        return " ".join(filter(None, ("companion", self.arguments.command, job)))

    @property
    def _subject(self) -> str | None:
        return getattr(self.arguments, "number", None)

    # What most commands begin with

    def number(self) -> str:
        """The order number that was given, tidied, and as the order that was added has it."""
        from companion.domain.entitlements.order_lookup import known_number, tidy_order_number

        typed = tidy_order_number(self.arguments.number)
        return known_number(typed, self.services.orders.numbers())

    def profile(self) -> Profile:
        """The profile of ``--profile FILE`` where one is given, else the store's."""
        given: Path | None = getattr(self.arguments, "profile", None)
        return read_profile(given) if given is not None else self.services.orders.profile()

    def opened(self, number: str, work: Callable[[], T]) -> T:
        """Run `work` on an order; asks for its password when this computer does not have it."""
        from companion.domain.entitlements.order_lookup import tidy_order_password
        from companion.services.store.keychain import Credentials

        def open_with(from_stdin: bool) -> None:
            typed = ask_secret(f"Order password of {number}", from_stdin=from_stdin)
            password = tidy_order_password(typed.reveal())
            self.services.orders.use_for_session(number, Credentials(order_password=password))

        if getattr(self.arguments, "password_stdin", False):
            open_with(True)
            self.arguments.password_stdin = False
            return work()
        try:
            return work()
        except CompanionError as error:
            if error.code != ErrorCode.CREDENTIALS_NEEDED:
                raise
            if not somebody_there():
                raise CompanionError(
                    error.code,
                    error.title,
                    error.message,
                    "Send the order password to standard input with --password-stdin, or run this in a terminal.",
                ) from None
            self.output.say(error.message)
        open_with(False)
        return work()

    # Words

    def date(self, moment: dt.datetime | None) -> str:
        """A day in the person's zone."""
        from companion.domain.core.text import plain_date

        return "–" if moment is None else plain_date(self.services.zone)(moment)

    def moment(self, moment: dt.datetime | None) -> str:
        """A day and time in the person's zone."""
        from companion.domain.core.text import plain_moment

        return "–" if moment is None else plain_moment(self.services.zone)(moment)


def read_profile(path: Path) -> Profile:
    """A vendor profile from a file. Raises `CompanionError` ``bad-file``."""
    from companion.domain.store.profile import Profile

    return read_json(path, Profile, "profile")


def read_json(path: Path, kind: type[T], what: str) -> T:
    """A JSON file the person named. Raises `CompanionError` ``bad-file``."""
    from companion.domain.core.serialization import decode

    try:
        data = path.read_bytes()
    except OSError as error:
        raise CompanionError(
            ErrorCode.BAD_FILE,
            f"The {what} cannot be read",
            f"{path} cannot be opened ({error.strerror}).",
            "Check the path.",
            kind=ErrorKind.USAGE,
        ) from None
    try:
        return decode(data, kind, source=str(path))
    except CompanionError as error:
        raise CompanionError(
            ErrorCode.BAD_FILE,
            f"This is not a {what}",
            error.message,
            "Check that the right file was named.",
            kind=ErrorKind.USAGE,
        ) from None


def write_file(path: Path, data: bytes) -> None:
    """Write a file the person asked for, whole or not at all. Raises `CompanionError` ``file-not-written``."""
    trial = path.with_name(f".{path.name}.new")
    try:
        trial.write_bytes(data)
        trial.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            trial.unlink()
        raise CompanionError(
            ErrorCode.FILE_NOT_WRITTEN,
            "The file could not be written",
            f"Nothing could be saved as {path} ({error.strerror}).",
            "Name a file in a folder that exists and is yours.",
        ) from None


@contextlib.contextmanager
def interruptible() -> Iterator[Cancellation]:
    """A cancellation that the first Ctrl-C sets, so that work ends where it is safe; the second one ends at once."""
    from companion.services.app.cancellation import Cancellation

    cancellation = Cancellation()
    if threading.current_thread() is not threading.main_thread():
        yield cancellation
        return

    def stop(*_: object) -> None:
        if cancellation.cancelled:
            raise KeyboardInterrupt
        cancellation.cancel()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield cancellation
    finally:
        signal.signal(signal.SIGINT, before)
