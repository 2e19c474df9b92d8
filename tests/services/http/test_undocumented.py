"""What Companion uses of requests, urllib3 and http.client beyond what they document, and what fails without it.

`pyproject.toml` bounds the versions for these. Where a test fails after an update, its name of the attribute says what
the new version lacks, and the text beside it what has to be written anew.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from operator import attrgetter

import pytest
import requests
import requests.adapters
import urllib3

from companion.services.http.happy_eyeballs import POOLS
from companion.services.http.session import new_session
from tests.kits.faulty_server import FaultyServer, Reply

CONTENT = bytes(range(256)) * 1024

OF_AN_ANSWER = {
    "raw._fp": "bodies are read past urllib3, which copies each block (transfer.transport.Body)",
    "raw._fp.fp.readinto1": "what has arrived is read at once; http.client waits for a full buffer",
    "raw._fp.fp.raw._sock": "the socket goes to splice(2), and tells whether more has arrived",
    "raw._fp.length": "http.client's own count is kept right, so that the connection can be used again",
    "raw._fp.chunked": "a chunked body is read by http.client, which alone knows where chunks end",
    "raw._fp.read1": "a chunked body is read as it arrives",
    "raw.release_conn": "a connection whose body is over goes back into the pool",
    "raw.headers": "repeated header fields stay apart",
}
OF_CLASSES = {
    (urllib3.connection.HTTPConnection, "_new_conn"): "both families of addresses are tried at once (RFC 8305)",
    (urllib3.connection.HTTPSConnection, "_new_conn"): "both families of addresses are tried at once (RFC 8305)",
    (urllib3.HTTPConnectionPool, "ConnectionCls"): "pools make the connections that do so",
    (urllib3.HTTPSConnectionPool, "ConnectionCls"): "pools make the connections that do so",
    (requests.adapters.HTTPAdapter, "build_connection_pool_key_attributes"): "the system's certificates are used",
    (requests.adapters.HTTPAdapter, "cert_verify"): "requests' own list of certificates stays out",
    (requests.adapters.HTTPAdapter, "proxy_headers"): "the log-in for a proxy is sent in UTF-8",
    (requests.Session, "get_redirect_target"): "the body of a redirect is not read",
}


@pytest.fixture
def answer() -> Iterator[requests.Response]:
    server = FaultyServer(CONTENT, lambda _: Reply(body=CONTENT))
    with new_session() as session, session.get(server.url(), stream=True) as found:
        yield found
    server.close()


@pytest.mark.parametrize(("name", "use"), OF_AN_ANSWER.items(), ids=OF_AN_ANSWER)
def test_an_answer_has_the_attribute(answer: requests.Response, name: str, use: str) -> None:
    try:
        found = attrgetter(name)(answer)
    except AttributeError as error:
        pytest.fail(f"{error}; it is needed because {use}")
    assert not name.endswith("_sock") or isinstance(found, socket.socket)


def test_a_connection_has_the_name_that_is_looked_up() -> None:
    # The name as DNS knows it, with a closing dot where one was given; `host` has none.
    assert urllib3.connection.HTTPConnection("localhost.", 80)._dns_host == "localhost."


@pytest.mark.parametrize(("owner", "name"), OF_CLASSES, ids=lambda each: getattr(each, "__name__", each))
def test_a_class_has_the_attribute(owner: type, name: str) -> None:
    assert hasattr(owner, name), f"{owner.__name__}.{name} is needed so that {OF_CLASSES[owner, name]}"


def test_a_session_makes_the_connections_that_race(answer: requests.Response) -> None:
    adapter = new_session().get_adapter("https://example.com")
    assert isinstance(adapter, requests.adapters.HTTPAdapter)
    assert adapter.poolmanager.pool_classes_by_scheme == POOLS
    assert type(answer.raw.connection) in (pool.ConnectionCls for pool in POOLS.values())


def test_the_systems_certificates_are_the_ones_a_connection_is_made_with() -> None:
    import truststore

    adapter = new_session().get_adapter("https://example.com")
    assert isinstance(adapter, requests.adapters.HTTPAdapter)
    asked = requests.Request("GET", "https://example.com").prepare()
    _, pool = adapter.build_connection_pool_key_attributes(asked, verify=True)
    assert isinstance(pool["ssl_context"], truststore.SSLContext)
