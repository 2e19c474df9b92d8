"""Calls to a store that never ends an answer: each ends in time, and at once when the program is quit."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from companion.domain.core.errors import Cancelled, CompanionError
from companion.services.http.patience import Patience
from companion.services.store.calls.client import StoreClient
from tests.kits.faulty_server import FaultyServer, Reply, Request
from tests.kits.network import Authority, Proxy, serving
from tests.kits.waiting import until

SHORT = 0.4
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
FAULTS = {
    "accepts and never answers": Reply(raw=b"x" * 10, stall_after=0),
    "drips its head": Reply(raw=HEAD, dribble=0.02),
    "drips its body": Reply(body=b" " * 100_000, dribble=0.02),
    "drips chunks": Reply(body=b" " * 100_000, chunked=True, dribble=0.02),
    "stops in its body": Reply(body=b" " * 100_000, stall_after=5000),
    "sends interim answers for ever": Reply(raw=b"HTTP/1.1 100 Continue\r\n\r\n" * 1000, dribble=0.001),
}


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[FaultyServer]:
    with FaultyServer(b"", lambda _: FAULTS[request.param]) as found:
        yield found


def url_of(server: FaultyServer) -> str:
    return server.url("")


def too_slow(client: StoreClient) -> None:
    with pytest.raises(CompanionError) as failed:
        client.profile()
    assert failed.value.code == "too-slow"
    client.close()


@pytest.mark.parametrize("server", FAULTS, indirect=True)
def test_a_call_ends_in_time(server: FaultyServer) -> None:
    too_slow(StoreClient(url_of(server), seconds=SHORT))


@pytest.mark.parametrize("greeting", ["stall", "dribble"])
def test_a_call_ends_in_time_whatever_the_encryption_does(
    greeting: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    authority = Authority("Some", tmp_path_factory.mktemp("authority"))
    with FaultyServer(b"", context=authority.context()) as server:
        server.greeting = greeting
        too_slow(StoreClient(url_of(server), seconds=SHORT))


def test_a_call_ends_in_time_whatever_the_proxy_does(monkeypatch: pytest.MonkeyPatch) -> None:
    leave = threading.Event()

    class Mute(Proxy):
        def connect(self, request: object) -> None:
            leave.wait(60)

    with serving(Mute()) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        too_slow(StoreClient("https://store.test", seconds=SHORT))
        leave.set()


def test_a_connection_that_is_used_again_is_cut_as_well() -> None:
    fault = FAULTS["drips its body"]
    with FaultyServer(b"", lambda each: fault if each.number else Reply("404 Not Found")) as server:
        client = StoreClient(url_of(server), seconds=SHORT)
        assert client.time() is None
        too_slow(client)
        assert server.connections == 1
        until(lambda: server.talking == 0)


@pytest.mark.parametrize("server", FAULTS, indirect=True)
def test_closing_the_client_ends_its_calls_at_once(server: FaultyServer) -> None:
    client = StoreClient(url_of(server), seconds=600.0)
    ended: list[BaseException] = []

    def call() -> None:
        try:
            client.profile()
        except BaseException as error:  # noqa: BLE001 - looked at below
            ended.append(error)

    caller = threading.Thread(target=call)
    caller.start()
    until(lambda: server.requests)
    client.close()
    caller.join(30)
    assert [type(error) for error in ended] == [Cancelled]
    with pytest.raises(Cancelled):
        client.profile()


def test_an_answer_that_takes_its_time_is_waited_for() -> None:
    def slowly(_: Request) -> Reply:
        return Reply("404 Not Found", body=b" " * 20, dribble=0.02)

    with FaultyServer(b"", slowly) as server:
        client = StoreClient(url_of(server))
        with pytest.raises(CompanionError) as failed:
            client.profile()
        assert failed.value.code == "not-a-store"
        client.close()


def test_what_is_known_is_asked_for_briefly_and_a_silent_store_only_once() -> None:
    told: list[str] = []
    with FaultyServer(b"", lambda _: FAULTS["accepts and never answers"]) as server:
        client = StoreClient(url_of(server), patience=Patience(SHORT, told.append))
        for _ in range(3):
            with client.briefly(True), pytest.raises(CompanionError) as failed:
                client.profile()
            assert failed.value.code == "not-answered-yet"
            assert failed.value.message.startswith("127.0.0.1")
        assert client.time() is None
        assert len(server.requests) == 1
        assert told == []
        client.close()


def test_what_is_not_known_is_waited_for_in_full_and_this_is_told_once() -> None:
    told: list[str] = []
    with FaultyServer(b"", lambda _: FAULTS["accepts and never answers"]) as server:
        client = StoreClient(url_of(server), seconds=3 * SHORT, patience=Patience(SHORT, told.append))
        for _ in range(2):
            with pytest.raises(CompanionError) as failed:
                client.profile()
            assert failed.value.code == "too-slow"
        assert told == [f"127.0.0.1:{server.port}"]
        client.close()


def test_what_is_to_be_changed_is_waited_for_in_full() -> None:
    patience = Patience(SHORT)
    patience.in_full = True
    with FaultyServer(b"", lambda _: FAULTS["accepts and never answers"]) as server:
        client = StoreClient(url_of(server), seconds=2 * SHORT, patience=patience)
        with client.briefly(True), pytest.raises(CompanionError) as failed:
            client.profile()
        assert failed.value.code == "too-slow"
        client.close()
