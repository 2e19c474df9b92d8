"""The contract that every connector keeps, whatever its store does."""

from __future__ import annotations

import json
import logging
import threading

import pytest

from companion.domain.connectors.answers import DownloadOffer, Outcome, StoreAnswer
from companion.domain.connectors.capabilities import Capability, Way
from companion.domain.core.errors import Cancelled, ErrorCode
from companion.domain.purchases.facts import canonical
from companion.domain.purchases.purchase import Purchase, overview
from companion.services.app.cancellation import Cancellation
from companion.services.http.patience import Patience
from companion.services.stores.edd import EddStore
from tests.kits.waiting import until
from tests.stores.edd_peer import EddPeer
from tests.stores.kit import NOW, Kit
from tests.stores.peer import Call, Fault, cut, drip, hang, huge, page, redirect, text

PATIENCE = 30.0
SHORT = 0.6
DEEP = b'{"license": ' + b"[" * 200_000
ODD = (
    b"null", b"[]", b"17", b'"valid"', b"", b"{}", b"\xff\xfe\x00", b'{"license": 5, "success": "yes"}', DEEP,
    b'{"license": "\\ud800", "success": {}}', b'{"success": true, "license": ' + b"9" * 20_000 + b"}",
)  # fmt: skip


def read(kit: Kit, seconds: float = PATIENCE) -> StoreAnswer:
    return kit.connector(seconds).read(kit.purchase, kit.secrets, Cancellation())


def could_not_ask(answer: StoreAnswer) -> None:
    """Nothing was learned, and the reason is a sentence for people."""
    assert answer.outcome is Outcome.COULD_NOT_ASK, answer
    assert answer.facts == ()
    assert answer.reason is not None
    assert answer.reason.message.endswith(".")
    assert answer.reason.hint
    for word in ("invalid", "expired", "does not know"):
        assert word not in f"{answer.said} {answer.reason}".lower()


def test_the_connector_says_of_every_capability_how_it_is_offered(kit: Kit) -> None:
    capabilities = kit.connector(PATIENCE).capabilities
    assert {capabilities.way(capability) for capability in Capability} <= set(Way)
    assert capabilities.title
    assert capabilities.kind == kit.purchase.store.kind


def test_looking_changes_nothing_at_the_store(kit: Kit) -> None:
    before = kit.state()
    for _ in range(3):
        read(kit)
        kit.connector(PATIENCE).newest_version(kit.purchase, kit.secrets, Cancellation())
    for item in kit.secrets.links:
        kit.connector(PATIENCE).download(kit.purchase, item, kit.secrets, Cancellation())
    assert kit.state() == before
    assert not [call for call in kit.peer.calls if call.method == "HEAD"]


def test_what_is_told_are_canonical_facts_with_source_and_time(asking: Kit) -> None:
    answer = read(asking)
    assert answer.outcome is Outcome.TOLD, answer
    assert answer.facts
    for fact in answer.facts:
        assert canonical(fact.field, fact.value) == fact.value
        assert fact.source.kind == "store"
        assert fact.source.name
        assert fact.said_at == answer.asked_at
    overview(Purchase(id="p", added_at=answer.asked_at, facts=answer.facts))


def test_a_store_that_does_not_tell_says_so(woo_kit: Kit) -> None:
    answer = read(woo_kit)
    assert answer.outcome is Outcome.DOES_NOT_TELL
    assert answer.said.endswith(".")
    assert woo_kit.peer.calls == []


@pytest.mark.parametrize("status", [200, 403, 503])
def test_a_challenge_page_says_nothing_of_the_licence(asking: Kit, status: int) -> None:
    asking.peer.fault = page(status)
    could_not_ask(read(asking))


@pytest.mark.parametrize("media_type", [None, "application/xhtml+xml", "text/plain", "application/json"])
def test_a_page_under_another_name_says_nothing_either(asking: Kit, media_type: str | None) -> None:
    asking.peer.fault = page(200, media_type=media_type)
    could_not_ask(read(asking))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("target", ["/wp-login.php?redirect_to=x", "http://[", "http://127.0.0.1:99999/", "//", "?"])
def test_a_redirect_to_a_sign_in_or_to_nowhere_says_nothing(asking: Kit, status: int, target: str) -> None:
    asking.peer.fault = redirect(target, status)
    could_not_ask(read(asking))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nothing_is_sent_to_another_server(asking: Kit, edd_peer: EddPeer, status: int) -> None:
    other = EddPeer()
    try:
        asking.peer.fault = redirect(f"http://localhost:{other.port}/", status)
        could_not_ask(read(asking))
        asking.peer.fault = redirect(f"http://127.0.0.1:{other.port}/", status)
        could_not_ask(read(asking))
        assert other.calls == []
    finally:
        other.close()


@pytest.mark.parametrize("body", ODD, ids=[str(number) for number in range(len(ODD))])
def test_an_answer_of_an_odd_form_says_nothing(asking: Kit, body: bytes) -> None:
    asking.peer.fault = text(body)
    could_not_ask(read(asking))


@pytest.mark.slow
@pytest.mark.parametrize("fault", [hang, drip])
def test_a_store_that_hangs_or_drips_is_given_up_in_time(asking: Kit, fault: Fault) -> None:
    asking.peer.fault = fault
    answer = read(asking, SHORT)
    could_not_ask(answer)
    assert answer.reason is not None
    assert answer.reason.code is ErrorCode.TOO_SLOW


@pytest.mark.parametrize("fault", [cut, huge])
def test_a_cut_or_endless_answer_ends_with_a_clear_error(asking: Kit, fault: Fault) -> None:
    asking.peer.fault = fault
    could_not_ask(read(asking))


def test_a_store_that_is_gone_could_not_be_asked(asking: Kit) -> None:
    asking.peer.close()
    could_not_ask(read(asking))


@pytest.mark.parametrize("fault", [hang, drip])
def test_cancelling_ends_a_question_at_once(asking: Kit, fault: Fault) -> None:
    asking.peer.fault, cancellation, ended = fault, Cancellation(), []

    def ask() -> None:
        try:
            asking.connector(PATIENCE).read(asking.purchase, asking.secrets, cancellation)
        except Cancelled:
            ended.append("cancelled")

    thread = threading.Thread(target=ask)
    thread.start()
    until(lambda: bool(asking.peer.calls))
    cancellation.cancel()
    thread.join(PATIENCE / 2)
    assert ended == ["cancelled"]


def test_a_cancelled_question_is_not_asked(kit: Kit) -> None:
    cancellation = Cancellation()
    cancellation.cancel()
    connector = kit.connector(PATIENCE)
    for ask in (connector.read, connector.newest_version):
        with pytest.raises(Cancelled):
            ask(kit.purchase, kit.secrets, cancellation)
    for act in (connector.activate, connector.deactivate, connector.download):
        with pytest.raises(Cancelled):
            act(kit.purchase, kit.item, kit.secrets, cancellation)
    assert kit.peer.calls == []


@pytest.mark.parametrize(("status", "wait"), [(429, 120), (503, 7200)])
def test_a_store_that_asks_to_wait_is_waited_for(asking: Kit, status: int, wait: int) -> None:
    def busy(call: Call) -> bool:
        call.send(status, "application/json", b"{}", ("Retry-After", str(wait)))
        return True

    asking.peer.fault = busy
    answer = read(asking)
    could_not_ask(answer)
    assert answer.retry_at is not None
    assert (answer.retry_at - answer.asked_at).total_seconds() == wait


def test_a_change_is_never_sent_twice(edd_kit: Kit) -> None:
    edd_kit.peer.fault = cut
    answer = edd_kit.connector(PATIENCE).activate(edd_kit.purchase, edd_kit.item, edd_kit.secrets, Cancellation())
    assert not answer.activated
    assert answer.answer.outcome is Outcome.COULD_NOT_ASK
    assert len(edd_kit.peer.calls) == 1


def test_secrets_travel_in_bodies_only_and_stay_out_of_logs_and_words(
    kit: Kit, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    said = [read(kit)]
    for fault in (page(403), cut, text(b"{}"), redirect("/wp-login.php")):
        kit.peer.fault = fault
        said.append(read(kit))
    kit.peer.fault = None
    for item in kit.secrets.links:
        offered = kit.connector(PATIENCE).download(kit.purchase, item, kit.secrets, Cancellation())
        assert isinstance(offered, DownloadOffer)
        said.append(offered)  # type: ignore[arg-type]
    told = caplog.text + repr(said) + json.dumps([str(each) for each in said])
    told += "".join(f"{call.method} {call.path} {call.headers.get('user-agent', '')}" for call in kit.peer.calls)
    for secret in kit.secret_texts:
        assert secret not in told
    for call in kit.peer.calls:
        assert ";" not in call.headers["user-agent"]


def test_a_seat_is_taken_and_freed_only_when_asked(asking: Kit) -> None:
    before = asking.state()
    connector = asking.connector(PATIENCE)
    taken = connector.activate(asking.purchase, asking.item, asking.secrets, Cancellation())
    assert taken.activated, taken
    assert taken.instance_id is not None
    assert connector.instance_id() == taken.instance_id
    assert asking.state() != before
    freed = connector.deactivate(asking.purchase, asking.item, asking.secrets, Cancellation())
    assert freed.outcome is Outcome.TOLD, freed


@pytest.mark.parametrize("job", ["activate", "deactivate", "download"])
def test_what_is_not_there_is_said_and_not_asked_for(kit: Kit, job: str) -> None:
    connector, none = kit.connector(PATIENCE), kit.secrets._replace(keys={}, links={})
    answer = getattr(connector, job)(kit.purchase, "product:something else", none, Cancellation())
    answer = getattr(answer, "answer", answer)
    assert isinstance(answer, StoreAnswer)
    assert answer.outcome is Outcome.DOES_NOT_TELL
    assert answer.said.endswith(("NUMBER", "."))


def test_a_command_that_shows_something_waits_briefly_for_a_shop(edd_kit: Kit, edd_peer: EddPeer) -> None:
    edd_peer.fault = hang
    shop = EddStore(lambda: NOW, lambda: "https://seat.invalid", patience=Patience(0.4))
    answer = shop.read(edd_kit.purchase, edd_kit.secrets, Cancellation())
    could_not_ask(answer)
    assert answer.reason is not None
    assert answer.reason.code is ErrorCode.NOT_ANSWERED_YET
