"""The words for everything that can go wrong with a transfer, each under its stable code."""

from __future__ import annotations

from companion.domain.core.errors import CompanionError, Kind
from companion.domain.core.model import Model

_LATER = "Try again in a few minutes; what has arrived is kept and will not be fetched again."


class _Words(Model, frozen=True):
    title: str
    message: str
    hint: str
    kind: Kind = Kind.UNREACHABLE
    retryable: bool = False


_WORDS: dict[str, _Words] = {
    "network": _Words(
        title="The connection failed",
        message="The connection to the download server could not be made, or it broke off.",
        hint="Check the internet connection and start again; what has arrived is kept.",
        retryable=True,
    ),
    "server": _Words(
        title="The server has a problem",
        message="The download server answered with an error of its own.",
        hint=_LATER,
        retryable=True,
    ),
    "busy": _Words(
        title="The server asks to wait",
        message="The download server is busy and asks to come back later.",
        hint=_LATER,
        retryable=True,
    ),
    "malformed-answer": _Words(
        title="The server's answer makes no sense",
        message="The download server's answer contradicts itself and was not used.",
        hint=_LATER,
        retryable=True,
    ),
    "wrong-range": _Words(
        title="The server sent other bytes than asked for",
        message="The download server did not send the part of the file that was asked for, so it was not used.",
        hint=_LATER,
        retryable=True,
    ),
    "encoded": _Words(
        title="Something on the way repacks the file",
        message="The file was sent in a compressed form that nobody asked for, so it was not used.",
        hint="A proxy or a security program on the way may do this. Try another network, or tell the store.",
        retryable=True,
    ),
    "portal": _Words(
        title="This network wants you to log in first",
        message="A web page came instead of the file, as hotel and guest networks send before you have logged in.",
        hint="Open any page in your browser, log in to the network there, then start again.",
        retryable=True,
    ),
    "too-slow": _Words(
        title="The connection has almost stopped",
        message="Hardly anything has arrived for a while, also after connecting anew.",
        hint=_LATER,
        retryable=True,
    ),
    "certificate": _Words(
        title="The server could not prove who it is",
        message="The secure connection to the download server could not be checked.",
        hint="Log in to the network if it is a guest network, and check this PC's date and time; then try again.",
        retryable=True,
    ),
    "proxy-login": _Words(
        title="Your network's proxy wants a log-in",
        message="The proxy server of this network refused to pass the download on without a name and password.",
        hint="Ask whoever runs this network, or use another one.",
    ),
    "redirects": _Words(
        title="The download address leads in circles",
        message="The download server passed the request on too many times.",
        hint="Tell the store that its download address leads in circles.",
    ),
    "not-allowed": _Words(
        title="The download was refused",
        message="The download server refuses to give out this file.",
        hint="Start the download from the order again. If it stays like this, contact support.",
    ),
    "unsafe-redirect": _Words(
        title="The download was led to an unsafe address",
        message="The download server passed the request on to an address that is not protected (https).",
        hint="Try another network. If it stays like this, tell the store.",
    ),
    "refused": _Words(
        title="The server refused the request",
        message="The download server did not accept the request.",
        hint="Start the download from the order again. If it stays like this, contact support.",
    ),
    "expired": _Words(
        title="The download address has run out",
        message="The address of this download was valid for a limited time, and no fresh one could be had.",
        hint="Start the download from the order again; what has arrived is kept.",
    ),
    "not-found": _Words(
        title="The file is not there",
        message="The download server does not have a file at this address.",
        hint="Start the download from the order again. If it stays like this, tell the store.",
    ),
    "changed": _Words(
        title="The file on the server is another one",
        message="The server now has a different file under this address than the one that was promised.",
        hint="Start the download from the order again, so that it is promised anew.",
        kind=Kind.NO,
    ),
    "corrupt": _Words(
        title="The file arrived damaged",
        message="What arrived is not what the store promised, also when fetched a second time over a new connection.",
        hint="A security program or proxy on the way may be changing it. Try another network, or tell the store.",
        kind=Kind.NO,
    ),
    "unprovable": _Words(
        title="Nobody can tell whether the file is whole",
        message="The server does not say how long the file is, and no size or digest was given to check it.",
        hint="Give the file's size or its SHA-256 digest, if the store names one.",
        kind=Kind.NO,
    ),
    "locked": _Words(
        title="This file is already being downloaded",
        message="Another window or program is downloading this file right now.",
        hint="Let the other one finish, or stop it.",
        kind=Kind.NO,
    ),
    "disk-full": _Words(
        title="The disk is full",
        message="There is not enough free space for this file.",
        hint="Free some space or choose another folder, then start again; what has arrived is kept.",
        kind=Kind.NO,
    ),
    "too-large": _Words(
        title="This drive cannot hold a file of this size",
        message="The chosen drive is formatted as FAT32, which ends at 4 GB for a single file.",
        hint="Choose a folder on another drive.",
        kind=Kind.NO,
    ),
    "folder": _Words(
        title="The folder cannot be used",
        message="The file could not be written in the chosen folder.",
        hint="Choose another folder, or check that you may write there.",
        kind=Kind.NO,
    ),
    "link": _Words(
        title="Something else is in the file's place",
        message="Where the file should go there is a link or a folder, and it was left alone.",
        hint="Remove it, or choose another folder.",
        kind=Kind.NO,
    ),
    "in-use": _Words(
        title="Another program holds the file",
        message="The file has arrived and is proven, but another program, often an antivirus, does not let go of it.",
        hint="Wait a minute and start again; nothing needs to be fetched again.",
        kind=Kind.NO,
    ),
    "missing": _Words(
        title="The file is not there",
        message="There is no file to check at this place.",
        hint="Check the path, or download the file again.",
        kind=Kind.NO,
    ),
    "expectation": _Words(
        title="What is expected contradicts itself",
        message="The size and the pieces given for this file do not fit together.",
        hint="Start the download from the order again. If it stays like this, tell the store.",
        kind=Kind.USAGE,
    ),
}


def failure(code: str, *, retry_after: float | None = None, message: str | None = None) -> CompanionError:
    """The error for `code`; `message` replaces its usual sentence where more is known."""
    words = _WORDS[code]
    return CompanionError(
        code,
        words.title,
        message or words.message,
        words.hint,
        kind=words.kind,
        retryable=words.retryable,
        retry_after=retry_after,
    )
