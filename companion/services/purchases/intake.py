"""Reads what a person dropped on the window or named on the command line. Nothing is added, no store is asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.untrusted.file_heads import HEAD
from companion.domain.core.untrusted.foreign_text import clean_text, text_of
from companion.domain.installation.files.names import looks_like_installer
from companion.domain.mail.inputs import InputKind, Recognised, recognise_reading, recognise_text
from companion.domain.mail.message.files import LARGEST_MAIL, FileKind, kind_of, mails_of_mailbox
from companion.domain.mail.message.letter import Letter, letter_of_html, letter_of_text, read_letter
from companion.domain.mail.message.other_files import MAIL_ENDINGS, TAKEN, OtherFile, link_in, other_file
from companion.domain.mail.origin.fraud import Brands, lookalike_of
from companion.domain.mail.reader import read_mail
from companion.domain.purchases.values import host_name
from companion.services.app.cancellation import Cancellation

_LARGEST_MAILBOX = 4 * 1024**3
_CHUNK = 1024 * 1024
_MOST_MAILS = 500

Progress = Callable[[int, int], None]
"""Bytes read and bytes in all."""


class Intake:
    """Recognises files and texts.

    `known_products` returns names that help to recognise products in e-mails, `brands` well-known brands with the
    domains that belong to them.
    """

    def __init__(
        self,
        clock: Callable[[], dt.datetime],
        known_products: Callable[[], tuple[str, ...]] = tuple,
        brands: Callable[[], Brands] = dict,
    ) -> None:
        self._clock = clock
        self._known_products = known_products
        self._brands = brands

    def read_file(
        self, path: Path, cancellation: Cancellation, progress: Progress = lambda _done, _all: None
    ) -> Iterator[Recognised]:
        """Yields everything that is recognised in a file; a mailbox can hold many purchases.

        Raises `CompanionError` ``file-not-readable`` or ``too-large``, and `Cancelled`.
        """
        size, begin = _begin(path)
        if kind_of(begin) is FileKind.MAILBOX:
            yield from self._read_mailbox(path, size, cancellation, progress)
            return
        name = _shown(path)
        other = other_file(begin, name)
        if other is not None:
            yield _other(name, other)
            return
        if size > LARGEST_MAIL:
            raise CompanionError(
                ErrorCode.TOO_LARGE,
                "This file is too large",
                f"{name} is larger than an e-mail can be.",
                "Drop the e-mail itself, saved as .eml, or copy its text.",
                kind=ErrorKind.USAGE,
            )
        yield self.recognise(name, _whole(path))

    def mails_in(self, folder: Path) -> tuple[Path, ...]:
        """Returns the files of e-mails that lie in a folder, at most 500, without those in folders within it.

        Raises `CompanionError` ``file-not-readable``, also where there are none.
        """
        try:
            files = sorted(each for each in folder.iterdir() if each.is_file())
        except OSError as error:
            raise _not_readable(folder, error) from None
        mails = tuple(each for each in files if each.name.casefold().endswith(MAIL_ENDINGS))
        if not mails:
            installer = next((each.name for each in files if looks_like_installer(each.name)), None)
            raise CompanionError(
                ErrorCode.FILE_NOT_READABLE,
                "There is no e-mail in this folder",
                f"Companion looked for files of e-mails ({', '.join(MAIL_ENDINGS)}) in {_shown(folder)}.",
                f"Open the folder and drop {installer or 'the files that you mean'}.",
                kind=ErrorKind.USAGE,
            )
        return mails[:_MOST_MAILS]

    def read_mail_at(self, path: Path, offset: int) -> Recognised:
        """Returns what the e-mail is that begins at `offset` of a mailbox, as mail programs name it in a drag.

        Raises `CompanionError` ``file-not-readable``.
        """
        _begin(path)
        try:
            with path.open("rb") as file:
                file.seek(offset)
                data = file.read(LARGEST_MAIL)
        except OSError as error:
            raise _not_readable(path, error) from None
        mail = next(mails_of_mailbox(iter([data])), b"")
        return self.recognise(f"An e-mail in {_shown(path)}", mail)

    def recognise(self, name: str, data: bytes) -> Recognised:
        """Returns what the bytes of one input are; `name` is what the person calls it."""
        if not data.strip():
            return Recognised(name, InputKind.UNKNOWN, None, "It is empty.")
        other, address = other_file(data[:HEAD], name), link_in(data, name)
        if other is not None:
            return _other(name, other)
        if address is not None:
            return self.recognise_text(name, address)
        kind = kind_of(data)
        if kind is FileKind.OUTLOOK:
            letter = _outlook_letter(data)
            if letter is None:
                return Recognised(
                    name, InputKind.UNKNOWN, None, "An Outlook file that cannot be read.",
                    doubts=("Save the e-mail in Outlook as a file of the type .eml or .html, and drop that.",),
                )  # fmt: skip
            return self._of_letter(name, letter)
        if kind is FileKind.EMAIL:
            found = read_letter(data)
            if found is None:
                return Recognised(name, InputKind.UNKNOWN, None, "An e-mail that cannot be read.")
            return self._of_letter(name, found)
        if kind is FileKind.HTML:
            return self._of_letter(name, letter_of_html(text_of(data)))
        if kind is FileKind.OTHER:
            return _other(name, OtherFile("Neither an e-mail nor a text.", f"What can be dropped: {TAKEN}."))
        return self.recognise_text(name, text_of(data))

    def recognise_text(self, name: str, text: str) -> Recognised:
        """Returns what a pasted text is: a key, a number, an address, or the text of an e-mail."""
        short = recognise_text(name, text, self._clock())
        if short is not None:
            return self._warned(short)
        return self._of_letter(name, letter_of_text(text))

    def _warned(self, found: Recognised) -> Recognised:
        """With a warning where an address only looks like one of a maker or a shop that is known."""
        if found.warning is not None or found.address is None:
            return found
        brand = lookalike_of(host_name(found.address), self._brands())
        warning = f"{host_name(found.address)} only looks like an address of {brand}." if brand is not None else None
        return found._replace(warning=warning)

    def _of_letter(self, name: str, letter: Letter) -> Recognised:
        return self._read(name, letter, self._known_products(), self._brands())

    def _read(self, name: str, letter: Letter, products: tuple[str, ...], brands: Brands) -> Recognised:
        return recognise_reading(name, read_mail(letter, products, brands), self._clock())

    def _read_mailbox(
        self, path: Path, size: int, cancellation: Cancellation, progress: Progress
    ) -> Iterator[Recognised]:
        done = 0

        def chunks() -> Iterator[bytes]:
            nonlocal done
            with path.open("rb") as file:
                while done < _LARGEST_MAILBOX and (lines := file.readlines(_CHUNK)):
                    cancellation.check()
                    block = b"".join(lines)
                    done += len(block)
                    progress(done, size)
                    yield block

        # Read once: thousands of mails do not change what is owned.
        products, brands, name = self._known_products(), self._brands(), _shown(path)
        for number, data in enumerate(mails_of_mailbox(chunks()), 1):
            cancellation.check()
            letter = read_letter(data)
            if letter is None:
                continue
            found = self._read(f"{name}, e-mail {number}", letter, products, brands)
            if found.kind is not InputKind.UNKNOWN:
                yield found


def _other(name: str, other: OtherFile) -> Recognised:
    return Recognised(name, InputKind.UNKNOWN, None, other.what, doubts=(other.advice,))


def _shown(path: Path) -> str:
    return clean_text(path.name, 200)


def _begin(path: Path) -> tuple[int, bytes]:
    try:
        if path.exists() and not path.is_file():
            # A pipe or a device could keep the reader waiting without end.
            raise IsADirectoryError if path.is_dir() else OSError
        with path.open("rb") as file:
            return path.stat().st_size, file.read(65_536)
    except OSError as error:
        raise _not_readable(path, error) from None


def _whole(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_MAIL + 1)
    except OSError as error:
        raise _not_readable(path, error) from None


def _not_readable(path: Path, error: OSError) -> CompanionError:
    name = _shown(path)
    message, hint = f"{name} could not be opened ({error.strerror}).", "Check that it is there and is yours."
    if isinstance(error, IsADirectoryError):
        message, hint = f"{name} is a folder.", "Choose the e-mails in it instead; several at once are fine."
    elif isinstance(error, FileNotFoundError):
        message, hint = f"There is no file {name}.", "Check how it is spelled and in which folder it is."
    elif isinstance(error, PermissionError):
        message = f"{name} may not be read by you."
        hint = "Save the e-mail once more in a folder of your own, and choose that."
    elif error.strerror is None:
        message, hint = f"{name} is not a file.", "Choose an e-mail or a text that was saved as a file."
    return CompanionError(
        ErrorCode.FILE_NOT_READABLE, "The file could not be read", message, hint, kind=ErrorKind.USAGE
    )


def _outlook_letter(data: bytes) -> Letter | None:
    from companion.domain.mail.message.outlook import read_outlook

    return read_outlook(data)
