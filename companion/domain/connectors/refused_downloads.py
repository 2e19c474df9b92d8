"""What a shop's refusal of a download link means, in words."""

from __future__ import annotations

from companion.domain.core.errors import CompanionError, ErrorCode

_REFUSED = frozenset({ErrorCode.NOT_ALLOWED, ErrorCode.EXPIRED})


def explain_refusal(error: CompanionError) -> CompanionError:
    """Returns what an error of a shop's own download link means for the person; other errors stay as they are."""
    if error.code in _REFUSED:
        return _told(
            error,
            "The shop refuses this download",
            "The link has expired, was used as often as the shop allows, or the purchase was refunded.",
            "Ask the shop for a new link; the order number in its e-mail is what it needs. Nothing is wrong here.",
        )
    if error.code is ErrorCode.DOWNLOAD_NOT_FOUND:
        return _told(
            error,
            "The shop does not know this link",
            "The shop has no download under this link any more, or a part of it is missing.",
            "Copy the whole link out of the e-mail once more, or ask the shop for a new one.",
        )
    if error.code is ErrorCode.PORTAL:
        return _told(
            error,
            "The shop answered with a page instead of the file",
            "It wants you to sign in first, or checks that you are a person.",
            "Open the link from the e-mail in your browser. Guest networks send such pages too: sign in there first.",
        )
    return error


def _told(error: CompanionError, title: str, message: str, hint: str) -> CompanionError:
    return CompanionError(error.code, title, message, hint, kind=error.kind, retryable=error.retryable)
