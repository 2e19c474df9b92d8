"""How commands describe themselves, and what is said about a command that was typed wrong.

Imports for help and for mistakes stand in functions: every command loads this module.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind

_WIDTH = 100
_HELP_COLUMN = 28


def usage_error(message: str, hint: str) -> CompanionError:
    """Returns the error for a command that cannot be understood; `hint` says how to type it."""
    return CompanionError(ErrorCode.USAGE, "This command was not understood", message, hint, kind=ErrorKind.USAGE)


class Parser(argparse.ArgumentParser):
    """A parser that raises `CompanionError` ``usage`` for a mistake instead of ending the program."""

    def __init__(self, **settings: Any) -> None:
        self.options: list[str] = []
        self.examples: tuple[str, ...] = ()
        self._json = ""
        self._notes = ""
        super().__init__(allow_abbrev=False, formatter_class=_formatter, **settings)

    def describe(self, *, json: str = "", examples: Sequence[str] = (), notes: str = "") -> None:
        """Set what the help ends with: examples (without "companion"), the keys of the JSON object, and notes."""
        self._json, self._notes = json, notes
        self.examples = tuple(f"companion {example}" for example in examples)

    def add_argument(self, *names: Any, **settings: Any) -> argparse.Action:
        action = super().add_argument(*names, **settings)
        self.options += action.option_strings
        return action

    def format_help(self) -> str:
        import textwrap

        parts = []
        if self.examples:
            parts.append("\n".join(["examples:", *(f"  {example}" for example in self.examples)]))
        if self._json:
            parts.append(textwrap.fill(f"JSON: {self._json}", _WIDTH, subsequent_indent="  ", break_long_words=False))
        if self._notes:
            parts.append(textwrap.fill(self._notes, _WIDTH))
        self.epilog = "\n\n".join(parts) or None
        return super().format_help()

    def error(self, message: str) -> NoReturn:
        found = re.match(r"argument (?:-\w/)?(--[\w-]+)", message)
        raise self.mistake(explain(message), option=found[1] if found else "")

    def mistake(self, message: str, *, option: str = "") -> CompanionError:
        """Returns the error for a mistake in this command, with an example that has `option` where one was wrong."""
        example = next((example for example in self.examples if option in example), "")
        everything = f"All options: {self.prog} --help"
        return usage_error(message, f"For example: {example}. {everything}" if example else everything)


def _formatter(prog: str) -> argparse.HelpFormatter:
    return argparse.RawDescriptionHelpFormatter(prog, max_help_position=_HELP_COLUMN)


def explain(message: str) -> str:
    """Returns what `argparse` says about a mistake as a sentence; what is not known here is passed on as it is."""
    from companion.domain.core.text import joined, sentence_start

    if found := re.fullmatch(r"the following arguments are required: (.+)", message):
        missing = [name.replace("|", " or ") for name in found[1].split(", ")]
        return f"{joined(missing)} {'is' if len(missing) == 1 else 'are'} missing."
    if found := re.fullmatch(r"argument (.+?): expected (?:one|at least one) argument", message):
        return f"{_option(found[1])} needs a value."
    if found := re.fullmatch(r"argument (.+?): ignored explicit argument .+", message):
        return f"{_option(found[1])} takes no value."
    if found := re.match(r"argument (.+?): invalid choice: '(.*?)'.* \(choose from (.+)\)$", message):
        choices = joined([choice.strip("'") for choice in found[3].split(", ")], "or")
        place = f"for {_option(found[1])}" if found[1].startswith("-") else "here"
        return f"“{found[2]}” is not possible {place}. Choose {choices}."
    if found := re.fullmatch(r"argument (.+?): (.+)", message):
        return f"{_option(found[1])}: {found[2]}."
    return f"{sentence_start(message)}."


def _option(names: str) -> str:
    """Returns the long name of ``-o/--option``."""
    return names.rpartition("/")[2]


def closest(word: str, known: Iterable[str]) -> str:
    """Returns the known word that `word` most likely stands for, empty when none is close."""
    import difflib

    return next(iter(difflib.get_close_matches(word, list(known), n=1, cutoff=0.7)), "")
