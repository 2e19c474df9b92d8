"""One question to a store's server: how far it is passed on."""

from __future__ import annotations

import pytest

from companion.domain.core.errors import CompanionError
from companion.services.app.cancellation import Cancellation
from companion.services.stores.exchange import Exchange, post_form
from tests.kits.faulty_server import FaultyServer, Reply, Request


def ask(server: FaultyServer, path: str) -> Exchange:
    return post_form(server.url(path), {"license": "canary"}, Cancellation())


def test_ten_redirects_are_followed_and_no_more() -> None:
    def hop(request: Request) -> Reply:
        left = int(request.path.rsplit("/", 1)[-1])
        return (
            Reply(body=b"there", close=True)
            if left == 0
            else Reply("307 Moved", [("Location", f"/{left - 1}")], close=True)
        )

    with FaultyServer(b"", hop) as server:
        assert ask(server, "/10").body == b"there"
        with pytest.raises(CompanionError) as failed:
            ask(server, "/11")
    assert failed.value.code == "redirects"
    assert "circle" not in f"{failed.value.message} {failed.value.hint}"


def test_an_address_that_returns_is_a_circle() -> None:
    with FaultyServer(b"", lambda _: Reply("307 Moved", [("Location", "/")], close=True)) as server:
        with pytest.raises(CompanionError) as failed:
            ask(server, "/?wc-api=x")
        assert len(server.requests) == 2
    assert failed.value.code == "redirects"
    assert "in a circle" in failed.value.message
