"""What the command line prints: one JSON object or plain lines on stdout, progress and errors on stderr."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, TextIO

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.untrusted.foreign_text import escaped_json, printable

if TYPE_CHECKING:
    from companion.domain.core.model import Model
    from companion.domain.transfers.models import TransferProgress

EXIT_DONE = 0
EXIT_NO = 1
EXIT_USAGE = 2
EXIT_UNREACHABLE = 3
EXIT_INTERRUPTED = 130

EXIT_OF_KIND = {ErrorKind.NO: EXIT_NO, ErrorKind.USAGE: EXIT_USAGE, ErrorKind.UNREACHABLE: EXIT_UNREACHABLE}


class Output:
    """The standard streams of one command, in the form that was asked for."""

    def __init__(self, *, as_json: bool, progress_json: bool = False) -> None:
        self.as_json = as_json
        self.progress_json = progress_json
        self._bar_open = False
        self._said_result = False

    def result(self, shown: Model, *lines: str) -> None:
        """Print the outcome: `shown` as the one JSON object, or `lines` for a person.

        Raises `CompanionError` ``not-written`` when it did not get out, so that no script takes nothing for success.
        """
        self.end_bar()
        self._said_result = True
        for line in (self._json(shown),) if self.as_json else lines:
            trouble = _write(sys.stdout, line)
            if trouble is not None:
                raise CompanionError(
                    ErrorCode.NOT_WRITTEN,
                    "The result could not be written",
                    f"The command did its work, but standard output cannot be written to ({trouble}).",
                    "Check that the disk is not full.",
                )

    @property
    def is_silent(self) -> bool:
        """Whether nothing is said to a person, because a script reads what is printed."""
        return self.as_json or self.progress_json

    def say(self, *lines: str) -> None:
        """Print lines for a person on stderr; nothing when JSON was asked for."""
        if not self.is_silent:
            self.end_bar()
            for line in lines:
                _write(sys.stderr, line)

    def error(self, error: CompanionError) -> int:
        """Print an expected failure and return its exit code; after a result, it does not become a second object."""
        self.end_bar()
        if self.as_json and not self._said_result:
            from companion.cli.error_report import ErrorReport, ErrorResult

            _write(sys.stdout, self._json(ErrorResult(error=ErrorReport.of(error))))
        else:
            _write(sys.stderr, f"{error.title}\n  {error.message}\n  → {error.hint}")
        return EXIT_OF_KIND[error.kind]

    def line(self, text: str) -> None:
        """Print a line of a result that grows while a person watches; JSON comes whole, at the end."""
        if not self.as_json:
            self.end_bar()
            _write(sys.stdout, text)

    def event(self, shown: Model) -> None:
        """Report a step of long work as a JSON line on stderr, when that was asked for."""
        if self.progress_json:
            _write(sys.stderr, self._json(shown))

    def step(self, shown: Model, sentence: str) -> None:
        """Report a step of long work: a JSON line on stderr when that was asked for, else the sentence."""
        self.event(shown)
        self.say(sentence)

    def progress(self, progress: TransferProgress) -> None:
        """Show the progress of a transfer: a JSON line, a bar on a terminal, or nothing."""
        if self.progress_json:
            _write(sys.stderr, self._json(progress))
        elif not self.as_json and sys.stderr is not None and sys.stderr.isatty():
            from companion.cli.terminal.progress_bar import progress_bar

            sys.stderr.write("\r\x1b[2K" + printable(progress_bar(progress)))
            sys.stderr.flush()
            self._bar_open = True

    def end_bar(self) -> None:
        """End the line of the progress bar, if one is shown."""
        if self._bar_open:
            sys.stderr.write("\n")
            self._bar_open = False

    @staticmethod
    def _json(shown: Model) -> str:
        # Here, because --version and --help need no model.
        from companion.domain.core.serialization import to_builtins

        # A console that lacks characters still gets every text whole, in ASCII escapes.
        encoding = sys.stdout.encoding if sys.stdout is not None else None
        plain = (encoding or "").lower().replace("-", "") != "utf8"
        return escaped_json(json.dumps(to_builtins(shown), ensure_ascii=plain))


def _write(stream: TextIO | None, line: str) -> str | None:
    """Print one line; returns the reason when that fails, else None.

    A reader that closed the pipe (``| head``) needs no more, and a program without a console (``companionw``) has no
    streams: neither is a failure.
    """
    if stream is None:
        return None
    try:
        print(printable(line), file=stream, flush=True)
    except BrokenPipeError:
        _give_up(stream)
    except OSError as error:
        _give_up(stream)
        return error.strerror or str(error)
    return None


def flush_streams() -> None:
    """Flush both streams, before Python does so at its end and reports a closed pipe."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            _give_up(stream)


def _give_up(stream: TextIO) -> None:
    # Python flushes the stream once more at its end; the null device takes that without complaint.
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, stream.fileno())
    os.close(null)


def make_streams_forgiving() -> None:
    """Print "?" for a character that the console does not have, instead of ending the program."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
