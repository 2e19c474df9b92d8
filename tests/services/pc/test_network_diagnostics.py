"""Every way a line can be broken, against real sockets; each ends in the right sentence."""

from __future__ import annotations

import hashlib
import socket

import pytest

from companion.domain.core.errors import Cancelled, CompanionError, ErrorCode
from companion.domain.pc.certificates import issuer_of
from companion.domain.pc.network_diagnostics import NetworkStep, StepResult, StepState
from companion.domain.store.profile import Probe
from companion.services.app.cancellation import Cancellation
from companion.services.pc.network_diagnostics import NetworkDiagnostics
from tests.kits.network import PROBE, Authority, Proxy, Server, black_hole, serving, trusting

GOOD = Probe(url="/v1/probe", size=len(PROBE), sha256=hashlib.sha256(PROBE).hexdigest())
STEPS = list(NetworkStep)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """The authority everybody trusts."""
    return Authority("World Trust", tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def shield(tmp_path_factory):
    """The authority an antivirus brings along."""
    return Authority("Example Web Shield", tmp_path_factory.mktemp("shield"))


@pytest.fixture
def check(world):
    def run(url, *, trust=None, proxy=None, limit=3.0, cancellation=None):
        path = NetworkDiagnostics(
            trust=trust or trusting(world), public=trusting(world), proxy=lambda _: proxy, limit=limit
        )
        told: list[StepResult] = []
        report = path.check(url, GOOD, told.append, cancellation or Cancellation())
        assert tuple(told) == report.steps
        return report

    return run


def states(report):
    return [step.state for step in report.steps]


def failed_step(report):
    return next(step.step for step in report.steps if step.state is StepState.FAILED)


def test_a_free_way_over_tls(check, world):
    with serving(Server(context=world.context())) as store:
        report = check(store.url)
    assert report.fine
    assert [step.step for step in report.steps] == STEPS
    assert states(report) == [StepState.FINE] * 6
    assert "Its certificate was issued by “World Trust”." in report.steps[2].sentence
    assert report.between == ()


def test_a_free_way_to_a_store_on_this_pc(check):
    with serving(Server()) as store:
        report = check(store.url)
    assert report.fine
    assert states(report)[2] is StepState.SKIPPED


def test_an_unknown_name(check):
    report = check("https://no-such-store.invalid")
    assert failed_step(report) is NetworkStep.NAME
    assert len(report.steps) == 1
    assert "no-such-store.invalid was not found" in report.sentence or "does not answer" in report.sentence


def test_a_refused_port(check):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        report = check(f"https://localhost:{port}")
    assert failed_step(report) is NetworkStep.CONNECTION
    assert f"(port {port}) is refused" in report.sentence


def test_a_black_holed_port(check):
    with black_hole() as port:
        report = check(f"https://127.0.0.1:{port}", limit=0.5)
    assert failed_step(report) is NetworkStep.CONNECTION
    assert "does not answer. A firewall may be blocking the connection" in report.sentence
    assert "Allow Companion in the firewall" in report.hint


def test_an_antivirus_this_pc_does_not_trust_is_named(check, shield):
    with serving(Server(context=shield.context())) as store:
        report = check(store.url)
    assert failed_step(report) is NetworkStep.ENCRYPTION
    assert "its certificate was issued by “Example Web Shield”, which this PC does not trust" in report.sentence
    assert report.between == ("“Example Web Shield”, which issued the certificate",)
    assert store.requests == []


def test_an_inspecting_proxy_this_pc_trusts_is_named_and_fine(check, world, shield):
    with serving(Server(context=world.context())) as store, serving(Proxy(inside=shield.context())) as proxy:
        report = check(store.url, trust=trusting(world, shield), proxy=proxy.url)
    assert report.fine
    assert "“Example Web Shield” inspects the connection" in report.sentence
    host = proxy.url.removeprefix("http://")
    assert report.between == (f"the proxy {host}", "“Example Web Shield”, which issued the certificate")


def test_an_inspecting_proxy_that_alters_bytes_is_found(check, world, shield):
    def alter(answer):
        status, headers, body = answer
        return status, headers, body.replace(body[100:110], b"**********")

    proxy_server = Proxy(alter, inside=shield.context())
    with serving(Server(context=world.context())) as store, serving(proxy_server) as proxy:
        report = check(store.url, trust=trusting(world, shield), proxy=proxy.url)
    assert failed_step(report) is NetworkStep.CONTENT
    assert "The test file arrived changed" in report.sentence
    assert any("Example Web Shield" in who for who in report.between)


def test_an_honest_tunnel_is_fine_and_its_password_is_used_but_never_shown(check, world):
    with serving(Server(context=world.context())) as store, serving(Proxy()) as proxy:
        report = check(store.url, proxy=proxy.url.replace("http://", "http://anna:s3cret@"))
    assert report.fine
    assert all(headers["Proxy-Authorization"] == "Basic YW5uYTpzM2NyZXQ=" for _, headers in proxy.requests)
    assert "s3cret" not in str(report)
    assert "anna" not in str(report)
    assert all("Proxy-Authorization" not in headers for _, headers in store.requests)


@pytest.mark.parametrize(
    ("status", "sentence"), [(407, "requires a user name and a password"), (403, "does not allow a connection")]
)
def test_a_proxy_that_refuses(check, world, status, sentence):
    proxy_server = Proxy()
    proxy_server.refuse = status
    with serving(proxy_server) as proxy:
        report = check("https://localhost:1", proxy=proxy.url)
    assert failed_step(report) is NetworkStep.ENCRYPTION
    assert sentence in report.sentence


def test_a_proxy_that_strips_ranges_names_itself(check):
    proxy_server = Proxy(lambda answer: (answer[0], answer[1] | {"Via": "1.1 hotel-cache"}, answer[2]))
    proxy_server.drop = frozenset({"Range"})
    with serving(Server()) as store, serving(proxy_server) as proxy:
        report = check(store.url, proxy=proxy.url)
    assert failed_step(report) is NetworkStep.RANGE
    assert states(report)[-1] is StepState.FINE
    assert "a proxy or security software removes the request" in report.sentence
    assert "a proxy named “1.1 hotel-cache”" in report.between


CONTENT = {
    "other bytes in the range": (
        lambda answer: (answer[0], answer[1], answer[2][::-1] if answer[0] == 206 else answer[2]),
        NetworkStep.RANGE,
        "other data arrived",
    ),
    "another range": (
        lambda answer: (
            answer[0],
            answer[1] | ({"Content-Range": "bytes 0-9/65536"} if answer[0] == 206 else {}),
            answer[2],
        ),
        NetworkStep.RANGE,
        "other data arrived",
    ),
    "one bit": (
        lambda answer: (answer[0], answer[1], bytes([answer[2][0] ^ 1]) + answer[2][1:]),
        NetworkStep.CONTENT,
        "arrived changed",
    ),
    "something added": (
        lambda answer: (answer[0], answer[1], answer[2] + b"<script>" if answer[0] == 200 else answer[2]),
        NetworkStep.CONTENT,
        "arrived changed",
    ),
    "cut short": (
        lambda answer: (
            answer[0],
            answer[1] | {"Content-Length": str(len(answer[2]))},
            answer[2][:1000] if answer[0] == 200 else answer[2],
        ),
        NetworkStep.CONTENT,
        "arrived incomplete",
    ),
    "an error": (lambda _: (503, {}, b""), NetworkStep.ANSWER, "error 503"),
    "not found": (lambda _: (404, {"Content-Type": "application/json"}, b"{}"), NetworkStep.ANSWER, "error 404"),
}


@pytest.mark.parametrize(("change", "step", "sentence"), CONTENT.values(), ids=CONTENT.keys())
def test_what_a_line_can_do_to_a_file(check, change, step, sentence):
    with serving(Server(change)) as store:
        report = check(store.url)
    assert failed_step(report) is step
    assert sentence in report.sentence
    assert not report.fine


PORTALS = {
    "redirect": (302, {"Location": "https://login.hotel.example/start?mac=1"}, b""),
    "page": (200, {"Content-Type": "text/html; charset=utf-8"}, b"<h1>Welcome</h1>"),
    "rfc 6585": (511, {"Content-Type": "text/html"}, b"log in"),
}


@pytest.mark.parametrize("answer", PORTALS.values(), ids=PORTALS.keys())
def test_a_captive_portal(check, answer):
    with serving(Server(lambda _: answer)) as store:
        report = check(store.url)
    assert failed_step(report) is NetworkStep.ANSWER
    assert "a log-in page of this network" in report.sentence
    assert "Open a browser, log in there" in report.hint


def test_a_portal_that_answers_in_the_stores_name_over_tls(check, world):
    with serving(Server(context=world.context("portal.example"))) as portal:
        report = check(portal.url)
    assert failed_step(report) is NetworkStep.ENCRYPTION
    assert "Another server answers instead of localhost" in report.sentence


def test_an_expired_certificate_points_at_the_clock_first(check, world):
    with serving(Server(context=world.context(days=-1))) as store:
        report = check(store.url)
    assert "not valid today: this PC's clock is wrong" in report.sentence


def test_a_connection_cut_while_it_is_being_encrypted(check):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        import threading

        def cut():
            for _ in range(3):
                link, _address = listener.accept()
                link.close()

        thread = threading.Thread(target=cut, daemon=True)
        thread.start()
        report = check(f"https://127.0.0.1:{port}")
    assert failed_step(report) is NetworkStep.ENCRYPTION
    assert "is interrupted while it is being set up" in report.sentence


def test_an_unsafe_address_is_refused_before_anything_is_sent(check):
    with pytest.raises(CompanionError) as refused:
        check("http://store.example")
    assert refused.value.code == ErrorCode.UNSAFE_ADDRESS


def test_it_can_be_cancelled(check):
    cancellation = Cancellation()
    cancellation.cancel()
    with pytest.raises(Cancelled):
        check("https://localhost:1", cancellation=cancellation)


@pytest.mark.parametrize("data", [b"", b"\x30", b"\x30\x84\xff\xff\xff\xff", b"\x30\x80\x00\x00", b"garbage" * 50])
def test_what_is_no_certificate_has_no_issuer(data):
    assert issuer_of(data) is None


def test_a_cut_certificate_has_no_issuer(world):
    import ssl

    whole = ssl.PEM_cert_to_DER_cert(world.file.read_text())
    assert issuer_of(whole) == "World Trust"
    assert all(issuer_of(whole[:length]) in (None, "World Trust") for length in range(len(whole)))
