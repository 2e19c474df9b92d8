"""What people read about an error, where several places tell the same thing, or tell it without further facts."""

from __future__ import annotations

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind, Words
from companion.domain.core.words.transfer_words import TRANSFER_WORDS

_AGAIN = "Try again in a few minutes. If it stays like this, contact support."

WORDS = {
    # This PC
    ErrorCode.FILE_NOT_WRITTEN: Words(
        "The file could not be saved",
        "The file could not be written.",
        "Choose another folder, or free some space on the disk.",
    ),
    ErrorCode.FOLDER_NOT_WRITABLE: Words(
        "A folder cannot be written to",
        "Nothing can be saved in this folder.",
        "Check that the disk is not full and the folder is yours, or choose another folder with --home.",
    ),
    # The store
    ErrorCode.CREDENTIALS_WRONG: Words(
        "The store did not recognise this",
        "The order number and what goes with it do not belong together.",
        "Compare both with the confirmation e-mail. The order password is case sensitive: a and A differ.",
    ),
    ErrorCode.TOO_MANY_ATTEMPTS: Words(
        "Too many attempts",
        "The store has locked log-ins for this order for a while, to protect it.",
        "Wait {wait}, then try once more with the data from the confirmation e-mail.",
        retryable=True,
    ),
    ErrorCode.NOT_ANSWERED_YET: Words(
        "The store has not answered yet",
        "The store has not answered yet.",
        "Try again later, or wait longer with: companion --wait 60 …",
        kind=ErrorKind.UNREACHABLE,
        retryable=True,
    ),
    ErrorCode.SESSION_EXPIRED: Words(
        "The store has signed this order out",
        "The time-limited access to the order has ended.",
        "Open the order again with its password.",
        retryable=True,
    ),
    ErrorCode.NOT_FOUND: Words(
        "The store does not know this",
        "There is no such order or item behind these credentials.",
        "Check the number in the confirmation e-mail.",
    ),
    ErrorCode.VERSION_CONFLICT: Words(
        "Something changed in the meantime",
        "The store's data are newer than what was shown, so nothing was switched.",
        "Look at the current state, then decide again.",
        retryable=True,
    ),
    ErrorCode.WINDOW_CLOSED: Words(
        "The download window is not open",
        "The time in which this may be downloaded from the order is over.",
        "Ask the store to open the download again: it is one click on the order's page.",
    ),
    ErrorCode.URL_EXPIRED: Words(
        "The download address has expired",
        "Download addresses are valid for a short time only.",
        "Start the download again: it goes on where it stopped, with a fresh address.",
        retryable=True,
    ),
    ErrorCode.NOT_ELIGIBLE: Words(
        "The store does not take this back now",
        "The order is outside the rules for this kind of request.",
        "The order's page shows the rule and the deadline, and what else can be done.",
    ),
    ErrorCode.EXTENSION_REFUSED: Words(
        "The download stays closed",
        "The store does not open this download again by itself.",
        "Contact support from the Help page: the case file says all they need.",
    ),
    ErrorCode.LICENCE_ENDED: Words(
        "The licence has ended",
        "What belongs to an ended licence can no longer be downloaded or changed.",
        "Renew it on the store's own page; the order's page has the link.",
    ),
    ErrorCode.SUBSCRIPTION_ENDED: Words(
        "The subscription has ended",
        "A subscription that has run out cannot be switched any more.",
        "Renew it on the store's own page; the order's page has the link.",
    ),
    ErrorCode.LETTER_NOT_NEEDED: Words(
        "There is no letter to accept",
        "This return needs no Electronic Letter of Destruction.",
        "Nothing has to be done. Refresh the order to see how far the refund is.",
    ),
    ErrorCode.WINDOW_OPEN: Words(
        "The download is open",
        "The download window has not closed, so there is nothing to open again.",
        "Start the download.",
    ),
    ErrorCode.URL_INVALID: Words(
        "The download address was not accepted",
        "The store did not issue the address that was used.",
        "Start the download again from the order: it gets a fresh address.",
        retryable=True,
    ),
    ErrorCode.ALREADY_DONE: Words(
        "This has been done already",
        "The store has already recorded it.",
        "There is nothing left to do. Refresh the order to see its state.",
    ),
    ErrorCode.PRICE_CHANGED: Words(
        "The price has changed",
        "It is no longer the price you agreed to, so nothing was bought and nothing is charged.",
        "Look at the new price, and agree to it or leave it.",
    ),
    ErrorCode.SEATS_EXHAUSTED: Words(
        "All seats are taken",
        "This licence is already used on as many PCs as it allows.",
        "Free the seat of a PC that is no longer used, then take it for this one.",
    ),
    ErrorCode.INVALID_REQUEST: Words(
        "The store did not accept the input",
        "Something in the request is not in a form the store accepts.",
        "Check what was entered. If it is right, update Companion.",
    ),
    ErrorCode.IDEMPOTENCY_CONFLICT: Words(
        "The request did not fit",
        "The same request had been sent before with other content.",
        "Refresh the order and do it once more.",
        retryable=True,
    ),
    ErrorCode.MALFORMED_ANSWER: Words(
        "The answer could not be read",
        "The store's answer is not in the agreed form.",
        _AGAIN,
        kind=ErrorKind.UNREACHABLE,
        retryable=True,
    ),
    ErrorCode.PORTAL: Words(
        "A web page answered instead",
        "A web page came where data or a file was expected. Networks in hotels and cafés send one until you sign in.",
        "Open any page in the browser, sign in to the network there, then try again.",
        kind=ErrorKind.UNREACHABLE,
        retryable=True,
    ),
    ErrorCode.STORE_ERROR: Words(
        "The store has a problem",
        "The store could not do this because of a fault on its side.",
        _AGAIN,
        kind=ErrorKind.UNREACHABLE,
        retryable=True,
    ),
    ErrorCode.STORE_REFUSED: Words(
        "The store refused",
        "The store did not do this.",
        "Refresh the order and look at its state. If this should be possible, contact support.",
    ),
    # Orders and what belongs to them
    ErrorCode.NO_LETTER: Words(
        "There is no letter to accept",
        "No return of this order waits for an Electronic Letter of Destruction.",
        "Nothing has to be done. Refresh the order to see how far the refund is.",
    ),
    # Transfers
    **TRANSFER_WORDS,
    # Updates of this program
    ErrorCode.NO_UPDATE_SOURCE: Words(
        "Updates are off",
        "This build has no update source.",
        "Get the new version from where you got this one.",
    ),
    ErrorCode.UPDATE_NOT_TRUSTED: Words(
        "The update is not used",
        "What the update server sent is not proven to come from the makers of Companion. Nothing was changed.",
        "Try again tomorrow, on another network if you can. If it stays like this, tell support.",
    ),
    ErrorCode.UPDATE_TOO_OLD: Words(
        "The update server's information is out of date",
        "What the update server says is older than it may be, so it is not known whether there is a new version.",
        "Check this PC's date and time. If they are right, try again tomorrow: the server has to be looked after.",
    ),
    ErrorCode.UPDATE_UNREACHABLE: Words(
        "The update server does not answer",
        "No usable answer came from the update server.",
        "Check the internet connection. Companion looks again by itself later today.",
        kind=ErrorKind.UNREACHABLE,
        retryable=True,
    ),
    ErrorCode.UPDATE_NOT_POSSIBLE: Words(
        "Companion cannot update itself here",
        "This copy of Companion was not installed in a way that it can replace.",
        "Get the new version from where you got this one.",
    ),
    ErrorCode.UPDATE_FAILED: Words(
        "The update was not installed",
        "The new version could not be put into place. The version before is as it was.",
        "Restart the PC, then try again. Until then everything works as before.",
    ),
    ErrorCode.UPDATE_UNDERWAY: Words(
        "An update is under way",
        "Another run of Companion is looking for an update or installing one.",
        "Wait until it has ended, then try again.",
    ),
}


def failure(
    code: ErrorCode, *, message: str | None = None, hint: str | None = None, retry_after: float | None = None
) -> CompanionError:
    """Returns the error of a code with its usual words; `message` and `hint` replace them where more is known."""
    words = WORDS[code]
    return CompanionError(
        code,
        words.title,
        message or words.message,
        hint or words.hint,
        kind=words.kind,
        retryable=words.retryable,
        retry_after=retry_after,
    )


def for_good(error: CompanionError) -> CompanionError:
    """Returns the same error where trying again cannot help."""
    return CompanionError(error.code, error.title, error.message, error.hint, kind=error.kind)
