"""The Store API: a demo store behind a door that counts requests and can misbehave."""

from __future__ import annotations

import http.client

from companion.demo.server import DemoStore
from tests.stores.peer import Call, Peer

_PASSED_ON = ("content-type", "etag", "retry-after", "date")


class StoreApiPeer(Peer):
    """The shop; what does not misbehave is passed on to the demo store."""

    def __init__(self, store: DemoStore, number: str) -> None:
        super().__init__()
        self.store = store
        self.number = number
        self._order: dict[str, str] = {}

    def answer(self, call: Call) -> None:
        """Pass the request on, and its answer back."""
        inner = http.client.HTTPConnection("127.0.0.1", int(self.store.url.rsplit(":", 1)[1]), timeout=10)
        try:
            inner.request(call.method, call.path, call.body or None, {**call.headers, "host": "127.0.0.1"})
            answer = inner.getresponse()
            body = answer.read()
            headers = [(name, value) for name, value in answer.getheaders() if name.lower() in _PASSED_ON]
            call.send(answer.status, None, body, *headers)
        finally:
            inner.close()

    @property
    def password(self) -> str:
        """The order's password."""
        return next(each.order_password for each in self.store.accounts if each.order_number == self.number)
