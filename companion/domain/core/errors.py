"""The one error type that people ever see, the codes it carries, and the form of their usual texts."""

from __future__ import annotations

import enum
from typing import NamedTuple


class ErrorKind(enum.StrEnum):
    """What sort of ending an error is; the command line turns it into its exit code."""

    NO = "no"
    """The answer is "no": blocked, not found, not eligible, verification failed."""
    USAGE = "usage"
    """The caller asked for something that cannot be asked that way."""
    UNREACHABLE = "unreachable"
    """The store or the network failed."""


@enum.unique
class ErrorCode(enum.StrEnum):
    """What went wrong, as a stable word; scripts, help articles and stored histories read its value.

    A code means one thing wherever it is raised. Values never change; a new meaning gets a new code.
    """

    # The command line and its input
    USAGE = "usage"
    STOPPED = "stopped"
    NOT_CONFIRMED = "not-confirmed"
    SECRET_NEEDED = "secret-needed"  # noqa: S105 - the name of an error
    NOT_WRITTEN = "not-written"
    NO_DISPLAY = "no-display"
    BAD_FILE = "bad-file"
    BAD_HOST = "bad-host"
    BAD_SIZE = "bad-size"
    PORT_TAKEN = "port-taken"
    DEMO_RUNNING = "demo-running"
    DEMO_NOT_INSTALLED = "demo-not-installed"

    # What a person types to find an order
    BAD_ORDER_NUMBER = "bad-order-number"
    BAD_EMAIL = "bad-email"
    BAD_CARD_DIGITS = "bad-card-digits"
    BAD_PASSWORD = "bad-password"  # noqa: S105 - the name of an error
    BAD_STORE_URL = "bad-store-url"
    MAIL_WITHOUT_ORDER = "mail-without-order"
    BAD_VALUE = "bad-value"

    # The program itself
    BUG = "bug"
    NOT_ANSWERING = "not-answering"
    STILL_RUNNING = "still-running"
    CLOCK_WRONG = "clock-wrong"
    NO_NOTIFICATIONS = "no-notifications"

    # Files, folders and the library
    FILE_NOT_WRITTEN = "file-not-written"
    FILE_NOT_READABLE = "file-not-readable"
    FOLDER_NOT_WRITABLE = "folder-not-writable"
    LIBRARY_NOT_WRITABLE = "library-not-writable"
    LIBRARY_DAMAGED = "library-damaged"
    LIBRARY_NEWER = "library-newer"
    RECORD_NOT_WRITTEN = "record-not-written"

    # Credentials
    CREDENTIALS_WRONG = "credentials-wrong"
    CREDENTIALS_NEEDED = "credentials-needed"
    CREDENTIALS_TOO_LONG = "credentials-too-long"
    KEYCHAIN_KEPT_IT = "keychain-kept-it"
    TOO_MANY_ATTEMPTS = "too-many-attempts"
    SESSION_EXPIRED = "session-expired"

    # Reaching the store
    NO_STORE = "no-store"
    NOT_A_STORE = "not-a-store"
    STORE_UNREACHABLE = "store-unreachable"
    NOT_ANSWERED_YET = "not-answered-yet"
    STORE_ERROR = "store-error"
    UNSAFE_ADDRESS = "unsafe-address"
    UNTRUSTED_CONNECTION = "untrusted-connection"
    PROXY = "proxy"
    PROXY_UNUSABLE = "proxy-unusable"
    PORTAL = "portal"
    MALFORMED_ANSWER = "malformed-answer"

    # What the store refuses
    STORE_REFUSED = "store-refused"
    NOT_FOUND = "not-found"
    VERSION_CONFLICT = "version-conflict"
    INVALID_REQUEST = "invalid-request"
    IDEMPOTENCY_CONFLICT = "idempotency-conflict"
    ALREADY_DONE = "already-done"
    NOT_ELIGIBLE = "not-eligible"
    PRICE_CHANGED = "price-changed"
    LETTER_NOT_NEEDED = "letter-not-needed"
    LICENCE_ENDED = "licence-ended"
    SUBSCRIPTION_ENDED = "subscription-ended"
    SEATS_EXHAUSTED = "seats-exhausted"
    WINDOW_CLOSED = "window-closed"
    WINDOW_OPEN = "window-open"
    EXTENSION_REFUSED = "extension-refused"
    URL_EXPIRED = "url-expired"
    URL_INVALID = "url-invalid"

    # Orders and what belongs to them
    ORDER_UNKNOWN = "order-unknown"
    LICENCE_UNKNOWN = "licence-unknown"
    LICENCE_AMBIGUOUS = "licence-ambiguous"
    SEAT_UNKNOWN = "seat-unknown"
    RECEIPT_UNKNOWN = "receipt-unknown"
    NO_KEY = "no-key"
    NO_LETTER = "no-letter"
    NO_PAGE = "no-page"
    NO_AUTO_RENEWAL = "no-auto-renewal"
    NOT_SWITCHABLE = "not-switchable"
    NOT_SWITCHED = "not-switched"
    NOT_READ_AGAIN = "not-read-again"
    NOT_KNOWN_YET = "not-known-yet"
    RECEIPT_LATER = "receipt-later"

    # Downloads of an order
    ARTIFACT_UNKNOWN = "artifact-unknown"
    ARTIFACT_AMBIGUOUS = "artifact-ambiguous"
    NOTHING_TO_DOWNLOAD = "nothing-to-download"
    NOT_DOWNLOADED = "not-downloaded"

    # Transfers: the download server and the network
    NETWORK = "network"
    SERVER = "server"
    BUSY = "busy"
    INCONSISTENT_ANSWER = "inconsistent-answer"
    WRONG_RANGE = "wrong-range"
    ENCODED = "encoded"
    TOO_SLOW = "too-slow"
    CERTIFICATE = "certificate"
    PROXY_LOGIN = "proxy-login"
    REDIRECTS = "redirects"
    UNSAFE_REDIRECT = "unsafe-redirect"
    NOT_ALLOWED = "not-allowed"
    REFUSED = "refused"
    EXPIRED = "expired"
    DOWNLOAD_NOT_FOUND = "download-not-found"

    # Transfers: the file
    CHANGED = "changed"
    CORRUPT = "corrupt"
    UNPROVABLE = "unprovable"
    EXPECTATION = "expectation"
    NAME = "name"
    LOCKED = "locked"
    DISK_FULL = "disk-full"
    TOO_LARGE = "too-large"
    TOO_LONG = "too-long"
    FOLDER = "folder"
    LINK = "link"
    IN_USE = "in-use"
    MISSING = "missing"

    # This PC and its programs
    BLOCKED = "blocked"
    CLOSE_REFUSED = "close-refused"
    HOLD_REFUSED = "hold-refused"
    NOT_ARRANGED = "not-arranged"
    NOT_RUNNABLE = "not-runnable"
    NOT_OPENABLE = "not-openable"
    NOT_ANSWERED = "not-answered"
    NO_BOOT_TIME = "no-boot-time"

    # Installing
    FILE_MISSING = "file-missing"
    FILE_DAMAGED = "file-damaged"
    WRONG_PUBLISHER = "wrong-publisher"
    ELEVATION_REFUSED = "elevation-refused"
    ELEVATION_UNAVAILABLE = "elevation-unavailable"
    NOT_SIGNED = "not-signed"
    OLDER_VERSION = "older-version"
    NOT_PROVEN = "not-proven"
    NOT_SILENT = "not-silent"
    INSTALLER_CANCELLED = "installer-cancelled"
    INSTALLER_BLOCKED = "installer-blocked"
    INSTALLER_FAILED = "installer-failed"

    # Purchases
    NO_PURCHASE = "no-purchase"
    NO_SUCH_STORE = "no-such-store"
    STORE_NOT_CLEAR = "store-not-clear"
    BAD_DIRECTORY_FILE = "bad-directory-file"

    # Updates of this program
    NO_UPDATE_SOURCE = "no-update-source"
    UPDATE_NOT_TRUSTED = "update-not-trusted"
    UPDATE_TOO_OLD = "update-too-old"
    UPDATE_UNREACHABLE = "update-unreachable"
    UPDATE_NOT_POSSIBLE = "update-not-possible"
    UPDATE_FAILED = "update-failed"
    UPDATE_UNDERWAY = "update-underway"

    # Support
    NO_NUMBER = "no-number"
    ARTICLE_UNKNOWN = "article-unknown"


class CompanionError(Exception):
    """An expected failure, told in plain words where it was understood.

    `title` is a few words, `message` says what happened, `hint` what the person can do now. None of them ever holds a
    secret. `retry_after` is in seconds. `attempts` says how often in a row the same thing has failed, 0 where that is
    not counted. `may_have_acted` says that a request to change something was sent and its answer was lost. Anything
    that is raised and is not a `CompanionError` is a bug.
    """

    def __init__(
        self,
        code: ErrorCode,
        title: str,
        message: str,
        hint: str,
        *,
        kind: ErrorKind = ErrorKind.NO,
        retryable: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"{title}: {message}")
        self.code = code
        self.title = title
        self.message = message
        self.hint = hint
        self.kind = kind
        self.retryable = retryable
        self.retry_after = retry_after
        self.attempts = 0
        self.may_have_acted = False


class Cancelled(Exception):
    """The person asked to stop; not a failure, so it carries no words."""


class Words(NamedTuple):
    """The usual text of an error code, and how such an error ends."""

    title: str
    message: str
    hint: str
    kind: ErrorKind = ErrorKind.NO
    retryable: bool = False
