"""What several commands add to their parsers: common arguments, and the kinds of values they take."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Any


def progress_option(parser: argparse.ArgumentParser) -> None:
    """Reporting the progress of long work."""
    parser.add_argument("--progress", choices=["json"], help="report progress as JSON lines on standard error")


def order_number(parser: argparse.ArgumentParser, *, also: str = "") -> None:
    """The order that a command is about, and its password from standard input instead of the keychain.

    `also` says what may stand in its place.
    """
    parser.add_argument("number", metavar="NUMBER", help=f"the order number {also}".strip())
    parser.set_defaults(only_of_a_store=True)
    password_option(parser)


def password_option(parser: argparse.ArgumentParser) -> None:
    """Reading the password from standard input."""
    parser.add_argument("--password-stdin", action="store_true", help="read the order password from standard input")


def yes_option(parser: argparse.ArgumentParser) -> None:
    """Agreeing beforehand to what the command would ask."""
    parser.add_argument("--yes", action="store_true", help="do it without asking")


def path_named(text: str) -> Path:
    """The name of a file or a folder, for argparse; an empty one would mean the folder that the command runs in."""
    if not text.strip():
        raise argparse.ArgumentTypeError("the name is empty")
    return Path(text)


def digest(text: str) -> str:
    """A SHA-256 digest in hex, for argparse."""
    if not re.fullmatch(r"[0-9A-Fa-f]{64}", text.strip()):
        raise argparse.ArgumentTypeError(f"a SHA-256 digest has 64 hexadecimal digits, “{text}” has not")
    return text.strip().lower()


def whole(least: int, most: int | None = None) -> Any:
    """A whole number within bounds, for argparse."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"“{text}” is not a whole number") from None
        if number < least or (most is not None and number > most):
            bounds = f"at least {least}" if most is None else f"from {least} to {most}"
            raise argparse.ArgumentTypeError(f"the number must be {bounds}")
        return number

    return read
