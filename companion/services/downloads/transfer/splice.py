"""Moves bytes from a connection into a file inside the system, where it can do that, without copying them here."""

from __future__ import annotations

import errno
import os
import select
import socket
from io import FileIO
from typing import Any

_PIPE = 1024 * 1024
_GATHER_MILLISECONDS = 2
# What a system says that has the call and does not allow it here, or not between these two.
_REFUSED = (errno.EINVAL, errno.ENOSYS, errno.EPERM, errno.EOPNOTSUPP)


class SplicePipe:
    """A pipe between a socket and a file (Linux: splice(2)); what it took from the socket it holds until it is out.

    What checks or hashes the bytes reads the file. Once the system has refused, `works` is false and nothing is
    taken any more; what is held can still be given.
    """

    def __init__(self) -> None:
        """Raises OSError where the system grants only a small pipe."""
        import fcntl

        self.works = True
        self.stored = 0
        """Bytes that were taken from the socket and are not in a file yet."""
        self._out, self._in = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            fcntl.fcntl(self._in, fcntl.F_SETPIPE_SZ, _PIPE)
        except OSError:
            self.close()
            raise

    def wait(self, link: socket.socket) -> None:
        """Wait until `link` has something. Raises TimeoutError after the socket's own time-out."""
        seconds = link.gettimeout()
        if not _has_more(link, None if seconds is None else int(seconds * 1000)):
            raise TimeoutError

    def fill(self, link: socket.socket, most: int) -> int | None:
        """Take what has arrived, at most `most` bytes; 0 at the end of the connection, None if nothing comes now."""
        count = self._fill(link, most)
        if count is None and self.works and _has_more(link, _GATHER_MILLISECONDS):
            count = self._fill(link, most)
        return count

    def _fill(self, link: socket.socket, most: int) -> int | None:
        try:
            count = os.splice(link.fileno(), self._in, most)
        except BlockingIOError:
            return None
        except OSError as error:
            self._stop_after(error)
            return None
        self.stored += count
        return count

    def drain(self, file: FileIO) -> int:
        """Move what is held to where `file` is, or a part of it, as a disk that fills up does; returns how much."""
        count = self._drain(file) if self.works else None
        if count is None:
            data = os.read(self._out, self.stored)
            count = file.write(data)
            if count < len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.stored -= count
        return count

    def _drain(self, file: FileIO) -> int | None:
        try:
            return os.splice(self._out, file.fileno(), self.stored)
        except OSError as error:
            self._stop_after(error)
            return None

    def _stop_after(self, error: OSError) -> None:
        """Give up if the system does not do this at all; other errors are those of the connection or the disk."""
        if error.errno not in _REFUSED:
            raise error
        self.works = False

    def close(self) -> None:
        """Close the pipe, with what it may hold."""
        os.close(self._out)
        os.close(self._in)


def _has_more(link: socket.socket, milliseconds: int | None) -> bool:
    waiting = select.poll()
    waiting.register(link, select.POLLIN)
    return bool(waiting.poll(milliseconds))


def new_splice_pipe() -> SplicePipe | None:
    """Returns a splice pipe, or None where the system has none."""
    if not hasattr(os, "splice"):
        return None
    try:
        return SplicePipe()
    except OSError:
        return None


def is_plain_socket(link: Any) -> bool:
    """Whether what `link` receives is the content itself: a plain socket, not one that decrypts."""
    return type(link) is socket.socket
