"""What the command line prints: one JSON object or plain lines on stdout, progress and errors on stderr."""

from __future__ import annotations

import datetime as dt
import getpass
import json
import sys
from typing import Any, TextIO

from companion.domain.errors import CompanionError, Kind
from companion.domain.transfers import TransferProgress, TransferState
from companion.domain.wire import Secret, to_builtins

EXIT_DONE = 0
EXIT_NO = 1
EXIT_USAGE = 2
EXIT_UNREACHABLE = 3
EXIT_INTERRUPTED = 130

EXIT_OF_KIND = {Kind.NO: EXIT_NO, Kind.USAGE: EXIT_USAGE, Kind.UNREACHABLE: EXIT_UNREACHABLE}


class Output:
    """The two streams of one run, in the form the person or script asked for."""

    def __init__(self, *, as_json: bool, progress_json: bool = False, zone: dt.tzinfo | None = None) -> None:
        self.as_json = as_json
        self.progress_json = progress_json
        self.zone = zone
        self._bar_open = False

    def result(self, shown: dict[str, Any], *lines: str) -> None:
        """Print the outcome: `shown` as the one JSON object, or `lines` for a person."""
        self.end_bar()
        if self.as_json:
            print(json.dumps(to_builtins(shown), ensure_ascii=False, default=str), flush=True)
        else:
            for line in lines:
                print(line)
            sys.stdout.flush()

    def say(self, line: str) -> None:
        """Tell a person, on stderr, what is going on; a script that reads JSON is left alone."""
        if not self.as_json and not self.progress_json:
            self.end_bar()
            print(line, file=sys.stderr, flush=True)

    def error(self, error: CompanionError) -> int:
        """Print an expected failure and return its exit code."""
        self.end_bar()
        if self.as_json:
            print(json.dumps({"error": error.as_dict()}, ensure_ascii=False), flush=True)
        else:
            print(f"{error.title}\n  {error.message}\n  → {error.hint}", file=sys.stderr)
        return EXIT_OF_KIND[error.kind]

    def step(self, name: str, state: str, **facts: object) -> None:
        """Report a step as a JSON line on stderr, when that was asked for."""
        if self.progress_json:
            print(
                json.dumps({"step": name, "state": state, **to_builtins(facts)}, default=str),
                file=sys.stderr,
                flush=True,
            )

    def progress(self, progress: TransferProgress) -> None:
        """Show how a transfer stands: a JSON line, a bar on a terminal, or nothing."""
        if self.progress_json:
            print(json.dumps(to_builtins(progress)), file=sys.stderr, flush=True)
        elif not self.as_json and sys.stderr.isatty():
            sys.stderr.write("\r\x1b[2K" + bar(progress))
            sys.stderr.flush()
            self._bar_open = True

    def end_bar(self) -> None:
        """Leave the line of the progress bar, if one is shown."""
        if self._bar_open:
            sys.stderr.write("\n")
            self._bar_open = False

    def date(self, moment: dt.datetime | None) -> str:
        """A day in the person's zone, in the form no country misreads: ``2026-11-22``."""
        return "–" if moment is None else f"{moment.astimezone(self.zone):%Y-%m-%d}"

    def moment(self, moment: dt.datetime | None) -> str:
        """A day and time in the person's zone."""
        return "–" if moment is None else f"{moment.astimezone(self.zone):%Y-%m-%d %H:%M}"


def bar(progress: TransferProgress, width: int = 28) -> str:
    """One line that shows how a transfer stands."""
    if progress.reason and progress.state is TransferState.WAITING:
        return progress.reason
    rate = f"{progress.rate / 1e6:.1f} MB/s" if progress.rate else ""
    if not progress.size:
        return f"{progress.done / 1e6:.1f} MB  {rate}"
    share = min(progress.done / progress.size, 1.0)
    full = int(share * width)
    left = f"  {_clock(progress.time_left)} left" if progress.time_left else ""
    marks = "█" * full + "░" * (width - full)
    return f"{marks} {share:4.0%}  {progress.done / 1e6:.1f} of {progress.size / 1e6:.1f} MB  {rate}{left}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def ask_secret(prompt: str, *, from_stdin: bool, stream: TextIO | None = None) -> Secret:
    """A secret from the person or, when asked for, from standard input; never from the arguments.

    Raises `CompanionError` ``secret-needed`` when there is nobody to ask.
    """
    source = stream or sys.stdin
    if from_stdin:
        text = source.readline().rstrip("\r\n")
    elif source.isatty():
        text = getpass.getpass(f"{prompt}: ", stream=sys.stderr)
    else:
        text = ""
    if not text.strip():
        raise CompanionError(
            "secret-needed",
            f"{prompt} is needed",
            "Nothing was entered.",
            "Type it when asked, or send it to standard input with --password-stdin.",
            kind=Kind.USAGE,
        )
    return Secret(text)


def confirm(question: str, *, yes: bool) -> bool:
    """Whether the person agrees; `yes` answers beforehand, and without a terminal silence means no."""
    if yes:
        return True
    if not sys.stdin.isatty():
        return False
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")
