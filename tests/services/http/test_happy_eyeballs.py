"""Encrypted connections that the other side ends before anything is agreed on."""

from __future__ import annotations

import gc
import select
import socket
import ssl
import struct
import warnings
from typing import Any

import pytest

from companion.services.http.happy_eyeballs import POOLS

RESET_WHEN_CLOSED = struct.pack("ii", 1, 0)


class ResetBeforeTheHandshake(ssl.SSLContext):
    """Has the other side, `server`, reset the connection between its making and its handshake."""

    server: socket.socket

    def wrap_socket(self, sock: socket.socket, *arguments: Any, **options: Any) -> ssl.SSLSocket:
        accepted, _ = self.server.accept()
        accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_WHEN_CLOSED)
        accepted.close()
        poll = select.poll()
        poll.register(sock, select.POLLERR)
        assert poll.poll(30_000)
        return super().wrap_socket(sock, *arguments, **options)


def test_a_connection_that_is_reset_before_the_handshake_is_closed() -> None:
    context = ResetBeforeTheHandshake(ssl.PROTOCOL_TLS_CLIENT)
    with socket.create_server(("127.0.0.1", 0)) as server, warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always", ResourceWarning)
        context.server = server
        be_refused(server.getsockname()[1], context)
        gc.collect()
    assert [str(each.message) for each in warned] == []


def be_refused(port: int, context: ssl.SSLContext) -> None:
    connection = POOLS["https"].ConnectionCls("127.0.0.1", port, timeout=30, ssl_context=context)
    with pytest.raises(ConnectionResetError):
        connection.connect()
    connection.close()
