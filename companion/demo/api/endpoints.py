"""The calls of the Store API (``resources/store-api.yaml``), one function each."""

from __future__ import annotations

import re
import secrets
import sqlite3

import msgspec
from werkzeug.datastructures import ETags
from werkzeug.wrappers import Response

from companion.demo import bodies
from companion.demo.api.answers import Answer
from companion.demo.api.calls import Call, answer_with, change, conditional, current, etag_of, holder, once, respond
from companion.demo.downloads.artifact import PIECE_LENGTH, VERSION, probe_bytes
from companion.demo.downloads.files import check_signature, serve_bytes, serve_file, sign
from companion.demo.mail import send_new_password
from companion.demo.orders import actions, returns
from companion.demo.orders.invoices import invoice_pdf, invoices_of, purchase_invoice
from companion.demo.orders.lifecycle import business_days_after
from companion.demo.orders.records import Record
from companion.demo.problems import Refusal
from companion.domain.billing.invoices import entry_of
from companion.domain.core.serialization import decode, encode
from companion.domain.store.orders import (
    AutoRenewChange,
    Download,
    Grant,
    Installation,
    InvoiceList,
    Licence,
    Order,
    OrderCollection,
    OrderEntry,
    OrderPage,
    Subscription,
    SupportCase,
)
from companion.domain.store.returns import Return

_SEAT_ID = re.compile("[A-Za-z0-9_-]{1,64}")
_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Larkfield Software</title>
<body style="font: 1.1em system-ui; max-width: 40em; margin: 3em auto">
<h1>Larkfield Software</h1>
<p>Here a real store's website would show the “{purpose}” page of order {number}, ask for the order password, and take
a card where one is needed.
<p>Larkfield is invented, and nothing can be paid here.
"""


def get_profile(call: Call) -> Response:
    """``GET /v1/profile``"""
    return conditional(call, call.store.profile_document, cache="public, max-age=300")


def get_probe(call: Call) -> Response:
    """``GET /v1/probe``"""
    probe = call.store.profile.probe
    if probe is None:
        raise Refusal("not-found", "This store has no probe file.")
    return serve_bytes(call.request, probe_bytes(probe.size), sha256=probe.sha256)


def log_in(call: Call) -> Response:
    """``POST /v1/sessions``"""
    asked = bodies.read_log_in(call.document())
    address = call.request.remote_addr or ""
    return respond(answer_with(call.store.sessions.open(asked, address, call.now), 201))


def reset_password(call: Call) -> Response:
    """``POST /v1/password-resets``: the same answer whether there is such an order or not."""
    asked = call.body(bodies.PasswordResetRequest)
    if (asked.order_number is None) == (asked.email is None):
        raise Refusal("invalid-request", "Name an order number or an e-mail address, one of them.")
    send_new_password(call.store.database, call.store.sessions, call.store.outbox, asked, call.now)
    statement = "If the store knows this order, a new order password is on its way to the customer's e-mail address."
    return respond(answer_with({"statement": statement}, 202))


def get_orders(call: Call) -> Response:
    """``GET /v1/orders``"""
    with call.store.database.transaction() as connection:
        records = [current(connection, call, number) for number in call.opened.order_numbers]
    shown = [_shown(call, record.order) for record in records]
    entries = tuple(OrderEntry(etag=f'"{etag_of(encode(order))}"', order=order) for order in shown)
    return conditional(call, encode(OrderCollection(orders=entries)), cache="private, no-cache")


def get_order(call: Call, number: str) -> Response:
    """``GET /v1/orders/{orderNumber}``"""
    with call.store.database.transaction() as connection:
        record = current(connection, call, call.own(number))
    return conditional(call, encode(_shown(call, record.order)), cache="private, no-cache")


def switch_auto_renew(call: Call, subscription_id: str) -> Response:
    """``PUT /v1/subscriptions/{subscriptionId}/auto-renew``"""
    asked = call.body(bodies.AutoRenewRequest)
    number = holder(call, lambda record: _subscription(record, subscription_id) is not None)

    def act(connection: sqlite3.Connection, record: Record) -> tuple[Record, Answer]:
        plan = _subscription(record, subscription_id)
        assert plan is not None  # noqa: S101 - `holder` has just found it
        wanted = call.request.if_match
        if "If-Match" not in call.request.headers:
            raise Refusal("precondition-required", "Say which version of the subscription you mean with If-Match.")
        if not (wanted.star_tag or wanted.is_strong(plan.version)):
            known = _already_applied(connection, plan, wanted, asked)
            return record, _switched(known)
        receipt_id = f"rcp-{secrets.token_hex(6)}"
        terms = call.store.terms(call.now)
        record, done = actions.switch_auto_renew(record, plan, asked.auto_renew, receipt_id, terms)
        row = (plan.id, plan.version, done.subscription.version, encode(done))
        connection.execute("INSERT OR REPLACE INTO receipts VALUES (?, ?, ?, ?)", row)
        return record, _switched(done)

    return change(call, number, act, key_required=False)


def grant_download(call: Call, number: str, artifact_id: str) -> Response:
    """``POST /v1/orders/{orderNumber}/downloads/{artifactId}/grant``: changes nothing, so it needs no key."""
    call.body(bodies.GrantRequest)
    with call.store.database.transaction() as connection:
        record = current(connection, call, call.own(number))
    actions.check_download(record, _download(record, artifact_id), call.now)
    artifact = call.store.artifact
    expires = call.now + call.store.url_life
    path = f"/v1/files/{artifact.id}/{artifact.filename}"
    target = call.store.artifacts.parent / "installed"
    grant = Grant(
        artifact_id=artifact.id,
        url_expires_at=expires,
        filename=artifact.filename,
        size=artifact.size,
        url=call.request.host_url.rstrip("/") + sign(call.store.signing_key, path, number, expires),
        sha256=artifact.sha256,
        version=VERSION,
        publisher=call.store.profile.store.name,
        piece_length=PIECE_LENGTH,
        piece_sha256=artifact.piece_sha256,
        installation=Installation(
            arguments=("--silent", "--target", str(target)), proof_paths=(str(target / "installed.json"),)
        ),
    )
    return respond(answer_with(grant))


def get_file(call: Call, artifact_id: str, filename: str) -> Response:
    """``GET /v1/files/{artifactId}/{filename}``: what a grant's address yields."""
    check_signature(call.store.signing_key, call.request, call.now)
    artifact = call.store.artifact
    if (artifact_id, filename) != (artifact.id, artifact.filename):
        raise Refusal("not-found", "This file is no longer offered.")
    path = call.store.artifacts / artifact.filename
    return serve_file(call.request, path, sha256=artifact.sha256, pace=call.store.pace)


def extend_download(call: Call, number: str, artifact_id: str) -> Response:
    """``POST /v1/orders/{orderNumber}/downloads/{artifactId}/extension``"""
    call.body(bodies.ExtensionRequest)

    def act(_: sqlite3.Connection, record: Record) -> tuple[Record, Answer]:
        record, extension = actions.extend(record, _download(record, artifact_id), call.store.terms(call.now))
        return record, answer_with(extension)

    return change(call, call.own(number), act, key_required=True)


def request_return(call: Call, number: str) -> Response:
    """``POST /v1/orders/{orderNumber}/returns``"""
    asked = call.body(bodies.ReturnRequest)

    def act(_: sqlite3.Connection, record: Record) -> tuple[Record, Answer]:
        record, given = returns.request_return(record, asked, call.store.terms(call.now))
        return record, answer_with(given, 201)

    return change(call, call.own(number), act, key_required=True)


def accept_letter(call: Call, return_id: str) -> Response:
    """``POST /v1/returns/{returnId}/destruction-letter``"""
    acceptance = call.body(bodies.LetterAcceptance)
    number = holder(call, lambda record: _return(record, return_id) is not None)

    def act(_: sqlite3.Connection, record: Record) -> tuple[Record, Answer]:
        given = _return(record, return_id)
        assert given is not None  # noqa: S101 - `holder` has just found it
        record, given = returns.accept_letter(record, given, acceptance, call.store.terms(call.now))
        return record, answer_with(given)

    return change(call, number, act, key_required=True)


def get_invoices(call: Call, number: str) -> Response:
    """``GET /v1/orders/{orderNumber}/invoices``"""
    with call.store.database.transaction() as connection:
        record = current(connection, call, call.own(number))
    found = invoices_of(record, call.store.profile.store.name)
    return respond(answer_with(InvoiceList(invoices=tuple(entry_of(each) for each in found))))


def get_invoice(call: Call, number: str, invoice_number: str | None = None) -> Response:
    """``GET /v1/orders/{orderNumber}/invoice`` and ``…/invoices/{invoiceNumber}``: JSON, or PDF by ``Accept``."""
    with call.store.database.transaction() as connection:
        record = current(connection, call, call.own(number))
    seller = call.store.profile.store.name
    found = invoices_of(record, seller)
    invoice = next((each for each in found if each.number == invoice_number), None)
    if invoice_number is None:
        invoice = purchase_invoice(record, seller)
    if invoice is None:
        raise Refusal("not-found", "This order has no such invoice.")
    accepted = call.request.accept_mimetypes
    form = accepted.best_match(("application/json", "application/pdf")) if accepted else "application/json"
    if form is None:
        raise Refusal("not-acceptable", "An invoice comes as application/json or application/pdf.")
    if form == "application/json":
        response = respond(answer_with(invoice))
    else:
        response = Response(invoice_pdf(invoice), mimetype=form)
        response.headers["Content-Disposition"] = f'inline; filename="{invoice.number}.pdf"'
        response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Accept"
    return response


def quote_backup_medium(call: Call, number: str) -> Response:
    """``GET /v1/orders/{orderNumber}/backup-media/quote``"""
    with call.store.database.transaction() as connection:
        record = current(connection, call, call.own(number))
    return respond(answer_with(actions.quote_backup_medium(record, call.store.terms(call.now))))


def add_backup_medium(call: Call, number: str) -> Response:
    """``POST /v1/orders/{orderNumber}/backup-media``"""
    asked = call.body(bodies.BackupMediumRequest)

    def act(_: sqlite3.Connection, record: Record) -> tuple[Record, Answer]:
        record, order = actions.add_backup_medium(record, asked, call.store.terms(call.now))
        return record, answer_with(_shown(call, order), 201)

    return change(call, call.own(number), act, key_required=True)


def take_seat(call: Call, licence_id: str, seat_id: str) -> Response:
    """``PUT /v1/licences/{licenceId}/seats/{seatId}``"""
    asked = call.body(bodies.SeatRequest)
    if _SEAT_ID.fullmatch(seat_id) is None:
        raise Refusal("invalid-request", "A seat is named by letters, digits, - and _.", field="seatId")
    number = holder(call, lambda record: _licence(record, licence_id) is not None)

    def act(_: sqlite3.Connection, record: Record) -> tuple[Record, Answer]:
        licence = _licence(record, licence_id)
        assert licence is not None  # noqa: S101 - `holder` has just found it
        new = all(seat.id != seat_id for seat in licence.seats)
        record, licence = actions.take_seat(record, licence, seat_id, asked.name, call.now)
        return record, answer_with(licence, 201 if new else 200)

    return change(call, number, act, key_required=False)


def free_seat(call: Call, licence_id: str, seat_id: str) -> Response:
    """``DELETE /v1/licences/{licenceId}/seats/{seatId}``"""
    number = holder(call, lambda record: _licence(record, licence_id) is not None)

    def act(_: sqlite3.Connection, record: Record) -> tuple[Record, Answer]:
        licence = _licence(record, licence_id)
        assert licence is not None  # noqa: S101 - `holder` has just found it
        record, licence = actions.free_seat(record, licence, seat_id)
        return record, answer_with(licence)

    return change(call, number, act, key_required=False)


def open_case(call: Call) -> Response:
    """``POST /v1/support/cases``"""
    asked = call.body(bodies.SupportCaseRequest)
    if asked.order_number is not None:
        call.own(asked.order_number)
    key = call.key(required=True)
    scope = asked.order_number or " ".join(sorted(call.opened.order_numbers))
    with call.store.database.transaction() as connection:

        def act() -> Answer:
            (count,) = connection.execute("SELECT count(*) FROM cases").fetchone()
            number = f"LK-{700_001 + count}"
            row = (number, scope, msgspec.json.encode(asked))
            connection.execute("INSERT INTO cases VALUES (?, ?, ?)", row)
            case = SupportCase(
                case_number=number,
                answer_by=business_days_after(call.now, 1),
                next_step="Support reads the case file and answers by e-mail. Give this number when you call.",
            )
            return answer_with(case, 201)

        return respond(once(connection, call, scope, key, act))


def get_page(_: Call, number: str, purpose: str) -> Response:
    """A page of the invented store's website; it stands for what a real store shows in the browser."""
    if purpose not in ("order", "renew", "cancel") or not number.isascii() or not number.replace("-", "").isalnum():
        raise Refusal("not-found", "There is no such page.")
    response = Response(_PAGE.format(purpose=purpose, number=number), mimetype="text/html")
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return response


def _shown(call: Call, order: Order) -> Order:
    """The order as it is sent: with the file offered today, and addresses at which this store is reached."""
    artifact, base = call.store.artifact, call.request.host_url.rstrip("/")
    downloads = tuple(
        msgspec.structs.replace(
            download,
            artifact_id=artifact.id,
            platform=artifact.platform,
            filename=artifact.filename,
            size=artifact.size,
            version=VERSION,
        )
        for download in order.downloads
    )
    pages = tuple(
        OrderPage(purpose=purpose, url=f"{base}/orders/{order.number}/{purpose}")
        for purpose in ("order", "renew", "cancel")
    )
    return msgspec.structs.replace(order, downloads=downloads, pages=pages)


def _already_applied(
    connection: sqlite3.Connection, plan: Subscription, wanted: ETags, asked: bodies.AutoRenewRequest
) -> AutoRenewChange:
    """The receipt of the same switch made from the version the customer knows: its answer was lost in transit.

    RFC 9110 §13.1.1 lets a server answer so. Raises `Refusal` ``version-conflict`` for anything else.
    """
    row = connection.execute(
        "SELECT from_version, to_version, document FROM receipts WHERE subscription = ?", (plan.id,)
    ).fetchone()
    if row is not None and wanted.is_strong(row[0]) and row[1] == plan.version and asked.auto_renew == plan.auto_renew:
        return decode(bytes(row[2]), AutoRenewChange, source="the store's own file")
    raise Refusal("version-conflict", "The subscription has changed since; read the order again.")


def _switched(done: AutoRenewChange) -> Answer:
    return answer_with(done, 200, (("ETag", f'"{done.subscription.version}"'),))


def _subscription(record: Record, subscription_id: str) -> Subscription | None:
    return next((plan for plan in record.order.subscriptions if plan.id == subscription_id), None)


def _licence(record: Record, licence_id: str) -> Licence | None:
    return next((licence for licence in record.order.licences if licence.id == licence_id), None)


def _return(record: Record, return_id: str) -> Return | None:
    return next((given for given in record.order.returns if given.id == return_id), None)


def _download(record: Record, artifact_id: str) -> Download:
    found = next((download for download in record.order.downloads if download.artifact_id == artifact_id), None)
    if found is None:
        raise Refusal("not-found", "This order has no such download.")
    return found
