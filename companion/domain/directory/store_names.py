"""What a person means who types the name of a store, or its address."""

from __future__ import annotations

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.directory.lookup import Directory


def store_address(typed: str, directory: Directory) -> str:
    """Returns the address that is meant; of a name, that of the maker or shop with this name in the directory.

    Raises `CompanionError` ``no-such-store`` for a name that is not in the directory.
    """
    text = typed.strip()
    if any(sign in text for sign in ".:/") or text.casefold() == "localhost":
        return text
    maker = directory.by_name(text)
    if maker is not None:
        return maker.website.address
    raise CompanionError(
        ErrorCode.NO_SUCH_STORE,
        "This name is not known",
        f"Companion knows no store that is called “{clean_text(text, 80)}”.",
        "Type its address instead, for example store.example. It is in the confirmation e-mail.",
        kind=ErrorKind.USAGE,
    )
