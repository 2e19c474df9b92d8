"""The Store API as a WSGI application: routes, and one form for every refusal."""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from companion.demo.api import endpoints
from companion.demo.api.calls import MOST_BYTES, Call, Store
from companion.demo.problems import Refusal
from companion.demo.sessions import Opened

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_log = logging.getLogger(__name__)
Clock = Callable[[], dt.datetime]


@dataclasses.dataclass(frozen=True, slots=True)
class _Endpoint:
    answer: Callable[..., Response]
    bearer: bool = True


def _rule(method: str, path: str, answer: Callable[..., Response], *, bearer: bool = True) -> Rule:
    return Rule(path, methods=[method], endpoint=_Endpoint(answer, bearer))


_ROUTES = Map(
    [
        _rule("GET", "/v1/profile", endpoints.get_profile, bearer=False),
        _rule("GET", "/v1/probe", endpoints.get_probe, bearer=False),
        _rule("POST", "/v1/sessions", endpoints.log_in, bearer=False),
        _rule("POST", "/v1/password-resets", endpoints.reset_password, bearer=False),
        _rule("GET", "/v1/orders", endpoints.get_orders),
        _rule("GET", "/v1/orders/<number>", endpoints.get_order),
        _rule("PUT", "/v1/subscriptions/<subscription_id>/auto-renew", endpoints.switch_auto_renew),
        _rule("POST", "/v1/orders/<number>/downloads/<artifact_id>/grant", endpoints.grant_download),
        _rule("POST", "/v1/orders/<number>/downloads/<artifact_id>/extension", endpoints.extend_download),
        _rule("POST", "/v1/orders/<number>/returns", endpoints.request_return),
        _rule("POST", "/v1/returns/<return_id>/destruction-letter", endpoints.accept_letter),
        _rule("GET", "/v1/orders/<number>/invoice", endpoints.get_invoice),
        _rule("GET", "/v1/orders/<number>/invoices", endpoints.get_invoices),
        _rule("GET", "/v1/orders/<number>/invoices/<invoice_number>", endpoints.get_invoice),
        _rule("GET", "/v1/orders/<number>/backup-media/quote", endpoints.quote_backup_medium),
        _rule("POST", "/v1/orders/<number>/backup-media", endpoints.add_backup_medium),
        _rule("PUT", "/v1/licences/<licence_id>/seats/<seat_id>", endpoints.take_seat),
        _rule("DELETE", "/v1/licences/<licence_id>/seats/<seat_id>", endpoints.free_seat),
        _rule("POST", "/v1/support/cases", endpoints.open_case),
        _rule("GET", "/v1/files/<artifact_id>/<filename>", endpoints.get_file, bearer=False),
        _rule("GET", "/orders/<number>/<purpose>", endpoints.get_page, bearer=False),
    ],
    merge_slashes=False,
)


class StoreApplication:
    """The WSGI application of one store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        response = self.answer(Request(environ))
        response.headers["X-Content-Type-Options"] = "nosniff"
        if response.mimetype != "application/octet-stream":
            # One language only, whatever `Accept-Language` prefers: RFC 9110 §12.5.4 allows to disregard it.
            response.headers["Content-Language"] = "en"
        return response(environ, start_response)

    def answer(self, request: Request) -> Response:
        """The answer to a request; a refusal becomes problem details, a fault of our own a 500 without its reason."""
        request.max_content_length = MOST_BYTES + 1
        try:
            return self._called(request)
        except Refusal as refusal:
            return _refused(refusal)
        except HTTPException as error:
            return _refused(_as_refusal(error))
        except ConnectionError:
            raise  # the store is closing: the server drops the connection
        except Exception:  # noqa: BLE001 - the outermost layer: a store answers, whatever broke
            # The path may hold a signed query; the route alone is told.
            _log.exception("the store failed at %s %s", request.method, request.path)
            return _refused(Refusal("store-error", "This is a fault of the store."))

    def _called(self, request: Request) -> Response:
        now = self._clock()
        endpoint, values = _ROUTES.bind_to_environ(request.environ).match()
        opened = Opened(())
        if endpoint.bearer:
            opened = self._store.sessions.opened(request.headers.get("Authorization"), now)
        response: Response = endpoint.answer(Call(self._store, request, opened, now), **values)
        return response


def _as_refusal(error: HTTPException) -> Refusal:
    if isinstance(error, NotFound):
        return Refusal("not-found", "There is no such thing here.")
    if isinstance(error, MethodNotAllowed):
        allowed = ", ".join(sorted(error.valid_methods or ()))
        return Refusal("method-not-allowed", "This address does other things.", headers=(("Allow", allowed),))
    if isinstance(error, RequestEntityTooLarge):
        return Refusal("too-large", f"A request has at most {MOST_BYTES} bytes.")
    return Refusal("malformed-request", "The request could not be read.")


def _refused(refusal: Refusal) -> Response:
    headers: dict[str, Any] = {"Cache-Control": "no-store", **dict(refusal.headers)}
    if refusal.retry_after is not None:
        headers["Retry-After"] = str(refusal.retry_after)
    return Response(refusal.document(), refusal.status, headers, content_type="application/problem+json")
