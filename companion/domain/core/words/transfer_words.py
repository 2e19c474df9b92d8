"""What people read about an error of a download."""

from __future__ import annotations

from companion.domain.core.errors import ErrorCode, ErrorKind, Words

_LATER = "Try again in a few minutes; what has arrived is kept and will not be fetched again."

TRANSFER_WORDS = {
    ErrorCode.NETWORK: Words(
        "The connection failed",
        "The connection to the download server could not be made, or it broke off.",
        "Check the internet connection and start again; what has arrived is kept.",
        kind=ErrorKind.UNREACHABLE,
        retryable=True,
    ),
    ErrorCode.SERVER: Words(
        "The server has a problem",
        "The download server answered with an error of its own.",
        _LATER,
        kind=ErrorKind.UNREACHABLE,
        retryable=True,
    ),
    ErrorCode.BUSY: Words(
        "The server asks to wait",
        "The download server is busy and asks to come back later.",
        _LATER,
        kind=ErrorKind.UNREACHABLE,
        retryable=True,
    ),
    ErrorCode.INCONSISTENT_ANSWER: Words(
        "The server's answer makes no sense",
        "The download server's answer contradicts itself and was not used.",
        _LATER,
        kind=ErrorKind.UNREACHABLE,
        retryable=True,
    ),
    ErrorCode.WRONG_RANGE: Words(
        "The server sent other bytes than asked for",
        "The download server did not send the part of the file that was asked for, so it was not used.",
        _LATER,
        kind=ErrorKind.UNREACHABLE,
        retryable=True,
    ),
    ErrorCode.ENCODED: Words(
        "The file was repacked in transit",
        "The file was sent in a compressed form that was not requested, so it was not used.",
        "A proxy or a security program may do this. Try another network, or tell the store.",
        kind=ErrorKind.UNREACHABLE,
        retryable=True,
    ),
    ErrorCode.TOO_SLOW: Words(
        "The connection has almost stopped",
        "Hardly anything has arrived for a while, also after connecting anew.",
        _LATER,
        kind=ErrorKind.UNREACHABLE,
        retryable=True,
    ),
    ErrorCode.CERTIFICATE: Words(
        "The server could not prove who it is",
        "The secure connection to the download server could not be checked.",
        "Log in to the network if it is a guest network, and check this PC's date and time; then try again.",
        kind=ErrorKind.UNREACHABLE,
        retryable=True,
    ),
    ErrorCode.PROXY_LOGIN: Words(
        "Your network's proxy wants a log-in",
        "The proxy server of this network refused to pass the download on without a name and password.",
        "Ask the administrator of this network, or use another one.",
        kind=ErrorKind.UNREACHABLE,
    ),
    ErrorCode.PROXY_UNUSABLE: Words(
        "This PC's proxy cannot be used",
        "A proxy of a kind that Companion cannot use is set on this PC.",
        "Ask the administrator of this network for the address of an HTTP proxy, or use another network.",
        kind=ErrorKind.UNREACHABLE,
    ),
    ErrorCode.NOT_KNOWN_YET: Words(
        "Not known yet",
        "The request was sent, but its answer was lost. Whether the store has acted on it is not known yet.",
        "Companion looks again as soon as the store answers. Asking for the same once more acts only once.",
        kind=ErrorKind.UNREACHABLE,
        retryable=True,
    ),
    ErrorCode.REDIRECTS: Words(
        "The address leads to no answer",
        "The server passed the request on too many times.",
        "Tell the store that its address only leads to further addresses.",
        kind=ErrorKind.UNREACHABLE,
    ),
    ErrorCode.NOT_ALLOWED: Words(
        "The download was refused",
        "The download server refuses to give out this file.",
        "Start the download from the order again. If it stays like this, contact support.",
        kind=ErrorKind.UNREACHABLE,
    ),
    ErrorCode.UNSAFE_REDIRECT: Words(
        "The download was led to an unsafe address",
        "The download server passed the request on to an address that is not protected (https).",
        "Try another network. If it stays like this, tell the store.",
        kind=ErrorKind.UNREACHABLE,
    ),
    ErrorCode.REFUSED: Words(
        "The server refused the request",
        "The download server did not accept the request.",
        "Start the download from the order again. If it stays like this, contact support.",
        kind=ErrorKind.UNREACHABLE,
    ),
    ErrorCode.EXPIRED: Words(
        "The download address has run out",
        "The address of this download was valid for a limited time, and no fresh one could be had.",
        "Start the download from the order again; what has arrived is kept.",
        kind=ErrorKind.UNREACHABLE,
    ),
    ErrorCode.DOWNLOAD_NOT_FOUND: Words(
        "The file is not there",
        "The download server does not have a file at this address.",
        "Start the download from the order again. If it stays like this, tell the store.",
        kind=ErrorKind.UNREACHABLE,
    ),
    ErrorCode.CHANGED: Words(
        "The file on the server is another one",
        "The server now has a different file under this address than the one that was promised.",
        "Start the download from the order again, so that it is promised anew.",
    ),
    ErrorCode.CORRUPT: Words(
        "The file arrived damaged",
        "What arrived is not what the store promised, also when fetched a second time over a new connection.",
        "A security program or a proxy may be changing it. Try another network, or tell the store.",
    ),
    ErrorCode.UNPROVABLE: Words(
        "The file cannot be checked",
        "The server does not say how long the file is, and no size or digest was given to check it.",
        "Give the file's size or its SHA-256 digest, if the store names one.",
    ),
    ErrorCode.LOCKED: Words(
        "This file is already being downloaded",
        "Another window or program is downloading this file right now.",
        "Let the other one finish, or stop it.",
    ),
    ErrorCode.DISK_FULL: Words(
        "The disk is full",
        "There is not enough free space for this file.",
        "Free some space or choose another folder, then start again; what has arrived is kept.",
    ),
    ErrorCode.TOO_LARGE: Words(
        "This drive cannot hold a file of this size",
        "The chosen drive is formatted as FAT32, which ends at 4 GB for a single file.",
        "Choose a folder on another drive.",
    ),
    ErrorCode.TOO_LONG: Words(
        "The file does not end",
        "More came than a file of unknown length may have.",
        "Check that the address is right. A really long file needs “companion fetch” with --max-size.",
    ),
    ErrorCode.FOLDER: Words(
        "The folder cannot be used",
        "The file could not be written in the chosen folder.",
        "Choose another folder, or check that you may write there.",
    ),
    ErrorCode.LINK: Words(
        "Something else is in the file's place",
        "Where the file should go there is a link or a folder, and it was left alone.",
        "Remove it, or choose another folder with --home.",
    ),
    ErrorCode.IN_USE: Words(
        "Another program holds the file",
        "The file has arrived and is proven, but another program, often an antivirus, does not let go of it.",
        "Wait a minute and start again; nothing needs to be fetched again.",
    ),
    ErrorCode.MISSING: Words(
        "The file is not there",
        "There is no file to check at this place.",
        "Check the path, or download the file again.",
    ),
    ErrorCode.EXPECTATION: Words(
        "What is expected contradicts itself",
        "The size and the pieces given for this file do not fit together.",
        "Start the download from the order again. If it stays like this, tell the store.",
        kind=ErrorKind.USAGE,
    ),
}
