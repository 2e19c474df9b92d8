"""Listening at a named pipe of Windows, where later starts of the program say what they want."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

_DUPLEX, _FIRST_INSTANCE = 0x3, 0x80000
_BYTES_FROM_THIS_PC = 0x8  # PIPE_TYPE_BYTE, PIPE_READMODE_BYTE, PIPE_WAIT, PIPE_REJECT_REMOTE_CLIENTS
_UNLIMITED = 255
_BUFFER = 4096
_MOST_BYTES = 64 * 1024
_IS_CONNECTED = 535  # ERROR_PIPE_CONNECTED: it came before it was waited for


class PipeServer:
    """Answers each line that comes with what `answer` returns for it; that is called on a thread of its own.

    Windows lets only this user, the system and administrators write to a pipe that is made without further words.
    """

    def __init__(self, address: str, answer: Callable[[bytes], bytes]) -> None:
        """Raises `OSError` when the name is taken or refused."""
        self._api: Any = importlib.import_module("_winapi")
        self._name, self._answer = rf"\\.\pipe\{address}", answer
        self._closed = False
        first = self._make(_DUPLEX | _FIRST_INSTANCE)
        threading.Thread(target=self._serve, args=(first,), name="later starts", daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        if self._closed:
            return
        self._closed = True
        try:
            with Path(self._name).open("r+b", buffering=0):  # it waits for someone to come
                pass
        except OSError:
            return

    def _make(self, mode: int) -> Any:
        return self._api.CreateNamedPipe(self._name, mode, _BYTES_FROM_THIS_PC, _UNLIMITED, _BUFFER, _BUFFER, 0, 0)

    def _serve(self, handle: Any) -> None:
        while True:
            came = self._wait_at(handle)
            if self._closed:
                self._api.CloseHandle(handle)
                return
            following = self._make(_DUPLEX)
            if came:
                threading.Thread(target=self._talk, args=(handle,), name="later start", daemon=True).start()
            else:
                self._api.CloseHandle(handle)
            handle = following

    def _wait_at(self, handle: Any) -> bool:
        """Whether someone came who is still there."""
        try:
            self._api.ConnectNamedPipe(handle, False)
        except OSError as error:
            return getattr(error, "winerror", None) == _IS_CONNECTED
        return True

    def _talk(self, handle: Any) -> None:
        """Answer one line, and wait until the other side has read the answer and leaves."""
        try:
            line = b""
            while not line.endswith(b"\n") and len(line) < _MOST_BYTES:
                line += self._api.ReadFile(handle, _BUFFER)[0]
            self._api.WriteFile(handle, self._answer(line))
            self._api.ReadFile(handle, 1)
        except OSError:
            return
        finally:
            self._api.CloseHandle(handle)
